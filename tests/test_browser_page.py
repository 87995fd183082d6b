"""Controls and outputs: a page loaded again, a new kernel, the keyboard, covers."""

import shutil

import nbformat
import pytest
from lab_in_browser import KERNEL, Figure, command, open_and_run, wait_for
from support.notebooks import lesson_named

pytestmark = pytest.mark.browser

SETUP = """
from bn_helpers import predict
predict.forget()
from bn_helpers.controls import choice, play, slider, steps, switch
from bn_helpers.live import explore


@explore(
    height=slider(0, 9, start=5, label="height"),
    width=steps([1, 2, 4, 8], start=4, label="width"),
    colour=choice("blue", "black", label="colour"),
    thick=switch(label="thick"),
    tick=play(label="ticks"),
)
def bar(fig):
    (line,) = fig.subplots().plot([0, 1], [0, 9])

    def update(height, width, colour, thick, tick):
        line.set(ydata=[0, height], color=colour, linewidth=width + 5 * thick)
        return f"A {colour} line to {height}, {width} wide, thick: {thick}, ticks: {tick}."

    return update
"""
QUESTION = 'predict.ask("01-spread-of-a-sum")'


def write(path, cells):
    """A notebook of code cells, and of (kind, source) for others."""
    make = {"markdown": nbformat.v4.new_markdown_cell, "code": nbformat.v4.new_code_cell}
    pairs = [cell if isinstance(cell, tuple) else ("code", cell) for cell in cells]
    stored = nbformat.v4.new_notebook(cells=[make[kind](source) for kind, source in pairs])
    stored.metadata.kernelspec = {"display_name": "Python 3", "name": "python3"}
    nbformat.write(stored, path)
    return path.name


@pytest.fixture
def opened(browser, lab):
    """`opened(name, cells)`: a page with a new notebook after Run All Cells."""
    pages = []

    def open_it(name, cells):
        page = open_and_run(browser, lab, write(lab.folder / f"notebooks/{name}.ipynb", cells))
        wait_for(lambda: page.evaluate(KERNEL) == "idle", "all cells to run")
        pages.append(page)
        return page

    yield open_it
    for page in pages:
        page.context.close()


def save(page, lab, name, holds):
    """Save until the file holds a text."""
    file = lab.folder / f"notebooks/{name}.ipynb"

    def saved():
        command(page, "docmanager:save")
        page.wait_for_timeout(300)
        return holds in file.read_text(encoding="utf-8")

    wait_for(saved, f"{holds!r} in the file")


def sentence(page):
    """The sentence that can be seen."""
    (shown,) = [text for text in page.locator("p.bn-live").all() if text.is_visible()]
    return shown.inner_text()


def load_again(page, browser, how, lab, name):
    """The notebook on another page: loaded again, opened again, or a second window."""
    if how == "second":
        page = browser.new_context(viewport={"width": 1200, "height": 900}).new_page()
        page.goto(lab.url(f"notebooks/{name}.ipynb"))
    elif how == "reload":
        page.reload()
    else:
        command(page, "application:close")
        wait_for(lambda: not page.locator(".jp-NotebookPanel").count(), "the notebook to close")
        page.evaluate(
            "path => { window.jupyterapp.commands.execute('docmanager:open', {path}) }",
            f"notebooks/{name}.ipynb",
        )
    page.wait_for_selector(".jp-Notebook .noUi-handle", timeout=60_000)
    return page


@pytest.mark.parametrize("how", ["reload", "second", "closed and opened"])
def test_figure_and_question_follow_on_a_page_that_was_loaded_after_the_cell_ran(
    browser, lab, opened, how
):
    name = f"again-{how.split()[0]}"
    first = opened(name, [SETUP, "bar()", QUESTION, "print('the result')"])
    figure = Figure(first, "height")
    figure.after(lambda: figure.press("ArrowRight"))
    save(first, lab, name, "line to 6")
    page = load_again(first, browser, how, lab, name)
    handle = page.locator(".noUi-handle").first
    handle.focus()
    page.keyboard.press("ArrowRight")
    wait_for(lambda: "line to 7" in sentence(page), "the sentence to follow")
    picture = page.locator(".bn-copy img")
    before = picture.get_attribute("src")
    page.keyboard.press("ArrowRight")
    wait_for(lambda: "line to 8" in sentence(page), "the sentence to follow")
    assert picture.get_attribute("src") != before
    assert [image.is_visible() for image in page.locator(".jp-OutputArea img").all()].count(
        True
    ) == 1
    assert page.locator(".bn-cover").count() == 1
    page.locator("button:text-is('10')").click()
    summary = page.locator("summary:visible", has_text="Noted: 10. Look at the result.")
    wait_for(summary.count, "the verdict")
    wait_for(lambda: not page.locator(".bn-cover").count(), "the result")
    assert page.locator("summary:visible").count() == 1
    if how == "second":
        wait_for(lambda: "line to 8" in sentence(first), "the first window to follow, too")
        page.context.close()


