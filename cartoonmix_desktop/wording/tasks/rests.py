"""Why a task waits that nobody paused, in words; every clock is passed in."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from cartoonmix_desktop.core.errors import RateLimited
from cartoonmix_desktop.wording.catalogue import gettext as _
from cartoonmix_desktop.wording.errors import describe
from cartoonmix_desktop.wording.formats import minutes, seconds

if TYPE_CHECKING:
    from cartoonmix_desktop.services.events import Rest

_IN_MINUTES = 120.0  # seconds


def rest_words(rest: Rest, now: float) -> str:
    """``"Wiro runs 1 task of this account at a time. Tried again in 20 s"``.

    Args:
        rest: as the services tell it.
        now: unix seconds.
    """
    error = rest.error
    if isinstance(error, RateLimited):  # how long it was for is no longer true
        error = RateLimited(error.operation, error.code, error.server_message, error.http_status)
    why = describe(error).title
    if rest.again_at is None:
        return _("{why}. The next is sent when one ends").format(why=why)
    left = math.ceil(rest.again_at - now)
    if left <= 0:
        return _("{why}. Trying again…").format(why=why)
    time = seconds(left) if left < _IN_MINUTES else minutes(left)
    return _("{why}. Tried again in {time}").format(why=why, time=time)
