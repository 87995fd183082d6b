"""A network is a list of layers."""

from collections.abc import Iterable
from copy import deepcopy
from functools import partial
from itertools import pairwise

import numpy as np

from . import _require as require
from ._states import arrays
from .batchnorm import BatchNorm
from .layers import Linear, ReLU, Sigmoid, Tanh


class Network:
    """Layers in order. After `forward`, `backward` fills the `grads` of every layer."""

    def __init__(self, layers):
        if not isinstance(layers, Iterable):
            raise ValueError(f"layers: expected a list of layers, got {require.shown(layers)}")
        self.layers = list(layers)
        if not self.layers:
            raise ValueError("layers: expected at least one layer, got none")
        for layer in self.layers:
            if not hasattr(layer, "forward") or not hasattr(layer, "backward"):
                came = require.shown(layer)
                raise ValueError(f"layers: expected layers such as ReLU(), got {came}")

    def forward(self, x, *, training):
        """x (N, D) or (N, C, H, W) -> the output of the last layer.

        ValueError for NaN or infinite x.
        """
        return self.outputs(require.batch("x", x), training=training)[-1]

    def activations(self, x, *, training):
        """The outputs of the nonlinear layers (Sigmoid, Tanh, ReLU), in order.

        They are a list of arrays (N, H), or (N, C, H, W) for images.
        """
        outputs = zip(self.layers, self.outputs(require.batch("x", x), training=training))
        return [out for layer, out in outputs if isinstance(layer, Sigmoid | Tanh | ReLU)]

    def backward(self, dout):
        """Gradient dx of the loss, given dout (the shape of the last output)."""
        for layer in reversed(self.layers):
            dout = layer.backward(dout)
        return dout

    def outputs(self, x, *, training):
        """The outputs of all layers, in order.

        x may contain NaN, so that a diverging run can be watched.
        """
        outputs = []
        for layer in self.layers:
            x = layer.forward(x, training=training)
            outputs.append(x)
        return outputs

    def state_dict(self):
        """Copies of all parameters and state; "0.W" is the W of the first layer."""
        states = enumerate(map(_state, self.layers))
        return {f"{i}.{name}": value for i, state in states for name, value in state.items()}

    def load_state_dict(self, state):
        """Take over what `state_dict` returned, as a dict or an open .npz file.

        The file is written by `np.savez(path, **network.state_dict())`. ValueError for
        a wrong name or shape, or a damaged file; then nothing changes.
        """
        own = self.state_dict()
        state = arrays(state, own.keys())
        for name, value in own.items():
            require.floats(f"state[{name!r}]", state[name], *value.shape)
        for network in (deepcopy(self), self):  # the copy refuses before anything changes
            for i, layer in enumerate(network.layers):
                _load(layer, {name: state[f"{i}.{name}"] for name in _state(layer)})


def _state(layer):
    """The state of a layer by name; a layer without `state_dict` has its `params`."""
    if hasattr(layer, "state_dict"):
        return layer.state_dict()
    return {name: np.array(value) for name, value in getattr(layer, "params", {}).items()}


def _load(layer, state):
    if hasattr(layer, "load_state_dict"):
        layer.load_state_dict(state)
    else:
        for name, value in state.items():
            layer.params[name] = require.floats(name, value, ...).copy()


def mlp(sizes, *, activation, initializer, rng, batchnorm=False, norm=None, dtype=np.float64):
    """A fully connected Network.

    sizes [64, 100, 10] stands for 64 inputs, 100 hidden units and 10 outputs.
    activation is a layer class (Sigmoid, Tanh, ReLU), initializer a scheme of
    `initializers`. Biases start at 0. With batchnorm every hidden Linear is followed by
    a BatchNorm and has no bias of its own, since the batch mean would cancel it (paper,
    section 3.2). A dict holds keywords of BatchNorm. `norm` puts another layer in its
    place: LayerNorm, or any function of the number of features. The parameters are of
    `dtype` float64 or float32. With float32 inputs, too, a step of wide layers takes
    half the time. ValueError for bad arguments.
    """
    sizes, dtype = _sizes(sizes), require.dtype("dtype", dtype)
    _require_callable("activation", activation, "ReLU")
    _require_callable("initializer", initializer, "he_normal")
    norm = _norm(norm, batchnorm, dtype)
    layers = []
    for i, (fan_in, fan_out) in enumerate(pairwise(sizes)):
        W = initializer(fan_in, fan_out, rng)
        W = require.floats("initializer", W, fan_in, fan_out).astype(dtype)
        if i == len(sizes) - 2:
            layers.append(Linear(W, np.zeros(fan_out, dtype)))
        elif norm:
            layers += [Linear(W), norm(fan_out), activation()]
        else:
            layers += [Linear(W, np.zeros(fan_out, dtype)), activation()]
    return Network(layers)


def _norm(norm, batchnorm, dtype):
    """A function of the number of features that makes a normalizing layer, or None."""
    wanted = isinstance(batchnorm, dict) or batchnorm
    if norm is None:
        keywords = batchnorm if isinstance(batchnorm, dict) else {}
        return partial(BatchNorm, dtype=dtype, **keywords) if wanted else None
    _require_callable("norm", norm, "LayerNorm")
    if wanted:
        raise ValueError("norm, batchnorm: expected one of the two, got both")
    return norm


def _sizes(sizes):
    sizes = sizes.tolist() if isinstance(sizes, np.ndarray) else sizes
    if not isinstance(sizes, list | tuple | range) or len(sizes) < 2:
        came = require.shown(sizes)
        raise ValueError(f"sizes: expected at least an input and an output size, got {came}")
    return [require.count("sizes", size) for size in sizes]


def _require_callable(name, value, example):
    if not callable(value):
        came = require.shown(value)
        raise ValueError(f"{name}: expected {example} itself or another of its kind, got {came}")
