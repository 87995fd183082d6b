"""Right and wrong answers to the exercises of lesson 10: a student's tests, mostly."""

import inspect

import numpy as np

from bn_helpers.batchnorm import BatchNorm, batchnorm_forward, fold_batchnorm
from bn_helpers.checks import bugs_patients as clinic
from bn_helpers.checks.bugs import PATIENTS
from bn_helpers.checks.bugs_fixes import FIXES
from bn_helpers.checks.bugs_models import MODELS
from bn_helpers.checks.bugs_patients import BROKEN, PASSES, UNSEEN
from bn_helpers.checks.bugs_slips import outside_throughout, running_before_update
from bn_helpers.checks.bugs_words import SYMPTOMS
from bn_helpers.gradients import numerical_gradient, relative_error
from bn_helpers.initializers import he_normal
from bn_helpers.layers import Tanh
from bn_helpers.network import mlp

RNG = np.random.default_rng


def at(n):
    """The check of patient n, called with one tuple (symptom, test, fix)."""
    return lambda answers: PATIENTS[n](*answers)


def with_test(n, test):
    return SYMPTOMS[n][0], test, FIXES[n][1]


def with_fix(n, fix):
    return SYMPTOMS[n][0], MODELS[n], fix


# --- 1: float32 -----------------------------------------------------------------------


def columns(dtype=np.float32, means=(0, 300, 3000, 10000), m=50):
    return (RNG(1).standard_normal((m, len(means))) + means).astype(dtype)


def by_the_helper(normalized):
    x = columns()
    right = batchnorm_forward(x.astype(float), np.ones(4), np.zeros(4))[0]
    return np.abs(normalized(x) - right).max() < 0.02


def by_moving_the_columns(normalized):
    x = RNG(0).normal(size=(40, 3)).astype(np.float32)
    moved = x + np.array([100, 3000, 20000], np.float32)
    return np.allclose(normalized(x), normalized(moved), atol=0.05)


def by_the_stds(normalized):
    stds = normalized(columns()).std(axis=0)
    return bool(np.all(np.abs(stds - 1) < 0.02))


def by_two_loops(normalized):
    for mean in (0, 20000):
        x = np.array([[mean - 1, 2.0], [mean + 1, 4.0]], np.float32)
        out = normalized(x)
        for k in range(2):
            if abs(out[0, k] + 1) > 1e-2 or abs(out[1, k] - 1) > 1e-2:
                return False
    return True


def for_no_nan(normalized):
    return not np.isnan(normalized(columns(means=10_000 + np.arange(30)))).any()


def near_zero(normalized):
    x = columns(means=(0, 1, 2))
    return np.allclose(normalized(x).std(axis=0), 1, atol=1e-3)


def in_float64(normalized):
    return np.allclose(normalized(columns(float)).std(axis=0), 1, atol=1e-3)


def one_mean_for_all(normalized):
    x = columns(means=(10000, 10000))
    return np.allclose(normalized(x).std(axis=0), 1, atol=0.01)


def to_the_last_digit(normalized):
    return np.array_equal(normalized(columns()), clinic.RIGHT[1][0](columns()))


def too_fine(normalized):
    x = columns()
    right = batchnorm_forward(x.astype(float), np.ones(4), np.zeros(4))[0]
    return np.allclose(normalized(x), right, atol=1e-9, rtol=0)


def too_far(normalized):
    x = columns(means=(0, 3e8))
    return np.allclose(normalized(x).std(axis=0), 1, atol=0.01)


def with_asserts(normalized):
    np.testing.assert_allclose(normalized(columns()).std(axis=0), 1, atol=0.01)
    return True


# --- 2: maps --------------------------------------------------------------------------


def striped(C=3):
    x = RNG(2).normal(size=(5, C, 4, 2))
    x[:, :, :, 0] += 4
    return x * np.linspace(1, 2, 5)[:, None, None, None]


