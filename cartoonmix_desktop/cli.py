"""The command line: opens the window, or does one job without it and without importing Qt."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from cartoonmix_desktop import __version__
from cartoonmix_desktop.core.cartoonmix import CARTOONMIX

if TYPE_CHECKING:
    from collections.abc import Sequence

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
    options = _parser().parse_args(given)
    if options.command == "generate":
        from cartoonmix_desktop.generate import run

        return run(options)
    if options.self_test:
        from cartoonmix_desktop.self_test import run as self_test

        return self_test()
    from cartoonmix_desktop.app import run as open_window

    return open_window(sandbox=options.sandbox)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="cartoonmix-desktop",
        description="Generate, keep and find CartoonMix pictures. Without a command: the window.",
    )
    parser.add_argument("--version", action="version", version=f"CartoonMix Desktop {__version__}")
    parser.add_argument(
        "--sandbox", action="store_true", help="draw pictures on this computer, for this run"
    )
    parser.add_argument(
        "--self-test", action="store_true", help="start all parts, print what was found, and end"
    )
    commands = parser.add_subparsers(dest="command", metavar="command")
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
