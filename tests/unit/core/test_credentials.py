from __future__ import annotations

import re

from cartoonmix_desktop.core.credentials import Credentials

MINE = Credentials("key-abcdef123456", "secret-987654")


def test_neither_key_nor_secret_shows():
    for text in (repr(MINE), str(MINE), f"{MINE}", MINE.fingerprint):
        assert "abcdef" not in text
        assert "987654" not in text


def test_the_fingerprint_names_the_key_and_not_the_secret():
    assert re.fullmatch(r"wiro-[0-9a-f]{12}", MINE.fingerprint)
    assert MINE.fingerprint == Credentials(MINE.key).fingerprint
    assert MINE.fingerprint != Credentials("another").fingerprint


def test_a_project_may_have_no_secret():
    assert Credentials("key").secret == ""


def test_half_a_character_has_a_fingerprint_too():
    assert re.fullmatch(r"wiro-[0-9a-f]{12}", Credentials("\udcff").fingerprint)
