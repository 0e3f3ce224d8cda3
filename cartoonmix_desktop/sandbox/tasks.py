"""The tasks of the sandbox and the journal that keeps them over a restart."""

from __future__ import annotations

import json
import secrets
import time
import uuid
from dataclasses import asdict, dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from cartoonmix_desktop.core.recipe.cartoonmix import CARTOONMIX
from cartoonmix_desktop.core.task.remote import CANCEL, POSTPROCESS_END
from cartoonmix_desktop.sandbox import timeline
from cartoonmix_desktop.sandbox.echo import changed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cartoonmix_desktop.core.recipe.inputs import Value

PRICE = Decimal("0.000585")
"""USD a second, as on the model's page."""

_OWNER, _PROJECT = CARTOONMIX.slug.split("/")

_TIMES = {
    "accepttime": "task_accept",
    "preprocessstarttime": "task_preprocess_start",
    "preprocessendtime": "task_preprocess_end",
    "assigntime": "task_assign",
    "starttime": "task_start",
    "endtime": "task_end",
    "postprocessstarttime": "task_postprocess_start",
}


@dataclass(slots=True)
class SandboxTask:
    """One run.

    Attributes:
        id: digits, growing with time.
        token: ``socketaccesstoken``.
        uuid: as on the wire.
        folder: unguessable part of its pictures' addresses.
        parameters: the inputs as they were sent.
        values: the inputs checked, defaults filled in.
        seconds: how long it runs once it has a slot.
        fault: what a test asked of it, see `faults`.
        created: unix seconds.
        started: when it got a slot, None until then.
        ended: when its pictures were there, None until then.
        stopped: when it was cancelled or killed, None if it was not.
        sizes: bytes of each picture.
        deleted: whether its files were deleted on request.
    """

    id: str
    token: str
    uuid: str
    folder: str
    parameters: dict[str, Any]
    values: dict[str, Value]
    seconds: float
    fault: dict[str, Any]
    created: float
    started: float | None = None
    ended: float | None = None
    stopped: float | None = None
    sizes: list[int] = field(default_factory=list)
    deleted: bool = False

    @property
    def is_terminal(self) -> bool:
        """Whether nothing changes any more."""
        return self.ended is not None or self.stopped is not None

    @property
    def fails(self) -> bool:
        """Whether a test asked it to fail."""
        return bool(self.fault.get("fail") or self.fault.get("fail_with_outputs"))

    @property
    def makes_pictures(self) -> int:
        """How many pictures it ends with."""
        return 0 if self.fault.get("fail") else int(self.values["samples"])

    def status(self, now: float) -> str:
        """The status at ``now``, unix seconds."""
        if self.stopped is not None:
            return CANCEL
        if self.ended is not None:
            return POSTPROCESS_END
        if self.started is None:
            return timeline.QUEUE
        if self.fault.get("error"):
            return "task_error"
        return timeline.status_after((now - self.started) / self.seconds)

    def describe(self, now: float, files: str) -> dict[str, Any]:
        """The task as Task/Detail tells it: strings throughout.

        Args:
            now: unix seconds.
            files: base address of the pictures.
        """
        times = {name: self._time_of(status, now) for name, status in _TIMES.items()}
        outputs = self.outputs(files, now)
        if self.fault.get("error") and not self.fault.get("error_ended") and not self.is_terminal:
            times["endtime"] = "0"
        elapsed = self._elapsed(now)
        ended = self.ended is not None
        told: dict[str, Any] = {
            "id": self.id,
            "uuid": self.uuid,
            "name": "",
            "socketaccesstoken": self.token,
            "parameters": self.parameters,
            "debugoutput": "",
            "debugerror": self._stderr(),
            **times,
            "elapsedseconds": f"{elapsed:.4f}",
            "status": self.status(now),
            "cps": f"{PRICE:.12f}",
            "totalcost": self.cost(now),
            "guestid": None,
            "projectid": "1",
            "modelid": "598",
            "description": "",
            "basemodelid": "0",
            "runtype": "model",
            "modelfolderid": "",
            "modelfileid": "",
            "callbackurl": str(self.values.get("callbackUrl", "")),
            "marketplaceid": None,
            "createtime": str(int(self.created)),
            "canceltime": str(int(self.stopped or 0)),
            "postprocessendtime": str(int(self.ended or 0)),
            "pexit": ("1" if self.fails else "0") if ended else None,
            "categories": '["model","sd","text-to-image"]',
            "modeldescription": "",
            "modelslugowner": _OWNER,
            "modelslugproject": _PROJECT,
            "outputs": self._listed(outputs),
            "size": str(sum(self.sizes) if outputs else 0),
        }
        for name in self.fault.get("omit", ()):
            told.pop(name, None)
        told.update(self.fault.get("tell", {}))
        return changed(told, self.fault.get("echo", ()))

    def is_of(self, part: str) -> bool:
        """Whether a text is part of the slug that it tells of its model."""
        slug = self.fault.get("tell", {}).get("modelslugproject", _PROJECT)
        return part.casefold() in slug.casefold()

    def _listed(self, outputs: list[dict[str, Any]]) -> list[dict[str, Any] | None]:
        unsaid = self.fault.get("null_outputs", ())
        return [None if index in unsaid else output for index, output in enumerate(outputs)]

    def outputs(self, files: str, now: float) -> list[dict[str, Any]]:
        """The outputs as on the wire at ``now``; empty until the task has ended."""
        if self.ended is None or self.deleted:
            return []
        dropped = self.fault.get("drop_outputs", ())
        since = now - self.ended
        late = dict(enumerate(self.fault.get("outputs_after", ())))
        at = str(int(self.ended))
        return [
            {
                "id": uuid.uuid5(uuid.UUID(self.uuid), str(index)).hex,
                "name": self.fault.get("output_name", f"{index}.png"),
                "contenttype": "image/png",
                "parentid": uuid.UUID(self.uuid).hex,
                "uuid": self.uuid,
                "size": self.fault.get("output_size", str(size + self.fault.get("size_off_by", 0))),
                "addedtime": at,
                "modifiedtime": at,
                "accesskey": self.folder[:30],
                "foldercount": "0",
                "filecount": "0",
                "ispublic": 0,
                "expiretime": None,
                "url": self.fault.get("output_url", f"{files}/{self.folder}/{index}.png"),
            }
            for index, size in enumerate(self.sizes)
            if index not in dropped and late.get(index, 0) <= since
        ]

    def _time_of(self, status: str, now: float) -> str:
        if self.started is None:
            return "0"
        reached = self.started + timeline.share_of(status) * self.seconds
        limit = now if self.stopped is None else self.stopped
        return str(int(reached)) if reached <= limit else "0"

    def _elapsed(self, now: float) -> float:
        if self.started is None:
            return 0.0
        until = self.stopped if self.stopped is not None else now
        return max(0.0, min(until - self.started, self.seconds))

    def _stderr(self) -> str:
        words = self.fault.get("fail") or self.fault.get("fail_with_outputs")
        if self.fault.get("error") and not self.is_terminal:
            return str(self.fault["error"])
        return str(words or "") if self.ended is not None else ""

    def cost(self, now: float) -> str | None:
        """What it costs, as it is told at ``now``, unix seconds; None while that is not known."""
        end = self.stopped if self.stopped is not None else self.ended
        if end is None:
            return None
        if "costs" in self.fault:
            told = [amount for after, amount in self.fault["costs"] if after <= now - end]
            return told[-1] if told else None
        if self.fails or self.started is None:
            return "0"
        return f"{PRICE * Decimal(f'{self._elapsed(now):.4f}'):.12f}"


