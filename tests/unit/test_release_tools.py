"""The tools of a release: what is frozen is known, notices are signed, builds are compared."""

from __future__ import annotations

import base64
import importlib
import io
import json
import os
import shlex
import shutil
import subprocess
import sys
import tarfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path

import pytest
from PIL import Image

from cartoonmix_desktop import __version__
from cartoonmix_desktop.wiro.releases import believe

ROOT = Path(__file__).resolve().parents[2]
PACKAGING = ROOT / "packaging"


@pytest.fixture(scope="module", autouse=True)
def _packaging_first():
    """Its modules are no package; they find one another by their folder."""
    sys.path.insert(0, str(PACKAGING))
    yield
    sys.path.remove(str(PACKAGING))


def tool(name):
    return importlib.import_module(name)


def source_of(module):
    return importlib.import_module(module).__file__


# --- what is frozen ------------------------------------------------------------------------------


@pytest.fixture
def collected():
    """A little of everything: ours, Python's, a package's, Qt's, and a link."""
    qt = next((Path(source_of("PySide6")).parent / "Qt/lib").glob("libQt6Core.so.6"))
    return [
        ("resources/icons/app.svg", str(ROOT / "resources/icons/app.svg"), "DATA"),
        ("base_library.zip", str(ROOT / "build/base_library.zip"), "DATA"),
        ("apsw/x.so", source_of("apsw"), "EXTENSION"),
        ("PySide6/Qt/lib/libQt6Core.so.6", str(qt), "BINARY"),
        ("libQt6Core.so.6", "PySide6/Qt/lib/libQt6Core.so.6", "SYMLINK"),
    ]


@pytest.fixture
def modules():
    return [("httpx", source_of("httpx"), "PYMODULE"), ("json", source_of("json"), "PYMODULE")]


@pytest.fixture
def parts(collected, modules, monkeypatch):
    inventory = tool("inventory")
    if sys.platform != "linux":
        pytest.skip("Qt lies elsewhere on this system")
    # PyInstaller is in the environment that freezes, not in this one.
    ours = inventory._own
    frozen = inventory._of_python_package.__wrapped__
    monkeypatch.setattr(
        inventory,
        "_of_python_package",
        lambda name: ours() if name == "pyinstaller" else frozen(name),
    )

    def take(more=(), more_modules=()):
        return inventory.take([*collected, *more], [*modules, *more_modules])

    return take


def test_everything_frozen_has_its_part(parts):
    found = {part.name: part for part in parts()}
    assert {"CartoonMix Desktop", "Python", "Qt", "apsw", "SQLite", "httpx"} <= found.keys()
    assert found["Qt"].files == {
        "_internal/PySide6/Qt/lib/libQt6Core.so.6",
        "_internal/libQt6Core.so.6",
    }
    assert found["httpx"].files == {"cartoonmix-desktop"}  # its modules are in the executable
    assert found["SQLite"].within == "apsw"
    assert next(iter(found)) == "CartoonMix Desktop"
    assert all(part.texts and part.licence and part.version for part in found.values())


def test_a_file_of_nobody_fails_the_build(parts, tmp_path):
    (tmp_path / "libstray.so").touch()
    with pytest.raises(tool("inventory").Unclaimed, match=r"libstray\.so"):
        parts([("libstray.so", str(tmp_path / "libstray.so"), "BINARY")])


def test_tools_of_the_build_are_not_frozen(parts):
    with pytest.raises(tool("inventory").Unclaimed, match="module outcome"):
        parts(more_modules=[("outcome", str(PACKAGING / "outcome.py"), "PYMODULE")])


def test_a_link_to_nowhere_fails_the_build(parts):
    with pytest.raises(tool("inventory").Unclaimed, match="a link to gone"):
        parts([("here.so", "gone.so", "SYMLINK")])


def test_what_the_lock_does_not_name_is_not_frozen(parts):
    with pytest.raises(tool("inventory").Unclaimed, match="package pytest, not in"):
        parts(more_modules=[("pytest", source_of("pytest"), "PYMODULE")])
    assert {"pytest", "mypy"} <= set(tool("inventory").foreign_modules())
    assert not {"httpx", "PySide6", "PIL"} & set(tool("inventory").foreign_modules())


