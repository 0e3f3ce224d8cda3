"""What the services tell whoever listens (the window, the command line): plain objects."""

from __future__ import annotations

import logging
from enum import Enum
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from decimal import Decimal
    from pathlib import Path

    from cartoonmix_desktop.core.errors import CartoonMixError, StorageError
    from cartoonmix_desktop.core.recipe.limits import Limits
    from cartoonmix_desktop.core.task.doubt import Doubt
    from cartoonmix_desktop.core.task.edit import Edit
    from cartoonmix_desktop.core.task.remote import Progress
    from cartoonmix_desktop.core.task.task import Task

_log = logging.getLogger(__name__)


class TaskAdded(Struct, frozen=True):
    """A task is in the history; it is the newest."""

    task: Task


class TaskChanged(Struct, frozen=True):
    """A task, its outputs or its server status changed."""

    task: Task


class TaskProgressed(Struct, frozen=True):
    """A running task told how far it is. Not stored."""

    task_id: int
    progress: Progress


class DoubtChanged(Struct, frozen=True):
    """What is known of a task whose answer is lost; None once it is no longer in doubt."""

    task_id: int
    doubt: Doubt | None


class HistoryChanged(Struct, frozen=True):
    """Another process changed the history: lists are to be read again."""


class MarksChanged(Struct, frozen=True):
    """Favourites, ratings, tags or notes of tasks changed, or what collections hold.

    Attributes:
        tasks: as they are now; of very many, the history is to be read again instead.
    """

    tasks: tuple[Task, ...]


class AccountKind(Enum):
    """Whom pictures are asked from."""

    SANDBOX = "sandbox"
    WIRO = "wiro"


class KeyLocation(Enum):
    """Where the Wiro credentials in use live."""

    NOWHERE = "nowhere"  # there are none
    KEYRING = "keyring"
    SESSION = "session"  # in memory until the program ends
    ENVIRONMENT = "environment"  # CARTOONMIX_API_KEY, for this run


class AccountChanged(Struct, frozen=True):
    """Another account is in use, or what is known of it changed.

    Attributes:
        kind: whom Generate asks.
        key_location: where Wiro credentials live, also while the sandbox is in use.
        hint: last four characters of the API key, for recognition; empty without one.
        has_secret: whether requests are signed.
        error: why the keyring gave nothing, None if it answered.
    """

    kind: AccountKind
    key_location: KeyLocation
    hint: str = ""
    has_secret: bool = False
    error: CartoonMixError | None = None


class ConnectionChanged(Struct, frozen=True):
    """Whether the account's server can be reached; None until the first answer."""

    online: bool | None
    error: CartoonMixError | None = None


class Rest(Struct, frozen=True):
    """Why tasks of an account wait although nobody paused them.

    Attributes:
        account: whose they are.
        error: the refusal that they wait after.
        again_at: unix seconds when the next is tried; None when it is once another task ends.
    """

    account: str
    error: CartoonMixError
    again_at: float | None = None


class QueueChanged(Struct, frozen=True):
    """How much is under way, and what holds up the rest.

    Of several accounts the one in use is told of first, then those whose tasks wait.

    Attributes:
        running: tasks that the server works on, or whose pictures are being fetched.
        waiting: tasks stored of which no server is known to know: not sent, or not answered yet.
        paused: why nothing is sent until the person resumes, None while sending.
        queued: tasks that wait at the server.
        held: whether the person has paused sending.
        rest: why nothing is sent for a while.
        elsewhere: whether ``paused`` is of another account than the one in use.
        sending: whether one of ``waiting`` is being sent; it is no longer the person's.
    """

    running: int
    waiting: int
    paused: CartoonMixError | None = None
    queued: int = 0
    held: bool = False
    rest: Rest | None = None
    elsewhere: bool = False
    sending: bool = False


class PendingChanged(Struct, frozen=True):
    """Who waits to be sent, and after whom.

    Attributes:
        tasks: the next first.
        full: accounts that run as many tasks as they may.
        edited: id of the task whose recipe is in the form, 0 for none.
        paused: accounts of which nothing is sent until the person resumes.
    """

    tasks: tuple[Task, ...]
    full: frozenset[str] = frozenset()
    edited: int = 0
    paused: frozenset[str] = frozenset()


