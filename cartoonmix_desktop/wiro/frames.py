"""Frames of the live socket, read so leniently that none can do harm.

Source: the Wiro API reference, "Live updates".
"""

from __future__ import annotations

from typing import Any

import msgspec

from cartoonmix_desktop.core.task.remote import LiveFrame, Progress
from cartoonmix_desktop.wiro.decoding import decode, number, text

_LONGEST_PROGRESS = 64 * 1024  # bytes; what is longer is a log


class _Frame(msgspec.Struct):
    type: Any = None
    id: Any = None
    taskid: Any = None
    tasktoken: Any = None
    message: msgspec.Raw = msgspec.Raw(b"null")


class _Message(msgspec.Struct):
    percentage: Any = None
    stepCurrent: Any = None  # noqa: N815 - the wire's name
    stepTotal: Any = None  # noqa: N815 - the wire's name
    speed: Any = None
    speedType: Any = None  # noqa: N815 - the wire's name
    remainingTime: Any = None  # noqa: N815 - the wire's name


def read_frame(message: str) -> LiveFrame | None:
    """One text frame of the live socket; None for all that says nothing of a task."""
    try:
        frame = decode(message.encode(), _Frame)
        status = frame.type
        if not isinstance(status, str) or not status.startswith("task_"):
            return None
        return LiveFrame(
            status=status,
            task_id=text(frame.id, "id") or text(frame.taskid, "taskid"),
            token=text(frame.tasktoken, "tasktoken"),
            progress=_progress(frame.message),
        )
    except ValueError:  # malformed, or a lone surrogate: a hint that cannot be read is none
        return None


def _progress(raw: msgspec.Raw) -> Progress | None:
    body = bytes(raw)
    if len(body) > _LONGEST_PROGRESS:
        return None
    if body.startswith(b'"'):  # plain words, or the text of an object
        body = decode(body, str).encode()
    if not body.lstrip().startswith(b"{"):
        return None
    message = decode(body, _Message)
    percent = number(message.percentage, "percentage")
    step, steps = number(message.stepCurrent, "step"), number(message.stepTotal, "steps")
    speed = " ".join(
        (text(message.speed, "speed").strip(), text(message.speedType, "speedType").strip())
    )
    return Progress(
        percent=None if percent is None else min(100.0, max(0.0, float(percent))),
        step=None if step is None else int(step),
        steps=None if steps is None else int(steps),
        speed=speed.strip()[:40],
        remaining=text(message.remainingTime, "remainingTime").strip()[:40],
    )
