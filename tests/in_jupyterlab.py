"""A real JupyterLab in a real browser, for tests: two fixtures, and what a student's hands and eyes do."""

import base64
import io
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import numpy as np
import pytest
from find_chromium import HOW, find_chromium
from PIL import Image
from test_notebooks import lesson_named

ROOT = Path(__file__).parents[1]
KERNEL = "() => window.jupyterapp.shell.currentWidget?.sessionContext.session?.kernel?.status"
STDS = [*(10 ** (-3 + 0.05 * np.arange(70))), 3.0]  # the places of the weight std slider
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    """JupyterLab as `make lab` starts it, on a copy of the lessons; (address, folder)."""
    folder = tmp_path_factory.mktemp("lab")
    for part in ("notebooks", "jupyter", "tools"):
        shutil.copytree(ROOT / part, folder / part)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    own = {f"JUPYTER_{what}_DIR": str(folder / what.lower()) for what in ("CONFIG", "DATA", "RUNTIME")}
    own["BN_LAB_DATA"] = str(folder / "predictions")
    command = [sys.executable, "-P", "-m", "jupyterlab", "--config=jupyter/jupyter_lab_config.py", "--no-browser"]
    command += [f"--port={port}", "--IdentityProvider.token=t", "--LabApp.expose_app_in_browser=True"]
    with open(folder / "log.txt", "w", encoding="utf-8") as log:
        server = subprocess.Popen(command, cwd=folder, env=os.environ | own, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(lambda: answers(f"{address}/api?token=t"), "the server to answer", folder / "log.txt")
        yield address, folder
    finally:
        server.terminate()
        server.wait(timeout=30)


def answers(url):
    try:
        return urllib.request.urlopen(url, timeout=5).status == 200
    except (urllib.error.URLError, OSError):
        return False


def wait_for(condition, what, log=None, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if value := condition():
            return value
        time.sleep(0.05)
    pytest.fail(f"waited {seconds} s in vain for {what}\n{log.read_text(encoding='utf-8')[-2000:] if log else ''}")


@pytest.fixture(scope="session")
def browser():
    from playwright.sync_api import sync_playwright

    path = find_chromium()
    assert path, HOW
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield chromium
        chromium.close()


def open_and_run(browser, lab, name, **screen):
    """A page with notebook `name` after Run All Cells, when the kernel has nothing left to do."""
    if re.match(r"\d\d_", name):
        lesson_named(name)
    address, _ = lab
    page = browser.new_context(viewport={"width": 1200, "height": 900}, **screen).new_page()
    page.goto(f"{address}/lab/tree/notebooks/{name}?token=t&reset")
    page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=60_000)
    wait_for(lambda: page.evaluate(KERNEL) == "idle", "an idle kernel")
    command(page, "notebook:run-all-cells")
    return page


def command(page, name):
    """Start a command of JupyterLab without waiting for its end."""
    page.evaluate("name => { window.jupyterapp.commands.execute(name) }", name)


def bring(page, locator):
    """Scroll the notebook until `locator` is there: cells far from the window are not in the page."""
    notebook = page.locator(".jp-WindowedPanel-outer")
    notebook.evaluate("panel => panel.scrollTo(0, 0)")
    for _ in range(60):
        page.wait_for_timeout(100)
        if locator.count():
            locator.scroll_into_view_if_needed()
            return locator
        notebook.evaluate("panel => panel.scrollBy(0, 500)")
    pytest.fail(f"not in the notebook: {locator}")


class Figure:
    """A live figure on the page: the output area that holds the slider called `label`; its question is skipped."""

    def __init__(self, page, label, nth=0):
        self.page = page
        self.area = page.locator(".jp-OutputArea", has=page.locator(f".widget-label:text-is('{label}')")).nth(nth)
        wait_for(lambda: page.evaluate(KERNEL) == "idle", "all cells to run")
        cell = self.area.locator("xpath=ancestor::*[contains(concat(' ', @class, ' '), ' jp-Cell ')]").last
        bring(page, cell)
        self.row = self.area.locator(".widget-inline-hbox", has=page.locator(f"text='{label}'")).first
        self.handle = self.row.locator(".noUi-handle")
        cover = cell.locator(".bn-cover button")
        wait_for(lambda: self.handle.is_visible() or cover.count(), "the slider or the cover of its question")
        page.wait_for_timeout(500)  # the cover comes a moment after the figure
        if cover.count():
            cover.click()
        self.handle.wait_for()
        bring(page, self.area)
        wait_for(self.sentence, "the sentence")

    def picture(self):
        """The pixels now on the page, as an integer array (H, W, 4)."""
        source = self.area.locator(".jp-RenderedImage img").get_attribute("src")
        return pixels(base64.b64decode(source.split(",")[1]))

    def sentence(self):
        return self.area.locator(".jp-RenderedHTMLCommon p").last.inner_text()

    def place(self):
        """Where the handle stands, as its accessible value says: an index, or an exponent to one digit."""
        return float(self.handle.get_attribute("aria-valuenow"))

    def std(self):
        """The weight std that is meant by the two digits beside the slider."""
        return min(STDS, key=lambda std: abs(std - float(self.row.locator(".widget-readout").inner_text())))

    def after(self, act):
        """Do something with the controls and wait until picture and sentence have followed and rest."""
        before = self.sentence()
        act()
        wait_for(lambda: self.sentence() != before, "another sentence")
        wait_for(self.rests, "the figure to rest")

    def rests(self):
        now = self.sentence(), self.picture().tobytes()
        self.page.wait_for_timeout(300)
        return now == (self.sentence(), self.picture().tobytes())

    def press(self, key, times=1):
        self.handle.focus()
        for _ in range(times):
            self.page.keyboard.press(key)

    def drag(self, fraction):
        """Drag the handle to a fraction of the track, with the mouse, in many small moves."""
        track, handle = self.row.locator(".noUi-base").bounding_box(), self.handle.bounding_box()
        y = handle["y"] + handle["height"] / 2
        self.page.mouse.move(handle["x"] + handle["width"] / 2, y)
        self.page.mouse.down()
        self.page.mouse.move(track["x"] + fraction * track["width"], y, steps=25)
        self.page.mouse.up()

    def shows(self, live):
        """Are picture and sentence those of `live`? (A drawn edge may differ by rounding.)"""
        ours, theirs = self.picture(), pixels(live.png())
        assert ours.shape == theirs.shape
        return self.sentence() == live.sentence and np.mean(np.abs(ours - theirs).max(axis=-1) > 8) < 1e-3


def pixels(png):
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGBA")).astype(int)
