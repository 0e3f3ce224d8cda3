"""``python -m cartoonmix_desktop``: the same as the command ``cartoonmix-desktop``."""

# Python looks for the modules of ``-m`` in the folder that it was started in first, where anything
# may lie. So nothing is looked for before that is undone, not even __future__: the two here are
# loaded at every start, and this package, once found, finds its own modules.
import os
import sys


def _pass_over_the_folder_it_was_started_in() -> None:
    try:
        here = os.getcwd()  # noqa: PTH109 - pathlib would be looked for there
    except OSError:  # it is gone, and Python does not look there
        return
    if sys.path[0] == here and not sys.flags.safe_path:
        del sys.path[0]


if __name__ == "__main__":
    _pass_over_the_folder_it_was_started_in()
    from cartoonmix_desktop.cli import main

    sys.exit(main())
