import base64
import threading
import warnings
from functools import partial

import ipywidgets
import matplotlib as mpl
import numpy as np
import psutil
import pytest
from support.pixels import full_draw, pixels

from bn_helpers import _canvas, _page, live, plots
from bn_helpers._png import COARSEST
from bn_helpers.controls import button, choice, play, presets, row, slider, steps, switch, timeline
from bn_helpers.live import explore

X = np.random.default_rng(0).standard_normal((200, 20))


@explore(
    std=slider(0.01, 1.0, start=0.1, label="weight std"), shout=switch(label="shout"), size=(4, 2)
)
def spread(fig, factor=1.0):
    ax = fig.subplots()
    fill, title = plots.histogram(ax, -3, 3), ax.set_title("")

    def update(std, shout):
        fill(X * std * factor)
        title.set_text(f"std {std * factor:.2f}")
        return f"Std {std * factor:.2f}{'!' if shout else '.'} <b>&"

    return update


class Output:
    """Stands for a display output: what was shown, and every update of it."""

    def __init__(self, data):
        self.history = [data]

    def update(self, data, **_):
        self.history.append(data)


@pytest.fixture
def page(monkeypatch):
    """The outputs of a cell, in order: widgets, pictures, sentences."""
    outputs = []

    def display(data, *, display_id=None, **_):
        outputs.append(Output(data))
        return outputs[-1] if display_id else None

    monkeypatch.setattr(live, "display", display)
    monkeypatch.setattr(_page, "display", display)
    monkeypatch.setattr(plots, "can_display", lambda: True)
    monkeypatch.setattr(live, "_shown", {})
    return outputs


class Shell:
    """Stands for IPython: which cell runs, and in which execution."""

    def __init__(self):
        self.cell, self.execution = "cell-1", 1

    def get_parent(self):
        return {"metadata": {"cellId": self.cell}, "header": {"msg_id": self.execution}}


@pytest.fixture
def shell(monkeypatch):
    shell = Shell()
    monkeypatch.setattr(live, "get_ipython", lambda: shell)
    return shell


def base64_of(png):
    return base64.b64encode(png).decode()


def moves_look_like_full_draws(figure, name, values):
    """Is the picture after several moves that of a full draw? (An edge may differ by
    rounding.)
    """
    for value in values:
        figure.update(**{name: value})
        shown = pixels(figure.png())
    return np.mean(np.abs(shown - full_draw(figure)).max(axis=-1) > COARSEST) < 1e-4


def test_update_returns_the_sentence_and_changes_the_picture():
    figure = spread.live()
    before = figure.png()
    assert figure.update(std=0.5) == figure.sentence == "Std 0.50. <b>&"
    assert figure.png() != before
    figure.update(std=0.1)
    assert np.array_equal(pixels(figure.png()), pixels(before))


def test_data_and_start_values_are_passed_on():
    assert spread.live(2.0, std=0.25, shout=True).sentence == "Std 0.50! <b>&"
    with pytest.raises(
        ValueError, match=r"spread: expected start values for \['std', 'shout'\], got \['sigma'\]"
    ):
        spread.live(sigma=1)
    with pytest.raises(ValueError, match="spread: std cannot start at 'wide'"):
        spread.live(std="wide")
    with pytest.raises(ValueError, match="spread: std cannot start at 50"):
        spread.live(std=50)  # a widget would start at its end
    with pytest.raises(ValueError, match="walk: step cannot start at 3"):
        walk.live(step=3)
    with pytest.raises(
        ValueError, match=r"spread: expected values for \['std', 'shout'\], got \['sigma'\]"
    ):
        spread.live().update(sigma=1)


def test_what_only_moves_looks_like_a_full_draw():
    figure = spread.live()
    for std in (0.3, 0.9, 0.02, 0.5):
        figure.update(std=std)
        quick = pixels(figure.png())
    assert figure._redraw.moving
    assert np.mean(np.abs(quick - full_draw(figure)).max(axis=-1) > COARSEST) < 1e-3


