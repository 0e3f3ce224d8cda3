"""Two starts of one home: the second passes on what it was given, whoever it may be."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QObject, QThread
from PySide6.QtNetwork import QLocalSocket

from cartoonmix_desktop.ui.app.single_instance import LONGEST_MESSAGE, SingleInstance


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
    second = Second(first._name, said)
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
    silent.connectToServer(first._name)
    with qtbot.waitSignal(silent.disconnected, timeout=5000):
        pass
    assert heard(first, qtbot, b"still there") == "still there"
