"""Walks through the whole window and reads all of it; run by `test_translated` in its language."""

from __future__ import annotations

import asyncio
import os
import re
from contextlib import suppress
from datetime import date
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QGroupBox,
    QLabel,
    QLineEdit,
    QMenu,
    QTabWidget,
    QWidget,
)

from cartoonmix_desktop.core.disk import DiskUse
from cartoonmix_desktop.core.errors import (
    AuthenticationRefused,
    CartoonMixError,
    DatabaseAltered,
    DatabaseTooNew,
    DiskFull,
    KeyringLocked,
    NotAPicture,
    Unreachable,
)
from cartoonmix_desktop.core.money.spending import DELETED, Grouping, Report, Row, Span, Sums
from cartoonmix_desktop.core.recipe.cartoonmix import CARTOONMIX
from cartoonmix_desktop.core.recipe.request import GenerationRequest
from cartoonmix_desktop.core.storage_risk import Risk
from cartoonmix_desktop.core.task.maker import Whose
from cartoonmix_desktop.core.task.remote import RemoteOutput, RemoteTask
from cartoonmix_desktop.core.task.task import SANDBOX, TaskState
from cartoonmix_desktop.core.task.trash import Pieces
from cartoonmix_desktop.licences import all_parts
from cartoonmix_desktop.services.account.accounts import AccountChanged
from cartoonmix_desktop.services.events import (
    AccountKind,
    ConnectionChanged,
    KeyLocation,
    QueueChanged,
    TotalsChanged,
    UpdatesChanged,
)
from cartoonmix_desktop.services.library.local_store import LocalStore
from cartoonmix_desktop.services.progress import LongWork
from cartoonmix_desktop.services.sending.take_up import Found, Listing
from cartoonmix_desktop.services.studio import Studio
from cartoonmix_desktop.storage.files.pictures import KeptPicture
from cartoonmix_desktop.storage.history.backups import Backup
from cartoonmix_desktop.storage.locations import Locations
from cartoonmix_desktop.storage.settings import Settings
from cartoonmix_desktop.ui.account.dialog import AccountDialog
from cartoonmix_desktop.ui.library.move_dialog import MoveDialog
from cartoonmix_desktop.ui.library.restore_dialog import RestoreDialog
from cartoonmix_desktop.ui.money.spending_dialog import SpendingDialog
from cartoonmix_desktop.ui.recipe.generate_area import TimesDialog
from cartoonmix_desktop.ui.recipe.inspirations import InspirationsDialog, published
from cartoonmix_desktop.ui.settings.about_dialog import AboutDialog
from cartoonmix_desktop.ui.settings.dialog import SettingsDialog
from cartoonmix_desktop.ui.settings.licences_dialog import LicencesDialog
from cartoonmix_desktop.ui.shell.controller import Controller
from cartoonmix_desktop.ui.transfer.export_dialog import ExportDialog
from cartoonmix_desktop.ui.transfer.progress_dialog import ProgressDialog
from cartoonmix_desktop.ui.transfer.take_up_dialog import TakeUpDialog
from cartoonmix_desktop.ui.transfer.take_up_list import FoundModel
from cartoonmix_desktop.wording import transfer as transfer_words
from cartoonmix_desktop.wording.library import library_risk_words
from tests.pseudo_locale import CLOSE, OPEN

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from cartoonmix_desktop.ui.widgets.theme import Theme

