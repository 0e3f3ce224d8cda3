"""What every test stands on: a home of its own, the right event loop, a sandbox to talk to.

Nothing outside temporary folders is read or written, no variable of the person's leaks in, and the
garbage of one test is collected on the main thread before the next.
"""

from __future__ import annotations

import asyncio
import functools
import gc
import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

import pytest

from cartoonmix_desktop.core.credentials import Credentials
from cartoonmix_desktop.services.account.sandbox_process import sandbox_command, sandbox_environment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

ROOT = Path(__file__).resolve().parent.parent
TESTS = ROOT / "tests"

collect_ignore_glob: list[str] = []
if sys.platform != "linux":
    collect_ignore_glob.append("e2e/*")  # they need an X server and a Secret Service of their own


# --- the environment -----------------------------------------------------------------------------


def private_environment(home: Path) -> dict[str, str]:
    """The variables that keep a program inside ``home``; the folders are made."""
    folders = {
        "HOME": home,
        "USERPROFILE": home,
        "APPDATA": home / "AppData" / "Roaming",
        "LOCALAPPDATA": home / "AppData" / "Local",
        "XDG_CONFIG_HOME": home / ".config",
        "XDG_DATA_HOME": home / ".local" / "share",
        "XDG_STATE_HOME": home / ".local" / "state",
        "XDG_CACHE_HOME": home / ".cache",
        "XDG_RUNTIME_DIR": home / "run",
        "CARTOONMIX_HOME": home / "cartoonmix",
    }
    for folder in folders.values():
        folder.mkdir(parents=True, exist_ok=True)
    folders["XDG_RUNTIME_DIR"].chmod(0o700)
    return {name: str(folder) for name, folder in folders.items()}


def _forget_the_person() -> None:
    """Take away what the person's desktop and shell have set."""
    desktop = {
        "DBUS_SESSION_BUS_ADDRESS",
        "DISPLAY",
        "GNOME_KEYRING_CONTROL",
        "LANGUAGE",
        "PYTHON_KEYRING_BACKEND",
        "WAYLAND_DISPLAY",
        "XAUTHORITY",
    }
    for name in tuple(os.environ):
        if (
            name in desktop
            or name.startswith(("CARTOONMIX_", "QT_", "LC_"))
            or name.lower().endswith("_proxy")
        ):
            del os.environ[name]
    os.environ["LANG"] = "C.UTF-8"
    # Where no bytecode is kept, each of the many programs that are started compiles all anew.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False


_session_home = Path(tempfile.mkdtemp(prefix="cartoonmix-tests-"))
_forget_the_person()
os.environ |= private_environment(_session_home)
if sys.platform == "linux":  # elsewhere Qt has no fonts there, and each runner has a display
    os.environ["QT_QPA_PLATFORM"] = "offscreen"


_KNOWN = TESTS / f"known_failures_{sys.platform}.txt"
"""Tests that are known to fail on another system, a line each; one that passes leaves the list."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    known = set(_KNOWN.read_text("utf-8").split()) if _KNOWN.exists() else set()
    for item in items:
        if item.nodeid.partition("[")[0] in known:
            item.add_marker(pytest.mark.xfail(reason="known on this system", strict=True))


_maker = os.getpid()


def pytest_unconfigure() -> None:
    if os.getpid() == _maker:  # and not a copy that tries a change of the program
        shutil.rmtree(_session_home, ignore_errors=True)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The test's own home; ``CARTOONMIX_HOME`` is ``home / "cartoonmix"``."""
    folder = tmp_path / "home"
    for name, value in private_environment(folder).items():
        monkeypatch.setenv(name, value)
    return folder


@pytest.fixture(autouse=bool(os.environ.get("WINDOWS_RULES")))
def windows_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows' rules for files, over those of this system."""
    from tests.windows_rules import lay_over

    lay_over(monkeypatch)


# --- on all cores --------------------------------------------------------------------------------


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Two more than there are cores: a third of the suite's time is spent waiting for others."""
    return 2 + (os.cpu_count() or 1)


# --- the event loop and Qt -----------------------------------------------------------------------


@functools.cache
def _application() -> Any:
    """The one QApplication; the cache is its lasting owner."""
    from PySide6.QtWidgets import QApplication

    application = QApplication.instance() or QApplication([])
    application.setQuitOnLastWindowClosed(False)  # a test that closes a window goes on
    return application


def _qasync_loop() -> asyncio.AbstractEventLoop:
    from cartoonmix_desktop.ui.app.event_loop import new_loop

    _application()
    return new_loop()


