"""A desktop for whole programs: an X server, a window manager, a session bus, an unlocked keyring.

`desktop` is a person's machine for one test; `program` starts CartoonMix Desktop on it, to be
driven from the outside alone: accessibility, keys, screenshots.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
SYSTEM_PYTHON = "/usr/bin/python3"  # Debian's has the bindings of AT-SPI
KEYRING_PASSWORD = "test"
INSTALLED = shlex.split(os.environ.pop("PROGRAM_UNDER_TEST", ""))
"""The command of an installed program, to be tried instead of the one in this folder."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(HERE) and item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(300))


def wait_for(what: str, is_so: Callable[[], bool], timeout: float = 20) -> None:
    """Wait until ``is_so()``; for what no signal tells."""
    deadline = time.monotonic() + timeout
    while not is_so():
        assert time.monotonic() < deadline, f"waited {timeout} s for {what}"
        time.sleep(0.05)


class Desktop:
    """An X display, a session bus and a Secret Service of their own.

    Attributes:
        home: the person's home folder, kept from one program to the next.
        env: the environment of every program on it.
    """

    def __init__(self, folder: Path, size: str) -> None:
        runtime = folder / "run"  # short: the path of a socket has 107 bytes at most
        runtime.mkdir(mode=0o700)
        self._folder = folder
        self._size = size
        self._processes: list[subprocess.Popen[str]] = []
        self.home = folder / "home"
        self.home.mkdir()
        self.env = os.environ | {
            "HOME": str(self.home),
            "XDG_CONFIG_HOME": str(self.home / ".config"),
            "XDG_DATA_HOME": str(self.home / ".local/share"),
            "XDG_STATE_HOME": str(self.home / ".local/state"),
            "XDG_CACHE_HOME": str(self.home / ".cache"),
            "XDG_RUNTIME_DIR": str(runtime),
            "XDG_SESSION_TYPE": "x11",
            "DBUS_SESSION_BUS_ADDRESS": f"unix:path={runtime}/bus",
            "QT_QPA_PLATFORM": "xcb",
            "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1",
            # Qt's own: it has no bus of its own for each program, and says so to every reader.
            "QT_LOGGING_RULES": "qt.accessibility.atspi.warning=false",
        }
        del self.env["CARTOONMIX_HOME"]  # the program finds its folders as on any machine

    def begin(self) -> None:
        """Start what every desktop has."""
        display = self._start_server(
            *("Xvfb", "-screen", "0", f"{self._size}x24", "-nolisten", "tcp", "-noreset"),
            *("-displayfd", "{}"),
        )
        self.env["DISPLAY"] = f":{display}"
        self._start_server(
            *("dbus-daemon", "--session", "--nofork", "--nosyslog", "--print-address={}"),
            f"--address={self.env['DBUS_SESSION_BUS_ADDRESS']}",
        )
        self._start_keyring()
        self.start("openbox")
        wait_for("the window manager", lambda: self._run("xdotool", "get_num_desktops") is not None)
        self._driver = self.start(
            *(SYSTEM_PYTHON, str(HERE / "atspi_driver.py")),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def start(self, *command: str, **options: Any) -> subprocess.Popen[str]:
        """Start a program; it writes to the log of its name and ends with the desktop."""
        with self._log_of(command[0]).open("a", encoding="utf-8") as log:
            usual = {"stdin": subprocess.DEVNULL, "stdout": log, "stderr": log, "env": self.env}
            process: subprocess.Popen[str] = subprocess.Popen(
                command, text=True, encoding="utf-8", **(usual | options)
            )
        self._processes.append(process)
        return process

    def end(self) -> None:
        """End everything that runs on it, also what its programs and services have started."""
        _end_all(f"XDG_RUNTIME_DIR={self.env['XDG_RUNTIME_DIR']}".encode())
        for process in self._processes:
            process.wait(5)
            for stream in (process.stdin, process.stdout):
                if stream is not None:
                    stream.close()

    def _start_server(self, *command: str) -> str:
        """Start a server that writes a line to the descriptor ``{}`` when it is ready.

        Returns:
            The line.
        """
        reader, writer = os.pipe()
        self.start(*(part.format(writer) for part in command), pass_fds=(writer,))
        os.close(writer)
        with os.fdopen(reader, encoding="utf-8") as lines:
            line = lines.readline().strip()
        assert line, f"{command[0]} did not start:\n{self.log(command[0])}"
        return line

    def _start_keyring(self) -> None:
        daemon = self.start(
            *("gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets"),
            stdin=subprocess.PIPE,
        )
        assert daemon.stdin is not None
        with daemon.stdin as password:
            password.write(KEYRING_PASSWORD)
        # To ask the service itself before it is there would have the bus start a second one.
        owned = (
            *("dbus-send", "--print-reply", "--dest=org.freedesktop.DBus", "/"),
            *("org.freedesktop.DBus.NameHasOwner", "string:org.freedesktop.secrets"),
        )
        wait_for("the keyring", lambda: "boolean true" in self._do(*owned))
        wait_for("the login keyring", lambda: not self.keyring_is_locked())

    def _log_of(self, command: str) -> Path:
        return self._folder / f"{Path(command).name}.log"

    def log(self, command: str) -> str:
        """What the programs of this name have written."""
        return self._log_of(command).read_text("utf-8", "replace")

    def _run(self, *command: str) -> str | None:
        """What a short command writes, or None if it fails."""
        done = subprocess.run(
            command, env=self.env, capture_output=True, text=True, timeout=30, check=False
        )
        return done.stdout if done.returncode == 0 else None

    def _do(self, *command: str) -> str:
        written = self._run(*command)
        assert written is not None, f"{command} failed"
        return written

    # --- the keyring ---

    def keyring_is_locked(self) -> bool:
        """Whether the login keyring is locked, or not there."""
        reply = self._run(
            *("dbus-send", "--print-reply", "--dest=org.freedesktop.secrets"),
            *("/org/freedesktop/secrets/collection/login", "org.freedesktop.DBus.Properties.Get"),
            *("string:org.freedesktop.Secret.Collection", "string:Locked"),
        )
        return reply is None or "boolean true" in reply

    def lock_keyring(self) -> None:
        """Lock it, as a person does who leaves the desk."""
        self._do(
            *("dbus-send", "--print-reply", "--dest=org.freedesktop.secrets"),
            *("/org/freedesktop/secrets", "org.freedesktop.Secret.Service.Lock"),
            "array:objpath:/org/freedesktop/secrets/collection/login",
        )

    # --- hands and eyes ---

    def key(self, *keys: str) -> None:
        """Press keys in the focused window, e.g. ``key("ctrl+Return")``."""
        self._do("xdotool", "key", "--clearmodifiers", *keys)

    def hold(self, keys: str, seconds: float) -> None:
        """Press keys together, hold them down, let them go, e.g. ``hold("ctrl+Return", 2)``.

        The X server repeats the last of them meanwhile, as it does for a hand.
        """
        each = keys.split("+")
        down = [part for key in each for part in ("keydown", key)]
        up = [part for key in reversed(each) for part in ("keyup", key)]
        self._do("xdotool", *down, "sleep", str(seconds), *up)

    def type(self, words: str) -> None:
        """Type into the focused window."""
        self._do("xdotool", "type", "--delay", "5", "--", words)

    def activate(self, title: str) -> None:
        """Give the focus to the window whose title contains ``title``."""
        # Not windowactivate's own --sync: of one that is active already it waits for 15 seconds.
        self._do("xdotool", "search", "--sync", "--onlyvisible", "--name", title, "windowactivate")
        active = ("xdotool", "getactivewindow", "getwindowname")
        wait_for(f"the focus of {title}", lambda: title in (self._run(*active) or ""))

    def screenshot(self, path: Path) -> None:
        """Write the whole screen to a PNG file."""
        self._do("import", "-window", "root", str(path))

    def ask(self, **request: Any) -> Any:
        """Put a request to the driver (see its docstring).

        Raises:
            AssertionError: it could not be done in time; shows what the screen held instead.
        """
        reply = self._ask(request)
        if "error" in reply:
            seen = self._ask({"do": "tree", "pid": request["pid"]}).get("ok")
            raise AssertionError(f"{request}: {reply['error']}. There is:\n{seen}")
        return reply["ok"]

    def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        assert self._driver.stdin is not None
        assert self._driver.stdout is not None
        self._driver.stdin.write(json.dumps(request) + "\n")
        self._driver.stdin.flush()
        line = self._driver.stdout.readline()
        assert line, f"the driver has ended:\n{self.log(SYSTEM_PYTHON)}"
        reply: dict[str, Any] = json.loads(line)
        return reply


class Program:
    """A running program, seen and driven from the outside.

    Elements are named by ``name`` (exact), ``matching`` (a regular expression on the name),
    ``role``, ``text``, ``value`` and ``states``; each call waits up to ``timeout`` seconds, 20 if
    not told, until one fits and shows.

    Attributes:
        process: the program's process.
    """

    def __init__(self, desktop: Desktop, process: subprocess.Popen[str]) -> None:
        self._desktop = desktop
        self.process = process

    def find(self, name: str | None = None, **element: Any) -> dict[str, Any]:
        """Wait for an element: its name, role, description, text, value and states."""
        return self._ask("find", name, element)

    def gone(self, name: str | None = None, **element: Any) -> None:
        """Wait until no such element shows."""
        self._ask("gone", name, element)

    def press(self, name: str | None = None, **element: Any) -> None:
        """Press a button, toggle a check box, choose a menu entry."""
        self._ask("press", name, element)

    def write(self, words: str, name: str | None = None, **element: Any) -> None:
        """Replace the text of a field."""
        self._ask("write", name, element | {"words": words})

    def set_value(self, number: float, name: str | None = None, **element: Any) -> None:
        """Set a number field or slider."""
        self._ask("set_value", name, element | {"number": number})

    def select(self, index: int, name: str | None = None, **element: Any) -> None:
        """Select a row of a list by its place."""
        self._ask("select", name, element | {"index": index})

    def focus(self, name: str | None = None, **element: Any) -> None:
        """Give an element the keyboard."""
        self._ask("focus", name, element)

    def rows(self, name: str | None = None, **element: Any) -> list[dict[str, Any]]:
        """What `find` tells, of each child of a list (300 at most)."""
        rows: list[dict[str, Any]] = self._ask("rows", name, element)
        return rows

    @property
    def tree(self) -> str:
        """All that shows, one element a line."""
        return str(self._desktop.ask(do="tree", pid=self.process.pid))

    @property
    def log(self) -> str:
        """What it, and those started before it, wrote to stdout and stderr."""
        return self._desktop.log(INSTALLED[0] if INSTALLED else sys.executable)

    def wait(self, timeout: float = 20) -> int:
        """Wait for the program to end by itself: its exit code."""
        return self.process.wait(timeout)

    def kill(self) -> None:
        """End it without warning."""
        self.process.kill()
        self.process.wait()

    def _ask(self, do: str, name: str | None, element: dict[str, Any]) -> Any:
        named = {} if name is None else {"name": name}
        return self._desktop.ask(do=do, pid=self.process.pid, **named, **element)


def _end_all(mark: bytes) -> None:
    """End every process whose environment holds ``mark``: those started here, and theirs."""

    def alive() -> list[int]:
        found = []
        for folder in Path("/proc").iterdir():
            try:
                if folder.name.isdigit() and mark in (folder / "environ").read_bytes().split(b"\0"):
                    found.append(int(folder.name))
            except OSError:
                pass  # another person's, or gone
        return found

    for number in (signal.SIGTERM, signal.SIGKILL):
        for pid in alive():
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                pass
        try:
            wait_for("the desktop's programs to end", lambda: not alive(), 5)
        except AssertionError:
            continue
        return
    raise AssertionError(f"still there: {alive()}")


@pytest.fixture
def desktop_size() -> str:
    """Width and height of the screen; parametrize it for another."""
    return "1440x900"


@pytest.fixture
def desktop(desktop_size: str) -> Iterator[Desktop]:
    """A person's machine for one test; everything that runs on it ends with it."""
    folder = Path(tempfile.mkdtemp(prefix="cmx-"))
    machine = Desktop(folder, desktop_size)
    try:
        machine.begin()
        yield machine
    finally:
        machine.end()
        shutil.rmtree(folder)


@pytest.fixture
def program(desktop: Desktop) -> Callable[..., Program]:
    """Starts programs: ``program("--sandbox", env={…})``; another script by ``script=``."""

    def start(
        *arguments: str, script: Path = ROOT / "main.py", env: dict[str, str] | None = None
    ) -> Program:
        command = [sys.executable, str(script)]
        if script == ROOT / "main.py":
            command = INSTALLED or command
        process = desktop.start(*command, *arguments, env=desktop.env | (env or {}), cwd=ROOT)
        return Program(desktop, process)

    return start
