"""The caps on what runs cost: what is set, what is left of them, and what may be sent."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from decimal import Decimal
from typing import TYPE_CHECKING, Protocol, TypeVar

from msgspec import Struct, structs

from cartoonmix_desktop.core.errors import PriceUnknown, StorageError
from cartoonmix_desktop.core.money.amounts import amount_of
from cartoonmix_desktop.core.money.caps import (
    NO_LEAVE,
    AtCap,
    Cap,
    Caps,
    Leave,
    Passed,
    Spent,
    Verdict,
    periods_of,
    verdict,
)
from cartoonmix_desktop.core.money.quote import Total, total_of
from cartoonmix_desktop.core.task.task import SANDBOX, TaskState
from cartoonmix_desktop.services.events import (
    AccountKind,
    CapsChanged,
    TaskAdded,
    TaskChanged,
    TotalsChanged,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from cartoonmix_desktop.core.errors import CartoonMixError
    from cartoonmix_desktop.core.money.quote import Quote
    from cartoonmix_desktop.core.recipe.request import GenerationRequest
    from cartoonmix_desktop.core.task.task import Task
    from cartoonmix_desktop.services.account.accounts import Accounts
    from cartoonmix_desktop.services.events import Event, Events
    from cartoonmix_desktop.services.history.history import History
    from cartoonmix_desktop.services.threads import OwnedTasks, Thread
    from cartoonmix_desktop.storage.history.ledger import Ledger
    from cartoonmix_desktop.storage.settings import Settings

T = TypeVar("T")

_AT_CAP = "at_cap"
_SOON = 0.2  # seconds in which a burst of changes makes one look


class Press(Struct, frozen=True):
    """What one press would send.

    Attributes:
        runs: how many.
        pictures: of all runs together.
        total: the expected charge; of nothing for the sandbox.
        verdict: whether it fits into the caps.
        waits: it is stored already, and would be sent now.
    """

    runs: int
    pictures: int
    total: Total
    verdict: Verdict
    waits: bool = False


class Admission(Struct, frozen=True):
    """What may be stored.

    Attributes:
        estimates: USD expected of each run, None where no price is known.
        held: USD of the whole press, if its runs wait for the cap on one; else None.
    """

    estimates: list[Decimal | None]
    held: Decimal | None = None


class NeedsLeave(Exception):
    """Nothing was stored: the person is to be asked first.

    Attributes:
        press: what about.
    """

    def __init__(self, press: Press) -> None:
        super().__init__(press)
        self.press = press


class CapsUser(Protocol):
    """Whoever holds something back for a cap."""

    async def on_caps_changed(self, caps: Sequence[Cap]) -> None:
        """Other amounts are set for these, or something else becomes of what would pass them."""

    async def on_spent_changed(self) -> None:
        """What runs or was charged may count for less than before."""


class CapKeeper:
    """Knows the caps and what is left of them. Nothing of the sandbox counts.

    Attributes:
        spent: what counted when it was last looked.
        ask: asks the person whether something may be sent all the same; None where nobody can be
            asked, and nothing is.
    """

    def __init__(
        self,
        history: History,
        settings: Settings,
        files: Thread,
        accounts: Accounts,
        events: Events,
        owned: OwnedTasks,
        quote: Callable[[GenerationRequest], Quote | None],
    ) -> None:
        """Listen from now on.

        Args:
            history: what was charged and what runs.
            settings: where the caps are kept.
            files: the thread that writes them.
            accounts: whose runs count.
            events: tells when something was, and is told what is left.
            owned: keeps the coroutines, and ends them with the program.
            quote: what a run is expected to cost, from memory.
        """
        self._history, self._accounts = history, accounts
        self._settings, self._files = settings, files
        self._events, self._quote = events, quote
        self._owned = owned
        self._user: CapsUser | None = None
        self.spent, self._leave = Spent(), NO_LEAVE
        self._looking = False
        self.ask: Callable[[Press], Awaitable[bool]] | None = None
        events.listen(self._on_event)

    def attach(self, user: CapsUser) -> None:
        """Tell from now on when a cap changes."""
        self._user = user

    # --- what is set -----------------------------------------------------------------------------

    @property
    def caps(self) -> Caps:
        """What is set; what was written into the settings by hand and is no amount is not."""
        told = {cap: amount_of(self._settings.get(_key(cap), "")) for cap in Cap}
        at_cap = self._settings.get(_AT_CAP, AtCap.ASK.value)
        return Caps(
            {cap: amount for cap, amount in told.items() if amount is not None},
            AtCap(at_cap) if at_cap in set(AtCap) else AtCap.ASK,
        )

    async def set_cap(self, cap: Cap, amount: Decimal | None) -> None:
        """Let one press, a day or a month cost so much; None for any amount.

        Raises:
            StorageError: it could not be stored.
        """
        if self.caps.amounts.get(cap) != amount:
            told = "" if amount is None else f"{amount:f}"
            await self._files.run(self._settings.set, _key(cap), told)
            await self._tell_user(cap)

    async def set_at_cap(self, at_cap: AtCap) -> None:
        """Choose what becomes of what would pass a cap.

        Raises:
            StorageError: it could not be stored.
        """
        await self._files.run(self._settings.set, _AT_CAP, at_cap.value)
        if at_cap is AtCap.WAIT:  # what waits for the person could now wait for the next day
            await self._tell_user(*Cap)

    async def _tell_user(self, *caps: Cap) -> None:
        if self._user is not None:
            await self._user.on_caps_changed(caps)
        await self.look()

    # --- what is told ----------------------------------------------------------------------------

    def press(self, requests: Sequence[GenerationRequest]) -> Press:
        """What a press would cost and leave, from memory; a moment old where others spend too."""
        total, told = total_of(()), Verdict()
        if self._accounts.current.kind is AccountKind.WIRO:
            total = total_of(self._quote(request) for request in requests)
            told = verdict(self.caps, periods_of(time.time()), self.spent, total, self._leave)
        return Press(len(requests), _pictures(requests), total, told)

    def verdict(self, request: GenerationRequest, times: int = 1) -> Verdict:
        """Whether a recipe fits into the caps so many times, as `press` tells it."""
        return self.press([request] * times).verdict

    def _on_event(self, event: Event) -> None:
        if isinstance(event, TaskAdded | TaskChanged | TotalsChanged) and not self._looking:
            self._looking = True
            self._owned.spawn(self._look_soon(), "caps")

    async def _look_soon(self) -> None:
        await asyncio.sleep(_SOON)
        self._looking = False
        if self.caps.amounts:
            with suppress(StorageError):  # the next change tells
                await self.look()
                if self._user is not None:
                    await self._user.on_spent_changed()

    async def look(self) -> None:
        """Find out what counts now.

        Raises:
            StorageError: the history could not be read.
        """
        self.spent, self._leave = await self._figures()
        self._events.emit(CapsChanged())

    async def _figures(self) -> tuple[Spent, Leave]:
        """In turn with all that is stored, so that what was stored before this counts."""

        def work(ledger: Ledger) -> tuple[Spent, Leave]:
            return ledger.caps.figures(time.time())

        return await self._history.write_ledger(work)

    def estimate(self, request: GenerationRequest) -> Decimal | None:
        """USD that a run is expected to cost; None where no price is known."""
        quote = self._quote(request)
        return None if quote is None else quote.amount

    # --- what may be stored ----------------------------------------------------------------------

    async def admit(
        self,
        requests: Sequence[GenerationRequest],
        account: str,
        granted: Decimal | None = None,
    ) -> Admission:
        """Look whether a press may be stored.

        Args:
            requests: what it asks for.
            account: whose.
            granted: USD that the person lets this press cost.

        Raises:
            NeedsLeave: the person is to be asked first; see `with_leave`.
        """
        estimates = [self.estimate(request) for request in requests]
        caps = self.caps
        if account == SANDBOX or not caps.amounts:
            return Admission(estimates)
        spent, leave = await self._figures()
        if granted is not None:
            leave = structs.replace(leave, up_to={**leave.up_to, "": granted})
        total = total_of(self._quote(request) for request in requests)
        told = verdict(caps, periods_of(time.time()), spent, total, leave)
        if caps.at_cap is not AtCap.ASK:
            dear = any(each.cap is Cap.PRESS for each in told.passed)
            if not told.unpriced:  # what passes a cap waits: see `begin_sending`
                return Admission(estimates, total.amount if dear else None)
            told = structs.replace(told, passed=())
        if told.fits:
            return Admission(estimates)
        raise NeedsLeave(Press(len(requests), _pictures(requests), total, told))

    async def admit_alone(
        self, request: GenerationRequest, account: str, *, over_cap: bool
    ) -> Decimal | None:
        """Look whether one run may be stored for a caller who waits for it, and whom nobody asks.

        Args:
            request: what it asks for.
            account: whose.
            over_cap: the caller wants it whatever it costs.

        Returns:
            USD that are expected; None where no price is known.

        Raises:
            CapReached: it does not fit.
            PriceUnknown: a cap is set and what it costs is not known.
        """
        if account != SANDBOX and not over_cap and self.caps.amounts:
            spent, leave = await self._figures()
            leave = structs.replace(leave, unpriced="")  # what was allowed in the window
            told = verdict(
                self.caps, periods_of(time.time()), spent, total_of([self._quote(request)]), leave
            )
            if not told.fits:
                raise _error_of(told)
        return self.estimate(request)

    async def with_leave(self, work: Callable[[Decimal | None], Awaitable[T]]) -> T | None:
        """Do something; where it needs leave, ask the person, and do it once more.

        Nothing is held up while the person is asked, and all is looked at anew afterwards.

        Args:
            work: gets what the person lets this press cost.

        Returns:
            What it gave; None if the person does not want it.

        Raises:
            CapReached: nobody can be asked.
            PriceUnknown: likewise.
        """
        granted: Decimal | None = None
        while True:
            try:
                return await work(granted)
            except NeedsLeave as needs:
                press = needs.press
                if self.ask is None:
                    raise _error_of(press.verdict) from None
                if not await self._asked(press):
                    return None
                if any(each.cap is Cap.PRESS for each in press.verdict.passed):
                    granted = press.total.amount

    async def may_resume(self, tasks: Sequence[Task]) -> bool:
        """Whether what waits may be sent; asks the person where it does not fit.

        Args:
            tasks: what waits.
        """
        tasks = [task for task in tasks if not task.is_sandbox]
        caps = self.caps
        if not tasks or not caps.amounts or self.ask is None:
            return True  # what does not fit is held back one by one
        spent, leave = await self._figures()
        ids = [task.id for task in tasks]
        held = await self._history.write_ledger(lambda ledger: ledger.caps.held(ids))
        known = [task.estimated for task in tasks if task.estimated is not None]
        unpriced = len(tasks) - len(known)
        total = Total(sum(known, Decimal(0)), unpriced > 0, len(known), unpriced)
        told = verdict(
            caps.of_periods(),
            periods_of(time.time()),
            structs.replace(spent, waiting=Decimal(0)),
            total,
            leave,
        )
        limit = caps.amounts.get(Cap.PRESS)
        if held is not None and limit is not None and held > limit:
            dear = Passed(Cap.PRESS, limit, held)
            told = structs.replace(told, passed=(dear, *told.passed))
        if told.fits:
            return True
        requests = [task.request for task in tasks]
        press = Press(len(tasks), _pictures(requests), total, told, waits=True)
        return await self._asked(press, release=ids)

    async def _asked(self, press: Press, release: Sequence[int] = ()) -> bool:
        if self.ask is None or not await self.ask(press):
            return False
        leave = Leave(
            {each.period: each.total for each in press.verdict.passed if each.period},
            periods_of(time.time()).day if press.verdict.unpriced else "",
        )
        await self._history.write_ledger(lambda ledger: ledger.caps.allow(leave, release))
        return True

    # --- what may be sent ------------------------------------------------------------------------

    def fits(self, task: Task) -> bool:
        """Whether a waiting task fits into the caps of day and month, from memory."""
        spent = structs.replace(self.spent, waiting=Decimal(0))
        total = Total(task.estimated or Decimal(0), at_least=False, priced=1, unpriced=0)
        caps, now = self.caps.of_periods(), periods_of(time.time())
        return verdict(caps, now, spent, total, self._leave).fits

    async def begin_sending(self, task: Task, payer: str, *, over_cap: bool = False) -> Task:
        """Record that a task is being sent from now on, if it fits: no Run leaves before that.

        Args:
            task: waits.
            payer: whose it is from now on.
            over_cap: the person wants it whatever it costs.

        Raises:
            CapReached: it does not fit; it waits as before.
            PriceUnknown: a cap is set and what it costs is not known; likewise.
        """
        if payer == SANDBOX:
            return await self._history.move(task.id, TaskState.SENDING, error=None, account=payer)
        return await self._history.begin_sending(
            task.id,
            Caps() if over_cap else self.caps,
            self.estimate(task.request),
            error=None,
            account=payer,
        )


def _error_of(told: Verdict) -> CartoonMixError:
    """Why something does not fit, where nothing waits for another day."""
    return told.passed[0].error(AtCap.ASK) if told.passed else PriceUnknown()


def _key(cap: Cap) -> str:
    return f"cap_{cap.value}"


def _pictures(requests: Sequence[GenerationRequest]) -> int:
    told = (request.values.get("samples") for request in requests)
    return sum(each for each in told if isinstance(each, int))
