"""What a home must look like after anything whatever, with the server's ledger as the judge."""

from __future__ import annotations

import hashlib
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import apsw

from cartoonmix_desktop.core.task.task import RECEIVED, UNFINISHED, TaskState
from cartoonmix_desktop.storage.files.decoding import decode

if TYPE_CHECKING:
    from collections.abc import Collection

    from cartoonmix_desktop.storage.locations import Locations

AT_THE_SERVER = {
    *(TaskState.ACCEPTED, TaskState.RUNNING, TaskState.DOWNLOADING),
    *(TaskState.KEPT, TaskState.FAILED),
}
"""States that only a task can have which the server accepted."""

NEVER_THERE = {TaskState.QUEUED, TaskState.REJECTED}
"""States that no task can have which the server accepted."""

_WHOLE = "request ->> '$.values.prompt'"
"""The prompt of a task whose request stands as it was, as all of them do before version 14."""

_SENT_AGAIN = """
    SELECT DISTINCT later.task_id FROM move AS earlier JOIN move AS later USING (task_id)
    WHERE earlier.state IN ('unknown', 'accepted', 'rejected')
    AND later.state = 'sending' AND later.id > earlier.id"""


@dataclass(frozen=True)
class Home:
    """What a program left on disk.

    Attributes:
        states: of each task, by id.
        prompts: of each task, by id; no two are alike.
        owners: of tasks that are not at rest.
        pictures: that are kept.
        strays: whole pictures in the library that no task knows yet.
    """

    states: dict[int, TaskState]
    prompts: dict[int, str]
    owners: set[str]
    pictures: int
    strays: int

    @property
    def unfinished(self) -> set[int]:
        """Tasks that the next start must pick up."""
        return {task_id for task_id, state in self.states.items() if state in UNFINISHED}

    def count(self) -> Counter[str]:
        """How many tasks are in each state."""
        return Counter(state.value for state in self.states.values())


def is_begun(locations: Locations) -> bool:
    """Whether a history is there, and has its tables."""
    path = locations.data / "history.sqlite3"
    if not path.exists():
        return False
    with closing(apsw.Connection(str(path))) as connection:
        return bool(connection.execute("PRAGMA table_info(task)").fetchall())


def examine(locations: Locations) -> Home:
    """Open the history as the next start does, and compare the library with it.

    Raises:
        AssertionError: the database is damaged, a task was sent again after an answer or the loss
            of one, a kept picture is not as recorded, or half a picture lies in the library.
    """
    path = str(locations.data / "history.sqlite3")
    with closing(apsw.Connection(path)) as connection:
        assert connection.pragma("integrity_check") == "ok"
        assert not connection.execute("PRAGMA foreign_key_check").fetchall()
        columns = {row[1] for row in connection.execute("PRAGMA table_info(task)")}
        prompt = f"coalesce(prompt, {_WHOLE})" if "prompt" in columns else _WHOLE
        tasks: list[Any] = connection.execute(f"SELECT id, state, {prompt} FROM task").fetchall()
        outputs: list[Any] = connection.execute(
            "SELECT path, iif(typeof(sha256) = 'blob', lower(hex(sha256)), sha256), size"
            " FROM output WHERE state = 'kept'"
        ).fetchall()
        again = connection.execute(_SENT_AGAIN).fetchall()
        assert not again, f"sent again, though nobody asked: {again}"
        owners = {row[0] for row in connection.execute("SELECT owner FROM unfinished")}
    recorded = {path: (sha256, size) for path, sha256, size in outputs}
    strays = 0
    for file in locations.pictures.glob("*/*"):
        if file.parent.name == ".incoming":
            continue  # half received; swept in time
        data = file.read_bytes()
        name = file.relative_to(locations.pictures).as_posix()
        known = recorded.pop(name, None)
        if name.endswith(RECEIVED):
            continue  # what came in the place of a picture, as it came
        if known is None:
            decode(data)  # renamed, and the end came before it was recorded: whole all the same
            strays += 1
        else:
            assert known == (hashlib.sha256(data).hexdigest(), len(data)), file.name
    assert not recorded, "recorded, and not in the library"
    return Home(
        states={task_id: TaskState(state) for task_id, state, _ in tasks},
        prompts={task_id: prompt for task_id, _, prompt in tasks},
        owners=owners,
        pictures=len(outputs),
        strays=strays,
    )


def judge(home: Home, ledger: list[dict[str, Any]], acknowledged: Collection[int]) -> None:
    """Compare with what the server accepted.

    Args:
        home: as `examine` found it.
        ledger: the server's.
        acknowledged: tasks that the program has said it stored.

    Raises:
        AssertionError: a task was lost, or paid twice, or is not what its state says.
    """
    lost = set(acknowledged) - set(home.states)
    assert not lost, f"acknowledged, and not in the history: {sorted(lost)}"
    paid = Counter(entry["parameters"]["prompt"] for entry in ledger)
    twice = {prompt: times for prompt, times in paid.items() if times > 1}
    assert not twice, f"paid twice: {twice}"
    ours = {prompt: task_id for task_id, prompt in home.prompts.items()}
    assert len(ours) == len(home.prompts), "no two prompts are alike"
    unheard = set(paid) - set(ours)
    assert not unheard, f"paid, and not in the history: {unheard}"
    for prompt, task_id in ours.items():
        state = home.states[task_id]
        assert not (state in AT_THE_SERVER and not paid[prompt]), f"{task_id} {state}, not paid"
        assert not (state in NEVER_THERE and paid[prompt]), f"{task_id} {state}, and paid"
