"""The library put elsewhere, and away, as a person sees it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QLabel, QMessageBox, QPushButton, QWidget

from cartoonmix_desktop.core.disk import DiskUse
from cartoonmix_desktop.core.errors import DiskFull
from cartoonmix_desktop.storage.library_location import read_location
from cartoonmix_desktop.ui.app.event_signals import EventSignals
from cartoonmix_desktop.ui.library import presenter as library_presenter
from cartoonmix_desktop.ui.library.move_dialog import MoveDialog
from cartoonmix_desktop.ui.library.presenter import LibraryPresenter
from cartoonmix_desktop.ui.notices import Notices
from cartoonmix_desktop.ui.settings.dialog import SettingsDialog
from cartoonmix_desktop.ui.widgets.notice import Banner
from tests.unit.services.shelf import Shelf

if TYPE_CHECKING:
    from pathlib import Path


class Room:
    """A window with a banner, its settings, and the presenter."""

    def __init__(self, shelf: Shelf, owned: Any) -> None:
        self.shelf = shelf
        self.settle = owned.settle  # what a test leaves at work would meet a window that is gone
        self.window = QWidget()
        self.window.resize(760, 560)
        self.banner = Banner(self.window)
        self.notices = Notices(self.banner, self.window)
        self.emptied: list[QWidget] = []

        async def empty(parent: QWidget) -> None:
            self.emptied.append(parent)

        studio = shelf.studio
        self.presenter = LibraryPresenter(
            studio.library,
            studio.relocation,
            studio.disk,
            studio.preferences,
            self.notices,
            empty,
            self.window,
            owned.spawn,
            self.window,
        )
        signals = EventSignals(shelf.studio.events, self.window)
        signals.library_changed.connect(self.presenter.show_library)
        self.window.show()

    def settings(self) -> SettingsDialog:
        page = SettingsDialog(self.window)
        self.presenter.attend(page)
        page.show_page("library")
        page.open()
        return page

    def said(self) -> str:
        return self.banner.accessibleName() if self.banner.isVisible() else ""

    def press(self, text: str, within: QWidget | None = None) -> None:
        among = (within or self.window).findChildren(QPushButton)
        next(b for b in among if b.text() == text and b.isVisible()).click()

    def open(self, kind: type[Any]) -> Any:
        return next((w for w in self.window.findChildren(kind) if w.isVisible()), None)


@pytest.fixture
async def room(tmp_path, theme, owned, qtbot):
    shelf = await Shelf(tmp_path / "home").open()
    await shelf.add("a fox")
    made = Room(shelf, owned)
    qtbot.addWidget(made.window)
    yield made
    await owned.settle()
    await shelf.close()


async def chosen(room: Room, until: Any, folder: Path) -> None:
    """Choose a folder in the dialog that is or will be open."""
    await until(lambda: room.open(QFileDialog))
    dialog = room.open(QFileDialog)
    dialog.fileSelected.emit(str(folder))
    dialog.accept()


async def test_moved_from_the_settings(room, until, tmp_path):
    (tmp_path / "disk").mkdir()
    (tmp_path / "disk" / "other.txt").touch()
    page = room.settings()
    room.press("Move…", page)
    await chosen(room, until, tmp_path / "disk")
    await until(lambda: room.open(MoveDialog))
    dialog = room.open(MoveDialog)
    room.press("Move", dialog)
    target = tmp_path / "disk" / "CartoonMix"
    await until(lambda: f"The library is now in {target}." in room.said())
    await until(lambda: room.open(MoveDialog) is None)
    assert read_location(room.shelf.locations.data).folder == target
    await room.settle()
    await until(lambda: page.library._folder.text() == str(target))
    assert not room.shelf.root.exists()


async def test_what_cannot_be_is_said_where_it_was_asked_for(room, until, tmp_path):
    page = room.settings()
    room.press("Move…", page)
    await chosen(room, until, room.shelf.root / "2026-11")
    await until(lambda: room.open(MoveDialog))
    dialog = room.open(MoveDialog)
    room.press("Move", dialog)
    await until(lambda: any("inside the library" in w.text() for w in dialog.findChildren(QLabel)))
    room.press("Cancel", dialog)
    assert not dialog.isVisible()
    assert room.shelf.studio.library.root == room.shelf.root


async def test_another_folder_from_the_queue(room, until, tmp_path):
    room.shelf.studio.library.folder.expect()
    away = tmp_path / "away"
    room.shelf.root.rename(away)
    await room.shelf.studio.relocation.look()
    room.presenter.choose()
    await chosen(room, until, away)
    await until(lambda: room.shelf.studio.library.root == away)
    await room.settle()
    assert not room.said()


async def test_a_folder_without_the_pictures_is_asked_about(room, until, tmp_path):
    (tmp_path / "Dropbox").mkdir()
    page = room.settings()
    room.press("Use another folder…", page)
    await chosen(room, until, tmp_path / "Dropbox")
    await until(lambda: room.open(QMessageBox))
    box = room.open(QMessageBox)
    assert "none of the pictures" in box.informativeText()
    assert "synced by Dropbox" in box.informativeText()
    room.press("Cancel", box)
    await until(lambda: not room.open(QMessageBox))
    await room.settle()
    assert room.shelf.studio.library.root == room.shelf.root


async def test_the_settings_tell_where_and_how_much(room, until, tmp_path, monkeypatch):
    opened = []
    monkeypatch.setattr(library_presenter.desktop, "open_folder", opened.append)
    page = room.settings()
    figures = page.library._figures
    await until(lambda: all(label.text() != "…" for label in figures.values()))
    page.library.open_requested.emit(DiskUse.HISTORY)
    assert opened == [room.shelf.locations.data]
    page.library.clear_requested.emit()
    page.library.empty_requested.emit()
    await until(lambda: room.emptied == [page])
    page.changed.emit("thumbnail_budget", 128)
    await until(lambda: room.shelf.studio.library._thumbnails._budget == 128 * 1024**2)


async def test_a_history_on_a_risky_place_is_said_once(room, until, monkeypatch):
    risk = SimpleNamespace(kind="network", by="nfs4")
    monkeypatch.setattr(library_presenter, "risk_at", lambda _folder: risk)
    room.presenter.begin()
    await until(lambda: "on a network share (nfs4)" in room.said())
    room.notices.forget("home")
    await until(lambda: room.shelf.studio.preferences.get("history_risk_told", ""))
    await room.presenter._look_at_home()
    assert not room.said()


def test_a_move_is_watched_and_cancelled(theme, tmp_path, qtbot):
    dialog = MoveDialog(tmp_path / "a", tmp_path / "b", "It is synced.")
    qtbot.addWidget(dialog)
    dialog.open()
    said = lambda: [w.text() for w in dialog.findChildren(QLabel) if w.isVisible()]  # noqa: E731
    assert "It is synced." in said()
    with qtbot.waitSignal(dialog.move_requested):
        next(b for b in dialog.findChildren(QPushButton) if b.text() == "Move").click()
    assert "Waiting for downloads to finish…" in said()
    dialog.show_figures((1204, 3000, 1_200_000_000, 4_000_000_000), clearing=False)
    assert "1,204 of 3,000 files · 1.2 GB of 4.0 GB" in said() or any("1,204" in s for s in said())
    with qtbot.waitSignal(dialog.cancel_requested):
        qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog.isVisible()
    dialog.show_problem(DiskFull(path="/disk"))
    assert "The disk is full: /disk" in said()
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()
