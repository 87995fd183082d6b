import importlib
import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from fractions import Fraction

import numpy as np
import pytest

from bn_helpers import (
    batchnorm,
    data,
    gradients,
    initializers,
    layers,
    network,
    normalization,
    plots,
    training,
    whitening,
)
from bn_helpers._require import batch, between, count, floats, generator, labels

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
        ("one", ("N", "D"), "x: expected shape (N, D), got str"),
        (None, ("D",), "x: expected shape (D,), got NoneType"),
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
        (
            [[1, NAN]],
            "x: expected finite numbers, got 1 NaN or infinite, the first at index (0, 1)",
        ),
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
    [
        (0, "0"),
        (-3, "-3"),
        (2.0, "2.0"),
        (True, "True"),
        ("3", "'3'"),
        (None, "None"),
        (NAN, "nan"),
    ],
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


def test_other_byte_orders_are_read_and_turned():
    x = np.array([[1.0, 2.5]], ">f4")
    assert floats("x", x, "N", "D").dtype == np.float32
    np.testing.assert_array_equal(floats("x", x, "N", "D"), [[1.0, 2.5]])


def test_an_array_mapped_from_a_file_is_plain(tmp_path):
    np.save(tmp_path / "x.npy", np.ones((2, 3)))
    x = np.load(tmp_path / "x.npy", mmap_mode="r")
    assert type(floats("x", x, "N", "D")) is np.ndarray


class Table:
    """An array of another library, as NumPy sees it."""

    def __init__(self, values):
        self.values = values

    def __array__(self, dtype=None, copy=None):
        if self.values is None:
            raise RuntimeError("this one lives on another device")
        return np.asarray(self.values, dtype)


def test_what_numpy_reads_as_a_plain_array_is_one():
    np.testing.assert_array_equal(floats("x", Table([[1.0, 2.0]]), "N", "D"), [[1.0, 2.0]])
    np.testing.assert_array_equal(floats("x", range(3), "D"), [0.0, 1.0, 2.0])
    with refuses("x: expected shape (N, D), got Table, which NumPy cannot read"):
        floats("x", Table(None), "N", "D")


@pytest.mark.parametrize(
    "value", [Fraction(1, 2), np.array(0.5), np.float16(0.5), np.longdouble(0.5)]
)
def test_a_real_number_is_one_however_it_is_held(value):
    assert between("p", value, 0, 1) == 0.5


@pytest.mark.parametrize(
    "value",
    [
        "0.5",
        True,
        np.True_,
        np.array([0.5]),
        np.ma.masked,
        np.timedelta64(1, "s"),
        np.datetime64(0, "s"),
        10**400,
    ],
)
def test_what_is_no_real_number_is_refused_by_name(value):
    with pytest.raises(ValueError, match=r"^lr: expected a finite number of at least 0, got .+$"):
        between("lr", value, 0)


@pytest.mark.parametrize(
    "value",
    [
        np.timedelta64(3, "s"),
        np.array([3]),
        10**30,
        Fraction(3, 1),
        pytest.param(10**5000, id="huge"),
    ],
)
def test_what_is_no_whole_number_of_this_machine_is_refused_by_name(value):
    with pytest.raises(ValueError, match=r"^n: expected a whole number of at least 1, got .+$"):
        count("n", value)


def test_what_came_is_told_in_one_line():
    with refuses("lr: expected a finite number of at least 0, got ndarray"):
        between("lr", np.ones((50, 50)), 0)


# --- every public function of floors 0 and 1 ------------------------------------------
#
# Each is entered here with good arguments. What is then put in the place of each array
# must be refused by name.

MODULES = [initializers, layers, batchnorm, normalization, whitening, gradients, data, network]
MODULES += [training, plots]
X = np.random.default_rng(0).standard_normal((6, 4))
Y = np.array([0, 1, 2, 0, 1, 2])
DOUT = np.random.default_rng(1).standard_normal((6, 4))
IMAGES = np.random.default_rng(3).standard_normal((2, 4, 6, 6))
FILTERS = np.random.default_rng(4).standard_normal((4, 4, 3, 2))
ONES, COV = np.ones(4), np.eye(4)
RNG = np.random.default_rng(2)


