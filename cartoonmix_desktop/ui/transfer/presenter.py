"""Pictures in and out, as the window asks for it: by menu, by dropping, from the rows' menus."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QDropEvent

from cartoonmix_desktop.core.errors import CartoonMixError, StorageError
from cartoonmix_desktop.core.picture_formats import ENDINGS
from cartoonmix_desktop.services.progress import LongWork
from cartoonmix_desktop.services.transfer.presets import SETTING, sound
from cartoonmix_desktop.ui.command_names import Command
from cartoonmix_desktop.ui.transfer.export_dialog import ExportDialog
from cartoonmix_desktop.ui.transfer.progress_dialog import ProgressDialog
from cartoonmix_desktop.ui.widgets import desktop
from cartoonmix_desktop.ui.widgets.dialogs import choose_folder, open_file, open_files, save_file
from cartoonmix_desktop.ui.widgets.toast import Toast
from cartoonmix_desktop.wording import transfer as texts
from cartoonmix_desktop.wording.transfer import (
    export_words,
    failed_words,
    find_words,
    import_words,
    merged_words,
    written_words,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from PySide6.QtWidgets import QMenu, QWidget

    from cartoonmix_desktop.core.task.marks import Target
    from cartoonmix_desktop.core.task.task import Output
    from cartoonmix_desktop.services.library.relinking import Relinker
    from cartoonmix_desktop.services.preferences import Preferences
    from cartoonmix_desktop.services.transfer.archive import Archive
    from cartoonmix_desktop.services.transfer.exporting import Exporter, ExportPlan
    from cartoonmix_desktop.services.transfer.importing import Importer
    from cartoonmix_desktop.ui.frame import Frame, Spawn
    from cartoonmix_desktop.ui.picture.pane import PicturePane
    from cartoonmix_desktop.wording.transfer import Outcome

T = TypeVar("T")

_SETTING = "export"
_FOLDER = "exchange_folder"  # the setting: where files were looked for last


class TransferPresenter(QObject):
    """Asks, does, shows how far it is and what came of it."""

    def __init__(
        self,
        importer: Importer,
        exporter: Exporter,
        archive: Archive,
        relinker: Relinker,
        preferences: Preferences,
        form: QWidget,
        pane: PicturePane,
        frame: Frame,
        spawn: Spawn,
        parent: QObject,
    ) -> None:
        """Join the services to the window.

        Args:
            importer: pictures from other folders.
            exporter: pictures into other folders.
            archive: the whole library in one file.
            relinker: finds pictures whose files are gone.
            preferences: what was chosen last.
            form: what is dropped on it is a recipe.
            pane: asks for what is missing.
            frame: the window around them.
            spawn: runs a coroutine and shows what goes wrong.
            parent: its owner.
        """
        super().__init__(parent)
        self._importer, self._exporter = importer, exporter
        self._archive, self._relinker, self._preferences = archive, relinker, preferences
        self._form, self._pane, self._frame, self._spawn = form, pane, frame, spawn
        self._running: set[LongWork] = set()
        self._looking = False  # for missing files, in the library itself
        self._toast: Toast | None = None
        own = {
            Command.IMPORT_PICTURES: self._on_import_files,
            Command.IMPORT_FOLDER: self._on_import_folder,
            Command.EXPORT: self._on_export,
            Command.IMPORT_LIBRARY: self._on_import_library,
            Command.EXPORT_LIBRARY: self._on_export_library,
        }
        for command, act in own.items():
            frame.commands.bind(command, act)
        frame.context.rows_menu_opening.connect(self._on_menu_opening)
        frame.context.picture_menu_opening.connect(self._on_menu_opening)
        pane.missing_met.connect(self._on_missing_met)
        pane.find_requested.connect(self.find)
        frame.widget.installEventFilter(self)

    def stop(self) -> None:
        """End what is under way: the program ends."""
        for work in self._running:
            work.stop()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take pictures and folders that are dropped beside the form; on it they are recipes."""
        kinds = {QEvent.Type.DragEnter, QEvent.Type.DragMove, QEvent.Type.Drop}
        if event.type() in kinds and isinstance(event, QDropEvent) and event.source() is None:
            form = self._form
            at = form.mapFrom(self._frame.widget, event.position().toPoint())
            on_form = form.isVisible() and form.rect().contains(at)
            paths = [Path(u.toLocalFile()) for u in event.mimeData().urls() if u.isLocalFile()]
            if not on_form and any(map(_is_importable, paths)):  # the others are named
                event.acceptProposedAction()
                if event.type() == QEvent.Type.Drop:
                    self.import_paths(paths)
                return True
        return super().eventFilter(watched, event)

    # --- in --------------------------------------------------------------------------------------

    def import_paths(self, paths: Sequence[Path]) -> None:
        """Import files and folders, and show how far it is."""
        self._spawn(self._import(paths))

    async def _import(self, paths: Sequence[Path]) -> None:
        done = await self._watch(
            texts.IMPORTING,
            lambda work: self._importer.run(paths, work),
        )
        if done is None:
            return
        dialog, summary = done
        dialog.show_outcome(import_words(summary))
        if summary.found:
            self._pane.look_again()
        if summary.tasks:
            self._frame.context.select(summary.tasks[-1])

    def _on_import_files(self) -> None:
        async def work() -> None:
            filters = [texts.pictures_filter(ENDINGS), texts.ALL_FILES]
            files = await open_files(
                self._frame.widget, texts.IMPORT_PICTURES, self._folder(), filters
            )
            if files:
                await self._remember(files[0].parent)
                await self._import(files)

        self._spawn(work())

    def _on_import_folder(self) -> None:
        async def work() -> None:
            folder = await choose_folder(self._frame.widget, texts.IMPORT_FOLDER, self._folder())
            if folder is not None:
                await self._remember(folder)
                await self._import([folder])

        self._spawn(work())

    # --- the whole library -----------------------------------------------------------------------

    def _on_export_library(self) -> None:
        async def write() -> None:
            name = texts.archive_name(datetime.now().astimezone().date())
            chosen = await save_file(
                self._frame.widget, texts.EXPORT_LIBRARY, self._folder() / name, [texts.ARCHIVES]
            )
            if chosen is None:
                return
            await self._remember(chosen.parent)
            done = await self._watch(
                texts.WRITING,
                lambda work: self._archive.write(chosen, work),
            )
            if done is not None:
                dialog, summary = done
                dialog.show_requested.connect(lambda: desktop.show_in_folder(chosen))
                dialog.show_outcome(written_words(summary), folder=not summary.stopped)

        self._spawn(write())

    def _on_import_library(self) -> None:
        async def merge() -> None:
            title, kinds = texts.IMPORT_LIBRARY, [texts.ARCHIVES]
            chosen = await open_file(self._frame.widget, title, self._folder(), kinds)
            if chosen is None:
                return
            await self._remember(chosen.parent)
            done = await self._watch(
                texts.MERGING,
                lambda work: self._archive.merge(chosen, work),
            )
            if done is not None:
                dialog, summary = done
                dialog.show_outcome(merged_words(summary))
                if summary.found:
                    self._pane.look_again()

        self._spawn(merge())

    # --- what is missing -------------------------------------------------------------------------

    def _on_missing_met(self) -> None:
        """A file that was renamed inside the library is found without being asked for."""
        if self._looking:
            return
        self._looking = True

        async def work() -> None:
            try:
                found, _left = await self._relinker.find(None, LongWork())
            finally:
                self._looking = False
            if found:
                self._pane.look_again()

        self._spawn(work())

    def find(self, broken: Output) -> None:
        """Ask for a folder, and look in it for the files of missing pictures."""

        async def look() -> None:
            folder = await choose_folder(self._frame.widget, texts.FIND_IN, self._folder())
            if folder is None:
                return
            await self._remember(folder)

            async def find(work: LongWork) -> Outcome:
                found, left = await self._relinker.find(folder, work, [broken.id])
                return find_words(found, left, stopped=work.stopped)

            done = await self._watch(texts.FINDING, find)
            if done is not None:
                done[0].show_outcome(done[1])
                self._pane.look_again()

        self._spawn(look())

    # --- out -------------------------------------------------------------------------------------

    def export(self, target: Target) -> None:
        """Ask how, then export the pictures of these tasks and outputs."""

        async def work() -> None:
            pictures = await self._exporter.pictures(target)
            shown = await self._exporter.some(pictures[:1])
            if not shown:
                self._toast = self._toast or Toast(self._frame.stage)
                self._toast.lie_on(self._frame.stage)
                self._toast.say(texts.NOTHING_TO_EXPORT)
                return
            state: dict[str, Any] = self._preferences.get(_SETTING, {})
            usual = desktop.usual_folder()
            presets = sound(self._preferences.get(SETTING, {}))
            dialog = ExportDialog(
                len(pictures), shown[0], state, presets, usual, self._frame.widget
            )
            dialog.presets_changed.connect(
                lambda changed: self._spawn(self._preferences.remember(SETTING, dict(changed)))
            )
            dialog.export_requested.connect(
                lambda plan: self._spawn(self._carry_out(target, plan, dialog.state()))
            )
            dialog.open()

        self._spawn(work())

    async def _carry_out(self, target: Target, plan: ExportPlan, state: dict[str, Any]) -> None:
        done = await self._watch(
            texts.EXPORTING,
            lambda work: self._exporter.run(target, plan, work),
        )
        if done is not None:
            dialog, summary = done
            dialog.show_requested.connect(lambda: desktop.open_folder(plan.folder))
            dialog.show_outcome(export_words(summary), folder=bool(summary.files))
            await self._preferences.remember(_SETTING, state)

    def _on_export(self) -> None:
        self.export(self._frame.context.target())

    def _on_menu_opening(self, menu: QMenu) -> None:
        menu.addSeparator()
        menu.addAction(self._frame.commands[Command.EXPORT])

    # --- how it is done --------------------------------------------------------------------------

    async def _watch(
        self, doing: texts.Doing, start: Callable[[LongWork], Awaitable[T]]
    ) -> tuple[ProgressDialog, T] | None:
        """Do long work, and show how far it is.

        Args:
            doing: what is done.
            start: begins it.

        Returns:
            The dialog, which is to say what came of it; None when it failed, which it has said.
        """
        work = LongWork()
        self._running.add(work)
        dialog = ProgressDialog(work, doing, self._frame.widget)
        dialog.show()
        try:
            return dialog, await start(work)
        except CartoonMixError as error:
            dialog.show_outcome(failed_words(doing.failed, error))
            return None
        except BaseException:
            dialog.give_up()
            raise
        finally:
            self._running.discard(work)

    def _folder(self) -> Path:
        """Where a person looks for files: where they did so last, if that is still there."""
        last = self._preferences.get(_FOLDER, "")
        return Path(last) if last and Path(last).is_dir() else desktop.usual_folder()

    async def _remember(self, folder: Path) -> None:
        with suppress(StorageError):  # a courtesy
            await self._preferences.remember(_FOLDER, str(folder))


def _is_importable(path: Path) -> bool:
    """By its name alone: whether it is what it says is found out when it is read."""
    return path.suffix.lower() in ENDINGS or not path.suffix or path.is_dir()
