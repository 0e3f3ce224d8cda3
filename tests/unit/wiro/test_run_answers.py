"""The whole table of answers to Run: every status with every kind of body, and what it means.

The rows are real bodies; the columns groups of statuses that mean the same. To be checked against
the Wiro API reference and the design by reading.
"""

from __future__ import annotations

import gzip
import json

import pytest

from cartoonmix_desktop.core.errors import (
    AuthenticationRefused,
    ConcurrencyLimited,
    InsufficientBalance,
    ProtocolError,
    RateLimited,
    Refused,
    ServerFault,
    TaskNamed,
)
from cartoonmix_desktop.core.task.remote import RunReceipt
from cartoonmix_desktop.wiro.replies import Answer, read_receipt
from cartoonmix_desktop.wiro.run_answers import Body, Fate, Named, fate_of, named_in
from tests.unit.wiro.conftest import close, refused, reply, then

MADE, UNKNOWN, NOTHING = "made", "unknown", "nothing"

YES = (200, 201, 202, 203, 206, 226)
TURNED_AWAY = (401, 403, 407, 413, 429)
BELOW_500 = (
    *(204, 205, 300, 301, 302, 303, 304, 307, 308, 400, 402, 404, 405, 406, 408, 409, 410, 411),
    *(412, 414, 415, 418, 421, 422, 423, 425, 426, 428, 431, 444, 451, 460, 494, 498, 499),
)
FAULTS = (500, 501, 502, 503, 504, 505, 507, 509, 511, 520, 521, 522, 523, 524, 525, 529, 530, 599)


def said(**fields: object) -> bytes:
    return json.dumps(fields).encode()


def no(code: object, **fields: object) -> bytes:
    return said(result=False, errors=[{"code": code, "message": "no"}], **fields)


ID = {"taskid": "2221", "socketaccesstoken": "t"}

#   what the body is: its bytes, then what it means with YES, TURNED_AWAY, BELOW_500 and FAULTS
TABLE: dict[str, tuple[bytes, str, str, str, str]] = {
    # a clear yes that names its task
    "receipt": (said(result=True, errors=[], **ID), MADE, UNKNOWN, UNKNOWN, UNKNOWN),
    "receipt, no result": (said(errors=[], **ID), MADE, UNKNOWN, UNKNOWN, UNKNOWN),
    "receipt, texts": (said(result="true", taskid=2221), MADE, UNKNOWN, UNKNOWN, UNKNOWN),
    "receipt, wrapped": (said(result=True, data=ID), MADE, UNKNOWN, UNKNOWN, UNKNOWN),
    "receipt, wrapped, no result": (said(errors="[]", data=ID), MADE, UNKNOWN, UNKNOWN, UNKNOWN),
    "receipt, wrapped errors": (
        *(said(data=ID | {"errors": ["no"]}), MADE, UNKNOWN, UNKNOWN, UNKNOWN),
    ),
    "receipt, errors in a text": (
        *(said(result=True, errors="[]", **ID), MADE, UNKNOWN, UNKNOWN, UNKNOWN),
    ),
    "receipt, twice": (said(result=True, **ID, data=ID), MADE, UNKNOWN, UNKNOWN, UNKNOWN),
    # a task in any other way
    **{
        f"no with {code} and a task": (no(code, **ID), UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN)
        for code in (0, 1, 96, 97, 98, 99, "97", 400, 404, 409, 429)
    },
    **{
        name: (body, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN)
        for name, body in {
            "no, wrapped task": no(96, data=ID),
            "no, task deep inside": no(96, data={"task": [{"taskid": 2221}]}),
            "no, task in a text": no(96, detail=json.dumps(ID)),
            "no, its task in an error": said(result=False, errors=[{"code": 96, "taskid": "5"}]),
            "no in a text, and a task": said(errors='[{"code": 96}]', **ID),
            "no, wrapped, and a task": said(result=False, data=ID | {"errors": ["no"]}),
            "a whole answer in data": said(data={"result": True} | ID, taskid="1"),
            "wrapped in a text": said(result=True, data=json.dumps(ID)),
            "a list of tasks": said(result=True, tasklist=[{"taskid": "2221"}]),
            "a list of tasks, in a text": said(result=True, tasklist='[{"id": "2221"}]'),
            "a list of tasks, wrapped": said(result=True, data={"tasklist": [{"id": "2221"}]}),
            "no, and only a token": no(97, socketaccesstoken="t"),
            "no, and a list of tasks": no(97, tasklist=[{"id": "2221"}]),
            "no, other spelling": no(97, TaskID="2221"),
            "no, spelt with a dash below": no(97, task_id="2221"),
            "no, then a task of null": b'{"result":false,"taskid":"2221","taskid":null}',
            "no, task as an object": no(96, taskid={"id": "5"}),
            "two tasks": said(result=True, taskid="1", data={"taskid": "2"}),
            "two tasks, one name": b'{"result":true,"taskid":"1","taskid":"2"}',
            "only a task, and errors": said(errors=["no"], **ID),
            "result of another word": said(result="perhaps", **ID),
            "result of another kind": said(result={}, **ID),
            "errors of another kind": said(result=True, errors=5, **ID),
            "an array": b"[" + said(**ID) + b"]",
            "cut off": said(result=True, **ID)[:-9],
            "cut off in the id": b'{"result":true,"taskid":"22',
            "cut off before the id": b'{"result":true,"taskid":',
            "id of no sound text": rb'{"result":true,"taskid":"22\ud8001"}',
            "not UTF-8": b'{"result":true,"taskid":"2221","note":"\xff',
            "UTF-16": said(result=True, **ID).decode().encode("utf-16"),
            "a page": b"<html><script>x = {'taskid': '2221'}</script></html>",
            "two values": said(**ID) + said(result=True),
        }.items()
    },
    # a yes without a task
    **{
        name: (body, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN)
        for name, body in {
            "yes": said(result=True, errors=[]),
            "yes, no id": said(result=True, errors=[], taskid=None),
            "yes, empty id": said(result=True, errors=[], taskid="", socketaccesstoken=""),
            "yes, id 0": said(result=True, errors=[], taskid="0"),
            "yes, and an error": said(result=True, errors=[{"code": 96, "message": "no"}]),
        }.items()
    },
    # Wiro's own refusal without a task
    **{
        f"no with {code}": (no(code), NOTHING, NOTHING, NOTHING, UNKNOWN)
        for code in (0, 1, 96, 97, 98, 99, "97", 400, 404, 409, 429)
    },
    **{
        name: (body, NOTHING, NOTHING, NOTHING, UNKNOWN)
        for name, body in {
            "no": said(result=False),
            "no, as a text": said(result="false", errors=[]),
            "no, in words": said(result=False, errors=["no"]),
            "no, as a list in a text": said(result=False, errors='[{"code": 96}]'),
            "errors alone, in a text": said(errors='[{"code": 96, "message": "no"}]'),
            "no, wrapped": said(result=False, data={"errors": [{"code": 97}]}),
            "errors alone": said(errors=[{"code": 0, "message": "no"}]),
            "no, task of null": no(96, taskid=None, socketaccesstoken=None),
            "no, empty task": no(96, taskid="", data={}, tasklist=[]),
            "no, task 0": no(96, taskid=0),
        }.items()
    },
    # nothing of Wiro's
    **{
        name: (body, UNKNOWN, NOTHING, UNKNOWN, UNKNOWN)
        for name, body in {
            "nothing": b"",
            "blank": b" \r\n",
            "empty object": b"{}",
            "no word of it": said(errors=[]),
            "no word of it, in a text": said(errors="[]"),
            "errors wrapped, and no no": said(data={"errors": [{"code": 97}]}),
            "null": b"null",
            "a number": b"5",
            "another array": b"[]",
            "another object": said(message="Too many requests", error="rate"),
            "words": b"Error parsing url.",
            "long words": b"no " * 1000,
            "another page": b"<!DOCTYPE html><title>Bad gateway</title>",
            "half of JSON": b'{"result": tr',
            "no UTF-8": b"\xff\xfe\xfd",
            "errors unreadable": said(result=False, errors=5),
            "deep": b"[" * 100_000,
        }.items()
    },
}


