"""Pictures in and out by menu and by dropping: the real window over real files."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QFileDialog,
    QInputDialog,
    QLabel,
    QLineEdit,
    QListWidget,
    QProgressBar,
    QPushButton,
    QSlider,
)
from shiboken6 import isValid

from cartoonmix_desktop.core.errors import DatabaseDamaged, ExportImpossible, InputError
from cartoonmix_desktop.services.progress import LongWork
from cartoonmix_desktop.services.transfer.exporting import ExportSummary, Unexported
from cartoonmix_desktop.services.transfer.importing import ImportSummary, Partly
from cartoonmix_desktop.storage.exchange.xmp import read_xmp
from cartoonmix_desktop.ui.shell.controller import Controller
from cartoonmix_desktop.ui.transfer.export_dialog import ExportDialog
from cartoonmix_desktop.ui.transfer.progress_dialog import ProgressDialog
from cartoonmix_desktop.ui.widgets.controls import DropDown
from cartoonmix_desktop.ui.widgets.toast import Toast
from cartoonmix_desktop.wording.transfer import EXPORTING, export_words, import_words
from tests.unit.services.shelf import Shelf, picture

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
async def shelf(tmp_path):
    made = await Shelf(tmp_path / "home" / "cartoonmix").open()
    yield made
    await made.close()


@pytest.fixture
def opened(theme, shelf, until):
    @asynccontextmanager
    async def open_one():
        controller = Controller(shelf.studio)
        window = controller.window
        window.widget.resize(1200, 800)
        window.widget.show()
        await controller.show_history()
        yield window
        await until(lambda: not controller._tasks._tasks)
        await controller.close()
        window.widget.deleteLater()
        controller.deleteLater()
        await until(lambda: not isValid(window.widget) and not isValid(controller))

    return open_one


def entry(window, text):
    menus = [action.menu() for action in window.widget.menuBar().actions()]
    return next(e for menu in menus for e in menu.actions() if e.text() == text)


def drop(window, at: QPoint, *paths: Path) -> bool:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    usual = (Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier(0))
    enter = QDragEnterEvent(at, *usual)
    QApplication.sendEvent(window.widget, enter)
    dropped = QDropEvent(QPointF(at), *usual)
    QApplication.sendEvent(window.widget, dropped)
    return enter.isAccepted() and dropped.isAccepted()


def outside(tmp_path, count: int = 3) -> Path:
    folder = tmp_path / "outside"
    folder.mkdir()
    for number in range(count):
        (folder / f"{number}.png").write_bytes(picture())
    return folder


async def summary_of(window, until) -> ProgressDialog:
    await until(lambda: window.widget.findChild(ProgressDialog))
    dialog = window.widget.findChild(ProgressDialog)
    await until(lambda: dialog._over)
    return dialog


def words(dialog) -> list[str]:
    return [w.text() for w in dialog.findChildren(QLabel) if w.isVisible() and w.text()]


async def test_a_folder_dropped_beside_the_form_is_imported(opened, until, tmp_path, shelf):
    folder = outside(tmp_path)
    (folder / "bad.png").write_bytes(b"nothing")
    async with opened() as window:
        model = window.history.model
        assert drop(window, window.pane.mapTo(window.widget, QPoint(80, 80)), folder)
        dialog = await summary_of(window, until)
        assert words(dialog)[0] == "3 pictures imported"
        assert words(dialog)[1] == (
            "Undo reverses the whole import."
            " 3 have no recipe; search for is:without-recipe to find them. 1 could not be read:"
        )
        shown = dialog.findChild(QListWidget)
        told = "bad.png – not a complete PNG, JPEG, WebP, AVIF or GIF picture"
        assert [shown.item(i).text() for i in range(shown.count())] == [told]
        await until(lambda: model.rowCount() == 3)
        dialog.reject()
        entry(window, "Undo import 3 pictures").trigger()
        await until(lambda: model.rowCount() == 0)


def test_what_a_recipe_says_beyond_the_fields_here_is_told_in_the_end():
    left_out = (InputError("scheduler", "unknown_option", "UniPC"),)
    told = import_words(ImportSummary(tasks=(1, 2), partly=(Partly("a.png", left_out),)))
    assert "1 has settings that this form lacks, kept under “Other inputs”." in told.words
    assert told.lines == ("a.png – “UniPC” is not an option for Scheduler",)


async def test_of_what_is_dropped_together_the_pictures_are_imported(
    opened, until, tmp_path, shelf
):
    folder = outside(tmp_path, 2)
    (folder / "notes.txt").write_text("of the client")
    async with opened() as window:
        at = window.pane.mapTo(window.widget, QPoint(80, 80))
        assert drop(window, at, *sorted(folder.iterdir()))
        dialog = await summary_of(window, until)
        assert words(dialog)[0] == "2 pictures imported"
        listed = dialog.findChild(QListWidget)
        assert [listed.item(i).text() for i in range(listed.count())] == [
            "notes.txt – not a complete PNG, JPEG, WebP, AVIF or GIF picture"
        ]
        dialog.reject()


async def test_a_picture_dropped_on_the_form_is_a_recipe(opened, tmp_path, shelf, until):
    folder = outside(tmp_path, 1)
    async with opened() as window:
        at = window.recipe.mapTo(window.widget, QPoint(60, 60))
        assert drop(window, at, folder / "0.png")
        await until(lambda: window.banner.isVisible())  # there is no recipe in it
        assert window.widget.findChild(ProgressDialog) is None
        assert await shelf.ids() == []


async def test_a_bug_amid_an_import_leaves_no_window_that_waits(
    opened, until, tmp_path, shelf, monkeypatch, caplog
):
    async def break_down(_paths, work):
        raise ZeroDivisionError

    monkeypatch.setattr(shelf.studio.importer, "run", break_down)
    async with opened() as window:
        assert drop(window, window.pane.mapTo(window.widget, QPoint(80, 80)), outside(tmp_path))
        await until(lambda: caplog.records)
        await until(lambda: window.widget.findChild(ProgressDialog) is None)
    assert caplog.records[0].exc_info[0] is ZeroDivisionError


async def test_the_program_can_be_quit_from_the_window_of_long_work(opened, until, tmp_path):
    async with opened() as window:
        assert drop(window, window.pane.mapTo(window.widget, QPoint(80, 80)), outside(tmp_path))
        dialog = await summary_of(window, until)
        dialog.activateWindow()
        await until(lambda: QApplication.activeWindow() is dialog)
        QTest.keyClick(dialog, Qt.Key.Key_Q, Qt.KeyboardModifier.ControlModifier)
        await until(lambda: not window.widget.isVisible())
        dialog.reject()


async def test_damage_that_a_view_meets_is_told_as_damage(
    opened, until, shelf, monkeypatch, caplog
):
    async def fail(_query, _most=0):
        raise DatabaseDamaged(path="history.sqlite3")

    await shelf.add()
    async with opened() as window:
        monkeypatch.setattr(shelf.studio.history, "ids", fail)
        window.history.model.reload()
        await until(lambda: "The history is damaged" in window.banner.accessibleName())
    assert not [record for record in caplog.records if record.exc_info]


async def test_cancel_stops_and_the_window_goes_on(opened, until, tmp_path, shelf):
    folder = outside(tmp_path, 250)
    async with opened() as window:
        drop(window, window.pane.mapTo(window.widget, QPoint(80, 80)), folder)
        await until(lambda: window.widget.findChild(ProgressDialog))
        dialog = window.widget.findChild(ProgressDialog)
        assert not dialog.isModal()
        next(b for b in dialog.findChildren(QPushButton) if b.text() == "Cancel").click()
        await until(lambda: dialog._over)
        assert not dialog.findChild(QProgressBar).isVisible()
        assert any("You stopped it" in text for text in words(dialog))
        assert len(shelf.files()) == len(await shelf.ids())
        dialog.reject()


async def test_the_selected_task_is_exported_as_chosen_and_the_choice_kept(
    opened, until, tmp_path, shelf
):
    task = await shelf.add("a fox / with a torch")
    folder = tmp_path / "out"
    folder.mkdir()
    await shelf.studio.preferences.remember("export", {"folder": str(folder)})
    async with opened() as window:
        await until(lambda: window.pane.task_id == task.id)
        window.history.view.setFocus()
        entry(window, "Export…").trigger()
        await until(lambda: window.widget.findChild(ExportDialog))
        dialog = window.widget.findChild(ExportDialog)
        fields = {f.accessibleName(): f for f in dialog.findChildren(QLineEdit)}
        boxes = {b.accessibleName(): b for b in dialog.findChildren(DropDown)}
        go = next(b for b in dialog.findChildren(QPushButton) if b.text() == "Export")
        fields["Name"].setText("{promt}")
        assert not go.isEnabled()
        assert "There is no placeholder {promt}: see Insert." in words(dialog)
        fields["Name"].setText("{prompt} {seed}")
        assert "a fox with a torch 123456.png" in words(dialog)
        boxes["Format"].setCurrentIndex(1)
        assert "a fox with a torch 123456.jpg" in words(dialog)
        recipe = next(c for c in dialog.findChildren(QCheckBox) if c.text() == "Recipe")
        recipe.click()
        assert "picture.jpg" in words(dialog)
        recipe.click()
        boxes["Size"].setCurrentIndex(1)
        fields["Title"].setText("{promt}")
        assert not go.isEnabled()
        fields["Title"].setText("No. {number}")
        boxes["Format"].setCurrentIndex(3)
        assert not fields["Title"].isEnabled()
        assert not boxes["Size"].isEnabled()
        boxes["Sidecar file"].setCurrentIndex(3)
        assert fields["Title"].isEnabled()
        boxes["Format"].setCurrentIndex(1)
        go.click()
        done = await summary_of(window, until)
        await until(lambda: shelf.settings.get("export", {}).get("kind") == "JPEG")
        assert words(done)[0].endswith("exported")
        names = [path.name for path in folder.iterdir()]
        assert {"a fox with a torch 123456.jpg", "a fox with a torch 123456.xmp"} <= {*names}
        assert shelf.settings.get("export", {})["long_edge"] == 1024
        packet = (folder / "a fox with a torch 123456.xmp").read_bytes()
        assert read_xmp(packet).title == "No. 001"
        done.reject()


async def test_of_a_task_without_pictures_none_can_be_exported(opened, until, shelf):
    task = await shelf.add(pictures=0)
    async with opened() as window:
        await until(lambda: window.pane.task_id == task.id)
        entry(window, "Export…").trigger()
        await until(lambda: any(toast.isVisible() for toast in window.widget.findChildren(Toast)))
        [toast] = [toast for toast in window.widget.findChildren(Toast) if toast.isVisible()]
        assert words(toast) == ["There is no picture to export"]
        assert window.widget.findChild(ExportDialog) is None


async def test_why_a_picture_was_left_out_can_be_read_to_its_end(theme, qtbot):
    names = ("short", "a fox in the snow under a very old tree " * 3, "x" * 200)
    reasons = ("missing", "too_large", "too_long", "unencodable", "differs")
    failed = [Unexported(name, ExportImpossible(r)) for name in names for r in reasons]
    dialog = ProgressDialog(LongWork(), EXPORTING, None)
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.show_outcome(export_words(ExportSummary(failed=tuple(failed))))
    shown = dialog.findChild(QListWidget)
    assert "Choose PNG" in shown.item(1).text()
    for row in range(shown.count()):
        place = shown.visualItemRect(shown.item(row))
        text = shown.item(row).text()
        assert place.width() <= shown.viewport().width()
        needed = shown.fontMetrics().boundingRect(
            place.adjusted(8, 0, -8, 0), Qt.TextFlag.TextWordWrap, text
        )
        assert place.height() >= needed.height()


async def test_a_renamed_picture_is_found_by_itself_and_one_moved_away_by_find(
    opened, until, tmp_path, shelf
):
    task = await shelf.add(pictures=1)
    path = shelf.root / task.outputs[0].path
    path.rename(shelf.root / "renamed.png")
    async with opened() as window:
        await until(path.exists)  # as soon as its task is shown
        away = tmp_path / "away"
        away.mkdir()
        path.rename(away / "x.png")
        window.pane.show_task(None)
        window.pane.show_task(await shelf.studio.history.task(task.id))
        find = await shown_button(window, until, "Find…")
        find.click()
        await until(lambda: window.widget.findChild(QFileDialog))
        window.widget.findChild(QFileDialog).fileSelected.emit(str(away))
        window.widget.findChild(QFileDialog).reject()
        dialog = await summary_of(window, until)
        assert words(dialog) == ["1 picture found", "It is back in place."]
        assert path.exists()
        await until(lambda: not find.isVisible())
        dialog.reject()


async def test_what_an_import_brings_back_is_seen_again(opened, until, tmp_path, shelf):
    task = await shelf.add(pictures=1)
    output = task.outputs[0]
    away = tmp_path / "away"
    away.mkdir()
    (shelf.root / output.path).rename(away / "x.png")
    async with opened() as window:
        model = window.history.model
        find = await shown_button(window, until, "Find…")
        await until(lambda: model.is_missing(output))
        assert drop(window, window.pane.mapTo(window.widget, QPoint(80, 80)), away)
        dialog = await summary_of(window, until)
        assert words(dialog) == [
            "No pictures imported",
            "1 picture was missing and is back in place.",
        ]
        await until(lambda: not model.is_missing(output) and not find.isVisible())
        dialog.reject()


async def shown_button(window, until, text):
    def found():
        every = window.widget.findChildren(QPushButton)
        return next((b for b in every if b.text() == text and b.isVisible()), None)

    await until(found)
    return found()


async def test_the_whole_library_goes_out_and_comes_in(opened, until, tmp_path, shelf):
    await shelf.add(pictures=2)
    target = tmp_path / "all.zip"

    async def through(window, text, chosen):
        entry(window, text).trigger()
        await until(lambda: window.widget.findChild(QFileDialog))
        asked = window.widget.findChild(QFileDialog)
        asked.fileSelected.emit(str(chosen))
        asked.reject()
        dialog = await summary_of(window, until)
        said = words(dialog)
        dialog.reject()
        await until(lambda: window.widget.findChild(ProgressDialog) is None)
        return said

    async with opened() as window:
        said = await through(window, "Export library…", target)
        assert said[0] == "Library with 2 pictures exported"
        assert target.exists()
        said = await through(window, "Import library…", target)
        assert said == ["Nothing new imported", "1 task was already here, and kept."]
        target.write_bytes(b"no archive")
        said = await through(window, "Import library…", target)
        assert "Nothing was imported" in said
        assert f"{target} is not an exported library, or is incomplete" in said


async def test_a_way_to_export_is_kept_under_a_name(opened, until, shelf):
    task = await shelf.add("a fox")

    async def asked(window: Controller) -> ExportDialog:
        await until(lambda: window.pane.task_id == task.id)
        entry(window, "Export…").trigger()
        await until(lambda: window.widget.findChild(ExportDialog))
        return window.widget.findChild(ExportDialog)

    async def left(window: Controller, dialog: ExportDialog) -> None:
        dialog.reject()
        await until(lambda: window.widget.findChild(ExportDialog) is None)

    def choose(dialog: ExportDialog, name: str) -> None:
        boxes = {b.accessibleName(): b for b in dialog.findChildren(DropDown)}
        boxes["Preset"].setCurrentIndex(boxes["Preset"].findData(name))
        boxes["Preset"].activated.emit(boxes["Preset"].currentIndex())

    async with opened() as window:
        dialog = await asked(window)
        choose(dialog, "For a client")
        plan = dialog.plan()
        assert (plan.kind, plan.long_edge, plan.recipe) == ("JPEG", 2048, False)
        dialog.findChild(QSlider).setValue(70)
        boxes = {b.accessibleName(): b for b in dialog.findChildren(DropDown)}
        assert boxes["Preset"].currentData() == ""
        next(b for b in dialog.findChildren(QPushButton) if b.text() == "Save preset…").click()
        dialog.findChild(QInputDialog).setTextValue("  For   the printer ")
        dialog.findChild(QInputDialog).accept()
        assert boxes["Preset"].currentText() == "For the printer"
        await until(lambda: shelf.studio.preferences.get("export_presets", {}))
        await left(window, dialog)
        dialog = await asked(window)
        choose(dialog, "For the printer")
        assert dialog.plan().quality == 70
        next(b for b in dialog.findChildren(QPushButton) if b.text() == "Delete").click()
        await until(lambda: not shelf.studio.preferences.get("export_presets", {}))
        await left(window, dialog)
