"""Makes the sample of a schema version: a history as that version left it, and what is in it.

Run it once after adding a migration, with the environment's Python, and commit what it writes::

    .venv/bin/python -m tests.unit.storage.history.samples.make_sample

It makes the samples that are missing and leaves all others as they are: they are what was
published. A new migration that adds something to be kept gets a ``_fill_…`` of its own below.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import apsw
from msgspec.structs import replace

from cartoonmix_desktop.core.money.amounts import units_of
from cartoonmix_desktop.storage.database import Database
from cartoonmix_desktop.storage.history.full_text import folded, words_of
from cartoonmix_desktop.storage.history.schema import HISTORY

HERE = Path(__file__).resolve().parent
LATEST = len(HISTORY.migrations)

_START = 1_750_000_000.0
_STATES = (
    *("queued", "sending", "accepted", "running", "downloading", "kept"),
    *("failed", "cancelled", "rejected", "unknown", "discarded"),
)
_PATHS = {
    "sending": ("queued", "sending"),
    "accepted": ("queued", "sending", "accepted"),
    "running": ("queued", "sending", "accepted", "running"),
    "downloading": ("queued", "sending", "accepted", "running", "downloading"),
    "kept": ("queued", "sending", "accepted", "running", "downloading", "kept"),
    "failed": ("queued", "sending", "accepted", "running", "failed"),
    "cancelled": ("queued", "sending", "accepted", "cancelled"),
    "rejected": ("queued", "sending", "rejected"),
    "unknown": ("queued", "sending", "unknown"),
    "discarded": ("queued", "sending", "unknown", "discarded"),
}
_PROMPTS = (
    *("a red fox in snow, (soft light:1.2)", "森の中の狐", "un café à Paris, <lora:ink:0.8>"),
    *("first line\nsecond line", "a 'quoted' \"fox\"", "👩‍🎨 paints"),
)
_ERRORS = {
    "failed": {"kind": "TaskFailed", "server_message": "CUDA out of memory"},
    "rejected": {"kind": "Refused", "code": 1, "server_message": "too many steps"},
    "unknown": {"kind": "OutcomeUnknown"},
    "discarded": {"kind": "OutcomeUnknown"},
}


def name_of(version: int) -> str:
    """The sample's file name without its ending."""
    return f"history-v{version}"


def make(version: int, folder: Path) -> Path:
    """Make the sample of one version, and the JSON beside it.

    Returns:
        The database.
    """
    path = folder / f"{name_of(version)}.sqlite3"
    schema = replace(HISTORY, migrations=HISTORY.migrations[:version], durable=False)
    database = Database(path, schema)
    told = _Told()
    with database.writing() as connection:
        _fill_tasks(connection, version, told)
        if version >= 2:
            _fill_doubts(connection, told)
        if version >= 3:
            _fill_line(connection, told)
        if version >= 5:
            _fill_marks(connection, told)
        if version >= 6:
            _fill_sources(connection, told)
        if version >= 7:
            _fill_lineage(connection, told)
        if version >= 10:
            _fill_aftercare(connection, told)
        if version >= 11:
            _fill_estimates(connection, told)
        if version >= 13:
            _fill_elsewhere(connection, told)
        if version >= 15:
            _fill_others(connection, told)
        if version >= 16:
            _fill_journal(connection, told)
        if version >= 4:  # last: what is in the trash was marked before
            _fill_trash(connection, version, told)
    database.close()
    _pack(path)
    (folder / f"{name_of(version)}.json").write_text(
        json.dumps(told.record, ensure_ascii=False, indent=1, sort_keys=True) + "\n", "utf-8"
    )
    return path


class _Told:
    """What is in a sample, as it is to be found again."""

    def __init__(self) -> None:
        self.record: dict[str, Any] = {
            "tasks": {},
            "facts": {"last_batch": "[1, 2]", "paused": "a reason"},
            "deleted": [],
            "collections": {},
            "searches": {},
            "line": [1, 2],  # as their ids, where there was no other order
        }
        self.tasks: dict[str, dict[str, Any]] = self.record["tasks"]

    def of(self, task_id: int) -> dict[str, Any]:
        return self.tasks[str(task_id)]


