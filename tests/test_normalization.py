import re
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.reference import assert_same, cases

from bn_helpers.batchnorm import BatchNorm, batchnorm_backward, batchnorm_forward
from bn_helpers.gradients import check_gradient, numerical_gradient, relative_error
from bn_helpers.layers import Linear
from bn_helpers.normalization import (
    GroupNorm,
    InstanceNorm,
    LayerNorm,
    groupnorm_backward,
    groupnorm_forward,
    instancenorm_backward,
    instancenorm_forward,
    layernorm_backward,
    layernorm_forward,
)

STEP_ERROR = 1e-8  # central differences with step 1e-5: step^2 plus rounding / step, with room
ROWS, IMAGES = (5, 6), (3, 6, 2, 4)
NORMS = {
    "layernorm": (layernorm_forward, layernorm_backward),
    "groupnorm": (partial(groupnorm_forward, groups=2), groupnorm_backward),
    "instancenorm": (instancenorm_forward, instancenorm_backward),
}
GROUPS = {"layernorm": 1, "groupnorm": 2, "instancenorm": 6}
SETTINGS = pytest.mark.parametrize(
    ("norm", "shape"),
    [
        ("layernorm", ROWS),
        ("layernorm", IMAGES),
        ("groupnorm", ROWS),
        ("groupnorm", IMAGES),
        ("instancenorm", IMAGES),
    ],
)
DTYPES = pytest.mark.parametrize("dtype", [np.float32, np.float64, np.longdouble])


def refuses(message):
    return pytest.raises(ValueError, match=f"^{re.escape(message)}$")


def arguments(shape, dtype=np.float64, seed=0):
    rng = np.random.default_rng(seed)
    C = shape[1]
    given = {"x": rng.normal(3, 2, shape), "gamma": rng.normal(1, 0.5, C)}
    given["beta"] = rng.standard_normal(C)
    return {name: value.astype(dtype) for name, value in given.items()}


def upstream(shape, dtype=np.float64):
    return np.random.default_rng(1).standard_normal(shape).astype(dtype)


def by_loop(x, gamma, beta, groups, eps=1e-5):
    """What the three papers say, one example, group and channel after the other."""
    N, C = x.shape[:2]
    out, size = np.empty_like(x), C // groups
    for n in range(N):
        for c in range(C):
            first = c // size * size
            group = x[n, first : first + size]
            x_hat = (x[n, c] - group.mean()) / np.sqrt(group.var() + eps)
            out[n, c] = gamma[c] * x_hat + beta[c]
    return out


# --- PyTorch, loops, finite differences -----------------------------------------------

TORCH = {name: case for norm in NORMS for name, case in cases("torch_images", norm).items()}


@pytest.mark.parametrize("name", TORCH)
def test_a_norm_and_its_gradients_agree_with_pytorch(name):
    case = TORCH[name]
    forward, backward = NORMS[name.split()[0]]
    if "group" in name:
        forward = partial(groupnorm_forward, groups=int(case["groups"]))
    out, cache = forward(case["x"], case["gamma"], case["beta"])
    gradients = dict(zip(("dx", "dgamma", "dbeta"), backward(case["dout"], cache)))
    assert_same(name, {"out": out} | gradients, case)


@SETTINGS
def test_a_norm_is_the_loop_over_examples_and_groups(norm, shape):
    given = arguments(shape)
    out, _ = NORMS[norm][0](**given)
    np.testing.assert_allclose(out, by_loop(**given, groups=GROUPS[norm]), rtol=1e-12, atol=1e-14)


@SETTINGS
@pytest.mark.parametrize("name", ["x", "gamma", "beta"])
def test_the_backward_of_a_norm_agrees_with_finite_differences(norm, shape, name):
    forward, backward = NORMS[norm]
    given, dout = arguments(shape), upstream(shape)
    ours = dict(zip(("x", "gamma", "beta"), backward(dout, forward(**given)[1])))
    numerical = numerical_gradient(lambda v: forward(**given | {name: v})[0], given[name], dout)
    assert relative_error(ours[name], numerical) < STEP_ERROR


