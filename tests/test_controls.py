"""Controls beside sliders: buttons, presets, rows of controls, Play without stop."""

import ipywidgets

from bn_helpers.controls import button, expand, following, play, presets, slider, together

SETTINGS = {"low": dict(height=1), "high": dict(height=9)}


def widgets():
    makers = dict(
        setting=presets(SETTINGS, label="setting"),
        height=slider(0, 9, start=1, label="height"),
        width=slider(0, 9, start=1, label="width"),
        again=button(label="Again", hint="once more"),
        steps=play(label="steps", stop=False),
    )
    return {name: make() for name, make in makers.items()}


def test_a_preset_stands_for_values_that_are_given_beside_it_or_not():
    given = dict(setting="high", width=3)
    assert expand(widgets(), given) == dict(height=9) | given
    given = dict(height=2, setting="high")
    assert expand(widgets(), given) == given


def test_a_preset_sets_its_controls_and_is_blank_when_one_of_them_moves():
    made = widgets()
    made["setting"].value = "high"
    assert following(made, made["setting"]) == dict(height=9)
    assert following(made, made["height"]) == dict(setting=None)
    for name in ("width", "again", "steps"):
        assert following(made, made[name]) == {}
    made["setting"].value = None
    assert following(made, made["setting"]) == {}


def test_a_button_counts_its_clicks_and_has_a_name_and_a_hint():
    made = widgets()["again"]
    seen = []
    made.observe(lambda change: seen.append(change.new), "value")
    made.click()
    made.click()
    assert seen == [1, 2]
    assert (made.description, made.tooltip) == ("Again", "once more")


def test_controls_side_by_side_share_a_row_that_wraps():
    made = widgets()
    row = together(list(made.values()))
    assert row.layout.flex_flow == "row wrap"
    assert len(row.children) == len(made)
    assert isinstance(row.children[-1], ipywidgets.HBox)  # a Play with its name
    assert "bn-no-stop" in made["steps"]._dom_classes
