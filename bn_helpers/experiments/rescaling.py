"""Lesson 04: a cloud, rescaled in several ways; statistics outside the gradient."""

import numpy as np

from ..whitening import minmax_scale, pca_whiten, standardize, zca_whiten

POINTS = 400
EPS = 1e-6  # with it a cloud of correlation 1 stays finite
MARKED = ((1.5, 1.0), (-1.5, 1.0), (0.0, -1.8))  # three points of the white cloud are near these
METHODS = {
    "centred only": lambda x: x - x.mean(axis=0),
    "min-max": lambda x: minmax_scale(x),
    "standardize": lambda x: standardize(x),
    "PCA whitening": lambda x: pca_whiten(x, eps=EPS),
    "ZCA whitening": lambda x: zca_whiten(x, eps=EPS),
}
STEPS = 200
MODES = {  # name: what is normalized, does the gradient go through it?
    "mean, outside": ("mean", False),
    "mean and std, outside": ("mean and std", False),
    "mean and std, inside": ("mean and std", True),
}


def points(correlation, n=POINTS):
    """x (n, 2) with this correlation, and the numbers of the three marked rows.

    x has mean (0.8, -0.6) and stds 1.4 and 0.7.
    """
    z = pca_whiten(np.random.default_rng(0).standard_normal((n, 2)))
    second = correlation * z[:, 0] + np.sqrt(max(1 - correlation**2, 0)) * z[:, 1]
    marked = [int(np.argmin(np.sum((z - place) ** 2, axis=1))) for place in MARKED]
    return np.stack([1.4 * z[:, 0] + 0.8, 0.7 * second - 0.6], axis=1), marked


def turned(x, degrees):
    """x (N, 2), rotated around 0."""
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return x @ np.array([[c, s], [-s, c]])


def outside_the_gradient(mode, lr, steps=STEPS, slope=0.5):
    """w, b and loss, each (steps + 1,), of one normalized unit x = w u + b in training.

    Its target has mean 1 and rises by `slope` per std of u, with noise. "outside": the
    step treats mean and std as constants (paper, section 2). "inside": the gradient
    goes through them.
    """
    normalized, through = MODES[mode]
    with_std = normalized == "mean and std"
    rng = np.random.default_rng(0)
    u = rng.standard_normal(50)
    target = 1 + slope * standardize(u[:, None])[:, 0] + 0.3 * rng.standard_normal(50)
    w, b, course = 1.0, 0.0, []
    for _ in range(steps + 1):
        x = w * u + b
        s = np.sqrt(x.var() + 1e-12) if with_std else 1.0
        x_hat = (x - x.mean()) / s
        course.append((w, b, 0.5 * np.mean((x_hat - target) ** 2)))
        g = (x_hat - target) / len(u)
        if through:
            g = g - g.mean() - x_hat * np.mean(g * x_hat)
        w, b = w - lr * np.sum(g * u) / s * with_std, b - lr * np.sum(g) / s
    return np.array(course).T
