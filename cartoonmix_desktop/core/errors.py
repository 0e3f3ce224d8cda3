"""The one tree of errors that the program knows.

Errors carry facts, never words for people: `wording/errors.py` turns each leaf into words and an
action. Anything outside this tree is a bug of ours. Every error can be kept beside a task: see
`core.error_records`.

Fields named ``server_message`` hold the server's own words, plain text from outside.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from decimal import Decimal


@dataclass(eq=False, repr=False)
class CartoonMixError(Exception):
    """The root: everything that can go wrong without a bug of ours."""

    def __str__(self) -> str:
        """The facts in one line, for logs."""
        facts = ", ".join(f"{f.name}={getattr(self, f.name)!r}" for f in fields(self))
        return f"{type(self).__name__}({facts})"

    __repr__ = __str__


# --- bad input -----------------------------------------------------------------------------------


@dataclass(eq=False, repr=False)
class InputError(CartoonMixError):
    """A value of the form that cannot be meant.

    Attributes:
        field: name of the input on the wire, e.g. ``"steps"``.
        reason: one of ``"empty"``, ``"not_a_number"``, ``"not_whole"``, ``"too_small"``,
            ``"unknown_option"``, ``"not_a_url"``, ``"unknown_field"``; of what came from outside
            also ``"too_long"``, ``"not_a_value"``, ``"not_from_outside"``.
        value: what was given.
    """

    field: str
    reason: str
    value: str = ""


@dataclass(eq=False, repr=False)
class RecipeUnreadable(CartoonMixError):
    """A link or file that was to be opened, and holds no recipe that can be used.

    Attributes:
        source: ``"link"``, or the name of the file.
        reason: ``"not_a_link"``, ``"other_link"``, ``"twice"``, ``"too_long"``, ``"nothing"``,
            ``"no_recipe"``, ``"newer"``, ``"other_model"``, ``"not_a_file"`` or ``"unreadable"``.
        detail: what was found instead.
    """

    source: str
    reason: str
    detail: str = ""


@dataclass(eq=False, repr=False)
class ConfigurationError(CartoonMixError):
    """An environment variable or setting that cannot be obeyed.

    Attributes:
        name: e.g. ``"CARTOONMIX_API_URL"``.
        value: what it held.
        reason: ``"not_https"``, ``"foreign_host"`` or ``"not_a_url"``.
    """

    name: str
    value: str
    reason: str


@dataclass(eq=False, repr=False)
class WindowImpossible(CartoonMixError):
    """No window can be opened on this computer as it is.

    Attributes:
        reason: ``"no_display"``, ``"unreachable"``, ``"library"``, ``"platform"`` or ``"start"``.
        detail: the display, library or platform that is meant.
    """

    reason: str
    detail: str = ""


# --- the wire ------------------------------------------------------------------------------------


@dataclass(eq=False, repr=False)
class WiroError(CartoonMixError):
    """Something between us and Wiro.

    Attributes:
        operation: the endpoint, e.g. ``"Run"`` or ``"Task/Detail"``.
    """

    operation: str


@dataclass(eq=False, repr=False)
class Unreachable(WiroError):
    """No byte of the request left this computer: asking again costs nothing.

    Attributes:
        reason: ``"dns"``, ``"refused"``, ``"tls"``, ``"timeout"``, ``"proxy"`` or ``"network"``.
        detail: the transport's words.
    """

    reason: str
    detail: str = ""


@dataclass(eq=False, repr=False)
class NoAnswer(WiroError):
    """The request may have arrived, and no readable answer came back."""

    detail: str = ""


@dataclass(eq=False, repr=False)
class ProtocolError(WiroError):
    """An answer came that is not what the API promises (HTML, broken JSON, wrong types, too large).

    Attributes:
        detail: what was wrong.
        http_status: the HTTP status, 0 if unknown.
    """

    detail: str
    http_status: int = 0


@dataclass(eq=False, repr=False)
class TaskNamed(ProtocolError):
    """An answer to Run that names a task without a clear yes: that task may be ours.

    Attributes:
        task_id: the server's id; empty when it cannot be read whole, or several are named.
    """

    task_id: str = ""


@dataclass(eq=False, repr=False)
class ServerFault(WiroError):
    """HTTP 408 or 5xx: the server failed, and may have done the work before it did."""

    http_status: int
    server_message: str = ""


@dataclass(eq=False, repr=False)
class Refused(WiroError):
    """The server understood and said no. No task was made.

    Attributes:
        code: the API's error code.
        server_message: its words.
        http_status: the HTTP status.
    """

    code: int
    server_message: str
    http_status: int = 200


@dataclass(eq=False, repr=False)
class ValidationRefused(Refused):
    """The server refused one input.

    Attributes:
        field: the input it named, on the wire; empty if it named none.
    """

    field: str = ""


@dataclass(eq=False, repr=False)
class AuthenticationRefused(Refused):
    """The key, secret, project or address is not accepted (HTTP 401, codes 98 and 99)."""


@dataclass(eq=False, repr=False)
class SecretMissing(AuthenticationRefused):
    """The project takes signed requests alone, and these were not signed."""


@dataclass(eq=False, repr=False)
class TeamRefused(Refused):
    """A rule of the project's team: it does not allow the model, or has spent what it may."""


