"""Whether a newer version of this program exists: asked at most once a day, and only if wanted."""

from __future__ import annotations

import asyncio
import base64
import json
import logging
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from cartoonmix_desktop import __version__
from cartoonmix_desktop.core.errors import CartoonMixError, UpdateRefused
from cartoonmix_desktop.core.release import Channel, is_newer, order
from cartoonmix_desktop.resources import resource
from cartoonmix_desktop.services.events import UpdatesChanged

if TYPE_CHECKING:
    from collections.abc import Callable

    from cartoonmix_desktop.core.release import Release
    from cartoonmix_desktop.services.events import Events
    from cartoonmix_desktop.services.threads import Thread
    from cartoonmix_desktop.storage.settings import Settings

_log = logging.getLogger(__name__)

_DAY = 86_400.0  # seconds
_LONGEST_SLEEP = 3_600.0  # a computer that slept may have missed its hour

_WANTED = "look_for_updates"
_SEEN = "updates_seen"


def built_in_channel() -> Channel | None:
    """Where this very build is published; None for one that has no page, as from source."""
    path = resource("release.json")
    if not path.is_file():
        return None
    told = json.loads(path.read_text("utf-8"))
    keys = tuple(base64.b64decode(key, validate=True) for key in told["keys"])
    return Channel(told["manifest"], told["page"], keys)


class Updates:
    """Looks, remembers and tells. It never fetches a version nor starts anything.

    What was believed once is stored before it is told: news with a lower number, an older version
    under a higher one, or other words under the same one are refused from then on.

    Attributes:
        channel: where it looks; None if this build has no such place.
    """

    def __init__(
        self,
        settings: Settings,
        files: Thread,
        events: Events,
        channel: Channel | None,
        *,
        version: str = __version__,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Nothing is asked yet.

        Args:
            settings: hold what is wanted and what was seen.
            files: the thread that writes them.
            events: where `UpdatesChanged` is told.
            channel: where to look.
            version: that runs.
            clock: seconds since 1970.
        """
        self.channel = channel
        self._settings = settings
        self._files = files
        self._events = events
        self._version = version
        self._clock = clock
        self._error: CartoonMixError | None = None
        self._asked = 0.0
        self._decided = asyncio.Event()

    @property
    def state(self) -> UpdatesChanged:
        """What is known now."""
        seen = self._seen()
        version, notes = str(seen.get("version", "")), str(seen.get("notes", ""))
        newer = self.wanted and is_newer(version, self._version)
        return UpdatesChanged(
            wanted=self.wanted,
            looked=_number(seen.get("answered")),
            newer=version if newer else "",
            notes=notes if newer else "",
            error=self._error if self.wanted else None,
        )

    @property
    def wanted(self) -> bool:
        """Whether the person asked for it."""
        return self.channel is not None and self._settings.get(_WANTED, default=False)

    async def want(self, *, wanted: bool) -> None:
        """Begin or cease to look.

        Raises:
            StorageError: the choice could not be stored.
        """
        await self._files.run(self._settings.set, _WANTED, wanted)
        self._error = None
        self._decided.set()
        self._tell()

    async def run(self) -> None:
        """Look whenever a day has passed and it is wanted, until cancelled."""
        self._tell()
        while self.channel is not None:
            self._decided.clear()
            wait = self._until_due()
            if self.wanted and wait <= 0:
                await self._look(self.channel)
                continue
            with suppress(TimeoutError):
                async with asyncio.timeout(min(wait, _LONGEST_SLEEP) if self.wanted else None):
                    await self._decided.wait()

    def _until_due(self) -> float:
        looked = max(self._asked, _number(self._seen().get("looked")))
        now = self._clock()
        return 0.0 if looked > now else looked + _DAY - now  # the clock was put back

    async def _look(self, channel: Channel) -> None:
        from cartoonmix_desktop.wiro.releases import fetch

        self._asked = self._clock()
        try:
            # Before asking, so that a program that is started often does not ask often.
            await self._remember({"looked": self._asked})
            release = await fetch(channel, self._asked)
            self._refuse_older(release)
            await self._remember(
                {
                    "sequence": release.sequence,
                    "version": release.version,
                    "notes": release.notes,
                    "answered": self._asked,
                }
            )
            self._error = None
        except CartoonMixError as error:
            _log.warning("no news of a newer version: %s", error)
            self._error = error
        self._tell()

    def _refuse_older(self, release: Release) -> None:
        seen = self._seen()
        sequence, version = _number(seen.get("sequence")), str(seen.get("version", ""))
        if release.sequence < sequence or order(release.version) < order(version):
            raise UpdateRefused("rolled_back", release.version)
        told = (release.version, release.notes)
        if release.sequence == sequence and told != (version, str(seen.get("notes", ""))):
            raise UpdateRefused("rolled_back", release.version)

    async def _remember(self, news: dict[str, Any]) -> None:
        await self._files.run(self._settings.set, _SEEN, self._seen() | news)

    def _seen(self) -> dict[str, Any]:
        seen: dict[str, Any] = self._settings.get(_SEEN, {})
        return seen

    def _tell(self) -> None:
        if self.channel is not None:
            self._events.emit(self.state)


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
