"""Every endpoint under every fault of the sandbox: the error that the tree promises, and no other.

What is expected stands here by hand, from the API reference and from the tree's own words.
"""

from __future__ import annotations

import asyncio
import gzip
import socket
import ssl
import time
import uuid
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
import trustme

from cartoonmix_desktop.core import errors as e
from cartoonmix_desktop.core.addresses import Addresses
from cartoonmix_desktop.core.recipe.cartoonmix import CARTOONMIX
from cartoonmix_desktop.core.recipe.request import GenerationRequest
from cartoonmix_desktop.core.task.remote import RemoteTask, Verdict
from cartoonmix_desktop.core.task.task import Output, OutputState
from cartoonmix_desktop.sandbox.faults import ACTIONS, TASK_ACTIONS
from cartoonmix_desktop.services.library.library import Library
from cartoonmix_desktop.services.library.local_store import LocalStore
from cartoonmix_desktop.services.sending import follower
from cartoonmix_desktop.services.studio import Studio
from cartoonmix_desktop.storage.history.ledger import Ledger
from cartoonmix_desktop.storage.locations import Locations
from cartoonmix_desktop.storage.settings import Settings
from cartoonmix_desktop.wiro.client import WiroClient
from cartoonmix_desktop.wiro.live import LiveSocket
from cartoonmix_desktop.wiro.pictures import PictureSource, TransferLimits
from cartoonmix_desktop.wiro.transport import Timeouts
from tests.unit.wiro.conftest import (
    CREDENTIALS,
    Server,
    close,
    drip,
    hang,
    reply,
    reset,
    then,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from cartoonmix_desktop.core.task.remote import LiveFrame
    from tests.unit.wiro.conftest import Act

pytestmark = [pytest.mark.proof, pytest.mark.timeout(300)]

Fault = dict[str, Any]
HTML = "<!DOCTYPE html><title>Welcome to the hotel</title>"
RECIPE = GenerationRequest.build({"prompt": "a fox", "samples": 1, "width": 64, "height": 64})
_WINDOW = 0.6  # seconds of patience
_CASES = 500


def bomb() -> bytes:
    """Some kilobytes that unpack to 64 MB."""
    packed = gzip.compress(b" " * 64_000_000)
    return reply(packed, Content_Encoding="gzip")


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
    "no room in the account": ({"refuse": "limit"}, e.ConcurrencyLimited),
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
    "a no after the work": (
        {"answer": {"http": 409, "body": '{"result": false, "errors": ["no"]}'}},
        e.Refused,
    ),
}

ENDPOINTS: dict[str, Callable[[WiroClient, str], Awaitable[object]]] = {
    "Run": lambda client, _task: client.run(RECIPE),
    "Task/Detail": lambda client, task: client.detail(task_id=task),
    "Task/Cancel": lambda client, task: client.cancel(task),
    "Task/Kill": lambda client, task: client.kill(task_id=task),
    "Task/List": lambda client, _task: client.list_tasks(),
    "Tool/Detail": lambda client, _task: client.tool(CARTOONMIX.slug),
}
BY_TOKEN: dict[str, Callable[[WiroClient, str], Awaitable[object]]] = {
    "Task/Detail": lambda client, token: client.detail(token=token),
    "Task/Kill": lambda client, token: client.kill(token=token),
    "Task/InputOutputDelete": lambda client, token: client.delete_files(token),
}

SPECIAL: dict[tuple[str, str], type[e.WiroError] | None] = {
    ("Task/Kill", "slow"): e.NotCancellable,  # it does not run
    ("Task/InputOutputDelete", "slow"): e.Refused,  # it has not ended
    ("Task/List", "no such task"): None,  # an account without tasks: an empty list
    ("Run", "HTTP 403 in HTML"): e.Refused,  # turned away: nothing was made
    ("Run", "truncated"): e.TaskNamed,
    ("Run", "bytes behind"): e.TaskNamed,
    ("Run", "deep"): e.TaskNamed,
}


