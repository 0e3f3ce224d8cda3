"""The validating boundary: what it reads, and that nothing else ever comes out of it."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from cartoonmix_desktop.core.errors import InsufficientBalance, ProtocolError, Refused, ServerFault
from cartoonmix_desktop.core.task.remote import (
    LiveFrame,
    Progress,
    RemoteTask,
    RunReceipt,
    TaskPage,
    Verdict,
)
from cartoonmix_desktop.wiro.frames import read_frame
from cartoonmix_desktop.wiro.refusals import wait_of
from cartoonmix_desktop.wiro.replies import (
    Answer,
    read_done,
    read_page,
    read_receipt,
    read_tasks,
    read_tool,
    read_values,
)

TASK = {
    "id": "5",
    "socketaccesstoken": "t",
    "status": "task_postprocess_end",
    "pexit": "0",
    "totalcost": "0.0035",
    "elapsedseconds": "6.0",
    "createtime": "17",
    "parameters": {"steps": "20"},
    "outputs": [{"id": "1", "name": "0.png", "url": "https://cdn1.wiro.ai/0.png", "size": "9"}],
}


def answer(body: object, status: int = 200) -> Answer:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer("Task/Detail", status, content)


def task(**fields: object) -> RemoteTask:
    found = read_tasks(answer({"result": True, "tasklist": [TASK | fields]}))
    assert found is not None
    return found[0]


def task_of_json(field: str, literal: str) -> RemoteTask:
    """A task with one field written as it would be on the wire."""
    rest = {name: value for name, value in TASK.items() if name != field}
    written = json.dumps(rest)[:-1] + f', "{field}": {literal}}}'
    found = read_tasks(answer(b'{"result":true,"tasklist":[' + written.encode() + b"]}"))
    assert found is not None
    return found[0]


@pytest.mark.parametrize(
    ("field", "literal", "attribute", "expected"),
    [
        ("id", "534574", "id", "534574"),
        ("socketaccesstoken", "null", "token", ""),
        ("status", "null", "status", ""),
        ("status", '"task_of_tomorrow"', "status", "task_of_tomorrow"),
        ("pexit", "null", "exit_code", None),
        ("pexit", "0", "exit_code", "0"),
        ("pexit", "0.0", "exit_code", "0"),
        ("pexit", '"0"', "exit_code", "0"),
        ("pexit", '"137"', "exit_code", "137"),
        ("pexit", "-9", "exit_code", "-9"),
        ("pexit", '""', "exit_code", ""),
        ("pexit", '"SIGKILL"', "exit_code", "SIGKILL"),
        ("totalcost", '"0.003510000000"', "cost", Decimal("0.003510000000")),
        ("totalcost", "0.1000000000000000055", "cost", Decimal("0.1")),
        ("totalcost", "3e-3", "cost", Decimal("0.003")),
        ("totalcost", "0", "cost", Decimal(0)),
        ("totalcost", "null", "cost", None),
        ("totalcost", '""', "cost", None),
        ("elapsedseconds", "6", "seconds", 6.0),
        ("elapsedseconds", '"0"', "seconds", None),
        ("elapsedseconds", '"0.0000"', "seconds", None),
        ("createtime", '"0"', "created", None),
        ("createtime", "0", "created", None),
        ("createtime", "1734513807", "created", 1734513807.0),
        ("parameters", "{}", "parameters", {}),
        ("parameters", "[]", "parameters", {}),
        ("parameters", "null", "parameters", {}),
        ("parameters", '""', "parameters", {}),
        ("parameters", r'"{\"steps\": 20}"', "parameters", {"steps": 20}),
        ("parameters", '"{broken"', "parameters", {}),
        ("parameters", '{"a": [1, 2.5, null, {"b": true}]}', "parameters", None),
        ("outputs", "null", "outputs", ()),
        ("outputs", "[]", "outputs", ()),
        ("outputs", "{}", "outputs", ()),
        ("outputs", '"[]"', "outputs", ()),
        ("outputs", '""', "outputs", ()),
        ("outputs", '"null"', "outputs", ()),
        ("output", '"what it printed"', "id", "5"),
        ("output", "5", "id", "5"),
        ("taskid", '"6"', "id", "5"),
        ("debugerror", "null", "debug_error", ""),
        ("categories", '"["', "id", "5"),
        ("categories", "[[[{}]]]", "id", "5"),
        ("unheard_of", "9" * 5000, "id", "5"),
    ],
)
def test_tolerated(field, literal, attribute, expected):
    if field == "parameters" and expected is None:
        expected = {"a": [1, 2.5, None, {"b": True}]}
    assert getattr(task_of_json(field, literal), attribute) == expected


@pytest.mark.parametrize("field", [name for name in TASK if name != "id"])
def test_any_field_but_the_id_may_be_missing(field):
    rest = {name: value for name, value in TASK.items() if name != field}
    found = read_tasks(answer({"result": True, "tasklist": [rest]}))
    assert found is not None
    assert found[0].id == "5"


@pytest.mark.parametrize(
    ("field", "literal", "attribute", "expected"),
    [
        *(
            ("totalcost", literal, "cost", None)
            for literal in (
                *(
                    "-0.01",
                    '"-1"',
                    '"much"',
                    '"NaN"',
                    '"Infinity"',
                    "1e400",
                    '"1e999999999"',
                    "true",
                    "[]",
                ),
                *("9" * 5000, '"' + "9" * 5000 + '"'),
            )
        ),
        ("elapsedseconds", "1e300", "seconds", None),
        ("elapsedseconds", '"abc"', "seconds", None),
        ("createtime", "9" * 40, "created", None),
        ("socketaccesstoken", "{}", "token", ""),
        ("debugerror", "[5]", "debug_error", ""),
        ("debugerror", r'"cut \ud83d"', "debug_error", "cut \ufffd"),
        ("debugerror", r'"\ud83d\ude00 \\ud800 \ud800\n"', "debug_error", "😀 \\ud800 \ufffd\n"),
        ("unheard_of", r'"\udc00\ud800"', "id", "5"),
        *(
            ("parameters", literal, "parameters", {})
            for literal in (
                *("5", "[1]", '"5"', '{"a": 1e999}', '{"a":' * 100 + "1" + "}" * 100),
                *('"' + "9" * 5000 + '"', r'"{\"a\": NaN}"'),
            )
        ),
    ],
)
def test_what_is_beside_the_point_does_not_keep_a_task_from_ending(
    field, literal, attribute, expected
):
    found = task_of_json(field, literal)
    assert getattr(found, attribute) == expected
    assert found.verdict is Verdict.SUCCEEDED


@pytest.mark.parametrize("size", ["large", {}, [], True, "9" * 5000, "-0"])
def test_an_output_of_a_strange_size_is_not_measured(size):
    (output,) = task(outputs=[{"url": "https://cdn1.wiro.ai/0.png", "size": size}]).outputs
    assert output.size is None
    assert output.url


@pytest.mark.parametrize(
    ("field", "literal"),
    [
        ("id", "null"),
        ("id", "{}"),
        ("status", "[]"),
        ("pexit", "{}"),
        ("totalcost", "NaN"),
        ("totalcost", "-Infinity"),
        ("outputs", "5"),
        ("outputs", '"x"'),
        ("outputs", '"5"'),
        ("outputs", '{"0": {}}'),
        ("outputs", r'"{\"0\": {}}"'),
    ],
)
def test_refused_with_a_clear_word(field, literal):
    with pytest.raises(ProtocolError) as caught:
        task_of_json(field, literal)
    assert caught.value.detail
    assert "9999" not in caught.value.detail
    assert caught.value.http_status == 200


def test_bytes_that_are_no_text_are_refused_where_they_matter():
    with pytest.raises(ProtocolError):
        read_tasks(answer(b'{"tasklist":[{"id":"\xff"}]}'))
    found = read_tasks(answer(b'{"tasklist":[{"id":1,"parameters":{"a":"\xff"}}]}'))
    assert found is not None
    assert found[0].parameters == {}


def test_an_output_without_a_size_is_not_measured():
    for size in (None, "", "0", 0, "0.0"):
        (output,) = task(outputs=[{"url": "https://cdn1.wiro.ai/0.png", "size": size}]).outputs
        assert output.size is None
    (output,) = task(outputs=[{"url": "https://cdn1.wiro.ai/0.png", "size": 12}]).outputs
    assert output.size == 12


OUTPUT = {"id": "1", "name": "0.png", "url": "https://cdn1.wiro.ai/0.png", "size": "9"}


@pytest.mark.parametrize("odd", ["null", "5", '"x"', "[]", '{"id": []}', "{}"])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_an_output_that_cannot_be_read_does_not_hold_up_the_others(odd, place):
    with_ids = [json.dumps(OUTPUT | {"id": str(number)}) for number in range(2)]
    listed = [*with_ids[:place], odd, *with_ids[place:]]
    found = task_of_json("outputs", f"[{','.join(listed)}]").outputs
    assert [output.id for output in found if output.url] == ["0", "1"]
    assert all(output.url == OUTPUT["url"] for output in found if output.id)


def test_without_ids_each_output_keeps_its_place():
    nameless = {name: value for name, value in OUTPUT.items() if name != "id"}
    listed = [nameless, None, nameless | {"url": "https://cdn1.wiro.ai/2.png"}]
    assert [output.url for output in task(outputs=listed).outputs] == [
        "https://cdn1.wiro.ai/0.png",
        "",
        "https://cdn1.wiro.ai/2.png",
    ]


def test_with_ids_what_is_no_output_is_left_out():
    assert task(outputs=[None, OUTPUT, None]).outputs == task(outputs=[OUTPUT]).outputs
    assert task(outputs=[None]).outputs == ()


@pytest.mark.parametrize("field", ["url", "name", "contenttype", "size"])
def test_an_odd_field_of_an_output_is_as_good_as_none(field):
    (output,) = task(outputs=[OUTPUT | {field: {"deep": []}}]).outputs
    assert output.id == "1"
    assert (output.url == "") is (field == "url")


@pytest.mark.parametrize("sign", ["x", "\n", "é", "\\", "😀"])
@pytest.mark.parametrize("field", ["debugoutput", "debugerror"])
def test_a_long_log_is_kept_as_its_end(field, sign):
    """Up to 16 MiB, as Wiro's own clients take; what is told besides is read all the same."""
    log = sign * (5 * 1024 * 1024 // len(json.dumps(sign)[1:-1])) + "the reason"
    found = task(**{field: log})
    kept = found.debug_output if field == "debugoutput" else found.debug_error
    assert len(kept) == 4000
    assert kept.endswith(sign + "the reason")
    assert len(found.outputs) == 1


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (rb"\\ud83d\udc00", "\\ud83d\ufffd"),
        (rb"\\\ud83d", "\\\ufffd"),
        (rb"\\\\ud83d", "\\\\ud83d"),
        (rb"\ude00\ud83d\ude00\uDEAD", "\ufffd😀\ufffd"),
        (rb"\ud83d\ud83d\ude00", "\ufffd😀"),
    ],
)
def test_half_characters_in_a_log(written, read):
    found = task_of_json("debugoutput", rf'"{written.decode()}\ud800"')
    assert found.debug_output == read + "\ufffd"


