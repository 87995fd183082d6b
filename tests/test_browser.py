"""The lessons as a student has them: JupyterLab in a real browser, keys and mouse."""

import json
import urllib.request
from itertools import pairwise

import nbformat
import numpy as np
import pytest
from lab_in_browser import (
    KERNEL,
    Figure,
    bring,
    command,
    open_and_run,
    saved_notebook,
    wait_for,
)
from lessons import lessons
from support.notebooks import lesson_named

from bn_helpers import plots
from bn_helpers.experiments.forward import SIZES
from bn_helpers.explorers import initialization

STDS = [*(10 ** (-3 + 0.05 * np.arange(70))), 3.0]  # the places of the weight std slider
plots.use_style()  # as the setup cell of a lesson does
pytestmark = pytest.mark.browser
TWO_LAYERS = 3  # of the figures of lesson 01 with a slider for the weight std, from 0


@pytest.fixture(scope="module")
def lesson(browser, lab):
    page = open_and_run(browser, lab, lesson_named("01").name)
    yield page
    page.context.close()


@pytest.fixture(scope="module")
def preview(browser, lab):
    page = open_and_run(browser, lab, lesson_named("05").name)
    yield page
    page.context.close()


def std_of(figure):
    """The weight std that the two digits beside the slider mean."""
    return min(STDS, key=lambda std: abs(std - float(figure.readout())))


def test_every_cell_of_lesson_01_runs_without_an_error_or_a_word_on_stderr(lesson, lab):
    Figure(lesson, "weight std", TWO_LAYERS)
    folder = lab.folder

    def saved():
        command(lesson, "docmanager:save")
        lesson.wait_for_timeout(500)
        notebook = saved_notebook(folder / "notebooks/01_weight_initialization.ipynb")
        code = [c for c in notebook.get("cells", []) if c["cell_type"] == "code"]
        done = code and [c["execution_count"] for c in code] == list(range(1, len(code) + 1))
        return notebook if done else None

    notebook = wait_for(saved, "all cells to run")
    assert notebook["metadata"]["widgets"], "widget state is not saved"
    outputs = [output for cell in notebook["cells"] for output in cell.get("outputs", [])]
    assert [o for o in outputs if o["output_type"] == "error" or o.get("name") == "stderr"] == []
    assert sum("image/png" in o.get("data", {}) for o in outputs) == 7


def test_the_server_leads_to_the_first_lesson_and_prints_nothing_that_puzzles(lesson, lab):
    address, folder = lab
    page = urllib.request.urlopen(f"{address}/?token=t")
    assert page.url == f"{address}/lab/tree/my_course/{lessons()[0].name}?token=t"
    # with a token of its own, it prints its address
    log = (folder / "log.txt").read_text(encoding="utf-8")
    assert log.startswith("Copied to my_course/: ")
    assert log.count("\n") == 1


def test_nothing_pops_up_when_the_lesson_opens(lesson):
    assert lesson.locator(".Toastify__toast").count() == 0
    assert lesson.locator(".jp-Dialog").count() == 0


def test_the_start_value_stays_when_the_slider_appears(lesson):
    assert "weight std 1, sigmoid" in Figure(lesson, "weight std", TWO_LAYERS).sentence()


def test_arrow_keys_move_the_slider_and_the_right_picture_and_sentence_follow(lesson):
    figure = Figure(lesson, "weight std", TWO_LAYERS)
    live = initialization.two_layer_network.live()
    for key, times in (("ArrowLeft", 1), ("Home", 1), ("ArrowRight", 20), ("ArrowRight", 20)):
        figure.after(lambda key=key, times=times: figure.press(key, times))
        live.update(std=std_of(figure))
        assert figure.shows(live)
    assert "weight std 0.1," in figure.sentence()  # 40 steps of 1/20 decade above 0.001


