"""Record how networks learn at ten learning rates (`make record`).

It writes learning_rates.npz. The networks are 64-100-100-100-10 on the digits, sigmoid
with Xavier weights and ReLU with He weights, without and with batch norm. They train in
float32 with batches of 60, 1000 steps, seeds 0 to 4. "accuracy" (rates, seeds, looks)
is that on the test images, in evaluation mode, every 25 steps. "pixels" (ways, seeds,
looks) is the same at rate 0.5, with pixels times 1/4, 1 and 4, and standardized. This
takes about two minutes on one core.
"""

from pathlib import Path

import numpy as np

from bn_helpers import data
from bn_helpers.experiments.comparison_rates import (
    EVERY,
    KINDS,
    PIXEL_RATE,
    PIXELS,
    RATES,
    SEEDS,
    SIDES,
    STEPS,
    rate_run,
)

TARGET = Path(__file__).with_suffix(".npz")


def main():
    digits = data.load_digits()
    recorded = {"numpy": np.array(np.__version__), "rates": np.array(RATES)}
    recorded["steps"] = np.arange(0, STEPS + 1, EVERY)
    for kind in KINDS:
        for side in SIDES:
            runs = [[rate_run(digits, kind, side, lr, seed) for seed in SEEDS] for lr in RATES]
            recorded[f"{kind}, {side}: accuracy"] = np.array(runs, np.float32)
            print(kind, side, np.array(runs)[:, :, -1].mean(axis=1).round(3))
            runs = [
                [rate_run(digits, kind, side, PIXEL_RATE, seed, pixels=way) for seed in SEEDS]
                for way in PIXELS
            ]
            recorded[f"{kind}, {side}: pixels"] = np.array(runs, np.float32)
            print(kind, side, np.array(runs)[:, :, -1].mean(axis=1).round(3))
    np.savez_compressed(TARGET, **recorded)
    print(TARGET.name, TARGET.stat().st_size // 1000, "kB")


if __name__ == "__main__":
    main()
