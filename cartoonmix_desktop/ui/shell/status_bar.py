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
from cartoonmix_desktop.wording import window as texts
from cartoonmix_desktop.wording.common import ACTION_LABELS, NoticeAction
from cartoonmix_desktop.wording.formats import exact_money

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
        spending_requested: what today cost was pressed.
    """

    account_requested = Signal()
    resume_requested = Signal()
    spending_requested = Signal()

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
        self._resume.setText(ACTION_LABELS[NoticeAction.RESUME_QUEUE])
        self._resume.clicked.connect(self.resume_requested)
        self._spent = self._quiet_button()
        self._spent.setFont(font(11, tabular=True))
        self._spent.clicked.connect(self.spending_requested)
        self._spent.hide()
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
            parts.append(texts.running(queue.running))
        if queue.queued:  # they wait there, whatever is said of them as being under way
            sandbox = self._kind is AccountKind.SANDBOX
            parts.append(texts.queued(queue.queued, sandbox=sandbox))
        if queue.waiting:
            parts.append(texts.waiting(queue.waiting))
        self._say(self._queue, " · ".join(parts))
        self._queue.setAccessibleName(texts.tasks_name(" · ".join(parts)))
        words = messages.describe(queue.paused) if queue.paused else None
        reason = texts.paused(words.title) if words else ""
        if queue.held:
            reason = texts.PAUSED
            words = messages.Words(reason, texts.PAUSED_HELP)
        self._paused.setText(reason)
        self._paused.setToolTip(tooltip(f"{reason}\n{words.advice}") if words else "")
        self._paused.setAccessibleDescription(words.advice if words else "")
        for widget in (self._pause, self._paused, self._resume):
            widget.setVisible(words is not None)

    def show_totals(self, totals: TotalsChanged) -> None:
        """Say what today cost and how much is kept; zeros are not worth a word."""
        spent = totals.spent_today
        self._spent.setText(texts.today(spent))
        self._spent.setVisible(bool(spent))
        self._spent.setToolTip(tooltip(exact_money(spent)))
        self._say(self._kept, texts.kept(totals.pictures, totals.size))

    def _refresh_account(self) -> None:
        if self._kind is None:
            return
        sandbox = self._kind is AccountKind.SANDBOX
        text = texts.SANDBOX if sandbox else texts.WIRO
        drawing, role = ("sandbox", "muted") if sandbox else ("cloud", "good")
        about = texts.SANDBOX_HELP if sandbox else texts.WIRO_HELP
        if self._online is False:
            drawing, role = "offline", "warn"
            text = texts.offline(text)
            about = texts.OFFLINE_HELP
            if self._why is not None:
                about = f"{messages.describe(self._why).title}\n{about}"
        self._account.setText(text)
        self._account.setIcon(icon(drawing, role))
        self._account.setAccessibleName(texts.account_name(text))
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
