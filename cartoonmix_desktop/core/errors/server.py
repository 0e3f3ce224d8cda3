"""What goes wrong between us and a server: Wiro, its picture hosts, the sandbox, the releases."""

from __future__ import annotations

from cartoonmix_desktop.core.errors.root import CartoonMixError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from decimal import Decimal


# --- the wire -------------------------------------------------------------------------------------


class WiroError(CartoonMixError):
    """Something between us and Wiro.

    Attributes:
        operation: the endpoint, e.g. ``"Run"`` or ``"Task/Detail"``.
    """

    operation: str


class Unreachable(WiroError):
    """No byte of the request left this computer: asking again costs nothing.

    Attributes:
        reason: ``"dns"``, ``"refused"``, ``"tls"``, ``"timeout"``, ``"proxy"`` or ``"network"``.
        detail: the transport's words.
    """

    reason: str
    detail: str = ""


class NoAnswer(WiroError):
    """The request may have arrived, and no readable answer came back."""

    detail: str = ""


class ProtocolError(WiroError):
    """An answer came that is not what the API promises (HTML, broken JSON, wrong types, too large).

    Attributes:
        detail: what was wrong.
        http_status: the HTTP status, 0 if unknown.
    """

    detail: str
    http_status: int = 0


class TaskNamed(ProtocolError):
    """An answer to Run that names a task without a clear yes: that task may be ours.

    Attributes:
        task_id: the server's id; empty when it cannot be read whole, or several are named.
    """

    task_id: str = ""


class ServerFault(WiroError):
    """HTTP 408 or 5xx: the server failed, and may have done the work before it did."""

    http_status: int
    server_message: str = ""


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


class ValidationRefused(Refused):
    """The server refused one input.

    Attributes:
        field: the input it named, on the wire; empty if it named none.
    """

    field: str = ""


class AuthenticationRefused(Refused):
    """The key, secret, project or address is not accepted (HTTP 401, codes 98 and 99)."""


class SecretMissing(AuthenticationRefused):
    """The project takes signed requests alone, and these were not signed."""


class TeamRefused(Refused):
    """A rule of the project's team: it does not allow the model, or has spent what it may."""


class ConcurrencyLimited(Refused):
    """Code 96: this account runs as many tasks as it may.

    Attributes:
        limit: how many that are; None where the words do not tell.
        balance: USD left to the account; None where the words do not tell.
    """

    limit: int | None = None
    balance: Decimal | None = None


class InsufficientBalance(Refused):
    """Code 97: the account holds too little."""


class RateLimited(Refused):
    """HTTP 429.

    Attributes:
        retry_after: seconds the server asked for, or None.
    """

    retry_after: float | None = None


class ModelUnavailable(Refused):
    """Code 1: the model does not exist under this name, or is not open to this account."""


class TaskNotFound(Refused):
    """The server knows no such task."""


class NotCancellable(Refused):
    """Cancel or Kill came at the wrong moment of the task's life."""


# --- what a task ended in -------------------------------------------------------------------------


class TaskFailed(CartoonMixError):
    """Wiro ran the task and it failed; what it charged is what it tells.

    Attributes:
        server_message: ``debugerror`` or ``debugoutput``, may be empty.
    """

    server_message: str = ""


class NothingListed(CartoonMixError):
    """The task ended well at the server, which listed no pictures however often it was asked."""


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


class TaskSilent(CartoonMixError):
    """Nothing new was heard of a task at the server for a day."""


class CallerGone(CartoonMixError):
    """The command that asked for a task ended before it was sent; it is not sent later."""


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


class PriceUnknown(CartoonMixError):
    """Something was not sent: a cap is set, and what it costs is not known."""


# --- pictures -------------------------------------------------------------------------------------


class PictureError(CartoonMixError):
    """One output could not be kept.

    Attributes:
        detail: what was wrong, without any URL.
    """

    detail: str = ""


class PictureAddressForbidden(PictureError):
    """The output's URL is not https on one of Wiro's hosts."""


class PictureUnreachable(PictureError):
    """The picture host could not be reached, or broke off."""


class PictureGone(PictureError):
    """The picture host answered 4xx: the address has expired."""


class PictureTruncated(PictureError):
    """Fewer or more bytes came than the server announced."""


class PictureTooLarge(PictureError):
    """More bytes or pixels than any output of this model can have."""


class NotAPicture(PictureError):
    """The bytes are no picture of a format that is read, or do not decode."""


# --- the sandbox ----------------------------------------------------------------------------------


class SandboxFailed(CartoonMixError):
    """The local sandbox did not start or stopped.

    Attributes:
        detail: the last it said.
    """

    detail: str = ""


# --- newer versions of this program ---------------------------------------------------------------


class UpdateError(CartoonMixError):
    """Whether a newer version exists is not known."""


class UpdateUnreachable(UpdateError):
    """No news came.

    Attributes:
        detail: the transport's words.
    """

    detail: str = ""


class UpdateRefused(UpdateError):
    """News came that are not to be believed.

    Attributes:
        reason: ``"signature"``, ``"malformed"``, ``"too_large"``, ``"expired"``, ``"rolled_back"``
            or ``"not_https"``.
        detail: what was wrong.
    """

    reason: str
    detail: str = ""
