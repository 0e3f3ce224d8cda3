"""What must hold so that the tests themselves can be read on Windows and macOS."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
FILES = [
    *(ROOT / "tests").glob("*.py"),
    *(ROOT / "tests/unit").rglob("*.py"),
    *(ROOT / "tests/ui").rglob("*.py"),
]
NOT_ON_WINDOWS = {"fcntl", "grp", "posix", "pty", "pwd", "resource", "syslog", "termios", "tty"}
OS_ON_WINDOWS = {  # of what is used here when a module is read
    *("O_BINARY", "X_OK", "R_OK", "W_OK", "cpu_count", "devnull", "environ", "fsdecode"),
    *("fsencode", "getpid", "listdir", "lstat", "name", "path", "pathsep", "readlink", "sep"),
    "stat_result",
}


def read_at_once(tree: ast.AST) -> Iterator[ast.AST]:
    """All that is evaluated when a module is imported: not what stands in functions."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for part in (*node.decorator_list, *node.args.defaults):
                yield from read_at_once(ast.Expr(part))
            continue
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name):  # TYPE_CHECKING
            continue
        if isinstance(node, ast.BoolOp) and "sys.platform" in ast.unparse(node.values[0]):
            continue
        yield node
        yield from read_at_once(node)


def test_no_test_needs_posix_to_be_imported():
    faults = []
    for path in FILES:
        for node in read_at_once(ast.parse(path.read_text("utf-8"))):
            asked: set[str] = set()
            match node:
                case ast.Import(names=names):
                    asked = {name.name.partition(".")[0] for name in names} & NOT_ON_WINDOWS
                case ast.ImportFrom(module=str(module)):
                    asked = {module.partition(".")[0]} & NOT_ON_WINDOWS
                case ast.Attribute(value=ast.Name(id="os"), attr=name):
                    asked = {name} - OS_ON_WINDOWS
            faults += [f"{path.relative_to(ROOT)}:{node.lineno}: {one}" for one in asked]
    assert len(FILES) > 200
    assert faults == []
