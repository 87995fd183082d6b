import re
from functools import partial

import numpy as np
import pytest
from support.reference import SAME, cases

from bn_helpers.batchnorm import BatchNorm
from bn_helpers.gradients import check_gradient, numerical_gradient, relative_error
from bn_helpers.initializers import he_normal, xavier_normal, zeros
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
from bn_helpers.network import Network, mlp
from bn_helpers.normalization import GroupNorm, LayerNorm
from bn_helpers.training import sgd_step

ACTIVATIONS = pytest.mark.parametrize("activation", [Sigmoid, Tanh, ReLU])
BATCHNORM = pytest.mark.parametrize("batchnorm", [False, True], ids=["plain", "batchnorm"])
MODES = pytest.mark.parametrize("training", [True, False], ids=["training", "evaluation"])


def refuses(message):
    return pytest.raises(ValueError, match=f"^{re.escape(message)}$")


def build(sizes=(4, 6, 5, 3), activation=Tanh, batchnorm=True, initializer=he_normal, seed=0):
    rng = np.random.default_rng(seed)
    return mlp(sizes, activation=activation, initializer=initializer, rng=rng, batchnorm=batchnorm)


def data(N=7, D=4, C=3):
    rng = np.random.default_rng(1)
    return rng.standard_normal((N, D)), rng.integers(0, C, N)


@ACTIVATIONS
def test_a_plain_mlp_alternates_linear_and_activation(activation):
    layers = build(activation=activation, batchnorm=False).layers
    assert [type(layer) for layer in layers] == [Linear, activation, Linear, activation, Linear]
    assert [layer.params["W"].shape for layer in layers[::2]] == [(4, 6), (6, 5), (5, 3)]
    for layer in layers[::2]:
        np.testing.assert_array_equal(layer.params["b"], np.zeros(layer.params["W"].shape[1]))


@ACTIVATIONS
def test_with_batch_norm_a_hidden_linear_has_no_bias_and_the_last_layer_no_batch_norm(activation):
    layers = build(activation=activation).layers
    assert [type(layer) for layer in layers] == [Linear, BatchNorm, activation] * 2 + [Linear]
    assert [layer.num_features for layer in layers if isinstance(layer, BatchNorm)] == [6, 5]
    names = [list(layer.params) for layer in layers if isinstance(layer, Linear)]
    assert names == [["W"], ["W"], ["W", "b"]]


def test_norm_puts_another_layer_where_batch_norm_would_be():
    kinds = dict(activation=Tanh, initializer=he_normal, rng=np.random.default_rng(0))
    for norm, kind in ((LayerNorm, LayerNorm), (partial(GroupNorm, groups=2), GroupNorm)):
        layers = mlp([4, 6, 2, 3], norm=norm, **kinds).layers
        assert [type(layer) for layer in layers] == [Linear, kind, Tanh] * 2 + [Linear]
        names = [list(layer.params) for layer in layers if isinstance(layer, Linear)]
        assert names == [["W"], ["W"], ["W", "b"]]
    with refuses("norm, batchnorm: expected one of the two, got both"):
        mlp([4, 6, 3], norm=LayerNorm, batchnorm=True, **kinds)
    with refuses("norm: expected LayerNorm itself or another of its kind, got 2"):
        mlp([4, 6, 3], norm=2, **kinds)


def test_two_sizes_give_one_linear_layer():
    (layer,) = build(sizes=[4, 3]).layers
    assert list(layer.params) == ["W", "b"]


def test_the_initializer_draws_the_weights_in_order_from_the_generator():
    layers, rng = build(initializer=xavier_normal, seed=5).layers, np.random.default_rng(5)
    for layer in (layer for layer in layers if isinstance(layer, Linear)):
        np.testing.assert_array_equal(
            layer.params["W"], xavier_normal(*layer.params["W"].shape, rng)
        )


def test_networks_with_and_without_batch_norm_start_with_the_same_weights():
    weights = [
        [
            layer.params["W"]
            for layer in build(batchnorm=batchnorm).layers
            if isinstance(layer, Linear)
        ]
        for batchnorm in (True, False)
    ]
    for with_norm, without in zip(*weights):
        np.testing.assert_array_equal(with_norm, without)


def test_a_network_has_no_batch_norm_unless_asked():
    network = mlp([4, 6, 3], activation=ReLU, initializer=he_normal, rng=np.random.default_rng(0))
    assert [type(layer) for layer in network.layers] == [Linear, ReLU, Linear]


def test_activations_of_one_network_are_layers_of_their_own():
    layers = build(batchnorm=False).layers
    assert layers[1] is not layers[3]