PROMPT = "zzz"
PROMPTS = [
    " ".join(str(value).split())
    for values in (CARTOONMIX.defaults(), *(each.values for each in published()))
    for name, value in values.items()
    if name in {"prompt", "negativePrompt"}
]
# Inputs are told by screen readers, and found by scripts, under the same names everywhere.
STABLE = {
    *("Prompt", "Negative prompt", "Samples", "Steps", "Guidance scale", "Seed", "Clip skip"),
    *("Width", "Height", "Scheduler", "Callback URL", "Generate", "Search history", "History"),
    *("Price", "Balance", "Spending"),
}
# What is the same in every language, and what people, files and other programs are called.
DATA = re.compile(
    "|".join(
        [
            *(re.escape(o.label) for entry in CARTOONMIX for o in reversed(entry.options)),
            *(re.escape(o.value) for entry in CARTOONMIX for o in entry.options),
            *(re.escape(entry.name) for entry in CARTOONMIX if entry.name != "scale"),
            r"[\w -]+\.png",
            *(PROMPT, "CartoonMix Desktop", "CartoonMix v1.0", "Wiro", "Python", "Qt", "SQLite"),
            *("Linux", "x86_64", "MIT", "PNG", "JPEG", "WEBP", "Ctrl"),
            *("bad-hands-5", "EasyNegativeV2", "ng_deepnegative_v1_75t"),
            r"\((\w+\+)*\w+\)|\(\*[\w.* ]+\)",  # keys, and kinds of files
            r"/[\w./-]+|https?\S*|\{\w*\}",
            "Scroll (Left|Right)",  # Qt's own
        ]
    )
)


def shown(widget: QWidget) -> Iterator[tuple[str, str]]:
    """What a widget says, and by which of its properties."""
    for name in ("toolTip", "accessibleName", "accessibleDescription", "windowTitle", "statusTip"):
        yield name, getattr(widget, name)()
    match widget:
        case QLabel() | QAbstractButton():
            yield "text", widget.text()
        case QGroupBox():
            yield "title", widget.title()
        case QLineEdit():
            yield "placeholder", widget.placeholderText()
        case QComboBox():
            yield from (("item", widget.itemText(n)) for n in range(widget.count()))
        case QMenu():
            yield "title", widget.title()
            for action in widget.actions():
                yield "action", action.text()
                yield "action's toolTip", action.toolTip() if action.text() else ""
        case QTabWidget():
            yield from (("tab", widget.tabText(n)) for n in range(widget.count()))
    if isinstance(placeholder := getattr(widget, "placeholderText", None), type(widget.toolTip)):
        yield "placeholder", placeholder()


async def no_picture(_output: RemoteOutput) -> None:
    """Nothing is fetched."""


@cache
def left_over(text: str) -> str:
    """What is left of a text without brackets and without data."""
    plain = " ".join(text.split()).rstrip("…")
    if text in STABLE or any(plain and prompt.startswith(plain) for prompt in PROMPTS):
        return ""
    text = re.sub("<[^>]*>", "", text)
    if text.endswith("…"):  # cut off where there is no room
        text += CLOSE * (text.count(OPEN) - text.count(CLOSE))
    before = ""
    while before != text:
        before, text = text, re.sub(f"{OPEN}[^{OPEN}{CLOSE}]*{CLOSE}", "", text)
    return re.sub(r"[\W\d_]+", " ", DATA.sub("", text)).strip()


class Reader:
    """Remembers what was read outside of brackets, and where."""

    def __init__(self) -> None:
        self.found: dict[str, str] = {}
        self.read = 0

    async def look(self, scene: str) -> None:
        await asyncio.sleep(0.02)  # what changed is laid out
        for widget in QApplication.allWidgets():
            if isinstance(widget, QMenu):
                widget.aboutToShow.emit()  # many are filled when they open
            for name, text in shown(widget):
                self.read += bool(text)
                if left := left_over(text):
                    of = f"{scene}: {type(widget).__name__}.{name}"
                    self.found.setdefault(f"{left!r} in {text!r}", of)
        folder = os.environ.get("PSEUDO_SCREENSHOTS")
        if folder:
            top = QApplication.activeModalWidget() or QApplication.activeWindow()
            if top is not None:
                top.grab().save(f"{folder}/{scene}.png")


