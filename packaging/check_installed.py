"""Installs .deb and .rpm below a folder of their own, starts the program there, removes them.

Not a whole system: what they depend on is taken from this one, and dependencies are not resolved
(``check.py`` holds them against what the files link to). Needs root, to change the root folder.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from definitions import DIST, NAME, version
from outcome import Failed, Lacking, tool

if TYPE_CHECKING:
    from collections.abc import Callable


def deb() -> str:
    """Try the .deb with dpkg."""
    [package] = DIST.glob("*.deb")
    dpkg = tool("dpkg")

    def commands(root: Path) -> list[list[str]]:
        base = [dpkg, f"--root={root}", "--force-depends", "--force-script-chrootless"]
        return [
            [*base, "--install", str(package)],
            [*base, "--verify", NAME],
            [*base, "--purge", NAME],
        ]

    def prepare(root: Path) -> None:
        for folder in ("info", "updates", "triggers"):
            (root / "var/lib/dpkg" / folder).mkdir(parents=True)
        for file in ("status", "available"):
            (root / "var/lib/dpkg" / file).touch()

    return _tried(commands, prepare)


def rpm() -> str:
    """Try the .rpm with rpm."""
    [package] = DIST.glob("*.rpm")
    program = tool("rpm")

    def commands(root: Path) -> list[list[str]]:
        base = [program, f"--root={root}", "--dbpath=/var/lib/rpm"]
        return [
            [*base, "--install", "--nodeps", str(package)],
            [*base, "--verify", "--nodeps", NAME],
            [*base, "--erase", "--nodeps", NAME],
        ]

    def prepare(root: Path) -> None:
        (root / "var/lib/rpm").mkdir(parents=True)

    return _tried(commands, prepare)


def _tried(commands: Callable[[Path], list[list[str]]], prepare: Callable[[Path], None]) -> str:
    if os.geteuid() != 0:
        raise Lacking("root")
    with tempfile.TemporaryDirectory(prefix="cartoonmix-root-") as folder:
        root = Path(folder)
        prepare(root)
        before = _files(root)
        mine = root / "home/me/Pictures/CartoonMix/1.png"
        mine.parent.mkdir(parents=True)
        mine.write_bytes(b"mine")
        install, verify, remove = commands(root)
        _run(install)
        _run(verify)
        program = root / f"usr/bin/{NAME}"
        said = _run([str(program), "--version"], home=root / "home/me").strip()
        if said != f"CartoonMix Desktop {version()}":
            raise Failed(f"the installed program says {said!r}")
        count = len(_files(root) - before) - 1
        _run(remove)
        left = {name for name in _files(root) - before if _is_a_rest(root, name)}
        if left or mine.read_bytes() != b"mine":
            raise Failed(f"it leaves {sorted(left)}, or took what is a person's")
    return f"{count} entries installed, verified, started and removed; what is a person's stays"


def _is_a_rest(root: Path, name: str) -> bool:
    """Whether something should have gone: files, and folders of the program's own.

    Folders that every system has were missing below this root, and need not go with us.
    """
    if name.startswith(("var/", "home/")):
        return False
    return not (root / name).is_dir() or NAME in name


def _files(root: Path) -> set[str]:
    """Everything below, folders too: an empty one that is left behind counts."""
    return {path.relative_to(root).as_posix() for path in root.rglob("*")}


def _run(command: list[str], home: Path | None = None) -> str:
    environment = {"PATH": os.defpath + ":/usr/sbin:/sbin", "HOME": str(home or "/nonexistent")}
    done = subprocess.run(
        command,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=300,
        check=False,
    )
    if done.returncode:
        raise Failed(f"{' '.join(command)}:\n{done.stdout}{done.stderr}")
    return done.stdout
