"""Installs the .deb with apt on a minimal Debian, and drives the program there as a person does.

A Debian of its own is made in a temporary folder; the tests of the whole program (`tests/e2e`) then
start what its menu entry names: X server, session bus and keyring are this system's. Needs root,
debootstrap and a Debian mirror:

    .venv/bin/python packaging/try_on_debian.py [--mirror=http://…] [what pytest is given]
"""

from __future__ import annotations

import configparser
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from definitions import DIST, NAME, ROOT
from outcome import Failed, Lacking, tool

if TYPE_CHECKING:
    from collections.abc import Sequence

_SUITE = "bookworm"
_MIRROR = "http://deb.debian.org/debian"
_SHARED = ("/proc", "/dev", "/tmp")  # sockets of display and buses are in the last
_INSIDE = "--inside"
_TESTS = ["tests/e2e/test_whole_program.py"]


def run(*command: str | Path, **variables: str) -> None:
    """Run one step.

    Raises:
        Failed: it did.
    """
    print("+", *command, flush=True)
    if subprocess.run(command, check=False, env=os.environ | variables).returncode:
        raise Failed(" ".join(map(str, command)))


def main(arguments: Sequence[str]) -> None:
    """Make the system, and try the package in it from mounts that nobody else sees.

    Raises:
        Failed: a step did.
        Lacking: a tool or a right is.
    """
    if os.geteuid() != 0:
        raise Lacking("root")
    mirror = next((a.split("=", 1)[1] for a in arguments if a.startswith("--mirror=")), _MIRROR)
    tests = [a for a in arguments if not a.startswith("--mirror=")] or _TESTS
    folder = Path(tempfile.mkdtemp(prefix="debian-", dir="/var/tmp"))
    alone = (tool("unshare"), "--mount", "--propagation", "private")
    try:
        run(*alone, tool("debootstrap"), "--variant=minbase", _SUITE, folder, mirror)
        # What is mounted below the folder goes with this process: the folder can be deleted then.
        run(*alone, sys.executable, __file__, _INSIDE, folder, *tests)
    finally:
        shutil.rmtree(folder)


def inside(root: Path, tests: Sequence[str]) -> None:
    """Install, try, remove; in a mount namespace of its own.

    Raises:
        Failed: a step did.
    """
    for place in _SHARED:
        run("mount", "--bind", place, root / place[1:])
    [package] = DIST.glob("*.deb")
    (root / package.name).write_bytes(package.read_bytes())
    chroot = ("chroot", str(root))
    apt = (*chroot, "apt-get", "--yes", "--no-install-recommends")
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    run(*apt, "install", f"/{package.name}", **quiet)
    run(*chroot, NAME, "--version")
    run(sys.executable, "-m", "pytest", "-q", *tests, PROGRAM_UNDER_TEST=menu_entry(root))
    run(*apt, "purge", NAME, **quiet)
    left = [path for path in root.glob(f"usr/**/*{NAME}*") if path.is_file()]
    if left:
        raise Failed(f"left behind: {left}")


def menu_entry(root: Path) -> str:
    """The command that starts on the other system what its menu entry names."""
    entry = configparser.RawConfigParser(strict=False)
    entry.read(root / f"usr/share/applications/{NAME}.desktop", encoding="utf-8")
    words = [word for word in shlex.split(entry["Desktop Entry"]["Exec"]) if word[0] != "%"]
    return shlex.join(["chroot", str(root), *words])


if __name__ == "__main__":
    os.chdir(ROOT)
    try:
        if sys.argv[1:2] == [_INSIDE]:
            inside(Path(sys.argv[2]), sys.argv[3:])
        else:
            main(sys.argv[1:])
    except (Failed, Lacking) as problem:
        sys.exit(f"{type(problem).__name__}: {problem}")
