"""Signs programs for Windows with signtool, where there is a certificate; says so where not.

    signing.py FILE …

``WINDOWS_CERTIFICATE_FILE`` is a .pfx, ``WINDOWS_CERTIFICATE_PASSWORD`` opens it, and
``WINDOWS_TIMESTAMP_URL`` names who confirms the time. macOS is signed by PyInstaller and by
``macos/make-dmg.sh``.
"""

from __future__ import annotations

import os
import sys

from definitions import run

CERTIFICATE = "WINDOWS_CERTIFICATE_FILE"


def sign(*files: str) -> None:
    """Sign programs in place, or say that they are not."""
    if not os.environ.get(CERTIFICATE):
        print(f"Not signed: {CERTIFICATE} is not set.")
        return
    confirmed_by = os.environ.get("WINDOWS_TIMESTAMP_URL", "http://timestamp.digicert.com")
    run(
        *("signtool", "sign", "/fd", "sha256", "/td", "sha256", "/tr", confirmed_by),
        *("/f", os.environ[CERTIFICATE], "/p", os.environ["WINDOWS_CERTIFICATE_PASSWORD"]),
        *files,
    )


if __name__ == "__main__":
    sign(*sys.argv[1:])
