"""Record more and less noise of batch statistics, and dropout (`make record`).

It writes batch_noise.npz. ReLU networks 64-100-100-100-10 learn the digits at rate 0.1.
First in 300 steps of 240 images of some writers, tested on others: without batch norm,
and with statistics of groups of 240 to 4 images, seeds 0 to 9. Then in 300 steps of 60
images of all writers, with dropout at three places, seeds 0 to 4. This takes about ten
minutes on one core.
"""

from pathlib import Path

import numpy as np

from bn_helpers.experiments.reasons_companions import GROUPS, PLACES, record_dropout, record_groups
from bn_helpers.measures import over_seeds

TARGET = Path(__file__).with_suffix(".npz")


def main():
    recorded = {"numpy": np.array(np.__version__)}
    for place in PLACES:
        values = over_seeds(record_dropout, place).astype(np.float32)
        names = "variance", "accuracy", "measured again"
        recorded |= {f"dropout {place}: {name}": v for name, v in zip(names, values.T)}
        print("dropout", place, values.round(3).tolist())
    for group in (None, *GROUPS):
        values = over_seeds(record_groups, group, seeds=10).astype(np.float32)
        names = "training loss", "test loss", "accuracy"
        recorded |= {f"groups of {group}: {name}": v for name, v in zip(names, values.T)}
        print("groups of", group, values.round(3).tolist())
    np.savez_compressed(TARGET, **recorded)
    print(TARGET.name, TARGET.stat().st_size // 1000, "kB")


if __name__ == "__main__":
    main()
