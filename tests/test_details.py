"""Numbers in answers and explanations are printed, told by a figure, or computed."""

import re

import nbformat
import numpy as np
import pytest
from printed import NUMBER, near, unit
from support.notebooks import LESSONS, code_cells, printed
from support.sigmoid_layers import sigmoid_layers

from bn_helpers import data, initializers, predict
from bn_helpers.checks.bugs_patients import BROKEN, RIGHT
from bn_helpers.experiments import inference as inference_numbers
from bn_helpers.experiments import shift as shift_numbers
from bn_helpers.explorers import (
    bugs,
    comparison_figure1,
    depth,
    depth_asleep,
    forward_small_batches,
    inference,
    initialization,
    initialization_run,
    reasons,
    reasons_depth,
    reasons_smoothness,
    rescaling,
    rescaling_variances,
    scales,
    scales_plane,
    shift,
    shift_inside,
)
from bn_helpers.my_course import number_of

X_TRAIN = data.load_digits()[0]


def internal_shift():
    figure = shift_inside.internal_shift.live(data.load_recorded("internal_shift"))
    return f"{figure.sentence} {figure.update(rate='2')}"


def dataset_shift():
    """What figure 2 says at the settings that its answers name."""
    figure = shift.dataset_shift.live(amount=1.0)
    told = [figure.update(kind=kind) for kind in ("prior", "concept", "covariate")]
    told += [figure.update(classifier="curve"), figure.update(classifier="weighted line")]
    told += [figure.update(amount=0.5), figure.update(classifier="line")]
    return " ".join([*told, figure.update(amount=1.0, kind="prior", classifier="weighted line")])


def one_pixel():
    X, y, X_test, y_test = data.load_digits()
    network = shift_numbers.digits_network(X, y, seed=0)
    figure = shift.moved_digit.live(network, X_test, y_test)
    faint = " ".join(figure.update(right=0, ink=ink) for ink in (0.1, 0.4))
    return f"{figure.update(right=1)} {faint}"


def running_averages():
    sums = X_TRAIN @ initializers.he_normal(64, 100, np.random.default_rng(0))
    figure = inference.running_average.live(sums[:, 21])
    told = [figure.sentence, figure.update(momentum=0.05)]
    return " ".join([*told, figure.update(jump=True), figure.update(momentum=0.3)])


def weights_of_the_start():
    return " ".join(f"{inference_numbers.shares_of_tens(a)[0]:.0%}" for a in (0.01, 0.001))


def both_modes():
    figure = inference.two_modes.live()
    return " ".join(figure.update(batch_size=m) for m in (2, 4, 8, 32, 128))


def two_layers():
    """What figure 3 says at the settings that its answers name."""
    figure = initialization.saturation.live()
    return "\n".join(figure.update(std=std) for std in (0.18, 0.28, 3))


def slowest_rate():
    run = dict(start="N(0, 1)", activation="ReLU", lr=0.005)
    return initialization_run.training_run.live(**run).sentence


def fifty_layers_of_each():
    """What figures 1, 6 and 8 of lesson 02 say at the settings of their answers."""
    told = [depth.fifty_layers.live(std=std).sentence for std in (0.09, 0.1, 0.11)]
    gains = [depth_asleep.one_layer.live(sigmoid_layers, gain=gain).sentence for gain in (2, 4, 10)]
    relu = dict(activation="ReLU", depth=50)
    ends = [depth.deep_network.live(scheme=scheme, **relu).sentence for scheme in ("He", "Xavier")]
    return " ".join([*told, *gains, *ends])


def narrow_columns():
    patients = {f"patient {n}": (RIGHT[n][0], BROKEN[n]) for n in (1, 6, 7)}
    figure = bugs.bench.live(patients, patient="patient 7")
    return " ".join(figure.update(std=std) for std in (0.01, 0.1, 0.3))


def mnist_at_its_settings():
    """What figure 3 of lesson 08 says at the settings that its answers name."""
    figure = comparison_figure1.mnist.live(data.load_recorded("figure1_mnist"))
    told = [figure.update(step=step) for step in (700, 1000, 2000, 50_000)]
    return " ".join([*told, figure.update(rate="2", step=300)])


def computed(*numbers):
    return lambda: " ".join(f"{number:.{digits}f}" for number, digits in numbers)


def white_or_not():
    """What figures 1 to 3 of lesson 04 say at the settings of their answers."""
    told = [rescaling.cloud.live(method="standardize", degrees=45).sentence]
    batches = rescaling_variances.small_batch.live()
    told += [batches.update(n=n) for n in (21, 256)]
    return " ".join(told)


