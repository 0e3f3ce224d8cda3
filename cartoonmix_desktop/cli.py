"""The command line: opens the window, or does one job without it and without importing Qt."""

from __future__ import annotations

import builtins
import gc
import sys

TYPE_CHECKING = False  # as type checkers know it; to import it takes longer than `--version` may
if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence
    from datetime import date
    from decimal import Decimal
    from typing import Any

    from cartoonmix_desktop.core.recipe.inputs import Input

_EVERYTHING = "*"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program.

    Args:
        arguments: without the program's name; those of the process when None.

    Returns:
        The exit status.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given[:1] == ["--sandbox-server"]:  # how a frozen program starts its sandbox
        from cartoonmix_desktop.sandbox.serving import main as serve

        return serve(given[1:])
    _leave_no_core()
    if given == ["--version"]:  # without a parser, which takes longer than the answer
        from cartoonmix_desktop import PROGRAM, __version__

        print(PROGRAM, __version__)
        return 0
    if not given:  # the usual start, which need not wait for a parser
        return _open_window()
    named = [word for word in given if not word.startswith("-")]
    command = named[0] if named and named[0] in COMMANDS else ""
    parser = parser_of(*named[:1] if command else ())
    options = parser.parse_args(map(_with_value, given))
    if options.to and not options.self_test:
        from cartoonmix_desktop.wording import terminal as words

        parser.error(words.TO_ALONE)
    if command == "generate" and not (options.table or options.sweep):
        from cartoonmix_desktop.wording import terminal as words

        if options.budget is not None or options.again or options.skip_bad_rows:
            parser.error(words.NEEDS_TABLE)
    if options.debug:
        _debug(options.debug, window=not (command or options.self_test or options.licences))
    if command:
        return _run(command, options)
    if options.self_test:
        from pathlib import Path

        from cartoonmix_desktop.self_test import run as self_test

        return self_test(to=Path(options.to) if options.to else None)
    if options.licences:
        from cartoonmix_desktop.licences import print_all

        return print_all()
    return _open_window(sandbox=options.sandbox, given=options.given)


def _run(command: str, options: argparse.Namespace) -> int:
    if command != "recipe":  # which does without
        _import_msgspec()
    match command:  # each is imported alone
        case "generate" if options.table or options.sweep:
            from cartoonmix_desktop.batch import run
        case "generate":
            from cartoonmix_desktop.generate import run
        case "costs":
            from cartoonmix_desktop.costs import run
        case "search":
            from cartoonmix_desktop.search import run
        case "recipe":
            from cartoonmix_desktop.recipe import run
        case "import":
            from cartoonmix_desktop.transfer import take_in as run
        case "export":
            from cartoonmix_desktop.transfer import give_out as run
        case _:
            from cartoonmix_desktop.expand import run
    return run(options)


def _import_msgspec() -> None:
    """Without what it tries to import first, which takes longer than all else of it.

    `typing` has the same in it, and msgspec asks that next.
    """
    if {"msgspec", "typing_extensions"} & sys.modules.keys():
        return
    sys.modules["typing_extensions"] = None  # type: ignore[assignment]
    try:
        import msgspec  # noqa: F401
    except ImportError:  # one that insists
        pass
    finally:
        del sys.modules["typing_extensions"]


def _open_window(*, sandbox: bool = False, given: str = "") -> int:
    gc.disable()  # imports leave hardly any garbage, and looking for it takes a tenth of a start
    plainly = builtins.__import__
    try:
        import PySide6.QtCore  # noqa: F401  it comes with an import of its own

        # That reads the source of every module, in search of a switch that nothing here uses.
        builtins.__import__ = plainly
        from cartoonmix_desktop.app import run
    except ImportError as error:  # of Qt, for want of a library of the system
        from cartoonmix_desktop import startup_failure

        startup_failure.tell(startup_failure.words_of(startup_failure.of_import(error)))
        return startup_failure.EXIT_ENVIRONMENT
    return run(sandbox=sandbox, given=given)


def _leave_no_core() -> None:
    """Dump no memory: it holds the key. To a pipe, Linux dumps at a limit of 0, not of 1 byte."""
    if sys.platform == "win32":
        return
    import resource

    _soft, hard = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (1 if hard else 0, hard))


def _with_value(word: str) -> str:
    """``--debug`` alone is all categories: what follows it may be a file or a command."""
    return f"--debug={_EVERYTHING}" if word == "--debug" else word


def _categories(text: str) -> list[str]:
    """What is to be followed; for `argparse`."""
    import argparse

    from cartoonmix_desktop.core.log_categories import CATEGORIES
    from cartoonmix_desktop.wording import terminal as words

    if text == _EVERYTHING:
        return list(CATEGORIES)
    named = [name.strip() for name in text.split(",")]
    if unknown := [name for name in named if name not in CATEGORIES]:
        raise argparse.ArgumentTypeError(words.unknown_category(unknown[0], CATEGORIES))
    return named


