"""The words of menus and of what stands in them, and what the list of keys says.

The titles are needed before the first paint, so that what writes numbers is imported where it is
used.
"""

from __future__ import annotations

import sys

from cartoonmix_desktop.wording.catalogue import gettext as _
from cartoonmix_desktop.wording.catalogue import ngettext

PROGRAM = "CartoonMix Desktop"
IS_MAC = sys.platform == "darwin"
"""There a menu bar has the menu Window."""

# --- the menu bar, whose letters after & must differ
FILE = _("&File")
EDIT = _("&Edit")
VIEW = _("&View")
RECIPE = _("&Recipe")
QUEUE = _("&Queue")
RATE = _("Rate && &tag")
WINDOW = _("&Window")
HELP = _("&Help")
BAR = (FILE, EDIT, VIEW, RECIPE, QUEUE, RATE, *([WINDOW] if IS_MAC else []), HELP)

# --- File
GENERATE = _("Generate")
SAVE_PICTURE = _("Save picture as…")
SHOW_IN_FOLDER = _("Show picture in folder")
OPEN_LIBRARY = _("Open pictures folder")
IMPORT_PICTURES = _("Import pictures…")
IMPORT_FOLDER = _("Import folder…")
EXPORT = _("Export…")
IMPORT_LIBRARY = _("Import library…")
EXPORT_LIBRARY = _("Export library…")
TAKE_UP = _("Take up tasks of this account…")
QUIT = _("Quit")

# --- Edit
UNDO = _("Undo")
REDO = _("Redo")
COPY_PICTURE = _("Copy picture")
COPY_PROMPT = _("Copy prompt of picture")
COPY_TASK_RECIPE = _("Copy recipe of picture")
DELETE_PICTURE = _("Move picture to trash")
DELETE_TASK = _("Move task to trash")
FIND = _("Find in history")
ACCOUNT = _("Account…")
SETTINGS = _("Settings…")

# --- View
SHOW_RECIPE_PANEL = _("Recipe panel")
SHOW_HISTORY_PANEL = _("History panel")
SHOW_PICTURES = _("Pictures in a grid")
PREVIOUS_PICTURE = _("Previous picture")
NEXT_PICTURE = _("Next picture")
FIT = _("Fit picture")
FILL = _("Fill window with picture")
ACTUAL_SIZE = _("Actual size")
TOGGLE_ZOOM = _("Fit or actual size")
ZOOM_IN = _("Zoom in")
ZOOM_OUT = _("Zoom out")
FULL_SCREEN = _("Full screen")
SPENDING = _("Spending")
TRASH = _("Trash…")

# --- Recipe
OPEN_RECIPE = _("Open recipe…")
SAVE_RECIPE = _("Save recipe as…")
PASTE_RECIPE = _("Paste recipe")
PASTE_RECIPE_HELP = _("Use the recipe on the clipboard: generation data, a link or a picture.")
COPY_RECIPE = _("Copy recipe as text")
COPY_RECIPE_HELP = _("In the form A1111 and Civitai use: the prompts, then a line of settings.")
COPY_LINK = _("Copy link to recipe")
EDIT_PROMPT = _("Edit prompt")
INSPIRATIONS = _("Inspirations…")
RESET_RECIPE = _("Reset recipe")
USE_RECIPE = _("Use recipe of picture")
USE_ALL_BUT_SEED = _("Use all but the seed")
COMPARE_WITH_FORM = _("Compare with the form…")
COMPARE_TWO = _("Compare the two selected…")
SHOW_RECIPE = _("Show recipe of picture")

# --- Queue
PAUSE_QUEUE = _("Pause queue")
RESUME_QUEUE = _("Resume queue")
SHOW_QUEUE = _("Show queue")
GENERATE_SEVERAL = _("Generate several times…")
RETRY_FAILED = _("Retry failed tasks")
RETRY_FAILED_HELP = _("Retry the failed tasks that are shown.")
RETRY_SELECTED = _("Try failed tasks again…")
REMOVE_WAITING = _("Remove all waiting tasks")
EDIT_WAITING = _("Edit recipe")
DUPLICATE_WAITING = _("Duplicate")
SEND_NEXT = _("Send next")
MOVE_UP = _("Move up")
MOVE_DOWN = _("Move down")
REMOVE = _("Remove")

