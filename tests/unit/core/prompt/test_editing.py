r"""What is read in a prompt, and what keys do to it. `‹` and `›` are the ends of a selection."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cartoonmix_desktop.core.prompt import editing
from cartoonmix_desktop.core.prompt.muting import muted_spans, spoken
from cartoonmix_desktop.core.prompt.syntax import Kind, Prompt, Remark, partner
from cartoonmix_desktop.core.prompt.utf16 import Places
from cartoonmix_desktop.core.recipe.cartoonmix import CARTOONMIX
from cartoonmix_desktop.core.recipe.request import GenerationRequest
from cartoonmix_desktop.core.task.generation_text import text_of_request

PIECES = st.sampled_from(
    [
        *"()[]{}|,:\\ \n/*<>_a",
        *("1.2", "0.5::", "2$$", "BREAK", "<lora:x:1>", "__name__", "/*", "*/", "/* ", " */"),
        *("red", "\U0001f600", "猫", "שלום", "e\u0301", "\u2029"),
    ]
)
TEXTS = st.lists(PIECES, max_size=30).map("".join) | st.text(max_size=30)


def marked(text):
    start = text.index("‹")
    end = text.index("›") - 1 if "›" in text else start
    return Prompt(text.replace("‹", "").replace("›", "")), start, end


def shown(prompt, edit):
    if edit is None:
        return None
    text, (start, end) = edit.applied(prompt.text), edit.select
    right = "›" if end > start else ""
    return f"{text[:start]}‹{text[start:end]}{right}{text[end:]}"


@pytest.mark.parametrize(
    ("before", "more", "less"),
    [
        ("a r‹ed fox", "a (‹red›:1.1) fox", "a (‹red›:0.9) fox"),
        ("‹red fox ›x", "(‹red fox›:1.1) x", "(‹red fox›:0.9) x"),
        ("(r‹ed:1.1)", "(‹red›:1.2)", "‹red›"),
        ("(r‹ed:0.9)", "‹red›", "(‹red›:0.8)"),
        ("(r‹ed fox:1)", "(‹red fox›:1.1)", "(‹red fox›:0.9)"),
        ("(‹red:2)", "(‹red›:2.1)", "(‹red›:1.9)"),
        ("(‹red›:1.25)", "(‹red›:1.35)", "(‹red›:1.15)"),
        ("(red:1.2‹)", "(‹red›:1.3)", "(‹red›:1.1)"),
        ("(red: -0.‹1)", "(‹red›: 0.0)", "(‹red›: -0.2)"),
        ("(r‹ed)", "(‹red›:1.2)", "‹red›"),
        ("((r‹ed))", "(‹red›:1.3)", "(‹red›:1.1)"),
        ("(((‹red›)))", "(‹red›:1.4)", "(‹red›:1.2)"),
        ("[r‹ed]", "‹red›", "(‹red›:0.8)"),
        ("[[‹red]]", "(‹red›:0.9)", "(‹red›:0.7)"),
        ("(a‹b, (c:1.2))", "((‹ab›:1.1), (c:1.2))", "((‹ab›:0.9), (c:1.2))"),
        ("(a, (‹c:1.2))", "(a, (‹c›:1.3))", "(a, (‹c›:1.1))"),
        (r"\(re‹d\)", r"\((‹red›:1.1)\)", r"\((‹red›:0.9)\)"),
        ("<lora:x‹:0.8>", "<‹lora:x›:0.85>", "<‹lora:x›:0.75>"),
        ("<‹lora:x›:0.85>", "<‹lora:x›:0.90>", "<‹lora:x›:0.80>"),
        ("<lora:‹x>", None, None),
        ("/* (r‹ed:1.1) */", None, None),
        ("{r‹ed|blue}", "{(‹red›:1.1)|blue}", "{(‹red›:0.9)|blue}"),
        ("red,‹ blue", None, None),
        ("‹", None, None),
        ("\U0001f600‹ 猫", "(‹\U0001f600›:1.1) 猫", "(‹\U0001f600›:0.9) 猫"),
    ],
)
def test_weight_keys_follow_a1111(before, more, less):
    for steps, after in ((1, more), (-1, less)):
        prompt, start, end = marked(before)
        assert shown(prompt, editing.weighted(prompt, start, end, steps)) == after


WORDS = st.text("abc 猫\U0001f600", min_size=1).filter(str.strip)
WEIGHTS = st.decimals(-9, 9, places=1) | st.decimals(-9, 9, places=2)


@given(
    inner=WORDS,
    weight=st.none() | WEIGHTS.filter(lambda one: one != 1 and not (one.is_signed() and not one)),
    before=st.sampled_from(["", "x, ", "{a|", r"\("]),
    steps=st.sampled_from([1, -1]),
)
def test_more_weight_and_then_less_is_nothing(inner, weight, before, steps):
    text = f"{before}({inner}:{weight:f}), y" if weight is not None else f"{before}{inner}, y"
    start = len(before) + (weight is not None)
    changed = editing.weighted(Prompt(text), start, start + len(inner), steps)
    back = editing.weighted(Prompt(changed.applied(text)), *changed.select, -steps)
    assert back.applied(changed.applied(text)) == text


@pytest.mark.parametrize(
    ("before", "left", "right"),
    [
        ("a, b‹b, (c, d:1.2)", "b‹b, a, (c, d:1.2)", "a, (c, d:1.2), b‹b"),
        ("a, (b, ‹c:1.2), d", "a, (‹c, b:1.2), d", None),
        ("a, (b‹b:1.2), d", "(b‹b:1.2), a, d", "a, d, (b‹b:1.2)"),
        ("a,\n ‹b ,c", "‹b,\n a ,c", "a,\n c ,‹b"),
        ("a BREAK ‹b", "‹b BREAK a", None),
        ("a, /* ‹x, y */, b", "/* ‹x, y */, a, b", "a, b, /* ‹x, y */"),
        ("{a, ‹b|c, d}, e", "{‹b, a|c, d}, e", None),
        ("{a|‹b}, e", None, "e, {a|‹b}"),
        ("a, b‹, , c", "b‹, a, , c", "a, c, , b‹"),
        (r"a, \(b\)‹", r"\(b\)‹, a", None),
        ("‹", None, None),
    ],
)
def test_tags_move_and_what_stands_between_them_stays(before, left, right):
    for by, after in ((-1, left), (1, right)):
        prompt, at, _end = marked(before)
        assert shown(prompt, editing.moved(prompt, at, by)) == after


@pytest.mark.parametrize(
    ("before", "muted", "sent"),
    [
        ("a, b‹b, c", "a, /* b‹b */, c", "a, c"),
        ("‹a, b", "/* ‹a */, b", "b"),
        ("a, ‹b", "a, /* ‹b */", "a"),
        ("a,\n‹b,\nc", "a,\n/* ‹b */,\nc", "a,\nc"),
        ("a\n‹b\nc", "a\n/* ‹b */\nc", "a\nc"),
        ("a, ‹b\nc", "a, /* ‹b */\nc", "a,\nc"),
        ("a, (b, ‹c:1.2), d", "a, (b, /* ‹c */:1.2), d", "a, (b:1.2), d"),
        ("a, (‹b:1.2), d", "a, /* (‹b:1.2) */, d", "a, d"),
        ("a, ‹b, c›, d", "a, /* ‹b, c› */, d", "a, d"),
        ("w‹, x\ny›, z\nq", "/* w‹, x\ny›, z */\nq", "q"),
        ("a, b‹, /* c */, d", "a, /* b‹ */, /* c */, d", "a, d"),
        ("‹a, /* b */\nc›", "/* ‹a, /* b */\nc› */", ""),
        ("a, ‹:/, b", "a, /* ‹:/ */, b", "a, b"),
    ],
)
def test_what_is_muted_stays_and_is_not_sent_and_comes_back(before, muted, sent):
    prompt, start, end = marked(before)
    edit = editing.muted(prompt, start, end)
    assert shown(prompt, edit) == muted
    after = edit.applied(prompt.text)
    assert spoken(after) == sent
    assert editing.muted(Prompt(after), *edit.select).applied(after) == prompt.text


def test_what_is_muted_is_in_the_recipe_and_in_nothing_that_is_sent():
    request = GenerationRequest.build({"prompt": "a, /* b */, c", "negativePrompt": "/* d */"})
    assert request["prompt"] == "a, /* b */, c"
    assert (request.body()["prompt"], request.body()["negativePrompt"]) == ("a, c", "")
    assert text_of_request(request).startswith("a, c\nSteps")
    assert request.title == "a, c"
    _values, [error] = CARTOONMIX.check({"prompt": "/* all of it */"})
    assert (error.field, error.reason) == ("prompt", "empty")


@settings(max_examples=60)
@given(TEXTS, st.integers(0, 30), st.integers(0, 30), st.sampled_from([-1, 1]))
def test_any_text_is_read_whole_and_every_edit_is_in_it(text, start, end, by):
    prompt = Prompt(text)
    edges = [0, *(place for token in prompt.tokens for place in (token.start, token.end))]
    edges.append(len(text))
    assert edges == sorted(edges)
    assert "".join(text[a:b] for a, b in pairwise(edges)) == text
    for at in range(len(text) + 1):
        units = len(text[:at].encode("utf-16-le", "surrogatepass")) // 2
        assert Places(text).units(at) == units
        assert Places(text).points(units) == at
    others = {**dict(prompt.pairs), **{end: start for start, end in prompt.pairs}}
    hidden = {at for span in muted_spans(text) for at in range(*span)}
    places = set(range(len(text))) - hidden
    assert {at: other for at in places if (other := partner(text, at)) is not None} == others
    start, end = sorted((min(start, len(text)), min(end, len(text))))
    for edit in (
        editing.weighted(prompt, start, end, by),
        editing.moved(prompt, start, by),
        editing.muted(prompt, start, end),
    ):
        if edit is not None:
            after = edit.applied(text)
            assert 0 <= edit.start <= edit.end <= len(text)
            assert 0 <= edit.select[0] <= edit.select[1] <= len(after)
    moved = editing.moved(prompt, start, by)
    assert moved is None or sorted(moved.applied(text)) == sorted(text)
    assert all(spoken(text[a:b]) == "" for a, b in muted_spans(text))
    assert muted_spans(text) or spoken(text) == text


def test_pieces_and_notes_have_their_places():
    text = r"(a:1.2), [b] \( BREAK <lora:x:1> {2$$0.5::c|d} __e/f__ /* (g */ )) {h} {i|"
    prompt = Prompt(text)
    read = [(t.kind, text[t.start : t.end]) for t in prompt.tokens]
    assert [piece for kind, piece in read if kind is Kind.WEIGHT] == [":1.2"]
    assert [piece for kind, piece in read if kind is Kind.COUNT] == ["2$$"]
    for expected in (
        (Kind.ESCAPE, r"\("),
        (Kind.BREAK, "BREAK"),
        (Kind.NETWORK, "<lora:x:1>"),
        (Kind.WILDCARD, "__e/f__"),
        (Kind.MUTED, "/* (g */"),
    ):
        assert expected in read
    told = [(note.remark, text[note.start : note.end]) for note in prompt.notes()]
    assert told == [
        (Remark.VARIANT, "{2$$0.5::c|d}"),
        (Remark.VARIANT, "__e/f__"),
        (Remark.UNOPENED, ")"),
        (Remark.UNOPENED, ")"),
        (Remark.UNCLOSED, "{"),
    ]
    assert {note.remark for note in prompt.notes(expanded=True)} == {
        Remark.UNOPENED,
        Remark.UNCLOSED,
    }