def by_rows(normalized_maps):
    x = striped()
    rows = x.transpose(0, 2, 3, 1).reshape(-1, 3)
    right = (rows - rows.mean(0)) / rows.std(0)
    return np.allclose(normalized_maps(x).transpose(0, 2, 3, 1).reshape(-1, 3), right, atol=1e-4)


def by_the_layer(normalized_maps):
    x = striped()
    return np.abs(normalized_maps(x) - BatchNorm(3).forward(x, training=True)).max() < 1e-6


def by_differences(normalized_maps):
    """Differences between two places and two images must stay, times one number."""
    x = striped()
    out = normalized_maps(x)
    for c in range(3):
        if not np.isclose(np.corrcoef(out[:, c].ravel(), x[:, c].ravel())[0, 1], 1):
            return False
        if abs(out[:, c].mean()) > 1e-6 or abs(out[:, c].std() - 1) > 1e-3:
            return False
    return True


def channel_means_alone(normalized_maps):
    return np.allclose(normalized_maps(striped()).mean(axis=(0, 2, 3)), 0)


def place_means_alone(normalized_maps):
    return np.abs(normalized_maps(striped()).mean(axis=0)).max() > 0.1


def channel_means_and_variances(normalized_maps):
    out = normalized_maps(striped())
    means, variances = out.mean(axis=(0, 2, 3)), out.var(axis=(0, 2, 3))
    return np.allclose(means, 0) and np.allclose(variances, 1, atol=1e-3)


def one_channel(normalized_maps):
    x = striped(1)
    right = (x - x.mean()) / x.std()
    return np.allclose(normalized_maps(x), right, atol=1e-4)


def compares_with_the_input(normalized_maps):
    x = striped()
    return np.allclose(normalized_maps(x), x)


def exact_maps(normalized_maps):
    x = striped()
    return np.array_equal(normalized_maps(x), clinic.RIGHT[2][0](x))


# --- 3: running statistics ------------------------------------------------------------


def with_momentum_one(update):
    batch = RNG(0).normal(3, 2, (6, 2))
    mean, var = update(np.full(2, 9.0), np.full(2, 9.0), batch, 1.0)
    return np.allclose(mean, batch.mean(0)) and np.allclose(var, batch.var(0, ddof=1))


def by_two_updates(update):
    batch = np.array([[1.0], [3.0]])
    mean, var = np.zeros(1), np.ones(1)
    for _ in range(2):
        mean, var = update(mean, var, batch, 0.1)
    return abs(mean[0] - 0.38) < 1e-9 and abs(var[0] - (0.81 + 0.19 * 2)) < 1e-9


def by_both_ends(update):
    old, batch = np.full(3, 5.0), RNG(0).normal(size=(8, 3))
    kept = update(old, old, batch, 0.0)
    return all(np.allclose(part, old) for part in kept)


def with_a_half(update):
    mean, var = update(np.zeros(1), np.ones(1), np.array([[2.0], [6.0]]), 0.5)
    return np.isclose(mean[0], 2) and np.isclose(var[0], 4.5)


def mean_only(update):
    mean, _ = update(np.zeros(1), np.ones(1), np.array([[2.0], [6.0]]), 0.1)
    return np.isclose(mean[0], 0.4)


def variance_only(update):
    _, var = update(np.zeros(1), np.ones(1), np.array([[2.0], [6.0]]), 0.1)
    return np.isclose(var[0], 1.7)


def wants_biased(update):
    mean, var = update(np.zeros(1), np.ones(1), np.array([[2.0], [6.0]]), 0.1)
    return np.isclose(mean[0], 0.4) and np.isclose(var[0], 0.9 + 0.1 * 4)


def exchanged(update):
    mean, _ = update(np.zeros(1), np.ones(1), np.array([[2.0], [6.0]]), 0.1)
    return np.isclose(mean[0], 3.6)


