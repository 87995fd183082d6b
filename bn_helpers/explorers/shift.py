"""Lesson 03: clouds and digits that shift from training to test."""

import numpy as np

from .. import plots
from ..controls import choice, slider, steps
from ..experiments.shift import (
    CLASSIFIERS,
    INKS,
    KINDS,
    PLACES,
    answers,
    boundary,
    clouds,
    curve,
    fit,
    fitted,
    importance,
    moved_digits,
    share_classified,
    shares_moved,
)
from ..live import explore
from .shift_inside import own_spreads, scatter

SPAN = 4  # both axes of the clouds run from -4 to 4
X1 = np.linspace(-SPAN, SPAN, 121)
RULE = dict(color="#bbbbbb", linewidth=4)
DOTTED = dict(color=plots.INK, linestyle=":")
MARKS = (plots.FILL, "o", 12), (plots.FAINT, "x", 16)  # of labels 0 and 1: colour, mark, size
DIAMOND = dict(marker="D", color=plots.INK, linestyle="none", markersize=7)
DATASET = (
    "{kind} shift, {amount:.0%}. Label 1: {share:.0%} of training points, {share_test:.0%} of "
    "test points. The solid line is right on {train:.0%} of training and {test:.0%} of test "
    "points, the dotted one on {own:.0%} of test points."
)
DIGIT = (
    "Image of {digit}, ink {ink:.0%}, moved by {right}: the network answers "
    "{answer} with probability {sure:.0%}. Of all test digits {share:.0%} are right."
)
SUMMARY = (
    "Under the full covariate shift a line is right on half of the points, while the rule stays. "
    "In its own spreads the median of a unit moves far without batch norm, and hardly with it. "
    "Four networks: those with batch norm have shorter paths and learn earlier. At a higher rate "
    "paths are longer, and networks learn earlier, too."
)


@explore(
    amount=slider(0.0, 1.0, start=0.0, label="shift", hint="of the test data, from none to all"),
    kind=choice(
        *KINDS, label="what shifts", hint="the points, the share of the labels, or the rule"
    ),
    classifier=choice(
        *CLASSIFIERS,
        label="classifier",
        hint="the curve is the right family; weights: how much more frequent in the test",
    ),
    size=(7.2, 3.1),
)
def dataset_shift(fig):
    """Live: training points, shifted test points, and a classifier.

    Left: training points; the classifier is trained on these. Right: test points. The
    dotted line is a classifier trained on the test points, the wide grey one the rule.
    amount: 0 to 1. kind: "covariate", "prior" or "concept". classifier: one of
    CLASSIFIERS.
    """
    axes = fig.subplots(1, 2, sharey=True)
    sides = [_side(ax, title) for ax, title in zip(axes, ("training", "test"))]
    plots.name(axes[0], y="$x_2$")
    dotted = axes[1].plot([], [], **DOTTED)[0]
    _legend(fig, [*axes[1].collections, *axes[1].lines])

    def update(amount, kind, classifier):
        x, y, x_test, y_test = clouds(kind, amount)
        w, w_test = (
            fitted(classifier, kind, amount, x, y),
            fit(x_test, y_test, classifier == "curve"),
        )
        weighted = classifier == "weighted line"
        sizes = importance(kind, amount, x, y) if weighted else np.ones(len(y))
        for draw, points, labels, rule, size in zip(
            sides, (x, x_test), (y, y_test), (0, amount), (sizes, np.ones(len(y)))
        ):
            draw(points, labels, size, curve(X1, kind, rule), boundary(w, X1))
        dotted.set_data(X1, boundary(w_test, X1))
        cases = {"train": (w, x, y), "test": (w, x_test, y_test), "own": (w_test, x_test, y_test)}
        numbers = {name: share_classified(*case) for name, case in cases.items()}
        numbers |= dict(amount=amount, share=y.mean(), share_test=y_test.mean())
        return DATASET.format(kind=kind.capitalize(), **numbers)

    return update


def _legend(fig, drawn):
    """Name the marks and lines of both clouds, below them."""
    words = "label 0", "label 1", "the rule", "classifier", "trained on test points"
    fig.legend(drawn, words, loc="outside lower center", ncols=5, borderaxespad=0.8)


def _side(ax, title):
    """Prepare one cloud; returns `draw(points, labels, sizes, rule, line)`.

    rule and line: x2 of the true curve and of the classifier at each of X1.
    """
    ax.set(xlim=(-SPAN, SPAN), ylim=(-SPAN, SPAN), xticks=[-4, -2, 0, 2, 4])
    plots.name(ax, x="$x_1$", title=title)
    rule = ax.plot([], [], zorder=0.5, **RULE)[0]
    dots = [ax.scatter([], [], s=size, c=colour, marker=mark) for colour, mark, size in MARKS]
    line = ax.plot([], [], color=plots.INK)[0]
    drawn = ()

    def draw(*values):
        nonlocal drawn
        if drawn and all(map(np.array_equal, values, drawn)):
            return  # what does not move need not be drawn again
        drawn = values
        points, labels, sizes, x2_rule, x2_line = values
        points, labels, sizes = points[::2], labels[::2], sizes[::2]  # half are enough to see
        for label, (shown, (_, _, size)) in enumerate(zip(dots, MARKS)):
            shown.set_offsets(points[labels == label])
            sizes_now = size * np.clip(sizes[labels == label], 0.1, 8)
            # Points of one size are drawn several times as fast.
            shown.set_sizes(sizes_now if np.ptp(sizes_now) else sizes_now[:1])
        rule.set_data(X1, x2_rule)
        line.set_data(X1, x2_line)

    return draw


