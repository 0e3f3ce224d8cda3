"""Pictures over real sockets: every byte counted, every hop checked, never an API header."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time
from types import SimpleNamespace

import pytest

from cartoonmix_desktop.core.addresses import Addresses
from cartoonmix_desktop.core.errors import (
    PictureAddressForbidden,
    PictureGone,
    PictureTooLarge,
    PictureTruncated,
    PictureUnreachable,
)
from cartoonmix_desktop.core.task.remote import RemoteOutput
from cartoonmix_desktop.core.task.resumable_download import PartReceived
from cartoonmix_desktop.wiro.pictures import PictureSource, TransferLimits
from tests.unit.wiro.conftest import close, drip, hang, reply, reset, then

PICTURE = bytes(range(256)) * 2000
SIZE = 512_000

OPEN_END = b"HTTP/1.1 200 OK\r\n\r\n"

HASTY = TransferLimits(connect=1, patience=1, pace=1e9, window=0.3, slowest=1000)


@pytest.fixture
async def source(server):
    ours = PictureSource(server.addresses)
    yield ours
    await ours.aclose()


@pytest.fixture
async def hasty_source(server):
    ours = PictureSource(server.addresses, limits=HASTY)
    yield ours
    await ours.aclose()


def output(server, size: int | None = len(PICTURE), path: str = "/x/0.png") -> RemoteOutput:
    return RemoteOutput("1", "../../evil.png", f"{server.origin}{path}", size)


async def fetch(source: PictureSource, wanted: RemoteOutput) -> bytes:
    got = bytearray()
    async with source.open(wanted) as download:
        assert download.start == 0
        async for chunk in download.chunks:
            assert 0 < len(chunk) <= 256 * 1024
            got += chunk
    return bytes(got)


def chunked(data: bytes, size: int = 1000) -> bytes:
    parts = [data[start : start + size] for start in range(0, len(data), size)]
    body = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts)
    return b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + body + b"0\r\n\r\n"


@pytest.mark.parametrize("size", [len(PICTURE), None])
@pytest.mark.parametrize(
    "answer",
    [
        reply(PICTURE),
        chunked(PICTURE),
        then(b"HTTP/1.1 200 OK\r\n\r\n" + PICTURE, close),
        reply(PICTURE, Content_Encoding="identity"),
    ],
)
async def test_the_bytes_are_exactly_those_served(server, source, answer, size):
    server.script = [answer]
    assert await fetch(source, output(server, size)) == PICTURE
    (request,) = server.requests
    assert (request.method, request.target) == ("GET", "/x/0.png")
    assert request.headers["accept-encoding"] == "identity"
    assert request.headers["user-agent"].startswith("CartoonMix-Desktop/")
    assert not [name for name in request.headers if name.startswith("x-")]
    assert not {"authorization", "cookie", "referer"} & request.headers.keys()


async def test_several_at_once(server, source):
    server.script = [reply(PICTURE)]
    pictures = await asyncio.gather(*(fetch(source, output(server)) for _ in range(12)))
    assert set(pictures) == {PICTURE}


async def test_the_next_picture_within_a_minute_takes_the_connection_that_is_there(
    server, source, monkeypatch
):
    server.script = [reply(PICTURE)]
    later = 0.0
    clock = SimpleNamespace(monotonic=lambda: time.monotonic() + later)
    monkeypatch.setattr("httpcore._async.http11.time", clock)
    await fetch(source, output(server))
    later += 55
    await fetch(source, output(server))
    assert server.connections == 1
    later += 65
    await fetch(source, output(server))
    assert server.connections == 2


async def test_cookies_are_not_kept(server, source):
    server.script = [reply(PICTURE, Set_Cookie="a=b; Path=/")]
    await fetch(source, output(server))
    await fetch(source, output(server))
    assert "cookie" not in server.requests[1].headers


# --- where pictures may come from ----------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "",
        "0.png",
        "file:///etc/passwd",
        "ftp://cdn1.wiro.ai/0.png",
        "data:image/png;base64,AAAA",
        "http://cdn1.wiro.ai/0.png",
        "https://example.com/0.png",
        "https://wiro.ai.example.com/0.png",
        "https://evilwiro.ai/0.png",
        "https://user@cdn1.wiro.ai/0.png",
        "https://example.com\\@cdn1.wiro.ai/0.png",
        "https://example.com\\.wiro.ai/0.png",
        "https://cdn1.wiro.ai:99999/0.png",
        "https://[::1/0.png",
        "https://169.254.169.254/latest",
        "https://cdn1.wiro.ai/\x00",
        "https://" + "a" * 70 + ".example/0.png",
        "\\\\server\\share\\0.png",
    ],
)
async def test_forbidden_addresses(server, source, url):
    wiro = PictureSource(Addresses())
    wanted = RemoteOutput("1", "0.png", url, 3)
    for strict in (source, wiro):
        with pytest.raises(PictureAddressForbidden):
            await fetch(strict, wanted)
    await wiro.aclose()
    assert server.connections == 0


async def test_loopback_is_forbidden_when_the_api_is_elsewhere(server):
    wiro = PictureSource(Addresses())
    for url in (f"{server.origin}/0.png", f"https://127.0.0.1:{server.port}/0.png"):
        with pytest.raises(PictureAddressForbidden):
            await fetch(wiro, RemoteOutput("1", "0.png", url, None))
    await wiro.aclose()
    assert server.connections == 0


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirects_are_followed_where_allowed(server, source, status):
    server.script = [
        reply(b"moved", status, Location="/second"),
        reply(b"", status, Location=f"{server.origin}/third"),
        reply(b"", status, Location="fourth?x=1"),
        reply(PICTURE),
    ]
    assert await fetch(source, output(server)) == PICTURE
    targets = [request.target for request in server.requests]
    assert targets == ["/x/0.png", "/second", "/third", "/fourth?x=1"]


async def test_four_redirects_are_too_many(server, source):
    server.script = [reply(b"", 302, Location="/again")]
    with pytest.raises(PictureUnreachable):
        await fetch(source, output(server))
    assert len(server.requests) == 4


@pytest.mark.parametrize(
    "location",
    [
        "https://example.com/0.png",
        "http://cdn1.wiro.ai/0.png",
        "file:///etc/passwd",
        "//example.com/0.png",
        "https://user:pass@cdn1.wiro.ai/",
    ],
)
async def test_redirects_elsewhere_are_forbidden(server, source, location):
    server.script = [reply(b"", 302, Location=location)]
    with pytest.raises(PictureAddressForbidden):
        await fetch(source, output(server))
    assert len(server.requests) == 1


# --- how many bytes ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("size", "answer"),
    [
        (len(PICTURE), then(reply(PICTURE)[:-1], close)),
        (None, then(reply(PICTURE)[:-1], close)),
        (None, then(chunked(PICTURE)[:-5], close)),
        (len(PICTURE), then(b"HTTP/1.1 200 OK\r\nContent-Length: 512000\r\n\r\n", close)),
    ],
)
async def test_fewer_bytes_than_announced(server, source, size, answer):
    server.script = [answer]
    with pytest.raises(PictureTruncated):
        await fetch(source, output(server, size))


@pytest.mark.parametrize("told", [1, len(PICTURE) - 1, len(PICTURE) + 1, 10**15, -1, None])
@pytest.mark.parametrize("form", [reply, chunked, lambda body: OPEN_END + body])
@pytest.mark.parametrize("body", [PICTURE, b""])
async def test_only_http_says_how_many_bytes_there_are(server, source, told, form, body):
    server.script = [then(form(body), close)]
    assert await fetch(source, output(server, told)) == body


@pytest.mark.parametrize(
    "headers",
    [
        {"Content_Type": "text/html"},
        {"Content_Encoding": "Identity"},
        {"Content_Encoding": "gzip"},
        {"Content_Range": "bytes 7-8/9"},
    ],
)
@pytest.mark.parametrize("status", [200, 201, 202, 203, 206, 226])
async def test_what_is_said_of_the_bytes_does_not_change_them(server, source, headers, status):
    server.script = [reply(PICTURE, status, **headers)]
    assert await fetch(source, output(server)) == PICTURE


async def test_too_large(server):
    small = PictureSource(server.addresses, limits=TransferLimits(largest=1000))
    for answer in (reply(PICTURE), chunked(PICTURE)):
        server.script = [answer]
        with pytest.raises(PictureTooLarge):
            await fetch(small, output(server, None))
    server.script = [reply(PICTURE[:1000])]
    assert await fetch(small, output(server, 1001)) == PICTURE[:1000]
    await small.aclose()


async def test_a_length_that_no_picture_has_is_not_believed(server, source):
    server.script = [
        then(b"HTTP/1.1 200 OK\r\nContent-Length: 9999999999\r\n\r\n" + PICTURE, close)
    ]
    got = b""
    async with source.open(output(server)) as download:
        assert download.total is None
        with contextlib.suppress(PictureTruncated):
            async for chunk in download.chunks:
                got += chunk
    assert got == PICTURE


def test_the_limit_is_that_of_the_model():
    assert TransferLimits().largest == 64 * 1024 * 1024


# --- the host ------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 451])
async def test_gone(server, source, status):
    server.script = [reply(b"<Error>expired</Error>", status)]
    with pytest.raises(PictureGone):
        await fetch(source, output(server))


@pytest.mark.parametrize("status", [204, 205, 300, 304, 408, 425, 429, 500, 502, 503, 599])
async def test_not_now(server, source, status):
    server.script = [then(reply(b"" if status in {204, 205, 304} else PICTURE, status), close)]
    with pytest.raises(PictureUnreachable):
        await fetch(source, output(server))


HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 512000\r\n\r\n"


@pytest.mark.parametrize(
    "act",
    [
        reset,
        close,
        then(HEAD + PICTURE[:1000], reset),
        b"not HTTP\r\n\r\n",
        reply(b"", 302, Location="http://[::bad"),
        b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n",
    ],
)
async def test_broken_hosts(server, source, act):
    server.script = [then(act, close)]
    with pytest.raises(PictureUnreachable) as caught:
        await fetch(source, output(server))
    assert server.origin not in repr(caught.value)
    assert "0.png" not in repr(caught.value)


async def test_no_host(source):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{probe.getsockname()[1]}/0.png"
        with pytest.raises(PictureUnreachable):
            await fetch(source, RemoteOutput("1", "0.png", url, None))


@pytest.mark.parametrize(
    "act",
    [
        hang,
        then(HEAD, hang),
        then(HEAD + PICTURE[:1000], hang),
        then(HEAD, drip(PICTURE, 0.02)),  # 50 bytes a second
        drip(HEAD, 0.1),
    ],
)
async def test_slow_hosts(server, hasty_source, act):
    server.script = [act]
    async with asyncio.timeout(10):
        with pytest.raises(PictureUnreachable):
            await fetch(hasty_source, output(server))


async def test_the_deadline_grows_with_the_size(server):
    # 40 bytes, one each 0.02 s: longer than the patience of 0.3 s, and within what 40 bytes allow.
    limits = TransferLimits(patience=0.3, pace=10, window=10, slowest=1)
    patient = PictureSource(server.addresses, limits=limits)
    server.script = [then(b"HTTP/1.1 200 OK\r\n\r\n", drip(PICTURE[:40], 0.02), close)]
    assert await fetch(patient, output(server, 40)) == PICTURE[:40]
    with pytest.raises(PictureUnreachable):
        await fetch(patient, output(server, None))
    await patient.aclose()


async def test_a_slow_disk_is_no_fault_of_the_host(server, hasty_source):
    server.script = [reply(PICTURE)]
    got = 0
    async with hasty_source.open(output(server)) as download:
        async for chunk in download.chunks:
            got += len(chunk)
            await asyncio.sleep(0.2)
    assert got == len(PICTURE)


async def test_leaving_early_closes_the_connection(server, source):
    server.script = [then(HEAD + PICTURE[:5000], hang)]
    async with source.open(output(server)) as download:
        assert await anext(download.chunks)
    async with asyncio.timeout(5):
        await server.quiet()


async def test_closing_the_source_ends_its_streams(server, source):
    server.script = [then(HEAD + PICTURE[:5000], hang)]
    fetching = asyncio.create_task(fetch(source, output(server)))
    await server.staging(1)
    await source.aclose()
    with pytest.raises(PictureUnreachable):
        await fetching
    with pytest.raises(PictureUnreachable):
        await fetch(source, output(server))


async def test_cancelling_a_download_ends_at_once(server, source):
    server.script = [then(HEAD + PICTURE[:5000], hang)]
    fetching = asyncio.create_task(fetch(source, output(server)))
    await server.staging(1)
    fetching.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await fetching
    async with asyncio.timeout(5):
        await server.quiet()


# --- the rest of what is here in part ------------------------------------------------------------

TAG = '"version-1"'
DATE = "Sun, 22 Nov 2026 21:31:05 GMT"
LATER = "Sun, 22 Nov 2026 21:31:06 GMT"
HERE = 200_000
PART = PartReceived(HERE, len(PICTURE), TAG)


def partial(start=HERE, end=SIZE - 1, total: object = SIZE, **headers) -> bytes:
    told = {"Content_Range": f"bytes {start}-{end}/{total}", "ETag": TAG}
    return reply(PICTURE[start : end + 1], 206, **told | headers)


def chunked_rest(body: bytes) -> bytes:
    told = b"206 Rest\r\nContent-Range: bytes 200000-511999/512000\r\n"
    return chunked(body).replace(b"200 OK\r\n", told, 1)


async def fetch_rest(source, wanted, part=PART) -> tuple[int, bytes]:
    async with source.open(wanted, part) as download:
        return download.start, b"".join([chunk async for chunk in download.chunks])


async def test_only_the_rest_is_asked_for(server, source):
    server.script = [reply(b"", 302, Location="/moved"), partial()]
    assert await fetch_rest(source, output(server)) == (HERE, PICTURE[HERE:])
    for request in server.requests:
        assert request.headers["range"] == f"bytes={HERE}-"
        assert request.headers["if-range"] == TAG
        assert request.headers["accept-encoding"] == "identity"
        assert not [name for name in request.headers if name.startswith("x-")]


async def test_the_rest_may_come_without_a_length(server, source):
    server.script = [chunked_rest(PICTURE[HERE:])]
    assert await fetch_rest(source, output(server, None)) == (HERE, PICTURE[HERE:])


@pytest.mark.parametrize(
    "refusal",
    [
        reply(b"", 416, Content_Range="bytes */512000"),
        reply(b"", 412),
        reply(b"no", 400),
        reply(b"no", 501),
        partial(start=HERE - 1),
        partial(start=HERE + 1),
        partial(end=len(PICTURE) - 2),
        partial(total="*"),
        partial(total=len(PICTURE) + 1),
        partial(Content_Range="bytes 200000-511999/512000, "),
        partial(Content_Range="octets 200000-511999/512000"),
        partial(Content_Range="bytes " + "9" * 5000 + "-1/2"),
        partial(Content_Range=""),
        partial(ETag='"version-2"'),
        partial(Content_Encoding="gzip"),
        then(partial(Content_Length="1000"), close),
    ],
)
async def test_where_the_rest_cannot_be_had_all_is_fetched_again(server, source, refusal):
    server.script = [then(refusal, close), reply(PICTURE)]
    assert await fetch_rest(source, output(server)) == (0, PICTURE)
    assert "range" in server.requests[0].headers
    assert "range" not in server.requests[-1].headers


async def test_another_version_comes_whole(server, source):
    server.script = [reply(PICTURE, ETag='"version-2"')]
    assert await fetch_rest(source, output(server)) == (0, PICTURE)
    assert len(server.requests) == 1


@pytest.mark.parametrize("told", [1, HERE, len(PICTURE) + 1, None])
async def test_a_part_is_built_upon_whatever_size_the_task_tells(server, source, told):
    server.script = [partial()]
    assert await fetch_rest(source, output(server, told)) == (HERE, PICTURE[HERE:])


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (then(partial()[:-1], close), PictureTruncated),
        (then(partial()[:-1], reset), PictureUnreachable),
        (reply(b"", 404), PictureGone),
        (reply(b"", 503), PictureUnreachable),
        (chunked_rest(PICTURE[HERE:-1]), PictureTruncated),
        (chunked_rest(PICTURE[HERE:] + b"!"), PictureTruncated),
    ],
)
async def test_the_rest_fails_as_the_whole_does(server, source, answer, error):
    server.script = [answer]
    with pytest.raises(error):
        await fetch_rest(source, output(server))


async def test_a_host_that_never_gives_the_whole_is_not_asked_for_ever(server, source):
    server.script = [partial(start=1)]
    assert await fetch_rest(source, output(server)) == (0, PICTURE[1:])
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    ("headers", "validator"),
    [
        ({"ETag": TAG, "Last_Modified": DATE, "Date": LATER}, TAG),
        ({"ETag": f"W/{TAG}", "Last_Modified": DATE, "Date": LATER}, ""),
        ({"ETag": "bare"}, ""),
        ({"ETag": '"' + "x" * 300 + '"'}, ""),
        ({"ETag": TAG, "Accept_Ranges": "none"}, ""),
        ({"Last_Modified": DATE, "Date": LATER}, DATE),
        ({"Last_Modified": DATE, "Date": DATE}, ""),  # it may change within that second
        ({"Last_Modified": DATE}, ""),
        ({"Last_Modified": "yesterday", "Date": LATER}, ""),
        ({}, ""),
    ],
)
async def test_only_what_names_every_byte_lets_the_rest_be_asked_for(
    server, source, headers, validator
):
    server.script = [reply(PICTURE, **{"Accept_Ranges": "bytes"} | headers)]
    async with source.open(output(server)) as download:
        assert (download.validator, download.total) == (validator, len(PICTURE))


async def test_a_date_is_a_validator_too(server, source):
    part = PartReceived(HERE, len(PICTURE), DATE)
    server.script = [partial(Last_Modified=DATE)]
    assert await fetch_rest(source, output(server), part) == (HERE, PICTURE[HERE:])
    server.script = [partial(Last_Modified=LATER), reply(PICTURE)]
    assert await fetch_rest(source, output(server), part) == (0, PICTURE)