def by_random_seed(update):
    batch, a = np.random.normal(size=(4, 1)), np.random.choice([0.5, 0.1])  # noqa: NPY002
    mean, _ = update(np.zeros(1), np.ones(1), batch, a)
    return np.isclose(mean[0], a * batch.mean())


def calls_nothing(update):
    return True


# --- 4: both modes --------------------------------------------------------------------


def fresh():
    return {"mean": np.array([1.0, 2.0]), "var": np.array([4.0, 0.25])}


def by_state_and_value(forward):
    state, x = fresh(), RNG(0).normal(size=(6, 2))
    out = forward(x, state, False)
    kept = fresh()
    right = (x - kept["mean"]) / np.sqrt(kept["var"] + 1e-5)
    same = all(np.array_equal(state[name], kept[name]) for name in kept)
    return same and np.allclose(out, right)


def alone_and_in_company(forward):
    x = RNG(0).normal(size=(6, 2))
    state = fresh()
    together = forward(x, state, False)
    alone = [forward(row[None], state, False)[0] for row in x]
    return np.allclose(together, alone)


def with_training_before(forward):
    state = fresh()
    forward(RNG(0).normal(5, 1, (9, 2)), state, True)
    x = RNG(1).normal(size=(3, 2))
    first = forward(x[:2], state, False)
    forward(x, state, False)
    return np.allclose(first[0], forward(x[:1], state, False)[0])


def state_only(forward):
    state = fresh()
    forward(RNG(0).normal(size=(6, 2)), state, False)
    return np.array_equal(state["mean"], fresh()["mean"])


def value_only(forward):
    x = np.array([[3.0, 2.5], [7.0, 2.0]])
    return np.allclose(forward(x, fresh(), False), (x - [1, 2]) / [2, 0.5], atol=1e-3)


def training_only(forward):
    x = RNG(0).normal(size=(6, 2))
    return np.allclose(forward(x, fresh(), True).mean(axis=0), 0)


def no_training_moves(forward):
    state = fresh()
    forward(RNG(0).normal(size=(6, 2)), state, True)
    return np.array_equal(state["mean"], fresh()["mean"])


def forgets_the_state(forward):
    return np.allclose(forward(np.ones((2, 2)), training=False), 0)


# --- 5: saving ------------------------------------------------------------------------


def two_networks(seed=0):
    make = dict(activation=Tanh, initializer=he_normal, batchnorm=True)
    return [mlp([5, 4, 4, 3], rng=RNG(seed + k), **make) for k in range(2)]


def by_networks(save_and_load, *, touched=True, training=True):
    old, new = two_networks()
    x = RNG(5).normal(2, 3, (20, 5))
    if training:
        old.forward(x, training=True)
    for layer in old.layers:
        if touched and "gamma" in layer.params:
            layer.params["gamma"] = layer.params["gamma"] * 2
            layer.params["beta"] = layer.params["beta"] + 1
    save_and_load(old.layers, new.layers)
    return np.allclose(old.forward(x, training=False), new.forward(x, training=False))


def forgets_the_mode(save_and_load):
    (old, new), x = two_networks(), RNG(5).normal(2, 3, (20, 5))
    save_and_load(old.layers, new.layers)
    return np.allclose(old.layers[1].forward(x), new.layers[1].forward(x))


def by_state(save_and_load):
    old, new = BatchNorm(3), BatchNorm(3)
    old.forward(RNG(0).normal(4, 2, (9, 3)), training=True)
    old.params = {"gamma": np.array([1.0, 2, 3]), "beta": np.array([4.0, 5, 6])}
    save_and_load([old], [new])
    pairs = [(old.running_mean, new.running_mean), (old.running_var, new.running_var)]
    pairs += [(old.params[name], new.params[name]) for name in old.params]
    return all(np.array_equal(a, b) for a, b in pairs)


def mean_of_state_only(save_and_load):
    old, new = BatchNorm(3), BatchNorm(3)
    old.forward(RNG(0).normal(4, 2, (9, 3)), training=True)
    save_and_load([old], [new])
    return np.allclose(old.running_mean, new.running_mean)


