"""Lesson 09b: networks that differ in their normalization alone."""

from functools import partial

import numpy as np

from ..batchnorm import BatchNorm
from ..initializers import he_normal
from ..layers import ReLU
from ..network import mlp
from ..normalization import GroupNorm, LayerNorm

GROUPS = 4
NORMS = {  # name: the `norm` of mlp, a function of the number of features
    "batch norm": BatchNorm,
    "none": None,
    "layer norm": LayerNorm,
    "group norm": partial(GroupNorm, groups=GROUPS),
}
UNITS = [64, 100, 100, 100, 10]
SEEDS = range(5)


def network_of(norm, seed):
    """A ReLU network on the digits; the weights depend on the seed alone."""
    rng = np.random.default_rng(seed)
    return mlp(UNITS, activation=ReLU, initializer=he_normal, rng=rng, norm=NORMS[norm])
