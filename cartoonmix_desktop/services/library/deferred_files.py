"""Files that are known to the history and wait for their places.

Who brings files into the library writes them under temporary names, enters them in the history,
and then gives them their places. What a crash or a disk that refuses leaves between the last two
waits under its temporary name, which tells its hash. Who comes next finishes it: a start, an
import, a search for what is missing, a move of the library.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from msgspec import Struct, field

from cartoonmix_desktop.core.errors import StorageError
from cartoonmix_desktop.core.log import library as _log
from cartoonmix_desktop.services.threads import Thread
from cartoonmix_desktop.storage.exchange.import_staging import ImportStaging
from cartoonmix_desktop.storage.files.trash_files import TrashFiles, holds

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from cartoonmix_desktop.services.history.history import History
    from cartoonmix_desktop.services.library.library import Library
    from cartoonmix_desktop.storage.files.trash_files import Place

_DAY = 24 * 3600.0


class Placed(Struct, frozen=True):
    """What became of the files that waited.

    Attributes:
        placed: by hash, how many pictures have their files now.
        waiting: by hash, how many pictures still wait for theirs.
        error: what the disk said to that.
    """

    placed: Counter[str] = field(default_factory=Counter)
    waiting: Counter[str] = field(default_factory=Counter)
    error: StorageError | None = None

    @property
    def found(self) -> int:
        """How many pictures have their files now."""
        return self.placed.total()


class DeferredFiles:
    """Gives what waits its place. From any task, at any time: it may be repeated."""

    def __init__(self, history: History, library: Library) -> None:
        """Nothing is touched yet.

        Args:
            history: says where each file should be.
            library: where they wait.
        """
        self._history = history
        self._files = TrashFiles(library.folder)
        self._staging = ImportStaging(library.folder)
        self._thread = Thread("places")

    def close(self) -> None:
        """Finish what is under way."""
        self._thread.close()

    async def reconcile_files(self) -> Placed:
        """Place what can be placed; never raises. What nobody waits for goes after a day."""
        try:
            waiting = await self._thread.run(self._staging.waiting)
            if not waiting:
                return Placed()
            places = await self._history.read_ledger(lambda ledger: ledger.imports.places(waiting))
            done = await self._thread.run(self._place, waiting, places)
        except StorageError as error:
            done = Placed(error=error)
        placed, left = done.found, done.waiting.total()
        _log.debug("places placed=%d waiting=%d", placed, left)
        if done.error is not None:
            _log.warning("files wait for their places: %s", done.error)
        return done

    async def put(self, files: Sequence[tuple[Path, str]]) -> Placed:
        """Give files that were entered, and are on the disk, their places; never raises."""
        return await self._thread.run(self._put, files)

    def _place(self, waiting: dict[str, list[Path]], places: dict[str, list[Place]]) -> Placed:
        wanted: list[tuple[Path, str]] = []
        for sha256, files in waiting.items():
            lost = [place for place in places.get(sha256, []) if not self._files.has(place)]
            whole = [file for file in files if lost and _is_whole(file, sha256)][: len(lost)]
            wanted += zip(whole, (place.wanted for place in lost), strict=False)
            self._staging.discard(set(files) - set(whole), older_than=_DAY)
        try:
            self._staging.sync(file for file, _ in wanted)
        except StorageError as error:
            return Placed(waiting=_by_hash(wanted), error=error)
        return self._put(wanted)

    def _put(self, files: Sequence[tuple[Path, str]]) -> Placed:
        every = _by_hash(files)
        try:
            self._staging.place(files)
        except StorageError as error:
            waiting = _by_hash([one for one in files if one[0].exists()])
            return Placed(every - waiting, waiting, error)
        return Placed(every)


def _by_hash(files: Sequence[tuple[Path, str]]) -> Counter[str]:
    return Counter(file.name.partition("-")[0] for file, _ in files)


def _is_whole(file: Path, sha256: str) -> bool:
    """Whether it was written to its end."""
    try:
        return holds(file, sha256)
    except OSError:
        return False