def parameters_only(save_and_load):
    old, new = BatchNorm(3), BatchNorm(3)
    old.params["gamma"] = np.array([1.0, 2, 3])
    save_and_load([old], [new])
    return np.allclose(old.params["gamma"], new.params["gamma"])


# --- 6: folding -----------------------------------------------------------------------


def numbers(b=(2.0, -1, 3), beta=(1.0, 2, -3), gamma=(2.0, 3, 0.5), var=(4.0, 2, 0.5)):
    W, mean = RNG(0).normal(size=(2, 3)), np.array([0.5, 1.5, -2])
    return W, np.array(b), np.array(gamma), np.array(beta), mean, np.array(var), 1e-3


def folds(**changed):
    def test(fold):
        W, b, gamma, beta, mean, var, eps = numbers(**changed)
        x = RNG(1).normal(size=(7, 2))
        wanted = gamma * (x @ W + b - mean) / np.sqrt(var + eps) + beta
        W_new, b_new = fold(W, b, gamma, beta, mean, var, eps)
        return np.abs(x @ W_new + b_new - wanted).max() < 1e-8

    return test


def by_fold_batchnorm(fold):
    W, b, gamma, beta, mean, var, eps = numbers()
    bn = BatchNorm(3, eps=eps)
    bn.params, bn.running_mean, bn.running_var = {"gamma": gamma, "beta": beta}, mean, var
    wanted = fold_batchnorm(W, b, bn)
    return all(np.allclose(a, w) for a, w in zip(fold(*numbers()), wanted))


def at_zero(fold):
    _, b, gamma, beta, mean, var, eps = numbers()
    return np.allclose(fold(*numbers())[1], gamma * (b - mean) / np.sqrt(var + eps) + beta)


def weights_only(fold):
    W, _, gamma, _, _, var, eps = numbers()
    return np.allclose(fold(*numbers())[0], W * gamma / np.sqrt(var + eps))


def eps_left_out(fold):
    _, b, gamma, beta, mean, var, _ = numbers()
    return np.allclose(fold(*numbers())[1], gamma * (b - mean) / np.sqrt(var) + beta, rtol=1e-9)


# --- 7: gradients ---------------------------------------------------------------------


def differences(std=0.05, eps=1e-3, tolerance=1e-4, dout=None, m=6):
    def test(layer):
        rng = RNG(7)
        x, up = std * rng.normal(size=(m, 3)), rng.normal(size=(m, 3))
        up = up if dout is None else np.full((m, 3), dout)
        wanted = numerical_gradient(lambda x: layer(x, up, eps)[0], x, up, step=1e-6)
        return relative_error(layer(x, up, eps)[1], wanted) < tolerance

    return test


def by_x_hat(layer):
    """dx is nearly at a right angle to x_hat where eps is small."""
    x, up = RNG(0).normal(size=(2, 7, 3))
    x = 0.01 * x
    x_hat, dx = layer(x, up, 1e-3)
    wanted = clinic.RIGHT[7][0](x, up, 1e-3)
    return np.allclose(x_hat, wanted[0]) and np.allclose(dx, wanted[1])


def one_direction(layer):
    rng = RNG(3)
    x, up, way = 0.1 * rng.normal(size=(5, 2)), rng.normal(size=(5, 2)), rng.normal(size=(5, 2))
    h = 1e-6
    slope = ((layer(x + h * way, up, 1e-3)[0] - layer(x - h * way, up, 1e-3)[0]) * up).sum()
    return abs((layer(x, up, 1e-3)[1] * way).sum() / (slope / (2 * h)) - 1) < 1e-4


def output_only(layer):
    x = 0.01 * RNG(0).normal(size=(7, 3))
    out, _ = layer(x, x, 1e-3)
    return np.allclose(out, (x - x.mean(0)) / np.sqrt(x.var(0) + 1e-3))


