"""The numbers of lesson 09b: batches, cells, fine-tuning, recurrent networks."""

import numpy as np
import pytest

from bn_helpers.batchnorm import BatchNorm
from bn_helpers.data import load_digits, load_recorded
from bn_helpers.experiments import limits
from bn_helpers.experiments import limits_cells as cells
from bn_helpers.experiments import limits_recurrent as recurrent
from bn_helpers.experiments import limits_statistics as statistics
from bn_helpers.gradients import numerical_gradient, relative_error
from bn_helpers.layers import softmax_cross_entropy
from bn_helpers.normalization import GroupNorm, InstanceNorm, LayerNorm

IMAGE = 1 / 355  # of the test images


# --- records --------------------------------------------------------------------------


@pytest.mark.parametrize("norm", limits.NORMS)
def test_the_record_of_small_batches_is_that_of_its_script(norm):
    record = load_recorded("limits")[f"0.05, {norm}"]
    running, exact = limits.small_batches(norm, 64, "0.05", 1, epochs=2)
    place = limits.SIZES.index(64)
    np.testing.assert_allclose(running, record["accuracy"][1, place, :2], atol=3 * IMAGE)
    if norm == "batch norm":
        np.testing.assert_allclose(exact, record["exact"][1, place, :2], atol=3 * IMAGE)


def test_the_records_have_the_cases_that_the_figures_show():
    sizes, rows, company = map(load_recorded, ("limits", "limits_recurrent", "limits_statistics"))
    for rule in limits.RULES:
        for norm in limits.NORMS:
            assert sizes[f"{rule}, {norm}"]["accuracy"].shape == (5, len(limits.SIZES), 8)
    assert set(company["unmixed"]) == set(limits.NORMS)
    assert set(company["tuning"]) == set(statistics.NEW)
    for way in ("none", "layer norm", *(f"batch norm, {w}" for w in ("by step", "shared"))):
        assert rows[way]["longer"].shape == (5, len(recurrent.BLANKS))


def test_the_record_of_recurrent_networks_is_that_of_its_script():
    record = load_recorded("limits_recurrent")
    for norm in recurrent.NORMS:
        _, course = recurrent.trained(norm, 1, steps=50)
        np.testing.assert_allclose(course, record[norm]["course"][1, :1], atol=3 * IMAGE)


def test_the_record_of_unmixed_batches_is_that_of_its_script():
    record = load_recorded("limits_statistics")["unmixed"]
    assert statistics.unmixed("none", 1, 1) == pytest.approx(record["none"][1, 0], abs=0.02)


def test_what_the_lesson_says_of_the_records_holds_for_every_seed():
    sizes, _, company = map(load_recorded, ("limits", "limits_recurrent", "limits_statistics"))
    with_two = {norm: sizes[f"0.05, {norm}"]["accuracy"][:, 0, -1] for norm in limits.NORMS}
    others = [values for norm, values in with_two.items() if norm != "batch norm"]
    assert with_two["batch norm"].max() < 0.6
    assert np.min(others) > 0.9
    one_digit = {norm: company["unmixed"][norm][:, 0] for norm in limits.NORMS}
    assert one_digit["batch norm"].max() < 0.2
    assert min(one_digit[norm].min() for norm in limits.NORMS if norm != "batch norm") > 0.9
    frozen, moving = company["tuning"]["other writers"][:, 0, 2:4].T
    assert moving.max() < frozen.min()


# --- small and unmixed batches --------------------------------------------------------


def test_a_batch_of_two_gives_most_units_no_gradient_and_a_few_a_huge_one():
    two, many = (limits.first_gradients(m, batches=50) for m in (2, 60))
    assert np.mean(two < 0.01) > 0.7
    assert two.max() > 1000 * np.median(many)
    assert many.min() > 0.001


@pytest.mark.parametrize("digits", statistics.DIGITS)
def test_a_batch_of_few_digits_has_so_many_and_twenty_images(digits):
    y = load_digits()[1]
    batches = list(statistics.batches_of_few(y, digits, np.random.default_rng(0)))
    assert {len(rows) for rows in batches} == {statistics.IN_BATCH}
    assert {len(set(y[rows])) for rows in batches} == {digits}
    assert {digit for rows in batches for digit in y[rows]} == set(range(10))