@dataclass(eq=False, repr=False)
class ConcurrencyLimited(Refused):
    """Code 96: this account runs as many tasks as it may.

    Attributes:
        limit: how many that are; None where the words do not tell.
        balance: USD left to the account; None where the words do not tell.
    """

    limit: int | None = None
    balance: Decimal | None = None


@dataclass(eq=False, repr=False)
class InsufficientBalance(Refused):
    """Code 97: the account holds too little."""


@dataclass(eq=False, repr=False)
class RateLimited(Refused):
    """HTTP 429.

    Attributes:
        retry_after: seconds the server asked for, or None.
    """

    retry_after: float | None = None


@dataclass(eq=False, repr=False)
class ModelUnavailable(Refused):
    """Code 1: the model does not exist under this name, or is not open to this account."""


@dataclass(eq=False, repr=False)
class TaskNotFound(Refused):
    """The server knows no such task."""


@dataclass(eq=False, repr=False)
class NotCancellable(Refused):
    """Cancel or Kill came at the wrong moment of the task's life."""


# --- what a task ended in ------------------------------------------------------------------------


@dataclass(eq=False, repr=False)
class TaskFailed(CartoonMixError):
    """Wiro ran the task and it failed; what it charged is what it tells.

    Attributes:
        server_message: ``debugerror`` or ``debugoutput``, may be empty.
    """

    server_message: str = ""


@dataclass(eq=False, repr=False)
class NothingListed(CartoonMixError):
    """The task ended well at the server, which listed no pictures however often it was asked."""


@dataclass(eq=False, repr=False)
class OutcomeUnknown(CartoonMixError):
    """Run was sent and its answer is lost: a task may exist and may be charged.

    Attributes:
        cause: class name and facts of the error that hid the answer.
        found: how many tasks of the server it could be; -1 while the server is being asked.
        named: the server's id of the task that the answer named, empty for none.
    """

    cause: str = ""
    found: int = -1
    named: str = ""


@dataclass(eq=False, repr=False)
class TaskSilent(CartoonMixError):
    """Nothing new was heard of a task at the server for a day."""


@dataclass(eq=False, repr=False)
class CallerGone(CartoonMixError):
    """The command that asked for a task ended before it was sent; it is not sent later."""


@dataclass(eq=False, repr=False)
class CapReached(CartoonMixError):
    """Something was not sent, since it would pass a cap that the person has set.

    Attributes:
        reason: ``"press"``, ``"day"`` or ``"month"``; ``"day_by_itself"`` and
            ``"month_by_itself"`` when it is sent as soon as that is over.
        cap: USD that it allows, as decimal text.
        total: USD that the press, day or month would come to, likewise.
        period: which day, ``"2026-12-01"``, or month, ``"2026-12"``; empty for a press.
    """

    reason: str
    cap: str
    total: str
    period: str = ""


@dataclass(eq=False, repr=False)
class PriceUnknown(CartoonMixError):
    """Something was not sent: a cap is set, and what it costs is not known."""


# --- pictures ------------------------------------------------------------------------------------


@dataclass(eq=False, repr=False)
class PictureError(CartoonMixError):
    """One output could not be kept.

    Attributes:
        detail: what was wrong, without any URL.
    """

    detail: str = ""


@dataclass(eq=False, repr=False)
class PictureAddressForbidden(PictureError):
    """The output's URL is not https on one of Wiro's hosts."""


@dataclass(eq=False, repr=False)
class PictureUnreachable(PictureError):
    """The picture host could not be reached, or broke off."""


@dataclass(eq=False, repr=False)
class PictureGone(PictureError):
    """The picture host answered 4xx: the address has expired."""


@dataclass(eq=False, repr=False)
class PictureTruncated(PictureError):
    """Fewer or more bytes came than the server announced."""


@dataclass(eq=False, repr=False)
class PictureTooLarge(PictureError):
    """More bytes or pixels than any output of this model can have."""


@dataclass(eq=False, repr=False)
class NotAPicture(PictureError):
    """The bytes are not a PNG, JPEG or WebP that decodes."""


# --- the disk ------------------------------------------------------------------------------------


@dataclass(eq=False, repr=False)
class StorageError(CartoonMixError):
    """The disk would not do what was asked.

    Attributes:
        path: the file or folder.
        detail: the system's words.
    """

    path: str
    detail: str = ""


@dataclass(eq=False, repr=False)
class DiskFull(StorageError):
    """No room left."""


@dataclass(eq=False, repr=False)
class FolderUnusable(StorageError):
    """A folder that must be written cannot be made, or is read-only."""


@dataclass(eq=False, repr=False)
class LibraryMissing(FolderUnusable):
    """The pictures are not where they were: a disk was taken out, or the folder renamed."""


@dataclass(eq=False, repr=False)
class LibraryMoving(StorageError):
    """Another process of this program moves the library at this moment."""


