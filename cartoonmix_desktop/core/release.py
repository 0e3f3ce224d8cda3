"""A published version of this program, as its signed news tell of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from datetime import datetime

_NUMBER = re.compile(r"(\d{1,5})\.(\d{1,5})\.(\d{1,5})", re.ASCII)


class Channel(Struct, frozen=True):
    """Where news of releases come from; set when the program is built.

    Attributes:
        manifest: https address of the signed news.
        page: https address that a person gets new versions from.
        keys: Ed25519 public keys, 32 bytes each; news are signed with one of them.
    """

    manifest: str
    page: str
    keys: tuple[bytes, ...]


class Release(Struct, frozen=True):
    """One version.

    Attributes:
        sequence: number of these news; each later publication has a higher one.
        version: ``"1.2.3"``.
        released: when.
        expires: from when on these news are too old to be believed.
        notes: what is new; plain text.
    """

    sequence: int
    version: str
    released: datetime
    expires: datetime
    notes: str


def order(version: str) -> tuple[int, int, int]:
    """What a version is compared by; one that is none comes before all."""
    found = _NUMBER.fullmatch(version)
    return (int(found[1]), int(found[2]), int(found[3])) if found else (0, 0, 0)


def is_newer(version: str, than: str) -> bool:
    """Whether a version comes after another."""
    return order(version) > order(than)
