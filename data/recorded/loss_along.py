"""Record the loss along the gradient while networks learn (`make record`).

It writes loss_along.npz. The networks 64-100-100-100-100-100-10 learn the digits at
rate 0.1 in batches of 60, for 300 steps, without and with batch norm: ReLU with He's
weights, tanh and sigmoid with Xavier's. Seeds 0 to 4. At every tenth step: the loss of
the batch after moves of 0 to 4 steps along its gradient, and the largest change of the
gradient, divided by the move. This takes about three minutes on one core.
"""

from pathlib import Path

import numpy as np

from bn_helpers import data
from bn_helpers.experiments.reasons_smoothness import (
    EVERY,
    SEEDS,
    SIDES,
    STARTS,
    STEPS,
    TIMES,
    ranges,
    record_run,
)

TARGET = Path(__file__).with_suffix(".npz")


def main():
    X, y, _, _ = data.load_digits()
    recorded = {"numpy": np.array(np.__version__), "times": TIMES}
    recorded["steps"] = np.arange(0, STEPS + 1, EVERY)
    for activation in STARTS:
        for side in SIDES:
            case = f"{activation}, {side}"
            runs = [record_run(activation, side, seed, X, y) for seed in SEEDS]
            for name in runs[0]:
                recorded[f"{case}: {name}"] = np.array([r[name] for r in runs], dtype=np.float32)
            losses = {case: {"losses": recorded[f"{case}: losses"]}}
            print(case, "ranges:", np.median(ranges(losses, activation, side), axis=1).round(3))
    np.savez_compressed(TARGET, **recorded)
    print(TARGET.name, TARGET.stat().st_size // 1000, "kB")


if __name__ == "__main__":
    main()
