import pickle
import re

import numpy as np
import pytest

from bn_helpers import _equations
from bn_helpers.batchnorm import BatchNorm
from bn_helpers.data import load_digits
from bn_helpers.gradients import GradientCheck, check_gradient, numerical_gradient, relative_error
from bn_helpers.layers import AveragePooling, Dropout, Flatten, Linear, ReLU, Sigmoid, Tanh
from bn_helpers.network import Network


def refuses(message):
    return pytest.raises(ValueError, match=f"^{re.escape(message)}$")


def random(*shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape)


def linear(fan_in, fan_out, seed=1, bias=False):
    return Linear(
        random(fan_in, fan_out, seed=seed), random(fan_out, seed=seed + 10) if bias else None
    )


def network(activation=Tanh):
    """Linear, batch norm, activation, linear: a layer before and after batch norm."""
    norm = BatchNorm(3)
    norm.params = {"gamma": 1 + 0.5 * random(3, seed=2), "beta": random(3, seed=3)}
    return Network([linear(4, 3), norm, activation(), linear(3, 2, seed=4, bias=True)])


X, DOUT = random(6, 4, seed=5), random(6, 2, seed=6)


# --- numerical_gradient and relative_error --------------------------------------------


@pytest.mark.parametrize(
    ("f", "x", "dout", "expected"),
    [
        (np.square, [1.0, -3.0], [1.0, 10.0], [2, -60]),
        (np.sin, [[0.0, np.pi]], [[1.0, 1.0]], [[1, -1]]),
        (np.sum, [[1.0, 2.0], [3.0, 4.0]], 2.0, [[2, 2], [2, 2]]),
        (lambda x: x @ np.array([[1.0], [2.0]]), [[5.0, 7.0]], [[3.0]], [[3, 6]]),
        (np.exp, 0.0, 1.0, 1),
        (np.square, [3, 4], [1, 1], [6, 8]),
    ],
    ids=["square", "sin", "sum", "matmul", "0-d", "integers"],
)
def test_the_numerical_gradient_of_a_known_function(f, x, dout, expected):
    dx = numerical_gradient(f, np.array(x), np.array(dout))
    np.testing.assert_allclose(dx, expected, rtol=1e-9, atol=1e-9)
    assert dx.shape == np.shape(x)


@pytest.mark.parametrize("step", [0.5, 0.1, 0.01])
def test_the_central_difference_of_a_cube_is_off_by_the_square_of_the_step(step):
    dx = numerical_gradient(lambda x: x**3, np.array([2.0]), np.ones(1), step)
    rounding = 10 * np.finfo(float).eps * 8 / step
    np.testing.assert_allclose(dx - 12, step**2, rtol=0, atol=rounding)


def test_a_large_output_does_not_drown_its_small_change():
    dx = numerical_gradient(lambda x: x * [1, 0] + [0, 1e9], np.array([1.0, 1.0]), np.ones(2))
    np.testing.assert_allclose(dx, [1, 0], atol=1e-9)


def test_the_numerical_gradient_calls_f_twice_per_value_with_arrays_of_its_own():
    seen = []

    def f(x):
        seen.append(x)
        x *= x
        return x

    x = np.array([1.0, 2.0, 3.0])
    np.testing.assert_allclose(numerical_gradient(f, x, np.ones(3)), [2, 4, 6], rtol=1e-9)
    assert len(seen) == 2 * x.size + 1  # one more to compare shapes
    np.testing.assert_array_equal(x, [1, 2, 3])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"dout": np.ones(2)}, "dout: expected the shape of f(x), (3,), got (2,)"),
        ({"dout": 1.0}, "dout: expected the shape of f(x), (3,), got ()"),
        ({"step": 0}, "step: expected more than 0, got 0"),
        ({"step": -1e-5}, "step: expected a finite number of at least 0, got -1e-05"),
        ({"step": np.nan}, "step: expected a finite number of at least 0, got nan"),
    ],
)
def test_numerical_gradient_refuses_wrong_arguments_by_name(arguments, message):
    with refuses(message):
        numerical_gradient(**({"f": np.sin, "x": np.ones(3), "dout": np.ones(3)} | arguments))


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ([1.0, 2.0], [1.0, 2.0], 0),
        ([100.0, 1.0], [100.0, 2.0], 0.01),
        ([0.0, 0.0], [0.0, 0.0], 0),
        ([0.0], [1e-12], 1),
        ([1.0], [-1.0], 2),
        (3, 4, 0.25),
    ],
)
def test_the_relative_error_is_the_largest_difference_over_the_largest_value(a, b, expected):
    assert relative_error(a, b) == relative_error(b, a) == pytest.approx(expected, rel=1e-15)


