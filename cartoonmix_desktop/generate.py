"""``cartoonmix-desktop generate``: one job without a window, recorded in the same history."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from cartoonmix_desktop.core.errors import (
    AuthenticationRefused,
    CapReached,
    CartoonMixError,
    ConcurrencyLimited,
    ConfigurationError,
    CredentialsError,
    FolderUnusable,
    InputError,
    InsufficientBalance,
    PriceUnknown,
    RateLimited,
    Refused,
    TaskNotFound,
    TeamRefused,
    WiroError,
)
from cartoonmix_desktop.core.recipe.cartoonmix import CARTOONMIX
from cartoonmix_desktop.core.recipe.request import GenerationRequest
from cartoonmix_desktop.core.surroundings import given_to_us
from cartoonmix_desktop.core.sweep.batch import RANDOM
from cartoonmix_desktop.core.task.aftercare import Owed
from cartoonmix_desktop.core.task.batch import new_seed
from cartoonmix_desktop.core.task.outcome import Outcome, outcome_of
from cartoonmix_desktop.core.task.task import TaskState
from cartoonmix_desktop.printing import say
from cartoonmix_desktop.services.events import AccountKind, TaskAdded, TaskProgressed
from cartoonmix_desktop.services.library.local_store import LocalStore
from cartoonmix_desktop.services.studio import Studio
from cartoonmix_desktop.storage.locations import Locations
from cartoonmix_desktop.storage.os_errors import usable_folder
from cartoonmix_desktop.storage.settings import Settings
from cartoonmix_desktop.wording import terminal as words
from cartoonmix_desktop.wording.errors import describe

if TYPE_CHECKING:
    import argparse
    from collections.abc import AsyncIterator

    from cartoonmix_desktop.core.task.task import Task
    from cartoonmix_desktop.services.events import Event

SUCCEEDED, FAILED, BAD_INPUT, NO_CREDENTIALS, UNKNOWN = range(5)
"""Exit statuses."""

_NEVER_SENT = {TaskState.QUEUED, TaskState.REJECTED, TaskState.CANCELLED}
_LATER = (ConcurrencyLimited, InsufficientBalance, RateLimited, TeamRefused)
"""Refusals after which the window would send again; nothing waits behind a command."""
_CAPPED = (CapReached, PriceUnknown)
_FOR_PRICE = 3.0  # seconds that are waited for the list of prices, once a day
PATIENCE = 60.0
"""Seconds without any answer after which the outcome is left to the window."""


@dataclass(slots=True)
class Result:
    """What is printed last.

    Attributes:
        taskid: the server's id, None if no task was made.
        status: the server's last status, None if there was none.
        seed: as it was sent, None if nothing could be.
        outcome: ``succeeded``, ``partly``, ``failed``, ``cancelled``, ``rejected`` or ``unknown``.
        outputs: paths of the pictures.
        estimated: USD as a decimal text that was expected before, None without a price.
        cost: USD as a decimal text, None if not told.
        error: words, None if all went well.
    """

    taskid: str | None = None
    status: str | None = None
    seed: str | None = None
    outcome: str = "unknown"
    outputs: list[str] = field(default_factory=list)
    estimated: str | None = None
    cost: str | None = None
    error: str | None = None


def run(options: argparse.Namespace) -> int:
    """Do the job and print its result.

    Args:
        options: as `cli` parsed them; inputs are text or None.

    Returns:
        The exit status.
    """
    result = Result()
    try:
        code = asyncio.run(_generate(options, result))
    except KeyboardInterrupt:
        result.error, code = words.INTERRUPTED, FAILED
        if result.outcome == "unknown":
            result.error, code = words.INTERRUPTED_SENT, UNKNOWN
    except CartoonMixError as error:
        code = refused(result, error)
    if result.error:
        say(result.error, sys.stderr)
    # In ASCII, which every pipe can carry, whatever bytes a path is made of.
    say(json.dumps(asdict(result)) if options.json else "\n".join(result.outputs), sys.stdout)
    return code


async def _generate(options: argparse.Namespace, result: Result) -> int:
    raw = given_inputs(options)
    if "prompt" not in raw:
        raise InputError("prompt", "empty")
    if raw.get("seed") == RANDOM:
        raw["seed"] = new_seed()
    request = GenerationRequest.build(raw)
    result.seed = str(request.values["seed"])
    out = usable_folder(Path(options.out)) if options.out else None
    async with opened(options) as (studio, teller):
        try:
            total = studio.caps.press([request]).total
            result.estimated = f"{total.amount:f}" if total.priced else None
            return await follow(studio, request, out, result, teller, over_cap=options.over_cap)
        except asyncio.CancelledError:  # Ctrl+C
            if teller.task_id:
                task = await studio.history.task(teller.task_id)
                described(result, task, None)
                result.outputs = _paths(studio, task)
                if outcome_of(task) is None:  # what is asked for a minute later may still come
                    result.outcome = "unknown"
            else:
                result.outcome = "cancelled"
            raise


def given_inputs(options: argparse.Namespace) -> dict[str, object]:
    """What was given of the inputs, as text by wire name."""
    given = {entry.name: getattr(options, entry.name, None) for entry in CARTOONMIX}
    return {name: value for name, value in given.items() if value is not None}


@asynccontextmanager
async def opened(options: argparse.Namespace) -> AsyncIterator[tuple[Studio, Teller]]:
    """History, account and prices, and who tells how far a task is.

    Raises:
        CartoonMixError: nothing can be sent.
    """
    locations = Locations.from_environment()
    local_store = LocalStore(locations, Settings(locations.data / "settings.json"), once=True)
    only = AccountKind.SANDBOX if options.sandbox else AccountKind.WIRO
    studio = Studio(local_store, given_to_us(os.environ), only=only)
    teller = Teller(sys.stderr is not None and sys.stderr.isatty() and not options.json)
    studio.events.listen(teller.hear)
    try:
        await studio.open()
        await studio.accounts.load()
        if not options.sandbox and studio.accounts.current.error is not None:
            raise studio.accounts.current.error
        await studio.prices.load()
        await studio.prices.ask(_FOR_PRICE)
        yield studio, teller
    finally:
        await studio.close()


async def follow(
    studio: Studio,
    request: GenerationRequest,
    out: Path | None,
    result: Result,
    teller: Teller,
    *,
    over_cap: bool,
    uid: str = "",
) -> int:
    """Send one request, and see it through.

    Args:
        studio: does it.
        request: what to make.
        out: where copies of the pictures go; None for none.
        result: is filled in.
        teller: has heard of no task yet.
        over_cap: send it whatever it costs.
        uid: of the task, empty for a new one.

    Returns:
        The exit status.

    Raises:
        CartoonMixError: nothing was stored, so nothing was sent.
    """
    try:
        task = await studio.tasks.generate_now(request, PATIENCE, over_cap=over_cap, uid=uid)
    except CartoonMixError as error:
        if not teller.task_id:
            raise
        # Accepted, and then no answer for too long: the window takes it up from here.
        task = await studio.history.task(teller.task_id)
        result.outputs = _paths(studio, task)
        return described(result, task, error)
    return await told(studio, task, out, result)


async def told(studio: Studio, task: Task, out: Path | None, result: Result) -> int:
    """Fill in the result from a task that came to rest, and copy its pictures.

    Returns:
        The exit status.
    """
    code = described(result, task, task.error)
    result.outputs = _paths(studio, task)
    if out is not None:
        copies = [out / Path(path).name for path in result.outputs]
        try:
            for output, copy in zip(task.kept, copies, strict=True):
                await studio.library.export(output, copy)
        except CartoonMixError as error:
            result.error = describe(error).paragraph
            return FAILED
        result.outputs = [str(copy) for copy in copies]
    return code


def _paths(studio: Studio, task: Task) -> list[str]:
    return [str(studio.library.path(output).absolute()) for output in task.kept]


def described(result: Result, task: Task, error: CartoonMixError | None) -> int:
    """Fill in the result from the task where it came to rest; the exit status."""
    result.taskid = task.remote_id or None
    result.status = task.status or None
    result.cost = f"{task.cost:f}" if task.cost is not None else None
    if error is not None:
        result.error = describe(error).paragraph
    outcome = outcome_of(task)
    if outcome is Outcome.KEPT:
        result.outcome = "succeeded"
        return SUCCEEDED
    if outcome is Outcome.CANCELLED and error is None:
        result.outcome = "cancelled"
        result.error = result.error or words.CANCELLED
        return FAILED
    short = outcome in {Outcome.PARTLY, Outcome.ASIDE, Outcome.FAILED}
    if short or task.is_owed(Owed.OUTPUTS, Owed.MORE):
        result.outcome = "partly" if task.kept else "failed"
        if error is None:
            result.error = _short_of(task)
        elif task.is_owed(Owed.ERROR):  # to try again at once may pay twice
            result.error = f"{describe(error).title}. {words.MAY_STILL_RUN}"
        return FAILED
    if task.state in _NEVER_SENT and error is not None:
        return refused(result, error)
    result.outcome = "unknown"
    return UNKNOWN


def _short_of(task: Task) -> str:
    """Why a task that did not fail has fewer pictures than were asked for."""
    if task.broken:
        broken = task.broken[0]
        why = describe(broken.error).title if broken.error else ""
        return words.broken(len(task.broken), len(task.outputs), why, aside=bool(task.aside))
    if not task.kept:
        return words.NOTHING_LISTED
    return words.listed_so_far(len(task.kept), task.request.samples)


def refused(result: Result, error: CartoonMixError) -> int:
    """The result and exit status of a job that made no task."""
    result.error = describe(error).paragraph
    result.outcome = "rejected"
    if isinstance(error, _LATER):
        result.error = f"{describe(error).title}. {words.LATER}"
        return BAD_INPUT
    if isinstance(error, _CAPPED):
        result.error = f"{describe(error).title}. {words.CAPPED}"
        return BAD_INPUT
    if isinstance(error, CredentialsError | AuthenticationRefused):
        if isinstance(error, CredentialsError):
            result.error += f" {words.SIGN_IN}"
        return NO_CREDENTIALS
    if isinstance(error, Refused) and not isinstance(error, TaskNotFound):
        return BAD_INPUT
    if isinstance(error, InputError | ConfigurationError | FolderUnusable):
        return BAD_INPUT
    result.outcome = "failed"
    return UNKNOWN if isinstance(error, WiroError) else FAILED


class Teller:
    """Remembers the task and, on a terminal, tells how far it is."""

    def __init__(self, aloud: bool) -> None:
        """Of no task yet; ``aloud`` on a terminal."""
        self.task_id = 0
        self._aloud = aloud

    def hear(self, event: Event) -> None:
        """Take note of a task that was stored, and of how far it is."""
        if isinstance(event, TaskAdded):
            self.task_id = event.task.id
        elif isinstance(event, TaskProgressed) and self._aloud and event.progress.percent:
            told = words.progress(event.progress.percent)
            print(f"\r{told}", end="", file=sys.stderr)
