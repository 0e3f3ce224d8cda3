"""Tells in what two builds of one commit differ, inside packages too.

    compare.py DIST ANOTHER-DIST
    compare.py BUILD/frozen/cartoonmix-desktop ANOTHER/frozen/cartoonmix-desktop

Ends with 0 if they are the same bytes but for what `EXPLAINED` names.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import lzma
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

EXPLAINED: dict[str, str] = {}
"""Names whose bytes may differ, and why. Empty: nothing does."""

NEWLY_PACKED = (".deb", ".tar.xz", ".rpm")


def files_of(place: Path) -> dict[str, bytes]:
    """What a folder or package holds: name, kind and permissions with the content's hash."""
    if place.is_dir():
        return _of_folder(place)
    if place.name.endswith(".deb"):
        return _of_deb(place.read_bytes())
    if place.name.endswith(".tar.xz"):
        return _of_tar(place.read_bytes())
    if place.name.endswith(".rpm"):
        return _of_rpm(place)
    if zipfile.is_zipfile(place):
        return _of_zip(place)
    return {"": place.read_bytes()}


def differences(one: Path, other: Path, name: str = "") -> list[str]:
    """Names of what is in one alone, or not the same in both.

    Args:
        one: file or folder.
        other: its counterpart of another build.
        name: what to call it.
    """
    if one.is_file() and other.is_file() and one.read_bytes() == other.read_bytes():
        return []
    mine, theirs = files_of(one), files_of(other)
    found = [f"{name}{each}: in one alone" for each in sorted(mine.keys() ^ theirs.keys())]
    for each in sorted(mine.keys() & theirs.keys()):
        if mine[each] == theirs[each]:
            continue
        inner = (one / each, other / each)
        if one.is_dir() and _is_package(inner[0]):
            found += differences(*inner, f"{name}{each} » ") or [f"{name}{each}: packed otherwise"]
        else:
            found.append(f"{name}{each}: {_where(mine[each], theirs[each])}")
    return found


def _is_package(path: Path) -> bool:
    return path.is_file() and (path.name.endswith(NEWLY_PACKED) or zipfile.is_zipfile(path))


def _where(mine: bytes, theirs: bytes) -> str:
    if len(mine) != len(theirs):
        return f"{len(mine)} and {len(theirs)} bytes"
    at = [i for i, (a, b) in enumerate(zip(mine, theirs, strict=True)) if a != b]
    seen = mine[max(0, at[0] - 20) : at[0] + 30], theirs[max(0, at[0] - 20) : at[0] + 30]
    return f"{len(at)} bytes from {at[0]}: {seen[0]!r} and {seen[1]!r}"


def _of_folder(folder: Path) -> dict[str, bytes]:
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            found[name] = b"-> " + str(path.readlink()).encode()
        elif path.is_file():
            found[name] = path.read_bytes()
    return found


def _of_tar(packed: bytes) -> dict[str, bytes]:
    found = {}
    with tarfile.open(fileobj=io.BytesIO(packed)) as tar:
        for place, entry in enumerate(tar):
            content = tar.extractfile(entry) if entry.isreg() else None
            of = f"{place} {oct(entry.mode)} {entry.uid} {entry.gid} {entry.uname} {entry.gname}"
            told = f"{of} {entry.mtime} {entry.linkname}\n".encode()
            found[entry.name] = told + (content.read() if content else b"")
    return found


def _of_deb(packed: bytes) -> dict[str, bytes]:
    """The members of an ``ar`` archive, those of its tar archives in their place."""
    found, at = {}, 8
    while at < len(packed):
        header, size = packed[at : at + 60], int(packed[at + 48 : at + 58])
        content = packed[at + 60 : at + 60 + size]
        name = header[:16].decode().strip().rstrip("/")
        found[f"{name} (header)"] = header[:48]
        if ".tar" in name:
            plain = lzma.decompress(content) if name.endswith(".xz") else content
            found |= {f"{name} » {each}": told for each, told in _of_tar(plain).items()}
        else:
            found[name] = content
        at += 60 + size + size % 2
    return found


def _of_zip(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {
            entry.filename: f"{place} {entry.date_time}\n".encode() + archive.read(entry)
            for place, entry in enumerate(archive.infolist())
        }


def _of_rpm(path: Path) -> dict[str, bytes]:
    """The tags of its header, and its files."""
    tags = r"[%{FILENAMES} %{FILEDIGESTS} %{FILEMTIMES:day} %{FILEMODES:octal}\n]"
    heads = "%{BUILDTIME} %{BUILDHOST} %{SIGMD5} %{PAYLOADDIGEST}\n"
    if shutil.which("rpm") is None:
        return {"(rpm is not installed)": hashlib.sha256(path.read_bytes()).digest()}
    command = ["rpm", "--query", "--package", str(path), "--queryformat", heads + tags]
    with tempfile.TemporaryDirectory() as home:
        lines = subprocess.run(
            command, capture_output=True, check=True, env={"HOME": home, "PATH": "/usr/bin"}
        ).stdout.splitlines()
    return {"(header)": lines[0]} | {line.split()[0].decode(): line for line in lines[1:]}


def main() -> int:
    """Compare what the arguments name.

    Returns:
        0 if they are the same but for what is explained, else 1.
    """
    parser = argparse.ArgumentParser(description="Tell in what two builds differ.")
    parser.add_argument("one", type=Path)
    parser.add_argument("other", type=Path)
    options = parser.parse_args()
    found = differences(options.one, options.other)
    unexplained = 0
    for line in found:
        why = next((why for name, why in EXPLAINED.items() if name in line), "")
        unexplained += not why
        print(f"{line}{'  -- ' + why if why else ''}")
    count = sum(1 for path in options.one.rglob("*") if path.is_file())
    print(f"{count} files, {len(found)} differences, {unexplained} of them not explained")
    return 1 if unexplained else 0


if __name__ == "__main__":
    sys.exit(main())
