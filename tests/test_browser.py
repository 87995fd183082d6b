"""The lessons as a student has them: a real JupyterLab in a real browser, keys and mouse."""

import base64
import io
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from find_chromium import HOW, find_chromium
from PIL import Image

from bn_helpers import plots
from bn_helpers.explorers import batchnorm_forward, weight_initialization

plots.use_style()  # as the setup cell of a lesson does
pytestmark = pytest.mark.browser
ROOT = Path(__file__).parents[1]
KERNEL = "() => window.jupyterapp.shell.currentWidget?.sessionContext.session?.kernel?.status"
STDS = [*(10 ** (-3 + 0.05 * np.arange(70))), 3.0]  # the places of the weight std slider
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """JupyterLab as `make lab` starts it, on a copy of the lessons; (address, folder)."""
    folder = tmp_path_factory.mktemp("lab")
    for part in ("notebooks", "jupyter"):
        shutil.copytree(ROOT / part, folder / part)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    own = {f"JUPYTER_{what}_DIR": str(folder / what.lower()) for what in ("CONFIG", "DATA", "RUNTIME")}
    command = [sys.executable, "-m", "jupyterlab", "--config=jupyter/jupyter_lab_config.py", "--no-browser"]
    command += [f"--port={port}", "--IdentityProvider.token=t", "--LabApp.expose_app_in_browser=True"]
    command += ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with open(folder / "log.txt", "w") as log:
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
    pytest.fail(f"waited {seconds} s in vain for {what}\n{log.read_text()[-2000:] if log else ''}")


@pytest.fixture(scope="module")
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


@pytest.fixture(scope="module")
def lesson(browser, lab):
    page = open_and_run(browser, lab, "01_weight_initialization.ipynb")
    yield page
    page.context.close()


@pytest.fixture(scope="module")
def preview(browser, lab):
    page = open_and_run(browser, lab, "05_batchnorm_forward.ipynb")
    yield page
    page.context.close()


class Figure:
    """A live figure on the page: the output area that holds the slider called `label`."""

    def __init__(self, page, label):
        self.page = page
        self.area = page.locator(".jp-OutputArea", has=page.locator(f".widget-label:text-is('{label}')")).first
        wait_for(lambda: page.evaluate(KERNEL) == "idle", "all cells to run")
        bring(page, self.area)
        self.row = self.area.locator(".widget-inline-hbox", has=page.locator(f"text='{label}'")).first
        self.handle = self.row.locator(".noUi-handle")
        self.handle.wait_for()
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


def test_every_cell_of_lesson_01_runs_without_an_error_or_a_word_on_stderr(lesson, lab):
    Figure(lesson, "weight std")
    folder = lab[1]

    def saved():
        command(lesson, "docmanager:save")
        lesson.wait_for_timeout(500)
        notebook = json.loads((folder / "notebooks/01_weight_initialization.ipynb").read_text())
        code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
        done = [cell["execution_count"] for cell in code] == list(range(1, len(code) + 1))
        return notebook if done else None

    notebook = wait_for(saved, "all cells to run")
    assert notebook["metadata"]["widgets"], "widget state is not saved"
    outputs = [output for cell in notebook["cells"] for output in cell.get("outputs", [])]
    assert [o for o in outputs if o["output_type"] == "error" or o.get("name") == "stderr"] == []
    assert sum("image/png" in o.get("data", {}) for o in outputs) == 6


def test_the_server_leads_to_the_first_lesson_and_prints_nothing_that_puzzles(lesson, lab):
    address, folder = lab
    page = urllib.request.urlopen(f"{address}/?token=t")
    assert page.url == f"{address}/lab/tree/notebooks/01_weight_initialization.ipynb?token=t"
    assert (folder / "log.txt").read_text() == ""  # with a token of its own, it prints its address


def test_nothing_pops_up_when_the_lesson_opens(lesson):
    assert lesson.locator(".Toastify__toast").count() == 0
    assert lesson.locator(".jp-Dialog").count() == 0


