"""Lesson 03: clouds and digits that shift from training to test."""

import numpy as np

from ..initializers import he_normal
from ..layers import ReLU
from ..measures import share_right, softmax
from ..network import mlp
from ..training import train

KINDS = ("covariate", "prior", "concept")
CLASSIFIERS = ("line", "curve", "weighted line")
POINTS = 600
CENTRE = (-1.2, 0.0)  # of the training points
SPREAD = (0.8, 1.0)  # of both sides
FARTHEST = 2.4  # the largest covariate shift of the test points
MORE = 0.45  # the largest prior shift: by so much the share of label 1 grows, from 0.5
UP = 1.5  # the largest concept shift of the curve

INKS = (0.1, 0.2, 0.4, 0.6, 0.8, 1.0)
PLACES = (-2, -1, 0, 1, 2)  # pixels to the right


def curve(x1, kind="covariate", amount=0.0):
    """x2 on the true curve at each x1; only a concept shift moves it."""
    return 0.5 * x1**2 - 0.8 + (UP * amount if kind == "concept" else 0)


def clouds(kind, amount, n=POINTS, seed=0):
    """Training points x (n, 2), their labels y (n,) of 0 and 1; the same for the test.

    The test data are shifted by `amount`, from 0 to 1. "covariate": x moves, the rule
    stays. "prior": label 1 becomes frequent, the points of a class stay as they are.
    "concept": x stays, the rule moves.
    """
    rng = np.random.default_rng(seed)
    return (*_side(kind, 0, n, rng), *_side(kind, amount, n, rng))


def _side(kind, amount, n, rng):
    more = 8 * n if kind == "prior" else n  # then n of them are chosen by their label
    x = rng.standard_normal((more, 2)) * SPREAD + CENTRE
    if kind == "covariate":
        x[:, 0] += FARTHEST * amount
    above = x[:, 1] - curve(x[:, 0], kind, amount)
    y = rng.random(more) < 1 / (1 + np.exp(-4 * above))
    if kind == "prior":
        ones = round((0.5 + MORE * amount) * n)
        rows = np.concatenate([np.flatnonzero(y)[:ones], np.flatnonzero(~y)[: n - ones]])
        x, y = x[rows], y[rows]
    return x, y.astype(int)


def importance(kind, amount, x, y):
    """Weights (n,) of training points: how much more frequent each is in the test.

    Covariate shift: p_test(x) / p_train(x). Prior shift: the same of the label. Under
    concept shift no weights help, and all are 1. Their mean is 1.
    """
    if kind == "covariate":
        moved, from_centre = FARTHEST * amount, x[:, 0] - CENTRE[0]
        weights = np.exp((from_centre**2 - (from_centre - moved) ** 2) / (2 * SPREAD[0] ** 2))
    elif kind == "prior":
        weights = np.where(y == 1, 0.5 + MORE * amount, 0.5 - MORE * amount)
    else:
        weights = np.ones(len(y))
    return weights / weights.mean()


def fit(x, y, curved, weights=1.0):
    """Coefficients of a logistic regression on 1, x1 and x2, by Newton's method.

    With `curved` it uses x1^2, too. `weights`: of the points, (n,) or one for all.
    """
    F = _features(x, curved)
    w = np.zeros(F.shape[1])
    for _ in range(15):
        p = 1 / (1 + np.exp(-np.clip(F @ w, -30, 30)))
        # The penalty 0.5 keeps the coefficients finite.
        curvature = (F * (weights * p * (1 - p))[:, None]).T @ F + 0.5 * np.eye(len(w))
        w = w - np.linalg.solve(curvature, F.T @ (weights * (p - y)) + 0.5 * w)
    return w


def fitted(classifier, kind, amount, x, y):
    """Coefficients of one of CLASSIFIERS for training points x (n, 2) of labels y."""
    weights = importance(kind, amount, x, y) if classifier == "weighted line" else 1.0
    return fit(x, y, classifier == "curve", weights)


def share_classified(w, x, y):
    """Share of the points x (n, 2) that the coefficients w give their label y (n,)."""
    return float(np.mean((_features(x, len(w) == 4) @ w > 0) == y))


