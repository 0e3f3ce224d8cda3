"""Whom Generate asks, and the Wiro credentials: enter, test, replace, remove.

The dialog speaks by signals and hears by setters; it never holds a stored secret.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QMessageBox,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from cartoonmix_desktop.core.addresses import DASHBOARD_URL
from cartoonmix_desktop.core.errors import CredentialsError, KeyringAbsent, NoCredentials
from cartoonmix_desktop.services.events import AccountChanged, AccountKind, KeyLocation
from cartoonmix_desktop.ui.account.credentials_form import CredentialsForm
from cartoonmix_desktop.ui.widgets.buttons import button, worded_button
from cartoonmix_desktop.ui.widgets.dialogs import CalmDialog, rule
from cartoonmix_desktop.ui.widgets.icons import Drawing
from cartoonmix_desktop.ui.widgets.notice import Notice
from cartoonmix_desktop.ui.widgets.text import label, message_box, tooltip
from cartoonmix_desktop.ui.widgets.theme import SPACE
from cartoonmix_desktop.wording import account as texts
from cartoonmix_desktop.wording import common
from cartoonmix_desktop.wording import errors as messages
from cartoonmix_desktop.wording.common import NoticeAction, Offer

if TYPE_CHECKING:
    from PySide6.QtGui import QShowEvent

    from cartoonmix_desktop.core.credentials import Credentials
    from cartoonmix_desktop.core.errors import CartoonMixError


class AccountDialog(CalmDialog):
    """Chooses between sandbox and Wiro, and takes credentials to the keyring. Show with ``open()``.

    Signals:
        test_requested: `Credentials` as typed, or None for those in use: ask the server, read-only,
            and answer with `show_test_result`.
        save_requested: `Credentials`, and whether for this session only; answer with `show_account`
            and `show_save_result`, and then, once kept, test them.
        remove_requested: forget the stored credentials; answer with `show_account`, or with
            `show_save_result` if the keyring will not.
        unlock_requested: read the keyring once more; answer with `show_account`.
        sandbox_chosen: whom Generate asks: True the sandbox, False Wiro; answer with
            `show_account`.
    """

    test_requested = Signal(object)
    save_requested = Signal(object, bool)
    remove_requested = Signal()
    unlock_requested = Signal()
    sandbox_chosen = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, texts.TITLE, 520)
        self._account = AccountChanged(AccountKind.SANDBOX, KeyLocation.NOWHERE)
        self._keyring_error: CredentialsError | None = None
        self._replacing = False
        self._signing_in = False
        self._testing_typed = False
        self._waits_for_account = False
        self._busy = False

        self._form = CredentialsForm()
        self._form.edited.connect(self._on_edited)
        self._form.submitted.connect(self._on_save)
        self._reason = Notice()
        self._reason.setContentsMargins(0, 0, 0, 2 * SPACE)
        self._keyring = Notice()
        self._keyring.action_requested.connect(self._on_unlock)
        self._result = Notice()
        for part in (
            self._reason,
            label(texts.WHERE_MADE, size=15),
            self._make_choice(),
            rule(),
            label(texts.CREDENTIALS, size=15),
            self._make_stored(),
            self._form,
            self._keyring,
            self._result,
            self._make_buttons(),
        ):
            self.content.addWidget(part)
        self.content.setSpacing(3 * SPACE)
        self.show_account(self._account, "")

    # --- what is told to the dialog --------------------------------------------------------------

    def show_account(self, account: AccountChanged, keyring_name: str) -> None:
        """Show whom Generate asks and where the credentials are.

        Args:
            account: as the services tell it.
            keyring_name: what the system calls its keyring, empty without one.
        """
        self._account = account
        self._show_stored(account, keyring_name)
        self._set_keyring_error(account.error)
        if not self._form.is_empty:
            self._replacing = True  # what is being typed is not thrown away
        if self._waits_for_account:
            self._waits_for_account = False
            self.set_busy("")
        self._show_kind()
        self._refresh()

    def show_test_result(self, error: CartoonMixError | None) -> None:
        """Say what the server said of the credentials, None if it accepts them."""
        self.set_busy("")
        if error is not None:
            self._say(error)
            return
        self._reason.clear()
        advice = texts.SAVE_TO_USE if self._testing_typed else ""
        self._result.show_notice("good", texts.ACCEPTED, advice)

    def show_save_result(self, error: CartoonMixError | None) -> None:
        """Say whether the credentials were kept, or why they were not removed.

        Once they are kept the dialog waits for `show_test_result`.
        """
        self.set_busy("")
        if isinstance(error, CredentialsError):
            self._set_keyring_error(error)
            self._refresh()
        elif error is not None:
            self._say(error)
        else:
            self._reason.clear()
            self._signing_in = False
            self._forget_typed()
            self._close.setFocus()
            self._testing_typed = False
            self.set_busy(texts.SAVED)

    def set_busy(self, what: str) -> None:
        """Say what is being waited for and hold the buttons; an empty text ends it."""
        self._busy = bool(what)
        for held in (self._test, self._save, self._remove, self._replace):
            held.setEnabled(not what or held.hasFocus())  # else the focus would go elsewhere
        if what:
            self._result.show_notice("info", what)
        else:
            self._result.clear()

    def begin_sign_in(self) -> None:
        """The person wants Wiro: show it as chosen, and take the key. Nothing is changed yet."""
        self._signing_in = True
        self._show_kind()

    def show_reason(self, error: CartoonMixError) -> None:
        """Say on top why the dialog was opened, e.g. with the server's words."""
        words = messages.describe(error)
        self._reason.show_notice("bad", words.title, words.advice)

    def ask_for_secret(self) -> None:
        """Lead to the field for the secret that the project needs beside its key; when shown."""
        if self._account.key_location in {KeyLocation.KEYRING, KeyLocation.SESSION}:
            self._replacing = True
            self._refresh()
            self._form.ask_for_secret(texts.key_ends_in(self._account.hint))
            self._form.session.setChecked(self._account.key_location is KeyLocation.SESSION)

    # --- its parts -------------------------------------------------------------------------------

    def _make_choice(self) -> QWidget:
        choices = QWidget()
        self._sandbox = QRadioButton(texts.SANDBOX)
        self._wiro = QRadioButton(texts.WIRO)
        self._kinds = QButtonGroup(self)
        lines = QVBoxLayout(choices)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(0)
        for choice, help_text in (
            (self._sandbox, texts.SANDBOX_HELP),
            (self._wiro, texts.WIRO_HELP),
        ):
            choice.setAccessibleDescription(help_text)
            self._kinds.addButton(choice)
            explained = label(help_text, role="muted", wrap=True)
            explained.setContentsMargins(26, 0, 0, 0)  # under the words, not under the mark
            lines.addWidget(choice)
            lines.addWidget(explained)
            lines.addSpacing(SPACE)
        self._kinds.buttonClicked.connect(self._on_kind_clicked)
        return choices

    def _make_stored(self) -> QWidget:
        self._stored = QWidget()
        self._where = label(wrap=True)
        self._facts = label(role="muted", size=11, wrap=True)
        lines = QVBoxLayout()
        lines.setSpacing(SPACE // 2)
        lines.addWidget(self._where)
        lines.addWidget(self._facts)
        self._replace = button(texts.REPLACE)
        self._replace.clicked.connect(self._on_replace)
        self._remove = button(texts.REMOVE)
        self._remove.clicked.connect(self._on_remove)
        row = QHBoxLayout(self._stored)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2 * SPACE)
        row.addWidget(Drawing("key", "muted"))
        row.addLayout(lines, 1)
        row.addWidget(self._replace)
        row.addWidget(self._remove)
        return self._stored

    def _make_buttons(self) -> QWidget:
        buttons = QWidget()
        self._link = worded_button(texts.GET_KEY, "external")
        self._link.clicked.connect(self._on_link)
        self._test = button(texts.TEST)
        self._test.clicked.connect(self._on_test)
        self._save = button(common.SAVE, primary=True)
        self._save.clicked.connect(self._on_save)
        self._close = button(common.CLOSE)
        self._close.clicked.connect(self.reject)
        row = QHBoxLayout(buttons)
        row.setContentsMargins(0, 2 * SPACE, 0, 0)
        row.setSpacing(2 * SPACE)
        row.addWidget(self._link)
        row.addStretch()
        row.addWidget(self._close)
        row.addWidget(self._test)
        row.addWidget(self._save)
        return buttons

    # --- what the person does --------------------------------------------------------------------

    def _on_kind_clicked(self) -> None:
        sandbox = self._sandbox.isChecked()
        self._signing_in = False
        if not sandbox and self._account.key_location is KeyLocation.NOWHERE:
            self._form.setFocus()  # Wiro can be asked once there is a key; saving one chooses it
        else:
            self.sandbox_chosen.emit(sandbox)

    def _on_edited(self) -> None:
        if not self._busy:  # what was said of another text is no longer true
            self._result.clear()

    def _on_replace(self) -> None:
        if self._busy:
            return
        if self._replacing:
            self._forget_typed()
            return
        self._replacing = True
        self._result.clear()
        self._refresh()
        self._form.setFocus()

    def _on_remove(self) -> None:
        if self._busy:
            return
        box = message_box(
            self,
            icon=QMessageBox.Icon.NoIcon,
            title=texts.REMOVE_TITLE,
            text=texts.REMOVE_TEXT,
            buttons=QMessageBox.StandardButton.Cancel,
        )
        box.addButton(texts.REMOVE, QMessageBox.ButtonRole.AcceptRole)
        box.setDefaultButton(QMessageBox.StandardButton.Cancel)
        box.accepted.connect(self._on_remove_confirmed)
        box.open()

    def _on_remove_confirmed(self) -> None:
        self._waits_for_account = True
        self.set_busy(texts.REMOVING)
        self.remove_requested.emit()

    def _on_unlock(self) -> None:
        self._waits_for_account = True
        self.set_busy(texts.UNLOCKING)
        self.unlock_requested.emit()

    def _on_test(self) -> None:
        if self._busy:
            return
        if not self._takes_input():
            self._ask_for_test(None)
        elif (typed := self._form.typed()) is not None:
            self._ask_for_test(typed)

    def _on_save(self) -> None:
        if not self._busy and (typed := self._form.typed()) is not None:
            self.set_busy(texts.SAVING)
            self.save_requested.emit(typed, self._form.session.isChecked())

    def _on_link(self) -> None:
        QDesktopServices.openUrl(QUrl(DASHBOARD_URL))

    def showEvent(self, event: QShowEvent) -> None:
        """Begin where the person will: at the empty field, or at what is stored."""
        super().showEvent(event)
        if not event.spontaneous():
            self._show_kind()
            (self._form if self._takes_input() else self._close).setFocus()

    def done(self, code: int) -> None:
        """Nothing typed outlives the dialog."""
        self._forget_typed()
        self._signing_in = False
        self._reason.clear()
        self._result.clear()
        super().done(code)

    # --- its state -------------------------------------------------------------------------------

    def _takes_input(self) -> bool:
        return self._account.key_location is KeyLocation.NOWHERE or self._replacing

    def _forget_typed(self) -> None:
        self._form.forget()
        self._set_keyring_error(self._account.error)
        self._replacing = False
        self._refresh()

    def _ask_for_test(self, typed: Credentials | None) -> None:
        self._testing_typed = typed is not None
        self.set_busy(texts.ASKING)
        self.test_requested.emit(typed)

    def _say(self, error: CartoonMixError) -> None:
        words = messages.describe(error)
        self._result.show_notice("bad", words.title, words.advice)

    def _show_stored(self, account: AccountChanged, keyring_name: str) -> None:
        where = {
            KeyLocation.NOWHERE: "",
            KeyLocation.KEYRING: texts.IN_KEYRING,
            KeyLocation.SESSION: texts.IN_SESSION,
            KeyLocation.ENVIRONMENT: texts.IN_ENVIRONMENT,
        }
        self._where.setText(where[account.key_location])
        self._where.setToolTip(tooltip(keyring_name))
        hint = texts.key_ends_in(account.hint) if account.hint else ""
        signed = texts.WITH_SECRET if account.has_secret else texts.NO_SECRET
        self._facts.setText(" · ".join(part for part in (hint, signed) if part))

    def _set_keyring_error(self, error: CartoonMixError | None) -> None:
        self._keyring_error = error if isinstance(error, CredentialsError) else None
        if isinstance(error, KeyringAbsent):
            self._form.session.setChecked(True)

    def _show_kind(self) -> None:
        sandbox = self._account.kind is AccountKind.SANDBOX and not self._signing_in
        (self._sandbox if sandbox else self._wiro).setChecked(True)

    def _refresh(self) -> None:
        """Show the parts that the state calls for."""
        key_location = self._account.key_location
        takes_input = self._takes_input()
        ours = key_location in {KeyLocation.KEYRING, KeyLocation.SESSION}
        self._stored.setVisible(key_location is not KeyLocation.NOWHERE)
        self._replace.setVisible(ours)
        self._replace.setText(texts.KEEP_KEY if takes_input else texts.REPLACE)
        self._remove.setVisible(ours)
        self._form.setVisible(takes_input or key_location is KeyLocation.ENVIRONMENT)
        self._form.setEnabled(takes_input)
        self._save.setVisible(takes_input)
        error = self._keyring_error
        needed = takes_input or key_location is KeyLocation.KEYRING
        if error is None or not needed or isinstance(error, NoCredentials):
            self._keyring.clear()
            return
        words = messages.describe(error)
        locked = words.action is NoticeAction.UNLOCK_KEYRING
        offer = Offer(NoticeAction.UNLOCK_KEYRING if locked else NoticeAction.RETRY)
        absent = isinstance(error, KeyringAbsent)
        self._keyring.show_notice(
            "info" if absent else "warn", words.title, words.advice, [] if absent else [offer]
        )
