"""Wrong results that no formula of a slip gives, but that are known by what they do.

Each function takes an Answer and returns a Verdict, or None.
"""

import numpy as np

from .answering import agree, close
from .calling import has_integers
from .measuring import listed, ratio_of, shown

ALMOST = 0.01  # a result this near is called nearly right


def _not_finite(answer):
    if all(np.isfinite(part).all() for results in answer.results for part in results):
        return None
    return answer.not_yet("not-finite")


def _zero(answer):
    if any(not any(np.any(part) for part in answer.part(i)[0]) for i in answer.wrong):
        return answer.not_yet("zero-result")
    return None


def _rounded(answer):
    parts = [pair for call in zip(answer.results, answer.expected.wanted) for pair in zip(*call)]
    cut = any(all(close(got, f(want), 1e-9) for got, want in parts) for f in (np.trunc, np.ceil))
    if cut or any(all(_is_rounded(*pair, digits) for pair in parts) for digits in range(5)):
        return answer.not_yet("rounded")
    return None


def _is_rounded(got, want, digits):
    """Whether `got` is rounded to so many digits; a half may go either way."""
    near = np.abs(got - want) <= 0.5 * 10.0**-digits * (1 + 1e-9)
    return near.all() and close(got, np.round(got, digits), 1e-9)


def _integers(answer):
    """Right for floats, wrong where an argument holds integers."""
    calls = answer.expected.calls
    wrong = {k for k, row in enumerate(answer.right) if not row.all()}
    integers = {k for k, call in enumerate(calls) if has_integers(call)}
    return answer.not_yet("integer-array") if wrong <= integers != set(range(len(calls))) else None


def _remembers(answer):
    """The result depends on earlier calls, or the first one is returned again."""
    first, again = answer.results[0], answer.results[-1]
    if not all(close(*pair, answer.expected.rtol) for pair in zip(again, first)):
        return answer.not_yet("remembers")
    if not answer.right[0].all():
        return None
    wrong = {k for k, row in enumerate(answer.right) if not row.all()}
    alike = {1, *range(answer.expected.cases, len(answer.results) - 1)}
    same = all(map(np.array_equal, answer.results[1], first))
    arrays = [answer.exchanged(i) for i, a in enumerate(answer.expected.calls[0]) if np.ndim(a)]
    stale = 1 in wrong and wrong <= alike and wrong.intersection(arrays)
    return answer.not_yet("remembers") if same or stale else None


def _cut(answer):
    """The right results, but for those beyond a limit of the student's own."""
    for got, want in map(answer.part, answer.wrong):
        own, right = (np.concatenate([np.ravel(part) for part in parts]) for parts in (got, want))
        low, high = own.min(), own.max()
        below, above = (right < low) & (own == low), (right > high) & (own == high)
        cut = close(own, np.clip(right, low, high), answer.expected.rtol)
        if not cut or low == high:  # one number for all is no limit
            continue
        sides = {f"below {shown(low)}": below, f"above {shown(high)}": above}
        limits = [side for side, beyond in sides.items() if len({*right[beyond]}) > 1]
        if limits:
            return answer.not_yet("result-limited", f"No value of yours is {' or '.join(limits)}.")
    return None


def _ranges(answer):
    """Right where an argument is small and wrong where it is large, or the reverse."""
    for i, name in enumerate(answer.expected.names):
        sizes, good, least = _sizes(answer, i)
        if min(good.sum(), (~good).sum()) < least:
            continue
        right, wrong = sizes[good], sizes[~good]
        for r, w in ((right.max(), wrong.min()), (right.min(), wrong.max())):
            if (r < w) == (r == right.max()) and r != w:
                where = name if least == 1 else f"the size of an entry of {name}"
                detail = (
                    f"It is right where {where} is {shown(r)}, and wrong where it is {shown(w)}."
                )
                return answer.not_yet("range-limited", detail)
    return None


