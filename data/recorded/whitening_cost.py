"""Record the time of standardizing and whitening by the number of features.

It writes whitening_cost.npz (`make record`). The data are 2048 rows of Gaussian
numbers. The time is processor time in seconds on one thread, the best of several runs.
Times belong to one machine, but other machines show the same growth. This takes about
half a minute.
"""

import time
from pathlib import Path

import numpy as np

from bn_helpers.whitening import standardize, zca_whiten

TARGET = Path(__file__).with_suffix(".npz")
FEATURES, ROWS = (32, 64, 128, 256, 512, 1024), 2048


def best(function, runs=5):
    times = []
    for _ in range(runs):
        start = time.process_time()
        function()
        times.append(time.process_time() - start)
    return min(times)


def main():
    rng = np.random.default_rng(0)
    seconds = []
    for d in FEATURES:
        x = rng.standard_normal((ROWS, d))
        covariance = x.T @ x / ROWS
        steps = (
            lambda x=x: standardize(x),
            lambda x=x: x.T @ x / ROWS,
            lambda covariance=covariance: np.linalg.eigh(covariance),
            lambda x=x: zca_whiten(x),
        )
        seconds.append([best(step) for step in steps])
        print(d, " ".join(f"{s:.1e}" for s in seconds[-1]))
    names = np.array(["standardize", "covariance", "eigenvectors", "whiten"])
    seconds = np.array(seconds, dtype=np.float32)
    np.savez_compressed(TARGET, features=np.array(FEATURES), what=names, seconds=seconds)


if __name__ == "__main__":
    main()