# --- the wire ------------------------------------------------------------------------------------

_HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n"
WIRE: dict[str, tuple[Act, type[e.WiroError] | None]] = {
    "reset at once": (reset, e.NoAnswer),
    "closed at once": (close, e.NoAnswer),
    "silence at once": (hang, e.NoAnswer),
    "reset after": (reset, e.NoAnswer),
    "closed after": (close, e.NoAnswer),
    "silence after": (hang, e.NoAnswer),
    "half a head": (then(b"HTTP/1.1 20", close), e.NoAnswer),
    "a head alone": (then(_HEAD, close), e.NoAnswer),
    "short": (then(_HEAD + b'{"result"', close), e.NoAnswer),
    "a slow drip": (drip(_HEAD, 0.1), e.NoAnswer),
    "not HTTP": (then(b"SSH-2.0-OpenSSH_9\r\n\r\n", close), e.ProtocolError),
    "a bomb": (then(bomb(), close), e.ProtocolError),
    "more than 16 MiB": (then(reply(b" " * 17_000_000), close), e.ProtocolError),
    "deep": (reply(b'{"result":true,"tasklist":' + b"[" * 100_000), e.ProtocolError),
}
AT_ONCE = {"reset at once", "closed at once", "silence at once"}


# --- pictures ------------------------------------------------------------------------------------

FILES: dict[str, tuple[Fault, type[e.PictureError] | None]] = {
    "a refusal for a picture": (no(0, "Not found."), e.NotAPicture),
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
    "HTML": ({"raw": HTML, "content_type": "text/html"}, e.NotAPicture),
    "a foreign host": ({"redirect": "https://example.org/0.png"}, e.PictureAddressForbidden),
    "a file": ({"redirect": "file:///etc/passwd"}, e.PictureAddressForbidden),
    "truncated": ({"truncate": 10}, e.PictureTruncated),
    "random bytes": ({"garbage": True}, e.NotAPicture),
    "bytes behind": ({"extra": True}, None),  # what is sound is kept, whatever is said of it
    "a text behind": ({"tail": "more"}, None),
    "another format": ({"format": "WEBP"}, None),
    "another status": ({"status": 203}, None),
    "another kind": ({"says": {"content-type": "text/html"}}, None),
    "packed": ({"packed": "gzip"}, e.NotAPicture),  # kept aside as it came
    "fewer bytes": ({"shorter": 40}, e.PictureTruncated),
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
    "another size": ({"output_size": 5}, None),
    "a size nearly right": ({"size_off_by": 1}, None),
}

ENDINGS: dict[str, tuple[Fault, Verdict | None, int]] = {
    "failed": ({"fail": "CUDA out of memory"}, Verdict.FAILED, 0),
    "failed with outputs": ({"fail_with_outputs": "NaN"}, Verdict.FAILED, 1),
    "without outputs": ({"drop_outputs": [0]}, Verdict.SUCCEEDED, 0),  # they may come later
    "without pexit": ({"omit": ["pexit"]}, Verdict.SUCCEEDED, 1),
    "without most": (
        {"omit": ["uuid", "parameters", "totalcost", "elapsedseconds", "size", "categories"]},
        Verdict.SUCCEEDED,
        1,
    ),
    "with a null": ({"null_outputs": [1]}, Verdict.SUCCEEDED, 1),
    "with a log": ({"tell": {"debugoutput": "step 1/20"}}, Verdict.SUCCEEDED, 1),
    "without end": ({"never_ends": True}, None, 0),
    "an error that mends itself": ({"error": "CUDA", "error_for": 0.2}, Verdict.SUCCEEDED, 1),
    "outputs at once": ({"outputs_after": [0.0]}, Verdict.SUCCEEDED, 1),
    "a cost of its own": ({"costs": [[0, "0.01"]]}, Verdict.SUCCEEDED, 1),
    "without a way to stop it": ({"unstoppable": True}, Verdict.SUCCEEDED, 1),
    "inputs told otherwise": ({"echo": ["trim", "spaces"]}, Verdict.SUCCEEDED, 1),
}