class TaskExpected(Struct, frozen=True):
    """When a task will be ready, judged by this account's own past tasks. Not stored.

    Attributes:
        task_id: running.
        began: unix seconds when it began to run.
        seconds: how long such a run takes.
    """

    task_id: int
    began: float
    seconds: float


class TotalsChanged(Struct, frozen=True):
    """Figures for the status line.

    Attributes:
        spent_today: USD since local midnight, without the sandbox.
        pictures: pictures on disk.
        size: their bytes.
    """

    spent_today: Decimal
    pictures: int
    size: int


class PricesChanged(Struct, frozen=True):
    """What runs are expected to cost may be told differently from now on."""


class ModelChanged(Struct, frozen=True):
    """What the server of the account in use says of the model.

    Attributes:
        limits: what it takes for each input, by wire name; empty where it does not say.
        gone: it has just been found to offer the model no longer.
    """

    limits: Mapping[str, Limits]
    gone: bool = False


class BalanceChanged(Struct, frozen=True):
    """What is left to the account in use.

    Attributes:
        amount: USD; None when nobody told.
        as_of: unix seconds when it was told.
    """

    amount: Decimal | None
    as_of: float = 0.0


class CapsChanged(Struct, frozen=True):
    """What is left of the caps on what runs cost may be told differently from now on."""


class TrashChanged(Struct, frozen=True):
    """How much is in the trash.

    Attributes:
        items: tasks, and pictures that were thrown away by themselves.
        size: bytes of their files.
    """

    items: int
    size: int


class BackupFailed(Struct, frozen=True):
    """A copy of the history could not be made."""

    error: CartoonMixError


class UndoChanged(Struct, frozen=True):
    """What can be undone and done again; see `services.undo`.

    Attributes:
        undo: what would be taken back, None for nothing.
        redo: what would be done again, likewise.
    """

    undo: Edit | None
    redo: Edit | None


class UpdatesChanged(Struct, frozen=True):
    """What is known of newer versions of this program.

    Attributes:
        wanted: whether the person asked to be told.
        looked: when news were last read, in seconds since 1970; 0 for never.
        newer: the version that is newer than this one, empty if none is known.
        notes: what is new in it; plain text from outside.
        error: why the last look told nothing, None if it did.
    """

    wanted: bool
    looked: float = 0.0
    newer: str = ""
    notes: str = ""
    error: CartoonMixError | None = None


class LibraryChanged(Struct, frozen=True):
    """Where the library is, and whether pictures can be kept there.

    Attributes:
        folder: the library.
        problem: why none can, None if they can.
    """

    folder: Path
    problem: StorageError | None = None


class JournalChanged(Struct, frozen=True):
    """Whether what the history holds is written down beside the pictures as well.

    Attributes:
        problem: why it cannot be, for a while already; None if it can.
    """

    problem: StorageError | None


Event = (
    TaskAdded
    | TaskChanged
    | TaskProgressed
    | DoubtChanged
    | HistoryChanged
    | MarksChanged
    | AccountChanged
    | ConnectionChanged
    | QueueChanged
    | PendingChanged
    | TaskExpected
    | TotalsChanged
    | PricesChanged
    | ModelChanged
    | BalanceChanged
    | CapsChanged
    | TrashChanged
    | BackupFailed
    | JournalChanged
    | UndoChanged
    | UpdatesChanged
    | LibraryChanged
)


class Events:
    """Hands each event to every listener, in order, on the event loop's thread."""

    def __init__(self) -> None:
        self._listeners: list[Callable[[Event], None]] = []

    def listen(self, listener: Callable[[Event], None]) -> Callable[[], None]:
        """Add a listener; the returned call takes it away."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def emit(self, event: Event) -> None:
        """Tell all listeners; one that fails is logged and does not stop the work."""
        for listener in tuple(self._listeners):
            try:
                listener(event)
            except Exception:  # noqa: BLE001 - a listener's bug must not lose a picture
                _log.exception("a listener failed on %s", type(event).__name__)
