"""``cartoonmix-desktop generate``: one job without a window, recorded in the same history."""

from __future__ import annotations

import asyncio
import json
import os
import sys
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

    from cartoonmix_desktop.core.task.task import Task
    from cartoonmix_desktop.services.events import Event

SUCCEEDED, FAILED, BAD_INPUT, NO_CREDENTIALS, UNKNOWN = range(5)
"""Exit statuses."""

_NEVER_SENT = {TaskState.QUEUED, TaskState.REJECTED, TaskState.CANCELLED}
_LATER = (ConcurrencyLimited, InsufficientBalance, RateLimited, TeamRefused)
"""Refusals after which the window would send again; nothing waits behind a command."""
_CAPPED = (CapReached, PriceUnknown)
_RANDOM = "random"  # as a seed: another one each time
_FOR_PRICE = 3.0  # seconds that are waited for the list of prices, once a day
_PATIENCE = 60.0  # seconds without any answer after which the outcome is left to the window


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
        code = _refuse(result, error)
    if result.error:
        say(result.error, sys.stderr)
    # In ASCII, which every pipe can carry, whatever bytes a path is made of.
    say(json.dumps(asdict(result)) if options.json else "\n".join(result.outputs), sys.stdout)
    return code


async def _generate(options: argparse.Namespace, result: Result) -> int:
    raw = {entry.name: getattr(options, entry.name, None) for entry in CARTOONMIX}
    if raw["prompt"] is None:
        raise InputError("prompt", "empty")
    if raw["seed"] == _RANDOM:
        raw["seed"] = new_seed()
    request = GenerationRequest.build({k: v for k, v in raw.items() if v is not None})
    result.seed = str(request.values["seed"])
    out = usable_folder(Path(options.out)) if options.out else None
    locations = Locations.from_environment()
    local_store = LocalStore(locations, Settings(locations.data / "settings.json"), once=True)
    only = AccountKind.SANDBOX if options.sandbox else AccountKind.WIRO
    studio = Studio(local_store, given_to_us(os.environ), only=only)
    teller = _Teller(sys.stderr is not None and sys.stderr.isatty() and not options.json)
    studio.events.listen(teller.hear)
    try:
        await studio.open()
        await studio.accounts.load()
        if not options.sandbox and studio.accounts.current.error is not None:
            raise studio.accounts.current.error
        await studio.prices.load()
        await studio.prices.ask(_FOR_PRICE)
        total = studio.caps.press([request]).total
        result.estimated = f"{total.amount:f}" if total.priced else None
        return await _follow(studio, request, out, result, teller, over_cap=options.over_cap)
    except asyncio.CancelledError:  # Ctrl+C
        if teller.task_id:
            task = await studio.history.task(teller.task_id)
            _describe(result, task, None)
            result.outputs = _paths(studio, task)
            if outcome_of(task) is None:  # what is asked for a minute later may still come
                result.outcome = "unknown"
        else:
            result.outcome = "cancelled"
        raise
    finally:
        await studio.close()


async def _follow(
    studio: Studio,
    request: GenerationRequest,
    out: Path | None,
    result: Result,
    teller: _Teller,
    *,
    over_cap: bool,
) -> int:
    try:
        task = await studio.tasks.generate_now(request, _PATIENCE, over_cap=over_cap)
    except CartoonMixError as error:
        if not teller.task_id:
            raise  # nothing was stored, so nothing was sent
        # Accepted, and then no answer for too long: the window takes it up from here.
        task = await studio.history.task(teller.task_id)
        result.outputs = _paths(studio, task)
        return _describe(result, task, error)
    code = _describe(result, task, task.error)
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


def _describe(result: Result, task: Task, error: CartoonMixError | None) -> int:
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
        return _refuse(result, error)
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


def _refuse(result: Result, error: CartoonMixError) -> int:
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


class _Teller:
    """Remembers the task and, on a terminal, tells how far it is."""

    def __init__(self, aloud: bool) -> None:
        self.task_id = 0
        self._aloud = aloud

    def hear(self, event: Event) -> None:
        if isinstance(event, TaskAdded):
            self.task_id = event.task.id
        elif isinstance(event, TaskProgressed) and self._aloud and event.progress.percent:
            told = words.progress(event.progress.percent)
            print(f"\r{told}", end="", file=sys.stderr)
