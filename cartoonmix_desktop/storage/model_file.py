"""What the server last told of the model: one small file, which can be deleted at any time."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from cartoonmix_desktop.storage.held_files import delete, replace
from cartoonmix_desktop.storage.os_errors import file_errors, read_small

if TYPE_CHECKING:
    from pathlib import Path

_FILE = "model.json"
_LARGEST = 1024 * 1024  # bytes


class ModelFile(Struct, frozen=True):
    """What is remembered.

    Attributes:
        model: slug that was asked for.
        account: fingerprint of who asked.
        told_at: unix seconds of the answer.
        gone: the server had no such model.
        tool: the model as it was told last, JSON values with fractions as text.
        tool_at: unix seconds when that was.
    """

    model: str
    account: str
    told_at: float
    gone: bool = False
    tool: dict[str, object] = {}
    tool_at: float = 0.0


def read_model_file(data: Path) -> ModelFile | None:
    """What is remembered in the data folder; None for nothing that can be used. Never raises."""
    try:
        return _decoder.decode(read_small(data / _FILE, _LARGEST))
    except (OSError, ValueError, RecursionError):
        return None


def write_model_file(data: Path, known: ModelFile) -> None:
    """Remember it; what is too large is left out.

    Raises:
        DiskFull: no room.
        FolderUnusable: the data folder cannot be written.
    """
    path = data / _FILE
    written = msgspec.json.encode(known)
    if len(written) > _LARGEST:
        return
    temporary = data / f"{_FILE}.{os.getpid()}.part"
    with file_errors(path):
        try:
            temporary.write_bytes(written)
            replace(temporary, path)
        finally:
            delete(temporary)


_decoder = msgspec.json.Decoder(ModelFile)
