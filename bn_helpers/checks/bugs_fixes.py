"""The third step at each patient of lesson 10: the mended implementation is judged."""

import numpy as np

from ..batchnorm import BatchNorm
from ..layers import Linear
from . import bugs_backward as late
from . import bugs_forward as early
from .bugs_slips import COLUMNS, FOLDS, LAYERS, MODES, UNSEEN_PASSES, UPDATES, without_copies
from .bugs_testing import words_of
from .question import Question
from .verdict import not_yet, right


def far_columns(rng):
    """x (N, D) in float32; the means of the columns are far from 0, and different."""
    means = np.array([0, 3000, -10000], np.float32)
    for N, share in (16, 1), (16, 1), (9, 0.01):
        x = rng.standard_normal((N, 3), np.float32)
        yield (x + np.float32(share) * means[rng.permutation(3)],)
    yield (np.array([[9997, 2], [9999, 2]], np.float32),)


def which_columns(arguments, results):
    (x,), (out,) = arguments, results
    means = np.abs(x.mean(axis=0))
    wrong = np.abs(out - early.two_passes(x)).max(axis=0) > 0.01
    if wrong.any() and not wrong.all() and means[wrong].min() > means[~wrong].max():
        return "squares-not-centred", "The columns with a mean far from 0 are wrong."
    return ""


def maps(rng):
    for shape in ((4, 3, 2, 5), (4, 3, 2, 5), (3, 2, 3, 3)):
        yield (rng.normal(1, 2, shape) + rng.normal(0, 3, (1, *shape[1:])),)
    yield (np.array([1.0, 2, 3, 6]).reshape(2, 1, 1, 2),)


def running(rng):
    for (m, D), momentum in (((3, 4), 0.3), ((3, 4), 0.85), ((6, 2), 0.01)):
        yield rng.normal(2, 1, D), rng.uniform(0.5, 2, D), rng.normal(1, 2, (m, D)), momentum
    yield np.array([0, 4]), np.array([1, 2]), np.array([[2, 3], [4, 9]]), 0.25


def both_modes(rng):
    for training in (False, True, False):
        yield rng.normal(3, 2, (5, 3)), rng.normal(1, 1, 3), rng.uniform(0.5, 4, 3), training
    yield np.array([[1.0], [3.0]]), np.array([2.0]), np.array([4.0]), False


def with_state(forward):
    """The answer with its state as an argument and a result."""

    def forward_with_state(x, mean, var, training):
        state = {"mean": mean.copy(), "var": var.copy()}  # an answer may change them in place
        out = forward(x, state, training)
        return None if out is None else (out, state["mean"], state["var"])

    return forward_with_state


def trained(rng):
    for N, D, M in ((5, 3, 4), (5, 3, 4), (4, 2, 2)):
        gamma, beta, mean = rng.uniform(1.5, 3, (3, M))
        yield rng.normal(1, 2, (N, D)), rng.normal(size=(D, M)), gamma, beta, mean, 2 + gamma
    yield (*map(np.array, ([[1.0]], [[2.0]], [3.0], [1.0], [4.0])), np.array([9.0]))


def with_layers(save_and_load):
    """The outputs of the new network, at once and after the old one has changed."""

    def loaded(x, W, gamma, beta, mean, var):
        old, new = ([Linear(weights), BatchNorm(len(mean))] for weights in (W.copy(), 1 - W))
        old[1].params = {"gamma": gamma.copy(), "beta": beta.copy()}
        old[1].running_mean, old[1].running_var = mean.copy(), var.copy()
        save_and_load(old, new)
        outputs = []
        for _ in range(2):
            out = x
            for layer in new:
                out = layer.forward(out, training=False)
            outputs.append(out)
            for value in (*old[0].params.values(), *old[1].params.values()):
                value *= 2  # as a step of training does, in place
        return tuple(outputs)

    return loaded


def linear_layers(rng):
    for (D, M), eps in (((3, 5), 0.05), ((3, 5), 1.3), ((4, 4), 1e-5)):
        b, mean, beta = rng.uniform(1, 3, (3, M))
        gamma = rng.uniform(0.4, 3, M) * np.where(np.arange(M) % 2, -1, 1)
        yield rng.standard_normal((D, M)), b, gamma, beta, mean, rng.uniform(0.1, 4, M), eps
    integers = np.array([[7, 5], [-3, 1], [1, 2], [3, 1], [7, 2]])
    yield np.array([[1.0, 2.0]]), *integers, 2


