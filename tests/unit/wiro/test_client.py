"""Endpoints as they appear on the wire, and answers as they come back."""

from __future__ import annotations

import asyncio
import json
import logging
from decimal import Decimal
from email import message_from_bytes

import pytest

from cartoonmix_desktop import __version__
from cartoonmix_desktop.core.addresses import Addresses
from cartoonmix_desktop.core.credentials import Credentials
from cartoonmix_desktop.core.errors import (
    AuthenticationRefused,
    ModelUnavailable,
    NoAnswer,
    ProtocolError,
    TaskNotFound,
    Unreachable,
)
from cartoonmix_desktop.core.task.remote import RemoteOutput, Verdict
from cartoonmix_desktop.wiro.client import BodyFormat, WiroClient
from cartoonmix_desktop.wiro.signing import headers
from tests.unit.wiro.conftest import CREDENTIALS, PATIENT, drip, hang, refused, reply

RECEIPT = {"errors": [], "taskid": "2221", "socketaccesstoken": "a-token", "result": True}
UNKNOWN_SLUG = refused(1, "slug-owner-project-not-exist")

TASK = {
    "id": "2221",
    "socketaccesstoken": "a-token",
    "parameters": {"prompt": "cat", "scale": 7.5},
    "debugoutput": "",
    "debugerror": "a warning",
    "elapsedseconds": "6.0000",
    "status": "task_postprocess_end",
    "cps": "0.000585000000",
    "totalcost": "0.003510000000",
    "createtime": "1734513807",
    "canceltime": "0",
    "pexit": "0",
    "categories": '["tool"]',
    "outputs": [
        {
            "id": "6bc",
            "name": "0.png",
            "contenttype": "image/png",
            "size": "202472",
            "accesskey": "secret",
            "url": "https://cdn1.wiro.ai/x/0.png",
            "expiretime": None,
        }
    ],
}


def tasks(*items, **more):
    return reply({"total": str(len(items)), "errors": [], "tasklist": items, "result": True} | more)


async def test_run(server, client, recipe):
    server.script = [reply(RECEIPT)]
    receipt = await client.run(recipe)
    assert (receipt.task_id, receipt.token) == ("2221", "a-token")

    (request,) = server.requests
    assert request.method == "POST"
    assert request.target == "/v1/Run/futurist/CartoonMix%20v1.0"
    assert request.headers["user-agent"] == f"CartoonMix-Desktop/{__version__}"
    assert request.headers["content-type"] == "application/json"
    assert request.json == recipe.body()
    assert request.json["scale"] == 7.5
    assert "callbackUrl" not in request.json
    nonce = request.headers["x-nonce"]
    assert {k: v for k, v in request.headers.items() if k.startswith("x-")} == headers(
        CREDENTIALS, nonce
    )


async def test_key_alone(server, recipe):
    server.script = [reply(RECEIPT)]
    client = WiroClient(Credentials("kéy"), server.addresses, timeouts=PATIENT)
    await client.run(recipe)
    await client.aclose()
    sent = server.requests[0].headers
    assert sent["x-api-key"].encode("latin-1").decode() == "kéy"
    assert not {"x-nonce", "x-signature"} & sent.keys()


@pytest.mark.parametrize("key", ["line\nfeed", "nul\0", " spaced", "bell\x7f"])
async def test_a_key_that_no_header_can_hold_does_not_leave(server, recipe, key):
    client = WiroClient(Credentials(key, "secret"), server.addresses, timeouts=PATIENT)
    with pytest.raises(AuthenticationRefused):
        await client.run(recipe)
    await client.aclose()
    assert server.connections == 0


async def test_multipart(server, recipe):
    server.script = [reply(RECEIPT)]
    client = WiroClient(
        CREDENTIALS, server.addresses, body_format=BodyFormat.MULTIPART, timeouts=PATIENT
    )
    await client.run(recipe)
    await client.aclose()
    (request,) = server.requests
    kind = request.headers["content-type"]
    assert kind.startswith("multipart/form-data; boundary=")
    message = message_from_bytes(f"Content-Type: {kind}\r\n\r\n".encode() + request.body)
    parts = {
        part.get_param("name", header="content-disposition"): part.get_payload(decode=True).decode()
        for part in message.get_payload()
    }
    assert all(part.get_filename() is None for part in message.get_payload())
    assert parts == {name: str(value) for name, value in recipe.body().items()}


