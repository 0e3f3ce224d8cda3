"""The list of changes that no test notices: each is still one of the program, and has a reason."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.mutation.survivors import listed

PACKAGE = Path(__file__).resolve().parents[2] / "cartoonmix_desktop"


def lines_of(module: str, function: str) -> list[str]:
    """The lines of a function, stripped; none if it is gone."""
    path = PACKAGE / f"{module.replace('.', '/')}.py"
    source = path.read_text("utf-8") if path.exists() else ""
    body = ast.parse(source).body
    owner, _, name = function.rpartition(".")
    if owner:
        body = [node for node in body if isinstance(node, ast.ClassDef) and node.name == owner]
        body = body[0].body if body else []
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == name:
            text = ast.get_source_segment(source, node) or ""
            return [line.strip() for line in text.splitlines()]
    return []


@pytest.mark.parametrize("survivor", listed(), ids=lambda one: f"{one.module}.{one.function}")
def test_a_listed_survivor_is_still_a_change_of_the_program(survivor):
    lines = lines_of(survivor.module, survivor.function)
    assert [line for line in survivor.old.splitlines() if line not in lines] == []
    assert survivor.old != survivor.new
    assert listed()[survivor].strip()


def test_lines_are_found_where_they_are():
    assert "return self.account == SANDBOX" in lines_of("core.task.task", "Task.is_sandbox")
    assert "return self.account == SANDBOX" not in lines_of("core.task.task", "Task.is_imported")
    assert lines_of("core.task.task", "Task.gone") == lines_of("core.gone", "gone") == []
