"""Makes and signs the news of a release, ``release.json``, which the program believes.

    sign_manifest.py --new-key              prints a private and a public key
    sign_manifest.py --sequence N FILE …    writes dist/release.json for these files

The private key is taken from the variable ``CARTOONMIX_UPDATE_PRIVATE_KEY`` and is never written.
The public one goes into the program: ``build.py --update-key``.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from definitions import DIST, NAME, ROOT, moment, sha256, version

sys.path.insert(0, str(ROOT))

from cryptography.hazmat.primitives import serialization as forms
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cartoonmix_desktop.wiro.releases import believe, sign

VARIABLE = "CARTOONMIX_UPDATE_PRIVATE_KEY"

KINDS = {
    f"{NAME}_{{version}}-1_amd64.deb": "linux-x86_64-deb",
    f"{NAME}-{{version}}-1.x86_64.rpm": "linux-x86_64-rpm",
    f"{NAME}-{{version}}-linux-x86_64.tar.xz": "linux-x86_64-tar",
    f"{NAME}-{{version}}-setup.exe": "windows-x86_64",
    f"{NAME}-{{version}}-arm64.dmg": "macos-arm64",
    f"{NAME}-{{version}}-x86_64.dmg": "macos-x86_64",
}
"""What each file of a release is for."""


def manifest(files: list[Path], sequence: int, days: int, notes: str, now: datetime) -> bytes:
    """The unsigned news of this version.

    Raises:
        SystemExit: a file is none of this version's.
    """
    kinds = {name.format(version=version()): kind for name, kind in KINDS.items()}
    told = {}
    for file in files:
        if file.name not in kinds:
            sys.exit(f"{file.name} is none of: {', '.join(kinds)}")
        told[kinds[file.name]] = {
            "name": file.name,
            "size": file.stat().st_size,
            "sha256": sha256(file),
        }
    news = {
        "schema": 1,
        "sequence": sequence,
        "version": version(),
        "released": f"{datetime.fromtimestamp(moment(), UTC):%FT%TZ}",
        "expires": f"{now + timedelta(days=days):%FT%TZ}",
        "notes": notes,
        "files": told,
    }
    return json.dumps(news, ensure_ascii=False, sort_keys=True, indent=1).encode()


def new_key() -> tuple[str, str]:
    """A private and its public key, in base64."""
    key = Ed25519PrivateKey.generate()
    raw, none = forms.Encoding.Raw, forms.NoEncryption()
    private = key.private_bytes(raw, forms.PrivateFormat.Raw, none)
    return base64.b64encode(private).decode(), public_of(private)


def public_of(private: bytes) -> str:
    """The public key, in base64, that belongs to a private one."""
    key = Ed25519PrivateKey.from_private_bytes(private).public_key()
    return base64.b64encode(key.public_bytes_raw()).decode()


def main() -> int:
    """Do what the arguments say.

    Returns:
        The exit status.
    """
    parser = argparse.ArgumentParser(description="Make and sign the news of a release.")
    parser.add_argument("--new-key", action="store_true", help="print a new pair of keys")
    parser.add_argument("--sequence", type=int, help="higher than that of all news before")
    parser.add_argument("--days", type=int, default=120, help="how long the news may be believed")
    parser.add_argument("--notes", default="", help="what is new, in a sentence or two")
    parser.add_argument("--out", type=Path, default=DIST / "release.json")
    parser.add_argument("files", nargs="*", type=Path)
    options = parser.parse_args()
    if options.new_key:
        private, public = new_key()
        print(f"{VARIABLE}={private}\npublic key: {public}")
        return 0
    if not options.files or options.sequence is None:
        parser.error("--sequence and the files of the release are needed")
    if not os.environ.get(VARIABLE):
        print(f"Not signed: {VARIABLE} is not set.", file=sys.stderr)
        return 2
    private_key = base64.b64decode(os.environ[VARIABLE], validate=True)
    now = datetime.now(UTC)
    news = manifest(options.files, options.sequence, options.days, options.notes, now)
    document = sign(news, private_key)
    public = base64.b64decode(public_of(private_key))
    believe(document, [public], now.timestamp())  # as every program will
    options.out.write_bytes(document)
    print(f"{options.out}, to be believed until {now + timedelta(days=options.days):%Y-%m-%d}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
