"""Takes up what an account made elsewhere: on another computer, on Wiro's page, by a script.

The server's list is looked through and shown; what the person picks is entered into the history at
once, and from there on followed and fetched as what was sent from here. Nothing of it is ever sent.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from cartoonmix_desktop.core.errors import (
    CartoonMixError,
    OutcomeUnknown,
    PictureError,
    RecipeUnreadable,
)
from cartoonmix_desktop.core.recipe.cartoonmix import CARTOONMIX
from cartoonmix_desktop.core.recipe.inputs import clean_slug
from cartoonmix_desktop.core.recipe.recipe import checked
from cartoonmix_desktop.core.recipe.request import GenerationRequest
from cartoonmix_desktop.core.task.doubt import Claim, match
from cartoonmix_desktop.core.task.maker import Whose, whose
from cartoonmix_desktop.core.task.task import SANDBOX
from cartoonmix_desktop.services.events import HistoryChanged
from cartoonmix_desktop.services.sending.task_list import TaskList
from cartoonmix_desktop.services.threads import Thread
from cartoonmix_desktop.storage.files.decoding import decode, thumbnail_of
from cartoonmix_desktop.storage.history.elsewhere import TaskElsewhere

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cartoonmix_desktop.core.task.remote import RemoteOutput, RemoteTask
    from cartoonmix_desktop.services.account.accounts import Accounts
    from cartoonmix_desktop.services.events import Events
    from cartoonmix_desktop.services.history.history import History
    from cartoonmix_desktop.services.sending.makers import Makers
    from cartoonmix_desktop.services.sending.peers import TaskTaker
    from cartoonmix_desktop.wiro.client import WiroClient

_MODEL = "cartoonmix"  # in every way of writing its slug
_PAGE = 100
_PREVIEW = 8 * 1024**2  # bytes of a picture that is shown beforehand
_PREVIEWS = 128 * 1024**2  # bytes of all of them, each time the list is read
_PREVIEWS_AT_ONCE = 3
_SLACK = 120.0  # seconds by which clocks may differ


class Found(Struct, frozen=True):
    """A task of the server that the history does not know.

    Attributes:
        remote: as the server tells it.
        created: unix seconds on our clock, None when not told.
        request: what was asked for, as far as it is told.
        whose: whether it was made with this key.
    """

    remote: RemoteTask
    created: float | None
    request: GenerationRequest
    whose: Whose


class Listing(Struct):
    """What the server has listed so far.

    Attributes:
        account: whose tasks they are.
        listed: how many of the model and the time that was asked for.
        known: how many of them the history knows, or may know.
        whole: whether that is all of them.
    """

    account: str
    listed: int = 0
    known: int = 0
    whole: bool = False


class TakeUp:
    """Lists, shows and takes up."""

    def __init__(
        self,
        history: History,
        accounts: Accounts,
        events: Events,
        makers: Makers,
        taker: TaskTaker,
    ) -> None:
        """Nothing is asked yet.

        Args:
            history: knows what is here, and where it is entered.
            accounts: gives the connection.
            events: hear of what is new.
            makers: tells our tasks from others'.
            taker: sees through what was taken up.
        """
        self._history, self._accounts, self._events = history, accounts, events
        self._makers, self._taker = makers, taker
        self._thread = Thread("previews")
        self._slots = asyncio.Semaphore(_PREVIEWS_AT_ONCE)
        self._left = 0  # bytes that previews may still take

    def close(self) -> None:
        """Finish the picture that is being decoded."""
        self._thread.close()

    async def look(
        self, since: float, until: float, tell: Callable[[Listing, list[Found]], None]
    ) -> Listing:
        """Read the list of the account in use, the newest first.

        Args:
            since: unix seconds; older tasks are not wanted.
            until: nor those made then or later.
            tell: called after each page with what was found so far and what is new in it.

        Returns:
            What was listed in the end.

        Raises:
            CartoonMixError: nobody is signed in, or the server could not be asked.
        """
        self._left = _PREVIEWS
        listing = Listing(self._accounts.name)
        client = (await self._accounts.connection(listing.account)).client
        reader = TaskList(client, since, page=_PAGE, model=_MODEL)
        async for page in reader.pages():
            wanted = [
                (task, created)
                for task in page
                if _is_of_model(task)
                and ((created := reader.created(task)) is None or since <= created < until)
            ]
            # Read after the server has told, and in this order: a Run that began since cannot be
            # among what it told, and one that is answered meanwhile is known by then.
            ids = [task.id for task, _ in wanted]
            known = await self._in_doubt(listing.account, reader.client, page) & {*ids}
            known |= await self._history.known(ids, listing.account)
            await self._note_charges(page, listing.account)
            ours = await self._makers.ours(listing.account, reader.client, page)
            found = [
                Found(task, created, _request_of(task), whose(task.maker, ours))
                for task, created in wanted
                if task.id not in known
            ]
            listing.listed += len(wanted)
            listing.known += len(known)
            listing.whole = reader.whole
            tell(listing, found)
        listing.whole = reader.whole
        return listing

    async def _note_charges(self, page: Sequence[RemoteTask], account: str) -> None:
        """What was deleted for good before its charge was known is found among what was spent."""
        charges = {task.id: task.cost for task in page if task.cost is not None and task.verdict}
        await self._history.write_ledger(
            lambda ledger: ledger.elsewhere.note_charges(charges, account)
        )

    async def _in_doubt(
        self, account: str, client: WiroClient, listed: Sequence[RemoteTask]
    ) -> set[str]:
        """Ids of what may be a task of ours whose Run is not answered, or whose answer was lost.

        Taken up here, it would be missed there, and the person might send it once more.
        """
        in_doubt = [
            (task, sent_at)
            for task, sent_at in await self._history.in_doubt()
            if task.is_sandbox == (account == SANDBOX)
        ]
        claims = [Claim(task.id, task.request, sent_at) for task, sent_at in in_doubt]
        ahead = client.clock_ahead or 0.0
        _certain, possible = match(claims, listed, ahead=ahead, slack=_SLACK)
        named = {task.error.named for task, _ in in_doubt if isinstance(task.error, OutcomeUnknown)}
        return named | {each.remote_id for some in possible.values() for each in some}

    async def take(self, found: Sequence[Found], account: str) -> list[int]:
        """Enter tasks into the history, durably and all at once, and begin to fetch them.

        What the history knows by now is left alone. A program that ends meanwhile goes on with the
        rest when it is started again.

        Args:
            found: what the person picked.
            account: whose they are.

        Returns:
            Ids of the new tasks.

        Raises:
            StorageError: the disk refused; nothing was taken up.
        """
        now, owner = time.time(), self._history.owner
        entries = [_entry(one, now) for one in found]
        tasks = await self._history.write_ledger(
            lambda ledger: ledger.elsewhere.add(entries, account, owner, at=now)
        )
        self._events.emit(HistoryChanged())
        self._history.tell_totals()
        for task in tasks:
            self._taker.accept(task)
        return [task.id for task in tasks]

    async def preview(self, account: str, output: RemoteOutput) -> bytes | None:
        """A small copy of a picture that is at the server; None where there is none to be had.

        What is fetched for all of a list is bounded; from then on nothing more is shown.

        Args:
            account: whose.
            output: as it was listed.
        """
        async with self._slots:
            if self._left <= 0 or not output.url or (output.size or 0) > _PREVIEW:
                return None
            try:
                body = await self._fetch(account, output)
                return None if body is None else await self._thread.run(_small, body)
            except CartoonMixError:  # a courtesy
                return None

    async def _fetch(self, account: str, output: RemoteOutput) -> bytes | None:
        pictures = (await self._accounts.connection(account)).pictures
        body = bytearray()
        async with pictures.open(output) as download:
            async for chunk in download.chunks:
                body += chunk
                self._left -= len(chunk)
                if len(body) > _PREVIEW or self._left <= 0:
                    return None
        return bytes(body)


def _is_of_model(task: RemoteTask) -> bool:
    """Whether a task is of our model, as far as it says of which it is."""
    if not task.model:
        return not task.parameters or "prompt" in task.parameters
    told, slug = clean_slug(task.model), clean_slug(CARTOONMIX.slug)
    return told in {slug, slug.partition("/")[2]}


def _request_of(task: RemoteTask) -> GenerationRequest:
    """What was asked for; what is not told, or cannot be meant, is left out."""
    names = {entry.name for entry in CARTOONMIX}
    try:
        told = {name: value for name, value in task.parameters.items() if name in names}
        return GenerationRequest(CARTOONMIX.slug, checked(told, "server").values)
    except RecipeUnreadable:  # nothing
        return GenerationRequest(CARTOONMIX.slug, {})


def _entry(found: Found, now: float) -> TaskElsewhere:
    remote = found.remote
    facts: dict[str, Any] = {"remote_id": remote.id, "token": remote.token, "status": remote.status}
    if remote.verdict is not None:
        facts |= {"verdict": remote.verdict, "cost": remote.cost, "seconds": remote.seconds}
    else:
        facts |= {"heard_at": now}
    created = now if found.created is None else found.created
    return TaskElsewhere(
        uuid.uuid4().hex, found.request, created, remote.verdict is not None, facts
    )


def _small(body: bytes) -> bytes | None:
    try:
        return thumbnail_of(decode(body))
    except PictureError:
        return None
