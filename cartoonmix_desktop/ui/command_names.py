"""The names that tell of commands: where their keys work, the menus, when they may be given."""

from __future__ import annotations

from enum import Enum, StrEnum, auto

from cartoonmix_desktop.wording.commands import IS_MAC


class Command(StrEnum):
    """The name of each action, by which its keys are stored: a value never changes."""

    GENERATE = "generate"
    SAVE_PICTURE = "save-picture"
    SHOW_IN_FOLDER = "show-in-folder"
    OPEN_LIBRARY = "open-library"
    IMPORT_PICTURES = "import-pictures"
    IMPORT_FOLDER = "import-folder"
    EXPORT = "export"
    IMPORT_LIBRARY = "import-library"
    EXPORT_LIBRARY = "export-library"
    TAKE_UP = "take-up"
    QUIT = "quit"
    UNDO = "undo"
    REDO = "redo"
    COPY_PICTURE = "copy-picture"
    COPY_PROMPT = "copy-prompt"
    DELETE_PICTURE = "delete-picture"
    DELETE_TASK = "delete-task"
    FIND = "find"
    ACCOUNT = "account"
    SETTINGS = "settings"
    SHOW_RECIPE_PANEL = "show-recipe-panel"
    SHOW_HISTORY_PANEL = "show-history-panel"
    SHOW_PICTURES = "show-pictures"
    PREVIOUS_PICTURE = "previous-picture"
    NEXT_PICTURE = "next-picture"
    FIT = "fit"
    FILL = "fill"
    ACTUAL_SIZE = "actual-size"
    ZOOM_IN = "zoom-in"
    ZOOM_OUT = "zoom-out"
    FULL_SCREEN = "full-screen"
    SPENDING = "spending"
    TRASH = "trash"
    OPEN_RECIPE = "open-recipe"
    SAVE_RECIPE = "save-recipe"
    COPY_LINK = "copy-link"
    COPY_RECIPE = "copy-recipe"
    COPY_TASK_RECIPE = "copy-task-recipe"
    PASTE_RECIPE = "paste-recipe"
    EDIT_PROMPT = "edit-prompt"
    INSPIRATIONS = "inspirations"
    RESET_RECIPE = "reset-recipe"
    USE_RECIPE = "use-recipe"
    USE_ALL_BUT_SEED = "use-all-but-seed"
    MORE_LIKE_THIS = "more-like-this"
    SAME_AGAIN = "same-again"
    COMPARE_WITH_FORM = "compare-with-form"
    COMPARE_TWO = "compare-two"
    SHOW_RECIPE = "show-recipe"
    PAUSE_QUEUE = "pause-queue"
    SHOW_QUEUE = "show-queue"
    GENERATE_SEVERAL = "generate-several"
    RETRY_FAILED = "retry-failed"
    REMOVE_WAITING = "remove-waiting"
    FAVOURITE = "favourite"
    RATE_5 = "rate-5"
    RATE_4 = "rate-4"
    RATE_3 = "rate-3"
    RATE_2 = "rate-2"
    RATE_1 = "rate-1"
    RATE_0 = "rate-0"
    REJECT = "reject"
    TAGS = "tags"
    NOTE = "note"
    MINIMIZE = "minimize"
    ZOOM = "zoom"
    CLOSE_WINDOW = "close-window"
    KEYS = "keys"
    SHOW_LOG = "show_log"
    LICENCES = "licences"
    ABOUT = "about"
    PREVIOUS_IN_PICTURE = "previous-in-picture"
    NEXT_IN_PICTURE = "next-in-picture"
    TOGGLE_ZOOM = "toggle-zoom"
    INFORMATION = "information"
    NEARER = "nearer"
    FARTHER = "farther"
    OPEN_TASK = "open-task"
    OPEN_PICTURE = "open-picture"
    PREVIEW = "preview"
    LEAVE = "leave"
    COPY_SHOWN = "copy-shown"
    COPY_PICTURES = "copy-pictures"
    DELETE_PICTURES = "delete-pictures"
    EDIT_WAITING = "edit-waiting"
    DUPLICATE_WAITING = "duplicate-waiting"
    SEND_NEXT = "send-next"
    MOVE_UP = "move-up"
    MOVE_DOWN = "move-down"
    REMOVE = "remove"
    DELETE_NOW = "delete-now"
    SUGGEST = "suggest"
    CUT = "cut"
    COPY = "copy"
    PASTE = "paste"
    SELECT_ALL = "select-all"
    MORE_WEIGHT = "more-weight"
    LESS_WEIGHT = "less-weight"
    TAG_LEFT = "tag-left"
    TAG_RIGHT = "tag-right"
    MUTE = "mute"
    OLDER_PROMPT = "older-prompt"
    NEWER_PROMPT = "newer-prompt"
    FORGET_PROMPTS = "forget-prompts"
    TASK_CANCEL = "task-cancel"
    TASK_FETCH_AGAIN = "task-fetch-again"
    TASK_FIND = "task-find"
    TASK_SEND_AGAIN = "task-send-again"
    TASK_DISCARD = "task-discard"
    TASK_RETRY = "task-retry"
    TASK_ASK_AGAIN = "task-ask-again"
    TASK_KEEP_WAITING = "task-keep-waiting"
    TASK_STOP_FOLLOWING = "task-stop-following"
    TASK_FOLLOW_AGAIN = "task-follow-again"
    TASK_USE_RECIPE = "task-use-recipe"
    TASK_COPY_PROMPT = "task-copy-prompt"
    TASK_DELETE = "task-delete"
    TASK_DELETE_REMOTE = "task-delete-remote"


