"""Notices that the computer slept, that its clock was set, and that its network is another.

After any of these nothing tells the program by itself: timers go on as if no time had passed, and
connections look alive whose other end has long forgotten them.
"""

from __future__ import annotations

import asyncio
import socket
import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

_EVERY = 4.0  # seconds between looks
_LATE = 10.0  # seconds that a look can be late because the computer was merely busy
_DRIFT = 2.0  # seconds that the clock is set by without mattering
_FAR_AWAY = (  # addresses kept for documentation: the system is asked for the way, nothing is sent
    (socket.AF_INET, "192.0.2.1"),
    (socket.AF_INET6, "2001:db8::1"),
)
_PORT = 443


def monotonic() -> float:
    """Seconds on a clock that nobody sets, and that goes on while the computer sleeps."""
    if sys.platform == "linux":  # `time.monotonic` stands still in sleep on these two
        now = time.clock_gettime(time.CLOCK_BOOTTIME)
    elif sys.platform == "darwin":
        now = time.clock_gettime(time.CLOCK_MONOTONIC)
    else:
        now = time.monotonic()
    return now


def route() -> tuple[str, ...]:
    """Own addresses on the ways that lead out, empty where there is none; asks the system alone."""
    found = []
    for family, far_away in _FAR_AWAY:
        try:
            with socket.socket(family, socket.SOCK_DGRAM) as probe:
                probe.connect((far_away, _PORT))
                found.append(str(probe.getsockname()[0]))
        except OSError:
            found.append("")
    return tuple(found)


class ResumeDetector:
    """Looks at the clocks and at the way out every few seconds, and tells when something jumped."""

    def __init__(
        self,
        on_resumed: Callable[[], None],
        *,
        wall: Callable[[], float] = time.time,
        clock: Callable[[], float] = monotonic,
        way_out: Callable[[], tuple[str, ...]] = route,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        """Looks once, to know how things are.

        Args:
            on_resumed: told that something jumped, on the event loop.
            wall: the clock that people set.
            clock: one that nobody sets.
            way_out: tells networks apart.
            sleep: waits.
        """
        self._on_resumed = on_resumed
        self._wall = wall
        self._clock = clock
        self._way_out = way_out
        self._sleep = sleep
        self._seen = clock()
        self._offset = wall() - self._seen
        self._route = way_out()

    async def watch(self) -> None:
        """Until cancelled: look."""
        while True:
            await self._sleep(_EVERY)
            self.look()

    def look(self) -> None:
        """Look now: the window was just turned to, say."""
        now = self._clock()
        offset, route = self._wall() - now, self._way_out()
        late = now - self._seen > _EVERY + _LATE  # it slept, or was stopped
        # Where the steady clock stands still in sleep, the other seems to have been set.
        was_set = abs(offset - self._offset) > _DRIFT
        arrived = route != self._route and any(route)
        self._seen, self._offset, self._route = now, offset, route
        if late or was_set or arrived:
            self._on_resumed()