def test_on_a_plain_screen_a_figure_has_one_pixel_for_each_css_pixel():
    figure = spread.live()
    figure.update(std=0.3)
    sharp = pixels(figure.png())
    figure.plain()
    figure.update(std=0.9)
    plain = pixels(figure.png())
    assert sharp.shape[:2] == tuple(2 * length for length in plain.shape[:2])
    figure.plain(False)
    figure.update(std=0.3)
    assert np.mean(np.abs(sharp - pixels(figure.png())).max(axis=-1) > COARSEST) < 1e-3
    figure.plain()
    figure.update(std=0.9)
    assert np.array_equal(plain, pixels(figure.png()))
    assert np.mean(np.abs(plain - full_draw(figure)).max(axis=-1) > COARSEST) < 1e-3


def line_over(ax):
    ax.axhline(0.5, color="black", linewidth=4)


def inset(ax):
    ax.inset_axes([0.4, 0.2, 0.5, 0.6]).plot([0, 1])


def twin(ax):
    ax.twinx().plot([0, 1], [3, 3], color="red", linewidth=5)


def grid(ax):
    ax.grid(True, linewidth=3)


def legend(ax):
    ax.plot([0, 1], [0, 0], label="a name", zorder=4)
    ax.legend(loc="center")


@pytest.mark.parametrize("add", [line_over, inset, twin, grid, legend])
def test_what_stands_still_above_what_moves_stays_above_it(add):
    @explore(height=slider(0.1, 1.0, start=0.2, label="height"), size=(3, 2))
    def bars(fig):
        ax = fig.subplots()
        ax.set(xlim=(0, 3), ylim=(0, 1))
        bars = ax.stairs([0.5, 0.7, 0.2], fill=True, color="skyblue")
        (line,) = ax.plot([0, 3], [0.1, 0.9], color="green", linewidth=3)
        add(ax)

        def update(height):
            bars.set_data([height, 1 - height, 0.6])
            line.set_ydata([height, 0.5])
            return str(height)

        return update

    figure = bars.live()
    assert moves_look_like_full_draws(figure, "height", (0.8, 0.9, 0.6))


def test_a_ground_that_changes_colour_hides_nothing():
    @explore(red=switch(label="red"), size=(3, 2))
    def ground(fig):
        ax = fig.subplots()
        ax.plot([0, 1])

        def update(red):
            ax.set_facecolor("mistyrose" if red else "white")
            return str(red)

        return update

    figure = ground.live()
    assert moves_look_like_full_draws(figure, "red", (True, False, True))


def test_after_the_first_move_only_what_moves_is_drawn(monkeypatch):
    figure = spread.live()
    figure.png()
    figure.update(std=0.5)
    figure.png()
    draws = []
    monkeypatch.setattr(figure.fig.canvas, "draw", lambda: draws.append(1))
    for std in (0.2, 0.7):
        figure.update(std=std)
        figure.png()
    assert draws == []


def test_a_legend_above_what_moves_calls_for_no_full_draw(monkeypatch):
    @explore(height=slider(0.0, 1.0, start=0.5, label="height"), size=(3, 2))
    def line(fig):
        ax = fig.subplots()
        (line,) = ax.plot([0, 1], [0, 1], label="moves")
        ax.legend(loc="upper right")

        def update(height):
            line.set_ydata([0, height])
            return f"{height:.2f}"

        return update

    figure = line.live()
    figure.png()
    figure.update(height=0.8)
    figure.png()
    with monkeypatch.context() as patch:
        patch.setattr(figure.fig.canvas, "draw", lambda: pytest.fail("a full draw"))
        for height in (0.1, 0.7, 0.3):
            figure.update(height=height)
            figure.png()
    assert moves_look_like_full_draws(figure, "height", (0.8, 0.9, 0.6))


def test_new_limits_call_for_a_full_draw_and_show():
    @explore(top=slider(1, 9, start=1, label="top"))
    def limits(fig):
        ax = fig.subplots()
        (line,) = ax.plot([0, 1], [0, 1])

        def update(top):
            ax.set_ylim(0, top)
            line.set_ydata([0, top])
            return str(top)

        return update

    figure = limits.live()
    assert moves_look_like_full_draws(figure, "top", (2, 7, 5))


