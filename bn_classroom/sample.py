"""Made submissions, to try the grading before a class does."""

import copy

import nbformat

from .author import authored, load

WRONG = {  # what a made student changes in a right answer
    "eps-forgotten": ("+ eps", "+ 0 * eps"),
    "beta-forgotten": ("+ beta", "+ 0 * beta"),
    "root-forgotten": ("np.sqrt", "np.abs"),
    "syntax": ("return", "retrun"),
}


def solved(built, student, **answers):
    """A copy of the student's notebook with right answers, or with those given.

    answers: {question: the source of its cell, or None to leave it open}.
    """
    notebook, sources = copy.deepcopy(built.notebook), {**right_sources(built, student), **answers}
    by_id = {question["id"]: question["name"] for question in built.about["questions"]}
    for cell in notebook.cells:
        if sources.get(by_id.get(cell.id)) is not None:
            cell.source = sources[by_id[cell.id]]
        cell.source = cell.source.replace('student = "..."', f'student = "{student}"')
    return notebook


def right_sources(built, student):
    """{question: the source of a right answer}, from the authored notebook."""
    name, contracts = built.about["id"], built.secret["contracts"]
    found = {}
    for cell in authored(name).cells:
        own, graded = cell.metadata.get("bn", {}), cell.metadata.get("nbgrader", {})
        question = own.get("question")
        if graded.get("solution") and own.get("contract") in (None, contracts.get(question)):
            found[question] = cell.source
    for question, several in load(name).NUMBERS.items():
        (numbers,) = (n for n in several if n.name == contracts[question])
        wanted = numbers.truth(student)
        found[question] = "\n".join(f"{key} = {value!r}" for key, value in wanted.items())
    return found


def write(built, folder, count):
    """Write `count` submissions of students s001, s002, ... into a folder.

    Two thirds are right. The others are open, wrong in one answer, or no notebook.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for i in range(count):
        student = f"s{i + 1:03d}"
        (folder / f"{student}.ipynb").write_bytes(_made(built, student, i))


def _made(built, student, i):
    notebook = solved(built, student)
    if i % 3 < 2:
        return nbformat.writes(notebook).encode()
    kind = (i // 3) % (len(WRONG) + 3)
    if kind == len(WRONG):
        return nbformat.writes(built.notebook).encode()
    if kind == len(WRONG) + 1:
        return b"<<<<<<< HEAD\n" + nbformat.writes(notebook).encode() + b"\n>>>>>>> mine\n"
    if kind == len(WRONG) + 2:
        return b""
    old, new = list(WRONG.values())[kind]
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("solution") and old in cell.source:
            cell.source = cell.source.replace(old, new)
            break
    return nbformat.writes(notebook).encode()
