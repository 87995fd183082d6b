import io
import re
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.reference import SAME, cases

from bn_helpers.batchnorm import (
    BatchNorm,
    batchnorm_backward,
    batchnorm_forward,
    batchnorm_inference,
    fold_batchnorm,
    pytorch_names,
    recalibrate,
)
from bn_helpers.gradients import numerical_gradient, relative_error
from bn_helpers.initializers import he_normal
from bn_helpers.layers import Linear, ReLU, Sigmoid, Tanh, softmax_cross_entropy
from bn_helpers.network import Network, mlp

# central differences with step 1e-5: step^2 times a third derivative, rounding / step
STEP_ERROR = 1e-7
SHAPES = {"2-D": (6, 3), "4-D": (2, 3, 2, 2)}
MODES = pytest.mark.parametrize("training", [True, False], ids=["training", "evaluation"])
LAYOUTS = pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)


def refuses(message):
    return pytest.raises(ValueError, match=f"^{re.escape(message)}$")


def random(*shape, seed=0, dtype=np.float64):
    return np.random.default_rng(seed).standard_normal(shape).astype(dtype)


def used_layer(D=3, **kwargs):
    """A layer with its own gamma, beta and statistics, as after some training."""
    layer = BatchNorm(D, **kwargs)
    layer.params = {"gamma": 1 + 0.5 * random(D, seed=1), "beta": random(D, seed=2)}
    for seed in (3, 4):
        layer.forward(3 + 2 * random(8, D, seed=seed), training=True)
    return layer


def as_bytes(layer):
    return {name: value.tobytes() for name, value in layer.state_dict().items()}


# --- PyTorch --------------------------------------------------------------------------

MOMENTA = 0.1, 0.3, None
REFERENCE = cases("torch_batchnorm")
CASES = sorted(REFERENCE)


def layer_like(ref, momentum=0.1):
    layer = BatchNorm(len(ref["gamma"]), momentum=momentum)
    layer.params = {"gamma": ref["gamma"].astype(float), "beta": ref["beta"].astype(float)}
    return layer


def forward_backward(layer, x, dout, training):
    out = layer.forward(x, training=training)
    return {
        "out": out,
        "dx": layer.backward(dout),
        "dgamma": layer.grads["gamma"],
        "dbeta": layer.grads["beta"],
    }


def unit_of(name, x):
    """dx is a difference of numbers as large as 1 / std; close rows make it large."""
    return 1 / x.std(axis=(0, 2, 3)[: x.ndim - 1], keepdims=True) if name == "dx" else 1.0


TORCH_LAYERS = pytest.mark.parametrize(
    "case", [case for case in CASES if case.startswith("batchnorm")]
)


@TORCH_LAYERS
def test_training_mode_and_its_gradients_agree_with_pytorch(case):
    ref, same = REFERENCE[case], SAME[case.split()[-1]]
    got = forward_backward(layer_like(ref), ref["x"][-1], ref["dout"], training=True)
    for name, value in got.items():
        unit = unit_of(name, ref["x"][-1])
        np.testing.assert_allclose(value / unit, ref[f"{name}_train"] / unit, **same, err_msg=name)
        assert value.dtype == ref["x"].dtype


@pytest.mark.parametrize(("row", "momentum"), list(enumerate(MOMENTA)))
@TORCH_LAYERS
def test_running_statistics_and_evaluation_mode_agree_with_pytorch(case, row, momentum):
    ref, same = REFERENCE[case], SAME[case.split()[-1]]
    layer = layer_like(ref, momentum)
    for step, x in enumerate(ref["x"]):
        layer.forward(x, training=True)
        np.testing.assert_allclose(layer.running_mean, ref["running_mean"][row, step], **same)
        np.testing.assert_allclose(layer.running_var, ref["running_var"][row, step], **same)
    got = forward_backward(layer, ref["x_eval"], ref["dout"], training=False)
    for name, value in got.items():
        np.testing.assert_allclose(value, ref[f"{name}_eval"][row], **same, err_msg=name)
        assert value.dtype == ref["x"].dtype


@pytest.mark.parametrize(
    "case", [case for case in CASES if case.startswith("batchnorm") and case.count("x") == 1]
)
def test_the_pure_functions_agree_with_pytorch(case):
    ref, same = REFERENCE[case], SAME[case.split()[-1]]
    out, cache = batchnorm_forward(ref["x"][-1], ref["gamma"], ref["beta"])
    dx, dgamma, dbeta = batchnorm_backward(ref["dout"], cache)
    for name, value in {"out": out, "dx": dx, "dgamma": dgamma, "dbeta": dbeta}.items():
        unit = unit_of(name, ref["x"][-1])
        np.testing.assert_allclose(value / unit, ref[f"{name}_train"] / unit, **same, err_msg=name)
    mean, var = ref["running_mean"][0, -1], ref["running_var"][0, -1]
    inferred = batchnorm_inference(ref["x_eval"], ref["gamma"], ref["beta"], mean, var)
    np.testing.assert_allclose(inferred, ref["out_eval"][0], **same)


@pytest.mark.parametrize("case", [case for case in CASES if case.startswith("mlp")])
def test_a_small_network_trains_as_in_pytorch(case):
    ref = REFERENCE[case]
    _, activation, dtype = case.split()
    start = {name: ref[f"start/{name}"] for name in ("0.W", "1.gamma", "1.beta", "3.W", "3.b")}
    norm = layer_like({"gamma": start["1.gamma"], "beta": start["1.beta"]})
    activation = {"Sigmoid": Sigmoid, "Tanh": Tanh, "ReLU": ReLU}[activation]()
    network = Network([Linear(start["0.W"]), norm, activation, Linear(start["3.W"], start["3.b"])])
    named = [(i, name) for i, layer in enumerate(network.layers) for name in layer.params]
    assert [f"{i}.{name}" for i, name in named] == list(start)

    for step, (X, y) in enumerate(zip(ref["X"], ref["y"])):
        loss, dlogits = softmax_cross_entropy(network.forward(X, training=True), y)
        assert loss == pytest.approx(ref["losses"][step], rel=SAME[dtype]["rtol"])
        network.backward(dlogits)
        for i, name in named:
            gradient = network.layers[i].grads[name]
            if step == 0:
                np.testing.assert_allclose(gradient, ref[f"gradient/{i}.{name}"], **SAME[dtype])
            network.layers[i].params[name] = (
                network.layers[i].params[name] - float(ref["lr"]) * gradient
            )

    for i, name in named:
        np.testing.assert_allclose(
            network.layers[i].params[name], ref[f"end/{i}.{name}"], **SAME[dtype]
        )
    for name in ("running_mean", "running_var"):
        np.testing.assert_allclose(getattr(norm, name), ref[name], **SAME[dtype])
    np.testing.assert_allclose(
        network.forward(ref["X"][0], training=False), ref["logits_eval"], **SAME[dtype]
    )