@dataclass(eq=False, repr=False)
class LibraryInUse(StorageError):
    """Another process of this program works with the library: it cannot be moved now."""


@dataclass(eq=False, repr=False)
class LocationUnsuitable(StorageError):
    """The library cannot be put into this folder.

    Attributes:
        reason: ``"same"``, ``"inside"`` or ``"around"`` (as seen from the library),
            ``"not_empty"`` or ``"not_a_folder"``.
    """

    reason: str = ""


@dataclass(eq=False, repr=False)
class CopyDiffers(StorageError):
    """A file that was copied does not read back as it was written."""


@dataclass(eq=False, repr=False)
class DatabaseDamaged(StorageError):
    """The history file is not a sound SQLite database."""


@dataclass(eq=False, repr=False)
class DatabaseTooNew(StorageError):
    """The history was written by a newer version of this program."""


@dataclass(eq=False, repr=False)
class BackupUnusable(StorageError):
    """A copy of the history is damaged itself, or of a newer version; nothing was changed."""


@dataclass(eq=False, repr=False)
class NameTaken(CartoonMixError):
    """A collection or a saved search has this name already.

    Attributes:
        name: the name.
    """

    name: str


# --- credentials ---------------------------------------------------------------------------------


@dataclass(eq=False, repr=False)
class CredentialsError(CartoonMixError):
    """The OS keyring.

    Attributes:
        detail: the backend's words.
    """

    detail: str = ""


@dataclass(eq=False, repr=False)
class KeyringAbsent(CredentialsError):
    """No real OS keyring is there (none, or only plaintext, null or fail backends)."""


@dataclass(eq=False, repr=False)
class KeyringLocked(CredentialsError):
    """The keyring is locked."""


@dataclass(eq=False, repr=False)
class KeyringSlow(CredentialsError):
    """The keyring did not answer in time: usually it waits for a person to unlock it."""


@dataclass(eq=False, repr=False)
class KeyringFailed(CredentialsError):
    """The keyring answered with an error."""


@dataclass(eq=False, repr=False)
class NoCredentials(CredentialsError):
    """Nobody is signed in."""


# --- the sandbox ---------------------------------------------------------------------------------


@dataclass(eq=False, repr=False)
class SandboxFailed(CartoonMixError):
    """The local sandbox did not start or stopped.

    Attributes:
        detail: the last it said.
    """

    detail: str = ""


# --- newer versions of this program --------------------------------------------------------------


@dataclass(eq=False, repr=False)
class UpdateError(CartoonMixError):
    """Whether a newer version exists is not known."""


@dataclass(eq=False, repr=False)
class UpdateUnreachable(UpdateError):
    """No news came.

    Attributes:
        detail: the transport's words.
    """

    detail: str = ""


@dataclass(eq=False, repr=False)
class UpdateRefused(UpdateError):
    """News came that are not to be believed.

    Attributes:
        reason: ``"signature"``, ``"malformed"``, ``"too_large"``, ``"expired"``, ``"rolled_back"``
            or ``"not_https"``.
        detail: what was wrong.
    """

    reason: str
    detail: str = ""


# --- the trash -----------------------------------------------------------------------------------


@dataclass(eq=False, repr=False)
class StillAtWork(CartoonMixError):
    """What is under way cannot be thrown away.

    Attributes:
        count: how many of what was chosen are.
    """

    count: int = 1


@dataclass(eq=False, repr=False)
class CopyUncertain(CartoonMixError):
    """The server's files stay: not every picture was found, whole and unchanged, on this computer.

    Attributes:
        picture: 1-based place of the first that was not.
        reason: ``"token"`` if the files cannot be named without naming those of another task.
    """

    picture: int = 1
    reason: str = ""


# --- in and out ----------------------------------------------------------------------------------


@dataclass(eq=False, repr=False)
class FileUnreadable(CartoonMixError):
    """A file that was to be imported cannot be read.

    Attributes:
        path: the file.
        detail: the system's words.
    """

    path: str
    detail: str = ""


@dataclass(eq=False, repr=False)
class ExportImpossible(CartoonMixError):
    """A picture cannot be exported as was asked; nothing of it was written.

    Attributes:
        reason: ``"missing"`` or ``"changed"`` (its file in the library), ``"too_long"`` (what it is
            to say, for the format), ``"too_large"`` (its sides, for the format), ``"moving"`` (all
            but its first frame would be lost), ``"deep"`` (half of its bits would be),
            ``"unencodable"`` (for the encoder, whose words ``detail`` is) or ``"differs"`` (what
            was written, read back).
        detail: more facts.
    """

    reason: str
    detail: str = ""


@dataclass(eq=False, repr=False)
class ArchiveUnusable(CartoonMixError):
    """A file is not an archive of a library that can be trusted; nothing was changed.

    Attributes:
        path: the file.
        reason: ``"not_an_archive"``, ``"damaged"``, ``"unsafe"`` or ``"newer"``.
        detail: what was found.
    """

    path: str
    reason: str
    detail: str = ""
