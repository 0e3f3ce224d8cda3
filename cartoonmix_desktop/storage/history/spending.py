"""What was spent, added up by SQLite alone: whole numbers, so that every sum is exact.

Whatever is asked for, the tasks of each day and model are added up first: days, months, models,
the total and the bars of the window all follow from that. Who has no tag is what is left of the
total. A task is looked up in two indices that hold all it takes, see `schema`.
"""

from __future__ import annotations

import math
from array import array
from datetime import date, datetime, timedelta
from enum import IntEnum
from typing import TYPE_CHECKING, Any, NamedTuple

import apsw
import msgspec

from cartoonmix_desktop.core.money.spending import DELETED, Grouping, Report, Row, Sums, added
from cartoonmix_desktop.core.search.days import midnight
from cartoonmix_desktop.storage.database import listed
from cartoonmix_desktop.storage.history.full_text import folded

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cartoonmix_desktop.core.money.spending import Span
    from cartoonmix_desktop.storage.database import Database

_EARLIEST, _LATEST = date(1970, 1, 2), date(2200, 1, 1)  # beyond them clocks tell no days

_PENDING = """
    SELECT task_id FROM aftercare JOIN task ON task.id = task_id
    WHERE due IS NOT NULL AND reason IN ('charge', 'charge_of_stopped') AND cost IS NOT NULL"""
# Each by a look into the index; at last NULL, for tasks that tell none.
_MODELS = """
    known(name) AS (
        SELECT (SELECT min(model) FROM task INDEXED BY task_spending WHERE sent)
        UNION ALL
        SELECT (SELECT min(model) FROM task INDEXED BY task_spending WHERE sent AND model > name)
        FROM known WHERE name IS NOT NULL)"""
_OF_MODEL = "FROM task INDEXED BY task_spending WHERE sent AND model IS known.name"
_DELETED = "FROM deleted_task WHERE account NOT IN ('sandbox', 'import')"
_ENDS = f"""
    WITH RECURSIVE {_MODELS}
    SELECT min(first), max(last) FROM (
        SELECT (SELECT min(created_at) {_OF_MODEL}) AS first,
            (SELECT max(created_at) {_OF_MODEL}) AS last FROM known
        UNION ALL SELECT min(created_at), max(created_at) {_DELETED})"""  # noqa: S608  ours
_IN_DAY = "AND created_at >= day.begins AND created_at < day.ends"
_IN_SPAN = "AND created_at >= :begins AND created_at < :ends"
_BY_DAY = f"""
    WITH RECURSIVE {_MODELS},
    day(begins, ends) AS MATERIALIZED (
        SELECT value, lead(value) OVER (ORDER BY value) FROM carray(:days))
    SELECT day.begins, known.name, FALSE, FALSE,
        (SELECT {{live}} {_OF_MODEL} {_IN_DAY} HAVING count(*) > 0)
    FROM known, day
    UNION ALL
    SELECT day.begins, model, TRUE, tags IS NULL, {{deleted}}
    FROM day CROSS JOIN (SELECT * {_DELETED}) ON 1 {_IN_DAY} GROUP BY 1, 2, 4"""  # noqa: S608  ours
_NAMES = {
    Grouping.TAG: "SELECT id, name FROM tag",
    Grouping.COLLECTION: "SELECT id, name FROM collection",
}
_PAIRS = {  # which tasks each has, once
    Grouping.TAG: "SELECT tag_id AS name_id, task_id FROM task_tag",
    Grouping.COLLECTION: "SELECT DISTINCT collection_id AS name_id, task_id FROM collected",
}
_OF_PAIR = f"""
    CROSS JOIN task INDEXED BY task_spending_of ON task.id = pair.task_id WHERE sent {_IN_SPAN}"""
_BY_NAME = f"""
    SELECT name_id, {{live}} FROM ({{pairs}}) AS pair {_OF_PAIR} GROUP BY name_id"""  # noqa: S608  ours
_COUNTED_TWICE = f"""
    SELECT {{live}} FROM (
        SELECT task_id, count(*) - 1 AS more FROM ({{pairs}}) GROUP BY task_id HAVING count(*) > 1
    ) AS pair {_OF_PAIR}"""  # noqa: S608  ours
_DELETED_BY_NAME = f"""
    SELECT each.value, {{by}}s IS NULL, {{deleted}}
    FROM (SELECT * {_DELETED} {_IN_SPAN}) LEFT JOIN json_each({{by}}s) AS each GROUP BY 1, 2"""  # noqa: S608  ours


class _Kind(IntEnum):
    """What a row stands for, in their order."""

    NAMED = 0
    NAMELESS = 1
    UNKEPT = 2  # what was deleted by a version that kept no names


class _Part(NamedTuple):
    """The tasks of one day and model."""

    day: str  # 2026-12-01
    kind: _Kind
    model: str
    deleted: bool
    sums: Sums


class _Rows:
    """Rows that grow."""

    def __init__(self) -> None:
        self._found: dict[tuple[_Kind, str], tuple[str, list[Sums]]] = {}

    def add(self, kind: _Kind, name: str, sums: Sums, key: str = "") -> None:
        """Names with the same key are one; the first of them is shown."""
        self._found.setdefault((kind, key or name), (name, []))[1].append(sums)

    def in_order(self) -> tuple[Row, ...]:
        """Those that stand for any task."""
        rows = (
            Row(
                name,
                added(several) if len(several) > 1 else several[0],
                deleted=kind is _Kind.UNKEPT,
            )
            for (kind, _), (name, several) in sorted(self._found.items())
        )
        return tuple(row for row in rows if row.sums.tasks)


