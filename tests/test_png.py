import numpy as np
import pytest
from support.pixels import pixels

from bn_helpers import _png, plots
from bn_helpers._png import COARSEST, Palette


def drawn(draw):
    """RGBA (H, W, 4) of a card on whose only axes `draw` drew."""
    with plots.card(4.0, 2.0) as fig:
        draw(fig.subplots())
    fig.canvas.draw()
    return np.asarray(fig.canvas.buffer_rgba()).copy()


def bars(ax, shift=0.0):
    plots.histogram(ax, -1, 1)(np.linspace(-1, 1, 99) ** 3 + shift)
    ax.plot([-1, 1], [0, 1 - shift], color="#0072B2")
    ax.set_title(f"shift {shift:.2f}")


def test_the_key_of_a_colour_is_one_to_one_on_5_bits_a_channel():
    r, g, b = np.meshgrid(*[np.arange(0, 256, 8, dtype=np.uint32)] * 3)
    keys = _png._keys((r | g << 8 | b << 16).ravel())
    assert len(np.unique(keys)) == 32**3
    assert keys.max() < 65536


def test_flat_colours_are_exact_and_edges_nearly_so():
    exact = drawn(bars).astype(int)
    error = np.abs(pixels(Palette().png(exact.astype(np.uint8))) - exact)
    for colour in ([255, 255, 255], [0x88, 0xCC, 0xEE], [0, 0x72, 0xB2]):
        assert error[(exact[..., :3] == colour).all(axis=-1) & (exact[..., 3] == 255)].max() == 0
    assert error[exact[..., 3] == 255].max() <= COARSEST + 8  # a cell of 5 bits is 8 wide
    assert error.mean() < 0.5


def test_corners_stay_transparent():
    image = pixels(Palette().png(drawn(bars)))
    assert image[[0, 0, -1, -1], [0, -1, 0, -1], 3].max() <= 16
    assert image[40:-40, 40:-40, 3].min() == 255


def test_colours_that_come_later_are_learned():
    palette = Palette()
    palette.png(drawn(bars))
    later = drawn(lambda ax: ax.plot([0, 1], [0, 1], color="#D55E00", linewidth=9)).astype(int)
    error = np.abs(pixels(palette.png(later.astype(np.uint8))) - later)[later[..., 3] == 255]
    assert error.max() <= COARSEST + 8


def test_a_picture_does_not_depend_on_those_before_it_by_more_than_the_eye_can_see():
    palette = Palette()
    for shift in (0.0, 0.1, 0.5, 0.3):
        after = pixels(palette.png(drawn(lambda ax, shift=shift: bars(ax, shift))))
    fresh = pixels(Palette().png(drawn(lambda ax: bars(ax, 0.3))))
    assert np.abs(after - fresh)[20:-20, 20:-20].max() <= 2 * (COARSEST + 8)


def test_a_picture_full_of_colours_is_stored_without_loss():
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 4), dtype=np.uint8)
    noise[..., 3] = 255
    assert np.array_equal(pixels(Palette().png(noise)), noise)


@pytest.mark.parametrize("shape", [(1, 1, 4), (3, 5, 4), (480, 640, 4)])
def test_any_size_and_a_change_of_size(shape):
    palette = Palette()
    palette.png(np.full((7, 9, 4), 255, np.uint8))
    assert np.array_equal(pixels(palette.png(np.full(shape, 255, np.uint8))), np.full(shape, 255))
