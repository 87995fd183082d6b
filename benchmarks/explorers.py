"""How fast every live figure of the lessons follows the hand, against the floor.

    python -m benchmarks.explorers          # all, in ten minutes
    python -m benchmarks.explorers 05 07    # those of two lessons

The server is that of `make lab`. A page has the live figures of one lesson and, hidden,
what the lesson computes before each. They take turns with the floor, which computes
nothing and shows a coloured box. Keys and drags go to each slider of a figure in turn.
The sliders of the training lab act on the next step; it has a part of its own.
"""

import ast
import shutil
import sys
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import ipywidgets
import nbformat

from bn_helpers.live import Explorer

from .common import table, target
from .contender import ERRORS, PROBE, Contender, open_figure, quantile, take_turns
from .slider_latency import code_of, write_notebook

sys.path.append(str(Path(__file__).parents[1] / "tools"))
from lab_in_browser import KERNEL, bring, command, open_page, start_browser, start_lab, wait_for
from lessons import lessons

ROOT = Path(__file__).resolve().parents[1]
SLIDERS = tuple(getattr(ipywidgets, f"{kind}Slider") for kind in ("Int", "Float", "FloatLog"))
SILENT = "%%capture", "pass"  # a cell of which nothing is shown, also an empty one
MOVES, DRAGS, SECONDS = 15, 2, 1.5
TIMES, MS, SHARE = 1.5, 80, 0.6  # the targets
HEAD = ["lesson", "figure", "key to pixels, ms: median (95 %)", "95 %, at most", "of floor"]
HEAD += ["at most", "frames/s in a drag", "of floor", "at least", "right at its end"]
DONE = "() => jupyterapp.shell.currentWidget.content.model.sharedModel.cells.at(-1).execution_count"


