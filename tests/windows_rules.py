"""Windows' rules for files, laid over those of this system.

A file that is open can be neither renamed nor deleted, a rename replaces nothing, what is read-only
stays, names differ in more than the case of letters, and some are none at all. What SQLite does
itself is not seen. ``WINDOWS_RULES=1 make test ARGS=tests/unit/storage`` lays them over all tests;
those of how the journal is locked elsewhere fail then.
"""

from __future__ import annotations

import builtins
import errno
import io
import os
import stat
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import filelock

from cartoonmix_desktop.core.task.naming import is_reserved
from cartoonmix_desktop.storage.exchange import import_staging
from cartoonmix_desktop.storage.journal import file as journal_file

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

_ONE_PATH = ("access", "chmod", "listdir", "lstat", "open", "scandir", "stat", "utime")
_IN_USE, _DENIED, _BAD_NAME, _EXISTS = 32, 5, 123, 183
_lstat, _listdir, _readlink = os.lstat, os.listdir, os.readlink


class _Lock(filelock.FileLock):
    """It goes when it is let go of, as on Windows, unless somebody holds it."""

    def _release(self) -> None:
        super()._release()
        with suppress(OSError):
            Path(self.lock_file).unlink()


class _Windows:
    """`os` for what asks which system this is."""

    name = "nt"

    def __getattr__(self, name: str) -> Any:
        return getattr(os, name)


def lay_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have them hold until the test is over."""
    monkeypatch.setattr(journal_file, "os", _Windows())
    monkeypatch.setattr(filelock, "FileLock", _Lock)
    for name in _ONE_PATH:
        monkeypatch.setattr(os, name, _named(getattr(os, name)))
    for module in (builtins, io):
        monkeypatch.setattr(module, "open", _named(io.open))
    for name in ("unlink", "remove", "rmdir"):
        monkeypatch.setattr(os, name, _removing(getattr(os, name)))
    monkeypatch.setattr(os, "mkdir", _named(os.mkdir))
    monkeypatch.setattr(import_staging, "FileIO", _named(io.FileIO))
    for name in ("rename", "replace"):
        monkeypatch.setattr(os, name, _moving(getattr(os, name), replaces=name == "replace"))


def hold_each_once(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Have a scanner hold each file as it is to be renamed or deleted, once; what it has held."""
    held: list[str] = []
    for name in ("unlink", "rmdir", "rename", "replace"):
        monkeypatch.setattr(os, name, _scanned(getattr(os, name), held))
    return held


def _scanned(call: Callable[..., Any], held: list[str]) -> Callable[..., Any]:
    def checked(path: Any, *rest: Any, **named: Any) -> Any:
        if "dir_fd" not in named and _is_there(path) and str(path) not in held:
            held.append(str(path))
            raise _denial(PermissionError, errno.EACCES, _IN_USE, path)
        return call(path, *rest, **named)

    return checked


def _named(call: Callable[..., Any]) -> Callable[..., Any]:
    def checked(path: Any = ".", *rest: Any, **named: Any) -> Any:
        return call(_found(path, named), *rest, **named)

    return checked


def _removing(call: Callable[..., Any]) -> Callable[..., Any]:
    def checked(path: Any, *rest: Any, **named: Any) -> Any:
        place = _found(path, named)
        _check_free(place)
        return call(place, *rest, **named)

    return checked


def _moving(call: Callable[..., Any], *, replaces: bool) -> Callable[..., Any]:
    def checked(path: Any, target: Any, *rest: Any, **named: Any) -> Any:
        place, new = _found(path, named), _found(target, named)
        _check_free(place)
        if str(place).casefold() == str(new).casefold():  # another case of its own name
            new = target
        elif _is_there(new):
            if not replaces:
                raise _denial(FileExistsError, errno.EEXIST, _EXISTS, new)
            _check_free(new)
        return call(place, new, *rest, **named)

    return checked


def _found(path: Any, named: dict[str, Any]) -> Any:
    """The path as it lies there, in whatever case it was asked for."""
    if not isinstance(path, str | Path) or named.get("dir_fd") is not None:
        return path
    text = os.fspath(path)
    if text.startswith(("/proc/", "/dev/", "/sys/")):
        return path
    for part in PurePosixPath(text).parts:
        bad = not set('<>:"|?*\\').isdisjoint(part) or part[-1] in ". " or is_reserved(part)
        if bad and part not in {".", ".."}:
            raise _denial(OSError, errno.EINVAL, _BAD_NAME, path)
    return _in_its_case(text)


def _in_its_case(text: str) -> str:
    if _is_there(text):
        return text
    head, tail = os.path.split(text)
    if not tail:
        return text
    head = _in_its_case(head) if head else head
    try:
        names = _listdir(head or ".")
    except OSError:
        names = []
    alike = [name for name in names if name.casefold() == tail.casefold()]
    return os.path.join(head, alike[0] if alike else tail)  # noqa: PTH118


def _is_there(path: Any) -> bool:
    try:
        _lstat(path)
    except (OSError, ValueError):
        return False
    return True


def _check_free(path: Any) -> None:
    """Whether nobody has it open, nor what is in it, and it may be changed."""
    whole = os.path.abspath(path)  # noqa: PTH100
    for number in _listdir("/proc/self/fd"):
        try:
            place = _readlink(f"/proc/self/fd/{number}")
        except OSError:  # of the listing itself
            continue
        if place == whole or place.startswith(f"{whole}/"):
            raise _denial(PermissionError, errno.EACCES, _IN_USE, path)
    if _is_there(path) and not _lstat(path).st_mode & stat.S_IWRITE:
        raise _denial(PermissionError, errno.EACCES, _DENIED, path)


def _denial(kind: type[OSError], number: int, on_windows: int, path: Any) -> OSError:
    error = kind(number, "Windows does not do that", str(path))
    error.winerror = on_windows  # type: ignore[attr-defined,unused-ignore]
    return error
