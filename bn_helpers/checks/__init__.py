"""Is an answer right, and if not, which misconception is behind it?

A check is called with the student's function and answers with a Verdict. Most checks
are Questions, which are data, one file for each lesson. Those about random weights are
functions with the same face.
"""

from .backward import check_batchnorm_backward, check_batchnorm_backward_conv
from .backward_derivatives import check_statistics_gradients
from .bugs import (
    check_patient_1,
    check_patient_2,
    check_patient_3,
    check_patient_4,
    check_patient_5,
    check_patient_6,
    check_patient_7,
    check_patient_8,
)
from .capstone import check_layer, check_network
from .comparison import check_fold_filters, check_speed_up
from .comparison_layers import check_conv_layers
from .depth import check_diagnose, check_he_weights, check_leaky_std, check_xavier_std
from .forward import check_batchnorm_conv, check_batchnorm_forward, check_undo_batchnorm
from .inference import check_batches_needed, check_fold, check_running_update
from .inference_evaluation import check_converted, check_evaluate
from .initialization import check_saturated_share, check_uniform_weights, check_weight_std
from .limits import check_groupnorm, check_layernorm, check_layernorm_of_line
from .reasons import check_growth, check_loss_range, check_noisy, check_sorted_claims
from .rescaling import check_minmax, check_standardize_like, check_zca
from .scales import check_effective_rate, check_moves, check_scaled_gradient, check_squared_norm
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
    "check_effective_rate",
    "check_evaluate",
    "check_fold",
    "check_fold_filters",
    "check_groupnorm",
    "check_growth",
    "check_he_weights",
    "check_layer",
    "check_layernorm",
    "check_layernorm_of_line",
    "check_leaky_std",
    "check_loss_range",
    "check_minmax",
    "check_moved",
    "check_moves",
    "check_network",
    "check_noisy",
    "check_patient_1",
    "check_patient_2",
    "check_patient_3",
    "check_patient_4",
    "check_patient_5",
    "check_patient_6",
    "check_patient_7",
    "check_patient_8",
    "check_running_update",
    "check_saturated_share",
    "check_scaled_gradient",
    "check_sgd_step",
    "check_sorted_claims",
    "check_speed_up",
    "check_squared_norm",
    "check_standardize_like",
    "check_statistics_gradients",
    "check_undo_batchnorm",
    "check_uniform_weights",
    "check_weight_std",
    "check_xavier_std",
    "check_zca",
]
