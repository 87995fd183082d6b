"""Wrong answers to assignment a2 as students write them, and the slips that fit them.

They were written before their writer had looked at the slips again.
"""

import numpy as np

WRONG = []


def wrong(contract, *fitting):
    return lambda answer: WRONG.append((contract, answer, fitting)) or answer


# --- weighted


@wrong("weighted", "weights-ignored")
def no_weights(x, weights, gamma, beta, eps):
    return gamma * (x - np.mean(x, axis=0)) / np.sqrt(np.var(x, axis=0) + eps) + beta


@wrong("weighted", "weights-in-one")
def only_the_mean(x, weights, gamma, beta, eps):
    mu = np.average(x, axis=0, weights=weights)
    std = np.sqrt(x.var(axis=0) + eps)
    return gamma * (x - mu) / std + beta


@wrong("weighted", "weights-not-divided")
def mean_of_products(x, weights, gamma, beta, eps):
    w = weights.reshape(-1, 1)
    mu = np.mean(w * x, axis=0)
    var = np.mean(w * (x - mu) ** 2, axis=0)
    return gamma * ((x - mu) / np.sqrt(var + eps)) + beta


@wrong("weighted", "weights-scale-rows")
def products_normalized(x, weights, gamma, beta, eps):
    z = weights[:, None] * x
    return gamma * (z - z.mean(0)) / np.sqrt(z.var(0) + eps) + beta


@wrong("weighted", "raised")
def shapes_do_not_meet(x, weights, gamma, beta, eps):
    mu = (weights * x).sum(axis=0) / weights.sum()
    return x - mu


@wrong("weighted", "eps-outside-root")
def eps_last(x, weights, gamma, beta, eps):
    w = weights / weights.sum()
    mu = w @ x
    std = np.sqrt(w @ (x - mu) ** 2) + eps
    return gamma * (x - mu) / std + beta


@wrong("weighted", "weights-squared")
def weights_inside_the_square(x, weights, gamma, beta, eps):
    w = (weights / weights.sum())[:, None]
    mu = (w * x).sum(0)
    var = ((w * (x - mu)) ** 2).sum(0)
    return gamma * (x - mu) / np.sqrt(var + eps) + beta


@wrong("weighted", "input-changed")
def weights_in_place(x, weights, gamma, beta, eps):
    weights /= weights.sum()
    mu = weights @ x
    return gamma * (x - mu) / np.sqrt(weights @ (x - mu) ** 2 + eps) + beta


@wrong("weighted", "squares-not-centred")
def mean_of_squares(x, weights, gamma, beta, eps):
    w = weights / weights.sum()
    return gamma * (x - w @ x) / np.sqrt(w @ x**2 + eps) + beta


# --- masked


@wrong("masked", "wrong-shape", "raised")
def rows_dropped(x, mask, gamma, beta, eps):
    kept = x[mask]
    return gamma * (kept - kept.mean(0)) / np.sqrt(kept.var(0) + eps) + beta


@wrong("masked", "masked-beta-left")
def beta_after(x, mask, gamma, beta, eps):
    out = np.zeros(x.shape)
    kept = x[mask]
    out[mask] = (kept - kept.mean(0)) / np.sqrt(kept.var(0) + eps)
    return gamma * out + beta


@wrong("masked", "masked-rows-counted")
def zeros_counted(x, mask, gamma, beta, eps):
    z = x * mask[:, None]
    out = gamma * (z - z.mean(0)) / np.sqrt(z.var(0) + eps) + beta
    return out * mask[:, None]


@wrong("masked", "masked-rows-counted")
def zeros_in_the_variance(x, mask, gamma, beta, eps):
    z = x * mask[:, None]
    mu = z.sum(0) / mask.sum()
    var = ((z - mu) ** 2).sum(0) / mask.sum()
    return np.where(mask[:, None], gamma * (x - mu) / np.sqrt(var + eps) + beta, 0)


@wrong("masked", "masked-not-zeroed")
def all_rows(x, mask, gamma, beta, eps):
    mu, var = x[mask].mean(0), x[mask].var(0)
    return gamma * (x - mu) / np.sqrt(var + eps) + beta