# --- by hand, and finite differences --------------------------------------------------


def test_four_numbers_by_hand():
    x, gamma, beta = np.array([[1.0], [2.0], [3.0], [6.0]]), np.array([2.0]), np.array([10.0])
    out, cache = batchnorm_forward(x, gamma, beta, eps=0.5)
    assert cache.mu == 3
    assert cache.var == 3.5
    assert cache.std == 2
    np.testing.assert_array_equal(cache.x_hat, [[-1], [-0.5], [0], [1.5]])
    np.testing.assert_array_equal(out, [[8], [9], [10], [13]])


def test_running_statistics_by_hand():
    layer = BatchNorm(1, momentum=0.25)
    layer.forward(np.array([[1.0], [3.0]]), training=True)  # mean 2, unbiased variance 2
    np.testing.assert_array_equal(layer.running_mean, [0.5])
    np.testing.assert_array_equal(layer.running_var, [1.25])
    layer.forward(np.array([[4.0], [8.0]]), training=True)  # mean 6, unbiased variance 8
    np.testing.assert_array_equal(layer.running_mean, [1.875])
    np.testing.assert_array_equal(layer.running_var, [2.9375])
    assert layer.num_batches == 2


def test_without_momentum_the_running_statistics_are_plain_averages():
    layer = BatchNorm(1, momentum=None)
    for low, high in ((1.0, 3.0), (4.0, 8.0)):
        layer.forward(np.array([[low], [high]]), training=True)
    np.testing.assert_array_equal(layer.running_mean, [4.0])
    np.testing.assert_array_equal(layer.running_var, [5.0])


def test_momentum_0_never_learns_and_momentum_1_forgets_at_once():
    fixed, forgetful, x = BatchNorm(3, momentum=0), BatchNorm(3, momentum=1), random(5, 3)
    for layer in (fixed, forgetful):
        layer.forward(random(4, 3, seed=1), training=True)
        layer.forward(x, training=True)
    np.testing.assert_array_equal(fixed.running_mean, np.zeros(3))
    np.testing.assert_array_equal(fixed.running_var, np.ones(3))
    np.testing.assert_allclose(forgetful.running_mean, x.mean(axis=0), atol=1e-15)
    np.testing.assert_allclose(forgetful.running_var, x.var(axis=0, ddof=1), rtol=1e-14)


def test_a_new_layer_is_the_identity_in_evaluation_but_for_eps():
    x = random(5, 3)
    np.testing.assert_allclose(
        BatchNorm(3).forward(x, training=False), x / np.sqrt(1 + 1e-5), rtol=1e-14
    )


@pytest.mark.parametrize("name", ["x", "gamma", "beta"])
def test_batchnorm_backward_agrees_with_finite_differences(name):
    arguments = {"x": random(6, 3), "gamma": random(3, seed=1), "beta": random(3, seed=2)}
    dout = random(6, 3, seed=3)
    _, cache = batchnorm_forward(**arguments)
    ours = dict(zip(("x", "gamma", "beta"), batchnorm_backward(dout, cache)))
    numerical = numerical_gradient(
        lambda v: batchnorm_forward(**(arguments | {name: v}))[0], arguments[name], dout
    )
    assert relative_error(ours[name], numerical) < STEP_ERROR


@MODES
@LAYOUTS
@pytest.mark.parametrize("name", ["x", "gamma", "beta"])
def test_the_backward_of_the_layer_agrees_with_finite_differences(name, shape, training):
    layer, x, dout = used_layer(), random(*shape, seed=5), random(*shape, seed=6)
    state = layer.state_dict()

    def out(value):
        fresh = BatchNorm(3)
        fresh.load_state_dict(state | ({} if name == "x" else {name: value}))
        return fresh.forward(value if name == "x" else x, training=training)

    layer.forward(x, training=training)
    ours = {"x": layer.backward(dout)} | layer.grads
    numerical = numerical_gradient(out, x if name == "x" else state[name], dout)
    assert relative_error(ours[name], numerical) < STEP_ERROR


# --- laws -----------------------------------------------------------------------------

LAW = settings(deadline=None, derandomize=True, max_examples=150)


class Batch(NamedTuple):
    x: np.ndarray
    gamma: np.ndarray
    beta: np.ndarray
    dout: np.ndarray

    @property
    def var(self):
        """In float64, and exactly 0 for a constant feature, which NumPy's is not."""
        x = self.x.astype(float)
        return (x - x[0]).var(axis=0)

    @property
    def rounding(self):
        """The error of a few sums of N rounded terms, relative to the largest."""
        return 8 * len(self.x) * float(np.finfo(self.x.dtype).eps)

    def forward(self, eps=1e-5):
        return batchnorm_forward(self.x, self.gamma, self.beta, eps)

    def dx_size(self, cache):
        """(D,): what the terms of dx may reach before they cancel."""
        return np.sqrt(len(self.x)) * np.abs(self.gamma / cache.std) * np.abs(self.dout).max(axis=0)