def boundary(w, x1):
    """x2 at which the classifier is undecided, for each x1."""
    return -(w[0] + w[1] * x1 + (w[3] * x1**2 if len(w) == 4 else 0)) / w[2]


def _features(x, curved):
    columns = [np.ones(len(x)), x[:, 0], x[:, 1], x[:, 0] ** 2]
    return np.stack(columns if curved else columns[:3], axis=1)


def shift_shares(kind, amount, seed):
    """Shares of the test points of `clouds` that are classified correctly.

    By a line, a weighted line, a curve, all from training points, and by a line and a
    curve from test points: (5,).
    """
    x, y, x_test, y_test = clouds(kind, amount, seed=seed)
    found = [fitted(name, kind, amount, x, y) for name in ("line", "weighted line", "curve")]
    found += [fit(x_test, y_test, curved) for curved in (False, True)]
    return [share_classified(w, x_test, y_test) for w in found]


def digits_network(X, y, seed):
    """A ReLU network 64-50-10 that is trained on digits X (N, 64) for 500 steps."""
    rng = np.random.default_rng(seed)
    network = mlp([64, 50, 10], activation=ReLU, initializer=he_normal, rng=rng)
    train(network, X, y, steps=500, lr=0.2, batch_size=60, rng=rng)
    return network


def moved_digits(X, ink, right):
    """Digits X (N, 64) times `ink`, moved to the right by so many pixels.

    What leaves the image is lost, and empty pixels come in.
    """
    paper = np.zeros((len(X), 8, 8 + 2 * PLACES[-1]))
    paper[:, :, PLACES[-1] : -PLACES[-1]] = ink * X.reshape(-1, 8, 8)
    start = PLACES[-1] - right
    return paper[:, :, start : start + 8].reshape(len(X), 64)


def answers(network, X):
    """Probabilities (N, 10) that a trained network gives to images X (N, 64)."""
    return softmax(network.forward(X, training=False))


def shares_moved(network, X, y):
    """Share of digits that are right, for each ink and place: (INKS, PLACES)."""
    return np.array(
        [
            [share_right(answers(network, moved_digits(X, ink, right)), y) for right in PLACES]
            for ink in INKS
        ]
    )


def shifted_tests(X, y):
    """Test digits X (N, 64) and labels y (N,), shifted in six ways, by name."""
    some = np.random.default_rng(0).random(len(y)) < 0.1
    rows = np.flatnonzero((y == 8) | some)
    return {
        "as trained": (X, y),
        "covariate: ink 20%": (moved_digits(X, 0.2, 0), y),
        "covariate: 1 pixel right": (moved_digits(X, 1, 1), y),
        "prior: every second is an 8": (X[rows], y[rows]),
        "eights alone": (X[y == 8], y[y == 8]),
        "concept: 1 and 7 swapped": (X, np.select([y == 1, y == 7], [7, 1], y)),
    }


def digit_shares(balanced, writers, seed):
    """Shares that networks classify correctly under each shift, by name.

    balanced, writers: the two splits of `load_digits`. Networks are trained on the
    first, on the second, and on as many images of all forms.
    """
    X, y, *test = balanced
    tests = shifted_tests(*test)
    X_w, y_w, X_others, y_others = writers
    shuffled = np.random.default_rng(seed).permutation(len(y_w) + len(y_others))
    known, held = shuffled[: len(y_w)], shuffled[len(y_w) :]
    images, labels = np.vstack([X_w, X_others]), np.concatenate([y_w, y_others])
    network = digits_network(X, y, seed)
    shares = {name: share_right(answers(network, X_t), y_t) for name, (X_t, y_t) in tests.items()}
    for name, (X_a, y_a), (X_b, y_b) in (
        ("covariate: other forms", (X_w, y_w), (X_others, y_others)),
        ("all forms, as many images", (images[known], labels[known]), (images[held], labels[held])),
    ):
        shares[name] = share_right(answers(digits_network(X_a, y_a, seed), X_b), y_b)
    return shares
