"""A picture on its way from its host to the library, perhaps in more than one go."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator


@dataclass(frozen=True, slots=True)
class PartReceived:
    """The beginning of a picture, received earlier.

    Attributes:
        size: bytes that are here, fewer than ``total``.
        total: bytes of the whole picture.
        validator: what its host named this version of the picture by: an entity tag or a date.
    """

    size: int
    total: int
    validator: str


@dataclass(frozen=True, slots=True)
class Download:
    """The bytes of one picture as they come.

    Attributes:
        start: where in the picture they begin: at 0, or at the end of the part that is here.
        total: bytes of the whole picture, None if nobody says.
        validator: for `PartReceived`; empty if the host does not let the rest be asked for.
        chunks: the bytes exactly as served; they end without an error only when all have come.
    """

    start: int
    total: int | None
    validator: str
    chunks: AsyncGenerator[bytes, None] = field(repr=False)
