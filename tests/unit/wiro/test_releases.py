"""News of a release over real https on loopback, and every reason not to believe them."""

from __future__ import annotations

import base64
import json
import secrets
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from cartoonmix_desktop.core.errors import UpdateRefused, UpdateUnreachable
from cartoonmix_desktop.core.release import Channel, is_newer
from cartoonmix_desktop.wiro.releases import LARGEST, PURPOSE, believe, fetch, sign

if TYPE_CHECKING:
    from pathlib import Path

NOW = 1_794_000_000.0  # in November 2026
PRIVATE = secrets.token_bytes(32)
PUBLIC = Ed25519PrivateKey.from_private_bytes(PRIVATE).public_key().public_bytes_raw()
NEWS: dict[str, Any] = {
    "schema": 1,
    "sequence": 7,
    "version": "1.2.0",
    "released": "2026-11-01T00:00:00Z",
    "expires": "2027-02-01T00:00:00Z",
    "notes": "Faster.",
    "files": {"linux-x86_64-deb": {"name": "a_1.2.0_amd64.deb", "size": 9, "sha256": "0" * 64}},
}


def signed(news: object = None, **changes: Any) -> bytes:
    return sign(json.dumps((news or NEWS) | changes).encode(), PRIVATE)


def reply(body: bytes, status: str = "200 OK", head: str = "") -> bytes:
    return f"HTTP/1.1 {status}\r\n{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def why_not(document: bytes, now: float = NOW) -> str:
    with pytest.raises(UpdateRefused) as caught:
        believe(document, [PUBLIC], now)
    return caught.value.reason


@pytest.fixture
def trusted(authority, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    authority.cert_pem.write_to_path(str(tmp_path / "ours.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ours.pem"))


def channel(server, path: str = "/release.json") -> Channel:
    return Channel(server.origin + path, "https://example.org/releases", (PUBLIC,))


async def test_signed_news_are_believed(tls_server, trusted):
    tls_server.script = [reply(signed())]
    release = await fetch(channel(tls_server), NOW)
    assert (release.version, release.sequence, release.notes) == ("1.2.0", 7, "Faster.")
    [asked] = tls_server.requests
    assert (asked.method, asked.body) == ("GET", b"")
    assert not {"cookie", "authorization"} & asked.headers.keys()


async def test_follows_to_where_the_files_lie(tls_server, trusted):
    moved = reply(b"", "302 Found", f"Location: {tls_server.origin}/elsewhere\r\n")
    tls_server.script = [moved, reply(signed())]
    assert (await fetch(channel(tls_server), NOW)).version == "1.2.0"
    assert [each.target for each in tls_server.requests] == ["/release.json", "/elsewhere"]


async def test_never_leaves_https(tls_server, server, trusted):
    tls_server.script = [reply(b"", "302 Found", f"Location: {server.origin}/x\r\n")]
    with pytest.raises(UpdateRefused) as caught:
        await fetch(channel(tls_server), NOW)
    assert caught.value.reason == "not_https"
    assert server.connections == 0
    with pytest.raises(UpdateRefused):
        await fetch(channel(server), NOW)
    assert server.connections == 0


async def test_too_much_is_not_read_to_its_end(tls_server, trusted):
    endless = b"HTTP/1.1 200 OK\r\n\r\n" + b" " * (8 * LARGEST)
    tls_server.script = [endless]
    with pytest.raises(UpdateRefused) as caught:
        await fetch(channel(tls_server), NOW)
    assert caught.value.reason == "too_large"


@pytest.mark.parametrize("answer", [reply(b"", "404 Not Found"), reply(b"", "500 Oops"), b""])
async def test_no_news(tls_server, trusted, answer):
    if answer:
        tls_server.script = [answer]
    else:
        await tls_server.stop()
    with pytest.raises(UpdateUnreachable):
        await fetch(channel(tls_server), NOW)


async def test_goes_in_circles_only_so_often(tls_server, trusted):
    tls_server.script = [reply(b"", "302 Found", f"Location: {tls_server.origin}/again\r\n")]
    with pytest.raises(UpdateUnreachable):
        await fetch(channel(tls_server), NOW)
    assert len(tls_server.requests) == 6


async def test_a_foreign_certificate(tls_server):
    tls_server.script = [reply(signed())]
    with pytest.raises(UpdateUnreachable):
        await fetch(channel(tls_server), NOW)
    assert tls_server.received == 0


# --- what is not believed ------------------------------------------------------------------------


def test_a_changed_manifest():
    document = json.loads(signed())
    document["manifest"] = document["manifest"].replace("1.2.0", "1.2.1")
    assert why_not(json.dumps(document).encode()) == "signature"


def test_the_signature_of_somebody_else():
    stranger = sign(json.dumps(NEWS).encode(), secrets.token_bytes(32))
    assert why_not(stranger) == "signature"


@pytest.mark.parametrize("signature", ["", "AAAA", "not base64 …", "A" * 86 + "=="])
def test_no_signature(signature):
    document = json.loads(signed()) | {"signature": signature}
    assert why_not(json.dumps(document).encode()) == "signature"


def test_what_was_signed_for_another_purpose():
    manifest = json.dumps(NEWS).encode()
    raw = Ed25519PrivateKey.from_private_bytes(PRIVATE).sign(manifest)  # without PURPOSE
    document = {"manifest": manifest.decode(), "signature": base64.b64encode(raw).decode()}
    assert why_not(json.dumps(document).encode()) == "signature"
    assert PURPOSE.endswith(b"\n")


def test_either_of_two_keys_while_they_change():
    other = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    assert believe(signed(), [other, PUBLIC], NOW).sequence == 7


def test_a_program_without_keys_believes_nobody():
    with pytest.raises(UpdateRefused):
        believe(signed(), [], NOW)


def test_expired_news():
    assert why_not(signed(expires="2026-11-01T00:00:00Z")) == "expired"
    assert believe(signed(), [PUBLIC], NOW)


@pytest.mark.parametrize(
    "changes",
    [
        {"schema": 2},
        {"sequence": 0},
        {"sequence": "7"},
        {"version": "1.2"},
        {"version": "1.2.0\n"},
        {"expires": "2027-02-01"},
        {"expires": "2027-02-01T00:00:00"},  # without a zone it is nobody's time
        {"notes": "x" * 10_001},
        {"notes": None},
        {"files": {"linux": {"name": "../../etc/passwd", "size": 1, "sha256": "0" * 64}}},
        {"files": {"linux": {"name": "a.deb", "size": 1, "sha256": "0"}}},
        {"more": 1},
    ],
)
def test_signed_news_of_a_wrong_form(changes):
    assert why_not(signed(**changes)) == "malformed"


def test_news_that_lack_something():
    for name in NEWS:
        assert why_not(signed({k: v for k, v in NEWS.items() if k != name})) == "malformed"


@given(st.binary(max_size=300))
def test_anything_else(document):
    assert why_not(document) in {"malformed", "signature"}


def test_versions_are_compared_as_numbers():
    assert is_newer("0.10.0", "0.9.9")
    assert not is_newer("1.0.0", "1.0.0")
    assert not is_newer("nonsense", "0.0.1")