@st.composite
def batches(draw, dtypes=(np.float32, np.float64), means=(0, 1, 1e4), constant_features=True):
    """Random batches: N = 2, N = D, D = 1, scales 1e-4 to 1e4, far from 0, constant."""
    D = draw(st.integers(1, 6))
    N = draw(st.one_of(st.just(2), st.just(max(D, 2)), st.integers(2, 40)))
    dtype, mean = draw(st.sampled_from(dtypes)), draw(st.sampled_from(means))
    scale, dout_scale = (10.0 ** draw(st.integers(-4, 4)) for _ in range(2))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    x = mean + scale * rng.standard_normal((N, D))
    if constant_features and draw(st.booleans()):
        x[:, 0] = x[0, 0]
    others = rng.normal(1, 0.5, D), rng.standard_normal(D), dout_scale * rng.standard_normal((N, D))
    return Batch(*(array.astype(dtype) for array in (x, *others)))


@LAW
@given(batches())
def test_normalized_values_have_mean_0(batch):
    _, cache = batch.forward()
    assert np.abs(cache.x_hat.mean(axis=0, dtype=float)).max() <= batch.rounding


@LAW
@given(batches())
def test_normalized_values_have_mean_square_var_over_var_plus_eps(batch):
    _, cache = batch.forward()
    mean_square = (cache.x_hat.astype(float) ** 2).mean(axis=0)
    np.testing.assert_allclose(mean_square, batch.var / (batch.var + 1e-5), rtol=batch.rounding)


@LAW
@given(batches())
def test_no_normalized_value_exceeds_the_square_root_of_N_minus_1(batch):
    _, cache = batch.forward()
    assert np.abs(cache.x_hat).max() <= np.sqrt(len(batch.x) - 1) * (1 + batch.rounding)


def test_one_outlier_reaches_the_bound_the_square_root_of_N_minus_1():
    x = np.zeros((10, 1))
    x[0] = 1
    _, cache = batchnorm_forward(x, [1.0], [0.0], eps=0)
    np.testing.assert_allclose(cache.x_hat[0], 3, rtol=1e-15)


@LAW
@given(batches())
def test_the_cache_holds_the_mean_and_the_biased_variance_of_each_feature(batch):
    _, cache = batch.forward()
    mu = batch.x[0] + (batch.x - batch.x[0].astype(float)).mean(axis=0)
    np.testing.assert_allclose(
        cache.mu, mu, rtol=1e-15, atol=batch.rounding * np.sqrt(batch.var.max())
    )
    np.testing.assert_allclose(cache.var, batch.var, rtol=batch.rounding)
    np.testing.assert_allclose(cache.std**2, cache.var + 1e-5, rtol=batch.rounding)


@LAW
@given(batches())
def test_the_output_is_gamma_x_hat_plus_beta(batch):
    out, cache = batch.forward()
    np.testing.assert_array_equal(out, batch.gamma * cache.x_hat + batch.beta)


@LAW
@given(batches(means=(0,)), st.integers(-4096, 4096), st.integers(-13, 13))
def test_shifting_a_feature_changes_nothing(batch, shift, exponent):
    grid = np.round(batch.x / np.abs(batch.x).max() * 256)  # integers, so that the shift is exact
    unit = np.ldexp(1.0, exponent)
    moved, still = (
        batchnorm_forward(((grid + s) * unit).astype(batch.x.dtype), batch.gamma, batch.beta)[0]
        for s in (shift, 0)
    )
    np.testing.assert_allclose(moved, still, rtol=0, atol=batch.rounding * np.abs(still).max())


@LAW
@given(batches(means=(0, 1), constant_features=False), st.integers(-8, 8))
def test_without_eps_scaling_by_a_power_of_two_changes_no_bit(batch, exponent):
    scaled = batch._replace(x=np.ldexp(batch.x, exponent))
    np.testing.assert_array_equal(scaled.forward(eps=0)[1].x_hat, batch.forward(eps=0)[1].x_hat)


@LAW
@given(batches(dtypes=(np.float32,), means=(1e4,)))
def test_float32_far_from_0_agrees_with_float64(batch):
    wide = Batch(*(array.astype(float) for array in batch))
    (out, cache), (wide_out, wide_cache) = batch.forward(), wide.forward()
    dx, dgamma, _ = batchnorm_backward(batch.dout, cache)
    wide_dx, wide_dgamma, _ = batchnorm_backward(wide.dout, wide_cache)
    for narrow, exact in (
        (out, wide_out),
        (cache.x_hat, wide_cache.x_hat),
        (cache.var, wide_cache.var),
    ):
        np.testing.assert_allclose(narrow, exact, rtol=1e-4, atol=1e-4 * np.abs(exact).max())
    assert (np.abs(dx - wide_dx) <= 1e-4 * wide.dx_size(wide_cache)).all()
    assert (np.abs(dgamma - wide_dgamma) <= 1e-4 * np.abs(wide.dout).sum(axis=0)).all()


@LAW
@given(
    st.floats(-(2.0**100), 2.0**100, width=32),
    st.integers(1, 1000),
    st.sampled_from([np.float32, np.float64]),
    st.integers(0, 1000),
)
def test_a_constant_feature_gives_exactly_beta(value, N, dtype, seed):
    gamma, beta = random(2, seed=seed, dtype=dtype)[:, None]
    out, cache = batchnorm_forward(np.full((N, 1), value, dtype), gamma, beta)
    assert (out == beta).all()
    assert cache.var == 0


@LAW
@given(batches())
def test_the_gradients_to_gamma_and_beta_are_sums_over_the_batch(batch):
    _, cache = batch.forward()
    _, dgamma, dbeta = batchnorm_backward(batch.dout, cache)
    terms = {"dgamma": (dgamma, batch.dout * cache.x_hat), "dbeta": (dbeta, batch.dout)}
    for got, summed in terms.values():
        np.testing.assert_allclose(
            got, summed.sum(axis=0, dtype=float), rtol=0, atol=batch.rounding * np.abs(summed).sum()
        )


@LAW
@given(batches())
def test_dx_sums_to_0_over_the_batch(batch):
    _, cache = batch.forward()
    dx, _, _ = batchnorm_backward(batch.dout, cache)
    assert (
        np.abs(dx.sum(axis=0, dtype=float)) <= len(dx) * batch.rounding * batch.dx_size(cache)
    ).all()