@dataclass(frozen=True)
class Call:
    """How a public function is called: `run` takes all arguments by name."""

    run: Callable
    arrays: dict = field(default_factory=dict)  # good ones
    numbers: dict = field(default_factory=dict)
    rest: dict = field(default_factory=dict)
    any_shape: tuple = ()  # arrays that may be a single number
    # what a message calls an array, if not by the name of the argument
    named: dict = field(default_factory=dict)


def net():
    return network.mlp(
        [4, 5, 3],
        activation=layers.ReLU,
        initializer=initializers.he_normal,
        rng=RNG,
        batchnorm=True,
    )


def keeps(array):
    return isinstance(array, np.ndarray) and array.dtype.kind == "f" and array.dtype.itemsize > 2


def forward(make, x=X):
    return Call(lambda **given: make().forward(**given), {"x": x}, {}, {"training": True})


def backward(make, x=X):
    def run(dout):
        layer = make()
        layer.forward(x.astype(dout.dtype) if keeps(dout) else x, training=True)
        return layer.backward(dout)

    return Call(run, {"dout": make().forward(x, training=True)})


def square():
    return layers.Linear(COV, ONES)


def cached():
    return batchnorm.batchnorm_forward(X, ONES, ONES)[1]


def normed(name, x=X, **groups):
    """The calls of one norm, forward and backward."""
    forward, backward = (getattr(normalization, f"{name}_{way}") for way in ("forward", "backward"))
    arrays, eps = {"x": x, "gamma": ONES, "beta": ONES}, {"eps": 1e-5}
    cache = forward(**arrays, **eps, **groups)[1]
    return {
        f"normalization.{name}_forward": Call(forward, arrays, eps | groups),
        f"normalization.{name}_backward": Call(backward, {"dout": x}, {}, {"cache": cache}),
    }


def stated(**values):
    bn = batchnorm.BatchNorm(4)
    return bn.load_state_dict(bn.state_dict() | values)


def given_state(value):
    linear = network.Network([square()])
    return linear.load_state_dict(linear.state_dict() | {"0.W": value})


def filled(values, low=-1, high=1):
    with plots.card() as fig:
        return plots.histogram(fig.subplots(), low, high)(values)


def pictured(pixels):
    with plots.card() as fig:
        plots.image(fig.subplots(), pixels)


def drawn(low, high, bins):
    with plots.card() as fig:
        return plots.histogram(fig.subplots(), low, high, bins)


def fans(run):
    return Call(run, {}, {"fan_in": 3, "fan_out": 2}, {"rng": RNG})


def rescaled(run):
    return Call(run, {"x": X, "like": X}, {} if run is whitening.minmax_scale else {"eps": 0.1})


LABELLED = {"X": X, "y": Y}
BATCHES = Call(
    lambda **given: next(data.minibatches(**given)), LABELLED, {"batch_size": 2}, {"rng": RNG}
)
MAKERS = {
    "Linear": square,
    "Sigmoid": layers.Sigmoid,
    "Tanh": layers.Tanh,
    "ReLU": layers.ReLU,
    "Dropout": lambda: layers.Dropout(0.5, RNG),
}
OF_IMAGES = {
    "Convolution": lambda: layers.Convolution(FILTERS, ONES, padding=1),
    "AveragePooling": lambda: layers.AveragePooling(2),
    "Flatten": layers.Flatten,
}


def through_network(name):
    return Call(lambda **given: getattr(net(), name)(**given), {"x": X}, {}, {"training": True})


