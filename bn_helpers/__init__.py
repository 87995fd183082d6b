"""The helpers that the lessons import; `bn_helpers.layers` and so on, one module per
subject.
"""

import logging
import os
from pathlib import Path

# Where no home folder can be written, Matplotlib takes a temporary one and tells: a red
# box in the first cell.
if not logging.getLogger("matplotlib").level:
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
try:
    Path.home()
except (
    RuntimeError
):  # where none is known, its older versions take a temporary one only in place of a bad one
    os.environ.setdefault("MPLCONFIGDIR", os.devnull)
