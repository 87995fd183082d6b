"""How long batch norm takes, forward and backward, against PyTorch and against memory.

    python -m benchmarks.normalization

Both are layers in training mode, on one thread. Nothing can be faster than memory: one
must read x twice and write out, then read x and dout twice and write dx. These eight
passes over an array take as long as four copies of it, which are timed beside them.
"""

import numpy as np

from bn_helpers.batchnorm import BatchNorm

from .common import spread, table, take_turns, torch

SHAPES = (64, 100), (256, 1024), (4096, 1024), (32, 64, 28, 28)
DTYPES = "float32", "float64"
COPIES = 4  # as long as eight passes
AGREE = {"float32": 1e-4, "float64": 1e-10}
HEAD = ["x", "numbers", "ours, ms", "PyTorch, ms", "times as fast"]
HEAD += ["four copies, ms", "ours / copies", "PyTorch / copies"]


def ours(x, dout):
    """A function that goes forward and backward and returns dx."""
    layer = BatchNorm(x.shape[1], dtype=x.dtype)

    def run():
        layer.forward(x, training=True)
        return layer.backward(dout)

    return run


def theirs(torch, x, dout):
    """The same for PyTorch."""
    kind = torch.nn.BatchNorm1d if x.ndim == 2 else torch.nn.BatchNorm2d
    layer = kind(x.shape[1], dtype=getattr(torch, x.dtype.name))
    leaf, upstream = torch.from_numpy(x).requires_grad_(), torch.from_numpy(dout)

    def run():
        leaf.grad = None
        layer.zero_grad()
        layer(leaf).backward(upstream)
        return leaf.grad.numpy()

    return run


def measure(torch, shape, dtype, rounds):
    """Seconds by name, (rounds,); AssertionError if the gradients differ."""
    rng = np.random.default_rng(0)
    x, dout = (rng.standard_normal(shape).astype(dtype) for _ in range(2))
    copy = np.empty_like(x)
    contenders = {"ours": ours(x, dout), "PyTorch": theirs(torch, x, dout)}
    dx = [run() for run in contenders.values()]
    assert np.abs(dx[0] - dx[1]).max() < AGREE[dtype]
    seconds = take_turns(contenders | {"copy": lambda: np.copyto(copy, x)}, rounds=rounds)
    return seconds | {"copy": COPIES * seconds["copy"]}


def row(shape, dtype, seconds):
    ours, pytorch, bound = (seconds[name] for name in ("ours", "PyTorch", "copy"))
    ms = [spread(values * 1e3, ".3g") for values in (ours, pytorch)]
    memory = [f"{np.median(bound) * 1e3:.2g}"]
    memory += [f"{np.median(values / bound):.1f}" for values in (ours, pytorch)]
    return [shape, dtype, *ms, spread(pytorch / ours), *memory]


def main(rounds=60):
    pytorch = torch()
    cases = [(shape, dtype) for shape in SHAPES for dtype in DTYPES]
    print(table(HEAD, [row(*case, measure(pytorch, *case, rounds)) for case in cases]))


if __name__ == "__main__":
    main()
