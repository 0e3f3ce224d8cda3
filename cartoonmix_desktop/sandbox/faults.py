"""Misbehaviour on demand, for tests of whoever speaks to the sandbox.

Tests POST a list of rules to ``/sandbox/faults``. Each names an ``endpoint``: one of the API's,
``files``, ``socket``, ``task`` or ``list``; it is obeyed ``times`` times (default 1), the first
that fits going first; ``match`` narrows it to addresses that contain a text. What it does is one
of `ACTIONS`, or of those of a task or of a list.
"""

from __future__ import annotations

import asyncio
import gzip
import io
import json
import os
import zlib
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from cartoonmix_desktop.sandbox.wire import REFUSALS, Refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_ENDPOINTS = (
    *("Run", "Task/Detail", "Task/Cancel", "Task/Kill", "Task/List", "Task/InputOutputDelete"),
    *("Tool/Detail", "Wallet/List", "files", "socket"),
)

ACTIONS = {
    "error": "{code, message, http = 200}: refuse in the API's words",
    "refuse": "limit, balance, team, spend or secret: refuse in Wiro's words for it",
    "http": "answer with this status; body and headers may be given",
    "answer": "{http, body, headers}: do the work, then answer this instead, each part as it was "
    "where it is left out. The body is given in Latin-1, so that it can be any bytes; {taskid} and "
    "{token} in it stand for what was made",
    "model": "{field: value}: tell these of the model beside the rest",
    "hang": "true: never answer",
    "close": "before: drop the connection without doing the work; after: do it, then drop. "
    "A socket is dropped before the handshake, or after the first subscription",
    "raw": "answer with this text; content_type may be given. A socket sends it as a first frame",
    "redirect": "answer 302 to this address",
    "truncate": "announce all bytes, send this many fewer, drop the connection",
    "cut": "announce all bytes, send this many, drop the connection",
    "no_ranges": "true: answer a request for a part with the whole, and offer none",
    "etag": "name the picture's version this: what was received of another is of no use",
    "content_range": "say this of a part, whatever was asked for",
    "garbage": "true: random bytes of the right number",
    "extra": "true: some bytes more than the task said",
    "format": "the picture in another format, by Pillow's name",
    "tail": "this text behind the end of the picture",
    "shorter": "leave so many bytes off its end, and announce no more than that",
    "packed": "gzip or deflate: pack it so, and say so",
    "status": "this status, with all bytes",
    "says": "{header: what is said of the bytes, or null to say nothing}",
    "slow": "seconds to wait before each chunk",
    "bare": "true: the socket's frames leave tasktoken out, as newer servers do",
}
TASK_ACTIONS = {
    "fail": "end with pexit 1, this text on stderr, no outputs, no cost",
    "fail_with_outputs": "the same, but with outputs",
    "output_url": "the address of every output",
    "output_name": "the name of every output",
    "never_ends": "true: run until killed",
    "omit": "names of fields to leave out of every description",
    "drop_outputs": "indexes of outputs to leave out",
    "outputs_after": "for each output, the seconds after the end from which it is listed",
    "costs": "[[seconds after the end, amount or null], …]: what it costs from then on",
    "error": "the status task_error and this text on stderr, from the start of the run on",
    "error_for": "seconds after which such a run ends well after all; without, it never does",
    "error_ended": "true: such a run tells an endtime",
    "unstoppable": "true: Cancel and Kill are refused",
    "output_size": "what is told as the size of every output",
    "size_off_by": "bytes by which the size that is told of every output is wrong",
    "null_outputs": "indexes of outputs to list as null",
    "echo": "names of changes: tell inputs and times changed so, see echo.py",
    "tell": "{field: value}: tell these fields so in every description",
}
LIST_ACTIONS = {
    "ignore": "fields of the question that are passed over; total: it is not told",
    "most": "how many tasks of a page are told at most",
}
_OWN_ACTIONS = {"task": TASK_ACTIONS, "list": LIST_ACTIONS}
_DETAILS = {"endpoint", "times", "match", "body", "headers", "content_type"}
_CHUNK = 16 * 1024

Rule = dict[str, Any]


