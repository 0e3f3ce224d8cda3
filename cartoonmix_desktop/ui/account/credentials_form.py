"""The fields for a Wiro key and its secret."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QCheckBox, QGridLayout, QLineEdit, QWidget

from cartoonmix_desktop.core.credentials import Credentials
from cartoonmix_desktop.ui.widgets.icons import icon
from cartoonmix_desktop.ui.widgets.text import label
from cartoonmix_desktop.ui.widgets.theme import SPACE
from cartoonmix_desktop.wording import account as words


class CredentialsForm(QWidget):
    """API key, API secret, and whether they are for this session only. Never filled in advance.

    Signals:
        edited: what was said of the former text is no longer true.
        submitted: Return was pressed in a field.
    """

    edited = Signal()
    submitted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._key = QLineEdit()
        self._secret = QLineEdit()
        self._key_eye = _Eye(self._key, words.SHOW_KEY, words.HIDE_KEY)
        self._secret_eye = _Eye(self._secret, words.SHOW_SECRET, words.HIDE_SECRET)
        self._wrong = label(role="bad", size=11, wrap=True)
        self._wrong.hide()
        self._secret.setAccessibleDescription(words.SECRET_OPTIONAL)
        self.session = QCheckBox(words.FORGET)
        self.setFocusProxy(self._key)
        self._key_is_known = False

        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(3 * SPACE)
        grid.setVerticalSpacing(SPACE)
        for row, (name, field) in enumerate(((words.KEY, self._key), (words.SECRET, self._secret))):
            field.setAccessibleName(name)
            # Keeps what is typed out of the dictionaries of keyboards on a screen.
            field.setInputMethodHints(
                field.inputMethodHints() | Qt.InputMethodHint.ImhSensitiveData
            )
            field.returnPressed.connect(self.submitted)
            field.textEdited.connect(self._on_edited)
            grid.addWidget(label(name), 3 * row, 0)
            grid.addWidget(field, 3 * row, 1)
        grid.addWidget(self._wrong, 1, 1)
        grid.setRowMinimumHeight(2, SPACE)
        grid.addWidget(label(words.SECRET_OPTIONAL, role="muted", size=11), 4, 1)
        grid.setRowMinimumHeight(5, SPACE)
        grid.addWidget(self.session, 6, 1)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is being typed."""
        return not (self._key.text() or self._secret.text())

    def ask_for_secret(self, key_words: str) -> None:
        """Lead to the secret: the key is known, and stays unless another is typed.

        Args:
            key_words: which key that is; stands in its field.
        """
        self._key_is_known = True
        self._key.setPlaceholderText(key_words)
        self._secret.setFocus()

    def typed(self) -> Credentials | None:
        """What was typed, without the blanks and line ends of a paste.

        None if it can be no key, which is then marked at its field. The key is empty where only a
        secret was asked for.
        """
        key, secret = self._key.text().strip(), self._secret.text().strip()
        if not key and self._key_is_known and secret:
            return Credentials("", secret)
        if not key:
            self._mark(words.KEY_MISSING)
        elif not all("!" <= sign <= "~" for sign in key):  # it travels in an HTTP header
            self._mark(words.KEY_UNLIKELY)
        else:
            return Credentials(key, secret)
        self._key.setFocus()
        return None

    def forget(self) -> None:
        """Empty it, beyond undo."""
        # Unlike clear(), setText() also empties the history of undo.
        self._key.setText("")
        self._secret.setText("")
        self._key_eye.setChecked(False)
        self._secret_eye.setChecked(False)
        self.session.setChecked(False)
        self._key_is_known = False
        self._key.setPlaceholderText("")
        self._mark("")

    def _on_edited(self) -> None:
        self._mark("")
        self.edited.emit()

    def _mark(self, wrong: str) -> None:
        self._wrong.setText(wrong)
        self._wrong.setVisible(bool(wrong))
        self._key.setAccessibleDescription(wrong)
        if bool(self._key.property("invalid")) != bool(wrong):
            self._key.setProperty("invalid", bool(wrong))
            self._key.style().polish(self._key)


class _Eye(QAction):
    """Shows what stands in a field, which is dots until then."""

    def __init__(self, field: QLineEdit, show: str, hide: str) -> None:
        super().__init__(field)
        self._field, self._words = field, (show, hide)
        self.setCheckable(True)
        self.toggled.connect(self._on_toggled)
        self._on_toggled(shown=False)
        field.addAction(self, QLineEdit.ActionPosition.TrailingPosition)

    def _on_toggled(self, shown: bool) -> None:
        mode = QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password
        self._field.setEchoMode(mode)
        self.setIcon(icon("eye-off" if shown else "eye", "muted"))
        self.setText(self._words[shown])
