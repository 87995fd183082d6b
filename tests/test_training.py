import os
import re
import subprocess
import sys
import threading
import warnings

import numpy as np
import pytest

from bn_helpers.batchnorm import BatchNorm
from bn_helpers.data import load_digits, minibatches
from bn_helpers.initializers import he_normal
from bn_helpers.layers import (
    AveragePooling,
    Convolution,
    Dropout,
    Flatten,
    Linear,
    ReLU,
    Sigmoid,
    softmax_cross_entropy,
)
from bn_helpers.network import Network, mlp
from bn_helpers.training import History, accuracy, sgd_step, train

BATCHNORM = pytest.mark.parametrize("batchnorm", [False, True], ids=["plain", "batchnorm"])


def refuses(message):
    return pytest.raises(ValueError, match=f"^{re.escape(message)}$")


def rng(seed=0):
    return np.random.default_rng(seed)


def build(sizes=(64, 32, 10), batchnorm=True, activation=ReLU, seed=0):
    return mlp(
        sizes, activation=activation, initializer=he_normal, rng=rng(seed), batchnorm=batchnorm
    )


@pytest.fixture(scope="module")
def digits():
    return load_digits()


def fit(network, X, y, **kwargs):
    return train(network, X, y, **({"lr": 0.5, "batch_size": 60, "rng": rng(1)} | kwargs))


def small_data(N=20):
    return rng(2).standard_normal((N, 4)), rng(3).integers(0, 3, N)


def params_of(network):
    return [value.copy() for layer in network.layers for value in layer.params.values()]


def assert_same_params(ours, theirs):
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(a, b)


@BATCHNORM
def test_the_digits_are_learned(digits, batchnorm):
    X_train, y_train, X_test, y_test = digits
    network = build(batchnorm=batchnorm)
    assert accuracy(network, X_test, y_test) < 0.3
    history = fit(network, X_train, y_train, steps=150)
    assert np.mean(history.losses[:5]) > 4 * np.mean(history.losses[-20:])
    assert accuracy(network, X_test, y_test) > 0.9
    assert history.diverged_at is None


def test_float32_data_are_learned_too(digits):
    X_train, y_train, X_test, y_test = digits
    network = build()
    fit(network, X_train.astype(np.float32), y_train.astype(np.uint8), steps=100)
    assert accuracy(network, X_test.astype(np.float32), y_test) > 0.9


@BATCHNORM
def test_a_seed_decides_every_bit(digits, batchnorm):
    runs = []
    for _ in range(2):
        network = build(batchnorm=batchnorm)
        network.layers.insert(-1, Dropout(0.2, rng(4)))
        runs.append((fit(network, *digits[:2], steps=30).losses, params_of(network)))
    assert runs[0][0] == runs[1][0]
    assert_same_params(runs[0][1], runs[1][1])
    assert fit(build(batchnorm=batchnorm), *digits[:2], steps=30, rng=rng(5)).losses != runs[0][0]


@BATCHNORM
def test_training_is_forward_backward_and_a_step_of_lr_times_the_gradient(batchnorm):
    X, y = small_data()
    network, twin = (build((4, 5, 3), batchnorm, Sigmoid) for _ in range(2))
    history = train(network, X, y, lr=0.3, batch_size=6, rng=rng(6), epochs=2)

    generator, losses = rng(6), []
    for _ in range(2):
        for X_batch, y_batch in minibatches(X, y, 6, generator):
            loss, dlogits = softmax_cross_entropy(twin.forward(X_batch, training=True), y_batch)
            twin.backward(dlogits)
            losses.append(loss)
            for layer in twin.layers:
                for name in layer.params:
                    layer.params[name] = layer.params[name] - 0.3 * layer.grads[name]
    assert history.losses == losses
    assert_same_params(params_of(network), params_of(twin))


def test_one_step_returns_the_loss_before_it_and_lowers_it():
    X, y = small_data()
    network = build((4, 5, 3))
    before, _ = softmax_cross_entropy(network.forward(X, training=True), y)
    assert sgd_step(network, X, y, 0.1) == before
    after, _ = softmax_cross_entropy(network.forward(X, training=True), y)
    assert after < before


def test_a_learning_rate_of_0_moves_no_parameter():
    network = build((4, 5, 3))
    before = params_of(network)
    fit(network, *small_data(), lr=0, batch_size=5, steps=4)
    assert_same_params(params_of(network), before)
    assert network.layers[1].num_batches == 4


def test_images_are_trained_as_their_rows_are():
    X, y = small_data()
    ends = []
    for flatten, data in (([], X), ([Flatten()], X.reshape(-1, 1, 2, 2))):
        network = Network([*flatten, *build((4, 5, 3)).layers])
        fit(network, data, y, batch_size=5, steps=4)
        ends.append(params_of(network))
    assert_same_params(*ends)