def test_four_numbers_by_hand():
    x = np.array([[1.0, 2.0, 3.0, 6.0]])
    out, cache = layernorm_forward(x, [2, 2, 2, 4], [10, 10, 10, 0], eps=0.5)
    np.testing.assert_array_equal(out, [[8, 9, 10, 6]])
    assert (cache.mu, cache.var, cache.std) == (3, 3.5, 2)
    out, cache = groupnorm_forward([[1, 3, 2, 8]], np.ones(4), np.zeros(4), 2, eps=0)
    np.testing.assert_array_equal(out, [[-1, 1, -1, 1]])
    np.testing.assert_array_equal(cache.std, [[1, 3]])


# --- how the norms are related --------------------------------------------------------


@pytest.mark.parametrize("shape", [ROWS, IMAGES])
def test_layer_norm_is_group_norm_with_one_group(shape):
    given = arguments(shape)
    np.testing.assert_array_equal(
        layernorm_forward(**given)[0], groupnorm_forward(**given, groups=1)[0]
    )


def test_instance_norm_is_group_norm_with_a_group_for_each_channel():
    given = arguments(IMAGES)
    np.testing.assert_array_equal(
        instancenorm_forward(**given)[0], groupnorm_forward(**given, groups=IMAGES[1])[0]
    )


def test_layer_norm_without_gamma_and_beta_is_batch_norm_of_the_transpose():
    x, dout = arguments(ROWS)["x"], upstream(ROWS)
    N, D = ROWS
    ours, cache = layernorm_forward(x, np.ones(D), np.zeros(D))
    theirs, their_cache = batchnorm_forward(x.T, np.ones(N), np.zeros(N))
    np.testing.assert_allclose(ours, theirs.T, rtol=1e-12, atol=1e-14)
    dx, their_dx = layernorm_backward(dout, cache)[0], batchnorm_backward(dout.T, their_cache)[0]
    np.testing.assert_allclose(dx, their_dx.T, rtol=1e-12, atol=1e-14)


def test_instance_norm_of_one_image_is_batch_norm_of_it():
    x = arguments(IMAGES)["x"][:1]
    ones, zeros = np.ones(IMAGES[1]), np.zeros(IMAGES[1])
    np.testing.assert_allclose(
        instancenorm_forward(x, ones, zeros)[0],
        BatchNorm(IMAGES[1]).forward(x, training=True),
        rtol=1e-12,
        atol=1e-14,
    )


def test_gamma_and_beta_of_layer_norm_of_images_belong_to_channels():
    given, C = arguments(IMAGES), IMAGES[1]
    plain, _ = layernorm_forward(given["x"], np.ones(C), np.zeros(C))
    out, _ = layernorm_forward(**given)
    gamma, beta = given["gamma"], given["beta"]
    for c in range(C):
        np.testing.assert_allclose(out[:, c], gamma[c] * plain[:, c] + beta[c], rtol=1e-14)


# --- laws -----------------------------------------------------------------------------

LAW = settings(deadline=None, derandomize=True, max_examples=100)


@st.composite
def settings_of_norms(draw):
    """A norm, and arguments of scales 1e-3 to 1e3, far from 0, in both precisions."""
    norm, dtype = draw(st.sampled_from(list(NORMS))), draw(st.sampled_from([np.float32, float]))
    shape = draw(st.sampled_from([IMAGES, (2, 4, 1, 5), (1, 6, 3, 3)]))
    if norm != "instancenorm" and draw(st.booleans()):
        shape = shape[0], 4 * 3
    given = arguments(shape, dtype, draw(st.integers(0, 2**32 - 1)))
    given["x"] *= dtype(10.0 ** draw(st.integers(-3, 3)))
    given["x"] += dtype(draw(st.sampled_from([0, 1, 1e3])))
    return norm, given, upstream(shape, dtype)


def sums(values, groups):
    """(N, groups): the sums of the values that share statistics, in float64."""
    return values.astype(float).reshape(len(values), groups, -1).sum(axis=2)


def groups_of(cache):
    return cache.std.shape[1]


