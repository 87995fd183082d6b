import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.reference import assert_same, cases

from bn_helpers.batchnorm import BatchNorm, fold_batchnorm
from bn_helpers.gradients import check_gradient, numerical_gradient, relative_error
from bn_helpers.initializers import he_normal
from bn_helpers.layers import (
    AveragePooling,
    Convolution,
    Dropout,
    Flatten,
    Linear,
    ReLU,
    Sigmoid,
    Tanh,
    softmax_cross_entropy,
)

N, D, M = 5, 4, 3
IMAGES = 2, 3, 4, 6  # N, C, H, W
STEP_ERROR = 1e-8  # central differences with step 1e-5: step^2 plus rounding / step, with room
ACTIVATIONS = pytest.mark.parametrize("activation", [Sigmoid, Tanh, ReLU])
DTYPES = pytest.mark.parametrize("dtype", [np.float32, np.float64])


def rng(seed=0):
    return np.random.default_rng(seed)


def refuses(message):
    return pytest.raises(ValueError, match=f"^{re.escape(message)}$")


def linear(bias=True):
    return Linear(rng(1).standard_normal((D, M)), rng(2).standard_normal(M) if bias else None)


def dropout():
    return Dropout(0.5, rng(14))


def convolution(bias=True):
    W, b = rng(1).standard_normal((M, IMAGES[1], 3, 2)), rng(2).standard_normal(M)
    return Convolution(W, b if bias else None, padding=1)


def pooling():
    return AveragePooling(2)


OF_IMAGES = [convolution, pooling, Flatten]
LAYERS = [linear, Sigmoid, Tanh, ReLU, dropout, *OF_IMAGES]


def shape_for(make):
    return IMAGES if make in OF_IMAGES else (N, D)


def away_from_zero(*shape):
    """So that no difference quotient straddles the kink of ReLU."""
    x = rng(7).standard_normal(shape)
    return x + 0.1 * np.sign(x)


@pytest.mark.parametrize("bias", [True, False])
def test_linear_is_x_W_plus_b(bias):
    layer, x = linear(bias), rng().standard_normal((N, D))
    expected = np.array([[sum(x[i] * layer.params["W"][:, j]) for j in range(M)] for i in range(N)])
    np.testing.assert_allclose(
        layer.forward(x, training=True), expected + layer.params.get("b", 0), rtol=1e-12
    )


@pytest.mark.parametrize(
    ("bias", "name"), [(True, "W"), (True, "b"), (True, "x"), (False, "W"), (False, "x")]
)
def test_the_backward_of_linear_agrees_with_finite_differences(bias, name):
    layer, x, dout = linear(bias), rng(3).standard_normal((N, D)), rng(4).standard_normal((N, M))

    def out(value):
        params = layer.params | {name: value}
        return Linear(params["W"], params.get("b")).forward(params.get("x", x), training=True)

    layer.forward(x, training=True)
    ours = {"x": layer.backward(dout)} | layer.grads
    numerical = numerical_gradient(out, (layer.params | {"x": x})[name], dout)
    assert relative_error(ours[name], numerical) < STEP_ERROR


def test_linear_without_b_has_only_W():
    layer = linear(bias=False)
    layer.forward(np.ones((N, D)), training=True)
    layer.backward(np.ones((N, M)))
    assert list(layer.params) == list(layer.grads) == ["W"]


def test_linear_keeps_its_own_copy_of_the_weights():
    W, b = np.ones((D, M)), np.ones(M)
    layer = Linear(W, b)
    layer.params["W"] += 1
    layer.params["b"] += 1
    assert (W == 1).all()
    assert (b == 1).all()


def test_b_takes_the_dtype_of_W():
    assert Linear(np.ones((D, M), np.float32), np.ones(M)).params["b"].dtype == np.float32


# --- layers of images -----------------------------------------------------------------


def forward_backward(layer, case):
    out = layer.forward(case["x"], training=True)
    got = {"out": out, "dx": layer.backward(case["dout"])}
    return got | {f"d{name}": gradient for name, gradient in layer.grads.items()}


