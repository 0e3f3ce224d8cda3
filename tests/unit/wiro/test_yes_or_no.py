"""What an answer comes to, word for word: a yes, a no, a fault, or none that the API promises."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from cartoonmix_desktop.core.errors import (
    AuthenticationRefused,
    InsufficientBalance,
    ModelUnavailable,
    ProtocolError,
    RateLimited,
    Refused,
    ServerFault,
    TaskNamed,
    ValidationRefused,
)
from cartoonmix_desktop.core.task.remote import RemoteOutput, RemoteTask, RunReceipt
from cartoonmix_desktop.wiro.replies import (
    Answer,
    read_done,
    read_receipt,
    read_tasks,
    read_tool,
    read_values,
)

ASKED = "Task/Detail"


def answer(body: object, status: int = 200, retry_after: str = "", flaw: str = "") -> Answer:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer(ASKED, status, content, retry_after, flaw)


def problem(read, told: Answer) -> str:
    """The error that an answer is read as, with all its facts."""
    with pytest.raises(Exception) as caught:  # noqa: PT011 - the test says which
        read(told)
    return str(caught.value)


def no(code: object = 97, message: object = "No money") -> dict[str, object]:
    return {"result": False, "errors": [{"code": code, "message": message}]}


def odd(detail: str, status: int = 200) -> ProtocolError:
    return ProtocolError(ASKED, detail, status)


LONG = "n" * 5000

REFUSED = [
    (no(), 200, InsufficientBalance(ASKED, 97, "No money", 200)),
    (no(), 299, InsufficientBalance(ASKED, 97, "No money", 299)),
    (no(), 400, InsufficientBalance(ASKED, 97, "No money", 400)),
    (no(), 401, AuthenticationRefused(ASKED, 97, "No money", 401)),
    (no(), 429, RateLimited(ASKED, 97, "No money", 429, 7.0)),
    ({"result": True}, 429, RateLimited(ASKED, 0, "", 429, 7.0)),
    (b"<html>", 401, AuthenticationRefused(ASKED, 0, "", 401)),
    (b"Slow down", 429, RateLimited(ASKED, 0, "Slow down", 429, 7.0)),
    (b"Error parsing url.", 400, Refused(ASKED, 0, "Error parsing url.", 400)),
    (b"Error parsing url.", 404, Refused(ASKED, 0, "Error parsing url.", 404)),
    ({"result": False}, 403, Refused(ASKED, 0, "", 403)),
    ({"errors": ["not today"]}, 403, Refused(ASKED, 0, "not today", 403)),
    # what is said without a result
    ({"errors": ["not today"]}, 200, Refused(ASKED, 0, "not today", 200)),
    ({"result": False, "errors": "not today"}, 200, Refused(ASKED, 0, "not today", 200)),
    ({"result": False, "errors": {"code": 5, "message": "no"}}, 200, Refused(ASKED, 5, "no", 200)),
    ({"result": False, "errors": [LONG]}, 200, Refused(ASKED, 0, LONG[:4000], 200)),
    ({"result": False, "errors": []}, 200, Refused(ASKED, 0, "", 200)),
    ({"result": False, "errors": ["first", "second"]}, 200, Refused(ASKED, 0, "first", 200)),
    (no(5, LONG), 200, Refused(ASKED, 5, LONG[:4000], 200)),
    (no("5", None), 200, Refused(ASKED, 5, "", 200)),
    (no("E5"), 200, Refused(ASKED, 0, "No money", 200)),
    (no("123456"), 200, Refused(ASKED, 123456, "No money", 200)),
    (no("1234567"), 200, Refused(ASKED, 0, "No money", 200)),
    (no("٣"), 200, Refused(ASKED, 0, "No money", 200)),
    (
        no(1, "Request parameter [steps] is required"),
        200,
        ValidationRefused(ASKED, 1, "Request parameter [steps] is required", 200, "steps"),
    ),
]

NOT_PROMISED = [
    (b"", 200, odd("empty")),
    (b"<html>", 200, odd("HTML instead of JSON")),
    (b"Error parsing url.", 200, odd("not JSON")),
    (b"Error parsing url.", 299, odd("not JSON", 299)),
    ({}, 200, odd("result: missing")),
    ({"errors": []}, 200, odd("result: missing")),
    ({"result": "perhaps"}, 200, odd("result: expected true or false")),
    ({"result": False, "errors": 5}, 200, odd("errors: expected an array")),
    (no([]), 200, odd("errors.code: expected text")),
    (no(5, []), 200, odd("errors.message: expected text")),
    ({"result": False, "errors": [[]]}, 200, odd("errors: expected text")),
    ({"result": True}, 300, odd("redirected", 300)),
    (b"<html>", 300, odd("redirected", 300)),
    (no(), 302, odd("redirected", 302)),
    (b"Moved", 399, odd("redirected", 399)),
    ({"result": True}, 400, odd("HTTP 400 without the API's words", 400)),
    ({"result": True}, 404, odd("HTTP 404 without the API's words", 404)),
    ({"result": True, "errors": ["no"]}, 404, odd("HTTP 404 without the API's words", 404)),
    ({}, 404, odd("HTTP 404 without the API's words", 404)),
    (b"", 404, odd("HTTP 404 without the API's words", 404)),
    (b"<html>No</html>", 404, odd("HTTP 404 without the API's words", 404)),
    (b'{"cut', 404, odd("HTTP 404 without the API's words", 404)),
    (b"\xff\xfe", 404, odd("HTTP 404 without the API's words", 404)),
    (b"n" * 301, 404, odd("HTTP 404 without the API's words", 404)),
    (b"No\0", 404, odd("HTTP 404 without the API's words", 404)),
]

FAILED = [
    (no(), 500, ServerFault(ASKED, 500, "No money")),
    (b"Upstream is away\n", 502, ServerFault(ASKED, 502, "Upstream is away")),
    (b"n" * 300, 503, ServerFault(ASKED, 503, "n" * 300)),
    (b"<html>", 504, ServerFault(ASKED, 504, "")),
    ({"result": True}, 500, ServerFault(ASKED, 500, "")),
    (b"", 408, ServerFault(ASKED, 408, "")),
]


@pytest.mark.parametrize("read", [read_done, read_tasks, read_tool, read_values])
@pytest.mark.parametrize(("body", "status", "error"), [*REFUSED, *NOT_PROMISED, *FAILED])
def test_what_is_no_yes_is_told_with_all_its_facts(read, body, status, error):
    assert problem(read, answer(body, status, "7")) == str(error)


@pytest.mark.parametrize("status", [200, 201, 299])
@pytest.mark.parametrize(
    "body",
    [
        {"result": True},
        {"result": True, "errors": ["a warning"]},
        {"result": "true", "errors": []},
        {"taskid": "5"},
        {"tasklist": []},
        {"tool": []},
        {"tool": [], "data": {"of": "another kind"}},
    ],
)
def test_a_yes_is_one_however_it_is_said(status, body):
    assert read_done(answer(body, status)) is None


# --- tasks and inputs ----------------------------------------------------------------------------


def test_a_task_is_read_with_all_its_facts():
    told = {
        "id": 5,
        "socketaccesstoken": "the-token",
        "status": "task_postprocess_end",
        "pexit": " -00.0 ",
        "totalcost": "0.0035",
        "elapsedseconds": "6.5",
        "createtime": "17",
        "starttime": "18",
        "endtime": "19",
        "debugerror": "what went wrong",
        "debugoutput": "what was said",
        "parameters": {"steps": "20"},
        "outputs": [
            {"id": 1, "name": "0.png", "url": "https://a/0", "size": "9.5", "contenttype": "png"},
            {"id": 2, "name": "1.png"},
        ],
    }
    assert read_tasks(answer({"result": True, "tasklist": [told, {"id": "6"}]})) == [
        RemoteTask(
            id="5",
            token="the-token",
            status="task_postprocess_end",
            exit_code="0",
            outputs=(
                RemoteOutput("1", "0.png", "https://a/0", 9, "png"),
                RemoteOutput("2", "1.png", "", None, ""),
            ),
            cost=Decimal("0.0035"),
            seconds=6.5,
            created=17.0,
            started=18.0,
            ended=19.0,
            debug_error="what went wrong",
            debug_output="what was said",
            parameters={"steps": "20"},
        ),
        RemoteTask(
            id="6",
            token="",
            status="",
            exit_code=None,
            outputs=(),
            cost=None,
            seconds=None,
            created=None,
            started=None,
            ended=None,
            debug_error="",
            debug_output="",
            parameters={},
        ),
    ]


def test_without_ids_what_is_no_output_keeps_its_place_and_has_no_address():
    told = {"id": "5", "outputs": [5, {"url": "https://a/1"}]}
    (task,) = read_tasks(answer({"result": True, "tasklist": [told]})) or ()
    assert task.outputs == (
        RemoteOutput("", "", "", None),
        RemoteOutput("", "", "https://a/1", None, ""),
    )


def test_a_start_that_has_not_come_is_told_from_one_that_is_not_told():
    tasks = [{"id": "1", "starttime": "0"}, {"id": "2"}, {"id": "3", "starttime": "soon"}]
    found = read_tasks(answer({"result": True, "tasklist": tasks})) or []
    assert [task.started for task in found] == [0.0, None, None]


def test_what_stands_under_the_other_name_of_outputs_and_is_none_is_passed_over():
    tasks = [{"id": "1", "output": {"0": {}}}, {"id": "2", "output": [{"url": "https://a/0"}]}]
    found = read_tasks(answer({"result": True, "tasklist": tasks})) or []
    assert [len(task.outputs) for task in found] == [0, 1]


def test_no_list_is_told_from_an_empty_one():
    assert read_tasks(answer({"result": True})) is None
    assert read_tasks(answer({"result": True, "tasklist": []})) == []


@pytest.mark.parametrize(
    ("fields", "detail"),
    [
        ({"id": ""}, "id: missing"),
        ({"id": "5\ufffd"}, "id: no text"),
        ({"id": {}}, "id: expected text"),
        ({"id": 1, "status": {}}, "status: expected text"),
        ({"id": 1, "pexit": []}, "pexit: expected text"),
        ({"id": 1, "outputs": {"0": {}}}, "outputs: expected an array"),
    ],
)
def test_a_task_that_cannot_be_read_says_where(fields, detail):
    told = answer({"result": True, "tasklist": [fields]}, 203)
    assert problem(read_tasks, told) == str(odd(detail, 203))


def nested(levels: int) -> object:
    value: object = 1
    for _ in range(levels):
        value = [value]
    return value


def test_the_first_tool_is_read_whole_with_fractions_as_text():
    tool = {"parameters": [{"items": [{"id": "steps", "default": 20}]}], "deep": nested(30)}
    priced = {"price": 0.25}
    body = {"result": True, "tool": [tool | priced, {"of": "another"}]}
    assert read_tool(answer(body)) == tool | {"price": "0.25"}
    assert read_tool(answer({"result": True, "tool": [{}]})) == {}


@pytest.mark.parametrize("body", [{"result": True}, {"result": True, "tool": []}])
def test_a_model_that_is_not_listed_is_not_available(body):
    expected = ModelUnavailable(ASKED, 1, "", 203)
    assert problem(read_tool, answer(body, 203)) == str(expected)


def test_all_that_an_answer_says_is_read_with_fractions_as_text():
    body = {"result": True, "list": [{"amount": 0.1}], "total": 1, "deep": nested(30)}
    assert read_values(answer(body)) == body | {"list": [{"amount": "0.1"}]}


@pytest.mark.parametrize(
    ("tool", "detail"),
    [
        (5, "tool: expected an object"),
        ([], "tool: expected an object"),
        ({"a": nested(31)}, "tool: nested too deeply"),
    ],
)
def test_a_tool_that_cannot_be_handed_on_says_why(tool, detail):
    body = {"result": True, "tool": [tool]}
    assert problem(read_tool, answer(body, 203)) == str(odd(detail, 203))


def test_an_answer_that_cannot_be_handed_on_says_why():
    body = {"result": True, "a": nested(31)}
    expected = odd("answer: nested too deeply", 203)
    assert problem(read_values, answer(body, 203)) == str(expected)


# --- the answer to Run ---------------------------------------------------------------------------

RUN_REFUSED = [
    (no(), 200, InsufficientBalance(ASKED, 97, "No money", 200)),
    (no(), 302, InsufficientBalance(ASKED, 97, "No money", 302)),
    (b"Slow down", 429, RateLimited(ASKED, 0, "Slow down", 429, 7.0)),
    (b"<html>", 403, Refused(ASKED, 0, "", 403)),
    ({"errors": ["not today"]}, 200, Refused(ASKED, 0, "not today", 200)),
]
RUN_UNKNOWN = [
    (no(), 500, ServerFault(ASKED, 500, "No money")),
    (b"Upstream is away", 502, ServerFault(ASKED, 502, "Upstream is away")),
    (b"", 408, ServerFault(ASKED, 408, "")),
    (b"Error parsing url.", 404, odd("not JSON", 404)),
    ({"result": True}, 200, odd("yes, and no task")),
    ({"result": True}, 404, odd("yes, and no task", 404)),
    ({"errors": []}, 200, odd("nothing that is Wiro's own JSON, and no task")),
    ({"result": True, "errors": 5}, 200, odd("errors: expected an array")),
    ({"result": "perhaps"}, 200, odd("result: expected true or false")),
    ({"result": True, "taskid": {}}, 200, odd("taskid: expected text")),
]


@pytest.mark.parametrize(("body", "status", "error"), [*RUN_REFUSED, *RUN_UNKNOWN])
def test_a_run_without_a_task_is_told_with_all_its_facts(body, status, error):
    assert problem(read_receipt, answer(body, status, "7")) == str(error)


@pytest.mark.parametrize("status", [200, 404, 500])
def test_a_run_that_was_not_read_to_its_end_says_why(status):
    told = answer(no(), status, flaw="broken compression")
    expected = ServerFault(ASKED, 500, "") if status == 500 else odd("broken compression", status)
    assert problem(read_receipt, told) == str(expected)


NAMED = {"taskid": "2221", "socketaccesstoken": "t"}


@pytest.mark.parametrize(
    ("told", "task_id"),
    [
        (answer(no() | NAMED, 203), "2221"),
        (answer({"result": True} | NAMED, 404), "2221"),
        (answer({"result": "perhaps"} | NAMED, 500), "2221"),
        (answer({"result": True} | NAMED, flaw="larger than 16 MiB"), "2221"),
        (answer({"result": True, "taskid": "1", "data": {"taskid": "2"}}), ""),
    ],
)
def test_a_task_that_is_named_without_a_clear_yes_is_told(told, task_id):
    expected = TaskNamed(ASKED, "a task, and no clear yes", told.status, task_id)
    assert problem(read_receipt, told) == str(expected)


@pytest.mark.parametrize(
    ("body", "receipt"),
    [
        ({"result": True} | NAMED, RunReceipt("2221", "t")),
        ({"result": True, "data": NAMED}, RunReceipt("2221", "t")),
        ({"result": True, "taskid": "2221", "data": []}, RunReceipt("2221", "")),
        ({"result": True, "taskid": 2221, "socketaccesstoken": 5}, RunReceipt("2221", "")),
        ({"result": True, "taskid": "a.b:c+d-E_9"}, RunReceipt("a.b:c+d-E_9", "")),
        ({"result": True, "taskid": "X"}, RunReceipt("X", "")),
        ({"result": True, "taskid": "9" * 200}, RunReceipt("9" * 200, "")),
    ],
)
def test_a_receipt_is_read_whole(body, receipt):
    assert read_receipt(answer(body)) == receipt


@pytest.mark.parametrize("task_id", ["9" * 201, "a b", "é", "TRUE", "False", "Null", "00", True])
def test_an_id_that_cannot_be_one_is_none(task_id):
    error = problem(read_receipt, answer({"result": True, "taskid": task_id}))
    assert error.startswith(("TaskNamed", "ProtocolError"))
