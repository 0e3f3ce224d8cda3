"""Each line of ``--self-test`` fails when its part is broken."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from cartoonmix_desktop import self_test
from cartoonmix_desktop.core.errors import KeyringAbsent, KeyringFailed
from cartoonmix_desktop.storage.keyring_store import KeyringStore

ROOT = Path(__file__).resolve().parents[2]


def failed(capsys, only):
    """The lines that say FAILED, of a run of the parts named alone."""
    code = self_test.run(only)
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("FAILED")]
    assert code == (1 if lines else 0)
    return [line.split()[1] for line in lines]


@pytest.fixture
def resources(tmp_path, monkeypatch):
    copy = tmp_path / "resources"
    shutil.copytree(ROOT / "resources", copy)
    monkeypatch.setattr(self_test, "resource", lambda name: copy / name)
    return copy


def test_a_missing_libdeflate_is_told(monkeypatch, capsys):
    assert failed(capsys, ["pictures"]) == []
    monkeypatch.setattr(self_test, "inflates_fast", lambda: False)
    assert self_test.run(["pictures"]) == 0
    assert "PNG slower than usual" in capsys.readouterr().out


def test_resources(resources, capsys):
    assert failed(capsys, ["resources"]) == []
    (resources / "icons/dice.svg").write_bytes(b"")
    assert failed(capsys, ["resources"]) == ["resources"]
    shutil.copy(ROOT / "resources/icons/dice.svg", resources / "icons")
    (resources / "inspirations/inspirations.json").write_text("{")
    assert failed(capsys, ["resources"]) == ["resources"]
    (resources / "inspirations/inspirations.json").unlink()
    assert failed(capsys, ["resources"]) == ["resources"]


def test_licences(monkeypatch, capsys):
    assert failed(capsys, ["licences"]) == []
    monkeypatch.setattr(self_test, "all_parts", list)
    assert failed(capsys, ["licences"]) == ["licences"]


def test_pictures(monkeypatch, capsys):
    assert failed(capsys, ["pictures"]) == []
    monkeypatch.setattr(sys, "frozen", True, raising=False)  # with all the readers of Qt's package
    assert failed(capsys, ["pictures"]) == ["pictures"]
    monkeypatch.delattr(sys, "frozen")
    monkeypatch.setattr(self_test, "decode", lambda data: data)
    assert failed(capsys, ["pictures"]) == ["pictures"]


def test_the_readers_that_are_frozen_are_allowed(monkeypatch, capsys):
    from PySide6.QtGui import QImageReader

    jpeg, webp, svg, built_in = ["jpg", "jpeg", "jfif"], ["webp"], ["svg", "svgz"], ["png", "bmp"]
    known = [SimpleNamespace(data=name.encode) for name in (*jpeg, *webp, *svg, *built_in)]
    monkeypatch.setattr(QImageReader, "supportedImageFormats", lambda: known)
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert failed(capsys, ["pictures"]) == []


def test_database(home, monkeypatch, capsys):
    assert failed(capsys, ["database"]) == []
    path = home / "cartoonmix/data/history.sqlite3"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"SQLite format 3\0" + b"\x55" * 5000)
    assert failed(capsys, ["database"]) == ["database"]
    path.unlink()
    monkeypatch.setattr(self_test, "SQLITE_VERSION", "3.51.2")
    assert failed(capsys, ["database"]) == ["database"]


@pytest.mark.parametrize(("error", "expected"), [(KeyringAbsent, []), (KeyringFailed, ["keyring"])])
def test_keyring(monkeypatch, capsys, error, expected):
    async def load(_):
        raise error("broken")

    monkeypatch.setattr(KeyringStore, "load", load)
    assert failed(capsys, ["keyring"]) == expected


@pytest.mark.skipif(sys.platform != "linux", reason="the system itself is asked there")
def test_certificates(tmp_path, monkeypatch, capsys):
    assert failed(capsys, ["certificates"]) == []
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path / "none"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none.pem"))
    assert failed(capsys, ["certificates"]) == ["certificates"]


def test_sandbox(monkeypatch, capsys):
    monkeypatch.setattr(sys, "executable", shutil.which("false") or "no-such-program")
    assert failed(capsys, ["sandbox"]) == ["sandbox"]


def test_window(tmp_path):
    done = subprocess.run(
        [sys.executable, str(ROOT / "main.py"), "--self-test", "--to", str(tmp_path / "told.txt")],
        env=os.environ | {"QT_QPA_PLATFORM": "nonsense"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert any(line.startswith("FAILED window") for line in done.stdout.splitlines())
    # Qt ends the process there; all that was said before stands in the file.
    written = (tmp_path / "told.txt").read_text("utf-8").splitlines()
    assert written
    assert written == done.stdout.splitlines()[: len(written)]
    assert "Traceback" not in done.stderr
