"""How the confined process is started: what it can see, and with which walls.

Tier A is namespaces, and a root folder that is built from nothing: by bubblewrap, or by
`confined.room` where that is not installed. Tier B
starts plainly: Landlock and a seccomp filter are put up from within, without root. ""
has no walls. In all of them the process gives up its rights by itself (`lockdown`).
"""

import compileall
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import sysconfig
from functools import cache
from pathlib import Path

import numpy as np

PASSED_ON = ("OPENBLAS_CORETYPE", "NPY_DISABLE_CPU_FEATURES")  # what tests of numbers set
CHECKING = ("calling.py", "errors.py")
OTHERS = ("site-packages", "dist-packages")  # packages in the folder of the library
START = "import sys; sys.path.insert(0, sys.argv[1]); from confined.{} import main; main()"

# Prints the shared libraries that NumPy and the modules of the library load.
LIBRARIES = """
import ctypes, glob, json, os, sys
sys.path.append(sys.argv[1])
import numpy, numpy.linalg, numpy.fft, numpy.random
for path in glob.glob(os.path.join(sys.argv[2], "*.so")):
    name = os.path.basename(path).split(".")[0]
    if not name.startswith(("_test", "_ctypes_test", "_tkinter", "_curses", "readline", "xx")):
        try:
            __import__(name)
        except Exception:
            pass
names = set()
class Info(ctypes.Structure):
    _fields_ = [("address", ctypes.c_void_p), ("name", ctypes.c_char_p)]
@ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(Info), ctypes.c_size_t, ctypes.c_void_p)
def keep(info, size, data):
    names.add(os.path.normpath(os.fsdecode(info.contents.name or b"")))
    return 0
ctypes.CDLL(None).dl_iterate_phdr(keep, None)
print(json.dumps(sorted(name for name in names if name.startswith("/"))))
"""


def command(tier, limits):
    """The arguments of the process that runs `confined.runner` in a tier."""
    _compile()
    places = _places() if tier == "A" else _own_places()
    config = {key: str(places[key]) for key in ("packages", "checks", "library")}
    config |= {"tier": tier, "readable": _readable(tier)}
    config |= {key: getattr(limits, key) for key in ("memory", "cpu", "wall", "output")}
    python = [str(places["python"]), "-I", "-S", "-B", "-X", "utf8", "-c"]
    inside = [*python, START.format("runner"), str(places["code"]), json.dumps(config)]
    if tier != "A":
        return inside
    return [*_bubblewrap(), *inside] if shutil.which("bwrap") else _room(inside)


@cache
def _compile():
    """Write bytecode as an import would: else each process compiles, for 15 ms."""
    own = _own_places()
    sources = [*(own["code"] / "confined").glob("*.py"), *(own["checks"] / n for n in CHECKING)]
    if not sys.dont_write_bytecode:
        for path in sources:
            compileall.compile_file(path, quiet=2)


def environment():
    """One thread for each product, and nothing of this process's environment."""
    kept = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    return {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", **kept}


def _own_places():
    return {
        "python": Path(getattr(sys, "_base_executable", sys.executable)).resolve(),
        "library": Path(sysconfig.get_path("stdlib")).resolve(),
        "packages": Path(np.__file__).resolve().parent.parent,
        "checks": _helpers() / "checks",
        "code": Path(__file__).resolve().parent,
    }


def _helpers():
    """The folder of bn_helpers, which need not be imported for that."""
    return Path(importlib.util.find_spec("bn_helpers").origin).resolve().parent


def _places():
    """The same in the root of tier A: neutral names, that anybody can enter."""
    own, base = _own_places(), Path(sysconfig.get_config_var("installed_base")).resolve()
    library = own["library"]
    inside = library.relative_to(base) if library.is_relative_to(base) else library.name
    return {
        "python": Path("/python/bin") / own["python"].name,
        "library": Path("/python") / inside,
        "packages": Path("/packages"),
        "checks": Path("/code/checks"),
        "code": Path("/code"),
    }


def _numpy(packages):
    """The folders of NumPy: itself, and its libraries if they have one."""
    return [packages / name for name in ("numpy", "numpy.libs") if (packages / name).is_dir()]


@cache
def _readable(tier):
    """What Landlock lets a student's code read."""
    if tier == "A":
        return ["/"]  # there is nothing else in it
    own = _own_places()
    modules = [path for path in own["library"].iterdir() if path.name not in OTHERS]
    return list(map(str, [*sorted(modules), *_numpy(own["packages"]), *_libraries()]))


@cache
def _libraries():
    """The shared libraries outside of Python's and NumPy's folders."""
    own = _own_places()
    folders = [str(own["packages"]), str(own["library"] / "lib-dynload")]
    ask = [str(own["python"]), "-I", "-S", "-B", "-c", LIBRARIES, *folders]
    said = subprocess.run(ask, env=environment(), capture_output=True, check=True, timeout=60)
    return [name for name in json.loads(said.stdout) if not name.startswith(tuple(folders))]


@cache
def _bubblewrap():
    """The arguments of bubblewrap, in the order in which it builds the root folder.

    Root keeps two capabilities, with which the runner becomes nobody. A namespace of
    users would not help root: in it there is nobody else to become.
    """
    root = os.geteuid() == 0
    walls = ["pid", "net", "ipc", "uts", "cgroup-try", *([] if root else ["user"])]
    kept = ["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"] if root else []
    bindings = _bindings()
    parents = {p for _, place in bindings for p in Path(place).parents if p != Path("/")}
    hidden = _hidden()
    return [
        "bwrap",
        *(f"--unshare-{wall}" for wall in walls),
        *("--die-with-parent", "--new-session", "--cap-drop", "ALL", *kept),
        *(a for p in sorted(parents) for a in ("--perms", "0755", "--dir", str(p))),
        *(a for source, place in bindings for a in ("--ro-bind", str(source), str(place))),
        *(a for p in hidden for a in ("--perms", "0555", "--tmpfs", str(p))),
        *(a for p in [*hidden, Path("/")] for a in ("--remount-ro", str(p))),
        *("--chdir", "/", "--"),
    ]


def _room(inside):
    """The arguments of the program that does without bubblewrap what that does."""
    own = _own_places()
    asked = {
        "bindings": [(os.path.realpath(source), str(place)) for source, place in _bindings()],
        "hidden": list(map(str, _hidden())),
        "command": inside,
    }
    start = [str(own["python"]), "-I", "-S", "-B", "-c", START.format("room")]
    return [*start, str(own["code"]), json.dumps(asked)]


def _hidden():
    """Folders of other packages, inside of the library, that are covered."""
    folders = [_own_places()["library"] / name for name in OTHERS]
    return [_places()["library"] / path.name for path in folders if path.is_dir()]


def _bindings():
    """(source, place) of all that is in the root folder."""
    own, places = _own_places(), _places()
    folders = [(path, places["packages"] / path.name) for path in _numpy(own["packages"])]
    sources = [Path(name) for name in CHECKING]
    sources += [Path(importlib.util.cache_from_source(name)) for name in CHECKING]
    checking = [
        (own["checks"] / name, places["checks"] / name)
        for name in sources
        if (own["checks"] / name).exists()
    ]
    libraries = [(os.path.realpath(name), name) for name in _libraries()]
    return [
        (own["library"], places["library"]),
        *folders,
        *libraries,
        (own["python"], places["python"]),
        (own["code"] / "confined", places["code"] / "confined"),
        *checking,
    ]
