"""One window a home: a second start brings the first window forward instead."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout
from PySide6.QtCore import QObject, QThread, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from cartoonmix_desktop.core.errors import FolderUnusable

if TYPE_CHECKING:
    from pathlib import Path

_TRIES = 30  # longer than a window takes to start or to quit
_PAUSE = 200  # milliseconds between them


class SingleWindow(QObject):
    """Holds the home's window lock for the life of the process.

    The lock is the operating system's, so a crash frees it; nobody ever unlocks by hand.

    Signals:
        knocked: another start wants this window to come forward.
    """

    knocked = Signal()

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
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._on_connection)

    def claim(self) -> bool:
        """Become the home's one window, or make the one there come forward.

        Returns:
            Whether this process is the one.

        Raises:
            FolderUnusable: the lock cannot be taken; names its file.
        """
        for _ in range(_TRIES):
            try:
                self._lock.acquire(timeout=0)
            except Timeout:
                if self._knock():
                    return False
                QThread.msleep(_PAUSE)  # it is still starting, or about to be gone
                continue
            except OSError as error:
                detail = error.strerror or str(error)
                raise FolderUnusable(self._lock.lock_file, detail) from error
            QLocalServer.removeServer(self._name)  # left by a crash; the lock says nobody listens
            self._server.listen(self._name)
            return True
        return False

    def retire(self) -> None:
        """Answer no more knocks: this window is about to be gone."""
        self._server.close()

    def release(self) -> None:
        """Let another start be the one."""
        self.retire()
        self._lock.release()

    def _knock(self) -> bool:
        socket = QLocalSocket()
        socket.connectToServer(self._name)
        taken = socket.waitForConnected(_PAUSE)
        socket.disconnectFromServer()
        return taken

    def _on_connection(self) -> None:
        while self._server.hasPendingConnections():
            socket = self._server.nextPendingConnection()
            socket.disconnected.connect(socket.deleteLater)
            socket.disconnectFromServer()
        self.knocked.emit()
