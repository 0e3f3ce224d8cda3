"""What the system says of the person's languages and region. Free of Qt, and read once at start.

The environment is heard first on every system: it is what a person sets for one run, and what
tests set. Windows and macOS set none for a program that is opened with a click; they are asked.
"""

from __future__ import annotations

import os
import sys
from functools import cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_PLAIN = {"", "C", "POSIX"}


def languages() -> list[str]:
    """The languages that the person reads, best first: ``["de_AT", "en"]``; empty for any."""
    named = _from_environment("LC_MESSAGES")
    if named is None:
        return [_posix(tag) for tag in _of_system()[0]]
    if named in _PLAIN:
        return []  # as gettext has it: then LANGUAGE does not count
    wanted = os.environ.get("LANGUAGE", "").split(":")
    found = [plain(name) for name in wanted if name] or [named]
    return [name for name in found if name not in _PLAIN]


def region(category: str) -> str:
    """The country whose habits are followed: ``"AT"``; empty for none.

    Args:
        category: ``"LC_TIME"``, ``"LC_NUMERIC"`` or ``"LC_MONETARY"``: they may differ.
    """
    named = _from_environment(category)
    name = _posix(_of_system()[1]) if named is None else named
    parts = name.split("_")
    return parts[-1].upper() if len(parts) > 1 and len(parts[-1]) in {2, 3} else ""


def plain(name: str) -> str:
    """``"de_AT"`` of ``"de_AT.UTF-8@euro"``."""
    return name.partition(".")[0].partition("@")[0]


def _posix(tag: str) -> str:
    return plain(tag).replace("-", "_")


def _from_environment(category: str) -> str | None:
    """What is set for a category; None if nothing is."""
    for variable in ("LC_ALL", category, "LANG"):
        if value := os.environ.get(variable):
            return plain(value)
    return None if sys.platform in {"win32", "darwin"} else ""


@cache
def _of_system() -> tuple[list[str], str]:
    """Languages, best first, and the locale of formats, as the system writes them."""
    try:
        if sys.platform == "win32":
            return _of_windows()
        return _of_macos() if sys.platform == "darwin" else ([], "")
    except (OSError, AttributeError):
        return [], ""  # an unusual system: the texts as they are in the code


def _of_windows() -> tuple[list[str], str]:
    import ctypes

    kernel: Any = ctypes.WinDLL("kernel32")  # type: ignore[attr-defined,unused-ignore]
    count, length = ctypes.c_ulong(), ctypes.c_ulong()
    names = 8  # MUI_LANGUAGE_NAME: not as numbers
    kernel.GetUserPreferredUILanguages(names, ctypes.byref(count), None, ctypes.byref(length))
    listed = ctypes.create_unicode_buffer(max(length.value, 2))
    kernel.GetUserPreferredUILanguages(names, ctypes.byref(count), listed, ctypes.byref(length))
    current = ctypes.create_unicode_buffer(85)  # LOCALE_NAME_MAX_LENGTH
    kernel.GetUserDefaultLocaleName(current, len(current))
    found = ctypes.wstring_at(ctypes.addressof(listed), length.value).split("\0")
    return [name for name in found if name], current.value


def _of_macos() -> tuple[list[str], str]:
    import ctypes

    foundation: Any = ctypes.CDLL(
        "/System/Library/Frameworks/CoreFoundation.framework/CoreFoundation"
    )
    pointer, index = ctypes.c_void_p, ctypes.c_long
    for name in ("CFLocaleCopyPreferredLanguages", "CFLocaleCopyCurrent"):
        getattr(foundation, name).restype = pointer
    foundation.CFArrayGetCount.restype = index
    foundation.CFArrayGetCount.argtypes = [pointer]
    foundation.CFArrayGetValueAtIndex.restype = pointer
    foundation.CFArrayGetValueAtIndex.argtypes = [pointer, index]
    foundation.CFLocaleGetIdentifier.restype = pointer
    foundation.CFLocaleGetIdentifier.argtypes = [pointer]
    foundation.CFStringGetCString.argtypes = [pointer, ctypes.c_char_p, index, ctypes.c_uint32]

    def read(string: Any) -> str:
        held = ctypes.create_string_buffer(256)
        utf8 = 0x08000100  # kCFStringEncodingUTF8
        foundation.CFStringGetCString(string, held, len(held), utf8)
        return held.value.decode()

    # What is copied here is never released: it is two small objects, once.
    listed = foundation.CFLocaleCopyPreferredLanguages()
    count = foundation.CFArrayGetCount(listed)
    preferred = [read(foundation.CFArrayGetValueAtIndex(listed, n)) for n in range(count)]
    return preferred, read(foundation.CFLocaleGetIdentifier(foundation.CFLocaleCopyCurrent()))