# --- Rate & tag
FAVOURITE = _("Favourite")
RATING = _("Rating")
NO_RATING = _("No rating")
REJECT = _("Reject")
TAGS = _("Tags…")
NOTE = _("Note…")
ADD_TO_COLLECTION = _("Add to collection")
NEW_COLLECTION = _("New collection…")
TAKE_OUT = _("Remove from “{}”")
"""With the name of the collection."""

# --- Help
MINIMIZE = _("Minimize")
ZOOM = _("Zoom")
CLOSE_WINDOW = _("Close window")
KEYS = _("Keyboard shortcuts")
SHOW_LOG = _("Show log")
LICENCES = _("Licences…")
ABOUT = _("About CartoonMix Desktop")

# --- the grid, the trash, and keys that lists and fields have by themselves
OPEN = _("Open")
PREVIEW = _("Show or hide the picture beside the grid")
LEAVE = _("Back to the grid")
MOVE_TO_TRASH = _("Move to trash")
DELETE_NOW = _("Delete now…")
SUGGEST = _("Show search suggestions")
CUT = _("Cut")
COPY = _("Copy")
PASTE = _("Paste")
SELECT_ALL = _("Select all")
MORE_WEIGHT = _("More weight")
LESS_WEIGHT = _("Less weight")
TAG_LEFT = _("Move tag left")
TAG_RIGHT = _("Move tag right")
MUTE = _("Mute or unmute")
OLDER_PROMPT = _("Earlier prompt")
NEWER_PROMPT = _("Later prompt")
FORGET_PROMPTS = _("Forget earlier prompts")


def retry_failed(count: int) -> str:
    """That of what is shown so many failed, and can be tried again."""
    if not count:
        return RETRY_FAILED
    from cartoonmix_desktop.wording.formats import number

    return ngettext("Retry the failed task", "Retry {n} failed tasks…", count).format(
        n=number(count)
    )


def copy_pictures(count: int) -> str:
    """For the pictures that are selected in the grid."""
    from cartoonmix_desktop.wording.formats import number

    return ngettext("Copy picture", "Copy {n} pictures", count).format(n=number(count))


def delete_tasks(count: int) -> str:
    """For the rows that are selected in the history."""
    from cartoonmix_desktop.wording.formats import number

    return ngettext("Move to trash", "Move {n} tasks to trash", count).format(n=number(count))


def undo(what: str) -> str:
    """Undo, and what; empty for nothing."""
    return _("Undo {what}").format(what=what) if what else UNDO


def redo(what: str) -> str:
    """Redo, and what; empty for nothing."""
    return _("Redo {what}").format(what=what) if what else REDO


# --- the list of keys

FIND_KEY = _("Find an action or a key")
ACTION = _("Action")
WHERE = _("Where")
KEY = _("Key")
NEW_KEY = _("New key")
USE_DEFAULT = _("Use default")
NO_KEY = _("No key")
ALL_DEFAULTS = _("Reset all keys")
CLOSE = _("Close")
NOTHING_FOUND = _("No action or key matches.")
FIXED = _("This key cannot be changed: it works the same way in every program.")
CHANGE_HINT = _("Click the field and press the new key. It works at once.")
CANNOT_HAVE_HERE = _("Escape and Tab cannot be used for this.")
ANYWHERE = _("Anywhere")
IN_FIELDS = _("Text fields")
IN_PROMPTS = _("Prompts")
IN_SEARCH = _("Search field")
IN_LIST = _("History")
IN_GRID = _("Grid")
IN_PICTURE = _("Picture")
IN_ALL = _("History, grid or picture")
IN_QUEUE = _("Queue")
IN_TRASH = _("Trash")


def cannot_have(control: str, alternate: str) -> str:
    """What a key that works everywhere must be; the names of two keys to hold."""
    return _("Use a key together with {control} or {alternate}, or a function key.").format(
        control=control, alternate=alternate
    )


def taken(key: str, name: str) -> str:
    """A key that something else has already."""
    return _("{key} is already used for “{name}”. Choose another key.").format(key=key, name=name)