def test_an_output_without_an_address_is_still_an_output():
    (output,) = task(outputs=[{}]).outputs
    assert (output.url, output.name, output.size) == ("", "", None)


def test_long_words_are_cut_from_the_front():
    kept = task(debugerror="x" * 100_000 + "the reason").debug_error
    assert len(kept) == 4000
    assert kept.endswith("the reason")


# --- as Wiro's own clients read it too ----------------------------------------------------------

NAMED_OTHERWISE = {name: value for name, value in TASK.items() if name != "id"} | {"taskid": "5"}
OUTPUTS_OTHERWISE = {name: value for name, value in TASK.items() if name != "outputs"}
TEXT = json.dumps([TASK])


@pytest.mark.parametrize(
    "odd",
    [
        NAMED_OTHERWISE,
        NAMED_OTHERWISE | {"id": None},
        NAMED_OTHERWISE | {"id": ""},
        OUTPUTS_OTHERWISE | {"output": TASK["outputs"]},
        OUTPUTS_OTHERWISE | {"outputs": None, "output": TASK["outputs"]},
        OUTPUTS_OTHERWISE | {"outputs": [], "output": TASK["outputs"]},
        OUTPUTS_OTHERWISE | {"outputs": json.dumps(TASK["outputs"])},
        OUTPUTS_OTHERWISE | {"outputs": "", "output": " " + json.dumps(TASK["outputs"])},
        OUTPUTS_OTHERWISE | {"outputs": [json.dumps(output) for output in TASK["outputs"]]},
        TASK | {"output": [OUTPUT | {"id": "2"}]},
    ],
)
def test_a_task_told_otherwise(odd):
    assert read_tasks(answer({"result": True, "tasklist": [odd]})) == [task()]


