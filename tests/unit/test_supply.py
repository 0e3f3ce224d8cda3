"""What the program stands on: under licences that allow it, and without known weaknesses."""

from __future__ import annotations

import importlib.metadata
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKED = dict(
    re.findall(r"^([\w.-]+)==(\S+)", (ROOT / "requirements.lock").read_text("utf-8"), re.MULTILINE)
)


@pytest.fixture(scope="module")
def licences():
    sys.path.insert(0, str(ROOT / "packaging"))
    try:
        import licences as module
    finally:
        sys.path.remove(str(ROOT / "packaging"))
    return module


def test_the_lock_is_what_is_tested():
    for name, version in LOCKED.items():
        try:
            assert importlib.metadata.version(name) == version
        except importlib.metadata.PackageNotFoundError:
            pass  # for another system


@pytest.mark.parametrize("name", LOCKED)
def test_every_dependency_may_be_shipped(licences, name):
    try:
        package = licences.package(name)
    except importlib.metadata.PackageNotFoundError:
        pytest.skip(f"{name} is for another system")
    if name in {"pyside6-essentials", "shiboken6"}:  # of several licences we take this one
        assert "LGPL-3.0-only" in licences.of_package(package)
    assert licences.is_allowed(licences.of_package(package))


def test_licences_are_understood_not_searched_for_words(licences):
    assert licences.is_allowed("(MIT OR GPL-3.0-only) AND BSD-3-Clause")
    assert not licences.is_allowed("MIT AND GPL-3.0-only")
    assert not licences.is_allowed("GPL-3.0-or-later")
    assert not licences.is_allowed("A licence of my own")
    assert not licences.is_allowed("")


def test_no_dependency_has_a_known_weakness():
    """Asks the advisory database; says so where it cannot be asked."""
    command = [
        *(sys.executable, "-m", "pip_audit", "--requirement", str(ROOT / "requirements.lock")),
        *("--require-hashes", "--disable-pip", "--format", "json", "--timeout", "10"),
        *("--progress-spinner", "off"),
    ]
    done = subprocess.run(
        command, capture_output=True, encoding="utf-8", timeout=100, check=False, cwd=ROOT
    )
    try:
        audited = json.loads(done.stdout)["dependencies"]
    except ValueError:
        last = done.stderr.strip().splitlines()[-1:] or ["it said nothing"]
        pytest.skip(f"NOT AUDITED: the advisory database could not be asked: {last[0]}")
    known = [each for each in audited if "skip_reason" not in each]
    weak = [
        f"{each['name']} {each['version']}: {', '.join(v['id'] for v in each['vulns'])}"
        for each in known
        if each["vulns"]
    ]
    assert weak == []
    if len(known) < len(audited):
        missing = len(audited) - len(known)
        pytest.skip(f"NOT AUDITED: no advisories are to be had here for {missing} dependencies")
    assert known
