"""What is left to the account in use, as far as its server tells."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from cartoonmix_desktop.core.errors import (
    CartoonMixError,
    ConcurrencyLimited,
    ProtocolError,
    Refused,
)
from cartoonmix_desktop.core.log import money as _log
from cartoonmix_desktop.core.money.balance import balance_in
from cartoonmix_desktop.services.events import (
    AccountChanged,
    AccountKind,
    BalanceChanged,
    ConnectionChanged,
    QueueChanged,
    Rest,
    TaskChanged,
)

if TYPE_CHECKING:
    from decimal import Decimal

    from cartoonmix_desktop.services.account.accounts import Accounts
    from cartoonmix_desktop.services.events import Event, Events

_BURST = 5.0  # seconds after a charge, for those that come with it
_LEAST = 60.0  # seconds between two questions


class Balance:
    """Asks at sign-in and after charges; a server that does not tell is not asked again.

    Attributes:
        latest: what was last told.
    """

    def __init__(
        self, accounts: Accounts, events: Events, *, burst: float = _BURST, least: float = _LEAST
    ) -> None:
        """Nothing is asked before `watch`.

        Args:
            accounts: whose it is.
            events: tells what is charged, and hears `BalanceChanged`.
            burst: seconds to wait after a charge.
            least: seconds between two questions.
        """
        self._accounts, self._events = accounts, events
        self._burst, self._least = burst, least
        self.latest = BalanceChanged(None)
        self._account = ""  # whose `latest` is; empty for nobody's
        self._tells = True  # whether that one's server tells
        self._due: float | None = None  # when to ask, in seconds of the loop's clock
        self._asked = -least
        self._charged: set[int] = set()  # tasks whose charge was heard of
        self._rest: Rest | None = None  # the last that was heard of
        self._wake = asyncio.Event()
        events.listen(self._on_event)

    async def watch(self) -> None:
        """Until cancelled: ask when it is due."""
        clock = asyncio.get_running_loop().time
        while True:
            self._wake.clear()
            wait = None
            if self._tells and self._due is not None:
                wait = max(self._due, self._asked + self._least) - clock()
                if wait <= 0:
                    self._due, self._asked = None, clock()
                    await self._ask()
                    continue
            with suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await self._wake.wait()

    def _on_event(self, event: Event) -> None:
        match event:
            case AccountChanged():
                self._begin()
            case ConnectionChanged(online=True) if self.latest.amount is None:
                self._ask_in(0.0)
            case QueueChanged(rest=Rest() as rest) if rest is not self._rest:
                self._rest = rest
                told = rest.error.balance if isinstance(rest.error, ConcurrencyLimited) else None
                if told is not None and rest.account == self._account:
                    self._take(told)  # told beside how many tasks may run at once
            case TaskChanged(task) if task.cost and task.account == self._account:
                if task.id not in self._charged:
                    self._charged.add(task.id)
                    self._ask_in(self._burst)
            case _:
                pass

    def _begin(self) -> None:
        """Another account is in use, or the same with another key."""
        wiro = self._accounts.current.kind is AccountKind.WIRO and self._accounts.is_signed_in
        account = self._accounts.name if wiro else ""
        self._tells = True
        if account != self._account:
            self._account, self._asked = account, -self._least
            self._take(None)
        if account:
            self._ask_in(0.0)

    def _ask_in(self, seconds: float) -> None:
        if self._account and self._due is None:
            self._due = asyncio.get_running_loop().time() + seconds
            self._wake.set()

    async def _ask(self) -> None:
        account = self._account
        try:
            answer = await (await self._accounts.connection(account)).client.wallet()
        except (Refused, ProtocolError) as error:
            _log.debug("balance told=no error=%s", type(error).__name__)
            amount, tells = None, False
        except CartoonMixError:
            return  # asked again when the server is back, or after the next charge
        else:
            amount = balance_in(answer)
            tells = amount is not None
            _log.debug("balance told=%s", "yes" if tells else "no")
        if account == self._account:
            self._tells = tells
            if amount is not None:
                self._take(amount)

    def _take(self, amount: Decimal | None) -> None:
        told = BalanceChanged(amount, 0.0 if amount is None else time.time())
        if told != self.latest:
            self.latest = told
            self._events.emit(told)
