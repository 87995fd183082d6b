"""Record how long a deep sigmoid network stays at chance (`make record`).

It writes asleep.npz. The network is a Sigmoid network 64-50-50-50-50-50-10 on the
digits, with Xavier weights, batches of 60, 10 000 steps, rates 2 and 0.5, seeds 0 to 4.
After every 100 steps: the test accuracy, and how the outputs of the five hidden layers
vary between the test images. This takes about a minute on one core.
"""

from pathlib import Path

import numpy as np

from bn_helpers.experiments.depth import EVERY, RATES, SEEDS, STEPS, waiting_run

TARGET = Path(__file__).with_suffix(".npz")


def main():
    steps = np.arange(0, STEPS + 1, EVERY)
    recorded = {"numpy": np.array(np.__version__), "steps": steps}
    for rate in RATES:
        looks = []
        for seed in SEEDS:
            run = waiting_run(rate, seed)
            run.at(STEPS)
            looks.append(run.looks)
        accuracy = [[accuracy for accuracy, _ in look] for look in looks]
        between = [[between for _, between in look] for look in looks]
        recorded[f"rate {rate}: accuracy"] = np.array(accuracy, np.float32)  # (5, 101)
        recorded[f"rate {rate}: between"] = np.array(between, np.float32)  # (5, 101, 5)
        print(f"rate {rate}, test accuracy at the end:", np.array(accuracy)[:, -1].round(3))
    np.savez_compressed(TARGET, **recorded)
    print(TARGET.name, TARGET.stat().st_size // 1000, "kB")


if __name__ == "__main__":
    main()