@pytest.mark.parametrize(
    "body",
    [
        {"result": True, "tasklist": TEXT},
        {"result": True, "data": {"tasklist": [TASK]}},
        {"result": True, "errors": [], "data": {"tasklist": TEXT, "errors": []}},
        {"result": True, "tasklist": [TASK], "data": {"tasklist": []}},
        {"errors": "[]", "data": {"tasklist": [TASK]}},
    ],
)
def test_an_answer_put_otherwise(body):
    assert read_tasks(answer(body)) == [task()]


@pytest.mark.parametrize("listed", ["x", "5", '"[]"', "{}", "[5]", '[{"id": []}]'])
def test_a_list_in_a_text_that_is_none(listed):
    with pytest.raises(ProtocolError):
        read_tasks(answer({"result": True, "tasklist": listed}))


@pytest.mark.parametrize(
    "errors",
    [
        [{"code": 97, "message": "no"}],
        {"code": "97", "message": "no"},
        '[{"code": 97, "message": "no"}]',
        ' {"code": "97", "message": "no"}',
    ],
)
@pytest.mark.parametrize("wrapped", [False, True])
def test_a_refusal_put_otherwise(errors, wrapped):
    body = {"result": False, "data": {"errors": errors}} if wrapped else {"errors": errors}
    for reader in (read_tasks, read_tool, read_done):
        with pytest.raises(InsufficientBalance) as caught:
            reader(answer(body))
        assert caught.value.server_message == "no"


