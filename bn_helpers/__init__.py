"""The helpers that the lessons import, one module for each subject."""

import logging
import os
from pathlib import Path

# Where no home folder can be written, Matplotlib takes a temporary one and logs a
# warning. That would be a red box in the first cell.
if not logging.getLogger("matplotlib").level:
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
try:
    Path.home()
# Without a home folder, older versions of Matplotlib fail. Where they cannot use the
# folder that is set, they take a temporary one.
except RuntimeError:
    os.environ.setdefault("MPLCONFIGDIR", os.devnull)
