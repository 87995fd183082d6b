"""Slider to pixels: how long until the picture has followed a key, in a real JupyterLab and a real Chromium.

    .venv/bin/python -m pip install anywidget       # only the contender "limit" needs it
    .venv/bin/python benchmarks/slider_latency.py

Contenders (cells/*.py, each the code of one notebook cell) do the same work, five layers of 100 units on
1000 x 100 float64 numbers and 30 bins a layer: `interact` is what most courses do, `limit` draws bars in
the browser from binary counts, `floor` computes and draws nothing. They take turns in shuffled order, so
that noise on a shared machine falls on all alike: read the ratios, not the milliseconds. A further cell
can be given with --cell; it must display a slider and a picture, and may use what cells/_setup.py defines.
"""

import argparse
import json
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import defaultdict
from pathlib import Path

HERE = Path(__file__).resolve().parent
FLOAT32 = "X, WEIGHTS = X.astype(np.float32), [w.astype(np.float32) for w in WEIGHTS]\n"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
    "--disable-background-timer-throttling",
]


def notebook(code):
    """A notebook of two cells: the setup and the contender."""

    def cell(i, source):
        return dict(
            cell_type="code",
            id=f"c{i}",
            execution_count=None,
            outputs=[],
            source=source,
            metadata=dict(jupyter=dict(source_hidden=True)),
        )

    setup = (HERE / "cells/_setup.py").read_text(encoding="utf-8")
    return dict(
        cells=[cell(0, setup), cell(1, code)],
        nbformat=4,
        nbformat_minor=5,
        metadata=dict(kernelspec=dict(name="python3", display_name="Python 3", language="python")),
    )


class Server:
    """JupyterLab on loopback, all its files in one temporary directory."""

    def __init__(self, tmp, options=()):
        self.root = tmp / "work"
        config = tmp / "config/labconfig"
        for d in (self.root, config):
            d.mkdir(parents=True)
        (config / "page_config.json").write_text(
            json.dumps({"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": True}}),
            encoding="utf-8",
        )
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            self.port = s.getsockname()[1]
        env = dict(
            os.environ,
            JUPYTER_CONFIG_DIR=str(tmp / "config"),
            JUPYTER_DATA_DIR=str(tmp / "data"),
            JUPYTER_RUNTIME_DIR=str(tmp / "runtime"),
            IPYTHONDIR=str(tmp / "ipython"),
        )
        env.setdefault("OPENBLAS_NUM_THREADS", "1")  # spinning BLAS threads drown all else on a busy machine
        self.out = open(tmp / "server.txt", "wb")  # noqa: SIM115, closed by stop()
        t = time.time()
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "jupyterlab",
                "--no-browser",
                "--allow-root",
                "--ServerApp.ip=127.0.0.1",
                f"--ServerApp.port={self.port}",
                "--ServerApp.port_retries=0",
                "--IdentityProvider.token=bench",
                f"--ServerApp.root_dir={self.root}",
                f"--LabApp.workspaces_dir={tmp / 'spaces'}",
                f"--LabApp.user_settings_dir={tmp / 'settings'}",
                "--LabApp.expose_app_in_browser=True",
                *options,
            ],
            env=env,
            cwd=tmp,
            stdout=self.out,
            stderr=subprocess.STDOUT,
        )
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/api/status?token=bench", timeout=1).read()
                break
            except OSError:
                if self.process.poll() is not None or time.time() - t > 120:
                    raise RuntimeError((tmp / "server.txt").read_text(encoding="utf-8")[-2000:]) from None
                time.sleep(0.05)

    def url(self, name):
        return f"http://127.0.0.1:{self.port}/lab/workspaces/{name}/tree/{name}.ipynb?token=bench"

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
        self.out.close()


