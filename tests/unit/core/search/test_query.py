from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cartoonmix_desktop.core.search.query import Order, Query, parse, part_at, quoted
from cartoonmix_desktop.core.search.query_values import (
    FIELDS,
    All,
    Days,
    Either,
    Flag,
    Named,
    Not,
    ProblemKind,
    Range,
    Words,
)
from cartoonmix_desktop.core.task.marks import clean_name

TODAY = date(2026, 11, 25)  # a Wednesday

PIECES = (
    *("castle", "-", "--", '"', "(", ")", "OR", "|", ":", "..", " ", " ", "steps:", "is:", "date:"),
    *("size:", "768x512", "in:", "tag:", "rating:", ">=", "<", "2026-11", "20", "城", "é", "\0"),
    *("\ud800", "\n", "$", "★", "−", "scheduler:", "cost:", "nope:", "last-", "week", "seed:", ","),
    *("AND", "NOT", "steps", "🏰", "“", "3+", "2-4"),
)
anything = st.one_of(
    st.text(max_size=60),
    st.lists(st.sampled_from(PIECES), max_size=25).map("".join),
)


@settings(max_examples=600, deadline=None)
@given(anything)
def test_anything_is_understood_and_problems_have_places(text):
    parsed = parse(text, TODAY)
    after = 0
    for problem in parsed.problems:
        assert after <= problem.start < problem.end <= len(text)
        after = problem.end
        assert text[problem.start : problem.end]


@settings(max_examples=300, deadline=None)
@given(anything)
def test_another_name_can_take_the_place_of_any(text):
    names = parse(text, TODAY).names
    for place, found in enumerate(names):
        if found.term.field in {"in", "tag"}:
            then = parse(f'{text[: found.start]}"x"{text[found.end :]}', TODAY).names
            terms = [name.term for name in names]
            terms[place] = Named(found.term.field, "x", exact=True)
            assert [name.term for name in then] == terms


@settings(max_examples=200, deadline=None)
@given(anything, st.integers(0, 80))
def test_what_is_typed_is_a_part_of_the_text(text, cursor):
    cursor = min(cursor, len(text))
    part = part_at(text, cursor)
    assert 0 <= part.start <= cursor <= part.end <= len(text)
    assert part.typed in text


@settings(max_examples=200, deadline=None)
@given(anything)
def test_a_problem_takes_nothing_from_the_rest(text):
    """What stands beside a broken part still filters."""
    if text.count('"') % 2 or "(" in text or ")" in text or "|" in text or "OR" in text:
        return
    if len(text) > 900:
        return
    term = parse(f"castle {text}", TODAY).term
    terms = term.terms if isinstance(term, All) else (term,)
    assert Words("castle") in terms


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(
        st.text(max_size=90),
        st.lists(st.sampled_from((*PIECES, "”", "„", "best", "’")), max_size=12).map("".join),
    ),
    st.sampled_from(("tag", "in")),
)
def test_every_name_that_can_be_given_is_found_again(text, field):
    if name := clean_name(text):
        parsed = parse(f"fox {field}:{quoted(name)} castle", TODAY)
        assert parsed.term == All((Words("fox"), Named(field, name, exact=True), Words("castle")))
        assert parsed.problems == ()


