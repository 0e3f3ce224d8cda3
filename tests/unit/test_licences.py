"""Every part is named with its licence, from source and from what a build has written."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from cartoonmix_desktop import licences
from cartoonmix_desktop.licences import all_parts

ROOT = Path(__file__).resolve().parents[2]


def test_from_source_all_that_is_locked_and_installed_is_named():
    parts = {re.sub(r"[-_.]+", "-", part.name).lower(): part for part in all_parts()}
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    everywhere = set(re.findall(r"^([\w.-]+)==[^\s;]+ \\$", lock, re.MULTILINE))
    assert len(everywhere) > 10
    assert everywhere <= parts.keys()
    assert all_parts()[0].name == "CartoonMix Desktop"
    for part in parts.values():
        assert part.version, part.name
        assert part.licence, part.name
    for name in ("pyside6-essentials", "shiboken6"):
        assert "GNU LESSER GENERAL PUBLIC LICENSE" in parts[name].text
        assert "GNU GENERAL PUBLIC LICENSE" in parts[name].text
    assert "PYTHON SOFTWARE FOUNDATION LICENSE" in parts["python"].text
    assert "pytest" not in parts


def test_a_build_tells_of_all_that_it_holds(tmp_path, monkeypatch):
    made = tmp_path / "licences.json"
    part = {"version": "3.0", "licence": "Apache-2.0", "homepage": "", "within": "", "texts": []}
    texts = ["one\n", "two\n"]
    made.write_text(
        json.dumps([part | {"name": "OpenSSL", "texts": texts}, part | {"name": "CartoonMix"}])
    )
    monkeypatch.setattr(licences, "resource", lambda _: made)
    own, openssl = all_parts()
    assert own.name == "CartoonMix"
    assert (openssl.name, openssl.text) == ("OpenSSL", "one\n\ntwo")


def test_they_are_printed():
    done = subprocess.run(
        [sys.executable, str(ROOT / "main.py"), "--licences"],
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert re.search(
        r"^PySide6_Essentials [\d.]+: LGPL-3.0-only \(text \d+\)$", done.stdout, re.MULTILINE
    )
    assert done.stdout.count("GNU LESSER GENERAL PUBLIC LICENSE\n") == 1
    assert done.stderr == ""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no head")
def test_a_pager_may_be_closed():
    command = f'"{sys.executable}" "{ROOT / "main.py"}" --licences | head -n 1'
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("CartoonMix Desktop")
    assert done.stderr == ""
