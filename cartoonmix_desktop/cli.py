"""The command line: opens the window, or does one job without it and without importing Qt."""

from __future__ import annotations

import builtins
import gc
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence


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
    if not given:  # the usual start, which need not wait for a parser
        return _open_window()
    named = [word for word in given if not word.startswith("-")]
    command = named[0] if named[:1] == ["generate"] else ""
    options = _parser(command).parse_args(given)
    if command:
        from cartoonmix_desktop.generate import run

        return run(options)
    if options.self_test:
        from cartoonmix_desktop.self_test import run as self_test

        return self_test()
    if options.licences:
        from cartoonmix_desktop.licences import print_all

        return print_all()
    return _open_window(sandbox=options.sandbox, given=options.given)


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


def _parser(command: str) -> argparse.ArgumentParser:
    """The parser; for the window without any command's, since a file may have any name."""
    import argparse

    from cartoonmix_desktop import __version__
    from cartoonmix_desktop.core.recipe.cartoonmix import CARTOONMIX
    from cartoonmix_desktop.wording import terminal as words
    from cartoonmix_desktop.wording.recipe.inputs import help_of

    parser = argparse.ArgumentParser(
        prog="cartoonmix-desktop",
        description=words.ABOUT,
        epilog=words.COMMANDS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=words.version(__version__))
    parser.add_argument("--sandbox", action="store_true", help=words.SANDBOX)
    parser.add_argument("--self-test", action="store_true", help=words.SELF_TEST)
    parser.add_argument("--licences", action="store_true", help=words.LICENCES)
    if not command:
        parser.add_argument(
            "given",
            nargs="?",
            default="",
            metavar=words.LINK_OR_FILE,
            help=words.GIVEN,
        )
        return parser
    commands = parser.add_subparsers(metavar=words.COMMAND)
    generate = commands.add_parser(
        "generate",
        help=words.GENERATE,
        description=words.GENERATE_ABOUT,
        epilog=words.EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    # Values stay text here: the model's description checks them, as it does for the form.
    for entry in CARTOONMIX:
        if entry.advanced:
            continue
        generate.add_argument(
            _flag(entry.name),
            dest=entry.name,
            metavar=words.TEXT if isinstance(entry.default, str) else words.NUMBER,
            help=help_of(entry).replace("%", "%%"),
        )
    generate.add_argument("--out", metavar=words.FOLDER, help=words.OUT)
    generate.add_argument("--sandbox", action="store_true", help=words.GENERATE_SANDBOX)
    generate.add_argument("--json", action="store_true", help=words.JSON)
    return parser


def _flag(name: str) -> str:
    return "--" + "".join(f"-{c.lower()}" if c.isupper() else c for c in name)
