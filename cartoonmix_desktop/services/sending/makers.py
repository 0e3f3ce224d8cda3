"""Whom the tasks that were sent from here name as their maker, and which tasks name others."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from cartoonmix_desktop.core.errors import ProtocolError, Refused
from cartoonmix_desktop.core.task.maker import Whose, whose

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cartoonmix_desktop.core.task.maker import Maker
    from cartoonmix_desktop.core.task.remote import RemoteTask
    from cartoonmix_desktop.services.history.history import History
    from cartoonmix_desktop.wiro.client import WiroClient


class Makers:
    """Learns who we are, at a server that tells nobody, from the tasks that we know to be ours."""

    def __init__(self, history: History) -> None:
        """Nothing is known yet.

        Args:
            history: tells what was sent from here.
        """
        self._history = history
        self._ours: dict[str, list[Maker]] = {}

    async def ours(
        self, account: str, client: WiroClient, listed: Sequence[RemoteTask]
    ) -> list[Maker]:
        """What tasks name that were sent from here with an account's key; empty when not known.

        Args:
            account: whose.
            client: asked about the newest of them when none was listed.
            listed: what the server told.

        Raises:
            CartoonMixError: the server could not be asked.
        """
        if not any(task.maker for task in listed):
            return []
        ids = [task.id for task in listed]
        made = await self._history.read_ledger(lambda all_: all_.elsewhere.made_here(ids, account))
        makers = [task.maker for task in listed if task.id in made and task.maker]
        if makers:
            self._ours[account] = [one for n, one in enumerate(makers) if one not in makers[:n]]
        elif account not in self._ours:
            await self._ask(account, client)
        return self._ours.get(account, [])

    async def others(
        self, account: str, client: WiroClient, listed: Sequence[RemoteTask]
    ) -> set[str]:
        """Ids of the tasks that name another than us, or one of several of whom none is known.

        Args:
            account: as for `ours`.
            client: as for `ours`.
            listed: as for `ours`.

        Raises:
            CartoonMixError: as `ours`.
        """
        named = [task for task in listed if task.maker]
        if ours := await self.ours(account, client, listed):
            return {task.id for task in named if whose(task.maker, ours) is Whose.ANOTHERS}
        several = any(whose(task.maker, [named[0].maker]) is Whose.ANOTHERS for task in named)
        return {task.id for task in named} if several else set()

    async def _ask(self, account: str, client: WiroClient) -> None:
        newest = await self._history.read_ledger(
            lambda all_: all_.elsewhere.newest_made_here(account)
        )
        if newest:
            maker: Maker = {}
            with suppress(ProtocolError, Refused):  # it is not there any more, say
                maker = (await client.detail(task_id=newest)).maker
            self._ours[account] = [maker] if maker else []
