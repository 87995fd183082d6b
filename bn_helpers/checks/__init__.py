"""Is an answer right, and if not, which misconception is behind it?

A check is called with the student's function and answers with a Verdict. Most checks
are Questions, which are data, one file for each lesson. Those about random weights are
functions with the same face.
"""

from .backward import check_batchnorm_backward, check_batchnorm_backward_conv
from .backward_derivatives import check_statistics_gradients
from .capstone import check_layer, check_network
from .comparison import check_fold_filters, check_speed_up
from .comparison_layers import check_conv_layers
from .depth import check_diagnose, check_he_weights, check_leaky_std, check_xavier_std
from .forward import check_batchnorm_conv, check_batchnorm_forward, check_undo_batchnorm
from .inference import check_batches_needed, check_fold, check_running_update
from .inference_evaluation import check_converted, check_evaluate
from .initialization import check_saturated_share, check_uniform_weights, check_weight_std
from .rescaling import check_minmax, check_standardize_like, check_zca
from .shift import check_adjusted, check_moved
from .start import check_sgd_step
from .verdict import HINTS, MISCONCEPTIONS, Verdict

__all__ = [
    "HINTS",
    "MISCONCEPTIONS",
    "Verdict",
    "check_adjusted",
    "check_batches_needed",
    "check_batchnorm_backward",
    "check_batchnorm_backward_conv",
    "check_batchnorm_conv",
    "check_batchnorm_forward",
    "check_conv_layers",
    "check_converted",
    "check_diagnose",
    "check_evaluate",
    "check_fold",
    "check_fold_filters",
    "check_he_weights",
    "check_layer",
    "check_leaky_std",
    "check_minmax",
    "check_moved",
    "check_network",
    "check_running_update",
    "check_saturated_share",
    "check_sgd_step",
    "check_speed_up",
    "check_standardize_like",
    "check_statistics_gradients",
    "check_undo_batchnorm",
    "check_uniform_weights",
    "check_weight_std",
    "check_xavier_std",
    "check_zca",
]
