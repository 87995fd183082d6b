"""What grading leaves: `grades.csv`, a page for each student, and the class page."""

import csv
import html
import io
import re
from collections import Counter
from pathlib import Path

from bn_helpers.checks.verdict import HINTS, MISCONCEPTIONS, READ, heading

from .author import authored
from .collect import write_whole
from .people import label, marked, seen_beside, wrong_marks
from .reading import same

STYLE = """
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif }
body { max-width: 52rem; margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; vertical-align: top; padding: 0.4rem 0.8rem 0.4rem 0 }
tr { border-top: 1px solid #7676767f }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums }
.bar { display: flex; height: 1.2rem; min-width: 10rem; border: 1px solid #767676 }
.bar i { background: #009E73 } .bar b { background: #76767655 }
small { color: #767676 } pre { white-space: pre-wrap }
"""
NO_HEADING = {"answer-missing", "answer-twice", "died", "line-missing", "not-a-function"}
NO_HEADING |= {"nothing-returned", "raised", "too-large", "too-long"}
RISKY = "=+-@|%"  # a spreadsheet may take what begins so for a formula


def write(out, rows, bundle, roster=None, marks=()):
    """Write all pages for the rows of `grade_all` into the folder `out`.

    roster: the ids of the class. marks: points that a person gave, as `people` reads
    them. ValueError for a mark that fits no row; then nothing is written.
    """
    out = Path(out)
    if wrong := list(wrong_marks(rows, bundle, marks)):
        raise ValueError("\n".join(wrong))
    rows = [marked(row, marks) for row in rows]
    rows = [{**row, "notes": [*row["notes"], *seen_beside(row, rows, roster)]} for row in rows]
    feedback = out / "feedback"
    feedback.mkdir(exist_ok=True)
    for former in feedback.glob("*.html"):
        former.unlink()
    write_whole(out / "grades.csv", _table_of(rows, bundle))
    for row in rows:
        write_whole(feedback / f"{_file_name(row)}.html", _feedback(row, bundle))
    write_whole(out / "class.html", _class_page(rows, bundle, roster))
    write_whole(out / "to_mark.html", _to_mark(rows, bundle))


# --- the table


def _table_of(rows, bundle):
    """The text of grades.csv: a line for each file."""
    questions = [question["name"] for question in bundle.about["questions"]]
    columns = ["file", "student", "status", "notes", "points", "of", "tier"]
    columns += [column for name in questions for column in (name, f"{name}: what")]
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(columns)
    for row in rows:
        line = [row["file"], row["student"], row["status"], " ".join(row["notes"])]
        line += [row["points"], _most(bundle), row["tier"]]
        for name in questions:
            one = row["questions"][name]
            line += ["" if one["points"] is None else one["points"], one["slip"]]
        table.writerow([_harmless(value) for value in line])
    return text.getvalue()


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
    """A safe name: from the student's id and the label of the file."""
    return f"{re.sub(r'[^A-Za-z0-9_-]', '_', row['student'] or 'unknown')[:40]}-{label(row)}"


def _feedback(row, bundle):
    """The page of one student: what was right, what was wrong, what to read again."""
    asked = bundle.about["questions"]
    facts = [f"File: {row['file']}", f"Student: {row['student'] or 'unknown'}", *row["notes"]]
    if row["status"] != "graded":
        return _page(bundle.about["id"], _paragraphs([row["status"], *facts]))
    open_ = [q["points"] for q in asked if row["questions"][q["name"]]["points"] is None]
    waiting = f" {sum(open_)} more are not marked yet." if open_ else ""
    facts.insert(0, f"{row['points']} of {_most(bundle) - sum(open_)} points.{waiting}")
    lines = []
    for question in asked:
        one = row["questions"][question["name"]]
        points = one["points"]
        said = "not marked yet" if points is None else f"{points:g} of {question['points']}"
        lines.append([html.escape(question["name"]), said, _said(one, question)])
    bottom = f"<p><small>Run in tier {html.escape(row['tier'] or 'none')}.</small></p>"
    table = _table(["question", "points", "what"], lines)
    return _page(bundle.about["id"], _paragraphs(facts) + table + bottom)


def _paragraphs(texts):
    return "".join(f"<p>{html.escape(text)}</p>" for text in texts)


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
    texts += [f"Read again: {_again(slip, question)}"] * bool(_again(slip, question))
    return "<br>".join(html.escape(text) for text in texts if text)


def _again(slip, question):
    """The heading to read again; "" where no heading would help."""
    return "" if slip in NO_HEADING else heading(READ.get(slip, question["read"]))


def _class_page(rows, bundle, roster):
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
    by_name = {question["name"]: question for question in asked}
    ranked = [
        [str(n), *map(html.escape, (q, MISCONCEPTIONS[slip], _again(slip, by_name[q])))]
        for (q, slip), n in slips.most_common()
    ]
    body = top + "<h2>How many are right</h2>" + _table(["question", "right", "#files"], right)
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
    handed_in = {same(row["student"]) for row in rows}
    if missing := [student for student in roster or () if same(student) not in handed_in]:
        body += "<h2>Nothing came from</h2>" + _paragraphs([", ".join(missing)])
    return _page(f"{bundle.about['id']}: the class", body)


def _line(question, graded):
    right = sum(not row["questions"][question["name"]]["slip"] for row in graded)
    share = right / len(graded) if graded else 0
    bar = f'<i style="width: {share:.1%}"></i><b style="width: {1 - share:.1%}"></b>'
    label = f"{right} of {len(graded)} right"
    drawn = f'<div class="bar" role="img" aria-label="{label}">{bar}</div>'
    return [html.escape(question["name"]), drawn, f"{right} of {len(graded)}"]


def _to_mark(rows, bundle):
    """The written answers one below the other, without names, below their rubric."""
    parts = [_paragraphs(["A label stands for a student. marks.csv takes labels or ids."])]
    for question in bundle.about["questions"]:
        if question["kind"] != "written":
            continue
        parts.append(f"<h2>{html.escape(question['name'])}, {question['points']} points</h2>")
        parts += [f"<pre>{html.escape(text)}</pre>" for text in _rubric(question, bundle)]
        for row in rows:
            text = row["questions"][question["name"]].get("text", "")
            parts.append(f"<h3>{label(row)}</h3><p>{html.escape(text) or '(empty)'}</p>")
    return _page(f"{bundle.about['id']}: to mark", "".join(parts))


def _rubric(question, bundle):
    """What was asked, and what gets how many points."""
    contract = bundle.about["contracts"][question["name"]]
    for cell in authored(bundle.about["id"]).cells:
        own = cell.metadata.get("bn", {})
        mine = own.get("contract") == contract and own.get("question") == question["name"]
        if mine and "nbgrader" not in cell.metadata:  # neither the answer nor a check
            yield cell.source
