"""Every way an exchange can go wrong, at the level of bytes, and the one error each ends in."""

from __future__ import annotations

import contextlib
import gzip
import socket
import sys
import time
import zlib
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from cartoonmix_desktop.core.addresses import Addresses
from cartoonmix_desktop.core.errors import (
    AuthenticationRefused,
    ConcurrencyLimited,
    InsufficientBalance,
    ModelUnavailable,
    NoAnswer,
    NotCancellable,
    ProtocolError,
    RateLimited,
    Refused,
    ServerFault,
    TaskNamed,
    TaskNotFound,
    Unreachable,
    ValidationRefused,
    WiroError,
)
from cartoonmix_desktop.wiro.client import WiroClient
from cartoonmix_desktop.wiro.transport import Timeouts
from tests.unit.wiro.conftest import (
    CREDENTIALS,
    QUICK,
    close,
    drip,
    hang,
    refused,
    reply,
    reset,
    then,
)

OPERATIONS = {
    "Run": lambda client, recipe: client.run(recipe),
    "Task/Detail": lambda client, _: client.detail(task_id="2221"),
    "Task/Cancel": lambda client, _: client.cancel("2221"),
    "Task/Kill": lambda client, _: client.kill(token="a-token"),
    "Task/List": lambda client, _: client.list_tasks(),
    "Task/InputOutputDelete": lambda client, _: client.delete_files("a-token"),
    "Wallet/List": lambda client, _: client.wallet(),
    "Tool/Detail": lambda client, _: client.tool("futurist/CartoonMix v1.0"),
}

GOOD = reply(
    {
        "result": True,
        "errors": [],
        "taskid": "2221",
        "tasklist": [{"id": "2221", "socketaccesstoken": "a-token", "status": "task_queue"}],
        "tool": [{"parameters": []}],
    }
)


async def failure(asked) -> WiroError:
    """The error of our tree that ``asked`` ends in; any other fails the test."""
    with pytest.raises(WiroError) as caught:
        await asked
    return caught.value


@contextlib.asynccontextmanager
async def client_at(addresses: Addresses, timeouts: Timeouts = QUICK):
    client = WiroClient(CREDENTIALS, addresses, timeouts=timeouts)
    try:
        yield client
    finally:
        await client.aclose()


@pytest.mark.parametrize("operation", OPERATIONS)
async def test_the_good_answer_is_good_for_all(server, client, recipe, operation):
    server.script = [GOOD]
    await OPERATIONS[operation](client, recipe)


# --- after the request arrived: the outcome is unknown -------------------------------------------

