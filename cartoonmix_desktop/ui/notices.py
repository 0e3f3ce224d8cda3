"""Which one thing the banner says: the most pressing that is true and was not closed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from PySide6.QtCore import QObject, Signal

from cartoonmix_desktop.core.errors import CredentialsError, DiskFull, KeyringAbsent
from cartoonmix_desktop.services.events import AccountKind, KeyLocation
from cartoonmix_desktop.wording import window as texts
from cartoonmix_desktop.wording.common import NoticeAction, Offer
from cartoonmix_desktop.wording.errors import describe, sentences

if TYPE_CHECKING:
    from cartoonmix_desktop.core.errors import CartoonMixError
    from cartoonmix_desktop.core.task.task import Output
    from cartoonmix_desktop.services.events import (
        AccountChanged,
        QueueChanged,
        UpdatesChanged,
    )
    from cartoonmix_desktop.ui.widgets.notice import Banner


class _Notice(Struct, frozen=True):
    kind: str
    text: str
    offers: tuple[Offer, ...] = ()


class Notices(QObject):
    """Keeps what is known and shows one of it.

    A closed notice stays closed until something else is to be said in its place.
    """

    action_requested = Signal(object)
    """An `Offer`."""

    def __init__(self, banner: Banner, parent: QObject) -> None:
        super().__init__(parent)
        self._banner = banner
        self._account: AccountChanged | None = None
        self._queue: QueueChanged | None = None
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
        """What the queue says by itself is not said twice."""
        self._queue = queue
        self._refresh()

    def show_updates(self, updates: UpdatesChanged) -> None:
        """Whether a newer version exists; known only if the person asked to be told."""
        self._updates = updates
        self._refresh()

    def show_problem(self, error: CartoonMixError, task_id: int = 0) -> None:
        """Something a person asked for went wrong; shown until closed or acted upon.

        Args:
            error: what. That it was is known here, but not what was asked for, so that trying again
                is not offered: they ask for it again.
            task_id: whose picture it is about; without one none can be fetched again.
        """
        words = describe(error)
        offers: tuple[Offer, ...] = ()
        if words.action is NoticeAction.SHOW_FOLDER:
            full = Path(error.path) if isinstance(error, DiskFull) else None
            offers = (Offer(words.action, path=full),)
        elif words.action is NoticeAction.FETCH_AGAIN and task_id:
            offers = (Offer(words.action, task_id=task_id),)
        elif words.action not in {None, NoticeAction.RETRY, NoticeAction.FETCH_AGAIN}:
            offers = _offers(words.action)
        self._say("problem", _Notice("bad", sentences(words.title, words.advice), offers))

    def show_missing(self, words: tuple[str, str], picture: Output) -> None:
        """The file of a picture that something was to be done with is gone.

        Args:
            words: which, and where it was.
            picture: can be looked for.
        """
        offer = Offer(NoticeAction.FIND, picture=picture)
        self._say("problem", _Notice("warn", sentences(*words), (offer,)))

    def show_news(self, topic: str, kind: str, text: str, *offers: Offer) -> None:
        """Something has happened that is said once; shown until closed or acted upon.

        Args:
            topic: news of the same topic replace each other.
            kind: ``"info"``, ``"good"`` or ``"warn"``.
            text: plain text.
            offers: a button each.
        """
        self._say(topic, _Notice(kind, text, offers))

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
            *(*said, self._keyring(), self._newer_version(), self._sandbox()),
        ]
        notice = next((n for n in notices if n is not None and n not in self._closed), None)
        if notice == self._shown:
            return
        self._shown = notice
        if notice is None:
            self._banner.clear()
        else:
            self._banner.show_banner(notice.kind, notice.text, notice.offers)

    def _keyring(self) -> _Notice | None:
        account = self._account
        if account is None or account.error is None or isinstance(account.error, KeyringAbsent):
            return None  # without a keyring nothing is amiss before someone signs in
        if self._queue is not None and isinstance(self._queue.paused, CredentialsError):
            return None
        words = describe(account.error)
        meanwhile = ""
        if account.kind is AccountKind.SANDBOX:
            meanwhile = texts.MEANWHILE_SANDBOX
        return _Notice(
            "warn", sentences(words.title, words.advice, meanwhile), _offers(words.action)
        )

    def _newer_version(self) -> _Notice | None:
        if self._updates is None or not self._updates.newer:
            return None
        text = texts.newer_version(self._updates.newer)
        return _Notice("info", text, _offers(NoticeAction.RELEASE_PAGE))

    def _sandbox(self) -> _Notice | None:
        if self._account is None or self._account.kind is not AccountKind.SANDBOX:
            return None
        text = texts.SANDBOX_NOTICE
        if self._account.key_location is KeyLocation.NOWHERE:
            return _Notice("info", text, _offers(NoticeAction.SIGN_IN))
        return _Notice("info", text, _offers(NoticeAction.USE_WIRO))

    def _on_dismissed(self) -> None:
        if self._shown is not None:
            self._closed.add(self._shown)
        self._forget_shown()
        self._refresh()

    def _on_action(self, offer: Offer) -> None:
        self._forget_shown()
        self._refresh()
        self.action_requested.emit(offer)

    def _forget_shown(self) -> None:
        self._said = {t: notice for t, notice in self._said.items() if notice is not self._shown}


def _offers(*actions: NoticeAction | None) -> tuple[Offer, ...]:
    return tuple(Offer(action) for action in actions if action is not None)
