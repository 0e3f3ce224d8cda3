"""Opens the account, settings and about pages, and does what they ask for."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from cartoonmix_desktop.core.addresses import DASHBOARD_URL
from cartoonmix_desktop.core.errors import CartoonMixError, SecretMissing
from cartoonmix_desktop.services.events import AccountKind
from cartoonmix_desktop.services.history.history import SQLITE_VERSION
from cartoonmix_desktop.ui.command_names import Command
from cartoonmix_desktop.ui.widgets import desktop
from cartoonmix_desktop.ui.widgets.theme import Theme

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from cartoonmix_desktop.core.credentials import Credentials
    from cartoonmix_desktop.services.account.accounts import Accounts
    from cartoonmix_desktop.services.account.updates import Updates
    from cartoonmix_desktop.services.events import AccountChanged, UpdatesChanged
    from cartoonmix_desktop.services.library.trash import Trash
    from cartoonmix_desktop.services.preferences import Preferences
    from cartoonmix_desktop.ui.account.dialog import AccountDialog
    from cartoonmix_desktop.ui.frame import Frame, Spawn
    from cartoonmix_desktop.ui.settings.dialog import SettingsDialog


_KEYS = "keys"  # the setting: those that are not the usual ones


class AccountPresenter(QObject):
    """Everything about accounts and settings that a person can ask for.

    Signals:
        settings_opened: the `SettingsDialog` is about to be shown.
    """

    settings_opened = Signal(object)

    def __init__(
        self,
        accounts: Accounts,
        updates: Updates,
        trash: Trash,
        preferences: Preferences,
        frame: Frame,
        spawn: Spawn,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._accounts, self._updates, self._trash = accounts, updates, trash
        self._preferences, self._frame, self._spawn = preferences, frame, spawn
        self._page: AccountDialog | None = None
        self._settings: SettingsDialog | None = None
        frame.commands.restore(preferences.get(_KEYS, {}))
        frame.commands.keys_changed.connect(self._on_keys_changed)
        frame.commands.bind(Command.KEYS, self._open_keys)
        frame.commands.bind(Command.ABOUT, self._open_about)
        frame.commands.bind(Command.LICENCES, self._on_licences_requested)

    def sign_in(self, reason: CartoonMixError | None = None) -> None:
        """Open the account page for a key of Wiro's; a reason is said as by `open`."""
        self.open(reason)
        if self._page is not None and not self._accounts.is_signed_in:
            self._page.begin_sign_in()

    def open(self, reason: CartoonMixError | None = None) -> None:
        """Open the account page, with the reason on top if there is one."""
        # Pages are imported when they are first opened: not before the first paint.
        if self._page is None:
            from cartoonmix_desktop.ui.account.dialog import AccountDialog

            page = self._page = AccountDialog(self._frame.widget)
            page.test_requested.connect(self._on_test)
            page.save_requested.connect(self._on_save)
            page.remove_requested.connect(self._on_remove)
            page.unlock_requested.connect(self._on_unlock)
            page.sandbox_chosen.connect(self._on_sandbox_chosen)
            page.finished.connect(self._on_page_finished)
        self.show_account(self._accounts.current)
        if isinstance(reason, CartoonMixError):
            self._page.show_reason(reason)
        self._page.open()
        if isinstance(reason, SecretMissing):
            self._page.ask_for_secret()

    def show_account(self, account: AccountChanged) -> None:
        """Keep an open page true."""
        if self._page is not None:
            self._page.show_account(account, self._accounts.keyring_name)

    def open_settings(self) -> None:
        """Open the settings page."""
        if self._settings is not None:
            return
        from cartoonmix_desktop.ui.settings.dialog import SettingsDialog

        offers_news = self._updates.channel is not None
        page = self._settings = SettingsDialog(self._frame.widget, offers_news=offers_news)
        page.changed.connect(self._on_setting_changed)
        page.news_wanted.connect(self._on_news_wanted)
        page.release_page_requested.connect(self._on_release_page)
        page.show_news(self._updates.state)
        page.finished.connect(self._on_settings_finished)
        self._show_values()
        self.settings_opened.emit(page)
        page.open()

    def unlock(self) -> None:
        """Ask the keyring once more."""
        self._on_unlock()

    def open_billing(self) -> None:
        """Show where credit is added."""
        desktop.open_address(DASHBOARD_URL)

    def open_release_page(self) -> None:
        """Show where the newer version is."""
        self._on_release_page()

    def use_wiro(self) -> None:
        """Send what is generated from now on to Wiro."""
        self._accounts.choose(AccountKind.WIRO)

    # --- the account page ------------------------------------------------------------------------

    def _on_page_finished(self) -> None:
        if self._page is not None:
            self._page.deleteLater()
            self._page = None

    def _on_test(self, credentials: Credentials | None) -> None:
        self._spawn(self._test(credentials))

    async def _test(self, credentials: Credentials | None) -> None:
        error = await _error_of(self._accounts.test(credentials))
        if self._page is not None:
            self._page.show_test_result(error)

    def _on_save(self, credentials: Credentials, session_only: bool) -> None:
        async def work() -> None:
            error = await _error_of(self._accounts.save(credentials, session_only=session_only))
            if self._page is not None:
                self._page.show_save_result(error)
            if error is None:
                await self._test(credentials)

        self._spawn(work())

    def _on_remove(self) -> None:
        async def work() -> None:
            error = await _error_of(self._accounts.remove())
            if error is not None and self._page is not None:
                self._page.show_save_result(error)

        self._spawn(work())

    def _on_unlock(self) -> None:
        self._spawn(self._accounts.load())

    def _on_sandbox_chosen(self, sandbox: bool) -> None:
        kind = AccountKind.SANDBOX if sandbox else AccountKind.WIRO
        self._accounts.choose(kind)

    # --- settings and about ----------------------------------------------------------------------

    def _show_values(self) -> None:
        settings = self._preferences
        if self._settings is not None:
            self._settings.show_values(
                {
                    "theme": settings.get("theme", "dark"),
                    "body_format": settings.get("body_format", "json"),
                    "trash_days": self._trash.term,
                    "thumbnail_budget": settings.thumbnail_budget,
                }
            )

    def _on_setting_changed(self, name: str, value: object) -> None:
        if name == "theme":
            Theme.current().apply(str(value))
        self._spawn(self._preferences.remember(name, value))

    def show_updates(self, updates: UpdatesChanged) -> None:
        """Keep an open settings page true."""
        if self._settings is not None:
            self._settings.show_news(updates)

    def _on_news_wanted(self, wanted: bool) -> None:
        self._spawn(self._updates.want(wanted=wanted))

    def _on_release_page(self) -> None:
        if self._updates.channel is not None:
            desktop.open_address(self._updates.channel.page)

    def _on_settings_finished(self) -> None:
        if self._settings is not None:
            self._settings.deleteLater()
            self._settings = None

    def _on_licences_requested(self) -> None:
        async def work() -> None:
            from cartoonmix_desktop.licences import all_parts
            from cartoonmix_desktop.ui.settings.licences_dialog import LicencesDialog

            LicencesDialog(await asyncio.to_thread(all_parts), self._frame.widget).open()

        self._spawn(work())

    def _open_keys(self) -> None:
        from cartoonmix_desktop.ui.settings.keys_dialog import KeysDialog

        KeysDialog(self._frame.commands, self._frame.widget).open()

    def _on_keys_changed(self) -> None:
        self._spawn(self._preferences.remember(_KEYS, self._frame.commands.own_keys))

    def _open_about(self) -> None:
        from cartoonmix_desktop.ui.settings.about_dialog import AboutDialog

        AboutDialog(self._frame.widget, sqlite_version=SQLITE_VERSION).open()


async def _error_of(work: Coroutine[Any, Any, None]) -> CartoonMixError | None:
    try:
        await work
    except CartoonMixError as error:
        return error
    return None
