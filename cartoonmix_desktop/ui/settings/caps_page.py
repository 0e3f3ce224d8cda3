"""The page of the settings about caps on what runs cost."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from cartoonmix_desktop.ui.widgets.setting_rows import SettingRows
from cartoonmix_desktop.ui.widgets.text import label
from cartoonmix_desktop.ui.widgets.theme import SPACE, font, set_style
from cartoonmix_desktop.wording.money import caps as words

if TYPE_CHECKING:
    from decimal import Decimal

    from cartoonmix_desktop.core.money.caps import Cap, Caps, Spent

_IN_FIELD = 6  # pixels from the top of a field to its words


class AmountField(QWidget):
    """An amount of US dollars, or none; what is no amount is marked, and changes nothing.

    Signals:
        changed: an amount was entered, a `Decimal`; None for none.
        resized: it says more or less than before.
    """

    changed = Signal(object)
    resized = Signal()

    def __init__(self, name: str) -> None:
        super().__init__()
        self._amount: Decimal | None = None
        self._edit = QLineEdit()
        self._edit.setFont(font(tabular=True))
        self._edit.setPlaceholderText(words.NO_CAP)
        self._edit.setAccessibleName(name)
        self._edit.textEdited.connect(self._on_edited)
        self._edit.editingFinished.connect(self._on_finished)
        self._wrong = label(role="bad", size=11, wrap=True)
        self._wrong.hide()
        self._about = label(role="muted", size=11, wrap=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        for part in (self._edit, self._wrong, self._about):
            column.addWidget(part)

    def show_amount(self, amount: Decimal | None) -> None:
        """Show what is set."""
        self._amount = amount
        self._edit.setText(words.shown(amount))
        self._mark("")

    def show_about(self, text: str) -> None:
        """A sentence under it; plain text."""
        self._about.setText(text)

    def _on_edited(self) -> None:
        self._mark("")

    def _on_finished(self) -> None:
        text = self._edit.text().strip()
        if text == words.shown(self._amount):
            return
        amount = words.typed(text) if text else None
        if text and amount is None:
            self._mark(words.not_an_amount())
            return
        self.show_amount(amount)
        self.changed.emit(amount)

    def _mark(self, wrong: str) -> None:
        if self._wrong.text() == wrong:
            return
        self._wrong.setText(wrong)
        self._wrong.setVisible(bool(wrong))
        self._edit.setAccessibleDescription(wrong)
        set_style(self._edit, "invalid", bool(wrong))
        self.resized.emit()


class CapsPage(SettingRows):
    """What one press, a day and a month may cost, and what becomes of what would pass that.

    Signals:
        cap_changed: a `Cap` and its amount, a `Decimal`; None for none.
        at_cap_changed: the value of an `AtCap`.
        resized: it says more or less than before.
    """

    cap_changed = Signal(object, object)
    at_cap_changed = Signal(object)
    resized = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.add("", label(words.ABOUT, role="muted", wrap=True))
        self._fields: dict[Cap, AmountField] = {}
        for cap, name in words.NAMES.items():
            field = self._fields[cap] = AmountField(name)
            field.changed.connect(partial(self.cap_changed.emit, cap))
            field.resized.connect(self.resized)
            self.add(name, field, at_top=True, lower=_IN_FIELD)
        self._at_cap = self.add_choice(
            words.AT_CAP, words.AT_CAPS, words.AT_CAP_HELP, self.at_cap_changed.emit
        )
        self.finish()

    def show_caps(self, caps: Caps) -> None:
        """Show what is set."""
        for cap, field in self._fields.items():
            field.show_amount(caps.amounts.get(cap))
        self._at_cap.setCurrentIndex(self._at_cap.findData(caps.at_cap))

    def show_spent(self, spent: Spent) -> None:
        """Show what the day and the month have come to."""
        for cap, field in self._fields.items():
            field.show_about(words.so_far(cap, spent))
