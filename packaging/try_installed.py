"""Tries what was built as a person installs and uses it, on the system that it is for.

    try_installed.py FOLDER

``FOLDER`` keeps what the programs said, and pictures of the screen. The workflow of a release runs
it on Windows and macOS; on Linux, `check.py` tries the frozen program in the same way.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import measure
from definitions import DIST, NAME, ROOT
from outcome import Failed

if TYPE_CHECKING:
    from collections.abc import Callable

PROMPT = "一只橙色的猫坐在窗台上, naïve café ☔"
HOME = "Ünï cödé (1)"
LINK = "cartoonmix:recipe?prompt=a%20fox&steps=17"
_TITLE = "CartoonMix Desktop"
_PATIENCE = 60.0


class Trial:
    """One program in one folder.

    Attributes:
        folder: for what is kept.
        home: the library that it is given.
    """

    def __init__(self, program: Path, window: Path, folder: Path) -> None:
        """Nothing is started yet.

        Args:
            program: with a terminal.
            window: without one; the same where a system has one of them.
            folder: see the class.
        """
        self.folder, self.home = folder, folder / HOME
        self._program, self._window = program, window
        folder.mkdir(parents=True, exist_ok=True)
        self._environment = _environment(self.home)

    def say(self, *arguments: str) -> str:
        """What the program prints; it must end well."""
        command = [self._program, *arguments]
        done = subprocess.run(
            command,
            env=self._environment,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=300,
            check=False,
        )
        log = self.folder / f"{arguments[0].strip('-')}.txt"
        log.write_text(f"{done.stdout}\n{done.stderr}", "utf-8")
        if done.returncode:
            raise Failed(f"{arguments[0]} ended with {done.returncode}:\n{log.read_text('utf-8')}")
        return done.stdout

    def parts(self) -> str:
        """Both programs test themselves; that of the window can tell it to a file alone."""
        self.say("--self-test")
        told = self.folder / "self-test-of-window.txt"
        command = [self._window, "--self-test", "--to", told]
        status = subprocess.run(command, env=self._environment, timeout=300, check=False).returncode
        lines = told.read_text("utf-8").splitlines() if told.exists() else []
        if status or not lines or not all(line.startswith("ok") for line in lines):
            raise Failed(f"the program of the window ended with {status}: {lines}")
        return f"{len(lines)} parts work, in both programs"

    def pictures(self) -> str:
        """The sandbox draws, with a prompt and a home in letters of all kinds."""
        size = ("--width", "256", "--height", "256", "--samples", "1")
        said = self.say("generate", "--sandbox", "--prompt", PROMPT, *size, "--json")
        result = json.loads(said.splitlines()[-1])
        there = [Path(output) for output in result["outputs"] if Path(output).is_file()]
        found = json.loads(self.say("search", "", "--json").splitlines()[0])
        if len(there) != 1 or found["inputs"]["prompt"] != PROMPT:
            raise Failed(f"the sandbox made {result}, and the history has {found}")
        return f"a picture below {HOME}, found again by its prompt"

    def window(self, close: Callable[[subprocess.Popen[bytes]], None], knock: str = "") -> str:
        """It opens, takes a link, and ends in order when it is asked to.

        Args:
            close: asks it to.
            knock: of the system; starts the program with a link where there is none.
        """
        home = self.folder / f"{HOME} of the window"
        own = _environment(home)
        with (self.folder / "window.txt").open("wb") as log:
            process = subprocess.Popen([self._window], env=own, stdout=log, stderr=log)
            try:
                _until("its history is open", (home / "data/history.sqlite3").exists)
                time.sleep(5.0)
                if knock:
                    _open(knock)
                elif subprocess.run(
                    [self._window, LINK], env=own, timeout=60, check=False
                ).returncode:
                    raise Failed("a second start was not taken by the window")
                time.sleep(3.0)
                _picture_of_screen(self.folder / "window.png")
                if process.poll() is not None:
                    raise Failed(f"the window ended by itself with {process.returncode}")
                close(process)
                status = process.wait(_PATIENCE)
            finally:
                if process.poll() is None:
                    process.kill()
                    process.wait()
        reports = [path.name for path in home.rglob("*crash*") if path.is_file()]
        if status or reports:
            raise Failed(f"the window ended with {status}, and left {reports}")
        return "opens, takes a link, ends in order"


# --- the systems ---------------------------------------------------------------------------------


def linux(folder: Path) -> None:
    """The frozen program from where it lies."""
    program = measure.frozen_program()
    trial = Trial(program, program, folder)
    _tell("parts", trial.parts())
    _tell("pictures", trial.pictures())
    _tell("window", trial.window(lambda process: process.terminate()))


def windows(folder: Path) -> None:
    """The installer: silent, over a running one, removed without the library and with it."""
    [setup] = DIST.glob("*-setup.exe")
    local = Path(os.environ["LOCALAPPDATA"])
    place, library = local / "Programs" / _TITLE, local / NAME
    window = place / f"{_TITLE}.exe"
    _run(setup, "/S")
    trial = Trial(place / f"{NAME}.exe", window, folder)
    _tell("parts", trial.parts())
    _tell("pictures", trial.pictures())
    _tell("credentials", credentials())

    def close(process: subprocess.Popen[bytes]) -> None:
        _run(setup, "/S", status=2)  # it says that the program runs, and changes nothing
        if not window.is_file():
            raise Failed("an upgrade over a running program took it away")
        _run("taskkill", "/PID", str(process.pid))  # asks the window to close, as its cross does

    _tell("window", trial.window(close, LINK))
    _run(setup, "/S")
    library.mkdir(exist_ok=True)
    (library / "history.sqlite3").touch()
    for words, stays in (((), True), (("/LIBRARY",), False)):
        _run(place / "uninstall.exe", "/S", *words)
        _until("the program is gone", lambda: not window.exists())
        _until("the library is as wished", lambda stays=stays: library.exists() == stays)
        _run(setup, "/S")
    _tell("removal", "without the library, and with it")


def macos(folder: Path) -> None:
    """The image, copied to the applications as a person does."""
    [image] = DIST.glob("*.dmg")
    app = Path(f"/Applications/{_TITLE}.app")
    mounted = Path(tempfile.mkdtemp())
    _run("hdiutil", "attach", "-nobrowse", "-mountpoint", mounted, image)
    try:
        shutil.copytree(mounted / app.name, app, symlinks=True)
    finally:
        _run("hdiutil", "detach", mounted)
    _run("codesign", "--verify", "--deep", "--strict", app)
    program = app / f"Contents/MacOS/{NAME}"
    trial = Trial(program, program, folder)
    _tell("parts", trial.parts())
    _tell("pictures", trial.pictures())
    _tell("credentials", credentials())
    reports = Path.home() / "Library/Logs/DiagnosticReports"
    before = set(reports.glob(f"*{NAME}*"))

    def close(_process: subprocess.Popen[bytes]) -> None:
        _run("osascript", "-e", f'tell application "{_TITLE}" to quit')

    _tell("window", trial.window(close, LINK))
    if new := set(reports.glob(f"*{NAME}*")) - before:
        raise Failed(f"macOS reports a crash: {sorted(path.name for path in new)}")


def credentials() -> str:
    """The keyring of the system takes a key, gives it back and forgets it."""
    sys.path.insert(0, str(ROOT))
    from cartoonmix_desktop.core.credentials import Credentials
    from cartoonmix_desktop.storage.keyring_store import KeyringStore

    async def round_trip() -> None:
        store, given = KeyringStore(), Credentials("a-key-of-no-use", "and its secret")
        await store.save(given)
        if await store.load() != given:
            raise Failed("the keyring gave back something else")
        await store.remove()
        if await store.load() is not None:
            raise Failed("the keyring keeps what was deleted")

    asyncio.run(round_trip())
    return "kept, read and deleted"


# --- steps ---------------------------------------------------------------------------------------


def _environment(home: Path) -> dict[str, str]:
    """A library of its own; on Linux also where there is no display."""
    own = {"CARTOONMIX_HOME": str(home)}
    if sys.platform == "linux" and not (
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    ):
        own["QT_QPA_PLATFORM"] = "offscreen"
    return os.environ | own


def _tell(name: str, told: str) -> None:
    print(f"{'ok':<7}{name:<14}{told}", flush=True)


def _run(*command: str | Path, status: int = 0) -> None:
    done = subprocess.run(command, capture_output=True, timeout=300, check=False)
    if done.returncode != status:
        raise Failed(f"{command} ended with {done.returncode}: {done.stdout!r} {done.stderr!r}")


def _until(what: str, is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _PATIENCE
    while not is_so():
        if time.monotonic() > deadline:
            raise Failed(f"not so: {what}")
        time.sleep(0.1)


def _open(address: str) -> None:
    """As a browser opens it."""
    if sys.platform == "win32":
        os.startfile(address)
    else:
        _run("open", address)


def _picture_of_screen(path: Path) -> None:
    from PIL import ImageGrab

    try:
        ImageGrab.grab().save(path)
    except OSError as error:  # a machine without a screen
        print(f"{'-':<7}{'screen':<14}no picture of it: {error}", flush=True)


def main() -> int:
    """Try what is for this system.

    Returns:
        The exit status.
    """
    folder = Path(sys.argv[1]).absolute()
    try:
        {"linux": linux, "win32": windows, "darwin": macos}[sys.platform](folder)
    except Failed as error:
        print(f"FAILED {error}", flush=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