class Contender:
    def __init__(self, server, name, code):
        self.name = name
        self.path = server.root / f"{name}.ipynb"
        self.path.write_text(json.dumps(notebook(code)), encoding="utf-8")
        self.moves, self.drags = [], []
        self.value, self.way = 0, 1

    def open(self, context, server):
        """Load the page, start the kernel, run both cells."""
        page = self.page = context.new_page()
        page.set_default_timeout(90_000)
        page.goto(server.url(self.name))
        page.wait_for_selector(".jp-Notebook .jp-Cell")
        page.wait_for_function("""() => { const w = window.jupyterapp?.shell.currentWidget;
            return w?.sessionContext?.session?.kernel?.status === 'idle'; }""")
        page.evaluate("() => { jupyterapp.commands.execute('notebook:run-all-cells'); }")
        page.wait_for_function("() => document.querySelector('.jp-OutputArea .noUi-handle') && __lat.pics().length")
        page.wait_for_timeout(1000)
        errors = page.locator(
            '.jp-OutputArea-output[data-mime-type*="stderr"], .jp-OutputArea-output[data-mime-type*="error"]'
        )
        if errors.count():
            raise RuntimeError(f"{self.name}: {errors.first.inner_text()[-800:]}")
        self.handle = page.locator(".jp-OutputArea .noUi-handle").first

    def key(self, key):
        page = self.page
        page.evaluate("__lat.arm()")
        self.handle.focus()
        page.wait_for_timeout(random.uniform(0, 40))  # not in step with the frames
        page.keyboard.press(key)
        return page.evaluate("__lat.settled(180, 15000)")

    def move(self):
        """One arrow key; the value goes up 25 steps, down again, and so on."""
        self.value += self.way
        r = self.key("ArrowRight" if self.way > 0 else "ArrowLeft")
        if self.value in (0, 25):
            self.way = -self.way
        t0 = next(t for kind, t in r["events"] if kind == "keydown")
        first = next((c - t0 for c in r["changes"] if c >= t0), None)
        self.moves.append(dict(first=first, bytes=sum(m["bytes"] for m in r["ws"] if m["dir"] == "r")))

    def drag(self, seconds=2.0):
        """To and fro over the track, then a release away from the last frame's value."""
        page = self.page
        track = page.locator(".jp-OutputArea .noUi-base").first.bounding_box()
        box = self.handle.bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        page.mouse.move(x, y)
        page.evaluate("__lat.arm()")
        page.mouse.down()
        t, n = time.time(), 0
        while (passed := time.time() - t) < seconds:
            part = 0.5 + 0.45 * (1 - abs(1 - (2 * passed + 1) % 2) * 2)
            page.mouse.move(track["x"] + track["width"] * part, y)
            n += 1
            time.sleep(max(0, n / 60 - (time.time() - t)))
        page.mouse.move(track["x"] + track["width"] * random.uniform(0.25, 0.4), y)
        page.mouse.up()
        r = page.evaluate("__lat.settled(600, 15000)")
        shown = page.evaluate("__lat.shown()")
        down = next(t for kind, t in r["events"] if kind == "pointerdown")
        up = next(t for kind, t in reversed(r["events"]) if kind == "pointerup")
        inside = [c for c in r["changes"] if c <= up]
        self.key("ArrowRight"), self.key("ArrowLeft")  # the same value, set calmly
        self.value, self.way = 0, 1
        self.drags.append(dict(fps=len(inside) / (up - down) * 1e3, right=shown == page.evaluate("__lat.shown()")))


def quantile(values, p):
    values = sorted(v for v in values if v is not None)
    return values[round(p * (len(values) - 1))] if values else float("nan")


