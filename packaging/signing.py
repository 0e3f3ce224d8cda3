"""Signs programs for Windows with the publisher's own command; says so where there is none.

    signing.py FILE …

``SIGN_COMMAND`` is what signs the files that are named behind it, quoted as in a shell. Keys of
certificates lie in hardware or at a service, and each brings a command of its own. macOS is signed
by PyInstaller and by ``macos/make-dmg.sh``.
"""

from __future__ import annotations

import os
import shlex
import sys

from definitions import SIGN_COMMAND, run


def sign(*files: str) -> None:
    """Sign programs in place, or say that they are not."""
    command = shlex.split(os.environ.get(SIGN_COMMAND, ""))
    if not command:
        print(f"Not signed: {SIGN_COMMAND} is not set.")
        return
    run(*command, *files)


if __name__ == "__main__":
    sign(*sys.argv[1:])
