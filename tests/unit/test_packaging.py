"""What installers are made of fits the program. Building and trying them is ``make package``."""

from __future__ import annotations

import json
import plistlib
import re
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from cartoonmix_desktop import __version__
from cartoonmix_desktop.core.recipe.links import SCHEME
from cartoonmix_desktop.core.recipe.recipe import SUFFIX

ROOT = Path(__file__).resolve().parents[2]
PACKAGING = ROOT / "packaging"


@pytest.fixture(scope="module")
def definitions():
    """The module of that name, which is no part of the program."""
    sys.path.insert(0, str(PACKAGING))
    try:
        import definitions as module
    finally:
        sys.path.remove(str(PACKAGING))
    return module


@pytest.fixture
def filled(definitions, tmp_path):
    """The text of a definition as it is published, or of a project without a page."""

    def fill(name, site="https://example.org/project"):
        values = definitions.words(site, FILE="file", GLIBC="2.35", SHA256="0" * 64)
        definitions.fill(PACKAGING / name, tmp_path / "filled", values)
        return (tmp_path / "filled").read_text("utf-8")

    return fill


WINGET = sorted((PACKAGING / "windows/winget").iterdir())
DEFINITIONS = [
    "linux/nfpm.yaml",
    "linux/metainfo.xml",
    "linux/flatpak.json",
    "linux/cartoonmix-desktop.desktop",
    "linux/cartoonmix-desktop.1",
    "macos/Info.plist",
    "macos/cartoonmix-desktop.rb",
    *(f"windows/winget/{path.name}" for path in WINGET),
]


@pytest.mark.parametrize("name", DEFINITIONS)
def test_nothing_is_left_open(filled, name):
    assert not re.search(r"@[A-Z0-9_]+@", filled(name))


def test_the_version_comes_from_the_package(definitions, filled):
    assert definitions.version() == __version__
    assert plistlib.loads(filled("macos/Info.plist").encode())["CFBundleVersion"] == __version__
    assert f'version "{__version__}"' in filled("macos/cartoonmix-desktop.rb")
    assert f"version: {__version__}\n" in filled("linux/nfpm.yaml")
    release = ET.fromstring(filled("linux/metainfo.xml")).find("releases/release")
    assert release is not None
    assert release.get("version") == __version__
    for path in WINGET:
        assert f'PackageVersion: "{__version__}"\n' in filled(f"windows/winget/{path.name}")
    command = definitions.nsis_command(PACKAGING, PACKAGING)
    assert f"-DVERSION={__version__}" in command
    assert f"-{__version__}-" in definitions.artefact("")
    assert f"CartoonMix Desktop {__version__}" in filled("linux/cartoonmix-desktop.1")


def test_a_project_without_a_page_names_none(filled):
    assert ET.fromstring(filled("linux/metainfo.xml", site=None)).find("url") is None
    assert "homepage" not in filled("linux/nfpm.yaml", site=None)


def test_the_program_has_one_name_everywhere(definitions, filled):
    entry = filled("linux/cartoonmix-desktop.desktop")
    assert f"Exec={definitions.NAME} %u\nIcon={definitions.NAME}\n" in entry
    metainfo = ET.fromstring(filled("linux/metainfo.xml"))
    assert metainfo.findtext("launchable") == f"{definitions.NAME}.desktop"
    flatpak = json.loads(filled("linux/flatpak.json"))
    assert flatpak["rename-desktop-file"] == f"{definitions.NAME}.desktop"
    assert flatpak["id"] == metainfo.findtext("id") == definitions.APP_ID


def test_the_publisher_has_one_name_everywhere(definitions, filled):
    """The publisher confirms these before the first release; docs/packaging.md lists them."""
    publisher = "The CartoonMix Desktop developers"
    winget = {path.name: filled(f"windows/winget/{path.name}") for path in WINGET}
    nsis = (PACKAGING / "windows/installer.nsi").read_text("utf-8")
    for told in (
        *(nsis, filled("linux/nfpm.yaml"), filled("macos/Info.plist")),
        *(filled("linux/metainfo.xml"), (PACKAGING / "linux/copyright").read_text("utf-8")),
        *((ROOT / "LICENSE").read_text("utf-8"), winget["CartoonMix.Desktop.locale.en-US.yaml"]),
    ):
        assert publisher in told
    assert {re.search(r"PackageIdentifier: (\S+)", text)[1] for text in winget.values()} == {
        "CartoonMix.Desktop"
    }
    assert f'!define NAME "{definitions.NAME}"' in nsis
    assert f"ProductCode: {definitions.NAME}\n" in winget["CartoonMix.Desktop.installer.yaml"]
    plist = plistlib.loads(filled("macos/Info.plist").encode())
    assert plist["CFBundleIdentifier"] == definitions.APP_ID
    described = (ROOT / "docs/packaging.md").read_text("utf-8")
    for name in (definitions.APP_ID, "CartoonMix.Desktop", publisher):
        assert f"`{name}`" in described


