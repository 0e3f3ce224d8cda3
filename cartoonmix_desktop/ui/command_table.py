"""Every action of the window once: its words, keys and menus, when it may, what it spends.

`ui.commands` makes the actions of a window from it: menus, buttons and the list of keys follow.
"""

from __future__ import annotations

from msgspec import Struct
from PySide6.QtGui import QAction

from cartoonmix_desktop.ui.command_names import STARS, Command, Menu, Scope, When
from cartoonmix_desktop.wording import commands as words
from cartoonmix_desktop.wording.marks import stars_words
from cartoonmix_desktop.wording.recipe import reuse
from cartoonmix_desktop.wording.tasks.actions import ACTION_HELP, ACTION_WORDS, Action


class Entry(Struct, frozen=True):
    """What the table says of a command.

    Attributes:
        words: in menus and in the list of keys.
        keys: the usual ones, the first is shown.
        scope: where they work.
        at: the menus it stands in, and the group there; groups are apart by a line.
        when: it may be given.
        once: it spends or destroys, so that one press does it once.
        checkable: it is on or off.
        native: what has the focus answers these keys by itself; they cannot be changed.
        of_task: it is done to a task that is named with it, and has no key.
        drawing: its icon.
        help: a sentence.
        role: the place that macOS gives it.
        on_mac: its usual keys there, where they are others.
        as_: another command that does the same, where only the keys are others.
        over: a command of the whole window whose keys it may take in its scope.
    """

    words: str
    keys: tuple[str, ...] = ()
    scope: Scope = Scope.WINDOW
    at: tuple[tuple[Menu, int], ...] = ()
    when: When = When.ALWAYS
    once: bool = False
    checkable: bool = False
    native: bool = False
    of_task: bool = False
    drawing: str = ""
    help: str = ""
    role: QAction.MenuRole = QAction.MenuRole.NoRole
    on_mac: tuple[str, ...] = ()
    as_: Command | None = None
    over: Command | None = None

    @property
    def usual(self) -> tuple[str, ...]:
        """The usual keys on this system."""
        return self.on_mac if self.on_mac and words.IS_MAC else self.keys


_WINDOW = {
    Command.MINIMIZE: Entry(*(words.MINIMIZE, ("Ctrl+M",), Scope.PROGRAM), at=((Menu.WINDOW, 0),)),
    Command.ZOOM: Entry(words.ZOOM, at=((Menu.WINDOW, 0),)),
    Command.CLOSE_WINDOW: Entry(
        *(words.CLOSE_WINDOW, ("Ctrl+W",), Scope.PROGRAM), at=((Menu.WINDOW, 1),)
    ),
}
_PREVIOUS, _NEXT = Command.PREVIOUS_PICTURE, Command.NEXT_PICTURE
_DELETE = ("Del", "Ctrl+Backspace")
_ON_MAC = ("Ctrl+Backspace", "Del")

