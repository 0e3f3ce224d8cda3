"""Whether the account's server can be reached, also while nothing runs."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from cartoonmix_desktop.core.errors import CartoonMixError, Unreachable
from cartoonmix_desktop.core.task.task import SANDBOX
from cartoonmix_desktop.services.events import AccountKind, ConnectionChanged

if TYPE_CHECKING:
    from cartoonmix_desktop.services.account.accounts import Accounts
    from cartoonmix_desktop.services.events import Events

_RECHECK = 30.0  # seconds between looks whether the server is back


class Reachability:
    """Learns from every answer, asks when there are none, and tells `ConnectionChanged`.

    What waits because the server could not be reached stays until the person resumes: what was
    asked for long ago may no longer be worth its price.

    Attributes:
        away: why the server of the account in use cannot be reached; None if it can, or nobody
            knows.
    """

    def __init__(self, accounts: Accounts, events: Events) -> None:
        """Nothing is known yet.

        Args:
            accounts: tells whom Generate asks.
            events: hears of changes.
        """
        self._accounts = accounts
        self._events = events
        self._online: bool | None = None
        self.away: Unreachable | None = None
        self._look = asyncio.Event()

    def note(self, account: str, error: CartoonMixError | None) -> None:
        """Something was asked of an account's server: it is there, or it is not.

        Args:
            account: whose server it was; another than the one in use tells nothing.
            error: what came instead of an answer, None if one came.
        """
        try:
            current = self._accounts.name
        except CartoonMixError:
            return
        if account != current:
            return
        if account == SANDBOX:  # started when it is needed: it is never away
            error = None
        self.away = error if isinstance(error, Unreachable) else None
        online = self.away is None
        if online != self._online:
            self._online = online
            self._events.emit(ConnectionChanged(online, error))

    def begin_anew(self) -> None:
        """Another account, of which nothing is known, is in use: look now."""
        self._online = self.away = None
        self._events.emit(ConnectionChanged(None))
        self._look.set()

    async def watch(self) -> None:
        """Until cancelled: look when nothing is known, and whether a server is back."""
        while True:
            self._look.clear()
            if self._accounts.current.kind is AccountKind.SANDBOX:
                self.note(SANDBOX, None)  # it always can
            elif not self._online:
                await self._ask()
            with suppress(TimeoutError):
                async with asyncio.timeout(_RECHECK):
                    await self._look.wait()

    async def _ask(self) -> None:
        name = self._accounts.name
        try:
            await (await self._accounts.connection(name)).client.check()
        except CartoonMixError as error:
            self.note(name, error)
        else:
            self.note(name, None)