@wrong("masked", "mask-reversed")
def other_rows(x, mask, gamma, beta, eps):
    mu, var = x[~mask].mean(0), x[~mask].var(0)
    return np.where(~mask[:, None], gamma * (x - mu) / np.sqrt(var + eps) + beta, 0)


@wrong("masked", "input-changed")
def zeroed_in_place(x, mask, gamma, beta, eps):
    x[~mask] = 0
    mu, var = x[mask].mean(0), x[mask].var(0)
    return np.where(mask[:, None], gamma * (x - mu) / np.sqrt(var + eps) + beta, 0)


@wrong("masked", "integer-array")
def array_like_x(x, mask, gamma, beta, eps):
    out = np.zeros_like(x)
    k = x[mask]
    out[mask] = gamma * (k - k.mean(0)) / np.sqrt(k.var(0) + eps) + beta
    return out


# --- share


@wrong("share", "others-ignored")
def own_rows(x, other_count, other_mean, other_var, gamma, beta, eps):
    return gamma * (x - x.mean(0)) / np.sqrt(x.var(0) + eps) + beta


@wrong("share", "variances-averaged")
def pooled(x, other_count, other_mean, other_var, gamma, beta, eps):
    a = len(x) / (len(x) + other_count)
    mu = a * x.mean(0) + (1 - a) * other_mean
    var = a * x.var(0) + (1 - a) * other_var
    return gamma * (x - mu) / np.sqrt(var + eps) + beta


@wrong("share", "mean-of-means")
def two_means(x, other_count, other_mean, other_var, gamma, beta, eps):
    mu = (x.mean(0) + other_mean) / 2
    var = (x.var(0) + other_var) / 2
    return gamma * (x - mu) / np.sqrt(var + eps) + beta


@wrong("share", "distance-forgotten")
def distance_missing(x, other_count, other_mean, other_var, gamma, beta, eps):
    n = x.shape[0] + other_count
    mu = (x.sum(0) + other_count * other_mean) / n
    var = (((x - mu) ** 2).sum(0) + other_count * other_var) / n
    return gamma * (x - mu) / np.sqrt(var + eps) + beta


@wrong("share", "brackets")
def divided_in_part(x, other_count, other_mean, other_var, gamma, beta, eps):
    n = x.shape[0] + other_count
    mu = (x.sum(0) + other_count * other_mean) / n
    var = ((x - mu) ** 2).sum(0) + other_count * (other_var + (other_mean - mu) ** 2) / n
    return gamma * (x - mu) / np.sqrt(var + eps) + beta


@wrong("share", "others-as-one-row")
def sum_without_count(x, other_count, other_mean, other_var, gamma, beta, eps):
    n = x.shape[0] + other_count
    mu = (x.sum(0) + other_mean) / n
    var = (((x - mu) ** 2).sum(0) + other_count * (other_var + (other_mean - mu) ** 2)) / n
    return gamma * (x - mu) / np.sqrt(var + eps) + beta


@wrong("share", "one-mean-for-all")
def sum_of_everything(x, other_count, other_mean, other_var, gamma, beta, eps):
    n = x.shape[0] + other_count
    mu = (x.sum() + other_count * other_mean) / n
    var = (((x - mu) ** 2).sum() + other_count * (other_var + (other_mean - mu) ** 2)) / n
    return gamma * (x - mu) / np.sqrt(var + eps) + beta


# --- frames


def with_axes(*axes):
    def answer(x, gamma, beta, eps):
        mu, var = x.mean(axis=axes, keepdims=True), x.var(axis=axes, keepdims=True)
        g, b = gamma[:, None, None, None], beta[:, None, None, None]
        return g * (x - mu) / np.sqrt(var + eps) + b

    return answer


wrong("frames", "steps-joined")(with_axes(0, 2, 3, 4))
wrong("frames", "per-image")(with_axes(3, 4))
wrong("frames", "per-place")(with_axes(0))
wrong("frames", "across-channels")(with_axes(0, 1, 3, 4))


@wrong("frames", "raised")
def gamma_last(x, gamma, beta, eps):
    mu, var = x.mean((0, 3, 4), keepdims=True), x.var((0, 3, 4), keepdims=True)
    return gamma * (x - mu) / np.sqrt(var + eps) + beta


