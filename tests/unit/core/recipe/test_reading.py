"""Each reader, by what its tool writes."""

from __future__ import annotations

import json

import pytest
from hypothesis import given as examples
from hypothesis import strategies as st

from cartoonmix_desktop.core.recipe.reading.said import sampler
from cartoonmix_desktop.core.recipe.third_party import Texts, reading_in

EULER_A = "EulerAncestralDiscreteScheduler"
INPUTS = {
    "prompt": "a fox, (soft:1.2)",
    "negativePrompt": "bad",
    "steps": 28,
    "scale": 6.5,
    "seed": "7",
    "scheduler": EULER_A,
    "width": 64,
    "height": 96,
}
SWARM = {
    "sui_image_params": {
        "prompt": INPUTS["prompt"],
        "negativeprompt": "bad",
        "model": "m",
        "seed": 7,
        "steps": 28,
        "cfgscale": 6.5,
        "width": 64,
        "height": 96,
        "sampler": "euler_ancestral",
        "clipstopatlayer": -2,
        "vae": "none",
    }
}
RUINED = {
    "Prompt": INPUTS["prompt"],
    "Negative": "bad",
    "steps": 28,
    "cfg": 6.5,
    "width": 64,
    "height": 96,
    "seed": 7,
    "sampler_name": "euler_ancestral",
    "base_model_name": "m",
    "clip_skip": 2,
    "software": "RuinedFooocus",
}
EASY = {
    "prompt": INPUTS["prompt"],
    "negative_prompt": "bad",
    "seed": "7",
    "width": "64",
    "num_inference_steps": "28",
    "guidance_scale": "6.5",
    "height": "96",
    "sampler_name": "euler_a",
    "use_stable_diffusion_model": "m",
}
MFLUX = {
    "mflux_version": "0.24.0",
    "prompt": INPUTS["prompt"],
    "negative_prompt": "bad",
    "seed": 7,
    "steps": 28,
    "guidance": 6.5,
    "width": 64,
    "height": 96,
    "model": "m",
}
SECOND = {
    "model_weights": "m",
    "image": {
        "prompt": [{"prompt": f"{INPUTS['prompt']} [bad]", "weight": 1.0}],
        "steps": 28,
        "cfg_scale": 6.5,
        "seed": 7,
        "width": 64,
        "height": 96,
        "sampler": "k_euler_a",
    },
}
NOVEL = {
    "prompt": INPUTS["prompt"],
    "uc": "bad",
    "steps": 28,
    "scale": 6.5,
    "seed": 7,
    "sampler": "k_euler_ancestral",
    "width": 64,
    "height": 96,
    "signed_hash": "x",
}
DRAW = {
    "c": INPUTS["prompt"],
    "uc": "bad",
    "steps": 28,
    "scale": 6.5,
    "seed": 7,
    "sampler": "Euler A",
    "size": "64x96",
    "model": "m",
    "v2": {"clipSkip": 2},
}
DREAM = f'"{INPUTS["prompt"]} [bad]" -s 28 -S 7 -W 64 -H 96 -C 6.5 -A k_euler_a'


