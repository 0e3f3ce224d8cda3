"""What other programs write into pictures: each word on its side, and no letter changed."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cartoonmix_desktop.core.recipe.infotext import compose
from cartoonmix_desktop.core.recipe.recipe import plain, to_text
from cartoonmix_desktop.core.recipe.third_party import Texts, request_in

WORDS = {"p": "a fox", "n": "blurry"}


def graph(positive, negative, **nodes):
    """A sampler; the words ``p`` and ``n``, each encoded by a node; and what is between."""
    made = {
        "sampler": {"seed": 5, "steps": 20, "cfg": 7, "positive": positive, "negative": negative},
        "p": {"text": "a fox", "clip": ["loader", 1]},
        "n": {"text": "blurry", "clip": ["loader", 1]},
        "loader": {"ckpt_name": "toon.safetensors"},
    } | nodes
    return json.dumps({name: {"class_type": "x", "inputs": node} for name, node in made.items()})


def sides(text):
    values = request_in(Texts(graph=text)).values
    return values.get("prompt"), values.get("negativePrompt")


BOTH = {"positive": ["p", 0], "negative": ["n", 0]}
SIDED = {  # however the two are led to the sampler, they arrive on their sides
    "directly": graph(["p", 0], ["n", 0]),
    "control net": graph(["c", 0], ["c", 1], c={**BOTH, "control_net": ["k", 0], "strength": 1}),
    "two control nets": graph(
        ["c", 0], ["c", 1], c={"positive": ["d", 0], "negative": ["d", 1]}, d=BOTH
    ),
    "negative named first": graph(["c", 0], ["c", 1], c=dict(reversed(BOTH.items()))),
    "one side through it": graph(["p", 0], ["c", 1], c=BOTH),
    "other side through it": graph(["c", 0], ["n", 0], c=BOTH),
    "pairs of time steps": graph(
        ["a", 0],
        ["a", 1],
        a={"positive_NEW": ["b", 0], "negative_NEW": ["b", 1]},
        b={"positive_A": ["p", 0], "negative_A": ["n", 0], "positive_B": ["p", 0]}
        | {"negative_B": ["n", 0]},
    ),
    "a model before both": graph(["i", 1], ["i", 2], i={"model": ["loader", 0], **BOTH}),
    "settings before both": graph(["r", 1], ["r", 2], r={"image": ["k", 0], **BOTH}),
    "settings before both, one taken": graph(
        ["m", 0],
        ["n", 0],
        m={"conditioning_1": ["r", 1], "conditioning_2": ["p", 0]},
        r={"image": ["k", 0], **BOTH},
    ),
    "a pipe": graph(
        ["out", 3],
        ["out", 4],
        out={"basic_pipe": ["to", 0]},
        to={"model": ["loader", 0], "clip": ["loader", 1], **BOTH},
    ),
    "an edited pipe": graph(
        ["out", 3],
        ["out", 4],
        out={"basic_pipe": ["edit", 0]},
        edit={"basic_pipe": ["to", 0], "positive": ["p", 0]},
        to={"positive": ["n", 0], "negative": ["n", 0]},
    ),
    "a context": graph(
        ["out", 4], ["out", 5], out={"base_ctx": ["in", 0]}, **{"in": {"base_ctx": [], **BOTH}}
    ),
    "reroutes": graph(
        ["x", 0], ["y", 0], x={"": ["c", 0]}, y={"any": ["z", 0]}, z={"": ["c", 1]}, c=BOTH
    ),
    "combined and averaged": graph(
        ["a", 0],
        ["b", 0],
        a={"conditioning_to": ["p", 0], "conditioning_from": ["p", 0]},
        b={"conditioning_1": ["e", 0], "conditioning_2": ["n", 0]},
        e={"text": "", "clip": ["loader", 1]},
    ),
    "masks": graph(
        ["k", 0],
        ["k", 1],
        k={"positive_1": ["p", 0], "negative_1": ["n", 0], "mask_1": ["m", 0]}
        | {"positive_2": ["p", 0], "negative_2": ["n", 0]},
    ),
    "cond and uncond": graph(["c", 1], ["c", 2], c={"cond": ["p", 0], "uncond": ["n", 0]}),
    "texts in one encoder": graph(
        ["c", 0],
        ["c", 1],
        c={"clip": ["loader", 1], "prompt": "a fox", "negative_prompt": "blurry"},
    ),
    "texts in a loader": graph(
        ["c", 1], ["c", 2], c={"positive": "a fox", "negative": "blurry", "clip_skip": -2}
    ),
    "texts of one node, encoded": graph(
        ["a", 0],
        ["b", 0],
        a={"text": ["s", 0], "clip": ["loader", 1]},
        b={"text": ["s", 1], "clip": ["loader", 1]},
        s={"text_positive": "a fox", "text_negative": "blurry", "style": "base"},
    ),
    "texts in nodes called after a side": graph(
        ["a", 0],
        ["b", 0],
        a={"text": ["s", 0]},
        b={"text": ["t", 0]},
        s={"positive": "a fox"},
        t={"negative": "blurry"},
    ),
    "primitives": graph(
        ["a", 0],
        ["b", 0],
        a={"text": ["s", 0]},
        b={"text": ["t", 0]},
        s={"value": "a fox"},
        t={"string": ["u", 0]},
        u={"value": "blurry"},
    ),
    "what was drawn from a template": graph(
        ["a", 0],
        ["n", 0],
        a={"text": ["w", 0]},
        w={"wildcard_text": "{a|b}", "populated_text": "a fox"},
    ),
    "a circle beside it": graph(["c", 0], ["c", 1], c={**BOTH, "conditioning": ["c", 0]}),
    "a sampler without words first": graph(
        ["picture", 0],
        ["picture", 1],
        picture={"clip_vision": ["loader", 1], "width": 8},
        second={"steps": 9, "positive": ["p", 0], "negative": ["n", 0]},
    ),
    "guider with two": json.dumps(
        {
            "1": {"inputs": {"guider": ["2", 0], "noise": ["3", 0]}},
            "2": {"inputs": {"cond1": ["p", 0], "cond2": ["q", 0], "negative": ["n", 0]}},
            "p": {"inputs": {"text": "a fox"}},
            "q": {"inputs": {"text": "an owl"}},
            "n": {"inputs": {"text": "blurry"}},
        }
    ),
}


@pytest.mark.parametrize("text", SIDED.values(), ids=SIDED)
def test_each_side_of_a_graph_stays_on_its_side(text):
    assert sides(text) == ("a fox", "blurry")


CROSSED = {  # who takes the second output as the positive gets what went in as the negative
    "control net": graph(["c", 1], ["c", 0], c=BOTH),
    "reroutes": graph(["x", 0], ["y", 0], x={"": ["c", 1]}, y={"": ["c", 0]}, c=BOTH),
    "a model before both": graph(["i", 2], ["i", 1], i={"model": ["loader", 0], **BOTH}),
    "crossed twice": graph(["n", 0], ["p", 0]),
    "texts": graph(
        ["a", 0],
        ["b", 0],
        a={"text": ["s", 1]},
        b={"text": ["s", 0]},
        s={"text_positive": "a fox", "text_negative": "blurry"},
    ),
}


@pytest.mark.parametrize("text", CROSSED.values(), ids=CROSSED)
def test_the_output_that_is_taken_decides(text):
    assert sides(text) == ("blurry", "a fox")


@pytest.mark.parametrize(
    "text",
    [graph(["c", 0], ["c", 0], c=BOTH), graph(["p", 0], ["p", 0])],
)
def test_what_is_joined_to_both_sides_is_no_negative_prompt(text):
    """Samplers that give the negative no weight want something joined to it all the same."""
    assert sides(text)[1] == ""


NONE_WANTED = {
    "empty": graph(["p", 0], ["e", 0], e={"text": "", "clip": ["loader", 1]}),
    "empty, words further back": graph(
        ["p", 0],
        ["e", 0],
        e={"text": "", "clip": ["lora", 0]},
        lora={"clip": ["tags", 0]},
        tags={"text": "no words of this"},
    ),
    "empty, beside a model of its own": graph(
        ["p", 0], ["e", 0], e={"text": "", "hid_proj": ["u", 1]}, u={"unet_name": "u.safetensors"}
    ),
    "empty through a control net": graph(
        ["c", 0], ["c", 1], c={**BOTH, "negative": ["e", 0]}, e={"text": ["v", 0]}, v={"value": ""}
    ),
    "empty in a loader": graph(["c", 1], ["c", 2], c={"positive": "a fox", "negative": ""}),
    "no such input": json.dumps(
        {
            "1": {"inputs": {"guider": ["2", 0], "noise": ["3", 0]}},
            "2": {"inputs": {"conditioning": ["p", 0]}},
            "p": {"inputs": {"t5xxl": "a fox", "clip_l": "a fox", "clip": ["l", 0]}},
        }
    ),
}


@pytest.mark.parametrize("text", NONE_WANTED.values(), ids=NONE_WANTED)
def test_a_graph_without_negative_words_wants_none(text):
    assert sides(text) == ("a fox", "")


NOT_TOLD = {
    "made by a node": graph(["p", 0], ["e", 0], e={"text": ["ai", 0]}, ai={"model": ["l", 0]}),
    "no such node": graph(["p", 0], ["gone", 0]),
    "a circle": graph(["p", 0], ["c", 0], c={"conditioning": ["d", 0]}, d={"text": ["gone", 0]}),
    "too far": graph(
        ["p", 0],
        ["s0", 0],
        **{f"s{n}": {"conditioning": [f"s{n + 1}", 0]} for n in range(40)},
        s40={"text": ""},
    ),
    "empty, joined to words that are not told": graph(
        ["p", 0], ["e", 0], e={"text": "", "string": ["gone", 0]}
    ),
    "only in a pipe that is not there": graph(["p", 0], ["out", 4], out={"pipe": ["gone", 0]}),
    "one side given": graph(["p", 0], ["c", 1], c={"ctx": ["gone", 0], "positive": ["p", 0]}),
}


@pytest.mark.parametrize("text", NOT_TOLD.values(), ids=NOT_TOLD)
def test_what_a_graph_does_not_tell_is_not_said_to_be_empty(text):
    assert sides(text) == ("a fox", None)


def test_wide_and_deep_graphs_take_no_time():
    begun = time.monotonic()
    nodes = {
        f"c{n}": {f"conditioning_{k}": [f"c{n + k}", k % 3] for k in range(1, 60)}
        for n in range(3_000)
    }
    assert sides(graph(["c0", 0], ["c0", 1], **nodes)) == (None, None)
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize(("layer", "skip"), [(-1, 1), (-2, 2), (3, None), (None, None)])
def test_a_graph_that_leaves_layers_out(layer, skip):
    text = graph(
        ["a", 0],
        ["n", 0],
        a={"text": "a fox", "clip": ["set", 0]},
        set={"stop_at_clip_layer": layer, "clip": ["loader", 1]},
    )
    assert request_in(Texts(graph=text)).values.get("clipSkip") == skip


@pytest.mark.parametrize(
    ("said", "negative", "skip"),
    [
        ({"negative_prompt": "fog", "clip_skip": 0}, "fog", 1),
        ({"negative_prompt": "", "clip_skip": 1}, "", 2),
        ({"negative_prompt": None}, "", None),
        ({"clip_skip": True}, "", None),
    ],
)
def test_invoke_tells_all(said, negative, skip):
    text = json.dumps({"positive_prompt": "a fox", "steps": 3} | said)
    values = request_in(Texts(chunks={"invokeai_metadata": text})).values
    assert (values["negativePrompt"], values.get("clipSkip")) == (negative, skip)


@pytest.mark.parametrize(
    ("text", "negative", "skip"),
    [
        ("a fox\nSteps: 7, Seed: 3, Size: 8x8, Version: v1.10.1", "", 1),
        ("a fox\nSteps: 7, Seed: 3, Size: 8x8, Clip skip: 2, Version: f2.0.1v1.10.1", "", 2),
        ("a fox\nNegative prompt: \nSteps: 7, Seed: 3, Size: 8x8", "", None),
        ("a fox\nSteps: 7, Seed: 3, Size: 8x8, Version: ComfyUI", "", None),
        ("Steps: 7, Seed: 3, Size: 8x8", None, None),  # the words were taken out
    ],
)
def test_what_is_not_in_the_text_of_a1111(text, negative, skip):
    values = request_in(Texts(parameters=text)).values
    assert (values.get("negativePrompt"), values.get("clipSkip")) == (negative, skip)


def test_fooocus_tells_that_there_was_none():
    def read(**said):
        text = json.dumps({"prompt": "a fox", "steps": 3} | said)
        return request_in(Texts(parameters=text)).values.get("negativePrompt")

    assert read(negative_prompt="") == ""
    assert read(negative_prompt=None) == ""
    assert read() is None  # of whoever writes no such field, nobody knows


def test_a_prompt_may_begin_like_json():
    text = (
        "{red|blue} fox\nNegative prompt: blurry\nSteps: 3, Sampler: Euler, CFG scale: 7, Seed: 1"
    )
    found = request_in(Texts(parameters=text)).values
    assert (found["prompt"], found["negativePrompt"]) == ("{red|blue} fox", "blurry")


BARE = st.sampled_from(
    ["{", "NaN", "-Infinity", "Infinity", "null", "BaNaNa", '"', "\\", "\\(", "\n"]
)
TEXTS = st.lists(BARE | st.text(max_size=5), max_size=8).map("".join)
SENT = TEXTS.map(lambda text: plain(text, lines=True))  # marks that nobody sees are taken out


@settings(deadline=None)
@given(SENT.filter(str.strip), SENT, st.booleans())
def test_no_letter_of_a_prompt_is_changed(prompt, negative, ascii_alone):
    assume(prompt != negative)

    def dumps(what):
        bare = {"is_changed": [float("nan"), float("inf"), -float("inf")]}
        return json.dumps(what | bare, ensure_ascii=ascii_alone)

    encoded = {
        "1": {"inputs": {"steps": 3, "positive": ["2", 0], "negative": ["3", 0]}},
        "2": {"inputs": {"text": prompt}},
        "3": {"inputs": {"text": negative}},
    }
    invoke = {"positive_prompt": prompt, "negative_prompt": negative}
    values = {"prompt": prompt, "negativePrompt": negative}
    for texts in (
        Texts(graph=dumps(encoded)),
        Texts(chunks={"invokeai_metadata": dumps(invoke)}),
        Texts(parameters=dumps({"prompt": prompt, "negative_prompt": negative})),
        Texts(own=to_text(values)),
    ):
        found = request_in(texts).values
        assert (found["prompt"], found["negativePrompt"]) == (prompt, negative)
    if "Negative prompt:" not in prompt:  # which that format cannot say
        settings = {"steps": 3, "scale": 7, "seed": "1"}
        found = request_in(Texts(parameters=compose(values | settings), certain=True)).values
        assert (found["prompt"], found["negativePrompt"]) == (prompt.strip(), negative.strip())
