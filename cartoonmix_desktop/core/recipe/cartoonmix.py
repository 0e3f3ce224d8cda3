"""The one model of this program: ``futurist/CartoonMix v1.0``.

Source: the model's page at Wiro, which publishes names, kinds and defaults but no ranges.
"""

from __future__ import annotations

from cartoonmix_desktop.core.recipe.inputs import Advice, Input, Kind, Model, Option

_SIDE = (
    Advice("Sizes that are multiples of 8 are safest; others may be refused.", multiple_of=8),
    Advice(
        "The model was trained near 512; far larger pictures tend to repeat heads and limbs.", 1024
    ),
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
            "What the picture shows, in words separated by commas. (word:1.2) weighs a word more.",
            required=True,
        ),
        Input(
            "negativePrompt",
            "Negative prompt",
            Kind.LONG_TEXT,
            "bad-hands-5 EasyNegativeV2 ng_deepnegative_v1_75t",
            "What the picture should not show. The default names three trained corrections.",
        ),
        Input(
            "width",
            "Width",
            Kind.WHOLE,
            512,
            "Width of each picture in pixels.",
            minimum=1,
            step=64,
            advice=_SIDE,
        ),
        Input(
            "height",
            "Height",
            Kind.WHOLE,
            512,
            "Height of each picture in pixels.",
            minimum=1,
            step=64,
            advice=_SIDE,
        ),
        Input(
            "samples",
            "Samples",
            Kind.WHOLE,
            4,
            "How many pictures one run makes.",
            minimum=1,
            usual=(1, 8),
        ),
        Input(
            "steps",
            "Steps",
            Kind.WHOLE,
            20,
            "How often the picture is refined; more takes longer and costs more.",
            minimum=1,
            usual=(1, 60),
            advice=(
                Advice("More than 50 steps seldom look better; the server may refuse them.", 50),
            ),
        ),
        Input(
            "scale",
            "Guidance scale",
            Kind.DECIMAL,
            4,
            "How strictly the picture follows the prompt; 4 is loose, 12 is strict.",
            step=0.5,
            usual=(1, 20),
        ),
        Input(
            "scheduler",
            "Scheduler",
            Kind.CHOICE,
            "EulerDiscreteScheduler",
            "The method that refines the picture from step to step.",
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
            "How many of the text encoder's last layers are left out; more is freer.",
            minimum=0,
        ),
        Input(
            "seed",
            "Seed",
            Kind.TEXT,
            "123456",
            "Where the noise starts. The same seed and recipe give the same pictures.",
        ),
        Input(
            "callbackUrl",
            "Callback URL",
            Kind.URL,
            "",
            "Wiro posts the finished task to this address. Leave empty for none.",
            advanced=True,
        ),
    ),
)