CALLS = {
    "initializers.zeros": fans(initializers.zeros),
    "initializers.normal": Call(initializers.normal, {}, {"std": 0.1}),
    "initializers.xavier_normal": fans(initializers.xavier_normal),
    "initializers.he_normal": fans(initializers.he_normal),
    "initializers.lecun_normal": fans(initializers.lecun_normal),
    "layers.Linear": Call(layers.Linear, {"W": COV, "b": ONES}),
    "layers.Convolution": Call(layers.Convolution, {"W": FILTERS, "b": ONES}, {"padding": 1}),
    "layers.AveragePooling": Call(layers.AveragePooling, {}, {"size": 2}),
    "layers.Flatten": Call(layers.Flatten),
    "layers.Sigmoid": Call(layers.Sigmoid),
    "layers.Tanh": Call(layers.Tanh),
    "layers.ReLU": Call(layers.ReLU),
    "layers.Dropout": Call(layers.Dropout, {}, {"p": 0.5}, {"rng": RNG}),
    **{f"layers.{name}.forward": forward(make) for name, make in MAKERS.items()},
    **{f"layers.{name}.backward": backward(make) for name, make in MAKERS.items()},
    **{f"layers.{name}.forward": forward(make, IMAGES) for name, make in OF_IMAGES.items()},
    **{f"layers.{name}.backward": backward(make, IMAGES) for name, make in OF_IMAGES.items()},
    "layers.softmax_cross_entropy": Call(layers.softmax_cross_entropy, {"logits": X, "y": Y}),
    "batchnorm.batchnorm_forward": Call(
        batchnorm.batchnorm_forward, {"x": X, "gamma": ONES, "beta": ONES}, {"eps": 1e-5}
    ),
    "batchnorm.batchnorm_backward": Call(
        batchnorm.batchnorm_backward, {"dout": DOUT}, {}, {"cache": cached()}
    ),
    "batchnorm.batchnorm_inference": Call(
        batchnorm.batchnorm_inference,
        {"x": X, "gamma": ONES, "beta": ONES, "mean": ONES, "var": ONES},
        {"eps": 1e-5},
    ),
    "batchnorm.BatchNorm": Call(
        batchnorm.BatchNorm,
        {},
        {"num_features": 3, "momentum": 0.1, "eps": 1e-5, "initial_var": 1.0},
    ),
    "batchnorm.BatchNorm.reset_statistics": Call(lambda: batchnorm.BatchNorm(4).reset_statistics()),
    "batchnorm.BatchNorm.forward": forward(lambda: batchnorm.BatchNorm(4)),
    "batchnorm.BatchNorm.backward": backward(lambda: batchnorm.BatchNorm(4)),
    "batchnorm.BatchNorm.state_dict": Call(lambda: batchnorm.BatchNorm(4).state_dict()),
    "batchnorm.BatchNorm.load_state_dict": Call(
        stated,
        dict.fromkeys(("gamma", "beta", "running_mean", "running_var"), ONES),
        named={
            name: f"state['{name}']" for name in ("gamma", "beta", "running_mean", "running_var")
        },
    ),
    "batchnorm.fold_batchnorm": Call(
        batchnorm.fold_batchnorm, {"W": COV, "b": ONES}, {}, {"bn": batchnorm.BatchNorm(4)}
    ),
    "batchnorm.recalibrate": Call(
        lambda **given: batchnorm.recalibrate(net(), **given), {"X": X}, {"batch_size": 3}
    ),
    **normed("layernorm"),
    **normed("groupnorm", groups=2),
    **normed("instancenorm", IMAGES),
    "normalization.LayerNorm": Call(normalization.LayerNorm, {}, {"num_features": 4, "eps": 1e-5}),
    "normalization.GroupNorm": Call(
        normalization.GroupNorm, {}, {"num_features": 4, "groups": 2, "eps": 1e-5}
    ),
    "normalization.InstanceNorm": Call(
        normalization.InstanceNorm, {}, {"num_features": 4, "eps": 1e-5}
    ),
    "normalization.GroupNorm.forward": forward(lambda: normalization.GroupNorm(4, 2)),
    "normalization.GroupNorm.backward": backward(lambda: normalization.GroupNorm(4, 2)),
    **{
        f"whitening.{f.__name__}": rescaled(f)
        for f in (whitening.minmax_scale, whitening.standardize)
    },
    **{
        f"whitening.{f.__name__}": rescaled(f) for f in (whitening.pca_whiten, whitening.zca_whiten)
    },
    "gradients.numerical_gradient": Call(
        gradients.numerical_gradient,
        {"x": X, "dout": DOUT},
        {"step": 1e-5},
        {"f": np.tanh},
        ("x", "dout"),
    ),
    "gradients.relative_error": Call(
        gradients.relative_error, {"a": X, "b": DOUT}, any_shape=("a", "b")
    ),
    "gradients.check_gradient": Call(
        lambda **given: gradients.check_gradient(square(), **given),
        {"x": X, "dout": DOUT},
        {"step": 1e-5},
    ),
    "data.load_digits": Call(data.load_digits, {}, {}, {"split": "balanced"}),
    "data.load_recorded": Call(data.load_recorded, {}, {}, {"name": "whitening_cost"}),
    "data.load_mnist": Call(data.load_mnist),  # of a folder: test_data
    "data.gaussian_cloud": Call(
        data.gaussian_cloud, {"mean": ONES, "cov": COV}, {"n": 3}, {"rng": RNG}
    ),
    "data.minibatches": BATCHES,
    "data.endless_minibatches": replace(
        BATCHES, run=lambda **given: next(data.endless_minibatches(**given))
    ),
    "network.Network": Call(network.Network, {}, {}, {"layers": [layers.ReLU()]}),
    "network.Network.forward": through_network("forward"),
    "network.Network.activations": through_network("activations"),
    "network.Network.state_dict": Call(lambda: net().state_dict()),
    "network.Network.load_state_dict": Call(
        given_state, {"value": COV}, named={"value": "state['0.W']"}
    ),
    "network.Network.backward": backward(lambda: network.Network([square()])),
    "network.mlp": Call(
        lambda initializer: network.mlp(
            [4, 4], activation=layers.ReLU, initializer=lambda *_: initializer, rng=RNG
        ),
        {"initializer": COV},
    ),
    "training.train": Call(
        lambda **given: training.train(net(), **given, steps=2, rng=RNG),
        LABELLED,
        {"lr": 0.1, "batch_size": 3},
    ),
    "training.sgd_step": Call(
        lambda **given: training.sgd_step(net(), **given), LABELLED, {"lr": 0.1}
    ),
    "training.accuracy": Call(lambda **given: training.accuracy(net(), **given), LABELLED),
    "plots.histograms": Call(
        lambda values: plots.histograms({"values": values}, -1, 1),
        {"values": X},
        any_shape=("values",),
    ),
    "plots.lines": Call(
        lambda x, y: plots.lines(x, {"y": y}, xlabel="", ylabel=""), {"x": np.arange(4), "y": ONES}
    ),
    "plots.image": Call(pictured, {"pixels": X}),
    "plots.histogram": Call(
        drawn,
        {},
        {"low": -1, "high": 1, "bins": 5},
        named=dict.fromkeys(("low", "high", "bins"), "low, high, bins"),
    ),
    "the function that plots.histogram returns": Call(filled, {"values": X}, any_shape=("values",)),
}
# No arrays of numbers in: figures, words, and what others have checked.
NONE = {"plots.name", "plots.log_ticks", "plots.diagram"}
NONE |= {"layers.unchecked_cross_entropy", "training.unchecked_sgd_step"}
NONE |= {"batchnorm.batchnorm_layers", "network.Network.outputs"}
NONE |= {
    "normalization.GroupCache",
    "training.Progress",
    "training.History",
    "gradients.GradientCheck",
}


