"""A journal as it lies on the disk, read without holding more of it than where its lines are.

Whoever wrote it: lines that are not whole or not understood are counted and passed over, and no
more of one is held than a line may be long. Blocking: call it from a worker thread.
"""

from __future__ import annotations

import errno
import os
import stat
from contextlib import ExitStack, contextmanager
from io import BytesIO
from typing import TYPE_CHECKING, BinaryIO, TypeVar

from cartoonmix_desktop.core.journal.last_lines import LastLines
from cartoonmix_desktop.core.journal.lines import LONGEST, Kind, read
from cartoonmix_desktop.core.journal.records import (
    Collection,
    Gone,
    Marks,
    Recipe,
    Run,
    Search,
    TaskRecord,
    Written,
    told,
)
from cartoonmix_desktop.storage.os_errors import file_errors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from cartoonmix_desktop.core.journal.records import Record

R = TypeVar("R")

LINES = 256
"""Between two looks whether to go on."""


class JournalState:
    """What a journal says in the end.

    Attributes:
        lines: where the lines are that hold, and how many were passed over.
        not_understood: lines that hold, and of which this version cannot make sense; counted as
            they are looked at.
        end: the byte behind the last line that was read.
    """

    def __init__(self, path: Path, file: BinaryIO, lines: LastLines, end: int) -> None:
        self._path, self._file = path, file
        self.lines = lines
        self.not_understood = 0
        self.end = end

    def tasks(self) -> Iterator[TaskRecord]:
        """What it knows of each task, one after the other, in the order in which they came.

        Raises:
            FolderUnusable: it cannot be read any more.
        """
        for key in self.lines.every_key():
            task = self.task(key)
            if task is not None:
                yield task

    def task(self, uid: str) -> TaskRecord | None:
        """What it knows of one task; None for nothing.

        Raises:
            FolderUnusable: it cannot be read any more.
        """
        recipe: Recipe | None = None
        run: Run | None = None
        marks: Marks | None = None
        gone: Gone | None = None
        for record in self._records(uid):
            match record:
                case Recipe():
                    recipe = record
                case Run():
                    run = record
                case Marks():
                    marks = record
                case Gone():
                    gone = record
                case _:
                    pass
        known = any((recipe, run, marks, gone))
        return TaskRecord(uid, recipe, run, marks, gone) if known else None

    def collections(self) -> list[str]:
        """The names of all collections, also the empty ones.

        Raises:
            FolderUnusable: it cannot be read any more.
        """
        return [one.name for one in self._of(Kind.COLLECTION, Collection) if not one.deleted]

    def searches(self) -> list[Search]:
        """The searches that were kept.

        Raises:
            FolderUnusable: it cannot be read any more.
        """
        return [one for one in self._of(Kind.SEARCH, Search) if not one.deleted]

    def number(self, history: str) -> int:
        """The number of the latest transaction of a history that is in it; 0 for none.

        Raises:
            FolderUnusable: it cannot be read any more.
        """
        written = (one.number for one in self._records(history) if isinstance(one, Written))
        return next(written, 0)

    def _of(self, kind: Kind, record: type[R]) -> list[R]:
        return [
            one
            for key in self.lines.every_key()
            if kind.value in self.lines.places(key)
            for one in self._records(key)
            if isinstance(one, record)
        ]

    def _records(self, key: str) -> list[Record]:
        found = []
        for place in self.lines.places(key).values():
            with file_errors(self._path):
                self._file.seek(place.start)
                line = read(self._file.read(place.length))
            record = None if line is None else told(line)
            if record is None:
                self.not_understood += 1
            else:
                found.append(record)
        return found


@contextmanager
def read_journal(path: Path, check: Callable[[], None] = lambda: None) -> Iterator[JournalState]:
    """Read a journal; its state can be asked as long as it is open.

    Lines that come meanwhile are not seen, and a compaction that replaces the file does no harm.

    Args:
        path: of the file; one that is missing is empty.
        check: asked every few lines; what it raises ends the reading.

    Raises:
        FolderUnusable: it cannot be read, or is no ordinary file.
    """
    with ExitStack() as stack:
        with file_errors(path):
            file = stack.enter_context(open_journal(path))
            lines, end = last_lines(file, check)
        yield JournalState(path, file, lines, end)


def last_lines(file: BinaryIO, check: Callable[[], None]) -> tuple[LastLines, int]:
    """Which lines of a journal hold, and the byte behind the last one that was read."""
    lines, start = LastLines(), 0
    for number, line in enumerate(lines_in(file)):
        if number % LINES == 0:
            check()
        lines.take(line, start)
        start += len(line)
    return lines, start


def lines_in(file: BinaryIO) -> Iterator[bytes]:
    """The lines that follow, with their ends; what is too long for one comes in pieces."""
    while line := file.readline(LONGEST + 1):
        yield line


def open_journal(path: Path) -> BinaryIO:
    """A journal to be read; one that is missing is empty.

    Raises:
        OSError: it cannot be read, or is no ordinary file.
    """
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        descriptor = os.open(path, flags)  # at once, also of a pipe
    except FileNotFoundError:
        return BytesIO()
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return os.fdopen(descriptor, "rb", buffering=1 << 18)
    os.close(descriptor)
    raise OSError(errno.EINVAL, "no ordinary file")
