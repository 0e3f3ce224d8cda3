from __future__ import annotations

import pytest

from cartoonmix_desktop.storage.search import to_index, to_match


def test_scripts_without_spaces_are_indexed_by_character():
    assert to_index("雪の城").split() == ["雪", "の", "城"]
    assert to_index("a 城gate").split() == ["a", "城", "gate"]
    assert to_index("𠀋").split() == ["𠀋"]


def test_compatible_forms_become_one():
    assert to_index("Ｃａｓｔｌｅ") == "Castle"
    assert to_index("か\u3099").split() == ["が"]


def test_words_become_quoted_prefixes():
    assert to_match('castle "purple') == '"castle" * " purple" *'
    assert to_match("castle castle") == '"castle" *'


@pytest.mark.parametrize("search", ["", "   ", '"', "((*))", "😀", "\0", "-", "\ud800"])
def test_what_holds_no_word_looks_for_nothing(search):
    assert to_match(search) == ""
