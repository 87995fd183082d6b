"""Lesson 10: what a broken implementation does, running means, one summary."""

import numpy as np

from .. import plots
from ..controls import choice, steps, switch
from ..experiments import bugs as experiment
from ..experiments.bugs import BATCHES, CALLS, LEAST, MOMENTA, MOST, SIZES, STDS
from ..live import explore

UNITS = {  # the marks of three units
    "unit 1": dict(marker="o", color=plots.INK),
    "unit 2": dict(marker="^", color="#882255"),
    "unit 3": dict(marker="s", color="#88CCEE"),
}
WIDE = 1.6  # of the left panel; the largest right value is 1
BENCH = (
    "{patient}, {m} examples, std {std:g}, {what} {mean}: the largest error is {error} (1: the "
    "largest right value). With std 0.01 it is {narrow}, with std 10 {wide}."
)
LINES = (
    "Momentum {momentum:g}, batches of {m}. After training the right running mean is {right:.2f}, "
    "X {X:.2f}, Y {Y:.2f}, Z {Z:.2f}. After evaluation: {right_end:.2f}, X {X_end:.2f}, "
    "Y {Y_end:.2f}, Z {Z_end:.2f}."
)
SUMMARY = (
    "Left: patient 7, its error grows as columns become narrower, so the test needs narrow "
    "columns. Middle: patients 3, 4 and 5 in one picture: Y jumps, Z moves in evaluation, X is "
    "lost on loading. Right: the loss falls with one right and three wrong backward passes."
)


def _small(error):
    if error < 1e-6:
        return "below 1e-6"
    return "above 10" if error >= MOST else f"{error:.1g}"


@explore(
    patient=choice(*experiment.KINDS, label="patient", hint="which broken implementation"),
    batch_size=steps(SIZES, start=8, label="examples", hint="in the batch"),
    std=steps(STDS, start=1, label="input std", hint="of each column"),
    far=switch(label="mean far from 0", hint="10 000 stds"),
    size=(7.2, 2.9),
)
def bench(fig, patients):
    """Live: what a patient gives over what is right, and its error by the input std.

    patients: {name in KINDS: (right, broken)}. batch_size: 4 to 32. std: in STDS. far:
    whether the inputs (for patient 6 the sums) have a mean of 10 000 stds.
    """
    left, right = fig.subplots(1, 2, width_ratios=(1, 1.2))
    draw_values, draw_errors = _values(left), _errors(right)

    def update(patient, batch_size, std, far):
        seen = [experiment.seen(patients, patient, batch_size, s, far) for s in STDS]
        now, errors = seen[STDS.index(std)], [one.error for one in seen]
        draw_values(now)
        draw_errors(errors, STDS.index(std))
        # Only folding has a bias, which is never 0.
        what, near = ("bias", "up to 1.5 stds") if patient == "patient 6" else ("mean", "0")
        return BENCH.format(
            patient=patient.capitalize(),
            m=batch_size,
            std=std,
            what=what,
            mean="10 000 stds" if far else near,
            error=_small(now.error),
            narrow=_small(errors[0]),
            wide=_small(errors[-1]),
        )

    return update


def _values(ax):
    """Prepare a dot for each value of three units; returns `draw(seen)`."""
    ax.plot([-WIDE, WIDE], [-WIDE, WIDE], color=plots.FAINT, linestyle=":", linewidth=1)
    ax.set(xlim=(-WIDE, WIDE), ylim=(-WIDE, WIDE), xticks=(-1, 0, 1), yticks=(-1, 0, 1))
    plots.name(ax, "right value", "patient's value")
    look = dict(linestyle="none", markersize=6, markeredgecolor="white", markeredgewidth=0.5)
    dots = [ax.plot([], [], label=name, **look, **style)[0] for name, style in UNITS.items()]
    plots.legend(ax, loc="lower right", fontsize=8, handletextpad=0, borderaxespad=0)

    def draw(seen):
        for k, dot in enumerate(dots):
            given = np.nan_to_num(seen.broken[:, k], nan=-MOST, posinf=MOST, neginf=-MOST)
            edge = 0.97 * WIDE
            dot.set_data(seen.right[:, k], np.clip(given, -edge, edge))

    return draw


