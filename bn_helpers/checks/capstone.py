"""The last exercise of lesson 07: a layer of one's own, and a network that uses it."""

import io
from dataclasses import replace

import numpy as np

from .. import batchnorm
from ..data import load_digits
from ..network import Network
from ..training import accuracy, train
from . import capstone_answer
from .calling import undisturbed
from .capstone_parts import PARTS
from .errors import Stop, described
from .question import told
from .verdict import not_yet, right, stopped

NAMES = "gamma", "beta", "running_mean", "running_var"
ENOUGH = 0.95  # accuracy
ROWS = "Look at rows and like first: the rows of x (N, C, H, W) are (N * H * W, C)."


def check_layer(*answers):
    """The Verdict on a class like `MyBatchNorm`: which part of it is wrong."""
    return told(check_layer, judged_layer, answers, capstone_answer.MyBatchNorm)


def judged_layer(Layer):
    """The first part that is wrong, in its own words, or that all are right."""
    if not isinstance(Layer, type):
        return not_yet("not-a-class")
    for number, (part, (question, adapter)) in enumerate(PARTS.items(), start=1):
        function = adapter(Layer)
        function.__wrapped__ = getattr(Layer, "forward", Layer)  # where its lines stand
        verdict = question.judged(function)
        if not verdict:
            verdict = _in_part(f"Part {number} of {len(PARTS) + 1}, {part}.", verdict)
            unfit = "H, W" in part and verdict.slip in ("raised", "wrong-shape")
            return replace(verdict, message=f"{verdict.message} {ROWS}") if unfit else verdict
    try:
        state = _state_of(Layer)
    except Stop as stop:
        return _in_part(f"Part {len(PARTS) + 1} of {len(PARTS) + 1}, state.", stopped(stop))
    return right(f"Both modes, both shapes, both ways. The state has {len(state)} entries.")


def _in_part(part, verdict):
    if "ellipsis" in verdict.message.lower():
        verdict = not_yet("line-missing")
    return replace(verdict, message=f"{part} {verdict.message}")


def _run(function, *arguments):
    """What the student's code returns; Stop if it raises."""
    try:
        with undisturbed():
            return function(*arguments)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # whatever a student's code does, the check answers in words
        raise Stop("raised", described(error, function, arguments, ())) from None


def _state_of(Layer):
    """The state of a trained layer; Stop if evaluation moves it or saving loses it."""
    x = np.random.default_rng(0).normal(2, 3, (8, 3))
    layer = Layer(3, 0.3, 1e-3)
    layer.params["gamma"] += [1, 2, 3]
    layer.forward(x, training=True)
    kept = {name: np.array(_value_of(layer, name)) for name in NAMES}
    out = np.array(layer.forward(x, training=False))
    for name in NAMES:
        if not np.array_equal(_value_of(layer, name), kept[name]):
            raise Stop("evaluation-updates", f"It is {name}.")
    state = _run(layer.state_dict)
    missing = [name for name in NAMES if not isinstance(state, dict) or name not in state]
    if missing:
        raise Stop("state-incomplete", f"Missing: {', '.join(missing)}.")
    layer.params["gamma"] *= 2  # as a step of training does, in place
    layer.forward(x + 1, training=True)
    if not all(np.array_equal(state[name], kept[name]) for name in NAMES):
        raise Stop("state-shared")
    other = Layer(3, 0.3, 1e-3)
    _run(other.load_state_dict, state)
    if not np.allclose(other.forward(x, training=False), out):
        raise Stop("state-not-loaded")
    return state


def _value_of(layer, name):
    return layer.params[name] if name in layer.params else getattr(layer, name)


def check_network(*answers):
    """The Verdict on a network of own layers: (Layer, built, recalibrated, folded).

    It is built, trained, saved, loaded, recalibrated and folded.
    """
    truth = capstone_answer.built, capstone_answer.recalibrated, capstone_answer.folded
    return told(check_network, judged_network, [answers], truth)


