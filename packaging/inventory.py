"""Which part every frozen file comes from: the one list that SBOM and licences are made of.

The spec calls it with what PyInstaller has collected.
"""

from __future__ import annotations

import ctypes
import importlib.metadata
import json
import os
import platform
import re
import ssl
import subprocess
import sys
import sysconfig
from functools import cache
from pathlib import Path, PurePath, PurePosixPath
from typing import TYPE_CHECKING

import licences
from definitions import BUILD, NAME, ROOT, version
from packageurl import PackageURL
from parts import Part

if TYPE_CHECKING:
    from collections.abc import Iterable

FREEZERS = {"pyinstaller", "pyinstaller-hooks-contrib"}
"""What freezes leaves a little of itself in the bundle, under licences that allow every program."""

OWN = (
    *(ROOT / "cartoonmix_desktop", ROOT / "resources", ROOT / "main.py"),
    ROOT / "packaging/linux/environment_hook.py",
    *(BUILD / "licences.json", BUILD / "release.json"),
)
"""What of this checkout is the program; the rest of it must not be frozen."""

Entry = tuple[str, str, str]
"""As PyInstaller collects: place in the bundle, file it comes from, kind."""


class Unclaimed(Exception):
    """Files that belong to no part: what ships is not known."""


def take(collected: Iterable[Entry], modules: Iterable[Entry]) -> list[Part]:
    """Find the part of everything that will be frozen.

    Args:
        collected: files of the bundle.
        modules: Python modules, which all go into the executables.

    Returns:
        Every part once, by name, ours first.

    Raises:
        Unclaimed: something comes from nowhere that is known.
        LookupError: a licence is not known.
    """
    windows = sys.platform == "win32"
    programs = [f"{NAME}.exe", "CartoonMix Desktop.exe"] if windows else [NAME]
    files = [
        ("_internal/" + PurePath(place).as_posix(), source, kind)
        for place, source, kind in collected
    ]
    claims = [
        (part_of(Path(source), place), place, f"{place} from {source}")
        for place, source, kind in files
        if kind != "SYMLINK"
    ]
    claims += [
        (part_of(Path(source), name), program, f"module {name} from {source}")
        for name, source, _ in modules
        if source not in ("", "-", "built-in")  # a namespace, which has no file
        for program in programs
    ]
    inevitable = (_own(), _python(), _of_python_package("pyinstaller"))
    claims += [(part, program, program) for part in inevitable for program in programs]
    strangers = [told for part, _, told in claims if part is None]
    parts: dict[str, Part] = {}
    for part, file, _ in claims:
        if part is not None:
            parts.setdefault(part.purl, part).files.add(file)
    strangers += _claim_links(files, list(parts.values()))
    strangers += [f"package {part.name}, not in requirements.lock" for part in _unasked(parts)]
    if strangers:
        raise Unclaimed("of no known part:\n" + "\n".join(sorted(strangers)))
    inner = [each for part in parts.values() for each in _inside(part)]
    rest = sorted([*parts.values(), *inner], key=lambda part: (part.name.lower(), part.purl))
    return sorted(rest, key=lambda part: part.name != _own().name)


def _claim_links(files: list[Entry], parts: list[Part]) -> list[str]:
    """Give each link to the part of what it leads to; returns those that lead nowhere."""
    owners = {file: part for part in parts for file in part.files}
    astray = []
    for place, target, kind in files:
        if kind == "SYMLINK":
            leads_to = os.path.normpath(PurePosixPath(place).parent / target)
            if (owner := owners.get(PurePath(leads_to).as_posix())) is None:
                astray.append(f"{place}, a link to {target}")
            else:
                owner.files.add(place)
    return astray


def _unasked(parts: dict[str, Part]) -> list[Part]:
    asked_for = locked() | FREEZERS
    packages = [part for purl, part in parts.items() if purl.startswith("pkg:pypi/")]
    return [part for part in packages if plain(part.name) not in asked_for]


def locked() -> set[str]:
    """The packages that the program needs, as `plain` names."""
    text = (ROOT / "requirements.lock").read_text("utf-8")
    return {plain(name) for name in re.findall(r"^([\w.-]+)==", text, re.MULTILINE)}