def report(moves, drags):
    """The pooled measurements {name: [dict]} as a Markdown table; ratios are taken within these runs."""
    p50 = {name: quantile([m["first"] for m in of], 0.5) for name, of in moves.items()}
    fps = {name: quantile([d["fps"] for d in of], 0.5) for name, of in drags.items()}

    def ratio(table, name, other):
        return f"{table[name] / table[other]:.2f}" if other in table else "-"

    print(
        "| | key to pixels, ms: median (10 %, 95 %) | of limit | times faster than interact | kB a move "
        "| frames/s in a drag | of limit | right at its end |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for name, of in moves.items():
        low, high = (quantile([m["first"] for m in of], p) for p in (0.1, 0.95))
        kilobytes = quantile([m["bytes"] for m in of], 0.5) / 1e3
        right = f"{sum(d['right'] for d in drags[name])} of {len(drags[name])}"
        faster = f"{p50['interact'] / p50[name]:.1f}" if "interact" in p50 else "-"
        print(
            f"| {name} | {p50[name]:.0f} ({low:.0f}, {high:.0f}) | {ratio(p50, name, 'limit')} | {faster} "
            f"| {kilobytes:.0f} | {fps[name]:.1f} | {ratio(fps, name, 'limit')} | {right} |"
        )


def code_of(name):
    """The cell of a contender; `NAME_float32` is the cell NAME on numbers of half the size."""
    cell = (HERE / f"cells/{name.removesuffix('_float32')}.py").read_text(encoding="utf-8")
    return FLOAT32 + cell if name.endswith("_float32") else cell


def measure(playwright, o):
    """One run on a server and a browser of its own: the contenders, with their `moves` and `drags`."""
    with tempfile.TemporaryDirectory(prefix="latency-", ignore_cleanup_errors=True) as tmp:
        server = Server(Path(tmp), [f"--config={o.config.resolve()}"] if o.config else [])
        path = (
            os.path.expanduser(os.environ.get("CHROMIUM", ""))
            or shutil.which("chromium")
            or shutil.which("google-chrome")
        )
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        try:
            context = browser.new_context(viewport=dict(width=1700, height=1000), device_scale_factor=o.dpr)
            context.add_init_script(path=HERE / "probe.js")
            cells = {name: code_of(name) for name in o.contenders.split(",") if name}
            cells |= {path.stem: path.read_text(encoding="utf-8") for path in o.cell}
            contenders = [Contender(server, name, code) for name, code in cells.items()]
            for c in contenders:
                c.open(context, server)
            for c in contenders:  # warm up: font caches, JIT
                c.page.bring_to_front()
                c.key("ArrowRight"), c.key("ArrowLeft")
            rounds = max(-(-o.moves // 5), o.drags)
            for r in range(rounds):
                for c in random.sample(contenders, len(contenders)):
                    c.page.bring_to_front()
                    for _ in range(min(5, o.moves - len(c.moves))):
                        c.move()
                    if (r + 1) * o.drags // rounds > r * o.drags // rounds:
                        c.drag()
                print(f"round {r + 1}/{rounds}, load {os.getloadavg()[0]:.1f}", file=sys.stderr)
            return contenders
        finally:
            browser.close()
            server.stop()


def given(text):
    return Path(text).expanduser()


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--contenders", default="floor,limit,interact,ours,ours_float32", help="files in cells/")
    p.add_argument("--cell", action="append", default=[], type=given, metavar="FILE", help="a further contender")
    p.add_argument("--runs", type=int, default=3, help="each with a server and a browser of its own; pooled")
    p.add_argument("--moves", type=int, default=45, help="key presses per contender and run")
    p.add_argument("--drags", type=int, default=10, help="drags of 2 s per contender and run")
    p.add_argument("--dpr", type=float, default=1, help="device pixel ratio of the screen")
    p.add_argument("--config", type=given, help="of the server, such as jupyter/jupyter_lab_config.py")
    o = p.parse_args()
    from playwright.sync_api import sync_playwright

    moves, drags = defaultdict(list), defaultdict(list)
    with sync_playwright() as playwright:
        for _ in range(o.runs):
            for c in measure(playwright, o):
                moves[c.name] += c.moves
                drags[c.name] += c.drags
    cores, load = os.cpu_count(), os.getloadavg()[0]
    print(f"{o.runs} runs, {cores} cores, load {load:.1f} at the end, screen of pixel ratio {o.dpr:g}\n")
    report(moves, drags)


if __name__ == "__main__":
    main()