@LAW
@given(batches())
def test_dx_along_x_hat_is_only_of_the_order_of_eps(batch):
    _, cache = batch.forward()
    dx, dgamma, _ = batchnorm_backward(batch.dout, cache)
    along = (dx.astype(float) * cache.x_hat).sum(axis=0)
    expected = batch.gamma / cache.std * dgamma * 1e-5 / (cache.var + 1e-5)
    assert (np.abs(along - expected) <= len(dx) * batch.rounding * batch.dx_size(cache)).all()


@LAW
@given(batches(), st.floats(-1e3, 1e3))
def test_a_constant_upstream_gradient_gives_dx_0(batch, value):
    batch = batch._replace(dout=np.full_like(batch.x, value))
    _, cache = batch.forward()
    dx, _, dbeta = batchnorm_backward(batch.dout, cache)
    assert (np.abs(dx) <= batch.rounding * batch.dx_size(cache)).all()
    np.testing.assert_allclose(dbeta, len(dx) * batch.dout[0], rtol=batch.rounding)


@LAW
@given(batches())
def test_a_batch_of_one_gives_beta_and_dx_0(batch):
    one = batch._replace(x=batch.x[:1], dout=batch.dout[:1])
    out, cache = one.forward()
    dx, dgamma, dbeta = batchnorm_backward(one.dout, cache)
    np.testing.assert_array_equal(out, [batch.beta])
    np.testing.assert_array_equal(dx, np.zeros_like(dx))
    np.testing.assert_array_equal(dgamma, np.zeros_like(dgamma))
    np.testing.assert_array_equal(dbeta, batch.dout[0])


@LAW
@given(batches(means=(0,), constant_features=False))
def test_for_a_batch_of_two_dx_is_of_the_size_of_eps(batch):
    two = batch._replace(x=batch.x[:2], dout=batch.dout[:2])
    _, cache = two.forward()
    dx, _, _ = batchnorm_backward(two.dout, cache)
    bound = two.dx_size(cache) * (1e-5 / (cache.var + 1e-5) + two.rounding)
    assert (np.abs(dx) <= bound).all()


@LAW
@given(batches())
def test_no_function_modifies_its_arguments_and_all_keep_the_dtype(batch):
    mean, var = batch.x.mean(axis=0), batch.x.var(axis=0)
    for array in (*batch, mean, var):
        array.flags.writeable = False
    out, cache = batch.forward()
    results = [out, cache.x_hat, cache.std, *batchnorm_backward(batch.dout, cache)]
    results.append(batchnorm_inference(batch.x, batch.gamma, batch.beta, mean, var))
    layer = BatchNorm(batch.x.shape[1])
    for training in (True, False):
        results += forward_backward(layer, batch.x, batch.dout, training).values()
    assert {array.dtype for array in results} == {batch.x.dtype}
    assert layer.running_mean.dtype == layer.running_var.dtype == np.float64


@LAW
@given(batches())
def test_the_layer_in_training_is_the_pure_function(batch):
    layer = BatchNorm(batch.x.shape[1])
    layer.params = {"gamma": batch.gamma, "beta": batch.beta}
    got = forward_backward(layer, batch.x, batch.dout, training=True)
    out, cache = batch.forward()
    for ours, pure in zip(got.values(), (out, *batchnorm_backward(batch.dout, cache))):
        np.testing.assert_array_equal(ours, pure)


@LAW
@given(batches())
def test_the_layer_in_evaluation_is_the_inference_function(batch):
    layer = used_layer(batch.x.shape[1])
    p = layer.params
    expected = batchnorm_inference(
        batch.x, p["gamma"], p["beta"], layer.running_mean, layer.running_var
    )
    atol = batch.rounding * np.abs(expected).max()  # the layer has gamma and beta in the dtype of x
    np.testing.assert_allclose(layer.forward(batch.x, training=False), expected, rtol=0, atol=atol)


@LAW
@given(batches())
def test_evaluation_leaves_every_bit_of_the_state(batch):
    layer = used_layer(batch.x.shape[1])
    before = as_bytes(layer)
    forward_backward(layer, batch.x, batch.dout, training=False)
    assert as_bytes(layer) == before


@LAW
@given(batches(), st.sampled_from([0.1, 0.3, None]))
def test_a_state_dict_gives_a_twin(batch, momentum):
    D = batch.x.shape[1]
    layer, twin = used_layer(D, momentum=momentum), BatchNorm(D, momentum=momentum)
    twin.load_state_dict(layer.state_dict())
    assert as_bytes(twin) == as_bytes(layer)
    for training in (True, False):
        ours, theirs = (
            forward_backward(each, batch.x, batch.dout, training) for each in (layer, twin)
        )
        for name, value in ours.items():
            np.testing.assert_array_equal(value, theirs[name])
    assert as_bytes(twin) == as_bytes(layer)


@LAW
@given(
    st.tuples(st.integers(1, 4), st.integers(1, 4), st.integers(1, 4), st.integers(2, 4)),
    st.sampled_from([np.float32, np.float64]),
    st.integers(0, 1000),
)
def test_a_batch_of_images_is_a_batch_of_their_places(shape, dtype, seed):
    C = shape[1]
    x, dout = 3 + random(*shape, seed=seed, dtype=dtype), random(*shape, seed=seed + 1, dtype=dtype)

    def rows(images):
        return np.array([images[n, :, h, w] for n, h, w in np.ndindex(shape[0], *shape[2:])])

    for training in (True, False):
        images, flat = used_layer(C), used_layer(C)
        got = forward_backward(images, x, dout, training)
        expected = forward_backward(flat, rows(x), rows(dout), training)
        got |= {name: rows(got[name]) for name in ("out", "dx")}
        rounding = 100 * np.finfo(dtype).eps  # memory order decides the order of the sums
        for name, value in expected.items():
            np.testing.assert_allclose(
                got[name], value, rtol=rounding, atol=rounding * np.abs(value).max()
            )
        for name, value in flat.state_dict().items():
            np.testing.assert_allclose(images.state_dict()[name], value, rtol=rounding)


