from __future__ import annotations

import os
import sys

import pytest

from cartoonmix_desktop import startup_failure


@pytest.mark.skipif(sys.platform != "linux", reason="others have a box of their own")
def test_what_shows_the_box_is_not_looked_for_where_the_program_was_started(tmp_path, monkeypatch):
    tools = tmp_path / "tools"
    tools.mkdir()
    for folder in (tmp_path, tools):
        (folder / "zenity").write_text("#!/bin/sh\n")
        (folder / "zenity").chmod(0o755)
    monkeypatch.chdir(tmp_path)
    environ = {"DISPLAY": ":0", "PATH": os.pathsep.join(["", ".", str(tools)])}
    assert startup_failure._box("words", environ)[0] == str(tools / "zenity")
    assert startup_failure._box("words", environ | {"PATH": ":."}) == []
