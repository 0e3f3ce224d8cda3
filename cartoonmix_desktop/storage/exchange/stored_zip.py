"""What a zip lists, one entry after another.

`zipfile` reads the whole list at once, into an object an entry: of a list that means harm that
takes minutes in which it cannot be stopped, and memory without bound.
"""

from __future__ import annotations

import os
import struct
from typing import TYPE_CHECKING, BinaryIO

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterator

_ENTRY = struct.Struct("<4s4B4HL2L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_END = struct.Struct("<4s4H2LH")
_LOCATOR = struct.Struct("<4sLQL")
_END_64 = struct.Struct("<4sQ2H2L4Q")
_LONGEST_COMMENT = 65_535
_ZIP_64 = 1  # the kind of extra that holds what has no room in 32 bits
_UNKNOWN = 0xFFFFFFFF  # in 32 bits: it stands there
_UTF_8 = 0x800
_ENCRYPTED = 0x41  # with its list, or without
_PATCHED = 0x20


class ZipDamaged(Exception):
    """It is no zip, or not one in one piece."""


class Entry(Struct, frozen=True):
    """What the list says of one file; nothing of it is believed yet.

    Attributes:
        name: with forward slashes.
        raw: the same, as bytes.
        size: bytes.
        offset: of its head, from the beginning.
        mode: as POSIX has it; 0 where it is not told.
        packed: whether it is anything but its plain bytes: compressed, encrypted.
    """

    name: str
    raw: bytes
    size: int
    offset: int
    mode: int
    packed: bool


def entries(file: BinaryIO) -> Iterator[Entry]:
    """All that a zip lists, in the order of the list.

    Raises:
        ZipDamaged: it does not hold together.
        OSError: it cannot be read.
    """
    begins, end = _list_of(file)
    at = begins
    while at < end:
        file.seek(at)
        head = file.read(_ENTRY.size)
        if len(head) < _ENTRY.size or not head.startswith(b"PK\1\2"):
            raise ZipDamaged
        (
            _,
            _,
            _,
            _,
            _,
            flags,
            method,
            *_,
            packed,
            size,
            names,
            extras,
            comments,
            _,
            _,
            mode,
            offset,
        ) = _ENTRY.unpack(head)
        rest = file.read(names + extras)
        raw, extra = rest[:names], rest[names:]
        size, packed, offset = _widened(extra, size, packed, offset)
        if offset + packed > begins:
            raise ZipDamaged
        try:
            name = raw.decode("utf-8" if flags & _UTF_8 else "cp437")
        except UnicodeDecodeError as error:
            raise ZipDamaged from error
        odd = bool(method or flags & (_ENCRYPTED | _PATCHED) or size != packed)
        yield Entry(name, raw, size, offset, mode >> 16, odd)
        at += _ENTRY.size + names + extras + comments
    if at != end:
        raise ZipDamaged


def begin(file: BinaryIO, offset: int, raw: bytes) -> None:
    """Go to the first byte of a file in it.

    Args:
        file: the zip.
        offset: of its head.
        raw: its name, which must stand there too.

    Raises:
        ZipDamaged: it is not there.
        OSError: it cannot be read.
    """
    file.seek(offset)
    head = file.read(_LOCAL.size)
    if len(head) < _LOCAL.size or not head.startswith(b"PK\3\4"):
        raise ZipDamaged
    *_, names, extras = _LOCAL.unpack(head)
    if file.read(names) != raw:
        raise ZipDamaged
    file.seek(extras, os.SEEK_CUR)


def _list_of(file: BinaryIO) -> tuple[int, int]:
    """Where the list begins and ends."""
    length = file.seek(0, os.SEEK_END)
    file.seek(max(0, length - _END.size - _LONGEST_COMMENT))
    tail = file.read()
    at = tail.rfind(b"PK\5\6")
    if at < 0 or len(tail) < at + _END.size:
        raise ZipDamaged
    *_, size, begins, _comment = _END.unpack_from(tail, at)
    ends = length - len(tail) + at
    if at >= _LOCATOR.size:
        mark, _, there, _ = _LOCATOR.unpack_from(tail, at - _LOCATOR.size)
        if mark == b"PK\6\7":
            ends = there
            file.seek(min(there, length))
            head = file.read(_END_64.size)
            if len(head) < _END_64.size or not head.startswith(b"PK\6\6"):
                raise ZipDamaged
            *_, size, begins = _END_64.unpack(head)
    if begins + size != ends:
        raise ZipDamaged
    return begins, ends


def _widened(extra: bytes, *facts: int) -> tuple[int, int, int]:
    """Size, packed size and offset, of which some may stand in the extra alone."""
    wide: list[int] = []
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, at)
        if kind == _ZIP_64:
            data = extra[at + 4 : at + 4 + min(length, 24)]
            wide = [int.from_bytes(data[i : i + 8], "little") for i in range(0, len(data) - 7, 8)]
        at += 4 + length
    told = iter(wide)
    try:
        size, packed, offset = (next(told) if fact == _UNKNOWN else fact for fact in facts)
    except RuntimeError as error:  # less than was promised
        raise ZipDamaged from error
    return size, packed, offset