def _fill_tasks(connection: Any, version: int, told: _Told) -> None:
    states = (*_STATES, "removed") if version >= 3 else _STATES
    for number, state in enumerate((*states, "kept", "kept", "kept"), 1):
        values = {
            "prompt": _PROMPTS[number % len(_PROMPTS)],
            "negativePrompt": "bad hands" if number % 2 else "",
            "width": 512,
            "height": 768,
            "samples": 2,
            "steps": 20 + number,
            "scale": 7.5,
            "scheduler": "DDIMScheduler",
            "clipSkip": 2,
            "seed": str(1000 + number),
            "callbackUrl": "",
        }
        task = {
            "uid": f"{number:032x}",
            "account": "sandbox" if number % 3 == 0 else "wiro-0123456789ab",
            "request": {"model": "futurist/CartoonMix v1.0", "values": values},
            "state": state,
            "created_at": _START + number * 60,
            "remote_id": str(7000 + number) if "accepted" in _PATHS.get(state, ()) else "",
            "status": "task_postprocess_end" if state == "kept" else "",
            "verdict": {"kept": "succeeded", "failed": "failed", "cancelled": "cancelled"}.get(
                state
            ),
            "cost": "0.0035" if state == "kept" else None,
            "seconds": 6.25 if state == "kept" else None,
            "error": _ERRORS.get(state),
        }
        moves = _PATHS.get(state, ("queued", "removed") if state == "removed" else ("queued",))
        _insert(connection, task, number, version)
        connection.executemany(
            "INSERT INTO move(task_id, state, at) VALUES (?, ?, ?)",
            [(number, to, task["created_at"] + n) for n, to in enumerate(moves)],
        )
        _index(connection, number, values, version)
        task |= {"moves": [list(m) for m in zip(moves, map(float, range(len(moves))), strict=True)]}
        task["outputs"] = _outputs(connection, number, state)
        told.tasks[str(number)] = task
    connection.executemany("INSERT INTO fact VALUES (?, ?)", list(told.record["facts"].items()))


def _insert(connection: Any, task: dict[str, Any], number: int, version: int) -> None:
    names = [name for name in task if name not in {"request", "error"}]
    marks = ", ".join("?" * (len(names) + 5))
    connection.execute(
        f"INSERT INTO task(id, owner, token, request, error, {', '.join(names)}) VALUES ({marks})",
        (
            *(number, f"owner-{number % 2}", f"token-{number}" if task["remote_id"] else ""),
            json.dumps(task["request"]),
            json.dumps(task["error"]) if task["error"] else None,
            *(_money(task[name], version) if name == "cost" else task[name] for name in names),
        ),
    )


def _money(cost: str | None, version: int) -> str | int | None:
    return cost if cost is None or version < 11 else units_of(cost)


def _index(connection: Any, number: int, values: dict[str, Any], version: int) -> None:
    texts = values["prompt"], values["negativePrompt"]
    if version < 5:  # the table of before, that the fifth makes anew
        connection.execute(
            "INSERT INTO task_text(rowid, prompt, negative_prompt) VALUES (?, ?, ?)",
            (number, *texts),
        )
        return
    connection.execute(
        "INSERT INTO task_text(rowid, prompt, negative_prompt, model) VALUES (?, ?, ?, ?)",
        (number, *(words_of(text) for text in (*texts, "futurist/CartoonMix v1.0"))),
    )
    connection.execute(
        "INSERT INTO task_part(rowid, prompt, negative_prompt) VALUES (?, ?, ?)",
        (number, *(folded(text) for text in texts)),
    )


def _outputs(connection: Any, number: int, state: str) -> list[dict[str, Any]]:
    kinds = {"kept": ("kept", "broken"), "downloading": ("kept", "pending")}.get(state, ())
    made = []
    for position, kind in enumerate(kinds):
        kept = kind == "kept"
        output = {
            "position": position,
            "remote_id": f"out-{number}-{position}",
            "state": kind,
            "path": f"2025-06/{number}-{position}.png" if kept else "",
            "size": 1000 + number if kept else 0,
            "sha256": f"{number:064x}" if kept else "",
            "width": 512 if kept else 0,
            "height": 768 if kept else 0,
        }
        marks = ", ".join("?" * (len(output) + 1))
        connection.execute(
            f"INSERT INTO output(task_id, {', '.join(output)}) VALUES ({marks})",
            (number, *output.values()),
        )
        made.append(output)
    return made


def _fill_doubts(connection: Any, told: _Told) -> None:
    connection.execute("UPDATE task SET cancelling = 1, heard_at = ? WHERE id = 4", (_START,))
    told.of(4).update(cancelling=True, heard_at=_START)


def _fill_line(connection: Any, told: _Told) -> None:
    """Task 2 is being sent; the person wants task 1 after it."""
    connection.execute("DELETE FROM line")
    connection.execute("INSERT INTO line(place, task_id) VALUES (5, 2), (9, 1)")
    told.record["line"] = [2, 1]


def _fill_marks(connection: Any, told: _Told) -> None:
    connection.execute(
        "UPDATE output SET favourite = 1, rating = 4 WHERE task_id = 6 AND position = 0"
    )
    connection.execute("UPDATE output SET rejected = 1 WHERE task_id = 6 AND position = 1")
    told.of(6)["outputs"][0].update(favourite=True, rating=4)
    told.of(6)["outputs"][1].update(rejected=True)
    note, tag = "for the client\nin blue", "Client Ä"
    connection.execute("INSERT INTO note VALUES (6, ?, ?, ?)", (note, folded(note), words_of(note)))
    connection.execute(
        "INSERT INTO tag(name, folded, words) VALUES (?, ?, ?)",
        (tag, folded(tag), words_of(tag)),
    )
    connection.execute("INSERT INTO task_tag VALUES (1, 6), (1, 7)")
    told.of(6).update(note=note, tags=[tag])
    told.of(7).update(tags=[tag])
    connection.execute("INSERT INTO collection(name, folded) VALUES ('Covers', 'covers')")
    connection.execute("INSERT INTO collected SELECT 1, id, task_id FROM output WHERE task_id = 6")
    told.record["collections"] = {"Covers": 2}
    connection.execute("INSERT INTO saved_search(name, query) VALUES ('Best', 'rating:>=4')")
    told.record["searches"] = {"Best": "rating:>=4"}


