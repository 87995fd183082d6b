"""Questions of lesson 08: the speed-up of two groups of curves, and folded filters."""

import numpy as np

from .question import Question


def speed_up(steps, without, with_bn, share):
    def needed(curves):
        return np.median([steps[np.argmax(curve >= share)] for curve in curves])

    return needed(without) / needed(with_bn)


def curves(rng, share, seeds, looks, first, last):
    """Accuracies (seeds, looks) that reach `share` at some look, and fall back once."""
    rows = rng.uniform(0.1, share - 0.02, (seeds, looks))
    for row, k in zip(rows, rng.permutation(np.arange(first, last + 1))[:seeds]):
        row[k:] = rng.uniform(share + 0.01, 1, looks - k)
        row[k + 1], row[-1] = share - 0.05, 1
    return rows


def two_groups(rng):
    for share, seeds in ((0.9, 5), (0.8, 5), (0.7, 5), (0.75, 4)):
        steps = 10 * np.cumsum(rng.integers(1, 9, 30))
        late, early = ((14, 27), (2, 13))
        groups = [curves(rng, share, seeds, 30, *looks) for looks in (late, early)]
        yield steps, *groups, share
    # the first curve is at 0.5 exactly, once
    yield np.array([10, 20, 50, 90]), np.array([[0, 0, 0.5, 1]]), np.array([[0, 1, 0, 1]]), 0.5


def reached(steps, curve, share):
    """The first step at which the curve is at least `share`."""
    return steps[np.argmax(curve >= share)]


def ratio(needed):
    """The ratio of needed(steps, curves, share) without and with batch norm."""
    return lambda steps, a, b, share: needed(steps, a, share) / needed(steps, b, share)


def each(of, by=np.median):
    """The ratio of by(...) over what `of(steps, curve, share)` says of each curve."""
    return ratio(lambda steps, rows, share: by([of(steps, row, share) for row in rows]))


def stays(steps, curve, share):
    return steps[len(curve) - np.argmax((curve < share)[::-1])]


def of_seeds(by):
    """by(...) of the ratios of single seeds."""
    return lambda steps, a, b, share: by(
        [reached(steps, x, share) / reached(steps, y, share) for x, y in zip(a, b)]
    )


def at_least(steps, rows, share):
    """The steps of all looks of all seeds at which the mark is reached."""
    return np.concatenate([steps[row >= share] for row in rows])


def averaged(by):
    return ratio(lambda steps, rows, share: reached(steps, by(rows, axis=0), share))


def times(steps, a, b, share):
    return [np.median([reached(steps, row, share) for row in rows]) for rows in (a, b)]


check_speed_up = Question(
    cases=lambda rng: list(two_groups(rng)),
    truth=speed_up,
    slips={
        "index-for-step": each(lambda steps, curve, share: np.argmax(curve >= share)),
        "more-for-at-least": each(lambda steps, curve, share: steps[np.argmax(curve > share)]),
        "speed-inverted": lambda *case: 1 / speed_up(*case),
        "difference-for-ratio": (
            lambda *case: np.subtract(*times(*case)),
            lambda *case: -np.subtract(*times(*case)),
            lambda *case: np.subtract(*times(*case)) / times(*case)[0],
            lambda *case: np.subtract(*times(*case)) / times(*case)[1],
        ),
        "mean-for-median": each(reached, np.mean),
        "ratios-of-seeds": (of_seeds(np.median), of_seeds(np.mean)),
        "curves-averaged": (averaged(np.mean), averaged(np.median)),
        "for-good": each(stays),
        "all-looks-taken": (
            each(lambda steps, curve, share: np.median(steps[curve >= share])),
            each(lambda steps, curve, share: np.mean(steps[curve >= share])),
            ratio(lambda steps, rows, share: np.median(at_least(steps, rows, share))),
            ratio(lambda steps, rows, share: np.mean(at_least(steps, rows, share))),
        ),
        "first-seed-of-each-look": ratio(
            lambda steps, rows, share: np.median(steps[np.argmax(rows >= share, axis=0)])
        ),
        "extreme-seed": (each(reached, min), each(reached, max), each(reached, lambda v: v[0])),
        "look-before": each(lambda steps, curve, share: steps[np.argmax(curve >= share) - 1]),
        "steps-counted-below": each(lambda steps, curve, share: steps[(curve < share).sum()]),
        "one-of-two-times": (lambda *case: times(*case)[0], lambda *case: times(*case)[1]),
    },
    passed="So many times fewer steps, to this mark.",
)


