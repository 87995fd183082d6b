"""Checks of lesson 04."""

import numpy as np

from ..whitening import minmax_scale, pca_whiten, standardize, zca_whiten
from .verdict import answer_of, check, compare, slip


def clouds(rng, shapes=((9, 3), (12, 4))):
    """Data of another mean in each feature, features correlated, no direction much narrower than another."""
    for N, D in shapes:
        turn, _ = np.linalg.qr(rng.standard_normal((D, D)))
        white = pca_whiten(rng.standard_normal((N, D)))
        yield white * rng.uniform(0.5, 3, D) @ turn * rng.uniform(0.7, 1.5, D) + rng.uniform(1, 4, D)


@check
def check_minmax(minmax):
    """minmax(x) -> x (N, D) rescaled to [0, 1], feature by feature."""
    return compare(
        minmax,
        [(x,) for x in clouds(np.random.default_rng())],
        truth=minmax_scale,
        slips={
            "brackets": (
                lambda x: x - x.min(0) / (x.max(0) - x.min(0)),
                lambda x: x - x.min(0) / x.max(0) - x.min(0),
                lambda x: (x - x.min(0)) / x.max(0) - x.min(0),
            ),
            "minimum-forgotten": (lambda x: (x - x.min(0)) / x.max(0), lambda x: x / (x.max(0) - x.min(0))),
            "maximum-alone": lambda x: x / x.max(0),
            "one-range-for-all": lambda x: (x - x.min()) / (x.max() - x.min()),
            "standardized": (standardize, lambda x: (x - x.mean(0)) / x.std(0, ddof=1)),
            "mean-for-minimum": lambda x: (x - x.mean(0)) / (x.max(0) - x.min(0)),
            "turned-round": lambda x: (x.max(0) - x) / (x.max(0) - x.min(0)),
            "rows-rescaled": lambda x: minmax_scale(x.T).T,
        },
        passed="every feature runs from 0 to 1.",
        rtol=1e-5,
    )


@check
def check_standardize_like(standardize_like):
    """standardize_like(test, train) -> test (N, D) standardized with the statistics of train (M, D)."""
    rng = np.random.default_rng()
    cases = [(next(clouds(rng, ((6, 3),))), next(clouds(rng, ((11, 3),)))) for _ in range(2)]
    return compare(
        standardize_like,
        cases,
        truth=lambda test, train: standardize(test, like=train),
        slips={
            "own-statistics": (
                lambda test, train: standardize(test),
                lambda test, train: (test - test.mean(0)) / test.std(0, ddof=1),
            ),
            "statistics-of-both": lambda test, train: standardize(test, like=np.vstack([test, train])),
            "half-own-statistics": (
                lambda test, train: (test - test.mean(0)) / train.std(0),
                lambda test, train: (test - train.mean(0)) / test.std(0),
            ),
            "divided-by-variance": lambda test, train: (test - train.mean(0)) / train.var(0),
            "divides-by-less": lambda test, train: (test - train.mean(0)) / train.std(0, ddof=1),
            "brackets": lambda test, train: test - train.mean(0) / train.std(0),
            "one-mean-for-all": lambda test, train: (test - train.mean()) / train.std(),
            "not-divided": lambda test, train: test - train.mean(0),
            "mean-kept": lambda test, train: test / train.std(0),
        },
        passed="the test data are measured with the training data's mean and std.",
        names=("test", "train"),
        rtol=1e-5,
    )


@check
def check_zca(zca):
    """zca(x) -> x (N, D) whitened with the symmetric root of the inverse covariance (which divides by N)."""

    def by(power, turn_back=True, centred=True, ddof=0, other=False):
        def formula(x):
            xc = x - x.mean(0)
            L, E = np.linalg.eigh(xc.T @ xc / (len(x) - ddof))
            M = (E * L**power) @ (E.T if turn_back else np.eye(len(L)))
            return (xc if centred else x) @ (E.T @ np.diag(L**power) @ E if other else M)

        return formula

    cases = [(x,) for x in clouds(np.random.default_rng(), ((30, 3), (40, 4)))]
    verdict = compare(
        zca,
        cases,
        truth=zca_whiten,
        slips={
            "eigenvalue-for-root": (by(-1), by(-1, turn_back=False)),
            "not-turned-back": (by(-0.5, turn_back=False), lambda x: -pca_whiten(x)),
            "mean-kept": by(-0.5, centred=False),
            "divides-by-less": by(-0.5, ddof=1),
            "division-forgotten": lambda x: zca_whiten(x) / np.sqrt(len(x)),
            "small-eps": tuple(lambda x, eps=eps: zca_whiten(x, eps=eps) for eps in (1e-1, 1e-2, 1e-3)),
            "root-inverted": by(0.5),
            "eigenvectors-transposed": by(-0.5, other=True),
            "standardized": (standardize, lambda x: (x - x.mean(0)) / x.std(0, ddof=1)),
        },
        passed="mean 0, covariance I, and as close to the data as a white cloud can be.",
        rtol=1e-3,
    )
    if verdict.slip == "unknown":  # white in other axes, in whatever order and with whatever signs?
        (x,) = cases[0]
        covariance = np.cov(answer_of(zca, x, shape=x.shape).T, bias=True)
        if np.allclose(covariance, covariance[0, 0] * np.eye(x.shape[1]), atol=1e-3 * covariance[0, 0]):
            return slip("not-turned-back")
    return verdict
