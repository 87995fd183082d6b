"""Answers of a private suite, written before their writer had read the checks.

A row of `WRONG` is a check, an answer and the ids of the slips that fit it.
"""

import math
from functools import lru_cache
from statistics import NormalDist

import numpy as np

from bn_helpers import checks
from bn_helpers.batchnorm import BatchNorm, batchnorm_forward, fold_batchnorm
from bn_helpers.initializers import he_normal
from bn_helpers.whitening import standardize, zca_whiten

RIGHT, WRONG = [], []


def right(check):
    return lambda answer: RIGHT.append((check, answer)) or answer


def wrong(check, *fitting):
    return lambda answer: WRONG.append((check, answer, fitting)) or answer


# ------------------------------------------------------------------ lesson 00
c = checks.check_sgd_step


@wrong(c, "input-changed")
def step_in_place(w, gradient, lr):
    w -= lr * gradient
    return w


@wrong(c, "integer-array")
def step_in_empty(w, gradient, lr):
    out = np.empty_like(w)
    out[:] = w - lr * gradient
    return out


@wrong(c, "nothing-returned")
def step_printed(w, gradient, lr):
    w = w - lr * gradient
    print(w)


@wrong(c, "step-scaled", "constant-factor")
def step_ten_times(w, gradient, lr):
    for _ in range(10):
        w = w - lr * gradient
    return w


wrong(c, "rate-divides")(lambda w, gradient, lr: w - gradient / lr)
wrong(c, "brackets", "gradient-scaled-weights")(lambda w, gradient, lr: (w - gradient) * lr)
wrong(c, "result-limited")(lambda w, g, lr: np.maximum(w - lr * g, 0))
wrong(c, "sign-only")(lambda w, g, lr: w - lr * abs(g))
wrong(c, "wrong-count", "wrong-shape")(lambda w, g, lr: (w, w - lr * g))


@right(c)
def step_in_loops(w, gradient, lr):
    w = np.array(w, dtype=float)
    for i in np.ndindex(w.shape):
        w[i] -= lr * gradient[i]
    return w


right(c)(lambda w, gradient, lr: np.add(w, np.negative(lr) * np.asarray(gradient)))
right(c)(lambda w, g, lr: (w - lr * g).astype(np.float32))
right(c)(lambda w, gradient, lr: (w - lr * gradient).tolist())


