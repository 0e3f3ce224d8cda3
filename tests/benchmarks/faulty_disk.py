"""A disk that refuses at one operation, or on which the process dies there.

Operations are those that change a disk: open for writing, write, truncate, sync, rename, delete,
make a folder; Python's and, through a VFS of their own, SQLite's.
"""

from __future__ import annotations

import builtins
import errno
import io
import os
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import apsw

if TYPE_CHECKING:
    from collections.abc import Callable

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


class Disk:
    """Counts operations below a folder, and lets one of them go wrong."""

    def __init__(self, job: dict[str, Any]) -> None:
        self._home = os.path.realpath(job["home"])
        self._at = job.get("at", 0)
        self._span = job.get("span", 1)
        self._fault = job.get("fault", "")
        self.log: list[str] = []
        self.vfs: apsw.VFS | None = None

    def touches(self, path: object) -> bool:
        return isinstance(path, str | os.PathLike) and os.path.realpath(path).startswith(self._home)

    def fails(self, kind: str) -> bool:
        """Take note of an operation; die there, or tell whether it is refused."""
        self.log.append(kind)
        number = len(self.log)
        if self._fault in {"kill", "half"}:
            if number == self._at and self._fault == "kill":
                self.die()
            return False
        return bool(self._fault) and self._at <= number < self._at + self._span

    def check(self, kind: str) -> None:
        if self.fails(kind):
            number = getattr(errno, self._fault)
            raise OSError(number, os.strerror(number))

    def tears(self) -> bool:
        """Whether to die in the midst of the write that was just noted."""
        return self._fault == "half" and len(self.log) == self._at

    def die(self) -> None:
        os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(60)

    def check_sqlite(self, kind: str) -> None:
        if self.fails(kind):
            kind_of = apsw.CantOpenError if kind.endswith("open") else apsw.IOError
            raise apsw.FullError("full") if self._fault == "ENOSPC" else kind_of(self._fault)


def shim_python(disk: Disk) -> None:
    """Count what this process does to the disk from Python."""
    for name in ("replace", "rename", "unlink", "remove", "mkdir", "chmod"):
        setattr(os, name, _on_path(disk, name, getattr(os, name)))
    os.fsync = _on_descriptor(disk, "fsync", os.fsync)
    os.posix_fallocate = _on_descriptor(disk, "reserve", os.posix_fallocate)
    os.open = _opening(disk, os.open)
    io.open = builtins.open = _opening_files(disk, io.open)


def _on_path(disk: Disk, kind: str, real: Callable[..., Any]) -> Callable[..., Any]:
    def call(path: Any, *args: Any, **kwargs: Any) -> Any:
        if disk.touches(path):
            disk.check(kind)
        return real(path, *args, **kwargs)

    return call


def _on_descriptor(disk: Disk, kind: str, real: Callable[..., Any]) -> Callable[..., Any]:
    def call(descriptor: int, *args: Any) -> Any:
        if disk.touches(Path(f"/proc/self/fd/{descriptor}").readlink()):
            disk.check(kind)
        return real(descriptor, *args)

    return call


def _opening(disk: Disk, real: Callable[..., int]) -> Callable[..., int]:
    def call(path: Any, flags: int, *args: Any, **kwargs: Any) -> int:
        if flags & _WRITING and disk.touches(path):
            disk.check("open")
        return real(path, flags, *args, **kwargs)

    return call


def _opening_files(disk: Disk, real: Callable[..., Any]) -> Callable[..., Any]:
    class CountedFile(io.FileIO):
        def write(self, data: Any) -> int:
            disk.check("write")
            if disk.tears():
                super().write(memoryview(data)[: len(data) // 2])
                disk.die()
            return super().write(data)

        def truncate(self, size: int | None = None) -> int:
            disk.check("truncate")
            return super().truncate(size)

    def call(file: Any, mode: str = "r", buffering: int = -1, *args: Any, **kwargs: Any) -> Any:
        if not set(mode) & set("wxa+") or not disk.touches(file):
            return real(file, mode, buffering, *args, **kwargs)
        disk.check("open")
        raw = CountedFile(os.fspath(file), mode.replace("b", "").replace("t", ""))
        if buffering == 0:
            return raw
        buffered = io.BufferedWriter(raw)
        return buffered if "b" in mode else io.TextIOWrapper(buffered, "utf-8")

    return call


def shim_sqlite(disk: Disk) -> None:
    """Count what this process does to the disk through SQLite."""

    class File(apsw.VFSFile):
        def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802 - its name in SQLite
            disk.check_sqlite("sqlite write")
            if disk.tears():
                super().xWrite(data[: len(data) // 2], offset)
                disk.die()
            super().xWrite(data, offset)

        def xSync(self, flags: int) -> None:  # noqa: N802 - its name in SQLite
            disk.check_sqlite("sqlite sync")
            super().xSync(flags)

        def xTruncate(self, size: int) -> None:  # noqa: N802 - its name in SQLite
            disk.check_sqlite("sqlite truncate")
            super().xTruncate(size)

    class Vfs(apsw.VFS):
        def __init__(self) -> None:
            super().__init__("faulty", "unix", makedefault=True)

        def xOpen(self, name: Any, flags: list[int]) -> apsw.VFSFile:  # noqa: N802 - its name in SQLite
            if flags[0] & apsw.SQLITE_OPEN_CREATE:
                disk.check_sqlite("sqlite open")
            return File("unix", name, flags)

        def xDelete(self, name: str, sync: bool) -> None:  # noqa: N802 - its name in SQLite
            disk.check_sqlite("sqlite delete")
            super().xDelete(name, sync)

    disk.vfs = Vfs()  # it lives as long as this
