"""Replies and frames of a server gone mad, through the boundary that all from outside passes.

``mutating.py COUNT SEED`` prints one JSON object: how many replies ended how, the growth of memory
in bytes, and what was surprising. Files that are opened meanwhile are among the surprises.
"""

from __future__ import annotations

import json
import random
import resource
import sys
from collections import Counter
from copy import deepcopy
from typing import Any

from cartoonmix_desktop.core.errors import ProtocolError, Refused, ServerFault
from cartoonmix_desktop.wiro.frames import read_frame
from cartoonmix_desktop.wiro.replies import (
    Answer,
    read_done,
    read_receipt,
    read_tasks,
    read_tool,
    read_values,
)

OUTPUT = {"id": "o1", "name": "0.png", "url": "https://wiro.ai/0.png", "size": "1024"}
TASK: dict[str, Any] = {
    "id": "2221",
    "socketaccesstoken": "a-token",
    "status": "task_postprocess_end",
    "pexit": "0",
    "outputs": [OUTPUT, OUTPUT],
    "totalcost": "0.003500",
    "elapsedseconds": "6.0000",
    "createtime": "1700000000",
    "debugerror": "",
    "debugoutput": "100%|##########| 20/20",
    "parameters": {"prompt": "a wizard cat ✨", "scale": "7.5", "steps": "20"},
}
SEEDS: list[Any] = [
    {"result": True, "errors": [], "taskid": "2221", "socketaccesstoken": "a-token"},
    {"result": True, "errors": [], "tasklist": [TASK, TASK]},
    {"result": False, "errors": [{"code": 96, "message": "Concurrent task limit"}]},
    {"result": True, "tool": [{"parameters": [{"items": [{"id": "prompt", "value": ""}]}]}]},
    {
        "type": "task_output",
        "id": "2221",
        "tasktoken": "a-token",
        "message": {"percentage": "40", "stepCurrent": "8", "stepTotal": "20", "speed": "3.1"},
    },
]
ODD: list[Any] = [
    *(None, True, False, 0, -1, 1e308, 10**30, "", "NaN", "Infinity", "-", "0x10", "\ud800"),
    *(
        "\x00",
        "\u202e",
        [],
        {},
        [[]],
        {"": {}},
        "a" * 5000,
        "9" * 5000,
        "1e999",
        "<html>",
        "☃" * 99,
    ),
]
ODD_BYTES = [
    *(b"", b"\x00", b"\xff\xfe", b"\xed\xa0\x80", b"NaN", b"Infinity", b"1e999", b"{", b"]", b'"'),
    *(b"\\ud800", b"[" * 3000, b'{"a":' * 3000, b"9" * 5000, b"<!DOCTYPE html>", b"\xef\xbb\xbf"),
]
STATUSES = (*[200] * 12, 204, 302, 400, 401, 404, 408, 429, 500, 503)
READERS = {
    "Run": read_receipt,
    "Task/Detail": read_tasks,
    "Tool/Detail": read_tool,
    "Wallet/List": read_values,
    "Task/InputOutputDelete": read_done,
}
ALLOWED = (ProtocolError, Refused, ServerFault)

opened: list[str] = []


def watch(event: str, arguments: tuple[Any, ...]) -> None:
    if event in {"open", "socket.connect", "subprocess.Popen"}:
        opened.append(f"{event}: {arguments[0]}")


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path]
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            found += places(inner, (*path, key))
    return found


def change(value: Any, chance: random.Random) -> Any:
    """One value put somewhere, taken away, doubled or buried."""
    path = chance.choice(places(value)[1:] or [()])
    if not path:
        return deepcopy(chance.choice(ODD))
    holder = value
    for key in path[:-1]:
        holder = holder[key]
    match chance.randrange(5):
        case 0 | 1:
            holder[path[-1]] = deepcopy(chance.choice(ODD))
        case 2:
            del holder[path[-1]]
        case 3:
            buried = holder[path[-1]]
            for _ in range(chance.choice((1, 2, 40, 150))):
                buried = [buried] if chance.random() < 0.5 else {"x": buried}
            holder[path[-1]] = buried
        case _:
            other = chance.choice(places(value)[1:])
            found = value
            for key in other:
                found = found[key]
            holder[path[-1]] = json.loads(json.dumps(found))
    return value


def mutated(chance: random.Random) -> bytes:
    value = json.loads(json.dumps(chance.choice(SEEDS)))
    for _ in range(chance.choice((0, 1, 1, 2, 4))):
        if isinstance(value, dict | list):
            value = change(value, chance)
    body = bytearray(json.dumps(value).encode())
    for _ in range(chance.choice((0, 0, 1, 2, 8))):
        start = chance.randrange(len(body) + 1)
        match chance.randrange(4):
            case 0:
                body[start : start + chance.randrange(8)] = chance.randbytes(chance.randrange(8))
            case 1:
                body[start:start] = chance.choice(ODD_BYTES)
            case 2:
                del body[start:]
            case _:
                body[start : start + 1] = bytes([chance.randrange(256)])
    return bytes(body)


def main(count: int, seed: int) -> None:
    chance = random.Random(seed)
    ends: Counter[str] = Counter()
    surprises: list[str] = []
    names = list(READERS)
    for body in (mutated(chance) for _ in range(200)):  # what is loaded late is loaded now
        read_frame(body.decode("latin-1"))
        read_one("Task/Detail", 500, body, surprises)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    sys.addaudithook(watch)
    for number in range(count):
        body = mutated(chance)
        if number % (len(names) + 1) == len(names):
            try:
                read_frame(body.decode("utf-8", "surrogateescape"))
                end = "a frame, or none"
            except BaseException as error:  # noqa: BLE001 - each is a finding
                surprises.append(f"a frame: {error!r:.100}: {body[:200]!r}")
                continue
        else:
            name = names[number % (len(names) + 1)]
            end = read_one(name, chance.choice(STATUSES), body, surprises)
        ends[end] += 1
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    surprises += opened
    told = {"ends": ends, "grown": grown * 1024, "surprises": surprises[:20]}
    sys.stdout.write(f"{json.dumps(told)}\n")


def read_one(name: str, status: int, body: bytes, surprises: list[str]) -> str:
    try:
        READERS[name](Answer(name, status, body, "soon"))
    except ALLOWED as error:
        str(error)
        return type(error).__name__
    except BaseException as error:  # noqa: BLE001 - each is a finding
        surprises.append(f"{name}, {status}: {error!r:.100}: {body[:200]!r}")
        return "surprise"
    return "a value"


main(int(sys.argv[1]), int(sys.argv[2]))
