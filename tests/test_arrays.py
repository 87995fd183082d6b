import re

import numpy as np
import pytest

from bn_helpers._arrays import batch, between, count, floats, generator, labels

NAN, INF = np.nan, np.inf


def refuses(message):
    return pytest.raises(ValueError, match=f"^{re.escape(message)}$")


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.longdouble])
def test_floating_numbers_keep_their_dtype_and_are_not_copied(dtype):
    x = np.ones((2, 3), dtype)
    assert floats("x", x, "N", "D") is x


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int64])
def test_integers_become_float64(dtype):
    x = np.arange(6, dtype=dtype).reshape(2, 3)
    got = floats("x", x, "N", "D")
    assert got.dtype == np.float64
    np.testing.assert_array_equal(got, x)


def test_lists_and_scalars_are_arrays_too():
    np.testing.assert_array_equal(floats("x", [[1, 2.5]], "N", 2), [[1.0, 2.5]])
    assert floats("x", 3).shape == ()


@pytest.mark.parametrize(
    ("value", "shape", "message"),
    [
        ([1.0, 2.0], ("N", "D"), "x: expected shape (N, D), got shape (2,)"),
        (np.ones((2, 3, 1)), ("N", "D"), "x: expected shape (N, D), got shape (2, 3, 1)"),
        (np.ones((2, 3)), ("N", 4), "x: expected shape (N, 4), got shape (2, 3)"),
        (np.ones(2), (3,), "x: expected shape (3,), got shape (2,)"),
        (1.0, ("D",), "x: expected shape (D,), got shape ()"),
        (np.ones((0, 3)), ("N", "D"), "x: expected shape (N, D), got shape (0, 3)"),
        ([], ("D",), "x: expected shape (D,), got shape (0,)"),
        ([[1, 2], [3]], ("N", "D"), "x: expected shape (N, D), got rows of different lengths"),
        ("one", ("N", "D"), "x: expected shape (N, D), got shape ()"),
        (None, ("D",), "x: expected shape (D,), got shape ()"),
        (["a", "b"], (2,), "x: expected float32 or float64 numbers, got dtype <U1"),
        ([None, 1.0], (2,), "x: expected float32 or float64 numbers, got dtype object"),
        ([1j, 2], (2,), "x: expected float32 or float64 numbers, got dtype complex128"),
        ([True, False], (2,), "x: expected float32 or float64 numbers, got dtype bool"),
        (np.ones(2, np.float16), (2,), "x: expected float32 or float64 numbers, got dtype float16"),
        (
            [[1, NAN], [3, 4]],
            ("N", "D"),
            "x: expected finite numbers, got 1 NaN or infinite, the first at index (0, 1)",
        ),
        (
            np.array([0, INF, -INF], np.float32),
            (3,),
            "x: expected finite numbers, got 2 NaN or infinite, the first at index (1,)",
        ),
    ],
)
def test_what_is_not_a_finite_float_array_of_the_shape_is_refused_by_name(value, shape, message):
    with refuses(message):
        floats("x", value, *shape)


@pytest.mark.parametrize("shape", [(2, 3), (2, 3, 4, 5)])
def test_a_batch_is_rows_or_images(shape):
    x = np.ones(shape)
    assert batch("x", x) is x


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (1.0, "x: expected shape (N, D), got shape ()"),
        (np.ones((2, 3, 4)), "x: expected shape (N, D), got shape (2, 3, 4)"),
        (np.ones((2, 3, 0, 5)), "x: expected shape (N, C, H, W), got shape (2, 3, 0, 5)"),
        ([[1, 2], [3]], "x: expected shape (N, D), got rows of different lengths"),
        ([[1, NAN]], "x: expected finite numbers, got 1 NaN or infinite, the first at index (0, 1)"),
    ],
)
def test_what_is_no_batch_is_refused_by_name(value, message):
    with refuses(message):
        batch("x", value)


@pytest.mark.parametrize("dtype", [np.int64, np.uint8])
def test_labels_are_returned_as_they_came(dtype):
    y = np.array([0, 2, 1], dtype)
    assert labels("y", y, 3, 3) is y


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ([0, 1], "y: expected shape (3,), got shape (2,)"),
        ([[0, 1, 2]], "y: expected shape (3,), got shape (1, 3)"),
        ([0.0, 1.0, 2.0], "y: expected integer class labels, got dtype float64"),
        ([True, False, True], "y: expected integer class labels, got dtype bool"),
        (["0", "1", "2"], "y: expected integer class labels, got dtype <U1"),
        ([0, 1, 3], "y: expected labels from 0 to 2, got 0 to 3"),
        ([-1, 0, 1], "y: expected labels from 0 to 2, got -1 to 1"),
    ],
)
def test_what_is_not_a_label_of_each_row_is_refused_by_name(value, message):
    with refuses(message):
        labels("y", value, 3, 3)


def test_a_count_is_a_python_int():
    assert type(count("n", np.int32(3))) is int
    assert count("n", 2, at_least=2) == 2


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0, "0"), (-3, "-3"), (2.0, "2.0"), (True, "True"), ("3", "'3'"), (None, "None"), (NAN, "nan")],
)
def test_what_is_not_a_count_is_refused_by_name(value, shown):
    with refuses(f"n: expected a whole number of at least 1, got {shown}"):
        count("n", value)


def test_a_count_below_its_limit_says_the_limit():
    with refuses("n: expected a whole number of at least 2, got 1"):
        count("n", 1, at_least=2)


@pytest.mark.parametrize("value", [0, 1, 0.5, np.float32(0.25)])
def test_a_number_within_its_limits_is_a_python_float(value):
    got = between("p", value, 0, 1)
    assert type(got) is float
    assert got == value


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (-0.1, "-0.1"),
        (1.5, "1.5"),
        (NAN, "nan"),
        (INF, "inf"),
        (None, "None"),
        ("a half", "'a half'"),
        (1j, "1j"),
        ([0.5], "[0.5]"),
    ],
)
def test_what_is_outside_its_limits_is_refused_by_name(value, shown):
    with refuses(f"p: expected a finite number from 0 to 1, got {shown}"):
        between("p", value, 0, 1)


@pytest.mark.parametrize("value", [-1, INF, NAN])
def test_a_number_without_an_upper_limit_must_still_be_finite(value):
    with refuses(f"lr: expected a finite number of at least 0, got {value!r}"):
        between("lr", value, 0)


def test_a_generator_is_returned_as_it_is():
    rng = np.random.default_rng(0)
    assert generator("rng", rng) is rng


@pytest.mark.parametrize("value", [0, None, "seed"])
def test_a_seed_is_not_a_generator(value):
    expected = "rng: expected a numpy.random.Generator, such as np.random.default_rng(0), got "
    with refuses(expected + repr(value)):
        generator("rng", value)
