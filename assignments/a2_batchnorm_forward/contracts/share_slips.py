"""Wrong formulas for one worker's rows of a shared batch."""

import numpy as np

from bn_classroom.normalized import Sample, also_wrong, joined, over, slips_of, with_statistics


def all_rows(x, n, m, v, g, b, e):
    """The Sample with the other rows as m - std and m + std, each n/2 times."""
    std = np.sqrt(v)
    weights = np.concatenate([np.ones(len(x)), [n / 2, n / 2]])
    return Sample(np.concatenate([x, [m - std], [m + std]]), weights, x, g, b, e)


def own_rows(x, n, m, v, g, b, e):
    return Sample(x, np.ones(len(x)), x, g, b, e)


def of_shares(statistics):
    """A formula with statistics(x, n, m, v, mu) -> (mean, variance); mu is right."""

    def formula(s, x, n, m, v, *_):
        return statistics(x, n, m, v, (x.sum(0) + n * m) / (len(x) + n))

    return with_statistics(all_rows, formula)


def own_squares(x, mu):
    return ((x - mu) ** 2).sum(0)


def variance(x, n, m, v, mu, total=None):
    return (own_squares(x, mu) + n * (v + (m - mu) ** 2)) / (total or len(x) + n)


def unsummed(x, n, m, v, g, b, e, mu):
    var = ((x - mu) ** 2 + n * (v + (m - mu) ** 2)) / (len(x) + n)
    return g * (x - mu) / np.sqrt(var + e) + b


def averaged(x, n, m, v):
    return (len(x) * x.var(0) + n * v) / (len(x) + n)


