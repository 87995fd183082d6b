"""Lesson 05: two, three and five values of one unit, and cells that share a mean."""

import numpy as np

from .. import plots
from ..controls import choice, slider, switch
from ..experiments import forward as experiment
from ..live import explore

ORDINALS = ["first", "second", "third"]
WIDE = 5.2  # half of the width of the view on three values
REACH = 10  # inputs and outputs of the five points, on one scale
DOTTED = dict(color=plots.INK, linestyle=":", linewidth=1.2)
DOT = dict(linestyle="none", clip_on=False, marker="o", markersize=9, markeredgecolor=plots.INK)
DIAMOND = dict(linestyle="none", clip_on=False, marker="D", markersize=8, color=plots.INK)
POINTS = (
    "Inputs 1, 2, 3, 4 and {fifth}: mean {mean:.2f}, std {std:.2f}. Outputs {outputs}: mean "
    "{out_mean:.2f}, std {out_std:.2f}. None can leave {low:.1f} to {high:.1f}."
)
CIRCLE = (
    "Batch {values}: mean {mean:.2f}, std {std:.2f}. Normalized: {x_hat}. The point is "
    "{radius:.2f} from the middle (√m is {root:.2f}). No value passes √(m − 1) = {bound:.2f}."
)
CELLS = "x.mean(axis={axes}): number of means {means}, each from {values} values. {comment}"
AXES = {  # the axes of a mean over (N, C, H, W), and what it is
    "0": "This treats each place of each channel as a feature of its own.",
    "(0, 2, 3)": "This is batch norm for a convolution: one mean for each channel.",
    "(2, 3)": "No image depends on another image, so this is no batch norm.",
    "(0, 1, 2, 3)": "All channels share one mean.",
}


def listed(values):
    """ "-1.00, 0.00, 1.00", where a rounded 0 has no sign."""
    return ", ".join(f"{value:.2f}" for value in values).replace("-0.00", "0.00")


def mapping(ax, reach, names=("μ ± σ", "inputs x", "outputs y", "β ± γ")):
    """Prepare inputs above and outputs below, on one scale, joined by threads.

    Returns `draw(x, out, above, below, bound)`: `above` and `below` are pairs of mean
    and std, drawn as bars. The outputs cannot pass the two of `bound`. The last value
    is a diamond.
    """
    ax.set(xlim=(-reach * 1.05, reach * 1.05), ylim=(-0.65, 1.65))
    ax.set_yticks([1.4, 1, 0, -0.4], names)
    ax.locator_params(axis="x", integer=True, nbins=6)
    ax.tick_params(axis="y", length=0)
    ax.spines.left.set_visible(False)
    plots.name(ax, x="value")
    (threads,) = ax.plot([], [], color=plots.FAINT, linewidth=0.8)
    (limits,) = ax.plot([], [], **DOTTED)
    (bars,) = ax.plot([], [], color=plots.FILL, linewidth=5, solid_capstyle="butt")
    (centres,) = ax.plot([], [], color=plots.INK, linestyle="none", marker="|", markersize=11)
    (dots,) = ax.plot([], [], color=plots.FILL, **DOT)
    (last,) = ax.plot([], [], **DIAMOND)

    def draw(x, out, above, below, bound):
        up, gap = np.ones(len(x)), np.full(len(x), np.nan)
        threads.set_data(np.c_[x, out, gap].ravel(), np.c_[up, 0 * up, gap].ravel())
        dots.set_data([*x[:-1], *out[:-1]], [*up[1:], *(0 * up[1:])])
        last.set_data([x[-1], out[-1]], [1, 0])
        ends = [[mean - std, mean + std, np.nan] for mean, std in (above, below)]
        bars.set_data(np.ravel(ends), np.repeat([1.4, -0.4], 3))
        centres.set_data([above[0], below[0]], [1.4, -0.4])
        limits.set_data(
            [*[bound[0]] * 2, np.nan, *[bound[1]] * 2], [-0.55, 0.5, np.nan, -0.55, 0.5]
        )

    return draw


@explore(
    fifth=slider(-REACH, REACH, start=5, label="fifth point", hint="where the fifth example lies"),
    gamma=slider(0.0, 2.0, start=1.0, label="gamma γ", hint="scale of the outputs"),
    beta=slider(-4.0, 4.0, start=0.0, label="beta β", hint="shift of the outputs"),
    size=(7.2, 2.6),
)
def five_points(fig):
    """Live: one unit and a batch of five; four inputs stay at 1, 2, 3, 4.

    fifth: -10 to 10. gamma: 0 to 2. beta: -4 to 4. `five_points(fifth=10)` starts with
    this value.
    """
    draw = mapping(fig.subplots(), REACH)

    def update(fifth, gamma, beta):
        x = np.array([*experiment.FOUR, fifth], float)
        out, mean, std = experiment.one_unit(x, gamma, beta)
        low, high = beta - 2 * gamma, beta + 2 * gamma
        draw(x, out, (mean, std), (beta, gamma), (low, high))
        spread = dict(mean=mean, std=std, out_mean=out.mean() + 0.0, out_std=out.std())
        told = POINTS.format(fifth=fifth, outputs=listed(out), low=low, high=high, **spread)
        return told.replace("-0.00", "0.00")

    return update