@pytest.mark.parametrize(
    ("ask", "target", "body"),
    [
        (lambda c: c.detail(task_id="2221"), "Task/Detail", {"taskid": "2221"}),
        (lambda c: c.detail(token="a-token"), "Task/Detail", {"tasktoken": "a-token"}),
        (lambda c: c.cancel("2221"), "Task/Cancel", {"taskid": "2221"}),
        (lambda c: c.kill(task_id="2221"), "Task/Kill", {"taskid": "2221"}),
        (lambda c: c.kill(token="a-token"), "Task/Kill", {"socketaccesstoken": "a-token"}),
        (
            lambda c: c.list_tasks(start=20, limit=5),
            "Task/List",
            {"type": "model", "sort": "id", "order": "DESC", "start": "20", "limit": "5"},
        ),
        (
            lambda c: c.list_page(start=100, limit=100, model="cartoonmix"),
            "Task/List",
            {
                "type": "model",
                "sort": "id",
                "order": "DESC",
                "start": "100",
                "limit": "100",
                "modelName": "cartoonmix",
            },
        ),
        (lambda c: c.delete_files("a-token"), "Task/InputOutputDelete", {"tasktoken": "a-token"}),
    ],
)
async def test_task_endpoints(server, client, ask, target, body):
    server.script = [tasks(TASK)]
    await ask(client)
    (request,) = server.requests
    assert request.target == f"/v1/{target}"
    assert request.json == body
    assert "x-signature" in request.headers


async def test_a_task_as_the_page_prints_it(server, client):
    server.script = [tasks(TASK)]
    task = await client.detail(task_id="2221")
    assert task.id == "2221"
    assert task.token == "a-token"
    assert task.status == "task_postprocess_end"
    assert task.exit_code == "0"
    assert task.verdict is Verdict.SUCCEEDED
    assert task.cost == Decimal("0.003510000000")
    assert task.seconds == 6.0
    assert task.created == 1734513807.0
    assert task.debug_error == "a warning"
    assert task.debug_output == ""
    assert task.parameters == {"prompt": "cat", "scale": 7.5}
    assert task.outputs == (
        RemoteOutput("6bc", "0.png", "https://cdn1.wiro.ai/x/0.png", 202472, "image/png"),
    )


async def test_detail_takes_the_task_it_asked_for(server, client):
    server.script = [tasks(TASK | {"id": "1"}, TASK)]
    assert (await client.detail(task_id="2221")).id == "2221"
    with pytest.raises(ProtocolError):
        await client.detail(task_id="3")
    with pytest.raises(ProtocolError):
        await client.detail(token="another")
    with pytest.raises(ValueError, match="neither"):
        await client.detail()


async def test_no_task(server, client):
    server.script = [tasks()]
    with pytest.raises(TaskNotFound):
        await client.detail(task_id="2221")
    assert await client.cancel("2221") is None
    assert await client.kill(task_id="2221") is None
    assert await client.list_tasks() == []
    server.script = [refused(1, "There is no task yet.")]
    with pytest.raises(TaskNotFound):
        await client.detail(task_id="2221")
    assert await client.list_tasks() == []
    await client.check()
    server.script = [reply({"result": True, "errors": []})]
    assert await client.cancel("2221") is None
    with pytest.raises(ProtocolError):
        await client.detail(task_id="2221")
    with pytest.raises(ProtocolError):
        await client.list_tasks()


async def test_check(server, client):
    server.script = [
        tasks(TASK),
        refused(0, "Project authorization is not valid.", 401),
        b"HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n",
    ]
    await client.check()
    with pytest.raises(AuthenticationRefused, match="Project authorization"):
        await client.check()
    with pytest.raises(AuthenticationRefused):
        await client.check()
    assert {request.target for request in server.requests} == {"/v1/Task/List"}


async def test_a_model_is_told_with_its_fractions_exact(server, client):
    told = {"cps": 0.000585, "parameters": [{"items": [{"id": "steps", "step": 0.1}]}]}
    server.script = [
        reply({"result": True, "tool": [told]}),
        reply({"result": True, "tool": []}),
        refused(1, "tool-not-accessible"),
        reply({"result": True, "tool": [3]}),
    ]
    tool = await client.tool("futurist/CartoonMix v1.0")
    assert tool == {
        "cps": "0.000585",
        "parameters": [{"items": [{"id": "steps", "step": "0.1"}]}],
    }
    assert server.requests[0].json == {"slugowner": "futurist", "slugproject": "CartoonMix v1.0"}
    with pytest.raises(ModelUnavailable):
        await client.tool("futurist/CartoonMix v1.0")
    assert server.requests[2].json["slugproject"] == "cartoonmix-v1-0"
    with pytest.raises(ProtocolError):
        await client.tool("futurist/CartoonMix v1.0")


async def test_a_wallet_is_told_as_it_is(server, client):
    server.script = [reply({"result": True, "wallets": [{"balance": "12.34"}]})]
    assert (await client.wallet())["wallets"] == [{"balance": "12.34"}]
    assert server.requests[0].target == "/v1/Wallet/List"


