from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QObject, Qt, QUrl, Slot
from PySide6.QtGui import QAccessible, QDesktopServices, QGuiApplication
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QCheckBox,
    QLabel,
    QLineEdit,
    QMessageBox,
    QRadioButton,
    QWidget,
)

from cartoonmix_desktop.core import errors as e
from cartoonmix_desktop.core.credentials import Credentials
from cartoonmix_desktop.services.events import AccountChanged, AccountKind, KeyLocation
from cartoonmix_desktop.ui.account.dialog import AccountDialog
from cartoonmix_desktop.ui.widgets.theme import Theme

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot

# The windowless platform complains so of every window that has size hints.

KEY = "0123456789abcdef-4f2a"
SECRET = "a-very-secret-secret"
NOBODY = AccountChanged(AccountKind.SANDBOX, KeyLocation.NOWHERE)
STORED = AccountChanged(AccountKind.WIRO, KeyLocation.KEYRING, "4f2a", has_secret=True)
MARKUP = "<b>x</b><img src=file:///etc/passwd>"


@pytest.fixture
def page(qtbot: QtBot, qapp: QApplication) -> Iterator[AccountDialog]:
    Theme(qapp).apply()
    dialog = AccountDialog()
    qtbot.addWidget(dialog)
    dialog.show_account(NOBODY, "Secret Service")
    dialog.open()
    qtbot.waitExposed(dialog)
    return dialog


def texts(page: QWidget) -> str:
    """All words a person sees."""
    return "\n".join(
        widget.text()
        for widget in page.findChildren(QWidget)
        if isinstance(widget, QLabel | QAbstractButton) and widget.isVisible()
    )


def press(page: QWidget, text: str) -> None:
    found = [b for b in page.findChildren(QAbstractButton) if b.text() == text and b.isVisible()]
    assert len(found) == 1, f"{text!r}: {found}"
    found[0].click()


def has(page: QWidget, text: str) -> bool:
    return any(b.text() == text and b.isVisible() for b in page.findChildren(QAbstractButton))


def field(page: QWidget, name: str) -> QLineEdit:
    return next(f for f in page.findChildren(QLineEdit) if f.accessibleName() == name)


def fill(page: QWidget, key: str = KEY, secret: str = SECRET) -> None:
    for name, text in (("API key", key), ("API secret", secret)):
        QGuiApplication.clipboard().setText(text)
        field(page, name).clear()
        field(page, name).paste()


def test_a_newcomer_sees_the_sandbox_and_empty_fields(page: AccountDialog) -> None:
    choices = {b.text(): b.isChecked() for b in page.findChildren(QRadioButton)}
    assert choices == {"Sandbox": True, "Wiro": False}
    assert field(page, "API key").isVisible()
    assert field(page, "API key").text() == field(page, "API secret").text() == ""
    assert field(page, "API secret").echoMode() is QLineEdit.EchoMode.Password
    assert not has(page, "Remove")


