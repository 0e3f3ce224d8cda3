from __future__ import annotations

import json
import time
from decimal import Decimal

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidMessage, InvalidStatus

RUN = "Run/futurist/CartoonMix%20v1.0"


def picture_of(sandbox):
    output = sandbox.ended(sandbox.run(samples=1)["taskid"])["outputs"][0]
    return output["url"], int(output["size"])


def test_an_error_is_told_as_often_as_asked_and_makes_no_task(sandbox):
    sandbox.misbehave(
        {"endpoint": "Run", "times": 2, "error": {"code": 97, "message": "Too little."}},
        {"endpoint": "Run", "error": {"code": 0, "message": "No.", "http": 401}},
    )
    before = len(sandbox.ledger())
    for status, code in ((200, 97), (200, 97), (401, 0)):
        reply = sandbox.post(RUN, {"prompt": "x"})
        assert (reply.status_code, reply.json()["errors"][0]["code"]) == (status, code)
    assert len(sandbox.ledger()) == before
    sandbox.run()
    assert len(sandbox.ledger()) == before + 1


@pytest.mark.parametrize(
    ("name", "status", "code", "words"),
    [
        ("limit", 200, 96, "With your current balance of $10.00, you can run up to 1 task"),
        ("balance", 200, 97, "Insufficient balance"),
        ("team", 200, 0, "This model is not allowed in your team"),
        ("spend", 200, 0, "spend limit"),
        ("secret", 401, 0, "Project requires signature authentication"),
    ],
)
def test_what_wiro_refuses_for_is_known_by_name(sandbox, name, status, code, words):
    before = len(sandbox.ledger())
    sandbox.misbehave({"endpoint": "Run", "refuse": name})
    reply = sandbox.post(RUN, {"prompt": "x"})
    [told] = reply.json()["errors"]
    assert (reply.status_code, told["code"]) == (status, code)
    assert words in told["message"]
    assert len(sandbox.ledger()) == before


def test_closing_before_makes_no_task_and_closing_after_makes_one(sandbox):
    before = len(sandbox.ledger())
    sandbox.misbehave({"endpoint": "Run", "close": "before"}, {"endpoint": "Run", "close": "after"})
    for made in (0, 1):
        # An end or a reset, as it happens to have read the body by then: no answer either way.
        with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
            sandbox.post(RUN, {"prompt": "x", "width": 64, "height": 64, "samples": 1})
        assert len(sandbox.ledger()) == before + made


def test_http_faults_carry_status_body_and_headers(sandbox):
    rule = {"http": 503, "body": "<h1>down</h1>", "headers": {"retry-after": "7"}}
    sandbox.misbehave({"endpoint": "Task/Detail", **rule})
    reply = sandbox.post("Task/Detail", {"taskid": "1"})
    assert (reply.status_code, reply.text, reply.headers["retry-after"]) == (
        503,
        "<h1>down</h1>",
        "7",
    )


def test_a_list_that_passes_over_parts_of_the_question(start):
    server = start("--speed", 20, "--faults")
    other = {"modelslugproject": "flux"}
    asked = [
        {"parameters": {"prompt": "a", "samples": 2}, "age": 300},
        {"parameters": {"prompt": "b"}, "age": 200, "fault": {"tell": other}},
        {"parameters": {"prompt": "c"}, "age": 100, "fault": {"fail": "no"}},
    ]
    a, b, c = server.http.post(f"{server.root}/sandbox/tasks", json=asked).json()

    def listed(**question):
        page = server.post("Task/List", question).json()
        return [task["id"] for task in page["tasklist"]], page["total"]

    assert listed() == ([c, b, a], "3")
    assert listed(modelName="CARTOONmix") == ([c, a], "2")
    assert listed(start="1", limit="1", modelName="flux") == ([], "1")
    server.misbehave({"endpoint": "list", "ignore": ["start", "modelName", "total"], "most": 2})
    assert listed(start="1", modelName="flux") == ([c, b], None)
    server.misbehave({"endpoint": "list", "ignore": ["order"]})
    assert listed(order="DESC") == ([a, b, c], "3")
    task = server.detail(a)
    assert abs(float(task["createtime"]) - time.time() + 300) < 60
    assert [output["size"] for output in task["outputs"]] == ["", ""]
    assert server.http.get(task["outputs"][1]["url"]).content.startswith(b"\x89PNG")
    assert (server.detail(c)["pexit"], server.detail(c)["outputs"]) == ("1", [])


