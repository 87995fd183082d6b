"""Diagrams of boxes and arrows: batch norm as a graph, and a chart for bad results."""

from .. import plots

GRAPH_BOXES = {  # name: centre x, y in 0..1, and words
    "x": (0.05, 0.5, "x"),
    "mu": (0.2, 0.85, "$\\mu$ = mean of x"),
    "xc": (0.32, 0.5, "$x_c = x - \\mu$"),
    "var": (0.44, 0.12, "$\\sigma^2$ = mean of $x_c^2$"),
    "std": (0.72, 0.12, "s = root of $\\sigma^2 + \\epsilon$"),
    "x_hat": (0.75, 0.5, "$\\hat{x} = x_c / s$"),
    "out": (0.93, 0.5, "$y = \\gamma \\hat{x} + \\beta$"),
}
GRAPH_ARROWS = (
    ("x", "mu", ""),
    ("x", "xc", ""),
    ("mu", "xc", ""),
    ("xc", "var", ""),
    ("var", "std", ""),
    ("xc", "x_hat", ""),
    ("std", "x_hat", ""),
    ("x_hat", "out", ""),
)
CHART_BOXES = {
    "start": (0.15, 0.88, "test accuracy far below\nthat seen in training"),
    "mode": (0.5, 0.88, "evaluation mode on? same\nanswer in any company?"),
    "switch": (0.86, 0.88, "switch it on:\ntraining=False"),
    "known": (0.5, 0.5, "good on TRAINING data\nin evaluation mode?"),
    "cure": (0.15, 0.5, "does recalibration\ncure it?"),
    "new": (0.86, 0.5, "good with large random\nbatches of the new data?"),
    "lagged": (0.1, 0.1, "statistics: momentum too\nsmall or large, few steps,\nnot saved"),
    "weights": (0.36, 0.1, "weights: has not learned;\nrate, steps, batch size?"),
    "other": (0.63, 0.1, "other data: recalibrate\non all classes of them"),
    "overfit": (0.89, 0.1, "not batch norm: other\nkind of data, overfitting"),
}
CHART_ARROWS = (
    ("start", "mode", ""),
    ("mode", "switch", "no"),
    ("mode", "known", "yes"),
    ("known", "cure", "no"),
    ("known", "new", "yes"),
    ("cure", "lagged", "yes"),
    ("cure", "weights", "no"),
    ("new", "other", "yes"),
    ("new", "overfit", "no"),
)


def graph():
    """Show the computation graph of the forward pass."""
    plots.diagram(GRAPH_BOXES, GRAPH_ARROWS, "Computation graph of batch norm.", height=2.2)


def flow_chart():
    """Show where to look when evaluation is far worse than training."""
    plots.diagram(CHART_BOXES, CHART_ARROWS, "Flow chart for bad evaluation.")