def _errors(ax):
    """Prepare the error over the input std; returns `draw(errors, i)`, i is now."""
    ax.set(xscale="log", yscale="log", xlim=(STDS[0] / 1.5, STDS[-1] * 1.5))
    ax.set_ylim(LEAST / 3, MOST * 4)
    plots.name(ax, "input std", "largest error, relative")
    plots.log_ticks(ax.xaxis, STDS)
    plots.log_ticks(ax.yaxis, [1e-6, 1e-3, 1])
    look = dict(color=plots.INK, marker="o")
    line = ax.plot([], [], linewidth=1, markersize=4, **look)[0]
    dot = ax.plot([], [], linestyle="none", markersize=10, **look)[0]

    def draw(errors, i):
        line.set_data(STDS, errors)
        dot.set_data([STDS[i]], [errors[i]])

    return draw


@explore(
    momentum=steps(MOMENTA, start=0.1, label="momentum", hint="weight of the new batch"),
    batch_size=steps(BATCHES, start=16, label="batch size m", hint="of both halves"),
    size=(7.2, 2.9),
)
def running_means(fig):
    """Live: the running mean of three broken layers and of a right one.

    momentum: in MOMENTA. batch_size: 4, 16 or 64.
    """
    axes = fig.subplots(1, 3, sharey=True)
    draws = {name: _course(ax, f"layer {name}") for name, ax in zip("XYZ", axes)}
    axes[0].set_ylabel("running mean")

    def update(momentum, batch_size):
        courses = experiment.running_means(momentum, batch_size)
        for name, draw in draws.items():
            draw(courses["right"], courses[name])
        ends = {name: course[CALLS] for name, course in courses.items()}
        ends |= {f"{name}_end": course[-1] for name, course in courses.items()}
        return LINES.format(momentum=momentum, m=batch_size, **ends)

    return update


def _course(ax, title):
    """Prepare one panel; returns `draw(right, patient)` for courses (2 CALLS + 1,)."""
    calls = np.arange(2 * CALLS + 1)
    ax.axvspan(CALLS, 2 * CALLS, color="#eeeeee", linewidth=0)
    ax.set(xlim=(0, 2 * CALLS), ylim=(-0.2, 3.2), xticks=(0, CALLS, 2 * CALLS))
    plots.name(ax, "batch (grey: evaluation)", title=title)
    healthy = ax.plot([], [], color=plots.FAINT, linestyle=":", linewidth=2)[0]
    line = ax.plot([], [], color=plots.INK, linewidth=1.5)[0]

    def draw(right, patient):
        healthy.set_data(calls, right)
        line.set_data(calls, patient)

    return draw


def loss_curves(losses):
    """Show the loss of networks that differ in their backward pass: {name: losses}."""
    batches = 10 * np.arange(1, 1 + len(next(iter(losses.values()))))
    plots.lines(batches, losses, xlabel="step", ylabel="loss (nats)", styles=STYLES)


STYLES = dict(
    zip(
        "PQRS",
        (
            dict(color=plots.INK, linestyle="-"),
            dict(color="#882255", linestyle="--"),
            dict(color=plots.FAINT, linestyle=":"),
            dict(color="#332288", linestyle="-."),
        ),
    )
)


def summary(patients, losses):
    """Show the lesson in one still picture, for the page to keep."""
    with plots.card(7.2, 2.8) as fig:
        left, middle, right = fig.subplots(1, 3, width_ratios=(1, 1, 1.1))
        errors = [experiment.seen(patients, "patient 7", 8, std, False).error for std in STDS]
        _errors(left)(errors, 0)
        plots.log_ticks(left.xaxis, [0.01, 0.1, 1, 10])
        left.set_title("patient 7")
        courses = experiment.running_means(0.1, 16)
        _course(middle, "patients 3, 4, 5")(courses["right"], courses["Z"])
        for name, style in (("Y", "--"), ("X", "-.")):
            middle.plot(courses[name], color=plots.INK, linestyle=style, linewidth=1)
        for name, height in (("X", 0.12), ("Y", 2.1), ("Z", 1.25)):
            middle.text(2 * CALLS - 8, height, name)
        middle.set_ylabel("running mean")
        for name, course in losses.items():
            right.plot(10 * np.arange(1, 1 + len(course)), course, **STYLES[name])
        plots.name(right, "step", "loss (nats)", "four backward passes")
    plots.show(fig, SUMMARY)
