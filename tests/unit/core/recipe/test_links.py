"""``cartoonmix:`` links: a recipe and nothing else, however they are made."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartoonmix_desktop.core.errors import RecipeUnreadable
from cartoonmix_desktop.core.recipe.links import LONGEST, FileToOpen, from_link, read_given, to_link
from cartoonmix_desktop.core.recipe.recipe import Recipe


def refused(text):
    with pytest.raises(RecipeUnreadable) as error:
        read_given(text)
    return error.value.reason, error.value.detail


@pytest.mark.parametrize(
    "link",
    [
        "cartoonmix:recipe?prompt=a%20fox&steps=30",
        "cartoonmix://recipe?prompt=a+fox&steps=30",
        "cartoonmix://recipe/?prompt=a%20fox&steps=30#part",
        "CARTOONMIX:recipe?prompt=a%20fox&steps=30",
    ],
)
def test_a_link_is_a_recipe(link):
    recipe = read_given(link)
    assert isinstance(recipe, Recipe)
    assert recipe.values == {"prompt": "a fox", "steps": 30}


@pytest.mark.parametrize(
    ("link", "reason"),
    [
        ("cartoonmix:", ("other_link", "")),
        ("cartoonmix:generate?prompt=x", ("other_link", "generate")),
        ("cartoonmix:recipe/../../etc/passwd?prompt=x", ("other_link", "recipe/../../etc/passwd")),
        ("cartoonmix://[recipe?prompt=x", ("not_a_link", "")),
        ("cartoonmix:recipe", ("nothing", "")),
        ("cartoonmix:recipe?prompt", ("not_a_link", "")),
        ("cartoonmix:recipe?prompt=%ff", ("not_a_link", "")),
        ("cartoonmix:recipe?prompt=a&prompt=b", ("twice", "prompt")),
        ("cartoonmix:recipe?file=/etc/passwd", ("nothing", "")),
        ("cartoonmix:recipe?prompt=" + "x" * LONGEST, ("too_long", "")),
        ("cartoonmix:recipe?" + "&".join(f"k{n}=1" for n in range(99)), ("too_long", "")),
    ],
    ids=lambda value: str(value)[:40],
)
def test_other_links_are_refused_with_a_reason(link, reason):
    assert refused(link) == reason


def test_a_link_sets_no_callback_address():
    recipe = from_link("cartoonmix:recipe?prompt=x&callbackUrl=https://example.org")
    assert recipe.values == {"prompt": "x"}
    assert [error.reason for error in recipe.left_out] == ["not_from_outside"]


@pytest.mark.parametrize(
    ("given_text", "path"),
    [
        ("fox.png", "fox.png"),
        ("/tmp/a%20b.png", "/tmp/a%20b.png"),
        ("file:///tmp/a%20b.png", "/tmp/a b.png"),
        ("file://localhost/tmp/a.png", "/tmp/a.png"),
        ("file:/tmp/a.png", "/tmp/a.png"),
        ("file:///C:/a.png", "C:/a.png"),
        ("C:\\pictures\\fox.png", "C:\\pictures\\fox.png"),
    ],
)
def test_all_else_is_a_file(given_text, path):
    assert read_given(given_text) == FileToOpen(path)


@pytest.mark.parametrize("text", ["", "a\0b", "file:///a%00b", "file://server/share/a.png"])
def test_no_other_computer_is_asked(text):
    assert refused(text)[0] == "not_a_file"


@given(
    st.text(st.characters(exclude_categories=("Cc", "Cf", "Cs")), min_size=1, max_size=400).filter(
        str.strip
    ),
    st.integers(1, 99),
)
def test_a_link_gives_back_what_was_copied(prompt, steps):
    values = {"prompt": prompt, "steps": steps}
    assert from_link(to_link(values)).values == values


def test_a_recipe_may_be_too_long_for_a_link():
    with pytest.raises(RecipeUnreadable):
        to_link({"prompt": "ü" * 9000})


@given(st.text())
def test_nothing_breaks_it(text):
    for given_text in (text, f"cartoonmix:{text}", f"cartoonmix:recipe?{text}", f"file:{text}"):
        try:
            read_given(given_text)
        except RecipeUnreadable:
            pass