async def make(studio: Studio, locations: Locations, state: TaskState, **facts: Any) -> int:
    """A task of the history, with pictures if it kept them."""
    history = studio.history
    task = await history.add(GenerationRequest.build({"prompt": PROMPT, "samples": 2}), SANDBOX)
    path = {
        TaskState.KEPT: (TaskState.SENDING, TaskState.ACCEPTED, TaskState.DOWNLOADING),
        TaskState.FAILED: (TaskState.SENDING, TaskState.ACCEPTED),
        TaskState.UNKNOWN: (TaskState.SENDING,),
    }.get(state, ())
    for step in path:
        await history.move(task.id, step)
    if state is TaskState.KEPT:
        task = await history.set_outputs(task.id, ["a", "b"])
        for output in task.outputs:
            file = locations.pictures / f"{output.id}.png"
            file.parent.mkdir(parents=True, exist_ok=True)
            Image.new("RGB", (64, 64), "#30a040").save(file)
            kept = KeptPicture(file.name, file.stat().st_size, f"{output.id:064x}", 64, 64, b"")
            await history.keep_output(output, kept)
    if state is not task.state:
        await history.move(task.id, state, **facts)
    return task.id


class Whole:
    """A window on a studio that is open, but sends and follows nothing."""

    def __init__(self, home: Path) -> None:
        self.locations = Locations.from_environment({"CARTOONMIX_HOME": str(home)})
        settings = Settings(self.locations.data / "settings.json")
        self.studio = Studio(LocalStore(self.locations, settings), {})
        self.controller = Controller(self.studio)


@pytest_asyncio.fixture
async def whole(theme: Theme, tmp_path: Path) -> AsyncIterator[Whole]:
    made = Whole(tmp_path / "cartoonmix")
    await made.studio.open()
    yield made
    for widget in QApplication.topLevelWidgets():
        widget.close()
    await made.controller.close()
    await made.studio.close()


async def look_elsewhere(controller: Controller, reader: Reader) -> None:
    """Read the dialog of what an account made elsewhere."""
    elsewhere = TakeUpDialog(FoundModel(no_picture, controller._spawn), controller.window.widget)
    elsewhere.show()
    elsewhere.show_looking(Listing("x", 100))
    await reader.look("looking elsewhere")
    request = GenerationRequest.build({"prompt": PROMPT})
    names = {"username": PROMPT, "projectname": PROMPT}
    for state in ("task_start", "task_cancel", "task_postprocess_end"):
        for whose in Whose:
            remote = RemoteTask(f"{state} {whose}", "", state, cost=Decimal(1), maker=names)
            elsewhere.model.add([Found(remote, 1_763_818_200.0, request, whose)])
    elsewhere.model.tick([0, 1], on=True)
    for row in range(elsewhere.model.rowCount()):
        for text in elsewhere.model.words(row):
            if left := left_over(text):
                reader.found[text] = left
    for known in (0, 3, 9):
        elsewhere.show_listed(Listing("x", 9, known))
        await reader.look(f"listed elsewhere, {known} known")
    for done in (3, 9):
        elsewhere.show_taken(done, 9, 1)
        await reader.look(f"taken up {done}")
    elsewhere.done(0)


