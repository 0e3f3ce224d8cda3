"""The quiet line under the window: whom we ask, what is under way, what it cost, what is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from cartoonmix_desktop.services.events import AccountKind
from cartoonmix_desktop.ui.widgets.icons import Drawing, icon
from cartoonmix_desktop.ui.widgets.text import elided, label, tooltip
from cartoonmix_desktop.ui.widgets.theme import SPACE, font
from cartoonmix_desktop.wording import errors as messages
from cartoonmix_desktop.wording.tasks import money, size_words

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

    from cartoonmix_desktop.core.errors import CartoonMixError
    from cartoonmix_desktop.services.events import (
        AccountChanged,
        ConnectionChanged,
        QueueChanged,
        TotalsChanged,
    )

_HEIGHT = 28


class _Reason(QLabel):
    """One line that gives way where the window is narrow; its tooltip holds the whole."""

    def __init__(self) -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setFont(font(11))

    def minimumSizeHint(self) -> QSize:
        return QSize(15 * SPACE, super().minimumSizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        line = elided(self.text(), self.fontMetrics(), self.width())
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter, line)
        painter.end()


class StatusBar(QWidget):
    """Shows the services' events as they come; nothing of it moves what stands above.

    Signals:
        account_requested: the account was pressed.
        resume_requested: a paused queue is to send again.
    """

    account_requested = Signal()
    resume_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kind: AccountKind | None = None
        self._online: bool | None = None
        self._why: CartoonMixError | None = None
        self.setFixedHeight(_HEIGHT)
        self.setProperty("surface", "window")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)

        self._account = self._quiet_button()
        self._account.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._account.setIconSize(QSize(16, 16))
        self._account.clicked.connect(self.account_requested)
        self._account.hide()
        self._queue = self._figures()
        self._pause = Drawing("warning", "warn")
        self._paused = _Reason()
        self._resume = self._quiet_button()
        self._resume.setText(messages.translate(messages.ACTION_LABELS["resume_queue"]))
        self._resume.clicked.connect(self.resume_requested)
        self._spent = self._figures()
        self._kept = self._figures()

        row = QHBoxLayout(self)
        row.setContentsMargins(2 * SPACE, 0, 4 * SPACE, 0)
        row.setSpacing(3 * SPACE)
        row.addWidget(self._account)
        row.addWidget(self._queue)
        row.addWidget(self._spent)
        paused = QHBoxLayout()
        paused.setSpacing(SPACE)
        for widget in (self._pause, self._paused, self._resume):
            paused.addWidget(widget)
            widget.hide()
        row.addLayout(paused)
        row.addStretch()
        row.addWidget(self._kept)

    def show_account(self, account: AccountChanged) -> None:
        """Name whom Generate asks."""
        self._kind = account.kind
        self._refresh_account()

    def show_connection(self, connection: ConnectionChanged) -> None:
        """Say when that one cannot be reached."""
        self._online = connection.online
        self._why = connection.error
        self._refresh_account()

    def show_queue(self, queue: QueueChanged) -> None:
        """Say how much is under way, and why nothing is sent while the queue is paused."""
        parts = []
        if queue.running:
            parts.append(self.tr("{0} running").format(f"{queue.running:,}"))
        if queue.queued:  # they wait there, whatever is said of them as being under way
            where = self.tr("the sandbox") if self._kind is AccountKind.SANDBOX else self.tr("Wiro")
            parts.append(self.tr("{0} queued at {1}").format(f"{queue.queued:,}", where))
        if queue.waiting:
            parts.append(self.tr("{0} waiting").format(f"{queue.waiting:,}"))
        self._say(self._queue, " · ".join(parts))
        self._queue.setAccessibleName(self.tr("Tasks: {0}").format(" · ".join(parts)))
        words = messages.describe(queue.paused) if queue.paused else None
        reason = self.tr("Paused: {0}").format(words.title) if words else ""
        if queue.held:
            reason = self.tr("Paused")
            words = messages.Words(reason, self.tr("You paused the queue. What runs goes on."))
        self._paused.setText(reason)
        self._paused.setToolTip(tooltip(f"{reason}\n{words.advice}") if words else "")
        self._paused.setAccessibleDescription(words.advice if words else "")
        for widget in (self._pause, self._paused, self._resume):
            widget.setVisible(words is not None)

    def show_totals(self, totals: TotalsChanged) -> None:
        """Say what today cost and how much is kept; zeros are not worth a word."""
        spent = money(totals.spent_today)
        self._say(self._spent, self.tr("{0} today").format(spent) if totals.spent_today else "")
        if totals.pictures == 1:
            pictures = self.tr("1 picture")
        else:
            pictures = self.tr("{0} pictures").format(f"{totals.pictures:,}")
        kept = f"{size_words(totals.size)} · {pictures}" if totals.pictures else ""
        self._say(self._kept, kept)

    def _refresh_account(self) -> None:
        if self._kind is None:
            return
        sandbox = self._kind is AccountKind.SANDBOX
        text = self.tr("Sandbox") if sandbox else self.tr("Wiro")
        drawing, role = ("sandbox", "muted") if sandbox else ("cloud", "good")
        about = (
            self.tr("Pictures are drawn on this computer, free of charge.")
            if sandbox
            else self.tr("Pictures are made at Wiro and paid from your balance.")
        )
        if self._online is False:
            drawing, role = "offline", "warn"
            text = self.tr("{0} · Offline").format(text)
            about = self.tr("Everything that was made is still here.")
            if self._why is not None:
                about = f"{messages.describe(self._why).title}\n{about}"
        self._account.setText(text)
        self._account.setIcon(icon(drawing, role))
        self._account.setAccessibleName(self.tr("Account: {0}").format(text))
        self._account.setAccessibleDescription(about)
        self._account.setToolTip(tooltip(about))
        self._account.show()

    @staticmethod
    def _say(where: QLabel, text: str) -> None:
        where.setText(text)
        where.setVisible(bool(text))

    @staticmethod
    def _figures() -> QLabel:
        made = label(role="muted")
        made.setFont(font(11, tabular=True))
        made.hide()
        return made

    @staticmethod
    def _quiet_button() -> QToolButton:
        made = QToolButton()
        made.setProperty("quiet", "true")
        made.setFont(font(11))
        made.setFixedHeight(_HEIGHT - SPACE)
        return made
