"""Record gradients of deep stacks, and what the stacks learn (`make record`).

It writes deep_stacks.npz. Stacks of 2 to 50 hidden layers: plain ones, ones with batch
norm, and ones with batch norm and a skip connection over each layer. The sizes of the
gradient are those of the first step, for 256 digits, width 128 and weights of seed 0,
for ReLU and linear layers and five scales of the weights. The accuracies are those of
ReLU stacks of width 64 after 300 steps at rate 0.05, seeds 0 to 4. This takes about ten
minutes on one core.
"""

from pathlib import Path

import numpy as np

from bn_helpers.experiments.reasons_depth import (
    DEPTHS,
    KINDS,
    SCALES,
    STARTS,
    TRAINED,
    gradient_sizes,
    trained,
)
from bn_helpers.measures import over_seeds

TARGET = Path(__file__).with_suffix(".npz")


def main():
    recorded = {"numpy": np.array(np.__version__)}
    for kind in KINDS:
        for depth in DEPTHS:
            case = f"{kind}, depth {depth}"
            for activation in STARTS:
                sizes = [gradient_sizes(kind, activation, depth, scale) for scale in SCALES]
                recorded[f"{case}: {activation}"] = np.array(sizes, dtype=np.float32)
            if depth in TRAINED:
                right = over_seeds(trained, kind, depth)
                recorded[f"{case}: accuracy"] = right.astype(np.float32)
                print(case, "test accuracy at the end:", right.round(3))
    np.savez_compressed(TARGET, **recorded)
    print(TARGET.name, TARGET.stat().st_size // 1000, "kB")


if __name__ == "__main__":
    main()
