"""No text that a person reads stands outside `wording`, and all in it reach the translators."""

from __future__ import annotations

import ast
import importlib.util
import io
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from babel.messages.pofile import read_po

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[3]
PACKAGE = ROOT / "cartoonmix_desktop"
WORDING = PACKAGE / "wording"
SPEAKING = sorted(
    [
        *(PACKAGE / "ui").rglob("*.py"),
        *(PACKAGE / f"{n}.py" for n in ("app", "cli", "generate", "self_test", "startup_failure")),
    ]
)
# Whoever is called so shows its arguments. Elsewhere a literal needs to look like a text.
SHOWS = re.compile(
    r"set(Text|ToolTip|StatusTip|WhatsThis|WindowTitle|Title|PlaceholderText|Prefix|Suffix|Format"
    r"|LabelText|InformativeText|DetailedText|ItemText|TabText|AccessibleName|AccessibleDescription)"
    r"|add(Action|Item|Items|Tab|Menu|Section|Row|Button|_choice)|insert(Item|Tab)|print|say|tell"
    r"|label|button|icon_button|worded_button|plain_text|message_box|ask|tooltip|named_action"
    r"|add_named|show_notice|show_banner|show_news|QLabel|QPushButton|QToolButton|QAction|QMenu"
    r"|QCheckBox|QRadioButton|QGroupBox|QListWidgetItem|QMessageBox|Fold|Scrolled|OneLine"
)
TOLD = {"help", "description", "epilog", "metavar", "title", "text"}  # by their names
UNSEEN = re.compile(r"set(ObjectName|Property|StyleSheet|ApplicationName|DesktopFileName)|property")
LOGS = {"debug", "info", "warning", "error", "exception", "critical"}
# Looks like no text: names of icons, settings, roles, formats, patterns of files, one word a sign.
NAME = re.compile(r"[a-z0-9_.:/*+%#=?,;()\[\]{}<>|\\&-]*|[A-Z0-9_+.]*|[^a-zA-Z]*|[a-z]+[A-Z]\w*")
KEYS = re.compile(r"((Ctrl|Alt|Shift|Meta)\+)*(\w|[^\w\s]|Return|Enter|Backspace|Del|Space|Tab|F\d+"
                  r"|Left|Right|Up|Down|Home|End|PgUp|PgDown|Esc)")  # fmt: skip
ALLOWED = {
    "CartoonMix": "the folder of a library, the same in every language",
    "Python": "a name",
    "Qt": "a name",
    "SQLite": "a name",
    "could not connect to display": "what Qt says, to be recognised",
    "on run said\ndisplay alert (item 1 of said) message (item 2 of said)\nend run": "AppleScript",
    "create virtual table words using fts5(word, prefix='1 2')": "SQL",
    "%(asctime)s %(levelname)s %(name)s: %(message)s": "a line of the log",
    "https://…": "what an address looks like",
    "[^\\w -]+": "a pattern",
    "C:\\Windows": "a folder",
    "-R": "an option of a command",
    "libX11.so.6": "a file",
    " pixels": "a detail for the log",
    "Fusion": "a style of Qt",
    "_Native": "a class",
    "DropDown": "a class",
    '/select,"': "an option of Explorer",
    "QListWidgetItem": "a class",
    "QGuiApplication": "a class",
    "list[QItemSelectionRange]": "a type",
}
"""Other literals, each with the reason why nobody reads it as a text."""
ROLES = {"info", "warn", "bad", "good", "muted"}
"""Kinds of notices and roles of labels, which some that show texts take too."""
FILES = {
    "ui/widgets/stylesheet.py": "Qt's style sheet",
}
"""Modules that are not looked at, and why."""


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
            yield node.func.id if isinstance(node.func, ast.Name) else name, node


def literals(node: ast.AST) -> Iterator[ast.Constant]:
    """Texts that are written there; not what is asked of a dictionary or compared."""
    for child in ast.walk(node):
        if isinstance(child, ast.Constant) and isinstance(child.value, str):
            yield child


def direct(argument: ast.expr) -> list[ast.Constant]:
    """The texts that an argument is, or is put together from."""
    match argument:
        case ast.Constant(value=str()):
            return [argument]
        case ast.JoinedStr(values=parts):
            return [part for part in parts if isinstance(part, ast.Constant)]
        case ast.BinOp(left=left, right=right):
            return direct(left) + direct(right)
        case ast.IfExp(body=body, orelse=other):
            return direct(body) + direct(other)
        case ast.List(elts=parts) | ast.Tuple(elts=parts):
            return [text for part in parts for text in direct(part)]
    return []


