"""Cells of students who attack the grader: each defines `one(x)`, which is then asked.

REFUSED: each attempt of `tried` fails. TROUBLE: the question ends in one of the named
troubles. HARMLESS: they change what they can reach, and gain nothing. SECRET and
TRUSTED stand for the path of a file beside the bundle and the trusted process.
"""

HEAD = """
import ctypes, gc, os, signal, socket, struct, subprocess, sys, threading, time
import numpy as np
LIBC = ctypes.CDLL(None, use_errno=True)

def libc(name, *arguments):
    LIBC.syscall.restype = ctypes.c_long
    done = getattr(LIBC, name)(*arguments)
    if done == -1:
        raise OSError(ctypes.get_errno(), name)
    return done

def number(x86, arm):
    return x86 if os.uname().machine == "x86_64" else arm

def tried(*attempts):
    got = []
    for attempt in attempts:
        try:
            attempt()
        except (OSError, RuntimeError, subprocess.SubprocessError):
            got.append(1.0)
        else:
            got.append(0.0)
    return np.array(got)

def no(*found):
    if not any(found):
        raise OSError("nothing was found")
"""

REFUSED = {
    "reads the secret": """
def one(x):
    return tried(
        lambda: open("SECRET").read(),
        lambda: os.open("SECRET", os.O_RDONLY),
        lambda: np.fromfile("SECRET", np.uint8),
        lambda: np.memmap("SECRET"),
        lambda: open(os.path.relpath("SECRET")),
        lambda: libc("open", b"SECRET", 0),
        lambda: open("/etc/passwd").read(),
        lambda: open("/etc/shadow").read(),
    )""",
    "lists folders": """
def one(x):
    def names(folder):
        found = set(os.listdir(folder)) - {"python", "packages", "code", "lib", "lib64"}
        no(found - {"usr", "root", "tmp"} if folder == "/" else found)
    folder = os.path.dirname("SECRET")
    return tried(
        lambda: os.listdir(folder),
        lambda: list(os.scandir(os.path.dirname(folder))),
        lambda: names("/"),
        lambda: os.listdir("/home"),
        lambda: os.listdir("/proc"),
        lambda: os.listdir("/etc"),
        lambda: os.chdir(folder),
    )""",
    "writes": """
def one(x):
    folder = os.path.dirname("SECRET")
    library = os.path.dirname(os.__file__)
    made = lambda path: open(path, "w").write("here")
    return tried(
        lambda: made("SECRET"),
        lambda: made(folder + "/new"),
        lambda: made("/tmp/new"),
        lambda: made("/new"),
        lambda: made(library + "/new.py"),
        lambda: made(np.__file__),
        lambda: open(np.__file__, "a"),
        lambda: open(np.__file__, "r+"),
        lambda: os.mkdir(library + "/new"),
        lambda: os.mkdir("/new"),
        lambda: made(library + "/site-packages/new.py"),
    )""",
    "deletes and changes": """
def one(x):
    return tried(
        lambda: os.remove("SECRET"),
        lambda: os.truncate("SECRET", 0),
        lambda: os.rename("SECRET", "SECRET.gone"),
        lambda: os.chmod("SECRET", 0),
        lambda: os.utime("SECRET", (0, 0)),
        lambda: os.symlink("SECRET", "/tmp/link"),
        lambda: os.link("SECRET", "/tmp/link"),
        lambda: os.remove(np.__file__),
        lambda: os.chmod(np.__file__, 0o777),
        lambda: os.mkfifo("/tmp/fifo"),
        lambda: os.setxattr("SECRET", "user.x", b"1"),
        lambda: os.statvfs("/"),
    )""",
    "environment and words of start": """
def one(x):
    said = " ".join([*os.environ, *os.environ.values(), *sys.argv, *sys.orig_argv])
    return tried(
        lambda: no("BN_SECRET" in said, "12345678" in said, "SECRET" in said),
        lambda: open("/proc/self/environ").read(),
        lambda: open("/proc/TRUSTED/environ").read(),
        lambda: open(f"/proc/{os.getppid()}/environ").read(),
        lambda: open(f"/proc/{os.getppid()}/cmdline").read(),
    )""",
    "memory of others": """
def one(x):
    def peek(pid):
        out = ctypes.create_string_buffer(8)
        here = struct.pack("@PN", ctypes.addressof(out), 8)
        libc("process_vm_readv", pid, here, 1, struct.pack("@PN", id(x), 8), 1, 0)
    return tried(
        lambda: open(f"/proc/{os.getppid()}/mem", "rb"),
        lambda: open("/proc/TRUSTED/mem", "rb"),
        lambda: open("/proc/self/mem", "rb"),
        lambda: open("/proc/self/maps"),
        lambda: open("/dev/mem", "rb"),
        lambda: peek(os.getppid()),
        lambda: peek(TRUSTED),
        lambda: libc("ptrace", 16, os.getppid(), 0, 0),
        lambda: libc("ptrace", 0x4206, TRUSTED, 0, 0),
        lambda: libc("ptrace", 0, 0, 0, 0),
    )""",
    "network": """
def one(x):
    return tried(
        lambda: socket.socket(),
        lambda: socket.create_connection(("127.0.0.1", 22), 1),
        lambda: socket.create_connection(("192.0.2.1", 80), 1),
        lambda: socket.getaddrinfo("example.org", 80),
        lambda: socket.gethostbyname("example.org"),
        lambda: socket.socket(socket.AF_UNIX),
        lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW),
        lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM),
        lambda: socket.socketpair(),
        lambda: __import__("urllib.request").request.urlopen("http://192.0.2.1", timeout=1),
    )""",
    "other programs": """
def one(x):
    return tried(
        lambda: subprocess.run(["/bin/true"]),
        lambda: subprocess.run([sys.executable, "-c", ""]),
        lambda: no(os.system("true") == 0),
        lambda: os.popen("true").read(),
        lambda: os.execv(sys.executable, [sys.executable]),
        lambda: os.execv("/bin/sh", ["sh"]),
        lambda: os.posix_spawn("/bin/true", ["true"], {}),
        lambda: libc("execve", b"/bin/true", None, None),
        lambda: libc("syscall", number(322, 281), -100, b"/bin/true", None, None, 0),
        lambda: no(LIBC.system(b"true") == 0),
    )""",
    "fork bomb": """
def one(x):
    def bomb():
        while True:
            os.fork()
    return tried(
        bomb,
        os.forkpty,
        lambda: libc("fork"),
        lambda: libc("vfork"),
        lambda: libc("syscall", number(56, 220), 17, 0, 0, 0, 0),
        lambda: libc("syscall", 435, ctypes.create_string_buffer(88), 88),
        lambda: __import__("multiprocessing").Process(target=int).start(),
    )""",
    "thread bomb": """
def one(x):
    def bomb():
        for _ in range(1000):
            threading.Thread(target=time.sleep, args=(9,), daemon=True).start()
    return tried(bomb)""",
    "kills": """
def one(x):
    return tried(
        lambda: os.kill(os.getppid(), signal.SIGKILL),
        lambda: os.kill(TRUSTED, signal.SIGKILL),
        lambda: os.kill(1, signal.SIGTERM),
        lambda: os.kill(-1, signal.SIGKILL),
        lambda: os.kill(0, signal.SIGKILL),
        lambda: os.killpg(os.getpgid(0), signal.SIGKILL),
        lambda: libc("syscall", number(200, 130), os.getppid(), 9),
        lambda: libc("syscall", number(234, 131), os.getppid(), os.getppid(), 9),
        lambda: libc("syscall", 434, os.getppid(), 0),
        lambda: libc("syscall", number(129, 138), os.getppid(), 9, bytes(128)),
        lambda: os.setpgid(0, 0),
        lambda: os.setsid(),
    )""",
    "limits and powers": """
def one(x):
    import resource
    return tried(
        lambda: resource.prlimit(os.getppid(), resource.RLIMIT_CPU, (1, 1)),
        lambda: resource.prlimit(TRUSTED, resource.RLIMIT_AS, (1, 1)),
        lambda: libc("setrlimit", resource.RLIMIT_AS, struct.pack("QQ", 1 << 40, 1 << 40)),
        lambda: libc("prlimit", 0, resource.RLIMIT_CPU, struct.pack("QQ", 99, 99), None),
        lambda: libc("prctl", 1, 0, 0, 0, 0),
        lambda: libc("prctl", 4, 1, 0, 0, 0),
        lambda: libc("prctl", 22, 0, 0, 0, 0),
        lambda: os.setuid(0),
        lambda: os.setresuid(0, 0, 0),
        lambda: os.setgroups([0]),
        lambda: os.nice(-5),
        lambda: os.sched_setaffinity(os.getppid(), {0}),
        lambda: signal.setitimer(signal.ITIMER_REAL, 100),
        lambda: libc("unshare", 0x10000000),
        lambda: libc("setns", 0, 0),
        lambda: libc("mount", b"none", b"/tmp", b"tmpfs", 0, None),
        lambda: libc("chroot", b"/"),
        lambda: libc("sethostname", b"x", 1),
        lambda: libc("reboot", 0),
    )""",
    "odd corners of the kernel": """
def one(x):
    calls = {
        "io_uring_setup": (425, 425), "bpf": (321, 280), "perf_event_open": (298, 241),
        "keyctl": (250, 219), "add_key": (248, 217), "userfaultfd": (323, 282),
        "memfd_create": (319, 279), "shmget": (29, 194), "msgget": (68, 186),
        "mq_open": (240, 180), "inotify_init1": (294, 26), "fanotify_init": (300, 262),
        "splice": (275, 76), "vmsplice": (278, 75), "pidfd_getfd": (438, 438),
        "open_by_handle_at": (304, 265), "process_madvise": (440, 440), "kcmp": (312, 272),
        "pipe2": (293, 59), "eventfd2": (290, 19), "timer_create": (222, 107),
        "seccomp": (317, 277), "landlock_create_ruleset": (444, 444), "ioctl": (16, 29),
        "personality": (135, 92), "acct": (163, 89), "swapon": (167, 224),
        "init_module": (175, 105), "openat2": (437, 437), "flock": (73, 32),
        "fallocate": (285, 47), "mknodat": (259, 33), "kexec_load": (246, 104),
    }
    big = ctypes.create_string_buffer(4096)
    attempts = [
        lambda n=number(*both): libc("syscall", n, big, big, big, big, big)
        for both in calls.values()
    ]
    import fcntl
    return tried(
        *attempts,
        lambda: fcntl.fcntl(3, fcntl.F_SETOWN, os.getppid()),
        lambda: fcntl.fcntl(3, 10, signal.SIGKILL),
        lambda: fcntl.fcntl(0, fcntl.F_SETFL, os.O_NONBLOCK),
        lambda: fcntl.lockf(open(np.__file__), fcntl.LOCK_SH),
    )""",
    "every other call": """
def one(x):
    known = sys.modules["confined.syscalls"].architecture()[1].values()
    numbers = set(range(470)) - set(known) - {335, 336}  # those two end who calls them
    return tried(*(lambda n=n: libc("syscall", n, -1, 0, 0, 0, 0, 0) for n in numbers))""",
    "open files": """
def one(x):
    def reads(file):
        no(os.read(file, 10))
    return tried(
        *(lambda file=file: reads(file) for file in (0, 3)),
        *(lambda file=file: os.fstat(file) for file in range(4, 64)),
        lambda: os.listdir("/proc/self/fd"),
        lambda: os.listdir("/dev/fd"),
    )""",
    "other questions": """
def one(x):
    import inspect
    mark = 4321 + 1 / 16  # an input of the other questions
    frames, seen, texts = sys._getframe(), [], []
    while frames:
        seen += [frames.f_locals, frames.f_globals]
        frames = frames.f_back
    def found(value):
        if isinstance(value, np.ndarray):
            return bool((value == mark).any())
        text = repr(value) if isinstance(value, (str, bytes)) else ""
        return str(mark) in text or mark.hex() in text
    things = [v for names in seen[2:] for v in list(names.values())]
    for held in gc.get_objects():
        if isinstance(held, (list, tuple, dict)) and held is not things:
            things += held.values() if isinstance(held, dict) else held
    return tried(lambda: no(*map(found, things)))
""",
}