@pytest.mark.parametrize("command", [[], ["generate"]])
def test_the_manual_names_every_option(command):
    help_text = subprocess.run(
        [sys.executable, str(ROOT / "main.py"), *command, "--help"],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    ).stdout
    options = set(re.findall(r"--[a-z][a-z-]*", help_text))
    manual = (PACKAGING / "linux/cartoonmix-desktop.1").read_text("utf-8").replace("\\-", "-")
    assert options >= {"--help", "--sandbox"}
    assert {option for option in options if not re.search(rf"{option}(?![a-z-])", manual)} == set()


def test_what_is_frozen_is_what_is_run():
    def locked(name):
        return set(re.findall(r"^[\w.-]+==\S+", (ROOT / name).read_text("utf-8"), re.MULTILINE))

    run, package = locked("requirements.lock"), locked("requirements-package.lock")
    assert len(run) > 10
    assert run <= package


def test_links_and_files_are_the_same_on_every_system(definitions, filled):
    mime_type = "application/x-cartoonmix-recipe"
    entry = filled("linux/cartoonmix-desktop.desktop")
    told = re.search("^MimeType=(.+);$", entry, re.MULTILINE)
    assert told is not None
    pictures = {"image/png", "image/jpeg", "image/webp"}
    assert set(told[1].split(";")) == pictures | {f"x-scheme-handler/{SCHEME}", mime_type}
    space = "{http://www.freedesktop.org/standards/shared-mime-info}"
    described = ET.fromstring((PACKAGING / "linux/mime.xml").read_text("utf-8"))
    kind = described.find(f"{space}mime-type")
    assert kind is not None
    assert kind.get("type") == mime_type
    glob = kind.find(f"{space}glob")
    assert glob is not None
    assert glob.get("pattern") == f"*{SUFFIX}"
    metainfo = ET.fromstring(filled("linux/metainfo.xml"))
    assert metainfo.findtext("provides/mediatype") == mime_type

    info = plistlib.loads(filled("macos/Info.plist").encode())
    [link] = info["CFBundleURLTypes"]
    assert link["CFBundleURLSchemes"] == [SCHEME]
    [exported] = info["UTExportedTypeDeclarations"]
    tags = exported["UTTypeTagSpecification"]
    assert tags["public.filename-extension"] == [SUFFIX[1:]]
    assert tags["public.mime-type"] == [mime_type]
    recipe, picture = info["CFBundleDocumentTypes"]
    assert recipe["LSItemContentTypes"] == [exported["UTTypeIdentifier"]]
    assert picture["LSHandlerRank"] == "Alternate"

    installer = (PACKAGING / "windows/installer.nsi").read_text("utf-8")
    written = set(re.findall(r'WriteRegStr HKCU "\$\{CLASSES\}\\([^"\\]+)', installer))
    removed = set(re.findall(r'DeleteRegKey HKCU "\$\{CLASSES\}\\([^"]+)"', installer))
    assert {SCHEME, SUFFIX} <= written
    assert {name for name in removed if "\\" not in name} | {"Applications"} == written
    assert f'"Content Type" "{mime_type}"' in installer


def test_the_systems_own_tools_take_the_type_of_recipe_files(tmp_path):
    tool = shutil.which("update-mime-database")
    if tool is None:
        pytest.skip("update-mime-database is not installed")
    (tmp_path / "packages").mkdir()
    shutil.copy(PACKAGING / "linux/mime.xml", tmp_path / "packages/cartoonmix-desktop.xml")
    done = subprocess.run([tool, str(tmp_path)], capture_output=True, text=True, check=True)
    assert "rror" not in done.stderr
    assert "*.cartoonmix" in (tmp_path / "globs2").read_text("utf-8")
