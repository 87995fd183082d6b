"""A live figure in a browser, with keys and drags that are timed.

probe.js watches in the page: it notes each key, each message, and the first frame that
is painted with another picture.
"""

import random
import sys
import time
from pathlib import Path

from .common import progress

sys.path.append(str(Path(__file__).parents[1] / "tools"))
from lab_in_browser import command, open_page, wait_for

HERE = Path(__file__).resolve().parent
PROBE = HERE / "probe.js"
PARTS = "handle", "base"  # of a slider in the page
KEYS = {1: "ArrowRight", -1: "ArrowLeft"}
OUTPUT = ".jp-OutputArea-output"
ERRORS = f'{OUTPUT}[data-mime-type*="stderr"], {OUTPUT}[data-mime-type*="error"]'
READY = "() => document.querySelector('.jp-OutputArea .noUi-handle') && __lat.pics().length"


class Contender:
    """One way to draw the figure, on a page of its own, with its measurements."""

    limit = 15_000  # ms until a change of the picture is no longer waited for

    def __init__(self, name, page, area):
        """Measure the sliders inside the locator `area`; they take turns."""
        self.name, self.page, self.area = name, page, area
        self.moves, self.drags = [], []
        self.sliders = [Slider(area, i) for i in range(area.locator(".noUi-handle").count())]

    def front(self):
        """Bring the figure before the eyes."""
        self.page.bring_to_front()

    def key(self, slider, key):
        """Press a key; the events, messages and changes of pictures that follow."""
        self.area.evaluate("outputs => __lat.arm(outputs)")
        slider.handle.focus()
        self.page.wait_for_timeout(random.uniform(0, 40))  # not in step with the frames
        self.page.keyboard.press(key)
        return self.page.evaluate(f"__lat.settled(180, {self.limit})")

    def move(self):
        """One arrow key; the value goes up at most 25 steps, down again, and so on."""
        seen = self.key(slider := self.sliders[0], slider.next_key())
        self.sliders = [*self.sliders[1:], slider]
        pressed = time_of("keydown", seen["events"])
        first = next((change - pressed for change in seen["changes"] if change >= pressed), None)
        received = sum(message["bytes"] for message in seen["ws"] if message["dir"] == "r")
        self.moves.append({"ms": first, "kB": received / 1e3})

    def warm_up(self):
        """Move each slider once: font caches, and what moves is found out."""
        for _ in self.sliders:
            self.away_and_back()
            self.sliders = [*self.sliders[1:], self.sliders[0]]

    def away_and_back(self):
        """Set the same value again, calmly."""
        slider = self.sliders[0]
        for key in slider.away_and_back():
            self.key(slider, key)

    def drag(self, seconds=2.0):
        """Drag to and fro; at the end the picture must be that of the last value."""
        seen = self.swing(seconds)
        shown = self.page.evaluate("__lat.shown()")
        down, up = (time_of(kind, seen["events"]) for kind in ("pointerdown", "pointerup"))
        frames = sum(change <= up for change in seen["changes"])
        self.away_and_back()
        right = shown == self.page.evaluate("__lat.shown()")
        self.drags.append({"fps": frames / (up - down) * 1e3, "right": right})
        self.sliders = [*self.sliders[1:], self.sliders[0]]

    def swing(self, seconds):
        """Drag at 60 moves a second; release away from the value of the last frame."""
        mouse, slider = self.page.mouse, self.sliders[0]
        track, box = slider.base.bounding_box(), slider.handle.bounding_box()
        y = box["y"] + box["height"] / 2

        def go(part):
            mouse.move(track["x"] + track["width"] * part, y)

        mouse.move(box["x"] + box["width"] / 2, y)
        self.area.evaluate("outputs => __lat.arm(outputs)")
        mouse.down()
        start, n = time.time(), 0
        while (passed := time.time() - start) < seconds:
            go(0.5 + 0.45 * (1 - abs(1 - (2 * passed + 1) % 2) * 2))
            n += 1
            time.sleep(max(0, n / 60 - (time.time() - start)))
        go(random.uniform(0.25, 0.4))
        mouse.up()
        return self.page.evaluate(f"__lat.settled(600, {self.limit})")


class Slider:
    """The `nth` slider of a figure: which key moves it next."""

    def __init__(self, area, nth):
        self.handle, self.base = (area.locator(f".noUi-{part}").nth(nth) for part in PARTS)
        self.way, self.gone = 1, 0  # up or down, and the steps since it last turned

    def at_end(self, way):
        """Whether it cannot go further up (1) or down (-1)."""
        now, end = (
            float(self.handle.get_attribute(f"aria-value{name}"))
            for name in ("now", "max" if way > 0 else "min")
        )
        return now == end

    def next_key(self):
        if self.gone == 25 or self.at_end(self.way):
            self.way, self.gone = -self.way, 0
        self.gone += 1
        return KEYS[self.way]

    def away_and_back(self):
        way = -1 if self.at_end(1) else 1
        return KEYS[way], KEYS[-way]


def open_figure(context, lab, name):
    """The contender in `name`.ipynb; RuntimeError if one of its cells fails."""
    page = open_page(context, lab, f"{name}.ipynb", workspace=name)
    page.set_default_timeout(90_000)
    command(page, "notebook:run-all-cells")
    errors = page.locator(ERRORS)
    wait_for(lambda: page.evaluate(READY) or errors.count(), f"the figure of {name}", 120)
    page.wait_for_timeout(1000)
    if errors.count():
        raise RuntimeError(f"{name}: {errors.first.inner_text()[-800:]}")
    return Contender(name, page, page.locator(".jp-OutputArea").last)


def time_of(kind, events):
    """When the last event of a kind was, in ms."""
    return next(time for name, time in reversed(events) if name == kind)


def take_turns(contenders, moves, drags):
    """All contenders in rounds of five moves and, spread over the rounds, the drags."""
    for contender in contenders:
        contender.front()
        contender.warm_up()
    rounds = max(-(-moves // 5), drags)
    for r in range(rounds):
        for contender in random.sample(contenders, len(contenders)):
            contender.front()
            for _ in range(min(5, moves - len(contender.moves))):
                contender.move()
            if (r + 1) * drags // rounds > r * drags // rounds:
                contender.drag()
        progress(r + 1, rounds)


def quantile(rows, key, p=0.5):
    values = sorted(row[key] for row in rows if row[key] is not None)
    return values[round(p * (len(values) - 1))] if values else float("nan")
