"""Moves a library and is killed in the midst; started by its test, not by pytest.

``python mover.py FOLDER HOW`` moves one library again and again, each time in a process that kills
itself one step later, and prints what it found as JSON. HOW is ``link`` or ``copy``.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path

from cartoonmix_desktop.storage.files.moving import LibraryMove, sweep
from cartoonmix_desktop.storage.library_location import (
    LibraryLocation,
    read_location,
    write_location,
)

FILES = ["2026-10/a.png", "2026-11/b.png", "2026-11/b-edited.png", "Trash/c-1.png", "in/d.png"]
RECORDED = {"2026-10/a.png", "2026-11/b.png", "Trash/c-1.png", "in/d.png", "2026-11/gone.png"}


def fill(root: Path) -> dict[str, bytes]:
    """A library with something of the person's own in it."""
    made = {name: name.encode() * 300 for name in FILES}
    for name, data in made.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(data)
    (root / ".incoming").mkdir(exist_ok=True)
    (root / ".incoming" / "half.aside.tmp").write_bytes(b"half")
    return made


def held(root: Path) -> dict[str, bytes]:
    """All files but those that are half received."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file() and ".incoming" not in path.parts
    }


def no_link(*_: object) -> None:
    raise OSError(1, "Operation not permitted")


def die_at(step: int) -> None:
    """Be killed right before this step, counted from 1, that changes the disk."""
    left = step

    def dying(call):
        def count(*args, **kwargs):
            nonlocal left
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return call(*args, **kwargs)

        return count

    for name in ("replace", "unlink", "rmdir", "mkdir", "open"):
        setattr(Path, name, dying(getattr(Path, name)))
    for name in ("link", "fsync"):
        setattr(os, name, dying(getattr(os, name)))


def move(data: Path, source: Path, target: Path) -> None:
    moved = LibraryMove(data, read_location(data), source, target, RECORDED)
    moved.copy()
    moved.switch()
    moved.clear_away()


def killed(folder: Path, step: int, how: str) -> tuple[bool, str, list[str]]:
    """One move that dies; whether it did, where the library is then, and all that is wrong."""
    data, source, target = folder / "data", folder / "old", folder / "new"
    data.mkdir(parents=True)
    files = fill(source)
    write_location(data, LibraryLocation(source))
    if (child := os.fork()) == 0:
        if how == "copy":
            os.link = no_link
        die_at(step)
        move(data, source, target)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    died = os.WIFSIGNALED(status)
    wrong = []
    place = read_location(data)
    library = place.folder or source
    if held(library) != files:
        wrong.append(f"step {step}: {library.name} is not whole")
    wrong += [
        f"step {step}: {leftover.name} was not swept"
        for leftover in place.leftovers
        if not sweep(leftover, library, RECORDED, lambda: False)
    ]
    other = target if library == source else source
    if held(library) != files:
        wrong.append(f"step {step}: {library.name} is not whole after the sweep")
    if other.exists():
        left = sorted(str(path.relative_to(other)) for path in other.rglob("*"))
        wrong.append(f"step {step}: {other.name} is left with {left}")
    return died, library.name, wrong


def main(folder: Path, how: str) -> None:
    ended, wrong, step = [], [], 0
    while True:
        step += 1
        died, where, found = killed(folder / str(step), step, how)
        ended.append(where)
        wrong += found
        if not died:
            break
    json.dump({"steps": step, "ended": ended, "wrong": wrong}, sys.stdout)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
