"""Wiro's endpoints, one method each.

Nothing here asks twice: when a request may be repeated is the caller's to decide, and depends on
whether it may have arrived (`Unreachable` or `NoAnswer`).
"""

from __future__ import annotations

import asyncio
import json
import time
import zlib
from contextlib import aclosing
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote

from cartoonmix_desktop.core.addresses import Addresses
from cartoonmix_desktop.core.errors import (
    AuthenticationRefused,
    ModelUnavailable,
    ProtocolError,
    TaskNamed,
    TaskNotFound,
)
from cartoonmix_desktop.core.recipe.inputs import clean_slug
from cartoonmix_desktop.core.task.remote import TaskPage
from cartoonmix_desktop.wiro.refusals import UNKNOWN_SLUG, moment_of
from cartoonmix_desktop.wiro.replies import (
    LARGEST,
    Answer,
    read_done,
    read_page,
    read_receipt,
    read_tasks,
    read_tool,
    read_values,
)
from cartoonmix_desktop.wiro.run_answers import named_in
from cartoonmix_desktop.wiro.signing import headers
from cartoonmix_desktop.wiro.transport import (
    TROUBLE,
    Http,
    Journey,
    RequestLine,
    Timeouts,
    chunks_of,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    import httpx

    from cartoonmix_desktop.core.credentials import Credentials
    from cartoonmix_desktop.core.recipe.inputs import Value
    from cartoonmix_desktop.core.recipe.request import GenerationRequest
    from cartoonmix_desktop.core.task.remote import RemoteTask, RunReceipt

_T = TypeVar("_T")

_TOO_LARGE = f"larger than {LARGEST // 1024**2} MiB"
_LONG = 1024 * 1024  # bytes of an answer that are read in some milliseconds
_STEP = 4096  # bytes that are unpacked at once: what came before a broken one is still read
_UNSENDABLE = frozenset("\0\n\v\f\r\x7f")  # characters that no header value may hold


class BodyFormat(StrEnum):
    """How the fields of a request are written."""

    JSON = "json"
    MULTIPART = "multipart"  # for servers that insist on the form data their page speaks of


class WiroClient:
    """One account at one Wiro server.

    Every method raises, besides the errors it names:
        Unreachable: no byte of the request left this computer.
        NoAnswer: it may have arrived; nothing readable came back.
        ServerFault: HTTP 408 or 5xx.
        ProtocolError: the answer is not what the API promises.
        Refused: or one of its kinds, the server said no.

    Args:
        credentials: key, and secret if the project has one.
        addresses: of the server.
        body_format: JSON, unless the server insists on form data.
        timeouts: patience.
    """

    def __init__(
        self,
        credentials: Credentials,
        addresses: Addresses = Addresses(),  # noqa: B008 - frozen
        *,
        body_format: BodyFormat = BodyFormat.JSON,
        timeouts: Timeouts = Timeouts(),  # noqa: B008 - frozen
    ) -> None:
        self._credentials = credentials
        self._api = addresses.api
        self._body_format = body_format
        self._total = timeouts.total
        self._http = Http(addresses, timeouts)
        # Run never meets a connection that the server is closing, nor bytes left over from another
        # answer, which it would take for its own.
        self._run_http = Http(addresses, timeouts, keep=0)
        self._slugs: dict[str, str] = {}
        self.clock_ahead: float | None = None
        """Seconds that the server's clock is ahead of ours, as its latest answer told; None before
        any did."""

    async def run(self, request: GenerationRequest) -> RunReceipt:
        """Start a task. Costs money once accepted, so it is sent once and never again.

        A model that is unknown under its published name is asked for once more under its clean one:
        that refusal says that no task was made.

        Args:
            request: model and inputs.

        Returns:
            The new task's id and token.
        """

        async def run_as(slug: str) -> RunReceipt:
            path = "/".join(quote(segment, safe="") for segment in slug.split("/"))
            return await _of(read_receipt, await self._ask("Run", request.body(), f"Run/{path}"))

        return await self._by_slug(request.model, run_as)

    async def detail(self, *, task_id: str = "", token: str = "") -> RemoteTask:
        """What the server knows of one task, by id or by its ``socketaccesstoken``.

        Args:
            task_id: the server's id; taken if both are given.
            token: else this.

        Raises:
            TaskNotFound: the server knows no such task.
        """
        body = _naming(task_id, token, "tasktoken")
        answer = await self._ask("Task/Detail", body)
        tasks = await _of(read_tasks, answer)
        if tasks is None:
            raise ProtocolError(answer.operation, "tasklist: missing", answer.status)
        if not tasks:
            raise TaskNotFound(answer.operation, 0, "", answer.status)
        for task in tasks:
            if task.id == task_id or (not task_id and task.token in {"", token}):
                return task
        raise ProtocolError(answer.operation, "tasklist: another task", answer.status)

    async def cancel(self, task_id: str) -> RemoteTask | None:
        """Take a task out of the server's queue.

        Args:
            task_id: the server's id.

        Returns:
            The task as the server now sees it, None if the answer does not say.

        Raises:
            NotCancellable: it has left the queue.
            TaskNotFound: the server knows no such task.
        """
        tasks = await _of(read_tasks, await self._ask("Task/Cancel", {"taskid": task_id}))
        return tasks[0] if tasks else None

    async def kill(self, *, task_id: str = "", token: str = "") -> RemoteTask | None:
        """Stop a running task, by id or by its ``socketaccesstoken``.

        Args:
            task_id: the server's id; taken if both are given.
            token: else this.

        Returns:
            The task as the server now sees it, None if the answer does not say.

        Raises:
            NotCancellable: it does not run.
            TaskNotFound: the server knows no such task.
        """
        body = _naming(task_id, token, "socketaccesstoken")
        tasks = await _of(read_tasks, await self._ask("Task/Kill", body))
        return tasks[0] if tasks else None

    async def list_tasks(self, *, start: int = 0, limit: int = 20) -> list[RemoteTask]:
        """The tasks of a `list_page`."""
        return (await self.list_page(start=start, limit=limit)).tasks

    async def list_page(self, *, start: int = 0, limit: int = 20, model: str = "") -> TaskPage:
        """This account's tasks, newest first: of all its projects, and of a team's members.

        Args:
            start: how many to skip.
            limit: how many to tell, at most 100.
            model: part of the slug of those that are wanted; empty for all.
        """
        body = {
            "type": "model",
            "sort": "id",
            "order": "DESC",
            "start": str(start),
            "limit": str(limit),
        }
        answer = await self._ask("Task/List", body | ({"modelName": model} if model else {}))
        try:
            page = await _of(read_page, answer)
        except TaskNotFound:  # "There is no task yet."
            return TaskPage([], 0)
        if page is None:
            raise ProtocolError(answer.operation, "tasklist: missing", answer.status)
        return page

    async def delete_files(self, token: str) -> None:
        """Delete an ended task's inputs and outputs at the server; doing so twice is no error.

        Args:
            token: the task's ``socketaccesstoken``.
        """
        read_done(await self._ask("Task/InputOutputDelete", {"tasktoken": token}))

    async def tool(self, model: str) -> dict[str, Any]:
        """A model as the server itself describes it: its inputs and prices.

        Args:
            model: slug, e.g. ``"futurist/CartoonMix v1.0"``.

        Returns:
            JSON values in the server's words, fractions as text.

        Raises:
            ModelUnavailable: the server has no such model, under its clean name neither.
        """

        async def ask_for(slug: str) -> dict[str, Any]:
            owner, _, project = slug.partition("/")
            body = {"slugowner": owner, "slugproject": project}
            return await _of(read_tool, await self._ask("Tool/Detail", body))

        return await self._by_slug(model, ask_for, read_only=True)

    async def wallet(self) -> dict[str, Any]:
        """What the server says of the account's balance: JSON values, fractions as text."""
        return await _of(read_values, await self._ask("Wallet/List", {}))

    async def check(self) -> None:
        """Ask something harmless, to learn whether the account is accepted.

        Raises:
            AuthenticationRefused: it is not.
        """
        await self.list_tasks(limit=1)

    async def renew(self) -> None:
        """Begin with new connections: those that are open may be dead without looking so.

        Questions under way end in an error. A Run does not: it has a connection of its own, and is
        not given up while an answer may come.
        """
        await self._http.renew()

    async def aclose(self) -> None:
        """Close all connections. Requests under way end in an error, later ones do not leave."""
        await self._http.aclose()
        await self._run_http.aclose()

    async def _by_slug(
        self, model: str, ask: Callable[[str], Awaitable[_T]], *, read_only: bool = False
    ) -> _T:
        """``ask`` under the name known to work, and once under the other if that is unknown.

        What is ``read_only`` is asked under the other name whatever keeps the model away.
        """
        slug = self._slugs.get(model, model)
        try:
            return await ask(slug)
        except ModelUnavailable as error:
            other = clean_slug(model) if slug == model else model
            unknown = read_only or UNKNOWN_SLUG in error.server_message.casefold()
            if not unknown or other == slug:
                raise
            refused = error
        try:
            reply = await ask(other)
        except ModelUnavailable:
            raise refused from None
        self._slugs[model] = other
        return reply

    async def _ask(self, operation: str, body: Mapping[str, Value], path: str = "") -> Answer:
        journey = Journey()
        content = self._content(operation, body)
        http = self._run_http if operation == "Run" else self._http
        line = RequestLine("POST", operation)
        try:
            async with asyncio.timeout(self._total):
                response = await http.send(
                    journey,
                    "POST",
                    f"{self._api}/{path or operation}",
                    **content,
                )
                line.status = response.status_code
                moment = moment_of(response.headers.get("Date", ""))
                if moment is not None:
                    self.clock_ahead = moment - time.time()
                try:
                    return await _read(operation, response, line)
                finally:
                    await response.aclose()
        except TROUBLE as error:
            # Without the cause: it holds the request, and with it the key.
            line.error = type(error).__name__
            raise journey.failure(operation, error) from None
        except asyncio.CancelledError:
            line.error = "cancelled"
            raise
        finally:
            line.write()

    def _content(self, operation: str, body: Mapping[str, Value]) -> dict[str, Any]:
        """Headers and body as `Http.send` takes them."""
        key = self._credentials.key
        if key != key.strip() or not _UNSENDABLE.isdisjoint(key):
            raise AuthenticationRefused(operation, 0, "", 0)  # no header can hold it
        signed = headers(self._credentials) | {"Accept": "application/json"}
        sent = {name: value.encode("utf-8", "surrogatepass") for name, value in signed.items()}
        if self._body_format is BodyFormat.MULTIPART:
            texts = {name: str(value).encode("utf-8", "replace") for name, value in body.items()}
            return {"headers": sent, "files": {name: (None, text) for name, text in texts.items()}}
        written = json.dumps(dict(body), allow_nan=False).encode()
        return {"headers": sent | {"Content-Type": b"application/json"}, "content": written}


async def _read(operation: str, response: httpx.Response, line: RequestLine) -> Answer:
    """The whole answer, of bounded size before and after unpacking; of Run what can be read."""
    packed = bytearray()
    flaw = ""
    try:
        async with aclosing(chunks_of(response)) as chunks:
            async for chunk in chunks:
                packed += chunk
                line.bytes += len(chunk)
                if len(packed) > LARGEST:
                    flaw = _TOO_LARGE
                    break
    except TROUBLE:
        if operation != "Run" or not (named := named_in(bytes(packed))).any:
            raise
        detail = "a task, and no end"
        raise TaskNamed(operation, detail, response.status_code, named.task_id) from None
    encoding = response.headers.get("Content-Encoding", "identity").strip().casefold()
    body = bytes(packed)
    if encoding in {"gzip", "x-gzip", "deflate"}:  # not asked for, and sent by some all the same
        body, broken = await asyncio.to_thread(_unpack, body)
        flaw = flaw or broken
    elif encoding not in {"", "identity"}:
        flaw = "unknown compression"
    if flaw and operation != "Run":
        raise ProtocolError(operation, flaw, response.status_code)
    retry_after = response.headers.get("Retry-After", "")
    return Answer(operation, response.status_code, body, retry_after, flaw)


async def _of(read: Callable[[Answer], _T], answer: Answer) -> _T:
    """What an answer says; a long one is read in a thread, so that nothing else waits for it."""
    if len(answer.body) > _LONG:
        return await asyncio.to_thread(read, answer)
    return read(answer)


def _unpack(packed: bytes) -> tuple[bytes, str]:
    """The bytes as far as they can be unpacked, and why they are not all; empty if they are."""
    unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)
    body = bytearray()
    try:
        for start in range(0, len(packed), _STEP):
            piece = packed[start : start + _STEP]
            body += unpacker.decompress(piece, LARGEST + 1 - len(body))
            if len(body) > LARGEST:
                return bytes(body), _TOO_LARGE
    except zlib.error:
        return bytes(body), "broken compression"
    return bytes(body), "" if unpacker.eof else "broken compression"


def _naming(task_id: str, token: str, token_name: str) -> dict[str, str]:
    if not task_id and not token:
        raise ValueError("neither a task id nor a token")
    return {"taskid": task_id} if task_id else {token_name: token}
