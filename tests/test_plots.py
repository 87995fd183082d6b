import base64
import os
import re
import subprocess
import sys

import matplotlib as mpl
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.pixels import pixels

from bn_helpers import _card, _table, plots


@pytest.fixture
def shown(monkeypatch):
    """What a call displayed: a list of (data, metadata)."""
    calls = []
    monkeypatch.setattr(_card, "can_display", lambda: True)
    monkeypatch.setattr(
        _card, "display", lambda data, *, metadata, raw: calls.append((data, metadata))
    )
    return calls


def test_a_figure_is_a_white_card_with_transparent_corners():
    with plots.card(3.0, 2.0) as fig:
        fig.subplots()
    image = pixels(plots.png(fig))
    assert image.shape == (400, 600, 4)
    assert image[[0, 0, -1, -1], [0, -1, 0, -1], 3].tolist() == [0, 0, 0, 0]
    assert image[20, 300].min() >= 250


def test_a_card_leaves_matplotlibs_settings_as_they_were():
    before = dict(mpl.rcParams)
    with plots.card() as fig:
        fig.subplots().plot([1, 2])
    assert dict(mpl.rcParams) == before


def test_a_shown_figure_has_css_size_and_a_text(shown):
    with plots.card(3.0, 2.0) as fig:
        fig.subplots()
    plots.show(fig, "an empty pair of axes")
    ((data, metadata),) = shown
    assert data["text/plain"] == "an empty pair of axes"
    assert metadata == {"image/png": {"width": 300, "height": 200}}
    assert data["image/png"].isascii()  # base64: the browser's kernel does not turn bytes into text
    assert pixels(base64.b64decode(data["image/png"])).shape == (400, 600, 4)


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.floats(-5, 5), min_size=1, max_size=50),
    st.sampled_from([(-1.0, 1.0), (0.0, 1.0), (-4.0, 4.0)]),
    st.integers(1, 30),
)
def test_histogram_counts_every_value_once_and_those_beyond_in_the_end_bars(values, limits, bins):
    low, high = limits
    with plots.card() as fig:
        counts = plots.histogram(fig.subplots(), low, high, bins)(np.array(values))
    inside = np.clip(values, low, high)
    edges = np.linspace(low, high, bins + 1)
    assert counts.sum() == len(values)
    # a value within rounding of an edge may fall on either side of it
    off_edges = np.min(np.abs(inside[:, None] - edges), axis=1) > 1e-9
    if off_edges.all():
        np.testing.assert_array_equal(counts, np.histogram(inside, edges)[0])


@pytest.mark.parametrize(
    ("low", "high", "bins"), [(0, 1, 100), (-1, 1, 50), (-3, 3, 60), (0.1, 0.5, 100), (-30, 30, 40)]
)
@pytest.mark.parametrize("digits", [1, 2])
def test_a_value_on_an_edge_is_counted_where_numpy_counts_it(low, high, bins, digits):
    values = np.round(np.random.default_rng(0).uniform(low, high, 5000), digits)
    with plots.card() as fig:
        counts = plots.histogram(fig.subplots(), low, high, bins)(values)
    np.testing.assert_array_equal(
        counts, np.histogram(np.clip(values, low, high), bins, (low, high))[0]
    )


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([], "expected an array of at least one number, got shape (0,)"),
        ([0.5, np.nan], "expected numbers, got NaN among them"),
    ],
)
def test_a_histogram_refuses_what_it_cannot_count(values, message):
    with plots.card(3.0, 2.0) as fig:
        fill = plots.histogram(fig.subplots(), 0, 1)
    with pytest.raises(ValueError, match=f"^values: {re.escape(message)}$"):
        fill(np.array(values))


def test_bad_limits_and_lengths_are_named():
    with plots.card(3.0, 2.0) as fig:
        ax = fig.subplots()
    with pytest.raises(
        ValueError, match="low, high, bins: expected low < high and at least one bin, got 1, 1, 40"
    ):
        plots.histogram(ax, 1, 1)
    with pytest.raises(ValueError, match="loss: expected 3 values, one for each x, got 2"):
        plots.lines([0, 1, 2], {"loss": [2, 1]}, xlabel="step", ylabel="loss")


@pytest.mark.parametrize("values", [np.ones(3), [1.0, 2.0], None, {}, "inputs"])
def test_values_without_names_are_refused_by_name(values):
    with pytest.raises(
        ValueError, match=r"^arrays: expected a dict of names and values, .*, got .+"
    ):
        plots.histograms(values, 0, 1)
    with pytest.raises(
        ValueError, match=r"^curves: expected a dict of names and values, .*, got .+"
    ):
        plots.lines([0, 1], values, xlabel="step", ylabel="loss")


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_place_on_the_axis_is_finite(bad):
    with pytest.raises(ValueError, match=r"^x: expected finite numbers, got 1 NaN or infinite, .+"):
        plots.lines([0, bad], {"loss": [2, 1]}, xlabel="step", ylabel="loss")