def small_convolutional(batchnorm, dtype=np.float64, seed=0):
    """Two convolutions of 3 x 3 pixels for the digits, each with pooling after it."""
    generator, layers = rng(seed), []
    for C, F in ((1, 8), (8, 16)):
        W = he_normal(C * 9, F, generator, dtype).T.reshape(F, C, 3, 3)
        norm = [BatchNorm(F, dtype=dtype)] if batchnorm else []
        b = None if batchnorm else np.zeros(F)
        layers += [Convolution(W, b, padding=1), *norm, ReLU(), AveragePooling(2)]
    return Network([*layers, Flatten(), Linear(he_normal(64, 10, generator, dtype), np.zeros(10))])


def as_images(X, dtype=np.float64):
    return X.reshape(-1, 1, 8, 8).astype(dtype)


@BATCHNORM
def test_a_small_convolutional_network_learns_the_digits(digits, batchnorm):
    X_train, y_train, X_test, y_test = digits
    network, images = small_convolutional(batchnorm), as_images(X_test)
    assert accuracy(network, images, y_test) < 0.3
    history = fit(network, as_images(X_train), y_train, steps=200)
    assert np.mean(history.losses[:5]) > 4 * np.mean(history.losses[-20:])
    assert accuracy(network, images, y_test) > 0.9


def test_a_convolutional_network_in_float32_stays_in_float32(digits):
    network, X = small_convolutional(True, np.float32), as_images(digits[0], np.float32)
    fit(network, X, digits[1], steps=3)
    outputs = network.outputs(X[:5], training=False)
    assert {array.dtype for array in [*outputs, *params_of(network)]} == {np.dtype(np.float32)}
    assert [out.shape[1:] for out in outputs[::2]] == [
        (8, 8, 8),
        (8, 8, 8),
        (16, 4, 4),
        (16, 4, 4),
        (64,),
    ]


def test_data_and_labels_are_not_modified():
    X, y = small_data()
    X.flags.writeable = y.flags.writeable = False
    fit(build((4, 5, 3)), X, y, batch_size=5, steps=5)


def test_lists_and_integers_are_data_too():
    history = fit(
        build((2, 3, 2)), [[1, 2], [3, 4], [5, 7], [0, 1]], [0, 1, 1, 0], batch_size=2, steps=3
    )
    assert np.isfinite(history.losses).all()


@pytest.mark.parametrize(("N", "batch_size", "per_epoch"), [(20, 6, 3), (20, 5, 4), (20, 20, 1)])
def test_an_epoch_is_as_many_steps_as_full_batches(N, batch_size, per_epoch):
    history = fit(build((4, 5, 3)), *small_data(N), batch_size=batch_size, epochs=3)
    assert len(history.losses) == 3 * per_epoch


def test_steps_run_over_the_end_of_an_epoch():
    by_steps = fit(build((4, 5, 3)), *small_data(), batch_size=6, steps=6)
    by_epochs = fit(build((4, 5, 3)), *small_data(), batch_size=6, epochs=2)
    assert by_steps.losses == by_epochs.losses


@pytest.mark.parametrize(
    ("steps", "every", "recorded"),
    [(7, 3, [0, 3, 6, 7]), (6, 3, [0, 3, 6]), (2, 100, [0, 2]), (1, 1, [0, 1])],
)
def test_records_are_taken_before_the_first_step_every_so_many_and_after_the_last(
    steps, every, recorded
):
    network, taken = build((4, 5, 3)), []

    def batches_seen(net):
        taken.append(net)
        return net.layers[1].num_batches

    record = {"batches": batches_seen, "weight": lambda net: float(net.layers[0].params["W"][0, 0])}
    first = record["weight"](network)
    history = fit(network, *small_data(), batch_size=5, steps=steps, record=record, every=every)
    assert history.steps == history.records["batches"] == recorded
    assert all(net is network for net in taken)
    assert history.records["weight"][0] == first
    assert history.records["weight"][-1] == record["weight"](network)
    assert len(history.records["weight"]) == len(recorded)
    assert len(history.losses) == steps


def test_records_are_taken_every_100_steps_unless_said():
    history = fit(build((4, 5, 3)), *small_data(), batch_size=5, steps=101)
    assert history.steps == [0, 100, 101]


def test_recording_does_not_change_the_run(digits):
    X_train, y_train, X_test, y_test = digits
    record = {"accuracy": lambda net: accuracy(net, X_test, y_test)}
    recorded = fit(build(), X_train, y_train, steps=20, every=5, record=record)
    plain = fit(build(), X_train, y_train, steps=20)
    assert recorded.losses == plain.losses
    assert plain.records == {}