def test_the_sbom_is_equal_to_the_bundle(parts, tmp_path):
    sbom, bundle = tool("sbom"), tmp_path / "bundle"
    frozen = parts()
    for file in {file for part in frozen for file in part.files}:
        (bundle / file).parent.mkdir(parents=True, exist_ok=True)
        (bundle / file).touch()
    for name in ("one", "two"):
        sbom.write(frozen, tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    told = json.loads((tmp_path / "one").read_text())
    assert (told["specVersion"], told["metadata"]["component"]["version"]) == ("1.6", __version__)
    assert sbom.compare(told, bundle) == 6
    (bundle / "stray").touch()
    with pytest.raises(tool("outcome").Failed, match="stray"):
        sbom.compare(told, bundle)
    (bundle / "stray").unlink()
    (bundle / "_internal/base_library.zip").unlink()
    with pytest.raises(tool("outcome").Failed, match="base_library"):
        sbom.compare(told, bundle)


def test_licences_are_told_to_the_program_and_to_readers(parts):
    frozen = parts()
    shown = json.loads(tool("parts").as_licences(frozen))
    assert [each["name"] for each in shown] == [part.name for part in frozen]
    qt = next(each for each in shown if each["name"] == "Qt")
    assert qt["licence"] == "LGPL-3.0-only"
    assert "GNU LESSER GENERAL PUBLIC LICENSE" in qt["texts"][1]
    text = tool("parts").as_text(frozen)
    assert text.count("GNU LESSER GENERAL PUBLIC LICENSE\n") == 1


# --- news of a release ---------------------------------------------------------------------------


@pytest.fixture
def dist(tmp_path, monkeypatch):
    """A folder that stands for ``dist/`` in every module."""
    folder = tmp_path / "dist"
    folder.mkdir()
    for name in ("definitions", "gather", "sign_manifest"):
        monkeypatch.setattr(tool(name), "DIST", folder)
    monkeypatch.setattr(tool("gather"), "BUILD", tmp_path)
    return folder


def installers(folder):
    """Empty installers of every kind, a folder a system, as the workflow hands them over."""
    kinds = tool("sign_manifest").KINDS
    for name, kind in kinds.items():
        path = folder / kind.split("-")[0] / name.format(version=__version__)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_what_is_signed_is_believed(tmp_path, dist, monkeypatch, capsys):
    sign_manifest = tool("sign_manifest")
    private, public = sign_manifest.new_key()
    files = [str(path) for path in installers(tmp_path / "built")]
    monkeypatch.setattr(sys, "argv", ["sign", "--sequence", "3", "--notes", "Faster.", *files])
    assert sign_manifest.main() == 2  # without a key it says so
    assert "Not signed" in capsys.readouterr().err
    monkeypatch.setenv(sign_manifest.VARIABLE, private)
    monkeypatch.setattr(sign_manifest, "DIST", dist)
    monkeypatch.setattr(sys, "argv", [*sys.argv, "--out", str(dist / "release.json")])
    assert sign_manifest.main() == 0
    release = believe((dist / "release.json").read_bytes(), [base64.b64decode(public)], 0)
    assert (release.version, release.sequence, release.notes) == (__version__, 3, "Faster.")
    said = capsys.readouterr()
    assert private not in said.out + said.err


def test_a_build_knows_its_channel_only_with_page_and_key():
    channel = tool("definitions").release_channel
    assert channel(None, ["key"]) is None
    assert channel("https://example.org/p", []) is None
    told = channel("https://example.org/p/", ["key"])
    assert told["manifest"] == "https://example.org/p/releases/latest/download/release.json"


def test_three_systems_become_one_release(tmp_path, dist, monkeypatch):
    gather = tool("gather")
    installers(tmp_path / "built")
    monkeypatch.setenv("SITE", "https://example.org/project")
    monkeypatch.setattr(gather, "notes", lambda: "- Faster.\n")
    monkeypatch.setattr(sys, "argv", ["gather", str(tmp_path / "built"), "--sequence", "3"])
    assert gather.main() == 0
    names = {path.name for path in dist.iterdir()}
    assert {"cartoonmix-desktop.rb", "CartoonMix.Desktop.installer.yaml", "SHA256SUMS"} <= names
    assert "release.json" not in names  # no key, no notice
    summed = {line[66:] for line in (dist / "SHA256SUMS").read_text().splitlines()}
    assert summed == names - {"SHA256SUMS"}
    cask = (dist / "cartoonmix-desktop.rb").read_text()
    image = dist / f"cartoonmix-desktop-{__version__}-arm64.dmg"
    assert tool("definitions").sha256(image) in cask


def test_two_files_of_one_name_are_not_mixed(tmp_path, dist):
    for system in ("linux", "windows"):
        (tmp_path / "built" / system).mkdir(parents=True)
        (tmp_path / "built" / system / "same.txt").touch()
    with pytest.raises(SystemExit, match="twice"):
        tool("gather").gather(tmp_path / "built")


def test_the_changelog_must_speak_of_what_is_released(tmp_path, monkeypatch):
    gather = tool("gather")
    monkeypatch.setattr(gather, "ROOT", tmp_path)
    log = "## [Unreleased]\n- Later.\n\n## [{}] - 2027-01-01\n### Added\n- Faster.\n\n## [0.0.1]\n"
    (tmp_path / "CHANGELOG.md").write_text(log.format(__version__))
    assert gather.notes() == "### Added\n- Faster.\n"
    (tmp_path / "CHANGELOG.md").write_text(log.format("9.9.9"))
    with pytest.raises(SystemExit, match="nothing of"):
        gather.notes()


# --- two builds ----------------------------------------------------------------------------------


def tarball(folder, mtime):
    with tarfile.open(folder / "x.tar.xz", "w:xz") as tar:
        entry = tarfile.TarInfo("a/b")
        entry.size, entry.mtime = 3, mtime
        tar.addfile(entry, io.BytesIO(b"abc"))


def test_builds_are_compared_inside_packages(tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    for folder, mtime in ((one, 1), (two, 2)):
        folder.mkdir()
        (folder / "same").write_text("same")
        tarball(folder, mtime)
    differences = tool("compare").differences
    assert differences(one, one) == []
    [told] = differences(one, two)
    assert told.startswith("x.tar.xz » a/b: ")
    (two / "more").touch()
    assert "more: in one alone" in differences(one, two)


# --- other systems -------------------------------------------------------------------------------


def test_the_installer_for_windows_needs_no_stubs_of_debians_own(tmp_path, monkeypatch):
    """As NSIS is everywhere else: with those for 32 bits alone. A warning is an error."""
    nsis = tmp_path / "nsis"
    shutil.copytree("/usr/share/nsis", nsis, ignore=shutil.ignore_patterns("*amd64*", "Docs"))
    payload = tmp_path / "payload"
    (payload / "_internal").mkdir(parents=True)
    (payload / "CartoonMix Desktop.exe").touch()
    monkeypatch.setattr(tool("definitions"), "BUILD", tmp_path)
    icon = tmp_path / "icons/app.ico"
    icon.parent.mkdir()
    Image.new("RGBA", (32, 32)).save(icon)
    command = tool("definitions").nsis_command(payload, tmp_path / "cartoonmix-setup.exe", "1.2.3")
    environment = os.environ | {"NSISDIR": str(nsis)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    head = (tmp_path / "cartoonmix-setup.exe").read_bytes()
    machine = head[int.from_bytes(head[60:64], "little") + 4 :][:2]
    assert machine == b"\x4c\x01"  # i386, which every Windows of ours starts


def test_programs_are_signed_by_the_publishers_own_command(tmp_path, monkeypatch, capsys):
    signing = tool("signing")
    monkeypatch.delenv("SIGN_COMMAND", raising=False)
    signing.sign("setup.exe")
    assert "Not signed: SIGN_COMMAND is not set." in capsys.readouterr().out
    told = tmp_path / "told by it.txt"
    program = f"import sys; open({str(told)!r}, 'w').write(repr(sys.argv[1:]))"
    monkeypatch.setenv("SIGN_COMMAND", shlex.join([sys.executable, "-c", program, "--key", "a b"]))
    signing.sign("CartoonMix Desktop.exe", "setup.exe")
    assert told.read_text() == repr(["--key", "a b", "CartoonMix Desktop.exe", "setup.exe"])
    command = tool("definitions").nsis_command(tmp_path, tmp_path / "setup.exe")
    assert any(word.startswith("-DSIGN=") for word in command)


def test_an_old_interpreter_is_not_frozen_where_nobody_renews_it(monkeypatch):
    check = tool("check")
    assert check.built_on("Oct  7 2026 12:34:56") == datetime(2026, 10, 7, 12, 34, 56, tzinfo=UTC)
    old = datetime.now(UTC) - timedelta(days=400)
    for system, day, passes in (
        ("win32", old, False),
        ("win32", datetime.now(UTC), True),
        ("linux", old, True),
    ):
        monkeypatch.setattr(check, "LINUX", system == "linux")
        told = f"{day:%b %d %Y %H:%M:%S}"
        monkeypatch.setattr(check.platform, "python_build", lambda told=told: ("main", told))
        with nullcontext() if passes else pytest.raises(check.Failed, match="400 days old"):
            check._python()


SYSTEMS = {
    "Windows x64": "x86_64-pc-windows-msvc",
    "Apple silicon": "aarch64-apple-darwin",
    "Linux x86-64": "x86_64-manylinux_2_35",
    "Linux ARM": "aarch64-manylinux_2_39",
}


def test_every_system_that_is_meant_has_all_wheels():
    """Of each lock for each Python; nothing has to be compiled by who installs it."""
    uv = Path(sys.executable).with_name("uv")

    def lacking(case):
        (name, system), version, lock = case
        command = [uv, "pip", "compile", "--quiet", "--only-binary", ":all:", "--no-header"]
        # With this interpreter: else one of that version is looked for, for ten seconds.
        command += ["--python", sys.executable, "--python-platform", system]
        command += ["--python-version", version, lock]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
        offline = "error sending request" in done.stderr or "dns error" in done.stderr
        return offline, f"{name}, {version}, {lock}: {done.stderr}" if done.returncode else ""

    locks = ("requirements.lock", "requirements-package.lock")
    cases = [
        *product(SYSTEMS.items(), ("3.11", "3.12", "3.13"), locks[:1]),
        *product(list(SYSTEMS.items())[:3], ("3.13",), locks[1:]),
    ]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lacking, cases))
    if any(offline for offline, _ in found):
        pytest.skip("NOT ASKED: no registry of packages can be reached")
    assert [told for _, told in found if told] == []
    readme = (ROOT / "README.md").read_text("utf-8")
    assert all(name in readme for name in SYSTEMS), "README says which are meant"