def test_histograms_and_lines_tell_their_numbers_in_the_text(shown):
    plots.histograms({"a": np.array([0.0, 2.0]), "b": np.array([0.5])}, 0, 2)
    plots.lines([0, 10], {"loss": [2.3, 0.1]}, xlabel="step", ylabel="loss (nats)")
    assert (
        "a: mean 1, standard deviation 1; b: mean 0.5, standard deviation 0."
        in shown[0][0]["text/plain"]
    )
    assert shown[1][0]["text/plain"] == "loss (nats) over step. loss: from 2.3 to 0.1."


def test_labels_at_the_ends_of_lines_keep_their_distance():
    heights = list(plots._apart([0.5, 0.5, 0.1, 0.52], 0.09))
    assert heights[0] == 0.5
    assert heights[2] == 0.1
    assert np.diff(np.sort(heights)).min() >= 0.09 - 1e-12


def test_labels_of_curves_that_end_at_the_top_stay_in_the_picture():
    assert list(plots._apart([0.99, 1.0, 0.98], 0.09)) == pytest.approx([0.91, 1.0, 0.82])


def test_a_curve_that_ends_in_nan_keeps_its_label_where_it_was_last_seen(shown):
    plots.lines([0, 1, 2], {"diverged": [1.0, 3.0, np.nan]}, xlabel="step", ylabel="loss")
    assert plots._last([1.0, 3.0, np.nan]) == 3.0
    assert plots._last([np.nan]) == 0.0


def test_colours_that_mean_batch_norm_are_used_for_nothing_else():
    others = {style["color"] for style in plots.INITIALIZERS.values()}
    others |= {plots.INK, plots.FAINT, plots.FILL}
    assert not others & {plots.WITH_BATCHNORM["color"], plots.WITHOUT_BATCHNORM["color"]}
    assert plots.WITH_BATCHNORM["linestyle"] != plots.WITHOUT_BATCHNORM["linestyle"]


def test_a_chart_tells_its_arrows_in_words(monkeypatch):
    told = []
    monkeypatch.setattr(plots, "show", lambda fig, text: told.append(text))
    boxes = {"a": (0.2, 0.5, "mean\n$\\mu$"), "b": (0.8, 0.5, r"$\hat{x}$")}
    plots.diagram(boxes, [("a", "b", "yes")], "A chart.")
    assert told == ["A chart. mean mu -> yes: x_hat."]


def test_a_terminal_cannot_show_pictures_and_any_other_shell_can(monkeypatch):
    for name, can in (
        ("TerminalInteractiveShell", False),
        ("ZMQInteractiveShell", True),
        ("InteractiveShell", True),
    ):
        monkeypatch.setattr(_card, "get_ipython", type(name, (), {}))
        assert plots.can_display() is can


def test_a_plain_python_prints_one_line_in_place_of_a_picture():
    code = "from bn_helpers import plots; "
    code += "plots.lines([0, 1], {'a': [1, 2]}, xlabel='step', ylabel='loss'); "
    code += "from bn_helpers.explorers.start import batch_mean; batch_mean(); "
    code += "batch_mean.filmstrip(settings=[{}, {}])"
    run = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True)
    still, live, *strip = run.stdout.splitlines()
    assert len(strip) == 2
    assert all(
        line.endswith("(A notebook shows the picture: JupyterLab, for instance.)") for line in strip
    )
    assert still.startswith("loss over step. a: from 1 to 2. (A notebook shows the picture")
    assert live.endswith(
        "(A notebook shows the picture and its controls: JupyterLab, for instance.)"
    )
    assert run.stderr == ""


@pytest.mark.once
def test_a_legacy_terminal_gets_a_backslash_for_a_letter_that_it_has_not():
    code = "from bn_helpers import plots; from bn_helpers.explorers import forward_small_batches; "
    code += "forward_small_batches.five_points()"
    run = [sys.executable, "-P", "-c", code]
    for encoding in ("ascii", "cp949", "shift_jis"):
        result = subprocess.run(
            run, capture_output=True, env=os.environ | {"PYTHONIOENCODING": encoding}
        )
        assert (result.returncode, result.stderr) == (0, b"")
        assert b"A notebook shows the picture" in result.stdout


@pytest.fixture
def tables(monkeypatch):
    """What `plots.table` displayed: a list of data."""
    calls = []
    monkeypatch.setattr(_table, "can_display", lambda: True)
    monkeypatch.setattr(_table, "display", lambda data, *, raw: calls.append(data))
    return calls