@MODES
@BATCHNORM
def test_forward_applies_the_layers_in_order(batchnorm, training):
    network, twin, (x, _) = build(batchnorm=batchnorm), build(batchnorm=batchnorm), data()
    expected = x
    for layer in twin.layers:
        expected = layer.forward(expected, training=training)
    np.testing.assert_array_equal(network.forward(x, training=training), expected)
    assert expected.shape == (7, 3)


@MODES
@BATCHNORM
def test_activations_are_the_outputs_of_the_nonlinear_layers(batchnorm, training):
    network, (x, _) = build(activation=Sigmoid, batchnorm=batchnorm), data()
    first, second = network.activations(x, training=training)
    assert first.shape == (7, 6)
    assert second.shape == (7, 5)
    assert ((first > 0) & (first < 1)).all()
    tail = network.layers[-1]
    np.testing.assert_array_equal(
        tail.forward(second, training=training),
        build(activation=Sigmoid, batchnorm=batchnorm).forward(x, training=training),
    )


def test_dropout_and_batch_norm_outputs_are_no_activations():
    network = Network(
        [Linear(np.ones((4, 2))), BatchNorm(2), ReLU(), Dropout(0.5, np.random.default_rng(0))]
    )
    (only,) = network.activations(data()[0], training=True)
    assert (only >= 0).all()
    assert (only > 0).any()
    assert Network([Linear(np.ones((4, 2)))]).activations(data()[0], training=False) == []


@MODES
@BATCHNORM
@ACTIVATIONS
def test_every_gradient_of_the_loss_agrees_with_finite_differences(activation, batchnorm, training):
    network, (x, y) = build((4, 5, 3), activation, batchnorm), data()
    network.forward(2 + 3 * x, training=True)  # running statistics unlike those of x

    def loss(x):
        return softmax_cross_entropy(network.forward(x, training=training), y)[0]

    _, dlogits = softmax_cross_entropy(network.forward(x, training=training), y)
    dx = network.backward(dlogits)
    assert relative_error(dx, numerical_gradient(loss, x, 1.0)) < 1e-7
    named = [(layer, name) for layer in network.layers for name in layer.params]
    assert len(named) == (5 if batchnorm else 4)
    for layer, name in named:
        gradient, value = layer.grads[name], layer.params[name]

        def loss_with(changed, layer=layer, name=name):
            layer.params[name] = changed
            return loss(x)

        assert relative_error(gradient, numerical_gradient(loss_with, value, 1.0)) < 1e-7, name
        layer.params[name] = value


def test_a_network_of_one_batch_norm_takes_images():
    x = np.random.default_rng(0).standard_normal((2, 3, 4, 5))
    network = Network([BatchNorm(3), ReLU()])
    assert network.forward(x, training=True).shape == x.shape
    assert network.backward(x).shape == x.shape


@MODES
def test_a_network_does_not_modify_its_input(training):
    network, (x, _) = build(), data()
    x.flags.writeable = False
    dout = np.ones_like(network.forward(x, training=training))
    dout.flags.writeable = False
    network.backward(dout)
    network.activations(x, training=training)


def test_evaluation_leaves_the_statistics_and_training_does_not():
    network, (x, _) = build(), data()
    norm = network.layers[1]
    before = norm.state_dict()
    network.forward(x, training=False)
    network.activations(x, training=False)
    for name, value in norm.state_dict().items():
        np.testing.assert_array_equal(value, before[name])
    network.forward(x, training=True)
    assert norm.num_batches == before["num_batches"] + 1


def test_in_evaluation_a_row_does_not_depend_on_the_others():
    network, (x, _) = build(), data()
    network.forward(x, training=True)
    together = network.forward(x, training=False)
    alone = np.concatenate([network.forward(row[None], training=False) for row in x])
    np.testing.assert_allclose(alone, together, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("method", ["forward", "activations"])
@pytest.mark.parametrize(
    ("x", "message"),
    [
        (np.ones(4), "x: expected shape (N, D), got shape (4,)"),
        (np.ones((2, 4, 1)), "x: expected shape (N, D), got shape (2, 4, 1)"),
        (np.ones((0, 4)), "x: expected shape (N, D), got shape (0, 4)"),
        (np.ones((2, 0, 1, 1)), "x: expected shape (N, C, H, W), got shape (2, 0, 1, 1)"),
        (np.ones((2, 5)), "x: expected shape (N, 4), got shape (2, 5)"),
        (np.ones((2, 4, 1, 1)), "x: expected shape (N, 4), got shape (2, 4, 1, 1)"),
        ([[1, 2, 3, 4], [5]], "x: expected shape (N, D), got rows of different lengths"),
        ("images", "x: expected shape (N, D), got str"),
        (np.ones((2, 4)) * 1j, "x: expected float32 or float64 numbers, got dtype complex128"),
        (np.ones((2, 4), np.float16), "x: expected float32 or float64 numbers, got dtype float16"),
        (np.ones((2, 4), bool), "x: expected float32 or float64 numbers, got dtype bool"),
        (
            [[1, 2, 3, np.inf]],
            "x: expected finite numbers, got 1 NaN or infinite, the first at index (0, 3)",
        ),
    ],
)
def test_a_network_refuses_wrong_input_by_name(method, x, message):
    with refuses(message):
        getattr(build(), method)(x, training=True)


def test_a_forgotten_mode_is_an_error():
    with pytest.raises(TypeError, match="training"):
        build().forward(data()[0])


def test_a_network_without_layers_is_refused():
    with refuses("layers: expected at least one layer, got none"):
        Network([])


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        (None, "layers: expected a list of layers, got None"),
        ([ReLU(), 3], "layers: expected layers such as ReLU(), got 3"),
        ("ReLU", "layers: expected layers such as ReLU(), got 'R'"),
    ],
)
def test_a_network_refuses_by_name_what_are_no_layers(layers, message):
    with refuses(message):
        Network(layers)