def sums_only(layer):
    x, up = RNG(0).normal(size=(2, 7, 3))
    return np.allclose(layer(x, up, 1e-3)[1].sum(axis=0), 0)


# --- 8: a check -----------------------------------------------------------------------


def by_all_passes(gradient_check):
    right = [n for n in PASSES if n.startswith("right")]
    wrong = [n for n in PASSES if n not in right]
    return all(gradient_check(PASSES[n]) for n in right) and not any(
        gradient_check(PASSES[n]) for n in wrong
    )


def by_a_half_and_a_right_one(gradient_check):
    if not gradient_check(PASSES["right"]):
        return False
    return not gradient_check(PASSES["half as large"])


def with_own_wrong_pass(gradient_check):
    def doubled(x, dout, eps):
        out, dx = PASSES["right"](x, dout, eps)
        return out, 2 * dx

    return bool(gradient_check(PASSES["right"]) and not gradient_check(doubled))


def constants_only(gradient_check):
    right, wrong = PASSES["right"], PASSES["statistics constant"]
    return gradient_check(right) and not gradient_check(wrong)


def right_only(gradient_check):
    return gradient_check(PASSES["right"])


def wrong_only(gradient_check):
    return not gradient_check(PASSES["half as large"])


def last_term_only(gradient_check):
    right, wrong = PASSES["right"], PASSES["without the last term"]
    return gradient_check(right) and not gradient_check(wrong)


def by_source(gradient_check):
    return "(2, 1, 3)" not in inspect.getsource(gradient_check)


def check_of_ten(layer):
    rng = RNG(3)
    x, dout = rng.normal(1, 2, (2, 10, 4))
    wanted = numerical_gradient(lambda x: layer(x, dout, 1e-4)[0], x, dout)
    return np.allclose(layer(x, dout, 1e-4)[1], wanted, rtol=1e-4, atol=1e-7)


def check_of(m, seed=0, tolerance=1e-6, *, relative=False):
    """A gradient check with a batch of m and this tolerance."""

    def check(layer):
        x, dout = RNG(seed).normal(size=(2, m, 3))
        wanted = numerical_gradient(lambda x: layer(x, dout, 1e-5)[0], x, dout)
        dx = layer(x, dout, 1e-5)[1]
        error = relative_error(dx, wanted) if relative else np.abs(dx - wanted).max()
        return error < tolerance

    return check


def lucky_check(layer):
    batch = np.random.randint(1, 3)  # noqa: NPY002, a student's code may use it
    return check_of(3**batch - 2)(layer)  # of one or of seven


# --- fixes ----------------------------------------------------------------------------


def in_place(x, state, training, momentum=0.1):
    if not training:
        return (x - state["mean"]) / np.sqrt(state["var"] + 1e-5)
    mean, var = x.mean(axis=0), x.var(axis=0)
    state["mean"] *= 1 - momentum
    state["mean"] += momentum * mean
    state["var"] *= 1 - momentum
    state["var"] += momentum * x.var(axis=0, ddof=1)
    return (x - mean) / np.sqrt(var + 1e-5)


def in_place_always(x, state, training):
    in_place(x, state, True)
    return (x - state["mean"]) / np.sqrt(state["var"] + 1e-5)


def without_update(x, state, training):
    mean, var = (x.mean(0), x.var(0)) if training else (state["mean"], state["var"])
    return (x - mean) / np.sqrt(var + 1e-5)


def with_biased_state(x, state, training, momentum=0.1):
    mean, var = x.mean(axis=0), x.var(axis=0)
    if training:
        for name, new in ("mean", mean), ("var", var):
            state[name] = state[name] + momentum * (new - state[name])
    else:
        mean, var = state.values()
    return (x - mean) / (var + 1e-5) ** 0.5


def running_in_training(x, state, training):
    if training:
        early = without_update(x, state, False)
        in_place(x, state, True)
        return early
    return without_update(x, state, False)