SETTINGS = {"model", "error_ended"}
"""What the sandbox is told among its faults, and is none by itself."""


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
    assert set(ACTIONS) - SETTINGS <= actions
    on_tasks = [fault for fault, *_ in (*ADDRESSES.values(), *ENDINGS.values())]
    assert set(TASK_ACTIONS) - SETTINGS <= {name for fault in on_tasks for name in fault}


async def test_every_endpoint_under_every_fault(start_sandbox, tmp_path, counts, monkeypatch):
    sandbox = start_sandbox("--limit", "1", speed=100)
    quick = start_sandbox("--limit", "9", speed=100)
    ways = len(ENDPOINTS) + len(BY_TOKEN)
    surprises: list[str] = []
    outcomes: Counter[str] = Counter()

    def note(what: str, found: object, expected: object) -> None:
        outcomes[getattr(expected, "__name__", "no error")] += 1
        if found != expected:
            surprises.append(f"{what}: {found}, not {expected}")

    await try_the_api(sandbox, note)
    api = outcomes.total()
    await try_the_wire(note, monkeypatch)
    wire = outcomes.total() - api
    await try_pictures(quick, tmp_path, note)
    pictures = outcomes.total() - api - wire
    await try_endings(quick, note)
    endings = outcomes.total() - api - wire - pictures
    for name, fault in SOCKET.items():
        quick.faults([{"endpoint": "socket", **fault}])
        note(f"socket, {name}", await follow_live(quick), None)
        quick.clear_faults()
    assert not surprises, "\n".join(surprises)
    assert outcomes.total() >= _CASES
    proof = "every fault"
    counts.add(proof, api, f"cases: {ways} ways to ask × {len(API)} answers of a server")
    counts.add(proof, wire, f"cases: {ways} ways to ask × {len(WIRE)} faults of the wire, and more")
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
    for name, (fault, expected) in API.items():
        for asks, named in ((ENDPOINTS, "task_id"), (BY_TOKEN, "token")):
            for endpoint, ask in asks.items():
                task = getattr(await client.run(RECIPE), named)
                sandbox.faults([{"endpoint": endpoint, **fault}])
                wanted = SPECIAL.get((endpoint, name), expected)
                what = f"{endpoint} by {named}, {name}"
                note(what, await error_of(ask(client, task)), wanted)
                sandbox.clear_faults()
    await client.aclose()


def no_such_name(*_args: object, **_more: object) -> None:
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


