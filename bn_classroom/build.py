"""An authored assignment becomes a student's notebook and the grader's bundle.

The class's key chooses one of the contracts of each question, and the hidden inputs.
"""

import copy
import hashlib
import hmac
import json
from typing import NamedTuple

import nbformat

from bn_helpers.checks import stored
from bn_helpers.checks.question import expected_of

from .author import SOLUTION, VISIBLE, authored, load
from .faults import faults, leaks

PUBLIC = "public"  # the key of the assignment that stands in the repository


def _dots(solution):
    """Three dots where a function goes on; nothing in the place of a whole line."""
    return f"{solution[1]}..." if solution[1] else ""


HERE = {"code": _dots, "markdown": "*Write here.*"}  # what stands for a solution


class NotBuilt(Exception):
    """What is wrong with an assignment: one sentence a line."""


class Built(NamedTuple):
    """notebook and visible go to students, hidden and secret to the grader alone."""

    notebook: nbformat.NotebookNode
    visible: dict  # {question: Expected}
    hidden: dict
    about: dict  # for both
    secret: dict  # for the grader alone


def build(name, key=PUBLIC, salt=""):
    """The Built of an assignment for a key; NotBuilt if something is wrong with it."""
    module, built = load(name), draft(name, key, salt)
    seeds = {q: (VISIBLE, drawn(key, q, salt)) for q in module.QUESTIONS}
    chosen = {q: _chosen(module, built.secret["contracts"], q) for q in module.QUESTIONS}
    wrong = [text for q, c in chosen.items() for seed in seeds[q] for text in faults(c, seed)]
    if wrong := [*wrong, *leaks(built, authored(name))]:
        raise NotBuilt("\n".join(wrong))
    return built


def draft(name, key=PUBLIC, salt=""):
    """The Built of an assignment for a key, not looked over.

    The key chooses the contracts. Key and salt choose the hidden inputs, so that who
    guesses a key does not have them.
    """
    module = load(name)
    several = {**module.QUESTIONS, **module.NUMBERS, **module.WRITTEN}
    chosen = {q: contracts[drawn(key, q) % len(contracts)].name for q, contracts in several.items()}
    functions = {q: _chosen(module, chosen, q) for q in module.QUESTIONS}
    hidden = {q: expected_of(c.question, drawn(key, q, salt)) for q, c in functions.items()}
    visible = {q: expected_of(c.question, VISIBLE) for q, c in functions.items()}
    notebook = for_students(authored(name), chosen)
    questions = [_told(q, module, chosen, notebook) for q in in_order(notebook)]
    about = {"id": name, "version": module.VERSION, "questions": questions}
    about["release"] = digest(notebook, about, drawn(key, "release", salt))
    notebook.metadata["bn_assignment"] = {k: about[k] for k in ("id", "version", "release")}
    secret = {"contracts": chosen}
    return Built(notebook, visible, hidden, about, secret)


def _chosen(module, names, question):
    """The contract of a question that was drawn."""
    several = {**module.QUESTIONS, **module.NUMBERS}[question]
    (contract,) = (c for c in several if c.name == names[question])
    return contract


def drawn(key, *what):
    """A whole number of 64 bits that depends on the key and on what it is for."""
    text = "/".join(what).encode()
    return int.from_bytes(hmac.digest(key.encode(), text, "sha256")[:8], "big")


def digest(notebook, *about):
    """Twelve hexadecimal digits that name a release."""
    text = json.dumps([[cell.source for cell in notebook.cells], *about], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


# --- the notebook


def for_students(whole, chosen):
    """The notebook with the cells of the chosen contracts, without solutions."""
    notebook = copy.deepcopy(whole)
    notebook.cells = [_emptied(cell) for cell in whole.cells if _is_handed_out(cell, chosen)]
    notebook.metadata = {
        "kernelspec": whole.metadata.kernelspec,
        "language_info": {"name": "python"},
    }
    return notebook


def _is_handed_out(cell, chosen):
    own = cell.metadata.get("bn", {})
    return not own.get("rubric") and own.get("contract") in (None, chosen.get(own.get("question")))


def _emptied(cell):
    cell = copy.deepcopy(cell)
    cell.source = SOLUTION.sub(HERE[cell.cell_type], cell.source).strip()
    if cell.cell_type == "code":
        cell.outputs, cell.execution_count = [], None
    if (own := cell.metadata.get("bn")) and "question" in own:
        cell.metadata["bn"] = {"question": own["question"]}
    if cell.metadata.get("nbgrader", {}).get("locked"):
        cell.metadata |= {"editable": False, "deletable": False}
    return cell


def in_order(notebook):
    """The names of the questions as they stand in a notebook."""
    names = (cell.metadata.get("bn", {}).get("question") for cell in notebook.cells)
    return list(dict.fromkeys(filter(None, names)))


def _told(name, module, chosen, notebook):
    """What student and grader know of a question: its kind, names, points, cell."""
    cells = [c for c in notebook.cells if c.metadata.get("bn", {}).get("question") == name]
    graded = [c for c in cells if "nbgrader" in c.metadata]
    answer = next(c for c in graded if c.metadata.nbgrader.solution)
    told = {
        "name": name,
        "points": sum(c.metadata.nbgrader.get("points") or 0 for c in graded),
        "id": answer.id,
        "grade_id": answer.metadata.nbgrader.grade_id,
    }
    if name in module.WRITTEN:
        return {**told, "kind": "written", "define": [], "read": ""}
    if name in module.NUMBERS:
        numbers = _chosen(module, chosen, name)
        told |= {"kind": "values", "define": list(numbers.tolerance), "within": numbers.tolerance}
        told["allowed"] = {name: list(several) for name, several in numbers.allowed.items()}
        return {**told, "practice": numbers.truth("practice"), "read": numbers.read}
    contract = _chosen(module, chosen, name)
    return {**told, "kind": "function", "define": [contract.define], "read": contract.read}


# --- files


def write_student(built, folder):
    """Write the notebook and its arrays into a folder, which must exist."""
    name = built.about["id"]
    nbformat.write(built.notebook, folder / f"{name}.ipynb")
    stored.write(folder / f"{name}.npz", built.visible, **built.about)


def write_bundle(built, path):
    """Write what the grader needs. It must not come near to students."""
    with open(path, "wb") as file:  # a name, to which np.savez adds no ending
        stored.write(file, built.hidden, **built.about, **built.secret)