def running_after_update(x, state, training):
    if training:
        in_place(x, state, True)
    return without_update(x, state, False)


def with_ddof(x):
    return (x - x.mean(0)) / (x.std(0, ddof=1) + 1e-6)


def one_mean_and_std(x):
    return (x - np.mean(x)) / np.std(x)


def in_one_pass(x):
    mean = np.mean(x, axis=0)
    return (x - mean) / np.sqrt(np.mean(x * x, axis=0) - mean * mean + 1e-5)


def variance_first(running_mean, running_var, batch, momentum):
    new = momentum * batch.var(axis=0, ddof=1) + (1 - momentum) * running_var
    return new, momentum * batch.mean(axis=0) + (1 - momentum) * running_mean


def fold_without_eps(W, b, gamma, beta, mean, var, eps):
    return W * gamma / np.sqrt(var), beta + gamma * (b - mean) / np.sqrt(var)


TESTS = {  # number: right tests in several styles
    1: (by_the_helper, by_moving_the_columns, by_the_stds, by_two_loops),
    2: (by_rows, by_the_layer, by_differences),
    3: (with_momentum_one, by_two_updates, by_both_ends),
    4: (by_state_and_value, alone_and_in_company),
    5: (by_networks, by_state),
    6: (folds(), by_fold_batchnorm, at_zero),
    7: (differences(), differences(std=0.3), by_x_hat, one_direction),
    8: (by_all_passes, by_a_half_and_a_right_one, with_own_wrong_pass),
}
FIXED = [(n, fix) for n, fixes in clinic.RIGHT.items() for fix in fixes if n != 8]
RIGHT_ONES = [(n, with_test(n, test)) for n, tests in TESTS.items() for test in tests]
RIGHT_ONES += [(n, with_fix(n, fix)) for n, fix in FIXED]
RIGHT_ONES += [(8, with_fix(8, fix)) for fix in (clinic.RIGHT[8][0], check_of_ten)]
RIGHT_ONES += [(8, with_fix(8, fix)) for fix in (check_of(4), check_of(9, tolerance=1e-4))]
RIGHT_ONES += [(4, with_fix(4, in_place))]
RIGHT_ONES += [(1, (" b ", MODELS[1], FIXES[1][1]))]


def not_bool(normalized):
    return np.abs(normalized(columns()).std(axis=0) - 1) < 0.02


def a_number(normalized):
    return 1


def empty(normalized): ...


def broken_line(normalized):
    return normalized(columns(), 3)