CONVOLUTIONS = cases("torch_images", "convolution")
POOLINGS = cases("torch_images", "pooling")


@pytest.mark.parametrize("name", CONVOLUTIONS)
def test_a_convolution_and_its_gradients_agree_with_pytorch(name):
    case = CONVOLUTIONS[name]
    layer = Convolution(case["W"], case.get("b"), padding=int(case["padding"]))
    got = forward_backward(layer, case)
    assert got.keys() == {name for name in case if name[0] == "d" or name == "out"} - {"dout"}
    assert_same(name, got, case)


@pytest.mark.parametrize("name", POOLINGS)
def test_average_pooling_and_its_gradient_agree_with_pytorch(name):
    case = POOLINGS[name]
    assert_same(name, forward_backward(AveragePooling(int(case["size"])), case), case)


@pytest.mark.parametrize("padding", [0, 1, 2])
def test_a_convolution_is_a_sum_over_windows(padding):
    x, W, b = rng().integers(-9, 9, IMAGES), rng(1).integers(-9, 9, (M, 3, 3, 2)), np.arange(M)
    wide = np.zeros((2, 3, 4 + 2 * padding, 6 + 2 * padding))
    wide[:, :, padding : padding + 4, padding : padding + 6] = x
    expected = np.empty((2, M, 2 + 2 * padding, 5 + 2 * padding))
    for n, f, i, j in np.ndindex(expected.shape):
        expected[n, f, i, j] = b[f] + np.sum(W[f] * wide[n, :, i : i + 3, j : j + 2])
    out = Convolution(W, b, padding=padding).forward(x, training=True)
    np.testing.assert_array_equal(out, expected)


def test_a_convolution_by_hand():
    x = np.array([[[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]]])
    layer = Convolution([[[[1, -1]]]], [10])
    np.testing.assert_array_equal(layer.forward(x, training=True), [[[[9, 9], [9, 9]]]])
    dx = layer.backward(np.array([[[[1.0, 2.0], [3.0, 4.0]]]]))
    np.testing.assert_array_equal(dx, [[[[1, 1, -2], [3, 1, -4]]]])
    np.testing.assert_array_equal(layer.grads["W"], [[[[37, 47]]]])
    np.testing.assert_array_equal(layer.grads["b"], [10])


def test_a_convolution_of_one_pixel_is_a_linear_layer_at_each_pixel():
    x, W = rng().standard_normal(IMAGES), rng(1).standard_normal((M, 3, 1, 1))
    rows = Linear(W[:, :, 0, 0].T).forward(x.transpose(0, 2, 3, 1).reshape(-1, 3), training=True)
    out = Convolution(W).forward(x, training=True)
    np.testing.assert_allclose(out.transpose(0, 2, 3, 1).reshape(-1, M), rows, rtol=1e-13)


@pytest.mark.parametrize(
    "layer",
    [convolution(), convolution(bias=False), pooling(), Flatten()],
    ids=["convolution", "convolution without b", "pooling", "flatten"],
)
def test_the_backward_of_a_layer_of_images_agrees_with_finite_differences(layer):
    x = rng(3).standard_normal(IMAGES)
    dout = rng(4).standard_normal(layer.forward(x, training=True).shape)
    check = check_gradient(layer, x, dout, wrt_input=True, tolerance=STEP_ERROR)
    assert check.passed, check
    assert list(check.errors) == [f"0.{name}" for name in layer.params] + ["x"]