def test_signing_in_begins_at_wiro(page: AccountDialog, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(page.sandbox_chosen):
        page.begin_sign_in()
        choices = {b.text(): b.isChecked() for b in page.findChildren(QRadioButton)}
        page.show_account(NOBODY, "Secret Service")
    assert choices == {"Sandbox": False, "Wiro": True}
    assert {b.text(): b.isChecked() for b in page.findChildren(QRadioButton)} == choices


def test_the_focus_stays_on_test(page: AccountDialog, qtbot: QtBot) -> None:
    fill(page)
    test = next(b for b in page.findChildren(QAbstractButton) if b.text() == "Test")
    test.setFocus()
    with qtbot.waitSignal(page.test_requested):
        qtbot.keyClick(test, Qt.Key.Key_Space)
    assert test.hasFocus()
    with qtbot.assertNotEmitted(page.test_requested):
        qtbot.keyClick(test, Qt.Key.Key_Space)
    page.show_test_result(e.AuthenticationRefused("Task/List", 401, "no"))
    assert test.hasFocus()
    with qtbot.waitSignal(page.test_requested):
        qtbot.keyClick(test, Qt.Key.Key_Space)


def test_save_carries_what_was_pasted_without_its_blanks(page: AccountDialog, qtbot: QtBot) -> None:
    fill(page, f" \t{KEY}\r\n", f"\n{SECRET} \n")
    with qtbot.waitSignal(page.save_requested) as saved:
        press(page, "Save")
    assert saved.args == [Credentials(KEY, SECRET), False]


def test_return_in_a_field_saves_for_this_session_if_so_chosen(
    page: AccountDialog, qtbot: QtBot
) -> None:
    fill(page, KEY, "")
    page.findChild(QCheckBox).setChecked(True)
    with qtbot.waitSignal(page.save_requested) as saved:
        qtbot.keyClick(field(page, "API secret"), Qt.Key.Key_Return)
    assert saved.args == [Credentials(KEY), True]


def test_return_on_a_button_presses_that_button(page: AccountDialog, qtbot: QtBot) -> None:
    fill(page)
    test = next(b for b in page.findChildren(QAbstractButton) if b.text() == "Test")
    test.setFocus()
    with qtbot.assertNotEmitted(page.save_requested), qtbot.waitSignal(page.test_requested) as told:
        qtbot.keyClick(test, Qt.Key.Key_Return)
    assert told.args == [Credentials(KEY, SECRET)]


@pytest.mark.parametrize("key", ["", " \n", "two words", "smart”quote", "zero\u200bwidth"])
def test_what_cannot_be_a_key_is_marked_and_goes_nowhere(
    page: AccountDialog, qtbot: QtBot, key: str
) -> None:
    fill(page, key)
    with (
        qtbot.assertNotEmitted(page.save_requested),
        qtbot.assertNotEmitted(page.test_requested),
    ):
        press(page, "Save")
        press(page, "Test")
    assert field(page, "API key").property("invalid")
    assert field(page, "API key").accessibleDescription()
    qtbot.keyClick(field(page, "API key"), Qt.Key.Key_A)
    assert not field(page, "API key").property("invalid")


def test_after_saving_the_secret_is_nowhere_in_the_dialog(
    page: AccountDialog, qtbot: QtBot
) -> None:
    fill(page)
    page.findChildren(QLineEdit)[1].actions()[0].trigger()  # the eye
    assert field(page, "API secret").echoMode() is QLineEdit.EchoMode.Normal
    press(page, "Save")
    page.show_account(STORED, "Secret Service")
    page.show_save_result(None)
    assert "Asking Wiro…" in texts(page)
    page.show_test_result(None)
    assert "Saved in your system keyring" in texts(page)
    assert "key ends in …4f2a · signed with a secret" in texts(page)
    assert "Wiro accepts the key." in texts(page)
    press(page, "Replace")
    for name in ("API key", "API secret"):
        field(page, name).undo()
        assert not field(page, name).isUndoAvailable()
    assert field(page, "API secret").echoMode() is QLineEdit.EchoMode.Password
    for widget in [page, *page.findChildren(QWidget)]:
        interface = QAccessible.queryAccessibleInterface(widget)
        said = [interface.text(kind) for kind in QAccessible.Text if kind.value < 5]
        said += [getattr(widget, "text", str)(), widget.toolTip(), widget.windowTitle()]
        assert not [text for text in said if SECRET in text or KEY in text]


def test_closing_forgets_what_was_typed(page: AccountDialog, qtbot: QtBot) -> None:
    fill(page)
    qtbot.keyClick(page, Qt.Key.Key_Escape)
    assert not page.isVisible()
    assert field(page, "API key").text() == field(page, "API secret").text() == ""


def test_stored_credentials_are_tested_without_showing_them(
    page: AccountDialog, qtbot: QtBot
) -> None:
    page.show_account(STORED, "Secret Service")
    assert not field(page, "API key").isVisible()
    with qtbot.waitSignal(page.test_requested) as told:
        press(page, "Test")
    assert told.args == [None]
    assert not next(b for b in page.findChildren(QAbstractButton) if b.text() == "Test").isEnabled()
    page.show_test_result(e.Unreachable("Task/List", "dns"))
    assert "Wiro cannot be found on the network" in texts(page)
    press(page, "Test")  # free again


def test_a_secret_is_added_to_the_key_that_is_stored(page: AccountDialog, qtbot: QtBot) -> None:
    page.show_account(STORED, "Secret Service")
    page.ask_for_secret()
    qtbot.waitUntil(field(page, "API secret").hasFocus)
    assert field(page, "API key").placeholderText() == f"key ends in …{STORED.hint}"
    with qtbot.assertNotEmitted(page.save_requested):
        press(page, "Save")
    fill(page, "", SECRET)
    with qtbot.waitSignal(page.save_requested) as saved:
        press(page, "Save")
    assert saved.args == [Credentials("", SECRET), False]
    page.show_save_result(None)
    page.show_test_result(None)
    press(page, "Replace")
    assert field(page, "API key").placeholderText() == ""


def test_a_test_of_what_is_typed_reminds_to_save(page: AccountDialog) -> None:
    fill(page)
    press(page, "Test")
    page.show_test_result(None)
    assert "Save it to use it." in texts(page)
    field(page, "API key").insert("x")
    field(page, "API key").textEdited.emit("x")
    assert "Wiro accepts the key." not in texts(page)


def test_server_words_are_shown_as_they_are(page: AccountDialog) -> None:
    page.show_reason(e.AuthenticationRefused("Run", 0, MARKUP, 401))
    page.show_test_result(e.AuthenticationRefused("Task/List", 0, MARKUP, 401))
    shown = [w for w in page.findChildren(QLabel) if MARKUP in w.text() and w.isVisible()]
    assert len(shown) == 2
    assert {w.textFormat() for w in shown} == {Qt.TextFormat.PlainText}
    top = min(w.mapTo(page, w.pos()).y() for w in shown)
    assert top < field(page, "API key").mapTo(page, field(page, "API key").pos()).y()


def test_removing_asks_first(page: AccountDialog, qtbot: QtBot) -> None:
    page.show_account(STORED, "Secret Service")
    with qtbot.assertNotEmitted(page.remove_requested):
        press(page, "Remove")
        box = page.findChild(QMessageBox)
        assert box.defaultButton().text() == "Cancel"
        box.reject()
    with qtbot.waitSignal(page.remove_requested):
        press(page, "Remove")
        box = next(b for b in page.findChildren(QMessageBox) if b.isVisible())
        press(box, "Remove")
    page.show_account(NOBODY, "Secret Service")
    assert field(page, "API key").isVisible()
    assert "Removing…" not in texts(page)
    assert has(page, "Save")


def test_a_removal_that_failed_says_why(page: AccountDialog, qtbot: QtBot) -> None:
    page.show_account(STORED, "Secret Service")
    press(page, "Remove")
    press(page.findChild(QMessageBox), "Remove")
    page.show_save_result(e.KeyringSlow())
    assert "The keyring does not answer" in texts(page)
    assert "Saved in your system keyring" in texts(page)


def test_without_a_keyring_the_session_is_offered(page: AccountDialog, qtbot: QtBot) -> None:
    page.show_account(
        AccountChanged(AccountKind.SANDBOX, KeyLocation.NOWHERE, error=e.KeyringAbsent()), ""
    )
    assert "This computer has no keyring to store the key in" in texts(page)
    assert page.findChild(QCheckBox).text() == "Forget when I quit"
    fill(page)
    with qtbot.waitSignal(page.save_requested) as saved:
        press(page, "Save")
    assert saved.args[1] is True
    page.show_account(
        AccountChanged(AccountKind.WIRO, KeyLocation.SESSION, "4f2a", error=e.KeyringAbsent()), ""
    )
    page.show_save_result(None)
    assert "Kept until you quit" in texts(page)
    assert "no secret" in texts(page)
    assert "This computer has no keyring" not in texts(page)


@pytest.mark.parametrize(
    ("error", "title", "button"),
    [
        (e.KeyringLocked(), "The keyring is locked", "Unlock keyring"),
        (e.KeyringSlow(), "The keyring does not answer", "Unlock keyring"),
        (e.KeyringFailed(MARKUP), f"The keyring reported an error: {MARKUP}", "Try again"),
    ],
)
def test_a_keyring_that_cannot_be_read_now(
    page: AccountDialog, qtbot: QtBot, error: e.CartoonMixError, title: str, button: str
) -> None:
    page.show_account(
        AccountChanged(AccountKind.SANDBOX, KeyLocation.NOWHERE, error=error), "Secret Service"
    )
    assert title in texts(page)
    assert page.findChild(QCheckBox).isVisible()
    with qtbot.waitSignal(page.unlock_requested):
        press(page, button)
    assert "Waiting for the keyring…" in texts(page)
    page.show_account(STORED, "Secret Service")
    assert title not in texts(page)
    assert "Waiting for the keyring…" not in texts(page)
    assert "Saved in your system keyring" in texts(page)


def test_a_save_that_the_keyring_refused_keeps_what_was_typed(
    page: AccountDialog, qtbot: QtBot
) -> None:
    fill(page)
    press(page, "Save")
    page.show_save_result(e.KeyringLocked())
    assert "The keyring is locked" in texts(page)
    assert field(page, "API secret").text() == SECRET
    page.findChild(QCheckBox).click()
    with qtbot.waitSignal(page.save_requested) as saved:
        press(page, "Save")
    assert saved.args == [Credentials(KEY, SECRET), True]


def test_credentials_of_the_environment_are_for_this_run(page: AccountDialog) -> None:
    page.show_account(
        AccountChanged(AccountKind.WIRO, KeyLocation.ENVIRONMENT, "4f2a", error=e.KeyringLocked()),
        "",
    )
    assert "From CARTOONMIX_API_KEY, for this run only" in texts(page)
    assert field(page, "API key").isVisible()
    assert not field(page, "API key").isEnabled()
    for absent in ("Save", "Remove", "Replace", "Unlock keyring"):
        assert not has(page, absent)
    assert has(page, "Test")


def test_what_is_being_typed_survives_other_news(page: AccountDialog) -> None:
    fill(page)
    page.show_account(STORED, "Secret Service")
    assert field(page, "API key").isVisible()
    assert field(page, "API key").text() == KEY
    press(page, "Keep it")
    assert not field(page, "API key").isVisible()
    assert field(page, "API key").text() == ""


def test_whom_generate_asks(page: AccountDialog, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(page.sandbox_chosen):
        press(page, "Wiro")  # there is no key yet
    assert page.focusWidget() is field(page, "API key")
    page.show_account(STORED, "Secret Service")
    with qtbot.waitSignal(page.sandbox_chosen) as chosen:
        press(page, "Sandbox")
    assert chosen.args == [True]
    with qtbot.waitSignal(page.sandbox_chosen) as chosen:
        press(page, "Wiro")
    assert chosen.args == [False]


class Browser(QObject):
    def __init__(self) -> None:
        super().__init__()
        self.opened: list[str] = []

    @Slot(QUrl)
    def open(self, url: QUrl) -> None:
        self.opened.append(url.toString())


def test_the_link_opens_the_panel(page: AccountDialog) -> None:
    browser = Browser()
    QDesktopServices.setUrlHandler("https", browser, "open")
    try:
        press(page, "Get a key at wiro.ai")
    finally:
        QDesktopServices.unsetUrlHandler("https")
    assert browser.opened == ["https://wiro.ai/panel"]


def test_nothing_is_cut_off_and_the_height_follows(page: AccountDialog) -> None:
    before = page.height()
    page.show_reason(e.AuthenticationRefused("Run", 0, "word " * 60, 401))
    QApplication.processEvents()
    assert page.height() > before
    for shown in page.findChildren(QLabel):
        if shown.isVisible() and shown.wordWrap():
            assert shown.height() >= shown.heightForWidth(shown.width())


def test_the_keyboard_reaches_everything_in_order(page: AccountDialog, qtbot: QtBot) -> None:
    field(page, "API key").setFocus()
    reached = []
    for _ in range(8):
        focused = page.focusWidget()
        reached.append(focused.accessibleName() or focused.text())
        qtbot.keyClick(focused, Qt.Key.Key_Tab)
    expected = ["API key", "API secret", "Forget when I quit", "Get a key at wiro.ai"]
    assert reached == [*expected, "Close", "Test", "Save", "Sandbox"]