TROUBLE = {
    "leaves": ({"died"}, "def one(x):\n    os._exit(0)"),
    "leaves at once": ({"died"}, "os._exit(0)\ndef one(x):\n    return x"),
    "raises SystemExit": ({"raised"}, "def one(x):\n    sys.exit(0)"),
    "segfault": ({"died"}, "def one(x):\n    ctypes.string_at(8)"),
    "aborts": ({"died"}, "def one(x):\n    os.abort()"),
    "endless loop": ({"too-long"}, "def one(x):\n    while True:\n        pass"),
    "endless sleep": ({"too-long"}, "def one(x):\n    time.sleep(10000)"),
    "endless loop in C": ({"too-long"}, "def one(x):\n    return sum(iter(int, 1))"),
    "endless at once": ({"too-long"}, "while True:\n    pass\ndef one(x):\n    return x"),
    "swallows what stops it": (
        {"too-long"},
        """
def one(x):
    for number in range(1, 32):
        try:
            signal.signal(number, lambda *_: None)
        except (OSError, ValueError):
            pass
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass""",
    ),
    "memory": ({"too-large"}, "def one(x):\n    return np.ones((40000, 40000))"),
    # Zeros that nobody has written to cost no time, so memory ends first.
    "memory in a list": (
        {"too-large", "died"},
        "def one(x):\n    held = []\n    while True:\n        held.append(np.zeros(1 << 20))",
    ),
    "mapped memory": (
        {"raised", "too-large"},
        "def one(x):\n    import mmap\n    return np.frombuffer(mmap.mmap(-1, 1 << 34))",
    ),
    "huge result": ({"too-large"}, "def one(x):\n    return np.ones((500, 1000))"),
    "huge result without values": (
        {"too-large", "not-a-number"},
        "def one(x):\n    return np.broadcast_to(1.0, (10**5, 10**5))",
    ),
    "empty result of a huge shape": (
        {"died"},
        "def one(x):\n    return np.ones((0, 10**12))",
    ),
    "floods the pipe": (
        {"too-large"},
        "def one(x):\n    while True:\n        os.write(3, b'[' * 65536)",
    ),
    "speaks nonsense": ({"died"}, "def one(x):\n    os.write(3, b'\\xff\\n{')\n    os._exit(0)"),
    "speaks brackets": (
        {"died"},
        "def one(x):\n    os.write(3, b'[' * 60000)\n    os._exit(0)",
    ),
    "forges a trouble": (
        {"died"},
        """
def one(x):
    os.write(3, b'{"trouble": ["<script>", "=cmd()"]}')
    os._exit(0)""",
    ),
    "forges numbers": (
        {"died"},
        """
def one(x):
    array = '{"shape": [1e9], "dtype": "object", "values": ["__import__"]}'
    row = '{"results": [%s], "trouble": null, "came": "", "kept": true, "printed": ""}' % array
    os.write(3, ('{"reports": [%s, %s]}' % (row, row)).encode())
    os._exit(0)""",
    ),
    "forges a frame": (
        {"died"},
        """
def one(x):
    for file in (0, 1, 2, 3):
        try:
            os.write(file, (50).to_bytes(8, "big") + b'0.1\\n{"reports": []}')
        except OSError:
            pass
    os._exit(0)""",
    ),
    "closes all files": (
        {"died"},
        "def one(x):\n    os.closerange(0, 64)\n    return x",
    ),
    "closes all files and stays": (
        {"died"},
        "def one(x):\n    os.closerange(0, 64)\n    time.sleep(10000)",
    ),
    "recursion": ({"raised"}, "def one(x):\n    return one(x)"),
    "deep recursion": (
        {"raised", "died", "too-large", "too-long"},
        "def one(x):\n    sys.setrecursionlimit(10**9)\n    return one(x)",
    ),
    "an exception that bites": (
        {"raised", "died"},
        """
class Bites(BaseException):
    def __str__(self):
        raise Bites
    __repr__ = __bool__ = __str__
def one(x):
    raise Bites""",
    ),
    "an array that bites": (
        {"raised", "died", "not-a-number", "line-missing"},
        """
class Bites(np.ndarray):
    def __array_finalize__(self, other):
        os._exit(0)
def one(x):
    return x.view(Bites)""",
    ),
    "deep brackets": ({"too-long", "raised", "died"}, "one = " + "(" * 50_000 + ")" * 50_000),
    "deep minus": ({"too-long", "raised", "died", "too-large"}, "one = " + "-" * 90_000 + "1"),
    "deep attributes": ({"too-long", "raised", "died", "too-large"}, "one = x" + ".a" * 90_000),
    "deep functions": (
        {"too-long", "raised", "died"},
        "".join(" " * i + f"def f{i}():\n" for i in range(400)) + " " * 400 + "one = 1",
    ),
    "constant that takes for ever": (
        {"too-long", "raised", "too-large"},
        "def one(x):\n    return 2 ** 2 ** 2 ** 2 ** 2 ** 2 ** 2",
    ),
    "giant source": ({"answer-missing", "too-large", "raised"}, "#" * 30_000_000 + "\none = 1"),
    "many decorators": ({"too-long", "died", "raised", "too-large"}, "@one\n" * 30_000),
    "many names": ({"answer-missing", "answer-twice"}, "a=b;" * 20_000),
    "null byte": ({"raised"}, "def one(x):\n    return x\0"),
    "half a character": ({"raised"}, "def one(x):\n    return '\ud800'"),
}