def public_functions():
    for module in MODULES:
        short = module.__name__.rpartition(".")[2]
        for name, value in vars(module).items():
            if name.startswith("_") or not callable(value) or value.__module__ != module.__name__:
                continue
            yield f"{short}.{name}"
            if inspect.isclass(value):
                own = vars(value) if f"{short}.{name}" not in NONE else {}
                yield from (
                    f"{short}.{name}.{m}"
                    for m, f in own.items()
                    if inspect.isfunction(f) and m[0] != "_"
                )


def test_every_public_function_is_entered():
    assert (
        set(public_functions()) == set(CALLS) - {"the function that plots.histogram returns"} | NONE
    )


def test_every_argument_of_a_public_function_is_entered():
    """Or is left to its module's own tests, which are named here."""
    words = (
        "network sizes activation rng batchnorm norm steps epochs record every folder wrt_input "
    )
    words += "tolerance arrays curves low high bins xlabel ylabel styles ylim style state ax dtype "
    words += "log title limits unbiased"
    elsewhere = set(words.split())
    for name, call in CALLS.items():
        if name.startswith("the function"):
            continue
        module, *path = name.split(".")
        function = importlib.import_module(f"bn_helpers.{module}")
        for part in path:
            function = getattr(function, part)
        entered = {*call.arrays, *call.numbers, *call.rest}
        assert set(inspect.signature(function).parameters) - {"self"} <= entered | elsewhere, name


