"""What grading leaves: `grades.csv`, a page for each student, and the class page."""

import csv
import hashlib
import html
import re
from collections import Counter
from pathlib import Path

from bn_helpers.checks.verdict import HINTS, MISCONCEPTIONS, READ, heading

STYLE = """
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif }
body { max-width: 52rem; margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; vertical-align: top; padding: 0.4rem 0.8rem 0.4rem 0 }
tr { border-top: 1px solid #7676767f }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums }
.bar { display: flex; height: 1.2rem; min-width: 10rem; border: 1px solid #767676 }
.bar i { background: #009E73 } .bar b { background: #76767655 }
small { color: #767676 }
"""
RISKY = "=+-@|%"  # a spreadsheet may take what begins so for a formula


def write(out, rows, bundle, roster=None, marks=()):
    """Write all pages for the rows of `grade_all` into the folder `out`.

    roster: the ids of the class. marks: points that a person gave, as `read_marks`
    reads them.
    """
    out = Path(out)
    rows = [_marked(row, marks) for row in rows]
    rows = [{**row, "notes": [*row["notes"], *_seen_beside(row, rows, roster)]} for row in rows]
    _write_csv(out / "grades.csv", rows, bundle)
    feedback = out / "feedback"
    feedback.mkdir(exist_ok=True)
    for row in rows:
        (feedback / f"{_file_name(row)}.html").write_text(_feedback(row, bundle), encoding="utf-8")
    (out / "class.html").write_text(_class_page(rows, bundle), encoding="utf-8")
    (out / "to_mark.html").write_text(_to_mark(rows, bundle), encoding="utf-8")


def read_roster(path):
    """The ids in the first column of a CSV file; its title may be "student" or "id"."""
    with open(path, newline="", encoding="utf-8-sig") as file:
        ids = [line[0].strip() for line in csv.reader(file) if line and line[0].strip()]
    return ids[1:] if ids and ids[0].lower() in ("student", "id") else ids


def read_marks(path):
    """[(student, question, points, comment)] in a CSV file with these columns."""
    with open(path, newline="", encoding="utf-8-sig") as file:
        lines = list(csv.DictReader(file))
    try:
        return [
            (one["student"].strip(), one["question"].strip(), float(one["points"]), one["comment"])
            for one in lines
        ]
    except (KeyError, ValueError, AttributeError) as error:
        columns = "student,question,points,comment"
        raise ValueError(f"read_marks: expected the columns {columns} in {path}; {error}") from None


def _marked(row, marks):
    """The row with the points that a person gave in the place of those of a program."""
    questions = dict(row["questions"])
    for student, question, points, comment in marks:
        if student == row["student"] and question in questions:
            questions[question] = {**questions[question], "points": points, "comment": comment}
    points = sum(one["points"] or 0 for one in questions.values())
    return {**row, "questions": questions, "points": f"{points:g}"}


def _seen_beside(row, rows, roster):
    """Notes that need the other rows and the roster."""
    student = row["student"]
    if student and sum(other["student"] == student for other in rows) > 1:
        yield "There is another file with this student id."
    if student and roster is not None and student not in roster:
        yield "This student id is not on the roster."


# --- the table


def _write_csv(path, rows, bundle):
    questions = [question["name"] for question in bundle.about["questions"]]
    columns = ["file", "student", "status", "notes", "points", "of", "tier"]
    columns += [column for name in questions for column in (name, f"{name}: what")]
    with open(path, "w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(columns)
        for row in rows:
            line = [row["file"], row["student"], row["status"], " ".join(row["notes"])]
            line += [row["points"], _most(bundle), row["tier"]]
            for name in questions:
                one = row["questions"].get(name, {})
                points = one.get("points")
                line += ["" if points is None else points, one.get("slip", "")]
            table.writerow([_harmless(value) for value in line])


def _harmless(value):
    """A text that no spreadsheet takes for a formula."""
    if isinstance(value, str):
        value = re.sub(r"\s", " ", value)
        return f"'{value}" if value.lstrip()[:1] in set(RISKY) else value
    return value


def _most(bundle):
    return sum(question["points"] for question in bundle.about["questions"])


# --- the pages


def _page(title, body):
    title = html.escape(title)
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style>'
        f"<h1>{title}</h1>{body}</html>"
    )


def _table(head, lines):
    """head: texts, "#" before the title of numbers. lines: HTML cells."""
    kinds = [' class="n"' if text.startswith("#") else "" for text in head]
    titles = zip(kinds, head)
    top = "".join(f'<th scope="col"{k}>{html.escape(t.lstrip("#"))}</th>' for k, t in titles)
    body = "".join(
        f"<tr>{''.join(f'<td{k}>{cell}</td>' for k, cell in zip(kinds, line))}</tr>"
        for line in lines
    )
    return f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"