@explore(
    first=slider(-3, 3, start=0, label="first value", hint="input of the first example"),
    second=slider(-3, 3, start=1, label="second value", hint="input of the second example"),
    third=slider(-3, 3, start=3, label="third value", hint="input of the third example"),
    pair=switch(label="only two examples", hint="a batch of the second and the third value"),
    size=(7.2, 3.3),
)
def circle(fig):
    """Live: a batch of three values as one point, which batch norm puts on a circle.

    first, second, third: -3 to 3. pair: only the second and the third value.
    """
    left, right = fig.subplots(1, 2, width_ratios=(1.2, 1))
    draw_values = mapping(left, 4, ("μ ± σ", "inputs x", "normalized", "0 ± 1"))
    draw_plane = plane(right)

    def update(first, second, third, pair):
        x = np.array([first, second, third][pair:], float)
        x_hat, mean, std = experiment.one_unit(x)
        bound = np.sqrt(len(x) - 1)
        draw_values(x, x_hat, (mean, std), (0, 1), (-bound, bound))
        radius = draw_plane(x, x_hat)
        numbers = dict(mean=mean, std=std, radius=radius, root=np.sqrt(len(x)), bound=bound)
        values = ", ".join(f"{value:g}" for value in x)
        return CIRCLE.format(values=values, x_hat=listed(x_hat), **numbers).replace("-0.00", "0.00")

    return update


def plane(ax):
    """Prepare the view along the line of equal values: `draw(x, x_hat)`.

    `draw` returns the distance of the normalized batch from the middle. A hollow dot is
    the batch, a diamond the normalized batch. x and x_hat are (2,) or (3,).
    """
    ax.set(xlim=(-WIDE, WIDE), ylim=(-WIDE, WIDE), aspect="equal")
    ax.set_axis_off()
    (rays,) = ax.plot([], [], color=plots.FAINT, linewidth=0.8)
    style = dict(ha="center", va="center", size=9, clip_on=True, zorder=5)
    names = [ax.text(0, 0, word, **style) for word in ORDINALS]
    (ring,) = ax.plot([], [], color=plots.INK, linewidth=1.4)
    (ends,) = ax.plot([], [], color=plots.INK, linestyle="none", marker="|", markersize=18)
    (way,) = ax.plot([], [], **DOTTED)
    (batch,) = ax.plot([], [], color="white", **DOT)
    (normalized,) = ax.plot([], [], **DIAMOND)
    angles = np.linspace(0, 2 * np.pi, 200)
    around = np.sqrt(3) * np.stack([np.cos(angles), np.sin(angles)])
    nothing = np.empty((2, 0))

    def draw(x, x_hat):
        m = len(x)
        units = experiment.axes_in_plane(m) / np.sqrt(1 - 1 / m)
        gaps = np.full((m, 2), np.nan)
        rays.set_data(*np.stack([-WIDE * units, WIDE * units, gaps], axis=1).reshape(-1, 2).T)
        places = 4 * units + 0.9 * units[:, ::-1] * (1, -1)  # beside the rays
        for text, place in zip(names[::-1], [*places[::-1], (2 * WIDE, 0)]):
            text.set_position(place)
        ring.set_data(*(around if m == 3 else nothing))
        ends.set_data(*(nothing if m == 3 else np.sqrt(2) * units.T))
        before, after = experiment.in_plane(x), experiment.in_plane(x_hat)
        batch.set_data(*before[:, None])
        way.set_data(*np.stack([before, after], axis=1))
        normalized.set_data(*after[:, None])
        return np.hypot(*after)

    return draw


GRID = np.indices((3, 2, 4)).reshape(3, 3, 8)  # image, channel and place of each cell


@explore(
    axes=choice(*AXES, label="axis =", hint="the axes over which the mean runs"),
    size=(7.2, 2.2),
)
def shared_cells(fig):
    """Live: which cells of three images with two channels share a mean.

    axes: of a mean over (N, C, H, W).
    """
    ax = fig.subplots()
    picture = plots.squares(ax, np.zeros((3, 8)), "Set3", (0, 11))
    letters = [
        [ax.text(j, i, "", ha="center", va="center", size=12) for j in range(8)] for i in range(3)
    ]
    ax.axvline(3.5, color="white", linewidth=4)
    ax.set(xticks=[1.5, 5.5], xticklabels=["channel 1: 2 x 2 places", "channel 2: 2 x 2 places"])
    ax.set(yticks=range(3), yticklabels=["image 1", "image 2", "image 3"])
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)

    def update(axes):
        parts = zip("012", GRID, (8, 4, 1))
        group = sum(weight * part for axis, part, weight in parts if axis not in axes)
        group = np.unique(group + 0 * GRID[0], return_inverse=True)[1].reshape(3, 8)
        picture.set_data(group)
        for row, groups in zip(letters, group):
            for text, k in zip(row, groups):
                text.set_text("abcdefghijkl"[k])
        means = int(group.max()) + 1
        return CELLS.format(axes=axes, means=means, values=24 // means, comment=AXES[axes])

    return update
