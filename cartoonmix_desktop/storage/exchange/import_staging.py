"""Pictures on their way from other folders into the library.

Each is copied under a temporary name, checked and brought to the disk; then the history is told
where it will be; then it is renamed. What is left between the last two is put in place by
`waiting` and `place`, since the temporary name tells its hash; what is left before is deleted.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
import sys
import time
import uuid
from contextlib import suppress
from io import FileIO
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from cartoonmix_desktop.core.errors import FileUnreadable, PictureTooLarge, StorageError
from cartoonmix_desktop.core.picture_formats import ENDINGS, SUFFIXES
from cartoonmix_desktop.core.recipe.orientation import orientation_of, seen_size
from cartoonmix_desktop.core.recipe.request import GenerationRequest
from cartoonmix_desktop.storage.files.decoding import decode, format_of
from cartoonmix_desktop.storage.files.inside import is_junction
from cartoonmix_desktop.storage.files.pictures import INCOMING, MOST_BYTES, WAITING, name_of
from cartoonmix_desktop.storage.held_files import delete, rename
from cartoonmix_desktop.storage.os_errors import file_errors, sync_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from cartoonmix_desktop.core.errors import InputError
    from cartoonmix_desktop.storage.files.pictures import PictureFolder

_NAME = re.compile(rf"([0-9a-f]{{64}})-[0-9a-f]{{32}}{re.escape(WAITING)}")
_OLDEST = 631_152_000.0  # 1990: clocks of cameras that were never set say less
_DAY = 24 * 3600.0


class StagedFile(Struct, frozen=True):
    """A checked picture under its temporary name.

    Attributes:
        file: the temporary file; or the picture's own, where it lies in the library already.
        uid: 32 hex digits of its own: those of the temporary name, if it has one.
        home: its place, if it lies there already; else empty.
        name: of the file that it was copied from; what is no text in it is ``?``.
        sha256: hex.
        size: bytes.
        suffix: of its format.
        width: pixels.
        height: pixels.
        request: what it says was asked for.
        made_at: unix seconds when it was made, as it or its file says.
        rating: stars that it carries.
        rejected: whether it says that it was put aside.
        tags: names that it carries.
        others: what it says beside its request.
        left_out: what it says that its request cannot hold, and why.
    """

    file: Path
    uid: str
    home: str
    name: str
    sha256: str
    size: int
    suffix: str
    width: int
    height: int
    request: GenerationRequest
    made_at: float
    rating: int
    rejected: bool
    tags: tuple[str, ...]
    others: Mapping[str, str]
    left_out: tuple[InputError, ...]


class Source(Struct, frozen=True):
    """A file that may be a picture, as it was when it was read.

    Attributes:
        path: of the file.
        data: all of it.
        sha256: hex.
        changed: unix seconds when it was last written.
    """

    path: Path
    data: bytes
    sha256: str
    changed: float


def pictures_in(
    paths: Iterable[Path],
    but: Path,
    refuse: Callable[[Path, FileUnreadable], None],
    is_over: Callable[[], bool] = lambda: False,
) -> Iterator[Path]:
    """Files to be imported: those given, and those in folders given that are named as pictures.

    Args:
        paths: files and folders.
        but: a folder that is passed over, and all that is hidden.
        refuse: told of each other folder that is passed over, and why.
        is_over: asked before each folder; True ends it.
    """

    def closed(error: OSError) -> None:
        folder = Path(error.filename)
        refuse(folder, FileUnreadable(str(folder), error.strerror or type(error).__name__))

    def is_linked(folder: Path) -> bool:
        """Where such links are followed, they may lead round in a circle."""
        if linked := folder.is_symlink() or is_junction(folder):
            refuse(folder, FileUnreadable(str(folder), "it is a link to another folder"))
        return linked

    for path in paths:
        if not path.is_dir():
            yield path
            continue
        for folder, folders, files in os.walk(path, onerror=closed):
            if is_over():
                return
            here = Path(folder)
            folders[:] = sorted(
                f
                for f in folders
                if not f.startswith(".") and here / f != but and not is_linked(here / f)
            )
            for name in sorted(files):
                if not name.startswith(".") and name.lower().endswith(ENDINGS):
                    yield here / name


def read(path: Path) -> Source:
    """A file that may be a picture, once and whole.

    Raises:
        FileUnreadable: it is not there, no file, or the system refuses.
        PictureTooLarge: larger than any picture.
    """
    with _reading(path):
        about = path.stat()  # before it is opened: to open a pipe would wait for its writer
        if not stat.S_ISREG(about.st_mode):
            raise FileUnreadable(str(path), "it is not a file")
        if about.st_size > MOST_BYTES:
            raise PictureTooLarge(detail=f"{about.st_size} bytes")
        with FileIO(path) as file:
            data = file.read(about.st_size + 1)
        if len(data) > about.st_size:
            raise FileUnreadable(str(path), "it changed while it was read")
    return Source(path, data, hashlib.sha256(data).hexdigest(), about.st_mtime)


class ImportStaging:
    """The temporary names, inside one library. Blocking; from any thread."""

    def __init__(self, library: PictureFolder) -> None:
        """Touches no file."""
        self._library = library

    @property
    def _root(self) -> Path:
        return self._library.root

    @property
    def _folder(self) -> Path:
        return self._library.root / INCOMING

    def fetch(self, source: Source, home: str = "") -> StagedFile:
        """Copy a picture, checked and byte for byte; `sync` brings it to the disk.

        Args:
            source: what was read.
            home: its place, if it lies in the library already and is not to be copied.

        Raises:
            PictureError: it is no whole picture.
            StorageError: the library refuses.
        """
        # Imported here: no start needs it.
        from cartoonmix_desktop.core.recipe.third_party import reading_in
        from cartoonmix_desktop.storage.exchange.metadata import read_embedded
        from cartoonmix_desktop.storage.exchange.sidecars import recipe_beside, with_marks_beside

        image = decode(source.data)
        said = read_embedded(image)
        reading = reading_in(said.texts)
        marks = said.xmp
        if not home:  # what lies in the library speaks for itself
            reading = reading if reading.tool else recipe_beside(source.path)
            marks = with_marks_beside(source.path, marks)
        width, height = seen_size(image.size, orientation_of(source.data))
        file = source.path if home else self.write(source.data, source.sha256)
        return StagedFile(
            file=file,
            uid=uuid.uuid4().hex if home else file.stem[-32:],
            home=home,
            # Not every name is Unicode.
            name=source.path.name.encode("utf-8", "replace").decode(),
            sha256=source.sha256,
            size=len(source.data),
            suffix=SUFFIXES[format_of(source.data)],
            width=width,
            height=height,
            request=GenerationRequest(reading.model, reading.recipe.values),
            made_at=_sane(said.taken_at, source.changed),
            rating=marks.rating,
            rejected=marks.rejected,
            tags=marks.tags,
            others=reading.others,
            left_out=reading.recipe.left_out,
        )

    def write(self, data: bytes, sha256: str) -> Path:
        """Keep bytes under a temporary name; `sync` brings them to the disk.

        Raises:
            StorageError: the library refuses; nothing is left.
        """
        target = self._folder / f"{sha256}-{uuid.uuid4().hex}{WAITING}"
        with file_errors(self._root):
            try:
                file = FileIO(target, "xb")  # where it can be, the library is there
            except OSError as error:
                self._library.check_there()
                if not isinstance(error, FileNotFoundError):
                    raise
                self._folder.mkdir(parents=True, exist_ok=True)  # the first of all
                file = FileIO(target, "xb")
            try:
                with file:
                    rest = memoryview(data)
                    while rest:
                        rest = rest[file.write(rest) :]
                    if sys.platform == "linux":  # begins to bring it there, and waits for nothing
                        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
            except OSError:
                with suppress(OSError):
                    delete(target)
                raise
        return target

    def sync(self, files: Iterable[Path]) -> None:
        """Bring what was written to the disk; many take little longer than one.

        Raises:
            StorageError: the library refuses.
        """
        with file_errors(self._root):
            for path in files:
                with FileIO(path, "r+b") as file:
                    os.fsync(file.fileno())

    def home_for(self, staged: StagedFile) -> str:
        """Its place, or a free one, relative to the library.

        Raises:
            StorageError: the library refuses.
        """
        if staged.home:
            return staged.home
        title = staged.request.title or staged.name.rpartition(".")[0]
        month, name = name_of(staged.made_at, staged.uid, 0, title)
        relative, number = f"{month}/{name}{staged.suffix}", 1
        with file_errors(self._root):
            while (self._root / relative).exists():
                number += 1
                relative = f"{month}/{name}-{number}{staged.suffix}"
        return relative

    def place(self, files: Iterable[tuple[Path, str]]) -> None:
        """Give temporary files their places; what is in a place already is not replaced.

        Raises:
            StorageError: the library refuses some of them, which wait as they are.
        """
        touched: set[Path] = set()
        refused: StorageError | None = None
        for file, relative in files:
            target = self._root / relative
            try:
                with file_errors(target.parent):
                    _give(file, target, make=target.parent not in touched)
            except StorageError as error:
                refused = refused or error
            else:
                touched.add(target.parent)
        with file_errors(self._root):
            for folder in touched:
                sync_folder(folder)
            if touched:
                sync_folder(self._root)
        if refused is not None:
            raise refused

    def waiting(self) -> dict[str, list[Path]]:
        """By hash, the temporary files that are there."""
        found: dict[str, list[Path]] = {}
        with suppress(OSError):
            for path in self._folder.iterdir():
                if (name := _NAME.fullmatch(path.name)) is not None:
                    found.setdefault(name[1], []).append(path)
        return found

    def discard(self, files: Iterable[Path], *, older_than: float = 0.0) -> None:
        """Delete temporary files. Never raises.

        Args:
            files: which.
            older_than: seconds; younger ones may belong to another program that runs.
        """
        latest = time.time() - older_than
        for file in files:
            with suppress(OSError):
                if not older_than or file.stat().st_mtime < latest:
                    delete(file)


def _give(file: Path, target: Path, *, make: bool) -> None:
    if make:
        target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists():
        delete(file)
        return
    try:
        rename(file, target)
    except FileNotFoundError:  # somebody else was faster
        if not target.exists():
            raise


class _reading:  # noqa: N801  used as a word of the language
    """Turns an `OSError` about a file that is read into `FileUnreadable`."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: object, _trace: object) -> None:
        if isinstance(error, OSError | ValueError):  # ValueError: no such path can be
            detail = getattr(error, "strerror", None) or type(error).__name__
            raise FileUnreadable(str(self._path), detail) from error


def _sane(told: float | None, changed: float) -> float:
    """When a picture was made: as it says, unless that cannot be."""
    now = time.time()
    for moment in (told, changed):
        if moment is not None and _OLDEST < moment < now + _DAY:
            return min(moment, now)
    return now
