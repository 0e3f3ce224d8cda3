from __future__ import annotations

import io
import json
from decimal import Decimal

import pytest
from PIL import Image

from cartoonmix_desktop.core.recipe.cartoonmix import CARTOONMIX

ORDER = [
    "task_queue",
    "task_accept",
    "task_preprocess_start",
    "task_preprocess_end",
    "task_assign",
    "task_start",
    "task_output",
    "task_output_full",
    "task_end",
    "task_postprocess_start",
    "task_postprocess_end",
]


def error(response):
    body = response.json()
    assert body["result"] is False
    return response.status_code, body["errors"][0]["code"], body["errors"][0]["message"]


def test_a_run_goes_through_the_statuses_in_order_and_ends_with_its_pictures(sandbox):
    run = sandbox.run(samples=2)
    task, seen = sandbox.until(run["taskid"], "task_postprocess_end")
    places = [ORDER.index(status) for status in seen]
    assert places == sorted(places)
    assert task["id"] == run["taskid"]
    assert task["socketaccesstoken"] == run["socketaccesstoken"]
    assert task["pexit"] == "0"
    assert task["parameters"]["prompt"] == "a wizard cat"
    assert [output["name"] for output in task["outputs"]] == ["0.png", "1.png"]
    for output in task["outputs"]:
        picture = sandbox.http.get(output["url"])
        assert picture.headers["content-length"] == output["size"] == str(len(picture.content))
        assert Image.open(io.BytesIO(picture.content)).size == (64, 64)


def test_all_numbers_and_times_are_strings_and_times_grow(sandbox):
    task = sandbox.ended(sandbox.run()["taskid"])
    assert Decimal(task["totalcost"]) == Decimal("0.000585") * Decimal(task["elapsedseconds"])
    assert task["cps"] == "0.000585000000"
    assert task["canceltime"] == "0"
    names = ("createtime", "accepttime", "starttime", "endtime", "postprocessendtime")
    times = [int(task[name]) for name in names]
    assert all(isinstance(task[name], str) for name in names)
    assert times == sorted(times)
    assert times[0] > 0


def test_a_task_is_found_by_id_and_by_token(sandbox):
    run = sandbox.run()
    by_token = sandbox.post("Task/Detail", {"tasktoken": run["socketaccesstoken"]}).json()
    assert by_token["total"] == "1"
    assert by_token["tasklist"][0]["id"] == run["taskid"]
    assert error(sandbox.post("Task/Detail", {"taskid": "1"})) == (200, 1, "There is no task yet.")


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"prompt": ""}, "Request parameter [prompt] is required"),
        ({"prompt": None}, "Request parameter [prompt] is required"),
        ({"prompt": "  "}, "Request parameter [prompt] is required"),
        ({"steps": 0}, "Request parameter [steps] must be between 1 and 150"),
        ({"steps": 151}, "Request parameter [steps] must be between 1 and 150"),
        ({"samples": 17}, "Request parameter [samples] must be between 1 and 16"),
        ({"width": 63}, "Request parameter [width] must be between 64 and 2048"),
        ({"height": 4096}, "Request parameter [height] must be between 64 and 2048"),
        ({"steps": "many"}, "Request parameter [steps] must be a whole number"),
    ],
)
def test_inputs_are_refused_in_the_servers_words(sandbox, inputs, message):
    before = len(sandbox.ledger())
    reply = sandbox.post("Run/futurist/CartoonMix%20v1.0", {"prompt": "x", **inputs})
    assert error(reply) == (200, 0, message)
    assert len(sandbox.ledger()) == before


def test_an_unknown_scheduler_is_refused(sandbox):
    reply = sandbox.post("Run/futurist/CartoonMix%20v1.0", {"prompt": "x", "scheduler": "Magic"})
    status, code, message = error(reply)
    assert (status, code) == (200, 0)
    assert message.startswith("Request parameter [scheduler] must be one of EulerDiscrete")


def test_another_model_is_unknown_and_another_path_is_no_url(sandbox):
    reply = sandbox.post("Run/futurist/cartoonmix-v1-0", {"prompt": "x"})
    assert error(reply) == (200, 1, "slug-owner-project-not-exist")
    assert error(sandbox.post("Task/Nothing")) == (404, 0, "Error parsing url.")


