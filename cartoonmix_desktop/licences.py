"""What the program is made of, and under which licences.

A frozen program has a list that was made when it was built, of all that is in it. Run from source,
the packages that it depends on and that are installed are asked, and Python itself.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import re
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from cartoonmix_desktop import __version__
from cartoonmix_desktop.resources import resource

if TYPE_CHECKING:
    from importlib.metadata import Distribution

_Asked = tuple[str, str]  # a package's name, and its extras between commas

_NAME = "cartoonmix-desktop"
_ROOT = Path(__file__).resolve().parent.parent
_LICENCE_FILE = re.compile(r"\.dist-info/(licenses/|LICEN|COPYING|NOTICE|AUTHORS)")
_OF_QT = ("Qt.txt", "LGPL-3.0.txt", "GPL-3.0.txt")
_CLASSIFIER = "License :: "


class Part(Struct, frozen=True):
    """Something that ships with the program.

    Attributes:
        name: what it is called.
        version: its version, may be empty.
        licence: in SPDX's words where it uses them.
        homepage: its page, may be empty.
        text: the licence in full, may be empty.
    """

    name: str
    version: str
    licence: str
    homepage: str
    text: str


def all_parts() -> list[Part]:
    """Every part, the program itself first. Reads files: not for the GUI thread.

    Raises:
        OSError: the installation is incomplete.
    """
    made = resource("licences.json")
    if not made.is_file():
        return _of_source()
    parts = [
        Part(
            each["name"],
            each["version"],
            each["licence"],
            each["homepage"],
            "\n\n".join(text.strip() for text in each["texts"]),
        )
        for each in json.loads(made.read_text("utf-8"))
    ]
    return sorted(parts, key=_order)


def print_all() -> int:
    """Print every part with its text; a text that several share is printed once.

    Returns:
        The exit status.
    """
    numbers: dict[str, int] = {}
    lines = []
    for part in all_parts():
        number = numbers.setdefault(part.text, len(numbers) + 1) if part.text else 0
        lines.append(
            f"{part.name} {part.version}: {part.licence}" + (f" (text {number})" if number else "")
        )
    for text, number in numbers.items():
        lines += ["", f"=== Text {number} ===", "", text]
    try:
        sys.stdout.buffer.write(("\n".join(lines) + "\n").encode())
        sys.stdout.flush()
    except BrokenPipeError:  # a pager that was closed
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _of_source() -> list[Part]:
    found: dict[str, Distribution] = {}
    seen: set[_Asked] = set()
    waiting = _dependencies()
    while waiting:
        asked = waiting.pop()
        if asked in seen:
            continue
        seen.add(asked)
        name, extras = asked
        try:
            found[name] = importlib.metadata.distribution(name)
        except importlib.metadata.PackageNotFoundError:  # for another system
            continue
        waiting += _required(found[name].requires or [], extras)
    parts = [_of_package(package) for package in found.values()]
    return sorted([_own(), _python(), *parts], key=_order)


def _dependencies() -> list[_Asked]:
    """What the program itself asks for, from its checkout or else from how it was installed."""
    project = _ROOT / "pyproject.toml"
    if project.is_file():
        return _required(tomllib.loads(project.read_text("utf-8"))["project"]["dependencies"])
    return _required(importlib.metadata.requires(_NAME) or [])


def _required(requirements: list[str], extras: str = "") -> list[_Asked]:
    """What lines of requirements ask for: without extras, and with those that were asked for."""
    asked = []
    for line in requirements:
        extra = re.search(r"extra == [\"']([\w.-]+)[\"']", line)
        if extra is not None and extra[1] not in extras.split(","):
            continue
        if found := re.match(r"([\w.-]+)\s*(?:\[([\w., -]*)\])?", line):
            asked.append((_plain(found[1]), (found[2] or "").replace(" ", "")))
    return asked


def _of_package(package: Distribution) -> Part:
    name = _plain(package.metadata["Name"])
    said = _metadata_field(package, "License-Expression") or _metadata_field(package, "License")
    classifiers = package.metadata.get_all("Classifier") or []
    named = [each.rpartition(" :: ")[2] for each in classifiers if each.startswith(_CLASSIFIER)]
    licence = said if said and len(said) < 100 else ", ".join(named)
    files = sorted(file for file in package.files or () if _LICENCE_FILE.search(file.as_posix()))
    texts = [Path(str(file.locate())).read_text("utf-8", "replace") for file in files]
    if name.startswith(("pyside6", "shiboken6")):
        licence = "LGPL-3.0-only"
        texts = [file.read_text("utf-8") for file in map(_carried, _OF_QT) if file.is_file()]
    pages = [line.partition(", ")[2] for line in package.metadata.get_all("Project-URL") or []]
    page = _metadata_field(package, "Home-page") or (pages[0] if pages else "")
    text = "\n\n".join(text.strip() for text in texts)
    return Part(package.metadata["Name"], package.version, licence, page, text)


def _metadata_field(package: Distribution, key: str) -> str:
    return str((package.metadata.get_all(key) or [""])[0])


def _own() -> Part:
    try:
        places = [_ROOT / "LICENSE"]
        if not places[0].is_file():
            files = importlib.metadata.files(_NAME) or []
            places = [Path(str(file.locate())) for file in files if "LICENSE" in file.name]
        text = places[0].read_text("utf-8").strip() if places else ""
    except importlib.metadata.PackageNotFoundError:
        text = ""
    return Part("CartoonMix Desktop", __version__, "MIT", "", text)


def _python() -> Part:
    text = ""
    for folder in (Path(os.__file__).parent, Path(sys.base_prefix)):
        if (folder / "LICENSE.txt").is_file():
            text = (folder / "LICENSE.txt").read_text("utf-8", "replace").strip()
            break
    page = "https://www.python.org/"
    return Part("Python", platform.python_version(), "Python-2.0.1", page, text)


def _carried(name: str) -> Path:
    return _ROOT / "packaging/texts" / name


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _order(part: Part) -> tuple[bool, str]:
    return not part.name.startswith("CartoonMix"), part.name.casefold()
