"""Lesson 06: the graph of batch norm, walked forward and backward."""

from .. import plots
from ..controls import choice, steps
from ..experiments.backward import walk
from ..live import explore

SLOPE = "#882255"  # what runs backward
LOSSES = {  # the loss, and its dout
    "the first output": (1, 0, 0, 0),
    "the fourth output": (0, 0, 0, 1),
    "the sum of all outputs": (1, 1, 1, 1),
}
WALK = {  # the steps of the walk, in order, and what is said of each
    "x": "Four examples of one unit: 1, 2, 4 and 9. In a layer x has the shape (m, D).",
    "μ": "μ is the mean of x: {mu:.2f}. There is one for each unit, so its shape is (D,).",
    "x_c": "Each example subtracts the same mean: x_c = x − μ.",
    "σ²": "σ² is the mean of the squares of x_c: {var:.2f}.",
    "s": "s is the root of σ² + ε: {s:.3f}.",
    "x̂": "Each example is divided by the same s: x̂ = x_c / s.",
    "y": "y = γ x̂ + β, with γ = 2 and β = 0.5. The forward pass ends here.",
    "dout": "Back: the loss is {loss}, so dout is {upstream}.",
    "dγ, dβ, dx̂": "All examples use γ and β. So each adds its share: dγ = {dgamma:.3f} and "
    "dβ = {dbeta:.2f}. And dx̂ = γ dout.",
    "direct way": "Each x_c is divided by s, so the direct way gives dx̂ / s. For the first "
    "example this is {direct[0]:.3f}.",
    "ds": "All examples are divided by s. So each adds its share: ds = −Σ dx̂ x_c / s² = {ds:.3f}.",
    "dσ²": "s is a root, so dσ² = ds / (2s) = {dvar:.4f}.",
    "dx_c": "σ² uses all x_c, so each gets a share, 2 x_c dσ² / m: the first {share[0]:.3f}. "
    "With the direct way, {direct[0]:.3f}, this makes {dxc[0]:.3f}.",
    "dμ": "All examples subtract μ. So each adds its share: dμ = −Σ dx_c = {dmu:.3f}.",
    "dx": "μ gives all examples the same share, dμ / m. Added, the first gets {dx[0]:.3f}. "
    "All dx together: {total:.3f}.",
}
LAST = list(WALK)[-1]
BOXES = {  # centre, width, and title with the shape in a layer
    "x": (0.112, 0.5, 0.21, "$x$  (m, D)"),
    "mu": (0.24, 0.86, 0.12, r"$\mu$  (D,)"),
    "xc": (0.368, 0.5, 0.21, "$x_c$  (m, D)"),
    "var": (0.368, 0.14, 0.13, r"$\sigma^2$  (D,)"),
    "s": (0.632, 0.14, 0.13, "$s$  (D,)"),
    "eps": (0.87, 0.14, 0.12, r"$\epsilon$"),
    "x_hat": (0.632, 0.5, 0.21, r"$\hat{x}$  (m, D)"),
    "y": (0.888, 0.5, 0.21, "$y$  (m, D)"),
    "gamma": (0.76, 0.86, 0.12, r"$\gamma$  (D,)"),
    "beta": (0.93, 0.86, 0.12, r"$\beta$  (D,)"),
}
HEIGHT = 0.25
VALUES = {  # of a box: its value, the step at which it is known, its gradient, and its step
    "x": ("x", "x", "dx", "dx"),
    "mu": ("mu", "μ", "dmu", "dμ"),
    "xc": ("xc", "x_c", "dxc", "dx_c"),
    "var": ("var", "σ²", "dvar", "dσ²"),
    "s": ("s", "s", "ds", "ds"),
    "x_hat": ("x_hat", "x̂", "dx_hat", "dγ, dβ, dx̂"),
    "y": ("y", "y", "dout", "dout"),
    "gamma": ("gamma", "x", "dgamma", "dγ, dβ, dx̂"),
    "beta": ("beta", "x", "dbeta", "dγ, dβ, dx̂"),
    "eps": ("eps", "x", None, None),
}
ARROWS = {  # (start, end): the place of both ends, and the steps that use the arrow
    ("x", "mu"): ((0.13, 0.635), (0.2, 0.725), "μ", "dx"),
    ("mu", "xc"): ((0.28, 0.725), (0.345, 0.635), "x_c", "dμ"),
    ("x", "xc"): ((0.222, 0.5), (0.259, 0.5), "x_c", "dx"),
    ("xc", "var"): ((0.368, 0.365), (0.368, 0.275), "σ²", "dx_c"),
    ("var", "s"): ((0.44, 0.14), (0.56, 0.14), "s", "dσ²"),
    ("eps", "s"): ((0.8, 0.14), (0.705, 0.14), "s", None),
    ("xc", "x_hat"): ((0.478, 0.5), (0.522, 0.5), "x̂", "direct way"),
    ("s", "x_hat"): ((0.632, 0.275), (0.632, 0.365), "x̂", "ds"),
    ("x_hat", "y"): ((0.741, 0.5), (0.779, 0.5), "y", "dγ, dβ, dx̂"),
    ("gamma", "y"): ((0.79, 0.725), (0.85, 0.635), "y", "dγ, dβ, dx̂"),
    ("beta", "y"): ((0.93, 0.725), (0.92, 0.635), "y", "dγ, dβ, dx̂"),
}


