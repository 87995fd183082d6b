"""Right and wrong answers to the exercises of lesson 09."""

import math

import numpy as np

from bn_helpers.checks import check_growth, check_loss_range, check_noisy, check_sorted_claims


def range_by_loop(w, curvature, rates):
    losses = []
    for rate in rates:
        moved = [v - rate * a * v for v, a in zip(w, curvature)]
        losses.append(sum(a * v * v for v, a in zip(moved, curvature)) / 2)
    return max(losses) - min(losses)


def range_by_matrix(w, curvature, rates):
    moved = np.outer(1 - np.outer(rates, curvature), 1).reshape(len(rates), -1) * w
    return np.ptp(0.5 * moved**2 @ curvature)


def claims(**other):
    """The right kinds of the claims A to H, but for those that are named."""
    own = dict(zip("ABCDEFGH", (2, 4, 1, 3, 4, 1, 2, 3))) | other
    return lambda: list(own.values())


RIGHT = [
    (check_noisy, lambda x, f, o, d: (x * f + o, d * f)),
    (check_noisy, lambda x, f, o, d: [o + f * x, np.einsum("ij,ij->ij", f, d)]),
    (check_loss_range, range_by_loop),
    (check_loss_range, range_by_matrix),
    (check_growth, lambda n: math.exp(math.log(n[0] / n[-1]) / (len(n) - 1))),
    (check_growth, lambda n: np.prod(n[:-1] / n[1:]) ** (1 / (len(n) - 1))),
    (check_sorted_claims, claims()),
    (check_sorted_claims, lambda: np.array([2, 4, 1, 3, 4, 1, 2, 3])),
]
SLIPS = [
    (check_noisy, lambda x, f, o, d: f * x + o, "wrong-count"),
    (check_sorted_claims, claims(A=1, H=4), "claims-misplaced"),
    (check_sorted_claims, claims(B=0), "kind-unknown"),
    (check_sorted_claims, lambda: [1, 2, 3], "wrong-shape"),
    (check_sorted_claims, lambda: [2, 4, ..., 3, 4, 1, 2, 3], "line-missing"),
]
