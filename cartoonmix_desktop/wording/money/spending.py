"""What was spent, in words: the window of that name, and the table on a terminal."""

from __future__ import annotations

import unicodedata
from enum import Enum, auto
from typing import TYPE_CHECKING

from cartoonmix_desktop.core.money.spending import Grouping
from cartoonmix_desktop.wording.catalogue import gettext as _
from cartoonmix_desktop.wording.catalogue import ngettext
from cartoonmix_desktop.wording.errors import one_line
from cartoonmix_desktop.wording.formats import (
    both,
    exact_money,
    full_day,
    long_day,
    money,
    month_of_year,
    number,
    pictures,
    short_day,
    tasks,
)

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from cartoonmix_desktop.core.money.spending import Report, Row, Span, Sums

SPENDING = "Spending"
"""The accessible name of the window: scripts rely on it in every language."""


class SpanChoice(Enum):
    """Which days are added up."""

    TODAY = auto()
    THIS_MONTH = auto()
    LAST_MONTH = auto()
    ALL = auto()
    CHOSEN = auto()


# --- the window
TITLE = _("Spending")
SPAN = _("Days to show")
SPANS = {
    SpanChoice.TODAY: _("Today"),
    SpanChoice.THIS_MONTH: _("This month"),
    SpanChoice.LAST_MONTH: _("Last month"),
    SpanChoice.ALL: _("All time"),
    SpanChoice.CHOSEN: _("From … to …"),
}
DAY_FORMAT = "yyyy-MM-dd"
"""Of the two fields, as Qt writes it: the same in every language, as in a search."""
FROM = _("From")
TO = _("To")
BY = _("Group by")
GROUPINGS = {
    Grouping.DAY: _("By day"),
    Grouping.MONTH: _("By month"),
    Grouping.TAG: _("By tag"),
    Grouping.COLLECTION: _("By collection"),
    Grouping.MODEL: _("By model"),
}
TWICE = {
    Grouping.TAG: _("A task with several tags is in the row of each, and once in the total."),
    Grouping.COLLECTION: _(
        "A task in several collections is in the row of each, and once in the total."
    ),
}
"""Why rows may add up to more than the total."""
HEADINGS = {
    Grouping.DAY: _("Day"),
    Grouping.MONTH: _("Month"),
    Grouping.TAG: _("Tag"),
    Grouping.COLLECTION: _("Collection"),
    Grouping.MODEL: _("Model"),
}
COLUMNS = (
    _("Tasks"),
    _("Pictures"),
    _("Estimate"),
    _("Charge"),
    _("Difference"),
    _("Not known yet"),
)
"""The columns behind that."""
DIFFERENCE_HELP = _("Charge minus estimate, of the tasks that have both.")
UNKNOWN_HELP = _("Tasks whose charge Wiro has not told yet.")
NOTHING = _("Nothing was spent in these days.")
NOTHING_HELP = _("What Wiro charges is added up here. The sandbox costs nothing.")
CHART = _("Charges as bars")
CHARGES = _("Charges")
SAVE_CSV = _("Save as CSV…")
SAVE_CSV_TITLE = _("Save spending")
CSV_FILTER = _("CSV table (*.csv)")
SHOW_TASKS = _("Show tasks")
SHOW_UNKNOWN = _("Show charges not known yet")
CHOOSE = _("Choose a row to see its tasks.")
BEFORE_NAMES = _("Deleted by an earlier version, which kept only the charge.")

_NAMELESS = {
    Grouping.TAG: _("No tag"),
    Grouping.COLLECTION: _("No collection"),
    Grouping.MODEL: _("No model"),
}
_DELETED = _("Deleted earlier")
_TOTAL = _("Total")
_NO_AMOUNT = "–"


def row_name(by: Grouping, row: Row, today: date) -> str:
    """What a row stands for."""
    if row.deleted:
        return _DELETED
    if by is Grouping.DAY:
        return long_day(_day(row.key), today)
    if by is Grouping.MONTH:
        return month_of_year(_day(f"{row.key}-01"))
    return one_line(row.key) if row.key else _NAMELESS[by]


def row_help(by: Grouping, row: Row) -> str:
    """What more there is to say of it; empty for nothing."""
    if row.deleted:
        return BEFORE_NAMES
    return full_day(_day(row.key)) if by is Grouping.DAY else ""


def cells(sums: Sums) -> tuple[str, ...]:
    """What stands in `COLUMNS`."""
    return (
        number(sums.tasks),
        number(sums.pictures),
        _NO_AMOUNT if sums.estimated is None else money(sums.estimated),
        money(sums.charged),
        _NO_AMOUNT if sums.difference is None else _more(sums.difference, money(sums.difference)),
        number(sums.unknown) if sums.unknown else "",
    )


