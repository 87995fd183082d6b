"""JupyterLab in a real browser: start both, open a notebook, use its live figures.

Tests and benchmarks use it. A `Lab` is a server with a folder of its own. A `Figure` is
a live figure on a page, with what a student does with it and sees of it.
"""

import base64
import io
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import numpy as np
from find_chromium import HOW, find_chromium
from PIL import Image

KERNEL = "() => jupyterapp.shell.currentWidget?.sessionContext.session?.kernel?.status"
CELL = "xpath=ancestor::*[contains(concat(' ', @class, ' '), ' jp-Cell ')]"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-backgrounding-occluded-windows",  # a page behind another keeps its pace
    "--disable-renderer-backgrounding",
    "--disable-background-timer-throttling",
]
OWN = ["JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR"]
OPTIONS = [
    "--no-browser",
    "--allow-root",
    "--ServerApp.port_retries=0",
    "--IdentityProvider.token=t",
    "--LabApp.expose_app_in_browser=True",
]


@contextmanager
def start_browser():
    """Playwright's browser while the block runs; RuntimeError if none is found."""
    from playwright.sync_api import sync_playwright

    if not (path := find_chromium()):
        raise RuntimeError(HOW)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=FLAGS)
        try:
            yield chromium
        finally:
            chromium.close()


class Lab(NamedTuple):
    """A JupyterLab that runs: its address, and the folder in which it was started."""

    address: str
    folder: Path

    def url(self, path, workspace=None):
        """Where a file opens. Pages of one context need a workspace each."""
        place = f"workspaces/{workspace}/tree" if workspace else "tree"
        return f"{self.address}/lab/{place}/{path}?token=t&reset"


@contextmanager
def start_lab(folder, *options, **environment):
    """A `Lab` in `folder` while the block runs; settings and log.txt are there.

    `options` are those of `jupyter lab`, such as "--config=file.py".
    Raises RuntimeError, with the end of the log, if the server ends at once.
    """
    lab = Lab(f"http://127.0.0.1:{(port := free_port())}", folder)
    command = [sys.executable, "-P", "-m", "jupyterlab", *OPTIONS, f"--port={port}", *options]
    env = os.environ | {name: str(folder / name.lower()) for name in OWN} | environment
    with open(folder / "log.txt", "w", encoding="utf-8") as log:
        server = subprocess.Popen(command, cwd=folder, env=env, stdout=log, stderr=log)

    def ended():
        return server.poll() is not None

    try:
        wait_for(lambda: ended() or answers(f"{lab.address}/api?token=t"), "the server")
        if ended():
            raise RuntimeError((folder / "log.txt").read_text(encoding="utf-8")[-2000:])
        yield lab
    finally:
        stop(server)


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def answers(url):
    """Whether a server answers at `url`."""
    try:
        return urllib.request.urlopen(url, timeout=5).status == 200
    except OSError:
        return False


def stop(process):
    process.terminate()
    try:
        process.wait(timeout=30)
    except subprocess.TimeoutExpired:
        process.kill()