@pytest.mark.parametrize("errors", ["[broken", "{", "[1", "plain [words]"])
def test_words_that_only_begin_like_a_list(errors):
    with pytest.raises(Refused) as caught:
        read_done(answer({"errors": errors}))
    assert caught.value.server_message == errors


@pytest.mark.parametrize("errors", ["", "[]", "{}", None, [], {}])
def test_no_errors(errors):
    read_done(answer({"result": True, "errors": errors}))
    assert read_tasks(answer({"errors": errors, "tasklist": []})) == []


@pytest.mark.parametrize(
    ("fields", "model", "maker"),
    [
        ({}, "", {}),
        ({"projectid": "0", "userid": None, "username": "", "teamid": [5]}, "", {}),
        ({"projectid": 699, "username": " Ada "}, "", {"projectid": "699", "username": "Ada"}),
        ({"username": "X"}, "", {"username": "X"}),
        ({"modelslugproject": "flux"}, "flux", {}),
        ({"modelslugowner": "wiro", "modelslugproject": "flux"}, "wiro/flux", {}),
    ],
)
def test_of_which_model_a_task_is_and_who_made_it(fields, model, maker):
    told = task(**fields)
    assert (told.model, told.maker) == (model, maker)


@pytest.mark.parametrize(
    ("fields", "total"),
    [
        ({}, None),
        ({"total": "250"}, 250),
        ({"total": 0}, 0),
        ({"total": None}, None),
        ({"total": "many"}, None),
        ({"total": -1}, None),
        ({"total": []}, None),
    ],
)
def test_how_many_tasks_there_are(fields, total):
    for wrap in (lambda told: told, lambda told: {"data": told}):
        page = read_page(answer({"result": True} | wrap({"tasklist": [TASK]} | fields)))
        assert page == TaskPage([task()], total)