TABLE: dict[Command, Entry] = {
    # --- File
    Command.GENERATE: Entry(
        words.GENERATE, ("Ctrl+Return", "Ctrl+Enter"), at=((Menu.FILE, 0),), once=True
    ),
    Command.OPEN_PICTURE: Entry(
        *(words.OPEN, ("Return",), Scope.GRID), at=((Menu.GRID, 0),), native=True
    ),
    Command.COPY_PICTURES: Entry(
        *(words.COPY_PICTURE, ("Ctrl+C",), Scope.GRID),
        at=((Menu.GRID, 0),),
        native=True,
        drawing="copy",
    ),
    Command.COPY_PICTURE: Entry(
        *(words.COPY_PICTURE, ("Ctrl+Shift+C",)),
        at=((Menu.EDIT, 1), (Menu.PICTURE, 0)),
        when=When.PICTURE,
        drawing="copy",
    ),
    Command.SAVE_PICTURE: Entry(
        *(words.SAVE_PICTURE, ("Ctrl+S",)),
        at=((Menu.FILE, 1), (Menu.PICTURE, 0), (Menu.GRID, 0)),
        when=When.PICTURE,
        drawing="download",
    ),
    Command.SHOW_IN_FOLDER: Entry(
        *(words.SHOW_IN_FOLDER, ("Ctrl+Shift+S",)),
        at=((Menu.FILE, 1), (Menu.PICTURE, 0), (Menu.GRID, 0)),
        when=When.PICTURE,
        drawing="folder",
    ),
    Command.OPEN_LIBRARY: Entry(words.OPEN_LIBRARY, at=((Menu.FILE, 1),)),
    Command.IMPORT_PICTURES: Entry(words.IMPORT_PICTURES, ("Ctrl+Shift+I",), at=((Menu.FILE, 2),)),
    Command.IMPORT_FOLDER: Entry(words.IMPORT_FOLDER, at=((Menu.FILE, 2),)),
    Command.EXPORT: Entry(words.EXPORT, ("Ctrl+E",), at=((Menu.FILE, 2),), when=When.TASK),
    Command.IMPORT_LIBRARY: Entry(words.IMPORT_LIBRARY, at=((Menu.FILE, 2),)),
    Command.EXPORT_LIBRARY: Entry(words.EXPORT_LIBRARY, at=((Menu.FILE, 2),)),
    Command.TAKE_UP: Entry(words.TAKE_UP, at=((Menu.FILE, 2),)),
    Command.QUIT: Entry(
        *(words.QUIT, ("Ctrl+Q",), Scope.PROGRAM),
        at=((Menu.FILE, 3),),
        role=QAction.MenuRole.QuitRole,
    ),
    # --- Edit
    Command.UNDO: Entry(words.UNDO, ("Ctrl+Z",), at=((Menu.EDIT, 0),), when=When.UNDOABLE),
    Command.REDO: Entry(
        *(words.REDO, ("Ctrl+Shift+Z", "Ctrl+Y")), at=((Menu.EDIT, 0),), when=When.REDOABLE
    ),
    Command.USE_RECIPE: Entry(
        *(words.USE_RECIPE, ("Ctrl+R",)),
        at=((Menu.RECIPE, 2), (Menu.PICTURE, 1), (Menu.GRID, 1)),
        when=When.TASK,
        drawing="panel-left",
    ),
    Command.COPY_PROMPT: Entry(
        words.COPY_PROMPT, at=((Menu.EDIT, 1), (Menu.PICTURE, 1), (Menu.GRID, 1)), when=When.TASK
    ),
    Command.COPY_TASK_RECIPE: Entry(
        words.COPY_TASK_RECIPE,
        at=((Menu.EDIT, 1), (Menu.PICTURE, 1), (Menu.GRID, 1)),
        when=When.TASK,
        help=words.COPY_RECIPE_HELP,
    ),
    Command.DELETE_PICTURE: Entry(
        *(words.DELETE_PICTURE, _DELETE, Scope.PICTURE),
        at=((Menu.EDIT, 2), (Menu.PICTURE, 2)),
        when=When.DELETABLE,
        once=True,
        drawing="trash",
        on_mac=_ON_MAC,
    ),
    Command.DELETE_TASK: Entry(
        *(words.DELETE_TASK, _DELETE, Scope.LIST),
        at=((Menu.EDIT, 2),),
        when=When.TASK,
        once=True,
        on_mac=_ON_MAC,
    ),
    Command.FIND: Entry(words.FIND, ("Ctrl+F",), at=((Menu.EDIT, 3),)),
    Command.ACCOUNT: Entry(words.ACCOUNT, at=((Menu.EDIT, 4),)),
    Command.SETTINGS: Entry(
        *(words.SETTINGS, ("Ctrl+,",)),
        at=((Menu.EDIT, 4),),
        role=QAction.MenuRole.PreferencesRole,
    ),
    # --- View
    **{
        command: Entry(
            *(said, keys, Scope.WINDOW, ((Menu.VIEW, 0),), when), checkable=True, on_mac=on_mac
        )
        for command, said, keys, on_mac, when in (
            (Command.SHOW_RECIPE_PANEL, words.SHOW_RECIPE_PANEL, ("Ctrl+1",), (), When.ALWAYS),
            (Command.SHOW_HISTORY_PANEL, words.SHOW_HISTORY_PANEL, ("Ctrl+2",), (), When.ALWAYS),
            (Command.SHOW_PICTURES, words.SHOW_PICTURES, ("Ctrl+3",), (), When.ALWAYS),
            (Command.FULL_SCREEN, words.FULL_SCREEN, ("F11",), ("Meta+Ctrl+F", "F11"), When.TASK),
        )
    },
    **{
        command: Entry(said, (key,), at=((Menu.VIEW, 1),), drawing=drawing, on_mac=(on_mac,))
        for command, said, key, on_mac, drawing in (
            (_PREVIOUS, words.PREVIOUS_PICTURE, "Alt+Left", "Ctrl+[", "previous"),
            (_NEXT, words.NEXT_PICTURE, "Alt+Right", "Ctrl+]", "next"),
        )
    },
    **{
        command: Entry(said, keys, at=((Menu.VIEW, 2),), when=When.PICTURE, drawing=drawing)
        for command, said, keys, drawing in (
            (Command.FIT, words.FIT, ("Ctrl+0",), "fit"),
            (Command.FILL, words.FILL, ("Ctrl+9",), ""),
            (Command.ACTUAL_SIZE, words.ACTUAL_SIZE, (), "actual-size"),
            (Command.ZOOM_IN, words.ZOOM_IN, ("Ctrl++", "Ctrl+="), ""),
            (Command.ZOOM_OUT, words.ZOOM_OUT, ("Ctrl+-",), ""),
        )
    },
    Command.SPENDING: Entry(words.SPENDING, at=((Menu.VIEW, 3),)),
    Command.TRASH: Entry(words.TRASH, at=((Menu.VIEW, 3),)),
    # --- Recipe
    Command.OPEN_RECIPE: Entry(
        *(words.OPEN_RECIPE, ("Ctrl+O",)),
        at=((Menu.RECIPE, 0), (Menu.FORM, 0)),
        drawing="folder",
    ),
    Command.SAVE_RECIPE: Entry(
        words.SAVE_RECIPE, at=((Menu.RECIPE, 0), (Menu.FORM, 0)), drawing="download"
    ),
    Command.PASTE_RECIPE: Entry(
        *(words.PASTE_RECIPE, ("Ctrl+Shift+V",)),
        at=((Menu.RECIPE, 0), (Menu.FORM, 0)),
        drawing="clipboard",
        help=words.PASTE_RECIPE_HELP,
    ),
    Command.COPY_RECIPE: Entry(
        words.COPY_RECIPE,
        at=((Menu.RECIPE, 0), (Menu.FORM, 0)),
        drawing="copy",
        help=words.COPY_RECIPE_HELP,
    ),
    Command.COPY_LINK: Entry(
        words.COPY_LINK, at=((Menu.RECIPE, 0), (Menu.FORM, 0)), drawing="external"
    ),
    Command.EDIT_PROMPT: Entry(words.EDIT_PROMPT, ("Ctrl+L",), at=((Menu.RECIPE, 1),)),
    Command.INSPIRATIONS: Entry(words.INSPIRATIONS, ("Ctrl+I",), at=((Menu.RECIPE, 1),)),
    Command.RESET_RECIPE: Entry(
        words.RESET_RECIPE, at=((Menu.RECIPE, 1), (Menu.FORM, 1)), drawing="reset"
    ),
    Command.USE_ALL_BUT_SEED: Entry(words.USE_ALL_BUT_SEED, at=((Menu.RECIPE, 2),), when=When.TASK),
    Command.MORE_LIKE_THIS: Entry(
        *(reuse.MORE, ("Ctrl+Shift+M",)),
        at=((Menu.RECIPE, 2),),
        when=When.TASK,
        once=True,
        drawing="sparkle",
        help=reuse.MORE_HELP,
    ),
    Command.SAME_AGAIN: Entry(
        reuse.AGAIN, at=((Menu.RECIPE, 2),), when=When.TASK, once=True, help=reuse.AGAIN_HELP
    ),
    Command.COMPARE_WITH_FORM: Entry(
        *(words.COMPARE_WITH_FORM, ("Ctrl+Shift+D",)), at=((Menu.RECIPE, 3),), when=When.TASK
    ),
    Command.COMPARE_TWO: Entry(
        words.COMPARE_TWO, at=((Menu.RECIPE, 3),), when=When.TWO, drawing="swap"
    ),
    Command.SHOW_RECIPE: Entry(
        words.SHOW_RECIPE, ("Ctrl+Shift+R",), at=((Menu.RECIPE, 4),), checkable=True
    ),
    # --- Queue
    Command.PAUSE_QUEUE: Entry(
        words.PAUSE_QUEUE, ("Ctrl+Shift+P",), at=((Menu.QUEUE, 0),), once=True
    ),
    Command.SHOW_QUEUE: Entry(
        words.SHOW_QUEUE, ("Ctrl+4",), at=((Menu.QUEUE, 0),), when=When.WAITING
    ),
    Command.GENERATE_SEVERAL: Entry(
        *(words.GENERATE_SEVERAL, ("Ctrl+Shift+Return",)),
        at=((Menu.QUEUE, 1), (Menu.GENERATE, 0)),
        once=True,
    ),
    Command.RETRY_FAILED: Entry(
        *(words.RETRY_FAILED, (), Scope.WINDOW, ((Menu.QUEUE, 1), (Menu.GENERATE, 1)), When.FAILED),
        once=True,
        help=words.RETRY_FAILED_HELP,
    ),
    Command.REMOVE_WAITING: Entry(
        words.REMOVE_WAITING, at=((Menu.QUEUE, 2),), when=When.WAITING, once=True
    ),
    Command.EDIT_WAITING: Entry(
        *(words.EDIT_WAITING, ("Return", "Enter", "F2"), Scope.QUEUE),
        at=((Menu.WAITING, 0),),
        when=When.ONE_WAITING,
    ),
    Command.DUPLICATE_WAITING: Entry(
        *(words.DUPLICATE_WAITING, ("Ctrl+D",), Scope.QUEUE), at=((Menu.WAITING, 0),), once=True
    ),
    Command.SEND_NEXT: Entry(words.SEND_NEXT, ("Alt+Home",), Scope.QUEUE, at=((Menu.WAITING, 1),)),
    Command.MOVE_UP: Entry(words.MOVE_UP, ("Alt+Up",), Scope.QUEUE, at=((Menu.WAITING, 1),)),
    Command.MOVE_DOWN: Entry(words.MOVE_DOWN, ("Alt+Down",), Scope.QUEUE, at=((Menu.WAITING, 1),)),
    Command.REMOVE: Entry(
        *(words.REMOVE, ("Del", "Backspace"), Scope.QUEUE), at=((Menu.WAITING, 2),), once=True
    ),
    # --- Rate & tag
    Command.FAVOURITE: Entry(
        *(words.FAVOURITE, ("F",), Scope.MARKABLE),
        when=When.MARKED_PICTURES,
        once=True,
        drawing="heart",
    ),
    **{
        command: Entry(
            stars_words(number) if number else words.NO_RATING,
            (str(number),),
            Scope.MARKABLE,
            when=When.MARKED_PICTURES,
            once=True,
        )
        for number, command in reversed([*enumerate(STARS)])
    },
    Command.REJECT: Entry(
        *(words.REJECT, ("X",), Scope.MARKABLE),
        when=When.MARKED_PICTURES,
        once=True,
        drawing="reject",
    ),
    Command.TAGS: Entry(
        *(words.TAGS, ("T",), Scope.MARKABLE), when=When.MARKED_TASKS, once=True, drawing="tag"
    ),
    Command.NOTE: Entry(
        *(words.NOTE, ("N",), Scope.MARKABLE), when=When.MARKED_TASKS, once=True, drawing="note"
    ),
    **(_WINDOW if words.IS_MAC else {}),
    # --- Help
    Command.KEYS: Entry(words.KEYS, ("F1", "Ctrl+?"), at=((Menu.HELP, 0),), on_mac=("F1",)),
    Command.SHOW_LOG: Entry(words.SHOW_LOG, at=((Menu.HELP, 1),)),
    Command.LICENCES: Entry(words.LICENCES, at=((Menu.HELP, 1),)),
    Command.ABOUT: Entry(words.ABOUT, at=((Menu.HELP, 1),), role=QAction.MenuRole.AboutRole),
    # --- keys in the picture, the list and the grid
    Command.TOGGLE_ZOOM: Entry(words.TOGGLE_ZOOM, ("Z",), Scope.PICTURE),
    **{
        command: Entry(said, (*keys.split(),), Scope.PICTURE, as_=as_)
        for command, said, keys, as_ in (
            (Command.PREVIOUS_IN_PICTURE, words.PREVIOUS_PICTURE, "Left", _PREVIOUS),
            (Command.NEXT_IN_PICTURE, words.NEXT_PICTURE, "Right", _NEXT),
            (Command.NEARER, words.ZOOM_IN, "+ =", Command.ZOOM_IN),
            (Command.FARTHER, words.ZOOM_OUT, "-", Command.ZOOM_OUT),
            (Command.INFORMATION, words.SHOW_RECIPE, "I", Command.SHOW_RECIPE),
        )
    },
    Command.OPEN_TASK: Entry(words.OPEN, ("Return", "Space"), Scope.LIST, native=True),
    Command.PREVIEW: Entry(words.PREVIEW, ("Space",), Scope.GRID, native=True),
    Command.LEAVE: Entry(words.LEAVE, ("Esc",), Scope.PICTURE, native=True),
    Command.COPY_SHOWN: Entry(words.COPY_PICTURE, ("Ctrl+C",), Scope.PICTURE, native=True),
    Command.DELETE_PICTURES: Entry(
        *(words.MOVE_TO_TRASH, _DELETE, Scope.GRID),
        at=((Menu.GRID, 2),),
        once=True,
        drawing="trash",
        on_mac=_ON_MAC,
    ),
    Command.DELETE_NOW: Entry(words.DELETE_NOW, _DELETE, Scope.TRASH, once=True, on_mac=_ON_MAC),
    # --- keys of fields
    Command.SUGGEST: Entry(
        *(words.SUGGEST, ("Ctrl+Space",), Scope.SEARCH), native=True, on_mac=("F5",)
    ),
    Command.CUT: Entry(words.CUT, ("Ctrl+X",), Scope.FIELD, native=True),
    Command.COPY: Entry(words.COPY, ("Ctrl+C",), Scope.FIELD, native=True),
    Command.PASTE: Entry(words.PASTE, ("Ctrl+V",), Scope.FIELD, native=True),
    Command.SELECT_ALL: Entry(words.SELECT_ALL, ("Ctrl+A",), Scope.FIELD, native=True),
    # --- keys of prompts; on macOS the usual ones move the cursor
    **{
        command: Entry(
            *(said, (*key.split(),), Scope.PROMPT, ((Menu.PROMPT, group),)),
            on_mac=(*on_mac.split(),),
            over=over,
        )
        for command, said, key, on_mac, group, over in (
            (Command.MORE_WEIGHT, words.MORE_WEIGHT, "Ctrl+Up", "Ctrl+Alt+Up", 0, None),
            (Command.LESS_WEIGHT, words.LESS_WEIGHT, "Ctrl+Down", "Ctrl+Alt+Down", 0, None),
            (Command.TAG_LEFT, words.TAG_LEFT, "Alt+Left", "Ctrl+Alt+Left", 1, _PREVIOUS),
            (Command.TAG_RIGHT, words.TAG_RIGHT, "Alt+Right", "Ctrl+Alt+Right", 1, _NEXT),
            (Command.MUTE, words.MUTE, "Ctrl+/", "Ctrl+/", 2, None),
            (Command.OLDER_PROMPT, words.OLDER_PROMPT, "Alt+Up", "Ctrl+Alt+Shift+Up", 3, None),
            (Command.NEWER_PROMPT, words.NEWER_PROMPT, "Alt+Down", "Ctrl+Alt+Shift+Down", 3, None),
            (Command.FORGET_PROMPTS, words.FORGET_PROMPTS, "", "", 3, None),
        )
    },
    # --- what the state of a task calls for
    **{
        Command("task-" + action.replace("_", "-")): Entry(
            ACTION_WORDS[action],
            once=action not in {Action.USE_RECIPE, Action.COPY_PROMPT, Action.FIND},
            of_task=True,
            help=ACTION_HELP[action],
        )
        for action in Action
    },
}
"""All commands, in the order in which menus and the list of keys show them."""

_MARKABLE = {Scope.MARKABLE, Scope.LIST, Scope.GRID, Scope.PICTURE}


def meet(one: Scope, other: Scope) -> bool:
    """Whether there is a place where keys of both work."""
    pair = {one, other}
    if Scope.TRASH in pair:  # another window
        return one is other or Scope.PROGRAM in pair
    if one is other or {Scope.PROGRAM, Scope.WINDOW} & pair or pair == {Scope.FIELD, Scope.PROMPT}:
        return True
    return Scope.MARKABLE in pair and pair <= _MARKABLE


def task_command(action: Action) -> Command:
    """The command that does this to a task."""
    return Command("task-" + action.replace("_", "-"))
