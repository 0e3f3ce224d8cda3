"""Generate, once or several times; while a waiting task is edited, the button updates it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPoint, QSize, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
)
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QSizePolicy,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from cartoonmix_desktop.core.task.batch import MOST
from cartoonmix_desktop.ui.command_names import Command, Menu, When
from cartoonmix_desktop.ui.commands import native
from cartoonmix_desktop.ui.recipe.price_line import PriceLine
from cartoonmix_desktop.ui.widgets.buttons import button
from cartoonmix_desktop.ui.widgets.dialogs import CalmDialog
from cartoonmix_desktop.ui.widgets.icons import icon
from cartoonmix_desktop.ui.widgets.one_press import once
from cartoonmix_desktop.ui.widgets.text import label, tooltip
from cartoonmix_desktop.ui.widgets.theme import SPACE, font
from cartoonmix_desktop.wording import common
from cartoonmix_desktop.wording.commands import retry_failed
from cartoonmix_desktop.wording.recipe import form as words

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtCore import QObject

    from cartoonmix_desktop.ui.commands import Commands

_TIMES = (2, 4, 8, 16)
_FEW = 4  # times that are proposed: each costs money
_HEIGHT = 36
_SAME_AIM = 1500  # milliseconds from a click on Generate within which one at its place is its
_CLICKS = {QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick}
_GONE_TO = {Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason}
_COMMANDS = (
    Qt.KeyboardModifier.ControlModifier
    | Qt.KeyboardModifier.AltModifier
    | Qt.KeyboardModifier.MetaModifier
)


class GenerateButton(QPushButton):
    """The one button that the panel is for; its shortcut is written at its edge.

    The key itself is bound by the window, so that one press never generates twice.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("primary", True)  # noqa: FBT003  Qt's property value
        self.setIcon(icon("sparkle", "on_accent"))
        self.setIconSize(QSize(16, 16))
        self.setMinimumHeight(_HEIGHT)
        once(self)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._key = ""
        self.set_words(words.GENERATE)
        self._hint = label(role="on_accent", size=11)
        self._hint.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 3 * SPACE, 0)
        row.addWidget(self._hint, 0, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)

    def set_words(self, said: str) -> None:
        """Let it say what it does now."""
        self.setText(said)
        self.setAccessibleName(words.GENERATE_NAME if said == words.GENERATE else said)
        self.setToolTip(tooltip(words.with_keys(said, self._key) if self._key else said))

    def show_key(self, key: str) -> None:
        """Say which key does it; empty for none."""
        self._key = key
        self._hint.setText(key.replace("Return", "⏎"))
        self.set_words(self.text())