def test_histories_share_nothing():
    first, second = History(), History()
    first.losses.append(1.0)
    first.records["a"] = [1]
    assert (second.losses, second.records) == ([], {})


def diverging(batchnorm):
    """(network, scale of X, lr) of a run whose loss overflows within some steps."""
    return (build(), 1, 1e300) if batchnorm else (build([64] + [50] * 6 + [10], False), 20, 100)


@BATCHNORM
def test_a_run_that_diverges_stops_without_a_warning(digits, capfd, batchnorm):
    network, scale, lr = diverging(batchnorm)
    record = {
        "weights are finite": lambda net: all(np.isfinite(value).all() for value in params_of(net))
    }
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        history = fit(
            network,
            scale * digits[0],
            digits[1],
            lr=lr,
            batch_size=20,
            steps=200,
            record=record,
            every=2,
        )
    assert 1 < history.diverged_at < 200
    assert len(history.losses) == history.diverged_at - 1
    assert np.isfinite(history.losses).all()
    assert history.steps == list(range(0, history.diverged_at, 2))
    assert len(history.records["weights are finite"]) == len(history.steps)
    assert capfd.readouterr().err == ""


def test_a_step_with_a_loss_that_is_not_finite_moves_no_parameter():
    network = Network([Linear(np.full((4, 3), 1e200) * [1, 2, 3])])
    before = params_of(network)
    with np.errstate(all="ignore"):
        assert not np.isfinite(sgd_step(network, np.full((2, 4), 1e200), np.array([0, 1]), 0.1))
    assert_same_params(params_of(network), before)


def test_batches_of_one_train_a_network_without_batch_norm():
    history = fit(build((4, 5, 3), False), *small_data(), batch_size=1, lr=0.1, epochs=10)
    assert len(history.losses) == 200
    assert np.mean(history.losses[-20:]) < np.mean(history.losses[:20])


def test_batches_of_one_are_refused_by_batch_norm():
    with refuses("x: expected more than one value per channel in training, got shape (1, 5)"):
        fit(build((4, 5, 3)), *small_data(), batch_size=1, steps=5)


def test_accuracy_is_the_share_of_rows_whose_largest_output_is_at_the_label():
    network = Network([Linear(np.eye(3))])
    X = [[3, 1, 2], [0, 5, 1], [0, 1, 5], [9, 8, 7]]
    assert accuracy(network, X, [0, 1, 2, 0]) == 1
    assert accuracy(network, X, [0, 1, 2, 1]) == 0.75
    assert accuracy(network, X, [1, 2, 0, 1]) == 0
    assert type(accuracy(network, X, [0, 1, 2, 0])) is float


def test_accuracy_is_measured_in_evaluation_mode():
    X, y = small_data()
    network = build((4, 5, 3))
    fit(network, X, y, batch_size=5, steps=3)
    network.layers.insert(-1, Dropout(0.9, rng(7)))
    before = network.layers[1].state_dict()
    expected = np.mean(network.forward(X, training=False).argmax(axis=1) == y)
    assert accuracy(network, X, y) == expected
    for name, value in network.layers[1].state_dict().items():
        np.testing.assert_array_equal(value, before[name])


@pytest.mark.parametrize(
    ("X", "y", "message"),
    [
        (np.ones((2, 4)), [0], "y: expected shape (2,), got shape (1,)"),
        (np.ones((2, 4)), [0.0, 1.0], "y: expected integer class labels, got dtype float64"),
        (np.ones((2, 4)), [0, 3], "y: expected labels from 0 to 2, got 0 to 3"),
        (np.ones((2, 5)), [0, 1], "x: expected shape (N, 4), got shape (2, 5)"),
        (
            np.full((2, 4), np.nan),
            [0, 1],
            "X: expected finite numbers, got 8 NaN or infinite, the first at index (0, 0)",
        ),
    ],
)
def test_accuracy_refuses_wrong_arguments_by_name(X, y, message):
    with refuses(message):
        accuracy(build((4, 5, 3)), X, y)