def test_frozen_statistics_stay_and_moving_ones_move():
    X, y, _, _ = load_digits()
    network = limits.network_of("batch norm", 0)
    before = network.state_dict()
    frozen, moving = (
        statistics.fine_tuned(network, X[:40], y[:40], 4, 0, training=way).state_dict()
        for way in (False, True)
    )
    np.testing.assert_array_equal(frozen["1.running_mean"], before["1.running_mean"])
    assert not np.allclose(moving["1.running_mean"], before["1.running_mean"])
    assert not np.allclose(frozen["0.W"], before["0.W"])
    np.testing.assert_array_equal(network.state_dict()["0.W"], before["0.W"])


# --- cells ----------------------------------------------------------------------------

LAYERS = {
    "batch norm": lambda groups: BatchNorm(cells.C),
    "layer norm": lambda groups: LayerNorm(cells.C),
    "instance norm": lambda groups: InstanceNorm(cells.C),
    "group norm": lambda groups: GroupNorm(cells.C, groups),
}


@pytest.mark.parametrize("groups", cells.GROUPS)
@pytest.mark.parametrize("norm", cells.NORMS)
def test_cells_share_a_mean_if_the_layer_lets_one_change_the_other(norm, groups):
    x = np.random.default_rng(0).standard_normal((cells.N, cells.C, 2, 2))
    number = cells.members(norm, groups)
    before = LAYERS[norm](groups).forward(x, training=True)
    x[1, 2, 0, 1] += 1
    changed = LAYERS[norm](groups).forward(x, training=True) != before
    np.testing.assert_array_equal(
        changed.reshape(number.shape), number == number.reshape(x.shape)[1, 2, 0, 1]
    )
    means, *sizes = cells.shared(norm, groups)
    assert means * np.prod(sizes) == x.size


# --- recurrent networks ---------------------------------------------------------------


@pytest.mark.parametrize("norm", recurrent.NORMS)
def test_the_gradient_through_all_steps_agrees_with_finite_differences(norm):
    network = recurrent.Recurrent(norm, 0, hidden=4)
    rng = np.random.default_rng(1)
    images, y = rng.standard_normal((6, 8, 8)), rng.integers(10, size=6)

    def loss():
        return softmax_cross_entropy(network.forward(images, training=True), y)

    network.backward(loss()[1])
    pairs = [(value, gradient.copy()) for value, gradient in network.gradients()]
    assert len(pairs) == {"none": 5}.get(norm, 6)
    for value, gradient in pairs:

        def at(given, value=value):
            kept = value.copy()
            value[...] = given
            result = loss()[0]
            value[...] = kept
            return np.array([result])

        numerical = numerical_gradient(at, value.copy(), np.ones(1))
        assert relative_error(gradient, numerical) < 1e-6


def test_steps_share_weights_gamma_and_beta_and_keep_their_own_statistics():
    X, y, _, _ = load_digits()
    network = recurrent.Recurrent("batch norm", 0)
    recurrent.sgd_step(network, recurrent.rows_of(X[:60]), y[:60])
    first, last = network.rows[0], network.rows[-1]
    for one, other in zip(first, last):
        for name, value in one.params.items():
            assert value is other.params[name]
    layers = network.batchnorms()
    assert len(layers) == recurrent.ROWS
    assert not np.allclose(layers[0].running_var, layers[-1].running_var)
    same = recurrent.with_shared_statistics(network).batchnorms()
    mean = np.mean([bn.running_mean for bn in layers], axis=0)
    for bn in same:
        np.testing.assert_allclose(bn.running_mean, mean)


def test_empty_rows_come_before_the_digit_and_judging_changes_nothing():
    X, y, _, _ = load_digits()
    rows = recurrent.rows_of(X[:3], 2)
    assert rows.shape == (3, 10, 8)
    np.testing.assert_array_equal(rows[:, :2], 0)
    np.testing.assert_array_equal(rows[:, 2:].reshape(3, 64), X[:3])
    network = recurrent.Recurrent("batch norm", 0)
    recurrent.longer(network, X[:50], y[:50])
    for bn in network.batchnorms():
        assert bn.num_batches == 0