@pytest.mark.parametrize(
    "changes",
    [
        {"key": "wrong"},
        {"secret": "wrong"},
        {"secret": ""},
    ],
)
def test_a_wrong_signature_is_refused(sandbox, signing, changes):
    reply = sandbox.post("Task/List", headers=signing(**changes))
    assert error(reply) == (401, 0, "Project authorization is not valid.")


def test_a_key_alone_is_told_of_the_secret(sandbox, signing):
    headers = signing()
    del headers["x-signature"], headers["x-nonce"]
    words = (
        "Project requires signature authentication. x-signature and x-nonce headers are required."
    )
    assert error(sandbox.post("Task/List", headers=headers)) == (401, 0, words)
    headers["x-api-key"] = "wrong"
    assert error(sandbox.post("Task/List", headers=headers))[2] != words


def test_a_nonce_counts_once(sandbox, signing):
    headers = signing()
    assert sandbox.post("Task/List", headers=headers).status_code == 200
    assert sandbox.post("Task/List", headers=headers).status_code == 401


@pytest.mark.parametrize("agent", ["python-httpx/0.28.1", "python-requests/2.32"])
def test_library_user_agents_are_blocked(sandbox, signing, agent):
    assert sandbox.post("Task/List", headers=signing(agent=agent)).status_code == 403


def test_a_key_only_project_needs_no_signature(start):
    server = start(secret="")
    headers = {"x-api-key": "the-key", "user-agent": "CartoonMixTests/1"}
    assert server.post("Task/List", headers=headers).json()["result"] is True
    headers["x-api-key"] = "another"
    assert server.post("Task/List", headers=headers).status_code == 401


def test_a_real_multipart_body_works_and_a_malformed_one_does_not(sandbox, signing):
    fields = {"prompt": (None, "a fox"), "samples": (None, "1"), "width": (None, "64")}
    reply = sandbox.post("Run/futurist/CartoonMix%20v1.0", files=fields).json()
    assert sandbox.detail(reply["taskid"])["parameters"]["samples"] == "1"
    headers = {**signing(), "content-type": "multipart/form-data"}
    broken = sandbox.post("Task/List", headers=headers, content='{"limit": "1"}')
    assert error(broken)[:2] == (400, 0)
    text = sandbox.post("Task/List", headers=signing(), content="limit=1")
    assert error(text)[:2] == (415, 0)
    assert error(sandbox.post("Task/List", content="{", headers=signing() | _JSON))[0] == 400
    assert error(sandbox.post("Task/List", content="[1]", headers=signing() | _JSON))[0] == 400


_JSON = {"content-type": "application/json"}


def test_list_pages_newest_first(sandbox):
    ids = [sandbox.run()["taskid"] for _ in range(3)]
    page = sandbox.post("Task/List", {"start": "0", "limit": "2"}).json()
    assert [task["id"] for task in page["tasklist"]] == [ids[2], ids[1]]
    assert int(page["total"]) >= 3
    rest = sandbox.post("Task/List", {"start": "2", "limit": "1"}).json()
    assert [task["id"] for task in rest["tasklist"]] == [ids[0]]


def test_only_limit_tasks_run_and_the_rest_wait_in_order(start):
    server = start("--limit", 1, "--speed", 8)
    ids = [server.run(samples=1)["taskid"] for _ in range(3)]
    server.until(ids[0], "task_start", "task_output")
    assert [server.detail(task_id)["status"] for task_id in ids[1:]] == ["task_queue"] * 2
    server.ended(ids[1])
    ends = [server.ended(task_id) for task_id in ids]
    assert [end["status"] for end in ends] == ["task_postprocess_end"] * 3


def test_refuse_above_answers_code_96(start):
    server = start("--limit", 1, "--refuse-above", 2)
    server.run()
    server.run()
    reply = server.post("Run/futurist/CartoonMix%20v1.0", {"prompt": "x"})
    words = "With your current balance of $20.00, you can run up to 2 tasks"
    assert error(reply) == (200, 96, words)


