"""What a process gives up for good, before a student's code runs in it.

Limits, Landlock (files) and a seccomp filter (calls to the kernel), through ctypes: no
library, no root. See the kernel's pages landlock(7), seccomp(2) and capabilities(7).
"""

import ctypes
import errno
import math
import os
import resource
import struct
from contextlib import suppress

from .syscalls import ABSENT, ARGUMENTS, allowed, architecture

LIBC = ctypes.CDLL(None, use_errno=True)
NOBODY = 65534
SET_DEATH_SIGNAL, SET_DUMPABLE, SET_SECCOMP, SET_NO_NEW_PRIVS = 1, 4, 22, 38  # of prctl
DROP_BOUNDING = 24
CREATE_RULESET, ADD_RULE, RESTRICT_SELF, CAPSET = 444, 445, 446, {"x86_64": 126, "aarch64": 91}
READ_FILE, READ_DIR = 4, 8  # rights of Landlock
KILL, ERRNO, ALLOW = 0x80000000, 0x00050000, 0x7FFF0000  # answers of a filter
LOAD, EQUAL, AT_LEAST, ANSWER = 0x20, 0x15, 0x35, 0x06  # its instructions


def called(number, *arguments):
    """Result of a call to the kernel; OSError if it was refused."""
    result = LIBC.syscall(ctypes.c_long(number), *arguments)
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def prctl(option, *values):
    """One setting of this process; OSError if it was refused."""
    rest = (*values, 0, 0, 0, 0)[:4]
    if LIBC.prctl(option, *map(ctypes.c_ulong, rest)) < 0:
        raise OSError(ctypes.get_errno(), f"prctl {option}")


def keep_alone():
    """No core file, no other process looks into this one, it dies with its parent."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    prctl(SET_NO_NEW_PRIVS, 1)
    prctl(SET_DUMPABLE, 0)
    prctl(SET_DEATH_SIGNAL, 9)


def drop_root(needed):
    """Become nobody. Stay root without its powers where nobody cannot read `needed`.

    A Python of root may lie in a folder that only root can enter. What is left of root
    then is the right to root's files, which Landlock takes.
    """
    if os.geteuid() != 0:
        return
    for capability in range(64):
        with suppress(OSError):
            prctl(DROP_BOUNDING, capability)
    with suppress(OSError):
        os.setgroups([])
    if _nobody_reads(needed):
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
    header = struct.pack("<Ii", 0x20080522, 0)  # version 3, this process
    called(CAPSET[os.uname().machine], header, bytes(24))


def _nobody_reads(folders):
    try:
        os.seteuid(NOBODY)  # refused in a container that has no such user
        for folder in folders:
            os.listdir(folder)
        return True
    except OSError:
        return False
    finally:
        os.seteuid(0)


def limit(memory, cpu):
    """At most `memory` bytes and `cpu` seconds, no file written, no further process.

    The runner counts CPU exactly and comes first. The kernel counts by ticks, which on
    a busy machine can be too many, so its limit is a little later.
    """
    limits = {
        "AS": memory,
        "CPU": math.ceil(cpu) + 2,
        "FSIZE": 0,
        "CORE": 0,
        "NOFILE": 64,
        "NPROC": 0,
    }
    for name, value in limits.items():
        with suppress(ValueError, OSError, AttributeError):  # an older, lower limit stays
            resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (value, value))


def landlock_version():
    """The version that the kernel speaks; 0 if it has none."""
    try:
        return called(CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(1))
    except OSError:
        return 0


def restrict_files(readable, listed):
    """Nothing is opened but what lies below `readable`, and that is read only.

    Names of files below the folder `listed` can be seen, which an import needs. No TCP,
    and no signal to a process that was there before, where the kernel can.
    Returns whether the kernel has Landlock.
    """
    version = landlock_version()
    if not version:
        return False
    files = 1 << min(13 + (version >= 2) + (version >= 3) + (version >= 5), 16)
    ruleset = _ruleset(version, files - 1)
    for path in readable:
        _allow(ruleset, path, READ_FILE | (READ_DIR if os.path.isdir(path) else 0))
    _allow(ruleset, listed, READ_DIR)
    _restrict(ruleset)
    return True


def restrict_signals():
    """No signal to a process that was there before, and no look into one."""
    if (version := landlock_version()) >= 6:
        _restrict(_ruleset(version, 0))


def _ruleset(version, files):
    rights = struct.pack("<QQQ", files, 3 * (version >= 4), 3 * (version >= 6))
    size = ctypes.c_size_t(8 + 8 * (version >= 4) + 8 * (version >= 6))
    return called(CREATE_RULESET, rights, size, ctypes.c_uint32(0))


def _restrict(ruleset):
    called(RESTRICT_SELF, ctypes.c_int(ruleset), ctypes.c_uint32(0))
    os.close(ruleset)


def _allow(ruleset, path, rights):
    with suppress(FileNotFoundError):
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
        rule = struct.pack("<Qi", rights, place)
        called(ADD_RULE, ctypes.c_int(ruleset), ctypes.c_int(1), rule, ctypes.c_uint32(0))
        os.close(place)


def filter_calls():
    """From now on the kernel refuses every call that computing does not need."""
    program = filter_program()
    code = ctypes.create_string_buffer(b"".join(program))
    address = struct.pack("@HP", len(program), ctypes.addressof(code))
    held = ctypes.create_string_buffer(address)
    prctl(SET_SECCOMP, 2, ctypes.addressof(held))


def filter_program():
    """The filter, one instruction a row: the list of allowed calls, then a refusal."""
    audit, numbers = architecture()
    refused = _instruction(ANSWER, ERRNO | errno.EPERM)
    program = [
        _instruction(LOAD, 4),  # the architecture: numbers of another mean other calls
        _instruction(EQUAL, audit, 1, 0),
        _instruction(ANSWER, KILL),
        _instruction(LOAD, 0),  # the number of the call
        _instruction(AT_LEAST, 0x40000000, 0, 1),  # x32, a second set of numbers
        _instruction(ANSWER, KILL),
    ]
    for name in allowed():
        if name in numbers:
            program += _case(numbers[name], [_instruction(ANSWER, ALLOW)])
    for name, (place, values) in ARGUMENTS.items():
        tests = [_instruction(LOAD, 16 + 8 * place)]
        for value in values:
            tests += _case(value, [_instruction(ANSWER, ALLOW)])
        program += _case(numbers[name], [*tests, refused])
    for name in ABSENT:
        program += _case(numbers[name], [_instruction(ANSWER, ERRNO | errno.ENOSYS)])
    return [*program, refused]


def _case(value, then):
    """Run `then` if the loaded value is this one; go on behind it otherwise."""
    return [_instruction(EQUAL, value, 0, len(then)), *then]


def _instruction(code, value, if_true=0, if_false=0):
    return struct.pack("<HBBI", code, if_true, if_false, value)