def _debug(categories: Sequence[str], *, window: bool) -> None:
    from cartoonmix_desktop.services.log_file import debug_to_terminal, log_to_file
    from cartoonmix_desktop.storage.locations import Locations

    debug_to_terminal(categories)
    if not window:  # which has a log in any case
        log_to_file(Locations.from_environment().logs)


def parser_of(*names: str) -> argparse.ArgumentParser:
    """The parser of commands; without any, of the window, where a file may have any name."""
    import argparse
    from functools import partial

    from cartoonmix_desktop import __version__
    from cartoonmix_desktop.core.log_categories import CATEGORIES
    from cartoonmix_desktop.wording import terminal as words

    # Each argument is tried in help as it is added. That asks how wide the terminal is, and imports
    # what can tell; only help that is printed needs to know.
    untold = partial(argparse.RawDescriptionHelpFormatter, width=80)
    parser = argparse.ArgumentParser(
        prog="cartoonmix-desktop",
        description=words.ABOUT,
        epilog=words.COMMANDS,
        formatter_class=untold,
    )
    parser.add_argument("--version", action="version", version=words.version(__version__))
    parser.add_argument("--sandbox", action="store_true", help=words.SANDBOX)
    debug: dict[str, Any] = {
        "type": _categories,
        "metavar": words.CATEGORIES,
        "help": words.debug(CATEGORIES),
    }
    parser.add_argument("--debug", default=[], **debug)
    parser.add_argument("--self-test", action="store_true", help=words.SELF_TEST)
    parser.add_argument("--to", metavar=words.FILE, help=words.SELF_TEST_TO)
    parser.add_argument("--licences", action="store_true", help=words.LICENCES)
    if not names:
        parser.add_argument(
            "given",
            nargs="?",
            default="",
            metavar=words.LINK_OR_FILE,
            help=words.GIVEN,
        )
        parser.formatter_class = argparse.RawDescriptionHelpFormatter
        return parser
    commands = parser.add_subparsers(metavar=words.COMMAND)
    for name in names:
        one = commands.add_parser(name, help="", formatter_class=untold)
        COMMANDS[name](one, words)
        one.add_argument("--debug", default=argparse.SUPPRESS, **debug)
    for each in (parser, *commands.choices.values()):
        each.formatter_class = argparse.RawDescriptionHelpFormatter
    return parser


# --- what each command takes ----------------------------------------------------------------------


def _generate(parser: argparse.ArgumentParser, words: Any) -> None:
    from cartoonmix_desktop.core.recipe.cartoonmix import CARTOONMIX
    from cartoonmix_desktop.wording.recipe.inputs import help_of

    parser.description, parser.epilog = words.GENERATE_ABOUT, words.EXIT_CODES
    # Values stay text here: the model's description checks them, as it does for the form.
    for entry in CARTOONMIX:
        if entry.advanced:
            continue
        parser.add_argument(
            _flag(entry.name),
            dest=entry.name,
            metavar=_metavar(entry),
            help=help_of(entry).replace("%", "%%"),
        )
    parser.add_argument("--from", dest="table", metavar=words.FILE, help=words.FROM)
    parser.add_argument(
        "--sweep", action="append", default=[], metavar=words.VALUES, help=words.SWEEP
    )
    parser.add_argument("--budget", type=_usd, metavar=words.USD, help=words.BUDGET)
    parser.add_argument("--again", action="store_true", help=words.AGAIN)
    parser.add_argument("--skip-bad-rows", action="store_true", help=words.SKIP_BAD)
    parser.add_argument("--out", metavar=words.FOLDER, help=words.OUT)
    parser.add_argument("--sandbox", action="store_true", help=words.GENERATE_SANDBOX)
    parser.add_argument("--over-cap", action="store_true", help=words.OVER_CAP)
    parser.add_argument("--json", action="store_true", help=words.JSON)


def _costs(parser: argparse.ArgumentParser, words: Any) -> None:
    from cartoonmix_desktop.core.money.spending import Grouping

    parser.description, parser.epilog = words.COSTS_ABOUT, words.COSTS_EXIT_CODES
    parser.add_argument("--by", choices=[*map(str, Grouping)], default="day", help=words.BY)
    parser.add_argument("--since", type=_day, metavar=words.DAY, help=words.SINCE)
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help=words.COSTS_JSON)
    form.add_argument("--csv", action="store_true", help=words.COSTS_CSV)


