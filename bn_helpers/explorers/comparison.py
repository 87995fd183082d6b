"""Lesson 08, the training lab: two networks train while you watch.

from bn_helpers.explorers import comparison
comparison.training_lab()
"""

from ..controls import button, choice, play, presets, slider, steps
from ..experiments.comparison import (
    BATCH_SIZES,
    DEPTHS,
    FIGURE_1,
    INTERVAL,
    LAYERS,
    MOMENTA,
    SETTINGS,
    STARTS,
    Lab,
    digits,
)
from ..live import explore
from .comparison_panels import panels_of

FIRST = (
    "Press Play. Two real networks with the same first weights train on {n} real digits, "
    "one with batch norm and one without."
)
SENTENCE = (
    "Step {step}: test accuracy {without:.2f} without batch norm, {with_:.2f} with. "
    "{ahead}{reasons}"
)
AHEAD = "The network {name} batch norm is ahead."
LEVEL = "They are level."
NEAR = 0.02  # of accuracy: less than that is level
STUCK = {  # {name} is "With" or "Without"
    "": "",
    "diverged": " {name}: diverged at step {step}.",
    "late": " {name}: learns, loss {loss:.2f}, but its running statistics lag.",
    "dead": " {name}: dead, {share:.0%} of layer {layer} gives only 0.",
    "saturated": " {name}: saturated, {share:.0%} of layer {layer} is flat.",
    "asleep": " {name}: asleep, layer {layer} varies by {between:.1g} between images.",
    "signs": " {name}: {share:.0%} of layer {layer} is normalized to −1 or 1.",
    "unknown": " {name}: learns slowly.",
}
NEXT, NEW = "acts from the next step on", "begins a new run"  # said on hover
ROWS = [
    ("play", "step", "reset", "setting"),
    ("lr", "batch_size", "momentum"),
    ("activation", "initializer", "depth"),
]


@explore(
    setting=presets(SETTINGS, label="start from", hint="a setting of all six controls below"),
    play=play(label="training", interval=20, stop=False),
    step=button(label="Step", hint="one step of both networks"),
    reset=button(label="Reset", hint="the same run again, from the start"),
    lr=slider(0.001, 10, start=FIGURE_1["lr"], log=True, label="learning rate", hint=NEXT),
    batch_size=steps(BATCH_SIZES, start=FIGURE_1["batch_size"], label="batch size", hint=NEXT),
    momentum=steps(MOMENTA, start=FIGURE_1["momentum"], label="momentum", hint=NEXT),
    activation=choice(*LAYERS, label="activation", hint=NEW),
    initializer=choice(*STARTS, label="first weights", hint=NEW),
    depth=choice(*DEPTHS, start=FIGURE_1["depth"], label="hidden layers", hint=NEW),
    size=(7.2, 3.7),
    rows=ROWS,
    density=1.5,
)
def training_lab(fig, steps=0, interval=INTERVAL):
    """Live: two real networks train on the real digits, with and without batch norm.

    They begin with the same weights and see the same batches. steps: taken before the
    first picture. interval: seconds from one picture to the next. lr, batch_size,
    momentum: act from the next step on. activation, initializer, depth: begin a new
    run. setting: sets all six.
    """
    lab = Lab(steps, interval)
    panels = panels_of(fig)

    def update(**values):
        goes_on = lab.follow(**values)
        for panel in panels:
            panel(lab)
        sentence = _sentence(lab)
        if not goes_on:
            raise StopIteration(sentence)
        return sentence

    return update


def _sentence(lab):
    if not lab.pair.step:
        return FIRST.format(n=len(digits()[0]))
    with_, without = (lab.looks[name].accuracy for name in ("with", "without"))
    ahead = AHEAD.format(name="with" if with_ > without else "without")
    reasons = ""
    for name, look in lab.looks.items():
        word, numbers = look.stuck
        reasons += STUCK[word].format(name=name.capitalize(), **numbers)
    return SENTENCE.format(
        step=lab.pair.step,
        with_=with_,
        without=without,
        ahead=LEVEL if abs(with_ - without) < NEAR else ahead,
        reasons=reasons,
    )
