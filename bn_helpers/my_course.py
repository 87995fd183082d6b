"""The student's own copy of the lessons: `python -m bn_helpers.my_course`.

    python -m bn_helpers.my_course              # copies what is new to my_course/
    python -m bn_helpers.my_course --fresh 02   # a clean lesson 02; keeps the old file
    python -m bn_helpers.my_course --folder X   # takes another folder

An update never writes into a file that a student has changed. It puts the new version
beside it. `.handed_out/` keeps each lesson as the student got it last. JupyterLab's
configuration runs this file, also where the package is not installed. So it imports
only the standard library.
"""

import argparse
import json
import os
import re
import shutil
import sys
from datetime import date
from itertools import count
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PLACES = ROOT / "bn_helpers_data" / "notebooks", ROOT / "notebooks"  # of a wheel, of a clone
GLOSSARY = "glossary.md"  # the lessons link to it
LESSON = re.compile(r"\d\d[a-z]?_[a-z0-9_]+\.ipynb")  # 08b goes on where 08 ends
# The metadata of a lesson that `make refresh` has stored. JupyterLab adds to it.
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
LANGUAGE = {"name": "python", "file_extension": ".py", "nbconvert_exporter": "python"}

TEXT = "cell_type", "source"
WORK = *TEXT, "execution_count", "outputs"  # metadata changes when a file is only saved
NEWS = "WHAT_IS_NEW.md"
SENTENCES = {
    "copied": "Copied to {folder}: {lessons}. No update changes what you write there.",
    "renewed": "There is a new version of {lessons}. It is in place: you had changed nothing.",
    "offered": "There is a new version of {lessons}, in {folder}: {files}. "
    "What you wrote is as you left it.",
    "saved": "You worked in notebooks/: {lessons}. That work is copied to {folder}: {files}. "
    "Go on there. `git checkout notebooks` brings the lessons in notebooks/ back as they came.",
}
CHOICE = """
Go on in your file or in the new one. Delete the new one if you do not need it.

To put the new version in the place of your file, close both. Then type `make fresh ONLY=02` in a
terminal, with the number of the lesson. Without make, type
`python -m bn_helpers.my_course --fresh 02`. Your file is kept, with its date in its name.
"""


def lessons(folder):
    """The lessons in a folder, in order; copies and notes are no lessons."""
    paths = (path for path in folder.glob("*.ipynb") if LESSON.fullmatch(path.name))
    return sorted(path for path in paths if path.is_file())


def number_of(name):
    """The number of the lesson with this file name: "08b"."""
    return name.split("_")[0]


def originals():
    """The lessons as they came with the course; ValueError if they are not there."""
    for place in PLACES:
        if found := lessons(place):
            return found
    raise ValueError(f"lessons: expected them in {PLACES[1]}, got none; install the course again")


def is_stored(path):
    """Whether the notebook has the form that `make refresh` writes."""
    try:
        notebook = json.loads(path.read_bytes())
        code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
        counts = [cell["execution_count"] for cell in code]
        metadata = {"kernelspec": KERNEL, "language_info": LANGUAGE}
        return counts == list(range(1, len(code) + 1)) and notebook["metadata"] == metadata
    except (OSError, ValueError, LookupError, TypeError):
        return False


def update(folder):
    """Copy missing lessons to `folder`, renew unchanged ones, offer the rest.

    The glossary stands beside them. Returns what was done, a list of sentences, and the
    file to open first. Raises OSError if a file cannot be written; what was done until
    then stays. Raises ValueError if there are no lessons.
    """
    done = [step for lesson in originals() if (step := bring(lesson, folder))]
    bring_page(originals()[0].with_name(GLOSSARY), folder)
    sentences, news = in_words(done, folder), [names for kind, *names in done if kind != "copied"]
    if not news:
        return sentences, lessons(folder)[0]
    links = [f"- [{name}]({name})" for name in sorted({name for names in news for name in names})]
    choice = CHOICE * any(kind == "offered" for kind, *_ in done)
    text = "\n\n".join(["# What is new", *sentences, "\n".join(links) + "\n" + choice])
    (folder / NEWS).write_text(text, encoding="utf-8")
    return sentences, folder / NEWS


def bring(lesson, folder):
    """Do for one lesson what `update` does; returns (kind, its name, the file's name).

    kind is a key of SENTENCES. None if there was nothing to do.
    """
    mine, worked_in = folder / lesson.name, not is_stored(lesson)
    last = folder / ".handed_out" / ("from-notebooks-" * worked_in + lesson.name)
    if not mine.exists():
        kind, path = "saved" if worked_in else "copied", mine
    elif same(WORK, lesson, last):
        return None
    elif worked_in:
        kind, path = "saved", free(mine, "from-notebooks", last)
    elif same(WORK, mine, last):
        kind, path = "renewed", mine
    elif same(TEXT, lesson, last) or same(TEXT, lesson, mine):
        return None
    else:
        kind, path = "offered", free(mine, "new", last)
    put(lesson, path)
    put(lesson, last)  # after the file: if this fails, the lesson is compared once more
    return kind, lesson.name, path.name


