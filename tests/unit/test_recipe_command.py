"""``cartoonmix-desktop recipe``: what a script reads of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cartoonmix_desktop.cli import main
from tests.interchange.reading import CASES, FIELDS, read_from

_OTHERS = Path(__file__).parent / "storage" / "files" / "pictures_of_others"
TRUTH = json.loads((CASES / "truth.json").read_text("utf-8"))


def told(capsys, *arguments):
    status = main(["recipe", *map(str, arguments)])
    printed = capsys.readouterr()
    return status, printed.out, printed.err


def place_of(name):
    return next(path for path in (_OTHERS / name, CASES / name) if path.exists())


def test_each_file_is_a_line(capsys, tmp_path):
    bare, text = tmp_path / "bare.txt", tmp_path / "fox.txt"
    bare.write_text("nothing of the kind")
    text.write_text("a fox\nSteps: 28, Sampler: Euler a, CFG scale: 6.5, Seed: 7, Hires upscale: 2")
    status, out, err = told(capsys, text, bare, tmp_path / "none.png", "--json")
    assert (status, err) == (1, "")
    first, second, third = map(json.loads, out.splitlines())
    assert first == {
        "file": str(text),
        "tool": "A1111",
        "inputs": {
            "prompt": "a fox",
            "negativePrompt": "",
            "steps": 28,
            "scale": 6.5,
            "seed": "7",
            "scheduler": "EulerAncestralDiscreteScheduler",
        },
        "model": "",
        "others": {"Hires upscale": "2"},
        "left_out": [],
    }
    assert (second["tool"], second["inputs"]) == (None, {})
    assert third.keys() == {"file", "error"}


def test_what_had_to_be_left_out_is_told(capsys, tmp_path):
    text = tmp_path / "fox.txt"
    text.write_text("a fox\nSteps: 28, Sampler: UniPC, CFG scale: 6.5, Seed: 7")
    status, out, _ = told(capsys, text, "--json")
    found = json.loads(out)
    assert status == 0
    assert [one["name"] for one in found["left_out"]] == ["scheduler"]
    assert found["others"]["Sampler"] == "UniPC"


def test_for_people_it_is_a_list(capsys):
    status, out, err = told(capsys, place_of("swarm_multi.png"))
    assert (status, err) == (0, "")
    assert "swarm_multi.png: SwarmUI\n  model: toonyou_beta6\n  prompt: (masterpiece" in out


@pytest.mark.parametrize("case", TRUTH, ids=lambda case: case["file"])
def test_pictures_of_many_tools_are_read_right(case):
    found = read_from(place_of(case["file"]))
    told_ = {field: case[field] for field in FIELDS if case[field] is not None}
    assert {field: found.get(field) for field in told_} == told_
