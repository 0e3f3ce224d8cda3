"""Gathers what the three systems have built for one release: files, notes, notice, sums.

    gather.py FOLDER --sequence N

``FOLDER`` holds one folder a system. The result is in ``dist/``, the notes in ``build/notes.md``.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import sign_manifest
from definitions import BUILD, DIST, NAME, PACKAGING, ROOT, fill, sha256, sum_up, version, words


def notes() -> str:
    """What the changelog says of this version.

    Raises:
        SystemExit: it says nothing.
    """
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    found = re.search(rf"^## \[{re.escape(version())}\].*\n((?:(?!## ).*\n)*)", text, re.MULTILINE)
    if not found or not found[1].strip():
        sys.exit(f"CHANGELOG.md says nothing of {version()}.")
    return found[1].strip() + "\n"


def gather(folder: Path) -> list[Path]:
    """Put the files of all systems into ``dist/``.

    Returns:
        The files that a person may install from.

    Raises:
        SystemExit: two systems have built files of the same name.
    """
    shutil.rmtree(DIST, ignore_errors=True)
    DIST.mkdir()
    for path in sorted(folder.glob("*/**/*")):
        if path.is_file() and path.name != "SHA256SUMS":
            target = DIST / path.name
            if target.exists():
                sys.exit(f"{path.name} was built twice.")
            shutil.copyfile(path, target)
    kinds = {name.format(version=version()) for name in sign_manifest.KINDS}
    return [path for path in sorted(DIST.iterdir()) if path.name in kinds]


def write_manifests(site: str) -> None:
    """Fill in what winget and Homebrew are told, for the installers that are there.

    Args:
        site: address of the project's page.
    """
    setup = DIST / f"{NAME}-{version()}-setup.exe"
    if setup.exists():
        values = words(site, SHA256=sha256(setup).upper(), FILE=setup.name)
        for source in (PACKAGING / "windows/winget").iterdir():
            fill(source, DIST / source.name, values)
    image = DIST / f"{NAME}-{version()}-arm64.dmg"
    if image.exists():
        values = words(site, SHA256=sha256(image))
        fill(PACKAGING / f"macos/{NAME}.rb", DIST / f"{NAME}.rb", values)


def main() -> int:
    """Gather, sign, sum up.

    Returns:
        The exit status.
    """
    parser = argparse.ArgumentParser(description="Gather what was built for a release.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sequence", required=True)
    options = parser.parse_args()
    told = notes()
    installers = gather(options.folder)
    write_manifests(os.environ["SITE"])
    BUILD.mkdir(exist_ok=True)
    (BUILD / "notes.md").write_text(told, "utf-8")
    if os.environ.get(sign_manifest.VARIABLE):
        command = [sys.executable, str(PACKAGING / "sign_manifest.py"), "--sequence"]
        command += [options.sequence, "--notes", told.splitlines()[0].lstrip("#- ")]
        subprocess.run([*command, *map(str, installers)], check=True)
    else:
        print(f"No notice of this version: {sign_manifest.VARIABLE} is not set.")
    sum_up()
    return 0


if __name__ == "__main__":
    sys.exit(main())
