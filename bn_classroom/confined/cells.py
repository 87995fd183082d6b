"""Which cells of a notebook belong to an answer. Nothing is run here, only read."""

import ast
import builtins
import re
import symtable

AROUND = ("time", "timeit", "prun", "capture")
STAR = re.compile(r"^\s*from\s+\S+\s+import\s+\*", re.MULTILINE)


def without_magic(source):
    """What stands below %%time and its like, which leave a cell's code as it is."""
    if not source.startswith("get_ipython().run_cell_magic("):
        return source
    try:
        name, _, inside = map(ast.literal_eval, ast.parse(source).body[0].value.args)
    except Exception:
        return source
    return inside if name in AROUND and isinstance(inside, str) else source


def named(source):
    """{"defines", "needs": names at the top of a cell, "star"}, or {"trouble"}."""
    try:
        table = symtable.symtable(without_magic(source), "<cell>", "exec")
    except SyntaxError as error:
        place = f" (line {error.lineno} of your cell)" if error.lineno else ""
        return {"trouble": ["raised", f"{type(error).__name__}: {error.msg}{place}."]}
    except Exception as error:  # a null byte, nesting without end
        return {"trouble": ["raised", f"{type(error).__name__}: this cell cannot be read."]}
    defines, needs = _tops(table), _globals(table)
    return {
        "defines": sorted(defines),
        "needs": sorted(needs - defines),
        "star": bool(STAR.search(without_magic(source))),
    }


def _tops(table):
    """The names that a cell gives a value to."""
    bound = (s for s in table.get_symbols() if s.is_assigned() or s.is_imported())
    return {symbol.get_name() for symbol in bound}


def _globals(table):
    """The names that a cell or a function in it looks up outside of functions."""
    found = {s.get_name() for s in table.get_symbols() if s.is_referenced()}
    tables = table.get_children()
    while tables:
        inner = tables.pop()
        symbols = inner.get_symbols()
        found |= {s.get_name() for s in symbols if s.is_global() and s.is_referenced()}
        tables += inner.get_children()
    return found


def plan(task, cells, names, asked):
    """{"rule", "cell", "used"}: the cell of an answer, and those to be run before it.

    names: for each cell what `named` says. asked: the places of all questions' cells.
    What stands in another one's cell is no answer to this. {"rule", "trouble"}: none.
    """
    wanted = set(task["define"])
    having = [i for i, row in enumerate(names) if wanted <= set(row.get("defines", ()))]
    for key, rule in (("id", "cell id"), ("grade_id", "grade_id")):
        if found := _with(key, task, cells, having):
            own = [i for i in having if i in found or i not in asked]
            last = own[-1]  # what the names stand for after Run All
            rule = rule if last in found else f"the last cell that defines {_list(wanted)}"
            return _chosen([last], rule, names, wanted)
    if len(having) == 1:
        rule = f"the one cell that defines {_list(wanted)}"
        return _chosen(having, rule, names, wanted)
    return _unreadable(task, cells, names) or {"rule": "", "trouble": _none(having, wanted)}


def _unreadable(task, cells, names):
    """The trouble of the cell in which the answer stands, if that cannot be read."""
    for key, rule in (("id", "cell id"), ("grade_id", "grade_id")):
        for i in _with(key, task, cells, range(len(cells))):
            if "trouble" in names[i]:
                return {"rule": rule, "trouble": names[i]["trouble"]}
    return None


def _none(having, wanted):
    return ["answer-twice" if having else "answer-missing", f"Looked for {_list(wanted)}."]


def _with(key, task, cells, places):
    return [i for i in places if task.get(key) and cells[i].get(key) == task[key]]


def _chosen(found, rule, names, wanted):
    if len(found) > 1:
        return {"rule": rule, "trouble": _none(found, wanted)}
    return {"rule": rule, "cell": found[0], "used": _before(found[0], names)}


def _list(wanted):
    return " and ".join(sorted(wanted))


def _before(answer, names):
    """The cells that define what an answer needs, each after those that it needs."""
    order, seen, waiting = [], {answer}, [answer]
    while waiting:
        places = _providers(waiting[-1], answer, names)
        new = next((i for i in sorted(places) if i not in seen), None)
        if new is None:
            order.append(waiting.pop())
        else:
            seen.add(new)
            waiting.append(new)
    return order[:-1]


def _providers(cell, answer, names):
    """For each name that a cell needs: the last cell before the answer, else the next.

    numpy as np is there from the start. Only a cell before the answer can change it.
    """
    places = set()
    for name in names[cell]["needs"]:
        having = [i for i, row in enumerate(names) if name in row.get("defines", ())]
        if not having and not hasattr(builtins, name):
            having = [i for i, row in enumerate(names) if row.get("star")]
        before = [i for i in having if i < answer]
        after = [i for i in having if i > answer and name != "np"]
        places |= set(before[-1:] or after[:1])
    return places - {cell}