# ------------------------------------------------------------------ lesson 01
c = checks.check_weight_std
wrong(c, "root-forgotten")(lambda n, ms, wanted: wanted / n / ms)
wrong(c, "wrong-power", "mean-square-squared", "root-forgotten")(
    lambda n, mean_square, wanted: wanted / (math.sqrt(n) * mean_square)
)
wrong(c, "brackets", "wrong-power", "root-twice", "variance-for-std")(
    lambda n, mean_square, wanted: math.sqrt(wanted / (n * mean_square))
)
wrong(c, "zero-result", "rounded")(lambda n, ms, wanted: wanted // math.sqrt(n * ms))
wrong(c, "spread-inverted")(lambda n, ms, wanted: np.sqrt(n * ms) / wanted)
wrong(c, "wanted-ignored", "argument-ignored")(lambda n, ms, wanted: (1 / (n * ms)) ** 0.5)
wrong(c, "brackets", "scale-inverted", "wrong-power")(
    lambda n, mean_square, wanted: wanted / math.sqrt(n) * math.sqrt(mean_square)
)
wrong(c, "result-limited")(lambda n, ms, wanted: min(0.5, wanted / math.sqrt(n * ms)))
wrong(c, "rounded")(lambda n, ms, wanted: round(wanted / math.sqrt(n * ms), 2))


@right(c)
def std_from_variance(n, mean_square, wanted):
    variance = wanted**2 / (n * mean_square)
    return np.float32(variance**0.5)


right(c)(lambda n, mean_square, wanted: np.array(wanted * (n * mean_square) ** -0.5))
right(c)(lambda n, ms, wanted: wanted / math.hypot(*[math.sqrt(ms)] * n))

c = checks.check_saturated_share
EDGE = math.atanh(0.99)
wrong(c, "one-tail")(lambda std: 1 - NormalDist(0, std).cdf(EDGE))
wrong(c, "complement")(lambda std: math.erf(EDGE / std / math.sqrt(2)))
wrong(c, "percent-for-share")(lambda std: 100 * math.erfc(EDGE / std / math.sqrt(2)))
wrong(c, "output-for-sum")(lambda std: 2 * NormalDist().cdf(-0.99 / std))
wrong(c, "root-of-two-forgotten")(lambda std: math.erfc(EDGE / std))
wrong(c, "variance-in-threshold", "wrong-power")(lambda std: 2 * NormalDist(0, std**2).cdf(-EDGE))
wrong(c, "other-edge")(lambda std: math.erfc(math.atanh(0.95) / std / math.sqrt(2)))
wrong(c, "not-a-number")(lambda std: f"{math.erfc(EDGE / std / math.sqrt(2)):.2%}")


@right(c)  # up to 4 %, as a share that was measured is
def share_by_drawing(std):
    z = np.random.default_rng(0).normal(0, std, 10_000)
    return np.mean(np.abs(np.tanh(z)) > 0.99)


@wrong(c, "remembers")
def share_remembered(std, known=[]):  # noqa: B006
    if not known:
        known.append(math.erfc(EDGE / std / math.sqrt(2)))
    return known[0]


@right(c)
def share_by_integral(std):
    z = np.linspace(-EDGE / std, EDGE / std, 200_001)
    inside = np.trapezoid(np.exp(-(z**2) / 2), z) / math.sqrt(2 * math.pi)
    return 1 - inside


@right(c)
def share_by_distribution(std):
    z = NormalDist(mu=0.0, sigma=float(std))
    return z.cdf(0.5 * math.log(0.01 / 1.99)) + 1 - z.cdf(math.log(199) / 2)


right(c)(lru_cache(lambda std: 1 - math.erf(EDGE / (std * 2**0.5))))

c = checks.check_uniform_weights
wrong(c, "uniform-limit-is-std")(
    lambda fan_in, fan_out, std, rng: rng.uniform(-std, std, (fan_in, fan_out))
)
wrong(c, "uniform-wrong-limit")(
    lambda i, o, std, rng: rng.uniform(-math.sqrt(3 * std), math.sqrt(3 * std), size=(i, o))
)
wrong(c, "uniform-positive")(lambda i, o, std, rng: rng.uniform(0, math.sqrt(3) * std, size=(i, o)))
wrong(c, "not-uniform")(lambda i, o, std, rng: rng.normal(0, std, (i, o)))
wrong(c, "uniform-positive", "mean-not-zero")(
    lambda i, o, std, rng: (rng.random((i, o)) - 1) * math.sqrt(3) * std
)


@wrong(c, "generator-ignored")
def uniform_of_numpy(fan_in, fan_out, std, rng):
    c = np.sqrt(3) * std
    return np.random.uniform(-c, c, (fan_in, fan_out))  # noqa: NPY002


@wrong(c, "repeated-weights")
def uniform_one_row(fan_in, fan_out, std, rng):
    c = np.sqrt(3) * std
    return np.ones((fan_in, 1)) * rng.uniform(-c, c, fan_out)


@wrong(c, "dead-unit")
def uniform_last_unit_left(fan_in, fan_out, std, rng):
    c = np.sqrt(3) * std
    w = np.zeros((fan_in, fan_out))
    for k in range(fan_out - 1):
        w[:, k] = rng.uniform(-c, c, fan_in)
    return w


@right(c)
def uniform_number_by_number(fan_in, fan_out, std, rng):
    c = math.sqrt(3 * std**2)
    return [[rng.uniform(-c, c) for _ in range(fan_out)] for _ in range(fan_in)]


@right(c)
def uniform_of_random(fan_in, fan_out, std, rng):
    u = rng.random((fan_in, fan_out), dtype=np.float32)
    return 2 * math.sqrt(3) * std * (u - 0.5)


right(c)(lambda i, o, std, rng: math.sqrt(3) * std * rng.uniform(-1, 1, (o, i)).T)

# ------------------------------------------------------------------ lesson 02
c = checks.check_he_weights
wrong(c, "variance-for-std")(lambda i, o, rng: rng.normal(0, 2 / i, (i, o)))
wrong(c, "two-forgotten", "he-for-xavier", "xavier-for-he")(
    lambda i, o, rng: rng.standard_normal((i, o)) / np.sqrt(i)
)
wrong(c, "xavier-for-he")(
    lambda fan_in, fan_out, rng: (
        rng.normal(size=(fan_in, fan_out)) * (2 / (fan_in + fan_out)) ** 0.5
    )
)
wrong(c, "fan-out-for-fan-in")(lambda i, o, rng: rng.normal(0, np.sqrt(2 / o), (i, o)))
wrong(c, "generator-ignored")(
    lambda i, o, rng: np.random.randn(i, o) * np.sqrt(2 / i)  # noqa: NPY002
)
wrong(c, "uniform-positive", "mean-not-zero", "not-normal")(
    lambda i, o, rng: abs(rng.normal(0, np.sqrt(2 / i), (i, o)))
)
wrong(c, "two-outside-root")(lambda i, o, rng: 2 * rng.standard_normal((i, o)) / math.sqrt(i))
wrong(c, "not-normal")(lambda i, o, rng: rng.uniform(-math.sqrt(6 / i), math.sqrt(6 / i), (i, o)))


@wrong(c, "generator-ignored")
def he_own_seed(fan_in, fan_out, rng):
    rng = np.random.default_rng(42)
    return rng.normal(0, math.sqrt(2 / fan_in), size=(fan_in, fan_out))


@wrong(c, "not-scaled", "division-forgotten", "fan-in-forgotten")
def he_scaled_too_late(fan_in, fan_out, rng):
    weights = rng.standard_normal((fan_in, fan_out))
    weights * np.sqrt(2 / fan_in)
    return weights


@right(c)
def he_unit_by_unit(fan_in, fan_out, rng):
    units = [rng.normal(0, math.sqrt(2 / fan_in), fan_in) for _ in range(fan_out)]
    return np.stack(units, axis=1)


right(c)(he_normal)
right(c)(lambda i, o, rng: (rng.standard_normal(i * o, np.float32) * (2 / i) ** 0.5).reshape(i, o))

c = checks.check_xavier_std
wrong(c, "two-outside-root", "brackets", "root-over-fan-in")(
    lambda fan_in, fan_out: math.sqrt(2) / (fan_in + fan_out)
)
wrong(c, "variance-for-std")(lambda fan_in, fan_out: 2 / (fan_in + fan_out))
wrong(c, "two-forgotten")(lambda i, o: (i + o) ** -0.5)
wrong(c, "limit-for-std")(lambda i, o: np.sqrt(6) / np.sqrt(i + o))
wrong(c, "zero-result")(lambda fan_in, fan_out: math.sqrt(2 // (fan_in + fan_out)))
wrong(c, "brackets")(lambda fan_in, fan_out: math.sqrt(2 / fan_in + fan_out))
wrong(c, "constant-factor", "two-twice", "two-outside-root")(
    lambda fan_in, fan_out: math.sqrt(2 / ((fan_in + fan_out) / 2))
)


@wrong(c, "nothing-returned")
def xavier_printed(fan_in, fan_out):
    std = math.sqrt(2 / (fan_in + fan_out))
    print("std:", std)


right(c)(lambda i, o: 1 / math.sqrt(np.mean([i, o])))
right(c)(lambda i, o: np.float32(math.exp(0.5 * (math.log(2) - math.log(i + o)))))
right(c)(lambda i, o: np.sqrt(6 / (i + o)) / np.sqrt(3))

c = checks.check_leaky_std
wrong(c, "slope-ignored", "argument-ignored")(lambda fan_in, slope: math.sqrt(2 / fan_in))
wrong(c, "slope-not-squared")(lambda fan_in, slope: math.sqrt(2 / (fan_in * (1 + slope))))
wrong(c, "variance-for-std")(lambda n, a: 2 / (n * (1 + a * a)))
wrong(c, "gain-inverted", "brackets")(lambda n, a: math.sqrt(2 / n * (1 + a**2)))
wrong(c, "brackets", "wrong-power", "root-forgotten", "gain-outside-root")(
    lambda fan_in, slope: math.sqrt(2 / fan_in) / (1 + slope**2)
)
wrong(c, "two-forgotten")(lambda n, a: 1 / np.sqrt((1 + a**2) * n))
wrong(c, "sum-for-product", "brackets")(lambda n, a: np.sqrt(2 / (n + a**2)))
wrong(c, "range-limited", "wrong-power")(lambda n, a: math.sqrt(2 / (n * (1 + min(a, 0.5) ** 2))))


@wrong(c, "slope-ignored", "range-limited", "argument-ignored")
def leaky_two_cases(fan_in, slope):
    if slope == 1:
        return 1 / math.sqrt(fan_in)
    return math.sqrt(2 / fan_in)


@right(c)
def leaky_by_halves(fan_in, slope):
    kept = 0.5 * 1 + 0.5 * slope**2
    return math.sqrt(1 / kept / fan_in)


right(c)(lambda n, a: np.sqrt(2) / np.linalg.norm([1, a]) / np.sqrt(n))
right(c)(lambda n, a: (n / 2 + n / 2 * a * a) ** -0.5)

# ------------------------------------------------------------------ lesson 03
c = checks.check_adjusted
wrong(c, "not-normalized")(lambda p, before, now: p * now / before)
wrong(c, "not-normalized", "range-limited")(lambda p, b, n: np.minimum(p * n / b, 1))
wrong(c, "odds-returned")(lambda p, b, n: p * n / b / ((1 - p) * (1 - n) / (1 - b)))
wrong(c, "difference-added")(lambda p, before, now: p + (now - before))


@wrong(c, "shares-swapped")
def adjusted_back(p, before, now):
    one = p * before / now
    other = (1 - p) * (1 - before) / (1 - now)
    return one / (one + other)


@wrong(c, "brackets")
def adjusted_without_brackets(p, before, now):
    one, zero = p * now / before, (1 - p) * (1 - now) / (1 - before)
    return one / one + zero


@wrong(c, "old-share-forgotten")
def adjusted_new_only(p, before, now):
    a = p * now
    return a / (a + (1 - p) * (1 - now))


@wrong(c, "other-label")
def adjusted_label_zero(p, before, now):
    a, b = p * now / before, (1 - p) * (1 - now) / (1 - before)
    return b / (a + b)


@wrong(c, "normalized-over-examples", "not-normalized", "summed-over-all")
def adjusted_over_examples(p, before, now):
    weighed = p * now / before
    return weighed / weighed.sum()


@right(c)
def adjusted_by_logits(p, before, now):
    logit = np.log(p) - np.log1p(-np.asarray(p))
    logit = logit + math.log(now / (1 - now)) - math.log(before / (1 - before))
    return 1 / (1 + np.exp(-logit))


@right(c)
def adjusted_one_by_one(p, before, now):
    result = []
    for q in np.ravel(p):
        joint = np.array([(1 - q) * (1 - now) / (1 - before), q * now / before])
        result.append(float(joint[1] / joint.sum()))
    return np.reshape(result, np.shape(p))


right(c)(lambda p, b, n: p * n * (1 - b) / (p * n * (1 - b) + (1 - p) * (1 - n) * b))

c = checks.check_moved


def width(x, low=15, high=85, **options):
    return np.percentile(x, high, **options) - np.percentile(x, low, **options)


def shift_of(middle, before, after):
    return np.abs(middle(after, axis=0) - middle(before, axis=0))


wrong(c, "sign-kept")(lambda b, a: (np.median(a, axis=0) - np.median(b, axis=0)) / width(b, axis=0))
wrong(c, "one-direction-only")(
    lambda b, a: np.maximum(np.median(a, axis=0) - np.median(b, axis=0), 0) / width(b, axis=0)
)
wrong(c, "mean-for-median")(lambda b, a: shift_of(np.mean, b, a) / width(b, axis=0))
wrong(c, "std-for-spread")(lambda b, a: shift_of(np.median, b, a) / b.std(axis=0))
wrong(c, "units-pooled", "wrong-shape")(lambda b, a: abs(np.median(a) - np.median(b)) / width(b))
wrong(c, "wrong-shape")(lambda b, a: abs(np.median(a, 1) - np.median(b, 1)) / width(b, axis=1))
wrong(c, "percentile-as-share")(
    lambda b, a: shift_of(np.median, b, a) / width(b, 0.15, 0.85, axis=0)
)
wrong(c, "median-of-differences")(lambda b, a: abs(np.median(a - b, axis=0)) / width(b, axis=0))
wrong(c, "units-pooled")(lambda b, a: shift_of(np.median, b, a) / width(b))


@right(c)
def moved_unit_by_unit(before, after):
    result = []
    for old, new in zip(before.T, after.T, strict=True):
        low, middle, high = np.quantile(old, [0.15, 0.5, 0.85])
        result.append(abs(middle - np.median(new)) / (high - low))
    return result


right(c)(lambda b, a: np.sqrt((shift_of(np.median, b, a) / width(b, axis=0)) ** 2))
right(c)(lambda b, a: np.hypot(shift_of(np.median, a, b) / width(b, axis=0), 0).astype("float32"))

# ------------------------------------------------------------------ lesson 04
c = checks.check_minmax
wrong(c, "one-range-for-all")(lambda x: (x - x.min()) / (x.max() - x.min()))
wrong(c, "rows-rescaled")(lambda x: ((x.T - x.min(1)) / (x.max(1) - x.min(1))).T)
wrong(c, "minimum-forgotten", "maximum-alone")(lambda x: (x - x.min(axis=0)) / x.max(axis=0))
wrong(c, "other-range")(lambda x: 2 * (x - x.min(0)) / np.ptp(x, axis=0) - 1)
wrong(c, "brackets")(lambda x: x - x.min(axis=0) / (x.max(axis=0) - x.min(axis=0)))


@wrong(c, "input-changed")
def minmax_in_place(x):
    x -= np.min(x, axis=0)
    return x / np.max(x, axis=0)


@wrong(c, "integer-array")
def minmax_in_empty(x):
    scaled = np.zeros_like(x)
    for j in range(x.shape[1]):
        column = x[:, j]
        scaled[:, j] = (column - column.min()) / (column.max() - column.min())
    return scaled


@wrong(c, "buffer-shared", "remembers")
def minmax_in_one_buffer(x, kept={}):  # noqa: B006
    out = kept.setdefault(x.shape, np.zeros(x.shape))
    out[:] = (x - x.min(0)) / np.ptp(x, axis=0)
    return out


@right(c)
def minmax_in_lists(x):
    columns = []
    for column in np.asarray(x).T.tolist():
        low, high = min(column), max(column)
        columns.append([(value - low) / (high - low) for value in column])
    return [list(row) for row in zip(*columns, strict=True)]


right(c)(lambda x: np.apply_along_axis(lambda v: (v - v.min()) / np.ptp(v), 0, x))
right(c)(lambda x: 1 - (x.max(0) - x) / np.ptp(x.astype(np.float64), axis=0))

c = checks.check_standardize_like
wrong(c, "own-statistics")(lambda test, train: (test - test.mean(0)) / test.std(0))
wrong(c, "divides-by-less")(lambda te, tr: (te - tr.mean(axis=0)) / tr.std(axis=0, ddof=1))
wrong(c, "brackets")(lambda test, train: test - train.mean(0) / train.std(0))
wrong(c, "divided-by-variance")(lambda te, tr: (te - tr.mean(0)) / np.var(tr, axis=0))
wrong(c, "one-mean-for-all", "units-pooled")(
    lambda test, train: (test - train.mean()) / train.std()
)
wrong(c, "half-own-statistics")(lambda te, tr: (te - te.mean(0)) / tr.std(0))
wrong(c, "arguments-swapped", "wrong-shape")(
    lambda test, train: (train - test.mean(0)) / test.std(0)
)
wrong(c, "wrong-count", "wrong-shape")(
    lambda te, tr: ((te - tr.mean(0)) / tr.std(0), tr.mean(0), tr.std(0))
)


@right(c)
def standardize_like_by_hand(test, train):
    m = len(train)
    mean = sum(train) / m
    variance = sum((row - mean) ** 2 for row in train) / m
    return np.array([(row - mean) / variance**0.5 for row in test])


right(c)(lambda te, tr: np.einsum("nd,d->nd", te - tr.mean(0), 1 / tr.std(0)))
right(c)(lambda te, tr: te / tr.std(0) - tr.mean(0) / tr.std(0))

c = checks.check_zca


def eigen(x, divisor=None, eps=0.0):
    xc = x - x.mean(axis=0)
    values, vectors = np.linalg.eigh(xc.T @ xc / (divisor or len(x)) + eps * np.eye(x.shape[1]))
    return xc, values, vectors


@wrong(c, "not-turned-back")
def zca_stopped_early(x):
    xc, values, vectors = eigen(x)
    return xc @ vectors / np.sqrt(values)


@wrong(c, "eigenvalue-for-root")
def zca_without_root(x):
    xc, values, vectors = eigen(x)
    return xc @ vectors @ np.diag(1 / values) @ vectors.T


@wrong(c, "divides-by-less")
def zca_with_cov(x):
    values, vectors = np.linalg.eigh(np.cov(x, rowvar=False))
    return (x - x.mean(0)) @ (vectors / np.sqrt(values)) @ vectors.T


@wrong(c, "mean-kept")
def zca_of_uncentred(x):
    _, values, vectors = eigen(x)
    return x @ vectors / np.sqrt(values) @ vectors.T


@wrong(c, "eigenvectors-transposed")
def zca_turned_wrong_way(x):
    xc, values, vectors = eigen(x)
    return xc @ vectors.T @ np.diag(values**-0.5) @ vectors


@wrong(c, "small-eps", "almost")
def zca_with_eps(x):
    xc, values, vectors = eigen(x, eps=1e-3)
    return xc @ (vectors / np.sqrt(values)) @ vectors.T


@wrong(c, "division-forgotten", "constant-factor")
def zca_without_n(x):
    xc, values, vectors = eigen(x, divisor=1)
    return xc @ vectors @ np.diag(1 / np.sqrt(values)) @ vectors.T


@right(c)
def zca_by_svd(x):
    u, _, vt = np.linalg.svd(x - x.mean(0), full_matrices=False)
    return np.sqrt(len(x)) * u @ vt


@right(c)
def zca_by_steps(x):
    xc = x - x.mean(axis=0, keepdims=True)
    root = np.real(np.array(np.linalg.inv(np.cov(xc.T, ddof=0))))
    values, vectors = np.linalg.eig(root)
    return (xc @ vectors * np.sqrt(values.real) @ vectors.T).real


right(c)(lambda x: zca_whiten(x, eps=0))

# ------------------------------------------------------------------ lesson 05
c = checks.check_batchnorm_forward
wrong(c, "eps-outside-root")(
    lambda x, gamma, beta, eps: gamma * (x - x.mean(0)) / (x.std(0) + eps) + beta
)
wrong(c, "unbiased-in-training")(
    lambda x, g, b, eps: g * (x - x.mean(0)) / np.sqrt(x.var(0, ddof=1) + eps) + b
)
wrong(c, "one-mean-for-all")(lambda x, g, b, eps: g * (x - x.mean()) / np.sqrt(x.var() + eps) + b)
wrong(c, "shift-inside")(lambda x, g, b, eps: g * ((x - x.mean(0)) / np.sqrt(x.var(0) + eps) + b))
wrong(c, "gamma-positive")(lambda x, g, b, eps: batchnorm_forward(x, np.abs(g), b, eps)[0])
wrong(c, "divided-by-variance", "root-forgotten")(
    lambda x, gamma, beta, eps: (x - x.mean(axis=0)) / (x.var(axis=0) + eps) * gamma + beta
)
wrong(c, "eps-forgotten")(lambda x, g, b, eps: standardize(x) * g + b)
wrong(c, "eps-fixed")(lambda x, g, b, eps: batchnorm_forward(x, g, b)[0])


@wrong(c, "axis-of-features")
def batchnorm_over_features(x, gamma, beta, eps):
    mu = np.mean(x, axis=1, keepdims=True)
    var = np.var(x, axis=1, keepdims=True)
    return gamma * (x - mu) / np.sqrt(var + eps) + beta


@wrong(c, "input-changed")
def batchnorm_in_place(x, gamma, beta, eps):
    std = np.sqrt(x.var(axis=0) + eps)
    x -= x.mean(axis=0)
    x = x / std
    return x * gamma + beta


@wrong(c, "integer-array")
def batchnorm_in_zeros_like(x, gamma, beta, eps):
    out = np.zeros_like(x)
    for k in range(x.shape[1]):
        col = x[:, k]
        out[:, k] = gamma[k] * (col - col.mean()) / math.sqrt(col.var() + eps) + beta[k]
    return out


@right(c)
def batchnorm_by_math(x, gamma, beta, eps):
    n, d = x.shape
    out = np.empty((n, d))
    for k in range(d):
        mu = sum(float(v) for v in x[:, k]) / n
        var = sum((float(v) - mu) ** 2 for v in x[:, k]) / n
        for i in range(n):
            out[i, k] = gamma[k] * (x[i, k] - mu) / math.sqrt(var + eps) + beta[k]
    return out


@right(c)
def batchnorm_by_moments(x, gamma, beta, eps):
    scale = gamma / np.sqrt((x.astype(float) ** 2).mean(0) - x.mean(0) ** 2 + eps)
    return x * scale + (beta - x.mean(0) * scale)


right(c)(lambda x, g, b, eps: batchnorm_forward(x, g, b, eps)[0].astype(np.float32))
right(c)(lambda x, g, b, eps: [list(row) for row in batchnorm_forward(x, g, b, eps)[0]])

c = checks.check_undo_batchnorm
wrong(c, "undo-eps-forgotten", "eps-forgotten")(lambda mean, var, eps: (np.sqrt(var), mean))
wrong(c, "gamma-is-not-variance", "root-forgotten")(lambda mean, var, eps: (var + eps, mean))
wrong(c, "gamma-inverted")(lambda mean, var, eps: (1 / np.sqrt(var + eps), mean))
wrong(c, "beta-sign")(lambda mean, var, eps: (np.sqrt(var + eps), -mean))
wrong(c, "gamma-beta-swapped")(lambda mean, var, eps: (mean, np.sqrt(var + eps)))
wrong(c, "eps-outside-root")(lambda mean, var, eps: (var**0.5 + eps, mean))
wrong(c, "gamma-inverted", "beta-scaled", "beta-sign")(
    lambda mean, var, eps: (1 / np.sqrt(var + eps), -mean / np.sqrt(var + eps))
)
wrong(c, "nothing-returned")(lambda mean, var, eps: print(np.sqrt(var + eps), mean))

right(c)(lambda mean, var, eps: [(var + eps) ** 0.5, mean])
right(c)(lambda mean, var, eps: np.stack([np.sqrt(var + eps), mean]))
right(c)(lambda mean, var, eps: ([math.sqrt(v + eps) for v in var], list(mean)))

c = checks.check_batchnorm_conv


def conv(axes, root=lambda v, eps: np.sqrt(v + eps), **options):
    def answer(x, gamma, beta, eps):
        mu = x.mean(axes, keepdims=True)
        x_hat = (x - mu) / root(x.var(axes, keepdims=True, **options), eps)
        return gamma[:, None, None] * x_hat + beta[:, None, None]

    return answer


wrong(c, "per-place")(conv(0))
wrong(c, "per-image")(conv((2, 3)))
wrong(c, "per-example")(conv((1, 2, 3)))
wrong(c, "across-channels")(conv(1))
wrong(c, "one-spatial-axis")(conv((0, 2)))
wrong(c, "unbiased-in-training")(conv((0, 2, 3), ddof=1))
wrong(c, "eps-outside-root")(conv((0, 2, 3), root=lambda v, eps: np.sqrt(v) + eps))
wrong(c, "eps-forgotten")(conv((0, 2, 3), root=lambda v, eps: np.sqrt(v)))


@wrong(c, "raised", "channels-mixed-up", "wrong-shape")
def conv_not_reshaped(x, gamma, beta, eps):
    mu = x.mean(axis=(0, 2, 3), keepdims=True)
    var = x.var(axis=(0, 2, 3), keepdims=True)
    return gamma * (x - mu) / np.sqrt(var + eps) + beta


@wrong(c, "channels-mixed-up")
def conv_reshaped_only(x, gamma, beta, eps):
    rows = x.reshape(-1, x.shape[1])
    return batchnorm_forward(rows, gamma, beta, eps)[0].reshape(x.shape)


@wrong(c, "wrong-shape")
def conv_channels_left_last(x, gamma, beta, eps):
    x = np.moveaxis(x, 1, -1)
    return gamma * (x - x.mean((0, 1, 2))) / np.sqrt(x.var((0, 1, 2)) + eps) + beta


@right(c)
def conv_by_rows(x, gamma, beta, eps):
    n, c, h, w = x.shape
    rows = x.transpose(0, 2, 3, 1).reshape(n * h * w, c)
    out, _ = batchnorm_forward(rows, gamma, beta, eps)
    return out.reshape(n, h, w, c).transpose(0, 3, 1, 2)


@right(c)
def conv_by_channel(x, gamma, beta, eps):
    return np.stack(
        [
            gamma[k] * (x[:, k] - x[:, k].mean()) / math.sqrt(x[:, k].var() + eps) + beta[k]
            for k in range(x.shape[1])
        ],
        axis=1,
    )


right(c)(conv((0, -2, -1), root=lambda v, eps: (v + eps) ** 0.5))

# ------------------------------------------------------------------ lesson 06
c = checks.check_statistics_gradients


def stats(f):
    def answer(dx_hat, x, eps):
        return f(dx_hat, x - x.mean(axis=0), np.sqrt(x.var(axis=0) + eps))

    return answer


def dvar_of(d, xc, s):
    return -0.5 * (d * xc).sum(0) / s**3


def dmu_of(d, xc, s):
    return -d.sum(0) / s


wrong(c, "half-forgotten")(stats(lambda d, xc, s: (-(d * xc).sum(0) / s**3, dmu_of(d, xc, s))))
wrong(c, "dvar-sign", "derivative-sign")(
    stats(lambda d, xc, s: (-dvar_of(d, xc, s), dmu_of(d, xc, s)))
)
wrong(c, "averaged")(stats(lambda d, xc, s: (-0.5 * (d * xc).mean(0) / s**3, -d.mean(0) / s)))
wrong(c, "power-of-the-root", "wrong-power")(
    stats(lambda d, xc, s: (-0.5 * (d * xc).sum(0) / s, dmu_of(d, xc, s)))
)
wrong(c, "derivative-sign", "dmu-sign")(
    stats(lambda d, xc, s: (dvar_of(d, xc, s), d.sum(axis=0) / s))
)
wrong(c, "dmu-not-divided")(stats(lambda d, xc, s: (dvar_of(d, xc, s), -d.sum(axis=0))))
wrong(c, "means-swapped")(stats(lambda d, xc, s: (dmu_of(d, xc, s), dvar_of(d, xc, s))))
wrong(c, "wrong-shape")(
    stats(lambda d, xc, s: (dvar_of(d, xc, s)[None], -d.sum(0, keepdims=True) / s))
)
wrong(c, "wrong-shape", "over-features", "axis-of-features")(
    stats(lambda d, xc, s: (-0.5 * (d * xc / s**3).sum(1), -(d / s).sum(1)))
)


@wrong(c, "not-centred")
def stats_not_centred(dx_hat, x, eps):
    s = np.sqrt(x.var(axis=0) + eps)
    return np.sum(dx_hat * x, axis=0) * -0.5 * s**-3, np.sum(-dx_hat / s, axis=0)


@wrong(c, "line-missing", "not-a-number", "nothing-returned")
def stats_half_done(dx_hat, x, eps):
    xc = x - x.mean(axis=0)
    s = np.sqrt(x.var(axis=0) + eps)
    dvar = -0.5 * np.sum(dx_hat * xc, axis=0) / s**3
    dmu = ...
    return dvar, dmu


@right(c)
def stats_in_loops(dx_hat, x, eps):
    n, d = x.shape
    dvar, dmu = [0.0] * d, [0.0] * d
    for k in range(d):
        mean = x[:, k].sum() / n
        v = x[:, k].var() + eps
        for i in range(n):
            dvar[k] -= dx_hat[i, k] * (x[i, k] - mean) * 0.5 * v**-1.5
            dmu[k] -= dx_hat[i, k] / v**0.5
    return dvar, dmu


right(c)(stats(lambda d, xc, s: (np.einsum("nd,nd->d", d, xc) / (-2 * s * s * s), -(d / s).sum(0))))
right(c)(stats(lambda d, xc, s: (dvar_of(d, xc, s).astype(np.float32), list(dmu_of(d, xc, s)))))

c = checks.check_batchnorm_backward


def pull(dout, x_hat, gamma, std):
    g = dout * gamma
    return (g - g.mean(0) - x_hat * (g * x_hat).mean(0)) / std


def sums(dout, x_hat):
    return (dout * x_hat).sum(axis=0), dout.sum(axis=0)


wrong(c, "statistics-constant")(lambda d, h, g, s: (d * g / s, *sums(d, h)))
wrong(c, "variance-path")(lambda d, h, g, s: (g * (d - d.mean(0)) / s, *sums(d, h)))
wrong(c, "mean-path")(lambda d, h, g, s: (g * (d - h * (d * h).mean(0)) / s, *sums(d, h)))
wrong(c, "dgamma-without-x-hat")(
    lambda dout, x_hat, g, s: (pull(dout, x_hat, g, s), dout.sum(0), dout.sum(0))
)
wrong(c, "parameters-averaged")(lambda d, h, g, s: (pull(d, h, g, s), (d * h).mean(0), d.mean(0)))
wrong(c, "std-not-divided")(lambda d, h, g, s: (pull(d, h, g, 1), *sums(d, h)))
wrong(c, "gamma-beta-swapped", "results-swapped")(
    lambda d, h, g, s: (pull(d, h, g, s), *sums(d, h)[::-1])
)
wrong(c, "scale-forgotten", "gamma-forgotten", "argument-ignored")(
    lambda d, h, g, s: (pull(d, h, 1, s), *sums(d, h))
)
wrong(c, "gamma-twice", "parameters-scaled")(lambda d, h, g, s: (pull(d, h, g, s), *sums(d * g, h)))
wrong(c, "wrong-count")(lambda d, h, g, s: pull(d, h, g, s))
wrong(c, "path-sign")(
    lambda d, h, g, s: (g * (d - d.mean(0) + h * (d * h).mean(0)) / s, *sums(d, h))
)


@wrong(c, "input-changed")
def backward_in_place(dout, x_hat, gamma, std):
    dgamma, dbeta = sums(dout, x_hat)
    dout *= gamma
    return pull(dout, x_hat, 1, std), dgamma, dbeta


@right(c)
def backward_by_sums(dout, x_hat, gamma, std):
    m = dout.shape[0]
    dgamma = np.sum(x_hat * dout, axis=0)
    dbeta = np.sum(dout, axis=0)
    return (gamma / (m * std)) * (m * dout - dbeta - x_hat * dgamma), dgamma, dbeta


@right(c)
def backward_by_projection(dout, x_hat, gamma, std):
    m = len(dout)
    dx = np.empty(dout.shape)
    for k in range(dout.shape[1]):
        q = np.column_stack([np.ones(m), x_hat[:, k]])
        keep = np.eye(m) - q @ q.T / m
        dx[:, k] = gamma[k] / std[k] * keep @ dout[:, k]
    return [dx, np.diag(x_hat.T @ dout), np.ones(m) @ dout]


right(c)(lambda d, h, g, s: tuple(a.astype("f4") for a in (pull(d, h, g, s), *sums(d, h))))

# ------------------------------------------------------------------ lesson 07
c = checks.check_running_update


def blend(mean, var, batch, m, ddof=1):
    return (1 - m) * mean + m * batch.mean(0), (1 - m) * var + m * batch.var(0, ddof=ddof)


wrong(c, "momentum-reversed")(lambda rm, rv, batch, m: blend(rm, rv, batch, 1 - m))
wrong(c, "biased-running-var")(lambda rm, rv, batch, m: blend(rm, rv, batch, m, ddof=0))
wrong(c, "momentum-reversed")(
    lambda rm, rv, x, m: (m * rm + (1 - m) * x.mean(0), m * rv + (1 - m) * x.var(0, ddof=1))
)
wrong(c, "nothing-forgotten")(lambda rm, rv, x, m: (rm + m * x.mean(0), rv + m * x.var(0, ddof=1)))
wrong(c, "std-averaged")(
    lambda rm, rv, x, m: (blend(rm, rv, x, m)[0], (1 - m) * rv + m * x.std(0, ddof=1))
)
wrong(c, "momentum-ignored", "argument-ignored")(lambda rm, rv, x, m: blend(rm, rv, x, 0.1))
wrong(c, "old-forgotten", "momentum-ignored")(lambda rm, rv, x, m: (x.mean(0), x.var(0, ddof=1)))
wrong(c, "one-mean-for-all", "units-pooled")(
    lambda rm, rv, x, m: ((1 - m) * rm + m * x.mean(), (1 - m) * rv + m * x.var(ddof=1))
)
wrong(c, "no-update", "nothing-returned")(lambda rm, rv, x, m: (rm, rv))


@wrong(c, "input-changed")
def update_in_place(running_mean, running_var, batch, momentum):
    running_mean += momentum * (batch.mean(0) - running_mean)
    running_var += momentum * (batch.var(0, ddof=1) - running_var)
    return running_mean, running_var


@wrong(c, "momentum-reversed", "biased-running-var", "unknown")
def update_two_mistakes(running_mean, running_var, batch, momentum):
    running_mean = momentum * running_mean + (1 - momentum) * batch.mean(0)
    running_var = momentum * running_var + (1 - momentum) * batch.var(0)
    return running_mean, running_var


@right(c)
def update_feature_by_feature(running_mean, running_var, batch, momentum):
    n = len(batch)
    means, variances = [], []
    for k, column in enumerate(batch.T):
        mu = sum(column) / n
        var = sum((v - mu) ** 2 for v in column) / (n - 1)
        means.append(running_mean[k] + momentum * (mu - running_mean[k]))
        variances.append(running_var[k] + momentum * (var - running_var[k]))
    return means, variances


right(c)(lambda rm, rv, x, m: np.float32(blend(rm, rv, x, m)))
right(c)(
    lambda rm, rv, x, m: (
        np.average([rm, x.mean(0)], axis=0, weights=[1 - m, m]),
        rv - m * rv + m * np.diag(np.atleast_2d(np.cov(x, rowvar=False))),
    )
)

c = checks.check_batches_needed
wrong(c, "not-whole")(lambda momentum, share: math.log(share) / math.log(1 - momentum))
wrong(c, "one-off")(lambda momentum, share: int(math.log(share) / math.log(1 - momentum)))
wrong(c, "one-off", "rounded", "not-whole")(lambda m, s: round(np.log(s) / np.log(1 - m)))
wrong(c, "weight-of-new")(lambda m, s: math.ceil(math.log(s) / math.log(m)))
wrong(c, "complement-of-share")(lambda m, s: math.ceil(math.log(1 - s) / math.log(1 - m)))
wrong(c, "time-constant", "argument-ignored")(lambda m, s: math.ceil(1 / m))
wrong(c, "straight-line")(lambda m, s: math.ceil((1 - s) / m))
wrong(c, "small-momentum-only")(lambda m, s: math.ceil(-math.log(s) / m))
wrong(c, "ratio-inverted")(lambda m, s: math.ceil(math.log(1 - m) / math.log(s)))


@wrong(c, "result-limited")
def batches_up_to_fifty(momentum, share):
    for n in range(1, 51):
        if (1 - momentum) ** n < share:
            return n
    return 50


@wrong(c, "one-off")
def batches_counted_from_one(momentum, share):
    left, n = 1, 1
    while left >= share:
        left *= 1 - momentum
        n += 1
    return n


@right(c)
def batches_counted(momentum, share):
    n, left = 0, 1.0
    while not left < share:
        left = left - momentum * left
        n += 1
    return n


right(c)(lambda m, s: math.floor(math.log2(s) / math.log2(1 - m)) + 1)
right(c)(lambda m, s: int(np.argmax(np.cumprod(np.full(100_000, 1 - m)) < s)) + 1)
right(c)(lambda m, s: np.floor(np.log(s) / np.log1p(-m)) + 1.0)

c = checks.check_fold


def folded(W, b, gamma, beta, mean, var, eps):
    scale = gamma / np.sqrt(var + eps)
    return W * scale, (b - mean) * scale + beta


wrong(c, "bias-forgotten")(
    lambda W, b, g, beta, mean, var, eps: folded(W, 0, g, beta, mean, var, eps)
)
wrong(c, "mean-unfolded")(lambda W, b, g, beta, mean, var, eps: folded(W, b, g, beta, 0, var, eps))
wrong(c, "beta-unfolded")(lambda W, b, g, beta, mean, var, eps: folded(W, b, g, 0, mean, var, eps))
wrong(c, "fold-eps-forgotten", "eps-forgotten")(
    lambda W, b, g, beta, mean, var, eps: folded(W, b, g, beta, mean, var, 0)
)
wrong(c, "scale-forgotten", "gamma-forgotten", "argument-ignored")(
    lambda W, b, g, beta, mean, var, eps: folded(W, b, 1, beta, mean, var, eps)
)
wrong(c, "weights-unfolded")(lambda W, *rest: (W, folded(W, *rest)[1]))
wrong(c, "results-swapped", "arguments-swapped", "wrong-shape")(lambda *all: folded(*all)[::-1])
wrong(c, "gamma-positive")(
    lambda W, b, g, beta, mean, var, eps: folded(W, b, abs(g), beta, mean, var, eps)
)


@wrong(c, "bias-not-scaled")
def fold_bias_added(W, b, gamma, beta, mean, var, eps):
    k = gamma / np.sqrt(var + eps)
    return k * W, b + beta - k * mean


@wrong(c, "rows-scaled", "raised")
def fold_rows(W, b, gamma, beta, mean, var, eps):
    scale = gamma / (var + eps) ** 0.5
    return scale[:, None] * W, (b - mean) * scale + beta


@wrong(c, "root-forgotten", "divided-by-variance")
def fold_variance(W, b, gamma, beta, mean, var, eps):
    scale = gamma / (var + eps)
    return W * scale, (b - mean) * scale + beta


@wrong(c, "input-changed")
def fold_in_place(W, b, gamma, beta, mean, var, eps):
    scale = gamma / np.sqrt(var + eps)
    W *= scale
    return W, (b - mean) * scale + beta


@right(c)
def fold_unit_by_unit(W, b, gamma, beta, mean, var, eps):
    columns, biases = [], []
    for k in range(W.shape[1]):
        scale = gamma[k] / math.sqrt(var[k] + eps)
        columns.append([w * scale for w in W[:, k]])
        biases.append(beta[k] + scale * (b[k] - mean[k]))
    return list(zip(*columns, strict=True)), biases


@right(c)
def fold_by_probing(W, b, gamma, beta, mean, var, eps):
    def both(x):
        return gamma * (x @ W + b - mean) / np.sqrt(var + eps) + beta

    bias = both(np.zeros(len(W)))
    return both(np.eye(len(W))) - bias, bias


@right(c)
def fold_by_layer(W, b, gamma, beta, mean, var, eps):
    bn = BatchNorm(len(gamma), eps=eps)
    bn.params.update(gamma=gamma, beta=beta)
    bn.running_mean, bn.running_var = mean, var
    return fold_batchnorm(np.float64(W), np.float64(b), bn)


right(c)(lambda *all: tuple(np.float32(a) for a in folded(*all)))


# ------------------------------------------------- the same lessons, harder to see
c = checks.check_sgd_step
wrong(c, "rate-squared", "wrong-power")(lambda w, g, lr: w - lr**2 * g)
wrong(c, "argument-ignored", "rate-forgotten")(lambda w, g, lr: w - g)
wrong(c, "range-limited")(lambda w, g, lr: w - min(lr, 0.1) * g)
wrong(c, "range-limited")(lambda w, g, lr: w - lr * np.clip(g, -1, 1))
right(c)(lambda w, g, lr: np.array([a - lr * b for a, b in zip(w, g, strict=True)], dtype=object))

c = checks.check_weight_std
wrong(c, "n-minus-one")(lambda n, ms, wanted: wanted / math.sqrt((n - 1) * ms))
wrong(c, "almost", "small-eps")(lambda n, ms, wanted: wanted / math.sqrt(n * ms + 1e-3))
wrong(c, "fan-in-forgotten", "argument-ignored")(lambda n, ms, wanted: wanted / math.sqrt(ms))
right(c)(lambda n, mean_square, wanted: [wanted / math.sqrt(n * mean_square)][0])

c = checks.check_saturated_share
wrong(c, "range-limited")(lambda std: 2 * NormalDist(0, max(std, 1)).cdf(-EDGE))
wrong(c, "range-limited", "almost", "rounded", "other-edge")(
    lambda std: math.erfc(2.6 / std / math.sqrt(2))
)
wrong(c, "tails-twice", "constant-factor")(lambda std: 2 * math.erfc(EDGE / std / math.sqrt(2)))

c = checks.check_uniform_weights
wrong(c, "uniform-wrong-limit", "std-off")(
    lambda i, o, std, rng: rng.uniform(-std / math.sqrt(3), std / math.sqrt(3), (i, o))
)
wrong(c, "fans-swapped")(
    lambda i, o, std, rng: rng.uniform(-math.sqrt(3) * std, math.sqrt(3) * std, (o, i))
)

c = checks.check_he_weights
wrong(c, "std-off", "n-plus-one", "almost")(
    lambda i, o, rng: rng.normal(0, math.sqrt(2 / (i + 1)), (i, o))
)
wrong(c, "repeated-weights", "dependent-weights")(
    lambda i, o, rng: np.repeat(rng.normal(0, math.sqrt(2 / i), (i, 1)), o, axis=1)
)

c = checks.check_leaky_std
wrong(c, "mean-slope", "slope-not-squared")(lambda n, a: 1 / math.sqrt(n * (1 + a) / 2))
wrong(c, "wrong-power", "unknown")(lambda n, a: math.sqrt(2 / (n * (1 - a**2) + n * 1e-9)))

c = checks.check_adjusted
wrong(c, "result-limited")(
    lambda p, b, n: np.clip(p * n / b / (p * n / b + (1 - p) * (1 - n) / (1 - b)), 0.1, 0.9)
)
wrong(c, "other-label-forgotten")(lambda p, b, n: p * n / b / (p * n / b + 1 - p))

c = checks.check_moved
wrong(c, "constant-factor", "half-spread")(
    lambda b, a: shift_of(np.median, b, a) / (width(b, axis=0) / 2)
)
wrong(c, "spread-after")(lambda b, a: shift_of(np.median, b, a) / width(a, axis=0))
wrong(c, "other-percentiles")(lambda b, a: shift_of(np.median, b, a) / width(b, 25, 75, axis=0))
wrong(c, "wrong-shape", "averaged")(
    lambda b, a: np.mean(shift_of(np.median, b, a) / width(b, axis=0))
)

c = checks.check_minmax
wrong(c, "small-eps", "almost")(lambda x: (x - x.min(0)) / (np.ptp(x, axis=0) + 0.01))
wrong(c, "standardized")(lambda x: (x - x.mean(0)) / x.std(0))
wrong(c, "not-divided", "range-forgotten")(lambda x: x - x.min(0))
wrong(c, "range-limited", "mean-for-minimum", "unknown")(
    lambda x: np.clip((x - x.mean(0)) / np.ptp(x, axis=0), 0, 1)
)
right(c)(lambda x: np.ma.array((x - x.min(0)) / np.ptp(x, axis=0)))

c = checks.check_standardize_like
wrong(c, "statistics-of-both")(
    lambda a, b: (a - np.vstack([a, b]).mean(0)) / np.vstack([a, b]).std(0)
)
wrong(c, "mean-kept", "mean-forgotten")(lambda test, train: test / train.std(0))
wrong(c, "small-eps", "almost")(lambda test, train: (test - train.mean(0)) / (train.std(0) + 0.01))

c = checks.check_zca
wrong(c, "standardized", "rows-standardized")(lambda x: (x - x.mean(0)) / x.std(0))
wrong(c, "not-turned-back")(
    lambda x: (x - x.mean(0)) @ np.linalg.inv(np.linalg.cholesky(np.cov(x.T, ddof=0))).T
)


@wrong(c, "root-inverted")
def zca_multiplied(x):
    xc, values, vectors = eigen(x)
    return xc @ vectors @ np.diag(np.sqrt(values)) @ vectors.T


@wrong(c, "root-of-entries", "not-a-number", "not-finite")
def zca_root_of_entries(x):
    xc = x - x.mean(0)
    return xc @ np.linalg.inv(np.sqrt(np.abs(xc.T @ xc / len(x))))


@wrong(c, "covariance-not-centred", "mean-kept")
def zca_never_centred(x):
    values, vectors = np.linalg.eigh(x.T @ x / len(x))
    return x @ vectors @ np.diag(values**-0.5) @ vectors.T


c = checks.check_batchnorm_forward


@wrong(c, "remembers")
def batchnorm_by_shape(x, gamma, beta, eps, kept={}):  # noqa: B006
    std = kept.setdefault(x.shape, np.sqrt(x.var(0) + eps))
    return gamma * (x - x.mean(0)) / std + beta


wrong(c, "unbiased-in-training")(
    lambda x, g, b, eps: g * (x - x.mean(0)) / (x.std(0, ddof=1) + eps) + b
)
wrong(c, "shift-sign")(lambda x, g, b, eps: batchnorm_forward(x, g, -b, eps)[0])
wrong(c, "gamma-beta-swapped")(lambda x, g, b, eps: batchnorm_forward(x, b, g, eps)[0])
wrong(c, "wrong-count", "wrong-shape")(lambda x, g, b, eps: batchnorm_forward(x, g, b, eps))
wrong(c, "range-limited")(lambda x, g, b, eps: batchnorm_forward(x, g, b, max(eps, 1e-3))[0])
wrong(c, "result-limited")(lambda x, g, b, eps: np.maximum(batchnorm_forward(x, g, b, eps)[0], 0))
wrong(c, "brackets")(lambda x, g, b, eps: g * x - x.mean(0) / np.sqrt(x.var(0) + eps) + b)
wrong(c, "median-for-mean")(
    lambda x, g, b, eps: g * (x - np.median(x, axis=0)) / np.sqrt(x.var(0) + eps) + b
)
wrong(c, "mean-deviation")(
    lambda x, g, b, eps: g * (x - x.mean(0)) / (abs(x - x.mean(0)).mean(0) + eps) + b
)
wrong(c, "rounded")(lambda x, g, b, eps: batchnorm_forward(x, g, b, eps)[0].round(3))

c = checks.check_undo_batchnorm
wrong(c, "gamma-is-not-variance", "undo-eps-forgotten", "root-forgotten", "unknown")(
    lambda mean, var, eps: (var, mean)
)
wrong(c, "wrong-count")(lambda mean, var, eps: np.sqrt(var + eps))
wrong(c, "start-values", "wrong-shape")(lambda mean, var, eps: (np.ones(3), np.zeros(3)))

c = checks.check_batchnorm_conv
wrong(c, "one-mean-for-all", "across-channels")(conv((0, 1, 2, 3)))


@wrong(c, "variances-averaged")
def conv_mean_of_variances(x, gamma, beta, eps):
    mu = x.mean((0, 2, 3), keepdims=True)
    var = x.var((2, 3), keepdims=True).mean(0, keepdims=True)
    x_hat = (x - mu) / np.sqrt(var + eps)
    return gamma.reshape(1, -1, 1, 1) * x_hat + beta.reshape(1, -1, 1, 1)


@wrong(c, "integer-array")
def conv_in_empty(x, gamma, beta, eps):
    out = np.empty_like(x)
    for k in range(x.shape[1]):
        z = x[:, k]
        out[:, k] = gamma[k] * (z - z.mean()) / np.sqrt(z.var() + eps) + beta[k]
    return out


c = checks.check_statistics_gradients
wrong(c, "statistics-with-paths", "mean-path", "unknown")(
    stats(lambda d, xc, s: (dvar_of(d, xc, s), -d.sum(0) / s + 2 * dvar_of(d, xc, s)))
)
wrong(c, "eps-forgotten")(lambda d, x, eps: stats(lambda *a: (dvar_of(*a), dmu_of(*a)))(d, x, 0))
wrong(c, "std-for-variance")(stats(lambda d, xc, s: (-(d * xc).sum(0) / s**2, dmu_of(d, xc, s))))

c = checks.check_batchnorm_backward
wrong(c, "over-features", "axis-of-features", "wrong-shape")(
    lambda d, h, g, s: (
        (d * g - (d * g).mean(1, keepdims=True) - h * (d * g * h).mean(1, keepdims=True)) / s,
        *sums(d, h),
    )
)
wrong(c, "summed-over-all", "sum-for-mean", "averaged", "squares-for-m")(
    lambda d, h, g, s: (g * (d - d.sum(0) - h * (d * h).sum(0)) / s, *sums(d, h))
)
wrong(c, "x-hat-forgotten")(
    lambda d, h, g, s: (g * (d - d.mean(0) - (d * h).mean(0)) / s, *sums(d, h))
)
wrong(c, "wrong-shape")(lambda d, h, g, s: (pull(d, h, g, s), *(v[None] for v in sums(d, h))))
wrong(c, "parameters-sign")(lambda d, h, g, s: (pull(d, h, g, s), *(-v for v in sums(d, h))))
wrong(c, "gamma-positive")(lambda d, h, g, s: (pull(d, h, abs(g), s), *sums(d, h)))

c = checks.check_running_update
wrong(c, "range-limited")(lambda rm, rv, x, m: blend(rm, rv, x, min(m, 0.1)))
wrong(c, "correction-inverted")(
    lambda rm, rv, x, m: (
        blend(rm, rv, x, m)[0],
        (1 - m) * rv + m * x.var(0) * (len(x) - 1) / len(x),
    )
)
wrong(c, "one-of-two", "unknown")(lambda rm, rv, x, m: (blend(rm, rv, x, m)[0], rv))
wrong(c, "wrong-shape")(
    lambda rm, rv, x, m: (
        (1 - m) * rm + m * x.mean(0, keepdims=True),
        (1 - m) * rv + m * x.var(0, ddof=1, keepdims=True),
    )
)

c = checks.check_batches_needed
wrong(c, "share-for-count", "not-whole", "weight-of-new")(lambda m, s: (1 - m) ** s)
wrong(c, "one-off")(lambda m, s: math.ceil(math.log(s) / math.log(1 - m)) + 1)
wrong(c, "sign-of-count")(lambda m, s: math.floor(math.log(1 / s) / math.log(1 - m)))

c = checks.check_fold
wrong(c, "mean-not-scaled")(
    lambda W, b, g, beta, mean, var, eps: (
        W * g / np.sqrt(var + eps),
        b * g / np.sqrt(var + eps) - mean + beta,
    )
)
wrong(c, "eps-outside-root")(
    lambda W, b, g, beta, mean, var, eps: folded(W, b, g, beta, mean, (np.sqrt(var) + eps) ** 2, 0)
)
wrong(c, "mean-sign")(lambda W, b, g, beta, mean, var, eps: folded(W, b, g, beta, -mean, var, eps))
