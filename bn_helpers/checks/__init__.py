"""Is an answer right, and if not, which misconception is behind it? One file per subject."""

from .initialization import check_saturated_share, check_uniform_weights, check_weight_std
from .misconceptions import MISCONCEPTIONS
from .verdict import Verdict

__all__ = ["MISCONCEPTIONS", "Verdict", "check_saturated_share", "check_uniform_weights", "check_weight_std"]
