"""How texts are indexed and looked for: any script, any part of a word, accents or none.

Two indices hold the prompts. One has words, for the first letters of a word, and takes each
character of scripts without spaces for a word of its own: SQLite would take a run of Chinese or
Japanese for one word, and 城 would not be found in 雪の城と月. The other has every three letters,
for what stands inside a word.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

_UNSPACED = (
    "(["
    "\u0e00-\u0eff"  # Thai, Lao
    "\u1000-\u109f\u1780-\u17ff"  # Burmese, Khmer
    "\u2e80-\u2fdf\u3005-\u3007\u3040-\u31ff"  # radicals, kana, bopomofo, Hangul jamo
    "\u3400-\u4dbf\u4e00-\ua4cf\uf900-\ufaff"  # Chinese characters, Yi
    "\uac00-\ud7ff"  # Hangul
    "\U0001b000-\U0001b16f\U00020000-\U0003ffff"  # further kana and Chinese characters
    "])"
)
_ACCENTS = re.compile("[\u0300-\u036f]")
_BREAKS = re.compile(r"[\W_]+")
_unspaced = cache(lambda: re.compile(_UNSPACED))  # when first asked: not at every start
_SHORT = 3  # letters from which on a part of a word is found, not only its beginning


def folded(text: str) -> str:
    """``text`` without what a person who searches does not care for: case, accents, forms."""
    sound = text.encode("utf-8", "replace").decode().replace("\0", " ")
    if sound.isascii():
        return sound.lower()
    bare = _ACCENTS.sub("", unicodedata.normalize("NFKD", sound).casefold())
    return unicodedata.normalize("NFKC", bare)


def words_of(text: str) -> str:
    """The folded words of ``text``, a space before and after each."""
    plain = folded(text)
    if not plain.isascii():
        plain = _unspaced().sub(r" \1 ", plain)
    return f" {' '.join(_BREAKS.sub(' ', plain).split())} "


def is_part(text: str) -> bool:
    """Whether ``text`` is looked for anywhere, not only where a word begins."""
    plain = folded(text)
    if len(plain) < _SHORT or " " in plain:
        return False
    return plain.isascii() or not _unspaced().search(plain)


def phrase_of(text: str, *, exact: bool) -> str:
    """The expression that finds ``text`` as words in the index of words.

    Args:
        text: one word or several in a row.
        exact: its last word is whole, and not the beginning of one.
    """
    words = words_of(text).strip()
    return f'"{words}"' if exact else f'"{words}"*'


def part_of(text: str) -> str:
    """The expression that finds ``text`` in the index of parts, whichever apostrophe is in it."""
    inside = folded(text).replace('"', '""').replace("’", "'")
    if "'" not in inside:
        return f'"{inside}"'
    curled = inside.replace("'", "’")
    return f'("{inside}" OR "{curled}")'


def signs_of(text: str) -> str:
    """``text`` if it is nothing but signs, such as 🏰, which no index holds; else empty."""
    return "" if words_of(text).strip() else text.replace("\ufe0f", "")
