"""The one model of this program: ``futurist/CartoonMix v1.0``.

Source: the model's page at Wiro, which publishes names, kinds and defaults but no ranges.
"""

from __future__ import annotations

from cartoonmix_desktop.core.recipe.inputs import Advice, Input, Kind, Model, Option

_SIDE = (
    Advice("not a multiple of 8", multiple_of=8),
    Advice("far from 512", above=1024),
)

CARTOONMIX = Model(
    slug="futurist/CartoonMix v1.0",
    title="CartoonMix v1.0",
    inputs=(
        Input(
            "prompt",
            "Prompt",
            Kind.LONG_TEXT,
            "(masterpiece, top quality, best quality, official art, beautiful and aesthetic:1.2), "
            "1girl, beautiful, high detailed, purple hair with a hint of pink, pink eyes, "
            "dark lighting, serious face, looking the sky, sky, medium shot, black sweater, "
            "jewelry",
            required=True,
        ),
        Input(
            "negativePrompt",
            "Negative prompt",
            Kind.LONG_TEXT,
            "bad-hands-5 EasyNegativeV2 ng_deepnegative_v1_75t",
        ),
        Input(
            "width",
            "Width",
            Kind.WHOLE,
            512,
            minimum=1,
            step=64,
            advice=_SIDE,
        ),
        Input(
            "height",
            "Height",
            Kind.WHOLE,
            512,
            minimum=1,
            step=64,
            advice=_SIDE,
        ),
        Input(
            "samples",
            "Samples",
            Kind.WHOLE,
            4,
            minimum=1,
            usual=(1, 8),
        ),
        Input(
            "steps",
            "Steps",
            Kind.WHOLE,
            20,
            minimum=1,
            usual=(1, 60),
            advice=(Advice("many steps", above=50),),
        ),
        Input(
            "scale",
            "Guidance scale",
            Kind.DECIMAL,
            4,
            step=0.5,
            usual=(1, 20),
        ),
        Input(
            "scheduler",
            "Scheduler",
            Kind.CHOICE,
            "EulerDiscreteScheduler",
            options=(
                Option("EulerDiscreteScheduler", "Euler"),
                Option("EulerAncestralDiscreteScheduler", "Euler ancestral"),
                Option("DPMSolverMultistepScheduler", "DPM++ multistep"),
                Option("DDIMScheduler", "DDIM"),
                Option("LMSDiscreteScheduler", "LMS"),
                Option("PNDMScheduler", "PNDM"),
                Option("DDPMScheduler", "DDPM"),
            ),
        ),
        Input(
            "clipSkip",
            "Clip skip",
            Kind.WHOLE,
            4,
            minimum=0,
        ),
        Input(
            "seed",
            "Seed",
            Kind.TEXT,
            "123456",
        ),
        Input(
            "callbackUrl",
            "Callback URL",
            Kind.URL,
            "",
            advanced=True,
        ),
    ),
)