class SpendingRecords:
    """Adds up what was spent. Every method may raise `StorageError`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._seen: object = None  # the days that were last asked for, and the history's version
        self._parts: list[_Part] = []  # of them

    def of(self, by: Grouping, span: Span) -> Report:
        """What was spent on some days; what was thrown away or deleted was paid all the same.

        Args:
            by: what the rows stand for.
            span: which days.
        """
        with self._database.reading() as connection:
            starts = _starts(connection, span)
            if len(starts) < 2:
                return Report(by, (), Sums(), ())
            ask = _Question(connection, starts)
            seen = connection.pragma("data_version"), connection.total_changes(), [*starts]
            if self._seen != seen:
                self._parts, self._seen = ask.parts(), seen
            parts, rows = self._parts, _Rows()
            if by in _PAIRS:
                live = added(part.sums for part in parts if not part.deleted)
                ask.add_names(rows, by, live)
        days = _Rows()
        for part in parts:
            days.add(_Kind.NAMED, part.day, part.sums)
            if by is Grouping.MONTH:
                rows.add(_Kind.NAMED, part.day[:7], part.sums)
            elif by is Grouping.MODEL:
                rows.add(part.kind, part.model, part.sums)
        of_days = days.in_order()
        found = of_days if by is Grouping.DAY else rows.in_order()
        return Report(by, found, added(row.sums for row in of_days), of_days)


class _Question:
    """What is asked of the history about some days, in one transaction."""

    def __init__(self, connection: apsw.Connection, starts: dict[float, date]) -> None:
        self._connection, self._starts = connection, starts
        pending = [int(str(row[0])) for row in connection.execute(_PENDING)]
        self._pending = bool(pending)  # mostly there are none: 100,000 tasks need not be looked up
        self._bindings = {
            "pending": listed(pending),
            "days": apsw.carray(array("d", starts)),
            "begins": min(starts),
            "ends": max(starts),
        }

    def parts(self) -> list[_Part]:
        """All tasks, by days and models."""
        return [
            _Part(
                self._starts[begins].isoformat(),
                _Kind.UNKEPT if unkept else _Kind.NAMED if model else _Kind.NAMELESS,
                DELETED if unkept else model or "",
                bool(deleted),
                _read(sums),
            )
            for begins, model, deleted, unkept, sums in self._rows(_BY_DAY)
            if sums is not None
        ]

    def add_names(self, rows: _Rows, by: Grouping, live: Sums) -> None:
        """Tags or collections; what has none is what is left.

        Args:
            rows: to be added to.
            by: which of the two.
            live: of all tasks that are not deleted for good.
        """
        pairs, names = _PAIRS[by], dict(self._rows(_NAMES[by]))
        [(twice,)] = self._rows(_COUNTED_TWICE, more=True, pairs=pairs)
        left = added((live, _read(twice)))
        for name_id, told in self._rows(_BY_NAME, pairs=pairs):
            sums, name = _read(told), names.get(name_id, "")
            left = left.without(sums)
            rows.add(_Kind.NAMED if name else _Kind.NAMELESS, name, sums, folded(name))
        rows.add(_Kind.NAMELESS, "", left)
        for name, unkept, told in self._rows(_DELETED_BY_NAME, by=by):
            if unkept:
                rows.add(_Kind.UNKEPT, DELETED, _read(told))
            else:
                kind = _Kind.NAMED if name else _Kind.NAMELESS
                rows.add(kind, name or "", _read(told), folded(name or ""))

    def _rows(self, query: str, *, more: bool = False, **parts: str) -> Iterable[Any]:
        live, deleted = _sums(pending=self._pending, more=more), _sums()
        return self._connection.execute(
            query.format(live=live, deleted=deleted, **parts), self._bindings
        )


def _starts(connection: apsw.Connection, span: Span) -> dict[float, date]:
    """When each day that matters begins, in unix seconds; last, when the last of them ends."""
    ends: Any = connection.execute(_ENDS).fetchone()
    if ends[0] is None:
        return {}
    first, last = (_day_of(moment) for moment in ends)
    first = max(first, span.first or first)
    last = min(last, span.last or last)
    days = [first + timedelta(number) for number in range((last - first).days + 2)]
    starts = {midnight(day): day for day in days}
    if len(days) > 1:
        begin, *between, end = starts
        # Also what no clock can have meant.
        begin = -math.inf if span.first is None else begin
        end = math.inf if span.last is None else end
        starts = dict(zip((begin, *between, end), days, strict=True))
    return starts


def _day_of(moment: float) -> date:
    sane = min(max(moment, midnight(_EARLIEST)), midnight(_LATEST))
    return datetime.fromtimestamp(sane).date()  # noqa: DTZ006  local on purpose


def _sums(*, pending: bool = False, more: bool = False) -> str:
    """The fields of `Sums` as one JSON array.

    Args:
        pending: charges of some tasks are still asked for, although they seem known.
        more: each task is counted ``more`` times.
    """

    def count(value: str) -> str:
        return f"ifnull(sum(more * ({value} IS NOT NULL)), 0)" if more else f"count({value})"

    def add(value: str) -> str:
        return f"ifnull(sum({'more * ' * more}{value}), 0)"

    unknown = f"{count('1')} - {count('cost')}"
    if pending:
        unknown += f" + {add('(task.id IN carray(:pending))')}"
    estimates = count("estimated"), add("estimated")
    both = count("cost - estimated"), add("(cost - estimated)")
    columns = (count("1"), add("pictures"), *estimates, add("cost"), unknown, *both)
    return f"json_array({', '.join(columns)})"


def _read(sums: str) -> Sums:
    return msgspec.json.decode(sums, type=Sums)
