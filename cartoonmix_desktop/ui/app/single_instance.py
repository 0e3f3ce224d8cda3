"""One window a home: a second start brings the first window forward, and passes on what to open."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout
from PySide6.QtCore import QObject, QThread, QTimer, Signal

from cartoonmix_desktop.core.errors import FolderUnusable

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtNetwork import QLocalServer, QLocalSocket

_TRIES = 30  # longer than a window takes to start or to quit
_PAUSE = 200  # milliseconds between them
_PATIENCE = 2_000  # milliseconds that a message may take

LONGEST_MESSAGE = 65_536
"""Bytes of what a start may pass on; more is not a link that any system passes."""


class SingleInstance(QObject):
    """Holds the home's window lock for the life of the process.

    The lock is the operating system's, so a crash frees it; nobody ever unlocks by hand.

    Signals:
        knocked: another start wants this window to come forward, and perhaps to open what it was
            given: text from outside, empty for nothing.
    """

    knocked = Signal(str)

    def __init__(self, data: Path, parent: QObject) -> None:
        """Nothing is locked yet.

        Args:
            data: the home's data folder, which exists.
            parent: the application.
        """
        super().__init__(parent)
        self._lock = FileLock(data / "window.lock")
        digest = hashlib.sha256(str(data.resolve()).encode()).hexdigest()[:16]
        self._name = f"cartoonmix-desktop-{digest}"
        self._server: QLocalServer | None = None

    def acquire(self, message: str = "") -> bool:
        """Become the home's one window, or make the one there come forward.

        Args:
            message: what the window that is there is to open.

        Returns:
            Whether this process is the one.

        Raises:
            FolderUnusable: the lock cannot be taken; names its file.
        """
        for _ in range(_TRIES):
            try:
                self._lock.acquire(timeout=0)
            except Timeout:
                if self._knock(message):
                    return False
                QThread.msleep(_PAUSE)  # it is still starting, or about to be gone
                continue
            except OSError as error:
                detail = error.strerror or str(error)
                raise FolderUnusable(self._lock.lock_file, detail) from error
            return True
        return False

    def listen(self) -> None:
        """Answer knocks from now on: there is a window that can come forward. Once is enough."""
        if self._server is not None:
            return
        from PySide6.QtNetwork import QLocalServer

        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._on_connection)
        QLocalServer.removeServer(self._name)  # left by a crash; the lock says nobody listens
        self._server.listen(self._name)

    def stop_listening(self) -> None:
        """Answer no more knocks: this window is about to be gone."""
        if self._server is not None:
            self._server.close()

    def release(self) -> None:
        """Let another start be the one."""
        self.stop_listening()
        self._lock.release()

    def _knock(self, message: str) -> bool:
        from PySide6.QtNetwork import QLocalSocket

        socket = QLocalSocket()
        socket.connectToServer(self._name)
        if not socket.waitForConnected(_PAUSE):
            return False
        # More than is taken is sent no further than to be refused with words over there.
        socket.write(message.encode("utf-8", "replace")[: LONGEST_MESSAGE + 1])
        while socket.bytesToWrite() and socket.waitForBytesWritten(_PATIENCE):
            pass
        socket.disconnectFromServer()
        return True

    def _on_connection(self) -> None:
        while self._server is not None and self._server.hasPendingConnections():
            knock = _ActivationMessage(self._server.nextPendingConnection(), self)
            knock.heard.connect(self.knocked)
            knock.listen()


class _ActivationMessage(QObject):
    """Hears one message, up to its end or to what is too much or too slow.

    Signals:
        heard: the message; not told of one that was too slow.
    """

    heard = Signal(str)

    def __init__(self, socket: QLocalSocket, parent: QObject) -> None:
        super().__init__(parent)
        socket.setParent(self)
        self._socket = socket
        self._said = b""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._on_too_slow)
        socket.readyRead.connect(self._on_ready)
        socket.disconnected.connect(self._on_disconnected)

    def listen(self) -> None:
        """Begin; some may have been said, or all."""
        self._timer.start(_PATIENCE)
        self._on_ready()
        if self._socket.state() == type(self._socket).LocalSocketState.UnconnectedState:
            self._end()

    def _on_ready(self) -> None:
        self._said += self._socket.readAll().data()
        if len(self._said) > LONGEST_MESSAGE:
            self._end()

    def _on_disconnected(self) -> None:
        if self._timer.isActive():
            self._on_ready()
            self._end()

    def _on_too_slow(self) -> None:
        self._socket.abort()
        self.deleteLater()

    def _end(self) -> None:
        if not self._timer.isActive():
            return
        self._timer.stop()
        self._socket.abort()
        self.heard.emit(self._said[: LONGEST_MESSAGE + 1].decode("utf-8", "replace"))
        self.deleteLater()
