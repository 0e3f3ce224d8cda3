"""Every endpoint under every fault of the sandbox: the error that the tree promises, and no other.

What is expected stands here by hand, from the API reference and from the tree's own words.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from cartoonmix_desktop.core import errors as e
from cartoonmix_desktop.core.addresses import Addresses
from cartoonmix_desktop.core.remote import RemoteTask, Verdict
from cartoonmix_desktop.core.request import GenerationRequest
from cartoonmix_desktop.core.task import Output, OutputState
from cartoonmix_desktop.sandbox.faults import ACTIONS, TASK_ACTIONS
from cartoonmix_desktop.services.library import Library
from cartoonmix_desktop.storage.ledger import Ledger
from cartoonmix_desktop.storage.locations import Locations
from cartoonmix_desktop.wiro.client import WiroClient
from cartoonmix_desktop.wiro.live import LiveSocket
from cartoonmix_desktop.wiro.pictures import PictureSource, TransferLimits
from cartoonmix_desktop.wiro.transport import Timeouts

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from cartoonmix_desktop.core.remote import LiveFrame

pytestmark = [pytest.mark.proof, pytest.mark.timeout(300)]

Fault = dict[str, Any]
HTML = "<!DOCTYPE html><title>Welcome to the hotel</title>"
RECIPE = GenerationRequest.build({"prompt": "a fox", "samples": 1, "width": 64, "height": 64})
_WINDOW = 0.6  # seconds of patience
_CASES = 150


def no(code: object, message: str, http: int = 200) -> Fault:
    return {"error": {"code": code, "message": message, "http": http}}


# --- the API -------------------------------------------------------------------------------------

API: dict[str, tuple[Fault, type[e.WiroError] | None]] = {
    "validation": (
        no(0, "Request parameter [steps] must be between 1 and 50"),
        e.ValidationRefused,
    ),
    "validation, 400": (no(0, "Request parameter [steps] is required", 400), e.ValidationRefused),
    "a fault with code 0": (no(0, "Something went wrong"), e.Refused),
    "unknown model": (no(1, "slug-owner-project-not-exist"), e.ModelUnavailable),
    "closed model": (no(1, "tool-not-accessible"), e.ModelUnavailable),
    "no such task": (no(1, "There is no task yet."), e.TaskNotFound),
    "cannot be cancelled": (no(1, "Task is not in a cancellable state."), e.NotCancellable),
    "cannot be killed": (no(1, "Task could not be killed: it has ended."), e.NotCancellable),
    "96": (no(96, "Concurrent task limit"), e.ConcurrencyLimited),
    "97": (no(97, "Insufficient balance"), e.InsufficientBalance),
    "97 as text": (no("97", "Insufficient balance"), e.InsufficientBalance),
    "98": (no(98, "Sign in"), e.AuthenticationRefused),
    "99": (no(99, "Token"), e.AuthenticationRefused),
    "an unknown code": (no(1234, "Something new"), e.Refused),
    "401": (no(0, "Project authorization is not valid.", 401), e.AuthenticationRefused),
    "not founded": (no(0, "Project is not founded."), e.AuthenticationRefused),
    "address": (no(0, "Requested ip 10.0.0.1 is not allowed.", 403), e.AuthenticationRefused),
    "429 in words": (no(0, "Slow down", 429), e.RateLimited),
    "404 in words": (no(0, "Error parsing url.", 404), e.Refused),
    "503 in words": (no(97, "Out of order", 503), e.ServerFault),
    "bare words": ({"raw": '{"result": false, "errors": ["Not today"]}'}, e.Refused),
    "HTTP 401": ({"http": 401}, e.AuthenticationRefused),
    "HTTP 403 in HTML": ({"http": 403, "body": HTML}, e.ProtocolError),
    "HTTP 404 in HTML": ({"http": 404, "body": HTML}, e.ProtocolError),
    "HTTP 429": ({"http": 429, "headers": {"retry-after": "7"}}, e.RateLimited),
    "HTTP 408": ({"http": 408}, e.ServerFault),
    "HTTP 500": ({"http": 500}, e.ServerFault),
    "HTTP 502 in HTML": ({"http": 502, "body": HTML}, e.ServerFault),
    "HTTP 503": ({"http": 503, "headers": {"retry-after": "7"}}, e.ServerFault),
    "HTTP 504": ({"http": 504}, e.ServerFault),
    "HTML": ({"raw": HTML, "content_type": "text/html"}, e.ProtocolError),
    "nothing": ({"raw": ""}, e.ProtocolError),
    "half of JSON": ({"raw": '{"result": tr'}, e.ProtocolError),
    "an array": ({"raw": "[]"}, e.ProtocolError),
    "no fields": ({"raw": "{}"}, e.ProtocolError),
    "elsewhere": ({"redirect": "http://127.0.0.1:1/"}, e.ProtocolError),
    "silence": ({"hang": True}, e.NoAnswer),
    "closed before": ({"close": "before"}, e.NoAnswer),
    "closed after": ({"close": "after"}, e.NoAnswer),
    "truncated": ({"truncate": 10}, e.NoAnswer),
    "random bytes": ({"garbage": True}, e.ProtocolError),
    "bytes behind": ({"extra": True}, e.ProtocolError),
    "slow": ({"slow": 0.01}, None),
}

ENDPOINTS: dict[str, Callable[[WiroClient, str], Awaitable[object]]] = {
    "Run": lambda client, _task: client.run(RECIPE),
    "Task/Detail": lambda client, task: client.detail(task_id=task),
    "Task/Cancel": lambda client, task: client.cancel(task),
    "Task/Kill": lambda client, task: client.kill(task_id=task),
    "Task/List": lambda client, _task: client.list_tasks(),
}

SPECIAL: dict[tuple[str, str], type[e.WiroError] | None] = {
    ("Task/Kill", "slow"): e.NotCancellable,  # it does not run
    ("Task/List", "no such task"): None,  # an account without tasks: an empty list
}


# --- pictures ------------------------------------------------------------------------------------

FILES: dict[str, tuple[Fault, type[e.PictureError] | None]] = {
    "a refusal for a picture": (no(0, "Not found."), e.PictureTruncated),
    "HTTP 401": ({"http": 401}, e.PictureGone),
    "HTTP 403": ({"http": 403}, e.PictureGone),
    "HTTP 404": ({"http": 404}, e.PictureGone),
    "HTTP 410": ({"http": 410}, e.PictureGone),
    "HTTP 408": ({"http": 408}, e.PictureUnreachable),
    "HTTP 429": ({"http": 429}, e.PictureUnreachable),
    "HTTP 500": ({"http": 500}, e.PictureUnreachable),
    "HTTP 503": ({"http": 503}, e.PictureUnreachable),
    "silence": ({"hang": True}, e.PictureUnreachable),
    "closed before": ({"close": "before"}, e.PictureUnreachable),
    "closed after": ({"close": "after"}, e.PictureUnreachable),
    "HTML": ({"raw": HTML, "content_type": "text/html"}, e.PictureTruncated),
    "a foreign host": ({"redirect": "https://example.org/0.png"}, e.PictureAddressForbidden),
    "a file": ({"redirect": "file:///etc/passwd"}, e.PictureAddressForbidden),
    "truncated": ({"truncate": 10}, e.PictureTruncated),
    "random bytes": ({"garbage": True}, e.NotAPicture),
    "bytes behind": ({"extra": True}, e.PictureTruncated),
    "slow": ({"slow": 0.01}, None),
    "cut": ({"cut": 100}, e.PictureTruncated),
    "no ranges": ({"no_ranges": True}, None),
    "another version": ({"etag": '"2"'}, None),
    "another span": ({"content_range": "bytes 0-1/2"}, None),
}

ADDRESSES: dict[str, tuple[Fault, type[e.PictureError] | None]] = {
    "a file": ({"output_url": "file:///etc/passwd"}, e.PictureAddressForbidden),
    "a foreign host": ({"output_url": "https://example.org/0.png"}, e.PictureAddressForbidden),
    "unencrypted": ({"output_url": "http://wiro.ai/0.png"}, e.PictureAddressForbidden),
    "with a name": ({"output_url": "https://wiro.ai@example.org/0"}, e.PictureAddressForbidden),
    "data": ({"output_url": "data:image/png;base64,AA"}, e.PictureAddressForbidden),
    "nothing": ({"output_url": ""}, e.PictureAddressForbidden),
    "no address": ({"output_url": "http://[::bad"}, e.PictureAddressForbidden),
    "a way out": ({"output_name": "../../evil.png"}, None),
    "a device": ({"output_name": "CON.png"}, None),
    "a null": ({"output_name": "a\x00b.png"}, None),
}

ENDINGS: dict[str, tuple[Fault, Verdict | None, int]] = {
    "failed": ({"fail": "CUDA out of memory"}, Verdict.FAILED, 0),
    "failed with outputs": ({"fail_with_outputs": "NaN"}, Verdict.FAILED, 1),
    "without outputs": ({"drop_outputs": [0]}, Verdict.FAILED, 0),
    "without pexit": ({"omit": ["pexit"]}, Verdict.SUCCEEDED, 1),
    "without most": (
        {"omit": ["uuid", "parameters", "totalcost", "elapsedseconds", "size", "categories"]},
        Verdict.SUCCEEDED,
        1,
    ),
    "without end": ({"never_ends": True}, None, 0),
}

SOCKET: dict[str, Fault] = {
    "silence": {"hang": True},
    "closed before": {"close": "before"},
    "closed after": {"close": "after"},
    "HTTP 403": {"http": 403},
    "HTTP 500": {"http": 500},
    "no JSON": {"raw": "{"},
    "another shape": {"raw": '{"type": 5, "message": []}'},
    "an error": {"raw": '{"type": "error", "message": "task-not-exist", "result": false}'},
    "random bytes": {"garbage": True},
    "bare frames": {"bare": True},
}


async def error_of(asked: Awaitable[object]) -> type[BaseException] | None:
    """The class of what ``asked`` raises, whatever it is."""
    try:
        await asked
    except Exception as error:  # noqa: BLE001 - to be compared by the caller
        return type(error)
    return None


async def ended(client: WiroClient, task_id: str) -> RemoteTask:
    async with asyncio.timeout(20):
        while (told := await client.detail(task_id=task_id)).verdict is None:  # noqa: ASYNC110  the server is to be asked
            await asyncio.sleep(0.02)
    return told


def test_the_table_knows_every_fault():
    answers = [fault for fault, _ in (*API.values(), *FILES.values())]
    actions = {name for fault in (*answers, *SOCKET.values()) for name in fault}
    assert set(ACTIONS) <= actions
    on_tasks = [fault for fault, *_ in (*ADDRESSES.values(), *ENDINGS.values())]
    assert set(TASK_ACTIONS) <= {name for fault in on_tasks for name in fault}


async def test_every_endpoint_under_every_fault(start_sandbox, tmp_path, counts):
    sandbox = start_sandbox("--limit", "1", speed=100)
    quick = start_sandbox("--limit", "9", speed=100)
    surprises: list[str] = []
    outcomes: Counter[str] = Counter()

    def note(what: str, found: object, expected: object) -> None:
        outcomes[getattr(expected, "__name__", "no error")] += 1
        if found != expected:
            surprises.append(f"{what}: {found}, not {expected}")

    await try_the_api(sandbox, note)
    api = outcomes.total()
    await try_pictures(quick, tmp_path, note)
    pictures = outcomes.total() - api
    await try_endings(quick, note)
    endings = outcomes.total() - api - pictures
    for name, fault in SOCKET.items():
        quick.faults([{"endpoint": "socket", **fault}])
        note(f"socket, {name}", await follow_live(quick), None)
        quick.clear_faults()
    assert not surprises, "\n".join(surprises)
    assert outcomes.total() >= _CASES
    proof = "every fault"
    counts.add(proof, api, f"cases: {len(ENDPOINTS)} endpoints × {len(API)} faults")
    counts.add(proof, pictures, "cases: pictures and their addresses")
    counts.add(proof, endings, "cases: how a task ends")
    counts.add(proof, len(SOCKET), "cases: the live socket")
    for name, count in sorted(outcomes.items()):
        counts.add(proof, count, f"ended in {name}, as they should")
    counts.add(proof, 0, "in anything else")


async def try_the_api(sandbox: Any, note: Callable[..., None]) -> None:
    addresses = Addresses(sandbox.api, sandbox.socket)
    client = WiroClient(
        sandbox.credentials, addresses, timeouts=Timeouts(_WINDOW, _WINDOW, 2 * _WINDOW)
    )
    sandbox.faults([{"endpoint": "task", "never_ends": True}])
    await client.run(RECIPE)  # holds the only place: the others wait
    for endpoint, ask in ENDPOINTS.items():
        for name, (fault, expected) in API.items():
            task = (await client.run(RECIPE)).task_id
            sandbox.faults([{"endpoint": endpoint, **fault}])
            expected = SPECIAL.get((endpoint, name), expected)
            note(f"{endpoint}, {name}", await error_of(ask(client, task)), expected)
            sandbox.clear_faults()
    await client.aclose()


async def try_pictures(sandbox: Any, folder: Any, note: Callable[..., None]) -> None:
    addresses = Addresses(sandbox.api, sandbox.socket)
    client = WiroClient(sandbox.credentials, addresses)
    source = PictureSource(
        addresses, limits=TransferLimits(_WINDOW, patience=4 * _WINDOW, window=_WINDOW)
    )
    locations = Locations.from_environment({"CARTOONMIX_HOME": str(folder / "cartoonmix")})
    locations.create()
    library = Library(locations)
    await library.open()
    ledger = Ledger(locations.data / "history.sqlite3")
    output = Output(0, 0, OutputState.PENDING)

    async def keep(task_fault: Fault | None, file_fault: Fault | None) -> type | None:
        if task_fault is not None:
            sandbox.faults([{"endpoint": "task", **task_fault}])
        remote = await ended(client, (await client.run(RECIPE)).task_id)
        if file_fault is not None:
            sandbox.faults([{"endpoint": "files", **file_fault}])
        task = ledger.add(RECIPE, "account", "owner", at=time.time(), uid=uuid.uuid4().hex)
        error = await error_of(library.keep(task, output, partial(source.open, remote.outputs[0])))
        sandbox.clear_faults()
        left = list((locations.pictures / ".incoming").iterdir())
        assert [path.suffix for path in left] in ([], [".aside"]), "but what can be gone on with"
        for path in left:
            path.unlink()
        return error

    for name, (fault, expected) in FILES.items():
        note(f"files, {name}", await keep(None, fault), expected)
    for name, (fault, expected) in ADDRESSES.items():
        note(f"address, {name}", await keep(fault, None), expected)
    expected_files = [kind for _, kind in (*FILES.values(), *ADDRESSES.values())].count(None)
    kept = [path for path in locations.pictures.glob("*/*") if path.is_file()]
    assert len(kept) == expected_files, "only what is sound is kept"
    assert not list(folder.rglob("*evil*"))
    ledger.close()
    for close in (client.aclose, source.aclose, library.close):
        await close()


async def try_endings(sandbox: Any, note: Callable[..., None]) -> None:
    client = WiroClient(sandbox.credentials, Addresses(sandbox.api, sandbox.socket))
    for name, (fault, verdict, outputs) in ENDINGS.items():
        sandbox.faults([{"endpoint": "task", **fault}])
        task_id = (await client.run(RECIPE)).task_id
        if verdict is None:
            await client.kill(task_id=task_id)
            verdict = Verdict.CANCELLED
        told = await ended(client, task_id)
        note(f"task, {name}", (told.verdict, len(told.outputs)), (verdict, outputs))
    await client.aclose()


async def follow_live(sandbox: Any) -> type[BaseException] | None:
    """Follow a task whose first connection meets a fault; frames come all the same."""
    heard = asyncio.Event()

    def hear(_frame: LiveFrame) -> None:
        heard.set()

    client = WiroClient(sandbox.credentials, Addresses(sandbox.api, sandbox.socket))
    live = LiveSocket(sandbox.socket, hear, lambda _connected: None, first_delay=0.05)
    running = asyncio.create_task(live.run())
    try:
        async with asyncio.timeout(20):
            while not heard.is_set():  # frames are not repeated: a task may end before
                receipt = await client.run(RECIPE)
                live.follow(receipt.token)
                await asyncio.wait({asyncio.ensure_future(heard.wait()), running}, timeout=0.3)
                if running.done():
                    return await error_of(running)
        return None
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await client.aclose()