def wrong_shape(fan_in, fan_out, rng):
    return np.zeros((fan_out, fan_in))


def nan_weights(fan_in, fan_out, rng):
    return np.full((fan_in, fan_out), np.nan)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"sizes": [4]}, "sizes: expected at least an input and an output size, got [4]"),
        ({"sizes": []}, "sizes: expected at least an input and an output size, got []"),
        ({"sizes": [4, 0, 3]}, "sizes: expected a whole number of at least 1, got 0"),
        ({"sizes": [4, -6, 3]}, "sizes: expected a whole number of at least 1, got -6"),
        ({"sizes": [4, 6.0, 3]}, "sizes: expected a whole number of at least 1, got 6.0"),
        ({"sizes": [4, True, 3]}, "sizes: expected a whole number of at least 1, got True"),
        ({"sizes": "463"}, "sizes: expected at least an input and an output size, got '463'"),
        ({"sizes": [[4, 6], [3]]}, "sizes: expected a whole number of at least 1, got [4, 6]"),
        ({"sizes": None}, "sizes: expected at least an input and an output size, got None"),
        ({"sizes": 5}, "sizes: expected at least an input and an output size, got 5"),
        (
            {"activation": "relu"},
            "activation: expected ReLU itself or another of its kind, got 'relu'",
        ),
        (
            {"initializer": "he"},
            "initializer: expected he_normal itself or another of its kind, got 'he'",
        ),
        ({"initializer": wrong_shape}, "initializer: expected shape (4, 6), got shape (6, 4)"),
        ({"initializer": lambda *_: 0.0}, "initializer: expected shape (4, 6), got shape ()"),
        ({"initializer": lambda *_: None}, "initializer: expected shape (4, 6), got NoneType"),
        (
            {"initializer": nan_weights},
            "initializer: expected finite numbers, got 24 NaN or infinite, the first at index "
            "(0, 0)",
        ),
        (
            {"rng": 0},
            "rng: expected a numpy.random.Generator, such as np.random.default_rng(0), got 0",
        ),
    ],
)
def test_mlp_refuses_wrong_arguments_by_name(arguments, message):
    usual = {
        "sizes": [4, 6, 3],
        "activation": ReLU,
        "initializer": he_normal,
        "rng": np.random.default_rng(0),
    }
    with refuses(message):
        mlp(**(usual | arguments))


def test_mlp_with_zeros_needs_no_generator():
    network = build(initializer=zeros, batchnorm=False)
    np.testing.assert_array_equal(network.forward(data()[0], training=False), np.zeros((7, 3)))


@pytest.mark.parametrize("batchnorm", [False, True])
def test_a_float32_network_is_the_same_network_rounded_and_stays_float32(batchnorm):
    kinds = dict(activation=ReLU, initializer=he_normal, batchnorm=batchnorm)
    wide, narrow = (
        mlp([4, 5, 3], rng=np.random.default_rng(0), dtype=dtype, **kinds)
        for dtype in (np.float64, np.float32)
    )
    x, dout = (rows.astype(np.float32) for rows in (data()[0], data(D=3)[0]))
    narrow.forward(x, training=True)
    narrow.backward(dout)
    for ours, theirs in zip(narrow.layers, wide.layers):
        for name, value in ours.params.items():
            assert np.array_equal(value, theirs.params[name].astype(np.float32))
            assert value.dtype == ours.grads[name].dtype == np.float32