def test_a_removed_artist_leaves_no_ghost():
    @explore(n=slider(1, 9, start=3, label="n"))
    def lines(fig):
        ax = fig.subplots()
        ax.set(xlim=(0, 1), ylim=(0, 10))

        def update(n):
            for line in list(ax.lines):
                line.remove()
            ax.plot([0, 1], [n, n])
            return str(n)

        return update

    figure = lines.live()
    assert moves_look_like_full_draws(figure, "n", (5, 8, 2))


def test_show_displays_controls_picture_and_sentence_and_updates_them_in_place(page):
    figure = spread.live()
    figure.show()
    controls, picture, sentence, script = page
    assert set(script.history[0]) == {"application/javascript", "text/plain"}
    assert [type(w).__name__ for w in controls.history[0].children[:2]] == [
        "FloatSlider",
        "Checkbox",
    ]
    figure.widgets["std"].value = 0.5
    assert len(page) == 4
    assert (
        picture.history[-1]["image/png"]
        == base64_of(figure.png())
        != picture.history[0]["image/png"]
    )
    assert sentence.history[-1] == {
        "text/html": '<p class="bn-live">Std 0.50. &lt;b&gt;&amp;</p>',
        "text/plain": "Std 0.50. <b>&",
    }
    assert picture.history[-1]["text/plain"] == "Std 0.50. <b>&"


def test_from_the_second_page_on_picture_and_sentence_go_through_a_widget_too(page):
    figure = spread.live()
    figure.show()
    *_, copy, hello = page[0].history[0].children
    hello.click()  # the page that ran the cell: it sees both answers
    assert page[2].history[-1]["text/html"] == page[2].history[0]["text/html"] + _page.HEARD
    assert copy.value == _page.HEARD
    figure.widgets["std"].value = 0.5
    assert copy.value == _page.HEARD
    hello.click()  # a page that was loaded later
    assert "Std 0.50. &lt;b&gt;&amp;" in copy.value
    figure.widgets["std"].value = 0.6
    assert "Std 0.60" in copy.value
    assert (
        f'src="data:image/png;base64,{base64_of(figure.png())}" alt="" width=400 height=200'
        in copy.value
    )
    assert page[2].history[-1]["text/plain"].startswith("Std 0.60")  # on the first page as before


def test_an_error_appears_in_the_sentence_and_the_next_move_works_again(page):
    @explore(n=slider(0, 5, start=1, label="n"))
    def fragile(fig):
        (line,) = fig.subplots().plot([0, 1])

        def update(n):
            if n == 3:
                raise RuntimeError("no <three>")
            line.set_ydata([0, n])
            return f"n is {n}"

        return update

    figure = fragile.live()
    figure.show()
    _, picture, sentence, _ = page
    figure.widgets["n"].value = 3
    assert (
        sentence.history[-1]["text/plain"]
        == "This setting could not be drawn. RuntimeError: no <three>"
    )
    assert "<three>" not in sentence.history[-1]["text/html"]
    figure.widgets["n"].value = 4
    assert sentence.history[-1]["text/plain"] == picture.history[-1]["text/plain"] == "n is 4"


@pytest.mark.parametrize("answer", [None, 3])
def test_an_update_without_a_sentence_is_named(answer):
    @explore(n=slider(0, 5, start=1, label="n"))
    def mute(fig):
        return lambda n: answer

    with pytest.raises(
        ValueError, match=f"mute: expected update to return a sentence, got {type(answer).__name__}"
    ):
        mute.live()


def test_several_controls_set_at_once_are_one_move(page):
    figure = spread.live()
    figure.show()
    figure.update(std=0.7, shout=True)
    assert [len(output.history) for output in page[1:3]] == [2, 2]
    assert page[2].history[-1]["text/plain"] == "Std 0.70! <b>&"