def _fill_sources(connection: Any, told: _Told) -> None:
    connection.execute("UPDATE task SET source = 'fox & hound.png' WHERE id = 6")
    told.of(6)["source"] = "fox & hound.png"


def _fill_lineage(connection: Any, told: _Told) -> None:
    """Task 7 came from 6, and 8 from one that was deleted."""
    connection.execute("UPDATE task SET parent_id = 6 WHERE id = 7")
    connection.execute("UPDATE task SET parent_id = 999 WHERE id = 8")
    told.of(7)["parent_id"] = 6
    told.of(8)["parent_id"] = 999


def _fill_aftercare(connection: Any, told: _Told) -> None:
    """Of task 6 a picture is looked for no more; the charge of 7 is to be asked for."""
    over = ["more", _START, None, 12, _START + 600_000]
    due = ["charge", _START, _START + 30, 2, _START + 10]
    told.of(6)["owed"], told.of(7)["owed"] = [over], [due]
    connection.executemany(
        "INSERT INTO aftercare(task_id, reason, began, due, tries, asked)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        [(6, *over), (7, *due)],
    )


def _fill_estimates(connection: Any, told: _Told) -> None:
    connection.execute("UPDATE task SET estimated = ? WHERE id = 6", (units_of("0.004"),))
    told.of(6)["estimated"] = "0.004"


def _fill_elsewhere(connection: Any, told: _Told) -> None:
    connection.execute("UPDATE task SET elsewhere = 1 WHERE id = 6")
    told.of(6)["elsewhere"] = True


def _fill_others(connection: Any, told: _Told) -> None:
    others = {"Model hash": "0123abcd", "Hires upscaler": "4x-UltraSharp 狐"}
    connection.execute(
        "INSERT INTO others(task_id, told, words) VALUES (6, ?, ?)",
        (json.dumps(others), words_of(" ".join(f"{k} {v}" for k, v in others.items()))),
    )
    told.of(6)["others"] = others


def _fill_journal(connection: Any, told: _Told) -> None:
    """All that is written before is in the journal; what comes after waits."""
    connection.execute("UPDATE journal SET history = ?, number = 7, filled = NULL", ("a" * 32,))
    connection.execute("DELETE FROM unjournaled")
    connection.execute("DELETE FROM unjournaled_name")
    told.record["journal"] = ["a" * 32, 7]


def _fill_trash(connection: Any, version: int, told: _Told) -> None:
    """The newest task is in the trash, one before has nothing left at the server, one is gone."""
    last = max(map(int, told.tasks))
    thrown = _START + 100_000
    connection.execute("UPDATE task SET trashed_at = ? WHERE id = ?", (thrown, last))
    connection.execute(
        "UPDATE output SET trashed_at = ?, trash_path = 'Trash/x.png'"
        " WHERE task_id = ? AND state = 'kept'",
        (thrown, last),
    )
    connection.execute(
        "UPDATE output SET trashed_at = ? WHERE task_id = ? AND state <> 'kept'", (thrown, last)
    )
    told.of(last)["trashed_at"] = thrown
    told.of(last)["outputs"][0]["path"] = "Trash/x.png"
    connection.execute("UPDATE task SET remote_deleted_at = ? WHERE id = ?", (thrown, last - 1))
    told.of(last - 1)["remote_deleted_at"] = thrown
    connection.execute(
        "INSERT INTO deleted_task(account, remote_id, created_at, cost)"
        " VALUES ('wiro-0123456789ab', '42', 1.5, ?)",
        (_money("0.01", version),),
    )
    if version >= 16:
        connection.execute("UPDATE deleted_task SET uid = ?", ("d" * 32,))
    if version >= 11:
        connection.execute(
            "UPDATE deleted_task SET model = 'futurist/CartoonMix v1.0', pictures = 2,"
            " tags = '[\"Client Ä\"]', collections = '[]'"
        )
    told.record["deleted"] = [["wiro-0123456789ab", "42", 1.5, "0.01"]]


def _pack(path: Path) -> None:
    """One small file: no journal beside it, no room inside it."""
    connection = apsw.Connection(str(path))
    connection.execute("PRAGMA journal_mode = DELETE; PRAGMA page_size = 512; VACUUM").fetchall()
    connection.close()


def main() -> None:
    """Make what is missing."""
    for version in range(1, LATEST + 1):
        if not (HERE / f"{name_of(version)}.sqlite3").exists():
            path = make(version, HERE)
            sys.stdout.write(f"{path.name}: {path.stat().st_size:,} bytes\n")


if __name__ == "__main__":
    main()