def fold_filters(W, gamma, beta, mean, var, eps):
    scale = gamma / np.sqrt(var + eps)
    return W * scale[:, None, None, None], beta - mean * scale


def filters(rng):
    """As many filters as channels and pixels in a row, so that a wrong axis fits."""
    for (F, C, K), eps in (((3, 3, 3), 0.05), ((3, 3, 3), 1.3), ((4, 2, 3), 1e-5)):
        mean, beta = rng.uniform(1, 3, (2, F))
        gamma = rng.uniform(0.4, 3, F) * np.where(np.arange(F) % 2, -1, 1)
        var = np.geomspace(max(eps, 0.01), 4, F) * rng.uniform(0.8, 1.2, F)
        yield rng.standard_normal((F, C, K, K)), gamma, beta, mean, var, eps
    integers = np.array([[4, -6], [1, 2], [3, 1], [2, 7]])
    yield np.array([[[[1.0]]], [[[2.0]]]]), *integers, 2


def bias(formula):
    """The fold with a bias from a formula of scale, beta and running mean."""
    return lambda W, g, beta, mean, var, eps: (
        fold_filters(W, g, beta, mean, var, eps)[0],
        formula(g / np.sqrt(var + eps), beta, mean),
    )


def scaled(scale):
    """The fold with another scale, a formula of gamma, var and eps."""
    return lambda W, g, beta, mean, var, eps: (
        W * scale(g, var, eps)[:, None, None, None],
        beta - mean * scale(g, var, eps),
    )


def along(axis):
    """The fold that scales another axis of the filters."""
    shape = [1, 1, 1, 1]
    shape[axis] = -1
    return lambda W, *rest: (
        W * (rest[0] / np.sqrt(rest[3] + rest[4])).reshape(shape),
        fold_filters(W, *rest)[1],
    )


check_fold_filters = Question(
    cases=lambda rng: list(filters(rng)),
    truth=fold_filters,
    slips={
        "mean-unfolded": bias(lambda s, beta, mu: beta),
        "mean-not-scaled": bias(lambda s, beta, mu: beta - mu),
        "beta-unfolded": bias(lambda s, beta, mu: -mu * s),
        "beta-scaled": bias(lambda s, beta, mu: (beta - mu) * s),
        "shift-sign": (
            bias(lambda s, beta, mu: -mu * s - beta),
            bias(lambda s, beta, mu: mu * s - beta),
        ),
        "mean-sign": bias(lambda s, beta, mu: beta + mu * s),
        "scale-forgotten": scaled(lambda g, var, eps: 1 / np.sqrt(var + eps)),
        "gamma-positive": scaled(lambda g, var, eps: np.abs(g) / np.sqrt(var + eps)),
        "fold-eps-forgotten": tuple(
            scaled(lambda g, var, eps, own=own: g / np.sqrt(var + own)) for own in (0, 1e-3, 1e-5)
        ),
        "brackets": scaled(lambda g, var, eps: g / np.sqrt(var) + eps),
        "divided-by-variance": (
            scaled(lambda g, var, eps: g / (var + eps)),
            scaled(lambda g, var, eps: g / var),
        ),
        "not-divided": scaled(lambda g, var, eps: g),
        "std-multiplied": scaled(lambda g, var, eps: np.sqrt(var + eps) * g),
        "eps-outside-root": (
            scaled(lambda g, var, eps: g / (np.sqrt(var) + eps)),
            scaled(lambda g, var, eps: g / (np.sqrt(var) + np.sqrt(eps))),
        ),
        "weights-unfolded": lambda W, *rest: (W, fold_filters(W, *rest)[1]),
        "window-scaled": (along(1), along(2), along(3)),
    },
    passed="The filters do what two layers did. Nothing is left to normalize.",
    returns=("W", "b"),
    axes=("filter", "channel"),
)
