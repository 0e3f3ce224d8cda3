"""The copies of a task's pictures that the server keeps: deleted there at the person's wish."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from cartoonmix_desktop.core.errors import CopyUncertain, StillAtWork
from cartoonmix_desktop.core.task.aftercare import Owed
from cartoonmix_desktop.core.task.owed import new_outputs
from cartoonmix_desktop.core.task.task import OutputState

if TYPE_CHECKING:
    from cartoonmix_desktop.core.task.remote import RemoteTask
    from cartoonmix_desktop.core.task.task import Output, Task
    from cartoonmix_desktop.services.account.accounts import Accounts
    from cartoonmix_desktop.services.history.history import History
    from cartoonmix_desktop.services.library.library import Library


class RemoteCopies:
    """Deletes them, once it is sure that nothing is lost by that. It cannot be undone."""

    def __init__(self, history: History, library: Library, accounts: Accounts) -> None:
        """Nothing is asked yet.

        Args:
            history: where it is recorded.
            library: holds the copies that stay.
            accounts: gives the connection of a task's account.
        """
        self._history = history
        self._library = library
        self._accounts = accounts

    async def delete(self, task_id: int) -> Task:
        """Compare every picture on disk with what was served, then delete the server's files.

        Doing so twice is harmless: the server says yes again.

        Raises:
            StillAtWork: the task has not ended.
            CopyUncertain: a picture is not whole on this computer, or another task has the same
                token; nothing was deleted.
            NoCredentials: nobody is signed in.
            WiroError: the server could not be asked, or refused.
            StorageError: it was deleted, and that could not be recorded.
        """
        task = await self._history.task(task_id)
        client = (await self._accounts.connection(task.account)).client
        remote = await client.detail(task_id=task.remote_id, token=task.token)
        undecided = task.is_owed(Owed.OUTPUTS, Owed.MORE, Owed.ERROR)  # what comes would go too
        if not task.at_rest or undecided or remote.verdict is None:
            raise StillAtWork
        known = await self._history.read_ledger(lambda ledger: ledger.trash.every_output(task_id))
        await self._check(known, remote)
        token = task.token or remote.token
        if not token or await self._history.read_ledger(
            lambda ledger: ledger.trash.is_token_shared(task_id, token)
        ):
            raise CopyUncertain(reason="token")  # the server takes nothing but a token
        await client.delete_files(token)
        return await self._history.update(task_id, remote_deleted_at=time.time())

    async def _check(self, known: list[Output], remote: RemoteTask) -> None:
        """Every picture that the server lists is one of ours; every one of ours is on disk.

        Those that the person deleted for good are wanted nowhere.
        """
        for place in new_outputs(known, remote):
            raise CopyUncertain(picture=place + 1)
        for output in sorted(known, key=lambda output: output.position):
            if output.state is not OutputState.DELETED and (
                output.state is not OutputState.KEPT or not await self._library.is_whole(output)
            ):
                raise CopyUncertain(picture=output.position + 1)