def test_a_mouse_drag_ends_with_the_right_picture_and_sentence(lesson):
    figure = Figure(lesson, "weight std", TWO_LAYERS)
    live = initialization.two_layer_network.live()
    for fraction in (0.9, 0.3, 0.65):
        figure.after(lambda fraction=fraction: figure.drag(fraction))
        live.update(std=std_of(figure))
        assert figure.shows(live)


def test_menu_and_check_box_reach_the_figure_too(lesson):
    figure = Figure(lesson, "weight std", TWO_LAYERS)
    live = initialization.two_layer_network.live(std=std_of(figure))
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
    figure = Figure(lesson, "weight std", TWO_LAYERS)
    figure.area.click(position={"x": 5, "y": 5})
    command(lesson, "notebook:run-cell")
    wait_for(lambda: "weight std 1, sigmoid" in figure.sentence(), "the figure as it starts")
    assert lesson.locator(".widget-label:text-is('weight std')").count() == TWO_LAYERS + 1
    figure = Figure(lesson, "weight std", TWO_LAYERS)
    figure.after(lambda: figure.press("ArrowLeft", 3))
    live = initialization.two_layer_network.live()
    live.update(std=std_of(figure))
    assert figure.shows(live)


def test_a_prediction_is_noted_and_kept_and_a_second_click_opens_the_explanation(lesson, lab):
    ledger = lab.folder / "predictions/predictions.json"
    area = bring(
        lesson, lesson.locator(".jp-OutputArea", has=lesson.locator("button:text-is('95%')")).first
    )
    assert not ledger.exists()
    assert not area.locator("details").evaluate("block => block.open")
    area.locator("button:text-is('95%')").click()
    summary = area.locator("summary", has_text="Noted: 95%.")
    summary.wait_for()
    assert not area.get_by_text("The answer is different.").is_visible()
    summary.click()
    area.get_by_text("The answer is different.").wait_for()
    area.locator("button:text-is('65%')").click()
    area.locator("summary", has_text="Noted: 65%.").click()
    area.get_by_text("This is right.").wait_for()
    assert [entry["prediction"] for entry in json.loads(ledger.read_text(encoding="utf-8"))] == [
        "95%",
        "65%",
    ]


def test_the_result_below_a_question_is_covered_until_it_is_decided_or_skipped(lesson, lab):
    def run_without_a_former_prediction():
        (lab.folder / "predictions/predictions.json").unlink(missing_ok=True)
        command(lesson, "notebook:run-cell")

    area = bring(
        lesson, lesson.locator(".jp-OutputArea", has=lesson.locator("button:text-is('30%')")).first
    )
    question = lesson.locator(".jp-Cell", has=area).last
    following = question.locator("xpath=following-sibling::*[1]")
    result, cover = following.locator(".jp-OutputArea"), following.locator(".bn-cover")
    text = following.locator("xpath=following-sibling::*[1]").locator(".jp-MarkdownOutput p").first
    for decide in ("skip", "choose"):
        question.click(position={"x": 3, "y": 3})
        run_without_a_former_prediction()
        wait_for(lambda: not result.is_visible() and cover.count(), "the cover")
        assert not text.is_visible()
        if decide == "skip":
            cover.get_by_role("button").click()
        else:
            area.locator("button:text-is('65%')").click()
        wait_for(result.is_visible, "the result")
    assert "measured share" in result.inner_text()
    assert "share of a Gaussian" in text.inner_text()
    question.click(position={"x": 3, "y": 3})
    run_without_a_former_prediction()
    wait_for(cover.count, "the cover")
    # the locators find them by the question's buttons
    below = result.element_handle(), text.element_handle()
    command(lesson, "notebook:clear-cell-output")
    wait_for(
        lambda: all(element.is_visible() for element in below), "the result without its question"
    )
    command(lesson, "notebook:run-cell")
    area.locator("button:text-is('65%')").click()


