"""Packs the frozen program for Linux: a tree below ``usr``, and .deb, .rpm and a tarball of it."""

from __future__ import annotations

import gzip
import lzma
import os
import re
import shutil
import sys
import tarfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from definitions import (
    APP_ID,
    BUILD,
    DIST,
    ICON_SIZES,
    NAME,
    PACKAGING,
    ROOT,
    artefact,
    fill,
    moment,
    run,
    words,
)

TREE = BUILD / "tree/usr"


def pack(frozen: Path, site: str | None) -> None:
    """Make everything that goes to ``dist/``.

    Args:
        frozen: the folder of the frozen program.
        site: address of the project's page, None if it has none.
    """
    values = words(site, GLIBC=glibc_of(frozen))
    lay_out(frozen, values)
    fill(PACKAGING / "linux/nfpm.yaml", BUILD / "nfpm.yaml", values)
    fill(PACKAGING / "linux/flatpak.json", BUILD / "flatpak.json", values)
    with ThreadPoolExecutor() as pool:
        for done in [pool.submit(make_deb), pool.submit(nfpm, "rpm"), pool.submit(make_tarball)]:
            done.result()


def lay_out(frozen: Path, values: dict[str, str]) -> None:
    """Put every file where an installed program has it, below `TREE`."""
    shutil.rmtree(TREE.parent, ignore_errors=True)
    shutil.copytree(frozen, TREE / "lib" / NAME, symlinks=True)
    (TREE / "bin").mkdir()
    (TREE / "bin" / NAME).symlink_to(f"../lib/{NAME}/{NAME}")
    linux, share = PACKAGING / "linux", TREE / "share"
    fill(linux / f"{NAME}.desktop", share / f"applications/{NAME}.desktop", values)
    fill(linux / "metainfo.xml", share / f"metainfo/{APP_ID}.metainfo.xml", values)
    place(linux / "mime.xml", share / f"mime/packages/{NAME}.xml")
    icons = share / "icons/hicolor"
    for size in ICON_SIZES:
        place(BUILD / f"icons/{size}.png", icons / f"{size}x{size}/apps/{NAME}.png")
    place(ROOT / "resources/icons/app.svg", icons / f"scalable/apps/{NAME}.svg")
    fill(linux / f"{NAME}.1", BUILD / f"{NAME}.1", values)
    compress(BUILD / f"{NAME}.1", share / f"man/man1/{NAME}.1.gz")
    place(linux / f"completion/{NAME}", share / f"bash-completion/completions/{NAME}")
    place(linux / f"completion/_{NAME}", share / f"zsh/site-functions/_{NAME}")
    compress(ROOT / "CHANGELOG.md", share / f"doc/{NAME}/changelog.gz")
    compress(DIST / artefact(".cdx.json"), share / f"doc/{NAME}/sbom.cdx.json.gz")
    compress(DIST / artefact("-licences.txt"), share / f"doc/{NAME}/licences.txt.gz")
    licence = (ROOT / "LICENSE").read_text("utf-8").strip().splitlines()[4:]  # below title, year
    text = "\n".join(f" {line}" if line else " ." for line in licence)
    fill(linux / "copyright", share / f"doc/{NAME}/copyright", {"LICENSE": text})
    place(linux / "lintian-overrides", share / f"lintian/overrides/{NAME}")
    settle(TREE)


def make_deb() -> None:
    """Have nfpm make the .deb, and compress its files as well as xz can: a fifth smaller."""
    nfpm("deb")
    [package] = DIST.glob("*.deb")
    old = package.read_bytes()
    parts, at = [old[:8]], 8
    while at < len(old):  # an `ar` archive: of each file a header of 60 bytes, then its content
        header, size = old[at : at + 60], int(old[at + 48 : at + 58])
        content = old[at + 60 : at + 60 + size]
        at += 60 + size + size % 2
        if header.startswith(b"data.tar "):
            content = lzma.compress(content)
            header = b"data.tar.xz     " + header[16:48] + b"%-10d" % len(content) + header[58:]
        parts += [header, content, b"\n" * (len(content) % 2)]
    package.write_bytes(b"".join(parts))


def nfpm(kind: str) -> None:
    """Make a package of this kind from ``build/nfpm.yaml``."""
    program = str(Path(sys.executable).with_name("nfpm"))
    run(program, "package", "--config=build/nfpm.yaml", f"--packager={kind}", "--target=dist/")


def make_tarball() -> None:
    """All files, to be unpacked below ``/usr/local`` or ``~/.local``."""
    folder = artefact("")
    with tarfile.open(DIST / f"{folder}.tar.xz", "w:xz") as tar:
        for part in ("bin", "lib", "share"):
            for path in (TREE / part, *sorted((TREE / part).rglob("*"))):
                inside = path.relative_to(TREE).as_posix()
                tar.add(path, f"{folder}/{inside}", recursive=False, filter=of_nobody)


def glibc_of(frozen: Path) -> str:
    """The newest version of glibc whose symbols something frozen asks for, e.g. ``2.35``."""
    found: set[bytes] = set()
    for path in frozen.rglob("*"):
        if path.is_file() and (path.name == NAME or ".so" in path.name):
            found.update(re.findall(rb"GLIBC_(2\.\d+)", path.read_bytes()))
    return max((text.decode() for text in found), key=lambda text: int(text[2:]))


def place(source: Path, target: Path) -> None:
    """Copy a file to where nothing is yet."""
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def compress(source: Path, target: Path) -> None:
    """Write a .gz that holds neither name nor time."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(gzip.compress(source.read_bytes(), 9, mtime=0))


def settle(folder: Path) -> None:
    """Give every file the same date and only the permissions it needs."""
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.parts[-2:] == (NAME, NAME) else 0o644)
        os.utime(path, (moment(), moment()), follow_symlinks=False)


def of_nobody(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    """An entry without the name of who built it."""
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    return entry
