"""``cartoonmix-desktop expand``: what a script reads of it."""

from __future__ import annotations

import json

import pytest

from cartoonmix_desktop.cli import main


@pytest.fixture
def wildcards(tmp_path):
    folder = tmp_path / "lists"
    (folder / "animals").mkdir(parents=True)
    (folder / "colours.txt").write_bytes("\ufeff# warm\r\nröd\r\n\r\n  gul \r\n".encode())
    (folder / "animals" / "cats.txt").write_text("{big|small} __colours__ cat\n", "utf-8")
    (folder / "bytes.txt").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "outside.txt").write_text("secret\n")
    return folder


def told(capsys, *arguments):
    status = main(["expand", *map(str, arguments)])
    printed = capsys.readouterr()
    return status, printed.out, printed.err


def as_json(capsys, *arguments):
    status, out, err = told(capsys, *arguments, "--json")
    assert err == ""
    return status, json.loads(out)


def test_all_are_listed_up_to_a_limit_and_counted(capsys, wildcards):
    given = ("--prompt", "a __animals/cats__", "--wildcards", wildcards, "--all")
    status, found = as_json(capsys, *given, "--limit", 3)
    assert status == 0
    assert found == {
        "count": 4,
        "expansions": ["a big röd cat", "a big gul cat", "a small röd cat"],
        "problems": [],
    }


def test_one_is_drawn_by_the_seed_which_is_0(capsys):
    status, found = as_json(capsys, "--prompt", "{a|b|c} {1|2|3}")
    assert (status, found["count"], len(found["expansions"])) == (0, 9, 1)
    assert as_json(capsys, "--prompt", "{a|b|c} {1|2|3}", "--seed", 0) == (status, found)


@pytest.mark.parametrize("name", ["nobody", "bytes", "../outside", "animals"])
def test_a_list_that_is_not_to_be_had_ends_it(capsys, wildcards, name):
    prompt = f"🦊 __{name}__"
    status, found = as_json(capsys, "--prompt", prompt, "--wildcards", wildcards, "--all")
    if name.startswith("."):  # no name of a list: text
        assert (status, found["expansions"]) == (0, [prompt])
        return
    assert (status, found["count"], found["expansions"]) == (2, 0, [])
    [problem] = found["problems"]
    assert problem["at"] == 2  # code points
    assert name in problem["message"]


def test_for_people_each_stands_in_a_line_and_problems_apart(capsys):
    status, out, err = told(capsys, "--prompt", "a\n{b|c} }", "--all")
    assert (status, out) == (0, "a\\nb }\na\\nc }\n")
    assert err.startswith("Line 2, column 7: ")
    status, out, err = told(capsys, "--prompt", "{}", "--all")
    assert (status, out) == (2, "")
    assert "Line 1, column 1" in err


def test_a_folder_that_is_not_there_is_told(capsys, tmp_path):
    status, out, err = told(capsys, "--prompt", "a", "--wildcards", tmp_path / "none")
    assert (status, out) == (2, "")
    assert str(tmp_path / "none") in err


@pytest.mark.parametrize("limit", ["0", "-1", "many", "1.5"])
def test_a_limit_is_a_count(capsys, limit):
    with pytest.raises(SystemExit) as ended:
        main(["expand", "--prompt", "a", "--limit", limit])
    assert ended.value.code == 2
    assert "--limit" in capsys.readouterr().err