@settings(deadline=None, derandomize=True, max_examples=100)
@given(st.data())
def test_the_backward_of_a_layer_of_images_is_the_transpose_of_its_forward(data):
    """Without b they are linear: the sums of out * dout, x * dx, W * dW are equal."""
    N, C, F, KH, KW, k = (data.draw(st.integers(1, 3)) for _ in range(6))
    padding, generator = data.draw(st.integers(0, 3)), rng(data.draw(st.integers(0, 2**32 - 1)))
    H, W = (k * data.draw(st.integers(3, 4)) for _ in range(2))
    x = generator.standard_normal((N, C, H, W))
    filters = generator.standard_normal((F, C, KH, KW))
    for layer in (Convolution(filters, padding=padding), AveragePooling(k), Flatten()):
        out = layer.forward(x, training=True)
        dout = generator.standard_normal(out.shape)
        dx, wanted, room = layer.backward(dout), np.sum(out * dout), 1e-13 * x.size * filters.size
        assert dx.shape == x.shape
        assert abs(np.sum(x * dx) - wanted) < room
        for name, gradient in layer.grads.items():
            assert abs(np.sum(layer.params[name] * gradient) - wanted) < room


@pytest.mark.parametrize("make", OF_IMAGES)
def test_layers_of_images_let_what_diverged_pass(make):
    x = np.full(IMAGES, np.nan)
    out = make().forward(x, training=True)
    assert np.isnan(out).any()


def test_a_convolution_that_refused_its_input_remembers_the_one_before():
    layer, x = convolution(), rng(3).standard_normal(IMAGES)
    dout = layer.forward(x, training=True)
    expected = layer.backward(dout)
    tall = Convolution(layer.params["W"], padding=0)
    before = tall.forward(x, training=True)
    with pytest.raises(ValueError, match=r"^x: expected images of at least 3 x 2"):
        tall.forward(x[:, :, :2], training=True)
    assert tall.backward(before).shape == expected.shape


def test_a_convolution_without_b_has_only_W():
    layer = convolution(bias=False)
    layer.backward(layer.forward(np.ones(IMAGES), training=True))
    assert list(layer.params) == list(layer.grads) == ["W"]


def test_a_convolution_keeps_its_own_copy_of_the_weights():
    W, b = np.ones((M, 3, 2, 2), np.float32), np.ones(M)
    layer = Convolution(W, b)
    for value in layer.params.values():
        value += 1
    assert (W == 1).all()
    assert (b == 1).all()
    assert layer.params["b"].dtype == np.float32


def test_he_weights_of_a_convolution_keep_the_mean_square_through_relu():
    C, F, size = 8, 500, 3
    W = he_normal(C * size**2, F, rng(5)).T.reshape(F, C, size, size)
    x = rng(6).standard_normal((4, C, 9, 9))
    out = ReLU().forward(Convolution(W).forward(x, training=True), training=True)
    assert abs(np.mean(out**2) / np.mean(x**2) - 1) < 0.1


def test_batch_norm_is_folded_into_the_filters_as_into_columns():
    layer, bn = convolution(bias=False), BatchNorm(M)
    x, W = rng(7).standard_normal(IMAGES), layer.params["W"]
    bn.forward(layer.forward(x, training=True), training=True)
    folded, b = fold_batchnorm(W.reshape(M, -1).T, None, bn)
    one = Convolution(folded.T.reshape(W.shape), b, padding=layer.padding)
    two = bn.forward(layer.forward(x, training=False), training=False)
    np.testing.assert_allclose(one.forward(x, training=False), two, rtol=1e-12, atol=1e-13)


def test_average_pooling_by_hand():
    layer, x = AveragePooling(2), np.arange(8.0).reshape(1, 1, 2, 4)
    np.testing.assert_array_equal(layer.forward(x, training=True), [[[[2.5, 4.5]]]])
    dx = layer.backward(np.array([[[[4.0, 8.0]]]]))
    np.testing.assert_array_equal(dx, [[[[1, 1, 2, 2], [1, 1, 2, 2]]]])


def test_flatten_keeps_the_order_of_the_pixels_and_backward_undoes_it():
    layer, x = Flatten(), rng().standard_normal(IMAGES)
    out = layer.forward(x, training=True)
    np.testing.assert_array_equal(out, [image.ravel() for image in x])
    np.testing.assert_array_equal(layer.backward(out), x)


