"""The state of a layer as a dict or an .npz file, and the names that PyTorch has."""

from collections.abc import Mapping

from . import _require as require

PYTORCH = {  # ours -> of a BatchNorm1d or BatchNorm2d
    "gamma": "weight",
    "beta": "bias",
    "running_mean": "running_mean",
    "running_var": "running_var",
    "num_batches": "num_batches_tracked",
}


def pytorch_names(state):
    """The state of a BatchNorm under the names of PyTorch: a new dict, the same arrays.

    For a layer of PyTorch make tensors of them: `bn.load_state_dict({name:
    torch.as_tensor(value) for name, value in pytorch_names(state).items()})`. PyTorch
    keeps the dtype of its own layer. The way back needs no call: our `load_state_dict`
    takes these names. ValueError for other names than those of `state_dict`.
    """
    return {PYTORCH[name]: value for name, value in arrays(state, PYTORCH.keys()).items()}


def arrays(state, names):
    """`state`, a dict or an open .npz file, as a dict with these names.

    Where they are those of a BatchNorm, the names of PyTorch are taken for them.
    """
    if not isinstance(state, Mapping):
        raise ValueError(f"state: expected the names {sorted(names)}, got {require.shown(state)}")
    # The names of PyTorch stand for ours if they are all there.
    ours = {PYTORCH[name]: name for name in PYTORCH.keys() & names}
    if state.keys() != names and (state.keys() != ours.keys() or len(ours) < len(names)):
        came = sorted(map(str, state))
        raise ValueError(f"state: expected the names {sorted(names)}, got {came}")
    try:
        return {name if name in names else ours[name]: state[name] for name in state}
    # A file is read only here. zipfile, zlib and NumPy each raise their own errors.
    except Exception as error:
        came = f"a damaged file ({error}); save it again"
        raise ValueError(f"state: expected arrays, got {came}") from None
