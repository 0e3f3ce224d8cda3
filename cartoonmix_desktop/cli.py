"""The command line: opens the window, or does one job without it and without importing Qt."""

from __future__ import annotations

import builtins
import gc
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

_COMMANDS = """\
commands:
  generate              one job without a window; generate --help tells its options

exit status:
  0  ended well
  1  --self-test found a part that does not work, or the program itself failed
  2  bad usage, or the display, the disk or the environment cannot be used
"""

_EXIT_CODES = """\
exit status:
  0  succeeded
  1  failed or cancelled
  2  bad input, or refused by the server
  3  no valid credentials
  4  network trouble, or the outcome is unknown
"""


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
    words = [word for word in given if not word.startswith("-")]
    command = words[0] if words[:1] == ["generate"] else ""
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

    parser = argparse.ArgumentParser(
        prog="cartoonmix-desktop",
        description="Generate, keep and find CartoonMix pictures. Without a command: the window.",
        epilog=_COMMANDS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"CartoonMix Desktop {__version__}")
    parser.add_argument(
        "--sandbox", action="store_true", help="draw pictures on this computer, for this run"
    )
    parser.add_argument(
        "--self-test", action="store_true", help="start all parts, print what was found, and end"
    )
    parser.add_argument(
        "--licences", action="store_true", help="print the licences of all that ships, and end"
    )
    if not command:
        parser.add_argument(
            "given",
            nargs="?",
            default="",
            metavar="LINK_OR_FILE",
            help="put the recipe of a cartoonmix: link, a recipe file or a picture into the form",
        )
        return parser
    commands = parser.add_subparsers(metavar="command")
    generate = commands.add_parser(
        "generate",
        help="one job without a window",
        description="One job without a window, recorded in the same history.",
        epilog=_EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    # Values stay text here: the model's description checks them, as it does for the form.
    for entry in CARTOONMIX:
        if entry.advanced:
            continue
        generate.add_argument(
            _flag(entry.name),
            dest=entry.name,
            metavar="TEXT" if isinstance(entry.default, str) else "N",
            help=entry.help.replace("%", "%%"),
        )
    generate.add_argument("--out", metavar="DIR", help="also copy the pictures into this folder")
    generate.add_argument(
        "--sandbox", action="store_true", help="draw on this computer; no account, no cost"
    )
    generate.add_argument("--json", action="store_true", help="print one JSON object last")
    return parser


def _flag(name: str) -> str:
    return "--" + "".join(f"-{c.lower()}" if c.isupper() else c for c in name)
