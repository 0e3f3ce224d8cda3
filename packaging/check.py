"""Checks what ``build.py`` has built: one line each, and the reason where one fails.

A check whose tool is not installed says so and counts as neither passed nor failed.
"""

from __future__ import annotations

import json
import platform
import plistlib
import re
import shutil
import subprocess
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import check_installed
import check_windows
import licences
import measure
import sbom
import try_installed
from definitions import (
    APP_ID,
    BUILD,
    DIST,
    NAME,
    PACKAGING,
    artefact,
    fill,
    sha256,
    version,
    words,
)
from outcome import Failed, Lacking, tool
from parts import read as read_parts

if TYPE_CHECKING:
    from collections.abc import Callable

_DEBIAN = {
    "appstreamcli": "appstream",
    "desktop-file-validate": "desktop-file-utils",
    "makensis": "nsis",
}
"""Packages of tools that are called otherwise."""

LINUX = sys.platform == "linux"

OLDEST_PYTHON = timedelta(days=365)


def run() -> int:
    """Do every check that this system can.

    Returns:
        0 if none fails, else 1.
    """
    checks: list[tuple[str, Callable[[], str]]] = [
        ("size", _size),
        ("version", _version),
        ("sbom", _sbom),
        ("licences", _licences),
        ("sums", _sums),
        ("python", _python),
        ("self-test", _self_test),
        ("generate", _generate),
        ("start", _start),
        ("plist", _property_lists),
        ("flatpak", _flatpak),
        ("winget", _winget),
        ("cask", _cask),
    ]
    if LINUX:
        checks += [
            ("use", _use),
            ("libraries", _libraries),
            ("desktop entry", _desktop_entry),
            ("metainfo", _metainfo),
            ("manual page", _manual),
            ("deb", _deb),
            ("rpm", _rpm),
            ("deb installed", check_installed.deb),
            ("rpm installed", check_installed.rpm),
            ("scripts", _scripts),
            ("installer", check_windows.installer),
        ]
    failed, lacking = 0, set()
    for name, check in checks:
        try:
            told, mark = check(), "ok"
        except Failed as error:
            told, mark, failed = str(error), "FAILED", failed + 1
        except Lacking as error:
            told, mark = f"NOT CHECKED, for want of {error}", "-"
            lacking.add(_DEBIAN.get(str(error), str(error)))
        print(f"{mark:<7}{name:<14}{told}", flush=True)
    if LINUX and (packages := " ".join(sorted(lacking - {"root"}))):
        print(f"On Debian, what is missing comes with: apt-get install {packages}")
    return 1 if failed else 0


# --- the frozen program --------------------------------------------------------------------------


def _started(*arguments: str) -> str:
    """What the program prints; it must end well, and on Linux say nothing on stderr.

    Elsewhere a system's own libraries may say something there.
    """
    with tempfile.TemporaryDirectory() as home:
        done = subprocess.run(
            [measure.frozen_program(), *arguments],
            env=measure.bare(Path(home)),
            cwd=home,
            capture_output=True,
            encoding="utf-8",
            timeout=180,
            check=False,
        )
        if done.returncode or (LINUX and done.stderr):
            raise Failed(f"ended with {done.returncode}:\n{done.stdout}{done.stderr}")
        return done.stdout.strip()


def _size() -> str:
    unpacked, packed = measure.unpacked(), measure.packed()
    told = [f"unpacked {unpacked / 1e6:.1f} MB"]
    told += [f"{name.rpartition('.')[2]} {size / 1e6:.1f}" for name, size in packed.items()]
    deb = max((size for name, size in packed.items() if name.endswith(".deb")), default=0)
    if unpacked > measure.MOST_UNPACKED or deb > measure.MOST_DEB:
        most = f"{measure.MOST_UNPACKED / 1e6:g}, deb {measure.MOST_DEB / 1e6:g}"
        raise Failed(f"{', '.join(told)}; at most {most}")
    return ", ".join(told)


def _version() -> str:
    said = _started("--version")
    if said != f"CartoonMix Desktop {version()}":
        raise Failed(f"it says {said!r}")
    return said


def _sbom() -> str:
    return sbom.check(DIST / artefact(".cdx.json"), BUILD / "frozen" / NAME)


