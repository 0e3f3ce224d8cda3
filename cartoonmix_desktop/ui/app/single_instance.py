"""One window a home: a second start brings the first window forward, and passes on what to open."""

from __future__ import annotations

import hashlib
import os
import socket
import stat
import struct
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout
from PySide6.QtCore import QObject, QThread, QTimer, Signal

from cartoonmix_desktop.core.errors import FolderUnusable, WindowImpossible
from cartoonmix_desktop.core.log import window as _log

if TYPE_CHECKING:
    from PySide6.QtNetwork import QLocalServer, QLocalSocket

_TRIES = 30  # longer than a window takes to start or to quit
_PAUSE = 200  # milliseconds between them
_PATIENCE = 2_000  # milliseconds that a message may take

_ANY_PROCESS = 0xFFFF_FFFF  # the next that asks is the one that was knocked at
_LONGEST_ADDRESS = 100  # bytes of a socket's path; systems take a little more
_PEER = struct.Struct("3i")  # Linux: process, user, group

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
        self._data = data
        self._server: QLocalServer | None = None

    def acquire(self, message: str = "") -> bool:
        """Become the home's one window, or make the one there come forward.

        Args:
            message: what the window that is there is to open.

        Returns:
            Whether this process is the one; else the window that is there has heard.

        Raises:
            FolderUnusable: the lock cannot be taken; names its file.
            WindowImpossible: another process holds it, and does not answer.
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
        raise WindowImpossible("no_answer")

    def listen(self) -> bool:
        """Answer knocks from now on: there is a window that can come forward. Once is enough.

        Returns:
            Whether they can be heard.
        """
        if self._server is not None:
            return self._server.isListening()
        from PySide6.QtNetwork import QLocalServer

        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._on_connection)
        for address in _addresses(self._data):
            QLocalServer.removeServer(address)  # left by a crash; the lock says nobody listens
            if self._server.listen(address):
                return True
        _log.warning("no other start is heard: %s", self._server.errorString() or "no folder")
        return False

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

        for address in _addresses(self._data):
            there = QLocalSocket()
            there.connectToServer(address)
            if not there.waitForConnected(_PAUSE) or not _is_ours(there):
                continue
            _let_come_forward()
            # More than is taken is sent no further than to be refused with words over there.
            there.write(message.encode("utf-8", "replace")[: LONGEST_MESSAGE + 1])
            while there.bytesToWrite() and there.waitForBytesWritten(_PATIENCE):
                pass
            there.disconnectFromServer()
            return True
        return False

    def _on_connection(self) -> None:
        while self._server is not None and self._server.hasPendingConnections():
            there = self._server.nextPendingConnection()
            if not _is_ours(there):
                there.abort()
                there.deleteLater()
                continue
            knock = _ActivationMessage(there, self)
            knock.heard.connect(self.knocked)
            knock.listen()


def _let_come_forward() -> None:
    """Pass on the right to come to the front; without it Windows only lets the taskbar flash."""
    if sys.platform == "win32":
        import ctypes

        ctypes.windll.user32.AllowSetForegroundWindow(_ANY_PROCESS)


def _addresses(data: Path) -> list[str]:
    """Where a home's window may listen; each start tries them in this order.

    In folders of this user alone, so that nobody else can stand there first. The others are for
    homes on disks that hold no sockets, or deep below others.
    """
    digest = hashlib.sha256(str(data.resolve()).encode()).hexdigest()[:16]
    name = f"cartoonmix-desktop-{digest}"
    if sys.platform == "win32":
        return [name]  # a pipe; Qt lets in the user who made it
    paths = [data.resolve() / "window.sock"]
    if runtime := os.environ.get("XDG_RUNTIME_DIR"):
        paths.append(Path(runtime, f"{name}.sock"))
    temporary = Path(tempfile.gettempdir(), f"cartoonmix-{os.getuid()}")
    with suppress(OSError):
        temporary.mkdir(mode=0o700)
    paths.append(temporary / f"{name}.sock")
    return [str(p) for p in paths if len(os.fsencode(p)) <= _LONGEST_ADDRESS and _is_own(p.parent)]


def _is_own(folder: Path) -> bool:
    """Whether a folder, not a link to one, is this user's, and others may not write there."""
    if sys.platform == "win32":  # not asked: pipes lie in no folder
        return True
    try:
        found = folder.lstat()
    except OSError:
        return False
    ours = found.st_uid == os.getuid() and not found.st_mode & stat.S_IWOTH
    return ours and stat.S_ISDIR(found.st_mode)


def _is_ours(there: QLocalSocket) -> bool:
    """Whether the other end belongs to the same user; where no system tells, its folder does."""
    if sys.platform != "linux":
        return True
    with socket.socket(fileno=os.dup(there.socketDescriptor())) as peer:
        told = peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _PEER.size)
    return bool(_PEER.unpack(told)[1] == os.getuid())


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
