"""The credentials, in the keyring of the operating system and nowhere else.

A keyring may wait minutes for a person to unlock it. Each call therefore runs in a daemon thread of
its own, which neither the event loop nor the end of the program waits for.
"""

from __future__ import annotations

import asyncio
import configparser
import importlib
import json
import os
import threading
from concurrent.futures import Future
from contextlib import closing, contextmanager, suppress
from typing import TYPE_CHECKING, Any, TypeVar

from cartoonmix_desktop.core.credentials import Credentials
from cartoonmix_desktop.core.errors import (
    CredentialsError,
    KeyringAbsent,
    KeyringFailed,
    KeyringLocked,
    KeyringSlow,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_SERVICE = "CartoonMix Desktop"
_ITEM = "Wiro API"  # one item for key and secret: replacing it is atomic
_WINDOWS_LIMIT = 2560  # bytes of an item there, in UTF-16

_BACKENDS = {
    "keyring.backends.SecretService.Keyring": "Secret Service",  # KWallet and KeePassXC, too
    "keyring.backends.libsecret.Keyring": "Secret Service",
    "keyring.backends.Windows.WinVaultKeyring": "Windows Credential Manager",
    "keyring.backends.macOS.Keyring": "macOS Keychain",
}
"""The only ones that are used, whatever else is installed: class, and what a person calls it."""

_COPIES = 8  # items of one name that are deleted; a keyring may hold several

_OFF = {"keyring.backends.null.Keyring", "keyring.backends.fail.Keyring"}
"""Configured by a person who wants no keyring."""

_T = TypeVar("_T")


class KeyringStore:
    """The one stored pair of key and secret."""

    def __init__(self) -> None:
        self._turn = threading.Lock()  # a call that was given up may not overtake the next
        self._loading: Future[Credentials | None] | None = None
        self._backend_name = ""

    async def load(self, timeout: float = 3.0) -> Credentials | None:  # noqa: ASYNC109 - see _answer
        """The stored credentials, None when nothing is stored.

        A call that is still waiting from before is joined, so that a person sees one prompt.

        Args:
            timeout: seconds.

        Raises:
            KeyringAbsent: no keyring of an operating system, or switched off in keyring's settings.
            KeyringLocked: locked, and nobody could be asked or the person declined.
            KeyringSlow: no answer in time; usually it waits for a person.
            KeyringFailed: it answered with an error.
        """
        if self._loading is None or self._loading.done():
            self._loading = self._start(self._load)
        return await _answer(self._loading, timeout)

    async def save(self, credentials: Credentials, timeout: float = 3.0) -> None:  # noqa: ASYNC109 - see _answer
        """Store ``credentials`` instead of what is there. After `KeyringSlow` it may still happen.

        Raises:
            KeyringAbsent: as for `load`.
            KeyringLocked: as for `load`.
            KeyringSlow: as for `load`.
            KeyringFailed: it answered with an error, or the credentials are too long for it.
        """
        await _answer(self._start(lambda: self._save(credentials)), timeout)

    async def remove(self, timeout: float = 3.0) -> None:  # noqa: ASYNC109 - see _answer
        """Delete what is stored, if anything, and read that it is gone.

        After `KeyringSlow` it may still happen.

        Raises:
            KeyringAbsent: as for `load`.
            KeyringLocked: as for `load`.
            KeyringSlow: as for `load`.
            KeyringFailed: as for `load`; or it still holds the credentials.
        """
        await _answer(self._start(self._remove), timeout)

    async def is_unlocked(self, timeout: float = 3.0) -> bool:  # noqa: ASYNC109 - see _answer
        """Whether it could be read now without asking a person. True where that cannot be known.

        Raises:
            CredentialsError: it did not say.
        """
        return await _answer(self._start(self._is_unlocked), timeout)

    def backend_name(self) -> str:
        """What people call the keyring that was last spoken to; empty when there was none."""
        return self._backend_name

    # --- in a thread -----------------------------------------------------------------------------

    def _start(self, work: Callable[[], _T]) -> Future[_T]:
        future: Future[_T] = Future()
        future.set_running_or_notify_cancel()  # from here on nobody can cancel it

        def run() -> None:
            try:
                with self._turn:
                    future.set_result(_translated(work))
            except CredentialsError as error:
                future.set_exception(error)

        threading.Thread(target=run, name="keyring", daemon=True).start()
        return future

    def _backend(self) -> Any:
        self._backend_name = ""
        name, backend = _choose()
        self._backend_name = _BACKENDS[name]
        return backend

    def _is_unlocked(self) -> bool:
        self._backend()
        if self._backend_name != "Secret Service":
            return True
        with _collection() as collection:
            return collection is None or not collection.is_locked()

    def _read(self, backend: Any) -> str | None:
        """What is stored. Where there is no collection yet, keyring would make one to look into."""
        if self._backend_name == "Secret Service":
            with _collection() as collection:
                if collection is None:
                    return None
        stored: str | None = backend.get_password(_SERVICE, _ITEM)
        return stored

    def _load(self) -> Credentials | None:
        stored = self._read(self._backend())
        if stored is None:
            return None
        try:
            record = json.loads(stored)
            return Credentials(key=str(record["key"]), secret=str(record["secret"]))
        except (ValueError, KeyError, TypeError) as error:
            # Without the cause, whose message may quote the item.
            raise KeyringFailed(
                detail=f"the stored item is unreadable: {type(error).__name__}"
            ) from None

    def _save(self, credentials: Credentials) -> None:
        backend = self._backend()
        item = json.dumps({"key": credentials.key, "secret": credentials.secret})
        on_windows = self._backend_name == "Windows Credential Manager"
        if on_windows and len(item.encode("utf-16-le")) > _WINDOWS_LIMIT:
            raise KeyringFailed(detail=f"Windows keeps at most {_WINDOWS_LIMIT} bytes an item")
        backend.set_password(_SERVICE, _ITEM, item)

    def _remove(self) -> None:
        from keyring.errors import PasswordDeleteError

        backend = self._backend()
        for _copy in range(_COPIES):
            if self._read(backend) is None:
                return
            with suppress(PasswordDeleteError):  # what is left is found by reading
                backend.delete_password(_SERVICE, _ITEM)
        if self._read(backend) is not None:
            raise KeyringFailed(detail="it still holds the credentials after deleting them")


@contextmanager
def _collection() -> Iterator[Any]:
    """The Secret Service's default collection, None if nobody has made one; nothing is created."""
    import secretstorage

    with closing(secretstorage.dbus_init()) as bus:
        try:
            found = secretstorage.get_collection_by_alias(bus, "default")
        except secretstorage.ItemNotFoundException:
            found = None
        yield found


async def _answer(future: Future[_T], timeout: float) -> _T:  # noqa: ASYNC109 - callers know errors of our tree only
    try:
        # Cancels the wrapper alone: the thread is left to itself.
        return await asyncio.wait_for(asyncio.wrap_future(future), timeout)
    except TimeoutError:
        raise KeyringSlow(detail=f"no answer within {timeout:g} s") from None


def _translated(work: Callable[[], _T]) -> _T:
    """The result of ``work``, or an error of our tree whatever the backend raised."""
    from keyring import errors

    try:
        return work()
    except CredentialsError:
        raise
    except errors.NoKeyringError as error:
        raise KeyringAbsent(detail=str(error)) from error
    except (
        errors.KeyringLocked,
        errors.InitError,
    ) as error:  # Init: no collection, none unlockable
        raise KeyringLocked(detail=str(error)) from error
    except Exception as error:
        raise KeyringFailed(detail=f"{type(error).__name__}: {error}") from error


def _choose() -> tuple[str, Any]:
    """The best of `_BACKENDS` that works here; keyring's own choice may be a plaintext file."""
    wanted = _configured()
    if wanted in _OFF:
        raise KeyringAbsent(detail=f"switched off: {wanted}")
    names = [wanted] if wanted in _BACKENDS else list(_BACKENDS)
    viable = []
    for name in names:
        module, _, kind = name.rpartition(".")
        try:
            backend = getattr(importlib.import_module(module), kind)
            viable.append((backend.priority, name, backend))
        except Exception:  # noqa: BLE001, S112 - not for this system, or its service is away: they raise anything
            continue
    if not viable:
        raise KeyringAbsent(detail="no keyring of the operating system answers")
    _, name, backend = max(viable, key=lambda entry: entry[0])
    return name, backend()


def _configured() -> str:
    """The backend that the person asked for in keyring's own settings, or an empty string."""
    from keyring.util.platform_ import config_root

    if named := os.environ.get("PYTHON_KEYRING_BACKEND", "").strip():
        return named
    config = configparser.RawConfigParser()
    try:
        config.read(config_root() / "keyringrc.cfg", encoding="utf-8")
        return config.get("backend", "default-keyring").strip()
    except (configparser.Error, UnicodeDecodeError):
        return ""
