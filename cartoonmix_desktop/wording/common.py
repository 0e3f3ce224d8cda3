"""Words of buttons that mean the same in every room."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct

from cartoonmix_desktop.wording.catalogue import gettext as _

if TYPE_CHECKING:
    from pathlib import Path

    from cartoonmix_desktop.core.task.task import Output

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


class NoticeAction(StrEnum):
    """What can be offered; `ui.shell.controller` does each."""

    SIGN_IN = "sign_in"
    ADD_SECRET = "add_secret"  # noqa: S105  what is offered, no secret
    USE_SESSION_ONLY = "use_session_only"
    UNLOCK_KEYRING = "unlock_keyring"
    USE_WIRO = "use_wiro"
    BILLING = "billing"
    FETCH_AGAIN = "fetch_again"
    FIND = "find"
    RETRY = "retry"
    OPEN_SETTINGS = "open_settings"
    SHOW_FOLDER = "show_folder"
    SHOW_FILE = "show_file"
    OPEN_REPORT = "open_report"
    CHOOSE_LIBRARY = "choose_library"
    RELEASE_PAGE = "release_page"
    UNDO_RECIPE = "undo_recipe"
    USE_PASTED = "use_pasted"


ACTION_LABELS = {
    NoticeAction.SIGN_IN: _("Sign in to Wiro"),
    NoticeAction.ADD_SECRET: _("Add API secret"),
    NoticeAction.USE_SESSION_ONLY: _("Keep until I quit"),
    NoticeAction.UNLOCK_KEYRING: _("Unlock keyring"),
    NoticeAction.USE_WIRO: _("Switch to Wiro"),
    NoticeAction.BILLING: _("Open Wiro billing"),
    NoticeAction.FETCH_AGAIN: _("Fetch again"),
    NoticeAction.FIND: _("Find…"),
    NoticeAction.RETRY: _("Try again"),
    NoticeAction.OPEN_SETTINGS: _("Open settings"),
    NoticeAction.SHOW_FOLDER: _("Show folder"),
    NoticeAction.SHOW_FILE: _("Show file"),
    NoticeAction.OPEN_REPORT: _("Open report"),
    NoticeAction.CHOOSE_LIBRARY: _("Choose folder…"),
    NoticeAction.RELEASE_PAGE: _("Open its page"),
    NoticeAction.UNDO_RECIPE: _("Undo"),
    NoticeAction.USE_PASTED: _("Use it as a recipe"),
}
"""The words on the button of each action."""


class Offer(Struct, frozen=True):
    """A button of a notice.

    Attributes:
        action: what it does.
        said: its words, where they are not the usual ones.
        path: the file or folder that it is about.
        task_id: the task, 0 for none.
        picture: the picture.
    """

    action: NoticeAction
    said: str = ""
    path: Path | None = None
    task_id: int = 0
    picture: Output | None = None

    @property
    def words(self) -> str:
        """What stands on the button."""
        return self.said or ACTION_LABELS[self.action]
