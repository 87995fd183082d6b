"""Live figures on a page of their own: errors, Play, twins, a file opened again."""

import json
import time

import nbformat
import pytest
from lab_in_browser import Figure, bring, command, open_and_run, saved_notebook, wait_for

pytestmark = pytest.mark.browser

SETUP = """
import numpy as np

from bn_helpers import plots
from bn_helpers.controls import play, slider
from bn_helpers.live import explore

plots.use_style()


@explore(height=slider(0, 9, start=5, label="height"), size=(4, 2))
def fragile(fig):
    (line,) = fig.subplots().plot([0, 1], [0, 9])

    def update(height):
        if height == 3:
            raise RuntimeError("no three" + ", whatever is tried" * 12)  # two lines
        line.set_ydata([0, height])
        return f"The line ends at {height}."

    return update


@explore(step=play(label="steps"), size=(4, 2))
def walk(fig):
    (line,) = fig.subplots().plot([0, 1], [0, 40])

    def update(step):
        line.set_ydata([0, step])
        if step == 40:
            raise StopIteration("Arrived.")
        return f"Step {step}."

    return update


@explore(step=play(label="ticks"), size=(1, 1))
def endless(fig, log):
    def update(step):
        with open(log, "a") as file:
            file.write(".")
        return f"Step {step}."

    return update
"""


@pytest.fixture(scope="module")
def notebook(lab):
    """A notebook with the same figure twice and a Play; its path."""
    return write(lab.folder / "notebooks/live.ipynb", [SETUP, "fragile()", "fragile()", "walk()"])


def write(path, cells):
    stored = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in cells])
    stored.metadata.kernelspec = {"display_name": "Python 3", "name": "python3"}
    nbformat.write(stored, path)
    return path


@pytest.fixture(scope="module")
def page(browser, lab, notebook):
    page = open_and_run(browser, lab, notebook.name)
    yield page
    page.context.close()


def twins(page):
    figure = Figure(page, "height")
    twin = Figure(page, "height", 1)
    return figure, twin


@pytest.mark.parametrize(("ratio", "pixels"), [(1, 400), (2, 800)])
def test_a_moved_picture_has_as_many_pixels_as_the_screen_shows(
    browser, lab, notebook, ratio, pixels
):
    page = open_and_run(browser, lab, notebook.name, device_scale_factor=ratio)
    figure, twin = twins(page)
    figure.after(lambda: figure.press("Home"))
    assert figure.picture().shape[1] == pixels
    assert figure.area.locator("img").evaluate("image => image.width") == 400
    assert twin.picture().shape[1] == 800  # as it was stored
    page.context.close()


def test_an_error_is_told_below_the_picture_and_the_next_move_works(page):
    figure, _ = twins(page)
    figure.after(lambda: figure.press("ArrowLeft"))
    assert figure.sentence() == "The line ends at 4."
    figure.after(lambda: figure.press("ArrowLeft"))
    assert figure.sentence().startswith(
        "This setting could not be drawn. RuntimeError: no three, whatever"
    )
    figure.after(lambda: figure.press("ArrowLeft"))
    assert figure.sentence() == "The line ends at 2."


def test_the_same_figure_twice_does_not_disturb_each_other(page):
    figure, twin = twins(page)
    before = figure.sentence(), figure.picture().tobytes()
    twin.after(lambda: twin.press("End"))
    assert twin.sentence() == "The line ends at 9."
    assert (figure.sentence(), figure.picture().tobytes()) == before


def test_play_steps_the_computation_pauses_and_ends_with_it(page):
    area = bring(page, page.locator(".jp-OutputArea", has=page.locator(".widget-play")).first)
    sentence = area.locator("p.bn-live")
    start, pause = (area.get_by_role("button", name=f"{what}: steps") for what in ("Play", "Pause"))
    start.click()
    wait_for(lambda: sentence.inner_text() not in ("Step 0.", "Step 1."), "two steps")
    pause.click()
    page.wait_for_timeout(400)
    rested = sentence.inner_text()
    page.wait_for_timeout(400)
    assert sentence.inner_text() == rested != "Arrived."
    start.click()
    wait_for(lambda: sentence.inner_text() == "Arrived.", "the end")
    wait_for(start.count, "the button to say Play again")
    area.get_by_role("button", name="Back to the start: steps").click()
    wait_for(lambda: sentence.inner_text() == "Step 0.", "the start")