@pytest.mark.parametrize(
    ("W", "b", "padding", "message"),
    [
        (np.ones((2, 3)), None, 0, "W: expected shape (F, C, KH, KW), got shape (2, 3)"),
        (
            np.ones((2, 3, 0, 1)),
            None,
            0,
            "W: expected shape (F, C, KH, KW), got shape (2, 3, 0, 1)",
        ),
        (np.ones((2, 3, 1, 1)), np.ones(3), 0, "b: expected shape (2,), got shape (3,)"),
        (
            np.ones((2, 3, 1, 1)),
            None,
            -1,
            "padding: expected a whole number of at least 0, got -1",
        ),
        (
            np.ones((2, 3, 1, 1)),
            None,
            "same",
            "padding: expected a whole number of at least 0, got 'same'",
        ),
    ],
)
def test_a_convolution_refuses_wrong_arguments_by_name(W, b, padding, message):
    with refuses(message):
        Convolution(W, b, padding=padding)


@pytest.mark.parametrize("shape", [(N, D), (2, 4, 5, 5), (0, 3, 5, 5), (2, 3, 5)])
def test_a_convolution_refuses_what_are_no_images_of_its_channels(shape):
    with refuses(f"x: expected shape (N, 3, H, W), got shape {shape}"):
        convolution().forward(np.ones(shape), training=True)


def test_a_convolution_refuses_images_smaller_than_a_filter():
    layer, wanted = Convolution(np.ones((2, 3, 5, 3)), padding=1), (2, 3, 3, 1)
    assert layer.forward(np.ones(wanted), training=True).shape == (2, 2, 1, 1)
    with refuses(
        "x: expected images of at least 5 x 3 pixels with their padding, got shape (2, 3, 2, 4)"
    ):
        layer.forward(np.ones((2, 3, 2, 4)), training=True)


@pytest.mark.parametrize("shape", [(2, 3, 4, 5), (2, 3, 5, 4)])
def test_average_pooling_refuses_sizes_that_it_does_not_divide(shape):
    with refuses(f"x: expected H and W that 2 divides, got shape {shape}"):
        pooling().forward(np.ones(shape), training=True)


@pytest.mark.parametrize("size", [0, 2.0, None])
def test_average_pooling_refuses_a_size_that_is_no_count(size):
    with refuses(f"size: expected a whole number of at least 1, got {size}"):
        AveragePooling(size)


@pytest.mark.parametrize("make", [pooling, Flatten])
@pytest.mark.parametrize("shape", [(N, D), (2, 0, 4, 4)])
def test_pooling_and_flatten_refuse_what_are_no_images(make, shape):
    with refuses(f"x: expected shape (N, C, H, W), got shape {shape}"):
        make().forward(np.ones(shape), training=True)


# --- activations and dropout ----------------------------------------------------------


@pytest.mark.parametrize(
    ("x", "function", "slope"),
    [
        (np.log(3.0), Sigmoid, 3 / 16),
        (0.0, Sigmoid, 1 / 4),
        (np.log(3.0), Tanh, 0.36),
        (0.0, Tanh, 1.0),
        (2.0, ReLU, 1.0),
        (0.0, ReLU, 0.0),
        (-2.0, ReLU, 0.0),
    ],
)
def test_the_slope_of_an_activation_is_known_at_a_point(x, function, slope):
    layer = function()
    layer.forward(np.array([[x]]), training=True)
    np.testing.assert_allclose(layer.backward(np.ones((1, 1))), [[slope]], rtol=1e-14)


@pytest.mark.parametrize(
    ("activation", "expected"),
    [(Sigmoid, [[0.25, 0.5, 0.75]]), (Tanh, [[-0.8, 0.0, 0.8]]), (ReLU, [[0.0, 0.0, np.log(3)]])],
)
def test_the_value_of_an_activation_is_known_at_a_point(activation, expected):
    out = activation().forward(np.array([[-np.log(3), 0.0, np.log(3)]]), training=True)
    np.testing.assert_allclose(out, expected, rtol=1e-14)