@LAW
@given(settings_of_norms())
def test_the_values_that_share_statistics_have_mean_0_and_mean_square_var_over_var_plus_eps(drawn):
    norm, given, _ = drawn
    _, cache = NORMS[norm][0](**given)
    groups, x_hat = groups_of(cache), cache.x_hat
    m, rounding = x_hat[0].size // groups, 300 * np.finfo(x_hat.dtype).eps
    var = given["x"].astype(float).reshape(len(x_hat), groups, -1).var(axis=2)
    assert np.abs(sums(x_hat, groups) / m).max() <= rounding
    np.testing.assert_allclose(
        sums(x_hat.astype(float) ** 2, groups) / m, var / (var + 1e-5), rtol=rounding
    )


@LAW
@given(settings_of_norms())
def test_dx_has_no_mean_in_a_group_and_gamma_and_beta_get_sums(drawn):
    norm, given, dout = drawn
    forward, backward = NORMS[norm]
    _, cache = forward(**given)
    dx, dgamma, dbeta = backward(dout, cache)
    size = np.abs(dout).max() * np.abs(given["gamma"]).max() / cache.std.min()
    m = dx[0].size
    rounding = 300 * np.finfo(dx.dtype).eps
    assert np.abs(sums(dx, groups_of(cache))).max() <= m * rounding * size
    channels = np.moveaxis(dout.astype(float), 1, 0).reshape(len(dbeta), -1)
    x_hat = np.moveaxis(cache.x_hat.astype(float), 1, 0).reshape(len(dbeta), -1)
    room = {"rtol": rounding, "atol": rounding * dout.size}
    np.testing.assert_allclose(dbeta, channels.sum(axis=1), **room)
    np.testing.assert_allclose(dgamma, (channels * x_hat).sum(axis=1), **room)


@SETTINGS
def test_no_example_depends_on_another(norm, shape):
    forward, backward = NORMS[norm]
    given, dout = arguments(shape), upstream(shape)
    out, cache = forward(**given)
    dx, _, _ = backward(dout, cache)
    for n in range(shape[0]):
        alone, cache = forward(**given | {"x": given["x"][n : n + 1]})
        np.testing.assert_allclose(alone[0], out[n], rtol=1e-13, atol=1e-14)
        dx_alone, _, _ = backward(dout[n : n + 1], cache)
        np.testing.assert_allclose(dx_alone[0], dx[n], rtol=1e-12, atol=1e-14)


@SETTINGS
def test_scaling_and_shifting_an_example_changes_nothing_but_for_eps(norm, shape):
    given = arguments(shape)
    changed = given | {"x": 2.0 ** np.arange(shape[0]).reshape(-1, *[1] * (len(shape) - 1))}
    changed["x"] = changed["x"] * given["x"] + 7
    out, theirs = (NORMS[norm][0](**values, eps=0)[0] for values in (given, changed))
    np.testing.assert_allclose(out, theirs, rtol=1e-11, atol=1e-12)


@SETTINGS
def test_a_constant_example_gives_beta_exactly(norm, shape):
    forward, backward = NORMS[norm]
    given = arguments(shape, np.float32) | {"x": np.full(shape, 0.1 + 1e4, np.float32)}
    out, cache = forward(**given)
    beta = given["beta"].reshape(-1, *[1] * (len(shape) - 2))
    np.testing.assert_array_equal(out, np.broadcast_to(beta, shape))
    assert all(np.isfinite(gradient).all() for gradient in backward(upstream(shape), cache))


def test_a_group_of_one_value_gives_beta_and_no_gradient():
    given, shape = arguments((3, 6, 1, 1)), (3, 6, 1, 1)
    for forward, backward in (
        NORMS["instancenorm"],
        (partial(groupnorm_forward, groups=6), groupnorm_backward),
    ):
        out, cache = forward(**given)
        np.testing.assert_array_equal(out[:, :, 0, 0], np.broadcast_to(given["beta"], (3, 6)))
        np.testing.assert_array_equal(backward(upstream(shape), cache)[0], np.zeros(shape))


def test_float32_far_from_0_loses_no_digits():
    given = arguments(IMAGES) | {"x": arguments(IMAGES)["x"].astype(np.float32) + np.float32(1e4)}
    for forward, _ in NORMS.values():
        exact, _ = forward(**given | {"x": given["x"].astype(float)})
        np.testing.assert_allclose(forward(**given)[0], exact, rtol=1e-5, atol=1e-5)