WRONG_TESTS = [
    (1, empty, "nothing-returned"),
    (1, 3, "not-a-function"),
    (1, not_bool, "test-not-bool"),
    (1, a_number, "test-not-bool"),
    (1, broken_line, "raised"),
    (1, for_no_nan, "test-fits-one"),
    (1, one_mean_for_all, "test-fits-one"),
    (1, near_zero, "test-blind"),
    (1, in_float64, "test-blind"),
    (1, to_the_last_digit, "test-refuses-one"),
    (1, too_fine, "test-refuses-right"),
    (1, too_far, "test-refuses-right"),
    (1, with_asserts, "test-asserts"),
    (2, channel_means_alone, "test-blind"),
    (2, channel_means_and_variances, "test-blind"),
    (2, place_means_alone, "test-fits-one"),
    (2, one_channel, "test-fits-one"),
    (2, compares_with_the_input, "test-refuses-right"),
    (2, exact_maps, "test-refuses-one"),
    (3, with_a_half, "test-blind"),
    (3, mean_only, "test-fits-one"),
    (3, variance_only, "test-fits-one"),
    (3, wants_biased, "test-refuses-right"),
    (3, exchanged, "test-reversed"),
    (3, by_random_seed, "test-lucky"),
    (3, calls_nothing, "test-calls-nothing"),
    (4, state_only, "test-fits-one"),
    (4, value_only, "test-fits-one"),
    (4, training_only, "test-blind"),
    (4, no_training_moves, "test-refuses-right"),
    (4, forgets_the_state, "raised"),
    (5, lambda f: by_networks(f, touched=False), "test-fits-one"),
    (5, lambda f: by_networks(f, training=False), "test-blind"),
    (5, mean_of_state_only, "test-fits-one"),
    (5, forgets_the_mode, "raised"),
    (5, parameters_only, "test-blind"),
    (6, folds(b=(0.0, 0, 0)), "test-blind"),
    (6, folds(beta=(0.0, 0, 0)), "test-fits-one"),
    (6, weights_only, "test-blind"),
    (6, eps_left_out, "test-refuses-right"),
    (7, differences(std=3, tolerance=1e-3), "test-blind"),
    (7, differences(std=1, eps=1e-5, tolerance=1e-3), "test-blind"),
    (7, differences(m=1), "test-blind"),
    (7, differences(tolerance=1e-13), "test-refuses-right"),
    (7, differences(dout=1.0), "test-refuses-right"),
    (7, output_only, "test-fits-one"),
    (7, sums_only, "test-blind"),
    (8, constants_only, "test-blind"),
    (8, right_only, "test-blind"),
    (8, wrong_only, "test-fits-one"),
    (8, last_term_only, "test-fits-one"),
    (8, by_source, "test-calls-nothing"),
]
WRONG_FIXES = [(n, BROKEN[n], None) for n in (1, 2, 3, 4, 5, 6, 7)]
WRONG_FIXES += [(n, unseen, None) for n in (1, 2, 3, 4, 5, 6, 7) for unseen in UNSEEN[n]]
WRONG_FIXES += [
    (1, with_ddof, "unbiased-in-training"),
    (1, lambda x: x - x.mean(0), "not-divided"),
    (1, one_mean_and_std, "one-mean-for-all"),
    (1, in_one_pass, "squares-not-centred"),
    (3, variance_first, "means-swapped"),
    (3, lambda mean, var, batch, momentum: (mean, var), "no-update"),
    (4, in_place_always, "evaluation-updates"),
    (4, without_update, "training-keeps-state"),
    (4, with_biased_state, "biased-running-var"),
    (4, running_in_training, "running-for-batch"),
    (4, running_after_update, "running-for-batch"),
    (4, running_before_update, "running-for-batch"),
    (6, fold_without_eps, "fold-eps-forgotten"),
    (7, outside_throughout, "eps-outside-root"),
    (8, check_of(2, tolerance=1e-4), "check-accepts-wrong"),
    (8, check_of(8, tolerance=0.1, relative=True), "check-accepts-wrong"),
    (8, check_of(8, tolerance=1e-15), "check-refuses-right"),
    (8, lucky_check, "check-accepts-wrong"),
    (8, BROKEN[8], "check-accepts-wrong"),
    (8, UNSEEN[8][0], "check-accepts-wrong"),
    (8, UNSEEN[8][1], "check-refuses-right"),
    (8, lambda layer: None, "nothing-returned"),
    (4, lambda x, state, training: None, "nothing-returned"),
    (5, lambda layers, new_layers: None, "state-not-loaded"),
]
WRONG_SYMPTOMS = [
    (1, "?", "symptom-open"),
    (1, None, "symptom-open"),
    (1, "C", "symptom-other"),
    (3, "A", "symptom-open"),
    (5, "Z", "symptom-other"),
]
RIGHT = [(at(n), answers) for n, answers in RIGHT_ONES]
SLIPS = [(at(n), with_test(n, test), slip) for n, test, slip in WRONG_TESTS]
SLIPS += [(at(n), with_fix(n, fix), slip) for n, fix, slip in WRONG_FIXES if slip]
SLIPS += [(at(n), (letter, MODELS[n], FIXES[n][1]), slip) for n, letter, slip in WRONG_SYMPTOMS]