def plain(name: str) -> str:
    """The name of a Python package as all its spellings mean it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def foreign_modules() -> list[str]:
    """Top-level modules that are installed for building alone, and must not be frozen."""
    asked_for = locked() | FREEZERS
    found = importlib.metadata.packages_distributions().items()
    return sorted(module for module, names in found if not asked_for & {plain(n) for n in names})


# --- whose a file is -----------------------------------------------------------------------------


def part_of(source: Path, place: str) -> Part | None:
    """The part that a frozen file comes from.

    Args:
        source: the file before freezing.
        place: where it will be, for what is told apart by that.
    """
    if (owner := _by_file().get(_key(source))) is not None:
        if owner == "pyside6-essentials" and _is_qt(place):
            return _icu() if "libicu" in place else _qt()
        return _of_python_package(owner)
    if source.name == "base_library.zip" or _is_of_python(source):
        return _openssl() if re.match(r"lib(ssl|crypto)", source.name) else _python()
    if source in OWN or any(source.is_relative_to(folder) for folder in OWN):
        return _own()
    return _of_system_library(source)


def _key(path: Path) -> str:
    return str(path.resolve()).casefold() if sys.platform == "win32" else str(path.resolve())


@cache
def _by_file() -> dict[str, str]:
    """The package of each file in ``site-packages``."""
    owners: dict[str, str] = {}
    for package in importlib.metadata.distributions(path=[sysconfig.get_path("purelib")]):
        name = plain(package.metadata["Name"])
        for file in package.files or ():
            owners[_key(Path(str(file.locate())))] = name
    return owners


def _is_qt(place: str) -> bool:
    """Whether a file of PySide6 is Qt itself, not its Python side."""
    path = PurePosixPath(place)
    return (
        "Qt" in path.parts
        or any(name in path.parts for name in ("plugins", "translations"))
        or re.match(r"Qt6\w+\.dll$", path.name) is not None
    )


def _is_of_python(source: Path) -> bool:
    if re.match(r"(libpython3|python3\d*\.dll|Python$)", source.name):
        return True
    if "site-packages" in source.parts:
        return False
    base = Path(sys.base_prefix).resolve()
    own_folder = base not in (Path("/usr"), Path("/usr/local"))  # not one that all programs share
    places = [Path(sysconfig.get_path("stdlib")).resolve(), *([base] if own_folder else [])]
    return any(source.resolve().is_relative_to(place) for place in places)


# --- the parts -----------------------------------------------------------------------------------


@cache
def _own() -> Part:
    text = (ROOT / "LICENSE").read_text("utf-8")
    return Part("CartoonMix Desktop", version(), "MIT", _purl(NAME, version()), "", [text])


@cache
def _python() -> Part:
    number = platform.python_version()
    places = [Path(sysconfig.get_path("stdlib")), Path(sys.base_prefix), *_debian_python()]
    found = [path for place in places for path in place.glob("LICENSE*")]
    found += [path for path in places if path.is_file()]
    texts = [found[0].read_text("utf-8", "replace")] if found else []
    return Part(
        "Python", number, "Python-2.0.1", _purl("cpython", number), "https://www.python.org", texts
    )


def _debian_python() -> list[Path]:
    minor = f"python3.{sys.version_info.minor}"
    return [Path(f"/usr/share/doc/{name}/copyright") for name in (minor, f"lib{minor}-stdlib")]


@cache
def _openssl() -> Part:
    number = ssl.OPENSSL_VERSION.split()[1]
    text = licences.own_text("Apache-2.0.txt")
    page = "https://openssl-library.org"
    return Part("OpenSSL", number, "Apache-2.0", _purl("openssl", number), page, text)


@cache
def _qt() -> Part:
    from PySide6.QtCore import qVersion

    texts = licences.own_text("Qt.txt", "LGPL-3.0.txt", "GPL-3.0.txt")
    purl = _purl("qt", qVersion())
    return Part("Qt", qVersion(), "LGPL-3.0-only", purl, "https://www.qt.io", texts)


@cache
def _icu() -> Part:
    """Its version is not in its file's name: the library is asked."""
    [library] = (Path(_folder_of("PySide6")) / "Qt/lib").glob("libicuuc.so.*")
    number = (ctypes.c_uint8 * 4)()
    ctypes.CDLL(str(library))[f"u_getVersion_{library.suffix[1:]}"](number)
    told = ".".join(str(each) for each in number[:2])
    text = licences.own_text("ICU.txt")
    page = "https://icu.unicode.org"
    return Part("ICU", told, "Unicode-DFS-2016", _purl("icu", told), page, text)


def _purl(name: str, number: str, kind: str = "generic") -> str:
    return PackageURL(kind, None, name, number).to_string()


def _folder_of(module: str) -> str:
    found = __import__(module).__file__
    assert found
    return str(Path(found).parent)