def test_a_model_told_otherwise():
    tool = {"id": "598", "parameters": [{"items": [{"id": "steps", "default": 1}]}]}
    for told in ({"tool": [tool]}, {"tool": json.dumps([tool])}, {"data": {"tool": [tool]}}):
        assert read_tool(answer({"result": True} | told)) == tool


def test_what_is_wrapped_and_cannot_be_read_is_as_good_as_none():
    read_done(answer(b'{"result": true, "data": {"errors": ' + b"9" * 9_000 + b"}}"))


@pytest.mark.parametrize("said", [True, "true", 1, "1", None])
def test_yes(said):
    receipt = read_receipt(Answer("Run", 200, json.dumps({"result": said, "taskid": 7}).encode()))
    assert receipt == RunReceipt("7", "")


@pytest.mark.parametrize("body", [{"result": True}, {"result": True, "taskid": ""}, {"errors": []}])
def test_a_receipt_names_its_task(body):
    with pytest.raises(ProtocolError):
        read_receipt(Answer("Run", 200, json.dumps(body).encode()))


# --- whatever comes ------------------------------------------------------------------------------

VALID = [
    {"result": True, "errors": [], "taskid": "2221", "socketaccesstoken": "t"},
    {"result": True, "errors": [], "total": "1", "tasklist": [TASK]},
    {"result": False, "errors": [{"code": 97, "message": "x"}]},
    {
        "result": True,
        "tool": [{"parameters": [{"items": [{"id": "steps", "options": [{"value": 1}]}]}]}],
    },
    {
        "type": "task_output",
        "id": "5",
        "tasktoken": "t",
        "message": {"percentage": "60", "stepCurrent": "6", "stepTotal": "10", "speed": "1.2"},
    },
    {"result": True, "errors": "[]", "data": {"tasklist": json.dumps([TASK]), "taskid": None}},
]

ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(10**20, 10**400),
    st.floats(allow_nan=False, allow_infinity=False).map(lambda number: number * 1.0),
    st.text(max_size=8),
    st.sampled_from(["NaN", "Infinity", "1e999", "-1", "0", "\ud800", "\0", "task_x", "{}", "[]"]),
    st.just([]),
    st.just({}),
    st.just([[[[{}]]]]),
    st.just({"code": [], "message": {}}),
)


def places(value: object, path: tuple = ()) -> list[tuple]:
    inner = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    return [path, *(place for key, item in inner for place in places(item, (*path, key)))]


def replaced(value: object, path: tuple, new: object) -> object:
    if not path:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = replaced(copy[path[0]], path[1:], new)
    return copy


@st.composite
def mutated(draw) -> bytes:
    """A valid reply with values swapped for odd ones, then perhaps with bytes broken."""
    value = draw(st.sampled_from(VALID))
    for _ in range(draw(st.integers(0, 3))):
        value = replaced(value, draw(st.sampled_from(places(value))), draw(ODD))
    body = bytearray(json.dumps(value).encode())
    for _ in range(draw(st.integers(0, 2))):
        if body:
            start = draw(st.integers(0, len(body) - 1))
            end = start + draw(st.integers(0, 6))
            body[start:end] = draw(st.binary(max_size=6))
    return bytes(body)