class Faults:
    """The rules in force."""

    def __init__(self) -> None:
        self._rules: list[Rule] = []

    def add(self, rules: Any) -> None:
        """Put rules in force, after those that are.

        Raises:
            ValueError: a rule says nothing that is known.
        """
        for rule in rules:
            actions = _OWN_ACTIONS.get(rule.get("endpoint"), ACTIONS)
            if rule.get("endpoint") not in (*_ENDPOINTS, *_OWN_ACTIONS):
                raise ValueError(f"unknown endpoint in {rule}")
            if not set(rule) & set(actions) or set(rule) - set(actions) - _DETAILS:
                raise ValueError(f"unknown action in {rule}")
            if rule.get("refuse", "team") not in REFUSALS:
                raise ValueError(f"unknown refusal in {rule}")
        self._rules.extend({"times": 1, **rule} for rule in rules)

    def left(self) -> list[Rule]:
        """The rules that are still in force."""
        return list(self._rules)

    def clear(self) -> None:
        """Behave well again."""
        self._rules.clear()

    def take(self, endpoint: str | None, path: str = "") -> Rule | None:
        """The rule for one request or task, used up by one; None to behave well."""
        for rule in self._rules:
            if rule["endpoint"] == endpoint and rule.get("match", "") in path:
                rule["times"] -= 1
                if rule["times"] <= 0:
                    self._rules.remove(rule)
                return rule
        return None

    def around(self, app: ASGIApp) -> ASGIApp:
        """``app``, misbehaving as the rules say."""

        async def faulty(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == "lifespan":
                await app(scope, receive, send)
                return
            rule = self.take(_endpoint_of(scope["path"]), scope["path"])
            if rule is None:
                await app(scope, receive, send)
            elif scope["type"] == "websocket":
                await _misbehave_live(rule, app, scope, receive, send)
            else:
                await _misbehave(rule, app, scope, receive, send)

        return faulty


def _endpoint_of(path: str) -> str | None:
    path = path.removeprefix("/v1").strip("/")
    fits = (name for name in _ENDPOINTS if path == name or path.startswith(f"{name}/"))
    return next(fits, None)


async def _misbehave(rule: Rule, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    answer = _instead(rule)
    if answer is not None:
        await answer(scope, receive, send)
    elif rule.get("hang"):
        await _gone(receive)
    elif rule.get("close") == "before":
        await _drop(scope, receive)
    else:
        await _spoil(rule, app, scope, receive, send)


def _instead(rule: Rule) -> Response | None:
    """What is answered without doing the work, None for other rules."""
    if "error" in rule:
        error = {"code": 0, "message": "", "http": 200, **rule["error"]}
        return Refusal(error["code"], error["message"], error["http"]).response()
    if "refuse" in rule:
        return REFUSALS[rule["refuse"]].response()
    if "http" in rule:
        return Response(rule.get("body", ""), rule["http"], rule.get("headers"))
    if "raw" in rule:
        return Response(rule["raw"], media_type=rule.get("content_type", "application/json"))
    if "redirect" in rule:
        return Response(status_code=302, headers={"location": rule["redirect"]})
    return None


async def _spoil(rule: Rule, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Do the work, then spoil its answer."""
    start: Message = {}
    body = b""

    async def capture(message: Message) -> None:
        nonlocal start, body
        if message["type"] == "http.response.start":
            start = message
        else:
            body += message.get("body", b"")

    await app(_other_version(rule, scope), receive, capture)
    if rule.get("close") == "after":
        await _drop(scope, receive)
        return
    if "answer" in rule:
        start, body = _otherwise(rule["answer"], start, body)
    body = _altered(rule, body)
    headers = _with_faults(rule, dict(start["headers"]), len(body))
    start = {**start, "status": rule.get("status", start["status"])}
    await send({**start, "headers": list(headers.items())})
    sent = body[: max(0, int(rule.get("cut", len(body) - int(rule.get("truncate", 0)))))]
    missing = len(body) - len(sent)
    for first in range(0, len(sent), _CHUNK):
        await asyncio.sleep(float(rule.get("slow", 0)))
        chunk = sent[first : first + _CHUNK]
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
    if missing:
        await _drop(scope, receive)
    else:
        await send({"type": "http.response.body", "body": b""})


def _with_faults(rule: Rule, headers: dict[bytes, bytes], size: int) -> dict[bytes, bytes]:
    """What the headers say of a body of this size."""
    headers |= {b"content-length": str(size).encode()}
    if "packed" in rule:
        headers[b"content-encoding"] = rule["packed"].encode()
    for name, value in rule.get("says", {}).items():
        headers.pop(name.encode(), None)
        if value is not None:
            headers[name.encode()] = value.encode()
    if rule.get("no_ranges"):
        headers.pop(b"accept-ranges", None)
    if "etag" in rule:
        headers[b"etag"] = rule["etag"].encode()
    if "content_range" in rule and b"content-range" in headers:
        headers[b"content-range"] = rule["content_range"].encode()
    return headers


def _altered(rule: Rule, body: bytes) -> bytes:
    if "model" in rule:
        told = json.loads(body)
        for tool in told.get("tool", ()):
            tool.update(rule["model"])
        body = json.dumps(told).encode()
    if rule.get("garbage"):
        body = os.urandom(len(body))
    if rule.get("extra"):
        body += os.urandom(1024)
    if "format" in rule:
        from PIL import Image

        file = io.BytesIO()
        Image.open(io.BytesIO(body)).convert("RGB").save(file, rule["format"])
        body = file.getvalue()
    body += rule.get("tail", "").encode()
    body = body[: len(body) - rule.get("shorter", 0)]
    if rule.get("packed") == "gzip":
        return gzip.compress(body)
    return zlib.compress(body) if rule.get("packed") == "deflate" else body


def _otherwise(answer: dict[str, Any], start: Message, body: bytes) -> tuple[Message, bytes]:
    """Another answer for work that was done."""
    if "body" in answer:
        made = json.loads(body)
        body = answer["body"].encode("latin-1")
        for place, name in ((b"{taskid}", "taskid"), (b"{token}", "socketaccesstoken")):
            body = body.replace(place, str(made.get(name, "")).encode())
    headers = dict(start["headers"])
    for name, value in answer.get("headers", {}).items():
        headers[name.lower().encode()] = value.encode()
    start = {**start, "status": answer.get("http", start["status"]), "headers": headers.items()}
    return start, body


def _other_version(rule: Rule, scope: Scope) -> Scope:
    """The request as one for the whole, where the rule lets no part be had."""
    matches = (b"if-range", rule.get("etag", "").encode()) in scope["headers"]
    if not rule.get("no_ranges") and ("etag" not in rule or matches):
        return scope
    kept = [(name, value) for name, value in scope["headers"] if name != b"range"]
    return {**scope, "headers": kept}


async def _misbehave_live(
    rule: Rule, app: ASGIApp, scope: Scope, receive: Receive, send: Send
) -> None:
    if rule.get("hang"):
        await _gone(receive)
    elif rule.get("close") == "before":
        await _drop(scope, receive)
    elif "http" in rule:
        await receive()
        await Response(rule.get("body", ""), rule["http"])(scope, receive, send)
        # uvicorn tells of a disconnect when it has refused, and again when the connection is lost;
        # returning between the two makes it complain of an unfinished handshake.
        await _gone(receive)
        await _gone(receive)
    else:
        await app(scope, _heard(rule, scope, receive), _said(rule, send))


def _heard(rule: Rule, scope: Scope, receive: Receive) -> Receive:
    """Drops the connection once the first subscription came."""

    async def heard() -> Message:
        message = await receive()
        if message["type"] == "websocket.receive" and rule.get("close") == "after":
            _cutter(scope)()
        return message

    return heard


def _said(rule: Rule, send: Send) -> Send:
    """Frames as the rule wants them."""

    async def said(message: Message) -> None:
        if message["type"] == "websocket.send" and rule.get("bare"):
            frame = json.loads(message["text"])
            frame.pop("tasktoken", None)
            message = {**message, "text": json.dumps(frame)}
        await send(message)
        if message["type"] == "websocket.accept":
            if "raw" in rule:
                await send({"type": "websocket.send", "text": rule["raw"]})
            if rule.get("garbage"):
                await send({"type": "websocket.send", "bytes": os.urandom(64)})

    return said


async def _drop(scope: Scope, receive: Receive) -> None:
    _cutter(scope)()
    await _gone(receive)


def _cutter(scope: Scope) -> Callable[[], None]:
    """Closes the connection beneath the request; put there by `serving.CuttableHttp`."""
    cut: Callable[[], None] = scope["state"]["cut"]
    return cut


async def _gone(receive: Receive) -> None:
    """Wait until the client has gone, or the server ends."""
    while not (await receive())["type"].endswith(".disconnect"):
        pass
