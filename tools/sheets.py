"""Write one page to print for each lesson: `make sheets`.

A page has the lesson's question, its last picture, *What we found*, and its formulas
with the shapes of their symbols. All of it is read from the stored lesson. The formulas
are MathML, so the page needs no network, and a screen reader can speak it.
"""

import html
import re
import sys
import tomllib
from pathlib import Path

import mistune
import nbformat
from latex2mathml.converter import convert

ROOT = Path(__file__).resolve().parents[1]
LESSONS = tomllib.loads((ROOT / "bn_helpers/texts/lessons.toml").read_text(encoding="utf-8"))
FOUND, NEXT = "## What we found\n", "**Next:**"
# A heading, or a displayed formula and the table of its symbols if there is one
PARTS = re.compile(r"^## (.+)$|^(\$\$.+\$\$)$(?:\s+(\|.*\bshape\b.*\n(?:\|.*\n?)+))?", re.MULTILINE)
PAGE = """<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>
@page {{ size: A4; margin: 14mm; }}
body {{ font: 10pt/1.35 sans-serif; max-width: 182mm; margin: auto; }}
body {{ color: #222; background: #fff; }}
h1, h2 {{ line-height: 1.2; margin: 0.6em 0 0.3em; }}
h1 {{ font-size: 16pt; }}
h2 {{ font-size: 12pt; }}
p, ul {{ margin: 0.4em 0; }}
img {{ width: 100%; height: auto; }}
math {{ font-size: 105%; }}
section {{ break-inside: avoid; }}
h3 {{ font-size: 10pt; font-weight: normal; color: #555; margin: 0.6em 0 0.3em; }}
math[display=block] {{ margin: 0.5em 0; }}
table {{ border-collapse: collapse; font-size: 9pt; }}
th, td {{ text-align: left; padding: 0 0.8em 0 0; border-bottom: 1px solid #ddd; }}
</style>
<h1>{title}</h1>
<p>{question}</p>
<img alt="{alt}" src="data:image/png;base64,{picture}">
<h2>What we found</h2>
{found}
{formulas}
</html>
"""


def mathml(tex, display):
    """The formula as MathML; a text in it may hold an escaped underscore."""
    return convert(tex.replace(r"\_", "_"), display=display)


def translator():
    """A function from Markdown with formulas to HTML with MathML."""
    markdown = mistune.create_markdown(plugins=["math", "table"])
    for kind, display in (("inline_math", "inline"), ("block_math", "block")):
        markdown.renderer.register(kind, lambda _, tex, display=display: mathml(tex, display))
    return markdown


def sheet(number):
    """The page of a lesson ("05") as HTML."""
    lesson = LESSONS[number]
    cells = nbformat.read(ROOT / "notebooks" / lesson["file"], as_version=4).cells
    words = [cell.source for cell in cells if cell.cell_type == "markdown"]
    last = next(i for i, cell in enumerate(cells) if FOUND in cell.source)
    found = cells[last].source.split(FOUND)[1].split(NEXT)[0]
    picture = next(
        output.data
        for cell in cells[last:]
        for output in cell.get("outputs", [])
        if "image/png" in output.get("data", {})
    )
    translate = translator()
    parts = [f"<section>{translate(part)}</section>" for part in formulas("\n".join(words), found)]
    return PAGE.format(
        title=html.escape(f"Lesson {number}: {lesson['title']}"),
        question=html.escape(lesson["question"]),
        alt=html.escape(picture["text/plain"]),
        picture=picture["image/png"].replace("\n", ""),
        found=translate(found),
        formulas=bool(parts) * "<h2>Formulas</h2>\n" + "\n".join(parts),
    )


def formulas(text, found):
    """Each displayed formula that is not in `found`, below its section's heading."""
    heading = ""
    for title, formula, shapes in PARTS.findall(text):
        heading = title or heading
        if formula and formula not in found:
            yield f"{heading and '### ' + heading}\n\n{formula}\n\n{shapes}"
            heading = ""


def main(folder):
    folder.mkdir(parents=True, exist_ok=True)
    for number in LESSONS:
        path = folder / f"{number}.html"
        path.write_text(sheet(number), encoding="utf-8")
        print(path)


if __name__ == "__main__":
    main(Path(*sys.argv[1:]) if sys.argv[1:] else ROOT / "build/sheets")
