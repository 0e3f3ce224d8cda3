"""What a run is expected to cost, told at once: by the list, else by this account's own past."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from cartoonmix_desktop.core.errors import StorageError
from cartoonmix_desktop.core.money.past_charges import PastCharges
from cartoonmix_desktop.core.recipe.work import LOOKED_AT
from cartoonmix_desktop.core.task.task import TaskState
from cartoonmix_desktop.services.events import (
    AccountChanged,
    AccountKind,
    HistoryChanged,
    ModelChanged,
    PricesChanged,
    TaskChanged,
)

if TYPE_CHECKING:
    from cartoonmix_desktop.core.money.quote import Quote
    from cartoonmix_desktop.core.recipe.request import GenerationRequest
    from cartoonmix_desktop.services.account.accounts import Accounts
    from cartoonmix_desktop.services.events import Event, Events
    from cartoonmix_desktop.services.history.history import History
    from cartoonmix_desktop.services.money.model_facts import ModelFacts
    from cartoonmix_desktop.services.threads import OwnedTasks


class Prices:
    """Tells `PricesChanged` whenever an answer may differ.

    Attributes:
        known: whether `load` has looked; before that nothing can be told.
    """

    def __init__(
        self,
        history: History,
        accounts: Accounts,
        facts: ModelFacts,
        events: Events,
        owned: OwnedTasks,
    ) -> None:
        """Nothing is known before `load`.

        Args:
            history: where the past is.
            accounts: who will pay.
            facts: hold the server's list.
            events: tells what is charged, and hears of new prices.
            owned: keeps the reading.
        """
        self._history, self._accounts, self._facts = history, accounts, facts
        self._events, self._owned = events, owned
        self._past = PastCharges()
        self._heard: set[int] = set()  # tasks whose charge is among the past
        self._reading = self._stale = False
        self.known = False
        events.listen(self._on_event)

    @property
    def free(self) -> bool:
        """Whether runs cost nothing: the sandbox is asked."""
        return self._accounts.current.kind is AccountKind.SANDBOX

    def quote(self, request: GenerationRequest) -> Quote | None:
        """What a run of the account in use is expected to cost; None if nobody can tell, or free.

        A list that tells exactly comes first, then the past, which knows this very recipe, then
        what the list tells of a run at least or on average.
        """
        if self._accounts.current.kind is not AccountKind.WIRO:
            return None
        listed = self._facts.price_list.price(request)
        if listed is not None and not listed.at_least:
            return listed
        past = self._past.price(request)
        if past is not None and not (past.at_least and listed):
            return past
        return listed or self._facts.price_list.average(request)

    async def load(self) -> None:
        """Read what is remembered of the model, and the past of the account in use."""
        await self._facts.load()
        await self._read()
        self.known = True
        self._events.emit(PricesChanged())

    async def ask(self, within: float) -> None:
        """Ask for the list if it is due, for so many seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within):
                await self._facts.ask()

    def _on_event(self, event: Event) -> None:
        match event:
            case AccountChanged():
                self._past = PastCharges()
                self._heard.clear()
                self._events.emit(PricesChanged())
                self._reread()
            case ModelChanged():
                self._events.emit(PricesChanged())
            case HistoryChanged():
                self._reread()
            case TaskChanged(task) if task.cost is not None and task.state is TaskState.KEPT:
                if task.id not in self._heard:
                    self._heard.add(task.id)
                    self._reread()
            case _:
                pass

    def _reread(self) -> None:
        """Read the past again; what changes meanwhile is read once more afterwards."""
        self._stale = True
        if not self._reading and self._accounts.current.kind is AccountKind.WIRO:
            self._reading = True
            self._owned.spawn(self._keep_reading(), "past charges")

    async def _keep_reading(self) -> None:
        try:
            while self._stale:
                self._stale = False
                await self._read()
        finally:
            self._reading = False

    async def _read(self) -> None:
        kind = self._accounts.current.kind
        if kind is not AccountKind.WIRO or not self._accounts.is_signed_in:
            return
        account = self._accounts.name
        try:
            past = await self._history.read_ledger(
                lambda ledger: PastCharges(ledger.past_runs(account, LOOKED_AT))
            )
        except StorageError:
            return  # a price is worth no complaint
        if self._accounts.current.kind is AccountKind.WIRO and account == self._accounts.name:
            self._past = past
            self._events.emit(PricesChanged())
