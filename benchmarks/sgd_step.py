"""How long an SGD step takes, against PyTorch eager, both on one thread.

    python -m benchmarks.sgd_step

The networks are those of the paper's figure 1: three hidden layers of 100 sigmoid units
with batch norm, batches of 60. Ours is the step that `training.train` takes. Both start
from the same weights and take the same batch, and their losses must agree.
"""

import numpy as np

from bn_helpers.batchnorm import BatchNorm
from bn_helpers.initializers import normal
from bn_helpers.layers import Linear, Sigmoid
from bn_helpers.network import mlp
from bn_helpers.training import unchecked_sgd_step

from .common import spread, table, take_turns, target, torch

HIDDEN, CLASSES, BATCH, LR = [100, 100, 100], 10, 60, 0.1
WANTED = {  # inputs, numbers: how many times as fast as PyTorch
    (64, "float32"): 1.5,
    (64, "float64"): 1.15,
    (784, "float32"): 0.95,
    (784, "float64"): 0.95,
}
AGREE = {"float32": 1e-4, "float64": 1e-10}
HEAD = ["inputs", "numbers", "ours, µs", "PyTorch, µs", "times as fast", "at least"]


def ours(inputs, dtype, X, y):
    """The network, and a function that takes one step and returns the loss."""
    keywords = dict(initializer=normal(0.1), rng=np.random.default_rng(0), batchnorm=True)
    sizes = [inputs, *HIDDEN, CLASSES]
    network = mlp(sizes, activation=Sigmoid, dtype=dtype, **keywords)
    return network, lambda: unchecked_sgd_step(network, X, y, LR)


def theirs(torch, network, X, y):
    """The same step in PyTorch, from the weights of our network."""
    model = torch.nn.Sequential(*_layers(torch, network))
    optimizer = torch.optim.SGD(model.parameters(), lr=LR)
    inputs, labels = torch.from_numpy(X), torch.from_numpy(y)

    def step():
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(model(inputs), labels)
        loss.backward()
        optimizer.step()
        return loss.item()

    return step


def _layers(torch, network):
    """PyTorch's layer for each of ours."""
    for layer in network.layers:
        if isinstance(layer, Linear):
            state = {"weight": layer.params["W"].T, "bias": layer.params.get("b")}
            state = {
                name: torch.tensor(value) for name, value in state.items() if value is not None
            }
            M, D = state["weight"].shape
            own = torch.nn.Linear(D, M, bias="bias" in state, dtype=state["weight"].dtype)
            own.load_state_dict(state)
            yield own
        elif isinstance(layer, BatchNorm):
            dtype = getattr(torch, layer.params["gamma"].dtype.name)
            yield torch.nn.BatchNorm1d(layer.num_features, dtype=dtype)
        else:
            yield torch.nn.Sigmoid()


def measure(torch, inputs, dtype, rounds):
    """Seconds a step by name, (rounds,); AssertionError if the losses differ."""
    rng = np.random.default_rng(1)
    X, y = rng.random((BATCH, inputs)).astype(dtype), rng.integers(0, CLASSES, BATCH)
    network, our_step = ours(inputs, dtype, X, y)
    their_step = theirs(torch, network, X, y)
    losses = np.array([(our_step(), their_step()) for _ in range(20)])
    assert np.ptp(losses, axis=1).max() < AGREE[dtype], losses
    return take_turns({"ours": our_step, "PyTorch": their_step}, rounds=rounds)


def main(rounds=300):
    rows, pytorch = [], torch()
    for (inputs, dtype), wanted in WANTED.items():
        seconds = measure(pytorch, inputs, dtype, rounds)
        times = seconds["PyTorch"] / seconds["ours"]
        micro = [spread(seconds[name] * 1e6, ".0f") for name in ("ours", "PyTorch")]
        rows.append([inputs, dtype, *micro, spread(times), target(np.median(times), wanted)])
    print(table(HEAD, rows))


if __name__ == "__main__":
    main()
