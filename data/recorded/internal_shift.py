"""Record the inputs of a hidden layer while a network learns (`make record`).

It writes internal_shift.npz. The network is a Sigmoid network 64-100-100-100-10 on the
digits, with weights N(0, 0.1^2), batches of 60, 5000 steps and seeds 0 to 4. It runs in
four ways: without and with batch norm, at rates 0.1 and 2. The inputs are those for the
test images; batch norm uses the statistics of these images. This takes about a minute
on one core.
"""

from pathlib import Path

import numpy as np

from bn_helpers import data
from bn_helpers.experiments.shift_inside import CASES, SEEDS, STEPS, record_run

TARGET = Path(__file__).with_suffix(".npz")


def main():
    digits = data.load_digits()
    recorded = {"numpy": np.array(np.__version__), "steps": np.array(STEPS)}
    for case in CASES:
        runs = [record_run(case, seed, digits) for seed in SEEDS]
        for name in runs[0]:
            # The figure shows all values of the first seed only.
            kept = runs[:1] if name == "values" else runs
            # Where there are many numbers, they are only drawn, so 16 bits are enough.
            dtype = np.float16 if name in ("values", "percentiles") else np.float32
            recorded[f"{case}: {name}"] = np.array([run[name] for run in kept], dtype=dtype)
        print(case, "test accuracy at the end:", [f"{run['accuracy'][-1]:.3f}" for run in runs])
    np.savez_compressed(TARGET, **recorded)
    print(TARGET.name, TARGET.stat().st_size // 1000, "kB")


if __name__ == "__main__":
    main()
