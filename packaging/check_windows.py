"""Tries the installer for Windows under Wine, with a stand-in for the program."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from definitions import nsis_command
from outcome import Failed, Lacking, tool

_EXE = "CartoonMix Desktop.exe"
_CLASSES = r"HKCU\Software\Classes"
_KEY = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Uninstall\cartoonmix-desktop"


def installer() -> str:
    """Compile ``installer.nsi`` with warnings as errors, then try it.

    Raises:
        Failed: it does not compile, or leaves behind what it should not.
        Lacking: makensis is not installed.
    """
    tool("makensis")
    with tempfile.TemporaryDirectory() as folder:
        first = _compiled(Path(folder), "0.0.1", ("old.txt",))
        second = _compiled(Path(folder), "0.0.2", ("new.txt",))
        try:
            wine = Wine(Path(folder))
        except Lacking as error:
            return f"compiles; NOT TRIED, for want of {error}"
        try:
            _try(wine, first, second)
        finally:
            wine.end()
    return "installs, upgrades in place and goes, with a stand-in under Wine; the library stays"


def _compiled(folder: Path, number: str, files: tuple[str, ...]) -> Path:
    payload = folder / f"payload-{number}"
    (payload / "_internal").mkdir(parents=True)
    for name in (_EXE, "cartoonmix-desktop.exe", *(f"_internal/{name}" for name in files)):
        (payload / name).write_text(number, "utf-8")
    setup = folder / f"setup-{number}.exe"
    done = subprocess.run(
        nsis_command(payload, setup, number), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Failed(f"makensis:\n{done.stdout}{done.stderr}")
    return setup


class Wine:
    """A Windows of its own, in ``folder``.

    Attributes:
        drive: its drive C.
        local: the person's folder for the data of programs.
    """

    def __init__(self, folder: Path) -> None:
        path = os.pathsep.join([os.environ["PATH"], "/usr/lib/wine"])
        found = shutil.which("wine64", path=path)
        if found is None:
            raise Lacking("wine64")
        self._wine = found
        self._environment = os.environ | {
            "HOME": str(folder),
            "WINEPREFIX": str(folder / "wine"),
            "WINEDEBUG": "-all",
            "WINEDLLOVERRIDES": "mscoree,mshtml=",
        }
        self.run("wineboot", "-i")
        self.drive = folder / "wine/drive_c"
        [self.local] = (self.drive / "users").glob("*/AppData/Local")

    def run(self, *command: str, status: int = 0) -> str:
        """What a program prints; it must end with ``status``."""
        done = subprocess.run(
            [self._wine, *command],
            env=self._environment,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=300,
            check=False,
        )
        if done.returncode != status:
            raise Failed(f"{command} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
        return done.stdout

    def end(self) -> None:
        """End what runs in it, and wait for it."""
        server = Path(self._wine).with_name("wineserver")
        for option in ("--kill", "--wait"):
            subprocess.run([server, option], env=self._environment, check=False)


def _try(wine: Wine, first: Path, second: Path) -> None:
    program = wine.local / "Programs/CartoonMix Desktop"
    library = wine.local / "cartoonmix-desktop/history.sqlite3"
    menu = (
        wine.local.parent / "Roaming/Microsoft/Windows/Start Menu/Programs/CartoonMix Desktop.lnk"
    )
    wine.run(str(first), "/S")
    _expect("installed", (program / _EXE).is_file() and menu.is_file())
    library.parent.mkdir(parents=True)
    library.write_text("kept", "utf-8")
    (program / "mine.txt").write_text("kept", "utf-8")

    wine.run(str(second), "/S")
    inside = sorted(path.name for path in (program / "_internal").iterdir())
    _expect("upgraded in place", inside == ["new.txt"] and (program / _EXE).read_text() == "0.0.2")
    _expect("registered", "0.0.2" in wine.run("reg", "query", _KEY, "/v", "DisplayVersion"))

    for name in ("cartoonmix", r"CartoonMixDesktop.Recipe"):
        told = wine.run("reg", "query", rf"{_CLASSES}\{name}\shell\open\command")
        _expect(f"{name} opens", f'{_EXE}" "%1"' in told)
    told = wine.run("reg", "query", rf"{_CLASSES}\.cartoonmix", "/ve")
    _expect("recipe files open", "CartoonMixDesktop.Recipe" in told)

    wine.run(str(program / "uninstall.exe"), "/S")
    deadline = time.monotonic() + 60  # it goes on as a copy of itself
    while (program / "uninstall.exe").exists() or menu.exists():
        _expect("removed", time.monotonic() < deadline)
        time.sleep(0.1)
    wine.run("reg", "query", _KEY, status=1)
    for name in ("cartoonmix", "CartoonMixDesktop.Recipe", ".cartoonmix", rf"Applications\{_EXE}"):
        wine.run("reg", "query", rf"{_CLASSES}\{name}", status=1)
    left = sorted(path.name for path in program.iterdir())
    _expect("what is a person's stays", left == ["mine.txt"] and library.read_text() == "kept")

    wine.run(str(second), "/S", r"/D=C:\elsewhere\CartoonMix")
    elsewhere = wine.drive / "elsewhere/CartoonMix"
    _expect("installed where it was told to", (elsewhere / _EXE).is_file())
    wine.run(str(elsewhere / "uninstall.exe"), "/S", "/LIBRARY")
    deadline = time.monotonic() + 60
    while library.parent.exists() or elsewhere.exists():
        _expect("removed with the library, when asked to", time.monotonic() < deadline)
        time.sleep(0.1)


def _expect(what: str, is_so: bool) -> None:
    if not is_so:
        raise Failed(f"not so: {what}")