def test_relative_error_refuses_arrays_of_different_shapes():
    with refuses("b: expected the shape of a, (3,), got (3, 1)"):
        relative_error(np.ones(3), np.ones((3, 1)))


# --- right networks pass --------------------------------------------------------------


@pytest.mark.parametrize("activation", [Sigmoid, Tanh, ReLU])
@pytest.mark.parametrize("wrt_input", [False, True])
def test_a_right_network_passes(activation, wrt_input):
    check = check_gradient(network(activation), X, DOUT, wrt_input=wrt_input)
    assert check.passed
    assert list(check.errors) == ["0.W", "1.gamma", "1.beta", "3.W", "3.b"] + ["x"] * wrt_input
    assert max(check.errors.values()) < 1e-7
    assert re.fullmatch(r"All gradients agree; largest relative error \de-\d\d\.", str(check))
    assert repr(check) == str(check)


@pytest.mark.parametrize(
    ("layers", "shape", "out_shape"),
    [
        (linear(4, 3, bias=True), (1, 4), (1, 3)),
        ([linear(4, 3), Tanh()], (2, 4), (2, 3)),
        ([linear(4, 5), Dropout(0.5, np.random.default_rng(0)), linear(5, 3)], (6, 4), (6, 3)),
        ([linear(4, 3), BatchNorm(3), Dropout(0.3, np.random.default_rng(1))], (6, 4), (6, 3)),
        (BatchNorm(4), (3, 4), (3, 4)),
        (BatchNorm(4), (2, 4, 2, 2), (2, 4, 2, 2)),
        (BatchNorm(4), (1, 4, 1, 3), (1, 4, 1, 3)),
        (Dropout(0.5, np.random.default_rng(2)), (5, 4), (5, 4)),
    ],
)
def test_any_right_layer_or_list_of_layers_passes(layers, shape, out_shape):
    check = check_gradient(
        layers, random(*shape, seed=7), random(*out_shape, seed=8), wrt_input=True
    )
    assert check.passed, str(check)


def test_weights_of_float32_and_integer_input_pass():
    layers = [Linear(random(4, 3).astype(np.float32)), BatchNorm(3), Tanh()]
    check = check_gradient(
        layers, np.round(10 * X).astype(int), random(6, 3, seed=8), wrt_input=True
    )
    assert check.passed, str(check)


def test_float32_input_is_checked_in_float64():
    check = check_gradient(BatchNorm(4), X.astype(np.float32), random(6, 4, seed=8), wrt_input=True)
    assert max(check.errors.values()) < 1e-7


def test_checking_leaves_every_bit_of_the_network():
    net = network()
    net.layers.insert(3, Dropout(0.5, np.random.default_rng(3)))
    net.forward(X, training=True)
    before, x, dout = pickle.dumps(net), X.copy(), DOUT.copy()
    x.flags.writeable = dout.flags.writeable = False
    assert check_gradient(net, x, dout, wrt_input=True).passed
    assert pickle.dumps(net) == before


# --- wrong ones do not ----------------------------------------------------------------


def without_one_over_m(dout, cache):
    _, dgamma, dbeta = right(dout, cache)
    return cache.gamma / cache.std * (dout - (dbeta + cache.x_hat * dgamma)), dgamma, dbeta


def detached_statistics(dout, cache):
    return cache.gamma / cache.std * dout, *right(dout, cache)[1:]


def detached_mean(dout, cache):
    _, dgamma, dbeta = right(dout, cache)
    return cache.gamma / cache.std * (dout - cache.x_hat * dgamma / len(dout)), dgamma, dbeta


def detached_variance(dout, cache):
    _, dgamma, dbeta = right(dout, cache)
    return cache.gamma / cache.std * (dout - dbeta / len(dout)), dgamma, dbeta


def without_gamma(dout, cache):
    dx, dgamma, dbeta = right(dout, cache)
    return dx / cache.gamma, dgamma, dbeta


