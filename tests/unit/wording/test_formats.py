"""Numbers, sizes, times and money as a person's region writes them."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from cartoonmix_desktop import system_locale
from cartoonmix_desktop.wording import formats

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

THEN = datetime(2024, 12, 1, 15, 3, 20)  # noqa: DTZ001  what a clock on the wall says
TODAY = date(2026, 3, 5)


@pytest.fixture
def at_home_in(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Lets the person live there."""

    def move(name: str) -> None:
        monkeypatch.setenv("LANG", name)
        formats._style.cache_clear()

    yield move
    formats._style.cache_clear()


@pytest.mark.parametrize(
    ("name", "numbers", "times"),
    [
        ("C.UTF-8", "1,234,567.5 | 60 % | $1,234.50", "15:03 | 1 Dec 2024 | 1 December 2024"),
        (
            "en_US.UTF-8",
            "1,234,567.5 | 60% | $1,234.50",
            "3:03 PM | Dec 1, 2024 | December 1, 2024",
        ),
        ("en_GB.UTF-8", "1,234,567.5 | 60% | US$1,234.50", "15:03 | 1 Dec 2024 | 1 December 2024"),
        (
            "de_DE.UTF-8",
            "1.234.567,5 | 60 % | 1.234,50 US$",
            "15:03 | 1 Dec 2024 | 1 December 2024",
        ),
        ("pt_BR.UTF-8", "1.234.567,5 | 60% | US$ 1.234,50", "15:03 | 1 Dec 2024 | 1 December 2024"),
        ("en_IN", "12,34,567.5 | 60% | $1,234.50", "3:03 PM | 1 Dec 2024 | 1 December 2024"),
        ("xx_QQ", "1,234,567.5 | 60 % | $1,234.50", "15:03 | 1 Dec 2024 | 1 December 2024"),
    ],
)
def test_english_words_with_the_habits_of_a_region(
    at_home_in: Callable[[str], None], name: str, numbers: str, times: str
) -> None:
    at_home_in(name)
    price = formats.money(Decimal("1234.5"))
    said = " | ".join((formats.number(1234567.5, 1), formats.percent(60), price))
    assert re.sub(r"\s", " ", said) == numbers
    days = (formats.short_day(THEN, TODAY), formats.long_day(THEN, TODAY))
    assert re.sub(r"\s", " ", " | ".join((formats.clock(THEN), *days))) == times


@pytest.mark.parametrize(
    ("cost", "words", "exact"),
    [
        ("0", "$0.00", "$0.00"),
        ("0.003510000000", "$0.0035", "$0.00351"),
        ("0.000012345", "$0.000012", "$0.000012345"),
        ("0.00995", "$0.01", "$0.00995"),
        ("0.0735", "$0.07", "$0.0735"),
        ("0.075", "$0.08", "$0.075"),
        ("12345.678", "$12,345.68", "$12,345.678"),
        ("-0.5", "-$0.50", "-$0.50"),
        ("1E-12", "$0.000000000001", "$0.000000000001"),
    ],
)
def test_money_is_rounded_as_people_do_and_told_exactly(cost: str, words: str, exact: str) -> None:
    assert formats.money(Decimal(cost)) == words
    assert formats.exact_money(Decimal(cost)) == exact


def test_each_kind_of_habit_may_be_of_another_region(
    at_home_in: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_TIME", "en_US.UTF-8")
    at_home_in("de_DE.UTF-8")
    assert formats.short_day(THEN, TODAY) == "Dec 1, 2024"
    assert formats.number(1.5, 1) == "1,5"


@pytest.mark.parametrize(
    ("environment", "languages", "region"),
    [
        ({"LANG": "C.UTF-8", "LANGUAGE": "de"}, [], ""),
        ({"LANG": "de_AT.UTF-8"}, ["de_AT"], "AT"),
        ({"LANG": "de_AT.UTF-8", "LANGUAGE": "fr:de"}, ["fr", "de"], "AT"),
        ({"LANG": "de_AT", "LC_ALL": "pt_BR.UTF-8"}, ["pt_BR"], "BR"),
        ({"LANG": "de_AT", "LC_MESSAGES": "en_GB", "LC_TIME": "sr_RS@latin"}, ["en_GB"], "RS"),
        ({"LANG": "eo"}, ["eo"], ""),
    ],
)
def test_what_the_environment_says(
    monkeypatch: pytest.MonkeyPatch,
    environment: dict[str, str],
    languages: list[str],
    region: str,
) -> None:
    monkeypatch.delenv("LANG")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert system_locale.languages() == languages
    assert system_locale.region("LC_TIME") == region


@pytest.mark.parametrize("system", ["win32", "darwin"])
def test_other_systems_are_asked_when_the_environment_says_nothing(
    monkeypatch: pytest.MonkeyPatch, system: str
) -> None:
    monkeypatch.delenv("LANG")
    monkeypatch.setattr(system_locale.sys, "platform", system)
    monkeypatch.setattr(system_locale, "_of_system", lambda: (["de-AT", "en-US"], "de-AT"))
    assert system_locale.languages() == ["de_AT", "en_US"]
    assert system_locale.region("LC_TIME") == "AT"
    monkeypatch.setenv("LANG", "fr_FR.UTF-8")
    assert system_locale.languages() == ["fr_FR"]
