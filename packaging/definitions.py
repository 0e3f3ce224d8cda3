"""Where things are, what they are called, how definitions are filled in and tools are run."""

from __future__ import annotations

import hashlib
import os
import platform
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGING = ROOT / "packaging"
BUILD = ROOT / "build"
DIST = ROOT / "dist"

NAME = "cartoonmix-desktop"
APP_ID = "io.github.cartoonmix_desktop.CartoonMixDesktop"
"""What AppStream, Flatpak and macOS call the program."""

SIGN_COMMAND = "SIGN_COMMAND"
"""The variable with what signs programs for Windows; see `signing`."""

ICON_SIZES = (16, 24, 32, 48, 64, 128, 256, 512)


def version() -> str:
    """The version, which stands in the package alone."""
    text = (ROOT / "cartoonmix_desktop/__init__.py").read_text("utf-8")
    found = re.search(r'^__version__ = "(.+)"$', text, re.MULTILINE)
    assert found, "no version in cartoonmix_desktop/__init__.py"
    return found[1]


def moment() -> int:
    """Seconds since 1970 that files are dated: those of the last commit, so that builds agree."""
    if given := os.environ.get("SOURCE_DATE_EPOCH"):
        return int(given)
    command = ["git", "-C", str(ROOT), "log", "-1", "--format=%ct"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return int(done.stdout) if done.returncode == 0 else int(datetime.now(UTC).timestamp())


def release_channel(site: str | None, keys: list[str]) -> dict[str, object] | None:
    """Where the program looks for news of a release, if a person asks it to.

    Args:
        site: address of the project's page, None if it has none.
        keys: Ed25519 public keys in base64; the news must be signed with one of them.

    Returns:
        What is frozen as ``resources/release.json``; None without a site or key, in which case the
        program offers no such thing.
    """
    if not site or not keys:
        return None
    latest = f"{site.rstrip('/')}/releases/latest"
    return {"manifest": f"{latest}/download/release.json", "page": latest, "keys": keys}


def artefact(ending: str) -> str:
    """Name of a file in ``dist/`` that is of this version, system and processor."""
    system = {"win32": "windows", "darwin": "macos"}.get(sys.platform, sys.platform)
    return f"{NAME}-{version()}-{system}-{platform.machine().lower()}{ending}"


def sha256(path: Path) -> str:
    """The hash of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sum_up() -> None:
    """Write the hash of every file in ``dist/``, as ``sha256sum --check`` reads it."""
    sums = DIST / "SHA256SUMS"
    sums.unlink(missing_ok=True)
    files = sorted(path for path in DIST.rglob("*") if path.is_file())
    lines = [f"{sha256(path)}  {path.relative_to(DIST).as_posix()}\n" for path in files]
    sums.write_text("".join(lines), "utf-8", newline="\n")


def words(site: str | None, **others: str) -> dict[str, str]:
    """What the definitions leave open.

    Args:
        site: address of the project's page, None if it has none.
        others: what one definition needs besides.
    """
    day = datetime.fromtimestamp(moment(), UTC)
    given = {
        "APP_ID": APP_ID,
        "VERSION": version(),
        "DATE": f"{day:%Y-%m-%d}",
        "TIME": f"{day:%FT%TZ}",
    }
    given["ARCH"] = {"x86_64": "amd64", "aarch64": "arm64"}.get(
        platform.machine(), platform.machine()
    )
    if site:
        given["SITE"] = site.rstrip("/")
        given["DOWNLOADS"] = f"{given['SITE']}/releases/download/v{version()}"
    return given | others


def fill(source: Path, target: Path, values: dict[str, str]) -> None:
    """Write ``source`` with its ``@NAMES@`` filled in; a line with an unknown site is left out.

    Raises:
        KeyError: the definition asks for something else that is not there.
    """
    lines = source.read_text("utf-8").splitlines()
    kept = [line for line in lines if "SITE" in values or "@SITE@" not in line]
    text = re.sub(r"@([A-Z0-9_]+)@", lambda found: values[found[1]], "\n".join(kept) + "\n")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, "utf-8", newline="\n")


def nsis_command(payload: Path, setup: Path, number: str | None = None) -> list[str]:
    """How makensis makes ``setup`` from the folder ``payload``; any warning is an error."""
    defined = {
        "VERSION": number or version(),
        "PAYLOAD": payload,
        "ICON": BUILD / "icons/app.ico",
        "LICENSE": ROOT / "LICENSE",
        "OUTFILE": setup,
    }
    if os.environ.get(SIGN_COMMAND):
        defined["SIGN"] = f'"{sys.executable}" "{PACKAGING / "signing.py"}"'
    options = [f"-D{name}={value}" for name, value in defined.items()]
    return ["makensis", "-V2", "-WX", *options, str(PACKAGING / "windows/installer.nsi")]


def run(*command: str) -> None:
    """Run a tool in the root of the project; end if it fails or is missing."""
    try:
        subprocess.run(command, cwd=ROOT, check=True)
    except FileNotFoundError:
        sys.exit(f"{command[0]} is needed here and was not found.")
    except subprocess.CalledProcessError as error:
        sys.exit(f"{Path(command[0]).name} ended with {error.returncode}.")
