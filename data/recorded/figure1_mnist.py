"""Record figure 1 of the paper on MNIST: `MNIST_FOLDER=folder make record`.

It writes figure1_mnist.npz from the reader's own four MNIST files (see data/README.md).
Without a folder it says so, writes nothing and ends well. Other images than MNIST are
refused. The networks are sigmoid 784-100-100-100-10 in float32, with weights
N(0, 0.1^2) and batches of 60. They train without and with batch norm, in two ways:

- rate 0.1: seeds 0 to 4 for 10 000 steps, seeds 0 and 1 for 50 000
- rate 2: seeds 0 to 4 for 3000 steps

"accuracy" (5, looks) is that on all 10 000 test images, in evaluation mode; NaN where
a seed had ended. "percentiles" (2, looks, 3, 5) has seeds 0 and 1, percentiles 15, 50
and 85, units 0 to 4. This takes about ten minutes on one core.
"""

import hashlib
import os
import sys
from pathlib import Path

import numpy as np

from bn_helpers._mnist import NAMES, read_mnist
from bn_helpers.data import load_mnist
from bn_helpers.experiments.comparison_figure1 import figure1_run

TARGET = Path(__file__).with_suffix(".npz")
SEEDS, LONG = 5, 2  # so many seeds, so many of them for all steps
LEGS = {0.1: ((10_000, 100), (40_000, 1000)), 2.0: ((3000, 100),)}  # (steps, every)
# Of the pixels and labels in the files of NAMES, without their headers
SHA256 = (
    "741c988805d008ac6e4c904b69001ba184c24b2c540a4ef403f4c71b676cf757",
    "1feba77c54802fa5339a11837ea4b2866434b83314ec45192930f1df69120c13",
    "6d87418db22cc8025d05968bec9bd5c3932904b23485740db143a061a2c9d161",
    "ddeff807876a9661a1110d45c266c86239a3a1b7d37da0c3716a7a683c852ff5",
)


def main():
    folder = os.environ.get("MNIST_FOLDER")
    if not folder:
        print(f"{TARGET.name}: left as it is. To make it anew, set MNIST_FOLDER (data/README.md)")
        return
    found = [hashlib.sha256(part).hexdigest() for pair in read_mnist(folder) for part in pair]
    if found != list(SHA256):
        sys.exit(f"{folder}: expected the original MNIST, got other images or labels")
    recorded = {"numpy": np.array(np.__version__), "files": np.array(NAMES)}
    recorded["sha256"] = np.array(found)
    mnist = load_mnist(folder)
    for lr, legs in LEGS.items():
        for batchnorm in (False, True):
            case = f"{'with' if batchnorm else 'without'}, rate {lr:g}"
            recorded |= {f"{case}: {k}": v for k, v in record(mnist, batchnorm, lr, legs).items()}
    np.savez_compressed(TARGET, **recorded)
    print(TARGET.name, TARGET.stat().st_size // 1000, "kB")


def record(mnist, batchnorm, lr, legs):
    """The arrays of one case, by name."""
    runs = []
    for seed in range(SEEDS):
        part = legs if seed < LONG else legs[:1]
        runs.append(figure1_run(mnist, batchnorm, seed, lr=lr, legs=part))
        print(batchnorm, lr, seed, "test accuracy at the end:", runs[-1]["accuracy"][-1].round(4))
    accuracy = np.full((SEEDS, len(runs[0]["steps"])), np.nan, np.float32)
    for row, run in zip(accuracy, runs):
        row[: len(run["accuracy"])] = run["accuracy"]
    # The percentiles are only drawn, so 16 bits are enough.
    percentiles = np.array([run["percentiles"] for run in runs[:LONG]], np.float16)
    return {"steps": runs[0]["steps"], "accuracy": accuracy, "percentiles": percentiles}


if __name__ == "__main__":
    main()
