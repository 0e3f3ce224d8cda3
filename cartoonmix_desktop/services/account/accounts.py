"""Whom pictures are asked from: the sandbox or Wiro, its credentials and connections."""

from __future__ import annotations

import asyncio
import importlib
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

from cartoonmix_desktop.core.addresses import API_URL, SOCKET_URL, Addresses
from cartoonmix_desktop.core.credentials import Credentials
from cartoonmix_desktop.core.errors import (
    CredentialsError,
    KeyringLocked,
    KeyringSlow,
    NoCredentials,
)
from cartoonmix_desktop.core.task.task import SANDBOX
from cartoonmix_desktop.services.account.sandbox_process import SandboxProcess
from cartoonmix_desktop.services.events import AccountChanged, AccountKind, KeyLocation
from cartoonmix_desktop.services.threads import OwnedTasks, Thread
from cartoonmix_desktop.storage.keyring_store import KeyringStore

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cartoonmix_desktop.core.task.remote import LiveFrame
    from cartoonmix_desktop.services.events import Events
    from cartoonmix_desktop.storage.locations import Locations
    from cartoonmix_desktop.storage.settings import Settings
    from cartoonmix_desktop.wiro.client import WiroClient
    from cartoonmix_desktop.wiro.live import LiveSocket
    from cartoonmix_desktop.wiro.pictures import PictureSource

_BODY_FORMATS = ("json", "multipart")
_LOOKED_AT = 1.5  # seconds between looks whether somebody has unlocked the keyring
_WHOLE_DAY = 86_400.0  # seconds that a prompt of the system may stand


class Connection(Struct, frozen=True):
    """Everything that speaks to one account's server.

    Attributes:
        client: the API.
        pictures: its outputs.
        live: hints of what changed.
    """

    client: WiroClient
    pictures: PictureSource
    live: LiveSocket


class AccountUser(Protocol):
    """Whoever asks the servers of accounts, and goes on when there is something new to ask."""

    def on_frame(self, frame: LiveFrame) -> None:
        """A server hints by itself at a change of a task."""

    def on_account_changed(self) -> None:
        """Another account is asked, or with another key."""