def test_sigmoid_saturates_without_overflow():
    out = Sigmoid().forward(np.array([[-1e4, 1e4]]), training=True)
    np.testing.assert_array_equal(out, [[0.0, 1.0]])


@ACTIVATIONS
@pytest.mark.parametrize("shape", [(N, D), (2, 3, 2, 2)])
def test_the_backward_of_an_activation_agrees_with_finite_differences(activation, shape):
    x, dout = away_from_zero(*shape), rng(8).standard_normal(shape)
    layer = activation()
    layer.forward(x, training=True)
    numerical = numerical_gradient(lambda x: activation().forward(x, training=True), x, dout)
    assert relative_error(layer.backward(dout), numerical) < STEP_ERROR


@ACTIVATIONS
def test_an_activation_has_no_parameters_and_the_same_output_in_both_modes(activation):
    x, layer = away_from_zero(N, D), activation()
    np.testing.assert_array_equal(layer.forward(x, training=True), layer.forward(x, training=False))
    assert dict(layer.params) == dict(layer.grads) == {}


def test_the_backward_of_dropout_with_its_mask_frozen_agrees_with_finite_differences():
    x, dout = away_from_zero(N, D), rng(9).standard_normal((N, D))
    layer = Dropout(0.4, rng(10))
    layer.forward(x, training=True)
    numerical = numerical_gradient(
        lambda x: Dropout(0.4, rng(10)).forward(x, training=True), x, dout
    )
    assert (numerical == 0).any()
    assert relative_error(layer.backward(dout), numerical) < STEP_ERROR


@pytest.mark.parametrize("p", [0, 0.2, 0.9])
def test_dropout_drops_the_share_p_and_scales_the_rest(p):
    out = Dropout(p, rng(11)).forward(np.ones((100, 100)), training=True)
    sampling_error = np.sqrt(p * (1 - p) / out.size)
    assert abs((out == 0).mean() - p) <= 5 * sampling_error
    np.testing.assert_allclose(out[out != 0], 1 / (1 - p), rtol=1e-15)


def test_dropout_in_evaluation_is_the_identity_and_draws_nothing():
    layer, x = Dropout(0.5, rng(12)), away_from_zero(N, D)
    np.testing.assert_array_equal(layer.forward(x, training=False), x)
    np.testing.assert_array_equal(layer.backward(x), x)
    assert layer.rng.random() == rng(12).random()


def test_dropout_draws_another_mask_each_time():
    layer, x = Dropout(0.5, rng(13)), np.ones((10, 10))
    assert (layer.forward(x, training=True) != layer.forward(x, training=True)).any()


@pytest.mark.parametrize("make", LAYERS)
@pytest.mark.parametrize("training", [True, False])
def test_layers_do_not_modify_their_arguments(make, training):
    x = away_from_zero(*shape_for(make))
    x.flags.writeable = False
    layer = make()
    dout = np.ones_like(layer.forward(x, training=training))
    dout.flags.writeable = False
    layer.backward(dout)


@DTYPES
@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("make", LAYERS)
def test_layers_keep_the_dtype(make, bias, training, dtype):
    layer = make() if bias or make not in (linear, convolution) else make(bias=False)
    layer.params = {name: value.astype(dtype) for name, value in layer.params.items()}
    out = layer.forward(np.ones(shape_for(make), dtype), training=training)
    dx = layer.backward(np.ones_like(out))
    assert {array.dtype for array in (out, dx, *layer.grads.values())} == {np.dtype(dtype)}


@pytest.mark.parametrize("make", LAYERS)
def test_integers_become_float64(make):
    x = np.arange(np.prod(shape_for(make))).reshape(shape_for(make))
    out, same = (make().forward(value, training=True) for value in (x, x.astype(float)))
    assert out.dtype == np.float64
    np.testing.assert_array_equal(out, same)