@pytest.mark.parametrize("name", CALLS)
def test_every_call_of_the_table_is_right_as_it_stands(name):
    call = CALLS[name]
    if name != "data.load_mnist":
        call.run(**call.arrays, **call.numbers, **call.rest)


def half_masked(good):
    return np.ma.array(good, mask=np.arange(good.size).reshape(good.shape) % 2 == 0)


BAD = {
    "objects": lambda good: good.astype(object),
    "strings": lambda good: good.astype(str),
    "bytes": lambda good: good.astype("S8"),
    "dates": lambda good: np.zeros(good.shape, "datetime64[s]"),
    "durations": lambda good: np.ones(good.shape, "timedelta64[s]"),
    "complex": lambda good: good.astype(complex),
    "booleans": lambda good: good > 0,
    "fields": lambda good: np.zeros(good.shape, [("a", float), ("b", float)]),
    "records": lambda good: np.zeros(good.shape, [("a", float)]).view(np.recarray),
    "masked": half_masked,
    "masked, all there": np.ma.array,
    "a list of masked": lambda good: list(half_masked(good)),
    "a matrix": lambda good: np.matrix(good.reshape(len(good), -1)),
    "a list of matrices": lambda good: [np.matrix(row.ravel()) for row in good],
    "a subclass": lambda good: good.view(type("Own", (np.ndarray,), {})),
    "huge whole numbers": lambda good: np.full(good.shape, 10**30, object).tolist(),
    "words": lambda good: np.full(good.shape, "1").tolist(),
    "ragged": lambda good: [[1, 2], [3]],
    "empty": lambda good: good[:0],
    "an empty list": lambda good: [],
    "another library's": lambda good: Table(None),
    "another library's objects": lambda good: Table(good.astype(object)),
    "no array at all": lambda good: object(),
    "a set": lambda good: {1.0, 2.0},
    "a dict": lambda good: {"a": good},
    "a generator": lambda good: (row for row in good),
    "a word": lambda good: "1.0",
    "None": lambda good: None,
    "a 0-d word": lambda good: np.array("1.0"),
    "float16": lambda good: good.astype(np.float16),
    "a number": lambda good: 1.0,
    "0-d": lambda good: np.array(1.0),
    "another number of axes": lambda good: good[np.newaxis, np.newaxis, np.newaxis],
}
LEFT_OUT = {"b": {"None"}, "like": {"None"}}  # they have a default
SINGLE = {"a number", "0-d", "another number of axes"}
HALF = ("plots.", "the function that plots")  # what is drawn may be float16


@pytest.mark.filterwarnings("ignore:the matrix subclass:PendingDeprecationWarning")
@pytest.mark.parametrize("kind", BAD)
@pytest.mark.parametrize("name", [name for name, call in CALLS.items() if call.arrays])
def test_what_is_no_plain_array_of_real_numbers_is_refused_by_name(name, kind):
    call = CALLS[name]
    for argument, good in call.arrays.items():
        fine = kind in LEFT_OUT.get(argument, ()) if name != "gradients.relative_error" else False
        fine |= kind in SINGLE and argument in call.any_shape
        fine |= kind == "float16" and name.startswith(HALF)
        fine |= kind == "another number of axes" and name.startswith("data.") and argument == "X"
        if fine:
            continue
        bad = BAD[kind](good)
        expected = re.escape(call.named.get(argument, argument))
        with pytest.raises(ValueError, match=rf"^{expected}: expected .+, got .+"):
            call.run(**{**call.arrays, **call.numbers, **call.rest, argument: bad})


