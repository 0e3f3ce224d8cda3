"""``python -m cartoonmix_desktop``: the same as the command ``cartoonmix-desktop``."""

from __future__ import annotations

import sys

from cartoonmix_desktop.cli import main

if __name__ == "__main__":
    sys.exit(main())