def dgamma_without_x_hat(dout, cache):
    dx, _, dbeta = right(dout, cache)
    return dx, dout.sum(axis=0), dbeta


def dbeta_as_a_mean(dout, cache):
    dx, dgamma, dbeta = right(dout, cache)
    return dx, dgamma, dbeta / len(dout)


right = _equations.backward
MUTANTS = {
    without_one_over_m: "0.W",
    detached_statistics: "0.W",
    detached_mean: "0.b",
    detached_variance: "0.W",
    without_gamma: "0.W",
    dgamma_without_x_hat: "1.gamma",
    dbeta_as_a_mean: "1.beta",
}


@pytest.mark.parametrize(
    ("mutant", "name"), MUTANTS.items(), ids=lambda value: getattr(value, "__name__", value)
)
def test_a_wrong_backward_of_batch_norm_is_found(monkeypatch, mutant, name):
    net = network()
    net.layers[0] = linear(4, 3, bias=True)
    monkeypatch.setattr(_equations, "backward", mutant)
    check = check_gradient(net, X, DOUT)
    assert name in check.wrong
    assert not set(check.wrong) - {"0.W", "0.b", name}
    assert not check.passed
    assert re.search(
        rf"^{re.escape(name)}: wrong, relative error \de[+-]\d\d\.$", str(check), re.MULTILINE
    )


@pytest.mark.parametrize("mutant", [without_one_over_m, detached_statistics])
def test_a_wrong_dx_of_batch_norm_is_found_in_images(monkeypatch, mutant):
    monkeypatch.setattr(_equations, "backward", mutant)
    images = random(2, 4, 2, 2, seed=7), random(2, 4, 2, 2, seed=8)
    assert check_gradient(BatchNorm(4), *images, wrt_input=True).wrong == ["x"]


class MeanB(Linear):
    def backward(self, dout):
        dx = super().backward(dout)
        self.grads["b"] = dout.mean(axis=0)
        return dx


class ScaledW(Linear):
    """Off by one part in 10,000."""

    def backward(self, dout):
        dx = super().backward(dout)
        self.grads["W"] = self.grads["W"] * 1.0001
        return dx


class SlopeOfTheInput(Tanh):
    def forward(self, x, *, training):
        self._x = x
        return super().forward(x, training=training)

    def backward(self, dout):
        return dout * (1 - self._x**2)


class NaNSlope(Tanh):
    def backward(self, dout):
        return dout * np.nan


@pytest.mark.parametrize(
    ("layers", "wrong"),
    [
        (MeanB(random(4, 2), random(2)), ["b"]),
        (ScaledW(random(4, 2), random(2)), ["W"]),
    ],
    ids=["mean for db", "W off by 1e-4"],
)
def test_a_wrong_backward_of_linear_is_found(layers, wrong):
    assert check_gradient(layers, X, DOUT, wrt_input=True).wrong == [f"0.{name}" for name in wrong]


def test_a_wrong_slope_is_found_in_all_that_lies_before_it():
    assert check_gradient([linear(4, 2), SlopeOfTheInput()], X, DOUT, wrt_input=True).wrong == [
        "0.W",
        "x",
    ]


def test_a_backward_that_gives_nan_is_found():
    check = check_gradient([linear(4, 2), NaNSlope()], X, DOUT)
    assert check.wrong == ["0.W"]
    assert not check.passed
    assert str(check) == "0.W: wrong, relative error nan."


def test_the_tolerance_decides_how_wrong_is_wrong():
    layer = ScaledW(random(4, 2), random(2))
    assert check_gradient(layer, X, DOUT, tolerance=1e-3).passed
    assert not check_gradient(layer, X, DOUT, tolerance=1e-5).passed


# --- when agreement proves nothing ----------------------------------------------------

BATCH_OF_ONE = "with a batch of one, batch norm outputs beta whatever x is: both sides are 0"
BATCH_OF_TWO = (
    "with a batch of two, x_hat is -1 and +1 whatever x is: "
    "the true dx is of the size of eps, or rounding"
)
NOTHING_BEFORE = (
    "nothing is compared before batch norm (layer 0), so its gradient to x is never used; "
    "put a Linear layer before it or pass wrt_input=True"
)


def constant_upstream(i):
    constant = f"the upstream gradient of batch norm (layer {i}) is constant over the batch"
    return f"{constant}, so its true dx is 0"


