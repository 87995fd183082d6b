"""The ledger: the one file that the course keeps on the student's machine.

The file is a list of entries in JSON, oldest first. An entry is an object, and its keys
tell what it is: an entry with the key "question" is a prediction. Nothing is sent
anywhere. If two lessons write at the same instant, one of the two entries is lost.
"""

import json
import os
from contextlib import suppress

from platformdirs import user_data_path

from ._require import path


def _file():
    """The path of the ledger, in BN_LAB_DATA or in the user's data folder.

    None if the path needs a home folder and none is known.
    """
    try:
        if chosen := os.environ.get("BN_LAB_DATA"):
            return path("BN_LAB_DATA", chosen) / "predictions.json"
        folder = user_data_path("batch-normalization-lab", appauthor=False).expanduser()
    except (RuntimeError, ValueError):
        return None
    return folder / "predictions.json"


FILE = _file()


def kept():
    """The entries so far, a list of dicts, oldest first; [] if there is no file.

    ValueError if the file cannot be read, or if it is not a list of JSON objects.
    """
    if FILE is None:
        return []
    try:
        entries = json.loads(FILE.read_text(encoding="utf-8-sig"))
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise ValueError(f"{FILE}: expected a readable file, got: {error.strerror}.") from None
    except (ValueError, RecursionError):
        entries = None
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise ValueError(f"{FILE}: expected a JSON list of objects, got other data. Move it away.")
    return entries


def keep(entry):
    """Add `entry`, a dict of JSON values, at the end of the file.

    Returns "", or one line that tells why the entry could not be added. A damaged file
    is not changed.
    """
    if FILE is None:
        return "No home folder is known. Set BN_LAB_DATA to a folder."
    new = FILE.with_suffix(f".{os.getpid()}")
    try:
        text = json.dumps([*kept(), entry], indent=1, ensure_ascii=False)
        FILE.parent.mkdir(parents=True, exist_ok=True)
        new.write_text(text + "\n", encoding="utf-8")
        os.replace(new, FILE)  # in one step: no reader sees half a file
    except OSError as error:
        with suppress(OSError):
            new.unlink()  # a full disk leaves a part of it
        return f"{FILE.parent}: {error.strerror}. Set BN_LAB_DATA to another folder."
    except ValueError as error:
        return str(error)
    return ""


def forget():
    """Delete the file, if there is one."""
    if FILE is not None:
        with suppress(FileNotFoundError, NotADirectoryError):
            FILE.unlink()