@explore(
    step=steps(list(WALK), start="y", label="step", hint="forward, then backward"),
    loss=choice(*LOSSES, label="loss", hint="what the gradient is of"),
    size=(7.2, 3.5),
)
def graph(fig):
    """Live: batch norm in small steps, on four examples of one unit, and back.

    step: a key of WALK. loss: a key of LOSSES. In each box stand its value and, below
    it, its gradient.
    """
    ax = fig.subplots()
    ax.set_axis_off()
    ax.set(xlim=(0, 1), ylim=(0, 1))
    boxes = {name: _box(ax, *box) for name, box in BOXES.items()}
    arrows = {ends: _arrow(ax, *places[:2]) for ends, places in ARROWS.items()}

    def update(step, loss):
        dout = LOSSES[loss]
        seen = walk(dout)
        draw_walk(boxes, arrows, seen, step)
        told = dict(loss=loss, upstream=", ".join(map(str, dout)), total=abs(seen.dx.sum()))
        return WALK[step].format(**seen._asdict(), **told)

    return update


def draw_walk(boxes, arrows, seen, step):
    """Write what is known at `step` of a Walk, and light the arrows that it uses."""
    order = list(WALK)
    now = order.index(step)
    values = seen._asdict() | {"gamma": 2.0, "beta": 0.5, "eps": "1e-5"}
    for name, (value, since, gradient, back) in VALUES.items():
        known = order.index(since) <= now
        boxes[name][0].set_text(_shown(values[value]) if known else "")
        gradient = "direct" if (name, step) in BEFORE else gradient
        known = (name, step) in BEFORE or back in order[: now + 1]
        boxes[name][1].set_text(_shown(values[gradient]) if known else "")
    for ends, (*_, forward, backward) in ARROWS.items():
        for arrow, lit in zip(arrows[ends], (step == forward, step == backward)):
            arrow.set_visible(lit)


BEFORE = {("xc", step) for step in ("direct way", "ds", "dσ²")}  # one part of dx_c is known


def _shown(value):
    """ "-0.97  0.00": a number, or the four of the examples."""
    if isinstance(value, str):
        return value
    numbers = [value] if getattr(value, "ndim", 0) == 0 else value
    return "  ".join(f"{number:.2f}" for number in numbers).replace("-0.00", "0.00")


def _box(ax, x, y, width, title):
    """Draw a box with its title; returns the texts for the value and its gradient."""
    frame = dict(facecolor="white", edgecolor=plots.FAINT, linewidth=0.8, zorder=1)
    ax.bar([x], [HEIGHT], width, y - HEIGHT / 2, **frame)
    style = dict(ha="center", va="center", zorder=3)
    ax.text(x, y + 0.075, title, size=9, **style | dict(zorder=1))  # below what moves
    value = ax.text(x, y - 0.005, "", size=8, **style)
    return value, ax.text(x, y - 0.082, "", size=8, color=SLOPE, **style)


def _arrow(ax, start, end):
    """Draw a faint arrow; returns two that are lit, forward and backward."""
    _pointer(ax, start, end, zorder=1, color="#bbbbbb", linewidth=1, mutation_scale=9)
    lit = dict(linewidth=2.4, mutation_scale=14)
    return _pointer(ax, start, end, color=plots.INK, **lit), _pointer(
        ax, end, start, color=SLOPE, **lit
    )


def _pointer(ax, start, end, zorder=2, **look):
    look |= dict(arrowstyle="-|>", shrinkA=0, shrinkB=0)
    return ax.annotate("", end, start, arrowprops=look, zorder=zorder)