def test_every_slider_has_a_name_and_says_its_value_not_its_place(lesson, preview):
    for page, label, value in ((lesson, "weight std", None), (preview, "batch size m", "256")):
        figure = Figure(page, label)
        if value:
            figure.press("End")
        wait_for(
            lambda f=figure, v=value: v in (None, f.handle.get_attribute("aria-valuetext")),
            "the value in words",
        )
        assert figure.handle.get_attribute("role") == "slider"
        assert figure.handle.get_attribute("aria-label") == label
        assert figure.handle.get_attribute("aria-description")
        assert figure.handle.get_attribute("aria-valuetext") == figure.readout()


def test_the_sentence_is_announced_once_when_the_hand_rests(preview):
    figure = Figure(preview, "batch size m")
    figure.after(lambda: figure.press("Home"))
    preview.wait_for_timeout(700)
    figure.area.evaluate("""area => {
        window.said = [];
        const voice = area.querySelector(".bn-live-voice");
        const say = () => window.said.push(voice.textContent);
        new MutationObserver(say).observe(voice, {childList: true});
    }""")
    figure.after(lambda: figure.press("ArrowRight", 8))
    preview.wait_for_timeout(900)
    assert preview.evaluate("() => window.said") == [figure.sentence()]
    assert figure.area.locator(".bn-live-voice").get_attribute("aria-live") == "polite"


def test_the_batch_size_slider_moves_the_histograms_of_a_real_network(preview):
    figure = Figure(preview, "batch size m")
    pictures = []
    figure.press("ArrowRight")
    for keys in (("Home", 1), ("ArrowRight", 1), ("End", 1)):
        figure.after(lambda keys=keys: figure.press(*keys))
        pictures.append(figure.picture())
        size = SIZES[int(figure.place())]
        assert figure.sentence().startswith(f"Batches of {size}:")
    assert figure.place() == len(SIZES) - 1
    assert all(np.mean(a != b) > 0.003 for a, b in pairwise(pictures))
    figure.after(lambda: figure.drag(0.3))
    assert figure.sentence().startswith(f"Batches of {SIZES[int(figure.place())]}:")


SLIDERS = {  # of each live figure one that no other has
    "03_covariate_shift": ["shift", "pixels to the right", "training step"],
    "04_whitening": ["then turned by", "moved by", "batch size", "learning rate", "epsilon"],
    "05_batchnorm_forward": ["first value", "fifth point", "digit"],
    "06_batchnorm_backward": ["step", "examples", "angle to x̂", "tolerance"],
    "07_inference_statistics": ["other company", "momentum α", "training steps"],
    "10_bug_clinic": ["input std", "momentum"],
    "09_why_it_works": ["noise", "step", "layers"],
    "08b_size_of_the_weights": ["scale", "first length"],
    "09b_when_it_does_not": ["batch size m", "groups", "empty rows", "tuning batch"],
    "08_training_with_batchnorm": ["unit"],
}

CELLS = """() => [...document.querySelectorAll(".jp-Notebook .jp-Cell")].map(cell =>
    cell.querySelector("details.bn-question") ? "Q" : cell.querySelector(".bn-cover") ? "c" :
    cell.querySelector("h2")?.checkVisibility() ? "H" : " ").join("")"""


@pytest.mark.parametrize("name", SLIDERS)
def test_the_figures_of_a_lesson_follow_to_both_ends(browser, lab, name):
    page = open_and_run(browser, lab, lesson_named(name).name)
    wait_for(lambda: page.evaluate(KERNEL) == "idle", "all cells to run", seconds=120)
    asked = [
        cell for cell in nbformat.read(lesson_named(name), 4).cells if "predict.ask(" in cell.source
    ]

    def covered():
        before, *runs = page.evaluate(CELLS).split("Q")
        return (
            len(runs) == len(asked)
            and "c" not in before
            and all("c" in r for r in runs)
            and "H" in runs[-1]
        )

    wait_for(covered, "each question to cover a result")
    for label in SLIDERS[name]:
        figure = Figure(page, label)
        for key in ("End", "Home"):
            figure.after(lambda figure=figure, key=key: figure.press(key))
            assert "could not be drawn" not in figure.sentence()
    page.context.close()