OWN = {
    "others-ignored": (
        lambda x, n, m, v, g, b, e: over(0)(x, g, b, e),
        *also_wrong(own_rows),
    ),
    "others-only": of_shares(lambda x, n, m, v, mu: (m, v)),
    "others-in-one": (
        of_shares(lambda x, n, m, v, mu: (mu, x.var(0))),
        of_shares(lambda x, n, m, v, mu: (mu, ((x - mu) ** 2).mean(0))),
        of_shares(lambda x, n, m, v, mu: (x.mean(0), variance(x, n, m, v, mu))),
        of_shares(lambda x, n, m, v, mu: (x.mean(0), averaged(x, n, m, v))),
        of_shares(lambda x, n, m, v, mu: (mu, v)),
        of_shares(lambda x, n, m, v, mu: (m, x.var(0))),
        of_shares(lambda x, n, m, v, mu: (x.mean(0), v)),
        of_shares(lambda x, n, m, v, mu: (m, variance(x, n, m, v, mu))),
        of_shares(lambda x, n, m, v, mu: (x.mean(0), variance(x, n, m, v, x.mean(0)))),
    ),
    "variances-averaged": (
        of_shares(lambda x, n, m, v, mu: (mu, averaged(x, n, m, v))),
        of_shares(lambda x, n, m, v, mu: (mu, (x.var(0) + v) / 2)),
        of_shares(
            lambda x, n, m, v, mu: (
                mu,
                ((len(x) - 1) * x.var(0, ddof=1) + n * v) / (len(x) + n - 1),
            )
        ),
        of_shares(lambda x, n, m, v, mu: (mu, (len(x) * x.var(0, ddof=1) + n * v) / (len(x) + n))),
    ),
    "mean-of-means": (
        of_shares(lambda x, n, m, v, mu: ((x.mean(0) + m) / 2, (x.var(0) + v) / 2)),
        of_shares(lambda x, n, m, v, mu: ((x.mean(0) + m) / 2, averaged(x, n, m, v))),
        of_shares(lambda x, n, m, v, mu: ((x.mean(0) + m) / 2, variance(x, n, m, v, mu))),
        of_shares(
            lambda x, n, m, v, mu: (c := (x.mean(0) + m) / 2, variance(x, n, m, v, c)),
        ),
        of_shares(
            lambda x, n, m, v, mu: (
                c := (x.mean(0) + m) / 2,
                (((x - c) ** 2).mean(0) + v + (m - c) ** 2) / 2,
            )
        ),
        of_shares(
            lambda x, n, m, v, mu: (mu, (((x - mu) ** 2).mean(0) + v + (m - mu) ** 2) / 2),
        ),
    ),
    "distance-forgotten": (
        of_shares(lambda x, n, m, v, mu: (mu, (own_squares(x, mu) + n * v) / (len(x) + n))),
        of_shares(
            lambda x, n, m, v, mu: (
                mu,
                (len(x) * x.var(0) + n * (v + (m - mu) ** 2)) / (len(x) + n),
            )
        ),
    ),
    "distance-counted-once": (
        of_shares(
            lambda x, n, m, v, mu: (
                mu,
                averaged(x, n, m, v) + (x.mean(0) - m) ** 2 * len(x) * n / (len(x) + n),
            )
        ),
        of_shares(
            lambda x, n, m, v, mu: (
                mu,
                (own_squares(x, mu) + n * v + (m - mu) ** 2) / (len(x) + n),
            )
        ),
        of_shares(
            lambda x, n, m, v, mu: (
                mu,
                averaged(x, n, m, v) + (x.mean(0) - mu) ** 2 + (m - mu) ** 2,
            )
        ),
        of_shares(lambda x, n, m, v, mu: (mu, averaged(x, n, m, v) + (x.mean(0) - m) ** 2)),
    ),
    "distance-from-own-mean": (
        of_shares(
            lambda x, n, m, v, mu: (
                mu,
                (own_squares(x, x.mean(0)) + n * v + n * (m - x.mean(0)) ** 2) / (len(x) + n),
            )
        ),
        of_shares(
            lambda x, n, m, v, mu: (
                mu,
                (own_squares(x, mu) + n * (v + (m - x.mean(0)) ** 2)) / (len(x) + n),
            )
        ),
    ),
    "stds-averaged": (
        of_shares(
            lambda x, n, m, v, mu: (
                mu,
                ((len(x) * x.std(0) + n * np.sqrt(v)) / (len(x) + n)) ** 2,
            )
        ),
        lambda x, n, m, v, g, b, e: (
            g
            * (x - (x.sum(0) + n * m) / (len(x) + n))
            * (len(x) + n)
            / (len(x) * np.sqrt(x.var(0) + e) + n * np.sqrt(v + e))
            + b
        ),
    ),
    "distance-not-squared": (
        of_shares(
            lambda x, n, m, v, mu: (mu, (own_squares(x, mu) + n * (v + m - mu)) / (len(x) + n))
        ),
        of_shares(
            lambda x, n, m, v, mu: (mu, (own_squares(x, mu) + n * (v + abs(m - mu))) / (len(x) + n))
        ),
        of_shares(
            lambda x, n, m, v, mu: (
                mu,
                (own_squares(x, mu) + n * (v - (m - mu) ** 2)) / (len(x) + n),
            )
        ),
    ),
    "rows-not-summed": (
        lambda x, n, m, v, g, b, e: unsummed(x, n, m, v, g, b, e, (x + n * m) / (len(x) + n)),
        lambda x, n, m, v, g, b, e: unsummed(
            x, n, m, v, g, b, e, (x.sum(0) + n * m) / (len(x) + n)
        ),
    ),
    "unbiased-in-training": of_shares(
        lambda x, n, m, v, mu: (
            mu,
            (len(x) * (x.var(0, ddof=1) + (x.mean(0) - mu) ** 2) + n * (v + (m - mu) ** 2))
            / (len(x) + n),
        )
    ),
    "others-as-one-row": (
        of_shares(
            lambda x, n, m, v, mu: (mu, (own_squares(x, mu) + v + n * (m - mu) ** 2) / (len(x) + n))
        ),
        of_shares(
            lambda x, n, m, v, mu: (c := (x.sum(0) + m) / (len(x) + n), variance(x, n, m, v, c))
        ),
        of_shares(
            lambda x, n, m, v, mu: (c := (x.sum(0) + m) / (len(x) + 1), variance(x, 1, m, v, c))
        ),
        of_shares(lambda x, n, m, v, mu: (mu, (own_squares(x, mu) + v) / (len(x) + n))),
        of_shares(
            lambda x, n, m, v, mu: (mu, (own_squares(x, mu) + v + (m - mu) ** 2) / (len(x) + n))
        ),
        of_shares(
            lambda x, n, m, v, mu: (
                c := (x.sum(0) + m) / (len(x) + n),
                (own_squares(x, c) + v + (m - c) ** 2) / (len(x) + n),
            )
        ),
    ),
    "rows-miscounted": (
        of_shares(lambda x, n, m, v, mu: (c := (x.sum(0) + n * m) / n, variance(x, n, m, v, c, n))),
        of_shares(
            lambda x, n, m, v, mu: (
                c := (x.sum(0) + n * m) / len(x),
                variance(x, n, m, v, c, len(x)),
            )
        ),
        of_shares(lambda x, n, m, v, mu: (mu, variance(x, n, m, v, mu, n))),
        of_shares(lambda x, n, m, v, mu: (mu, variance(x, n, m, v, mu, len(x)))),
        of_shares(
            lambda x, n, m, v, mu: (
                c := (n * x.mean(0) + len(x) * m) / (len(x) + n),
                (n * (x.var(0) + (x.mean(0) - c) ** 2) + len(x) * (v + (m - c) ** 2))
                / (len(x) + n),
            )
        ),
        of_shares(lambda x, n, m, v, mu: (x.mean(0) + m, x.var(0) + v)),
        of_shares(lambda x, n, m, v, mu: (mu, ((x - mu) ** 2).mean(0) + v + (m - mu) ** 2)),
        of_shares(
            lambda x, n, m, v, mu: (
                (n * x.mean(0) + len(x) * m) / (len(x) + n),
                variance(x, n, m, v, mu),
            )
        ),
    ),
    "other-variance-changed": (
        of_shares(lambda x, n, m, v, mu: (mu, variance(x, n, m, v**2, mu))),
        of_shares(lambda x, n, m, v, mu: (mu, variance(x, n, m, np.sqrt(v), mu))),
    ),
    "brackets": (
        of_shares(
            lambda x, n, m, v, mu: (mu, own_squares(x, mu) + n * (v + (m - mu) ** 2) / (len(x) + n))
        ),
        of_shares(
            lambda x, n, m, v, mu: (mu, own_squares(x, mu) / (len(x) + n) + n * (v + (m - mu) ** 2))
        ),
        of_shares(
            lambda x, n, m, v, mu: (mu, (own_squares(x, mu) + n * v + (m - mu)) / (len(x) + n))
        ),
    ),
    "one-mean-for-all": of_shares(
        lambda x, n, m, v, mu: (
            c := (x.sum() + n * m) / (len(x) + n),
            (((x - c) ** 2).sum() + n * (v + (m - c) ** 2)) / (len(x) + n),
        )
    ),
    "axis-of-features": lambda x, n, m, v, g, b, e: over(1)(x, g, b, e),
}

SLIPS = joined(OWN, slips_of(all_rows))
