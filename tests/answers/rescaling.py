"""Right and wrong answers to the exercises of lesson 04."""

import numpy as np

from bn_helpers.checks import check_minmax, check_standardize_like, check_zca
from bn_helpers.whitening import minmax_scale, pca_whiten, standardize, zca_whiten


def minmax_by_loop(x):
    columns = []
    for column in x.T:
        low, high = min(column), max(column)
        columns.append([(v - low) / (high - low) for v in column])
    return np.array(columns).T


def zca_by_svd(x):
    xc = x - x.mean(axis=0)
    U, _, Vt = np.linalg.svd(xc, full_matrices=False)
    return np.sqrt(len(x)) * U @ Vt


def zca_by_eig(x):
    xc = x - x.mean(axis=0)
    L, E = np.linalg.eigh(np.cov(x.T, bias=True))
    return xc @ E @ np.diag(1 / np.sqrt(L)) @ E.T


def zca_by_newton(x):
    """The symmetric root of the inverse by iteration (Denman & Beavers)."""
    C = np.cov(x.T, bias=True)
    Y, Z = C / np.trace(C), np.eye(len(C))
    for _ in range(60):
        Y, Z = (Y + np.linalg.inv(Z)) / 2, (Z + np.linalg.inv(Y)) / 2
    return (x - x.mean(axis=0)) @ (Z / np.sqrt(np.trace(C)))


def zca_root(x):
    """The symmetric root of the covariance."""
    L, E = np.linalg.eigh(np.cov(x.T, bias=True))
    return E @ np.diag(np.sqrt(L)) @ E.T


def parts(x):
    xc = x - x.mean(axis=0)
    L, E = np.linalg.eigh(xc.T @ xc / len(x))
    return xc, L, E


def zca_with(power):
    def zca(x):
        xc, L, E = parts(x)
        return xc @ E @ np.diag(L**power) @ E.T

    return zca


def pca_by_hand(x):
    xc, L, E = parts(x)
    return xc @ E / np.sqrt(L)


RIGHT = [
    (check_minmax, minmax_scale),
    (check_minmax, minmax_by_loop),
    (check_minmax, lambda x: (x - x.min(0)) / (x.max(0) - x.min(0))),
    (check_minmax, lambda x: (x - np.min(x, axis=0)) / np.ptp(x, axis=0)),
    (check_minmax, lambda x: ((x - x.min(0)) / np.ptp(x, 0)).tolist()),
    (check_minmax, lambda x: (x.astype(np.float32) - x.min(0)) / np.ptp(x, 0)),
    (check_minmax, lambda x: 1 - (x.max(0) - x) / (x.max(0) - x.min(0))),
    (
        check_minmax,
        lambda x: np.apply_along_axis(lambda c: (c - c.min()) / (c.max() - c.min()), 0, x),
    ),
    (check_standardize_like, lambda test, train: standardize(test, like=train)),
    (check_standardize_like, lambda test, train: (test - train.mean(0)) / train.std(0)),
    (check_standardize_like, lambda test, train: (test - train.mean(0)) / np.sqrt(train.var(0))),
    (
        check_standardize_like,
        lambda test, train: (test - train.mean(0)) / np.sqrt(train.var(0) + 1e-12),
    ),
    (check_standardize_like, lambda test, train: (test - train.mean(0)) * train.var(0) ** -0.5),
    (
        check_standardize_like,
        lambda test, train: np.array([(row - train.mean(0)) / train.std(0) for row in test]),
    ),
    (check_standardize_like, lambda test, train: ((test - train.mean(0)) / train.std(0)).tolist()),
    (
        check_standardize_like,
        lambda test, train: test / train.std(0) - train.mean(0) / train.std(0),
    ),
    (check_zca, zca_whiten),
    (check_zca, zca_by_svd),
    (check_zca, zca_by_eig),
    (check_zca, zca_by_newton),
    (check_zca, zca_with(-0.5)),
    (check_zca, lambda x: pca_by_hand(x) @ parts(x)[2].T),
    (check_zca, lambda x: zca_by_svd(x).tolist()),
    (check_zca, lambda x: zca_whiten(x, eps=1e-5)),
    (check_zca, lambda x: zca_whiten(x, eps=1e-8)),
    (check_zca, lambda x: np.linalg.solve(zca_root(x), (x - x.mean(0)).T).T),
]
SLIPS = [
    (check_minmax, standardize, "standardized"),
    (check_standardize_like, lambda test, train: standardize(train), "wrong-shape"),
    (check_zca, zca_with(-1), "eigenvalue-for-root"),
    (check_zca, pca_by_hand, "not-turned-back"),
    (check_zca, pca_whiten, "not-turned-back"),
    (check_zca, zca_with(0.5), "root-inverted"),
    (check_zca, standardize, "standardized"),
]