@cache
def _of_python_package(name: str) -> Part:
    package = licences.package(name)
    licence, texts = licences.of_package(package), licences.texts_of_package(package)
    if name in ("pyside6-essentials", "shiboken6"):
        licence, texts = "LGPL-3.0-only", licences.own_text("Qt.txt", "LGPL-3.0.txt", "GPL-3.0.txt")
    number = package.version
    return Part(
        package.metadata["Name"],
        number,
        licence,
        _purl(name, number, "pypi"),
        licences.homepage_of(package),
        texts,
    )


@cache
def _of_system_library(source: Path) -> Part | None:
    """The package of Debian that a library of the system is from."""
    if sys.platform != "linux":
        return None
    for path in (source, Path("/usr") / source.relative_to("/"), source.resolve()):
        owner = _first_line_of("dpkg", "-S", str(path)).partition(": ")[0]
        if owner:
            break
    else:
        return None
    asked = _first_line_of(
        "dpkg-query", "-W", "-f", "${Package}|${Version}|${Architecture}|${Homepage}", owner
    )
    name, number, architecture, page = asked.split("|")
    system = platform.freedesktop_os_release()["ID"]
    return Part(
        name,
        number,
        licences.of_system_library(name),
        PackageURL("deb", system, name, number, {"arch": architecture}).to_string(),
        page,
        licences.texts_of_system_library(name),
    )


def _first_line_of(*command: str) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:  # not a Debian
        return ""
    return done.stdout.strip().partition("\n")[0] if done.returncode == 0 else ""


# --- parts within parts --------------------------------------------------------------------------


def _inside(part: Part) -> list[Part]:
    """What is linked into a Python package, as far as it tells (PEP 770): all but SQLite."""
    if not part.purl.startswith("pkg:pypi/"):
        return []
    if part.name == "apsw":
        import apsw

        number = apsw.sqlite_lib_version()
        purl = _purl("sqlite", number)
        text = licences.own_text("SQLite.txt")
        return [Part("SQLite", number, "blessing", purl, "https://sqlite.org", text, part.name)]
    package = licences.package(part.name)
    found: dict[str, Part] = {}
    for file in package.files or ():
        if re.search(r"\.dist-info/sboms/.+\.json$", file.as_posix()):
            told = json.loads(Path(str(file.locate())).read_text("utf-8"))
            for each in _from_sbom(told, part):
                found.setdefault(each.purl, each)
    return list(found.values())


def _from_sbom(told: dict[str, object], part: Part) -> list[Part]:
    """The components of a package's own SBOM that one of its frozen extensions needs."""
    components = told.get("components")
    if told.get("bomFormat") != "CycloneDX" or not isinstance(components, list):
        return []
    by_ref = {str(each.get("bom-ref", each["name"])): each for each in components}
    needs: dict[str, list[str]] = {}
    for line in told.get("dependencies") or ():  # type: ignore[attr-defined]  # plain JSON
        needs[line["ref"]] = line.get("dependsOn", [])
    frozen = {PurePosixPath(file).name.partition(".")[0] for file in part.files}
    extensions = [ref for ref in by_ref if "#c-ext/" in ref]
    if extensions:  # Pillow: what only extensions need that are not frozen is left out
        queue = [ref for ref in extensions if ref.rpartition(".")[2] in frozen]
        wanted: set[str] = set()
        while queue:
            ref = queue.pop()
            if ref not in wanted:
                wanted.add(ref)
                queue += needs.get(ref, [])
        wanted -= set(extensions)
    else:
        wanted = set(by_ref)
    kept = [by_ref[ref] for ref in sorted(wanted & by_ref.keys())]
    kept = [each for each in kept if each["name"].lower() not in (part.name.lower(), *_left_out())]
    return [
        Part(
            each["name"],
            str(each.get("version") or "unknown"),
            _licence_in(each) or ("MIT" if each["name"].startswith("libX") else part.licence),
            each.get("purl") or _purl(each["name"], str(each.get("version"))),
            "",
            [f"Linked into {part.name} {part.version}, with whose licence its notices are given."],
            part.name,
        )
        for each in kept
    ]


@cache
def _left_out() -> set[str]:
    """What Pillow can use and its wheels do not hold."""
    from PIL import features

    return {"fribidi"} | ({"libimagequant"} if not features.check("libimagequant") else set())


def _licence_in(component: dict[str, list[dict[str, object]]]) -> str:
    told = []
    for each in component.get("licenses") or ():
        licence = each.get("license")
        name = licence.get("id") or licence.get("name") if isinstance(licence, dict) else ""
        told.append(str(each.get("expression") or name or "").replace("/", " OR "))
    return " AND ".join(filter(None, told))