class Journal:
    """All tasks, kept in one append-only file of JSON lines: each task once, then its changes.

    Args:
        path: the file; made when missing. A line that a crash cut short is passed over.
    """

    def __init__(self, path: Path) -> None:
        self._tasks: dict[str, SandboxTask] = {}
        text = path.read_text("utf-8", errors="replace") if path.exists() else ""
        for line in text.splitlines():
            self._replay(line)
        self._file = path.open("a", encoding="utf-8")
        if text and not text.endswith("\n"):
            self._file.write("\n")

    def __iter__(self) -> Iterator[SandboxTask]:
        """Oldest first."""
        return iter(self._tasks.values())

    def add(
        self,
        parameters: dict[str, Any],
        values: dict[str, Value],
        seconds: float,
        fault: dict[str, Any],
        created: float | None = None,
    ) -> SandboxTask:
        """Make a task and keep it; ``created`` is in unix seconds, None for now."""
        now = time.time()
        # Clock-made ids stay unique when two processes share the folder.
        newest = next(reversed(self._tasks), "0")
        task = SandboxTask(
            id=str(max(int(newest) + 1, int(now * 1000))),
            token=secrets.token_urlsafe(24)[:30],
            uuid=str(uuid.uuid4()),
            folder="-".join(secrets.token_hex(4) for _ in range(8)),
            parameters=parameters,
            values=values,
            seconds=seconds,
            fault=fault,
            created=now if created is None else created,
        )
        self._tasks[task.id] = task
        self._write(asdict(task))
        return task

    def change(self, task: SandboxTask, **changes: Any) -> None:
        """Set attributes of ``task`` and keep them."""
        for name, value in changes.items():
            setattr(task, name, value)
        self._write({"id": task.id, **changes})

    def by_id(self, task_id: str) -> SandboxTask | None:
        """The task with this id."""
        return self._tasks.get(task_id)

    def by_token(self, token: str) -> SandboxTask | None:
        """The task with this ``socketaccesstoken``."""
        return next((task for task in self if task.token == token), None)

    def by_folder(self, folder: str) -> SandboxTask | None:
        """The task whose pictures live in ``folder``."""
        return next((task for task in self if task.folder == folder), None)

    def _write(self, record: dict[str, Any]) -> None:
        self._file.write(json.dumps(record, ensure_ascii=False) + "\n")
        self._file.flush()

    def _replay(self, line: str) -> None:
        try:
            record = json.loads(line)
            known = self._tasks.get(record["id"])
            self._tasks[record["id"]] = (
                SandboxTask(**record) if known is None else replace(known, **record)
            )
        except (ValueError, TypeError, KeyError):
            return