def bring_page(page, folder):
    """Copy a page to `folder`, unless a student has changed the one there."""
    mine, last = folder / page.name, folder / ".handed_out" / page.name
    if page.exists() and (not mine.exists() or same(WORK, mine, last)):
        put(page, mine)
        put(page, last)


def fresh(number, folder):
    """Put a clean lesson into `folder`; returns its path and where the old one is kept.

    `number` is a str such as "02". Raises ValueError if there is no such lesson, or if
    somebody has worked in the course's own. Raises OSError if a file cannot be written;
    no file is lost then.
    """
    found = {number_of(lesson.name): lesson for lesson in originals()}
    name = number_of(Path(number).name)
    lesson = found.get(name) or found.get(f"0{name}")
    if not lesson:
        raise ValueError(f"lesson: expected one of {' '.join(found)}, got {number}")
    if not is_stored(lesson):
        raise ValueError(f"{lesson}: expected the lesson as it came, got work of yours (make lab)")
    mine, kept = folder / lesson.name, None
    new = free(mine, "new", lesson)
    put(lesson, new)
    if mine.exists():
        kept = free(mine, date.fromtimestamp(mine.stat().st_mtime).isoformat())
        mine.rename(kept)
    new.rename(mine)
    put(lesson, folder / ".handed_out" / lesson.name)
    return mine, kept


def put(source, target):
    """Copy a file, whole or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_suffix(".part")
    try:
        shutil.copyfile(source, part)  # without its rights: an installed lesson may be read-only
        os.replace(part, target)
    except OSError:
        part.unlink(missing_ok=True)
        raise


def free(path, word, spare=None):
    """A path 02-word_title.ipynb where there is nothing, or nothing but `spare`."""
    number, title = path.name.split("_", 1)
    for n in count(1):
        beside = path.with_name(f"{number}-{word}" + f"-{n}" * (n > 1) + f"_{title}")
        if not beside.exists() or (spare and same(WORK, beside, spare)):
            return beside


def same(entries, one, other):
    """Whether both files exist, with the same `entries` of cells or the same bytes."""
    return one.exists() and other.exists() and read(entries, one) == read(entries, other)


def read(entries, path):
    """These entries of each cell of a notebook; the bytes of any other file."""
    content = path.read_bytes()
    try:
        return [[cell.get(entry) for entry in entries] for cell in json.loads(content)["cells"]]
    except (ValueError, LookupError, TypeError, AttributeError):
        return content


def in_words(done, folder):
    """What `update` has done: a text of a few sentences for each kind of step."""
    place, texts = f"{folder.resolve().name}/", []
    for kind, words in SENTENCES.items():
        if steps := [step for step in done if step[0] == kind]:
            numbers = ", ".join(number_of(lesson) for _, lesson, _ in steps)
            named = f"lesson{'s' * (len(steps) > 1)} {numbers}"
            files = ", ".join(file for *_, file in steps)
            texts.append(words.format(folder=place, lessons=named, files=files))
    return texts


def trouble(folder, error):
    """One line that says why there is no copy, or not all of it."""
    reason = "a file has this name" if folder.is_file() else error.strerror
    return f"{folder} cannot be written: {reason}."


def main():
    """Run the command line; an error is one line."""
    home = ROOT if Path.cwd().is_relative_to(ROOT) else Path.cwd()
    folder = Path(os.path.relpath(home if home.name == "my_course" else home / "my_course"))
    parser = argparse.ArgumentParser("python -m bn_helpers.my_course")
    parser.add_argument("--fresh", nargs="+", metavar="02", help="put clean copies of these there")
    parser.add_argument("--folder", type=Path, default=folder, help="where; else my_course/")
    given = parser.parse_args()
    try:
        run(given.folder.expanduser(), given.fresh or [])
    except ValueError as error:
        sys.exit(str(error))
    except OSError as error:
        sys.exit(f"{trouble(given.folder, error)} --folder names another place.")


def run(folder, numbers):
    """Do what the command line asks for, and print what was done."""
    for number in numbers:
        mine, kept = fresh(number, folder)
        print(f"{mine} is the lesson as it came.", *[f"Your file is kept: {kept}."] * bool(kept))
    if not numbers:
        sentences, path = update(folder)
        print(*sentences, f"Open {path} in JupyterLab.", sep="\n")


if __name__ == "__main__":
    main()
