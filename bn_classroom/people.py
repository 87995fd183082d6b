"""The roster of a class, and points that a person gives: what instructors write."""

import csv
import hashlib
import io
from pathlib import Path

from .reading import same


def lines_of(path):
    """The lines of a CSV file, with commas or semicolons, in whatever encoding."""
    data = Path(path).read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    first = text.partition("\n")[0]
    mark = max(",;\t", key=first.count)
    return list(csv.reader(io.StringIO(text), delimiter=mark))


def read_roster(path):
    """The ids in the first column of a CSV file; its title may be "student" or "id"."""
    ids = [line[0].strip() for line in lines_of(path) if line and line[0].strip()]
    return ids[1:] if ids and ids[0].lower() in ("student", "id") else ids


def read_marks(path):
    """[(student, question, points, comment)] in a CSV file with these columns.

    A line without points is left out. ValueError for another form.
    """
    (title, *lines), columns = lines_of(path) or [[]], ["student", "question", "points", "comment"]
    if [name.strip().lower() for name in title[:4]] != columns:
        raise ValueError(f"read_marks: expected the columns {','.join(columns)} in {path}")
    marks = []
    for number, line in enumerate(lines, 2):
        student, question, points, comment = (*map(str.strip, line), "", "", "", "")[:4]
        if not points:
            continue
        try:
            marks.append((student, question, float(points.replace(",", ".")), comment))
        except ValueError:
            raise ValueError(f"read_marks: line {number} of {path}: {points} points?") from None
    return marks


def wrong_marks(rows, bundle, marks):
    """Sentences on marks of an unknown student or question, or of impossible points."""
    known = {same(row["student"]) for row in rows} | {label(row) for row in rows}
    most = {question["name"]: question["points"] for question in bundle.about["questions"]}
    for student, question, points, _ in marks:
        if same(student) not in known:
            yield f"marks: nobody has the id {student}."
        elif question not in most:
            yield f"marks: there is no question {question}; expected one of {', '.join(most)}."
        elif not 0 <= points <= most[question]:
            yield f"marks: {student}, {question}: expected 0 to {most[question]}, got {points}."


def marked(row, marks):
    """The row with the points that a person gave in the place of those of a program."""
    questions = dict(row["questions"])
    for student, question, points, comment in marks:
        if same(student) in (same(row["student"]), label(row)) and question in questions:
            questions[question] = {**questions[question], "points": points, "comment": comment}
    points = sum(one["points"] or 0 for one in questions.values())
    return {**row, "questions": questions, "points": f"{points:g}"}


def seen_beside(row, rows, roster):
    """Notes that need the other rows and the roster."""
    student = same(row["student"])
    if student and sum(same(other["student"]) == student for other in rows) > 1:
        yield "There is another file with this student id."
    if student and roster is not None and student not in map(same, roster):
        yield "This student id is not on the roster."


def label(row):
    """Eight digits that stand for a file where no name shall be seen."""
    return hashlib.sha256(row["file"].encode("utf-8", "replace")).hexdigest()[:8]
