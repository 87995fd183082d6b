"""Record what small batches do to four kinds of normalization (`make record`).

It writes limits.npz. The networks are ReLU networks 64-100-100-100-10 on the digits,
with He weights: without normalization, with batch norm, layer norm, and group norm in
4 groups. Batches have 2 to 128 images. There are 8 epochs, seeds 0 to 4, and two rules
for the learning rate: 0.05, and 0.1 m / 60 for batches of m. After each epoch: the test
accuracy, and with batch norm also that with exact statistics. This takes about ten
minutes on one core.
"""

from pathlib import Path

import numpy as np

from bn_helpers.experiments.limits import NORMS, RULES, SEEDS, SIZES, small_batches

TARGET = Path(__file__).with_suffix(".npz")


def main():
    recorded = {"numpy": np.array(np.__version__)}
    for rule in RULES:
        for norm in NORMS:
            runs = [[small_batches(norm, m, rule, seed) for m in SIZES] for seed in SEEDS]
            running, exact = np.moveaxis(np.array(runs, np.float32), 2, 0)  # (5, 7, 8) each
            recorded[f"{rule}, {norm}: accuracy"] = running
            if norm == "batch norm":
                recorded[f"{rule}, {norm}: exact"] = exact
            print(rule, norm, running[..., -1].mean(axis=0).round(3))
    np.savez_compressed(TARGET, **recorded)
    print(TARGET.name, TARGET.stat().st_size // 1000, "kB")


if __name__ == "__main__":
    main()
