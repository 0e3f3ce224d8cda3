from __future__ import annotations

import pytest

from cartoonmix_desktop.cartoon.palette import CLOTH, EYES, HAIR
from cartoonmix_desktop.cartoon.words import read
from cartoonmix_desktop.core.recipe.cartoonmix import CARTOONMIX


def test_the_published_default_prompt():
    wish = read(str(CARTOONMIX["prompt"].default))
    assert (wish.subject, wish.gender, wish.time, wish.gaze) == ("person", "female", "dark", "up")
    assert (wish.hair, wish.tips, wish.eyes) == (HAIR["purple"], HAIR["pink"], EYES["pink"])
    assert (wish.clothes, wish.cloth, wish.expression) == ("sweater", CLOTH["black"], "serious")
    assert "jewelry" in wish.extras


@pytest.mark.parametrize(
    ("prompt", "subject"),
    [
        ("a wizard cat", "cat"),
        ("a girl with a cat", "person"),
        ("a lighthouse keeper in a storm", "person"),
        ("a lighthouse at sunset", "lighthouse"),
        ("red car", "car"),
        ("hair flower, close up", "person"),
        ("scattered words about categories", "person"),
        ("", "person"),
        ("🦊 狐 ###", "person"),
    ],
)
def test_subjects(prompt, subject):
    assert read(prompt).subject == subject


@pytest.mark.parametrize(
    ("prompt", "place", "time"),
    [
        ("girl on a train station platform, at night", "station", "night"),
        ("a fox in the snow", "snow", ""),
        ("dark hair, boy", "", ""),
        ("dark forest", "forest", "dark"),
        ("young female wizard", "room", ""),
        ("castle, golden hour", "castle", "sunset"),
    ],
)
def test_places_and_hours(prompt, place, time):
    wish = read(prompt)
    assert (wish.place, wish.time) == (place, time)


def test_colours_belong_to_the_nearest_noun():
    wish = read("blue eyes and blonde hair, (red dress:1.2)")
    assert (wish.eyes, wish.hair, wish.cloth) == (EYES["blue"], HAIR["blonde"], CLOTH["red"])


def test_the_negative_prompt_takes_words_away():
    assert "hat" in read("woman, hat").extras
    assert "hat" not in read("woman, hat", "hat").extras
