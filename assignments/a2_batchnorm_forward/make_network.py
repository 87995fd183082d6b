"""Train the network of question 4, and choose seeds and goals: writes network.npz.

A seed chooses 256 digits and their order. It is kept if no answer is near: no two
logits of an image are, at any batch size, and the goal keeps its distance from the
number of digits at each batch size. So another machine comes to the same answers.
"""

from collections import Counter

import numpy as np
from tqdm import tqdm

from bn_classroom.author import beside
from bn_helpers import data, layers
from bn_helpers.initializers import he_normal
from bn_helpers.network import mlp
from bn_helpers.training import accuracy, train

looking = beside(__file__, "looking")
own = looking.own
TRAINING_SEED = 0
ROWS = 1000  # of the table for each contract
ALIKE = 25  # rows of it, at most, that have the same answer
DISTANCE = 3  # digits between a goal and each count
GAP = 1e-3  # between the two largest logits of an image
TARGETS = {"mixed": (4, 8, 16), "sorted": (16, 32, 64, 128), "evaluation": (4, 8, 16, 32)}


def trained():
    X_train, y_train, X_test, y_test = data.load_digits()
    rng = np.random.default_rng(TRAINING_SEED)
    network = mlp(own.SIZES, activation=layers.Tanh, initializer=he_normal, rng=rng, batchnorm=True)
    train(network, X_train, y_train, steps=500, lr=0.1, batch_size=60, rng=rng)
    print(f"accuracy on the test digits: {accuracy(network, X_test, y_test):.3f}")
    return network.state_dict()


def clear(network, x):
    """Whether the largest logit of each image stands out at all batch sizes."""
    every = [looking.logits(network, x, m) for m in looking.SIZES]
    ordered = np.sort([network.forward(x, training=False), *every], axis=-1)
    return (ordered[..., -1] - ordered[..., -2]).min() > GAP


def goal_for(contract, numbers, rng):
    """(a goal, the place of the size that reaches it first), or None."""
    k = looking.SIZES.index(rng.choice(TARGETS[contract]))
    low, high = sorted(numbers[k - 1 : k + 1].tolist())
    goals = np.arange(low + DISTANCE, high - DISTANCE + 1)
    goals = [g for g in goals if np.abs(numbers - g).min() >= DISTANCE]
    goals = [g for g in goals if np.argmax(looking.reached(contract, numbers, g)) == k]
    return (int(rng.choice(goals)), k) if goals else None


def table(contract, network):
    """(ROWS, 2): seed and goal."""
    rows, seed, answers = [], 0, Counter()
    progress = tqdm(total=ROWS, desc=contract)
    while len(rows) < ROWS:
        seed += 1
        x, labels = own.chosen(seed, contract == "sorted")
        numbers = looking.counts(contract, network, x, labels)
        found = goal_for(contract, numbers, np.random.default_rng(seed))
        if found is None:
            continue
        goal, k = found
        answer = k, numbers[k]
        if answers[answer] < ALIKE and clear(network, x):
            answers[answer] += 1
            rows.append((seed, goal))
            progress.update()
    print(f"{contract}: {ROWS} of {seed} seeds")
    return np.array(rows, np.int32)


def main():
    state = trained()
    network = own.with_state(state)
    names = [c.name for c in looking.CONTRACTS]
    tables = {own.TABLE + name: table(name, network) for name in names}
    np.savez_compressed(own.FILE, **state, **tables)


if __name__ == "__main__":
    main()