def test_the_start_value_stays_when_the_slider_appears(lesson):
    assert "weights of std 1, sigmoid" in Figure(lesson, "weight std").sentence()


def test_arrow_keys_move_the_slider_and_the_right_picture_and_sentence_follow(lesson):
    figure = Figure(lesson, "weight std")
    live = weight_initialization.two_layers.live()
    for key, times in (("ArrowLeft", 1), ("Home", 1), ("ArrowRight", 20), ("ArrowRight", 20)):
        figure.after(lambda key=key, times=times: figure.press(key, times))
        live.update(std=figure.std())
        assert figure.shows(live)
    assert "weights of std 0.1," in figure.sentence()  # 40 steps of 1/20 decade above 0.001


def test_a_mouse_drag_ends_with_the_right_picture_and_sentence(lesson):
    figure = Figure(lesson, "weight std")
    live = weight_initialization.two_layers.live()
    for fraction in (0.9, 0.3, 0.65):
        figure.after(lambda fraction=fraction: figure.drag(fraction))
        live.update(std=figure.std())
        assert figure.shows(live)


def test_menu_and_check_box_reach_the_figure_too(lesson):
    figure = Figure(lesson, "weight std")
    live = weight_initialization.two_layers.live(std=figure.std())
    live.png()
    figure.after(lambda: figure.area.locator("select").select_option("ReLU"))
    figure.after(lambda: figure.area.locator("input[type=checkbox]").check())
    live.update(activation="ReLU")
    live.png()
    live.update(digits=True)
    assert figure.shows(live)
    figure.after(lambda: figure.area.locator("select").select_option("sigmoid"))
    figure.after(lambda: figure.area.locator("input[type=checkbox]").uncheck())


def test_a_cell_that_is_run_again_leaves_one_figure_that_works(lesson):
    figure = Figure(lesson, "weight std")
    figure.area.click(position={"x": 5, "y": 5})
    command(lesson, "notebook:run-cell")
    wait_for(lambda: "weights of std 1, sigmoid" in figure.sentence(), "the figure as it starts")
    assert lesson.locator(".widget-label:text-is('weight std')").count() == 1
    figure = Figure(lesson, "weight std")
    figure.after(lambda: figure.press("ArrowLeft", 3))
    live = weight_initialization.two_layers.live()
    live.update(std=figure.std())
    assert figure.shows(live)


def test_a_prediction_opens_the_explanation_and_is_kept(lesson, lab):
    ledger = lab[1] / "notebooks/predictions.json"
    area = bring(lesson, lesson.locator(".jp-OutputArea", has=lesson.locator("button:text-is('95%')")).first)
    assert not ledger.exists()
    assert not area.locator("details").evaluate("block => block.open")
    area.locator("button:text-is('95%')").click()
    wait_for(lambda: area.locator("details").evaluate("block => block.open"), "the explanation to open")
    assert "You predicted 95%; it turns out otherwise" in area.locator("summary").inner_text()
    area.locator("button:text-is('65%')").click()
    wait_for(lambda: "and so it is" in area.locator("summary").inner_text(), "the second verdict")
    assert [entry["prediction"] for entry in json.loads(ledger.read_text())] == ["95%", "65%"]


def test_the_batch_size_slider_moves_the_histograms_of_a_real_network(preview):
    figure = Figure(preview, "batch size m")
    pictures = []
    for keys in (("Home", 1), ("ArrowRight", 1), ("End", 1)):
        figure.after(lambda keys=keys: figure.press(*keys))
        pictures.append(figure.picture())
        size = batchnorm_forward.SIZES[int(figure.place())]
        assert figure.sentence().startswith(f"Batches of {size}:")
    assert figure.place() == len(batchnorm_forward.SIZES) - 1
    assert all(np.mean(a != b) > 0.01 for a, b in pairwise(pictures))
    figure.after(lambda: figure.drag(0.3))
    assert figure.sentence().startswith(f"Batches of {batchnorm_forward.SIZES[int(figure.place())]}:")
