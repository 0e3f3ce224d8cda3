from __future__ import annotations

from cartoonmix_desktop.storage.history.full_text import (
    folded,
    is_part,
    part_of,
    phrase_of,
    words_of,
)


def test_scripts_without_spaces_are_indexed_by_character():
    assert words_of("雪の城") == " 雪 の 城 "
    assert words_of("a 城gate") == " a 城 gate "
    assert words_of("𠀋") == " 𠀋 "


def test_case_accents_and_compatible_forms_mean_nothing():
    assert folded("Ｃａｓｔｌｅ") == "castle"
    assert folded("Café SIRÈNE Straße") == "cafe sirene strasse"
    assert folded("か\u3099") == "が"  # a mark that makes another letter is no accent
    assert folded("a\0b\ud800") == "a b?"


def test_words_lose_what_is_around_them():
    assert words_of("(castle:1.2), bad_hands-5") == " castle 1 2 bad hands 5 "
    assert words_of("...") == "  "


def test_three_letters_are_looked_for_anywhere():
    assert is_part("cat")
    assert not is_part("ca")
    assert not is_part("雪の城")
    assert part_of('a"b') == '"a""b"'
    assert phrase_of("ca", exact=False) == '"ca"*'
    assert phrase_of("Purple, hair", exact=True) == '"purple hair"'
