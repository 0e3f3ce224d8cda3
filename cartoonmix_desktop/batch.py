"""``cartoonmix-desktop generate --from`` and ``--sweep``: many jobs, none paid for twice."""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import asdict, dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import apsw

from cartoonmix_desktop.core.errors import CartoonMixError, InputError
from cartoonmix_desktop.core.sweep.axes import Axis, Misfit, axis_of
from cartoonmix_desktop.core.sweep.batch import (
    MOST_ATTEMPTS,
    Line,
    Row,
    batch_name,
    read_table,
    rows_of,
)
from cartoonmix_desktop.core.task.outcome import Outcome, outcome_of, was_sent
from cartoonmix_desktop.core.task.task import TaskState
from cartoonmix_desktop.generate import (
    BAD_INPUT,
    FAILED,
    PATIENCE,
    SUCCEEDED,
    UNKNOWN,
    Result,
    follow,
    given_inputs,
    opened,
    refused,
    told,
)
from cartoonmix_desktop.printing import say
from cartoonmix_desktop.storage.os_errors import file_errors, usable_folder
from cartoonmix_desktop.wording.recipe import batch as words

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from cartoonmix_desktop.core.task.task import Task
    from cartoonmix_desktop.generate import Teller
    from cartoonmix_desktop.services.studio import Studio

STOPPED_BY_BUDGET = 5
"""Exit status."""

_FOR_ANOTHER = 1.0  # seconds between looks at a task that another process works on
_DONE = {Outcome.KEPT, Outcome.PARTLY, Outcome.ASIDE}
"""Paid for, and pictures came: what is missing is fetched, and not made again."""


@dataclass(slots=True)
class _Summary:
    """What is printed last; amounts are decimal texts of USD, None where nothing is known."""

    rows: int = 0
    succeeded: int = 0
    failed: int = 0
    unknown: int = 0
    left: int = 0
    charged: str | None = None
    estimated: str | None = None


def run(options: argparse.Namespace) -> int:
    """Do all jobs and print their results.

    Args:
        options: as `cli` parsed them.

    Returns:
        The exit status.
    """
    batch = _Batch(options)
    try:
        code = asyncio.run(batch.run())
    except KeyboardInterrupt:
        say(words.INTERRUPTED, sys.stderr)
        code = UNKNOWN if batch.summary.unknown else FAILED
    except Misfit as misfit:
        say(words.bad_file(options.table, words.misfit(misfit)), sys.stderr)
        code = BAD_INPUT
    except CartoonMixError as error:
        code = refused(result := Result(), error)
        say(result.error or "", sys.stderr)
    if options.json:
        say(json.dumps(asdict(batch.summary)), sys.stdout)
    return code


class _Batch:
    def __init__(self, options: argparse.Namespace) -> None:
        self._options = options
        self._out: Path | None = None
        self.summary = _Summary()

    async def run(self) -> int:
        """All of it; the exit status."""
        options = self._options
        axes = _axes(options.sweep)
        if axes is None:
            return BAD_INPUT
        content, lines = b"", [Line(1, {})]
        if options.table:
            content, lines = _read(Path(options.table))
        base = given_inputs(options)
        if not options.table and "prompt" not in base:
            raise InputError("prompt", "empty")
        _rows, bad = rows_of("", lines, axes, base)  # told before anybody is asked
        self._tell(bad)
        if bad and not (options.table and options.skip_bad_rows):
            return BAD_INPUT
        if options.out:
            self._out = usable_folder(Path(options.out))
        async with opened(options) as (studio, teller):
            name = batch_name(content, options.sweep, base, studio.accounts.name)
            rows, _bad = rows_of(name, lines, axes, base)
            if not rows:
                raise Misfit("empty")
            self.summary.rows = self.summary.left = len(rows)
            code = await _Sending(options, self._out, self.summary, studio, teller).all(name, rows)
            say(words.summary(name, self.summary.succeeded, len(rows)), sys.stderr)
            return code

    def _tell(self, bad: Sequence[Line]) -> None:
        for line in bad:
            why = words.misfit(line.misfit) if line.misfit is not None else ""
            named = self._options.table
            say(words.bad_line(line.number, why) if named else f"{why}.", sys.stderr)
        if bad and self._options.table and not self._options.skip_bad_rows:
            say(words.BAD_ROWS, sys.stderr)