@LAW
@given(
    st.integers(1, 6),
    st.integers(1, 6),
    st.sampled_from([np.float32, np.float64]),
    st.booleans(),
    st.integers(0, 1000),
)
def test_folding_equals_linear_then_batch_norm_in_evaluation(D, M, dtype, bias, seed):
    x, W = random(7, D, seed=seed, dtype=dtype), random(D, M, seed=seed + 1, dtype=dtype)
    b = random(M, seed=seed + 2, dtype=dtype) if bias else None
    layer = used_layer(M)
    expected = layer.forward(Linear(W, b).forward(x, training=False), training=False)
    folded_W, folded_b = fold_batchnorm(W, b, layer)
    assert folded_W.dtype == folded_b.dtype == dtype
    rounding = 20 * np.finfo(dtype).eps * (np.abs(x) @ np.abs(folded_W) + np.abs(folded_b)).max()
    np.testing.assert_allclose(x @ folded_W + folded_b, expected, rtol=0, atol=rounding)


def test_folding_modifies_neither_weights_nor_layer():
    W, b, layer = random(4, 3), random(3), used_layer()
    W.flags.writeable = b.flags.writeable = False
    before = as_bytes(layer)
    fold_batchnorm(W, b, layer)
    assert as_bytes(layer) == before


@pytest.mark.parametrize("x", [np.array([[1, 2], [3, 5]]), [[1, 2], [3, 5]]])
def test_integers_become_float64(x):
    ones, zeros = np.ones(2), np.zeros(2)
    out, cache = batchnorm_forward(x, [1, 1], [0, 0])
    outputs = out, batchnorm_backward(x, cache)[0], batchnorm_inference(x, ones, zeros, zeros, ones)
    layer = BatchNorm(2)
    outputs += tuple(layer.forward(np.array(x), training=training) for training in (True, False))
    assert {array.dtype for array in outputs} == {np.dtype(np.float64)}
    np.testing.assert_allclose(out, [[-1, -1], [1, 1]], rtol=1e-5)


def test_gamma_beta_and_dout_take_the_dtype_of_x():
    x, dout = random(5, 3, dtype=np.float32), random(5, 3, seed=1)
    out, cache = batchnorm_forward(x, random(3), random(3))
    results = out, cache.x_hat, *batchnorm_backward(dout, cache)
    assert {array.dtype for array in results} == {np.dtype(np.float32)}


def test_inference_subtracts_a_float32_mean_in_float64():
    x, mean = random(50, 3, dtype=np.float32), random(3, seed=1, dtype=np.float32)
    gamma, beta, var = random(3, seed=2), random(3, seed=3), 1 + random(3, seed=4) ** 2
    expected = gamma * ((x - mean.astype(float)) / np.sqrt(var + 1e-5)) + beta
    np.testing.assert_array_equal(
        batchnorm_inference(x, gamma, beta, mean, var), expected.astype(np.float32)
    )


def test_resetting_forgets_the_statistics_but_not_gamma_and_beta():
    layer = used_layer()
    params = {name: value.copy() for name, value in layer.params.items()}
    layer.reset_statistics()
    np.testing.assert_array_equal(layer.running_mean, np.zeros(3))
    np.testing.assert_array_equal(layer.running_var, np.ones(3))
    assert layer.num_batches == 0
    for name, value in params.items():
        np.testing.assert_array_equal(layer.params[name], value)


def test_a_state_dict_is_a_copy_both_ways():
    layer = used_layer()
    before, state = as_bytes(layer), layer.state_dict()
    other = BatchNorm(3)
    other.load_state_dict(state)
    for value in state.values():
        value += 1
    assert as_bytes(layer) == before
    assert as_bytes(other) == before


# --- recalibration --------------------------------------------------------------------


def deep_network():
    network = mlp(
        [4, 6, 5, 3],
        activation=Tanh,
        initializer=he_normal,
        rng=np.random.default_rng(0),
        batchnorm=True,
    )
    network.forward(random(9, 4, seed=1), training=True)
    return network


def norms(network):
    return [layer for layer in network.layers if isinstance(layer, BatchNorm)]


@pytest.mark.parametrize("rows", [20, 23, 24])
def test_recalibration_takes_the_plain_average_over_the_full_batches(rows):
    network, X = deep_network(), random(rows, 4, seed=2)
    params = [layer.params["W"].copy() for layer in network.layers if "W" in layer.params]
    recalibrate(network, X, 5)

    weights, h = (
        [layer.params["W"] for layer in network.layers if "W" in layer.params],
        X[:20].reshape(4, 5, 4),
    )
    for W, norm in zip(weights, norms(network)):
        z = h @ W  # (4 batches, 5, H)
        mu, var = z.mean(axis=1), z.var(axis=1)
        np.testing.assert_allclose(norm.running_mean, mu.mean(axis=0), rtol=1e-10, atol=1e-14)
        np.testing.assert_allclose(norm.running_var, (var * 5 / 4).mean(axis=0), rtol=1e-10)
        assert norm.num_batches == 4
        assert norm.momentum == 0.1
        h = np.tanh((z - mu[:, None]) / np.sqrt(var[:, None] + norm.eps))
    for before, after in zip(params, weights):
        np.testing.assert_array_equal(before, after)


