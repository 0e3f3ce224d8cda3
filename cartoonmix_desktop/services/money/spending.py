"""What was spent, asked of the history off the event loop."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from cartoonmix_desktop.core.money.spending import Grouping, csv_of
from cartoonmix_desktop.core.search.query import Query, quoted
from cartoonmix_desktop.storage.files.partial_files import write_text

if TYPE_CHECKING:
    from pathlib import Path

    from cartoonmix_desktop.core.money.spending import Report, Row, Span
    from cartoonmix_desktop.services.history.history import History


class Spending:
    """Adds up what was charged; never asks a server."""

    def __init__(self, history: History) -> None:
        self._history = history

    async def report(self, by: Grouping, span: Span) -> Report:
        """What was spent.

        Args:
            by: what the rows stand for.
            span: which days.
        """
        return await self._history.read_ledger(lambda ledger: ledger.spending.of(by, span))

    async def save(self, report: Report, path: Path) -> None:
        """Save the rows as a table for spreadsheets.

        Raises:
            StorageError: it cannot be written; what was there stays.
        """
        # They take a file for UTF-8 only if it says so at its beginning.
        await asyncio.to_thread(write_text, path, csv_of(report.rows), "utf-8-sig")

    async def found(self, query: str) -> int:
        """How many tasks a search finds, outside the trash."""
        return len(await self._history.ids(Query(query)))


def unknown_in(span: Span) -> str:
    """The search that finds the tasks of some days whose charge is not known."""
    return " ".join(["is:charge-unknown", *_within(span)])


def query_of(by: Grouping, row: Row, span: Span) -> str:
    """The search that finds the tasks of a row, as far as they are in the history.

    Args:
        by: what the rows stand for.
        row: which; its tasks were deleted if it is `Row.deleted`.
        span: which days.
    """
    terms = ["is:sent"]
    if by in {Grouping.DAY, Grouping.MONTH}:
        terms.append(f"date:{row.key}")
    elif row.key:
        field = {Grouping.TAG: "tag", Grouping.COLLECTION: "in", Grouping.MODEL: "model"}[by]
        terms.append(f"{field}:{quoted(row.key)}")
    elif by is not Grouping.MODEL:
        terms.append(f"-has:{by}")
    return " ".join(terms if by is Grouping.DAY else [*terms, *_within(span)])


def _within(span: Span) -> list[str]:
    if span.first is None and span.last is None:
        return []
    return [f"date:{span.first or ''}..{span.last or ''}"]