ROWS = {"He & co": (0.125, 0.9), 64: (12, None), "none": (np.nan, "no step")}
COLUMNS = {"loss": ".2f", "<accuracy>": ".0%"}


def test_a_table_has_header_cells_and_the_same_as_aligned_text(tables):
    plots.table(ROWS, COLUMNS, corner="start")
    (data,) = tables
    assert data["text/plain"].splitlines() == [
        "start     loss  <accuracy>",
        "He & co   0.12         90%",
        "64       12.00",
        "none       nan     no step",
    ]
    assert "overflow-x: auto" in data["text/html"]  # a phone scrolls the table, not the page
    cells = re.findall(r'<(th scope="\w+"|td)[^>]*>([^<]*)</t[hd]>', data["text/html"])
    assert [text for tag, text in cells if "col" in tag] == ["start", "loss", "&lt;accuracy&gt;"]
    assert [text for tag, text in cells if "row" in tag] == ["He &amp; co", "64", "none"]
    values = [text for tag, text in cells if tag == "td"]
    assert values == ["0.12", "90%", "12.00", "", "nan", "no step"]


def test_a_table_without_a_notebook_is_printed(capsys):
    plots.table({"He": 0.5}, {"loss": ".1f"})
    assert capsys.readouterr().out == "    loss\nHe   0.5\n"


@pytest.mark.parametrize(
    ("rows", "columns", "message"),
    [
        ({}, {"a": ""}, "rows: expected a dict of names and values"),
        ([1], {"a": ""}, "rows: expected a dict of names and values"),
        ({"x": (1,)}, {}, "columns: expected a dict of names and values"),
        ({"x": (1, 2)}, {"a": ""}, "x: expected 1 values, one a column, got 2"),
        ({"x": (1.5,)}, {"a": "d"}, "x, a: expected a value for 'd', got 1.5"),
        ({"x": ([1],)}, {"a": ".2f"}, "x, a: expected a value for '.2f', got [1]"),
    ],
)
def test_a_table_refuses_what_it_cannot_show_by_name(rows, columns, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}"):
        plots.table(rows, columns)


def test_logarithmic_axes_keep_the_units_of_the_data(monkeypatch):
    figures = []
    monkeypatch.setattr(plots, "show", lambda fig, text: figures.append((fig, text)))
    plots.lines([32, 1024], {"whiten": [1, 40]}, xlabel="units", ylabel="time", log="xy")
    ((fig, text),) = figures
    (ax,) = fig.axes
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["32", "1024"]
    assert text == "time over units. whiten: from 1 to 40."


def drawn(draw):
    """The pixels of a small figure after `draw(ax)`."""
    with plots.card(3, 2) as fig:
        draw(fig.subplots())
        fig.canvas.draw()
    return np.asarray(fig.canvas.buffer_rgba()).astype(int)


def alike(one, other):
    return np.mean(np.abs(drawn(one) - drawn(other)).max(axis=-1) > 40) < 0.002


def test_squares_look_like_imshow():
    values = np.random.default_rng(0).random((3, 5))

    def ours(ax):
        plots.squares(ax, values * 0, "viridis", (0, 1)).set_data(values)

    def theirs(ax):
        ax.imshow(values, cmap="viridis", vmin=0, vmax=1, aspect="auto", interpolation="nearest")

    assert alike(ours, theirs)
    assert not alike(ours, lambda ax: ax.imshow(values[::-1], cmap="viridis", aspect="auto"))


@pytest.mark.parametrize("bottoms", [0, np.array([1, 0, -1])])
def test_bars_look_like_those_of_matplotlib(bottoms):
    heights = np.array([2, -1, 0.5])
    look = dict(facecolor="green", edgecolor="black", linewidth=1)

    def ours(ax):
        plots.bars(ax, [1, 2, 4], 0.5, **look)(heights, bottoms)
        ax.set(xlim=(0, 5), ylim=(-3, 3))

    def theirs(ax):
        ax.bar([1, 2, 4], heights, 0.5, bottoms, **look)
        ax.set(xlim=(0, 5), ylim=(-3, 3))

    assert alike(ours, theirs)


def test_an_image_has_no_axes_and_the_greys_that_are_asked_for():
    with plots.card() as fig:
        ax = fig.subplots()
        plots.image(ax, np.eye(3), "three", limits=(-1, 1))
    assert not any(spine.get_visible() for spine in ax.spines.values())
    assert ax.get_xticks().size == ax.get_yticks().size == 0
    assert (ax.images[0].norm.vmin, ax.images[0].norm.vmax) == (-1, 1)