def test_the_cross_entropy_of_equal_logits_is_log_C():
    loss, dlogits = softmax_cross_entropy(np.zeros((2, 4)), [0, 3])
    assert loss == pytest.approx(np.log(4), rel=1e-14)
    np.testing.assert_allclose(
        dlogits, [[-0.375, 0.125, 0.125, 0.125], [0.125, 0.125, 0.125, -0.375]]
    )


def test_the_cross_entropy_is_the_mean_of_minus_log_p():
    logits, y = rng(16).standard_normal((N, M)), np.array([0, 2, 1, 1, 0])
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    loss, _ = softmax_cross_entropy(logits, y)
    assert loss == pytest.approx(np.mean([-np.log(p[i, y[i]]) for i in range(N)]), rel=1e-13)


def test_the_gradient_of_the_cross_entropy_agrees_with_finite_differences():
    logits, y = rng(17).standard_normal((N, M)), np.array([2, 0, 1, 2, 2])
    _, dlogits = softmax_cross_entropy(logits, y)
    numerical = numerical_gradient(lambda z: softmax_cross_entropy(z, y)[0], logits, 1.0)
    assert relative_error(dlogits, numerical) < STEP_ERROR


@DTYPES
def test_large_logits_do_not_overflow(dtype):
    logits = np.array([[1e4, 0.0, -1e4], [0.0, -1e4, 1e4]], dtype)
    loss, dlogits = softmax_cross_entropy(logits, np.array([0, 0]))
    assert loss == pytest.approx(5000)
    np.testing.assert_allclose(dlogits, [[0, 0, 0], [-0.5, 0, 0.5]], atol=1e-15)
    assert dlogits.dtype == dtype


def test_shifting_the_logits_of_a_row_changes_nothing():
    logits = np.round(rng(18).standard_normal((N, M)) * 64) / 64  # so that + 1024 is exact
    y = np.zeros(N, int)
    loss, dlogits = softmax_cross_entropy(logits, y)
    shifted_loss, shifted_dlogits = softmax_cross_entropy(logits + 1024, y)
    assert loss == shifted_loss
    np.testing.assert_array_equal(dlogits, shifted_dlogits)


def test_cross_entropy_does_not_modify_its_arguments():
    logits, y = np.ones((N, M)), np.zeros(N, int)
    logits.flags.writeable = y.flags.writeable = False
    softmax_cross_entropy(logits, y)


@pytest.mark.parametrize(
    ("W", "b", "message"),
    [
        ([1.0, 2.0], None, "W: expected shape (D, M), got shape (2,)"),
        (np.ones((0, 2)), None, "W: expected shape (D, M), got shape (0, 2)"),
        ([[1, 2], [3]], None, "W: expected shape (D, M), got rows of different lengths"),
        ([["a"]], None, "W: expected float32 or float64 numbers, got dtype <U1"),
        (
            [[np.nan]],
            None,
            "W: expected finite numbers, got 1 NaN or infinite, the first at index (0, 0)",
        ),
        (np.ones((2, 3)), np.ones(2), "b: expected shape (3,), got shape (2,)"),
        (np.ones((2, 3)), 0.0, "b: expected shape (3,), got shape ()"),
        (
            np.ones((2, 1)),
            [np.inf],
            "b: expected finite numbers, got 1 NaN or infinite, the first at index (0,)",
        ),
    ],
)
def test_linear_refuses_wrong_weights_by_name(W, b, message):
    with refuses(message):
        Linear(W, b)


@pytest.mark.parametrize("shape", [(N, D + 1), (D,), (N, D, 1, 1)])
def test_linear_refuses_input_of_another_width(shape):
    with refuses(f"x: expected shape (N, {D}), got shape {shape}"):
        linear().forward(np.ones(shape), training=True)


@pytest.mark.parametrize("p", [-0.1, 1.1, np.nan, None, "half"])
def test_dropout_refuses_what_is_no_probability(p):
    with refuses(f"p: expected a finite number from 0 to 1, got {p!r}"):
        Dropout(p, rng())


