"""One clock for all that is looked at again and again."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from cartoonmix_desktop.services.events import QueueChanged

if TYPE_CHECKING:
    from cartoonmix_desktop.services.events import Event, Events

_TOO_SOON = 0.25  # of a beat: the next one is waited for


class Pulse:
    """Looks fall together, so that they wake the computer once, and are left out while nobody sees.

    That is while the window is hidden and nothing is under way; all look as soon as that ends.
    """

    def __init__(self, events: Events) -> None:
        """It beats.

        Args:
            events: tell whether something is under way.
        """
        self._seen, self._at_work = True, False
        self._beats = asyncio.Event()
        self._beats.set()
        events.listen(self._on_event)

    async def wait(self, seconds: float) -> None:
        """Until the next beat of those that come every so many ``seconds``."""
        into = asyncio.get_running_loop().time() % seconds
        rest = seconds - into
        await asyncio.sleep(rest if rest > _TOO_SOON * seconds else rest + seconds)
        await self._beats.wait()

    def show(self, *, seen: bool) -> None:
        """Told whether anybody can see the window."""
        self._seen = seen
        self._settle()

    def _on_event(self, event: Event) -> None:
        if isinstance(event, QueueChanged):
            self._at_work = bool(event.running or event.waiting)
            self._settle()

    def _settle(self) -> None:
        if self._seen or self._at_work:
            self._beats.set()
        else:
            self._beats.clear()
