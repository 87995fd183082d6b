"""Run lessons in this process, without a kernel, and name the numbers that differ.

    python tools/replay.py notebooks/0*.ipynb    # emulated processors: docs/portable.md

The rule is that of the tests (printed.py). The exit code is 0 if all cells print what
is stored.
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
    """Yield (number, tags, stored text, fresh text or the exception) of each code cell.

    `order` takes the list of (number, cell) and returns it in the order of the run.
    """
    cells = json.loads(Path(path).read_text(encoding="utf-8"))["cells"]
    InteractiveShell.clear_instance()
    shell = InteractiveShell.instance()
    shell.displayhook.write_output_prompt = lambda: None  # captures no "Out[1]:"
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    for number, cell in order(list(enumerate(code))):
        with capture_output() as captured:
            result = shell.run_cell("".join(cell["source"]))
        error = result.error_before_exec or result.error_in_exec
        shown = [{"data": output.data} for output in captured.outputs]
        fresh = text_of({"text": captured.stdout}, *shown)
        yield number, cell["metadata"].get("tags", []), text_of(*cell["outputs"]), error or fresh


def text_of(*outputs):
    """The text of outputs: what was printed, then the text of pictures and tables."""
    printed = "".join("".join(output.get("text", "")) for output in outputs)
    shown = [text for o in outputs if (text := "".join(o.get("data", {}).get("text/plain", "")))]
    return "\n".join([printed, *shown]).strip()


def main(paths):
    failed = 0
    for path in map(Path.expanduser, map(Path, paths)):
        start, folder, differ = time.time(), Path.cwd(), []
        os.chdir(path.parent)
        for number, tags, stored, fresh in replay(path.name):
            wrong = repr(fresh) if isinstance(fresh, BaseException) else difference(stored, fresh)
            if wrong and not ("nbval-ignore-output" in tags and isinstance(fresh, str)):
                differ.append(number)
                print(f"  code cell {number}: {wrong}", flush=True)
        os.chdir(folder)
        failed += bool(differ)
        cells = f"code cells {differ} differ" if differ else "as stored"
        place = f"{time.time() - start:.0f} s on {platform.machine()}"
        print(f"{path.name}: {cells}, {place}", flush=True)
    return failed > 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