def judged_network(answers):
    if len(answers) != 4:
        return not_yet("wrong-count", f"Expected a class and three functions, got {len(answers)}.")
    Layer, *functions = answers
    if not (verdict := judged_layer(Layer)):
        return _in_part("First the layer.", verdict)
    steps = {"built": _built, "recalibrated": _recalibrated, "folded": _folded}
    network, done = None, []
    for function, (name, step) in zip(functions, steps.items()):
        try:
            network, seen = step(Layer, function, network)
        except Stop as stop:
            return _in_part(f"{name}:", stopped(stop))
        done.append(seen)
    return right(" ".join(done))


def _built(Layer, function, _):
    """Build, train, save to a file and load into a new network."""
    network, other = (_run(function, np.random.default_rng(seed)) for seed in (0, 1))
    own = [one for one in network.layers if isinstance(one, Layer)]
    if ... in network.layers:
        raise Stop("line-missing")
    if len(set(map(id, own))) < 2 or batchnorm.batchnorm_layers(network):
        raise Stop("layers-not-replaced", f"There are {len(set(map(id, own)))} of yours.")
    X, y, X_test, y_test = load_digits()
    settings = dict(steps=300, lr=0.1, batch_size=60, rng=np.random.default_rng(0))
    train(network, X, y, **settings)
    share = accuracy(network, X_test, y_test)
    if share < ENOUGH:
        raise Stop("not-learned", f"It is {share:.0%}.")
    file = io.BytesIO()
    np.savez(file, **_arrays(network, Layer))
    file.seek(0)
    _load(other, Layer, dict(np.load(file)))
    if not np.allclose(
        other.forward(X_test, training=False), network.forward(X_test, training=False)
    ):
        raise Stop("state-not-loaded")
    return other, f"Trained to {share:.0%}, saved and loaded."


def _arrays(network, Layer):
    """What a file of the network holds: names such as "1.gamma", and arrays."""
    states = (one.state_dict() if isinstance(one, Layer) else one.params for one in network.layers)
    return {f"{i}.{name}": value for i, state in enumerate(states) for name, value in state.items()}


def _load(network, Layer, arrays):
    for i, one in enumerate(network.layers):
        state = {k.split(".", 1)[1]: v for k, v in arrays.items() if k.split(".")[0] == str(i)}
        if isinstance(one, Layer):
            one.load_state_dict(state)
        elif state:
            one.params = state


def _recalibrated(Layer, function, network):
    """Compare with algorithm 2 of the package, on a twin with its own layers."""
    batches = load_digits()[0][:1380].reshape(23, 60, 64)
    twin = Network(map(_theirs, network.layers))
    batchnorm.recalibrate(twin, batches.reshape(-1, 64), 60)
    before = {k: v for k, v in _arrays(network, Layer).items() if "running" not in k}
    _run(function, network, batches)
    if not all(np.array_equal(_arrays(network, Layer)[k], v) for k, v in before.items()):
        raise Stop("weights-moved")
    for own, theirs in zip(network.layers, twin.layers):
        if isinstance(own, Layer) and not (
            np.allclose(own.running_mean, theirs.running_mean)
            and np.allclose(own.running_var, theirs.running_var)
        ):
            raise Stop("batches-not-alike")
    return network, "Recalibrated."


def _theirs(one):
    """The package's layer in the place of a student's."""
    if not hasattr(one, "running_mean"):
        return one
    theirs = batchnorm.BatchNorm(len(one.running_mean), eps=one.eps)
    theirs.params = {name: np.array(value) for name, value in one.params.items()}
    return theirs


def _folded(Layer, function, network):
    flat = _run(function, network)
    X = load_digits()[2]
    if not hasattr(flat, "layers"):
        raise Stop("nothing-returned" if flat is None else "not-a-network")
    if any(isinstance(one, Layer) for one in flat.layers):
        raise Stop("not-folded")
    off = np.abs(_run(lambda: flat.forward(X, training=False)) - network.forward(X, training=False))
    if off.max() > 1e-6:
        raise Stop("fold-differs", f"By up to {off.max():.2g}.")
    return flat, f"Folded: {len(network.layers)} layers are {len(flat.layers)}."