MEANINGS = {
    "": All(),
    "castle": Words("castle"),
    "  castle,  ": Words("castle"),
    "-night": Not(Words("night")),
    '"purple hair"': Words("purple hair", exact=True),
    '"purple ha': Words("purple ha"),
    "a b": All((Words("a"), Words("b"))),
    "a OR b": Either((Words("a"), Words("b"))),
    "a | b c": Either((Words("a"), All((Words("b"), Words("c"))))),
    "a OR": Words("a"),
    "(a OR b) -(c d)": All((Either((Words("a"), Words("b"))), Not(All((Words("c"), Words("d")))))),
    "steps:20..40": Range("steps", 20, 40),
    "steps:40..20": Range("steps", 20, 40),
    "steps:20..": Range("steps", 20),
    "scale:>5": Range("scale", 5, above=True),
    "scale:<=5,5": Range("scale", None, 5.5),
    "scale:7,5": Range("scale", 7.5, 7.5),
    "cost:0,01..0,5": Range("cost", 0.01, 0.5),
    "steps:20.": Range("steps", 20, 20),  # to be gone on with
    "seed:20,30": Named("seed", "20,30", exact=True),  # a seed is text
    "cfg:=7": Range("scale", 7, 7),
    "cost:>$0.01": Range("cost", 0.01, above=True),
    "rating:≥3": Range("rating", 3),
    "rating:★★★": Range("rating", 3, 3),
    "clip:2": Range("clip-skip", 2, 2),
    "seed:007": Named("seed", "007", exact=True),
    "seed:>5": Range("seed", 5, above=True),
    "seed:≥5": Range("seed", 5),
    "seed:5…9": Range("seed", 5, 9),
    "size:768x512": All((Range("width", 768, 768), Range("height", 512, 512))),
    "size:land": Flag("size", "landscape"),
    "IS:Favorite": Flag("is", "favourite"),
    "is:fav": Flag("is", "favourite"),
    "is:se": Flag("is", "unanswered"),
    "is:c": Flag("is", "cancelled"),
    "is:sent": Flag("is", "sent"),
    "is:charge": Flag("is", "charge-unknown"),
    "has:notes": Flag("has", "note"),
    "tag:client-a": Named("tag", "client-a"),
    'in:"best of"': Named("in", "best of", exact=True),
    "prompt:cat": Words("cat", field="prompt"),
    'neg:"bad hands"': Words("bad hands", exact=True, field="negative"),
    "scheduler:ddim": Named("scheduler", "ddim", values=("DDIMScheduler",)),
    "scheduler:DDIMScheduler": Named("scheduler", "DDIMScheduler", values=("DDIMScheduler",)),
    'scheduler:"Euler"': Named(
        "scheduler", "Euler", exact=True, values=("EulerDiscreteScheduler",)
    ),
    "sampler:euler": Named(
        "scheduler",
        "euler",
        values=("EulerDiscreteScheduler", "EulerAncestralDiscreteScheduler"),
    ),
    "sampler:dpm++": Named("scheduler", "dpm++", values=("DPMSolverMultistepScheduler",)),
    "http://a.b/c": Words("http://a.b/c"),
    # What is only near to the language is taken as it is meant.
    "steps: 20": Range("steps", 20, 20),
    "rating: >= 3": Range("rating", 3),
    "tag: client-a castle": All((Named("tag", "client-a"), Words("castle"))),
    'prompt: "purple hair"': Words("purple hair", exact=True, field="prompt"),
    "is: failed": Flag("is", "failed"),
    "steps>20": Range("steps", 20, above=True),
    "cost>=0.01": Range("cost", 0.01),
    "rating=5": Range("rating", 5, 5),
    "e=mc2": Words("e=mc2"),
    "e==mc2": Words("e==mc2"),
    "rating==5": Range("rating", 5, 5),
    "rating=>4": Range("rating", 4),
    "prompt=cat": Words("cat", field="prompt"),
    "is=failed": Flag("is", "failed"),
    "-is=failed x": All((Not(Flag("is", "failed")), Words("x"))),
    "tag=client-a": Named("tag", "client-a"),
    "tag>client": Words("tag>client"),
    'in="best of"': Named("in", "best of", exact=True),
    "size=768x512": All((Range("width", 768, 768), Range("height", 512, 512))),
    "size=land": Flag("size", "landscape"),
    "sampler==ddim": Named("scheduler", "ddim", values=("DDIMScheduler",)),
    "is= failed": Flag("is", "failed"),
    "steps:20-40": Range("steps", 20, 40),
    "scale:4–7.5": Range("scale", 4, 7.5),
    "rating:3+": Range("rating", 3),
    "steps:20, seed:5; tag:wip, x": All(
        (Range("steps", 20, 20), Named("seed", "5", exact=True), Named("tag", "wip"), Words("x"))
    ),
    "Size: 512x512, a": All(
        (All((Range("width", 512, 512), Range("height", 512, 512))), Words("a"))
    ),
    "a AND b": All((Words("a"), Words("b"))),
    "a NOT b": All((Words("a"), Not(Words("b")))),
    "a NOT (b OR c)": All((Words("a"), Not(Either((Words("b"), Words("c")))))),
    "a NOT ": Words("a"),
    "(a -) b": All((Words("a"), Words("b"))),
    "(a -|b) c": All((Either((Words("a"), Words("b"))), Words("c"))),
    "(" * 12 + "a" + ")" * 12: Words("a"),
    "a and b": All((Words("a"), Words("and"), Words("b"))),
    "a|b": Either((Words("a"), Words("b"))),
    "“purple hair” a": All((Words("purple hair", exact=True), Words("a"))),
    "„purple hair“ a": All((Words("purple hair", exact=True), Words("a"))),
    '„purple hair" a': All((Words("purple hair", exact=True), Words("a"))),
    "tag:“client a” x": All((Named("tag", "client a", exact=True), Words("x"))),
    'in:"„Client“ 07" x': All((Named("in", "„Client“ 07", exact=True), Words("x"))),
    "clip_skip:2": Range("clip-skip", 2, 2),
    "negativePrompt:cat": Words("cat", field="negative"),
    "guidance_scale:7": Range("scale", 7, 7),
    # Signs that are no punctuation are looked for.
    "🏰": Words("🏰"),
    "castle 👩‍🚀!": All((Words("castle"), Words("👩‍🚀"))),
    "castle 🏰 ...": All((Words("castle"), Words("🏰"))),
    "tag:🔥": Named("tag", "🔥"),
    'in:"!!!"': Named("in", "!!!", exact=True),
    "prompt:🏰": Words("🏰", field="prompt"),
    "is:imported": Flag("is", "imported"),
    # Letters that meant another word before this one came still mean it.
    "is:wi": Flag("is", "wiro"),
    "is:without": Flag("is", "without-recipe"),
}


