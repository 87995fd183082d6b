"""What question 4 supplies: a trained network, and digits that belong to one student.

`network.npz` holds the network and, for each contract, a table of seeds and goals.
make_network.py wrote both.
"""

import hashlib
from pathlib import Path
from unicodedata import normalize

import numpy as np

from bn_helpers import data, layers
from bn_helpers.initializers import he_normal
from bn_helpers.network import mlp

SIZES = [64, 32, 32, 32, 10]
DIGITS = 256
FILE = Path(__file__).with_name("network.npz")
TABLE = "table "


def with_state(state):
    """The network. Its running statistics stay, since its momentum is 0."""
    rng = np.random.default_rng(0)  # the weights are replaced at once
    keywords = {"activation": layers.Tanh, "initializer": he_normal, "rng": rng}
    network = mlp(SIZES, batchnorm={"momentum": 0}, **keywords)
    network.load_state_dict(state)
    return network


def chosen(seed, in_order_of_class):
    """x (256, 64) and labels (256,): test digits in an order that `seed` chooses."""
    _, _, X, y = data.load_digits()
    rows = np.random.default_rng(int(seed)).permutation(len(y))[:DIGITS]
    if in_order_of_class:
        rows = rows[np.argsort(y[rows], kind="stable")]
    return X[rows], y[rows]


def own(student, contract):
    """network, x (256, 64), labels (256,) and a goal, a number of digits.

    The same student always gets the same; capitals and spaces make no difference.
    """
    key = "".join(normalize("NFKC", str(student)).split()).casefold()
    if key in ("", "..."):
        raise ValueError("own: write your id into the first code cell, and run it; then this one")
    with np.load(FILE, allow_pickle=False) as file:
        state = {name: value for name, value in file.items() if not name.startswith(TABLE)}
        table = file[TABLE + contract]
    row = int(hashlib.sha256(key.encode()).hexdigest(), 16) % len(table)
    seed, goal = table[row].tolist()
    return with_state(state), *chosen(seed, contract == "sorted"), goal