def passes(rng):
    for (N, D), eps in (((7, 3), 0.02), ((7, 3), 0.5), ((5, 5), 1e-5)):
        x = rng.normal(1, 2, (N, D)) * np.geomspace(0.05, 2, D)
        yield x, rng.standard_normal((N, D)) + 0.5, eps
    yield np.array([[1.0], [3.0]]), np.array([[1.0], [0.0]]), 3.0


def question(cases, truth, slips, passed, **more):
    return Question(lambda rng: list(cases(rng)), truth, slips, passed, **more)


def judged_check(answer):
    """The Verdict on a gradient check: it must tell right passes from wrong ones."""
    layers = late.PASSES | UNSEEN_PASSES
    told = {name: words_of(answer, layer) for name, layer in layers.items()}
    refused = [name for name, words in told.items() if "right" in name and False in words]
    accepted = [name for name, words in told.items() if "right" not in name and True in words]
    if refused:
        return not_yet("check-refuses-right", f"It refuses: {', '.join(refused)}.")
    if accepted:
        return not_yet("check-accepts-wrong", f"It accepts: {', '.join(accepted)}.")
    more = f"{len(UNSEEN_PASSES)} others that you have not seen"
    return right(
        f"Your check accepts both right passes. It refuses the four wrong ones and {more}."
    )


def adapted(question, adapter):
    """answer -> Verdict, where the question asks for what the adapter makes of it."""

    def judged(answer):
        function = adapter(answer)
        function.__wrapped__ = answer  # where its lines stand
        return question.judged(function)

    return judged


_maps = question(
    maps,
    early.over(0, 2, 3),
    {
        "per-place": early.normalized_maps,
        "per-image": early.over(2, 3),
        "per-example": early.over(1, 2, 3),
        "across-channels": early.over(1),
        "channels-mixed-up": early.rows_as_stored,
    },
    "One mean for each channel.",
)
_update = question(
    running,
    early.updated,
    UPDATES,
    "momentum weighs the new batch.",
    returns=("running_mean", "running_var"),
)
_forward = question(
    both_modes,
    with_state(early.two_modes),
    {
        slip: tuple(map(with_state, forwards if isinstance(forwards, tuple) else (forwards,)))
        for slip, forwards in MODES.items()
    },
    "Only training moves the state.",
    returns=("out", 'state["mean"]', 'state["var"]'),
)
_loaded = question(
    trained,
    with_layers(late.with_statistics),
    {
        "state-not-loaded": tuple(
            with_layers(lost)
            for lost in (
                lambda layers, new_layers: None,
                late.save_and_load,
                late.variance_lost,
                late.scale_and_shift_lost,
            )
        ),
        "state-shared": with_layers(without_copies),
    },
    "All that evaluation needs is in the file.",
    returns=("outputs after loading", "outputs after more training"),
)
_fold = question(
    linear_layers,
    late.folded,
    FOLDS,
    "Batch norm scales the bias, too.",
    returns=("W", "b"),
)
_layer = question(
    passes,
    late.closed_form,
    LAYERS,
    "Both directions use one std.",
    returns=("out", "dx"),
    rtol=1e-6,
)
_normalized = question(
    far_columns,
    early.two_passes,
    COLUMNS,
    "Subtract first, then square.",
    measure=which_columns,
    rtol=2e-3,
)
FIXES = {  # number of the patient: (answer -> Verdict, a right answer)
    1: (_normalized.judged, early.two_passes),
    2: (_maps.judged, early.by_channel),
    3: (_update.judged, early.updated),
    4: (adapted(_forward, with_state), early.two_modes),
    5: (adapted(_loaded, with_layers), late.with_statistics),
    6: (_fold.judged, late.folded),
    7: (_layer.judged, late.closed_form),
    8: (judged_check, late.gradient_check_of_eight),
}
QUESTIONS = _normalized, _maps, _update, _forward, _loaded, _fold, _layer