def test_raw_text_and_redirects(sandbox):
    sandbox.misbehave(
        {"endpoint": "Task/List", "raw": "<html>", "content_type": "text/html"},
        {"endpoint": "Task/List", "redirect": "https://elsewhere.invalid/"},
    )
    page = sandbox.post("Task/List")
    assert page.text == "<html>"
    assert page.headers["content-type"].startswith("text/html")
    moved = sandbox.post("Task/List")
    assert (moved.status_code, moved.headers["location"]) == (302, "https://elsewhere.invalid/")


def test_a_hanging_endpoint_never_answers(sandbox):
    sandbox.misbehave({"endpoint": "Task/Cancel", "hang": True})
    with pytest.raises(httpx.ReadTimeout):
        sandbox.post("Task/Cancel", {"taskid": "1"}, timeout=0.3)


def test_truncated_garbled_longer_and_slow_pictures(sandbox):
    url, size = picture_of(sandbox)
    whole = sandbox.http.get(url).content
    sandbox.misbehave({"endpoint": "files", "truncate": 100})
    with pytest.raises(httpx.RemoteProtocolError, match="complete message body"):
        sandbox.http.get(url)
    sandbox.misbehave({"endpoint": "files", "garbage": True})
    garbled = sandbox.http.get(url).content
    assert len(garbled) == size
    assert garbled != whole
    sandbox.misbehave({"endpoint": "files", "extra": True})
    longer = sandbox.http.get(url).content
    assert longer[:size] == whole
    assert len(longer) > size
    sandbox.misbehave({"endpoint": "files", "slow": 0.2})
    began = time.monotonic()
    assert sandbox.http.get(url).content == whole
    assert time.monotonic() - began >= 0.2


def test_pictures_that_are_lied_about(sandbox):
    url, size = picture_of(sandbox)
    whole = sandbox.http.get(url).content

    def got(**rule):
        sandbox.misbehave({"endpoint": "files", **rule})
        return sandbox.http.get(url)

    assert got(tail="!").content == whole + b"!"
    assert got(shorter=9).content == whole[:-9]
    assert got(format="GIF").content.startswith(b"GIF8")
    for packed in ("gzip", "deflate"):
        reply = got(packed=packed)
        assert (reply.headers["content-encoding"], reply.content) == (packed, whole)
    reply = got(status=203, says={"content-type": None, "content-range": "bytes 1-2/3"})
    assert (reply.status_code, reply.content) == (203, whole)
    assert "content-type" not in reply.headers
    assert reply.headers["content-range"] == "bytes 1-2/3"
    reply = got(says={"content-length": None})
    assert (reply.headers["transfer-encoding"], len(reply.content)) == ("chunked", size)


def test_a_rule_can_be_for_one_picture(sandbox):
    outputs = sandbox.ended(sandbox.run(samples=2)["taskid"])["outputs"]
    sandbox.misbehave({"endpoint": "files", "match": "/1.png", "http": 404})
    assert [sandbox.http.get(output["url"]).status_code for output in outputs] == [200, 404]


def test_a_task_fails_without_outputs_and_cost(sandbox):
    sandbox.misbehave({"endpoint": "task", "fail": "CUDA out of memory"})
    task = sandbox.ended(sandbox.run()["taskid"])
    assert (task["pexit"], task["outputs"], task["totalcost"]) == ("1", [], "0")
    assert task["debugerror"] == "CUDA out of memory"
    assert Decimal(sandbox.ended(sandbox.run()["taskid"])["totalcost"]) > 0


