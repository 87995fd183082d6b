"""Right and wrong answers to the exercises of lesson 03."""

import numpy as np

from bn_helpers.checks import check_adjusted, check_moved


def by_odds(p, before, now):
    odds = p / (1 - p) * (now / (1 - now)) / (before / (1 - before))
    return odds / (1 + odds)


def by_loop(p, before, now):
    result = []
    for q in p:
        one, zero = q * now / before, (1 - q) * (1 - now) / (1 - before)
        result.append(one / (one + zero))
    return result


def spread(x):
    return np.diff(np.percentile(x, [15, 85], axis=0), axis=0)[0]


def move(before, after):
    return np.median(after, axis=0) - np.median(before, axis=0)


def moved_by_sorting(before, after):
    b, a, n = np.sort(before, axis=0), np.sort(after, axis=0), len(before)
    return abs(a[len(a) // 2] - b[n // 2]) / (b[round(0.85 * (n - 1))] - b[round(0.15 * (n - 1))])


def moved_by_loop(before, after):
    result = []
    for b, a in zip(before.T, after.T):
        low, high = np.quantile(b, 0.15), np.quantile(b, 0.85)
        result.append(abs(np.median(a) - np.median(b)) / (high - low))
    return result


RIGHT = [
    (check_adjusted, by_odds),
    (check_adjusted, by_loop),
    (check_adjusted, lambda p, b, n: p * n / b / (p * n / b + (1 - p) * (1 - n) / (1 - b))),
    (check_adjusted, lambda p, b, n: 1 / (1 + (1 - p) / p * (1 - n) / n * b / (1 - b))),
    (check_adjusted, lambda p, b, n: p * n * (1 - b) / (p * n * (1 - b) + (1 - p) * (1 - n) * b)),
    (check_adjusted, lambda p, b, n: by_odds(p.astype(np.float32), b, n)),
    (
        check_adjusted,
        lambda p, b, n: (
            1 / (1 + np.exp(-(np.log(p / (1 - p)) + np.log(n / (1 - n)) - np.log(b / (1 - b)))))
        ),
    ),
    (check_adjusted, lambda p, b, n: 1 - by_odds(1 - p, 1 - b, 1 - n)),
    (check_moved, lambda b, a: np.abs(move(b, a)) / spread(b)),
    (check_moved, moved_by_sorting),
    (check_moved, moved_by_loop),
    (check_moved, lambda b, a: np.abs(move(b, a) / spread(b))),
    (check_moved, lambda b, a: (np.abs(move(b, a)) / spread(b)).tolist()),
    (check_moved, lambda b, a: np.abs(move(b.astype(np.float32), a)) / spread(b)),
    (
        check_moved,
        lambda b, a: (
            np.sqrt(move(b, a) ** 2) / (np.quantile(b, 0.85, axis=0) - np.quantile(b, 0.15, axis=0))
        ),
    ),
    (check_moved, lambda b, a: np.maximum(move(b, a), -move(b, a)) / spread(b)),
]
RIGHT += [
    (
        check_moved,
        lambda b, a, m=m: (
            np.abs(move(b, a))
            / (np.percentile(b, 85, axis=0, method=m) - np.percentile(b, 15, axis=0, method=m))
        ),
    )
    for m in (
        "weibull",
        "hazen",
        "median_unbiased",
        "normal_unbiased",
        "lower",
        "higher",
        "nearest",
    )
]
SLIPS = [
    (
        check_adjusted,
        lambda p, b, n: np.log(p / (1 - p)) + np.log(n / (1 - n)) - np.log(b / (1 - b)),
        "log-odds-returned",
    ),
    (
        check_moved,
        lambda b, a: abs(np.median(a) - np.median(b)) / spread(b.ravel()[:, None])[0],
        "wrong-shape",
    ),
    (check_moved, lambda b, a: np.abs(move(b.T, a.T)) / spread(b.T), "wrong-shape"),
]
