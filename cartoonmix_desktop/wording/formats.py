"""The one place that writes numbers, sizes, times, money and counted things for people.

The language is that of the texts, the habits are those of the person's region: English texts on a
French system have English month names, and a decimal comma. A system without a region (``C``) gets
what stands below. The habits come from the tables of Unicode (CLDR), which `make texts` writes
into one small file a language; it is read when something is formatted for a region.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from decimal import ROUND_HALF_UP, Decimal
from functools import cache

import msgspec
from msgspec import Struct

from cartoonmix_desktop import system_locale
from cartoonmix_desktop.resources import resource
from cartoonmix_desktop.wording.catalogue import LANGUAGE, ngettext
from cartoonmix_desktop.wording.catalogue import gettext as _

_MINUTE = 60.0
_HOUR = 3600.0
_MIDNIGHT = time()
_CENT = Decimal("0.01")
_FIELD = re.compile(r"\{(\w+)\}")


class Style(Struct, frozen=True, omit_defaults=True):
    """How a region writes things; patterns are filled in by `str.format`.

    Attributes:
        decimal: sign before the fraction.
        group: sign between groups of digits.
        groups: digits of the last group and of all before it.
        percent: around a number.
        money: around an amount of US dollars.
        clock: the time of day.
        seconds: the time of day with its seconds.
        short: a day of this year, short.
        short_year: a day of another year, short.
        long: a day of this year.
        long_year: a day of another year.
        full: a day with its name.
        month: a month with its year.
    """

    decimal: str = "."
    group: str = ","
    groups: tuple[int, int] = (3, 3)
    percent: str = "{} %"
    money: str = "${}"
    clock: str = "{HH}:{mm}"
    seconds: str = "{HH}:{mm}:{ss}"
    short: str = "{d} {MMM}"
    short_year: str = "{d} {MMM} {y}"
    long: str = "{d} {MMMM}"
    long_year: str = "{d} {MMMM} {y}"
    full: str = "{EEEE}, {d} {MMMM} {y}"
    month: str = "{MMMM} {y}"


class Formats(Struct, frozen=True):
    """What a language needs: its names of months and days, and how each region writes.

    Attributes:
        months: as they stand in a date, and short.
        weekdays: from Monday, and short.
        halves: of the day.
        styles: all that there are.
        regions: which of them each region has, by its number.
    """

    months: tuple[tuple[str, ...], tuple[str, ...]]
    weekdays: tuple[tuple[str, ...], tuple[str, ...]]
    halves: tuple[str, str]
    styles: tuple[Style, ...]
    regions: dict[str, int]


@cache
def _formats() -> Formats:
    named = resource(f"locale/{LANGUAGE}/formats.json")
    return msgspec.json.decode(named.read_bytes(), type=Formats)


@cache
def _style(category: str) -> Style:
    region = system_locale.region(category)
    if not region:
        return Style()
    formats = _formats()
    found = formats.regions.get(region)
    return Style() if found is None else formats.styles[found]


# --- numbers -------------------------------------------------------------------------------------


def number(value: float | Decimal, places: int = 0) -> str:
    """``"1,204"``; with one place ``"6.0"``."""
    return _written(f"{value:.{places}f}", _style("LC_NUMERIC"))


def _written(digits: str, style: Style) -> str:
    """A plain decimal number as a region writes it."""
    whole, point, fraction = digits.partition(".")
    sign, whole = ("-", whole[1:]) if whole.startswith("-") else ("", whole)
    last, others = style.groups
    if len(whole) > last:
        head, parts = whole[:-last], [whole[-last:]]
        while head:
            parts.insert(0, head[-others:])
            head = head[:-others]
        whole = style.group.join(parts)
    return f"{sign}{whole}{style.decimal if point else ''}{fraction}"


def percent(value: float) -> str:
    """``"60 %"`` of 60."""
    return _style("LC_NUMERIC").percent.format(number(value))


def ordinal(count: int) -> str:
    """``"1st"``, ``"2nd"``, ``"11th"``, ``"1,003rd"``: English alone; else the number."""
    if not LANGUAGE.startswith("en"):
        return number(count)
    ends = {1: "st", 2: "nd", 3: "rd"}
    teen = 10 < count % 100 < 14
    return f"{number(count)}{'th' if teen else ends.get(count % 10, 'th')}"


def money(cost: Decimal) -> str:
    """US dollars in cents; below one, the first two digits that are not zero."""
    places = 2
    if 0 < abs(cost) < _CENT:
        places = 1 - cost.adjusted()
    return _dollars(cost.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP), least=2)


def exact_money(cost: Decimal) -> str:
    """US dollars to the last digit that is known."""
    return _dollars(cost, least=2)


def _dollars(cost: Decimal, least: int) -> str:
    style = _style("LC_MONETARY")
    whole, _point, fraction = f"{abs(cost):f}".partition(".")
    fraction = fraction.rstrip("0").ljust(least, "0")
    amount = style.money.format(_written(f"{whole}.{fraction}", style))
    return f"-{amount}" if cost < 0 else amount


def size_words(bytes: int) -> str:  # noqa: A002  the unit is the best name
    """A file size in decimal units, as file managers show it: ``"202 KB"``, ``"4.2 GB"``."""
    if bytes < 1000:
        return ngettext("{n} byte", "{n} bytes", bytes).format(n=number(bytes))
    units = iter((_("{n} KB"), _("{n} MB"), _("{n} GB"), _("{n} TB")))
    size, unit, kilo = bytes / 1000, next(units), True
    while size >= 999.5 and (following := next(units, "")):
        size, unit, kilo = size / 1000, following, False
    return unit.format(n=number(size, 0 if kilo or size >= 99.95 else 1))


# --- counted things ------------------------------------------------------------------------------


def pictures(count: int) -> str:
    """``"1 picture"``, ``"4 pictures"``."""
    return ngettext("{n} picture", "{n} pictures", count).format(n=number(count))


def tasks(count: int) -> str:
    """``"1 task"``, ``"4 tasks"``."""
    return ngettext("{n} task", "{n} tasks", count).format(n=number(count))


def files(count: int) -> str:
    """``"1 file"``, ``"4 files"``."""
    return ngettext("{n} file", "{n} files", count).format(n=number(count))


def days(count: int) -> str:
    """``"1 day"``, ``"30 days"``."""
    return ngettext("{n} day", "{n} days", count).format(n=number(count))


def both(one: str, other: str) -> str:
    """``"2 tasks and 1 picture"``."""
    return _("{one} and {other}").format(one=one, other=other)


# --- times ---------------------------------------------------------------------------------------


def local(moment: float) -> datetime:
    """A moment (unix seconds) on the clock here."""
    return datetime.fromtimestamp(moment, tz=UTC).astimezone()


def seconds(length: float, places: int = 0) -> str:
    """``"20 s"``; with one place ``"6.0 s"``."""
    return _("{n} s").format(n=number(length, places))


def minutes(length: float) -> str:
    """``"2 min"`` of 120.0 to 179.9 seconds."""
    return _("{n} min").format(n=number(length // _MINUTE))


def clock(then: datetime) -> str:
    """``"15:03"``."""
    return _date(_style("LC_TIME").clock, then)


def clock_with_seconds(then: datetime) -> str:
    """``"15:03:20"``."""
    return _date(_style("LC_TIME").seconds, then)


def short_day(day: date, today: date) -> str:
    """``"6 May"``; of another year ``"6 May 2024"``, with the month's name cut short."""
    style = _style("LC_TIME")
    return _date(style.short if day.year == today.year else style.short_year, day)


