"""``python -m cartoonmix_desktop.sandbox``."""

from __future__ import annotations

import sys

from cartoonmix_desktop.sandbox.serving import main

if __name__ == "__main__":
    sys.exit(main())