async def try_the_wire(note: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    """Faults below HTTP, on a server of raw bytes; a Run is never sent twice, whatever happens."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    patience = Timeouts(_WINDOW, _WINDOW, 2 * _WINDOW)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        nobody = Addresses(f"http://127.0.0.1:{probe.getsockname()[1]}/v1")
    strange, plain = Server(), Server()
    await strange.start(context)
    await plain.start()
    ways = [*ENDPOINTS.items(), *BY_TOKEN.items()]
    for endpoint, ask in ways:
        for name, (acts, expected) in WIRE.items():
            plain.on_connect, plain.script = (acts, [close]) if name in AT_ONCE else (None, [acts])
            client = WiroClient(CREDENTIALS, plain.addresses, timeouts=patience)
            asked = len(plain.requests)
            wanted = SPECIAL.get((endpoint, name), expected)
            note(f"{endpoint}, {name}", await error_of(ask(client, "2221")), wanted)
            if len(plain.requests) - asked > 1:
                note(f"{endpoint}, {name}", "asked twice", "asked once")
            await client.aclose()
        for name, addresses in (
            ("refused", nobody),
            ("unknown certificate", strange.addresses),
            ("no TLS", Addresses(plain.addresses.api.replace("http:", "https:"))),
        ):
            plain.on_connect, plain.script = b"SSH-2.0-OpenSSH_9\r\n", [close]
            client = WiroClient(CREDENTIALS, addresses, timeouts=patience)
            note(f"{endpoint}, {name}", await error_of(ask(client, "2221")), e.Unreachable)
            await client.aclose()
        with monkeypatch.context() as patch:
            patch.setattr(socket, "getaddrinfo", no_such_name)
            client = WiroClient(CREDENTIALS, Addresses("https://api.wiro.ai/v1"), timeouts=patience)
            note(f"{endpoint}, unknown name", await error_of(ask(client, "2221")), e.Unreachable)
            await client.aclose()
    for endpoint, ask in ways:  # a connection that was kept, and closed just as it is used again
        plain.on_connect, plain.script = None, [reply({"result": True, "tasklist": []}), reset]
        client = WiroClient(CREDENTIALS, plain.addresses, timeouts=patience)
        await client.list_tasks()
        expected = e.NoAnswer
        note(f"{endpoint}, stale connection", await error_of(ask(client, "2221")), expected)
        await client.aclose()
    for server in (plain, strange):
        await server.stop()


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
        assert [path.suffix for path in left] in ([], [".tmp"]), "but what can be gone on with"
        for path in left:
            path.unlink()
        return error

    for name, (fault, expected) in FILES.items():
        note(f"files, {name}", await keep(None, fault), expected)
    for name, (fault, expected) in ADDRESSES.items():
        note(f"address, {name}", await keep(fault, None), expected)
    expected_files = [kind for _, kind in (*FILES.values(), *ADDRESSES.values())].count(None)
    kept = [path for path in locations.pictures.glob("20*/*") if path.is_file()]
    assert len(kept) == expected_files, "only what is sound is kept"
    assert not list(folder.rglob("*evil*"))
    ledger.close()
    for end in (client.aclose, source.aclose, library.close):
        await end()


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


async def test_a_picture_that_cannot_be_had_costs_few_questions(
    start_sandbox, tmp_path, counts, monkeypatch
):
    sandbox = start_sandbox("--limit", "9", speed=100)
    asked: list[str] = []
    ask = WiroClient.detail

    async def asking(self: WiroClient, **named: str) -> RemoteTask:
        told = await ask(self, **named)
        if told.verdict is not None:
            asked.append(told.id)
        return told

    monkeypatch.setattr(WiroClient, "detail", asking)
    monkeypatch.setattr(follower, "backoff", lambda *_a, **_k: 0.01)
    quick = TransferLimits(_WINDOW, patience=4 * _WINDOW, window=_WINDOW)
    monkeypatch.setitem(PictureSource.__init__.__kwdefaults__, "limits", quick)
    locations = Locations.from_environment({"CARTOONMIX_HOME": str(tmp_path / "cartoonmix")})
    environ = {
        "CARTOONMIX_API_URL": sandbox.api,
        "CARTOONMIX_SOCKET_URL": sandbox.socket,
        "CARTOONMIX_API_KEY": sandbox.credentials.key,
        "CARTOONMIX_API_SECRET": sandbox.credentials.secret,
    }
    studio = Studio(LocalStore(locations, Settings(locations.data / "settings.json")), environ)
    await studio.open()
    await studio.accounts.load()
    most = 0
    for name, (fault, expected) in FILES.items():
        sandbox.faults([{"endpoint": "files", "times": 1000, **fault}])
        task = await studio.tasks.generate_now(RECIPE, patience=30)
        assert len(task.broken) == (expected is not None), name
        assert 1 <= len(asked) <= 3, (name, len(asked))
        most = max(most, len(asked))
        asked.clear()
        sandbox.clear_faults()
    await studio.close()
    counts.add("every fault", most, "questions at most about a task whose picture cannot be had")