@pytest.mark.parametrize("text", MEANINGS)
def test_what_is_meant(text):
    parsed = parse(text, TODAY)
    assert parsed.term == MEANINGS[text]
    assert parsed.problems == ()


DAYS = {
    "today": ("2026-11-25", "2026-11-26"),
    "yesterday": ("2026-11-24", "2026-11-25"),
    "this-week": ("2026-11-23", "2026-11-30"),
    "last-week": ("2026-11-16", "2026-11-23"),
    "last_week": ("2026-11-16", "2026-11-23"),
    "this-month": ("2026-11-01", "2026-12-01"),
    "last-month": ("2026-10-01", "2026-11-01"),
    "this-year": ("2026-01-01", "2027-01-01"),
    "last-year": ("2025-01-01", "2026-01-01"),
    "7d": ("2026-11-19", "2026-11-26"),
    "last-2-weeks": ("2026-11-12", "2026-11-26"),
    "2026": ("2026-01-01", "2027-01-01"),
    "2026-12": ("2026-12-01", "2027-01-01"),
    "2026-11-01..2026-11-20": ("2026-11-01", "2026-11-21"),
    "2026-11..2026-01": ("2026-01-01", "2026-12-01"),
    "25.11.2026": ("2026-11-25", "2026-11-26"),
    "1.2.2026..28.02.2026": ("2026-02-01", "2026-03-01"),
    "11.2026": ("2026-11-01", "2026-12-01"),
    ">1.2026": ("2026-02-01", None),
    "2026-11-01..": ("2026-11-01", None),
    "..yesterday": (None, "2026-11-25"),
    ">=2026-01": ("2026-01-01", None),
    ">2026-01": ("2026-02-01", None),
    "<2026-01": (None, "2026-01-01"),
    "<=2026-01": (None, "2026-02-01"),
}


@pytest.mark.parametrize("text", DAYS)
def test_days(text):
    first, after = (date.fromisoformat(day) if day else None for day in DAYS[text])
    assert parse(f"date:{text}", TODAY).term == Days(first, after)