def wait_for(condition, what, seconds=60):
    """The first true value of `condition()`; TimeoutError with `what` if none comes."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if value := condition():
            return value
        time.sleep(0.05)
    raise TimeoutError(f"waited {seconds} s in vain for {what}")


def saved_notebook(path):
    """The notebook in a file as a dict; {} while JupyterLab writes it."""
    try:
        return json.loads(Path(path).read_text(encoding="utf-8"))
    except ValueError:
        return {}


def open_page(context, lab, path, workspace=None):
    """A page of `context` with notebook `path`, as soon as its kernel is ready."""
    page = context.new_page()
    page.goto(lab.url(path, workspace))
    page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=60_000)
    wait_for(lambda: page.evaluate(KERNEL) == "idle", "an idle kernel")
    return page


def open_and_run(browser, lab, name, **screen):
    """A page with notebook `name` of notebooks/, after the command Run All Cells."""
    context = browser.new_context(viewport={"width": 1200, "height": 900}, **screen)
    page = open_page(context, lab, f"notebooks/{name}")
    command(page, "notebook:run-all-cells")
    return page


def command(page, name):
    """Start a command of JupyterLab without waiting for its end."""
    page.evaluate("name => { window.jupyterapp.commands.execute(name) }", name)


def bring(page, locator):
    """Scroll to `locator`; a cell far from the window is not in the page."""
    notebook = page.locator(".jp-WindowedPanel-outer")
    notebook.evaluate("panel => panel.scrollTo(0, 0)")
    for _ in range(60):
        page.wait_for_timeout(100)
        if locator.count():
            locator.scroll_into_view_if_needed()
            return locator
        notebook.evaluate("panel => panel.scrollBy(0, 500)")
    raise TimeoutError(f"not in the notebook: {locator}")


def pixels(png):
    """The picture (H, W, 4) in the bytes of a PNG, as integers 0 to 255."""
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGBA")).astype(int)


class Figure:
    """The `nth` live figure with a slider called `label`; its question is skipped."""

    def __init__(self, page, label, nth=0):
        self.page = page
        name = page.locator(f".widget-label:text-is('{label}')")
        self.area = page.locator(".jp-OutputArea", has=name).nth(nth)
        wait_for(lambda: page.evaluate(KERNEL) == "idle", "all cells to run")
        self.cell = self.area.locator(CELL).last
        bring(page, self.cell)
        self.row = self.area.locator(".widget-inline-hbox", has=name).first
        self.handle = self.row.locator(".noUi-handle")
        self.uncover()
        bring(page, self.area)
        wait_for(self.sentence, "the sentence")

    def uncover(self):
        """Skip the question before the figure, if there is one."""
        cover = self.cell.locator(".bn-cover button")
        wait_for(lambda: self.handle.is_visible() or cover.count(), "the slider or its question")
        self.page.wait_for_timeout(500)  # the cover comes a moment after the figure
        if cover.count():
            cover.click()
        self.handle.wait_for()

    def picture(self):
        """The pixels (H, W, 4) that the page shows now."""
        source = self.area.locator(".jp-RenderedImage img").get_attribute("src")
        return pixels(base64.b64decode(source.split(",")[1]))

    def sentence(self):
        return self.area.locator(".jp-RenderedHTMLCommon p").last.inner_text()

    def place(self):
        """Where the handle is, by its accessible value: an index or an exponent."""
        return float(self.handle.get_attribute("aria-valuenow"))

    def readout(self):
        """The value beside the slider, as the student reads it."""
        return self.row.locator(".widget-readout").inner_text()

    def after(self, act):
        """Call `act()`; wait until picture and sentence have changed and stay."""
        before = self.sentence()
        act()
        wait_for(lambda: self.sentence() != before, "another sentence")
        wait_for(self.rests, "the figure to rest")

    def rests(self):
        state = self.sentence(), self.picture().tobytes()
        self.page.wait_for_timeout(300)
        return state == (self.sentence(), self.picture().tobytes())

    def press(self, key, times=1):
        self.handle.focus()
        for _ in range(times):
            self.page.keyboard.press(key)

    def drag(self, fraction):
        """Drag the handle to a fraction of the track, in many small moves."""
        track, handle = self.row.locator(".noUi-base").bounding_box(), self.handle.bounding_box()
        y = handle["y"] + handle["height"] / 2
        self.page.mouse.move(handle["x"] + handle["width"] / 2, y)
        self.page.mouse.down()
        self.page.mouse.move(track["x"] + fraction * track["width"], y, steps=25)
        self.page.mouse.up()

    def shows(self, live):
        """Whether picture and sentence are those of `live`; edges may differ."""
        live.plain(self.page.evaluate("devicePixelRatio") <= 1)
        ours, theirs = self.picture(), pixels(live.png())
        assert ours.shape == theirs.shape
        different = np.abs(ours - theirs).max(axis=-1) > 8
        return self.sentence() == live.sentence and np.mean(different) < 1e-3