class _Sending:
    """One row after the other, each looked up before it is sent."""

    def __init__(
        self,
        options: argparse.Namespace,
        out: Path | None,
        summary: _Summary,
        studio: Studio,
        teller: Teller,
    ) -> None:
        self._options, self._out, self._summary = options, out, summary
        self._studio, self._teller = studio, teller
        self._tasks: dict[str, Task] = {}  # of this batch, by uid
        self._gone: dict[str, tuple[Decimal | None, int]] = {}  # and those that were deleted

    async def all(self, name: str, rows: Sequence[Row]) -> int:
        """Send what is to be sent; the exit status."""
        budget: Decimal | None = self._options.budget
        if self._studio.prices.free:
            budget = None  # drawings cost nothing
        estimates = [self._studio.caps.estimate(row.request) for row in rows]
        if budget is not None and None in estimates:
            say(words.NO_PRICE, sys.stderr)
            return BAD_INPUT
        history = self._studio.history
        self._tasks = {task.uid: task for task, _ in await history.batch(name)}
        self._gone = await history.read_ledger(lambda ledger: ledger.queue_order.gone(name))
        self._tally()
        begun = {uid[: len(rows[0].key)] for uid in self._tasks}
        full = False
        for row, estimate in zip(rows, estimates, strict=True):
            if full and row.key not in begun:
                continue
            result = Result(seed=str(row.request.values["seed"]))
            attempt, code = await self._known(row, result)
            while code is None and not full:
                full = budget is not None and self._counted() + (estimate or 0) > budget
                if full:
                    break
                try:
                    code, stopped = await self._made(row, attempt, result)
                except apsw.ConstraintError:  # another process has just begun the same
                    attempt, code = await self._known(row, result)
                    continue
                if stopped:
                    self._print(row, result)
                    return code
            if code is None:
                continue
            self._count(code, result)
            self._print(row, result)
        if full:
            return STOPPED_BY_BUDGET
        if self._summary.unknown:
            return UNKNOWN
        return FAILED if self._summary.failed else SUCCEEDED

    async def _known(self, row: Row, result: Result) -> tuple[int, int | None]:
        """What became of a row before: the next attempt, and the exit status if it needs none."""
        while True:
            found = await self._studio.history.batch(row.key)
            if not found:
                return self._after_gone(row, 0, result)
            task, elsewhere = found[-1]
            if not elsewhere:
                break
            await asyncio.sleep(_FOR_ANOTHER)
        if _is_open(task):
            try:
                task = await self._studio.tasks.take_up_now(task, PATIENCE)
            except CartoonMixError:  # it is asked about again the next time
                task = await self._studio.history.task(task.id)
        self._note(task)
        outcome = outcome_of(task)
        unsure = _is_open(task) or task.may_still_run or outcome is Outcome.UNKNOWN
        attempt = Row.attempt(task.uid) + 1
        if attempt > MOST_ATTEMPTS or (
            (unsure or outcome in _DONE) and not (self._options.again and not _is_at_work(task))
        ):
            code = await told(self._studio, task, self._out, result)
            return attempt, UNKNOWN if unsure else code
        return self._after_gone(row, attempt, result)

    def _after_gone(self, row: Row, attempt: int, result: Result) -> tuple[int, int | None]:
        """Likewise, where tasks may have been deleted for good: a uid of theirs never comes again.

        What was deleted once pictures had come was paid for, and is not made again.
        """
        gone = {uid: told for uid, told in self._gone.items() if uid.startswith(row.key)}
        attempt = max([attempt, *(Row.attempt(uid) + 1 for uid in gone)])
        cost = next((cost for cost, pictures in gone.values() if pictures), None)
        if any(pictures for _cost, pictures in gone.values()) and not self._options.again:
            result.outcome, result.cost = "succeeded", None if cost is None else f"{cost:f}"
            return attempt, SUCCEEDED
        return attempt, None

    async def _made(self, row: Row, attempt: int, result: Result) -> tuple[int, bool]:
        """Send a row: its exit status, and whether no other is to be sent after it."""
        self._teller.task_id = 0
        try:
            code = await follow(
                *(self._studio, row.request, self._out, result, self._teller),
                over_cap=self._options.over_cap,
                uid=row.uid(attempt),
            )
        except CartoonMixError as error:
            return refused(result, error), True
        finally:
            for task, _ in await self._studio.history.batch(row.uid(attempt)):
                self._note(task)
        task = self._tasks[row.uid(attempt)]
        never = task.state is TaskState.CANCELLED and not task.remote_id
        return code, never and task.error is not None

    # --- adding up -------------------------------------------------------------------------------

    def _note(self, task: Task) -> None:
        self._tasks[task.uid] = task
        self._tally()

    def _counted(self) -> Decimal:
        """USD that were charged, and are expected of what may still be."""
        return sum(
            (
                (task.estimated or Decimal(0)) if task.cost is None else task.cost
                for task in self._tasks.values()
                if was_sent(task)
            ),
            self._of_gone,
        )

    @property
    def _of_gone(self) -> Decimal:
        return sum((cost or Decimal(0) for cost, _ in self._gone.values()), Decimal(0))

    def _tally(self) -> None:
        tasks = self._tasks.values()
        charged = [task.cost for task in tasks if task.cost is not None]
        estimated = [task.estimated for task in tasks if task.estimated is not None]
        self._summary.charged = f"{sum(charged, self._of_gone):f}"
        self._summary.estimated = f"{sum(estimated, Decimal(0)):f}" if estimated else None

    def _count(self, code: int, result: Result) -> None:
        summary = self._summary
        summary.left -= 1
        if code == SUCCEEDED:
            summary.succeeded += 1
        elif result.outcome == "unknown" or code == UNKNOWN:
            summary.unknown += 1
        else:
            summary.failed += 1

    def _print(self, row: Row, result: Result) -> None:
        facts = asdict(result)
        names = ("taskid", "outcome", "seed", "cost", "outputs", "error")
        if self._options.json:
            line = {"row": row.number} | {name: facts[name] for name in names}
            say(json.dumps(line), sys.stdout)
        else:
            if result.outputs:
                say("\n".join(result.outputs), sys.stdout)
            if result.error:
                say(words.bad_row(row.number, result.error), sys.stderr)


def _read(path: Path) -> tuple[bytes, list[Line]]:
    """A table: its bytes and its rows."""
    with file_errors(path):
        content = path.read_bytes()
    lines = read_table(content, jsonl=path.suffix.casefold() in {".jsonl", ".ndjson"})
    if not lines:
        raise Misfit("empty")
    return content, lines


def _axes(given: Sequence[str]) -> list[Axis] | None:
    """What is varied; None, and told, where that cannot be read."""
    axes: dict[str, Axis] = {}
    for text in given:
        try:
            axis = axis_of(text)
        except Misfit as misfit:
            say(words.bad_sweep(text, words.misfit(misfit)), sys.stderr)
            return None
        if axis.name in axes:
            say(words.bad_sweep(text, words.misfit(Misfit("axis_twice", axis.name))), sys.stderr)
            return None
        axes[axis.name] = axis
    return [*axes.values()]


def _is_open(task: Task) -> bool:
    """Whether it is to be seen through before anything else."""
    return not task.at_rest or task.state is TaskState.UNKNOWN


def _is_at_work(task: Task) -> bool:
    return not task.at_rest or task.may_still_run
