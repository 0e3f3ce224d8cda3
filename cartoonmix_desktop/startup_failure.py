"""What is said when the window cannot be opened: on the terminal, and where there is none in a box.

Free of Qt, which may be what is broken. The box is the system's own; nobody waits for it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

from cartoonmix_desktop.core.errors import WindowImpossible
from cartoonmix_desktop.core.loader import library_in
from cartoonmix_desktop.core.surroundings import of_box
from cartoonmix_desktop.wording.window import CANNOT_START

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cartoonmix_desktop.core.errors import CartoonMixError

EXIT_ENVIRONMENT = 2
"""Exit status when the environment or the disk cannot be used."""

EXIT_FAULT = 1
"""Exit status when a fault of the program's own ended it."""


def of_import(error: ImportError) -> WindowImpossible:
    """What it means that Qt cannot be imported."""
    return WindowImpossible("library", library_in(str(error)))


def words_of(error: CartoonMixError) -> str:
    """Title and advice in one paragraph."""
    from cartoonmix_desktop.wording.errors import describe

    return describe(error).paragraph


def print_words(words: str) -> None:
    """Say it on the terminal, if there is one."""
    stream = sys.stderr
    if stream is None:
        return
    try:
        written = words.encode(stream.encoding, "backslashreplace").decode(stream.encoding)
        print(written, file=stream, flush=True)
    except OSError:
        pass  # nobody reads any more


def tell(words: str, environ: Mapping[str, str] = os.environ) -> None:
    """Say it on the terminal and, when the program was not started from one, in a box."""
    print_words(words)
    if sys.stderr is not None and sys.stderr.isatty():
        return
    if sys.platform == "win32":
        import ctypes

        ctypes.windll.user32.MessageBoxW(
            None, words, CANNOT_START, 0x10
        )  # with the sign of an error
    elif command := _box(words, environ):
        quiet = subprocess.DEVNULL
        try:
            subprocess.Popen(  # noqa: S603 - ours
                command, env=of_box(environ), stdin=quiet, stdout=quiet, stderr=quiet
            )
        except OSError:
            pass  # then the words stand where they stand


def _box(words: str, environ: Mapping[str, str]) -> list[str]:
    """The command that shows a box on this system, or nothing."""
    if sys.platform == "darwin":
        script = "on run said\ndisplay alert (item 1 of said) message (item 2 of said)\nend run"
        return ["/usr/bin/osascript", "-e", script, CANNOT_START, words]
    if not (environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY")):
        return []
    # No folder that depends on where the program was started: anything may lie there.
    folders = filter(os.path.isabs, environ.get("PATH", os.defpath).split(os.pathsep))
    path = os.pathsep.join(folders)
    for command in (
        ["zenity", "--error", "--no-markup", f"--title={CANNOT_START}", f"--text={words}"],
        ["kdialog", "--title", CANNOT_START, "--error", words],
        ["xmessage", "-center", words],
    ):
        if found := shutil.which(command[0], path=path):
            return [found, *command[1:]]
    return []
