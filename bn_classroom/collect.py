"""All submissions of a class: from a folder or an archive to one row for each file."""

import hashlib
import json
import os
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from tqdm import tqdm

from .grade import VERSION, grade
from .reading import LARGEST

SKIPPED = {".ipynb_checkpoints", "__MACOSX", ".git"}
MEMBERS = 20  # files that are read of an archive that a student hands in


class File(NamedTuple):
    """name: where it stands. read: () -> at most LARGEST + 1 bytes."""

    name: str
    read: object


def files(path):
    """The Files in a folder or an archive, in order; nothing is unpacked to the disk.

    Links are not followed. ValueError if the path is neither folder nor archive.
    """
    path = Path(path)
    if path.is_dir():
        found = sorted(p for p in path.rglob("*") if not SKIPPED.intersection(p.parts))
        return [
            file
            for p in found
            if not p.name.startswith(".") and (p.is_symlink() or p.is_file())
            for file in _file(p, p.relative_to(path).as_posix())
        ]
    if path.is_file() and zipfile.is_zipfile(path):
        return _members(path, path.name, 100_000)
    raise ValueError(f"files: expected a folder or a zip archive, got {path}")


def _file(path, name):
    if path.is_symlink():
        return [File(name, lambda: b"")]
    if path.suffix.lower() == ".zip" and zipfile.is_zipfile(path):
        return _members(path, name, MEMBERS)
    return [File(name, lambda: _start_of(path.open("rb")))]


def _start_of(stream):
    with stream:
        return stream.read(LARGEST + 1)


def _members(path, name, most):
    """The files in an archive; one File with nothing in it if it cannot be read."""
    try:
        with zipfile.ZipFile(path) as archive:
            inside = [i for i in archive.infolist() if not i.is_dir()][:most]
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return [File(name, lambda: b"")]

    def read(info):
        try:
            with zipfile.ZipFile(path) as archive:
                return _start_of(archive.open(info))
        except Exception:  # damaged, encrypted, of an unknown kind: as if it were empty
            return b""

    return [File(f"{name}/{info.filename}", lambda info=info: read(info)) for info in inside]


def grade_all(path, bundle, out, *, tier, workers=None):
    """A row for each file: its name and what `grade` gave, in the order of the names.

    Rows are kept in `out`/graded: what was graded by the same bundle is not run again.
    """
    kept = Path(out) / "graded"
    kept.mkdir(parents=True, exist_ok=True)
    found = files(path)
    workers = workers or len(os.sched_getaffinity(0))
    with ThreadPoolExecutor(workers) as pool:
        rows = pool.map(lambda file: _row(file, bundle, kept, tier), found)
        return list(tqdm(rows, total=len(found), unit="file", disable=None))


def _row(file, bundle, kept, tier):
    try:
        data = file.read()
        path = kept / f"{_digest(data, bundle, tier)}.json"
        if path.is_file():
            graded = json.loads(path.read_text(encoding="utf-8"))
        else:
            graded = grade(data, bundle, tier=tier)
            _write_whole(path, json.dumps(graded))
    except Exception as error:  # of the grader or the disk: said, not kept, and the class goes on
        graded = {"student": "", "status": f"The grader failed: {error!r}", "notes": []}
        graded |= {"points": 0, "tier": tier, "questions": {}}
    return {"file": file.name, **graded}


def _digest(data, bundle, tier):
    about = json.dumps([bundle.about, tier, VERSION], sort_keys=True).encode()
    return hashlib.sha256(about + b"\0" + data).hexdigest()


def _write_whole(path, text):
    """Write a file so that an interrupt leaves the whole of it or nothing."""
    new = path.with_suffix(f".{os.getpid()}.new")
    new.write_text(text, encoding="utf-8")
    new.replace(path)
