"""Right and wrong answers to the exercises of lesson 08."""

import numpy as np

from bn_helpers.batchnorm import BatchNorm, fold_batchnorm
from bn_helpers.checks import check_conv_layers, check_fold_filters, check_speed_up
from bn_helpers.checks.comparison_layers import conv_layers
from bn_helpers.initializers import he_normal
from bn_helpers.layers import AveragePooling, Convolution, Flatten, Linear, ReLU, Sigmoid
from bn_helpers.network import Network


def by_loops(steps, without, with_bn, share):
    needed = []
    for curves in (without, with_bn):
        firsts = []
        for curve in curves:
            k = 0
            while curve[k] < share:
                k += 1
            firsts.append(steps[k])
        firsts.sort()
        middle = len(firsts) // 2
        even = len(firsts) % 2 == 0
        needed.append((firsts[middle - even] + firsts[middle]) / 2)
    return needed[0] / needed[1]


def at_once(steps, without, with_bn, share):
    a, b = (np.median(steps[(c >= share).argmax(axis=1)]) for c in (without, with_bn))
    return float(a / b)


def with_the_helper(W, gamma, beta, mean, var, eps):
    bn = BatchNorm(len(W), eps=eps)
    bn.params = {"gamma": gamma, "beta": beta}
    bn.running_mean, bn.running_var = mean, var
    flat, b = fold_batchnorm(W.reshape(len(W), -1).T, None, bn)
    return flat.T.reshape(W.shape), b


def filter_by_filter(W, gamma, beta, mean, var, eps):
    scales = [g / (v + eps) ** 0.5 for g, v in zip(gamma, var)]
    folded = [s * w for s, w in zip(scales, W)]
    return np.array(folded), [b - m * s for b, m, s in zip(beta, mean, scales)]


def made(rng, batchnorm, *, scale=2.0, bias=None, order=0, padding=1, last=64, act=ReLU):
    """The layers of the lesson, with one thing changed."""
    layers = []
    for C, F in ((1, 8), (8, 16)):
        W = np.sqrt(scale / (9 * C)) * rng.standard_normal((F, C, 3, 3))
        own = np.zeros(F) if (not batchnorm if bias is None else bias) else None
        norm = [BatchNorm(F)] * bool(batchnorm)
        block = [*norm, act()] if order == 0 else [act(), *norm]
        layers += [Convolution(W, own, padding=padding), *block, AveragePooling(2)]
    return [*layers, Flatten(), Linear(he_normal(last, 10, rng), np.zeros(10))]


def with_(**changed):
    return lambda rng, batchnorm: made(rng, batchnorm, **changed)


def open_line(rng, batchnorm):
    layers = made(rng, batchnorm)
    layers[1] = ...
    return layers


def as_in_the_lesson(rng, batchnorm):
    return he_normal(..., 8, rng)


def raises(rng, batchnorm):
    raise KeyError("oops")


def small_filters(rng, batchnorm):
    layers = made(rng, batchnorm)
    layers[0] = Convolution(np.ones((8, 1, 1, 1)), None if batchnorm else np.zeros(8))
    return layers


def without_break(steps, without, with_bn, share):
    needed = []
    for curves in (without, with_bn):
        firsts = []
        for curve in curves:
            for step, a in zip(steps, curve):
                if a >= share:
                    firsts.append(step)
        needed.append(np.median(firsts))
    return needed[0] / needed[1]


def over_the_seeds(steps, without, with_bn, share):
    a, b = (np.median(steps[np.argmax(c >= share, axis=0)]) for c in (without, with_bn))
    return a / b


RIGHT = [
    (check_speed_up, by_loops),
    (check_speed_up, at_once),
    (check_fold_filters, with_the_helper),
    (check_fold_filters, filter_by_filter),
    (
        check_fold_filters,
        lambda W, g, be, m, v, e: (
            np.einsum("fcij,f->fcij", W, g / np.sqrt(v + e)),
            (0 - m) * g / np.sqrt(v + e) + be,
        ),
    ),
    (check_conv_layers, conv_layers),
    (check_conv_layers, made),
    (check_conv_layers, lambda rng, batchnorm: Network(made(rng, batchnorm))),
    (check_conv_layers, lambda rng, batchnorm: tuple(made(rng, batchnorm))),
]
SLIPS = [
    (check_speed_up, without_break, "all-looks-taken"),
    (check_speed_up, over_the_seeds, "first-seed-of-each-look"),
    (check_speed_up, lambda *case: by_loops(*case)[:1], "raised"),
    (check_fold_filters, lambda W, *rest: W, "wrong-count"),
    (check_conv_layers, 3, "not-a-function"),
    (check_conv_layers, lambda rng, batchnorm: None, "nothing-returned"),
    (check_conv_layers, lambda rng, batchnorm: 7, "not-layers"),
    (check_conv_layers, lambda rng, batchnorm: ["Convolution"], "not-layers"),
    (check_conv_layers, open_line, "line-missing"),
    (check_conv_layers, as_in_the_lesson, "line-missing"),
    (check_conv_layers, raises, "raised"),
    (check_conv_layers, lambda rng, batchnorm: made(rng, False), "batchnorm-count"),
    (check_conv_layers, lambda rng, batchnorm: made(rng, True), "batchnorm-count"),
    (check_conv_layers, with_(order=1), "layer-order"),
    (check_conv_layers, with_(act=Sigmoid), "layer-order"),
    (check_conv_layers, with_(bias=True), "bias-before-batchnorm"),
    (check_conv_layers, with_(bias=False), "bias-missing"),
    (check_conv_layers, with_(padding=0), "layers-do-not-fit"),
    (check_conv_layers, with_(last=16), "layers-do-not-fit"),
    (check_conv_layers, with_(scale=18.0), "window-forgotten"),
    (check_conv_layers, with_(scale=1.0), "std-off"),
    (check_conv_layers, small_filters, "wrong-shape"),
]