def test_the_state_of_a_network_gives_a_twin_from_a_file(tmp_path):
    x, y = data()
    network, twin = build(batchnorm=True), build(batchnorm=True)
    for _ in range(3):
        sgd_step(network, x, y, 0.1)
    np.savez(tmp_path / "network.npz", **network.state_dict())
    assert not np.array_equal(twin.forward(x, training=False), network.forward(x, training=False))
    with np.load(tmp_path / "network.npz") as file:
        twin.load_state_dict(file)
    np.testing.assert_array_equal(
        twin.forward(x, training=False), network.forward(x, training=False)
    )


def test_the_state_of_a_network_is_a_copy():
    network = build(batchnorm=True)
    state = network.state_dict()
    assert list(state)[:3] == ["0.W", "1.gamma", "1.beta"]
    state["0.W"][:] = 7
    network.load_state_dict(state)
    state["0.W"][:] = 8
    assert np.all(network.layers[0].params["W"] == 7)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"0.W": np.ones(3)}, r"^state\['0.W'\]: expected shape"),
        ({"0.W": np.full((4, 4), np.nan)}, r"^state\['0.W'\]: expected "),
        ({"1.running_var": "negative"}, r"^state\['running_var'\]: expected variances"),
        ({"9.W": np.ones(3)}, r"^state: expected the names \['0.W', "),
    ],
)
def test_a_wrong_state_of_a_network_is_refused_and_changes_nothing(changes, message):
    network = build(batchnorm=True)
    before = network.state_dict()
    state = network.state_dict() | {"0.W": network.layers[0].params["W"] + 1} | changes
    if "1.running_var" in changes:
        state["1.running_var"] = -before["1.running_var"]
    with pytest.raises(ValueError, match=message):
        network.load_state_dict(state)
    for name, value in network.state_dict().items():
        np.testing.assert_array_equal(value, before[name])


@pytest.mark.parametrize("keywords", [{}, {"initial_var": 0.0, "unbiased": False}])
def test_mlp_hands_keywords_to_its_batch_norms(keywords):
    network = build(batchnorm=keywords)
    norms = [layer for layer in network.layers if isinstance(layer, BatchNorm)]
    assert norms
    assert all(norm.initial_var == keywords.get("initial_var", 1) for norm in norms)
    assert all(norm.unbiased == keywords.get("unbiased", True) for norm in norms)


# --- a small convolutional network ----------------------------------------------------

TORCH = cases("torch_images", "network")


def convolutional(params):
    """For images of 2 channels and 4 x 4 pixels, from weights by name."""
    norm = BatchNorm(3)
    norm.params = {name: params[f"1.{name}"].copy() for name in ("gamma", "beta")}
    first, last = Convolution(params["0.W"], padding=1), Linear(params["5.W"], params["5.b"])
    return Network([first, norm, ReLU(), AveragePooling(2), Flatten(), last])


def start_of(case):
    return {
        name.removeprefix("start/"): value for name, value in case.items() if name[:6] == "start/"
    }


@pytest.mark.parametrize("name", TORCH)
def test_a_convolutional_network_trains_as_in_pytorch(name):
    case, same = TORCH[name], SAME[name.split()[-1]]
    start = start_of(case)
    network = convolutional(start)
    losses = [sgd_step(network, X, y, float(case["lr"])) for X, y in zip(case["X"], case["y"])]
    np.testing.assert_allclose(losses, case["losses"], **same)
    end = network.state_dict()
    for name in start:
        np.testing.assert_allclose(end[name], case[f"end/{name}"], **same, err_msg=name)
    logits = network.forward(case["X"][0], training=False)
    np.testing.assert_allclose(logits, case["logits_eval"], **same)


def test_every_gradient_of_a_convolutional_network_agrees_with_finite_differences():
    case = TORCH["network float64"]
    network, x = convolutional(start_of(case)), case["X"][0]
    _, dlogits = softmax_cross_entropy(network.forward(x, training=True), case["y"][0])
    check = check_gradient(network, x, dlogits, wrt_input=True)
    assert check.passed, check
    assert list(check.errors) == ["0.W", "1.gamma", "1.beta", "5.W", "5.b", "x"]


def test_the_state_of_a_convolutional_network_gives_a_twin():
    case = TORCH["network float64"]
    network, twin = convolutional(start_of(case)), convolutional(start_of(case))
    sgd_step(network, case["X"][0], case["y"][0], 0.1)
    twin.load_state_dict(network.state_dict())
    ours, theirs = (n.forward(case["X"][1], training=False) for n in (network, twin))
    np.testing.assert_array_equal(ours, theirs)


def test_activations_of_images_are_images():
    case = TORCH["network float64"]
    (only,) = convolutional(start_of(case)).activations(case["X"][0], training=False)
    assert only.shape == (6, 3, 4, 4)
