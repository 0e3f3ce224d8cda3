"""The recipe of the shown task beside its picture: read, used in parts, made again, compared."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPlainTextEdit,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from cartoonmix_desktop.core.recipe.cartoonmix import CARTOONMIX
from cartoonmix_desktop.core.recipe.difference import differing
from cartoonmix_desktop.core.recipe.inputs import Kind
from cartoonmix_desktop.ui.reuse.task_link import TaskLink
from cartoonmix_desktop.ui.widgets.buttons import icon_button, worded_button
from cartoonmix_desktop.ui.widgets.controls import GrowingText
from cartoonmix_desktop.ui.widgets.dialogs import rule
from cartoonmix_desktop.ui.widgets.icons import icon
from cartoonmix_desktop.ui.widgets.one_press import once
from cartoonmix_desktop.ui.widgets.text import label, tooltip
from cartoonmix_desktop.ui.widgets.theme import SPACE, font
from cartoonmix_desktop.wording.commands import USE_ALL_BUT_SEED
from cartoonmix_desktop.wording.recipe import reuse as words
from cartoonmix_desktop.wording.recipe.facts import value_words
from cartoonmix_desktop.wording.recipe.form import with_price
from cartoonmix_desktop.wording.recipe.inputs import label_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from cartoonmix_desktop.core.recipe.inputs import Input
    from cartoonmix_desktop.core.task.lineage import Lineage
    from cartoonmix_desktop.core.task.task import Task
    from cartoonmix_desktop.ui.widgets.image_decoding import Thumbnails

WIDTH = 320
"""Of the view beside a picture, in device-independent pixels."""

TIMES = (2, 4, 8)
"""How often more of the same kind can be asked for at once."""

_LINES = (1, 14)


def plain_text(name: str, lines: tuple[int, int] = _LINES) -> GrowingText:
    """Words to be read and copied.

    Args:
        name: accessible name.
        lines: how many are shown at least and at most.
    """
    made = GrowingText(*lines)
    made.setReadOnly(True)
    made.document().setDocumentMargin(1)  # it begins where other words do
    made.setTextInteractionFlags(
        Qt.TextInteractionFlag.TextSelectableByMouse
        | Qt.TextInteractionFlag.TextSelectableByKeyboard
    )
    made.setProperty("flat", "true")
    made.setLineWrapMode(QPlainTextEdit.LineWrapMode.WidgetWidth)
    made.setAccessibleName(name)
    return made


class _Row(QWidget):
    """One input: label, value, what the form has instead, and a button to use it."""

    used = Signal(str)

    def __init__(self, entry: Input) -> None:
        super().__init__()
        self._entry = entry
        self._long = entry.kind is Kind.LONG_TEXT
        caption = label(label_of(entry), role="muted", size=11)
        caption.setToolTip(tooltip(words.caption_help(entry)))
        self._mark = label(role="warn", size=11, wrap=True)
        self._use = icon_button(words.use(entry), "panel-left")
        policy = self._use.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self._use.setSizePolicy(policy)
        self._use.clicked.connect(self._on_used)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(2 * SPACE)
        grid.setVerticalSpacing(SPACE // 2)
        grid.setColumnMinimumWidth(0, 92)
        grid.addWidget(caption, 0, 0)
        grid.addWidget(self._use, 0, 2)
        grid.setColumnStretch(1, 1)
        self._value: GrowingText | QLabel
        if self._long:
            self._value = plain_text(label_of(entry))
            grid.addWidget(self._value, 1, 0, 1, 3)
            grid.addWidget(self._mark, 2, 0, 1, 3)
        else:
            self._value = label(selectable=True, wrap=True)
            self._value.setAccessibleName(words.of_this_task(entry))
            grid.addWidget(self._value, 0, 1)
            grid.addWidget(self._mark, 1, 1, 1, 2)
        self._mark.hide()

    def show_value(self, value: object) -> None:
        said = value_words(self._entry, value)
        if isinstance(self._value, QLabel):
            self._value.setText(said)
        elif self._value.toPlainText() != said:  # what is selected in it stays
            self._value.setPlainText(said)

    def show_form(self, value: object, *, same: bool, usable: bool) -> None:
        """Say what the form has, where it is something else."""
        self._mark.setText("" if same else words.in_form(self._entry, value))
        self._mark.setVisible(not same)
        self._use.setVisible(usable and not same)

    def _on_used(self) -> None:
        self.used.emit(self._entry.name)


class RecipeView(QFrame):
    """Shows what was asked for; the form is left alone until something is used."""

    use_requested = Signal(object)
    """Wire names of the inputs that are to be put into the form."""
    more_requested = Signal(int)
    """The same recipe so many times, each with a new seed."""
    again_requested = Signal()
    """The same recipe with the same seed."""
    compare_requested = Signal(str)
    """``"form"``, ``"before"`` or ``"parent"``."""
    task_requested = Signal(int)
    """Go to a task."""
    close_requested = Signal()

    def __init__(self, thumbnails: Thumbnails, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._task: Task | None = None
        self._form: Mapping[str, object] = {}
        self.words_of_more: Callable[[int], str] | None = None
        """Says what so many more send and cost."""
        self.setProperty("surface", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(words.RECIPE_OF_TASK)
        self._rows = {entry.name: _Row(entry) for entry in CARTOONMIX}
        self._others = plain_text(words.OTHERS)
        self._others_caption = label(words.OTHERS, role="muted", size=11)
        self._parent = TaskLink(thumbnails)
        self._parent.task_requested.connect(self.task_requested)
        self._child = TaskLink(thumbnails)
        self._child.task_requested.connect(self.task_requested)
        self._children = worded_button("", "next")
        self._children.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._came, self._led = QWidget(), QWidget()
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(4 * SPACE, 2 * SPACE, 3 * SPACE, 4 * SPACE)
        column.setSpacing(2 * SPACE)
        column.addWidget(self._line_of(self._came, words.CAME_FROM, self._parent))
        column.addWidget(self._line_of(self._led, words.LED_TO, self._child, self._children))
        for row in self._rows.values():
            row.used.connect(self._on_row_used)
            column.addWidget(row)
        column.addWidget(self._others_caption)
        column.addWidget(self._others)
        column.addStretch()
        scroll = QScrollArea()
        scroll.setWidget(inside)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.viewport().setAutoFillBackground(False)
        inside.setAutoFillBackground(False)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(self._made_head())
        whole.addWidget(rule())
        whole.addWidget(scroll, 1)
        whole.addWidget(rule())
        whole.addLayout(self._made_foot())

    def sizeHint(self) -> QSize:
        """The usual width."""
        return QSize(WIDTH, super().sizeHint().height())

    # --- what is shown ---------------------------------------------------------------------------

    def show_task(self, task: Task) -> None:
        """Show the recipe of a task; what it came from follows with `show_lineage`."""
        if self._task is None or task.id != self._task.id:
            self._came.hide()
            self._led.hide()
        self._task = task
        values = task.request.values
        for name, row in self._rows.items():
            row.show_value(values.get(name))
        rest = {k: v for k, v in values.items() if k not in self._rows} | dict(task.others)
        others = "\n".join(f"{k}: {v}" for k, v in rest.items())
        self._others.setPlainText(others)
        self._others.setVisible(bool(others))
        self._others_caption.setVisible(bool(others))
        self.show_form(self._form)

    def show_form(self, values: Mapping[str, object]) -> None:
        """Mark what differs from these values of the form."""
        self._form = values
        if self._task is None:
            return
        asked = self._task.request.values
        others = set(differing(asked, values))
        for name, row in self._rows.items():
            row.show_form(values.get(name), same=name not in others, usable=name in asked)

    def show_lineage(self, lineage: Lineage, tasks: Mapping[int, Task]) -> None:
        """Show what the task came from and led to.

        Args:
            lineage: of the shown task.
            tasks: those that it names and that are in the history.
        """
        self._came.setVisible(lineage.parent_id is not None)
        self._to_parent.setEnabled(lineage.parent_there)
        self._to_before.setEnabled(lineage.before is not None)
        parent = tasks.get(lineage.parent_id) if lineage.parent_id is not None else None
        if lineage.parent_there and parent is not None:
            self._parent.show_task(parent)
        elif lineage.parent_id is not None:
            self._parent.show_side(words.DELETED_TASK, "trash")
        children = [tasks[child] for child in lineage.children if child in tasks]
        self._led.setVisible(bool(children))
        self._child.setVisible(len(children) == 1)
        self._children.setVisible(len(children) > 1)
        if len(children) == 1:
            self._child.show_task(children[0])
        elif children:
            self._list_children(children, lineage.count)

    def _list_children(self, children: Sequence[Task], count: int) -> None:
        said, name = words.children(count)
        self._children.setText(said)
        self._children.setAccessibleName(name)
        menu = self._children.menu() or QMenu(self._children)
        menu.clear()
        for child in children:
            entry = menu.addAction(words.child(child).replace("&", "&&"))
            entry.triggered.connect(partial(self.task_requested.emit, child.id))
        if count > len(children):
            menu.addSeparator()
            menu.addAction(words.older(count - len(children))).setEnabled(False)
        self._children.setMenu(menu)

    # --- how it is built -------------------------------------------------------------------------

    @staticmethod
    def _line_of(line: QWidget, title: str, *parts: QWidget) -> QWidget:
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE)
        caption = label(title, role="muted", size=11)
        caption.setMinimumWidth(64)
        row.addWidget(caption)
        for part in parts:
            row.addWidget(part, 1 if isinstance(part, TaskLink) else 0)
        if not isinstance(parts[-1], TaskLink):
            row.addStretch()
        line.hide()
        return line

    def _made_head(self) -> QHBoxLayout:
        title = label(words.RECIPE)
        title.setFont(font(13, medium=True))
        compare = worded_button(words.COMPARE, "swap")
        compare.setAccessibleName(words.COMPARE_NAME)
        compare.setToolTip(tooltip(words.COMPARE_HELP))
        compare.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(compare)
        menu.addAction(words.COMPARISONS["form"], partial(self.compare_requested.emit, "form"))
        self._to_before = menu.addAction(
            words.COMPARISONS["before"], partial(self.compare_requested.emit, "before")
        )
        self._to_parent = menu.addAction(
            words.COMPARE_PARENT, partial(self.compare_requested.emit, "parent")
        )
        self._to_parent.setEnabled(False)
        compare.setMenu(menu)
        close = icon_button(words.HIDE, "close")
        close.clicked.connect(self.close_requested)
        head = QHBoxLayout()
        head.setContentsMargins(4 * SPACE, 2 * SPACE, 2 * SPACE, SPACE)
        head.addWidget(title, 1)
        head.addWidget(compare)
        head.addWidget(close)
        return head

    def _made_foot(self) -> QHBoxLayout:
        use = worded_button(words.USE_ALL, "panel-left")
        use.setProperty("quiet", "false")
        use.setToolTip(tooltip(words.USE_ALL_HELP))
        use.clicked.connect(self._on_use_all)
        more = QToolButton()
        more.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        more.setIcon(icon("sparkle"))
        more.setIconSize(QSize(16, 16))
        more.setText(words.MORE)
        more.setToolTip(tooltip(words.MORE_HELP))
        more.clicked.connect(partial(self._on_more, 1))
        once(more)
        use.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        use_menu = QMenu(self)
        use_menu.addAction(USE_ALL_BUT_SEED, self._on_use_all_but_seed)
        use_menu.addAction(words.USE_SEED, partial(self._on_row_used, "seed"))
        more_menu = QMenu(self)
        self._more_entries = {times: more_menu.addAction("") for times in TIMES}
        for times, entry in self._more_entries.items():
            entry.triggered.connect(partial(self._on_more, times))
        self._say_prices()
        more_menu.aboutToShow.connect(self._say_prices)
        more_menu.addSeparator()
        again = more_menu.addAction(words.AGAIN, self.again_requested.emit)
        again.setToolTip(tooltip(words.AGAIN_HELP))
        more_menu.setToolTipsVisible(True)
        foot = QHBoxLayout()
        foot.setContentsMargins(4 * SPACE, 2 * SPACE, 3 * SPACE, 2 * SPACE)
        foot.setSpacing(0)
        foot.addWidget(use)
        foot.addWidget(_arrow(words.USE_PARTS, use_menu))
        foot.addStretch()
        foot.addWidget(more)
        foot.addWidget(_arrow(words.MORE_OPTIONS, more_menu))
        return foot

    def _on_row_used(self, name: str) -> None:
        self.use_requested.emit((name,))

    def _on_use_all(self) -> None:
        self.use_requested.emit(tuple(self._rows))

    def _on_use_all_but_seed(self) -> None:
        self.use_requested.emit(tuple(name for name in self._rows if name != "seed"))

    def _say_prices(self) -> None:
        for times, entry in self._more_entries.items():
            price = self.words_of_more(times) if self.words_of_more is not None else ""
            entry.setText(with_price(words.more_like_this(times), price))

    def _on_more(self, times: int, _checked: bool = False) -> None:
        self.more_requested.emit(times)


def _arrow(name: str, menu: QMenu) -> QToolButton:
    made = icon_button(name, "chevron-down")
    made.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    made.setMenu(menu)
    return made
