"""Record how networks learn from sixteen start scales (`make record`).

It writes scales.npz. The network is a ReLU network 64-100-100-100-100-100-10 on 1000
digits, at rate 0.01, in batches of 100, for 20 epochs. Its weights are drawn from
N(0, scale^2) for sixteen scales from 1 to 0.0001, without and with batch norm, with
seeds 0 to 4. After every epoch: accuracy on the training and the test images, with
running statistics and with those of batches of 100. This takes about a minute on one
core.
"""

from pathlib import Path

import numpy as np

from bn_helpers.experiments.scales import KINDS, SCALES, SEEDS, record_run

TARGET = Path(__file__).with_suffix(".npz")


def main():
    recorded = {"numpy": np.array(np.__version__), "scales": np.array(SCALES)}
    for kind in KINDS:
        runs = [[record_run(kind, scale, seed) for seed in SEEDS] for scale in SCALES]
        for name in runs[0][0]:
            values = [[run[name] for run in row] for row in runs]
            recorded[f"{kind}: {name}"] = np.array(values, np.float16)  # (16, 5, 21)
        print(kind, "test accuracy at the end, the median of five seeds:")
        print(np.median(recorded[f"{kind}: test, evaluation"][:, :, -1], axis=1).round(2))
    np.savez_compressed(TARGET, **recorded)
    print(TARGET.name, TARGET.stat().st_size // 1000, "kB")


if __name__ == "__main__":
    main()