def _sizes(answer, i):
    """Sizes of argument `i`, whether the results there are right, and how many must be.

    Of a number there is one for each call. Of an array there is one for each entry, if
    the wrong results have its shape.
    """
    pairs = list(zip(answer.expected.calls, answer.right))
    if not np.ndim(pairs[0][0][i]):
        return np.array([call[i] for call, _ in pairs]), np.array([r.all() for _, r in pairs]), 1
    sizes, good = [], []
    for (call, _), got, want in zip(pairs, answer.results, answer.expected.wanted):
        for k in answer.wrong:
            if want[k].shape == call[i].shape:
                sizes.extend(np.abs(call[i]).flat)
                good.extend(agree(got[k], want[k], answer.expected.rtol).flat)
    return np.array(sizes), np.array(good, bool), 3


def _ignored(answer):
    """Results that do not move when an argument is exchanged, though they should.

    A median, or a truth value, may stay by chance. So it is exchanged in two cases.
    """
    names = [name for i, name in enumerate(answer.expected.names) if _is_ignored(answer, i)]
    if not names:
        return None
    some = len(names) < len(answer.expected.names)
    cut = _ranges(answer) if some else None  # what is cut does not move the result either
    return (
        answer.not_yet("argument-ignored", f"It ignores {listed(names)}.") if cut is None else cut
    )


def _is_ignored(answer, i):
    (first, new), *others = answer.exchanges(i)
    for got, want in map(answer.part, answer.wrong):
        stays = all(np.array_equal(got[a], got[b]) for a, b in [(first, new), *others])
        if stays and not close(want[new], want[first], answer.expected.rtol):
            return True
    return False


def _rows(answer):
    """All of a result is m times too large, or too small, for m rows."""
    rows = [next((len(a) for a in call if np.ndim(a) > 1), 0) for call in answer.expected.calls]
    for got, want in map(answer.part, answer.wrong):
        for name, factors in ("sum-for-mean", rows), ("averaged", [1 / (m or 1) for m in rows]):
            scaled = [f * w for f, w in zip(factors, want)]
            if rows[0] and all(map(close, got, scaled, [answer.expected.rtol] * len(got))):
                return answer.not_yet(name)
    return None


def _almost(answer):
    return answer.not_yet("almost") if np.abs(_ratios(answer) - 1).max() < ALMOST else None


def _factor(answer):
    ratios = _ratios(answer)
    if np.ptp(ratios) < ALMOST * abs(ratios[0]):
        return answer.not_yet("constant-factor", f"Yours is {ratios[0]:.3g} times the right one.")
    return None


def _ratios(answer):
    """got / wanted, of all values of the wrong results."""
    parts = [ratio_of(*pair).ravel() for i in answer.wrong for pair in zip(*answer.part(i))]
    return np.nan_to_num(np.concatenate(parts), nan=np.inf)


def _power(answer):
    """A number that follows one of several arguments wrongly."""
    (got, want), names = answer.part(0), answer.expected.names
    if np.ndim(want[0]) or len(answer.expected.returns) > 1 or len(names) < 2:
        return None
    changes = [
        (got[k] / got[0], want[k] / want[0]) for k in map(answer.exchanged, range(len(names)))
    ]
    off = [i for i, (g, w) in enumerate(changes) if abs(g - w) > ALMOST * abs(w)]
    if not off or len(off) == len(names):
        return None
    old, new = (shown(answer.expected.calls[k][off[0]]) for k in (0, 1))
    g, w = (f"{change:.3g}" for change in changes[off[0]])
    detail = f"When {names[off[0]]} alone goes from {old} to {new} yours changes by a factor of {g}"
    return answer.not_yet("wrong-power", f"{detail}; it must be {w}.")


BEHAVIOURS = (
    _not_finite,
    _zero,
    _rounded,
    _integers,
    _almost,
    _cut,
    _remembers,
    _ignored,
    _rows,
    _factor,
    _power,
    _ranges,
)
