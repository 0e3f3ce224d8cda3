"""``cartoonmix-desktop import`` and ``export``: pictures come in and go out without a window."""

from __future__ import annotations

import asyncio
import json
import sys
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from cartoonmix_desktop.core.errors import CartoonMixError
from cartoonmix_desktop.core.search.query import Query
from cartoonmix_desktop.core.task.marks import Target
from cartoonmix_desktop.core.task.naming import unknown_fields
from cartoonmix_desktop.printing import is_understood, say
from cartoonmix_desktop.services.events import AccountKind
from cartoonmix_desktop.services.library.local_store import LocalStore
from cartoonmix_desktop.services.progress import LongWork
from cartoonmix_desktop.services.studio import Studio
from cartoonmix_desktop.services.transfer import presets as presets_of
from cartoonmix_desktop.services.transfer.exporting import EXACT
from cartoonmix_desktop.storage.locations import Locations
from cartoonmix_desktop.storage.os_errors import usable_folder
from cartoonmix_desktop.storage.settings import Settings
from cartoonmix_desktop.wording import terminal as words
from cartoonmix_desktop.wording.errors import describe
from cartoonmix_desktop.wording.transfer import FOR_A_CLIENT, export_words, import_words

if TYPE_CHECKING:
    import argparse
    from collections.abc import AsyncIterator, Coroutine, Sequence
    from typing import Any

    from cartoonmix_desktop.services.transfer.exporting import ExportSummary
    from cartoonmix_desktop.services.transfer.importing import ImportSummary
    from cartoonmix_desktop.wording.transfer import Outcome

_DONE, _SOME_LEFT_OUT, _UNUSABLE = range(3)


def take_in(options: argparse.Namespace) -> int:
    """Import files and folders, and print what came of it.

    Args:
        options: as `cli` parsed them.

    Returns:
        The exit status.
    """
    return _finish(_import(options, [Path(path).absolute() for path in options.paths]))


def give_out(options: argparse.Namespace) -> int:
    """Export the pictures that a query finds, and print where they are.

    Args:
        options: as `cli` parsed them.

    Returns:
        The exit status.
    """
    return _finish(_export(options))


def _finish(job: Coroutine[Any, Any, int]) -> int:
    try:
        return asyncio.run(job)
    except KeyboardInterrupt:
        say(words.INTERRUPTED, sys.stderr)
        return _SOME_LEFT_OUT
    except CartoonMixError as error:
        say(describe(error).paragraph, sys.stderr)
        return _UNUSABLE


@asynccontextmanager
async def _opened() -> AsyncIterator[Studio]:
    """History and pictures. Nothing is sent: only what opens them is begun."""
    locations = Locations.from_environment()
    settings = Settings(locations.data / "settings.json")
    studio = Studio(LocalStore(locations, settings, once=True), {}, only=AccountKind.SANDBOX)
    try:
        await studio.open()
        yield studio
    finally:
        await studio.close()


async def _import(options: argparse.Namespace, paths: Sequence[Path]) -> int:
    work = LongWork()
    async with _opened() as studio:
        try:
            summary = await studio.importer.run(paths, work)
        except asyncio.CancelledError:  # Ctrl+C: what was entered stays
            work.stop()
            raise
    skipped = [{"path": one.path, "why": describe(one.error).title} for one in summary.unread]
    told = {
        "imported": len(summary.tasks),
        "already": summary.here,
        "without_recipe": summary.without_recipe,
        "skipped": skipped,
    }
    _print(options, told, import_words(summary))
    if skipped and not (summary.tasks or summary.here or summary.found):
        return _UNUSABLE
    return _status(summary, skipped)


async def _export(options: argparse.Namespace) -> int:
    if not is_understood(options.query):
        return _UNUSABLE
    if unknown := unknown_fields(options.name or ""):
        say(words.no_placeholder(unknown[0]), sys.stderr)
        return _UNUSABLE
    settings = Settings(Locations.from_environment().data / "settings.json")
    presets = {FOR_A_CLIENT: presets_of.FOR_A_CLIENT}
    presets |= presets_of.sound(settings.get(presets_of.SETTING, {}))
    if options.preset and options.preset not in presets:
        say(words.no_preset(options.preset, sorted(presets)), sys.stderr)
        return _UNUSABLE
    kind = options.format.upper() if options.format else None
    given: dict[str, Any] = {
        "template": options.name,
        "kind": EXACT if kind == "ORIGINAL" else kind,
        "recipe": False if options.no_recipe else None,
        "sidecar": f".{options.sidecar}" if options.sidecar else None,
        "long_edge": options.long_edge,
    }
    chosen = {name: value for name, value in given.items() if value is not None}
    way = {"marks": True, **presets.get(options.preset, {}), **chosen}
    plan = presets_of.plan_from(way, usable_folder(Path(options.out)))
    work = LongWork()
    async with _opened() as studio:
        query = Query(options.query)
        ids = await studio.history.read_ledger(lambda ledger: ledger.ids(query).ids[::-1])
        try:
            summary = await studio.exporter.run(Target(tasks=ids), plan, work)
        except asyncio.CancelledError:
            work.stop()
            raise
    failed = [{"path": one.name, "why": describe(one.error).title} for one in summary.failed]
    files = [str(file) for file in summary.files]
    if not options.json:
        for file in files:
            say(file, sys.stdout)
    _print(options, {"exported": files, "failed": failed}, export_words(summary))
    return _status(summary, failed)


def _print(options: argparse.Namespace, told: dict[str, Any], outcome: Outcome) -> None:
    if options.json:  # in ASCII, which every pipe can carry, whatever bytes a path is made of
        say(json.dumps(told), sys.stdout)
        return
    say(outcome.title, sys.stderr)
    for line in outcome.lines:
        say(line, sys.stderr)


def _status(summary: ImportSummary | ExportSummary, left_out: Sequence[object]) -> int:
    if summary.error is not None:
        say(describe(summary.error).paragraph, sys.stderr)
    return _SOME_LEFT_OUT if left_out or summary.error is not None else _DONE
