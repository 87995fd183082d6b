"""All submissions of a class: from a folder or an archive to one row for each file."""

import hashlib
import io
import json
import os
import stat
import threading
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from tqdm import tqdm

from .grade import VERSION, grade, unread
from .reading import LARGEST, Unreadable, clean

SKIPPED = {".ipynb_checkpoints", "__MACOSX", ".git", ".venv"}
MEMBERS = 20  # files that are read of an archive that a student hands in
ALL = 100_000  # and of the archive of a class
ARCHIVE = 50_000_000  # bytes of an archive that is inside of another
PASSING = {"too-long", "died"}  # a busy machine can be the reason: tried again next time


class File(NamedTuple):
    """name: where it stands. read: () -> at most LARGEST + 1 bytes, or Unreadable."""

    name: str
    read: Callable


def files(path):
    """The Files in a folder or an archive, in order; nothing is unpacked to the disk.

    Links are not followed, hidden files are left out. ValueError if nothing is there.
    """
    path = Path(path)
    if path.is_dir():
        found = sorted(p for p in path.rglob("*") if not _skipped(p.relative_to(path).parts))
        inside = [p for p in found if p.is_symlink() or not p.is_dir()]
        return [file for p in inside for file in _file(p, _name(p, path))]
    if path.is_file():
        return _file(path, clean(path.name), ALL)
    raise ValueError(f"files: expected a folder, a zip archive or a notebook, got {path}")


def _name(path, folder):
    return clean(path.relative_to(folder).as_posix())


def _skipped(parts):
    return bool(SKIPPED.intersection(parts)) or parts[-1].startswith(".")


def _file(path, name, most=MEMBERS):
    try:
        kind = path.lstat().st_mode
        if stat.S_ISLNK(kind):
            return [_without(name, "It is a link. Links are not followed.")]
        if not stat.S_ISREG(kind):
            return [_without(name, "It is not a file.")]
        if path.suffix.lower() == ".zip" and zipfile.is_zipfile(path):
            return _members(path, name, most)
    except OSError as error:
        return [_without(name, f"It cannot be read: {error.strerror}.")]
    return [File(name, lambda: _start_of(path.open("rb")))]


def _without(name, why):
    """A File that cannot be read, with the reason."""

    def read():
        raise Unreadable(why)

    return File(name, read)


def _start_of(stream):
    with stream:
        return stream.read(LARGEST + 1)


def _members(archive, name, most):
    """The files in an archive, a path or a stream: notebooks first, `most` at most."""
    try:
        opened = zipfile.ZipFile(archive)
        found = [i for i in opened.infolist() if not (i.is_dir() or _hidden(i.filename))]
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return [_without(name, "The archive cannot be read.")]
    found.sort(key=lambda info: not info.filename.endswith(".ipynb"))
    inside = [f for info in found[:most] for f in _member(opened, info, name, most)]
    left = len(found) - most
    more = [_without(f"{name}/...", f"{left} more files of this archive were not read.")]
    return inside + more * (left > 0)


def _hidden(name):
    return _skipped(name.strip("/").split("/"))


def _member(opened, info, name, most):
    inner = f"{name}/{clean(info.filename)}"
    if most == ALL and inner.lower().endswith(".zip") and info.file_size <= ARCHIVE:
        try:
            return _members(io.BytesIO(opened.read(info)), inner, MEMBERS)
        except Exception:  # damaged or encrypted: the one below says so
            pass

    def read():
        try:
            return _start_of(opened.open(info))
        except Exception:  # damaged, encrypted, of an unknown kind
            raise Unreadable("This file of the archive cannot be read.") from None

    return [File(inner, read)]


def grade_all(path, bundle, out, *, tier, workers=None):
    """A row for each file: its name and what `grade` gave, in the order of the names.

    Rows are kept in `out`/graded: what was graded by the same bundle is not run again.
    """
    found, kept = files(path), Path(out) / "graded"
    if Path(path).resolve() in [kept.resolve(), *kept.resolve().parents]:
        raise ValueError(f"grade_all: the folder {out} must not lie in the submissions {path}")
    kept.mkdir(parents=True, exist_ok=True)
    workers = workers or os.cpu_count()
    with ThreadPoolExecutor(workers) as pool:
        rows = pool.map(lambda file: _row(file, bundle, kept, tier), found)
        return list(tqdm(rows, total=len(found), unit="file", disable=None))


def _row(file, bundle, kept, tier):
    try:
        graded = _graded(file, bundle, kept, tier)
    except Unreadable as error:
        graded = unread(str(error), bundle, tier)
    except Exception as error:  # of the grader or the disk: said, not kept; the class goes on
        graded = unread(f"The grader failed: {error!r}", bundle, tier)
    return {"file": file.name, **graded}


def _graded(file, bundle, kept, tier):
    data = file.read()
    path = kept / f"{_digest(data, bundle, tier)}.json"
    if path.is_file():
        return json.loads(path.read_text(encoding="utf-8"))
    graded = grade(data, bundle, tier=tier)
    if not PASSING.intersection(one["slip"] for one in graded["questions"].values()):
        write_whole(path, json.dumps(graded))
    return graded


def _digest(data, bundle, tier):
    about = json.dumps([bundle.about, tier, VERSION], sort_keys=True).encode()
    return hashlib.sha256(about + b"\0" + data).hexdigest()


def write_whole(path, text):
    """Write a file so that an interrupt leaves the whole of it or nothing."""
    new = path.with_suffix(f".{os.getpid()}-{threading.get_ident()}.new")
    new.write_text(text, encoding="utf-8")
    new.replace(path)
