"""The journal as it is written: appended to by several programs, made smaller by one of them.

A short lock keeps them apart. What one appends is one write, and on the disk when it
returns; a kill amid it leaves a line without an end, which the next one ends. Blocking: call it
from a worker thread.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
import threading
import time
import uuid
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, BinaryIO

from cartoonmix_desktop.core.errors import FileHeld, LibraryMoving
from cartoonmix_desktop.core.journal.lines import FILE, Kind, read
from cartoonmix_desktop.core.journal.records import Written, told
from cartoonmix_desktop.core.log import storage as _log
from cartoonmix_desktop.storage.files.pictures import INCOMING, PARTIAL, PictureFolder
from cartoonmix_desktop.storage.held_files import delete, replace
from cartoonmix_desktop.storage.journal.patience import Patience, Unanswered
from cartoonmix_desktop.storage.journal.reading import LINES, last_lines, lines_in, open_journal
from cartoonmix_desktop.storage.os_errors import file_errors, sync_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Future
    from pathlib import Path

    from cartoonmix_desktop.core.journal.lines import Line

_PATIENCE = 2.0  # seconds for another program that appends
_REST = 0.001  # seconds between two attempts
_TAILS = 256, 64 * 1024  # bytes at the end in which the last line of a history usually is
_CHUNK = 1 << 20
_WRITTEN = Kind.WRITTEN.value


class JournalFile:
    """The journal of one library, wherever that is. May be used from any thread."""

    def __init__(self, pictures: PictureFolder, home: Path | None = None) -> None:
        """Touches no file.

        Args:
            pictures: the folder of the library.
            home: where the history is. A library on another disk may hang, and is waited for with
                `Patience`; on the same one nothing would be won by that.
        """
        self._pictures, self._home = pictures, home
        self._turn = threading.Lock()
        self._resting = False
        self._patience = Patience(_PATIENCE)
        self._near: Path | None = None  # a library that was seen to be on the same disk

    @property
    def path(self) -> Path:
        """Where it is, or will be."""
        return self._pictures.root / FILE

    @contextmanager
    def opened(self) -> Iterator[OpenJournal]:
        """To be appended to; made when missing. Nobody else writes meanwhile.

        Raises:
            LibraryMissing: the library is not where it should be.
            LibraryMoving: it is just being moved.
            DiskFull: no room.
            FolderUnusable: it cannot be opened or written.
        """
        with self._turn:
            if self._resting:
                raise LibraryMoving(path=str(self.path))
            path = self.path
            with file_errors(path):
                patience = self._looked_for()
            with file_errors(path), _alone(path):
                journal = (
                    OpenJournal(path)
                    if patience is None
                    else patience.ask(lambda: OpenJournal(path, patience), _close)
                )
                self._pictures.expect()
                try:
                    yield journal
                finally:
                    journal.close()

    def _looked_for(self) -> Patience | None:
        """Make the library where it may be made; whether it is to be waited for from now on."""
        root = self._pictures.root
        if self._home is None or self._near == root:
            self._pictures.make()
            return None

        def look() -> bool:
            self._pictures.make()
            return self._home is not None and self._home.stat().st_dev == root.stat().st_dev

        self._near = root if self._patience.ask(look) else None
        return self._patience

    @contextmanager
    def resting(self) -> Iterator[None]:
        """Nothing is appended meanwhile: what is due waits in the history."""
        with self._turn:
            self._resting = True
        try:
            yield
        finally:
            self._resting = False

    def size(self) -> int:
        """Its bytes; 0 where it is missing or away."""
        try:
            return self.path.stat().st_size
        except OSError:
            return 0

    def compact(self, check: Callable[[], None]) -> int:
        """Leave only the lines that hold, whoever wrote them, each as it is.

        A kill at any moment leaves the journal as it was or as it should be.

        Args:
            check: asked every few lines; what it raises ends it, and nothing was changed.

        Returns:
            Its bytes.

        Raises:
            StorageError: as for `opened`; nothing was changed.
        """
        path = self.path
        partial = path.parent / INCOMING / f"{uuid.uuid4().hex}{PARTIAL}"
        try:
            with file_errors(path):
                size = self._write_anew(path, partial, check)
        finally:
            with suppress(OSError):
                delete(partial)
        _log.debug("journal compacted bytes=%d", size)
        return size

    def _write_anew(self, path: Path, partial: Path, check: Callable[[], None]) -> int:
        partial.parent.mkdir(exist_ok=True)
        with partial.open("xb") as target:
            with open_journal(path) as source:
                lines, end = last_lines(source, check)
                for number, place in enumerate(lines.in_order()):
                    if number % LINES == 0:
                        check()
                    source.seek(place.start)
                    target.write(source.read(place.length))
                read_from = os.fstat(source.fileno())
            with self.opened() as journal:
                if not os.path.samestat(read_from, journal.facts):
                    raise OSError(errno.ESTALE, "another program wrote it anew")
                journal.copy(end, target)
                target.flush()
                sync(target.fileno())
                size = target.tell()
                target.close()
                if os.name == "nt":
                    journal.close()  # no file is replaced there that is open; see `_alone`
                replace(partial, path)
                sync_folder(path.parent)
        return size


class OpenJournal:
    """The journal while it is locked.

    Attributes:
        facts: of the file, when it was opened.
    """

    def __init__(self, path: Path, patience: Patience | None = None) -> None:
        """Open it.

        Args:
            path: of the file.
            patience: that is to be had with its disk.

        Raises:
            OSError: as the system says, or it is no ordinary file.
        """
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT
        for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY", "O_CLOEXEC"):
            flags |= getattr(os, name, 0)
        self._path, self._patience = path, patience
        self._left = False  # to a thread that has no answer yet
        while True:
            self._file = os.open(path, flags, 0o666)
            self._closed = False
            try:
                _wait_for(self._file, path)
                self.facts = _facts_of(self._file)
                if os.path.samestat(self.facts, path.stat()):
                    return
            except BaseException:
                self.close()
                raise
            self.close()  # another program wrote it anew while this one waited

    def close(self) -> None:
        """Let go of the file; harmless when repeated."""
        if not self._closed and not self._left:
            self._closed = True
            os.close(self._file)

    def append(self, lines: bytes) -> None:
        """Add whole lines; they are on the disk when this returns.

        Raises:
            OSError: as the system says; nothing was added, or what was is taken for none. Of a disk
                that does not answer it is not known.
        """
        if self._patience is None:
            self._append(lines)
            return
        try:
            self._patience.ask(lambda: self._append(lines), lambda _done: os.close(self._file))
        except Unanswered:
            self._left = True
            raise

    def _append(self, lines: bytes) -> None:
        end = self.facts.st_size
        if end and self._read(end - 1, 1) != b"\n":
            lines = b"\n" + lines
        try:
            while lines:  # a disk that fills up takes the beginning, and refuses the rest
                lines = lines[os.write(self._file, lines) :]
            sync(self._file)
        except OSError:
            with suppress(OSError):
                os.ftruncate(self._file, end)
            raise
        if not end:
            sync_folder(self._path.parent)

    def latest(self, history: str) -> int:
        """The number of the latest transaction of a history that is in it; 0 for none."""
        for tail in _TAILS:
            start = max(0, self.facts.st_size - tail)
            for line in reversed(self._read(start, tail).splitlines(keepends=True)):
                if number := _number(line, history):
                    return number
            if not start:
                return 0
        return max((_number(line, history) for line in self._lines()), default=0)

    def lines_after(self, history: str, number: int) -> list[Line]:
        """The lines behind the end of a transaction of a history."""
        found: list[Line] = []
        for line in self._lines():
            if 0 < _number(line, history) <= number:
                found.clear()
            elif (one := read(line)) is not None:
                found.append(one)
        return found

    def copy(self, start: int, target: BinaryIO) -> None:
        """Write all from ``start`` on into another file."""
        while chunk := self._read(start, _CHUNK):
            target.write(chunk)
            start += len(chunk)

    def _lines(self) -> Iterator[bytes]:
        with open_journal(self._path) as file:
            yield from lines_in(file)

    def _read(self, start: int, most: int) -> bytes:
        os.lseek(self._file, start, os.SEEK_SET)
        return os.read(self._file, most)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """While Windows is written on: there the file itself could not be replaced while it is held."""
    if os.name != "nt":
        yield
        return
    from filelock import FileLock, Timeout

    place = path.parent / INCOMING / "journal.lock"
    place.parent.mkdir(exist_ok=True)
    try:
        with FileLock(place, timeout=_PATIENCE):
            yield
    except Timeout:
        raise FileHeld(path=str(path)) from None


def _wait_for(descriptor: int, path: Path) -> None:
    """Lock a file until it is closed; elsewhere than on Windows, see `_alone`.

    A file system that knows no locks is written on without one.

    Raises:
        FileHeld: another program holds it for long.
    """
    if sys.platform == "win32":
        return
    import fcntl

    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise FileHeld(path=str(path)) from None
            time.sleep(_REST)
        except OSError:
            return
        else:
            return


def _facts_of(descriptor: int) -> os.stat_result:
    facts = os.fstat(descriptor)
    if not stat.S_ISREG(facts.st_mode):
        raise OSError(errno.EINVAL, "no ordinary file")
    return facts


def sync(descriptor: int) -> None:
    """Bring what was written to the disk itself, as SQLite does.

    Raises:
        OSError: as the system says.
    """
    if sys.platform == "darwin":
        import fcntl

        fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
    elif hasattr(os, "fdatasync"):
        os.fdatasync(descriptor)
    else:
        os.fsync(descriptor)


def _close(opening: Future[OpenJournal]) -> None:
    if opening.exception() is None:
        opening.result().close()


def _number(line: bytes, history: str) -> int:
    """Of the transaction of a history that a line ends; 0 if it is another line."""
    if line[9:10] != _WRITTEN:
        return 0
    found = read(line)
    record = told(found) if found is not None and found.key == history else None
    return record.number if isinstance(record, Written) else 0