def test_cancel_is_for_queued_tasks_and_kill_for_running_ones(start):
    server = start("--limit", 1)
    running, queued = server.run()["taskid"], server.run()["taskid"]
    server.until(running, "task_output")
    refused = server.post("Task/Cancel", {"taskid": running})
    assert error(refused) == (200, 1, "Task is not in a cancellable state.")
    assert error(server.post("Task/Kill", {"taskid": queued}))[1] == 1
    cancelled = server.post("Task/Cancel", {"taskid": queued}).json()["tasklist"][0]
    assert (cancelled["status"], cancelled["totalcost"]) == ("task_cancel", "0")
    token = server.detail(running)["socketaccesstoken"]
    assert error(server.post("Task/Kill", {"tasktoken": token}))[1] == 0
    killed = server.post("Task/Kill", {"socketaccesstoken": token}).json()["tasklist"][0]
    assert (killed["status"], killed["outputs"]) == ("task_cancel", [])
    assert Decimal(killed["totalcost"]) > 0
    assert int(killed["canceltime"]) > 0
    assert error(server.post("Task/Kill", {"taskid": running}))[1] == 1
    server.until(server.run()["taskid"], "task_start")  # the slot is free again


def test_files_are_deleted_on_request_once_the_task_has_ended(start):
    server = start("--speed", 10)
    run = server.run(samples=1)
    token = {"tasktoken": run["socketaccesstoken"]}
    assert error(server.post("Task/InputOutputDelete", token))[1] == 1
    url = server.ended(run["taskid"])["outputs"][0]["url"]
    for _ in range(2):
        assert server.post("Task/InputOutputDelete", token).json() == {"errors": [], "result": True}
    assert server.detail(run["taskid"])["outputs"] == []
    assert server.http.get(url).status_code == 404


def test_the_model_is_described(sandbox):
    reply = sandbox.post(
        "Tool/Detail", {"slugowner": "futurist", "slugproject": "CartoonMix v1.0"}
    ).json()
    items = reply["tool"][0]["parameters"][0]["items"]
    assert [item["id"] for item in items] == [entry.name for entry in CARTOONMIX]
    steps = next(item for item in items if item["id"] == "steps")
    assert (steps["min"], steps["max"], steps["default"]) == (1, 150, "20")
    assert error(sandbox.post("Tool/Detail", {"slugowner": "x"}))[1] == 1


def test_prices_and_a_wallet_are_told_on_demand(start, sandbox):
    model = {"slugowner": "futurist", "slugproject": "CartoonMix v1.0"}
    assert "dynamicprice" not in sandbox.post("Tool/Detail", model).json()["tool"][0]
    assert sandbox.post("Wallet/List").status_code == 404
    old, new = start("--prices", "old"), start("--prices", "new", "--balance", "1", "--speed", 20)
    told = old.post("Tool/Detail", model).json()["tool"][0]["dynamicprice"]
    assert json.loads(told)[0]["priceMethod"] == "cpo"
    told = new.post("Tool/Detail", model).json()["tool"][0]["dynamicprice"]
    assert told[0]["priceMethod"] == "per-output-file"
    [wallet] = new.post("Wallet/List").json()["wallets"]
    assert (wallet["currency"], Decimal(wallet["balance"])) == ("USD", 1)
    cost = Decimal(new.ended(new.run()["taskid"])["totalcost"])
    [wallet] = new.post("Wallet/List").json()["wallets"]
    assert Decimal(wallet["balance"]) == 1 - cost < 1


def test_pictures_need_no_key_and_refuse_one(sandbox):
    url = sandbox.ended(sandbox.run(samples=1)["taskid"])["outputs"][0]["url"]
    assert sandbox.http.get(url, headers={"x-api-key": "the-key"}).status_code == 400
    assert sandbox.http.get(url.replace("/0.png", "/1.png")).status_code == 404
    assert sandbox.http.get(f"{sandbox.root}/files/guess/0.png").status_code == 404


@pytest.mark.parametrize(
    ("asked", "status", "span"),
    [
        ("bytes=0-9", 206, slice(0, 10)),
        ("bytes=100-", 206, slice(100, None)),
        ("bytes=-7", 206, slice(-7, None)),
        ("bytes=999999999-", 416, None),
        ("lines=1-2", 416, None),
    ],
)
def test_ranges(sandbox, asked, status, span):
    url = sandbox.ended(sandbox.run(samples=1)["taskid"])["outputs"][0]["url"]
    whole = sandbox.http.get(url).content
    part = sandbox.http.get(url, headers={"range": asked})
    assert part.status_code == status
    if span is not None:
        assert part.content == whole[span]
        assert part.headers["content-range"].endswith(f"/{len(whole)}")