@pytest.mark.parametrize("how", ["restart", "next day"])
def test_with_a_new_kernel_the_last_picture_stays_and_one_line_says_what_to_do(
    browser, lab, opened, how
):
    name = how.replace(" ", "-")
    page = opened(name, [SETUP, "bar()", QUESTION])
    figure = Figure(page, "height")
    figure.after(lambda: figure.press("ArrowRight"))
    save(page, lab, name, "line to 6")
    context = "window.jupyterapp.shell.currentWidget.sessionContext"
    if how == "restart":
        page.evaluate(f"() => {context}.restartKernel()")
    else:
        page.evaluate(f"() => {context}.shutdown()")
        page.reload()
    notes = page.locator(".bn-note:visible")
    wait_for(lambda: notes.count() == 2, "a line at figure and question")
    assert "Run All Above Selected Cell" in notes.first.inner_text()
    assert page.locator(".noUi-handle:visible, .widget-toggle-buttons:visible").count() == 0
    icons = """() => [...document.querySelectorAll(".jp-OutputArea *")].filter(node => {
        const before = getComputedStyle(node, "::before");
        const drawn = !["none", "normal"].includes(before.content) && before.display !== "none";
        return drawn && node.checkVisibility();
    }).length"""
    assert page.evaluate(icons) == 0
    assert "Error displaying widget" not in page.locator(".jp-Notebook").inner_text()
    assert "line to 6" in sentence(page)
    assert page.locator(".jp-RenderedImage img").is_visible()
    wait_for(lambda: page.evaluate(KERNEL) == "idle", "the new kernel")
    command(page, "notebook:run-all-cells")
    wait_for(
        lambda: not notes.count() and page.locator(".noUi-handle").count(), "controls that work"
    )


KEYS = [
    "x",
    "d",
    "d",
    "m",
    "y",
    "a",
    "b",
    "c",
    "v",
    "z",
    "r",
    "1",
    "0",
    "0",
    "i",
    "i",
    "Enter",
    "ArrowDown",
    "ArrowUp",
]
KEYS += [
    "k",
    "j",
    "l",
    "s",
    "h",
    "o",
    "PageDown",
    "End",
    "Home",
    "Delete",
    "Backspace",
    "Escape",
    "Shift+m",
    "Shift+l",
]


@pytest.fixture(scope="module")
def keyboard(browser, lab):
    cells = [
        SETUP,
        "bar()",
        QUESTION,
        "print('the result')",
        ("markdown", "<details><summary>More</summary>x</details>"),
    ]
    page = open_and_run(browser, lab, write(lab.folder / "notebooks/keys.ipynb", cells))
    Figure(page, "height")
    wait_for(lambda: page.locator(".bn-cover").count(), "the cover")
    yield page
    page.context.close()


@pytest.mark.parametrize(
    "control",
    [
        ".bn-cover button",  # before a button is chosen
        ".noUi-handle >> nth=0",
        ".noUi-handle >> nth=1",
        ".widget-dropdown select",
        ".jp-OutputArea input[type=checkbox]",
        ".widget-play button >> nth=0",
        ".widget-toggle-button:visible >> nth=0",
        ".jp-OutputArea summary",
        ".jp-RenderedMarkdown summary",
    ],
)
def test_no_key_on_a_control_changes_the_notebook_or_asks_to_restart(keyboard, control):
    page = keyboard
    model = "window.jupyterapp.shell.currentWidget.content.model.sharedModel"
    cells = f"() => JSON.stringify({model}.cells.map(cell => [cell.cell_type, cell.source]))"
    before = page.evaluate(cells)
    for key in KEYS:
        target = page.locator(control)
        if control == ".bn-cover button" and key == "Enter":
            continue  # it would be gone
        target.focus()
        page.keyboard.press(key)
    page.wait_for_timeout(300)
    assert page.evaluate(cells) == before
    assert page.locator(".jp-Dialog").count() == 0
    assert page.locator(".jp-Notebook.jp-mod-editMode").count() == 0
    assert page.locator(control).evaluate("node => node === document.activeElement")


def test_arrows_move_a_menu_and_ctrl_s_still_saves(keyboard, lab):
    page = keyboard
    menu = page.locator(".widget-dropdown select")
    menu.focus()
    menu.select_option("blue")
    page.keyboard.press("ArrowDown")
    wait_for(lambda: "A black line" in sentence(page), "the menu")
    file = lab.folder / "notebooks/keys.ipynb"
    assert "A black line" not in file.read_text(encoding="utf-8")
    page.keyboard.press("Control+s")
    wait_for(lambda: "A black line" in file.read_text(encoding="utf-8"), "the file")


