"""What is said of many jobs at once."""

from __future__ import annotations

from cartoonmix_desktop.core.errors import InputError
from cartoonmix_desktop.core.sweep.axes import MOST, Misfit
from cartoonmix_desktop.wording.catalogue import gettext as _
from cartoonmix_desktop.wording.errors import describe
from cartoonmix_desktop.wording.formats import number

NO_PRICE = _("The price is not known, so the budget cannot be kept. Nothing was sent.")
BAD_ROWS = _("Nothing was sent. Fix these rows, or add --skip-bad-rows.")
INTERRUPTED = _("Interrupted. Run the same again to go on.")

_MISFITS = {
    "unknown_field": _("“{value}” is not an input"),
    "twice": _("the column {name} is there twice"),
    "axis_twice": _("{name} is varied already"),
    "no_values": _("{name} has no values"),
    "bad_range": _("“{value}” is not a range"),
    "too_many": _("{value} makes more than {most}"),
    "not_held": _("{name} does not contain “{value}”"),
    "not_text": _("it is not text in UTF-8"),
    "not_an_object": _("it is not a JSON object"),
    "bad_line": _("it does not fit the columns"),
    "empty": _("it has no rows"),
}


def misfit(error: Misfit | InputError) -> str:
    """Why something of a table or a sweep cannot be used."""
    if isinstance(error, InputError):
        return describe(error).title
    template = _MISFITS[error.reason]
    return template.format(name=error.name, value=error.value, most=number(MOST))


def bad_file(name: str, why: str) -> str:
    """A table that cannot be used."""
    return _("{name}: {why}.").format(name=name, why=why)


def bad_line(line: int, why: str) -> str:
    """A line of a table that cannot be used."""
    return _("Line {line}: {why}.").format(line=line, why=why)


def bad_row(row: int, why: str) -> str:
    """A row that did not succeed."""
    return _("Row {row}: {why}").format(row=row, why=why)


def bad_sweep(given: str, why: str) -> str:
    """A sweep that cannot be used."""
    return _("--sweep {given}: {why}.").format(given=given, why=why)


def summary(name: str, succeeded: int, rows: int) -> str:
    """How a batch ended, and how it is found."""
    return _("{n} of {all} succeeded. Find them with: in-sweep:{name}").format(
        n=number(succeeded), all=number(rows), name=name
    )
