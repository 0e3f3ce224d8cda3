"""What the API asks of a request before it is obeyed, and how it says no.

Source: the Wiro API reference (authentication, body, errors).
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections import deque
from typing import TYPE_CHECKING, Any

from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from cartoonmix_desktop.core.errors import InputError
from cartoonmix_desktop.core.recipe.cartoonmix import CARTOONMIX
from cartoonmix_desktop.core.recipe.inputs import Input, Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

    from cartoonmix_desktop.core.recipe.inputs import Value

_LIMITS = {"steps": (1, 150), "samples": (1, 16), "width": (64, 2048), "height": (64, 2048)}
_LIBRARIES = ("python-httpx", "python-requests", "python-urllib", "aiohttp", "go-http-client")
_LARGEST_BODY = 1024 * 1024


class Refusal(Exception):
    """The server says no.

    Attributes:
        code: the API's error code.
        message: its words.
        status: HTTP status.
    """

    def __init__(self, code: int, message: str, status: int = 200) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status

    def response(self) -> JSONResponse:
        """As the API answers it."""
        errors = [{"code": self.code, "message": self.message}]
        return JSONResponse({"result": False, "errors": errors}, self.status)


def limited(tasks: int) -> Refusal:
    """Code 96 in the words for an account that may run so many tasks: one for each ten dollars."""
    several = "s" if tasks != 1 else ""
    return Refusal(
        96,
        f"With your current balance of ${10 * tasks}.00, you can run up to {tasks} task{several}",
    )


REFUSALS = {
    "limit": limited(1),
    "balance": Refusal(97, "Insufficient balance. A minimum of $0.50 is required."),
    "team": Refusal(0, "This model is not allowed in your team. Contact your team admin."),
    "spend": Refusal(0, "Your team has reached its spend limit."),
    "secret": Refusal(
        0,
        "Project requires signature authentication. x-signature and x-nonce headers are required.",
        401,
    ),
}
"""What tests may ask for by name."""


class Gate:
    """Lets requests through that are signed as the API asks.

    Args:
        key: the project's key.
        secret: its secret; empty for a key-only project.
    """

    def __init__(self, key: str, secret: str) -> None:
        self._key = key
        self._secret = secret
        self._nonces: deque[str] = deque(maxlen=10_000)

    def check(self, headers: Mapping[str, str]) -> None:
        """Refuse a request that is not signed, re-uses a nonce or names no program.

        Raises:
            Refusal: with HTTP 401 or 403.
        """
        agent = headers.get("user-agent", "").casefold()
        if not agent or agent.startswith(_LIBRARIES):
            raise Refusal(0, "Requests need a User-Agent of their own.", 403)
        nonce = headers.get("x-nonce", "")
        if self._secret and self._knows(headers) and "x-signature" not in headers:
            raise REFUSALS["secret"]
        if not self._is_signed(headers, nonce):
            raise Refusal(0, "Project authorization is not valid.", 401)
        if self._secret:
            if nonce in self._nonces:
                raise Refusal(0, "Project authorization is not valid. (nonce used twice)", 401)
            self._nonces.append(nonce)

    def _knows(self, headers: Mapping[str, str]) -> bool:
        key = headers.get("x-api-key", "").encode()
        return hmac.compare_digest(key, self._key.encode())

    def _is_signed(self, headers: Mapping[str, str], nonce: str) -> bool:
        if not self._knows(headers):
            return False
        if not self._secret:
            return True
        message = (self._secret + nonce).encode()
        signature = hmac.new(self._key.encode(), message, hashlib.sha256).hexdigest()
        given = headers.get("x-signature", "").encode()
        return bool(nonce) and hmac.compare_digest(given, signature.encode())


async def read_body(request: Request) -> dict[str, Any]:
    """The fields of a JSON or multipart body.

    Raises:
        Refusal: it is neither, or too large.
    """
    if int(request.headers.get("content-length", "0")) > _LARGEST_BODY:
        raise Refusal(0, "Request body is too large.", 413)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().casefold()
    try:
        if kind == "application/json":
            fields = json.loads(await request.body() or b"{}")
        elif kind == "multipart/form-data":
            async with request.form(max_files=0) as form:
                fields = dict(form)
        else:
            raise Refusal(0, f"Content-Type [{kind}] is not supported.", 415)
    except (ValueError, KeyError, HTTPException) as error:
        raise Refusal(0, "Request body could not be parsed.", 400) from error
    if not isinstance(fields, dict):
        raise Refusal(0, "Request body must be an object.", 400)
    return fields


def check_inputs(fields: Mapping[str, Any]) -> dict[str, Value]:
    """The model's inputs, checked, defaults filled in; unknown fields are passed over.

    Raises:
        Refusal: code 0 in the server's words, naming the first input that is wrong.
    """
    values: dict[str, Value] = {}
    for entry in CARTOONMIX:
        given = fields.get(entry.name)
        if given is None:
            given = "" if entry.required else entry.default
        try:
            value = entry.parse(given)
        except InputError as error:
            raise Refusal(0, _complaint(entry, error)) from error
        if entry.name in _LIMITS and not isinstance(value, str):
            low, high = _LIMITS[entry.name]
            if not low <= value <= high:
                raise Refusal(0, _out_of_bounds(entry.name))
        values[entry.name] = value
    return values


def _complaint(entry: Input, error: InputError) -> str:
    if error.reason == "empty":
        return f"Request parameter [{entry.name}] is required"
    if error.reason == "too_small" and entry.name in _LIMITS:
        return _out_of_bounds(entry.name)
    wanted = {
        Kind.WHOLE: "a whole number",
        Kind.DECIMAL: "a number",
        Kind.CHOICE: "one of " + ", ".join(option.value for option in entry.options),
        Kind.URL: "a URL",
    }.get(entry.kind, "a text")
    return f"Request parameter [{entry.name}] must be {wanted}"


def _out_of_bounds(name: str) -> str:
    low, high = _LIMITS[name]
    return f"Request parameter [{name}] must be between {low} and {high}"


def describe_model() -> dict[str, Any]:
    """The model as Tool/Detail tells it."""
    owner, project = CARTOONMIX.slug.split("/")
    items = []
    for entry in CARTOONMIX:
        low, high = _LIMITS.get(entry.name, (None, None))
        items.append(
            {
                "id": entry.name,
                "type": entry.kind.value,
                "label": entry.label,
                "required": entry.required,
                "default": str(entry.default),
                "options": [
                    {"value": option.value, "text": option.label} for option in entry.options
                ],
                "min": low,
                "max": high,
                "step": entry.step if entry.kind in {Kind.WHOLE, Kind.DECIMAL} else None,
            }
        )
    return {
        "id": "598",
        "title": CARTOONMIX.title,
        "slugowner": owner,
        "slugproject": project,
        "parameters": [{"title": "Inputs", "items": items}],
    }