STARS = (
    *(Command.RATE_0, Command.RATE_1, Command.RATE_2),
    *(Command.RATE_3, Command.RATE_4, Command.RATE_5),
)
"""The ratings, by their number of stars."""


class Scope(Enum):
    """Where keys work: what has, or holds what has, the focus."""

    PROGRAM = auto()
    """In every window of the program."""
    WINDOW = auto()
    """Anywhere in the main window."""
    FIELD = auto()
    """Where text is written."""
    PROMPT = auto()
    """Where prompts are."""
    SEARCH = auto()
    LIST = auto()
    GRID = auto()
    PICTURE = auto()
    MARKABLE = auto()
    """In the three above."""
    QUEUE = auto()
    TRASH = auto()


class Menu(Enum):
    """The menus that have fixed entries."""

    FILE = auto()
    EDIT = auto()
    VIEW = auto()
    RECIPE = auto()
    QUEUE = auto()
    RATE = auto()
    """Filled anew each time it opens: it names collections."""
    WINDOW = auto()
    """On macOS alone."""
    HELP = auto()
    PICTURE = auto()
    """Of the shown picture."""
    GRID = auto()
    """Of the pictures that are selected in the grid."""
    WAITING = auto()
    """Of the rows of the queue."""
    GENERATE = auto()
    """Of the button beside Generate."""
    FORM = auto()
    """Of the button beside the prompt."""
    PROMPT = auto()
    """Of a prompt's text."""


BAR = (
    *(Menu.FILE, Menu.EDIT, Menu.VIEW, Menu.RECIPE, Menu.QUEUE, Menu.RATE),
    *([Menu.WINDOW] if IS_MAC else []),
    Menu.HELP,
)
"""Those of the menu bar, in its order."""


class When(Enum):
    """What must be so before a command may be given."""

    ALWAYS = auto()
    TASK = auto()
    """A task is shown."""
    PICTURE = auto()
    """A picture is shown."""
    DELETABLE = auto()
    """The chosen picture can be thrown away, shown or not."""
    MARKED_PICTURES = auto()
    """There are pictures to mark."""
    MARKED_TASKS = auto()
    """There are tasks to tag."""
    TWO = auto()
    """Two tasks are selected."""
    UNDOABLE = auto()
    REDOABLE = auto()
    WAITING = auto()
    """Something waits in the queue."""
    FAILED = auto()
    """Something of the last press of Generate failed."""
    ONE_WAITING = auto()
    """One row of the queue is selected."""
