import numpy as np
import pytest

from bn_helpers.initializers import he_normal, lecun_normal, normal, xavier_normal, zeros

FAN_IN, FAN_OUT = 200, 300
VARIANCES = {
    "normal(0.01)": (normal(0.01), 0.01**2),
    "normal()": (normal(), 0.01**2),
    "normal(1.0)": (normal(1.0), 1.0),
    "xavier_normal": (xavier_normal, 2 / (FAN_IN + FAN_OUT)),
    "he_normal": (he_normal, 2 / FAN_IN),
    "lecun_normal": (lecun_normal, 1 / FAN_IN),
}
RANDOM = pytest.mark.parametrize(("scheme", "variance"), VARIANCES.values(), ids=VARIANCES)
SCHEMES = pytest.mark.parametrize(
    "scheme", [zeros, normal(), xavier_normal, he_normal, lecun_normal]
)


@RANDOM
def test_the_variance_of_a_weight_is_the_one_of_the_scheme(scheme, variance):
    W = scheme(FAN_IN, FAN_OUT, np.random.default_rng(0))
    sampling_error = np.sqrt(2 / W.size)  # of a variance, relative
    assert abs(np.mean(W**2) / variance - 1) < 5 * sampling_error


@RANDOM
def test_weights_have_mean_zero(scheme, variance):
    W = scheme(FAN_IN, FAN_OUT, np.random.default_rng(1))
    assert abs(W.mean()) < 5 * np.sqrt(variance / W.size)


@RANDOM
def test_weights_are_gaussian(scheme, variance):
    W = scheme(FAN_IN, FAN_OUT, np.random.default_rng(2))
    sampling_error = np.sqrt(24 / W.size)  # of a kurtosis
    assert abs(np.mean(W**4) / variance**2 - 3) < 5 * sampling_error


@RANDOM
def test_the_generator_decides_the_weights(scheme, variance):
    rng = np.random.default_rng(3)
    first, second = scheme(4, 5, rng), scheme(4, 5, rng)
    np.testing.assert_array_equal(scheme(4, 5, np.random.default_rng(3)), first)
    assert (first != second).all()


@SCHEMES
@pytest.mark.parametrize("shape", [(1, 1), (4, 7), (7, 4)])
def test_weights_are_float64_of_shape_fan_in_by_fan_out(scheme, shape):
    W = scheme(*shape, np.random.default_rng(0))
    assert W.shape == shape
    assert W.dtype == np.float64


def test_zeros_are_zeros_and_need_no_generator():
    np.testing.assert_array_equal(zeros(3, 2), np.zeros((3, 2)))


def test_normal_with_std_zero_is_zero():
    np.testing.assert_array_equal(normal(0)(3, 2, np.random.default_rng(0)), np.zeros((3, 2)))


def test_xavier_and_lecun_coincide_for_equal_widths():
    xavier, lecun = (
        scheme(50, 50, np.random.default_rng(4)) for scheme in (xavier_normal, lecun_normal)
    )
    np.testing.assert_allclose(xavier, lecun, rtol=1e-15)


@SCHEMES
@pytest.mark.parametrize("name", ["fan_in", "fan_out"])
@pytest.mark.parametrize("bad", [0, -1, 2.5, True, "3", None])
def test_a_width_that_is_not_a_count_is_refused_by_name(scheme, name, bad):
    sizes = {"fan_in": 3, "fan_out": 2} | {name: bad}
    with pytest.raises(
        ValueError, match=f"^{name}: expected a whole number of at least 1, got {bad!r}$"
    ):
        scheme(**sizes, rng=np.random.default_rng(0))


@RANDOM
def test_a_seed_in_place_of_a_generator_is_refused(scheme, variance):
    with pytest.raises(ValueError, match=r"^rng: expected a numpy\.random\.Generator.*, got 0$"):
        scheme(3, 2, 0)


@pytest.mark.parametrize("std", [-0.1, np.nan, np.inf, None, "wide"])
def test_a_standard_deviation_that_is_no_finite_number_from_0_is_refused(std):
    with pytest.raises(
        ValueError, match=f"^std: expected a finite number of at least 0, got {std!r}$"
    ):
        normal(std)


@SCHEMES
def test_float32_weights_are_the_same_weights_rounded(scheme):
    wide, narrow = (
        scheme(4, 3, np.random.default_rng(0), dtype) for dtype in (np.float64, np.float32)
    )
    assert narrow.dtype == np.float32
    assert np.array_equal(narrow, wide.astype(np.float32))


@SCHEMES
@pytest.mark.parametrize("dtype", [np.float16, int, "words", None, object()])
def test_a_dtype_other_than_float32_and_float64_is_refused(scheme, dtype):
    with pytest.raises(ValueError, match=r"^dtype: expected np.float32 or np.float64, got "):
        scheme(4, 3, np.random.default_rng(0), dtype)