SCANNED = [
    name
    for name, call in CALLS.items()
    if call.arrays and not re.search("layers.*ward|Norm.*ward", name)
]


@pytest.mark.parametrize("name", SCANNED)
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_is_refused_by_name_outside_of_layers(name, value):
    call = CALLS[name]
    if name.startswith(HALF) or name in ("gradients.relative_error", "network.Network.backward"):
        return  # what diverged may be drawn and compared; the layers of a network do not scan
    for argument, good in call.arrays.items():
        bad = good.astype(float)
        bad.flat[0] = value
        expected = re.escape(call.named.get(argument, argument))
        with pytest.raises(ValueError, match=rf"^{expected}: expected .+, got .+"):
            call.run(**{**call.arrays, **call.numbers, **call.rest, argument: bad})


@pytest.mark.parametrize(
    "value",
    [
        "1",
        None,
        True,
        1j,
        [1],
        np.array([1]),
        np.nan,
        np.ma.masked,
        np.timedelta64(1, "s"),
        "a",
        object(),
    ],
)
@pytest.mark.parametrize("name", [name for name, call in CALLS.items() if call.numbers])
def test_what_is_no_real_number_is_refused_by_name_everywhere(name, value):
    call = CALLS[name]
    for argument in call.numbers:
        if value is None and argument == "momentum":
            continue
        expected = re.escape(call.named.get(argument, argument))
        with pytest.raises(ValueError, match=rf"^{expected}: expected .+, got .+"):
            call.run(**{**call.arrays, **call.numbers, **call.rest, argument: value})


def arrays_of(result):
    if isinstance(result, np.ndarray):
        return [result]
    return (
        [a for part in result for a in arrays_of(part)] if isinstance(result, tuple | list) else []
    )


KEEPING = [
    name
    for name in CALLS
    if re.search(r"ward$|whitening|inference|entropy|minibatches|fold|activ", name)
]


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.longdouble, ">f8", np.int16])
@pytest.mark.parametrize("name", KEEPING)
def test_a_floating_dtype_is_kept_and_integers_become_float64(name, dtype):
    call = CALLS[name]
    first = next(iter(call.arrays))  # the others stay float64
    given = call.arrays | {first: (10 * call.arrays[first]).astype(dtype)}
    if name.endswith("norm_backward"):  # the dtype is that of the cache
        of = CALLS[name.replace("backward", "forward")]
        x = (10 * of.arrays["x"]).astype(dtype)
        given, cache = dict(call.arrays), of.run(**{**of.arrays, **of.numbers, "x": x})[1]
        call = replace(call, rest={"cache": cache})
    before = {argument: array.copy() for argument, array in given.items()}
    out = call.run(**given, **call.numbers, **call.rest)
    out = arrays_of(out[:1] if name.endswith("norm_forward") else out)  # not the cache
    wanted = np.dtype(float) if dtype is np.int16 else np.dtype(dtype).newbyteorder("=")
    found = {array.dtype.newbyteorder("=") for array in out if array.dtype.kind == "f"}
    assert found == {wanted} or "minibatches" in name
    for argument, array in given.items():
        np.testing.assert_array_equal(array, before[argument])
        assert array.dtype == before[argument].dtype


@pytest.mark.parametrize("name", [name for name, call in CALLS.items() if call.arrays])
def test_arguments_that_cannot_be_written_are_read(name):
    call = CALLS[name]
    given = {argument: array.copy() for argument, array in call.arrays.items()}
    for array in given.values():
        array.flags.writeable = False
    call.run(**given, **call.numbers, **call.rest)
