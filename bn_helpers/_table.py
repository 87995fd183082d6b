"""Tables of numbers: HTML with header cells, and the same as aligned text."""

from collections.abc import Mapping
from html import escape

import numpy as np
from IPython.display import display

from . import _require as require
from ._card import can_display, say


class Link(str):
    """A text that leads to `url` where a table shows it on a page."""

    def __new__(cls, text, url):
        link = super().__new__(cls, text)
        link.url = url
        return link


def table(rows, columns, *, corner=""):
    """Show a table: `table({"He": (0.12, 0.95)}, {"loss": ".2f", "accuracy": ".0%"})`.

    rows: {name: its values, one for each column}. columns: {head: format of its
    values}, in Python's format language. corner: the head of the column of names. A str
    is shown without its format, a Link leads to its url, None leaves the cell empty. A
    notebook shows an HTML table with header cells. Its plain text, which a terminal
    shows too, has aligned columns. ValueError for a row of the wrong length and for a
    value that does not fit its format.
    """
    heads = [corner, *(head for head, _ in named("columns", columns))]
    rows = named("rows", rows)
    cells = [[_text(name), *_formatted(name, values, columns)] for name, values in rows]
    text = _aligned([heads, *cells])
    if can_display():
        display({"text/html": _html_table(heads, cells), "text/plain": text}, raw=True)
    else:
        say(text)


def _formatted(name, values, columns):
    values = list(values) if np.iterable(values) and not isinstance(values, str) else [values]
    if len(values) != len(columns):
        raise ValueError(f"{name}: expected {len(columns)} values, one a column, got {len(values)}")
    for value, (head, form) in zip(values, columns.items()):
        try:
            yield "" if value is None else value if isinstance(value, str) else format(value, form)
        except (ValueError, TypeError):
            came = require.shown(value)
            raise ValueError(f"{name}, {head}: expected a value for {form!r}, got {came}") from None


def _text(name):
    return name if isinstance(name, str) else str(name)


def _cell(text):
    words = escape(text, quote=False)
    return f'<a href="{escape(text.url)}">{words}</a>' if isinstance(text, Link) else words


def _aligned(lines):
    """Lines of cells (str) as text; all columns but the first are flush right."""
    widths = [max(map(len, column)) for column in zip(*lines)]
    rows = ([line[0].ljust(widths[0]), *map(str.rjust, line[1:], widths[1:])] for line in lines)
    return "\n".join("  ".join(row).rstrip() for row in rows)


def _html_table(heads, cells):
    """The table as HTML. Where it is wider than the page, it scrolls in its own box."""
    left, right = (f'style="text-align: {side}; padding: 0.3em"' for side in ("left", "right"))
    top = "".join(f'<th scope="col" {right}>{_cell(head)}</th>' for head in heads[1:])
    rows = "".join(
        f'<tr><th scope="row" {left}>{_cell(name)}</th>'
        + "".join(f"<td {right}>{_cell(value)}</td>" for value in values)
        + "</tr>"
        for name, *values in cells
    )
    first = f'<th scope="col" {left}>{_cell(heads[0])}</th>' if heads[0] else "<td></td>"
    table = f"<table><thead><tr>{first}{top}</tr></thead><tbody>{rows}</tbody></table>"
    return f'<div style="overflow-x: auto; font-size: 90%">{table}</div>'


def named(name, values):
    """The items of a dict; ValueError for anything else, and for an empty one."""
    if not isinstance(values, Mapping) or not values:
        example = "a dict of names and values, such as {'inputs': x}"
        raise ValueError(f"{name}: expected {example}, got {require.shown(values)}")
    return values.items()
