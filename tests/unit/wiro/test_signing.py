from __future__ import annotations

from cartoonmix_desktop.core.credentials import Credentials
from cartoonmix_desktop.wiro.signing import headers


def test_signature_is_that_of_openssl():
    # printf '%s' 'api-secret-451700000000' | openssl dgst -sha256 -hmac 'api-key-123'
    assert headers(Credentials("api-key-123", "api-secret-45"), "1700000000") == {
        "x-api-key": "api-key-123",
        "x-nonce": "1700000000",
        "x-signature": "25cae83c16f29d1a37dd21a2500a277c180f85f7d0a599cfad4d43a7003d7456",
    }


def test_key_secret_and_nonce_are_signed_as_utf8():
    # printf '%s' 'gizli-ş7' | openssl dgst -sha256 -hmac 'anahtar-ğ'
    signed = headers(Credentials("anahtar-ğ", "gizli-ş"), "7")
    assert signed["x-signature"] == (
        "6f5fa5c4e1ab3143f430082091559b3555c98b0bdf9c3bea0deec8b83493b1ac"
    )


def test_a_project_without_a_secret_sends_its_key_alone():
    assert headers(Credentials("only-a-key")) == {"x-api-key": "only-a-key"}


def test_every_request_has_a_nonce_of_its_own():
    nonces = {headers(Credentials("k", "s"))["x-nonce"] for _ in range(200)}
    assert len(nonces) == 200
    assert all(nonce.isdecimal() for nonce in nonces)