def test_the_page_does_not_jump_and_no_frame_lacks_the_picture_while_the_hand_moves(page):
    figure, _ = twins(page)
    figure.press("Home")
    page.evaluate("""() => {
        const handle = document.querySelector(".jp-OutputArea .noUi-handle");
        const area = handle.closest(".jp-OutputArea");
        window.seen = {heights: new Set(), pictures: new Set(), blank: 0};
        const look = () => {
            const images = area.querySelectorAll(".jp-RenderedImage img");
            const whole = images.length === 1 && images[0].complete && images[0].naturalWidth > 0;
            seen.blank += !whole;
            if (whole) seen.pictures.add(images[0].src);
            seen.heights.add(area.getBoundingClientRect().height);
            if (seen) requestAnimationFrame(look);
        };
        look();
    }""")
    for fraction in (0.95, 0.05, 0.6):  # to and fro over the two lines of the error at 3
        figure.after(lambda fraction=fraction: figure.drag(fraction))
    *heights, pictures, blank = page.evaluate(
        "() => [...seen.heights, seen.pictures.size, seen.blank]"
    )
    assert (len(heights), blank) == (1, 0)
    assert pictures >= 3


@pytest.mark.parametrize("tab", ["notebook", "browser"])
def test_a_play_stops_when_its_tab_closes(browser, lab, tab):
    notebook = write(lab.folder / f"notebooks/{tab}-tab.ipynb", [SETUP, f"endless('{tab}.txt')"])
    ticks = notebook.with_name(f"{tab}.txt")
    page = open_and_run(browser, lab, notebook.name)
    page.get_by_role("button", name="Play: ticks").click()
    wait_for(lambda: len(ticks.read_text(encoding="utf-8")) > 5, "some ticks")
    if tab == "notebook":
        command(page, "application:close")
        # what has changed since the file was saved
        page.get_by_role("button", name="Discard").click()
        wait_for(lambda: not page.locator(".jp-NotebookPanel").count(), "the notebook to close")
    else:
        page.close()
    time.sleep(0.5)
    last = ticks.read_text(encoding="utf-8")
    time.sleep(0.7)
    assert ticks.read_text(encoding="utf-8") == last
    page.context.close()


@pytest.mark.parametrize("trusted", [True, False])
def test_a_saved_file_shows_the_last_picture_and_sentence_without_a_kernel(
    page, lab, browser, notebook, trusted
):
    figure, _ = twins(page)
    shown = figure.picture().tobytes()

    def saved():
        command(page, "docmanager:save")
        page.wait_for_timeout(300)
        told = figure.sentence() in notebook.read_text(encoding="utf-8")
        return told and saved_notebook(notebook)

    stored = wait_for(saved, "the file")
    if not trusted:
        stored["metadata"]["copied"] = True  # another content: the signature no longer fits
    copy = notebook.with_name(f"copy-{trusted}.ipynb")
    copy.write_text(json.dumps(stored), encoding="utf-8")
    command(page, "docmanager:save")
    again = browser.new_context(viewport={"width": 1200, "height": 900}).new_page()
    again.goto(lab.url(f"notebooks/{copy.name}"))
    again.wait_for_selector(".jp-RenderedImage img", timeout=60_000)
    area = again.locator(".jp-OutputArea", has=again.locator("p")).first
    assert area.locator("p").last.inner_text() == figure.sentence()
    picture = Figure.picture(type("Stored", (), {"area": area})())
    assert picture.tobytes() == shown
    again.context.close()


def test_the_wheel_over_a_figure_moves_the_page_not_the_figure(page):
    figure = Figure(page, "height")
    heights = figure.area.evaluate("area => [area.scrollHeight, area.clientHeight]")
    assert heights[0] == heights[1]


def test_a_page_of_the_docs_opens_as_a_page_not_as_source(browser, lab):
    (lab.folder / "page.md").write_text("# A title\n", encoding="utf-8")
    page = browser.new_page()
    page.goto(lab.url("page.md"))
    page.wait_for_selector(".jp-MarkdownViewer h1", timeout=60_000)
    assert page.locator(".jp-FileEditor").count() == 0
    page.close()
