"""How large and how quick what was built is; for ``check.py`` and ``make bench``."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from definitions import BUILD, DIST, NAME, ROOT
from outcome import Failed

MOST_DEB = 50_000_000
MOST_UNPACKED = 150_000_000
SLOWEST_START = 1.15
"""Times the start of the same program from source."""


def frozen_program() -> Path:
    """The program as it is installed, as far as it can be run from where it lies."""
    if sys.platform == "linux":
        return BUILD / f"tree/usr/bin/{NAME}"
    if sys.platform == "darwin":
        return BUILD / f"frozen/CartoonMix Desktop.app/Contents/MacOS/{NAME}"
    return BUILD / f"frozen/{NAME}/{NAME}.exe"


def bare(home: Path) -> dict[str, str]:
    """The environment of a person who has just come: nothing of ours or of this shell."""
    kept = ("LANG",) if sys.platform == "linux" else ("SYSTEMROOT", "TEMP", "TMP", "LANG")
    own = {"HOME": str(home), "USERPROFILE": str(home), "QT_QPA_PLATFORM": "offscreen"}
    own |= {"PATH": os.defpath, "CARTOONMIX_HOME": str(home / "library")}
    return {name: os.environ[name] for name in kept if name in os.environ} | own


def unpacked() -> int:
    """Bytes of the frozen folder; a link counts nothing."""
    files = (path for path in (BUILD / "frozen" / NAME).rglob("*") if not path.is_symlink())
    return sum(path.stat().st_size for path in files if path.is_file())


def packed() -> dict[str, int]:
    """Bytes of each file in ``dist/``, by name."""
    return {path.name: path.stat().st_size for path in sorted(DIST.iterdir()) if path.is_file()}


def starts(rounds: int) -> tuple[list[float], list[float]]:
    """Seconds to the window, frozen and from source, by turns.

    Raises:
        Failed: no window was opened.
    """
    frozen, from_source = [], []
    for _ in range(rounds):
        frozen.append(_time_to_window([str(frozen_program())]))
        from_source.append(_time_to_window([sys.executable, str(ROOT / "main.py")]))
    return frozen, from_source


def _time_to_window(command: list[str]) -> float:
    """Until the window is painted: right after that the history is opened."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        history = Path(home, "library/data/history.sqlite3")
        begun = time.perf_counter()
        process = subprocess.Popen(command, env=bare(Path(home)), cwd=home)
        while not history.exists():
            if process.poll() is not None or time.perf_counter() > begun + 60:
                process.kill()
                raise Failed(f"{command[-1]} opened no window")
            time.sleep(0.002)
        taken = time.perf_counter() - begun
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        return taken
