"""What the desktop is asked for."""

from __future__ import annotations

import sys
from pathlib import Path
from unittest.mock import Mock, call

from cartoonmix_desktop.ui.widgets import desktop


def test_explorer_is_told_a_path_with_commas_whole(monkeypatch):
    process = Mock()
    monkeypatch.setattr(desktop, "QProcess", lambda: process)
    monkeypatch.setattr(sys, "platform", "win32")
    path = Path("/cats, dogs/a,b.png")
    desktop.show_in_folder(path)
    assert process.setProgram.call_args.args[0].endswith("explorer.exe")
    assert process.mock_calls[1:] == [
        call.setNativeArguments(f'/select,"{path}"'),
        call.startDetached(),
    ]