def test_a_number_is_typed_where_it_is_taken_and_nowhere_else(keyboard):
    page = keyboard
    whole, stepped = (
        Figure(page, label).row.locator(".widget-readout") for label in ("height", "width")
    )
    assert stepped.get_attribute("contenteditable") == "false"
    whole.click()
    page.keyboard.press("Control+a")
    page.keyboard.type("2")
    page.keyboard.press("Enter")
    wait_for(lambda: "line to 2" in sentence(page), "the number that was typed")


BETWEEN = {  # what stands between a question and its result
    "01-spread-of-a-sum": [],
    "00-batch-mean": ["def later():\n    pass"],
    "00-large-rate": [("markdown", "My guess: *ten*.")],
    "00-zero-start": ["1 + 1"],
}


def test_a_result_is_covered_up_to_the_next_heading_whatever_stands_between(opened):
    cells = [SETUP]
    for i, (question, between) in enumerate(BETWEEN.items()):
        cells += [f"predict.ask({question!r})", *between, f"print('one {i}')"]
        cells += [("markdown", f"So it is {i}."), "bar()"]
        cells += [("markdown", f"More of it {i}.\n\n## Section {i}"), f"print('two {i}')"]
    page = opened("covers", cells)
    page.set_viewport_size({"width": 1200, "height": 5000})
    covers = page.locator(".bn-cover")
    wait_for(lambda: covers.count() >= 2 * len(BETWEEN), "the covers")
    page.wait_for_timeout(500)
    assert page.locator("p:has-text('My guess')").is_visible()
    for cell in page.locator(".jp-Cell", has=covers).all():  # a cover is one line high
        assert cell.locator(".jp-Cell-outputWrapper").bounding_box()["height"] < 60
        assert cell.locator(".bn-cover button").is_visible()
    for i in range(len(BETWEEN)):
        result, text, more = (
            page.locator(place)
            for place in (
                f"pre:text-is('one {i}')",
                f"p:text-is('So it is {i}.')",
                f"p:text-is('More of it {i}.')",
            )
        )
        handle = page.locator(".noUi-handle").nth(2 * i)
        assert [place.is_visible() for place in (result, text, more, handle)] == [False] * 4, i
        assert page.locator(f"pre:text-is('two {i}')").is_visible()
        assert page.locator(f"h2:has-text('Section {i}')").is_visible()
        covers.locator("button").first.click()
        wait_for(lambda: result.is_visible() and text.is_visible(), f"result {i}")  # noqa: B023
        assert more.is_visible()
        assert handle.is_visible()
    assert covers.count() == 0


EMPTY = "from bn_helpers import checks\n\n\ndef growth(norms): ...\n\n\nchecks.check_growth(growth)"
ERROR = """
try:
    checks.check_growth(grown)
except NameError:
    get_ipython().showtraceback()  # the cells below run, too
"""


@pytest.mark.parametrize("exercise", ["**Exercise 1.** Write it.", "Now you."])
def test_the_verdict_of_a_check_and_an_error_are_never_covered(opened, exercise):
    cells = [
        *(SETUP, QUESTION, "print('the result')", ERROR),
        ("markdown", f"So it is.\n\n{exercise}"),
        *(EMPTY, ERROR, ("markdown", "One way to do it"), "print('more')"),
    ]
    page = opened(f"verdict-{len(exercise)}", cells)
    page.set_viewport_size({"width": 1200, "height": 4000})
    open_places = [
        page.locator("p", has_text="Not yet."),
        page.locator("pre", has_text="NameError").first,
        page.locator("pre", has_text="NameError").last,
        page.locator("p:text-is('One way to do it')"),
    ]

    def shown():
        return all(place.count() and place.is_visible() for place in open_places)

    wait_for(lambda: page.locator(".bn-cover").count() == 1 and shown(), "verdict and errors")
    page.wait_for_timeout(500)
    assert shown()
    assert not page.locator("pre:text-is('the result')").is_visible()
    assert not page.locator("p:text-is('So it is.')").is_visible()
    assert all(place.is_visible() for place in page.locator("p:has-text('Exercise 1')").all())


def test_a_lesson_that_is_opened_counts_as_saved_and_has_no_toolbar_over_its_title(browser, lab):
    page = browser.new_context(viewport={"width": 1200, "height": 900}).new_page()
    # no kernel has it yet
    shutil.copy(lesson_named("03"), lab.folder / "notebooks/just-opened.ipynb")
    page.goto(lab.url("notebooks/just-opened.ipynb"))
    page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=60_000)
    wait_for(lambda: page.evaluate(KERNEL) == "idle", "an idle kernel")
    page.wait_for_timeout(2000)
    assert not page.evaluate("() => window.jupyterapp.shell.currentWidget.context.model.dirty")
    for cell in page.locator(".jp-Cell").all()[:4]:  # texts and code
        cell.click(position={"x": 300, "y": 10})
        page.wait_for_timeout(300)
        assert page.locator(".jp-cell-toolbar").count() == 0
    page.context.close()
