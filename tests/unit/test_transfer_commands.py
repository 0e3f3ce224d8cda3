"""``cartoonmix-desktop import`` and ``export``: what a script reads of them."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import pytest
from PIL import Image

from cartoonmix_desktop.cli import main
from cartoonmix_desktop.storage.exchange.metadata import read_embedded
from cartoonmix_desktop.storage.locations import Locations
from tests.interchange.reading import CASES

FOX = CASES / "taken_in_tokyo_with_offset.jpg"


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("CARTOONMIX_HOME", str(tmp_path / "home"))
    return Locations.from_environment()


@pytest.fixture
def told(capsys):
    def run(*arguments):
        status = main([*map(str, arguments)])
        printed = capsys.readouterr()
        return status, printed.out, printed.err

    return run


@pytest.fixture
def folder(tmp_path):
    """A picture with a recipe beside it, one without any, and one that is broken."""
    folder = tmp_path / "given"
    folder.mkdir()
    shutil.copy(FOX, folder / "fox.jpg")
    (folder / "fox.txt").write_text("a red fox\nSteps: 28, Sampler: Euler a, Seed: 7")
    Image.new("RGB", (300, 200), "teal").save(folder / "bare.png")
    (folder / "broken.png").write_bytes((folder / "bare.png").read_bytes()[:50])
    return folder


def test_what_can_be_read_comes_in(told, folder, home):
    status, out, err = told("import", folder, "--json")
    done = json.loads(out)
    (skipped,) = done.pop("skipped")
    assert skipped["path"] == str(folder / "broken.png")
    assert skipped["why"]
    assert (status, err, done) == (1, "", {"imported": 2, "already": 0, "without_recipe": 1})
    kept = {hashlib.sha256(path.read_bytes()).digest() for path in home.pictures.rglob("*.???")}
    assert hashlib.sha256(FOX.read_bytes()).digest() in kept
    status, out, _ = told("search", "is:without-recipe", "--json")
    assert json.loads(out)["inputs"] == {}
    assert told("search", "--json", "--", "-is:without-recipe")[1].count("\n") == 1
    orders = ("newest", "oldest", "match", "rating", "cost", "size", "seed", "prompt")
    assert all(told("search", "", "--sort", order)[0] == 0 for order in orders)
    for order in ("seed", "prompt"):  # what has none comes last
        lines = told("search", "", "--sort", order, "--json")[1].splitlines()
        assert json.loads(lines[-1])["inputs"] == {}
    (folder / "broken.png").unlink()
    status, out, _ = told("import", folder, "--json")
    again = {"imported": 0, "already": 2, "without_recipe": 0, "skipped": []}
    assert (status, json.loads(out)) == (0, again)


def test_nothing_that_can_be_read(told, tmp_path):
    status, out, _ = told("import", tmp_path / "none.png", "--json")
    assert (status, json.loads(out)["imported"]) == (2, 0)


def test_for_people(told, folder):
    status, out, err = told("import", folder)
    assert (status, out) == (1, "")
    assert err.splitlines()[0] == "2 pictures imported"
    assert err.splitlines()[1].startswith("broken.png")


def exported(told, query, folder, *options):
    status, out, _ = told("export", query, "--out", folder, *options, "--json")
    done = json.loads(out.splitlines()[-1])
    assert (status, done["failed"]) == (0, [])
    return done["exported"]


def test_what_a_query_finds_goes_out(told, folder, tmp_path):
    told("import", folder)
    out = tmp_path / "new" / "out"
    (first,) = exported(told, "fox", out, "--name", "{seed}", "--sidecar", "txt")
    assert first == str(out / "7.png")
    assert (out / "7.txt").read_text().startswith("a red fox\n")
    with Image.open(first) as picture:
        assert picture.text["parameters"].startswith("a red fox\n")
    (second,) = exported(told, "fox", out, "--name", "{seed}", "--sidecar", "txt")
    assert second == str(out / "7 (2).png")  # nothing is overwritten
    (exact,) = exported(told, "fox", out, "--format", "original")
    assert Path(exact).read_bytes() == FOX.read_bytes()


def test_small_and_without_a_recipe(told, folder, tmp_path):
    told("import", folder)
    options = ("--format", "jpeg", "--long-edge", 120, "--no-recipe")
    files = exported(told, "", tmp_path / "out", *options)
    assert len(files) == 2
    for file in files:
        assert "fox" not in file
        assert b"red fox" not in Path(file).read_bytes()
        with Image.open(file) as picture:
            assert max(picture.size) <= 120


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("cost:often",), "cost"),
        (("", "--name", "{nothing}"), "{nothing}"),
    ],
)
def test_what_cannot_be_meant(told, tmp_path, arguments, words):
    status, out, err = told("export", *arguments, "--out", tmp_path / "out")
    assert (status, out) == (2, "")
    assert words in err


def test_a_folder_that_cannot_be(told, tmp_path):
    (tmp_path / "file").touch()
    status, _, err = told("export", "", "--out", tmp_path / "file" / "out")
    assert status == 2
    assert str(tmp_path / "file" / "out") in err


def test_a_preset_of_the_window_is_taken_and_other_options_win_over_it(told, tmp_path):
    status, _, err = told("export", "", "--out", tmp_path / "out", "--preset", "Poster")
    assert (status, err) == (2, "There is no preset “Poster”. There are: For a client.\n")
    out = tmp_path / "client"
    told("import", FOX)
    files = exported(told, "", out, "--preset", "For a client")
    assert files
    assert {Path(file).suffix for file in files} == {".jpg"}
    assert Path(files[0]).stem == "001"
    with Image.open(files[0]) as image:
        assert not read_embedded(image).texts.parameters
    (last, *_) = exported(told, "", out, "--preset", "For a client", "--format", "png")
    assert Path(last).name == "001.png"