BROKEN_OFF = {
    "reset after the request": reset,
    "closed after the request": close,
    "silence": hang,
    "half a status line": then(b"HTTP/1.1 20", close),
    "headers alone": then(b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n", close),
    "headers, then reset": then(b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n", reset),
    "headers, then silence": then(b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n", hang),
    "half a body": then(GOOD[:-20], close),
    "half a chunked body": then(
        b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"res', close
    ),
    "a slow drip": drip(GOOD, 0.05),
}
NAMED_IN_HALF = ("Run", "half a body")


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("fault", BROKEN_OFF)
async def test_no_answer(server, hasty_client, recipe, operation, fault):
    server.script = [BROKEN_OFF[fault]]
    began = time.monotonic()
    error = await failure(OPERATIONS[operation](hasty_client, recipe))
    assert type(error) is (TaskNamed if (operation, fault) == NAMED_IN_HALF else NoAnswer)
    assert error.operation == operation
    assert time.monotonic() - began < 3  # deadline 1 s, and a loaded machine
    assert len(server.requests) == 1, "sent once, and never again"


async def test_promises_without_end(server, hasty_client, recipe):
    server.script = [drip(b"HTTP/1.1 100 Continue\r\n\r\n" * 100, 0.02)]
    assert type(await failure(hasty_client.run(recipe))) is NoAnswer


async def test_a_reset_while_the_request_is_being_read(server, client, recipe):
    async def read_a_little(reader, writer):
        await reader.read(1)
        await reset(reader, writer)

    server.on_connect = read_a_little
    assert type(await failure(client.run(recipe))) is NoAnswer
    assert server.connections == 1


async def test_a_reset_on_a_kept_connection_is_never_sent_again(server, client, recipe):
    server.script = [GOOD, reset]
    await client.detail(task_id="2221")
    assert type(await failure(client.cancel("2221"))) is NoAnswer
    assert server.connections == 1, "the connection was used again"
    assert len(server.requests) == 2


async def test_run_has_a_connection_of_its_own(server, client, recipe):
    server.script = [GOOD]
    for _ in range(2):
        await client.detail(task_id="2221")
        await client.run(recipe)
    assert server.connections == 3


async def test_a_kept_connection_that_the_server_closed_is_not_used(server, client):
    server.script = [then(GOOD, close), GOOD]
    await client.detail(task_id="2221")
    await server.quiet()
    assert (await client.detail(task_id="2221")).id == "2221"
    assert server.connections == 2


# --- before anything left ------------------------------------------------------------------------


def unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.mark.parametrize("operation", OPERATIONS)
async def test_refused_connection(recipe, operation):
    async with client_at(Addresses(f"http://127.0.0.1:{unused_port()}/v1")) as client:
        error = await failure(OPERATIONS[operation](client, recipe))
    assert isinstance(error, Unreachable)
    assert (error.operation, error.reason) == (operation, "refused")


async def test_unknown_host(recipe, monkeypatch):
    def no_such_name(*_args, **_more):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", no_such_name)
    async with client_at(Addresses("https://api.wiro.ai/v1")) as client:
        error = await failure(client.run(recipe))
    assert isinstance(error, Unreachable)
    assert error.reason == "dns"


async def test_a_connection_that_is_never_taken(recipe):
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        full.setblocking(False)
        port = full.getsockname()[1]
        waiting = [socket.socket() for _ in range(4)]  # the backlog is full, later ones hang
        for other in waiting:
            other.setblocking(False)
            other.connect_ex(("127.0.0.1", port))
        async with client_at(
            Addresses(f"http://127.0.0.1:{port}/v1"), Timeouts(0.3, 0.3, 5)
        ) as client:
            error = await failure(client.run(recipe))
        for other in waiting:
            other.close()
    assert isinstance(error, Unreachable)
    assert error.reason == "timeout"


async def test_an_unknown_certificate(tls_server, recipe):
    async with client_at(tls_server.addresses) as client:
        error = await failure(client.run(recipe))
    assert isinstance(error, Unreachable)
    assert error.reason == "tls"
    assert tls_server.received == 0


async def test_a_certificate_of_the_company(tls_server, authority, recipe, monkeypatch, tmp_path):
    authority.cert_pem.write_to_path(str(tmp_path / "company.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "company.pem"))
    tls_server.script = [GOOD]
    async with client_at(tls_server.addresses) as client:
        assert (await client.run(recipe)).task_id == "2221"


@pytest.mark.parametrize("content", [None, b"no certificate", b""])
async def test_a_bad_certificate_file(tls_server, recipe, monkeypatch, tmp_path, content):
    path = tmp_path / "bad.pem"
    if content is not None:
        path.write_bytes(content)
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    async with client_at(tls_server.addresses) as client:
        error = await failure(client.run(recipe))
    assert isinstance(error, Unreachable)
    assert error.reason == "tls"
    assert tls_server.received == 0


async def test_a_context_that_cannot_be_made(tls_server, recipe, monkeypatch):
    import truststore

    def fail(_self, _protocol):
        raise OSError("no trust store")

    monkeypatch.setattr(truststore.SSLContext, "__init__", fail)
    async with client_at(tls_server.addresses) as client:
        error = await failure(client.run(recipe))
    assert isinstance(error, Unreachable)
    assert error.reason == "tls"


@pytest.mark.parametrize("act", [close, reset, hang, b"SSH-2.0-OpenSSH_9\r\n"])
async def test_a_handshake_that_fails(server, recipe, act):
    server.on_connect = then(act, close)
    secure = Addresses(server.addresses.api.replace("http:", "https:"))
    patience = Timeouts(0.3, 0.3, 5) if act is hang else Timeouts()
    async with client_at(secure, patience) as client:
        error = await failure(client.run(recipe))
    assert isinstance(error, Unreachable)
    assert error.reason == ("timeout" if act is hang else "tls")


# --- proxies -------------------------------------------------------------------------------------


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"])
async def test_loopback_never_goes_through_a_proxy(server, client, recipe, monkeypatch, variable):
    monkeypatch.setenv(variable, f"http://127.0.0.1:{unused_port()}")
    server.script = [GOOD]
    assert (await client.run(recipe)).task_id == "2221"


PROXY_FAULTS = {
    "407": reply(b"", 407),
    "502": reply(b"", 502),
    "closed": close,
    "reset": reset,
    "silence": hang,
    "garbage": b"\x00\x01\x02\x03 what?\r\n\r\n",
}


@pytest.mark.parametrize("fault", PROXY_FAULTS)
async def test_a_proxy_that_opens_no_way(server, recipe, monkeypatch, fault):
    monkeypatch.setenv("HTTPS_PROXY", f"http://user:pass@127.0.0.1:{server.port}")
    server.script = [then(PROXY_FAULTS[fault], close)]
    async with client_at(Addresses("https://api.wiro.ai/v1")) as client:
        error = await failure(client.run(recipe))
    assert isinstance(error, Unreachable), "CONNECT is not the request"
    assert error.reason == "proxy"
    assert "pass" not in repr(error)
    (request,) = server.requests
    assert (request.method, request.target) == ("CONNECT", "api.wiro.ai:443")
    assert "x-api-key" not in request.headers


async def test_a_way_through_a_proxy_to_a_stranger(server, recipe, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{server.port}")
    server.script = [then(b"HTTP/1.1 200 Way\r\n\r\nnot TLS at all", close)]
    async with client_at(Addresses("https://api.wiro.ai/v1")) as client:
        error = await failure(client.run(recipe))
    assert isinstance(error, Unreachable)
    assert error.reason == "tls"


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:1", "ftp://127.0.0.1:1", "http://[::1"])
async def test_a_proxy_that_cannot_be_used(recipe, monkeypatch, proxy):
    monkeypatch.setenv("ALL_PROXY", proxy)
    async with client_at(Addresses("https://api.wiro.ai/v1")) as client:
        error = await failure(client.run(recipe))
    assert isinstance(error, Unreachable)
    assert error.reason == "proxy"


# --- answers that are none -----------------------------------------------------------------------

MiB = 1024 * 1024
BOMB = gzip.compress(b"{" + b" " * (300 * MiB) + b"}", 9)
HTML = b"<!DOCTYPE html><title>Welcome to the hotel</title>"

NOT_THE_API = {
    "not HTTP": b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
    "an HTTP version of its own": b"HTTP/9.x 200 OK\r\n\r\n",
    "too many headers": b"HTTP/1.1 200 OK\r\n" + b"X: " + b"y" * 200_000 + b"\r\n\r\n",
    "a bad length": b"HTTP/1.1 200 OK\r\nContent-Length: twelve\r\n\r\n{}",
    "a bad chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n",
    "HTML": reply(HTML, Content_Type="text/html"),
    "HTML of a proxy": reply(HTML, 403),
    "HTML not found": reply(HTML, 404),
    "nothing": reply(b""),
    "no content": b"HTTP/1.1 204 No\r\n\r\n",
    "two values": reply(b"{} {}"),
    "half": reply(b'{"result": tr'),
    "an array": reply(b"[]"),
    "a number": reply(b"5"),
    "null": reply(b"null"),
    "no fields": reply(b"{}"),
    "NaN": reply(b'{"result":true,"taskid":NaN,"tasklist":NaN,"tool":NaN}'),
    "not UTF-8": reply(
        b'{"result":true,"errors":["\xff"],"taskid":"\xff","tool":[{"parameters":"\xff"}],'
        b'"tasklist":[{"id":"\xff"}]}'
    ),
    "a lone surrogate": reply(rb'{"result":"\ud800","taskid":"2221"}'),
    "100,000 deep": reply(b'{"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}"),
    "100,000 deep and open": reply(b"[" * 100_000),
    "5,000 digits": reply(b'{"result":' + b"9" * 5000 + b"}"),
    "result of another kind": reply({"result": {}, "taskid": "1", "tasklist": []}),
    "result of another word": reply({"result": "perhaps", "taskid": "1", "tasklist": []}),
    "errors of another kind": reply({"result": False, "errors": 5}),
    "an error of another kind": reply({"result": False, "errors": [["x"]]}),
    "larger than 16 MiB": reply(b'{"result":"' + b"x" * (16 * MiB) + b'"}'),
    "endless": then(b"HTTP/1.1 200 OK\r\n\r\n", *[b"x" * MiB] * 20),
    "a gzip bomb": reply(BOMB, Content_Encoding="gzip"),
    "a deflate bomb": reply(zlib.compress(b" " * (50 * MiB)), Content_Encoding="deflate"),
    "broken gzip": reply(b"\x1f\x8bnot gzip at all", Content_Encoding="gzip"),
    "half of gzip": reply(gzip.compress(GOOD)[:-12], Content_Encoding="gzip"),
    "Brotli": reply(b"\x0b\x02\x80{}\x03", Content_Encoding="br"),
    "moved": reply(b"", 301, Location="/v1/elsewhere"),
    "moved, same method": reply(b"", 307, Location="http://127.0.0.1:1/"),
    "moved nowhere": reply(b"", 302, Location="http://[::bad"),
    "not modified": b"HTTP/1.1 304 Same\r\n\r\n",
    "yes with 400": reply({"result": True, "taskid": "1"}, 400),
    "403 without words": reply({}, 403),
}
MAKES_NOTHING = {"HTML of a proxy", "403 without words"}
"""Of these a Run is refused: `test_run_answers` holds the whole table."""


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("fault", NOT_THE_API)
async def test_protocol_error(server, client, recipe, operation, fault):
    server.script = [then(NOT_THE_API[fault], close)]
    error = await failure(OPERATIONS[operation](client, recipe))
    if operation == "Run" and fault in MAKES_NOTHING:
        assert type(error) is Refused
        return
    assert type(error) is ProtocolError or (operation, type(error)) == ("Run", TaskNamed)
    assert error.operation == operation
    assert error.detail
    assert len(error.detail) <= 200
    assert len(server.requests) == 1, "asked once, and no redirect is followed"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows tells it in another way")
async def test_a_bomb_stays_small_in_memory(server, client, recipe):
    import resource

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    server.script = [then(NOT_THE_API["a gzip bomb"], close)]
    assert type(await failure(client.run(recipe))) is ProtocolError
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 40 * 1024  # KiB


async def test_packed_answers_are_read_all_the_same(server, client, recipe):
    body = GOOD.partition(b"\r\n\r\n")[2]
    server.script = [
        reply(gzip.compress(body), Content_Encoding="gzip"),
        reply(zlib.compress(body), Content_Encoding="deflate"),
    ]
    assert (await client.run(recipe)).task_id == "2221"
    assert (await client.run(recipe)).task_id == "2221"
    assert server.requests[0].headers["accept-encoding"] == "identity"


async def test_bytes_after_an_answer_are_never_taken_for_that_of_run(server, client, recipe):
    other = GOOD.replace(b"2221", b"9999")
    server.script = [GOOD + other, GOOD]
    await client.detail(task_id="2221")
    assert (await client.run(recipe)).task_id == "2221"
    server.script = [GOOD + other, GOOD]
    assert (await client.run(recipe)).task_id == "2221"
    assert (await client.run(recipe)).task_id == "2221"
    assert type(await failure(client.detail(task_id="2221"))) is ProtocolError, "another task's"


# --- the server's fault --------------------------------------------------------------------------


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("status", [408, 500, 502, 503, 504, 520, 599])
async def test_server_fault(server, client, recipe, operation, status):
    server.script = [refused(97, "Out of order.", status), reply(HTML, status)]
    error = await failure(OPERATIONS[operation](client, recipe))
    clear = operation == "Run" and status == 408  # a no below 500: nothing was made
    assert type(error) is (InsufficientBalance if clear else ServerFault)
    assert (error.http_status, error.server_message) == (status, "Out of order.")
    error = await failure(OPERATIONS[operation](client, recipe))
    assert type(error) is ServerFault
    assert (error.http_status, error.server_message) == (status, "")


# --- no ------------------------------------------------------------------------------------------

NO = {
    "limit": (refused(96, "Concurrency limit"), ConcurrencyLimited, 96),
    "balance": (refused(97, "Insufficient balance"), InsufficientBalance, 97),
    "balance, as text": (refused("97", "Insufficient balance"), InsufficientBalance, 97),
    "sign-in": (refused(98, "Sign in"), AuthenticationRefused, 98),
    "bearer": (refused(99, "Token"), AuthenticationRefused, 99),
    "401": (refused(0, "Project authorization is not valid.", 401), AuthenticationRefused, 0),
    "401 in HTML": (reply(HTML, 401), AuthenticationRefused, 0),
    "project, with 200": (refused(0, "Project is not founded."), AuthenticationRefused, 0),
    "address": (
        refused(0, "Requested ip 10.0.0.1 is not allowed.", 403),
        AuthenticationRefused,
        0,
    ),
    "validation": (
        refused(0, "Request parameter [steps] must be between 1 and 50"),
        ValidationRefused,
        0,
    ),
    "validation, 400": (
        refused(0, "Request parameter [steps] is required", 400),
        ValidationRefused,
        0,
    ),
    "model closed": (refused(1, "tool-not-accessible"), ModelUnavailable, 1),
    "moment": (refused(1, "Task is not in a cancellable state."), NotCancellable, 1),
    "kill": (refused(1, "Task could not be killed: ended"), NotCancellable, 1),
    "rate": (refused(0, "Slow down", 429), RateLimited, 0),
    "rate in HTML": (reply(HTML, 429), RateLimited, 0),
    "address unknown": (refused(0, "Error parsing url.", 404), Refused, 0),
    "address unknown, plain": (reply(b"Error parsing url.", 404), Refused, 0),
    "bare text": (reply({"result": False, "errors": ["Not today"]}), Refused, 0),
    "errors as one object": (
        reply({"result": False, "errors": {"code": 97, "message": "x"}}),
        InsufficientBalance,
        97,
    ),
    "no reason": (reply({"result": False, "errors": []}), Refused, 0),
    "no reason at all": (reply({"result": False}), Refused, 0),
    "null reason": (reply({"result": "false", "errors": None}), Refused, 0),
    "no result": (reply({"errors": [{"code": 97, "message": "x"}]}), InsufficientBalance, 97),
    "unknown code": (refused(1234, "Something new"), Refused, 1234),
    "unreadable code": (refused("E_X", "Something new"), Refused, 0),
    "huge code": (refused(10**30, "Something new"), Refused, 0),
}


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("case", NO)
async def test_refusal(server, client, recipe, operation, case):
    answer, kind, code = NO[case]
    server.script = [answer]
    error = await failure(OPERATIONS[operation](client, recipe))
    if operation == "Run" and answer.endswith(b"\r\n\r\nError parsing url."):
        assert type(error) is ProtocolError, "no words of Wiro's own: who knows what was made"
        return
    assert type(error) is kind
    assert (error.operation, error.code) == (operation, code)
    assert error.http_status == int(answer.split(b" ")[1])
    # Reading what the model is costs nothing: both its names are tried, whatever keeps it away.
    assert len(server.requests) == (
        2 if (operation, case) == ("Tool/Detail", "model closed") else 1
    )


@pytest.mark.parametrize("operation", ["Task/Detail", "Task/Cancel", "Task/Kill"])
async def test_no_such_task(server, client, recipe, operation):
    server.script = [refused(1, "There is no task yet.")]
    error = await failure(OPERATIONS[operation](client, recipe))
    assert type(error) is TaskNotFound
    assert error.server_message == "There is no task yet."


async def test_validation_names_the_field(server, client, recipe):
    server.script = [
        refused(0, "Request parameter [steps] must be between 1 and 50"),
        refused(0, "Request parameter is required"),
    ]
    error = await failure(client.run(recipe))
    assert isinstance(error, ValidationRefused)
    assert error.field == "steps"
    assert error.server_message == "Request parameter [steps] must be between 1 and 50"
    error = await failure(client.run(recipe))
    assert isinstance(error, ValidationRefused)
    assert error.field == ""


async def test_a_no_that_names_a_task_is_no_clear_no(server, client, recipe):
    server.script = [reply({"result": False, "errors": [], "taskid": "5"})]
    assert type(await failure(client.run(recipe))) is TaskNamed


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("7", 7.0),
        (" 0 ", 0.0),
        ("1.5", None),
        ("-3", None),
        ("soon", None),
        ("9" * 5000, None),
        ("Mon, 01 Jan 2001 00:00:00 GMT", 0.0),
        ("Mon, 01 Jan 99999 00:00:00 GMT", None),
    ],
)
async def test_retry_after(server, client, recipe, header, expected):
    server.script = [refused(0, "Slow down", 429, Retry_After=header)]
    error = await failure(client.run(recipe))
    assert isinstance(error, RateLimited)
    assert error.retry_after == expected


async def test_retry_after_a_date(server, client, recipe):
    later = datetime.now(UTC) + timedelta(seconds=90)
    server.script = [refused(0, "", 429, Retry_After=format_datetime(later, usegmt=True))]
    error = await failure(client.run(recipe))
    assert isinstance(error, RateLimited)
    assert error.retry_after is not None
    assert 85 < error.retry_after <= 90


async def test_rate_limit_without_a_time(server, client, recipe):
    server.script = [refused(0, "Slow down", 429)]
    error = await failure(client.run(recipe))
    assert isinstance(error, RateLimited)
    assert error.retry_after is None
