"""The eight patients of lesson 10: broken implementations, and right ones.

`BROKEN` is what the lesson shows. A student's test must also tell from a right
implementation what the student has not seen: `UNSEEN`. `RIGHT` has two right ones of
each. The mistakes are those of real codes.
"""

from . import bugs_backward as late
from . import bugs_forward as early

PASSES = late.PASSES
BROKEN = {
    1: early.normalized,
    2: early.normalized_maps,
    3: early.update,
    4: early.forward,
    5: late.save_and_load,
    6: late.fold,
    7: late.layer,
    8: late.gradient_check,
}
RIGHT = {
    1: (early.two_passes, early.first_row_subtracted),
    2: (early.over(0, 2, 3), early.by_channel),
    3: (early.updated, early.moved_toward),
    4: (early.two_modes, early.two_modes_by_update),
    5: (late.with_statistics, late.by_state_dict),
    6: (late.folded, late.folded_by_probing),
    7: (late.closed_form, late.by_derivatives),
    8: (late.gradient_check_of_eight, late.along_a_line),
}
UNSEEN = {
    1: (early.clipped, early.common_mean_subtracted),
    2: (early.over(2, 3), early.rows_as_stored),
    3: (early.variance_reversed, early.mean_reversed),
    4: (early.batch_in_evaluation, early.moves_afterwards),
    5: (late.variance_lost, late.scale_and_shift_lost),
    6: (late.bias_not_scaled, late.shift_forgotten),
    7: (late.statistics_constant, late.mean_alone),
    8: (late.check_of_two, late.check_of_all_ones),
}
