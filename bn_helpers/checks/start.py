"""Questions of lesson 00."""

import numpy as np

from .question import Question


def sgd_step(w, gradient, lr):
    return w - lr * gradient


def cases(rng):
    shapes_and_rates = ((4, 0.05), (4, 0.6), ((2, 3), 1.5))
    several = [(rng.normal(0, 2, s), rng.normal(0, 1.5, s), lr) for s, lr in shapes_and_rates]
    return [*several, (np.array([3, 4]), np.array([2, -3]), 0.5)]


def off(arguments, result):
    """The length of the step, where it is along the gradient."""
    (w, gradient, lr), (new,) = arguments, result
    factors = (w - new) / (lr * gradient)
    if np.ptp(factors) < 1e-3 * abs(factors.flat[0]):
        return "step-scaled", f"Yours is {factors.flat[0]:.3g} times as long as it should be."
    return ""


check_sgd_step = Question(
    cases,
    truth=sgd_step,
    slips={
        "no-step": lambda w, g, lr: w,
        "difference-forgotten": lambda w, g, lr: w - lr,
        "uphill": (
            lambda w, g, lr: w + lr * g,
            lambda w, g, lr: w + g,
            lambda w, g, lr: w + g / lr,
        ),
        "rate-forgotten": lambda w, g, lr: w - g,
        "rate-divides": lambda w, g, lr: w - g / lr,
        "rate-squared": lambda w, g, lr: w - lr**2 * g,
        "rate-fixed": tuple(lambda w, g, lr, own=own: w - own * g for own in (0.01, 0.1, 0.5)),
        "step-scaled": (lambda w, g, lr: w - 2 * lr * g, lambda w, g, lr: w - lr * g / 2),
        "step-for-weights": (
            lambda w, g, lr: -lr * g,
            lambda w, g, lr: lr * g,
            lambda w, g, lr: -g,
        ),
        "step-reversed": lambda w, g, lr: lr * g - w,
        "gradient-scaled-weights": (
            lambda w, g, lr: w - lr * g * w,
            lambda w, g, lr: w - lr * w,
            lambda w, g, lr: w * (1 + lr * g),
        ),
        "gradient-squared": lambda w, g, lr: w - lr * g**2,
        "sign-only": (lambda w, g, lr: w - lr * np.sign(g), lambda w, g, lr: w - lr * abs(g)),
        "moved-to-gradient": (
            lambda w, g, lr: (1 - lr) * w + lr * g,
            lambda w, g, lr: (1 - lr) * w - lr * g,
        ),
        "one-mean-for-all": (lambda w, g, lr: w - lr * g.mean(), lambda w, g, lr: w - lr * g.sum()),
        "brackets": lambda w, g, lr: lr * (w - g),
        "arguments-swapped": (lambda w, g, lr: g - lr * w, lambda w, g, lr: w * lr - g),
    },
    passed="Each weight moves against its gradient, in proportion to the learning rate.",
    axes=("row", "column"),
    measure=off,
)