def unseen(tree: ast.AST) -> Iterator[ast.Constant]:
    """Docstrings, annotations, what the log is told, names that Qt knows things by."""
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        for one in body if isinstance(body, list) else ():
            if isinstance(one, ast.Expr):
                yield from direct(one.value)
        if isinstance(node, ast.Raise | ast.Assert):
            yield from literals(node)
        if isinstance(node, ast.AnnAssign | ast.arg) and node.annotation is not None:
            yield from literals(node.annotation)
    for name, call in calls(tree):
        if name in LOGS or UNSEEN.fullmatch(name):
            yield from literals(call)
        elif name in {"TypeVar", "cast", "show_news", "spawn"}:
            yield from direct((call.args or [call])[name == "spawn" and len(call.args) > 1])


def seen(tree: ast.AST) -> Iterator[tuple[str, ast.Constant]]:
    """What is handed to something that shows it."""
    for name, call in calls(tree):
        if SHOWS.fullmatch(name):
            for argument in call.args[:1] if "button" in name or name == "label" else call.args:
                yield from ((name, text) for text in direct(argument))
        for word in call.keywords:
            if word.arg in TOLD:
                yield from ((str(word.arg), text) for text in direct(word.value))


def outside(path: Path) -> Iterator[str]:
    """What reads like a text in a module."""
    tree = ast.parse(path.read_text("utf-8"))
    quiet = {id(text) for text in unseen(tree)}
    shown = {id(text): name for name, text in seen(tree)}
    for name, call in calls(tree):
        if name == "tr":
            yield f"{path.name}:{call.lineno}: .tr()"
    for text in literals(tree):
        if id(text) not in quiet and reads_like_one(text.value, shown=id(text) in shown):
            yield f"{path.name}:{text.lineno}: {text.value!r} {shown.get(id(text), '')}"


def reads_like_one(text: str, *, shown: bool) -> bool:
    if text in ALLOWED or KEYS.fullmatch(text):
        return False
    if shown and text not in ROLES and re.search(r"[^\W\d_]", text):
        return not re.fullmatch("#[0-9a-f]{6}", text)
    return not NAME.fullmatch(text)


@pytest.mark.parametrize("path", SPEAKING, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_text_stands_outside_of_wording(path: Path) -> None:
    if path.relative_to(PACKAGE).as_posix() not in FILES:
        assert not list(outside(path))


@pytest.mark.parametrize(
    "code",
    [
        'label(f"{n} tasks")',
        'self.setToolTip("open")',
        'button("Close")',
        'words = "Could not be read"',
        'print(f"Generating {n}")',
        'parser.add_argument("--json", help="last")',
        'self.tr("Theme")',
        'message_box(None, title="Oh", text=x)',
    ],
)
def test_a_text_outside_of_wording_is_found(tmp_path: Path, code: str) -> None:
    module = tmp_path / "room.py"
    module.write_text(f"{code}\n", "utf-8")
    assert list(outside(module))


def test_every_text_is_one_that_can_be_collected(tool: Any) -> None:
    """One that is put together before it is looked up, or inside of another, is never found."""
    template = read_po(io.BytesIO(tool.template()))
    for path in sorted(WORDING.rglob("*.py")):
        for name, call in calls(ast.parse(path.read_text("utf-8"))):
            texts = {"_": call.args[:1], "ngettext": call.args[:2]}.get(name, [])
            for text in texts:
                assert isinstance(text, ast.Constant), f"{path}:{call.lineno}"
            if texts and isinstance(texts[0], ast.Constant):
                assert texts[0].value in template, f"{path}:{call.lineno}: inside of an f-string?"


def test_only_wording_reads_the_catalogue() -> None:
    for path in sorted(PACKAGE.rglob("*.py")):
        if not path.is_relative_to(WORDING):
            assert not re.search("import gettext|import ngettext", path.read_text("utf-8")), path


@pytest.fixture(scope="module")
def tool() -> Any:
    spec = importlib.util.spec_from_file_location("texts", ROOT / "packaging/texts.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_translators_begin_with_the_texts_of_today(tool: Any) -> None:
    """Else: make texts."""
    assert tool.TEMPLATE.read_bytes() == tool.template()


def test_formats_are_those_of_the_tables(tool: Any) -> None:
    """Else: make texts."""
    stored = (ROOT / "resources/locale/en/formats.json").read_bytes()
    assert msgspec.json.decode(stored, type=tool.Formats) == tool.formats("en")
