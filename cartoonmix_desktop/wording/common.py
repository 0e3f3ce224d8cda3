"""Words of buttons that mean the same in every room."""

from __future__ import annotations

from cartoonmix_desktop.wording.catalogue import gettext as _

CANCEL = _("Cancel")
CLOSE = _("Close")
CLOSE_MESSAGE = _("Close this message")
DELETE = _("Delete")
SAVE = _("Save")
UNDO = _("Undo")


def show(title: str) -> str:
    """The name of a button that unfolds something, e.g. ``"Show queue"``."""
    return _("Show {title}").format(title=title)


def hide(title: str) -> str:
    """The name of a button that folds something away."""
    return _("Hide {title}").format(title=title)
