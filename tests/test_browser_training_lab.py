"""The training lab as a student has it: Play, Pause, Step, Reset, the cell again."""

import re

import nbformat
import pytest
from lab_in_browser import KERNEL, command, open_and_run, wait_for

pytestmark = pytest.mark.browser

CELL = "from bn_helpers.explorers import comparison\n\ncomparison.training_lab()"
CHANGES = """() => {
    window.pictures = 0;
    const area = document.querySelector(".jp-RenderedImage").closest(".jp-OutputArea");
    let last = area.querySelector(".jp-RenderedImage img").src;
    window.look = () => {
        const image = area.querySelector(".jp-RenderedImage img");
        if (image?.complete && image.src !== last) { pictures++; last = image.src; }
        requestAnimationFrame(look);
    };
    look();
}"""


@pytest.fixture(scope="module")
def page(browser, lab):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(CELL)])
    notebook.metadata.kernelspec = {"display_name": "Python 3", "name": "python3"}
    nbformat.write(notebook, lab.folder / "notebooks/training_lab.ipynb")
    page = open_and_run(browser, lab, "training_lab.ipynb")
    page.get_by_role("button", name="Play: training").wait_for(timeout=60_000)
    page.evaluate(CHANGES)
    yield page
    page.context.close()


def sentence(page):
    return page.locator("p.bn-live").last.inner_text()


def step(page):
    told = re.match(r"Step (\d+)", sentence(page))
    return int(told[1]) if told else 0


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def rests(page):
    before = page.evaluate("() => window.pictures")
    page.wait_for_timeout(700)
    return page.evaluate("() => window.pictures") == before


def test_play_trains_pause_stops_within_two_pictures_and_a_step_is_one(page):
    assert "two real networks" in sentence(page).lower()
    press(page, "Play: training")
    wait_for(lambda: step(page) > 40, "forty steps")
    press(page, "Pause: training")
    before = page.evaluate("() => window.pictures")
    wait_for(lambda: rests(page), "rest")
    assert page.evaluate("() => window.pictures") - before <= 2
    assert "test accuracy" in sentence(page)
    last = step(page)
    press(page, "Step")
    wait_for(lambda: step(page) == last + 1, "one step")


def test_a_learning_rate_goes_on_and_a_setting_begins_anew_and_moves_the_controls(page):
    last = step(page)
    rate = page.locator(".jp-OutputArea .noUi-handle").first
    rate.focus()
    page.keyboard.press("ArrowRight")
    menu = page.locator(".jp-OutputArea select").first
    wait_for(lambda: menu.input_value() == "", "a blank menu")
    press(page, "Step")
    wait_for(lambda: step(page) == last + 1, "one step more")
    menu.select_option("batches of two")
    wait_for(lambda: step(page) == 0, "a new run")
    values = [readout.inner_text() for readout in page.locator(".widget-readout").all()]
    assert values[1] == "2"
    assert page.locator(".jp-OutputArea select").nth(1).input_value() == "ReLU"


def test_reset_stops_the_play_and_only_two_rows_of_controls_follow_the_buttons(page):
    press(page, "Play: training")
    wait_for(lambda: step(page) > 20, "twenty steps")
    press(page, "Reset")
    wait_for(lambda: rests(page), "rest")
    assert step(page) == 0
    page.get_by_role("button", name="Play: training").wait_for()
    rows = page.locator(".bn-controls > .widget-hbox")
    assert rows.count() == 3
    shown = [button for button in page.locator(".widget-play button").all() if button.is_visible()]
    assert len(shown) == 1


def test_the_cell_run_again_while_it_plays_leaves_one_figure_that_stands_still(page):
    press(page, "Play: training")
    wait_for(lambda: step(page) > 20, "twenty steps")
    page.locator(".jp-CodeCell .cm-content").first.click()
    command(page, "notebook:run-cell")
    wait_for(lambda: step(page) == 0 and page.evaluate(KERNEL) == "idle", "the new figure")
    page.evaluate(CHANGES)
    assert rests(page)
    assert page.get_by_role("button", name="Play: training").count() == 1
    press(page, "Play: training")
    wait_for(lambda: step(page) > 5, "some steps")
    press(page, "Pause: training")


def test_an_interrupt_leaves_the_figure_usable(page):
    press(page, "Play: training")
    last = step(page)
    wait_for(lambda: step(page) > last, "a step")
    command(page, "kernelmenu:interrupt")
    page.wait_for_timeout(300)
    pause = page.get_by_role("button", name="Pause: training")
    if pause.count():
        pause.click()
    wait_for(lambda: rests(page), "rest")
    last = step(page)
    press(page, "Step")
    wait_for(lambda: step(page) == last + 1, "one step")
    assert "could not be drawn" not in sentence(page)