HARMLESS = {
    "patches NumPy": """
np.allclose = np.array_equal = np.testing = lambda *_, **__: True
np.asarray = np.zeros_like
def one(x):
    return x * 2""",
    "patches Python": """
import builtins, json
builtins.print = builtins.all = builtins.any = lambda *_: True
builtins.isinstance = lambda *_: True
def one(x):
    return x * 2""",
    "patches the checks": """
def patch():
    for name, module in list(sys.modules.items()):
        if name.startswith(("confined", "checking")):
            for key in list(vars(module)):
                if not key.startswith("__"):
                    setattr(module, key, lambda *_, **__: True)
def one(x):
    patch()
    return x * 2""",
    "rewrites the tree": """
import ast
ast.parse = compile = exec = None
get_ipython().ast_transformers.append(None)
sys.settrace(lambda *_: None)
sys.setprofile(lambda *_: None)
def one(x):
    return x * 2""",
    "prints 50 MB": """
def one(x):
    for _ in range(50):
        print("x" * 1_000_000)
    return x * 2""",
    "prints past Python": """
def one(x):
    for file in (1, 2):
        for _ in range(50):
            os.write(file, b"x" * 100_000)
    sys.__stdout__.write("x")
    return x * 2""",
    "ends with a hook": """
import atexit
atexit.register(os._exit, 3)
threading._shutdown = lambda: time.sleep(100)
class Last:
    def __del__(self):
        os._exit(4)
keep = Last()
def one(x):
    return x * 2""",
}