def test_one_batch_is_enough_to_recalibrate():
    network, X = Network([BatchNorm(3)]), random(5, 3)
    recalibrate(network, X, 5)
    np.testing.assert_allclose(network.layers[0].running_mean, X.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(network.layers[0].running_var, X.var(axis=0, ddof=1), rtol=1e-12)


def test_recalibrating_twice_changes_nothing():
    network, X = deep_network(), random(20, 4, seed=2)
    recalibrate(network, X, 5)
    once = [as_bytes(norm) for norm in norms(network)]
    recalibrate(network, X, 5)
    assert [as_bytes(norm) for norm in norms(network)] == once


class Failing(Tanh):
    """Raises at its second call."""

    def __init__(self, error):
        self.calls, self.error = 0, error

    def forward(self, x, *, training):
        self.calls += 1
        if self.calls == 2:
            raise self.error
        return super().forward(x, training=training)


def assert_recalibration_fails_and_restores(network, X, error):
    before = [(as_bytes(norm), norm.momentum) for norm in norms(network)]
    with pytest.raises(error):
        recalibrate(network, X, 5)
    assert [(as_bytes(norm), norm.momentum) for norm in norms(network)] == before


def test_recalibration_restores_everything_if_the_data_turn_bad_midway():
    X = random(20, 4)
    X[7, 2] = np.nan
    assert_recalibration_fails_and_restores(deep_network(), X, ValueError)


@pytest.mark.parametrize(
    "error", [RuntimeError("midway"), KeyboardInterrupt()], ids=["error", "interrupt"]
)
def test_recalibration_restores_everything_if_a_layer_raises_midway(error):
    network = deep_network()
    norms(network)[1].momentum = 0.3
    network.layers[2] = Failing(error)
    assert_recalibration_fails_and_restores(network, random(20, 4), type(error))


def test_recalibration_restores_statistics_that_diverged():
    network, X = deep_network(), random(20, 4)
    norms(network)[0].running_var = np.full(6, np.inf)
    before = [as_bytes(norm) for norm in norms(network)]
    X[7, 2] = np.nan
    with pytest.raises(ValueError, match=r"^X: expected finite numbers"):
        recalibrate(network, X, 5)
    assert [as_bytes(norm) for norm in norms(network)] == before


# --- what is refused ------------------------------------------------------------------

X23 = np.ones((2, 3))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"x": [1.0, 2.0]}, "x: expected shape (N, D), got shape (2,)"),
        ({"x": np.ones((2, 3, 1, 1))}, "x: expected shape (N, D), got shape (2, 3, 1, 1)"),
        ({"x": np.ones((0, 3))}, "x: expected shape (N, D), got shape (0, 3)"),
        ({"x": [[1, 2, 3], [4, 5]]}, "x: expected shape (N, D), got rows of different lengths"),
        ({"x": [["a", "b", "c"]]}, "x: expected float32 or float64 numbers, got dtype <U1"),
        ({"x": X23 * 1j}, "x: expected float32 or float64 numbers, got dtype complex128"),
        (
            {"x": X23.astype(np.float16)},
            "x: expected float32 or float64 numbers, got dtype float16",
        ),
        ({"x": X23 > 0}, "x: expected float32 or float64 numbers, got dtype bool"),
        (
            {"x": [[1, 2, np.nan], [4, 5, 6]]},
            "x: expected finite numbers, got 1 NaN or infinite, the first at index (0, 2)",
        ),
        (
            {"x": X23 * np.inf},
            "x: expected finite numbers, got 6 NaN or infinite, the first at index (0, 0)",
        ),
        ({"gamma": np.ones(2)}, "gamma: expected shape (3,), got shape (2,)"),
        ({"gamma": np.ones((1, 3))}, "gamma: expected shape (3,), got shape (1, 3)"),
        ({"gamma": 1.0}, "gamma: expected shape (3,), got shape ()"),
        (
            {"gamma": [1, np.nan, 1]},
            "gamma: expected finite numbers, got 1 NaN or infinite, the first at index (1,)",
        ),
        ({"beta": np.ones(4)}, "beta: expected shape (3,), got shape (4,)"),
        ({"beta": np.ones(3, bool)}, "beta: expected float32 or float64 numbers, got dtype bool"),
        ({"eps": -1e-5}, "eps: expected a finite number of at least 0, got -1e-05"),
        ({"eps": np.nan}, "eps: expected a finite number of at least 0, got nan"),
        ({"eps": None}, "eps: expected a finite number of at least 0, got None"),
        (
            {"x": [[1, 2, 3], [4, 2, 5]], "eps": 0},
            "eps: expected more than 0, since feature 1 of x is constant; got 0",
        ),
        (
            {"x": np.array([[1e20, 0, 0], [-1e20, 0, 0]], np.float32)},
            "x: expected values whose squares float32 can hold, got up to 1.0e+20",
        ),
        (
            {"x": [[1e200, 0, 0], [0, 0, 0]]},
            "x: expected values whose squares float64 can hold, got up to 1.0e+200",
        ),
        (
            {"x": np.full((3, 3), 1e308)},
            "x: expected values whose squares float64 can hold, got up to 1.0e+308",
        ),
    ],
)
def test_batchnorm_forward_refuses_wrong_arguments_by_name(arguments, message):
    with refuses(message):
        batchnorm_forward(**({"x": X23, "gamma": np.ones(3), "beta": np.zeros(3)} | arguments))


@pytest.mark.parametrize(
    ("dout", "message"),
    [
        (np.ones((3, 3)), "dout: expected shape (2, 3), got shape (3, 3)"),
        (np.ones((1, 3)), "dout: expected shape (2, 3), got shape (1, 3)"),
        (1.0, "dout: expected shape (2, 3), got shape ()"),
        ([[1, 2, 3], [4]], "dout: expected shape (2, 3), got rows of different lengths"),
        (X23 * 1j, "dout: expected float32 or float64 numbers, got dtype complex128"),
        (
            X23 * np.nan,
            "dout: expected finite numbers, got 6 NaN or infinite, the first at index (0, 0)",
        ),
    ],
)
def test_batchnorm_backward_refuses_a_wrong_upstream_gradient(dout, message):
    _, cache = batchnorm_forward(X23, np.ones(3), np.zeros(3))
    with refuses(message):
        batchnorm_backward(dout, cache)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"x": np.ones(3)}, "x: expected shape (N, D), got shape (3,)"),
        ({"gamma": np.ones(2)}, "gamma: expected shape (3,), got shape (2,)"),
        ({"beta": np.ones(2)}, "beta: expected shape (3,), got shape (2,)"),
        ({"mean": np.ones(2)}, "mean: expected shape (3,), got shape (2,)"),
        ({"var": np.ones(2)}, "var: expected shape (3,), got shape (2,)"),
        (
            {"mean": [0, 0, np.nan]},
            "mean: expected finite numbers, got 1 NaN or infinite, the first at index (2,)",
        ),
        ({"var": [1, -1, 1]}, "var: expected variances of at least 0, got -1.0"),
        ({"eps": -1}, "eps: expected a finite number of at least 0, got -1"),
        (
            {"var": [1, 0, 1], "eps": 0},
            "eps: expected more than 0, since var of feature 1 is 0; got 0",
        ),
    ],
)
def test_batchnorm_inference_refuses_wrong_arguments_by_name(arguments, message):
    usual = {
        "x": X23,
        "gamma": np.ones(3),
        "beta": np.zeros(3),
        "mean": np.zeros(3),
        "var": np.ones(3),
    }
    with refuses(message):
        batchnorm_inference(**(usual | arguments))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"num_features": 0}, "num_features: expected a whole number of at least 1, got 0"),
        ({"num_features": 2.0}, "num_features: expected a whole number of at least 1, got 2.0"),
        ({"momentum": 1.5}, "momentum: expected a finite number from 0 to 1, got 1.5"),
        ({"momentum": -0.1}, "momentum: expected a finite number from 0 to 1, got -0.1"),
        ({"momentum": np.nan}, "momentum: expected a finite number from 0 to 1, got nan"),
        ({"eps": -1e-5}, "eps: expected a finite number of at least 0, got -1e-05"),
        ({"eps": np.inf}, "eps: expected a finite number of at least 0, got inf"),
        ({"eps": "small"}, "eps: expected a finite number of at least 0, got 'small'"),
    ],
)
def test_the_layer_refuses_wrong_settings_by_name(arguments, message):
    with refuses(message):
        BatchNorm(**({"num_features": 3} | arguments))


