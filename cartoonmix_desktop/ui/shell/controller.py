"""What the window's parts ask for, done by the services; what the services tell, shown."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import TYPE_CHECKING, Any, assert_never

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication

from cartoonmix_desktop.core.errors import (
    AuthenticationRefused,
    CartoonMixError,
    NoCredentials,
    StorageError,
    ValidationRefused,
)
from cartoonmix_desktop.core.search.query import EVERYTHING
from cartoonmix_desktop.core.task.task import AT_SERVER, UNFINISHED, TaskState
from cartoonmix_desktop.ui.account.presenter import AccountPresenter
from cartoonmix_desktop.ui.app.event_signals import EventSignals
from cartoonmix_desktop.ui.command_names import Command
from cartoonmix_desktop.ui.history.grid.presenter import GalleryPresenter
from cartoonmix_desktop.ui.library.presenter import LibraryPresenter
from cartoonmix_desktop.ui.marks.presenter import MarksPresenter
from cartoonmix_desktop.ui.money.caps_presenter import CapsPresenter
from cartoonmix_desktop.ui.money.spending_presenter import SpendingPresenter
from cartoonmix_desktop.ui.notices import Notices
from cartoonmix_desktop.ui.picture.presenter import PicturePresenter
from cartoonmix_desktop.ui.picture.unresolved_presenter import UnresolvedPresenter
from cartoonmix_desktop.ui.queue.presenter import QueuePresenter
from cartoonmix_desktop.ui.recipe.inspirations import InspirationsDialog
from cartoonmix_desktop.ui.recipe.presenter import RecipePresenter
from cartoonmix_desktop.ui.recipe.price_presenter import PricePresenter
from cartoonmix_desktop.ui.reuse.presenter import ReusePresenter
from cartoonmix_desktop.ui.shell.empty_window import EmptyWindow
from cartoonmix_desktop.ui.shell.first_paint import FirstPaint
from cartoonmix_desktop.ui.shell.last_run import LastRun
from cartoonmix_desktop.ui.shell.main_window import MainWindow
from cartoonmix_desktop.ui.shell.show_log import show_log
from cartoonmix_desktop.ui.shell.undo_actions import UndoActions
from cartoonmix_desktop.ui.transfer.presenter import TransferPresenter
from cartoonmix_desktop.ui.transfer.take_up_presenter import TakeUpPresenter
from cartoonmix_desktop.ui.trash.presenter import TrashPresenter
from cartoonmix_desktop.ui.widgets import desktop
from cartoonmix_desktop.wording import window as texts
from cartoonmix_desktop.wording.common import NoticeAction
from cartoonmix_desktop.wording.errors import describe
from cartoonmix_desktop.wording.recipe.facts import same_words
from cartoonmix_desktop.wording.tasks.progress import ProgressTracker

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from pathlib import Path

    from cartoonmix_desktop.core.recipe.request import GenerationRequest
    from cartoonmix_desktop.core.task.remote import Progress
    from cartoonmix_desktop.core.task.task import Task
    from cartoonmix_desktop.services.events import PendingChanged, QueueChanged, TaskExpected
    from cartoonmix_desktop.services.studio import Studio
    from cartoonmix_desktop.ui.shell.last_run import Quarantined
    from cartoonmix_desktop.wording.common import Offer

_log = logging.getLogger(__name__)

_SAVE_DELAY = 800  # milliseconds from the last edit of the recipe to its being stored


class Controller(QObject):
    """Joins one window to one studio.

    Attributes:
        window: the main window, with all its parts.
    """

    def __init__(self, studio: Studio, first: FirstPaint | None = None) -> None:
        """Put all parts into the window.

        Args:
            studio: need not be open yet.
            first: the window, with the history in it and perhaps shown; made when None.
        """
        super().__init__()
        self._studio = studio
        if first is None:
            empty = EmptyWindow(studio.preferences.get("window", {}))
            first = FirstPaint(empty, studio.local_store)
        self._first = first
        self._tasks = first.tasks
        self._model = first.model
        self._model.spawn = self._spawn  # from now on there is a place to tell what goes wrong
        library = studio.library
        self.window = MainWindow(first.rooms, library.path, library.thumbnails, self._spawn)
        self._turned_to = 0  # the task that is to be shown, once it was read
        self._newest = 0
        self._awaited: set[int] = set()  # tasks whose end the person is told of
        self._account_known = False
        self._progress = ProgressTracker()
        self._model.live_progress_of = self._progress.of
        self._clock = QTimer(self, interval=1000)  # as fast as words of seconds change
        self._clock.timeout.connect(self._on_clock)
        self._undo = UndoActions(self.window.commands)
        self._notices = Notices(self.window.banner, self)
        self._make_presenters()
        self._save_timer = QTimer(self)
        self._save_timer.setSingleShot(True)
        self._save_timer.setInterval(_SAVE_DELAY)
        self._save_timer.timeout.connect(self._on_save_due)
        self._restore()
        signals = EventSignals(studio.events, self)
        self._connect_events(signals)
        # After the list, which follows each event first: the grid goes on from what it shows then.
        history, pane, window = self.window.history, self.window.pane, self.window
        self._grid = GalleryPresenter(history, pane, signals, window, self.spawn, self)
        self._unresolved = UnresolvedPresenter(
            studio.history, studio.tasks, history, pane, signals, window, self.spawn, self
        )
        self._take_up = TakeUpPresenter(studio.take_up, signals, window, self.spawn, self)
        self._connect_window()

    def _make_presenters(self) -> None:
        """Give each its part of the window, its services, and the frame around it."""
        studio, window, spawn = self._studio, self.window, self.spawn
        history, tasks, preferences = studio.history, studio.tasks, studio.preferences
        self._trash = TrashPresenter(
            studio.trash,
            history,
            studio.library,
            studio.undo,
            studio.relinker,
            studio.remote_copies,
            tasks,
            window.history,
            window.pane,
            window,
            spawn,
            self,
        )
        self._accounts = AccountPresenter(
            studio.accounts, studio.updates, studio.trash, preferences, window, spawn, self
        )
        self._last_run = LastRun(self._notices, self)
        self._library = LibraryPresenter(
            studio.library,
            studio.relocation,
            studio.disk,
            preferences,
            self._notices,
            self._trash.empty,
            window.widget,
            spawn,
            self,
        )
        self._accounts.settings_opened.connect(self._library.attend)
        self._caps = CapsPresenter(studio.caps, window, spawn, self)
        window.recipe.words_of_press = self._caps.words_of
        self._accounts.settings_opened.connect(self._caps.attend)
        bar = window.pane.marks
        self._marks = MarksPresenter(studio.marks, window.history, bar, window, spawn, self)
        self._recipes = RecipePresenter(window.recipe, self._notices, window, spawn, self)
        self._prices = PricePresenter(studio.prices, window.recipe, self._notices, self)
        self._prices.verdict = studio.caps.verdict
        self._reuse = ReusePresenter(
            history, tasks, window.recipe, window.pane, window, spawn, self
        )
        self._transfer = TransferPresenter(
            studio.importer,
            studio.exporter,
            studio.archive,
            studio.relinker,
            preferences,
            window.recipe,
            window.pane,
            window,
            spawn,
            self,
        )
        self._picture = PicturePresenter(
            studio.library, self._notices, window.pane, window, spawn, self
        )
        self._spending = SpendingPresenter(studio.spending, window, spawn, self)
        self._queue = QueuePresenter(
            history,
            studio.sender,
            tasks,
            studio.caps,
            studio.prices,
            window.queue,
            window.recipe,
            window,
            spawn,
            self,
        )

    async def show_history(self) -> None:
        """Begin where the person left off: with the newest pictures. The studio is open."""
        if self._model.searched is None:
            await self._first.show_history()
        self._marks.refresh()
        if not self._seed_chosen and (await self._studio.history.ids(EVERYTHING, 1)).ids:
            self.window.recipe.new_seed_each_time = False  # as it was before one could choose
        if self._model.searched is None:  # a slow disk
            self._model.read.connect(self._on_first_read, Qt.ConnectionType.SingleShotConnection)
        else:
            self._on_first_read()

    def turn_to(self, state: Qt.ApplicationState) -> None:
        """Whoever turns to the window after a sleep sees how things are now."""
        if state is Qt.ApplicationState.ApplicationActive:
            self._studio.recovery.look_around()

    def report_last_run(
        self, crashed: Path | None, quarantined: Quarantined | None, *, heard: bool = True
    ) -> None:
        """Say once what is amiss since the last time, or with this start.

        Args:
            crashed: the report of how the program ended, if that was a crash.
            quarantined: settings that could not be used.
            heard: whether other starts can reach this window.
        """
        self._last_run.tell(crashed, quarantined)
        if (rebuilt := self._studio.local_store.rebuilt) is not None:
            words = texts.brought_back(rebuilt.tasks, rebuilt.waiting)
            self._notices.show_news("rebuilt", "good", words)
        if not heard:
            self._notices.show_news("unheard", "warn", texts.UNHEARD)
        self._library.begin()

    def open_given(self, text: str) -> None:
        """Open a link or a file that the system passed on."""
        self._recipes.open_given(text)

    async def close(self) -> None:
        """Store what the window looks like and end what it started."""
        self._save_timer.stop()
        self._clock.stop()
        self._transfer.stop()
        self._take_up.stop()
        state = self.window.state()
        self.window.widget.hide()
        try:
            await self._studio.preferences.remember("window", state)
            await self._studio.preferences.remember("recipe", self.window.recipe.state)
        except StorageError as error:
            _log.warning("the window's look was not stored: %s", error)
        finally:
            await self._tasks.cancel(0.5)

    def spawn(self, work: Coroutine[Any, Any, object]) -> None:
        """Run something a person asked for; what goes wrong is said where it can be seen."""
        self._spawn(work)

    # --- wiring ----------------------------------------------------------------------------------

    def _spawn(self, work: Coroutine[Any, Any, object]) -> object:
        return self._tasks.spawn(self._report_errors(work))

    async def _report_errors(self, work: Coroutine[Any, Any, object]) -> None:
        """Also of what a view reads by itself: a disk that fails is no bug of ours."""
        try:
            await work
        except (NoCredentials, AuthenticationRefused) as error:
            self._accounts.open(error)
        except CartoonMixError as error:
            self._notices.show_problem(error)

    def _connect_events(self, signals: EventSignals) -> None:
        status = self.window.status
        signals.task_added.connect(self._on_task_added)
        signals.task_changed.connect(self._on_task_changed)
        signals.task_progressed.connect(self._on_task_progressed)
        signals.history_changed.connect(self._on_history_changed)
        signals.marks_changed.connect(self._on_marks_changed)
        signals.account_changed.connect(status.show_account)
        signals.account_changed.connect(self._notices.show_account)
        signals.account_changed.connect(self._accounts.show_account)
        signals.account_changed.connect(self._on_account_changed)
        signals.connection_changed.connect(status.show_connection)
        signals.connection_changed.connect(self.window.queue.show_connection)
        signals.task_expected.connect(self._on_task_expected)
        signals.pending_changed.connect(self._on_pending_changed)
        signals.pending_changed.connect(self._queue.show_pending)
        signals.queue_changed.connect(self._queue.show_queue)
        signals.queue_changed.connect(status.show_queue)
        signals.queue_changed.connect(self._notices.show_queue)
        signals.queue_changed.connect(self._on_queue_changed)
        signals.prices_changed.connect(self.window.queue.show_prices)
        signals.balance_changed.connect(self.window.queue.show_balance)
        signals.totals_changed.connect(status.show_totals)
        for changed in (
            *(signals.totals_changed, signals.task_changed),
            *(signals.history_changed, signals.marks_changed),
        ):
            changed.connect(self._spending.refresh)
        signals.prices_changed.connect(self._prices.show_price)
        signals.balance_changed.connect(self._prices.show_balance)
        signals.model_changed.connect(self._prices.show_model)
        signals.caps_changed.connect(self._caps.show_spent)
        signals.caps_changed.connect(self._prices.show_price)
        signals.backup_failed.connect(self._notices.show_problem)
        signals.undo_changed.connect(self._undo.show_words)
        signals.undo_changed.connect(self._trash.show_undo)
        signals.trash_changed.connect(self._trash.show_trash)
        signals.updates_changed.connect(self._notices.show_updates)
        signals.updates_changed.connect(self._accounts.show_updates)
        signals.library_changed.connect(self._library.show_library)
        signals.journal_changed.connect(self._library.show_journal)

    def _connect_window(self) -> None:
        window = self.window
        window.recipe.generate_requested.connect(self._on_generate)
        window.recipe.again_requested.connect(self._on_again)
        window.recipe.recipe_changed.connect(self._on_recipe_changed)
        window.recipe.earlier_changed.connect(self._on_earlier_changed)
        window.inspirations_requested.connect(self._on_inspirations_requested)
        window.inspirations.chosen.connect(self._on_inspiration)
        self._notices.action_requested.connect(self._on_offer)
        window.queue.action_requested.connect(self._on_offer)
        for figure in (window.status, self._prices):
            figure.spending_requested.connect(self._spending.open)
        window.account_requested.connect(self._accounts.open)
        logs = self._studio.local_store.locations.logs
        for command, act in {
            Command.SETTINGS: self._accounts.open_settings,
            Command.OPEN_LIBRARY: self._on_open_library,
            Command.SHOW_LOG: lambda: show_log(logs, self._notices),
            Command.UNDO: self._on_undo,
            Command.REDO: self._on_redo,
        }.items():
            window.commands.bind(command, act)
        for part in (window.history, window.pane):
            part.cancel_requested.connect(self._on_cancel)
            part.fetch_again_requested.connect(self._on_fetch_again)
            part.retry_requested.connect(self._on_send_again)
            part.copy_prompt_requested.connect(self._on_copy_prompt)
            part.use_recipe_requested.connect(self._reuse.use_all)
        window.history.task_selected.connect(self._on_task_selected)
        window.history.task_activated.connect(self._on_task_activated)

    # --- the recipe ------------------------------------------------------------------------------

    def _restore(self) -> None:
        settings = self._studio.preferences
        recipe: dict[str, Any] = settings.get("recipe", {})
        self._seed_chosen = isinstance(recipe.get("new_seed"), bool)
        self.window.recipe.restore(recipe)
        self.window.recipe.restore_earlier(settings.get("prompts", {}))
        self.window.inspirations.set_recipe(self.window.recipe.raw())

    def _on_save_due(self) -> None:
        try:
            asyncio.get_running_loop()
        except RuntimeError:  # the program ends just now
            return
        self.spawn(self._studio.preferences.remember("recipe", self.window.recipe.state))

    def _on_earlier_changed(self) -> None:
        earlier = self.window.recipe.earlier
        self.spawn(self._studio.preferences.remember("prompts", earlier))

    def _on_account_changed(self) -> None:
        self._account_known = True
        self.window.recipe.set_busy_note("")

    def _on_generate(self, request: GenerationRequest) -> None:
        if not self._account_known:  # the task stands in the history as soon as it is known whose
            self.window.recipe.set_busy_note(texts.READING_KEY)
        self.spawn(self._generate(request, self.window.recipe.origin))

    async def _generate(self, request: GenerationRequest, origin: int | None) -> None:
        """Send it, but ask before the same pictures are paid for once more."""
        same = await self._studio.tasks.generate_unless_same(request, origin)
        if same is not None:
            # The question stands in it.
            self.window.commands[Command.SHOW_RECIPE_PANEL].setChecked(True)
            self.window.recipe.ask_about_same(request, same_words(same, time.time()))

    def _on_again(self, request: GenerationRequest) -> None:
        self.spawn(self._studio.tasks.generate(request, self.window.recipe.origin))

    def _on_inspiration(self, values: object) -> None:
        if isinstance(values, dict):
            self.window.recipe.origin = None
            self.window.recipe.set_raw(values)

    def _on_inspirations_requested(self) -> None:
        dialog = InspirationsDialog(self.window.recipe.raw(), self.window.widget)
        dialog.chosen.connect(self._on_inspiration)
        dialog.open()

    def _on_recipe_changed(self) -> None:
        self._save_timer.start()
        self.window.inspirations.set_recipe(self.window.recipe.raw())

    def _on_copy_prompt(self, task_id: int) -> None:
        async def work() -> None:
            task = await self._studio.history.task(task_id)
            desktop.copy_text(task.request.prompt)

        self.spawn(work())

    def _on_first_read(self) -> None:
        if self._shown is None and self._model.rowCount():
            self.window.history.select(self._model.id_at(0))

    # --- tasks -----------------------------------------------------------------------------------

    def _on_task_added(self, task: Task) -> None:
        self._model.add(task)
        self._newest = task.id
        self._awaited.add(task.id)
        if self.window.history.shows_pictures:
            return  # who looks through pictures goes on with it
        self._turned_to = task.id
        self._show_task(task)
        self.window.history.select(task.id)

    def _on_task_changed(self, task: Task) -> None:
        self._model.change(task)
        self._progress.show_task(task, runs=task.state in AT_SERVER)
        if task.state in UNFINISHED:
            self._awaited.add(task.id)
        elif task.id in self._awaited:  # once: what is learnt later, such as a charge, is no call
            self._awaited.remove(task.id)
            QApplication.alert(self.window.widget)
        if self._shown is not None and task.id == self._shown.id:
            self._show_task(task)
        if task.id == self._newest and isinstance(task.error, ValidationRefused):
            words = describe(task.error)
            self.window.recipe.show_error(task.error.field, words.title)

    def _on_marks_changed(self, tasks: tuple[Task, ...]) -> None:
        for task in tasks:
            self._model.change(task)
            if self._shown is not None and task.id == self._shown.id:
                self._show_task(task)
        self._marks.refresh()

    def _on_history_changed(self) -> None:
        self._model.reload()
        self._marks.refresh()
        if self._turned_to:
            self.spawn(self._look_at(self._turned_to))

    def _on_task_progressed(self, task_id: int, progress: Progress) -> None:
        self._progress.show_progress(task_id, progress)
        self._show_progress(task_id)

    def _on_task_expected(self, expected: TaskExpected) -> None:
        self._progress.show_expected(expected)
        self._show_progress(expected.task_id)
        self._clock.start()

    def _on_clock(self) -> None:
        """What is estimated changes by itself."""
        for task_id in self._progress.estimated:
            self._show_progress(task_id)
        if self._progress.rests:
            self._show_positions()
        if not (self._progress.estimated or self._progress.rests):
            self._clock.stop()

    def _show_progress(self, task_id: int) -> None:
        if (progress := self._progress.of(task_id)) is None:
            return
        self._model.progress(task_id, progress)
        if self._shown is not None and task_id == self._shown.id:
            self.window.pane.show_task(self._shown, progress)

    def _on_pending_changed(self, pending: PendingChanged) -> None:
        self._progress.show_pending(pending)
        self._show_positions()

    def _show_positions(self) -> None:
        if rows := self._model.rowCount():
            self._model.dataChanged.emit(self._model.index(0), self._model.index(rows - 1))
        if self._shown is not None and self._shown.state is TaskState.QUEUED:
            self._show_task(self._shown)

    def _on_task_selected(self, task_id: int) -> None:
        self._turned_to = task_id
        if not task_id:
            self._show_task(None)
        elif self._shown is None or self._shown.id != task_id:
            self.spawn(self._look_at(task_id))

    async def _look_at(self, task_id: int) -> None:
        try:
            task = await self._studio.history.task(task_id)
        except KeyError:
            self._model.reload()  # gone meanwhile
            return
        if task_id == self._turned_to:
            self._show_task(task)

    @property
    def _shown(self) -> Task | None:
        return self.window.context.task

    def _show_task(self, task: Task | None) -> None:
        self.window.pane.show_task(task, self._progress.of(task.id) if task else None)

    def _on_task_activated(self, _task_id: int) -> None:
        self.window.pane.focus_picture()

    def _on_cancel(self, task_id: int) -> None:
        self.spawn(self._studio.tasks.cancel(task_id))

    def _on_fetch_again(self, task_id: int) -> None:
        self.spawn(self._studio.tasks.fetch_again(task_id))

    def _on_send_again(self, task_id: int) -> None:
        self.spawn(self._studio.tasks.send_again(task_id))

    def _on_undo(self) -> None:
        self.spawn(self._studio.undo.undo())

    def _on_redo(self) -> None:
        self.spawn(self._studio.undo.redo())

    def _on_open_library(self) -> None:
        desktop.open_folder(self._studio.library.root)

    # --- the queue -------------------------------------------------------------------------------

    def _on_queue_changed(self, queue: QueueChanged) -> None:
        if self._progress.show_queue(queue):
            self._show_positions()
        if self._progress.rests and not self._clock.isActive():
            self._clock.start()

    def _on_resume(self) -> None:
        self.spawn(self._studio.tasks.resume())

    def _refused_key(self) -> CartoonMixError | None:
        """Why the queue waits for another key; None while it does not."""
        paused = self._studio.sender.paused
        return paused if isinstance(paused, AuthenticationRefused) else None

    def _on_offer(self, offer: Offer) -> None:  # noqa: C901  one line each, and all in one place
        """Do what a notice offered."""
        match offer.action:
            case NoticeAction.RETRY:
                self._on_resume()
            case NoticeAction.OPEN_SETTINGS:
                self._accounts.open_settings()
                self._caps.show_page()
            case NoticeAction.SIGN_IN | NoticeAction.ADD_SECRET | NoticeAction.USE_SESSION_ONLY:
                self._accounts.sign_in(self._refused_key())
            case NoticeAction.UNLOCK_KEYRING:
                self._accounts.unlock()
            case NoticeAction.USE_WIRO:
                self._accounts.use_wiro()
            case NoticeAction.BILLING:
                self._accounts.open_billing()
            case NoticeAction.RELEASE_PAGE:
                self._accounts.open_release_page()
            case NoticeAction.CHOOSE_LIBRARY:
                self._library.choose()
            case NoticeAction.UNDO_RECIPE:
                self._recipes.undo()
            case NoticeAction.USE_PASTED:
                self._recipes.use_pasted()
            case NoticeAction.FETCH_AGAIN:
                self._on_fetch_again(offer.task_id)
            case NoticeAction.FIND:
                if offer.picture is not None:
                    self._transfer.find(offer.picture)
            case NoticeAction.SHOW_FOLDER:
                desktop.open_folder(_folder_of(offer.path or self._studio.library.root))
            case NoticeAction.SHOW_FILE:
                if offer.path is not None:
                    desktop.show_in_folder(offer.path)
            case NoticeAction.OPEN_REPORT:
                if offer.path is not None:
                    desktop.open_text(offer.path)
            case _:
                assert_never(offer.action)


def _folder_of(path: Path) -> Path:
    """The folder itself, or that of a file, which need not be there."""
    return path if path.is_dir() else path.parent
