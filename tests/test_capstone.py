"""The last exercise of lesson 07 names the part that is wrong."""

import re

import pytest
from answers import inference as answers

from bn_helpers.checks import MISCONCEPTIONS, check_layer, check_network
from bn_helpers.checks.capstone_answer import MyBatchNorm, built, folded, recalibrated
from bn_helpers.checks.capstone_parts import PARTS

FORMULAS = [
    (part, slip, formula)
    for part, (question, _) in PARTS.items()
    for slip, formulas in question.slips.items()
    for formula in (formulas if isinstance(formulas, tuple) else (formulas,))
]


@pytest.mark.once
@pytest.mark.parametrize(("part", "slip", "formula"), FORMULAS)
def test_the_formula_of_a_slip_in_a_part_is_named_as_this_slip(part, slip, formula):
    verdict = PARTS[part][0].judged(formula)
    assert (verdict.passed, verdict.slip) == (False, slip), verdict


@pytest.mark.parametrize(
    ("layer", "part"),
    [
        (answers.Open, "Part 1 of 9, training, x (N, C)."),
        (answers.Biased, "Part 2 of 9, running statistics."),
        (answers.NormalizedOnly, "Part 3 of 9, evaluation."),
        (answers.NeverTraining, "Part 4 of 9, backward after training."),
        (answers.AlwaysTraining, "Part 5 of 9, backward after evaluation."),
        (answers.PlacesApart, "Part 6 of 9, training, x (N, C, H, W)."),
        (answers.ImagesCounted, "Part 7 of 9, running statistics, x (N, C, H, W)."),
        (answers.Shared, "Part 9 of 9, state."),
    ],
)
def test_the_part_that_is_wrong_is_named_first(layer, part):
    assert check_layer(layer).message.startswith(part)


def test_a_wrong_backward_pass_of_images_is_named():
    class OnlyImages(MyBatchNorm):
        def backward(self, dout):
            dx = super().backward(dout)
            return dx if dout.ndim == 2 else dout

    assert check_layer(OnlyImages).message.startswith("Part 8 of 9, backward, x (N, C, H, W).")


def test_images_that_do_not_become_rows_send_the_student_to_rows():
    class Unfit(MyBatchNorm):
        def rows(self, x):
            return x

    message = check_layer(Unfit).message
    assert message.startswith("Part 6 of 9")
    assert message.endswith("the rows of x (N, C, H, W) are (N * H * W, C).")


def test_the_line_that_raised_is_the_students():
    message = check_layer(answers.Raises).message
    assert re.search(r"KeyError: 'oops' \(line \d+ of inference.py\)", message)


def test_a_network_says_which_of_its_functions_is_wrong_and_begins_with_the_layer():
    def message(*changed):
        parts = [MyBatchNorm, built, recalibrated, folded]
        for place, part in changed:
            parts[place] = part
        return check_network(*parts).message

    assert message((0, answers.Biased)).startswith("First the layer. Part 2 of 9")
    assert message((1, answers.from_zero)).startswith("built:")
    assert message((2, answers.as_it_was)).startswith("recalibrated:")
    assert message((3, answers.without_scale)).startswith("folded:")
    assert re.fullmatch(
        r"Trained to 9\d%, saved and loaded. Recalibrated. Folded: 7 layers are 5.", message()
    )


def test_after_three_wrong_tries_the_whole_way_is_shown():
    check_layer(MyBatchNorm)
    ways = [check_layer(answers.Biased).way for _ in range(3)]
    assert ways[:2] == ["", ""]
    assert "class MyBatchNorm" in ways[2]
    assert MISCONCEPTIONS["biased-running-var"] in check_layer(answers.Biased).message