def what(answer: Answer) -> str:
    try:
        receipt = read_receipt(answer)
    except Refused:
        return NOTHING
    except (ProtocolError, ServerFault):
        return UNKNOWN
    assert receipt.task_id == "2221"
    return MADE


@pytest.mark.parametrize("name", TABLE)
def test_every_status_with_every_body(name):
    body, *meanings = TABLE[name]
    found = {
        status: what(Answer("Run", status, body))
        for statuses in (YES, TURNED_AWAY, BELOW_500, FAULTS)
        for status in statuses
    }
    expected = {
        status: meaning
        for statuses, meaning in zip((YES, TURNED_AWAY, BELOW_500, FAULTS), meanings, strict=True)
        for status in statuses
    }
    if meanings[0] == MADE:  # of the successes, 204 and 205 too
        expected |= {204: MADE, 205: MADE}
    assert found == expected


@pytest.mark.parametrize("status", [*YES, *TURNED_AWAY, *BELOW_500, *FAULTS])
def test_what_was_not_read_to_its_end_makes_nothing_certain(status):
    rest = Answer("Run", status, no(96), flaw="broken compression")
    assert what(rest) == UNKNOWN
    with pytest.raises(TaskNamed) as caught:
        read_receipt(Answer("Run", status, said(**ID)[:-3], flaw="larger than 16 MiB"))
    assert caught.value.task_id == "2221"