def images(*shape):
    return random(*shape, seed=7), random(*shape, seed=8)


VACUOUS = {
    "batch of one": (network(), X[:1], DOUT[:1], True, BATCH_OF_ONE),
    "batch of two": (network(), X[:2], DOUT[:2], True, BATCH_OF_TWO),
    "one place": (BatchNorm(4), *images(1, 4, 1, 1), True, BATCH_OF_ONE),
    "two places": (BatchNorm(4), *images(1, 4, 1, 2), True, BATCH_OF_TWO),
    "two images": (BatchNorm(4), *images(2, 4, 1, 1), True, BATCH_OF_TWO),
    "two flat images": (
        [Flatten(), linear(16, 3), BatchNorm(3)],
        random(2, 4, 2, 2, seed=7),
        random(2, 3, seed=8),
        True,
        BATCH_OF_TWO,
    ),
    "two places after pooling": (
        [AveragePooling(2), BatchNorm(4)],
        random(1, 4, 2, 4, seed=7),
        random(1, 4, 1, 2, seed=8),
        True,
        BATCH_OF_TWO,
    ),
    "upstream ones": (
        [linear(4, 3), BatchNorm(3)],
        X,
        np.ones((6, 3)),
        False,
        constant_upstream(1),
    ),
    "upstream one value per feature": (
        [linear(4, 3), BatchNorm(3)],
        X,
        np.tile([1.0, -2.0, 3.0], (6, 1)),
        True,
        constant_upstream(1),
    ),
    "upstream zeros": (
        [linear(4, 3), BatchNorm(3)],
        X,
        np.zeros((6, 3)),
        False,
        constant_upstream(1),
    ),
    "upstream constant in images": (
        BatchNorm(4),
        random(2, 4, 2, 2),
        np.ones((2, 4, 2, 2)),
        True,
        constant_upstream(0),
    ),
    "upstream one value per channel": (
        BatchNorm(4),
        random(2, 4, 2, 2),
        np.tile(random(4, 1, 1, seed=9), (2, 1, 2, 2)),
        True,
        constant_upstream(0),
    ),
    "constant through linear": (
        [linear(4, 3), BatchNorm(3), linear(3, 2, seed=4)],
        X,
        np.ones((6, 2)),
        False,
        constant_upstream(1),
    ),
    "nothing before": ([BatchNorm(4), linear(4, 2)], X, DOUT, False, NOTHING_BEFORE),
    "no parameters before": (
        [Tanh(), BatchNorm(4), linear(4, 2)],
        X,
        DOUT,
        False,
        NOTHING_BEFORE.replace("layer 0", "layer 1"),
    ),
}


@pytest.mark.parametrize("mutant", [right, detached_statistics], ids=["right", "mutant"])
@pytest.mark.parametrize("case", VACUOUS)
def test_a_check_that_cannot_tell_says_so_and_does_not_pass(monkeypatch, case, mutant):
    net, x, dout, wrt_input, reason = VACUOUS[case]
    monkeypatch.setattr(_equations, "backward", mutant)
    check = check_gradient(net, x, dout, wrt_input=wrt_input)
    assert reason in check.vacuous
    assert not check.passed
    assert f"No proof: {reason}." in str(check).splitlines()


@pytest.mark.parametrize("case", ["nothing before", "no parameters before"])
def test_comparing_the_input_makes_the_check_meaningful(monkeypatch, case):
    net, x, dout, _, _ = VACUOUS[case]
    assert check_gradient(net, x, dout, wrt_input=True).passed
    monkeypatch.setattr(_equations, "backward", detached_statistics)
    assert check_gradient(net, x, dout, wrt_input=True).wrong == ["x"]


@pytest.mark.parametrize(
    ("layers", "x", "dout"),
    [
        (linear(4, 2), X, np.zeros((6, 2))),
        ([Linear(-np.ones((4, 2))), ReLU()], np.abs(X) + 1, DOUT),
    ],
    ids=["no upstream gradient", "dead ReLU"],
)
def test_gradients_that_are_all_0_prove_nothing(layers, x, dout):
    check = check_gradient(layers, x, dout)
    assert check.zero == ["0.W"]
    assert check.vacuous == ["every gradient is 0 on both sides"]
    assert not check.passed
    assert "0.W: zero on both sides, so it tests nothing." in str(check)


