"""The training lab without a browser: the same batches, and why a network is stuck."""

import warnings

import numpy as np
import pytest

from bn_helpers.controls import start_at
from bn_helpers.experiments import comparison
from bn_helpers.experiments.comparison import FIGURE_1, SETTINGS, Lab, criteria, new_pair, stuck
from bn_helpers.explorers.comparison import training_lab

START = {name: FIGURE_1[name] for name in ("activation", "initializer", "depth")}
STILL = dict(setting=None, play=0, step=0, reset=0) | FIGURE_1


def state(pair):
    """All parameters and statistics of both networks, and their losses."""
    states = {name: run.network.state_dict() for name, run in pair.runs.items()}
    return states, {name: list(run.losses) for name, run in pair.runs.items()}


def weights(pair, name):
    return [value for key, value in state(pair)[0][name].items() if key.endswith("W")]


def test_both_networks_begin_with_the_same_weights_and_see_the_same_batches(monkeypatch):
    pair, seen = new_pair(**START), {"without": [], "with": []}
    for before, after in zip(weights(pair, "without"), weights(pair, "with"), strict=True):
        np.testing.assert_array_equal(before, after)
    for name, run in pair.runs.items():
        outputs = run.network.outputs

        def spy(x, *, training, name=name, outputs=outputs):
            seen[name].append(x)
            return outputs(x, training=training)

        monkeypatch.setattr(run.network, "outputs", spy)
    pair.train(30)
    pair.use(0.1, 8, 0.1)
    pair.train(5)
    assert [len(x) for x in seen["with"]] == [60] * 30 + [8] * 5
    for one, other in zip(seen["without"], seen["with"], strict=True):
        np.testing.assert_array_equal(one, other)


def test_learning_rate_batch_size_and_momentum_act_from_the_next_step():
    pair = new_pair(**START)
    pair.train(3)
    before = weights(pair, "with")
    pair.use(0.0, 16, 1.0)
    pair.train(1)
    for old, new in zip(before, weights(pair, "with")):
        np.testing.assert_array_equal(old, new)
    bn = pair.runs["with"].network.layers[1]
    assert bn.cache.x_hat.shape == (16, 100)
    np.testing.assert_allclose(bn.running_mean, bn.cache.mu)


@pytest.mark.parametrize("again", [dict(reset=1), dict(setting="the paper's figure 1")])
def test_a_reset_gives_the_same_run_again_bit_for_bit(again):
    lab = Lab(interval=0)
    lab.follow(**STILL)

    def run(**counts):
        for play in range(1, 21):
            lab.follow(**STILL | counts | dict(play=play + 100 * len(counts)))
        return state(lab.pair)

    first = run()
    lab.follow(**STILL | again | dict(play=20))
    assert lab.pair.step == 0
    again_ = run(**again)
    np.testing.assert_equal(first, again_)
    assert lab.pair.step == 20


def test_a_step_is_one_step_and_a_play_goes_on_until_the_last_step(monkeypatch):
    lab = Lab(interval=0)
    assert lab.follow(**STILL)
    assert not lab.follow(**STILL | dict(step=1))
    assert lab.pair.step == 1
    assert lab.follow(**STILL | dict(step=1, play=1))
    assert lab.pair.step == 2
    monkeypatch.setattr(comparison, "LAST", 3)
    assert not lab.follow(**STILL | dict(step=1, play=2))
    assert not lab.follow(**STILL | dict(step=1, play=3))
    assert lab.pair.step == 3


def test_another_learning_rate_goes_on_and_other_weights_begin_a_new_run():
    lab = Lab(steps=5)
    lab.follow(**STILL)
    lab.follow(**STILL | dict(lr=1.0))
    assert lab.pair.step == 5
    lab.follow(**STILL | dict(lr=1.0, initializer="He"))
    assert lab.pair.step == 0