@wrong("frames", "unbiased-in-training")
def one_less(x, gamma, beta, eps):
    mu, var = x.mean((0, 3, 4), keepdims=True), x.var((0, 3, 4), keepdims=True, ddof=1)
    return gamma[:, None, None, None] * (x - mu) / np.sqrt(var + eps) + beta[:, None, None, None]


@wrong("frames", "one-frame-for-all")
def first_frame_for_all(x, gamma, beta, eps):
    first = x[:, :, :1]
    mu, var = first.mean((0, 3, 4), keepdims=True), first.var((0, 3, 4), keepdims=True)
    return gamma[:, None, None, None] * (x - mu) / np.sqrt(var + eps) + beta[:, None, None, None]


# --- border


@wrong("border", "border-counted")
def plain(x, gamma, beta, eps):
    mu, var = x.mean((0, 2, 3), keepdims=True), x.var((0, 2, 3), keepdims=True)
    return gamma[:, None, None] * (x - mu) / np.sqrt(var + eps) + beta[:, None, None]


@wrong("border", "wrong-shape")
def cut(x, gamma, beta, eps):
    return plain(x[:, :, 1:-1, 1:-1], gamma, beta, eps)


@wrong("border", "border-on-one-side")
def first_row_and_column(x, gamma, beta, eps):
    inner = x[:, :, 1:, 1:]
    mu, var = inner.mean((0, 2, 3)), inner.var((0, 2, 3))
    mu, var, g, b = (v.reshape(1, -1, 1, 1) for v in (mu, var, gamma, beta))
    return g * (x - mu) / np.sqrt(var + eps) + b


@wrong("border", "border-not-normalized")
def inner_alone(x, gamma, beta, eps):
    out = np.array(x, float)
    out[:, :, 1:-1, 1:-1] = plain(x[:, :, 1:-1, 1:-1], gamma, beta, eps)
    return out


@wrong("border", "border-of-zeros-counted")
def border_of_zeros(x, gamma, beta, eps):
    z = np.zeros(x.shape)
    z[:, :, 1:-1, 1:-1] = x[:, :, 1:-1, 1:-1]
    mu, var = z.mean((0, 2, 3), keepdims=True), z.var((0, 2, 3), keepdims=True)
    return gamma[:, None, None] * (x - mu) / np.sqrt(var + eps) + beta[:, None, None]


@wrong("border", "raised", "border-on-one-side")
def cut_along_channels(x, gamma, beta, eps):
    inner = x[:, 1:-1, 1:-1]
    mu, var = inner.mean((0, 2, 3), keepdims=True), inner.var((0, 2, 3), keepdims=True)
    return gamma[:, None, None] * (x - mu) / np.sqrt(var + eps) + beta[:, None, None]


@wrong("border", "per-image")
def each_image(x, gamma, beta, eps):
    inner = x[:, :, 1:-1, 1:-1]
    mu, var = inner.mean((2, 3), keepdims=True), inner.var((2, 3), keepdims=True)
    return gamma[:, None, None] * (x - mu) / np.sqrt(var + eps) + beta[:, None, None]


# --- sequences


@wrong("sequences", "mask-ignored")
def no_mask(x, mask, gamma, beta, eps):
    mu, var = x.mean((0, 2), keepdims=True), x.var((0, 2), keepdims=True)
    out = gamma[:, None] * (x - mu) / np.sqrt(var + eps) + beta[:, None]
    return out * mask[:, None]


@wrong("sequences", "masked-rows-counted")
def fill_with_zeros(x, mask, gamma, beta, eps):
    z = x * mask[:, None]
    mu, var = z.mean((0, 2), keepdims=True), z.var((0, 2), keepdims=True)
    return mask[:, None] * (gamma[:, None] * (x - mu) / np.sqrt(var + eps) + beta[:, None])


@wrong("sequences", "mean-of-means")
def mean_per_sequence(x, mask, gamma, beta, eps):
    m = mask[:, None]
    count = m.sum(2, keepdims=True)
    mu = ((x * m).sum(2, keepdims=True) / count).mean(0, keepdims=True)
    var = ((m * (x - mu) ** 2).sum(2, keepdims=True) / count).mean(0, keepdims=True)
    return m * (gamma[:, None] * (x - mu) / np.sqrt(var + eps) + beta[:, None])


