"""The numbers of lesson 09, and its four records."""

import numpy as np
import pytest

from bn_helpers.batchnorm import BatchNorm
from bn_helpers.data import load_digits, load_recorded
from bn_helpers.experiments import reasons, reasons_companions, reasons_depth, reasons_smoothness
from bn_helpers.layers import Linear, ReLU, softmax_cross_entropy

X, Y, *TEST = load_digits()
BATCH = X[:60], Y[:60]


def test_noise_has_one_factor_and_one_offset_a_unit_up_to_a_jitter_and_passes_the_factor_back():
    x, layer = np.linspace(-1, 1, 40).reshape(20, 2), reasons.UnitNoise(4, np.random.default_rng(0))
    out = layer.forward(x, training=True)
    slopes, offsets = np.polyfit(x[:, 0], out[:, 0], 1)
    assert 1 - 0.2 < slopes < 3 + 0.2
    assert abs(offsets) < 4.2
    assert np.abs(out[:, 0] - slopes * x[:, 0] - offsets).max() < 0.5
    moved = out + layer._factor * 0.01
    np.testing.assert_allclose(moved - out, layer.backward(np.full(x.shape, 0.01)))
    np.testing.assert_allclose(layer.forward(x, training=False), 2 * x)
    assert not np.allclose(layer.forward(x, training=True), out)


def test_the_networks_of_a_seed_have_the_same_weights_and_get_the_same_batches():
    networks = [reasons.network_of(case, "ReLU", 3) for case in reasons.CASES]
    firsts = [network.layers[0].params["W"] for network, _ in networks]
    assert all(np.array_equal(W, firsts[0]) for W in firsts)
    assert len({rng.random() for _, rng in networks}) == 1


def test_without_a_step_below_the_gradient_is_the_same():
    for case in ("without", "with, noise 4"):
        network, _ = reasons.network_of(case, "ReLU", 0)
        change, cosine = reasons.shift_of_gradient(network, BATCH, lr=0)
        assert (change, cosine) == (0, pytest.approx(1))
        assert reasons.shift_of_gradient(network, BATCH)[0] > 0.01


def test_the_record_of_noise_begins_as_the_run_does_and_says_what_the_lesson_says():
    record = load_recorded("noise_after")
    for case in ("without", "with, noise 2"):
        again = reasons.record_run(case, "ReLU", 1, (X, Y, *TEST), steps=20)
        for name, values in again.items():
            recorded = record[f"ReLU, {case}"][name][1, :2]
            np.testing.assert_allclose(values, recorded, rtol=0.02, atol=0.01)
    with_noise = reasons.steps_to(record, "with, noise 2", "ReLU")
    assert (with_noise <= reasons.steps_to(record, "without", "ReLU")).all()
    assert np.isinf(reasons.steps_to(record, "without", "sigmoid")).all()


def test_looking_along_the_gradient_changes_nothing_and_begins_at_the_loss():
    network, _ = reasons.network_of("with", "ReLU", 0)
    before = network.state_dict()
    losses, change = reasons_smoothness.along_gradient(network, BATCH)
    assert all(np.array_equal(before[name], now) for name, now in network.state_dict().items())
    loss, _ = softmax_cross_entropy(network.forward(X[:60], training=True), Y[:60])
    assert losses[0] == pytest.approx(loss)
    assert change > 0


def test_the_record_of_losses_begins_as_the_run_does_and_has_both_orders():
    record = load_recorded("loss_along")
    again = reasons_smoothness.record_run("ReLU", "with", 2, X, Y, steps=10)
    case = record["ReLU, with"]
    np.testing.assert_allclose(again["losses"], case["losses"][2, :2], rtol=0.01)
    np.testing.assert_allclose(again["change"], case["change"][2, :2], rtol=0.05)
    medians = {
        (name, side): np.median(reasons_smoothness.ranges(record, name, side), axis=1)
        for name in reasons_smoothness.STARTS
        for side in reasons_smoothness.SIDES
    }
    assert medians["ReLU", "without"].min() > 10 * medians["ReLU", "with"].max()
    assert medians["sigmoid", "without"].max() < medians["sigmoid", "with"].min()


def test_a_skip_connection_adds_its_input_and_its_gradient():
    rng = np.random.default_rng(0)
    x, dout, branch = *rng.standard_normal((2, 5, 3)), [Linear(rng.standard_normal((3, 3))), ReLU()]
    skip = reasons_depth.Skip(branch)
    wanted = x + np.maximum(x @ branch[0].params["W"], 0)
    np.testing.assert_allclose(skip.forward(x, training=True), wanted, rtol=1e-12)
    dx = skip.backward(dout)
    assert np.allclose(dx - dout, branch[0].backward(branch[1].backward(dout)))
    (name,) = skip.grads
    skip.params[name][:] = 0
    assert not branch[0].params["W"].any()


def test_wide_stacks_with_batch_norm_grow_by_the_limit_whatever_the_weights_are():
    sizes = [reasons_depth.gradient_sizes("with", "ReLU", 10, s, 200, 400) for s in (1, 2)]
    assert reasons_depth.growth(sizes[0]) == pytest.approx(reasons_depth.LIMIT, abs=0.03)
    assert reasons_depth.growth(sizes[1]) == pytest.approx(reasons_depth.growth(sizes[0]), rel=0.01)


def test_the_record_of_stacks_is_that_of_its_script():
    record = load_recorded("deep_stacks")
    place = reasons_depth.SCALES.index(2)
    for kind in reasons_depth.KINDS:
        again = reasons_depth.gradient_sizes(kind, "ReLU", 10, 2)
        recorded = record[f"{kind}, depth 10"]["ReLU"][place]
        np.testing.assert_allclose(again, recorded, rtol=1e-3)
    again = reasons_depth.trained("without", 5, 1)
    assert record["without, depth 5"]["accuracy"][1] == pytest.approx(again, abs=0.02)


def test_groups_have_their_own_statistics_and_one_group_is_plain_batch_norm():
    rng = np.random.default_rng(0)
    x, dout = rng.standard_normal((2, 12, 3))
    plain, one = BatchNorm(3), reasons_companions.GroupedBatchNorm(3, 12)
    two, halves = reasons_companions.GroupedBatchNorm(3, 6), [BatchNorm(3), BatchNorm(3)]
    for layer in (plain, one, two):
        layer.out = layer.forward(x, training=True), layer.backward(dout)
    np.testing.assert_allclose(one.out, plain.out)
    np.testing.assert_allclose(one.running_var, plain.running_var)
    parts = [h.forward(part, training=True) for h, part in zip(halves, (x[:6], x[6:]))]
    backs = [h.backward(part) for h, part in zip(halves, (dout[:6], dout[6:]))]
    np.testing.assert_allclose(two.out, [np.vstack(parts), np.vstack(backs)])
    for name in ("gamma", "beta"):
        np.testing.assert_allclose(two.grads[name], sum(h.grads[name] for h in halves))
    np.testing.assert_allclose(two.running_var, np.mean([h.running_var for h in halves], axis=0))


def test_the_record_of_dropout_is_that_of_its_script():
    case = load_recorded("batch_noise")["dropout before batch norm"]
    variance, right, again = reasons_companions.record_dropout("before batch norm", 0)
    assert case["variance"][0] == pytest.approx(variance, abs=0.03)
    assert case["accuracy"][0] == pytest.approx(right, abs=0.03)
    assert case["measured again"][0] == pytest.approx(again, abs=0.03)