@MODES
@pytest.mark.parametrize("shape", [(3,), (2, 4), (2, 4, 3, 3), (2, 3, 4), (0, 3), (2, 3, 0, 4)])
def test_the_layer_refuses_input_of_another_shape(shape, training):
    with refuses(f"x: expected shape (N, 3) or (N, 3, H, W), got shape {shape}"):
        BatchNorm(3).forward(np.ones(shape), training=training)


@pytest.mark.parametrize("shape", [(1, 3), (1, 3, 1, 1)])
def test_one_value_per_channel_is_refused_in_training_alone(shape):
    layer = used_layer()
    before = as_bytes(layer)
    with refuses(f"x: expected more than one value per channel in training, got shape {shape}"):
        layer.forward(np.ones(shape), training=True)
    assert as_bytes(layer) == before
    assert layer.forward(np.ones(shape), training=False).shape == shape


def test_one_image_of_several_places_is_enough_for_training():
    layer, x = BatchNorm(1, momentum=1), np.array([[[[1.0, 3.0]]]])
    np.testing.assert_allclose(layer.forward(x, training=True), [[[[-1, 1]]]], rtol=1e-5)
    np.testing.assert_array_equal(layer.running_var, [2.0])


def test_a_forgotten_mode_is_an_error():
    with pytest.raises(TypeError, match="training"):
        BatchNorm(3).forward(X23)


@MODES
@pytest.mark.parametrize("shape", [(4, 2), (5, 3), (1, 3), (4, 3, 1, 1)])
def test_the_layer_refuses_an_upstream_gradient_of_another_shape(shape, training):
    layer = BatchNorm(3)
    layer.forward(random(4, 3), training=training)
    with refuses(f"dout: expected shape (4, 3), got shape {shape}"):
        layer.backward(np.ones(shape))


NAMES = "['beta', 'gamma', 'num_batches', 'running_mean', 'running_var']"
DROP = object()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"gamma": DROP},
            f"state: expected the names {NAMES}, got ['beta', 'num_batches', 'running_mean', "
            "'running_var']",
        ),
        ({"zeta": 1}, f"state: expected the names {NAMES}, got {NAMES[:-1]}, 'zeta']"),
        ({"gamma": np.ones(4)}, "state['gamma']: expected shape (3,), got shape (4,)"),
        ({"beta": 0.0}, "state['beta']: expected shape (3,), got shape ()"),
        (
            {"running_mean": np.ones((1, 3))},
            "state['running_mean']: expected shape (3,), got shape (1, 3)",
        ),
        ({"num_batches": [1, 2]}, "state['num_batches']: expected shape (), got shape (2,)"),
        (
            {"beta": [1, 2, 3j]},
            "state['beta']: expected float32 or float64 numbers, got dtype complex128",
        ),
        (
            {"running_mean": [0, np.inf, 0]},
            "state['running_mean']: expected finite numbers, got 1 NaN or infinite, the first at "
            "index (1,)",
        ),
        (
            {"running_var": [1, 2, -3.0]},
            "state['running_var']: expected variances of at least 0, got -3.0",
        ),
    ],
)
def test_a_wrong_state_is_refused_and_changes_nothing(changes, message):
    layer = used_layer()
    before = as_bytes(layer)
    state = {
        name: value
        for name, value in (BatchNorm(3).state_dict() | changes).items()
        if value is not DROP
    }
    with refuses(message):
        layer.load_state_dict(state)
    assert as_bytes(layer) == before


def damaged(content):
    middle = len(content) // 4
    return content[:middle] + bytes(8) + content[middle + 8 :]


@pytest.mark.parametrize(
    ("changes", "damage"),
    [({}, damaged), ({"gamma": np.array([None, 1, 2])}, bytes)],
    ids=["damaged", "objects"],
)
def test_a_damaged_file_of_a_state_is_refused_and_changes_nothing(changes, damage):
    layer = used_layer()
    before, file = as_bytes(layer), io.BytesIO()
    np.savez(file, **BatchNorm(3).state_dict() | changes)
    with (
        np.load(io.BytesIO(damage(file.getvalue()))) as state,
        pytest.raises(
            ValueError, match=r"^state: expected arrays, got a damaged file \(.+\); save it again$"
        ),
    ):
        layer.load_state_dict(state)
    assert as_bytes(layer) == before


@pytest.mark.parametrize("state", [None, [1], {1: 2, "gamma": 3}, np.ones(3), "gamma"])
def test_what_is_no_state_at_all_is_refused_by_name(state):
    with pytest.raises(ValueError, match=r"^state: expected the names \['beta', .+\], got .+"):
        BatchNorm(3).load_state_dict(state)


@pytest.mark.parametrize("cache", [None, (X23,) * 5, X23, {"x_hat": X23}])
def test_what_is_no_cache_is_refused_by_name(cache):
    with refuses(f"cache: expected what batchnorm_forward returned, got {type(cache).__name__}"):
        batchnorm_backward(X23, cache)


