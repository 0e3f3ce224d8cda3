"""Pictures from bytes, in two threads, so that the window never waits for a decoder.

Only `QImage` is made in the threads; drawing one needs no `QPixmap`. Nothing here makes reference
cycles in a thread: cyclic garbage is collected on the GUI thread alone.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from msgspec import Struct
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QObject, QSize, Qt, Signal
from PySide6.QtGui import QColorSpace, QImage, QImageReader, QTransform

from cartoonmix_desktop.core.errors import CartoonMixError, NotAPicture, PictureTooLarge
from cartoonmix_desktop.core.picture_formats import format_of
from cartoonmix_desktop.core.recipe.orientation import orientation_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Container, Coroutine, Sequence
    from pathlib import Path
    from typing import Any

    from cartoonmix_desktop.core.task.task import Output

    Fetch = Callable[[Sequence[Output]], Awaitable[list[bytes | None]]]
    """Gives something encoded of each output, None where there is nothing."""

    Spawn = Callable[[Coroutine[Any, Any, None]], object]
    """Starts a coroutine in a set of tasks that somebody owns."""

    _Key = tuple[int, int, int]  # output id, width, height

MOST_PIXELS = 64 * 1024 * 1024
"""Pictures with more are refused before they are decoded."""

_MOST_MEGABYTES = MOST_PIXELS * 8 // 1024**2
"""That so many pixels can take, with 16 bits a channel; Qt by itself stops at 256."""

MOST_BYTES = 512 * 1024 * 1024
"""Files with more are refused before they are read."""

THUMBNAILS_BYTES = 16 * 1024 * 1024
"""Decoded thumbnails that are kept in memory; more where more is in sight at once."""

_TURNS = {  # by `orientation_of`
    2: QTransform(-1, 0, 0, 1, 0, 0),
    3: QTransform(-1, 0, 0, -1, 0, 0),
    4: QTransform(1, 0, 0, -1, 0, 0),
    5: QTransform(0, 1, 1, 0, 0, 0),
    6: QTransform(0, 1, -1, 0, 0, 0),
    7: QTransform(0, -1, -1, 0, 0, 0),
    8: QTransform(0, -1, 1, 0, 0, 0),
}
_BY_QT = {"PNG", "JPEG", "WEBP"}
_SMALLEST_LEVEL = 256  # pixels; halving further saves nothing
_FETCHES = 4  # batches under way at once: two are decoded while two are read
_BATCH = 6  # thumbnails that go to a thread and back together
_POOL = ThreadPoolExecutor(2, thread_name_prefix="decode")


class Picture(Struct, frozen=True):
    """A decoded picture with smaller copies of itself.

    Attributes:
        levels: the picture, then each half the size of the one before.
    """

    levels: tuple[QImage, ...]

    @property
    def size(self) -> QSize:
        """In pixels of the file."""
        return self.levels[0].size()

    def level(self, zoom: float) -> QImage:
        """The smallest copy that has at least the pixels that ``zoom`` shows."""
        index = 0
        while index + 1 < len(self.levels) and zoom <= 0.5:
            index, zoom = index + 1, zoom * 2
        return self.levels[index]


def decode(data: bytes) -> QImage:
    """Decode a picture; of one that moves, the first. Safe in any thread.

    Raises:
        NotAPicture: it is of no format that is read, or broken.
        PictureTooLarge: it has more than `MOST_PIXELS`, or memory has run out.
    """
    if not (kind := format_of(data)):
        raise NotAPicture("of no format that is read")
    image, problem = _read(data, kind) if kind in _BY_QT else (_read_otherwise(data), "")
    if image is None:
        raise PictureTooLarge(problem)
    if image.isNull():
        raise NotAPicture(problem)
    if image.colorSpace().isValid():
        image.convertToColorSpace(QColorSpace(QColorSpace.NamedColorSpace.SRgb))
    # The formats that are drawn without being converted each time.
    opaque, clear = QImage.Format.Format_RGB32, QImage.Format.Format_ARGB32_Premultiplied
    image.convertTo(clear if image.hasAlphaChannel() else opaque)
    if image.isNull():
        raise PictureTooLarge("for the memory that is left")
    turn = _TURNS.get(orientation_of(data))
    return image if turn is None else image.transformed(turn)


def _read(data: bytes, kind: str) -> tuple[QImage | None, str]:
    """The image, or None when it is too large, and what the reader says.

    No exception leaves here: its traceback would carry the buffer, a QObject, to another thread.
    """
    buffer = QBuffer()
    buffer.setData(QByteArray(data))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    QImageReader.setAllocationLimit(_MOST_MEGABYTES)
    reader = QImageReader(buffer, QByteArray(kind.lower().encode()))
    reader.setAutoDetectImageFormat(False)
    reader.setDecideFormatFromContent(False)
    reader.setAutoTransform(False)  # some readers do it, and not all
    size = reader.size()
    if size.width() * size.height() > MOST_PIXELS:
        return None, f"{size.width()} × {size.height()} pixels"
    return reader.read(), reader.errorString()


def _read_otherwise(data: bytes) -> QImage:
    """A picture that Qt has no reader for, or none in an installed program."""
    # Imported here: few pictures are such.
    from cartoonmix_desktop.services.shown_pictures import pixels_of

    pixels = pixels_of(data)
    formats = QImage.Format
    kind = formats.Format_RGBA8888 if pixels.clear else formats.Format_RGBX8888
    image = QImage(pixels.rgba, pixels.width, pixels.height, 4 * pixels.width, kind).copy()
    if pixels.profile:
        image.setColorSpace(QColorSpace.fromIccProfile(QByteArray(pixels.profile)))
    return image


def load(path: Path) -> Picture:
    """Read and decode a picture file. Safe in any thread.

    Raises:
        OSError: it cannot be read; `FileNotFoundError` when it is missing.
        NotAPicture, PictureTooLarge: as `decode`.
    """
    if (size := path.stat().st_size) > MOST_BYTES:
        raise PictureTooLarge(f"{size} bytes")
    levels = [decode(path.read_bytes())]
    while min(levels[-1].width(), levels[-1].height()) >= 2 * _SMALLEST_LEVEL:
        levels.append(_scaled(levels[-1], levels[-1].size() / 2))
    return Picture(tuple(levels))


def thumbnail(data: bytes, size: QSize) -> QImage:
    """Decode and cut to exactly ``size`` pixels, filling it from the middle. Safe in any thread.

    Raises:
        NotAPicture, PictureTooLarge: as `decode`.
    """
    image = decode(data)
    covering = image.size().scaled(size, Qt.AspectRatioMode.KeepAspectRatioByExpanding)
    image = _scaled(image, covering.expandedTo(size))
    left, top = (image.width() - size.width()) // 2, (image.height() - size.height()) // 2
    return image.copy(left, top, size.width(), size.height())


def _scaled(image: QImage, size: QSize) -> QImage:
    smooth = Qt.TransformationMode.SmoothTransformation
    return image.scaled(size, Qt.AspectRatioMode.IgnoreAspectRatio, smooth)


def begin_to_load(path: Path) -> asyncio.Future[Picture]:
    """`load`, in the pool; to be waited for, or cancelled while its turn has not come."""
    return asyncio.get_running_loop().run_in_executor(_POOL, load, path)


async def load_in_pool(path: Path) -> Picture:
    """`load`, in the pool."""
    return await begin_to_load(path)


async def decode_in_pool(data: bytes) -> QImage:
    """`decode`, in the pool."""
    return await asyncio.get_running_loop().run_in_executor(_POOL, decode, data)


class Thumbnails(QObject):
    """Decoded thumbnails at hand for painting; absent ones are fetched, the newest wish first."""

    ready = Signal(int)
    """Something that was asked for is there, or is known to be missing; the asker's number."""

    def __init__(
        self,
        fetch: Fetch,
        spawn: Spawn,
        parent: QObject | None = None,
        *,
        instead: Fetch | None = None,
        batch: int = _BATCH,
    ) -> None:
        """Set up an empty cache.

        Args:
            fetch: what thumbnails are made of, None where the file is missing.
            spawn: starts a coroutine in an owned task set.
            parent: its owner.
            instead: what they are made of where ``fetch`` gives nothing that can be decoded; such
                a picture is missing all the same.
            batch: how many are fetched and shown together; 1 where each is waited for.
        """
        super().__init__(parent)
        self._fetch = fetch
        self._instead = instead
        self._spawn = spawn
        self._batch = batch
        self._images: OrderedDict[_Key, QImage] = OrderedDict()  # the least lately used first
        self._bytes, self._most = 0, THUMBNAILS_BYTES
        self._missing: set[int] = set()
        self._given_up: set[int] = set()  # of those that are missing: nothing stands in for them
        self._wishes: dict[_Key, tuple[Output, int]] = {}  # the newest last
        self._under_way: set[_Key] = set()
        self._fetching = 0

    def get(self, output: Output, size: QSize, asker: int) -> QImage | None:
        """The thumbnail if it is at hand; else None, and `ready` follows.

        Args:
            output: whose.
            size: wanted, in device pixels.
            asker: what `ready` will carry.
        """
        key = (output.id, size.width(), size.height())
        if (image := self._images.get(key)) is not None:
            self._images.move_to_end(key)
            return image
        if output.id not in self._given_up and key not in self._under_way:
            self._wishes.pop(key, None)
            self._wishes[key] = (output, asker)
            if self._fetching < _FETCHES:
                self._fetching += 1
                self._spawn(self._work())
        return None

    def at_hand(self, output: Output, size: QSize) -> QImage | None:
        """A thumbnail if it is there; nothing is fetched."""
        return self._images.get((output.id, size.width(), size.height()))

    def forget(self) -> None:
        """Let all of them go, and all wishes: nobody looks at them for now."""
        self._images.clear()
        self._wishes.clear()
        self._bytes = 0

    @property
    def busy(self) -> bool:
        """Whether something is wanted that is not there."""
        return bool(self._wishes or self._under_way)

    def is_missing(self, output: Output) -> bool:
        """Whether the picture's file was not there, or could not be decoded."""
        return output.id in self._missing

    def retain(self, askers: Container[int], pixels: int = 0) -> None:
        """Drop the wishes of all other askers: they are out of sight.

        Args:
            askers: who is in sight.
            pixels: of all that is in sight; twice that is kept, so that nothing of it ever goes.
        """
        self._most = max(THUMBNAILS_BYTES, 2 * 4 * pixels)
        self._wishes = {key: wish for key, wish in self._wishes.items() if wish[1] in askers}

    def look_again(self, output: Output) -> None:
        """Forget that a picture was missing."""
        self._missing.discard(output.id)
        self._given_up.discard(output.id)

    def look_for_all(self) -> None:
        """Forget that any was: files may have come."""
        self._missing.clear()
        self._given_up.clear()

    async def _work(self) -> None:
        try:
            while self._wishes:
                count = min(self._batch, len(self._wishes))
                batch = dict(self._wishes.popitem() for _ in range(count))
                self._under_way.update(batch)
                try:
                    await self._make({key: output for key, (output, _) in batch.items()})
                finally:
                    self._under_way.difference_update(batch)
                for asker in dict.fromkeys(asker for _, asker in batch.values()):
                    self.ready.emit(asker)
        finally:
            self._fetching -= 1

    async def _make(self, wanted: dict[_Key, Output]) -> None:
        lacking = await self._make_of(self._fetch, wanted)
        self._missing.update(key[0] for key in lacking)
        if lacking and self._instead is not None:
            lacking = await self._make_of(self._instead, lacking)
        self._given_up.update(key[0] for key in lacking)
        while self._bytes > self._most:
            self._bytes -= self._images.popitem(last=False)[1].sizeInBytes()

    async def _make_of(self, fetch: Fetch, wanted: dict[_Key, Output]) -> dict[_Key, Output]:
        """Make what can be made of what ``fetch`` gives; the rest is returned."""
        try:
            encoded = await fetch(tuple(wanted.values()))
        except CartoonMixError:
            encoded = [None] * len(wanted)
        loop = asyncio.get_running_loop()
        sizes = [QSize(width, height) for _, width, height in wanted]
        images = await loop.run_in_executor(_POOL, _thumbnails, encoded, sizes)
        for key, image in zip(wanted, images, strict=True):
            if image is not None:
                self._images[key] = image
                self._bytes += image.sizeInBytes()
        return {key: output for key, output in wanted.items() if key not in self._images}


def _thumbnails(encoded: Sequence[bytes | None], sizes: Sequence[QSize]) -> list[QImage | None]:
    """`thumbnail` of each; None where there is nothing, or nothing that can be decoded."""
    made: list[QImage | None] = []
    for data, size in zip(encoded, sizes, strict=True):
        try:
            made.append(None if data is None else thumbnail(data, size))
        except CartoonMixError:
            made.append(None)
    return made
