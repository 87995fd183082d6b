"""The exercise of lesson 08 that builds a convolutional network."""

import numpy as np

from ..batchnorm import BatchNorm
from ..initializers import he_normal
from ..layers import AveragePooling, Convolution, Flatten, Linear, ReLU
from .calling import undisturbed
from .errors import Stop, described
from .question import told
from .verdict import right, stopped

SIZES = (1, 8), (8, 16)  # channels and filters of the two convolutions
SEEDS = range(10)


def conv_layers(rng, batchnorm):
    layers = []
    for C, F in ((1, 8), (8, 16)):
        fan_in = C * 3 * 3
        W = he_normal(fan_in, F, rng).T.reshape(F, C, 3, 3)
        layers.append(Convolution(W, None if batchnorm else np.zeros(F), padding=1))
        if batchnorm:
            layers.append(BatchNorm(F))
        layers += [ReLU(), AveragePooling(2)]
    return [*layers, Flatten(), Linear(he_normal(64, 10, rng), np.zeros(10))]


def check_conv_layers(*answers):
    """The Verdict on a function (rng, batchnorm) -> the layers of the lesson."""
    return told(check_conv_layers, judged, answers, conv_layers)


def judged(answer):
    try:
        counts = [_parameters(answer, batchnorm) for batchnorm in (False, True)]
    except Stop as stop:
        return stopped(stop)
    return right(f"It has {counts[0]} parameters without batch norm and {counts[1]} with it.")


def _parameters(answer, batchnorm):
    """The number of parameters; Stop if the layers are not those of the lesson."""
    layers = _made(answer, batchnorm)
    kinds = [type(layer) for layer in layers]
    block = [Convolution, BatchNorm, ReLU, AveragePooling]
    wanted = [*2 * [k for k in block if batchnorm or k is not BatchNorm], Flatten, Linear]
    if kinds.count(BatchNorm) != wanted.count(BatchNorm):
        raise Stop("batchnorm-count", f"With batchnorm={batchnorm} there are {_count(kinds)}.")
    if kinds != wanted:
        names = ", ".join(kind.__name__ for kind in kinds)
        raise Stop("layer-order", f"With batchnorm={batchnorm} they are {names}.")
    convolutions = layers[0], layers[len(wanted) // 2 - 1]
    for (C, F), layer in zip(SIZES, convolutions):
        if layer.params["W"].shape != (F, C, 3, 3):
            came = layer.params["W"].shape
            raise Stop("wrong-shape", f"Expected filters {(F, C, 3, 3)}, yours are {came}.")
        if ("b" in layer.params) == batchnorm:
            raise Stop("bias-before-batchnorm" if batchnorm else "bias-missing")
    _run_through(layers)
    _spread_of(answer, batchnorm)
    return sum(value.size for layer in layers for value in layer.params.values())


def _made(answer, batchnorm, seed=0):
    """The list of layers that the student's function returns."""
    if not callable(answer):
        raise Stop("not-a-function", f"Got {type(answer).__name__}.")
    rng = np.random.default_rng(seed)
    try:
        with undisturbed():
            layers = answer(rng, batchnorm)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # whatever a student's code does, the check answers in words
        if "ellipsis" in str(error).lower():
            raise Stop("line-missing") from None
        if "cannot reshape" in str(error):  # the template makes filters from so many numbers
            raise Stop("window-forgotten") from None
        arguments = rng, batchnorm
        raise Stop("raised", described(error, answer, arguments, ("rng", "batchnorm"))) from None
    layers = getattr(layers, "layers", layers)  # a Network will do, too
    if layers is None:
        raise Stop("nothing-returned")
    if not isinstance(layers, list | tuple):
        raise Stop("not-layers", f"Got {type(layers).__name__}.")
    if any(layer is ... or layer is None for layer in layers):
        raise Stop("line-missing")
    if not all(hasattr(layer, "forward") and hasattr(layer, "params") for layer in layers):
        raise Stop("not-layers")
    return list(layers)


def _count(kinds):
    return f"{(n := kinds.count(BatchNorm))} BatchNorm layer{'s' * (n != 1)}"


def _run_through(layers):
    """Stop at the first layer that refuses what the one before it gives."""
    x = np.random.default_rng(0).standard_normal((5, 1, 8, 8))
    for place, layer in enumerate(layers, start=1):
        try:
            x = layer.forward(x, training=True)
        except ValueError as error:
            raise Stop(
                "layers-do-not-fit", f"Layer {place}, {type(layer).__name__}: {error}."
            ) from None
    if x.shape != (5, 10):
        raise Stop("wrong-shape", f"For 5 images expected (5, 10), your output is {x.shape}.")


def _spread_of(answer, batchnorm):
    """Stop if the filters do not have He's std for all pixels of a window."""
    drawn = [_made(answer, batchnorm, seed) for seed in SEEDS]
    for (C, F), place in zip(SIZES, (0, len(drawn[0]) // 2 - 1)):
        std = np.std([layers[place].params["W"] for layers in drawn])
        if abs(std / np.sqrt(2 / (9 * C)) - 1) < 0.12:  # chance: 0.03
            continue
        for name, fan in (
            ("window-forgotten", C),
            ("window-forgotten", 9),
            ("fan-out-for-fan-in", F),
        ):
            if abs(std / np.sqrt(2 / fan) - 1) < 0.12:
                raise Stop(name)
        raise Stop("std-off", f"The filters for {C} channels have std {std:.2f}.")