def test_a_computation_may_be_over_at_once():
    @explore(step=play(label="steps"))
    def over(fig):
        def update(step):
            raise StopIteration("Nothing to do.")

        return update

    assert over.live().sentence == "Nothing to do."


def test_a_run_again_and_a_filmstrip_leave_no_control_behind(page, shell):
    def controls():
        return [
            w for w in ipywidgets.widget._instances.values() if isinstance(w, ipywidgets.DOMWidget)
        ]

    before = len(controls())
    spread.filmstrip(settings=[{"std": 0.1}])
    assert len(controls()) == before
    for execution in range(3):
        shell.execution = execution
        walk()
    # a box, the page's two widgets and the button for the screen in it; a row with the
    # name and the buttons of the Play; a slider
    assert len(controls()) == before + 8


def test_the_same_cell_run_again_closes_its_former_figures_and_no_others(page, shell):
    first, twin = spread.live(), spread.live()
    first.show()
    twin.show()  # two in one cell
    shell.cell = "cell-2"
    other = spread.live()
    other.show()
    shell.cell, shell.execution = "cell-1", 2
    spread()
    closed = [f.widgets["std"].comm is None for f in (first, twin, other)]
    assert closed == [True, True, False]
    shown = len(page[1].history)
    first.widgets["std"].value = 0.9
    assert len(page[1].history) == shown


def test_without_cell_ids_a_figure_closes_the_former_one_of_its_name(page, monkeypatch):
    shell = Shell()
    shell.get_parent = lambda: {"header": {"msg_id": shell.execution}}
    monkeypatch.setattr(live, "get_ipython", lambda: shell)
    former = spread.live()
    former.show()
    shell.execution = 2
    spread()
    assert former.widgets["std"].comm is None