def pytest_asyncio_loop_factories(
    item: pytest.Item,
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Tests of the window run on Qt's loop, all others on asyncio's own."""
    if item.path.is_relative_to(TESTS / "ui"):
        return {"qasync": _qasync_loop}
    return {"asyncio": asyncio.new_event_loop}


def pytest_collection_finish() -> None:
    # Collection in a thread that is not Qt's can crash Qt, so it happens here and between tests.
    # What exists by now stays to the end: frozen, it need not be walked each time.
    gc.disable()
    gc.collect()
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
    try:
        return (yield)
    finally:
        if "PySide6.QtWidgets" in sys.modules:
            from PySide6.QtCore import QCoreApplication, QEvent
            from PySide6.QtGui import QGuiApplication

            # Closed widgets would pile up, and each new style sheet is applied to all of them.
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
            if QCoreApplication.instance() is not None:
                # The offscreen clipboard would keep Python's data longer than Python, and crash.
                QGuiApplication.clipboard().clear()
        gc.collect()
        if nextitem is not None and nextitem.path != item.path:
            gc.freeze()  # what a file leaves loaded need not be walked after each later test


# --- the sandbox ---------------------------------------------------------------------------------


class Sandbox:
    """A running sandbox: a process of its own, on loopback, that takes faults.

    Attributes:
        api: its API's base URL.
        socket: its live socket's URL.
        credentials: what it accepts.
    """

    def __init__(self, state: Path, *options: str, speed: float = 20) -> None:
        self._state = state
        self._options = (*options, "--speed", str(speed))
        self._process: subprocess.Popen[str] | None = None
        self.credentials = Credentials(secrets.token_hex(16), secrets.token_hex(16))
        self.api = ""
        self.socket = ""
        self.start()

    def start(self) -> None:
        """Start it, on the port that it had before."""
        state = self._state
        state.mkdir(parents=True, exist_ok=True)
        port = urlsplit(self.api).port or 0
        with (state / "sandbox.log").open("a", encoding="utf-8") as log:
            self._process = subprocess.Popen(
                sandbox_command(
                    *("--faults", "--port", str(port), "--state", str(state / "state")),
                    *self._options,
                ),
                cwd=state,
                env=sandbox_environment(self.credentials),
                stdin=subprocess.PIPE,  # held open: the sandbox ends when it closes
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                encoding="utf-8",
            )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            self.stop()
            raise RuntimeError(f"the sandbox did not start:\n{self.log}")
        addresses = json.loads(line)
        self.api, self.socket = addresses["api"].rstrip("/"), addresses["socket"]

    def stop(self) -> None:
        """End it; from the outside, the network is gone."""
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                stream.close()

    def restart(self) -> None:
        """Stop and start again with the same state and addresses."""
        self.stop()
        self.start()

    @property
    def log(self) -> str:
        """What it wrote to stderr."""
        return (self._state / "sandbox.log").read_text("utf-8", "replace")

    def faults(self, faults: list[dict[str, Any]]) -> None:
        """Add rules; `cartoonmix_desktop.sandbox.faults` lists them."""
        self._control("POST", "faults", faults)

    def faults_left(self) -> Any:
        """The rules that nothing has met yet."""
        return self._control("GET", "faults")

    def clear_faults(self) -> None:
        """Forget all faults."""
        self._control("DELETE", "faults")

    def ledger(self) -> Any:
        """What the sandbox accepted and charged."""
        return self._control("GET", "ledger")

    def make_past(self, *tasks: dict[str, Any]) -> list[str]:
        """Make tasks that ended long ago, the oldest first: ``{parameters, age, fault}``."""
        made: list[str] = self._control("POST", "tasks", tasks)
        return made

    def _control(self, method: str, path: str, body: object = None) -> Any:
        request = urllib.request.Request(
            urljoin(self.api, f"/sandbox/{path}"),
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=10) as reply:
            text = reply.read()
        return json.loads(text) if text else None


@pytest.fixture(scope="session")
def start_sandbox(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Callable[..., Sandbox]]:
    """Starts sandboxes: ``start_sandbox("--limit", "1", speed=20)``; all end with the run."""
    started: list[Sandbox] = []

    def start(*options: str, speed: float = 20) -> Sandbox:
        sandbox = Sandbox(tmp_path_factory.mktemp("sandbox"), *options, speed=speed)
        started.append(sandbox)
        return sandbox

    yield start
    for sandbox in started:
        sandbox.stop()


@pytest.fixture(scope="module")
def _module_sandbox(start_sandbox: Callable[..., Sandbox]) -> Iterator[Sandbox]:
    sandbox = start_sandbox()
    yield sandbox
    sandbox.stop()


@pytest.fixture
def sandbox(_module_sandbox: Sandbox) -> Iterator[Sandbox]:
    """The module's sandbox, running and without faults when the test begins."""
    yield _module_sandbox
    if _module_sandbox._process is None:
        _module_sandbox.start()
    _module_sandbox.clear_faults()