# --- arguments ------------------------------------------------------------------------


@DTYPES
@SETTINGS
def test_the_dtype_of_x_is_kept(norm, shape, dtype):
    forward, backward = NORMS[norm]
    out, cache = forward(**arguments(shape) | {"x": arguments(shape)["x"].astype(dtype)})
    results = [out, *backward(upstream(shape), cache)]
    assert {array.dtype for array in results} == {np.dtype(dtype)}
    assert [array.shape for array in results] == [shape, shape, (shape[1],), (shape[1],)]


@SETTINGS
def test_integers_and_lists_become_float64(norm, shape):
    x = np.arange(np.prod(shape)).reshape(shape)
    C = shape[1]
    ours, _ = NORMS[norm][0](x.tolist(), [1] * C, [0] * C)
    theirs, _ = NORMS[norm][0](x.astype(float), np.ones(C), np.zeros(C))
    assert ours.dtype == np.float64
    np.testing.assert_array_equal(ours, theirs)


@SETTINGS
def test_the_order_of_x_in_memory_does_not_matter(norm, shape):
    forward, backward = NORMS[norm]
    given, dout = arguments(shape), upstream(shape)
    turned = given | {"x": np.asfortranarray(given["x"])}
    (out, cache), (same, same_cache) = forward(**given), forward(**turned)
    np.testing.assert_array_equal(out, same)
    for ours, theirs in zip(
        backward(dout, cache), backward(np.asfortranarray(dout), same_cache), strict=True
    ):
        np.testing.assert_allclose(ours, theirs, rtol=1e-13, atol=1e-15)


@SETTINGS
def test_arguments_are_not_modified(norm, shape):
    forward, backward = NORMS[norm]
    given, dout = arguments(shape), upstream(shape)
    for array in (*given.values(), dout):
        array.flags.writeable = False
    _, cache = forward(**given)
    for array in cache:
        array.flags.writeable = False
    backward(dout, cache)


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize("name", ["gamma", "beta"])
def test_gamma_and_beta_of_another_length_are_refused(norm, name):
    for shape in ((1,), (6, 1), IMAGES[1:]):
        with refuses(f"{name}: expected shape (6,), got shape {shape}"):
            NORMS[norm][0](**arguments(IMAGES) | {name: np.ones(shape)})


@pytest.mark.parametrize("groups", [4, 5, 7, 12])
def test_groups_that_do_not_divide_the_channels_are_refused(groups):
    with refuses(f"groups: expected a divisor of 6 channels, got {groups}"):
        groupnorm_forward(**arguments(IMAGES), groups=groups)


@pytest.mark.parametrize("groups", [0, 2.0, None, True])
def test_groups_that_are_no_count_are_refused(groups):
    with refuses(f"groups: expected a whole number of at least 1, got {groups}"):
        groupnorm_forward(**arguments(IMAGES), groups=groups)


def test_instance_norm_refuses_what_are_no_images():
    with refuses("x: expected shape (N, C, H, W), got shape (5, 6)"):
        instancenorm_forward(**arguments(ROWS))


@pytest.mark.parametrize("norm", NORMS)
def test_a_constant_group_without_eps_is_refused(norm):
    given = arguments(IMAGES)
    given["x"][1, 3:] = 5.0
    if norm == "layernorm":
        given["x"][1] = 5.0
    group = {"layernorm": 0, "groupnorm": 1, "instancenorm": 3}[norm]
    with refuses(
        f"eps: expected more than 0, since group {group} of example 1 of x is constant; got 0"
    ):
        NORMS[norm][0](**given, eps=0)


@pytest.mark.parametrize("norm", NORMS)
def test_values_whose_squares_overflow_are_refused(norm):
    given = arguments(IMAGES, np.float32)
    given["x"] *= np.float32(1e30)
    with pytest.raises(
        ValueError, match=r"^x: expected values whose squares float32 can hold, got up to .+e\+30$"
    ):
        NORMS[norm][0](**given)