def test_after_an_interrupt_both_networks_have_taken_the_same_steps(monkeypatch):
    pair, whole = new_pair(**START), new_pair(**START)
    pair.train(2)

    def interrupted(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(pair.runs["with"].network, "outputs", interrupted)
        with pytest.raises(KeyboardInterrupt):
            pair.train(1)
    pair.use(0.1, 60, 0.1)
    pair.train(2)
    whole.train(5)
    np.testing.assert_equal(state(pair), state(whole))


def test_curves_keep_a_few_hundred_points_and_the_mean_of_all_losses():
    lab = Lab(steps=450, interval=0)
    lab.follow(**STILL)
    for play in range(1, 150):
        lab.follow(**STILL | dict(play=play))
        assert len(lab.points) <= comparison.MOST
    taken = [step for step, *_ in lab.points]
    assert taken == sorted(set(taken))
    assert taken[-1] == lab.pair.step == 599
    steps, means = lab.losses("with")
    assert len(means) <= comparison.MOST
    losses = lab.pair.runs["with"].losses[: steps[-1]]
    np.testing.assert_allclose(means.mean(), np.mean(losses))


def reasons(setting, steps):
    """Why each network is stuck, in a run of one of the settings."""
    lab = Lab(steps, interval=0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        lab.follow(**STILL | dict(setting=setting) | SETTINGS[setting])
    return {name: look.stuck for name, look in lab.looks.items()}, lab


def test_the_first_setting_shows_the_effect_of_the_paper():
    (why, lab) = reasons("the paper's figure 1", 100)
    assert lab.looks["with"].accuracy > 0.9
    assert lab.looks["without"].accuracy < 0.2
    name, numbers = why["without"]
    assert name == "asleep"
    assert numbers["between"] < comparison.ASLEEP / 2
    assert why["with"] == ("", {})


def test_a_network_that_diverges_stops_without_a_warning_and_the_other_goes_on():
    (why, lab) = reasons("ReLU from N(0, 1)", 80)
    assert why["without"][0] == "diverged"
    assert why["without"][1]["step"] < 10
    assert lab.looks["without"].hidden == []
    assert np.isnan(lab.looks["without"].percentiles).all()
    assert len(lab.pair.runs["with"].losses) == 80
    assert lab.looks["with"].accuracy > 0.5


def test_zero_weights_are_dead_with_batch_norm_too():
    (why, _) = reasons("all weights zero", 60)
    assert [name for name, _ in why.values()] == ["dead", "dead"]


def test_a_rate_of_3_stops_the_network_without_batch_norm():
    (why, lab) = reasons("learning rate 3.2", 150)
    assert why["without"][0] in ("dead", "diverged")
    assert lab.looks["with"].accuracy > 0.8


def test_a_preset_has_a_rate_that_the_slider_can_show():
    for setting in SETTINGS.values():  # 20 places a decade, two digits
        place = 10 ** (round(20 * np.log10(setting["lr"])) / 20)
        assert f"{place:.2g}" == f"{setting['lr']:.2g}"


def test_tanh_from_large_weights_is_saturated_without_batch_norm():
    (why, lab) = reasons("tanh from N(0, 1)", 100)
    name, numbers = why["without"]
    assert name == "saturated"
    assert numbers["share"] > 0.8
    assert lab.looks["with"].accuracy > 0.8


def test_a_network_that_learns_while_its_running_statistics_lag_is_not_called_asleep():
    (why, lab) = reasons("momentum 0.001", 200)
    assert lab.looks["with"].accuracy < 0.3
    name, numbers = why["with"]
    assert name == "late"
    assert numbers["loss"] < 1
    assert lab.points[-1][5] == lab.looks["with"].accuracy


def test_in_two_settings_batch_norm_does_not_help():
    _, lab = reasons("ReLU from He", 400)
    accuracies = [look.accuracy for look in lab.looks.values()]
    assert min(accuracies) > 0.9
    assert np.ptp(accuracies) < 0.05
    (why, _) = reasons("batches of two", 60)
    assert why["with"][0] == "signs"
    _, lab = reasons("batches of two", 500)
    without, with_ = np.mean(lab.points[len(lab.points) // 2 :], axis=0)[[1, 5]]
    assert without > with_ + 0.1


class Stalled:
    """A run of many steps that did not diverge."""

    diverged_at, losses = None, [2.3] * 100


SPREAD = np.linspace(-0.9, 0.9, 60)[:, None] * np.ones(100)


@pytest.mark.parametrize(
    ("activation", "hidden", "signs", "reason"),
    [
        ("tanh", [SPREAD, np.where(np.arange(100) < 60, np.sign(SPREAD), SPREAD)], [], "saturated"),
        ("tanh", [SPREAD, SPREAD / 100], [], "asleep"),
        ("tanh", [SPREAD, SPREAD], [0.1, 0.9], "signs"),
        ("tanh", [SPREAD, SPREAD], [0.1, 0.4], "unknown"),
        ("ReLU", [np.abs(SPREAD), np.abs(SPREAD) * (np.arange(100) < 15)], [], "dead"),
        ("ReLU", [np.abs(SPREAD), np.abs(SPREAD) * (np.arange(100) < 25)], [], "unknown"),
        ("sigmoid", [0.5 + SPREAD / 2, 0.5 + SPREAD / 100], [], "asleep"),
        ("sigmoid", [np.where(SPREAD > -0.5, 0.995, 0.4)], [], "saturated"),
    ],
)
def test_each_reason_has_its_measured_criterion(activation, hidden, signs, reason):
    name, numbers = stuck(Stalled, 0.1, hidden, signs, activation)
    assert name == reason
    assert numbers.get("layer", len(hidden)) == len(hidden)
    assert stuck(Stalled, 0.9, hidden, signs, activation) == ("", {})
    young = type("Young", (), {"diverged_at": None, "losses": [2.3] * 10})
    assert stuck(young, 0.1, hidden, signs, activation) == ("", {})


def test_a_network_without_finite_outputs_meets_no_criterion_by_layer():
    assert list(criteria([], [], "ReLU")) == []
    assert stuck(Stalled, 0.1, [], [], "ReLU") == ("unknown", {})


def test_the_controls_start_at_the_first_setting():
    figure = training_lab.live()
    values = figure.values
    first = SETTINGS[values["setting"]]
    assert {name: values[name] for name in first} == pytest.approx(first)


def test_every_setting_names_controls_and_values_that_they_have():
    for values in SETTINGS.values():
        made = {name: make() for name, make in training_lab._controls.items()}
        for name, value in values.items():
            start_at("lab", name, made[name], value)


def test_the_first_sentence_says_what_is_real_and_later_ones_who_is_ahead():
    figure = training_lab.live(100)
    assert figure.sentence.startswith("Step 100: test accuracy 0.")
    assert "The network with batch norm is ahead. Without: asleep, layer 3" in figure.sentence
    assert "real networks" in figure.update(reset=1)
    assert "1442 real digits" in figure.sentence
    figure.update(setting="all weights zero")
    assert "They are level." in figure.update(step=1)
