"""A language of no people: every text of the catalogue in brackets, longer, with odd letters.

As a plugin of pytest (``-p tests.pseudo_locale``) it makes the program speak it, which must happen
before the first text is read. The folder with its catalogue is named by ``PSEUDO_RESOURCES``.
"""

from __future__ import annotations

import importlib.util
import os
import re
from pathlib import Path
from typing import Any

from cartoonmix_desktop import resources, system_locale

LANGUAGE = "qps"
OPEN, CLOSE = "⟦⟧"
_ODD = str.maketrans("aceinouyACEIOUY", "áčéíñóúýÁČÉÍÓÚÝ")
ROOT = Path(__file__).parents[1]


def odd(text: str) -> str:
    """``"⟦Ťĥéme~⟧"``: what is filled in and what underlines a letter stay."""
    parts = re.split(r"(\{[^}]*\}|&&|&)", text)
    letters = "".join(p if n % 2 else p.translate(_ODD) for n, p in enumerate(parts))
    return f"{OPEN}{letters}{'~' * max(1, len(text) * 2 // 5)}{CLOSE}"


def write(folder: Path) -> None:
    """Make a folder of resources that also speaks it."""
    import msgspec
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    texts = _tool()
    folder.mkdir()
    for each in (ROOT / "resources").iterdir():
        if each.name != "locale":
            (folder / each.name).symlink_to(each, target_is_directory=True)
    with texts.TEMPLATE.open("rb") as file:
        catalogue = read_po(file, locale="en")
    for message in catalogue:
        if not message.id:
            continue
        if isinstance(message.id, tuple):
            message.string = tuple(map(odd, message.id))
        else:
            message.string = odd(message.id)
    language = folder / "locale" / LANGUAGE
    (language / "LC_MESSAGES").mkdir(parents=True)
    with (language / "LC_MESSAGES/cartoonmix_desktop.mo").open("wb") as file:
        write_mo(file, catalogue)
    formats = texts.formats("en")
    named = {
        name: tuple(tuple(map(odd, names)) for names in getattr(formats, name))
        for name in ("months", "weekdays")
    }
    formats = msgspec.structs.replace(formats, **named)
    (language / "formats.json").write_bytes(msgspec.json.encode(formats))


def _tool() -> Any:
    spec = importlib.util.spec_from_file_location("texts", ROOT / "packaging/texts.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if folder := os.environ.get("PSEUDO_RESOURCES"):
    resources._root = lambda: Path(folder)
    system_locale.languages = lambda: [LANGUAGE]