@wrong("sequences", "masked-beta-left")
def mask_before_beta(x, mask, gamma, beta, eps):
    m = mask[:, None]
    mu = (x * m).sum((0, 2), keepdims=True) / m.sum()
    var = (m * (x - mu) ** 2).sum((0, 2), keepdims=True) / m.sum()
    return m * (gamma[:, None] * (x - mu) / np.sqrt(var + eps)) + beta[:, None]


@wrong("sequences", "eps-forgotten")
def without_eps(x, mask, gamma, beta, eps):
    m = np.broadcast_to(mask[:, None], x.shape)
    mu, std = x.mean((0, 2), keepdims=True, where=m), x.std((0, 2), keepdims=True, where=m)
    return m * (gamma[:, None] * (x - mu) / std + beta[:, None])


@wrong("sequences", "per-sequence")
def one_sequence_at_a_time(x, mask, gamma, beta, eps):
    out = np.zeros(x.shape)
    for n in range(len(x)):
        kept = x[n][:, mask[n]]
        mu, var = kept.mean(1, keepdims=True), kept.var(1, keepdims=True)
        out[n][:, mask[n]] = gamma[:, None] * (kept - mu) / np.sqrt(var + eps) + beta[:, None]
    return out


# --- line, spread, unbiased
wrong("line", "line-ignored")(lambda mean, var, eps, a, c: (np.sqrt(var + eps), mean))
wrong("line", "line-for-parameters", "mean-forgotten")(lambda mean, var, eps, a, c: (a, c))
wrong("line", "mean-forgotten")(lambda mean, var, eps, a, c: (a * np.sqrt(var + eps), c))
wrong("line", "slope-forgotten")(lambda mean, var, eps, a, c: (a * np.sqrt(var + eps), mean + c))
wrong("line", "undo-eps-forgotten")(lambda mean, var, eps, a, c: (a * np.sqrt(var), a * mean + c))
wrong("line", "beta-sign")(lambda mean, var, eps, a, c: (a * np.sqrt(var + eps), c - a * mean))
wrong("line", "offset-scaled")(
    lambda mean, var, eps, a, c: (a * np.sqrt(var + eps), a * (mean + c))
)
wrong("line", "offset-forgotten", "offset-scaled")(
    lambda mean, var, eps, a, c: (a * np.sqrt(var + eps) + c, a * mean)
)

wrong("spread", "normalized-std-is-one")(lambda v, e, mean, std: (std, mean))
wrong("spread", "spread-of-input")(lambda v, e, mean, std: (std * np.sqrt(v + e), mean))
wrong("spread", "spread-ratio-inverted")(lambda v, e, mean, std: (std * np.sqrt(v / (v + e)), mean))
wrong("spread", "spread-ratio-without-root")(lambda v, e, mean, std: (std * (v + e) / v, mean))
wrong("spread", "wanted-ignored-std", "gamma-is-not-variance")(
    lambda v, e, mean, std: (np.sqrt((v + e) / v), mean)
)
wrong("spread", "beta-scaled")(lambda v, e, mean, std: (std * np.sqrt((v + e) / v), mean / std))
wrong("spread", "gamma-inverted", "input-std-divides")(
    lambda v, e, mean, std: (std / np.sqrt(v + e), mean)
)

wrong("unbiased", "conversion-forgotten")(lambda mean, v, m, e: (np.sqrt(v + e), mean))
wrong("unbiased", "conversion-inverted")(lambda mean, v, m, e: (np.sqrt(v * m / (m - 1) + e), mean))
wrong("unbiased", "conversion-with-eps")(
    lambda mean, v, m, e: (np.sqrt((v + e) * (m - 1) / m), mean)
)
wrong("unbiased", "undo-eps-forgotten")(lambda mean, v, m, e: (np.sqrt(v * (m - 1) / m), mean))
wrong("unbiased", "conversion-of-std")(lambda mean, v, m, e: (np.sqrt(v) * (m - 1) / m, mean))
wrong("unbiased", "gamma-beta-swapped")(lambda mean, v, m, e: (mean, np.sqrt(v * (m - 1) / m + e)))
wrong("unbiased", "wrong-count")(lambda mean, v, m, e: np.sqrt(v * (m - 1) / m + e))
wrong("unbiased", "conversion-half")(lambda mean, v, m, e: (np.sqrt(v * (m - 1) + e), mean))