PROBLEMS = {
    "castle nope:x": [("unknown_field", "nope")],
    "(quality:1.2)": [("unknown_field", "quality")],
    "castle steps:": [("unfinished", "steps:")],
    "steps:> castle": [("unfinished", "steps:>")],
    "steps: castle": [("unfinished", "steps:")],
    "steps: tag:wip": [("unfinished", "steps:")],
    "tag: -castle": [("unfinished", "tag:")],
    "tag: OR castle": [("unfinished", "tag:")],
    "steps>abc": [("not_a_number", ">abc")],
    "steps=abc": [("not_a_number", "abc")],
    "is=strange quality=3": [("unknown_word", "strange")],
    "tag=": [("unfinished", "tag=")],
    "steps:abc": [("not_a_number", "abc")],
    "steps:20..x": [("not_a_number", "20..x")],
    "steps:20,30": [("not_a_number", "20,30")],
    "steps:20..30,5": [("not_a_number", "20..30,5")],
    "steps:20,30-40": [("not_a_number", "20,30-40")],
    "width:>1,024": [("not_a_number", ">1,024")],
    "height: 512.5 x": [("unfinished", "height:")],
    "samples:,5": [("not_a_number", ",5")],
    "clip-skip:2.5 seed:>2,5": [("not_a_number", "2.5"), ("not_a_number", ">2,5")],
    "rating:4,5": [("not_a_rating", "4,5")],
    "rating:9": [("not_a_rating", "9")],
    "is:r": [("ambiguous", "r")],
    "is:strange has:strange": [("unknown_word", "strange")] * 2,
    "size:wide": [("not_a_size", "wide")],
    "size:768": [("unfinished", "size:768")],
    "date:2026-13": [("not_a_date", "2026-13")],
    "date:9999-12-31": [("not_a_date", "9999-12-31")],
    "date:": [("unfinished", "date:")],
    "a ) b": [("unopened", ")")],
    "(" * 15 + "a" + ")" * 15: [("too_deep", "(")],
    "(" * 13 + "a) (b) (c" + ")" * 14: [("too_deep", "(")] * 3 + [("unopened", ")")],
}


@pytest.mark.parametrize("text", PROBLEMS)
def test_problems_point_at_their_place(text):
    found = parse(text, TODAY).problems
    assert [(p.kind, text[p.start : p.end]) for p in found] == PROBLEMS[text]
    assert all(p.is_hint == (p.kind in {"unfinished", "ambiguous"}) for p in found)


def test_too_many_parentheses_are_passed_over_in_place():
    parsed = parse("x " + "(" * 15 + "a | b" + ")" * 15 + " c", TODAY)
    assert parsed.term == All((Words("x"), Either((Words("a"), Words("b"))), Words("c")))
    assert [problem.start for problem in parsed.problems] == [2 + 12]


def test_a_pasted_book_is_cut_and_said_to_be():
    parsed = parse("w " * 50_000, TODAY)
    assert len(parsed.term.terms) == 60
    assert {p.kind for p in parsed.problems} == {ProblemKind.TOO_LONG}
    parse("(" * 5000 + "a", TODAY)
    parse("-" * 5000 + "a", TODAY)


def test_completion_knows_what_is_typed():
    part = part_at("castle ste", 10)
    assert (part.start, part.end, part.field, part.typed) == (7, 10, None, "ste")
    part = part_at("-tag:cli rest", 8)
    assert (part.start, part.end, part.field.name, part.typed) == (5, 8, "tag", "cli")
    part = part_at("is=fa", 5)
    assert (part.start, part.field.name, part.typed) == (3, "is", "fa")
    part = part_at('in:"best of" x', 10)
    assert (part.field.name, part.typed, part.end) == ("in", "best o", 12)
    assert part_at("", 0).typed == ""


def test_names_of_fields_are_given_once():
    names = [name for field in FIELDS for name in (field.name, *field.aliases)]
    assert len(names) == len(set(names))


def test_an_empty_query_asks_for_everything():
    assert not Query()
    assert not Query("  ", order=Order.RELEVANCE)
    assert Query("a")
    assert Query(within="is:favourite")
