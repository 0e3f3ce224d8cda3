"""The model as its server describes it: asked at sign-in and once a day, remembered offline."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from msgspec.structs import replace

from cartoonmix_desktop.core.errors import CartoonMixError, ModelUnavailable, StorageError
from cartoonmix_desktop.core.log import money as _log
from cartoonmix_desktop.core.money.price_list import PriceList
from cartoonmix_desktop.core.recipe.cartoonmix import CARTOONMIX
from cartoonmix_desktop.core.recipe.limits import read_limits
from cartoonmix_desktop.services.events import (
    AccountChanged,
    AccountKind,
    ConnectionChanged,
    ModelChanged,
)
from cartoonmix_desktop.storage.model_file import ModelFile, read_model_file, write_model_file

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cartoonmix_desktop.services.account.accounts import Accounts
    from cartoonmix_desktop.services.events import Event, Events
    from cartoonmix_desktop.services.threads import Thread

_DAY = 86_400.0  # seconds
_LOOK = 600.0  # seconds between looks whether a day has passed, and after a failure
_KEPT = {"parameters", "dynamicprice", "approximatelycost"}


class ModelFacts:
    """Asks Wiro, read-only. Of the sandbox nothing is asked: its runs are free.

    Attributes:
        price_list: as it was last told.
    """

    def __init__(
        self,
        data: Path,
        files: Thread,
        accounts: Accounts,
        events: Events,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Nothing is read or asked yet.

        Args:
            data: the folder where it is remembered.
            files: the thread that reads and writes there.
            accounts: who asks.
            events: hears `ModelChanged`.
            clock: unix seconds.
        """
        self._data, self._files = data, files
        self._accounts, self._events = accounts, events
        self._clock = clock
        self._known = ModelFile(CARTOONMIX.slug, "", 0.0)
        self.price_list = PriceList(0.0)
        self._failed = -_DAY  # when it could not be asked
        self._wake = asyncio.Event()
        events.listen(self._on_event)

    async def load(self) -> None:
        """Read what is remembered."""
        known = await self._files.run(read_model_file, self._data)
        if known is not None and known.model == CARTOONMIX.slug:
            self._take(known)

    async def ask(self) -> None:
        """Ask if it is due."""
        if self._is_due():
            await self._ask()

    async def watch(self) -> None:
        """Until cancelled: ask whenever it is due."""
        while True:
            self._wake.clear()
            await self.ask()
            with suppress(TimeoutError):
                async with asyncio.timeout(_LOOK):
                    await self._wake.wait()

    def _on_event(self, event: Event) -> None:
        if isinstance(event, AccountChanged):
            self._tell()
        if isinstance(event, AccountChanged) or (
            isinstance(event, ConnectionChanged) and event.online
        ):
            self._failed = -_DAY
            self._wake.set()

    def _is_due(self) -> bool:
        wiro = self._accounts.current.kind is AccountKind.WIRO
        if not wiro or not self._accounts.is_signed_in:
            return False
        now = self._clock()
        if 0 <= now - self._failed < _LOOK:
            return False
        fresh = 0 <= now - self._known.told_at < _DAY  # else the clock was set back, or a day ago
        return not fresh or self._known.account != self._accounts.name

    async def _ask(self) -> None:
        name, known = self._accounts.name, self._known
        try:
            tool = await (await self._accounts.connection(name)).client.tool(CARTOONMIX.slug)
        except ModelUnavailable:
            told = replace(known, account=name, told_at=self._clock(), gone=True)
        except CartoonMixError as error:
            _log.debug("model asked=failed error=%s", type(error).__name__)
            self._failed = self._clock()
            return
        else:
            kept = {k: v for k, v in tool.items() if k in _KEPT or "currency" in k.casefold()}
            now = self._clock()
            told = ModelFile(known.model, name, now, tool=kept, tool_at=now)
        self._take(told, new=told.gone and not known.gone)
        with suppress(StorageError):
            await self._files.run(write_model_file, self._data, told)

    def _take(self, known: ModelFile, *, new: bool = False) -> None:
        self._known = known
        self.price_list = PriceList.read(known.tool, known.tool_at)
        _log.debug("model gone=%s", known.gone)
        self._tell(gone=new)

    def _tell(self, *, gone: bool = False) -> None:
        asked = self._accounts.current.kind is AccountKind.WIRO
        self._events.emit(ModelChanged(read_limits(self._known.tool) if asked else {}, gone))