def test_updates_from_several_threads_do_not_mix(page):
    figure = spread.live()
    figure.show()

    def move(values):
        for value in values:
            figure.widgets["std"].value = value

    threads = [
        threading.Thread(target=move, args=(np.linspace(0.1, 0.9, 20) + k / 100,)) for k in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    figure.update(std=0.3)
    assert "could not" not in str(page[2].history)
    assert np.mean(np.abs(pixels(figure.png()) - full_draw(figure)).max(axis=-1) > COARSEST) < 1e-3


@explore(step=play(label="steps"), stride=slider(1, 5, start=1, label="stride"), size=(4, 2))
def walk(fig):
    (line,) = fig.subplots().plot([0], [0])
    at = [0, 0]  # ticks done, position

    def update(step, stride):
        if step < at[0]:
            at[:] = 0, 0
        at[:] = step, at[1] + stride * (step - at[0])
        line.set_data([0, 1], [0, at[1]])
        if stride == 4:
            raise RuntimeError("too far")
        if step == 5:
            raise StopIteration(f"arrived at {at[1]}")
        return f"tick {step}, at {at[1]}"

    return update


def test_a_play_counts_its_ticks_even_if_the_front_end_skips_values(page):
    figure = walk.live()
    figure.show()
    widget, stride = figure.widgets.values()
    widget.playing = True
    widget.value = 1
    widget.value = 7
    assert figure.sentence == "tick 2, at 2"
    stride.value = 3  # no tick
    assert figure.sentence == "tick 2, at 2"
    widget.value = 8
    assert figure.sentence == "tick 3, at 5"
    widget.value = 0  # the stop button
    assert figure.sentence == "tick 0, at 0"


def test_a_tick_that_was_on_its_way_when_the_computation_ended_changes_nothing(page):
    figure = walk.live()
    figure.show()
    widget = figure.widgets["step"]
    widget.playing = True
    for value in range(1, 8):
        widget.value = value
    assert figure.sentence == page[2].history[-1]["text/plain"] == "arrived at 5"
    widget.playing = True  # Play again
    widget.value = 8
    assert figure.sentence == "tick 6, at 6"


@pytest.mark.parametrize(
    ("end", "sentence"),
    [
        (lambda figure: figure.update(step=5), "arrived at 5"),
        (lambda figure: setattr(figure.widgets["stride"], "value", 4), "RuntimeError: too far"),
        (lambda figure: figure.close(), "tick 0"),
    ],
    ids=["done", "error", "closed"],
)
def test_a_play_stops_when_the_computation_is_done_or_fails_or_its_cell_runs_again(
    page, end, sentence
):
    figure = walk.live()
    figure.show()
    figure.widgets["step"].playing = True
    end(figure)
    assert not figure.widgets["step"].playing
    assert sentence in figure.sentence + page[2].history[-1]["text/plain"]


def test_a_filmstrip_shows_a_picture_and_a_sentence_for_each_setting(page):
    spread.filmstrip(settings=[{"std": 0.1}, {"std": 0.5}])
    pictures, sentences = page[::2], page[1::2]
    assert [s.history[0]["text/plain"] for s in sentences] == ["Std 0.10. <b>&", "Std 0.50. <b>&"]
    assert pictures[0].history[0]["image/png"] == base64_of(spread.live(std=0.1).png())


@pytest.mark.once
def test_2000_updates_do_not_grow_the_memory():
    @explore(height=slider(0.0, 1.0, start=0.5, label="height"), size=(1, 1))
    def line(fig):
        (line,) = fig.subplots().plot([0, 1], [0, 1])

        def update(height):
            line.set_ydata([0, height])
            return f"{height:.2f}"

        return update

    figure, process = line.live(), psutil.Process()

    def move(times):
        for k in range(times):
            figure.update(height=(k % 50) / 50)
            figure.png()

    move(200)  # fills caches
    before = process.memory_info().rss
    move(2000)
    assert (
        process.memory_info().rss - before < 30e6
    )  # one kept pixel buffer an update would be 320e6


def test_a_log_slider_has_20_steps_a_decade_and_keeps_its_start():
    control = slider(0.001, 3.0, start=1.0, log=True, label="weight std")()
    assert (control.min, round(control.max, 3), control.step, control.value) == (
        -3,
        0.477,
        0.05,
        1.0,
    )


def test_whole_numbers_give_a_slider_of_whole_numbers_and_options_a_menu_that_starts_at_the_first():
    assert type(slider(1, 256, start=64, label="m")()).__name__ == "IntSlider"
    assert steps((1, 2, 3, 256), start=3, label="m")().value == 3
    assert choice("tanh", "ReLU", label="f")().value == "tanh"


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: slider(1, 2, start=3, label="x"), "slider: expected low <= start <= high"),
        (lambda: slider(0, 2, start=1, label="x", log=True), "low > 0 with log; got 0, 1, 2"),
        (
            lambda: steps((1, 2), start=3, label="x"),
            r"steps: expected start to be one of \[1, 2\], got 3",
        ),
    ],
)
def test_bad_controls_are_refused_by_name(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_every_control_has_a_label_and_a_tooltip():
    makers = (
        partial(slider, 0, 1, start=0),
        partial(slider, 0.1, 1, start=0.1, log=True),
        partial(steps, (1,), start=1),
        partial(choice, "x"),
        switch,
        play,
    )
    for maker in makers:
        assert (maker(label="a")().description, maker(label="a")().tooltip) == ("a", "a")
        assert maker(label="a", hint="more of a")().tooltip == "more of a"


def test_a_figure_does_not_touch_pyplot_or_warn():
    import matplotlib.pyplot as plt

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure = spread.live()
        figure.update(std=0.7)
        figure.png()
    assert plt.get_fignums() == []


READERS = {
    "dark": {"style": "dark_background"},
    "matplotlibrc": {
        "font.size": 20,
        "axes.facecolor": "black",
        "text.color": "white",
        "lines.linestyle": ":",
    },
    "no such font": {
        "font.family": "Nowhere Sans",
        "mathtext.fontset": "custom",
        "mathtext.rm": "Nowhere Sans",
    },
    "signs": {
        "axes.unicode_minus": False,
        "path.sketch": (3, 100, 2),
        "figure.autolayout": True,
        "image.cmap": "hot",
    },
}


@pytest.mark.parametrize("theirs", READERS.values(), ids=READERS)
def test_a_figure_looks_the_same_whatever_the_reader_has_set(theirs, caplog):
    @explore(n=slider(1, 5, start=1, label="n"), size=(4, 2))
    def figure(fig):
        ax = fig.subplots()
        ax.imshow([[0, 1]], extent=(-1, 0, -1, 1))
        (line,), title = ax.plot([-1, 1], [-1, 1]), ax.set_title("")

        def update(n):
            line.set_ydata([-n, n])
            title.set_text(f"{n} and $\\alpha_{n}$")
            return "A line."

        return update

    def pictures():
        _canvas._tile.cache_clear()
        live = figure.live()
        yield live.png()
        live.update(n=3)
        yield live.png()
        with plots.card() as fig:
            plots.histogram(fig.subplots(), -3, 3)(X)
        yield plots.png(fig)

    ours = list(pictures())
    with mpl.rc_context():
        settings = dict(theirs)
        if style := settings.pop("style", None):
            mpl.style.use(style)
        mpl.rcParams.update(settings)
        before = dict(mpl.rcParams)
        assert list(pictures()) == ours
        assert dict(mpl.rcParams) == before
    assert caplog.text == ""


def test_axes_that_are_off_stay_off_when_a_text_moves():
    @explore(i=slider(0, 3, start=0, label="i"), size=(3, 1))
    def words(fig):
        ax = fig.subplots()
        ax.set_axis_off()
        text = ax.text(0.5, 0.5, "0")

        def update(i):
            text.set_text(str(i))
            return f"It says {i}."

        return update

    figure = words.live()
    figure.png()
    figure.update(i=2)
    assert np.abs(pixels(figure.png()) - full_draw(figure)).max() <= COARSEST


def test_a_timeline_is_a_slider_with_a_player_and_refuses_odd_steps():
    slider_, player = row(timeline(300, start=20, step=10, label="step")()).children
    assert (slider_.min, slider_.max, slider_.step, slider_.value) == (0, 300, 10, 20)
    assert (player.min, player.max, player.step, player.value) == (0, 300, 10, 20)
    player.value = 30
    assert slider_.value == 30
    slider_.value = 0
    assert player.value == 0
    for wrong in ({"start": 5}, {"start": 310}, {"step": 7}):
        with pytest.raises(ValueError, match="timeline: expected multiples of step"):
            timeline(300, **{"step": 10, "label": "step"} | wrong)


@explore(
    setting=presets({"low": dict(std=0.1), "high": dict(std=0.9)}, label="setting"),
    std=slider(0.0, 1.0, start=0.1, label="std"),
    step=button(label="Step"),
    size=(4, 2),
    rows=[("setting", "step"), ("std",)],
)
def preset(fig, drawn):
    def update(setting, std, step):
        drawn.append(std)
        return f"{setting}: {std:.1f}, {step} clicks"

    return update


def test_a_preset_moves_its_controls_with_one_picture_and_is_blank_after_another_move(page):
    drawn = []
    figure = preset.live(drawn, setting="high")
    assert figure.sentence == "high: 0.9, 0 clicks"
    figure.show()
    figure.widgets["setting"].value = "low"
    assert figure.sentence == "low: 0.1, 0 clicks"
    figure.widgets["std"].value = 0.5
    assert figure.sentence == "None: 0.5, 0 clicks"
    figure.widgets["step"].click()
    assert figure.sentence == page[2].history[-1]["text/plain"] == "None: 0.5, 1 clicks"
    assert drawn == [0.9, 0.1, 0.5, 0.5]
    assert figure.update(setting="high") == "high: 0.9, 1 clicks"


def test_controls_that_stand_side_by_side_are_closed_with_the_figure(page):
    figure = preset.live([])
    figure.show()
    first, second, *_ = figure._page.box.children
    assert [type(part).__name__ for part in first.children] == ["Presets", "Button"]
    assert second is figure.widgets["std"]
    figure.close()
    assert {widget.comm for widget in (first, *first.children, second)} == {None}
