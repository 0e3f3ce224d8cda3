"""Which one thing the banner says: the most pressing that is true and was not closed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from PySide6.QtCore import QObject, Signal

from cartoonmix_desktop.core.errors import KeyringAbsent, Unreachable
from cartoonmix_desktop.services.events import AccountKind, KeyLocation
from cartoonmix_desktop.wording import window as texts
from cartoonmix_desktop.wording.errors import ACTION_LABELS, describe, sentences

if TYPE_CHECKING:
    from cartoonmix_desktop.core.errors import CartoonMixError
    from cartoonmix_desktop.services.events import (
        AccountChanged,
        ConnectionChanged,
        QueueChanged,
        UpdatesChanged,
    )
    from cartoonmix_desktop.ui.widgets.notice import Banner


class _Notice(Struct, frozen=True):
    kind: str
    text: str
    actions: tuple[tuple[str, str], ...] = ()


class Notices(QObject):
    """Keeps what is known and shows one of it.

    A closed notice stays closed until something else is to be said in its place.
    """

    action_requested = Signal(str)

    def __init__(self, banner: Banner, parent: QObject) -> None:
        super().__init__(parent)
        self._banner = banner
        self._account: AccountChanged | None = None
        self._queue: QueueChanged | None = None
        self._online: bool | None = None
        self._updates: UpdatesChanged | None = None
        self._said: dict[str, _Notice] = {}  # by topic, the newest last
        self._shown: _Notice | None = None
        self._closed: set[_Notice] = set()
        banner.dismissed.connect(self._on_dismissed)
        banner.action_requested.connect(self._on_action)

    def show_account(self, account: AccountChanged) -> None:
        """Whom Generate asks, and what the keyring said."""
        self._account = account
        self._refresh()

    def show_queue(self, queue: QueueChanged) -> None:
        """Whether sending is paused, and why."""
        self._queue = queue
        self._refresh()

    def show_connection(self, connection: ConnectionChanged) -> None:
        """Whether what waits for a connection could be sent now."""
        self._online = connection.online
        self._refresh()

    def show_updates(self, updates: UpdatesChanged) -> None:
        """Whether a newer version exists; known only if the person asked to be told."""
        self._updates = updates
        self._refresh()

    def show_problem(self, error: CartoonMixError) -> None:
        """Something a person asked for went wrong; shown until closed or acted upon.

        What it was is not known here, so trying again is not offered: they ask for it again.
        """
        words = describe(error)
        text = sentences(words.title, words.advice)
        actions = _actions("" if words.action == "retry" else words.action)
        self._say("problem", _Notice("bad", text, actions))

    def show_news(
        self, topic: str, kind: str, text: str, actions: tuple[tuple[str, str], ...] = ()
    ) -> None:
        """Something has happened that is said once; shown until closed or acted upon.

        Args:
            topic: news of the same topic replace each other.
            kind: ``"info"``, ``"good"`` or ``"warn"``.
            text: plain text.
            actions: action and label of each button.
        """
        self._say(topic, _Notice(kind, text, actions))

    def forget(self, topic: str) -> None:
        """What was said of it is no longer true."""
        self._said.pop(topic, None)
        self._refresh()

    def _say(self, topic: str, notice: _Notice) -> None:
        self._said.pop(topic, None)
        self._said[topic] = notice
        self._closed.discard(notice)
        self._refresh()

    def _refresh(self) -> None:
        said = reversed(self._said.values())
        notices = [
            *(*said, self._paused(), self._keyring()),
            *(self._newer_version(), self._sandbox()),
        ]
        notice = next((n for n in notices if n is not None and n not in self._closed), None)
        if notice == self._shown:
            return
        self._shown = notice
        if notice is None:
            self._banner.clear()
        else:
            self._banner.show_banner(notice.kind, notice.text, notice.actions)

    def _paused(self) -> _Notice | None:
        if self._queue is None or self._queue.paused is None:
            return None
        words = describe(self._queue.paused)
        waiting = self._queue.waiting
        if isinstance(self._queue.paused, Unreachable) and waiting and self._online:
            send = texts.send(waiting)
            # Asked for while nobody could be reached, it may no longer be worth its price.
            text = texts.reachable_again(waiting)
            answers = (("resume_queue", send), ("keep_waiting", texts.KEEP_WAITING))
            return _Notice("info", text, (*answers, ("remove_waiting", texts.REMOVE)))
        actions = _actions("" if words.action == "retry" else words.action)
        if words.action != "resume_queue":
            actions += _actions("resume_queue")
        return _Notice(
            "warn", sentences(words.title, words.advice, texts.kept_words(waiting)), actions
        )

    def _keyring(self) -> _Notice | None:
        account = self._account
        if account is None or account.error is None or isinstance(account.error, KeyringAbsent):
            return None  # without a keyring nothing is amiss before someone signs in
        words = describe(account.error)
        meanwhile = ""
        if account.kind is AccountKind.SANDBOX:
            meanwhile = texts.MEANWHILE_SANDBOX
        return _Notice(
            "warn", sentences(words.title, words.advice, meanwhile), _actions(words.action)
        )

    def _newer_version(self) -> _Notice | None:
        if self._updates is None or not self._updates.newer:
            return None
        text = texts.newer_version(self._updates.newer)
        return _Notice("info", text, _actions("release_page"))

    def _sandbox(self) -> _Notice | None:
        if self._account is None or self._account.kind is not AccountKind.SANDBOX:
            return None
        text = texts.SANDBOX_NOTICE
        if self._account.key_location is KeyLocation.NOWHERE:
            return _Notice("info", text, _actions("sign_in"))
        return _Notice("info", text, (("use_wiro", texts.SWITCH_TO_WIRO),))

    def _on_dismissed(self) -> None:
        if self._shown is not None:
            self._closed.add(self._shown)
        self._forget_shown()
        self._refresh()

    def _on_action(self, action: str) -> None:
        if action == "keep_waiting":
            self._on_dismissed()
            return
        self._forget_shown()
        self._refresh()
        self.action_requested.emit(action)

    def _forget_shown(self) -> None:
        self._said = {t: notice for t, notice in self._said.items() if notice is not self._shown}


def _actions(*names: str) -> tuple[tuple[str, str], ...]:
    return tuple((name, ACTION_LABELS[name]) for name in names if name)
