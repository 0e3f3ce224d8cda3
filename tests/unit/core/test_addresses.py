from __future__ import annotations

import pytest

from cartoonmix_desktop.core.addresses import API_URL, SOCKET_URL, Addresses, is_loopback
from cartoonmix_desktop.core.errors import ConfigurationError

LOCAL = Addresses("http://127.0.0.1:8137/v1", "ws://127.0.0.1:8137/v1")

FOREIGN_HOSTS = [
    "evil.example",
    "evilwiro.ai",
    "wiro.ai.evil.example",
    "wiro.ai-evil.example",
    "api.wiro.aii",
    "wiro.ai@evil.example",
    "wiro.ai:443@evil.example",
    "evil.example#.wiro.ai",
    "evil.example?.wiro.ai",
    "evil.example/.wiro.ai",
    "evil.example\\.wiro.ai",
    "evil.example\\@wiro.ai",
    "evil.example%2f.wiro.ai",
    "evil.example%00.wiro.ai",
    "evil.example .wiro.ai",
    "evil.example／.wiro.ai",
    "wiro。ai.evil.example",
    "someone@api.wiro.ai",
    ":secret@api.wiro.ai",
    "api.wiro.ai:99999",
    "api.wiro.ai:port",
    "[::ffff:8.8.8.8]",
    "127.0.0.1.evil.example",
    "localhost.evil.example",
    ".wiro.ai",
    "",
]


def test_speaks_to_wiro_unless_told_otherwise():
    assert Addresses() == Addresses(API_URL, SOCKET_URL)
    assert not Addresses().is_local


def test_a_trailing_slash_is_taken_off():
    assert Addresses("https://api.wiro.ai/v1/").api == "https://api.wiro.ai/v1"


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.1", "localhost", "LocalHost", "[::1]"])
def test_loopback_may_go_without_encryption(host):
    addresses = Addresses(f"http://{host}:8137/v1", f"ws://{host}:8137/v1")
    assert addresses.is_local
    assert addresses.allows_picture(f"http://{host}:8137/files/0.png")


@pytest.mark.parametrize(
    ("api", "socket", "name", "reason"),
    [
        ("http://api.wiro.ai/v1", SOCKET_URL, "CARTOONMIX_API_URL", "not_https"),
        (API_URL, "ws://socket.wiro.ai/v1", "CARTOONMIX_SOCKET_URL", "not_https"),
        (API_URL, "ws://127.0.0.1:9/v1", "CARTOONMIX_SOCKET_URL", "foreign_host"),
        (API_URL, "wss://127.0.0.1:9/v1", "CARTOONMIX_SOCKET_URL", "foreign_host"),
        ("https://evil.example/v1", SOCKET_URL, "CARTOONMIX_API_URL", "foreign_host"),
        ("http://evil.example/v1", SOCKET_URL, "CARTOONMIX_API_URL", "not_https"),
        (API_URL, "wss://evil.example/v1", "CARTOONMIX_SOCKET_URL", "foreign_host"),
        ("ftp://api.wiro.ai/v1", SOCKET_URL, "CARTOONMIX_API_URL", "not_a_url"),
        ("file:///etc/passwd", SOCKET_URL, "CARTOONMIX_API_URL", "not_a_url"),
        ("wss://api.wiro.ai/v1", SOCKET_URL, "CARTOONMIX_API_URL", "not_a_url"),
        (API_URL, "https://socket.wiro.ai/v1", "CARTOONMIX_SOCKET_URL", "not_a_url"),
        ("api.wiro.ai", SOCKET_URL, "CARTOONMIX_API_URL", "not_a_url"),
        ("", SOCKET_URL, "CARTOONMIX_API_URL", "not_a_url"),
        (API_URL, "", "CARTOONMIX_SOCKET_URL", "not_a_url"),
    ],
)
def test_an_address_that_is_not_allowed(api, socket, name, reason):
    with pytest.raises(ConfigurationError) as caught:
        Addresses(api, socket)
    assert (caught.value.name, caught.value.reason) == (name, reason)


@pytest.mark.parametrize("host", FOREIGN_HOSTS)
def test_no_trick_leads_to_another_host(host):
    with pytest.raises(ConfigurationError):
        Addresses(f"https://{host}/v1")
    assert not Addresses().allows_picture(f"https://{host}/0.png")
    assert not LOCAL.allows_picture(f"http://{host}/0.png")


@pytest.mark.parametrize(
    "url",
    [
        "https://cdn1.wiro.ai/a/0.png",
        "https://CDN1.WIRO.AI/a/0.png",
        "https://wiro.ai/0.png",
        "https://cdn1.wiro.ai./a/0.png",
        "https://cdn1.wiro.ai:8443/a/0.png",
    ],
)
def test_pictures_come_from_wiro(url):
    assert Addresses().allows_picture(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://cdn1.wiro.ai/0.png",
        "ftp://cdn1.wiro.ai/0.png",
        "file:///etc/passwd",
        "file://cdn1.wiro.ai/0.png",
        "data:image/png;base64,AAAA",
        "//cdn1.wiro.ai/0.png",
        "/0.png",
        "",
        "http://127.0.0.1/0.png",
        "https://127.0.0.1/0.png",
        "https://localhost/0.png",
        "https://[::1]/0.png",
        "https://[::1/0.png",
    ],
)
def test_pictures_come_from_nowhere_else(url):
    assert not Addresses().allows_picture(url)


@pytest.mark.parametrize(
    ("host", "local"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("::1", True),
        ("0.0.0.0", False),
        ("10.0.0.1", False),
        ("localhost.localdomain.example", False),
        ("", False),
        (None, False),
    ],
)
def test_what_is_this_computer(host, local):
    assert is_loopback(host) is local