LABELS = np.arange(20) % 3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "steps, epochs: expected one of the two, got steps=None and epochs=None"),
        (
            {"steps": 2, "epochs": 3},
            "steps, epochs: expected one of the two, got steps=2 and epochs=3",
        ),
        ({"steps": 0}, "steps: expected a whole number of at least 1, got 0"),
        ({"steps": 2.5}, "steps: expected a whole number of at least 1, got 2.5"),
        ({"epochs": -1}, "epochs: expected a whole number of at least 1, got -1"),
        ({"epochs": True}, "epochs: expected a whole number of at least 1, got True"),
        ({"steps": 1, "every": 0}, "every: expected a whole number of at least 1, got 0"),
        ({"steps": 1, "batch_size": 0}, "batch_size: expected a whole number of at least 1, got 0"),
        (
            {"steps": 1, "batch_size": "all"},
            "batch_size: expected a whole number of at least 1, got 'all'",
        ),
        ({"steps": 1, "batch_size": 21}, "batch_size: expected at most the 20 rows of X, got 21"),
        ({"epochs": 1, "batch_size": 21}, "batch_size: expected at most the 20 rows of X, got 21"),
        ({"steps": 1, "lr": -0.1}, "lr: expected a finite number of at least 0, got -0.1"),
        ({"steps": 1, "lr": np.nan}, "lr: expected a finite number of at least 0, got nan"),
        ({"steps": 1, "lr": np.inf}, "lr: expected a finite number of at least 0, got inf"),
        ({"steps": 1, "lr": None}, "lr: expected a finite number of at least 0, got None"),
        (
            {"steps": 1, "rng": 0},
            "rng: expected a numpy.random.Generator, such as np.random.default_rng(0), got 0",
        ),
        ({"steps": 1, "X": np.ones(20)}, "X: expected shape (N, D), got shape (20,)"),
        (
            {"steps": 1, "X": np.ones((20, 4, 1, 1))},
            "x: expected shape (N, 4), got shape (1, 4, 1, 1)",
        ),
        ({"steps": 1, "X": np.ones((0, 4))}, "X: expected shape (N, D), got shape (0, 4)"),
        (
            {"steps": 1, "X": [[1, 2], [3]]},
            "X: expected shape (N, D), got rows of different lengths",
        ),
        ({"steps": 1, "X": np.ones((20, 5))}, "x: expected shape (N, 4), got shape (1, 5)"),
        (
            {"steps": 1, "X": np.ones((20, 4), np.float16)},
            "X: expected float32 or float64 numbers, got dtype float16",
        ),
        (
            {"steps": 1, "X": np.full((20, 4), np.inf)},
            "X: expected finite numbers, got 80 NaN or infinite, the first at index (0, 0)",
        ),
        ({"steps": 1, "y": LABELS[:19]}, "y: expected shape (20,), got shape (19,)"),
        ({"steps": 1, "y": np.eye(20, 3)}, "y: expected shape (20,), got shape (20, 3)"),
        ({"steps": 1, "y": LABELS + 1}, "y: expected labels from 0 to 2, got 1 to 3"),
        ({"steps": 1, "y": LABELS - 1}, "y: expected labels from 0 to 2, got -1 to 1"),
        ({"steps": 1, "y": LABELS / 1}, "y: expected integer class labels, got dtype float64"),
        ({"steps": 1, "y": LABELS > 0}, "y: expected integer class labels, got dtype bool"),
    ],
)
def test_train_refuses_wrong_arguments_by_name_and_moves_nothing(arguments, message):
    network = build((4, 5, 3))
    before = params_of(network), network.layers[1].num_batches
    usual = {"X": small_data()[0], "y": LABELS, "lr": 0.1, "batch_size": 5, "rng": rng()}
    with refuses(message):
        train(network, **(usual | arguments))
    assert_same_params(params_of(network), before[0])
    assert network.layers[1].num_batches == before[1]


def test_training_starts_no_thread():
    before, during = threading.enumerate(), []
    fit(
        build((4, 5, 3)),
        *small_data(),
        batch_size=5,
        steps=3,
        record={"_": lambda _: during.extend(threading.enumerate())},
    )
    assert set(during) == set(threading.enumerate()) == set(before)


WATCHED_RUN = """
import threading
import numpy as np
from bn_helpers.batchnorm import BatchNorm
from bn_helpers.layers import Linear
from bn_helpers.network import Network
from bn_helpers.training import train

network, rng = Network([Linear(np.eye(2)), BatchNorm(2)]), np.random.default_rng(0)
threads = {"during": lambda _: threading.active_count()}
history = train(
    network, np.eye(2), [0, 1], lr=0.1, batch_size=2, rng=rng, steps=4, every=1, record=threads
)
print(history.records["during"], [thread.name for thread in threading.enumerate()])
"""


def test_with_progress_bars_on_training_starts_no_thread_and_a_short_run_writes_nothing():
    shown = {name: value for name, value in os.environ.items() if not name.startswith("TQDM_")}
    run = subprocess.run(
        [sys.executable, "-P", "-W", "error", "-c", WATCHED_RUN],
        env=shown,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert run.stderr == ""
    assert run.stdout == "[1, 1, 1, 1, 1] ['MainThread']\n"
