"""Writes what translators begin with, and what the program reads of languages and regions.

``make texts`` runs it. In ``resources/locale/``:

- ``cartoonmix_desktop.pot``: every text of the program, taken from ``cartoonmix_desktop/wording/``;
- of each language ``xx`` with a ``xx/LC_MESSAGES/cartoonmix_desktop.po``: the ``.mo`` of it;
- of each language, and of English: ``xx/formats.json``, how each region writes numbers and dates.

A new language begins with a copy of the ``.pot`` as its ``.po``.
"""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path

import msgspec
from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from cartoonmix_desktop.wording.catalogue import DOMAIN
from cartoonmix_desktop.wording.formats import Formats, Style

ROOT = Path(__file__).parents[1]
LOCALE = ROOT / "resources/locale"
TEMPLATE = LOCALE / f"{DOMAIN}.pot"
_KEYWORDS = {"_": None, "ngettext": (1, 2)}
_TOKEN = re.compile(r"'([^']*)'|([a-zA-Z])\2*|[^'a-zA-Z]+")


# --- texts ---------------------------------------------------------------------------------------


def template() -> bytes:
    """The ``.pot``, without what changes with no text: dates and lines."""
    catalogue = Catalog(project="CartoonMix Desktop", charset="utf-8", fuzzy=False)
    wording = ROOT / "cartoonmix_desktop/wording"
    found = extract_from_dir(
        wording, [("**.py", "python")], keywords=_KEYWORDS, comment_tags=("Translators:",)
    )
    for name, _line, text, comments, context in sorted(found, key=lambda one: (one[0], one[1])):
        at = [(f"wording/{Path(name).as_posix()}", 0)]
        catalogue.add(text, None, at, auto_comments=comments, context=context)
    written = io.BytesIO()
    write_po(written, catalogue, omit_header=True, include_lineno=False, width=100)
    head = (
        'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n'
        '"Content-Transfer-Encoding: 8bit\\n"\n\n'
    )
    return head.encode() + written.getvalue()


def compiled(po: Path, language: str) -> bytes:
    """The ``.mo`` of a language."""
    written = io.BytesIO()
    with po.open("rb") as file:
        write_mo(written, read_po(file, locale=language))
    return written.getvalue()


# --- formats -------------------------------------------------------------------------------------


def formats(language: str) -> Formats:
    """How each region writes, with the words of a language."""
    words = Locale.parse(language)
    styles: dict[Style, int] = {}
    regions = {}
    for region in sorted(get_global("territory_languages")):
        style = _style_of(words.language, region)
        regions[region] = styles.setdefault(style, len(styles))
    months, days = words.months["format"], words.days["format"]
    halves = words.periods
    return Formats(
        months=tuple(tuple(months[w][n] for n in range(1, 13)) for w in ("wide", "abbreviated")),
        weekdays=tuple(tuple(days[w][n] for n in range(7)) for w in ("wide", "abbreviated")),
        halves=(halves["am"], halves["pm"]),
        styles=tuple(styles),
        regions=regions,
    )


def _style_of(language: str, region: str) -> Style:
    """How ``language`` is written in ``region``; its numbers are those of the people there."""
    own = _parsed(f"{language}_{region}")
    spoken = own or _of_people(region) or Locale.parse(language)
    dates = own or _parsed(f"{language}_001") or Locale.parse(language)
    symbols = spoken.number_symbols.get("latn") or dates.number_symbols["latn"]
    late = "a" in str(spoken.time_formats["short"].pattern)
    skeletons = dates.datetime_skeletons
    hour = "h" if late else "H"
    pattern = str(spoken.currency_formats["standard"].pattern).partition(";")[0]
    group = str(spoken.decimal_formats[None].pattern)
    groups = [len(part) for part in group.partition(".")[0].split(",")[1:]]
    symbol = spoken.currency_symbols.get("USD", "US$")
    if symbol.isalpha():
        symbol += "\N{NO-BREAK SPACE}" if pattern.startswith("¤") else ""
    percent = str(spoken.percent_formats[None].pattern)
    return Style(
        decimal=symbols["decimal"],
        group=symbols["group"],
        groups=(groups[-1], groups[0]) if groups else (3, 3),
        percent=_around(percent),
        money=_around(pattern).replace("¤", symbol),
        clock=_filled(skeletons[f"{hour}m"]),
        seconds=_filled(skeletons[f"{hour}ms"]),
        short=_filled(skeletons["MMMd"]),
        short_year=_filled(skeletons["yMMMd"]),
        long=_filled(skeletons["MMMMd"]),
        long_year=_filled(dates.date_formats["long"]),
        full=_filled(dates.date_formats["full"]),
        month=_filled(skeletons["yMMMM"]),
    )


def _around(pattern: str) -> str:
    """``"{} %"`` of ``"#,##0 %"``; marks of direction are left out."""
    pattern = re.sub("[\u200e\u200f\u061c]", "", pattern)
    return re.sub(r"[#0][#0.,]*", "{}", pattern)


def _filled(pattern: object) -> str:
    """``"{d} {MMM}"`` of ``"d MMM"``."""
    written = []
    for found in _TOKEN.finditer(str(getattr(pattern, "pattern", pattern))):
        text = found[0]
        if found[1] is not None:
            written.append(found[1] or "'")
        elif text[0].isalpha():
            written.append("{" + text.replace("L", "M") + "}")
        else:
            written.append(text)
    return "".join(written)


def _of_people(region: str) -> Locale | None:
    """The locale that most people of a region use."""
    likely = get_global("likely_subtags").get(f"und_{region}", "")
    language, *_ = likely.split("_")
    return _parsed(f"{language}_{region}") if language else None


def _parsed(name: str) -> Locale | None:
    try:
        found = Locale.parse(name)
    except (UnknownLocaleError, ValueError):
        return None
    return found if str(found) == name else None


def main() -> int:
    """Write all of it; the exit status."""
    TEMPLATE.write_bytes(template())
    languages = {path.parents[1].name: path for path in LOCALE.glob(f"*/LC_MESSAGES/{DOMAIN}.po")}
    for language, po in languages.items():
        po.with_suffix(".mo").write_bytes(compiled(po, language))
    for language in ("en", *languages):
        written = msgspec.json.format(msgspec.json.encode(formats(language)), indent=1)
        (LOCALE / language / "formats.json").write_bytes(written + b"\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
