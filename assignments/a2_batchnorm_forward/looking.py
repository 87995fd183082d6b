"""The right answers of question 4, and what each answer must keep away from."""

from functools import cache

import numpy as np

from bn_classroom.author import Numbers, beside
from bn_helpers.measures import forward_in_batches

SIZES = 2, 4, 8, 16, 32, 64, 128, 256
READ = "05_batchnorm_forward.ipynb#5. The batch size, on a real network"
own = beside(__file__, "own")


def logits(network, x, batch_size):
    """(N, 10): each batch is normalized by its own statistics."""
    return forward_in_batches(network, x, batch_size)[0]


def counts(contract, network, x, labels):
    """For each of SIZES the number of digits that the contract asks for."""
    wanted = labels
    if contract == "evaluation":
        wanted = network.forward(x, training=False).argmax(axis=1)
    right = np.array([(logits(network, x, m).argmax(1) == wanted).sum() for m in SIZES])
    return len(x) - right if contract == "evaluation" else right


def reached(contract, numbers, goal):
    """Booleans: does this batch size, and does every larger one, reach the goal?"""
    good = numbers <= goal if contract == "evaluation" else numbers >= goal
    return np.logical_and.accumulate(good[::-1])[::-1]


@cache
def measured(contract, key):
    network, x, labels, goal = own.own(key, contract)
    numbers = counts(contract, network, x, labels)
    return numbers, goal, int(np.argmax(reached(contract, numbers, goal)))


def answer(contract, key, step=0):
    """batch_size and count; `step` takes the next size, or the one before."""
    numbers, _, k = measured(contract, key)
    k = min(max(k + step, 0), len(SIZES) - 1)
    return {"batch_size": SIZES[k], "count": int(numbers[k])}


def as_share(contract, key, factor):
    right = answer(contract, key)
    return right | {"count": factor * right["count"] / own.DIGITS}


def complement(contract, key):
    right = answer(contract, key)
    return right | {"count": own.DIGITS - right["count"]}


def contract(name):
    return Numbers(
        name,
        truth=lambda key: answer(name, key),
        tolerance={"batch_size": 0, "count": 0},
        allowed={"batch_size": SIZES, "count": range(own.DIGITS + 1)},
        read=READ,
        slips={
            "size-before": lambda key: answer(name, key, -1),
            "size-after": lambda key: answer(name, key, 1),
            "share-for-digits": lambda key: as_share(name, key, 1),
            "percent-for-digits": lambda key: as_share(name, key, 100),
            "digits-complement": lambda key: complement(name, key),
        },
    )


CONTRACTS = tuple(map(contract, ("mixed", "sorted", "evaluation")))