def _licences() -> str:
    """Every part is under a licence that we may ship, and its text is in the program."""
    parts = read_parts()
    told = {
        f"{part.name}: {part.licence}" for part in parts if not licences.is_allowed(part.licence)
    }
    told |= {f"{part.name}: no text" for part in parts if not part.texts}
    if told:
        raise Failed(", ".join(sorted(told)))
    shown = json.loads((_bundle() / "resources/licences.json").read_text("utf-8"))
    if [each["name"] for each in shown] != [part.name for part in parts]:
        raise Failed("licences.json in the bundle is of other parts")
    return f"{len(parts)} parts, each with its text in the program"


def _bundle() -> Path:
    return BUILD / "frozen" / NAME / "_internal"


def _sums() -> str:
    lines = (DIST / "SHA256SUMS").read_text("utf-8").splitlines()
    told = dict(reversed(line.split("  ", 1)) for line in lines)
    there = {path.relative_to(DIST).as_posix(): path for path in DIST.rglob("*") if path.is_file()}
    del there["SHA256SUMS"]
    if told != {name: sha256(path) for name, path in there.items()}:
        raise Failed("SHA256SUMS tells of other files")
    return f"{len(told)} files"


def _self_test() -> str:
    lines = _started("--self-test").splitlines()
    return f"{len(lines)} parts work" + "".join(f"\n{'':<21}{line}" for line in lines)


def _python() -> str:
    """The interpreter that is frozen, with the OpenSSL in it: nobody else renews it there."""
    day = platform.python_build()[1]
    age = datetime.now(UTC) - built_on(day)
    told = f"{platform.python_version()} of {day}"
    if not LINUX and age > OLDEST_PYTHON:
        raise Failed(f"{told}: {age.days} days old")
    return told


def built_on(day: str) -> datetime:
    """When an interpreter was built, as it tells: ``"Oct  7 2026 12:34:56"``."""
    return datetime.strptime(" ".join(day.split()), "%b %d %Y %H:%M:%S").replace(tzinfo=UTC)


def _generate() -> str:
    command = ("generate", "--sandbox", "--prompt", "a fox", "--samples", "2", "--json")
    result = json.loads(_started(*command).splitlines()[-1])
    if result["outcome"] != "succeeded" or len(result["outputs"]) != 2:
        raise Failed(f"the sandbox made {result}")
    return "2 pictures from the sandbox"


def _use() -> str:
    """As `try_installed` does it elsewhere on what is installed."""
    program = measure.frozen_program()
    with tempfile.TemporaryDirectory() as folder:
        trial = try_installed.Trial(program, program, Path(folder))
        told = [trial.parts(), trial.pictures(), trial.window(lambda started: started.terminate())]
    return "; ".join(told)


def _start() -> str:
    """Of each the quickest: what others do on this computer only ever delays."""
    frozen, from_source = (min(each) for each in measure.starts(7))
    told = f"{frozen:.2f} s, from source {from_source:.2f} s: {frozen / from_source:.2f} times"
    if LINUX and frozen > measure.SLOWEST_START * from_source:
        raise Failed(f"{told}; at most {measure.SLOWEST_START}")
    return told


# --- the definitions -----------------------------------------------------------------------------


def _filled(source: Path) -> Path:
    """A definition as it would be published, in ``build/checked``."""
    values = words("https://example.org/project", FILE="file", SHA256="0" * 64)
    target = BUILD / "checked" / source.name
    fill(source, target, values)
    return target


def _property_lists() -> str:
    info = plistlib.loads(_filled(PACKAGING / "macos/Info.plist").read_bytes())
    rights = plistlib.loads((PACKAGING / "macos/entitlements.plist").read_bytes())
    if info["CFBundleShortVersionString"] != version() or not all(rights.values()):
        raise Failed("Info.plist has another version, or an entitlement is refused")
    return f"Info.plist with {len(info)} entries, {len(rights)} entitlement"


def _flatpak() -> str:
    manifest = json.loads(_filled(PACKAGING / "linux/flatpak.json").read_text("utf-8"))
    return f"{manifest['id']} is well-formed (defined, not yet run)"


