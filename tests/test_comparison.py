"""Lesson 08: its records, its live figures and its convolutional network."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from bn_helpers.data import load_digits, load_mnist, load_recorded
from bn_helpers.experiments import comparison_convolution as convolution
from bn_helpers.experiments import comparison_figure1 as figure1
from bn_helpers.experiments import comparison_rates as rates
from bn_helpers.explorers import comparison_figure1, comparison_rates

ROOT = Path(__file__).parents[1]
ONE_LOOK = 1 / 355 + 1e-6  # of an accuracy in float32: one test image may change sides


def test_the_first_looks_of_a_recorded_rate_are_computed_again():
    record = load_recorded("learning_rates")
    assert tuple(record["rates"]) == rates.RATES
    for kind, side, lr in (("sigmoid", "with", 0.25), ("ReLU", "without", 0.1)):
        again = rates.rate_run(load_digits(), kind, side, lr, 1, steps=50)
        recorded = record[f"{kind}, {side}"]["accuracy"][rates.RATES.index(lr), 1, :3]
        np.testing.assert_allclose(again, recorded, atol=2 * ONE_LOOK)
    again = rates.rate_run(load_digits(), "ReLU", "with", 0.5, 2, steps=50, pixels="x 4")
    recorded = record["ReLU, with"]["pixels"][list(rates.PIXELS).index("x 4"), 2, :3]
    np.testing.assert_allclose(again, recorded, atol=2 * ONE_LOOK)


def test_figure_3_says_where_the_runs_end_before_the_step_of_the_slider():
    figure = comparison_figure1.mnist.live(load_recorded("figure1_mnist"))
    assert figure.update(step=50_000).startswith("Rate 0.1, step 50000, 2 seeds.")
    told = figure.update(rate="2")
    assert told.startswith("Rate 2, step 3000, 5 seeds. These runs end here.")
    assert "end" not in figure.update(step=2000)


@pytest.mark.once
def test_the_record_of_mnist_says_what_it_was_made_of_and_has_its_shapes():
    record = load_recorded("figure1_mnist")
    assert len(record["files"]) == len(record["sha256"]) == 4
    for case in ("without, rate 0.1", "with, rate 0.1", "without, rate 2", "with, rate 2"):
        run = record[case]
        looks = len(run["steps"])
        assert run["accuracy"].shape == (5, looks)
        assert run["percentiles"].shape == (2, looks, 3, figure1.UNITS)
        last = run["steps"][-1]
        assert (last, len(figure1.at(record, case, last))) in {(50_000, 2), (3000, 5)}


@pytest.mark.skipif("MNIST_FOLDER" not in os.environ, reason="MNIST_FOLDER says where MNIST is")
def test_the_first_looks_on_mnist_are_computed_again():
    record, mnist = load_recorded("figure1_mnist"), load_mnist(os.environ["MNIST_FOLDER"])
    for side in ("without", "with"):
        again = figure1.figure1_run(mnist, side == "with", 1, legs=((200, 100),))
        recorded = record[f"{side}, rate 0.1"]
        np.testing.assert_allclose(again["accuracy"], recorded["accuracy"][1, :3], atol=2e-3)
        np.testing.assert_allclose(again["percentiles"], recorded["percentiles"][1, :3], atol=4e-3)


@pytest.mark.once
def test_without_a_folder_the_script_of_mnist_leaves_the_record_and_says_why():
    script, record = (ROOT / f"data/recorded/figure1_mnist.{end}" for end in ("py", "npz"))
    before = record.read_bytes()
    environment = {k: v for k, v in os.environ.items() if k != "MNIST_FOLDER"}
    run = subprocess.run(
        [sys.executable, script], env=environment, capture_output=True, text=True, check=True
    )
    assert "set MNIST_FOLDER" in run.stdout
    assert record.read_bytes() == before


def test_a_second_leg_goes_on_where_the_first_one_ended():
    run = figure1.figure1_run(load_digits(), True, 0, legs=((4, 2), (6, 3)))
    assert list(run["steps"]) == [0, 2, 4, 7, 10]
    assert len(run["accuracy"]) == len(run["percentiles"]) == 5


@pytest.mark.once
def test_the_first_step_at_a_mark_is_found_and_a_run_that_never_comes_has_none():
    accuracies = [[0.1, 0.9, 0.8, 0.95], [0.1, 0.2, 0.3, 0.4]]
    found = figure1.steps_to([0, 10, 20, 30], accuracies, 0.9)
    np.testing.assert_array_equal(found, [10, np.nan])


def test_the_scale_of_the_pixels_does_nothing_to_batch_norm_and_much_without_it():
    digits = load_digits()
    for side, changes in (("with", False), ("without", True)):
        plain, strong = (rates.losses(digits, "sigmoid", side, f, 30) for f in (1, 4))
        assert (np.abs(plain - strong).max() > 1e-3) == changes


def test_a_folded_convolutional_network_is_the_same_in_evaluation(monkeypatch):
    monkeypatch.setattr(convolution, "STEPS", 5)
    network, steps, accuracies = convolution.conv_run(load_digits(), True, 0)
    assert len(steps) == len(accuracies)
    x = convolution.images(load_digits()[2][:20])
    flat = convolution.folded(network)
    assert len(flat.layers) == len(network.layers) - 2
    np.testing.assert_allclose(
        flat.forward(x, training=False), network.forward(x, training=False), atol=1e-10
    )


@pytest.mark.once
def test_at_rate_2_the_lead_on_mnist_is_gone_by_step_2000_and_at_rate_01_it_is_not():
    record = load_recorded("figure1_mnist")
    for rate, gone in (("2", True), ("0.1", False)):
        without, with_ = (figure1.at(record, f"{side}, rate {rate}", 2000) for side in SIDES)
        assert (abs(np.median(with_) - np.median(without)) < 0.01) == gone
    figure = comparison_figure1.mnist.live(record, rate="2", step=50_000)
    assert "step 3000, 5 seeds" in figure.sentence  # where the runs end


SIDES = ("without", "with")


@pytest.mark.once
def test_the_figure_of_rates_tells_the_ends_of_the_runs_at_this_rate():
    record = load_recorded("learning_rates")
    sentence = comparison_rates.learning_rates.live(record, rate=1.5, kind="ReLU").sentence
    ends = rates.at_the_end(record, "ReLU", "with", 1.5)
    assert sentence.endswith(f"and {ends.min():.2f} to {ends.max():.2f}.")
