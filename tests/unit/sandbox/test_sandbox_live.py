from __future__ import annotations

import asyncio
import json

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus


async def frames_of(socket, *ends):
    """All frames until as many tasks as ``ends`` names have ended."""
    frames = []
    left = set(ends)
    while left:
        frame = json.loads(await asyncio.wait_for(socket.recv(), 10))
        frames.append(frame)
        if frame["type"] in {"task_postprocess_end", "task_cancel"}:
            left.discard(frame["id"])
    return frames


def subscribe(token):
    return json.dumps({"type": "task_info", "tasktoken": token})


async def test_frames_tell_each_change_progress_and_the_outputs(start):
    server = start("--speed", 10)
    async with connect(server.socket) as socket:
        assert json.loads(await socket.recv()) == {"type": "connected", "version": "1.0"}
        run = server.run(samples=2, steps=5)
        await socket.send(subscribe(run["socketaccesstoken"]))
        frames = await frames_of(socket, run["taskid"])
    assert {frame["tasktoken"] for frame in frames} == {run["socketaccesstoken"]}
    assert all(frame["result"] is True for frame in frames)
    kinds = list(dict.fromkeys(frame["type"] for frame in frames))
    assert kinds[-4:-1] == ["task_output_full", "task_end", "task_postprocess_start"]
    progress = [frame["message"] for frame in frames if frame["type"] == "task_output"]
    assert all(isinstance(value, str) for message in progress for value in message.values())
    assert {message["type"] for message in progress} == {"progressGenerate"}
    steps = [int(message["stepCurrent"]) for message in progress]
    assert steps == sorted(steps)
    assert (steps[-1], progress[-1]["stepTotal"], progress[-1]["percentage"]) == (10, "10", "100")
    assert frames[-1]["message"] == server.detail(run["taskid"])["outputs"]
    assert len(frames[-1]["message"]) == 2


async def test_one_socket_hears_several_tasks_and_missed_frames_stay_missed(start):
    sandbox = start("--speed", 4)
    done = sandbox.run(samples=1)
    sandbox.ended(done["taskid"])
    async with connect(sandbox.socket) as socket:
        await socket.recv()
        await socket.send(subscribe(done["socketaccesstoken"]))
        runs = [sandbox.run(samples=1) for _ in range(2)]
        for run in runs:
            await socket.send(subscribe(run["socketaccesstoken"]))
        frames = await frames_of(socket, *(run["taskid"] for run in runs))
    assert {frame["id"] for frame in frames} == {run["taskid"] for run in runs}


async def test_a_cancelled_task_says_so(start):
    server = start("--limit", 1)
    server.run()
    queued = server.run()
    async with connect(server.socket) as socket:
        await socket.recv()
        await socket.send(subscribe(queued["socketaccesstoken"]))
        await socket.send("not json")
        assert json.loads(await socket.recv())["type"] == "error"
        await asyncio.to_thread(server.post, "Task/Cancel", {"taskid": queued["taskid"]})
        frames = await frames_of(socket, queued["taskid"])
    assert [frame["type"] for frame in frames] == ["task_cancel"]


async def test_a_web_page_is_not_let_in(start):
    server = start()
    for address, headers in (
        (server.socket, {"Origin": "https://example.com"}),
        (server.socket.rpartition("/")[0], {}),
        (server.socket[:-1], {}),
    ):
        with pytest.raises(InvalidStatus) as refused:
            await connect(address, additional_headers=headers)
        assert refused.value.response.status_code == 403


async def test_too_much_at_once_ends_the_socket(start):
    async with connect(start().socket) as socket:
        await socket.recv()
        await socket.send("x" * 65_537)
        with pytest.raises(ConnectionClosed) as ended:
            await socket.recv()
    assert ended.value.rcvd.code == 1009