@pytest.mark.long_turns("it builds every dialog there is")
async def test_walk(whole: Whole, tmp_path: Path, until: Any) -> None:
    locations, studio, controller = whole.locations, whole.studio, whole.controller
    window, reader = controller.window, Reader()
    window.widget.resize(1440, 900)
    window.widget.show()
    window.widget.activateWindow()
    await reader.look("empty")
    tasks = [await make(studio, locations, TaskState.KEPT) for _ in range(2)]
    tasks += [
        await make(studio, locations, TaskState.FAILED, error=NotAPicture()),
        await make(studio, locations, TaskState.UNKNOWN),
        await make(studio, locations, TaskState.QUEUED),
    ]
    await controller.show_history()
    for task_id in tasks:
        window.history.select(task_id)
        await until(lambda task_id=task_id: window.pane.task_id == task_id)
        await reader.look(f"task {task_id}")
        row = window.history.model.row_of(task_id)
        for role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            text = str(window.history.model.index(row).data(role) or "")
            if left := left_over(text):
                reader.found[text] = left

    # --- the frame
    status = window.status
    status.show_totals(TotalsChanged(Decimal("0.0735"), 1204, 4_200_000_000))
    for kind in (AccountKind.SANDBOX, AccountKind.WIRO):
        for location in KeyLocation:
            account = AccountChanged(kind, location, "abcd", error=KeyringLocked())
            status.show_account(account)
            controller._notices.show_account(account)
            await reader.look(f"account {kind} {location}")
    status.show_connection(ConnectionChanged(online=False, error=Unreachable("Run", "dns")))
    for paused in (None, Unreachable("Run", "dns"), AuthenticationRefused("Run", 401, PROMPT)):
        queue = QueueChanged(2, 3, paused, queued=1, held=paused is None)
        status.show_queue(queue)
        window.queue.show_queue(queue)
        controller._notices.show_queue(queue)
        await reader.look(f"queue {type(paused).__name__}")
    controller._notices.show_updates(UpdatesChanged(wanted=True, newer="1.2.0"))
    await reader.look("newer")

    # --- the dialogs
    source = tmp_path
    account = AccountDialog(window.widget)
    account.show_account(AccountChanged(AccountKind.WIRO, KeyLocation.KEYRING, "abcd"), "")
    moving = MoveDialog(source, source, library_risk_words(Risk("network", "")), window.widget)
    working = ProgressDialog(LongWork(), transfer_words.IMPORTING, window.widget)
    example = (await studio.history.task(tasks[0]), (await studio.history.task(tasks[0])).kept[0])
    settings = SettingsDialog(window.widget, offers_news=True)
    settings.library.show_folder(str(source), library_risk_words(Risk("synced", "")))
    settings.show_news(UpdatesChanged(wanted=True, looked=1_763_818_200.0))
    for use in DiskUse:
        settings.library.show_use(use, 1_234_567)
    dialogs = [
        *(account, moving, working, settings),
        RestoreDialog(
            DatabaseAltered("history.sqlite3", "trigger loud"),
            [Backup(source, 1_763_818_200.0, 12_345, 20, 80)],
            window.widget,
            has_journal=True,
        ),
        RestoreDialog(DatabaseTooNew("history.sqlite3"), [], window.widget),
        AboutDialog(window.widget, sqlite_version="3.51.3"),
        LicencesDialog(all_parts()[:1], window.widget),
        ExportDialog(2, example, {}, {}, source, window.widget),
        TimesDialog(window.widget, window.recipe._batch_words),
        InspirationsDialog(window.recipe.raw(), window.widget),
    ]
    for dialog in dialogs:
        dialog.show()
        await reader.look(type(dialog).__name__)
        if isinstance(dialog, SettingsDialog):
            dialog.show_page("library")
            await reader.look("library")
            dialog.show_page("caps")
            await reader.look("caps")
    await look_elsewhere(controller, reader)
    await studio.trash.put(Pieces(tasks=(tasks[0],)))
    controller._trash.open()
    await until(lambda: controller._trash._dialog.model.items)
    await reader.look("trash")
    controller._trash._dialog.show_problem(DiskFull(path="/disk"))
    await reader.look("trash full")
    sums = Sums(2, 4, 1, 9, 7, 1, 1, 2)
    spending = SpendingDialog(date(2026, 11, 20), window.widget)
    spending.show()
    for by in Grouping:
        key = {Grouping.DAY: "2026-11-20", Grouping.MONTH: "2026-11"}.get(by, "")
        rows = (Row(key, sums), Row(DELETED, sums, deleted=True))
        spending.show_report(Report(by, rows, sums, ()), Span(), date(2026, 11, 20))
        await reader.look(f"spending by {by}")
    spending.done(0)
    working.show_outcome(transfer_words.failed_words("", CartoonMixError()))
    for dialog in dialogs:
        with suppress(RuntimeError):  # gone with its window
            dialog.done(0)
    assert reader.read > 1000
    assert not reader.found, "\n".join(f"{text} – {of}" for text, of in reader.found.items())
