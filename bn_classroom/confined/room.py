"""A room of its own for the runner where bubblewrap is not installed.

Namespaces for users, files, processes, network and the rest, and a root folder that is
built from nothing: a program that makes the room, then becomes the runner in it. See
the kernel's pages unshare(2), mount(2) and pivot_root(2).
"""

import ctypes
import json
import os
import sys

from .lockdown import LIBC, SET_DEATH_SIGNAL, called, prctl

FILES, CGROUP, NAME, IPC, USERS, PROCESSES, NETWORK = (
    0x00020000, 0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000,
)  # fmt: skip
READ_ONLY, NO_SUID, NO_DEVICES, NO_PROGRAMS, CHANGE = 1, 2, 4, 8, 32  # of mount
BIND, BELOW, PRIVATE, DETACH = 4096, 16384, 1 << 18, 2
PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}
SMALL = b"mode=755,size=1m"


def main():
    """Build the room that the arguments describe, and run their command in it."""
    asked = json.loads(sys.argv[2])
    _separate()
    prctl(SET_DEATH_SIGNAL, 9)
    _build(asked["bindings"], asked["hidden"])
    pid = os.fork()  # the first process of the new numbers: all others end with it
    if pid:
        os._exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) & 255)
    prctl(SET_DEATH_SIGNAL, 9)
    os.execv(asked["command"][0], asked["command"])


def _separate():
    """Leave the namespaces of the machine. Root needs none of users: see `tiers`."""
    user, group = os.geteuid(), os.getegid()
    parts = FILES | CGROUP | NAME | IPC | PROCESSES | NETWORK | (USERS if user else 0)
    _done(LIBC.unshare(parts), "unshare")
    if user:
        for name, text in (("setgroups", "deny"), ("uid_map", user), ("gid_map", group)):
            with open(f"/proc/self/{name}", "w", encoding="ascii") as file:
                file.write(text if text == "deny" else f"{text} {text} 1")


def _build(bindings, hidden):
    """The root folder, from folders and files of the old one, which is then let go."""
    _mount(None, "/", None, BELOW | PRIVATE)
    _mount("room", "/tmp", "tmpfs", NO_SUID | NO_DEVICES, SMALL)
    os.mkdir("/tmp/old")
    os.mkdir("/tmp/new", 0o755)
    _turn("/tmp", "/tmp/old")
    _mount("room", "/new", "tmpfs", NO_SUID | NO_DEVICES, SMALL)
    for source, place in bindings:
        _bind(f"/old{source}", f"/new{place}")
    for place in hidden:
        _mount("room", f"/new{place}", "tmpfs", READ_ONLY | NO_SUID | NO_DEVICES, SMALL)
    _mount(None, "/new", None, CHANGE | BIND | READ_ONLY | NO_SUID | NO_DEVICES)
    os.chdir("/new")
    _done(LIBC.umount2(b"/old", DETACH), "umount")
    _turn(".", ".")
    _done(LIBC.umount2(b".", DETACH), "umount")
    os.chdir("/")


def _bind(source, place):
    """Show a folder or a file at another place, to be read only."""
    folder = place if os.path.isdir(source) else os.path.dirname(place)
    os.makedirs(folder, 0o755, exist_ok=True)
    if folder != place:
        os.close(os.open(place, os.O_CREAT | os.O_WRONLY, 0o644))
    _mount(source, place, None, BIND | BELOW)
    kept = os.statvfs(place).f_flag & NO_PROGRAMS  # what is locked cannot be taken away
    _mount(None, place, None, CHANGE | BIND | READ_ONLY | NO_SUID | NO_DEVICES | kept)


def _turn(new, old):
    """Make `new` the root folder; the one before is at `old`."""
    number = PIVOT_ROOT[os.uname().machine]
    called(number, os.fsencode(new), os.fsencode(old))
    if new != ".":
        os.chdir("/")


def _mount(source, place, kind, how, options=None):
    names = (name if name is None else os.fsencode(name) for name in (source, place, kind))
    _done(LIBC.mount(*names, ctypes.c_ulong(how), options), f"mount {place}")


def _done(result, what):
    if result < 0:
        raise OSError(f"{what} was refused")