def _search(parser: argparse.ArgumentParser, words: Any) -> None:
    parser.description, parser.epilog = words.SEARCH_ABOUT, words.SEARCH_EPILOG
    parser.add_argument("query", metavar=words.QUERY, help=words.QUERY_HELP)
    parser.add_argument(
        "--limit", type=_count, default=100, metavar=words.NUMBER, help=words.SEARCH_LIMIT
    )
    orders = ("newest", "oldest", "match", "rating", "cost", "size", "seed", "prompt")
    parser.add_argument("--sort", choices=orders, default="newest", help=words.SORT)
    parser.add_argument("--json", action="store_true", help=words.JSON_LINES)


def _recipe(parser: argparse.ArgumentParser, words: Any) -> None:
    parser.description, parser.epilog = words.RECIPE_ABOUT, words.RECIPE_EXIT_CODES
    parser.add_argument("files", nargs="+", metavar=words.FILE, help=words.RECIPE_FILES)
    parser.add_argument("--json", action="store_true", help=words.RECIPE_JSON)


def _import(parser: argparse.ArgumentParser, words: Any) -> None:
    parser.description, parser.epilog = words.IMPORT_ABOUT, words.IMPORT_EXIT_CODES
    parser.add_argument("paths", nargs="+", metavar=words.PATH, help=words.IMPORT_PATHS)
    parser.add_argument("--json", action="store_true", help=words.ONE_OBJECT)


def _export(parser: argparse.ArgumentParser, words: Any) -> None:
    from cartoonmix_desktop.core.task.naming import FIELDS, USUAL

    parser.description, parser.epilog = words.EXPORT_ABOUT, words.EXPORT_EXIT_CODES
    parser.add_argument("query", metavar=words.QUERY, help=words.QUERY_HELP)
    parser.add_argument("--out", required=True, metavar=words.FOLDER, help=words.EXPORT_TO)
    formats = ("png", "jpeg", "webp", "original")
    parser.add_argument("--preset", metavar=words.PRESET, help=words.EXPORT_PRESET)
    parser.add_argument("--format", choices=formats, help=words.FORMAT)
    parser.add_argument("--name", metavar=words.NAME_TEMPLATE, help=words.names(USUAL, FIELDS))
    parser.add_argument("--no-recipe", action="store_true", help=words.NO_RECIPE)
    parser.add_argument("--sidecar", choices=("txt", "json", "xmp"), help=words.SIDECAR)
    parser.add_argument(
        "--long-edge", type=_at_least_one, metavar=words.PIXELS, help=words.LONG_EDGE
    )
    parser.add_argument("--json", action="store_true", help=words.JSON)


def _expand(parser: argparse.ArgumentParser, words: Any) -> None:
    parser.description, parser.epilog = words.EXPAND_ABOUT, words.EXPAND_EPILOG
    parser.add_argument("--prompt", required=True, metavar=words.TEXT, help=words.TEMPLATE)
    parser.add_argument("--seed", type=int, default=0, metavar=words.NUMBER, help=words.DRAWN_BY)
    parser.add_argument("--all", action="store_true", help=words.EXPAND_ALL)
    parser.add_argument(
        "--limit", type=_at_least_one, default=1000, metavar=words.NUMBER, help=words.EXPAND_LIMIT
    )
    parser.add_argument("--wildcards", metavar=words.FOLDER, help=words.WILDCARDS)
    parser.add_argument("--json", action="store_true", help=words.ONE_OBJECT)


COMMANDS = {
    "generate": _generate,
    "costs": _costs,
    "search": _search,
    "recipe": _recipe,
    "import": _import,
    "export": _export,
    "expand": _expand,
}


def _count(text: str) -> int:
    """A count, or 0 for all; for `argparse`."""
    return 0 if text == "0" else _at_least_one(text)


def _at_least_one(text: str) -> int:
    """A count; for `argparse`."""
    import argparse

    from cartoonmix_desktop.wording import terminal as words

    if not text.isascii() or not text.isdigit() or not (count := int(text)):
        raise argparse.ArgumentTypeError(words.no_count(text))
    return count


def _usd(text: str) -> Decimal:
    """An amount of money; for `argparse`."""
    import argparse

    from cartoonmix_desktop.core.money.amounts import amount_of
    from cartoonmix_desktop.wording import terminal as words

    if (amount := amount_of(text)) is None:
        raise argparse.ArgumentTypeError(words.no_amount(text))
    return amount


def _day(text: str) -> date:
    """A local day; for `argparse`."""
    import argparse
    import re
    from datetime import date

    from cartoonmix_desktop.wording import terminal as words

    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
            return date.fromisoformat(text)
    except ValueError:  # such as the 30th of February
        pass
    raise argparse.ArgumentTypeError(words.no_day(text))


def _metavar(entry: Input) -> str:
    from cartoonmix_desktop.wording import terminal as words

    if entry.name == "seed":
        return words.TEXT_OR_RANDOM
    return words.TEXT if isinstance(entry.default, str) else words.NUMBER


def _flag(name: str) -> str:
    return "--" + "".join(f"-{c.lower()}" if c.isupper() else c for c in name)
