"""Two starts of one home: the second passes on what it was given, whoever it may be."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, QThread
from PySide6.QtNetwork import QLocalSocket

from cartoonmix_desktop.core.errors import WindowImpossible
from cartoonmix_desktop.ui.app import single_instance
from cartoonmix_desktop.ui.app.single_instance import (
    LONGEST_MESSAGE,
    SingleInstance,
    _addresses,
)


@pytest.fixture
def first(qapp, tmp_path):
    owner = QObject()
    window = SingleInstance(tmp_path, owner)
    assert window.acquire()
    window.listen()
    yield window
    window.release()
    owner.deleteLater()


class Second(QThread):
    """Another process, as far as the first can tell."""

    def __init__(self, name, said):
        super().__init__()
        self.name, self.said = name, said

    def run(self):
        socket = QLocalSocket()
        socket.connectToServer(self.name)
        socket.waitForConnected(5000)
        socket.write(self.said)
        while socket.bytesToWrite() and socket.waitForBytesWritten(500):
            pass
        socket.disconnectFromServer()


def heard(first, qtbot, said):
    second = Second(_addresses(first._data)[0], said)
    with qtbot.waitSignal(first.knocked, timeout=5000) as knock:
        second.start()
    second.wait()
    return knock.args[0]


@pytest.mark.parametrize("message", ["", "cartoonmix:recipe?prompt=a%20fox", "/tmp/füchse/a b.png"])
def test_what_is_passed_on_arrives(first, qtbot, message):
    assert heard(first, qtbot, message.encode()) == message


def test_what_is_no_text_arrives_as_some(first, qtbot):
    assert heard(first, qtbot, b"\xff\xfe") == "\ufffd\ufffd"


def test_too_much_is_cut_off(first, qtbot):
    assert len(heard(first, qtbot, b"x" * (10 * LONGEST_MESSAGE))) <= LONGEST_MESSAGE + 1


def test_who_says_nothing_and_stays_is_hung_up_on(first, qtbot):
    silent = QLocalSocket()
    silent.connectToServer(_addresses(first._data)[0])
    with qtbot.waitSignal(silent.disconnected, timeout=5000):
        pass
    assert heard(first, qtbot, b"still there") == "still there"


def test_the_socket_lies_in_the_home(first, tmp_path):
    (address,) = _addresses(tmp_path)[:1]
    assert address == str(tmp_path / "window.sock")
    assert stat.S_ISSOCK((tmp_path / "window.sock").stat().st_mode)
    assert (tmp_path / "window.sock").stat().st_mode & 0o077 == 0


@pytest.fixture
def short_path():
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


@pytest.mark.parametrize("runtime", [True, False])
def test_a_home_too_deep_for_a_socket_has_it_in_the_runtime_folder(
    qapp, qtbot, short_path, monkeypatch, runtime
):
    deep = short_path / ("d" * 100)
    deep.mkdir()
    (short_path / "run").mkdir(mode=0o700)
    if runtime:
        monkeypatch.setenv("XDG_RUNTIME_DIR", str(short_path / "run"))
    else:
        monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
        monkeypatch.setattr(tempfile, "tempdir", str(short_path / "run"))
    owner = QObject()
    window = SingleInstance(deep, owner)
    assert window.acquire()
    assert window.listen()
    assert [path.suffix for path in (short_path / "run").rglob("*")][-1] == ".sock"
    assert heard(window, qtbot, b"hello") == "hello"
    window.release()
    owner.deleteLater()


def test_without_a_folder_of_our_own_it_is_told(qapp, tmp_path, short_path, monkeypatch):
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    monkeypatch.setattr(tempfile, "tempdir", str(short_path))
    tmp_path.chmod(0o777)
    (short_path / "stranger").mkdir()
    (short_path / f"cartoonmix-{os.getuid()}").symlink_to("stranger")
    owner = QObject()
    window = SingleInstance(tmp_path, owner)
    assert window.acquire()
    assert not window.listen()
    window.release()
    owner.deleteLater()


_STRANGER = """
import os, socket, sys
there = socket.socket(socket.AF_UNIX)
os.setuid(65534)
there.bind(sys.argv[1])
there.listen()
os.chmod(sys.argv[1], 0o777)
print("ready", flush=True)
try:
    taken, _ = there.accept()
    print(taken.recv(100))
except OSError:
    pass
"""


@pytest.mark.skipif(
    sys.platform != "linux" or os.getuid() != 0, reason="another user is played by root alone"
)
def test_nothing_is_handed_to_a_stranger(qapp, short_path, monkeypatch):
    monkeypatch.setattr(single_instance, "_TRIES", 2)
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    monkeypatch.setattr(tempfile, "tempdir", str(short_path))
    with tempfile.TemporaryDirectory(dir=short_path.parent) as folder:
        home = Path(folder)
        home.chmod(0o777)  # for as long as the stranger needs to stand there first
        stranger = subprocess.Popen(
            [sys.executable, "-I", "-c", _STRANGER, str(home / "window.sock")],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert stranger.stdout.readline() == "ready\n"
        home.chmod(0o700)
        owner = QObject()
        first, second = SingleInstance(home, owner), SingleInstance(home, owner)
        assert first.acquire()
        with pytest.raises(WindowImpossible) as told:
            second.acquire("cartoonmix:recipe?prompt=secret")
        assert told.value.reason == "no_answer"
        stranger.wait(5)
        assert "secret" not in stranger.stdout.read()
        stranger.stdout.close()
        first.release()
        owner.deleteLater()