def test_without_anything_to_compare_nothing_is_proven():
    check = check_gradient(Tanh(), X, X)
    assert check.vacuous == ["there is nothing to compare"]
    assert not check.passed


def test_a_bias_before_batch_norm_has_gradient_0_and_is_named():
    net = network()
    net.layers[0] = linear(4, 3, bias=True)
    check = check_gradient(net, X, DOUT)
    assert check.zero == ["0.b"]
    assert check.passed
    assert str(check) == "0.b: zero on both sides, so it tests nothing."


def test_a_new_outcome_shares_nothing_with_another():
    first, second = GradientCheck(), GradientCheck()
    first.wrong.append("x")
    assert second.wrong == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"dout": np.ones((6, 3))}, "dout: expected shape (6, 2), got shape (6, 3)"),
        ({"dout": np.ones((1, 2))}, "dout: expected shape (6, 2), got shape (1, 2)"),
        ({"dout": DOUT * 1j}, "dout: expected float32 or float64 numbers, got dtype complex128"),
        (
            {"dout": DOUT * np.inf},
            "dout: expected finite numbers, got 12 NaN or infinite, the first at index (0, 0)",
        ),
        (
            {"x": X * np.nan},
            "x: expected finite numbers, got 24 NaN or infinite, the first at index (0, 0)",
        ),
        ({"x": X > 0}, "x: expected float32 or float64 numbers, got dtype bool"),
        ({"x": X[0]}, "x: expected shape (N, D), got shape (4,)"),
        ({"x": X[:0]}, "x: expected shape (N, D), got shape (0, 4)"),
        ({"x": [[1, 2, 3, 4], [5]]}, "x: expected shape (N, D), got rows of different lengths"),
        ({"x": X[:, :3]}, "x: expected shape (N, 4), got shape (6, 3)"),
        ({"step": 0}, "step: expected more than 0, got 0"),
    ],
)
def test_check_gradient_refuses_wrong_arguments_by_name(arguments, message):
    with refuses(message):
        check_gradient(**({"network": network(), "x": X, "dout": DOUT} | arguments))


def whole_numbers(N=6, D=4):
    """Inputs, many of them exactly 0, the corner of ReLU; an upstream gradient."""
    rng = np.random.default_rng(0)
    return rng.integers(-2, 3, (N, D)).astype(float), rng.standard_normal((N, D))


def test_right_code_is_not_called_wrong_at_a_corner():
    x, dout = whole_numbers()
    check = check_gradient(ReLU(), x, dout, wrt_input=True)
    assert check.passed
    assert check.corners == {"x": np.sum(x == 0)}
    assert str(check).startswith(
        f"x: no proof at a corner here, {np.sum(x == 0)} left out.\nAll others agree"
    )


def test_batch_norm_and_relu_on_eight_digits_are_right():
    # pixels that are the same in all eight: x_hat is 0 at the corner, for every row
    X = load_digits()[0][:8]
    dout = np.random.default_rng(0).standard_normal(X.shape)
    check = check_gradient([BatchNorm(64), ReLU()], X, dout, wrt_input=True)
    assert check.passed, check
    assert 0 < check.corners["x"] < X.size


@pytest.mark.parametrize("at", np.linspace(-1.2e-5, 1.2e-5, 49))
def test_a_corner_is_seen_wherever_it_lies_within_the_step(at):
    x, dout = np.array([[at, 1.0], [-2 * at, -1.0]]), np.array([[1.0, 0.7], [-0.3, 0.4]])
    assert check_gradient(ReLU(), x, dout, wrt_input=True, step=1e-5).passed


def test_wrong_code_is_called_wrong_beside_corners():
    class TooLarge(ReLU):
        def backward(self, dout):
            return 1.001 * super().backward(dout)

    x, dout = whole_numbers()
    check = check_gradient(TooLarge(), x, dout, wrt_input=True)
    assert check.wrong == ["x"]
    assert not check.passed


def test_where_there_are_only_corners_there_is_no_proof():
    check = check_gradient(ReLU(), np.zeros((3, 2)), np.ones((3, 2)), wrt_input=True)
    assert not check.passed
    assert not check.wrong
    assert str(check).startswith(
        "No proof: x has a corner at each of its values here; move x a little."
    )
