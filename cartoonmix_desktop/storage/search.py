"""How prompts are indexed and looked for: any script, any substring of scripts without spaces.

SQLite's tokenizer takes a run of Chinese or Japanese for one word, so that 城 would not be found
in 雪の城と月. Each character of such scripts is therefore set apart before it is indexed, and a
word that is looked for becomes a phrase of the same characters.
"""

from __future__ import annotations

import re
import unicodedata

_LONGEST = 200  # characters of a search; a pasted page is cut, and neither refused nor slow

_UNSPACED = re.compile(
    "(["
    "\u0e00-\u0eff"  # Thai, Lao
    "\u1000-\u109f\u1780-\u17ff"  # Burmese, Khmer
    "\u2e80-\u2fdf\u3005-\u3007\u3040-\u31ff"  # radicals, kana, bopomofo, Hangul jamo
    "\u3400-\u4dbf\u4e00-\ua4cf\uf900-\ufaff"  # Chinese characters, Yi
    "\uac00-\ud7ff"  # Hangul
    "\U0001b000-\U0001b16f\U00020000-\U0003ffff"  # further kana and Chinese characters
    "])"
)


def to_index(text: str) -> str:
    """``text`` for the index: compatible forms unified, characters of unspaced scripts apart."""
    sound = unicodedata.normalize("NFKC", text).encode("utf-8", "replace").decode()
    return _UNSPACED.sub(r" \1 ", sound.replace("\0", " "))


def to_match(search: str) -> str:
    """The FTS5 expression for what a person typed: each word as a prefix, all of them.

    Quotes and operators mean nothing. Empty when there is no word in it.
    """
    words = dict.fromkeys(search[:_LONGEST].split())
    phrases = (to_index(word).replace('"', " ") for word in words)
    return " ".join(
        f'"{phrase}" *' for phrase in phrases if any(letter.isalnum() for letter in phrase)
    )
