"""The log: a file of bounded size without secrets, and on demand the terminal."""

from __future__ import annotations

import copy
import logging
import re
import sys
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, Any

from cartoonmix_desktop.core.log import follow_categories
from cartoonmix_desktop.core.traces import without_values

if TYPE_CHECKING:
    from collections.abc import Iterable
    from logging.handlers import RotatingFileHandler
    from pathlib import Path

NAME = "cartoonmix.log"
"""Of the newest file; the older ones end in ``.1`` to ``.4``."""

LARGEST = 1024 * 1024
"""Bytes of one file."""

FILES = 5
"""How many are kept."""

_LINE = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_ADDRESS = re.compile(r"\b(?:https?|wss?)://[^\s'\"<>]+", re.IGNORECASE)


class RedactingFormatter(logging.Formatter):
    """One line without addresses, and of an exception its kind and places alone."""

    def __init__(self) -> None:
        super().__init__(_LINE)

    def format(self, record: logging.LogRecord) -> str:
        """Not as another handler may have told the exception already."""
        record = copy.copy(record)
        record.exc_text = None
        if isinstance(record.args, tuple):
            record.args = tuple(map(_without_words, record.args))
        return _ADDRESS.sub("<address>", super().format(record))

    def formatException(self, ei: Any) -> str:  # noqa: N802 - the name of the base class
        """Without what the exception says."""
        return without_values(ei[1])


class LogFile(logging.Handler):
    """Writes what it is given; made with its first line. A full disk costs only the log.

    Attributes:
        path: of the newest file.
    """

    def __init__(self, folder: Path) -> None:
        """Nothing is written yet.

        Args:
            folder: made when missing.
        """
        super().__init__()
        self.path = folder / NAME

    @cached_property
    def _file(self) -> RotatingFileHandler:
        from logging.handlers import RotatingFileHandler

        class Silent(RotatingFileHandler):
            def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802
                """Say nothing: there is nowhere left to say it."""

            def rotate(self, source: str, dest: str) -> None:
                """Go on with a file that another process has open, where the system says no."""
                with suppress(OSError):
                    super().rotate(source, dest)

        made = Silent(
            self.path, maxBytes=LARGEST, backupCount=FILES - 1, encoding="utf-8", delay=True
        )
        made.setFormatter(RedactingFormatter())
        return made

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line."""
        with suppress(OSError):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._file.emit(record)

    def close(self) -> None:
        """Close the file, if it was ever opened."""
        if "_file" in self.__dict__:
            self._file.close()
        super().close()


def _without_words(fact: object) -> object:
    """Of an exception its kind alone: it may name a file, and a file is named after its prompt."""
    if not isinstance(fact, BaseException):
        return fact
    number = f" [errno {fact.errno}]" if isinstance(fact, OSError) else ""
    return type(fact).__name__ + number


def debug_to_terminal(categories: Iterable[str]) -> None:
    """Write these categories, and all warnings, to the standard error stream."""
    follow_categories(categories)
    if sys.stderr is None:
        return  # the program was started without it
    terminal = logging.StreamHandler()
    terminal.setFormatter(RedactingFormatter())
    logging.getLogger().addHandler(terminal)


def log_to_file(folder: Path) -> None:
    """Write all that is logged to the file as well; the window does so by itself."""
    logging.getLogger().addHandler(LogFile(folder))
