from __future__ import annotations

import pytest

from cartoonmix_desktop.core.recipe.request import GenerationRequest
from cartoonmix_desktop.core.task.naming import name_for, numbered, safe, unknown_fields
from cartoonmix_desktop.core.task.task import Output, OutputState, Task, TaskState

OUTPUT = Output(9, 1, OutputState.KEPT, width=512, height=768, rating=4)


def task(prompt: str = "a fox: red/blue?", **facts: object) -> Task:
    values = {"prompt": prompt, "seed": "77", "steps": 20}
    return Task(
        id=12,
        uid="0" * 32,
        account="a",
        request=GenerationRequest("futurist/CartoonMix v1.0", values),
        state=TaskState.KEPT,
        created_at=1_763_818_200.0,
        **facts,
    )


def test_fields_are_filled_in() -> None:
    name = name_for("{date} {prompt} {seed} {number} {id} {picture} {rating}", task(), OUTPUT, 3)
    assert name == "2025-11-22 a fox red blue 77 003 12 2 4"
    assert name_for("{model} {width}x{height}", task(), OUTPUT, 1) == "CartoonMix v1.0 512x768"


def test_without_a_prompt_an_imported_file_keeps_its_name_and_not_its_ending() -> None:
    for source, expected in (("old one.v2.jpg", "old one.v2"), ("scan", "scan")):
        assert name_for("{prompt}", task("", source=source), OUTPUT, 1) == expected


def test_unknown_fields_are_named_and_stay() -> None:
    assert unknown_fields("{seed} {sead} {}") == ["sead", ""]
    assert name_for("{sead}", task(), OUTPUT, 1) == "{sead}"


def test_a_field_in_a_prompt_is_not_filled_in() -> None:
    assert name_for("{prompt}", task("{seed}"), OUTPUT, 1) == "{seed}"


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("{prompt} - {seed}_{number}", "003"),
        ("{model} {steps} {scale} {scheduler}", "picture"),
        ("for client {prompt}", "for client"),
    ],
)
def test_a_name_that_may_not_tell_the_recipe_does_not(template, expected):
    assert name_for(template, task(), OUTPUT, 3, recipe=False) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("../../etc/passwd", "etc passwd"),
        ('a<b>c:d"e\\f|g?h*i', "a b c d e f g h i"),
        ("CON", "_CON"),
        ("nul.txt", "_nul.txt"),
        ("com¹", "_com¹"),
        ("ends. . ", "ends"),
        (".hidden", "hidden"),
        ("", "picture"),
        ("\u202etxt.exe\x00\x1f", "txt.exe"),
        ("a\ud800b", "a b"),
        ("e\u0301", "é"),
        ("狐" * 200, "狐" * 60),
    ],
)
def test_names_are_safe_on_every_system(name: str, expected: str) -> None:
    assert safe(name) == expected
    assert safe(safe(name)) == safe(name)


def test_what_collides_gets_a_number() -> None:
    assert [numbered("a", n) for n in (1, 2)] == ["a", "a (2)"]