# --- the two names of a model --------------------------------------------------------------------

PUBLISHED, CLEAN = "/v1/Run/futurist/CartoonMix%20v1.0", "/v1/Run/futurist/cartoonmix-v1-0"


async def test_an_unknown_name_is_tried_once_in_its_clean_form_and_remembered(
    server, client, recipe
):
    server.script = [UNKNOWN_SLUG, reply(RECEIPT), reply(RECEIPT), UNKNOWN_SLUG, reply(RECEIPT)]
    for _ in range(3):
        assert (await client.run(recipe)).task_id == "2221"
    targets = [request.target for request in server.requests]
    assert targets == [PUBLISHED, CLEAN, CLEAN, CLEAN, PUBLISHED]


async def test_a_model_unknown_under_both_names(server, client, recipe):
    server.script = [UNKNOWN_SLUG]
    with pytest.raises(ModelUnavailable):
        await client.run(recipe)
    assert [request.target for request in server.requests] == [PUBLISHED, CLEAN]


async def test_a_model_that_is_closed_is_not_tried_again(server, client, recipe):
    server.script = [refused(1, "tool-not-accessible")]
    with pytest.raises(ModelUnavailable):
        await client.run(recipe)
    assert [request.target for request in server.requests] == [PUBLISHED]


# --- what must not leak --------------------------------------------------------------------------


async def test_nothing_secret_is_logged_or_told(server, hasty_client, recipe, caplog):
    caplog.set_level(logging.DEBUG)
    server.script = [tasks(TASK), refused(0, "Project authorization is not valid.", 401), hang]
    await hasty_client.detail(token="a-token")
    told = []
    for _ in range(2):
        with pytest.raises(Exception) as caught:  # noqa: PT011 - whichever, it must hold no secret
            await hasty_client.run(recipe)
        told.append(f"{caught.value!r} {caught.value} {caught.value.args}")
        assert caught.value.__cause__ is None
    text = caplog.text + "".join(told)
    for secret in ("the-key", "the-secret", "a-token", "wizard", server.origin):
        assert secret not in text


# --- the end -------------------------------------------------------------------------------------


async def test_closing_ends_what_is_under_way(server, client, recipe):
    server.script = [hang]
    asked = asyncio.create_task(client.run(recipe))
    await server.staging(1)
    await client.aclose()
    with pytest.raises(NoAnswer):
        await asked
    with pytest.raises(Unreachable):
        await client.run(recipe)
    assert len(server.requests) == 1


async def test_cancelling_a_slow_answer_ends_it_at_once(server, client):
    server.script = [drip(json.dumps({}).encode(), 0.05)]
    asked = asyncio.create_task(client.detail(task_id="1"))
    await server.staging(1)
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked


async def test_many_at_once(server, client):
    server.script = [tasks(TASK)]
    found = await asyncio.gather(*(client.detail(task_id="2221") for _ in range(60)))
    assert len(found) == 60
    assert server.connections <= 20


async def test_new_connections_end_questions_but_no_run(server, client, recipe):
    answered = asyncio.Event()

    async def later(_reader, writer):
        await answered.wait()
        writer.write(reply({"errors": [], "taskid": "1", "socketaccesstoken": "t", "result": True}))
        await writer.drain()

    server.script = [later, hang]
    running = asyncio.create_task(client.run(recipe))
    await server.staging(1)
    asking = asyncio.create_task(client.detail(task_id="1"))
    await server.staging(2)
    await client.renew()
    with pytest.raises(NoAnswer):
        await asking
    answered.set()
    assert (await running).task_id == "1"
    server.script = [hang]
    asking = asyncio.create_task(client.detail(task_id="1"))
    await server.staging(3)  # on a connection that was made since
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking


async def amid_the_handshake(server):
    """A question to a server that lets the TLS handshake hang."""
    begun = asyncio.Event()

    async def silent(reader, _writer):
        assert await reader.read(1)
        begun.set()
        await reader.read()

    server.on_connect = silent
    origin = server.origin.replace("http:", "https:")
    addresses = Addresses(f"{origin}/v1", server.addresses.socket)
    client = WiroClient(CREDENTIALS, addresses, timeouts=PATIENT)
    asking = asyncio.create_task(client.detail(task_id="1"))
    await begun.wait()
    return client, asking


async def test_who_is_cancelled_amid_the_handshake_leaves_no_connection(server):
    client, asking = await amid_the_handshake(server)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    async with asyncio.timeout(5):
        await server.quiet()
    await client.aclose()


async def test_closing_ends_connections_that_are_being_made(server):
    client, asking = await amid_the_handshake(server)
    await client.aclose()
    with pytest.raises(Unreachable):
        await asking
    async with asyncio.timeout(5):
        await server.quiet()
