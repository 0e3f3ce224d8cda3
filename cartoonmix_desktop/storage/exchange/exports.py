"""Files that leave the library: written, read back, and only then given a name."""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from itertools import count
from typing import TYPE_CHECKING

from msgspec import Struct

from cartoonmix_desktop.core.errors import CartoonMixError, ExportImpossible, FolderUnusable
from cartoonmix_desktop.core.picture_formats import SUFFIXES
from cartoonmix_desktop.core.recipe.orientation import orientation_of
from cartoonmix_desktop.core.task.naming import numbered
from cartoonmix_desktop.storage.exchange.metadata import (
    EmbeddedMetadata,
    encode,
    fit_for,
    is_lossless,
    says,
)
from cartoonmix_desktop.storage.files.decoding import decode, format_of, upright
from cartoonmix_desktop.storage.files.partial_files import partial_path, sweep
from cartoonmix_desktop.storage.files.png import is_deep
from cartoonmix_desktop.storage.held_files import delete, rename, replace
from cartoonmix_desktop.storage.os_errors import file_errors, sync_folder

if TYPE_CHECKING:
    from pathlib import Path

    from PIL.Image import Image


class Sidecar(Struct, frozen=True):
    """A text beside a picture.

    Attributes:
        suffix: e.g. ``".txt"``.
        text: what it says.
    """

    suffix: str
    text: str


def read_kept(path: Path, sha256: str) -> bytes:
    """A picture of the library, byte for byte as it was kept.

    Raises:
        ExportImpossible: its file is missing, or is another.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ExportImpossible("missing", error.strerror or "") from error
    if hashlib.sha256(data).hexdigest() != sha256:
        raise ExportImpossible("changed")
    return data


def made_anew(
    data: bytes,
    kind: str,
    quality: int,
    metadata: EmbeddedMetadata,
    *,
    image: Image | None = None,
    long_edge: int = 0,
) -> tuple[bytes, str]:
    """The picture in another dress, compared with what it was.

    Args:
        data: the picture as it was kept.
        kind: Pillow's name of the format that it gets.
        quality: see `encode`.
        metadata: what it is to say of itself.
        image: ``data``, where it is decoded already.
        long_edge: pixels of its longer side at most; 0 for as many as there are.

    Returns:
        The file's content, and its ending.

    Raises:
        ExportImpossible: it moves, or has more bits than Pillow reads; the format cannot hold it or
            what it is to say; or what came out differs.
    """
    was = format_of(data)
    image = decode(data) if image is None else image
    if was != "JPEG" and getattr(image, "n_frames", 1) > 1:  # a phone's JPEG holds a preview too
        raise ExportImpossible("moving")
    stays_deep = kind == "PNG" and image.mode.startswith("I")  # of greys alone
    if was == "PNG" and is_deep(data) and is_lossless(kind, quality) and not stays_deep:
        raise ExportImpossible("deep")
    try:
        image = fit_for(_within(upright(image, orientation_of(data)), long_edge), kind)
    except Exception as error:  # Pillow converts most kinds of pixels into others, not all
        raise ExportImpossible("unencodable", type(error).__name__) from error
    made = encode(image, kind, quality, metadata)
    _compare(image, made, metadata, exact=is_lossless(kind, quality))
    return made, SUFFIXES[kind]


def _within(image: Image, long_edge: int) -> Image:
    """``image`` with a longer side of so many pixels, if it has more."""
    from PIL.Image import Resampling

    longest = max(image.size)
    if not long_edge or longest <= long_edge:
        return image
    wanted = {"1": "L", "P": "RGB", "I": "I;16"}.get(image.mode, image.mode)
    if wanted in {"L", "RGB"} and image.has_transparency_data:  # of one colour, others come between
        wanted += "A"
    size = tuple(max(1, round(side * long_edge / longest)) for side in image.size)
    return image.convert(wanted).resize(size, Resampling.LANCZOS)


def _compare(image: Image, made: bytes, metadata: EmbeddedMetadata, *, exact: bool) -> None:
    try:
        back = decode(made)
    except CartoonMixError as error:
        raise ExportImpossible("differs", type(error).__name__) from error
    if back.size != image.size or (exact and _pixels(back) != _pixels(image)):
        raise ExportImpossible("differs", "its pixels")
    if not says(back, metadata):
        raise ExportImpossible("differs", "what it says")


def _pixels(image: Image) -> bytes:
    if image.mode.startswith("I"):
        return image.convert("I").tobytes()
    return image.convert("RGBA").tobytes()


def write_out(
    folder: Path,
    name: str,
    suffix: str,
    data: bytes,
    sidecar: Sidecar | None = None,
    first: int = 1,
) -> Path:
    """Write a picture, and the text beside it, under the next free name; all of it or nothing.

    Args:
        folder: is there.
        name: without its ending.
        suffix: of the picture.
        data: the whole file.
        sidecar: what stands beside it.
        first: number from which on a free one is looked for; 1 is the bare name.

    Returns:
        Where the picture is.

    Raises:
        DiskFull: no room.
        FolderUnusable: the folder is not there, or cannot be written.
        ExportImpossible: what was read back is not what was written.
    """
    with file_errors(folder):
        if not folder.is_dir():
            raise FolderUnusable(str(folder), "it is not there")
        picture = _temporary(folder, data)
        beside = None
        try:
            if sidecar is not None:
                beside = _temporary(folder, sidecar.text.encode())
            for number in count(first):
                stem = numbered(name, number)
                target = folder / f"{stem}{suffix}"
                text = folder / f"{stem}{sidecar.suffix}" if sidecar is not None else None
                if target.exists() or (text is not None and text.exists()):
                    continue
                if not _claim(picture, target):
                    continue
                if beside is None or text is None or _claim(beside, text):
                    sync_folder(folder)
                    return target
                delete(target, missing_ok=False)  # another took the name of its text meanwhile
                picture = _temporary(folder, data)
        finally:
            for left in (picture, beside):
                if left is not None:
                    with suppress(OSError):
                        delete(left)
    raise AssertionError("there is always another number")


def write_over(target: Path, data: bytes) -> None:
    """Write a file under a name that was chosen; what has it is replaced only by all of it.

    Raises:
        DiskFull: no room; what was there stays.
        FolderUnusable: the folder cannot be written; the same.
        ExportImpossible: what was read back is not what was written; the same.
    """
    sweep(target.parent)
    with file_errors(target.parent):
        written = _temporary(target.parent, data)
        try:
            replace(written, target)
        except BaseException:
            with suppress(OSError):
                delete(written)
            raise
        sync_folder(target.parent)


def _temporary(folder: Path, data: bytes) -> Path:
    """A hidden file with this content, on the disk and read back."""
    path = partial_path(folder)
    try:
        with path.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        _check(path, data)
    except BaseException:
        with suppress(OSError):
            delete(path)
        raise
    return path


def _check(path: Path, data: bytes) -> None:
    if path.read_bytes() != data:
        raise ExportImpossible("differs", "its bytes")


def _claim(file: Path, target: Path) -> bool:
    """Give ``file`` a name that nobody has; whether it was free."""
    try:
        os.link(file, target)
    except FileExistsError:
        return False
    except (OSError, NotImplementedError):  # a file system without links
        if target.exists():
            return False
        rename(file, target)
        return True
    delete(file, missing_ok=False)
    return True
