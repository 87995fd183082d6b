"""Run lessons in this very process, without kernel and pytest, and say which printed numbers differ.

    python tools/replay.py notebooks/0*.ipynb    # also on an emulated processor: docs/portable.md

The rule is that of the tests (printed.py). Exits 0 if every cell says what is stored.
"""

import json
import os
import platform
import sys
import time
from pathlib import Path

os.environ.setdefault("TQDM_DISABLE", "1")

from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from printed import difference


def replay(path, order=iter):
    """Yield of each code cell: number, tags, the text stored, the text now (or the exception raised).

    `order` makes of the numbered cells the sequence in which they are run.
    """
    cells = json.loads(Path(path).read_text(encoding="utf-8"))["cells"]
    InteractiveShell.clear_instance()
    shell = InteractiveShell.instance()
    shell.displayhook.write_output_prompt = lambda: None  # no "Out[1]:" in what is captured
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    for number, cell in order(list(enumerate(code))):
        with capture_output() as captured:
            result = shell.run_cell("".join(cell["source"]))
        error = result.error_before_exec or result.error_in_exec
        now = said({"text": captured.stdout}, *({"data": output.data} for output in captured.outputs))
        yield number, cell["metadata"].get("tags", []), said(*cell["outputs"]), error or now


def said(*outputs):
    """The words of some outputs: what was printed, then the text of each picture and table."""
    printed = "".join("".join(output.get("text", "")) for output in outputs)
    shown = [text for o in outputs if (text := "".join(o.get("data", {}).get("text/plain", "")))]
    return "\n".join([printed, *shown]).strip()


def main(paths):
    failed = 0
    for path in map(Path.expanduser, map(Path, paths)):
        start, here, off = time.time(), Path.cwd(), []
        os.chdir(path.parent)
        for number, tags, stored, now in replay(path.name):
            wrong = repr(now) if isinstance(now, BaseException) else difference(stored, now)
            if wrong and not ("nbval-ignore-output" in tags and isinstance(now, str)):
                off.append(number)
                print(f"  code cell {number}: {wrong}", flush=True)
        os.chdir(here)
        failed += bool(off)
        cells = f"code cells {off} differ" if off else "as stored"
        print(f"{path.name}: {cells}, {time.time() - start:.0f} s on {platform.machine()}", flush=True)
    return failed > 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
