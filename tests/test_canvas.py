import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.figure import Figure

from bn_helpers import _canvas
from bn_helpers._canvas import Canvas


@pytest.fixture(autouse=True)
def defaults():
    """Matplotlib's own settings, and no words that tests before have drawn."""
    _canvas._tile.cache_clear()
    yield
    _canvas._tile.cache_clear()


def draw(canvas, x, y, text, **properties):
    """The ink of a text: opacity (H, W), and the colour of its blackest pixel (3,)."""
    fig = Figure(figsize=(3, 1), dpi=200, facecolor="none")
    fig.text(x, y, text, **properties)
    canvas(fig).draw()
    rgba = np.array(fig.canvas.buffer_rgba()).astype(int)
    return rgba[..., 3], rgba[np.unravel_index(rgba[..., 3].argmax(), rgba.shape[:2])]


def centre(ink):
    """Where the ink is, on average: row and column."""
    return np.array([(np.indices(ink.shape)[axis] * ink).sum() / ink.sum() for axis in (0, 1)])


@pytest.mark.parametrize("ha", ["left", "center", "right"])
@pytest.mark.parametrize("va", ["top", "center", "baseline", "bottom"])
@pytest.mark.parametrize(
    "text", ["layer 12: std 0.073", "-1.5", "jWf9 (j7)", "two lines\nof 17 words", " 3 "]
)
def test_texts_stand_where_matplotlib_puts_them(text, ha, va):
    ours, theirs = (
        draw(canvas, 0.5, 0.5, text, ha=ha, va=va)[0] for canvas in (Canvas, FigureCanvasAgg)
    )
    # device pixels; half of one is lost at a joint
    assert np.abs(centre(ours) - centre(theirs)).max() < 1.5
    assert ours.sum() == pytest.approx(theirs.sum(), rel=0.02)


@pytest.mark.parametrize(
    "style", [{"alpha": 0.5}, {"color": (0.1, 0.6, 0.4, 0.7)}, {"color": "red", "size": 20}]
)
def test_colour_opacity_and_size_are_matplotlibs(style):
    ours, theirs = (
        draw(canvas, 0.1, 0.4, "mmm 1 1", **style)[1] for canvas in (Canvas, FigureCanvasAgg)
    )
    assert np.abs(ours - theirs).max() <= 2


@pytest.mark.parametrize(
    "style", [{"rotation": 30}, {"s": "$x^2$ 1"}, {"s": ""}, {"antialiased": False}]
)
def test_turned_or_jagged_text_and_mathematics_are_left_to_matplotlib(style):
    text = style.pop("s", "turned 1")
    ours, theirs = (
        draw(canvas, 0.3, 0.3, text, **style)[0] for canvas in (Canvas, FigureCanvasAgg)
    )
    assert np.array_equal(ours, theirs)


def test_a_new_number_in_a_known_text_renders_no_letter(monkeypatch):
    fig = Figure(figsize=(3, 1), dpi=200)
    title = fig.text(0.1, 0.4, "std 0123456789.5")
    Canvas(fig).draw()
    rendered = []
    original = RendererAgg.draw_text
    monkeypatch.setattr(
        RendererAgg, "draw_text", lambda self, *a: (rendered.append(a[3]), original(self, *a))
    )
    title.set_text("std 98.76")
    fig.canvas.draw()
    assert rendered == []
    title.set_text("mean 98.76")
    fig.canvas.draw()
    assert rendered == ["mean "]


def test_the_canvas_follows_a_new_size():
    fig = Figure(figsize=(3, 1), dpi=100)
    canvas = Canvas(fig)
    canvas.draw()
    fig.set_dpi(50)
    canvas.draw()
    assert np.shape(canvas.buffer_rgba()) == (50, 150, 4)