def _winget() -> str:
    manifests = [_filled(path) for path in (PACKAGING / "windows/winget").iterdir()]
    rules = "{extends: default, rules: {document-start: disable, line-length: disable}}"
    _run(tool("yamllint"), "--strict", "--config-data", rules, *map(str, manifests))
    return f"{len(manifests)} files are well-formed (defined, not yet run)"


def _cask() -> str:
    _run(tool("ruby"), "-c", str(_filled(PACKAGING / f"macos/{NAME}.rb")))
    return "well-formed (defined, not yet run)"


def _scripts() -> str:
    scripts = sorted(PACKAGING.glob("*/*.sh"))
    _run(tool("shellcheck"), "--exclude=SC2046,SC2086,SC2116", *map(str, scripts))
    return f"{len(scripts)} shell scripts"


# --- Linux ---------------------------------------------------------------------------------------


def _share(place: str) -> str:
    return str(BUILD / "tree/usr/share" / place)


def _libraries() -> str:
    """Every library that is linked to is in the bundle or among the packages' dependencies."""
    root = BUILD / "tree/usr/lib" / NAME
    files = [path for path in root.rglob("*") if ".so" in path.name or path.name == NAME]
    told = _run("objdump", "-p", *[str(path) for path in files if path.is_file()])
    foreign = set(re.findall(r"R(?:UN)?PATH +(?!\$ORIGIN)(\S+)", told))
    if foreign:
        raise Failed(f"something looks for libraries in {sorted(foreign)}")
    needed = set(re.findall(r"NEEDED +(\S+)", told)) - {path.name for path in files}
    glibc = re.compile(r"(ld-linux.*|lib(c|m|dl|pthread|rt|util|resolv))\.so\.\d+")
    outside = {name for name in needed if not glibc.fullmatch(name)}
    nfpm = (BUILD / "nfpm.yaml").read_text("utf-8")
    declared = set(re.findall(r"- (\S+)\(\)\(64bit\)", nfpm))
    if outside != declared:
        missing, spare = sorted(outside - declared), sorted(declared - outside)
        raise Failed(f"nfpm.yaml lacks {missing} and names without need {spare}")
    if shutil.which("dpkg"):
        for name in outside:
            owners = _run("dpkg", "-S", f"*/{name}").splitlines()
            packages = {line.split(":")[0].removesuffix("t64") for line in owners}
            if not any(f"- {package}\n" in nfpm for package in packages):
                raise Failed(f"nfpm.yaml names no package of {name}: {sorted(packages)}")
    return f"{len(files)} in the bundle, {len(outside)} of the system, all declared"


def _desktop_entry() -> str:
    _run(tool("desktop-file-validate"), _share(f"applications/{NAME}.desktop"))
    return "valid"


def _metainfo() -> str:
    _run(tool("appstreamcli"), "validate-tree", "--no-net", str(BUILD / "tree"))
    return "valid"


def _manual() -> str:
    page = BUILD / f"{NAME}.1"
    said = _run(tool("mandoc"), "-T", "lint", "-W", "warning", str(page))
    return said or "no warnings"


def _deb() -> str:
    [package] = DIST.glob("*.deb")
    fields = _run(tool("dpkg-deb"), "--field", str(package), "Package", "Version", "Architecture")
    said = _run(tool("lintian"), "--fail-on", "error", "--tag-display-limit", "0", str(package))
    warnings = said.count("W: ")
    return f"{' '.join(re.findall(r': (.+)', fields))}, {warnings} warnings of lintian"


def _rpm() -> str:
    [package] = DIST.glob("*.rpm")
    listed = _run(tool("rpm"), "--query", "--list", "--package", str(package)).splitlines()
    if f"/usr/bin/{NAME}" not in listed:
        raise Failed("the program is not in it")
    foreign = [name for name in listed if NAME not in name and APP_ID not in name]
    if foreign:
        raise Failed(f"it would own folders of the system: {foreign}")
    return f"{len(listed)} entries, none of them the system's"


def _run(*command: str) -> str:
    """What a tool prints; it must end well."""
    done = subprocess.run(
        command, capture_output=True, encoding="utf-8", errors="replace", timeout=600, check=False
    )
    if done.returncode:
        raise Failed(f"{Path(command[0]).name}:\n{done.stdout}{done.stderr}")
    return done.stdout.strip()