class Accounts:
    """Knows the credentials and opens connections when they are first needed.

    Attributes:
        current: what was last told as `AccountChanged`.
        wiro_addresses: where Wiro is for this run.
        known: set once `load` has found out whom pictures are asked from.
    """

    def __init__(
        self,
        locations: Locations,
        settings: Settings,
        events: Events,
        environ: Mapping[str, str],
        *,
        only: AccountKind | None = None,
    ) -> None:
        """Read the environment.

        Raises:
            ConfigurationError: an address in the environment is not allowed.
        """
        self.wiro_addresses = Addresses(
            environ.get("CARTOONMIX_API_URL") or API_URL,
            environ.get("CARTOONMIX_SOCKET_URL") or SOCKET_URL,
        )
        self.current = AccountChanged(AccountKind.SANDBOX, KeyLocation.NOWHERE)
        self.known = asyncio.Event()
        self._users: list[AccountUser] = []
        self._settings = settings
        self._chosen = settings.get("account", AccountKind.WIRO.value)
        self._events = events
        self._only = only
        self._sandbox = SandboxProcess(locations)
        self._keyring = KeyringStore()
        self._credentials: Credentials | None = None
        self._key_location = KeyLocation.NOWHERE
        self._error: CredentialsError | None = None
        self._waits_for_keyring = False
        self._connections: dict[tuple[Credentials, Addresses, str], Connection] = {}
        self._opening = asyncio.Lock()
        self._disk = Thread("account")
        self._tasks = OwnedTasks()
        key = environ.get("CARTOONMIX_API_KEY", "").strip()
        if key:
            secret = environ.get("CARTOONMIX_API_SECRET", "").strip()
            self._hold(Credentials(key, secret), KeyLocation.ENVIRONMENT)
            self._chosen = AccountKind.WIRO.value  # given for this run, so meant for this run

    def attach(self, user: AccountUser) -> None:
        """Tell from now on what is new."""
        self._users.append(user)

    # --- credentials -----------------------------------------------------------------------------

    @property
    def keyring_name(self) -> str:
        """What the OS keyring is called, empty without one."""
        return self._keyring.backend_name()

    async def load(self) -> None:
        """Find credentials: environment first, then the keyring, which has 3 s to answer.

        If it waits for a person longer than that, or is locked, its answer is heard when it comes.
        """
        if (
            self._key_location is not KeyLocation.ENVIRONMENT
            and self._only is not AccountKind.SANDBOX
        ):
            await self._read_keyring()
            if isinstance(self._error, KeyringSlow | KeyringLocked) and not self._waits_for_keyring:
                self._waits_for_keyring = True
                self._tasks.spawn(self._await_keyring(), "keyring")
        self._tell()
        self.known.set()

    async def _read_keyring(self, patience: float = 3.0) -> None:
        try:
            found = await self._keyring.load(patience)
        except CredentialsError as error:
            self._error = error
        else:
            self._error = None
            if found is not None:
                self._hold(found, KeyLocation.KEYRING)

    async def _await_keyring(self) -> None:
        """Until a person has answered the system's prompt, or has unlocked the keyring elsewhere.

        A locked keyring is only looked at: to read it would ask the person again and again.
        """
        try:
            while self._key_location is KeyLocation.NOWHERE and self._error is not None:
                if isinstance(self._error, KeyringSlow):
                    await self._read_keyring(_WHOLE_DAY)  # joins the reading that waits
                    self._tell()
                elif not isinstance(self._error, KeyringLocked):
                    return
                elif await self._is_unlocked():
                    await self._read_keyring()
                    self._tell()
                else:
                    await asyncio.sleep(_LOOKED_AT)
        finally:
            self._waits_for_keyring = False

    async def _is_unlocked(self) -> bool:
        try:
            return await self._keyring.is_unlocked()
        except CredentialsError:
            return False

    async def save(self, credentials: Credentials, *, session_only: bool) -> None:
        """Use these credentials from now on, and keep them in the keyring unless told not to.

        A secret without a key is that of the key in use.

        Raises:
            CredentialsError: the keyring did not take them; nothing changed.
        """
        credentials = self._whole(credentials)
        if not session_only:
            await self._keyring.save(credentials)
            self._error = None
        self._hold(credentials, KeyLocation.SESSION if session_only else KeyLocation.KEYRING)
        self.choose(AccountKind.WIRO)

    async def remove(self) -> None:
        """Forget the credentials, in the keyring too, and go back to the sandbox.

        Raises:
            CredentialsError: the keyring did not answer; nothing changed.
        """
        if self._key_location is KeyLocation.KEYRING:
            await self._keyring.remove()
        self._hold(None, KeyLocation.NOWHERE)
        self._tell()

    async def test(self, credentials: Credentials | None) -> None:
        """Ask Wiro, read-only, whether it accepts these credentials; None for those in use.

        A secret without a key is that of the key in use.

        Raises:
            NoCredentials: None was given, and there are none.
            WiroError: it does not, or could not be asked.
        """
        credentials = self._whole(credentials) if credentials else self._credentials
        if credentials is None:
            raise NoCredentials
        connection = await self._connect(credentials, self.wiro_addresses)
        await connection.client.check()

    def _whole(self, credentials: Credentials) -> Credentials:
        if credentials.key or self._credentials is None:
            return credentials
        return Credentials(self._credentials.key, credentials.secret)

    def choose(self, kind: AccountKind) -> None:
        """Whom Generate asks from now on; remembered."""
        self._chosen = kind.value
        if self._only is None:
            self._tasks.spawn(self._remember_choice(), "remembering the account")
        self._tell()

    async def _remember_choice(self) -> None:
        await self._disk.run(self._settings.set, "account", self._chosen)

    # --- connections -----------------------------------------------------------------------------

    @property
    def name(self) -> str:
        """The account that new tasks belong to: `SANDBOX` or the credentials' fingerprint.

        Raises:
            NoCredentials: Wiro is chosen and nobody is signed in.
        """
        if self.current.kind is AccountKind.SANDBOX:
            return SANDBOX
        if self._credentials is None:
            raise NoCredentials
        return self._credentials.fingerprint

    def payer(self, account: str) -> str:
        """The account that `connection` speaks for when asked for this one."""
        if account == SANDBOX or self._credentials is None:
            return account
        return self._credentials.fingerprint

    @property
    def is_signed_in(self) -> bool:
        """Whether there are credentials for Wiro."""
        return self._credentials is not None

    def is_in_use(self, account: str) -> bool:
        """Whether `connection` speaks for this very account."""
        signed_in = account == SANDBOX or self._credentials is not None
        return signed_in and self.payer(account) == account

    async def connection(self, account: str) -> Connection:
        """The connection for a task's account; the sandbox is started if need be.

        A Wiro task is followed with the credentials now in use, also when others made it.

        Raises:
            NoCredentials: a Wiro task, and nobody is signed in.
            SandboxFailed: the sandbox does not start.
        """
        if account == SANDBOX:
            return await self._connect(self._sandbox.credentials, await self._sandbox.addresses())
        if self._credentials is None:
            raise NoCredentials
        return await self._connect(self._credentials, self.wiro_addresses)

    async def reconnect(self) -> None:
        """Begin with new connections: those that are open may be dead without looking so."""
        for connection in tuple(self._connections.values()):
            connection.live.reconnect()
            await connection.client.renew()
            await connection.pictures.renew()

    async def close(self) -> None:
        """Let go of all connections and end the sandbox."""
        await self._tasks.cancel(0.5)
        for connection in self._connections.values():
            await connection.client.aclose()
            await connection.pictures.aclose()
        self._connections.clear()
        await self._sandbox.close()
        self._disk.close()

    async def _connect(self, credentials: Credentials, addresses: Addresses) -> Connection:
        body_format = "json"
        if addresses == self.wiro_addresses:
            chosen = self._settings.get("body_format", body_format)
            body_format = chosen if chosen in _BODY_FORMATS else body_format
        key = (credentials, addresses, body_format)
        async with self._opening:
            if key in self._connections:
                return self._connections[key]
            # Imported in a thread and after the first paint: httpx alone costs 70 ms.
            client, pictures, live = [
                await self._disk.run(importlib.import_module, f"cartoonmix_desktop.wiro.{name}")
                for name in ("client", "pictures", "live")
            ]
            connection = Connection(
                client.WiroClient(
                    credentials, addresses, body_format=client.BodyFormat(body_format)
                ),
                pictures.PictureSource(addresses),
                live.LiveSocket(addresses.socket, self._on_frame, lambda _connected: None),
            )
            self._connections[key] = connection
            self._tasks.spawn(connection.live.run(), "live socket")
            return connection

    def _on_frame(self, frame: LiveFrame) -> None:
        for user in self._users:
            user.on_frame(frame)

    def _hold(self, credentials: Credentials | None, key_location: KeyLocation) -> None:
        self._credentials = credentials
        self._key_location = key_location

    def _tell(self) -> None:
        kind = AccountKind.WIRO
        if self._only is not None:
            kind = self._only
        elif self._credentials is None or self._chosen == AccountKind.SANDBOX.value:
            kind = AccountKind.SANDBOX
        self.current = AccountChanged(
            kind,
            self._key_location,
            hint=self._credentials.key[-4:] if self._credentials else "",
            has_secret=bool(self._credentials and self._credentials.secret),
            error=self._error,
        )
        self._events.emit(self.current)
        for user in self._users:
            user.on_account_changed()