def read(body: bytes, status: int = 200) -> None:
    for operation, reader in (
        ("Run", read_receipt),
        ("Task/Detail", read_tasks),
        ("Tool/Detail", read_tool),
        ("Wallet/List", read_values),
        ("Task/InputOutputDelete", read_done),
    ):
        try:
            reader(Answer(operation, status, body, "soon"))
        except (ProtocolError, Refused, ServerFault) as error:
            assert error.operation == operation  # noqa: PT017 - any of three, each with its place


# The same cases at each run: a change is judged by what it changes, not by luck.
few = settings(
    max_examples=300,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)


def test_an_id_that_is_no_sound_text_is_none():
    """A guess at it would be followed for ever, and the task that was paid never found."""
    with pytest.raises(ProtocolError):
        read_receipt(Answer("Run", 200, rb'{"result":true,"taskid":"22\ud8001"}'))


@few
@example(b'{"\x80result": true, "errors": [], "taskid": "2221"}', 200)
@given(mutated(), st.sampled_from([200, 200, 200, 204, 302, 400, 401, 404, 429, 500]))
def test_a_mutated_reply_is_read_or_refused(body, status):
    read(body, status)


@few
@given(st.binary(max_size=200))
def test_garbage_is_refused(body):
    read(body)


@few
@given(mutated().map(lambda body: body.decode("utf-8", "surrogateescape")))
def test_a_mutated_frame_is_read_or_nothing(text):
    frame = read_frame(text)
    assert frame is None or frame.status.startswith("task_")


@few
@given(st.text(max_size=40) | st.from_regex(r"[A-Z][a-z]{2}, ?\d+ [A-Za-z]+ \d+ [\d:]* ?\S*"))
def test_any_retry_after(value):
    wait = wait_of(value)
    assert wait is None or wait >= 0


# --- frames --------------------------------------------------------------------------------------


def frame(message: object, **fields: object) -> LiveFrame | None:
    return read_frame(json.dumps({"type": "task_output", "message": message} | fields))


FULL = {
    "type": "progressGenerate",
    "task": "Generate",
    "percentage": "60",
    "stepCurrent": "6",
    "stepTotal": "10",
    "speed": "1.2",
    "speedType": "it/s",
    "elapsedTime": "5s",
    "remainingTime": "3s",
}
TOLD = Progress(percent=60.0, step=6, steps=10, speed="1.2 it/s", remaining="3s")


@pytest.mark.parametrize(
    ("message", "progress"),
    [
        (None, None),
        (FULL, TOLD),
        (json.dumps(FULL), TOLD),
        (" " + json.dumps(FULL), TOLD),
        (FULL | {"percentage": 60, "stepCurrent": 6, "stepTotal": 10.0, "speed": 1.2}, TOLD),
        ("loading the model", None),
        ("", None),
        ([{"url": "x"}], None),
        (5, None),
        ({}, Progress()),
        ({"percentage": "140"}, Progress(percent=100.0)),
        ({"percentage": -3}, Progress(percent=0.0)),
    ],
)
def test_progress(message, progress):
    told = frame(message, id=534574)
    assert told == LiveFrame("task_output", "534574", "", progress)


@pytest.mark.parametrize("fields", [{"taskid": 5}, {"id": None, "taskid": "5"}, {"id": "5"}])
def test_whose_frame_it_is(fields):
    told = frame(None, **fields)
    assert told is not None
    assert told.task_id == "5"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "[]",
        "{}",
        '{"type":"connected","version":"1.0"}',
        '{"type":5}',
        '{"type":"task_output","message":{"percentage":"NaN"}}',
        '{"type":"task_output","message":{"percentage":NaN}}',
        '{"type":"task_output","id":{}}',
        "[" * 100_000,
        '{"type":"task_start","id":"\ud800"}',
    ],
)
def test_frames_that_say_nothing(text):
    assert read_frame(text) is None