def exact_cells(sums: Sums) -> tuple[str, ...]:
    """What those cells say to the last digit; empty for those that say all."""
    return (
        "",
        "",
        "" if sums.estimated is None else exact_money(sums.estimated),
        exact_money(sums.charged),
        ""
        if sums.difference is None
        else f"{_more(sums.difference, exact_money(sums.difference))}\n{DIFFERENCE_HELP}",
        UNKNOWN_HELP if sums.unknown else "",
    )


def span_name(choice: SpanChoice, span: Span, today: date) -> str:
    """Which days a figure is of: ``"December 2026"``."""
    if choice in {SpanChoice.THIS_MONTH, SpanChoice.LAST_MONTH} and span.first is not None:
        return month_of_year(span.first)
    if choice is SpanChoice.CHOSEN and span.first is not None and span.last is not None:
        first, last = (short_day(day, today) for day in (span.first, span.last))
        return (
            first
            if span.first == span.last
            else _("{first} to {last}").format(first=first, last=last)
        )
    return SPANS[choice]


def figure(sums: Sums) -> tuple[str, str]:
    """The large figure, and exactly."""
    return money(sums.charged), exact_money(sums.charged)


def figure_facts(sums: Sums) -> str:
    """What stands under it: ``"12 tasks and 48 pictures · $0.04 less than estimated"``."""
    parts = [both(tasks(sums.tasks), pictures(sums.pictures))]
    if (difference := sums.difference) is not None:
        amount = money(abs(difference))
        if difference > 0:
            parts.append(_("{amount} more than estimated").format(amount=amount))
        elif difference < 0:
            parts.append(_("{amount} less than estimated").format(amount=amount))
        else:
            parts.append(_("as estimated"))
    return " · ".join(parts)


def unknown(count: int) -> str:
    """Charges that are not known, which no sum has."""
    return ngettext("{n} charge is not known yet", "{n} charges are not known yet", count).format(
        n=number(count)
    )


def bar(day: date, sums: Sums, *, month: bool) -> str:
    """What a bar of the chart says."""
    name = month_of_year(day) if month else full_day(day)
    return f"{name}\n{exact_money(sums.charged)} · {tasks(sums.tasks)}"


def chart(highest: Decimal, of_months: bool) -> str:
    """The chart, for those who listen."""
    words = _("The most in a month: {amount}.") if of_months else _("The most in a day: {amount}.")
    return words.format(amount=money(highest))


def here(found: int, all_tasks: int) -> str:
    """How many of a row's tasks the history has."""
    if found >= all_tasks:
        return ngettext(
            "{n} task is in the history.", "{n} tasks are in the history.", all_tasks
        ).format(n=number(all_tasks))
    if not found:
        return ngettext(
            "Its task was deleted. The charge stays here.",
            "Its tasks were deleted. Their charges stay here.",
            all_tasks,
        )
    return ngettext(
        "{n} of {tasks} is in the history; the rest was deleted.",
        "{n} of {tasks} are in the history; the rest was deleted.",
        found,
    ).format(n=number(found), tasks=tasks(all_tasks))


def file_name(by: Grouping, span: Span) -> str:
    """What a saved table is called at first: ``"spending-by-tag-2026-12.csv"``."""
    first, last = span.first, span.last
    if first is None or last is None:
        days = ""
    elif first.day == 1 and (first.year, first.month) == (last.year, last.month) and first != last:
        days = f"-{first:%Y-%m}"
    else:
        days = f"-{first}" if first == last else f"-{first}-{last}"
    return f"spending-by-{by}{days}.csv"


def saved(name: str) -> str:
    """The table was saved."""
    return _("Saved as {name}.").format(name=one_line(name))


def table(report: Report) -> str:
    """A report as lines of text, figures under each other and exact."""
    head = (HEADINGS[report.by], COLUMNS[0], COLUMNS[1], COLUMNS[2], COLUMNS[3], COLUMNS[5])
    names = [
        _DELETED if row.deleted else one_line(row.key) or _NAMELESS[report.by]
        for row in report.rows
    ]
    every = [row.sums for row in report.rows] + [report.total]
    lines = [head] + [
        (
            *(name, number(sums.tasks), number(sums.pictures)),
            _NO_AMOUNT if sums.estimated is None else exact_money(sums.estimated),
            *(exact_money(sums.charged), number(sums.unknown)),
        )
        for name, sums in zip([*names, _TOTAL], every, strict=True)
    ]
    widths = [max(map(_width, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(
            text + room if place == 0 else room + text
            for place, (text, width) in enumerate(zip(line, widths, strict=True))
            for room in (" " * (width - _width(text)),)
        ).rstrip()
        for line in lines
    )


def _day(key: str) -> date:
    from datetime import date

    return date.fromisoformat(key)


def _more(difference: Decimal, amount: str) -> str:
    return f"+{amount}" if difference > 0 else amount


def _width(text: str) -> int:
    """Columns of a terminal."""
    return sum(1 + (unicodedata.east_asian_width(letter) in "WF") for letter in text)
