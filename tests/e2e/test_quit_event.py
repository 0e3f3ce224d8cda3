"""The wish to quit as macOS sends it, by Dock, log-out or AppleScript: an event that Qt obeys."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from filelock import FileLock

_PROGRAM = """
import os, sys, threading, time
from PySide6.QtCore import QCoreApplication, QEvent
from cartoonmix_desktop import cli

def post(log, word):
    while QCoreApplication.instance() is None:
        time.sleep(0.001)
    while not (os.path.exists(log) and word in open(log).read()):
        time.sleep(0.02)
    QCoreApplication.postEvent(QCoreApplication.instance(), QEvent(QEvent.Type.Quit))

threading.Thread(target=post, args=sys.argv[1:3], daemon=True).start()
sys.exit(cli.main(["--debug=window"]))
"""


@pytest.mark.parametrize("moment", ["empty_window_painted", "name=started"])
def test_quit_is_an_orderly_end(tmp_path, moment):
    home = tmp_path / "home"
    log = home / "logs" / "cartoonmix.log"
    child = subprocess.run(
        [sys.executable, "-c", _PROGRAM, str(log), moment],
        env=os.environ | {"CARTOONMIX_HOME": str(home), "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert child.returncode == 0, child.stderr
    assert "Traceback" not in child.stderr
    assert not list(home.glob("data/crashes/*"))
    with FileLock(home / "data" / "window.lock", timeout=0):
        pass