@pytest.mark.parametrize(
    ("texts", "tool", "model", "more"),
    [
        (Texts(parameters=json.dumps(SWARM)), "SwarmUI", "m", {"clipSkip": 2}),
        (Texts(parameters=json.dumps(RUINED)), "RuinedFooocus", "m", {"clipSkip": 2}),
        (Texts(parameters=json.dumps(EASY)), "Easy Diffusion", "m", {}),
        (Texts(graph=EASY["prompt"], chunks=EASY), "Easy Diffusion", "m", {}),
        (Texts(parameters=json.dumps(MFLUX)), "mflux", "m", {"scheduler": None}),
        (Texts(chunks={"sd-metadata": json.dumps(SECOND)}), "InvokeAI", "m", {}),
        (Texts(chunks={"Dream": DREAM}), "InvokeAI", "", {}),
        (
            Texts(chunks={"Software": "NovelAI", "Source": "m", "Comment": json.dumps(NOVEL)}),
            *("NovelAI", "m", {}),
        ),
        (
            Texts(chunks={"alpha": json.dumps({"Comment": json.dumps(NOVEL), "Source": "m"})}),
            *("NovelAI", "m", {}),
        ),
        (Texts(chunks={"xmp": json.dumps(DRAW)}), "Draw Things", "m", {"clipSkip": 2}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_a_tool_writes_is_read(texts, tool, model, more):
    reading = reading_in(texts)
    wanted = {name: value for name, value in (INPUTS | more).items() if value is not None}
    assert (reading.tool, reading.model) == (tool, model)
    assert dict(reading.recipe.values) == wanted


def test_what_no_input_is_for_is_kept():
    assert dict(reading_in(Texts(parameters=json.dumps(SWARM))).others) == {"vae": "none"}


def test_midjourney_tells_its_words_and_its_options():
    job = "Job ID: a7421d2f-b262-44f9-977c-ac23e9c7d3e3"
    said = f"a fox -- in the snow --no text --ar 3:2 --v 6 {job}"
    reading = reading_in(Texts(chunks={"Description": said}))
    values = dict(reading.recipe.values)
    assert values == {"prompt": "a fox -- in the snow", "negativePrompt": "text"}
    assert dict(reading.others) == {"ar": "3:2", "v": "6"}
    assert reading_in(Texts(chunks={"Description": "a fox --ar 3:2"})).tool == ""


@pytest.mark.parametrize(
    "said",
    [
        '"a "big" fox \\(soft\\)[bad]" -s28 -b1 -W64 -H96 -C6.5 -mk_euler_a -S7',
        'a "big" fox \\(soft\\)[bad] -s 28 -S 7 -W 64 -H 96 -C 6.5 --seamless -A k_euler_a',
    ],
)
def test_a_command_of_any_age_has_its_words_and_options_apart(said):
    reading = reading_in(Texts(chunks={"Dream": said}))
    assert dict(reading.recipe.values) == INPUTS | {"prompt": 'a "big" fox \\(soft\\)'}


def test_novelai_is_read_from_a_user_comment_as_well():
    said = json.dumps({"Comment": json.dumps(NOVEL), "Source": "m", "Software": "NovelAI"})
    reading = reading_in(Texts(parameters=said))
    assert (reading.tool, dict(reading.recipe.values)) == ("NovelAI", INPUTS)


def test_a_sampler_and_its_schedule_may_stand_together_in_any_spelling():
    assert sampler("dpm++2m") == "DPMSolverMultistepScheduler"
    for name in ("euler_a karras", "Euler A", "k_euler_a", "euler-ancestral", "Euler A Trailing"):
        assert sampler(name) == EULER_A
    assert sampler("DPM++ 2M Karras") == "DPMSolverMultistepScheduler"
    assert sampler("unipc") == "unipc"
    assert sampler(7) is None


GRAPH = {
    "1": {"class_type": "CLIPTextEncode", "inputs": {"text": "a fox"}},
    "2": {"class_type": "CLIPTextEncode", "inputs": {"text": ""}},
    "3": {"class_type": "PrimitiveInt", "inputs": {"value": 28}},
    "4": {"class_type": "PrimitiveFloat", "inputs": {"value": 6.5}},
    "5": {"class_type": "PrimitiveInt", "inputs": {"value": 96}},
    "6": {"class_type": "EmptyLatentImage", "inputs": {"width": 64, "height": ["5", 0]}},
    "7": {
        "class_type": "KSampler",
        "inputs": {
            "positive": ["1", 0],
            "negative": ["2", 0],
            "latent_image": ["9", 0],
            "steps": 5,
            "cfg": 1,
            "seed": 1,
            "sampler_name": "euler",
        },
    },
    "8": {
        "class_type": "KSampler",
        "inputs": {
            "positive": ["1", 0],
            "negative": ["2", 0],
            "latent_image": ["6", 0],
            "steps": ["3", 0],
            "cfg": ["4", 0],
            "seed": 7,
            "sampler_name": "euler_ancestral",
        },
    },
    "9": {"class_type": "LatentUpscale", "inputs": {"samples": ["8", 0], "width": 512}},
}


def test_a_graph_is_read_along_its_links_and_of_two_samplers_the_first():
    values = dict(reading_in(Texts(graph=json.dumps(GRAPH))).recipe.values)
    assert values == INPUTS | {"prompt": "a fox", "negativePrompt": ""}


@examples(
    st.dictionaries(
        st.sampled_from(["invokeai_metadata", "sd-metadata", "Dream", "Comment", "alpha", "xmp"]),
        st.recursive(
            st.none() | st.integers() | st.text(max_size=9),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(
                    st.sampled_from(
                        ["image", "prompt", "c", "uc", "v2", "size", "sampler", "seed"]
                    ),
                    inner,
                    max_size=4,
                )
            ),
            max_leaves=8,
        ).map(json.dumps)
        | st.text(max_size=30),
    )
)
def test_nothing_that_is_written_raises(chunks):
    reading = reading_in(Texts(chunks=chunks))
    assert bool(reading.tool) == bool(reading.recipe.values)
