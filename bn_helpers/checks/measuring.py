"""What can be measured on a wrong result: sentences that do not tell the right one."""

import numpy as np

SAME = 1e-3  # factors and differences that agree this well are one number


def which_results(names, wrong):
    """ "dx is right, dgamma is not.": `wrong` has the places of wrong results."""
    good = [name for i, name in enumerate(names) if i not in wrong]
    bad = [names[i] for i in sorted(wrong)]
    if not good:
        return ""
    is_are = "is" if len(good) == 1 else "are"
    return f"{listed(good)} {is_are} right, {listed(bad)} {'is' if len(bad) == 1 else 'are'} not."


def listed(words):
    """ "a", "a and b", "a, b and c"."""
    words = list(map(str, words))
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


def fact(got, want, axes=()):
    """One sentence on how `got` differs from `want`; `axes` has the names of axes."""
    got, want = np.asarray(got, float), np.asarray(want, float)
    if got.ndim == 0:
        return f"Your result is {ratio_of(got, want):.3g} times the right one."
    axes = axes[: got.ndim] if got.ndim > 1 else ("entry",)
    for sentence in (_whole(got, want), *(_along(got, want, i, a) for i, a in enumerate(axes))):
        if sentence:
            return sentence
    place = tuple(int(i) for i in np.unravel_index(np.argmax(np.abs(got - want)), got.shape))
    where = place[0] if len(place) == 1 else place
    right = np.isclose(got, want, rtol=0, atol=SAME * np.abs(want).max()).mean()
    return f"{right:.0%} of the values are right. The one that is most off is at index {where}."


def _whole(got, want):
    """One factor, or one difference, for all values."""
    if _one(ratios := ratio_of(got, want)):
        return f"Every value is {ratios.flat[0]:.3g} times the right one."
    if _one(got - want, np.abs(want).max()):
        return f"Every value is off by the same number, {(got - want).flat[0]:.3g}."
    return ""


def _along(got, want, axis, name):
    """The same for each row, column or channel: for each index along `axis`."""
    got, want = (np.moveaxis(a, axis, 0).reshape(a.shape[axis], -1) for a in (got, want))
    off = np.abs(got - want).max(axis=1) > SAME * np.abs(want).max()
    if not off.any():  # as float16 rounds, for example
        return f"No value is off by more than {SAME:.1%} of the largest one."
    if not off.all():
        right, wrong = np.flatnonzero(~off), np.flatnonzero(off)
        return f"Right for {_numbered(name, right)}, not for {_numbered(name, wrong)}."
    if got.shape[1] < 2 or len(got) < 2:
        return ""
    ratios, differences = ratio_of(got, want), got - want
    if all(map(_one, ratios)):
        factors = ", ".join(f"{r:.3g}" for r in ratios[:, 0])
        return f"Each {name} has a factor that is the same for all its values: {factors}."
    if all(_one(d, np.abs(want).max()) for d in differences):
        return f"Each {name} is off by a number that is the same for all its values."
    if got.shape[1] > 2 and all(_straight(g, w) for g, w in zip(got, want)):
        return f"Each {name} has the right form, with a wrong mean or a wrong spread."
    return ""


def _numbered(name, numbers):
    plural = {"entry": "entries"}.get(name, f"{name}s")
    return f"{plural if len(numbers) > 1 else name} {listed(numbers)}"


def ratio_of(got, want):
    """got / want, where 0 / 0 is 1."""
    with np.errstate(all="ignore"):
        return np.where((got == 0) & (want == 0), 1.0, np.divide(got, want))


def _one(values, scale=None):
    """Whether all values are one number, up to SAME of it or of `scale`."""
    values = np.ravel(values)
    scale = np.abs(values[0]) if scale is None else scale
    return bool(np.isfinite(values).all() and np.ptp(values) <= SAME * scale)


def _straight(got, want):
    """Whether got = a want + b for some a and b."""
    with np.errstate(all="ignore"):
        return abs(np.corrcoef(got, want)[0, 1]) > 1 - SAME**2


def in_words(names, case):
    """ "w = [1, 2], lr = 0.5": arguments, small ones, by their names."""
    return ", ".join(f"{name} = {shown(value)}" for name, value in zip(names, case))


def shown(value):
    """A number or a small array in one line, with four digits."""
    array = np.asarray(value)
    if array.dtype == bool and array.ndim:
        return f"[{', '.join(map(str, array.tolist()))}]"
    array = array.astype(float)
    array = np.where(np.abs(array) < 1e-9, 0.0, array)  # rounding, in place of 0
    if array.ndim == 0:
        return f"{array:.4g}"
    return f"[{', '.join(map(shown, array))}]"
