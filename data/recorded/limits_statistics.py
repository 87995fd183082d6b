"""Record unmixed batches, fine-tuning, and three cases for a table (`make record`).

It writes limits_statistics.npz, with seeds 0 to 4.

- unmixed: ReLU networks on the digits, whose batches of 20 have 1 to 10 different
  digits, 10 epochs at rate 0.05: the test accuracy.
- tuning: a network with batch norm learned from the first writers. Then 200 steps at
  rate 0.02 on 40 images of other writers, or of faint ones, in batches of 2, 4 and 20:
  the test accuracy for each way to treat the statistics.
- closing: zero weights, a rate of 6, and a tuned rate; 1000 steps with batches of 60.

This takes about three minutes on one core.
"""

from pathlib import Path

import numpy as np

from bn_helpers.experiments import limits_statistics as experiment
from bn_helpers.experiments.limits_networks import NORMS, SEEDS

TARGET = Path(__file__).with_suffix(".npz")


def main():
    recorded = {"numpy": np.array(np.__version__)}
    for norm in NORMS:
        runs = [[experiment.unmixed(norm, d, seed) for d in experiment.DIGITS] for seed in SEEDS]
        recorded[f"unmixed: {norm}"] = np.array(runs, np.float32)  # (5, 5)
        print("unmixed", norm, np.min(runs, axis=0).round(2), np.max(runs, axis=0).round(2))
    networks = [experiment.before_tuning(seed) for seed in SEEDS]
    for what in experiment.NEW:
        runs = [
            [
                list(experiment.tuned(networks[seed], what, m, seed).values())
                for m in experiment.BATCHES
            ]
            for seed in SEEDS
        ]
        recorded[f"tuning: {what}"] = np.array(runs, np.float32)  # (5, 3, 5)
        print("tuning", what, np.min(runs, axis=0).round(2), np.max(runs, axis=0).round(2))
    for case, (initializer, rate) in experiment.CLOSING.items():
        runs = [
            [experiment.mixed_run(initializer, rate, way, seed) for way in (False, True)]
            for seed in SEEDS
        ]
        recorded[f"closing: {case}"] = np.array(runs, np.float32)  # (5, 2)
        print("closing", case, np.min(runs, axis=0).round(3), np.max(runs, axis=0).round(3))
    np.savez_compressed(TARGET, **recorded)
    print(TARGET.name, TARGET.stat().st_size // 1000, "kB")


if __name__ == "__main__":
    main()
