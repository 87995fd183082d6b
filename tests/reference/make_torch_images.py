"""Write torch_images.npz, as PyTorch 2.13.0 computes it; only this needs PyTorch.

Run in this folder: `python make_torch_images.py`. All inputs come from NumPy with a
fixed seed and are stored, too. Names are "case/array". Linear weights are stored as the
course has them, (fan_in, fan_out).
"""

from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

DTYPES = "float64", "float32"
CONVOLUTIONS = {  # x, W, bias, padding
    "padding 0": ((2, 3, 6, 5), (4, 3, 3, 3), True, 0),
    "padding 1": ((2, 3, 6, 5), (4, 3, 3, 3), True, 1),
    "not square": ((3, 2, 5, 4), (3, 2, 2, 3), True, 1),
    "no bias": ((2, 2, 4, 6), (3, 2, 3, 3), False, 1),
    "one pixel": ((2, 3, 2, 3), (2, 3, 1, 1), False, 2),
    "whole image": ((3, 2, 4, 3), (5, 2, 4, 3), True, 0),
}
POOLINGS = {1: (2, 3, 3, 2), 2: (2, 3, 4, 6), 3: (3, 2, 3, 9)}  # size, x
NORMS = {  # x, groups
    "layernorm rows": ((5, 6), 1),
    "layernorm images": ((3, 6, 2, 4), 1),
    "groupnorm rows": ((5, 6), 2),
    "groupnorm images": ((3, 6, 2, 4), 3),
    "groupnorm by one": ((3, 4, 2, 2), 4),
    "instancenorm images": ((3, 6, 2, 4), 6),
}
STEPS = 3
LR = 0.5


def differentiated(function, given, dtype, rng):
    """The arrays `given`, out, a random dout, and the gradient of each as "dx"."""
    given = {name: value.astype(dtype) for name, value in given.items()}
    tensors = {name: torch.from_numpy(value).requires_grad_() for name, value in given.items()}
    out = function(**tensors)
    dout = rng.standard_normal(out.shape).astype(dtype)
    out.backward(torch.from_numpy(dout))
    case = given | {"out": out.detach().numpy(), "dout": dout}
    return case | {f"d{name}": tensor.grad.numpy() for name, tensor in tensors.items()}


def convolution_case(x, W, bias, padding, dtype, rng):
    given = {"x": rng.standard_normal(x), "W": rng.standard_normal(W)}
    given |= {"b": rng.standard_normal(W[0])} if bias else {}

    def convolve(x, W, b=None):
        return functional.conv2d(x, W, b, padding=padding)

    return differentiated(convolve, given, dtype, rng) | {"padding": np.array(padding)}


def pooling_case(size, shape, dtype, rng):
    def pool(x):
        return functional.avg_pool2d(x, size)

    case = differentiated(pool, {"x": rng.standard_normal(shape)}, dtype, rng)
    return case | {"size": np.array(size)}


def norm_case(kind, shape, groups, dtype, rng):
    C = shape[1]
    given = {"x": rng.normal(3, 2, shape), "gamma": rng.normal(1, 0.5, C)}
    given["beta"] = rng.standard_normal(C)

    def layernorm(x, gamma, beta):
        """The gamma and beta of PyTorch have one value for each pixel."""
        gamma, beta = (v.reshape(C, *[1] * (x.ndim - 2)).expand(x.shape[1:]) for v in (gamma, beta))
        return functional.layer_norm(x, x.shape[1:], gamma, beta)

    def groupnorm(x, gamma, beta):
        return functional.group_norm(x, groups, gamma, beta)

    def instancenorm(x, gamma, beta):
        return functional.instance_norm(x, weight=gamma, bias=beta)

    norms = {"layernorm": layernorm, "groupnorm": groupnorm, "instancenorm": instancenorm}
    case = differentiated(norms[kind.split()[0]], given, dtype, rng)
    return case | {"groups": np.array(groups)}


def network_case(dtype, rng):
    """SGD steps of a convolution, batch norm, ReLU, average pooling and a Linear."""
    network = torch.nn.Sequential(
        torch.nn.Conv2d(2, 3, 3, padding=1, bias=False),
        torch.nn.BatchNorm2d(3),
        torch.nn.ReLU(),
        torch.nn.AvgPool2d(2),
        torch.nn.Flatten(),
        torch.nn.Linear(12, 4),
    ).to(getattr(torch, dtype))
    names = ("0.W", "1.gamma", "1.beta", "5.W", "5.b")
    parameters = dict(zip(names, network.parameters(), strict=True))
    case = {"X": rng.standard_normal((STEPS, 6, 2, 4, 4)).astype(dtype)}
    case |= {"y": rng.integers(0, 4, (STEPS, 6)), "lr": np.array(LR)}
    with torch.no_grad():
        for name, parameter in parameters.items():
            parameter.copy_(torch.from_numpy(rng.normal(name == "1.gamma", 0.5, parameter.shape)))
            case[f"start/{name}"] = ours(parameter)
    optimizer = torch.optim.SGD(network.parameters(), lr=LR)
    losses = []
    for X, y in zip(case["X"], case["y"], strict=True):
        optimizer.zero_grad()
        loss = functional.cross_entropy(network(torch.from_numpy(X)), torch.from_numpy(y))
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    network.eval()
    logits = network(torch.from_numpy(case["X"][0])).detach().numpy()
    case |= {f"end/{name}": ours(parameter) for name, parameter in parameters.items()}
    return case | {"losses": np.array(losses), "logits_eval": logits}


def ours(tensor):
    array = tensor.detach().numpy().copy()
    return np.ascontiguousarray(array.T) if array.ndim == 2 else array


def cases(dtype, rng):
    for name, what in CONVOLUTIONS.items():
        yield f"convolution {name}", convolution_case(*what, dtype, rng)
    for size, shape in POOLINGS.items():
        yield f"pooling {size}", pooling_case(size, shape, dtype, rng)
    for name, what in NORMS.items():
        yield name, norm_case(name, *what, dtype, rng)
    yield "network", network_case(dtype, rng)


def main():
    rng = np.random.default_rng(0)
    arrays = {}
    for dtype in DTYPES:
        for name, case in cases(dtype, rng):
            arrays |= {f"{name} {dtype}/{key}": value for key, value in case.items()}
    target = Path(__file__).with_name("torch_images.npz")
    np.savez_compressed(target, **arrays)
    print(f"PyTorch {torch.__version__}: {len(arrays)} arrays, {target.stat().st_size} bytes")


main()
