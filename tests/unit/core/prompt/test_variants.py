r"""Variants of a prompt: what they mean, how many there are, and that each is found."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartoonmix_desktop.core.prompt.random_numbers import RandomNumbers
from cartoonmix_desktop.core.prompt.template import Trouble
from cartoonmix_desktop.core.prompt.variants import LONGEST, ListUnreadable, Variants

LISTS = {
    "colours": ["red", "green", "blue", "red"],
    "animals/cats": ["{big|small} cat", "__colours__ cat", "0::never"],
    "itself": ["a", "the __itself__"],
    "one": ["__two__"],
    "two": ["__one__"],
    "empty": [],
    "weighted": ["2::a", "b"],
    "long": ["x" * 1000],
    "broken": ["{}"],
}


def lines(name):
    if name == "unreadable":
        raise ListUnreadable(name)
    return LISTS.get(name)


def every(text, most=200):
    variants = Variants(text, lines)
    assert not [problem for problem in variants.problems if not problem.is_note]
    return [variants[number] for number in range(min(variants.count, most))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a fox", ["a fox"]),
        ("", [""]),
        ("{a|b} {c|d}", ["a c", "a d", "b c", "b d"]),
        ("{a | b}", ["a ", " b"]),
        ("{a|}", ["a", ""]),
        ("{a}", ["a"]),
        ("{{a|b}|c}", ["a", "b", "c"]),
        ("{a|b|a}", ["a", "b"]),
        ("{__colours__|__colours__}", ["red", "green", "blue"]),
        ("{2$$a|b|c}", ["a, b", "a, c", "b, a", "b, c", "c, a", "c, b"]),
        ("{2$$ and $$a|b}", ["a and b", "b and a"]),
        (r"{2$$ \| $$a|b}", ["a | b", "b | a"]),
        ("{2$$$$a|b}", ["ab", "ba"]),
        ("{1-2$$a|b}", ["a", "b", "a, b", "b, a"]),
        ("{2-1$$a|b}", ["a", "b", "a, b", "b, a"]),
        ("{0-1$$a|b}", ["", "a", "b"]),
        ("{2$$a|{b|c}}", ["a, b", "a, c", "b, a", "c, a"]),
        (
            "{2$$__colours__}",
            [f"{a}, {b}" for a, b in permutations(LISTS["colours"][:3], 2)],
        ),
        ("{0.5::a|b}", ["a", "b"]),
        ("{0::a|b}", ["b"]),
        ("{.5::a| 3::b}", ["a", "b"]),
        ("__animals/cats__!", ["big cat!", "small cat!", "red cat!", "green cat!", "blue cat!"]),
        ("my__colours__ __colours__s", ["my__colours__ __colours__s"]),
        (r"\{a\|b\} \__colours__ \$", ["{a|b} __colours__ $"]),
        (r"\(x:1.2\) \n \\{a|b}", [r"\(x:1.2\) \n \{a|b}"]),
        ("$5 100% a__b # no :: 2$$", ["$5 100% a__b # no :: 2$$"]),
        ("a | b", ["a | b"]),
        ("a } b { c", ["a } b { c"]),
        ("{a|{b}", ["{a|b"]),
        ("{a|b}}", ["a}", "b}"]),
    ],
)
def test_what_is_written_means(text, expected):
    assert every(text) == expected


@pytest.mark.parametrize(
    ("text", "at", "trouble", "name"),
    [
        ("a {} b", 2, Trouble.EMPTY, ""),
        ("{2$$}", 0, Trouble.EMPTY, ""),
        ("🦊 __nobody__", 2, Trouble.MISSING, "nobody"),
        ("{a|__nobody__}", 3, Trouble.MISSING, "nobody"),
        ("{2$$__nobody__}", 0, Trouble.MISSING, "nobody"),
        ("__unreadable__", 0, Trouble.UNREADABLE, "unreadable"),
        ("x __itself__", 2, Trouble.CIRCLE, "itself"),
        ("x __one__", 2, Trouble.CIRCLE, "one"),
        ("__empty__", 0, Trouble.NOTHING, "empty"),
        ("__broken__", 0, Trouble.EMPTY, ""),
        ("{0::a|0::b}", 0, Trouble.NOTHING, ""),
        ("{3$$a|b}", 0, Trouble.TOO_FEW, ""),
        ("{2$$a|a}", 0, Trouble.TOO_FEW, ""),
        ("{" * 100 + "a|b" + "}" * 100, 60, Trouble.TOO_DEEP, ""),
        ("__long__, " * 100, 0, Trouble.TOO_LONG, ""),
        ("{a|b}" * 4000, 0, Trouble.TOO_MANY, ""),
    ],
)
def test_what_cannot_be_used_is_told_with_its_place(text, at, trouble, name):
    variants = Variants(text, lines)
    assert (at, trouble, name) in [(p.at, p.trouble, p.name) for p in variants.problems]
    assert variants.count == 0
    assert variants.drawn(0) is None
    with pytest.raises(IndexError):
        _ = variants[0]


def test_a_lone_brace_is_a_note_and_text():
    variants = Variants("{a|b} }", lines)
    assert [(p.at, p.trouble, p.is_note) for p in variants.problems] == [
        (6, Trouble.LONE_BRACE, True)
    ]
    assert variants.count == 2


def test_any_number_is_counted_and_the_last_is_found():
    variants = Variants("{a|b|c}" * 30 + "{2-3$$__colours__|x|{y|z}}", lines)
    assert variants.count == 3**30 * (2 * 11 + 6 * 6)
    assert variants[variants.count - 1].startswith("c" * 30)


options = st.text("ab,_ ", max_size=3)
templates = st.recursive(
    st.text("ab _$:|\\(", max_size=4),
    lambda inner: (
        st.lists(inner, min_size=1, max_size=3).map("".join)
        | st.tuples(
            st.sampled_from(["", "2$$", "1-2$$", "1-2$$ + $$", "0.5::"]),
            st.lists(inner, min_size=1, max_size=3).map("|".join),
        ).map(lambda both: "{" + "".join(both) + "}")
    ),
    max_leaves=8,
)


@given(templates)
def test_as_many_come_as_are_counted_and_each_that_is_drawn_is_one_of_them(text):
    variants = Variants(text, lines)
    some = [variants[number] for number in range(min(variants.count, 300))]
    with pytest.raises(IndexError):
        _ = variants[variants.count]
    assert all(len(one) <= LONGEST for one in some)
    for seed in range(3):
        drawn = variants.drawn(seed)
        assert (drawn is None) == (variants.count == 0)
        assert drawn is None or variants.count > 300 or drawn in some


@given(st.text())
def test_any_text_whose_special_characters_are_escaped_is_itself(text):
    escaped = "".join(f"\\{c}" if c in "{}|$_" else c for c in text)
    variants = Variants(escaped, lines)
    assert (variants.count, variants.problems, variants[0]) == (1, (), text)


@given(st.text("{}|$_\\a1-:", max_size=40))
def test_nothing_that_is_written_breaks_it(text):
    variants = Variants(text, lines)
    assert variants.count >= 0
    assert all(0 <= problem.at < len(text) for problem in variants.problems)


DRAWN = [
    "c green small cat a and b",
    "b blue green cat c and b",
    "c blue big cat c and b",
    "b blue blue cat b and c",
]


def test_a_seed_draws_the_same_everywhere():
    variants = Variants("{a|b|c} __colours__ __animals/cats__ {2$$ and $$a|b|c}", lines)
    assert [variants.drawn(seed) for seed in (0, 1, -1, 2**64 + 2)] == DRAWN
    assert variants.drawn(2) == DRAWN[-1]  # of a seed its last 64 bits tell


def test_the_random_numbers_are_those_of_the_paper():
    numbers = RandomNumbers(1234567)
    assert [numbers.below(2**63) * 2 // 2**56 for _ in range(3)] == [
        word // 2**56 for word in (6457827717110365317, 3203168211198807973, 9817491932198370423)
    ]


def test_weights_are_how_often_each_comes():
    variants = Variants("{3::a|b} __weighted__", lines)
    drawn = [variants.drawn(seed) or "" for seed in range(2000)]
    assert 0.72 < sum(text[0] == "a" for text in drawn) / 2000 < 0.78
    assert 0.63 < sum(text[-1] == "a" for text in drawn) / 2000 < 0.70


def test_a_hundred_thousand_are_counted_without_being_made():
    many = {"words": [f"word {number}" for number in range(100_000)]}
    variants = Variants("__words__ {2$$__words__}", many.get)
    assert variants.count == 100_000 * 100_000 * 99_999
    assert variants[2] == "word 0 word 0, word 3"
