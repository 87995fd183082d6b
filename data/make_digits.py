"""Write digits.npz from scikit-learn's copy of the UCI test set.

Run in this folder: `python make_digits.py`. The arrays are the originals, in a smaller
file. This script needs scikit-learn; the lessons do not.
"""

import hashlib
from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits

digits = load_digits()
images, labels = digits.data.astype(np.uint8), digits.target.astype(np.uint8)
assert (images == digits.data).all(), "a pixel is not an integer in 0..255"

target = Path(__file__).with_name("digits.npz")
np.savez_compressed(target, images=images, labels=labels)
print("images", hashlib.sha256(images.tobytes()).hexdigest())
print("labels", hashlib.sha256(labels.tobytes()).hexdigest())
print(target.name, hashlib.sha256(target.read_bytes()).hexdigest(), target.stat().st_size, "bytes")