def _file_name(row):
    """A safe name: from the student's id and a digest of the file's name."""
    readable = re.sub(r"[^A-Za-z0-9_-]", "_", row["student"] or "unknown")[:40]
    return f"{readable}-{hashlib.sha256(row['file'].encode('utf-8', 'replace')).hexdigest()[:8]}"


def _feedback(row, bundle):
    """The page of one student: what was right, what was wrong, what to read again."""
    lines = []
    for question in bundle.about["questions"]:
        one = row["questions"].get(question["name"], {"points": 0, "slip": "answer-missing"})
        points = one["points"]
        said = "not marked yet" if points is None else f"{points:g} of {question['points']}"
        lines.append([html.escape(question["name"]), said, _said(one, question)])
    facts = [f"File: {row['file']}", f"Student: {row['student'] or 'unknown'}", *row["notes"]]
    facts.insert(0, f"{row['points']} of {_most(bundle)} points.")
    if row["status"] != "graded":
        facts.insert(0, row["status"])
    top = "".join(f"<p>{html.escape(fact)}</p>" for fact in facts)
    bottom = f"<p><small>Run in tier {html.escape(row['tier'] or 'none')}.</small></p>"
    return _page(bundle.about["id"], top + _table(["question", "points", "what"], lines) + bottom)


def _said(one, question):
    """HTML: the text of the table on a slip. Nothing that the student's code said."""
    if "comment" in one:
        return html.escape(f"Marked by a person. {one['comment'] or ''}")
    if question["kind"] == "written":
        return "A person reads it."
    slip = one["slip"]
    if not slip:
        return "Right."
    texts = [MISCONCEPTIONS[slip], HINTS.get(slip, "")]
    read = READ.get(slip, question["read"])
    texts += [f"Read again: {heading(read)}."] * bool(read)
    return "<br>".join(html.escape(text) for text in texts if text)


def _class_page(rows, bundle):
    """What the class can do, and its misconceptions, the most frequent first."""
    graded = [row for row in rows if row["status"] == "graded"]
    asked = [q for q in bundle.about["questions"] if q["kind"] != "written"]
    top = f"<p>{len(rows)} files. {len(graded)} could be read.</p>"
    right = [_line(question, graded) for question in asked]
    slips = Counter(
        (question["name"], slip)
        for row in graded
        for question in asked
        if (slip := row["questions"][question["name"]]["slip"])
    )
    reads = {question["name"]: question["read"] for question in asked}
    ranked = [
        [str(n), *map(html.escape, (q, MISCONCEPTIONS[slip], heading(READ.get(slip, reads[q]))))]
        for (q, slip), n in slips.most_common()
    ]
    body = top + "<h2>Who is right</h2>" + _table(["question", "right", "#files"], right)
    body += "<h2>What to teach again</h2>"
    body += _table(["#files", "question", "what they did", "heading"], ranked)
    unread = [[html.escape(r["file"]), html.escape(r["status"])] for r in rows if r not in graded]
    if unread:
        body += "<h2>Files that could not be read</h2>" + _table(["file", "why"], unread)
    noted = [
        [html.escape(r["file"]), html.escape(" ".join(r["notes"]))] for r in rows if r["notes"]
    ]
    if noted:
        body += "<h2>To look at</h2>" + _table(["file", "what"], noted)
    return _page(f"{bundle.about['id']}: the class", body)


def _line(question, graded):
    right = sum(not row["questions"][question["name"]]["slip"] for row in graded)
    share = right / len(graded) if graded else 0
    bar = f'<i style="width: {share:.1%}"></i><b style="width: {1 - share:.1%}"></b>'
    label = f"{right} of {len(graded)} right"
    drawn = f'<div class="bar" role="img" aria-label="{label}">{bar}</div>'
    return [html.escape(question["name"]), drawn, f"{right} of {len(graded)}"]


def _to_mark(rows, bundle):
    """The written answers one below the other, without names."""
    parts = []
    for question in bundle.about["questions"]:
        if question["kind"] != "written":
            continue
        parts.append(f"<h2>{html.escape(question['name'])}, {question['points']} points</h2>")
        for row in rows:
            text = row["questions"].get(question["name"], {}).get("text", "")
            label = html.escape(_file_name(row).rsplit("-", 1)[-1])
            parts.append(f"<h3>{label}</h3><p>{html.escape(text) or '(empty)'}</p>")
    return _page(f"{bundle.about['id']}: to mark", "".join(parts))