def cells_of(path):
    """The code of a lesson: a list of (its live figure or None, source).

    All code between two figures is one cell that shows nothing, without the questions.
    The code after the last figure is left out, and figures without a slider are, too.
    """
    sources = [c.source for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code"]
    names, cells, hidden = _imported(sources), [], [*SILENT]
    for source in sources:
        if figure := _shown(source, names):
            cells += [(None, "\n".join(hidden)), (figure, source)]
            hidden = [*SILENT]
        elif not source.startswith("predict."):
            hidden.append(source)
    return cells


def _imported(sources):
    """What the lines `from bn_helpers ... import ...` import, by name."""
    names = {}
    for node in ast.walk(ast.parse("\n".join(sources))):
        if isinstance(node, ast.ImportFrom) and node.module.startswith("bn_helpers"):
            exec(ast.unparse(node), names)
    return names


def _shown(source, names):
    """The Explorer with a slider that a cell shows, or None."""
    for node in ast.parse(source).body:
        if isinstance(node, ast.Expr) and isinstance(call := node.value, ast.Call):
            called = ast.unparse(call.func)
            figure = eval(called, names) if called.partition(".")[0] in names else None
            if isinstance(figure, Explorer) and places(figure):
                return figure
    return None


def places(figure):
    """How many values each slider of an Explorer has, in order; [] if it has a Play."""
    widgets = [make() for make in figure._controls.values()]
    if any(isinstance(widget, ipywidgets.Play) for widget in widgets):
        return []
    return [count for count in map(_values, widgets) if count]


def _values(widget):
    """How many values a slider has; 0 for another control."""
    if isinstance(widget, ipywidgets.SelectionSlider):
        return len(widget.options)
    if isinstance(widget, SLIDERS):
        return round((widget.max - widget.min) / widget.step) + 1
    return 0


class Figure(Contender):
    """A live figure among others on the page of its lesson."""

    limit = 3_000  # a key may change the sentence alone

    def __init__(self, figure, page, index):
        """`index` is that of its cell."""
        self.cell = page.locator(f'.jp-Cell[data-windowed-list-index="{index}"]')
        bring(page, self.cell)
        self.cell.locator(".noUi-handle").first.wait_for()
        super().__init__(figure.__name__, page, self.cell)
        for slider, count in zip(self.sliders, places(figure), strict=True):
            slider.most = 1.8 * (count - 1)  # so many values a second pass below the hand

    def front(self):
        super().front()
        bring(self.page, self.cell)

    def drag(self):
        most = self.sliders[0].most
        super().drag(SECONDS)
        self.drags[-1]["most"] = most


def open_lesson(context, lab, name, cells):
    """The live figures of a lesson; RuntimeError if one of its cells fails."""
    page = open_page(context, lab, f"{name}.ipynb", workspace=name)
    page.set_default_timeout(90_000)
    command(page, "notebook:run-all-cells")
    errors = page.locator(ERRORS)

    def ended():
        return errors.count() or (page.evaluate(DONE) and page.evaluate(KERNEL) == "idle")

    wait_for(ended, f"all cells of {name}", 300)
    if errors.count():
        raise RuntimeError(f"{name}: {errors.first.inner_text()[-800:]}")
    return [Figure(figure, page, i) for i, (figure, _) in enumerate(cells) if figure]


def measure(context, lab, name, cells):
    """The floor and the figures of a lesson after their turns."""
    write_notebook(lab.folder / f"{name}.ipynb", *[source for _, source in cells])
    contenders = [open_figure(context, lab, "floor"), *open_lesson(context, lab, name, cells)]
    take_turns(contenders, MOVES, DRAGS)
    for page in {contender.page for contender in contenders}:
        page.close()
    return contenders


def rows(lesson, floor, *figures):
    """A row for each figure of a lesson, and one for the floor."""
    base, frames = quantile(floor.moves, "ms"), quantile(floor.drags, "fps")
    yield [lesson, "(floor)", times(floor), "", "", "", f"{frames:.1f}", "", "", ends(floor)]
    for figure in figures:
        ms, high = (quantile(figure.moves, "ms", p) for p in (0.5, 0.95))
        shares = [{"of": drag["fps"] / min(frames, drag["most"])} for drag in figure.drags]
        share, fps = quantile(shares, "of"), quantile(figure.drags, "fps")
        judged = [target(high, MS, at_most=True), f"{ms / base:.2f}"]
        judged += [target(ms / base, TIMES, at_most=True)]
        dragged = [f"{fps:.1f}", f"{share:.2f}", target(share, SHARE), ends(figure)]
        yield ["", figure.name, times(figure), *judged, *dragged]


def times(figure):
    return f"{quantile(figure.moves, 'ms'):.0f} ({quantile(figure.moves, 'ms', 0.95):.0f})"


def ends(figure):
    """After how many drags the picture was that of the last value."""
    return f"{sum(drag['right'] for drag in figure.drags)} of {len(figure.drags)}"


@contextmanager
def a_lab():
    """A `Lab` as `make lab` starts it, on a copy of the course."""
    with TemporaryDirectory(prefix="explorers-", ignore_cleanup_errors=True) as folder:
        for part in ("notebooks", "jupyter", "bn_helpers", "data"):
            shutil.copytree(ROOT / part, Path(folder, part))
        write_notebook(Path(folder, "floor.ipynb"), *map(code_of, ("_setup", "floor")))
        config, data = "--config=jupyter/jupyter_lab_config.py", f"{folder}/predictions"
        with start_lab(Path(folder), config, BN_LAB_DATA=data) as lab:
            yield lab


def main(only=()):
    chosen = [path for path in lessons() if not only or path.stem.startswith(tuple(only))]
    cells = {path.stem: found for path in chosen if (found := cells_of(path))}
    lines = []
    with a_lab() as lab, start_browser() as browser:
        context = browser.new_context(viewport={"width": 1700, "height": 1000})
        context.add_init_script(path=PROBE)
        for name, found in cells.items():
            print(name, file=sys.stderr)
            lines += rows(name.partition("_")[0], *measure(context, lab, name, found))
    print(table(HEAD, lines))


if __name__ == "__main__":
    main(sys.argv[1:])