def noise_and_smoothness():
    """What figures 1 to 3 of lesson 09 say at the settings of their answers."""
    noisy = reasons.noise_after.live(data.load_recorded("noise_after"))
    told = [noisy.update(noise=size, activation="ReLU") for size in (0, 0.5, 2, 4)]
    told += [noisy.update(noise=size, activation="sigmoid") for size in (0, 4)]
    along = reasons_smoothness.loss_along.live(data.load_recorded("loss_along"))
    told += [along.update(step=step) for step in (0, 10, 100)]
    told.append(along.update(activation="sigmoid"))
    stacks = reasons_depth.deep_stacks.live(data.load_recorded("deep_stacks"), scale=2)
    told += [stacks.sentence, stacks.update(depth=50, scale=1), stacks.update(skip=True)]
    return " ".join([*told, stacks.update(activation="linear")])


def scales_and_angles():
    """What figures 1 and 3 of lesson 08b say at the settings of their answers."""
    told = [scales.sixteen_scales.live(data.load_recorded("scales"), scale=0.00063).sentence]
    plane = scales_plane.right_angle.live()
    told += [plane.update(lr=1.2, length=0.5, step=1), plane.update(lr=0.075, step=10)]
    return " ".join([*told, plane.update(lr=0.3, length=1, step=60, decay=True)])


ALSO = {  # lesson -> what else tells numbers that its answers quote
    "01": [
        computed((-np.log(99), 1), (512 / 100, 2), (np.sqrt(5.12), 2), (1 / np.sqrt(5.12), 2)),
        computed((1 / np.sqrt(64 * np.mean(X_TRAIN**2)), 2)),
        slowest_rate,
        two_layers,
    ],
    "02": [fifty_layers_of_each, computed((1e7 ** (1 / 50), 1))],
    "03": [dataset_shift, internal_shift, one_pixel],
    "04": [white_or_not],
    "05": [
        lambda: forward_small_batches.five_points.live(fifth=10).sentence,
        computed(
            (0.05**2, 4), (0.05**2 + 1e-5, 5), (2.5, 1), (1.025, 3)
        ),  # 0.0005^2 = 2.5e-7, + 1e-5 = 1.025e-5
        computed((0.0005 / np.sqrt(1.025e-5), 4)),
    ],
    "07": [
        running_averages,
        weights_of_the_start,
        both_modes,
        computed((np.sqrt(19), 1), (1 / np.sqrt(8), 2)),
    ],
    "10": [
        narrow_columns,
        computed((0.1 * 5, 1), (0.1 * 4, 1), (0.9 + 0.1 * 8, 1)),  # updates by hand
    ],
    "09": [noise_and_smoothness],
    "08b": [scales_and_angles],
    "08": [mnist_at_its_settings],
}


def quoted(notebook):
    """The numbers with a point or a per cent sign in what is closed."""
    text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    closed = " ".join(re.findall(r"<details>.*?</details>", text, flags=re.DOTALL))
    return exact(re.sub(r"\*\*\d+\.\*\*|^\d+\. ", "", closed, flags=re.MULTILINE))


def exact(text):
    """The numbers with a point or a per cent sign in `text`."""
    return [number for number in NUMBER.findall(text) if re.search(r"\.\d|%", number)]


def shown(path):
    """The numbers that a lesson shows outside of its questions, and those of ALSO."""
    cells = code_cells(nbformat.read(path, as_version=4))
    cells = [cell for cell in cells if "predict.ask(" not in cell.source]
    told = [tell() for tell in ALSO.get(number_of(path.name), [])]
    return NUMBER.findall("\n".join([printed(cells), *told]))


def says(quote, other):
    """Whether the number that is quoted is the other one, or the other one rounded."""
    if quote.endswith("%") != other.endswith("%"):
        return False
    rounded = abs(float(quote.rstrip("%")) - float(other.rstrip("%"))) <= float(unit(quote)) / 2
    return rounded or near(quote, other)


def questions_of(path):
    number = number_of(path.name)
    return [name for name in predict.QUESTIONS if name.startswith(f"{number}-")]


def missing(numbers, there):
    return [number for number in numbers if not any(says(number, other) for other in there)]


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_a_number_in_an_answer_is_printed_or_told_by_a_figure(path):
    assert missing(quoted(nbformat.read(path, as_version=4)), shown(path)) == []


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_a_number_in_the_explanation_of_a_question_is_printed_or_told_by_a_figure(path):
    there = shown(path)
    there += [f"{float(share):.0%}" for share in there if re.fullmatch(r"0\.\d\d", share)]
    for name in questions_of(path):
        question = predict.QUESTIONS[name]
        own = NUMBER.findall(" ".join([question["question"], *question["options"]]))
        tempting = exact(" ".join(question["tempting"].values()))
        assert missing(exact(question["because"]), there) == [], name
        assert missing(tempting, [*there, *own]) == [], name


def test_the_numbers_are_found_and_a_wrong_one_is_seen():
    cell = nbformat.v4.new_markdown_cell(
        "<details>\n\n1. About 0.051, or 12%; 7 of 8.\n\n</details> 0.3"
    )
    assert quoted(nbformat.v4.new_notebook(cells=[cell])) == ["0.051", "12%"]
    assert says("-0.8", "-0.78")
    assert not says("0.051", "0.049")
    assert not says("12%", "0.12")