@pytest.mark.parametrize("norm", NORMS)
def test_a_cache_of_another_function_and_a_wrong_dout_are_refused(norm):
    forward, backward = NORMS[norm]
    _, cache = forward(**arguments(IMAGES))
    wanted = "cache: expected what the forward function returned"
    with refuses(f"{wanted}, got dict"):
        backward(upstream(IMAGES), {})
    with refuses(f"{wanted}, got Cache"):
        backward(upstream(ROWS), batchnorm_forward(**arguments(ROWS))[1])
    with refuses("dout: expected shape (3, 6, 2, 4), got shape (3, 6, 8)"):
        backward(upstream((3, 6, 8)), cache)
    with refuses("cache: expected what batchnorm_forward returned, got GroupCache"):
        batchnorm_backward(upstream(ROWS), cache)


# --- the layers -----------------------------------------------------------------------


def layer_of(norm, C=6, dtype=np.float64):
    made = {"layernorm": LayerNorm, "groupnorm": partial(GroupNorm, groups=2)}
    layer = (made | {"instancenorm": InstanceNorm})[norm](C, dtype=dtype)
    given = arguments((1, C), dtype)
    layer.params = {name: given[name] for name in ("gamma", "beta")}
    return layer


@SETTINGS
@pytest.mark.parametrize("training", [True, False])
def test_a_layer_is_its_functions_in_both_modes(norm, shape, training):
    layer, x, dout = layer_of(norm), arguments(shape)["x"], upstream(shape)
    forward, backward = NORMS[norm]
    out, cache = forward(x, **layer.params)
    np.testing.assert_array_equal(layer.forward(x, training=training), out)
    dx, dgamma, dbeta = backward(dout, cache)
    np.testing.assert_array_equal(layer.backward(dout), dx)
    np.testing.assert_array_equal(layer.grads["gamma"], dgamma)
    np.testing.assert_array_equal(layer.grads["beta"], dbeta)


@pytest.mark.parametrize("norm", ["layernorm", "groupnorm"])
def test_the_gradients_of_a_layer_behind_a_linear_one_agree_with_finite_differences(norm):
    W = np.random.default_rng(2).standard_normal((4, 6))
    network = [Linear(W), layer_of(norm)]
    x, dout = np.random.default_rng(3).standard_normal((5, 4)), upstream((5, 6))
    assert check_gradient(network, x, dout, wrt_input=True).passed


@SETTINGS
def test_a_float32_batch_gives_float32_whatever_the_parameters_are(norm, shape):
    layer = layer_of(norm)
    x = arguments(shape, np.float32)["x"]
    assert layer.forward(x, training=True).dtype == np.float32
    assert layer.backward(upstream(shape, np.float32)).dtype == np.float32


def test_the_layer_keeps_no_state_and_its_start_is_1_and_0():
    layer = GroupNorm(4, 2)
    np.testing.assert_array_equal(layer.params["gamma"], np.ones(4))
    np.testing.assert_array_equal(layer.params["beta"], np.zeros(4))
    alone = layer.forward(arguments((5, 4))["x"][:1], training=True)
    np.testing.assert_array_equal(layer.forward(arguments((5, 4))["x"], training=True)[:1], alone)


def test_on_rows_instance_norm_leaves_only_beta():
    layer = layer_of("instancenorm")
    out = layer.forward(arguments(ROWS)["x"], training=True)
    np.testing.assert_array_equal(out, np.tile(layer.params["beta"], (5, 1)))


def test_a_layer_refuses_what_it_cannot_normalize():
    with refuses("groups: expected a divisor of 6 channels, got 4"):
        GroupNorm(6, 4)
    with refuses("eps: expected more than 0, as a group may be constant; got 0"):
        LayerNorm(6, eps=0)
    with refuses("x: expected shape (N, 6) or (N, 6, H, W), got shape (5, 4)"):
        LayerNorm(6).forward(np.ones((5, 4)), training=True)


def test_a_layer_lets_nan_pass_so_that_a_diverging_run_can_be_watched():
    x = arguments(ROWS)["x"]
    x[0, 0] = np.nan
    out = LayerNorm(6).forward(x, training=True)
    assert np.isnan(out[0]).all()
    assert np.isfinite(out[1:]).all()
