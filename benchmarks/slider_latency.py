"""How long until the picture has followed a key, in JupyterLab and Chromium.

    .venv/bin/python -m pip install anywidget    # for the contender "limit"
    python -m benchmarks.slider_latency

README.md beside this file describes the contenders and has the results.
The contenders take turns in shuffled order, so that noise on a shared machine falls on
all alike. Read the ratios, not the milliseconds.
"""

import argparse
import os
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

import nbformat

from .contender import PROBE, open_figure, quantile, take_turns

sys.path.append(str(Path(__file__).parents[1] / "tools"))
from lab_in_browser import start_browser, start_lab

HERE = Path(__file__).resolve().parent
ALL = "floor,limit,interact,ours,ours_float32"
FLOAT32 = "X, WEIGHTS = X.astype(np.float32), [w.astype(np.float32) for w in WEIGHTS]\n"
ORDINARY = [
    "--LabApp.news_url=None",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
]
HEAD = """\
| | key to pixels, ms: median (10 %, 95 %) | of limit | times faster than interact \
| kB a move | frames/s in a drag | of limit | right at its end |
|---|---|---|---|---|---|---|---|"""


def code_of(name):
    """The cell of a contender; NAME_float32 is the cell NAME on float32 numbers."""
    cell = (HERE / f"cells/{name.removesuffix('_float32')}.py").read_text(encoding="utf-8")
    return FLOAT32 + cell if name.endswith("_float32") else cell


def write_notebook(path, *sources):
    """A notebook of cells whose code is hidden."""
    hidden = {"jupyter": {"source_hidden": True}}
    cells = [nbformat.v4.new_code_cell(source, metadata=hidden) for source in sources]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}), path)


def measure(browser, options):
    """The contenders after one run, on a server of their own."""
    cells = {name: code_of(name) for name in options.contenders.split(",") if name}
    cells |= {path.stem: path.read_text(encoding="utf-8") for path in options.cell}
    with tempfile.TemporaryDirectory(prefix="latency-", ignore_cleanup_errors=True) as folder:
        for name, code in cells.items():
            write_notebook(Path(folder) / f"{name}.ipynb", code_of("_setup"), code)
        config = [f"--config={options.config.resolve()}"] if options.config else ORDINARY
        config.append(f"--ServerApp.root_dir={folder}")
        with start_lab(Path(folder), *config, OPENBLAS_NUM_THREADS="1") as lab:
            screen = {"width": 1700, "height": 1000}
            context = browser.new_context(viewport=screen, device_scale_factor=options.dpr)
            context.add_init_script(path=PROBE)
            contenders = [open_figure(context, lab, name) for name in cells]
            take_turns(contenders, options.moves, options.drags)
            context.close()
    return contenders


def table(moves, drags):
    """The measurements {name: [dict]} of all runs as a Markdown table, with ratios."""
    ms = {name: quantile(rows, "ms") for name, rows in moves.items()}
    fps = {name: quantile(rows, "fps") for name, rows in drags.items()}
    lines = [HEAD]
    for name, rows in moves.items():
        low, high = quantile(rows, "ms", 0.1), quantile(rows, "ms", 0.95)
        cells = [
            name,
            f"{ms[name]:.0f} ({low:.0f}, {high:.0f})",
            f"{ms[name] / ms['limit']:.2f}" if "limit" in ms else "-",
            f"{ms['interact'] / ms[name]:.1f}" if "interact" in ms else "-",
            f"{quantile(rows, 'kB'):.0f}",
            f"{fps[name]:.1f}",
            f"{fps[name] / fps['limit']:.2f}" if "limit" in fps else "-",
            f"{sum(drag['right'] for drag in drags[name])} of {len(drags[name])}",
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def given(text):
    return Path(text).expanduser()


def options():
    raw = argparse.RawDescriptionHelpFormatter
    p = argparse.ArgumentParser(description=__doc__, formatter_class=raw)
    p.add_argument("--contenders", default=ALL, help="names of files in cells/")
    p.add_argument("--cell", action="append", default=[], type=given, help="a further contender")
    p.add_argument("--runs", type=int, default=3, help="each with a server of its own; pooled")
    p.add_argument("--moves", type=int, default=45, help="key presses per contender and run")
    p.add_argument("--drags", type=int, default=10, help="drags of 2 s per contender and run")
    p.add_argument("--dpr", type=float, default=1, help="device pixel ratio of the screen")
    p.add_argument("--config", type=given, help="the JupyterLab configuration of the server")
    return p.parse_args()


def main():
    chosen = options()
    moves, drags = defaultdict(list), defaultdict(list)
    for _ in range(chosen.runs):
        with start_browser() as browser:
            for contender in measure(browser, chosen):
                moves[contender.name] += contender.moves
                drags[contender.name] += contender.drags
    machine = f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the end"
    print(f"{chosen.runs} runs, {machine}, screen of pixel ratio {chosen.dpr:g}\n")
    print(table(moves, drags))


if __name__ == "__main__":
    main()
