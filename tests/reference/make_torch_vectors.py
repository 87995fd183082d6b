"""Write torch_batchnorm.npz, as PyTorch 2.13.0 computes it; only this needs PyTorch.

Run in this folder: `python make_torch_vectors.py`. All inputs come from NumPy with a
fixed seed and are stored, too. Names are "case/array". A weight is stored as the course
has it, (fan_in, fan_out).
"""

from itertools import product
from pathlib import Path

import numpy as np
import torch

SHAPES = (2, 3), (3, 3), (32, 3), (1, 3, 2, 2), (4, 3, 3, 5)
DTYPES = "float64", "float32"
MOMENTA = 0.1, 0.3, None
ACTIVATIONS = "Sigmoid", "Tanh", "ReLU"
STEPS = 4
LR = 0.5


def batchnorm_case(shape, dtype, rng):
    """STEPS batches in training, gradients of the last, one batch in evaluation.

    The running statistics (3, STEPS, D) and what follows have one row per momentum.
    """
    D = shape[1]
    case = {
        "x": rng.normal(3, 2, (STEPS, *shape)),
        "x_eval": rng.normal(3, 2, shape),
        "dout": rng.standard_normal(shape),
        "gamma": rng.normal(1, 0.5, D),
        "beta": rng.standard_normal(D),
    }
    case = {name: value.astype(dtype) for name, value in case.items()}
    runs = [run(case, shape, dtype, momentum) for momentum in MOMENTA]
    case |= {name: value for name, value in runs[0].items() if name.endswith("_train")}
    return case | {
        name: np.array([r[name] for r in runs]) for name in runs[0] if not name.endswith("_train")
    }


def run(case, shape, dtype, momentum):
    layer = {2: torch.nn.BatchNorm1d, 4: torch.nn.BatchNorm2d}[len(shape)](
        shape[1], eps=1e-5, momentum=momentum
    )
    layer = layer.to(getattr(torch, dtype))
    with torch.no_grad():
        layer.weight.copy_(torch.from_numpy(case["gamma"]))
        layer.bias.copy_(torch.from_numpy(case["beta"]))

    means, variances = [], []
    for x in case["x"]:
        trained = forward_backward(layer, x, case["dout"])
        means.append(layer.running_mean.numpy().copy())
        variances.append(layer.running_var.numpy().copy())
    layer.eval()
    evaluated = forward_backward(layer, case["x_eval"], case["dout"])
    result = {"running_mean": np.array(means), "running_var": np.array(variances)}
    result |= {f"{name}_train": value for name, value in trained.items()}
    return result | {f"{name}_eval": value for name, value in evaluated.items()}


def forward_backward(layer, x, dout):
    x = torch.from_numpy(x).requires_grad_()
    layer.zero_grad()
    out = layer(x)
    out.backward(torch.from_numpy(dout))
    arrays = {
        "out": out.detach(),
        "dx": x.grad,
        "dgamma": layer.weight.grad,
        "dbeta": layer.bias.grad,
    }
    return {name: array.numpy().copy() for name, array in arrays.items()}


def mlp_case(activation, dtype, rng):
    """Three SGD steps of Linear, BatchNorm1d, activation, Linear."""
    N, D, H, C = 8, 6, 5, 3
    network = torch.nn.Sequential(
        torch.nn.Linear(D, H, bias=False),
        torch.nn.BatchNorm1d(H),
        getattr(torch.nn, activation)(),
        torch.nn.Linear(H, C),
    ).to(getattr(torch, dtype))
    names = ("0.W", "1.gamma", "1.beta", "3.W", "3.b")
    parameters = dict(zip(names, network.parameters(), strict=True))
    case = {"X": rng.standard_normal((3, N, D)).astype(dtype), "y": rng.integers(0, C, (3, N))}
    with torch.no_grad():
        for name, parameter in parameters.items():
            parameter.copy_(torch.from_numpy(rng.normal(name == "1.gamma", 0.5, parameter.shape)))
            case[f"start/{name}"] = ours(parameter)

    optimizer = torch.optim.SGD(network.parameters(), lr=LR)
    losses = []
    for step, (X, y) in enumerate(zip(case["X"], case["y"], strict=True)):
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(network(torch.from_numpy(X)), torch.from_numpy(y))
        loss.backward()
        losses.append(loss.item())
        if step == 0:
            case |= {
                f"gradient/{name}": ours(parameter.grad) for name, parameter in parameters.items()
            }
        optimizer.step()
    network.eval()
    case |= {f"end/{name}": ours(parameter) for name, parameter in parameters.items()}
    case |= {"losses": np.array(losses), "lr": np.array(LR)}
    case |= {
        "running_mean": network[1].running_mean.numpy(),
        "running_var": network[1].running_var.numpy(),
    }
    return case | {"logits_eval": network(torch.from_numpy(case["X"][0])).detach().numpy()}


def ours(tensor):
    array = tensor.detach().numpy().copy()
    return np.ascontiguousarray(array.T)


def main():
    rng = np.random.default_rng(0)
    arrays = {}
    for shape, dtype in product(SHAPES, DTYPES):
        case = f"batchnorm {'x'.join(map(str, shape))} {dtype}"
        arrays |= {f"{case}/{k}": v for k, v in batchnorm_case(shape, dtype, rng).items()}
    for activation, dtype in product(ACTIVATIONS, DTYPES):
        arrays |= {
            f"mlp {activation} {dtype}/{k}": v for k, v in mlp_case(activation, dtype, rng).items()
        }
    target = Path(__file__).with_name("torch_batchnorm.npz")
    np.savez_compressed(target, **arrays)
    print(f"PyTorch {torch.__version__}: {len(arrays)} arrays, {target.stat().st_size} bytes")


main()