def long_day(day: date, today: date) -> str:
    """``"6 May"``; of another year ``"6 May 2024"``."""
    style = _style("LC_TIME")
    return _date(style.long if day.year == today.year else style.long_year, day)


def full_day(day: date) -> str:
    """``"Monday, 6 May 2024"``."""
    return _date(_style("LC_TIME").full, day)


def month_of_year(day: date) -> str:
    """``"May 2024"``."""
    return _date(_style("LC_TIME").month, day)


def moment(then: datetime) -> str:
    """``"Monday, 6 May 2024, 15:03"``."""
    return _("{day}, {time}").format(day=full_day(then), time=clock(then))


def month_of(day: date) -> str:
    """``"May 2024"``."""
    return _date("{MMMM} {y}", day)


def weekday(day: date) -> str:
    """``"Monday"``."""
    return _date("{EEEE}", day)


def short_weekday(day: date) -> str:
    """``"Mon"``."""
    return _date("{EEE}", day)


def _date(pattern: str, then: date) -> str:
    """A pattern with the fields of CLDR (``{MMM}``, ``{mm}``), filled in."""
    return _FIELD.sub(lambda field: _field(field[1], then), pattern)


def _field(name: str, then: date) -> str:
    if name in {"MMM", "MMMM"}:
        return _formats().months[name == "MMM"][then.month - 1]
    if name in {"EEE", "EEEE"}:
        return _formats().weekdays[name == "EEE"][then.weekday()]
    at = then.time() if isinstance(then, datetime) else _MIDNIGHT
    if name == "a":
        return _formats().halves[at.hour >= 12]
    figures = {"d": then.day, "M": then.month, "y": then.year}
    figures |= {"H": at.hour, "h": at.hour % 12 or 12, "m": at.minute, "s": at.second}
    return f"{figures[name[0]]:0{len(name)}}"


def age_words(created_at: float, now: float) -> str:
    """When a task was made, short enough for the edge of a row. Times are local.

    Args:
        created_at: unix seconds.
        now: unix seconds.
    """
    age = now - created_at
    if -_MINUTE < age < _MINUTE:
        return _("just now")
    if _MINUTE <= age < _HOUR:
        return _("{time} ago").format(time=minutes(age))
    then, today = local(created_at), local(now).date()
    past = (today - then.date()).days
    if past == 0:
        return clock(then)
    if 0 < past < 7:
        return _("{weekday} {time}").format(weekday=short_weekday(then), time=clock(then))
    return short_day(then, today)


def day_words(day: date, today: date) -> str:
    """The heading over the tasks of one day."""
    past = (today - day).days
    if past == 0:
        return _("Today")
    if past == 1:
        return _("Yesterday")
    return weekday(day) if 1 < past < 7 else long_day(day, today)
