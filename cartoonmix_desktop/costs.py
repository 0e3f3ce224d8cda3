"""``cartoonmix-desktop costs``: what was spent, told from the history alone."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from cartoonmix_desktop.core.errors import CartoonMixError
from cartoonmix_desktop.core.money.spending import (
    Grouping,
    Report,
    Span,
    Sums,
    csv_of,
    record,
)
from cartoonmix_desktop.printing import say
from cartoonmix_desktop.storage.history_opening import opened_history
from cartoonmix_desktop.storage.locations import Locations
from cartoonmix_desktop.wording.errors import describe
from cartoonmix_desktop.wording.money.spending import table

if TYPE_CHECKING:
    import argparse

_CANNOT_READ = 2
"""Exit status where the history cannot be read."""


def run(options: argparse.Namespace) -> int:
    """Print what was spent.

    Args:
        options: as `cli` parsed them.

    Returns:
        The exit status.
    """
    try:
        report = _report(Grouping(options.by), Span(options.since))
    except CartoonMixError as error:
        say(describe(error).paragraph, sys.stderr)
        return _CANNOT_READ
    if options.json:
        rows = [{"key": row.key, **record(row.sums)} for row in report.rows]
        # In ASCII, which every pipe can carry, whatever a tag is made of.
        say(json.dumps({"rows": rows, "total": record(report.total)}), sys.stdout)
    elif options.csv:
        say(csv_of(report.rows).rstrip("\n"), sys.stdout)
    else:
        say(table(report), sys.stdout)
    return 0


def _report(by: Grouping, span: Span) -> Report:
    with opened_history(Locations.from_environment()) as ledger:
        return Report(by, (), Sums(), ()) if ledger is None else ledger.spending.of(by, span)
