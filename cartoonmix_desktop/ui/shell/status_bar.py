"""The quiet line under the window: whom we ask, what is under way, what it cost, what is kept.

How the queue stands is said by the queue; here only while that cannot be seen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QStyle,
    QStyleOptionToolButton,
    QStylePainter,
    QToolButton,
    QWidget,
)

from cartoonmix_desktop.services.events import AccountKind
from cartoonmix_desktop.ui.widgets.icons import icon
from cartoonmix_desktop.ui.widgets.text import elided, label, tooltip
from cartoonmix_desktop.ui.widgets.theme import SPACE, font
from cartoonmix_desktop.wording import errors as messages
from cartoonmix_desktop.wording import window as texts
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
    from cartoonmix_desktop.wording.queue import QueueState

_HEIGHT = 28
_ICON = 16


class _Reason(QToolButton):
    """One line that gives way where the window is narrow; its tooltip holds the whole."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("quiet", "true")
        self.setFont(font(11))
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setIcon(icon("warning", "warn"))
        self.setIconSize(QSize(_ICON, _ICON))
        self.setFixedHeight(_HEIGHT - SPACE)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.hide()

    def minimumSizeHint(self) -> QSize:
        return QSize(15 * SPACE, super().minimumSizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        option = QStyleOptionToolButton()
        self.initStyleOption(option)
        room = self.width() - _ICON - 4 * SPACE
        option.text = elided(self.text(), self.fontMetrics(), room)
        painter = QStylePainter(self)
        painter.drawComplexControl(QStyle.ComplexControl.CC_ToolButton, option)
        painter.end()


class StatusBar(QWidget):
    """Shows the services' events as they come; nothing of it moves what stands above.

    Signals:
        account_requested: the account was pressed.
        queue_requested: how the queue stands is to be seen.
        spending_requested: what today cost was pressed.
    """

    account_requested = Signal()
    queue_requested = Signal()
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
        self._account.setIconSize(QSize(_ICON, _ICON))
        self._account.clicked.connect(self.account_requested)
        self._account.hide()
        self._queue = self._figures()
        self._state = _Reason()
        self._state.clicked.connect(self.queue_requested)
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
        row.addWidget(self._state)
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
        """Say how much is under way."""
        parts = []
        if queue.running:
            parts.append(texts.running(queue.running))
        if queue.queued:  # they wait there, whatever is said of them as being under way
            sandbox = self._kind is AccountKind.SANDBOX
            parts.append(texts.queued(queue.queued, sandbox=sandbox))
        if queue.sending:
            parts.append(texts.SENDING)
        if waiting := queue.waiting - queue.sending:
            parts.append(texts.waiting(waiting))
        self._say(self._queue, " · ".join(parts))
        self._queue.setAccessibleName(texts.tasks_name(" · ".join(parts)))

    def show_state(self, state: QueueState | None) -> None:
        """Say how the queue stands, while it cannot be seen where it is; None while it can."""
        words = state.words if state is not None and state.paused else ""
        self._state.setText(words)
        self._state.setAccessibleDescription(state.help if state is not None else "")
        self._state.setToolTip(tooltip(f"{words}\n{texts.SHOW_QUEUE}") if words else "")
        self._state.setVisible(bool(words))

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