def test_a_task_can_tell_strange_outputs(sandbox):
    sandbox.misbehave(
        {"endpoint": "task", "output_url": "file:///etc/passwd", "output_name": "../../evil.png"},
        {"endpoint": "task", "omit": ["pexit", "totalcost"], "drop_outputs": [0]},
        {"endpoint": "task", "fail_with_outputs": "half way"},
        {"endpoint": "task", "size_off_by": -1},
        {"endpoint": "task", "output_size": None},
    )
    strange, bare, failed, off, unknown = (sandbox.ended(sandbox.run()["taskid"]) for _ in range(5))
    length = len(sandbox.http.get(off["outputs"][0]["url"]).content)
    assert int(off["outputs"][0]["size"]) == length - 1
    assert unknown["outputs"][0]["size"] is None
    assert strange["outputs"][0]["url"] == "file:///etc/passwd"
    assert strange["outputs"][0]["name"] == "../../evil.png"
    assert "pexit" not in bare
    assert "totalcost" not in bare
    assert [output["name"] for output in bare["outputs"]] == ["1.png"]
    assert (failed["pexit"], len(failed["outputs"]), failed["totalcost"]) == ("1", 2, "0")


def test_a_task_that_never_ends_can_be_killed(sandbox):
    sandbox.misbehave({"endpoint": "task", "never_ends": True})
    endless = sandbox.run()["taskid"]
    sandbox.ended(sandbox.run()["taskid"])
    task, _ = sandbox.until(endless, "task_postprocess_start")
    assert task["outputs"] == []
    assert sandbox.post("Task/Kill", {"taskid": endless}).json()["result"]
    assert sandbox.detail(endless)["status"] == "task_cancel"


async def test_sockets_refuse_break_and_speak_out_of_turn(sandbox):
    sandbox.misbehave({"endpoint": "socket", "http": 503})
    with pytest.raises(InvalidStatus):
        await connect(sandbox.socket)
    sandbox.misbehave({"endpoint": "socket", "close": "before"})
    with pytest.raises((InvalidMessage, EOFError, OSError)):
        await connect(sandbox.socket)
    sandbox.misbehave({"endpoint": "socket", "hang": True})
    with pytest.raises(TimeoutError):
        await connect(sandbox.socket, open_timeout=0.3)
    sandbox.misbehave({"endpoint": "socket", "close": "after"})
    async with connect(sandbox.socket) as socket:
        await socket.recv()
        await socket.send('{"type": "task_info", "tasktoken": "x"}')
        with pytest.raises(ConnectionClosed):
            await socket.recv()
    sandbox.misbehave({"endpoint": "socket", "raw": "no json", "garbage": True})
    async with connect(sandbox.socket) as socket:
        assert await socket.recv() == "no json"
        assert isinstance(await socket.recv(), bytes)
        assert json.loads(await socket.recv())["type"] == "connected"


async def test_newer_frames_have_no_token(sandbox):
    sandbox.misbehave(
        {"endpoint": "socket", "bare": True}, {"endpoint": "task", "never_ends": True}
    )
    async with connect(sandbox.socket) as socket:
        await socket.recv()
        run = sandbox.run()
        await socket.send(json.dumps({"type": "task_info", "tasktoken": run["socketaccesstoken"]}))
        frame = json.loads(await socket.recv())
    sandbox.post("Task/Kill", {"taskid": run["taskid"]})
    assert frame["id"] == run["taskid"]
    assert "tasktoken" not in frame


@pytest.mark.parametrize(
    "rule",
    [
        {"endpoint": "Nothing", "hang": True},
        {"endpoint": "Run"},
        {"endpoint": "Run", "explode": True},
        {"endpoint": "task", "hang": True},
    ],
)
def test_a_rule_that_says_nothing_is_refused(sandbox, rule):
    reply = sandbox.http.post(f"{sandbox.root}/sandbox/faults", json=[rule])
    assert reply.status_code == 400


