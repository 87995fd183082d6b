"""Record a recurrent network that reads the digits row by row (`make record`).

It writes limits_recurrent.npz: networks of 50 tanh units without normalization, with
batch norm and with layer norm, 600 steps at rate 0.1 on batches of 60, seeds 0 to 4.
After every 50 steps the test accuracy; at the end also that with one to four empty rows
before the digit, and with batch norm the spread of the sums at each of the eight steps.
This takes about a minute on one core.
"""

from pathlib import Path

import numpy as np

from bn_helpers.data import load_digits
from bn_helpers.experiments.limits_recurrent import NORMS, longer, spreads, trained

TARGET = Path(__file__).with_suffix(".npz")
SEEDS = range(5)


def main():
    _, _, X_test, y_test = load_digits()
    recorded = {"numpy": np.array(np.__version__)}
    for norm in NORMS:
        runs = [trained(norm, seed) for seed in SEEDS]
        recorded[f"{norm}: course"] = np.array([course for _, course in runs], np.float32)
        shares = [longer(network, X_test, y_test) for network, _ in runs]
        for way in shares[0]:
            name = f"{norm}, {way}" if way else norm
            values = np.array([share[way] for share in shares], np.float32)  # (5, 5)
            recorded[f"{name}: longer"] = values
            print(name, values.mean(axis=0).round(3))
        if norm == "batch norm":
            recorded["spreads"] = np.array([spreads(network) for network, _ in runs], np.float32)
    np.savez_compressed(TARGET, **recorded)
    print(TARGET.name, TARGET.stat().st_size // 1000, "kB")


if __name__ == "__main__":
    main()