class TimesDialog(CalmDialog):
    """How many times? It says what that means before it is done."""

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None, words_of: Callable[[int], str]) -> None:
        """Ask.

        Args:
            parent: the window that waits for the answer.
            words_of: says what so many times send and cost.
        """
        super().__init__(parent, words.SEVERAL, 420)
        self._words_of = words_of
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.times = QSpinBox()
        self.times.setRange(2, MOST)
        self.times.setValue(_FEW)
        self.times.setAccessibleName(words.HOW_OFTEN)
        row = QHBoxLayout()
        row.addWidget(label(words.HOW_OFTEN))
        row.addStretch()
        row.addWidget(self.times)
        self.content.addLayout(row)
        self._total = label(wrap=True)
        self.content.addWidget(self._total)
        self.content.addWidget(label(words.SEEDS, role="muted", size=11, wrap=True))
        self._go = button("", primary=True)
        self._go.clicked.connect(self._on_go)
        once(self._go)
        leave = button(common.CANCEL)
        leave.clicked.connect(self.reject)
        buttons = QHBoxLayout()
        buttons.addStretch()
        buttons.addWidget(leave)
        buttons.addWidget(self._go)
        self.content.addSpacing(SPACE)
        self.content.addLayout(buttons)
        self.times.valueChanged.connect(self._say)
        self._say(self.times.value())
        self.times.selectAll()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Return in the number means it."""
        enter = event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}
        if enter and not isinstance(self.focusWidget(), QAbstractButton):
            self._on_go()
        else:
            super().keyPressEvent(event)

    def _say(self, count: int) -> None:
        self._go.setText(words.generate_times(count))
        self._total.setText(self._words_of(count))

    def _on_go(self) -> None:
        self.accept()
        self.chosen.emit(self.times.value())


class SameRecipe(QWidget):
    """What stands under Generate instead of a task that would cost the same pictures once more.

    Return means a new seed. It goes when the recipe is changed. What was meant for something else
    is no answer: the next click on Generate, which has made room for it, or the next word.
    """

    new_seed_requested = Signal()
    again_requested = Signal()

    def __init__(self, generate: QAbstractButton) -> None:
        """Make it.

        Args:
            generate: the button that it stands under.
        """
        super().__init__()
        self._before: QWidget | None = None  # what had the focus
        self._gone_to = False  # whether the person has moved the focus here
        self._generate = generate
        self._clicked = QPoint(), 0  # the last click on any of the buttons
        self._words = label(role="muted", size=11, wrap=True)
        self._new = button(words.NEW_SEED)
        self._new.setFont(font(13, medium=True))
        self._new.clicked.connect(self._on_new)
        again = button(words.AGAIN)
        again.setProperty("quiet", "true")
        again.setToolTip(tooltip(words.AGAIN_HELP))
        again.clicked.connect(self._on_again)
        row = QHBoxLayout()
        row.setSpacing(SPACE)
        for each in (self._new, again):
            once(each)
            row.addWidget(each)
        for clicked in (generate, self._new, again):
            clicked.installEventFilter(self)
        row.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        column.addWidget(self._words)
        column.addLayout(row)
        self.hide()

    def ask(self, said: str, *, focus: bool) -> None:
        """Ask.

        Args:
            said: what is the same; plain text.
            focus: whether the next Return is an answer.
        """
        self._words.setText(said)
        self._new.setAccessibleDescription(said)
        if self.isHidden():
            self._before = QApplication.focusWidget()
        self.show()
        if focus:
            self._gone_to = False
            self._new.setFocus(Qt.FocusReason.OtherFocusReason)
        QAccessible.updateAccessibility(QAccessibleEvent(self._words, QAccessible.Event.Alert))

    def leave(self) -> None:
        """Ask no more; the focus goes back to where it was."""
        if self.isHidden():
            return
        before, self._before = self._before, None
        focus = QApplication.focusWidget()
        there = before is not None and isValid(before) and before.isVisible()
        if focus is not None and self.isAncestorOf(focus) and before is not None and there:
            before.setFocus(Qt.FocusReason.OtherFocusReason)
        self.hide()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Return presses the button that has the focus; Escape leaves all as it is."""
        focused = self.focusWidget()
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and isinstance(
            focused, QAbstractButton
        ):
            focused.click()
        elif event.key() == Qt.Key.Key_Escape:
            self.leave()
        else:
            super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep clicks and letters that are no answers from the buttons."""
        if isinstance(event, QMouseEvent) and event.type() in _CLICKS:
            place, moment = self._clicked
            self._clicked = event.globalPosition().toPoint(), event.timestamp()
            near = (self._clicked[0] - place).manhattanLength() < QApplication.startDragDistance()
            same = near and self._clicked[1] - moment < _SAME_AIM
            return same and watched is not self._generate
        if watched is self._new and isinstance(event, QFocusEvent) and event.gotFocus():
            self._gone_to = self._gone_to or event.reason() in _GONE_TO
        if watched is self._new and isinstance(event, QKeyEvent):
            return event.type() == QEvent.Type.KeyPress and self._writes_on(event)
        return False

    def _writes_on(self, event: QKeyEvent) -> bool:
        """Give what is typed on to the text that was being written; False if there is none."""
        text = self._before
        typed = event.text().isprintable() and event.text() and not event.modifiers() & _COMMANDS
        if not typed or self._gone_to or text is None or not isValid(text):
            return False
        if not text.testAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled):
            return False
        text.setFocus(Qt.FocusReason.OtherFocusReason)
        QApplication.sendEvent(text, event)
        return True

    def _on_new(self) -> None:
        self.leave()
        self.new_seed_requested.emit()

    def _on_again(self) -> None:
        self.leave()
        self.again_requested.emit()


class GenerateArea(QFrame):
    """Stands under the form and never scrolls away.

    Attributes:
        price: what a click costs, under Generate.
        same: the question under Generate, mostly hidden.
    """

    generate_requested = Signal()
    """Generate once; or, while a waiting task is edited, update it."""
    several_requested = Signal(int)
    edit_left = Signal()
    menu_opened = Signal()

    def __init__(self, margin: int, words_of: Callable[[int], str] = lambda _times: "") -> None:
        """Make it.

        Args:
            margin: left and right, in device-independent pixels.
            words_of: says what so many times send and cost.
        """
        super().__init__()
        self.editing = False
        self._commands: Commands | None = None
        self._words_of = words_of
        self.setProperty("surface", "footer")
        self._note: QLabel = label(role="muted", size=11, wrap=True)
        self._note.hide()
        self.button = GenerateButton()
        self.same = SameRecipe(self.button)
        self.price = PriceLine()
        self.button.clicked.connect(self.generate_requested)
        self._more = QToolButton()
        self._more.setIcon(icon("chevron-down"))
        self._more.setIconSize(QSize(16, 16))
        self._more.setFixedSize(_HEIGHT - SPACE, _HEIGHT)
        self._more.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._more.setAccessibleName(words.SEVERAL)
        self._more.setToolTip(tooltip(words.SEVERAL_HELP))
        self._more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._menu = self._made_menu()
        self._more.setMenu(self._menu)
        self._leave = button(words.DISCARD_CHANGES)
        self._leave.setAccessibleName(words.DISCARD_CHANGES_NAME)
        self._leave.clicked.connect(self.edit_left)
        self._leave.hide()
        row = QHBoxLayout()
        row.setSpacing(SPACE)
        row.addWidget(self.button, 1)
        row.addWidget(self._more)
        column = QVBoxLayout(self)
        column.setContentsMargins(margin, 3 * SPACE, margin, 2 * SPACE)
        column.setSpacing(SPACE)
        column.addWidget(self._note)
        column.addWidget(self._leave)
        column.addLayout(row)
        column.addWidget(self.same)
        column.addWidget(self.price)

    def set_note(self, text: str) -> None:
        """A quiet line above Generate; empty for none."""
        self._note.setText(text)
        self._note.setVisible(bool(text))

    def set_editing(self, editing: bool) -> None:
        """Let the button update the waiting task instead of making a new one."""
        if editing != self.editing:
            self.editing = editing
            self.same.leave()
            self.button.set_words(words.UPDATE if editing else words.GENERATE)
            self._more.setVisible(not editing)
            self._leave.setVisible(editing)
            self.set_note(words.EDITING if editing else "")

    def set_failed(self, count: int) -> None:
        """How many of the last batch can be tried again."""
        if self._commands is not None:
            self._commands.allow(When.FAILED, count > 0)
            self._commands[Command.RETRY_FAILED].setText(retry_failed(count))

    def bind(self, commands: Commands) -> None:
        """Show the key that generates, and what else the menu beside the button can do."""
        self._commands = commands
        commands.fill(self._menu, Menu.GENERATE)
        commands.keys_changed.connect(self._show_key)
        self._show_key()

    def _show_key(self) -> None:
        keys = self._commands.keys_of(Command.GENERATE) if self._commands is not None else ()
        self.button.show_key(native(keys[0]) if keys else "")

    def ask_times(self) -> None:
        """Ask how many times."""
        dialog = TimesDialog(self.window(), self._words_of)
        dialog.chosen.connect(self.several_requested)
        dialog.open()

    def _made_menu(self) -> QMenu:
        menu = QMenu(self)
        self._entries = {times: menu.addAction("") for times in _TIMES}
        for times, entry in self._entries.items():
            entry.triggered.connect(partial(self._on_times, times))
        self._say_prices()
        menu.aboutToShow.connect(self._say_prices)
        menu.aboutToShow.connect(self.menu_opened)
        return menu

    def _say_prices(self) -> None:
        for times, entry in self._entries.items():
            entry.setText(words.with_price(words.generate_times(times), self._words_of(times)))

    def _on_times(self, times: int) -> None:
        self.several_requested.emit(times)
