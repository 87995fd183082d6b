"""Is an answer right, and if not, which misconception is behind it? One file per subject."""

from .backward import check_batchnorm_backward, check_statistics_gradients
from .descent import check_sgd_step
from .forward import check_batchnorm_conv, check_batchnorm_forward, check_undo_batchnorm
from .inference import check_batches_needed, check_fold, check_running_update
from .initialization import (
    check_he_weights,
    check_leaky_std,
    check_saturated_share,
    check_uniform_weights,
    check_weight_std,
    check_xavier_std,
)
from .misconceptions import MISCONCEPTIONS
from .rescaling import check_minmax, check_standardize_like, check_zca
from .shift import check_adjusted, check_moved
from .verdict import Verdict

__all__ = [
    "MISCONCEPTIONS",
    "Verdict",
    "check_adjusted",
    "check_batches_needed",
    "check_batchnorm_backward",
    "check_batchnorm_conv",
    "check_batchnorm_forward",
    "check_fold",
    "check_he_weights",
    "check_leaky_std",
    "check_minmax",
    "check_moved",
    "check_running_update",
    "check_saturated_share",
    "check_sgd_step",
    "check_standardize_like",
    "check_statistics_gradients",
    "check_undo_batchnorm",
    "check_uniform_weights",
    "check_weight_std",
    "check_xavier_std",
    "check_zca",
]