def test_dropout_refuses_to_drop_everything():
    with refuses("p: expected a probability below 1, got 1, which would drop everything"):
        Dropout(1.0, rng())


def test_dropout_refuses_a_seed():
    with refuses("rng: expected a numpy.random.Generator, such as np.random.default_rng(0), got 0"):
        Dropout(0.5, 0)


@pytest.mark.parametrize(
    ("logits", "y", "message"),
    [
        (np.ones(3), [0], "logits: expected shape (N, C), got shape (3,)"),
        (np.ones((0, 3)), [], "logits: expected shape (N, C), got shape (0, 3)"),
        ([[1, 2], [3]], [0, 0], "logits: expected shape (N, C), got rows of different lengths"),
        ([[1j, 2]], [0], "logits: expected float32 or float64 numbers, got dtype complex128"),
        (
            [[np.inf, 2]],
            [0],
            "logits: expected finite numbers, got 1 NaN or infinite, the first at index (0, 0)",
        ),
        (np.ones((2, 3)), [0], "y: expected shape (2,), got shape (1,)"),
        (np.ones((2, 3)), [[0], [1]], "y: expected shape (2,), got shape (2, 1)"),
        (np.ones((2, 3)), [0, 3], "y: expected labels from 0 to 2, got 0 to 3"),
        (np.ones((2, 3)), [-1, 0], "y: expected labels from 0 to 2, got -1 to 0"),
        (np.ones((2, 3)), [0.0, 1.0], "y: expected integer class labels, got dtype float64"),
        (np.ones((2, 3)), [True, False], "y: expected integer class labels, got dtype bool"),
    ],
)
def test_cross_entropy_refuses_wrong_arguments_by_name(logits, y, message):
    with refuses(message):
        softmax_cross_entropy(logits, y)


@pytest.mark.parametrize("make", LAYERS)
def test_a_forgotten_mode_is_an_error(make):
    with pytest.raises(TypeError, match="training"):
        make().forward(np.ones(shape_for(make)))


def batchnorm():
    return BatchNorm(D)


ALONE = pytest.mark.parametrize("make", [*LAYERS, batchnorm])


@ALONE
@pytest.mark.parametrize(
    ("x", "message"),
    [
        ([[1.0, 2.0, 3.0]], "x: expected an array, such as np.array(x), got list"),
        (None, "x: expected an array, such as np.array(x), got NoneType"),
        (np.ones((N, D), np.float16), "x: expected float32 or float64 numbers, got dtype float16"),
        (np.ones((N, D), bool), "x: expected float32 or float64 numbers, got dtype bool"),
        (np.ones((N, D), complex), "x: expected float32 or float64 numbers, got dtype complex128"),
        (np.full((N, D), "1"), "x: expected float32 or float64 numbers, got dtype <U1"),
    ],
)
def test_a_layer_alone_refuses_by_name_what_is_no_array_of_numbers(make, x, message):
    for training in (True, False):
        with refuses(message):
            make().forward(x, training=training)


@ALONE
@pytest.mark.parametrize("shape", [(D,), (2, D, 2), ()])
def test_a_layer_alone_refuses_other_axes_by_name(make, shape):
    with pytest.raises(
        ValueError, match=rf"^x: expected shape .*, got shape {re.escape(str(shape))}$"
    ):
        make().forward(np.ones(shape), training=True)


@ALONE
def test_backward_before_forward_is_refused(make):
    with refuses("backward: expected a forward pass before it, got none"):
        make().backward(np.ones(shape_for(make)))


@ALONE
def test_an_upstream_gradient_of_another_shape_is_refused(make):
    layer = make()
    out = layer.forward(away_from_zero(*shape_for(make)), training=True)
    for dout, came in (
        (out[:, :1], f"shape {out[:, :1].shape}"),
        (out[0], f"shape {out[0].shape}"),
        (out.tolist(), "list"),
    ):
        with refuses(f"dout: expected shape {out.shape}, got {came}"):
            layer.backward(dout)
