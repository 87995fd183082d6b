"""What the parts share: contenders that take turns, and tables on the page.

On a shared machine all times grow and shrink together. So the contenders take turns in
shuffled order, each turn counts processor time, and a ratio is that of two turns of one
round.
"""

import os
import random
import re
import sys
import time
from pathlib import Path

import numpy as np

README = Path(__file__).with_name("README.md")
INSTALL = '.venv/bin/python -m pip install "torch>=2.4"'


def take_turns(contenders, *, rounds, turn=0.01, clock=time.process_time):
    """Seconds a call by name, (rounds,) each; `contenders` is a dict of functions.

    A turn calls its contender as often as fits into `turn` seconds, at least once.
    """
    calls = {name: _calls(call, turn, clock) for name, call in contenders.items()}
    seconds = {name: [] for name in contenders}
    for _ in range(rounds):
        for name in random.sample(list(contenders), len(contenders)):
            start = clock()
            for _ in range(calls[name]):
                contenders[name]()
            seconds[name].append((clock() - start) / calls[name])
    return {name: np.array(values) for name, values in seconds.items()}


def _calls(call, turn, clock):
    """How many calls fit into `turn` seconds, by the fastest of three."""
    times = []
    for _ in range(3):
        start = clock()
        call()
        times.append(clock() - start)
    return max(1, int(turn / max(min(times), 1e-6)))


def spread(values, form=".2f"):
    """The median of `values` and their quartiles, as a cell of a table."""
    low, median, high = (format(value, form) for value in np.percentile(values, [25, 50, 75]))
    return f"{median} ({low}, {high})"


def table(head, rows):
    """A Markdown table: `head` is a list of texts, `rows` are lists of anything."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)


def target(measured, wanted, *, at_most=False):
    """The cell that says whether a target is met, such as "1.50: yes"."""
    met = measured <= wanted if at_most else measured >= wanted
    return f"{wanted:g}: {'yes' if met else 'NO'}"


def write(name, text, page=README):
    """Put `text` between the two marks of `name` on the page; KeyError without them."""
    begin, end = f"<!-- make bench: {name} -->", f"<!-- end of {name} -->"
    old = page.read_text(encoding="utf-8")
    if old.count(begin) != 1 or end not in old.partition(begin)[2]:
        raise KeyError(f"{page.name} has no place for {name}: expected {begin} and {end}")
    between = re.compile(f"(?<={re.escape(begin)}).*?(?={re.escape(end)})", re.DOTALL)
    page.write_text(between.sub(lambda _: f"\n\n{text.strip()}\n\n", old), encoding="utf-8")


def progress(done, rounds):
    """Say on stderr how far it is, and how busy the machine."""
    print(f"round {done}/{rounds}, load {os.getloadavg()[0]:.1f}", file=sys.stderr)


def torch():
    """PyTorch on one thread; SystemExit, which says what to install, without it."""
    try:
        import torch
    except ImportError:
        raise SystemExit(f"This part compares with PyTorch. To install it: {INSTALL}") from None
    torch.set_num_threads(1)
    return torch