def test_without_the_option_there_are_no_faults_to_ask_for(start):
    server = start()
    assert server.http.post(f"{server.root}/sandbox/faults", json=[]).status_code == 404
    assert server.http.get(f"{server.root}/sandbox/ledger").status_code == 404


def test_a_picture_is_served_in_parts_of_one_version(sandbox):
    url, size = picture_of(sandbox)
    whole = sandbox.http.get(url)
    assert whole.headers["accept-ranges"] == "bytes"
    tag, date = whole.headers["etag"], whole.headers["last-modified"]
    for validator, status, data in (
        (tag, 206, whole.content[100:]),
        (date, 206, whole.content[100:]),
        ('"another"', 200, whole.content),
    ):
        part = sandbox.http.get(url, headers={"range": "bytes=100-", "if-range": validator})
        assert (part.status_code, part.content) == (status, data)
        assert part.headers["etag"] == tag
    assert part.headers.get("content-range") is None
    beyond = sandbox.http.get(url, headers={"range": f"bytes={size}-"})
    assert (beyond.status_code, beyond.headers["content-range"]) == (416, f"bytes */{size}")


def test_parts_can_be_cut_denied_misnamed_and_of_another_version(sandbox):
    url, size = picture_of(sandbox)
    whole = sandbox.http.get(url)
    rest = {"range": "bytes=100-", "if-range": whole.headers["etag"]}
    sandbox.misbehave({"endpoint": "files", "cut": 100})
    with sandbox.http.stream("GET", url) as cut:
        assert int(cut.headers["content-length"]) == size
        with pytest.raises(httpx.RemoteProtocolError):
            cut.read()
    sandbox.misbehave(
        {"endpoint": "files", "no_ranges": True},
        {"endpoint": "files", "etag": '"2"'},
        {"endpoint": "files", "content_range": "bytes 7-9/10"},
    )
    denied, other, misnamed = (sandbox.http.get(url, headers=rest) for _ in range(3))
    assert (denied.status_code, denied.content) == (200, whole.content)
    assert "accept-ranges" not in denied.headers
    assert (other.status_code, other.headers["etag"]) == (200, '"2"')
    assert (misnamed.status_code, misnamed.headers["content-range"]) == (206, "bytes 7-9/10")


def test_work_that_was_done_is_answered_otherwise(sandbox):
    body = '{"result": false, "taskid": "{taskid}", "token": "{token}", "x": "\xff"}'
    answer = {"http": 429, "body": body, "headers": {"Retry-After": "7"}}
    sandbox.misbehave({"endpoint": "Run", "answer": answer})
    reply = sandbox.post(RUN, {"prompt": "x", "width": 64, "height": 64, "samples": 1})
    made = sandbox.ledger()[-1]["id"]
    assert (reply.status_code, reply.headers["retry-after"]) == (429, "7")
    assert f'"taskid": "{made}"'.encode() in reply.content
    assert b"{token}" not in reply.content
    assert reply.content.endswith(b'"x": "\xff"}')
    sandbox.misbehave({"endpoint": "Run", "answer": {"http": 409}})
    reply = sandbox.post(RUN, {"prompt": "x", "width": 64, "height": 64, "samples": 1})
    assert (reply.status_code, reply.json()["taskid"]) == (409, sandbox.ledger()[-1]["id"])


def test_a_task_can_be_told_otherwise(sandbox):
    sandbox.misbehave(
        {"endpoint": "task", "tell": {"parameters": {"prompt": "another"}, "extra": 1}},
        {"endpoint": "task", "null_outputs": [0]},
    )
    told, null = (sandbox.ended(sandbox.run()["taskid"]) for _ in range(2))
    assert (told["parameters"], told["extra"]) == ({"prompt": "another"}, 1)
    assert null["outputs"][0] is None
    assert null["outputs"][1]["name"] == "1.png"
