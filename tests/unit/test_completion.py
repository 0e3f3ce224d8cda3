"""What shells complete, as a shell does it."""

from __future__ import annotations

import importlib.util
import subprocess
from pathlib import Path

import pytest

_PACKAGING = Path(__file__).parents[2] / "packaging"
FOLDER = _PACKAGING / "linux/completion"
FILES = {"bash": "cartoonmix-desktop", "zsh": "_cartoonmix-desktop"}

TRY = """
source "$0"
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
_shtab_cartoonmix_desktop
printf '%s\\n' "${COMPREPLY[@]}"
"""


@pytest.mark.parametrize("shell", FILES)
def test_it_is_that_of_the_parser_of_today(shell):
    spec = importlib.util.spec_from_file_location("completion", _PACKAGING / "completion.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.FILES == FILES
    written = (FOLDER / FILES[shell]).read_text("utf-8")
    assert written == module.completion(shell), "run: make texts"


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ([""], {"generate", "costs", "search", "recipe", "import", "export", "expand"}),
        (["search", "fox", "--sort", "m"], {"match"}),
        (["generate", "--neg"], {"--negative-prompt"}),
        (["import", "a p"], {"a picture.png"}),
        (["export", "--out", ""], {"folder"}),
    ],
)
def test_bash_completes(tmp_path, line, offered):
    (tmp_path / "a picture.png").touch()
    (tmp_path / "folder").mkdir()
    script = str(FOLDER / FILES["bash"])
    words = ["bash", "-c", TRY, script, "cartoonmix-desktop", *line]
    told = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert offered <= set(told.stdout.splitlines())
    assert told.stderr == ""
