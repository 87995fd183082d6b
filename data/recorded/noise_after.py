"""Record networks that learn with noise after batch norm (`make record`).

It writes noise_after.npz. The networks 64-100-100-100-10 learn the digits at rate 0.1
in batches of 60, for 600 steps: without batch norm, with it, and with noise of four
sizes after each batch norm. They are sigmoid networks with weights N(0, 0.1^2), and
ReLU networks with He's weights. Seeds 0 to 4. This takes about ten minutes on one core.
"""

from pathlib import Path

import numpy as np

from bn_helpers import data
from bn_helpers.experiments.reasons import CASES, EVERY, SEEDS, STARTS, STEPS, record_run

TARGET = Path(__file__).with_suffix(".npz")


def main():
    digits = data.load_digits()
    recorded = {"numpy": np.array(np.__version__), "steps": np.arange(0, STEPS + 1, EVERY)}
    for activation in STARTS:
        for case in CASES:
            runs = [record_run(case, activation, seed, digits) for seed in SEEDS]
            for name in runs[0]:
                values = np.array([run[name] for run in runs], dtype=np.float32)
                recorded[f"{activation}, {case}: {name}"] = values
            ends = [f"{run['accuracy'][-1]:.3f}" for run in runs]
            print(activation, case, "test accuracy at the end:", ends)
    np.savez_compressed(TARGET, **recorded)
    print(TARGET.name, TARGET.stat().st_size // 1000, "kB")


if __name__ == "__main__":
    main()
