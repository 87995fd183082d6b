"""Checks of lesson 00."""

import numpy as np

from .verdict import check, compare


@check
def check_sgd_step(sgd_step):
    """sgd_step(w, gradient, lr) -> the weights after one step of gradient descent, an array like w."""
    rng = np.random.default_rng()
    cases = [
        (rng.standard_normal(shape), rng.standard_normal(shape), rng.uniform(0.01, 0.6)) for shape in (3, (2, 4))
    ]
    return compare(
        sgd_step,
        cases,
        truth=lambda w, g, lr: w - lr * g,
        slips={
            "no-step": lambda w, g, lr: w,
            "difference-forgotten": lambda w, g, lr: w - lr,
            "uphill": (lambda w, g, lr: w + lr * g, lambda w, g, lr: w + g, lambda w, g, lr: w + g / lr),
            "rate-forgotten": lambda w, g, lr: w - g,
            "rate-divides": lambda w, g, lr: w - g / lr,
            "step-for-weights": (lambda w, g, lr: -lr * g, lambda w, g, lr: lr * g, lambda w, g, lr: -g),
            "step-reversed": lambda w, g, lr: lr * g - w,
            "gradient-scaled-weights": (lambda w, g, lr: w - lr * g * w, lambda w, g, lr: w - lr * w),
            "brackets": lambda w, g, lr: lr * (w - g),
            "arguments-swapped": lambda w, g, lr: g - lr * w,
        },
        passed="each weight moves against its gradient, in proportion to the learning rate.",
        rtol=1e-4,
    )
