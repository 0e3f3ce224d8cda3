"""The endpoints. Source: the Wiro API reference."""

from __future__ import annotations

import asyncio
import contextlib
import json
import math
import secrets
import time
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocketDisconnect, WebSocketState

from cartoonmix_desktop.core.recipe.cartoonmix import CARTOONMIX
from cartoonmix_desktop.sandbox import timeline
from cartoonmix_desktop.sandbox.faults import Faults
from cartoonmix_desktop.sandbox.prices import FORMS, wallet
from cartoonmix_desktop.sandbox.ranges import serve
from cartoonmix_desktop.sandbox.running import Audience, Runs
from cartoonmix_desktop.sandbox.studio import Studio
from cartoonmix_desktop.sandbox.tasks import Journal, SandboxTask
from cartoonmix_desktop.sandbox.wire import (
    Gate,
    Refusal,
    check_inputs,
    describe_model,
    limited,
    read_body,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from pathlib import Path

    from starlette.requests import Request
    from starlette.types import ASGIApp
    from starlette.websockets import WebSocket

_PAGE = 20
_MOST_LISTED = 100


class Sandbox:
    """A local Wiro.

    Args:
        base: where it listens, e.g. ``http://127.0.0.1:4711``.
        key: the project's key.
        secret: its secret; empty for a key-only project.
        state: an existing folder for its journal.
        speed: how many times faster than usual runs go.
        limit: how many tasks run at once; the others wait in the queue.
        refuse_above: how many unfinished tasks Run allows before it answers code 96; None for any
            number.
        prices: how Tool/Detail tells prices, one of `prices.FORMS`.
        balance: USD in the wallet before the first task; empty for no wallet.
        with_faults: whether tests may ask it to misbehave.
    """

    def __init__(
        self,
        base: str,
        key: str,
        secret: str,
        state: Path,
        *,
        speed: float = 1.0,
        limit: int = 2,
        refuse_above: int | None = None,
        prices: str = "none",
        balance: str = "",
        with_faults: bool = False,
    ) -> None:
        self._files = f"{base}/files"
        self.way_in = secrets.token_urlsafe(16)
        """Ends the socket's address, which only who was told it knows: a web page was not."""
        self._gate = Gate(key, secret)
        self._journal = Journal(state / "tasks.jsonl")
        self._speed = speed
        self._refuse_above = refuse_above
        self._prices = FORMS[prices]
        self._balance = balance
        self._studio = Studio()
        self._audience = Audience()
        self._runs = Runs(self._journal, self._studio, self._audience, self._files, limit)
        self._faults = Faults()
        self._with_faults = with_faults

    def build(self) -> ASGIApp:
        """The ASGI application."""
        routes: list[Route | WebSocketRoute] = [
            Route("/v1/Run/{owner}/{project}", self._guard(self._run), methods=["POST"]),
            Route("/v1/Task/Detail", self._guard(self._detail), methods=["POST"]),
            Route("/v1/Task/Cancel", self._guard(self._cancel), methods=["POST"]),
            Route("/v1/Task/Kill", self._guard(self._kill), methods=["POST"]),
            Route("/v1/Task/List", self._guard(self._list), methods=["POST"]),
            Route("/v1/Task/InputOutputDelete", self._guard(self._delete), methods=["POST"]),
            Route("/v1/Tool/Detail", self._guard(self._tool), methods=["POST"]),
            Route("/v1/Wallet/List", self._guard(self._wallet), methods=["POST"]),
            Route("/files/{folder}/{name}", self._file, methods=["GET"]),
            WebSocketRoute(f"/v1/socket/{self.way_in}", self._socket),
        ]
        if self._with_faults:
            routes.append(Route("/sandbox/ledger", self._ledger, methods=["GET"]))
            routes.append(Route("/sandbox/tasks", self._make_past, methods=["POST"]))
            routes.append(
                Route("/sandbox/faults", self._set_faults, methods=["GET", "POST", "DELETE"])
            )
        app = Starlette(
            routes=routes,
            lifespan=self._lifespan,
            exception_handlers={404: _not_found, Refusal: _refuse},
        )
        return self._faults.around(app) if self._with_faults else app

    @contextlib.asynccontextmanager
    async def _lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        self._runs.resume()
        yield

    def _guard(
        self, endpoint: Callable[[dict[str, Any], Request], JSONResponse]
    ) -> Callable[[Request], Awaitable[JSONResponse]]:
        """An endpoint behind the signature check, given the fields of its body."""

        async def guarded(request: Request) -> JSONResponse:
            self._gate.check(request.headers)
            return endpoint(await read_body(request), request)

        return guarded

    # --- runs and tasks --------------------------------------------------------------------------

    def _run(self, fields: dict[str, Any], request: Request) -> JSONResponse:
        slug = f"{request.path_params['owner']}/{request.path_params['project']}"
        if slug != CARTOONMIX.slug:
            raise Refusal(1, "slug-owner-project-not-exist")
        values = check_inputs(fields)
        if self._refuse_above is not None and self._runs.unfinished >= self._refuse_above:
            raise limited(self._refuse_above)
        fault = self._faults.take("task") or {}
        seconds = timeline.seconds_of(values) / self._speed
        task = self._journal.add(fields, values, seconds, fault)
        self._runs.add(task)
        return _ok(taskid=task.id, socketaccesstoken=task.token)

    def _detail(self, fields: dict[str, Any], _request: Request) -> JSONResponse:
        return self._tell(self._find(fields, "tasktoken"))

    def _cancel(self, fields: dict[str, Any], _request: Request) -> JSONResponse:
        task = self._find(fields)
        if task.fault.get("unstoppable") or task.status(time.time()) != timeline.QUEUE:
            raise Refusal(1, "Task is not in a cancellable state.")
        self._runs.stop(task)
        return self._tell(task)

    def _kill(self, fields: dict[str, Any], _request: Request) -> JSONResponse:
        task = self._find(fields, "socketaccesstoken")
        if task.is_terminal:
            raise Refusal(1, "Task could not be killed: it has ended.")
        if task.fault.get("unstoppable"):
            raise Refusal(1, "Task could not be killed: no answer from its host.")
        if task.started is None:
            raise Refusal(1, "Task could not be killed: it is not running.")
        self._runs.stop(task)
        return self._tell(task)

    def _list(self, fields: dict[str, Any], _request: Request) -> JSONResponse:
        try:
            start, limit = int(fields.get("start", 0)), int(fields.get("limit", _PAGE))
        except (TypeError, ValueError) as error:
            raise Refusal(0, "Request parameter [start] must be a number") from error
        rule = self._faults.take("list") or {}
        ignored = rule.get("ignore", ())
        part = "" if "modelName" in ignored else str(fields.get("modelName", ""))
        tasks = [task for task in self._journal if task.is_of(part)]
        if str(fields.get("order", "DESC")).upper() == "DESC" and "order" not in ignored:
            tasks.reverse()
        first = 0 if "start" in ignored else max(start, 0)
        most = min(max(limit, 0), rule.get("most", _MOST_LISTED))
        return self._tell(
            *tasks[first : first + most], total=None if "total" in ignored else len(tasks)
        )

    def _delete(self, fields: dict[str, Any], _request: Request) -> JSONResponse:
        if not fields.get("tasktoken"):
            raise Refusal(0, "Request parameter [tasktoken] is required")
        task = self._find({"tasktoken": fields["tasktoken"]}, "tasktoken")
        if not task.is_terminal:
            raise Refusal(1, "Task has not ended.")
        if not task.deleted:
            self._journal.change(task, deleted=True)
        return _ok()

    def _tool(self, fields: dict[str, Any], _request: Request) -> JSONResponse:
        if f"{fields.get('slugowner')}/{fields.get('slugproject')}" != CARTOONMIX.slug:
            raise Refusal(1, "slug-owner-project-not-exist")
        return _ok(tool=[describe_model() | self._prices])

    def _wallet(self, _fields: dict[str, Any], _request: Request) -> JSONResponse:
        if not self._balance:
            raise Refusal(0, "Error parsing url.", 404)
        return _ok(wallets=wallet(self._balance, self._journal))

    def _find(self, fields: dict[str, Any], token_name: str | None = None) -> SandboxTask:
        if fields.get("taskid"):
            task = self._journal.by_id(str(fields["taskid"]))
        elif token_name and fields.get(token_name):
            task = self._journal.by_token(str(fields[token_name]))
        else:
            raise Refusal(0, "Request parameter [taskid] is required")
        if task is None:
            raise Refusal(1, "There is no task yet.")
        return task

    def _tell(self, *tasks: SandboxTask, total: int | None = 1) -> JSONResponse:
        now = time.time()
        told = [task.describe(now, self._files) for task in tasks]
        return _ok(total=None if total is None else str(total), tasklist=told)

    # --- pictures --------------------------------------------------------------------------------

    async def _file(self, request: Request) -> Response:
        if "x-api-key" in request.headers:
            return Response("API keys are not for pictures.", 400)
        task = self._journal.by_folder(request.path_params["folder"])
        names = [] if task is None else [f"{index}.png" for index in range(len(task.sizes))]
        name = request.path_params["name"]
        if task is None or task.deleted or name not in names:
            return Response("Not found.", 404)
        data = await self._studio.picture(task, names.index(name))
        return serve(request.headers, data, "image/png", task.ended or task.created)

    # --- live updates ----------------------------------------------------------------------------

    async def _socket(self, websocket: WebSocket) -> None:
        if "origin" in websocket.headers:  # browsers send one, programs do not
            await websocket.close()  # before the upgrade: HTTP 403
            return
        await websocket.accept()
        frames: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        frames.put_nowait({"type": "connected", "version": "1.0"})
        sender = asyncio.create_task(_send(websocket, frames))
        try:
            while True:
                self._subscribe(await websocket.receive_text(), frames)
        except (WebSocketDisconnect, KeyError):  # KeyError: a binary frame, which nobody may send
            pass
        finally:
            sender.cancel()
            self._audience.leave(frames)
        if websocket.application_state is WebSocketState.CONNECTED:
            with contextlib.suppress(RuntimeError, WebSocketDisconnect):
                await websocket.close(1003)

    def _subscribe(self, text: str, frames: asyncio.Queue[dict[str, Any]]) -> None:
        try:
            asked = json.loads(text)
            known = asked["type"] == "task_info" and self._journal.by_token(asked["tasktoken"])
        except (ValueError, TypeError, KeyError):
            known = None
        if known:
            self._audience.join(known.token, frames)
        else:
            frames.put_nowait({"type": "error", "message": "task-not-exist", "result": False})

    # --- for tests -------------------------------------------------------------------------------

    async def _ledger(self, _request: Request) -> JSONResponse:
        return JSONResponse(
            [
                {
                    "id": task.id,
                    "created": task.created,
                    "parameters": task.parameters,
                    "cost": task.cost(math.inf),
                }
                for task in self._journal
            ]
        )

    async def _make_past(self, request: Request) -> JSONResponse:
        """Make tasks that ended long ago, the oldest first: ``[{parameters, age, fault}, …]``.

        Their pictures are drawn when they are fetched; until then nobody knows their sizes.
        """
        made = []
        for asked in await request.json():
            values, created = check_inputs(asked["parameters"]), time.time() - asked["age"]
            fault = {"output_size": ""} | asked.get("fault", {})
            task = self._journal.add(asked["parameters"], values, 1.0, fault, created=created)
            sizes = [0] * task.makes_pictures
            self._journal.change(task, started=created, ended=created + 1, sizes=sizes)
            made.append(task.id)
        return JSONResponse(made)

    async def _set_faults(self, request: Request) -> JSONResponse:
        if request.method == "GET":
            return JSONResponse(self._faults.left())
        if request.method == "DELETE":
            self._faults.clear()
        else:
            try:
                self._faults.add(await request.json())
            except ValueError as error:
                raise Refusal(0, str(error), 400) from error
        return _ok()


async def _send(websocket: WebSocket, frames: asyncio.Queue[dict[str, Any]]) -> None:
    with contextlib.suppress(RuntimeError, WebSocketDisconnect):  # gone: the reader sees it too
        while True:
            await websocket.send_json(await frames.get())


def _ok(**fields: Any) -> JSONResponse:
    return JSONResponse({"errors": [], **fields, "result": True})


async def _not_found(_request: Request, _error: Exception) -> Response:
    return Refusal(0, "Error parsing url.", 404).response()


async def _refuse(_request: Request, error: Exception) -> Response:
    if not isinstance(error, Refusal):
        raise error
    return error.response()
