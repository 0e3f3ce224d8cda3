"""Translators reach every text: in a language of brackets, nothing is read outside of them."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.pseudo_locale import ROOT, write

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.timeout(180)
def test_every_text_of_the_window_comes_from_the_catalogue(tmp_path: Path) -> None:
    write(tmp_path / "resources")
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-x", "-p", "tests.pseudo_locale"),
            str(ROOT / "tests/ui/walk_translated.py"),
        ],
        cwd=ROOT,
        env=os.environ | {"PSEUDO_RESOURCES": str(tmp_path / "resources")},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