@pytest.mark.parametrize(
    ("status", "body", "fate"),
    [
        (200, Body.RECEIPT, Fate.MADE),
        (299, Body.RECEIPT, Fate.MADE),
        (300, Body.RECEIPT, Fate.UNKNOWN),
        (429, Body.RECEIPT, Fate.UNKNOWN),
        *((status, Body.TASK, Fate.UNKNOWN) for status in (200, 400, 401, 404, 429, 503)),
        *((status, Body.YES, Fate.UNKNOWN) for status in (200, 401, 404, 429, 503)),
        *((status, Body.UNREAD, Fate.UNKNOWN) for status in (200, 401, 404, 429, 503)),
        *((status, Body.NO, Fate.NOTHING) for status in (200, 302, 400, 401, 404, 408, 429, 499)),
        *((status, Body.NO, Fate.UNKNOWN) for status in (500, 503, 524)),
        *((status, Body.OTHER, Fate.NOTHING) for status in TURNED_AWAY),
        *((status, Body.OTHER, Fate.UNKNOWN) for status in (200, 302, 400, 402, 404, 408, 499)),
        *((status, Body.OTHER, Fate.UNKNOWN) for status in (500, 503, 524)),
    ],
)
def test_the_table(status, body, fate):
    assert fate_of(status, body) is fate


def test_a_wrapped_receipt_is_read_whole():
    answer = Answer("Run", 200, said(result=True, data=ID))
    assert read_receipt(answer) == RunReceipt("2221", "t")


@pytest.mark.parametrize(
    ("body", "named"),
    [
        (b"", Named()),
        (b"the task id is taskid", Named()),
        (said(result=False, errors=[{"message": "Request parameter [taskid]"}]), Named()),
        (said(parenttaskid="5"), Named()),
        (b'{"taskid": "2221"}', Named(any=True, task_id="2221")),
        (b'{"taskid": 2221}', Named(any=True, task_id="2221")),
        (b'{"taskids": ["2221"]}', Named(any=True)),
        (rb'"{\"taskid\": \"2221\"}"', Named(any=True, task_id="2221")),
        (b'{"taskid": "2221", "x": {"taskid": "2221"}}', Named(any=True, task_id="2221")),
        (b'{"taskid": "2221", "x": {"taskid": "2222"}}', Named(any=True)),
        (b'{"taskid": "2221', Named(any=True)),
        (b'{"tasktoken": "t"}', Named(any=True)),
        (b'{"taskid": "0", "tasktoken": ""}', Named()),
    ],
)
def test_tasks_that_a_body_names(body, named):
    assert named_in(body) == named


# --- over the wire -------------------------------------------------------------------------------


async def failure(running):
    with pytest.raises(Exception) as caught:  # noqa: PT011 - the test says which
        await running
    return caught.value


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (reply(no(96), 200), ConcurrencyLimited),
        (reply(no(97), 402), InsufficientBalance),
        (reply(said(result=False, errors='[{"code": 97}]'), 200), InsufficientBalance),
        (reply(said(result=False, data={"errors": [{"code": 97}]}), 200), InsufficientBalance),
        (reply(b"", 401), AuthenticationRefused),
        (reply(b"<html>", 429), RateLimited),
        (reply(b"<html>", 403), Refused),
        (reply(b"", 407), Refused),
        (reply(b"too large", 413), Refused),
        (reply(b"<html>", 499), ProtocolError),
        (reply(b"Error parsing url.", 404), ProtocolError),
        (reply(no(97), 502), ServerFault),
        (reply(b"", 408), ServerFault),
    ],
)
async def test_each_kind_of_error(server, client, recipe, answer, kind):
    server.script = [answer]
    assert type(await failure(client.run(recipe))) is kind
    assert len(server.requests) == 1


PACKED = gzip.compress(said(result=True, **ID) + b" " * 100_000)
NAMES_ONE = {
    "a no": reply(no(96, **ID), 400),
    "too many requests": reply(said(result=True, **ID), 429),
    "broken off": then(reply(said(result=True, **ID) + b" " * 99)[:-50], close),
    "too large": reply(said(result=True, **ID) + b" " * (16 * 1024 * 1024)),
    "packed": reply(gzip.compress(no(96, **ID)), 429, Content_Encoding="gzip"),
    "packed and broken": reply(PACKED[:-12], 429, Content_Encoding="gzip"),
}


@pytest.mark.parametrize("name", NAMES_ONE)
async def test_a_task_that_is_named_is_told(server, client, recipe, name):
    server.script = [NAMES_ONE[name]]
    error = await failure(client.run(recipe))
    assert isinstance(error, TaskNamed)
    assert error.task_id == "2221"
    assert "socketaccesstoken" not in str(error)
    assert len(server.requests) == 1


async def test_a_model_that_is_unknown_and_yet_made_a_task_is_not_asked_for_again(
    server, client, recipe
):
    for status in (200, 404):
        server.script = [
            reply(
                said(
                    result=False,
                    errors=[{"code": 1, "message": "slug-owner-project-not-exist"}],
                    **ID,
                ),
                status,
            )
        ]
        before = len(server.requests)
        assert isinstance(await failure(client.run(recipe)), TaskNamed)
        assert len(server.requests) == before + 1


async def test_an_unknown_model_is_asked_for_again_only_when_nothing_was_made(
    server, client, recipe
):
    server.script = [refused(1, "slug-owner-project-not-exist", 500)]
    assert isinstance(await failure(client.run(recipe)), ServerFault)
    assert len(server.requests) == 1
