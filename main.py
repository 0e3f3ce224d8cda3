"""Starts CartoonMix Desktop from a source tree: ``python main.py``."""

from __future__ import annotations

import sys

from cartoonmix_desktop.cli import main

if __name__ == "__main__":
    sys.exit(main())