@explore(
    right=slider(PLACES[0], PLACES[-1], start=0, label="pixels to the right", hint="of all images"),
    ink=steps(INKS, start=1.0, label="ink", hint="factor on all pixels"),
    digit=slider(0, 9, start=1, label="digit", hint="the first test image of this digit"),
    size=(7.2, 2.6),
)
def moved_digit(fig, network, X, y):
    """Live: one test digit with less ink, moved to a side, and the network's answer.

    network: trained on digits. X (N, 64) and y (N,) are test digits. Left: the image.
    Middle: the network's probabilities. Right: the share of all test digits that is
    right, over the place.
    """
    left, middle, right_ax = fig.subplots(1, 3, width_ratios=(1, 1.2, 1.4))
    plots.image(left, np.zeros((8, 8)), "the image", limits=(0, 1))
    draw_bars = plots.bars(middle, range(10))
    middle.set(ylim=(0, 1), xticks=range(10))
    title = middle.set_title("answer")
    plots.name(middle, x="digit", y="probability")
    right_ax.set(xlim=(-2.3, 2.3), ylim=(0, 1.05), xticks=PLACES)
    plots.name(right_ax, "pixels to the right", "share right", "all test digits")
    (course,) = right_ax.plot([], [], color=plots.INK, marker=".", linewidth=1)
    (marker,) = right_ax.plot([], [], **DIAMOND)
    examples = X[[np.argmax(y == d) for d in range(10)]]
    shares = shares_moved(network, X, y)

    def update(right, ink, digit):
        image = moved_digits(examples[digit : digit + 1], ink, right)
        probabilities = answers(network, image)[0]
        answer, row = int(np.argmax(probabilities)), shares[INKS.index(ink)]
        left.images[0].set_data(image.reshape(8, 8))
        draw_bars(probabilities)
        title.set_text(f"answer {answer}" + " ✗" * (answer != digit))
        share = row[PLACES.index(right)]
        course.set_data(PLACES, row)
        marker.set_data([right], [share])
        told = dict(
            digit=digit,
            ink=ink,
            right=f"{right:+d}" if right else 0,
            answer=answer,
            sure=probabilities[answer],
        )
        return DIGIT.format(share=share, **told)

    return update


def digit_tests(shares):
    """Show the accuracies of five networks for each shift: {name: five shares}."""
    with plots.card(height=0.9 + 0.24 * len(shares)) as fig:
        ax = fig.subplots()
        for place, row in enumerate(shares.values()):
            ax.plot(row, np.full(len(row), -place), "o", color=plots.INK, alpha=0.5)
        ax.set(xlim=(0.3, 1), yticks=-np.arange(len(shares)), yticklabels=list(shares))
        plots.name(ax, x="test accuracy, five seeds", y="test images")
    told = [f"{name} {min(row):.2f} to {max(row):.2f}" for name, row in shares.items()]
    plots.show(fig, f"Test accuracy of five seeds. {'; '.join(told)}.")


def summary(record):
    """Show the lesson in one picture: a shifted cloud, a unit, four networks.

    record: `data.load_recorded("internal_shift")`.
    """
    x, y, x_test, y_test = clouds("covariate", 1.0)
    with plots.card(height=4.6) as fig:
        (first, second), (third, fourth) = fig.subplots(2, 2)
        for points, labels, colour in ((x, y, plots.FILL), (x_test, y_test, plots.FAINT)):
            for label, mark in enumerate("ox"):
                chosen = points[labels == label][::4].T
                first.plot(*chosen, mark, markersize=3, color=colour)
        first.plot(X1, curve(X1), zorder=0.5, **RULE)
        first.plot(X1, boundary(fit(x, y, False), X1), color=plots.INK)
        first.set(xlim=(-SPAN, SPAN), ylim=(-SPAN, SPAN))
        plots.name(first, "$x_1$", "$x_2$", "the rule stays, the points move")
        own_spreads(second, record, "without")
        own_spreads(third, record, "with")
        plots.name(second, title="a unit without batch norm")
        plots.name(third, title="a unit with batch norm")
        scatter(fourth, record)
        words = "path length, in own spreads", "steps to 90%", "longer path, learns later?"
        plots.name(fourth, *words)
    plots.show(fig, SUMMARY)
