"""How long until the picture has followed a key, in JupyterLab and Chromium.

    .venv/bin/python -m pip install anywidget    # for the contender "limit"
    .venv/bin/python benchmarks/slider_latency.py

README.md beside this file describes the contenders and has the results.
The contenders take turns in shuffled order, so that noise on a shared machine falls on
all alike. Read the ratios, not the milliseconds.
"""

import argparse
import os
import random
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import nbformat

HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE.parent / "tools"))
from lab_in_browser import command, open_page, start_browser, start_lab, wait_for  # noqa: E402

ALL = "floor,limit,interact,ours,ours_float32"
FLOAT32 = "X, WEIGHTS = X.astype(np.float32), [w.astype(np.float32) for w in WEIGHTS]\n"
ORDINARY = [
    "--LabApp.news_url=None",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
]
OUTPUT = ".jp-OutputArea-output"
ERRORS = f'{OUTPUT}[data-mime-type*="stderr"], {OUTPUT}[data-mime-type*="error"]'
READY = "() => document.querySelector('.jp-OutputArea .noUi-handle') && __lat.pics().length"
HEAD = """\
| | key to pixels, ms: median (10 %, 95 %) | of limit | times faster than interact \
| kB a move | frames/s in a drag | of limit | right at its end |
|---|---|---|---|---|---|---|---|"""


def code_of(name):
    """The cell of a contender; NAME_float32 is the cell NAME on float32 numbers."""
    cell = (HERE / f"cells/{name.removesuffix('_float32')}.py").read_text(encoding="utf-8")
    return FLOAT32 + cell if name.endswith("_float32") else cell


def write_notebook(path, code):
    """A notebook of two cells, whose code is hidden: the setup and the contender."""
    hidden = {"jupyter": {"source_hidden": True}}
    sources = [(HERE / "cells/_setup.py").read_text(encoding="utf-8"), code]
    cells = [nbformat.v4.new_code_cell(source, metadata=hidden) for source in sources]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}), path)


class Contender:
    """One way to draw the figure, on a page of its own, with its measurements."""

    def __init__(self, name, context, lab):
        """Open the page and run both cells; RuntimeError if one of them fails."""
        self.name, self.moves, self.drags = name, [], []
        self.value, self.way = 0, 1  # steps of the slider from its start; up or down
        page = self.page = open_page(context, lab, f"{name}.ipynb", workspace=name)
        page.set_default_timeout(90_000)
        command(page, "notebook:run-all-cells")
        errors = page.locator(ERRORS)
        wait_for(lambda: page.evaluate(READY) or errors.count(), f"the figure of {name}")
        page.wait_for_timeout(1000)
        if errors.count():
            raise RuntimeError(f"{name}: {errors.first.inner_text()[-800:]}")
        self.handle = page.locator(".jp-OutputArea .noUi-handle").first

    def key(self, key):
        """Press a key; the events, messages and changes of pictures that follow."""
        self.page.evaluate("__lat.arm()")
        self.handle.focus()
        self.page.wait_for_timeout(random.uniform(0, 40))  # not in step with the frames
        self.page.keyboard.press(key)
        return self.page.evaluate("__lat.settled(180, 15000)")

    def move(self):
        """One arrow key; the value goes up 25 steps, down again, and so on."""
        self.value += self.way
        seen = self.key("ArrowRight" if self.way > 0 else "ArrowLeft")
        if self.value in (0, 25):
            self.way = -self.way
        pressed = time_of("keydown", seen["events"])
        first = next((change - pressed for change in seen["changes"] if change >= pressed), None)
        received = sum(message["bytes"] for message in seen["ws"] if message["dir"] == "r")
        self.moves.append({"ms": first, "kB": received / 1e3})

    def drag(self, seconds=2.0):
        """Drag to and fro; at the end the picture must be that of the last value."""
        seen = self.swing(seconds)
        shown = self.page.evaluate("__lat.shown()")
        down, up = (time_of(kind, seen["events"]) for kind in ("pointerdown", "pointerup"))
        frames = sum(change <= up for change in seen["changes"])
        self.key("ArrowRight"), self.key("ArrowLeft")  # the same value, set calmly
        self.value, self.way = 0, 1
        right = shown == self.page.evaluate("__lat.shown()")
        self.drags.append({"fps": frames / (up - down) * 1e3, "right": right})

    def swing(self, seconds):
        """Drag at 60 moves a second; release away from the value of the last frame."""
        mouse = self.page.mouse
        track = self.page.locator(".jp-OutputArea .noUi-base").first.bounding_box()
        box = self.handle.bounding_box()
        y = box["y"] + box["height"] / 2

        def go(part):
            mouse.move(track["x"] + track["width"] * part, y)

        mouse.move(box["x"] + box["width"] / 2, y)
        self.page.evaluate("__lat.arm()")
        mouse.down()
        start, n = time.time(), 0
        while (passed := time.time() - start) < seconds:
            go(0.5 + 0.45 * (1 - abs(1 - (2 * passed + 1) % 2) * 2))
            n += 1
            time.sleep(max(0, n / 60 - (time.time() - start)))
        go(random.uniform(0.25, 0.4))
        mouse.up()
        return self.page.evaluate("__lat.settled(600, 15000)")


def time_of(kind, events):
    """When the last event of a kind was, in ms."""
    return next(time for name, time in reversed(events) if name == kind)


def measure(browser, options):
    """The contenders after one run, on a server of their own."""
    cells = {name: code_of(name) for name in options.contenders.split(",") if name}
    cells |= {path.stem: path.read_text(encoding="utf-8") for path in options.cell}
    with tempfile.TemporaryDirectory(prefix="latency-", ignore_cleanup_errors=True) as folder:
        for name, code in cells.items():
            write_notebook(Path(folder) / f"{name}.ipynb", code)
        config = [f"--config={options.config.resolve()}"] if options.config else ORDINARY
        config.append(f"--ServerApp.root_dir={folder}")
        with start_lab(Path(folder), *config, OPENBLAS_NUM_THREADS="1") as lab:
            screen = {"width": 1700, "height": 1000}
            context = browser.new_context(viewport=screen, device_scale_factor=options.dpr)
            context.add_init_script(path=HERE / "probe.js")
            contenders = [Contender(name, context, lab) for name in cells]
            take_turns(contenders, options.moves, options.drags)
            context.close()
    return contenders


def take_turns(contenders, moves, drags):
    """All contenders in rounds of five moves and, spread over the rounds, the drags."""
    for contender in contenders:  # warm up: font caches, JIT
        contender.page.bring_to_front()
        contender.key("ArrowRight"), contender.key("ArrowLeft")
    rounds = max(-(-moves // 5), drags)
    for r in range(rounds):
        for contender in random.sample(contenders, len(contenders)):
            contender.page.bring_to_front()
            for _ in range(min(5, moves - len(contender.moves))):
                contender.move()
            if (r + 1) * drags // rounds > r * drags // rounds:
                contender.drag()
        print(f"round {r + 1}/{rounds}, load {os.getloadavg()[0]:.1f}", file=sys.stderr)


def quantile(rows, key, p=0.5):
    values = sorted(row[key] for row in rows if row[key] is not None)
    return values[round(p * (len(values) - 1))] if values else float("nan")


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