@pytest.mark.parametrize("name", ["x_hat", "gamma", "std"])
def test_what_does_not_belong_into_a_cache_is_refused_by_name(name):
    cache = batchnorm_forward(random(2, 3), np.ones(3), np.zeros(3))[1]
    for bad in (
        None,
        np.ma.array(getattr(cache, name)),
        np.full_like(getattr(cache, name), np.nan),
    ):
        with pytest.raises(ValueError, match=rf"^cache\.{name}: expected .+, got .+"):
            batchnorm_backward(X23, cache._replace(**{name: bad}))


@pytest.mark.parametrize("value", [-1, 2.5])
def test_a_number_of_batches_that_is_no_count_is_refused(value):
    layer = used_layer()
    before = as_bytes(layer)
    with pytest.raises(
        ValueError,
        match=rf"^state\['num_batches'\]: expected a whole number of at least 0, got .*{value}",
    ):
        layer.load_state_dict(BatchNorm(3).state_dict() | {"num_batches": value})
    assert as_bytes(layer) == before


@pytest.mark.parametrize(
    ("W", "b", "message"),
    [
        (np.ones((4, 2)), None, "W: expected shape (D, 3), got shape (4, 2)"),
        (np.ones(3), None, "W: expected shape (D, 3), got shape (3,)"),
        (
            np.full((1, 3), np.nan),
            None,
            "W: expected finite numbers, got 3 NaN or infinite, the first at index (0, 0)",
        ),
        (np.ones((4, 3)), np.ones(4), "b: expected shape (3,), got shape (4,)"),
        (
            np.ones((4, 3)),
            [1j, 1, 1],
            "b: expected float32 or float64 numbers, got dtype complex128",
        ),
    ],
)
def test_folding_refuses_wrong_weights_by_name(W, b, message):
    with refuses(message):
        fold_batchnorm(W, b, BatchNorm(3))


@pytest.mark.parametrize(
    ("X", "batch_size", "message"),
    [
        (np.ones((4, 4)), 5, "X: expected at least one batch of 5 rows, got 4"),
        ([], 2, "X: expected shape (N, D), got shape (0,)"),
        (np.ones((4, 4)), 1, "batch_size: expected a whole number of at least 2, got 1"),
        (np.ones((4, 4)), 2.0, "batch_size: expected a whole number of at least 2, got 2.0"),
        (np.ones((4, 3)), 2, "x: expected shape (N, 4), got shape (2, 3)"),
    ],
)
def test_recalibration_refuses_wrong_arguments_and_changes_nothing(X, batch_size, message):
    network = deep_network()
    before = [as_bytes(norm) for norm in norms(network)]
    with refuses(message):
        recalibrate(network, X, batch_size)
    assert [as_bytes(norm) for norm in norms(network)] == before


def test_recalibration_refuses_a_network_without_batch_norm():
    with refuses("network: expected at least one BatchNorm layer, got none"):
        recalibrate(Network([Tanh()]), np.ones((4, 4)), 2)


TORCH = {  # as `BatchNorm1d(3).state_dict()` of PyTorch, in float32
    "weight": np.float32([0.1, -2, 3]),
    "bias": np.float32([1 / 3, 0, 7]),
    "running_mean": np.float32([0.1, 0.2, 0.3]),
    "running_var": np.float32([0.7, 1e-8, 900]),
    "num_batches_tracked": np.array(17),
}


def test_a_state_of_pytorch_is_taken_and_given_back_bit_for_bit():
    layer = BatchNorm(3)
    layer.load_state_dict(TORCH)
    assert layer.num_batches == 17
    np.testing.assert_array_equal(layer.params["gamma"], TORCH["weight"])
    back = pytorch_names(layer.state_dict())
    assert back.keys() == TORCH.keys()
    for name, value in TORCH.items():
        assert back[name].astype(value.dtype).tobytes() == value.tobytes()


def test_a_file_with_the_names_of_pytorch_is_a_state(tmp_path):
    np.savez(tmp_path / "torch.npz", **TORCH)
    layer = BatchNorm(3)
    with np.load(tmp_path / "torch.npz") as file:
        layer.load_state_dict(file)
    np.testing.assert_array_equal(layer.running_var, TORCH["running_var"])


@pytest.mark.parametrize("name", [*TORCH, "gamma"])
def test_a_mixture_of_names_is_no_state(name):
    state = {key: value for key, value in TORCH.items() if key != name}
    state |= {"gamma": np.ones(3)} if name == "gamma" else {}
    with refuses(
        "state: expected the names ['beta', 'gamma', 'num_batches', 'running_mean', "
        f"'running_var'], got {sorted(state)}"
    ):
        BatchNorm(3).load_state_dict(state)


def test_other_names_than_those_of_a_state_are_not_translated():
    with pytest.raises(ValueError, match=r"^state: expected the names \['beta', .+ got \['W'\]"):
        pytorch_names({"W": np.ones(3)})


def test_running_variance_may_start_at_0_and_average_the_biased_one():
    x = random(8, 3, seed=5)
    layer = BatchNorm(3, initial_var=0, unbiased=False)
    layer.forward(x, training=True)
    layer.forward(x, training=True)
    np.testing.assert_allclose(layer.running_var, (0.1 + 0.9 * 0.1) * x.var(axis=0), rtol=1e-14)
    layer.reset_statistics()
    np.testing.assert_array_equal(layer.running_var, np.zeros(3))


@pytest.mark.parametrize("value", [-1, None, np.nan])
def test_a_variance_to_start_with_that_is_none_is_refused(value):
    with pytest.raises(ValueError, match=r"^initial_var: expected a finite number of at least 0"):
        BatchNorm(3, initial_var=value)


def test_an_open_npz_file_is_a_state(tmp_path):
    layer = BatchNorm(3)
    layer.forward(random(8, 3, seed=5), training=True)
    np.savez(tmp_path / "state.npz", **layer.state_dict())
    with np.load(tmp_path / "state.npz") as file:
        twin = BatchNorm(3)
        twin.load_state_dict(file)
    for name, value in layer.state_dict().items():
        np.testing.assert_array_equal(twin.state_dict()[name], value)
