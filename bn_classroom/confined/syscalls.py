"""The calls to the kernel that Python and NumPy need while they compute: no others.

The list names what is allowed, so that what a later kernel adds is refused as well.
"""

import os

COMPUTING = """
read write close fstat newfstatat stat lstat statx lseek pread64 readv writev
open openat readlink readlinkat access faccessat faccessat2 getcwd getdents64
mmap munmap mprotect mremap brk madvise
rt_sigaction rt_sigprocmask rt_sigreturn sigaltstack restart_syscall
getpid gettid getppid getuid geteuid getgid getegid uname sysinfo
clock_gettime clock_getres clock_nanosleep nanosleep gettimeofday time times
getrusage getrlimit getrandom getcpu sched_yield sched_getaffinity
futex set_robust_list rseq poll ppoll select pselect6
dup dup2 dup3 exit exit_group
"""

# A call that is allowed with some values of one argument: name -> (its place, values).
# Other commands of fcntl send signals and lock files; prlimit64 reaches other
# processes.
ARGUMENTS = {"fcntl": (1, (0, 1, 2, 3, 1030)), "prlimit64": (0, (0,))}
ABSENT = ["clone3"]  # answered as if the kernel had none: the C library then uses clone

X86_64 = """
read 0 write 1 open 2 close 3 stat 4 fstat 5 lstat 6 poll 7 lseek 8 mmap 9 mprotect 10
munmap 11 brk 12 rt_sigaction 13 rt_sigprocmask 14 rt_sigreturn 15 pread64 17 readv 19
writev 20 access 21 select 23 sched_yield 24 mremap 25 madvise 28 dup 32 dup2 33
nanosleep 35 getpid 39 exit 60 uname 63 fcntl 72 getcwd 79 readlink 89 gettimeofday 96
getrlimit 97 getrusage 98 sysinfo 99 times 100 getuid 102 getgid 104 geteuid 107
getegid 108 getppid 110 sigaltstack 131 gettid 186 time 201 futex 202
sched_getaffinity 204 getdents64 217 restart_syscall 219 clock_gettime 228
clock_getres 229 clock_nanosleep 230 exit_group 231 openat 257 newfstatat 262
readlinkat 267 faccessat 269 pselect6 270 ppoll 271 set_robust_list 273 dup3 292
prlimit64 302 getcpu 309 getrandom 318 statx 332 rseq 334 clone3 435 faccessat2 439
"""

AARCH64 = """
getcwd 17 dup 23 dup3 24 fcntl 25 faccessat 48 openat 56 close 57 getdents64 61 lseek 62
read 63 write 64 readv 65 writev 66 pread64 67 pselect6 72 ppoll 73 readlinkat 78
newfstatat 79 fstat 80 exit 93 exit_group 94 futex 98 set_robust_list 99 nanosleep 101
clock_gettime 113 clock_getres 114 clock_nanosleep 115 sched_getaffinity 123
sched_yield 124 restart_syscall 128 sigaltstack 132 rt_sigaction 134 rt_sigprocmask 135
rt_sigreturn 139 times 153 uname 160 getrlimit 163 getrusage 165 getcpu 168
gettimeofday 169 getpid 172 getppid 173 getuid 174 geteuid 175 getgid 176 getegid 177
gettid 178 sysinfo 179 brk 214 munmap 215 mremap 216 mmap 222 mprotect 226 madvise 233
prlimit64 261 getrandom 278 statx 291 rseq 293 clone3 435 faccessat2 439
"""

# The kernel's name of the architecture (AUDIT_ARCH_...) and its numbers.
ARCHITECTURES = {"x86_64": (0xC000003E, X86_64), "aarch64": (0xC00000B7, AARCH64)}


def architecture():
    """(the kernel's name, {call: number}); LookupError where no table is known."""
    audit, table = ARCHITECTURES[os.uname().machine]
    words = table.split()
    return audit, dict(zip(words[::2], map(int, words[1::2])))


def allowed():
    """The names of the calls that are allowed whatever their arguments."""
    return COMPUTING.split()
