"""How a run unfolds: which status it has after which share of its time, and what it reports.

Source: the Wiro API reference (statuses and live frames). Shares and seconds are the sandbox's own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cartoonmix_desktop.core.recipe.inputs import Value

QUEUE = "task_queue"

_SHARES = (
    (0.00, QUEUE),
    (0.04, "task_accept"),
    (0.06, "task_preprocess_start"),
    (0.08, "task_preprocess_end"),
    (0.10, "task_assign"),
    (0.12, "task_start"),
    (0.15, "task_output"),
    (0.90, "task_output_full"),
    (0.93, "task_end"),
    (0.95, "task_postprocess_start"),
)
"""From which share of the run's time each status holds; the end comes with the pictures."""

_SHARE_OF = {status: share for share, status in _SHARES}
_OUTPUT_SHARES = (_SHARE_OF["task_output"], _SHARE_OF["task_output_full"])

_STEPS_A_SECOND = 18.0
_OVERHEAD = 1.6
_LONGEST = 20.0


@dataclass(frozen=True, slots=True)
class Moment:
    """Something a run tells its listeners.

    Attributes:
        share: of the run's time, 0 to 1.
        status: as on the wire.
        step: of all steps of all samples; 0 on statuses without progress.
        steps: how many there are.
    """

    share: float
    status: str
    step: int = 0
    steps: int = 0

    def message(self, seconds: float) -> dict[str, str] | None:
        """The live frame's ``message`` in a run of ``seconds``: strings throughout, or None."""
        if not self.steps:
            return None
        first, last = _OUTPUT_SHARES
        whole = (last - first) * seconds
        done = whole * self.step / self.steps
        return {
            "type": "progressGenerate",
            "task": "Generate",
            "percentage": str(100 * self.step // self.steps),
            "stepCurrent": str(self.step),
            "stepTotal": str(self.steps),
            "speed": f"{self.steps / whole:.1f}",
            "speedType": "it/s",
            "elapsedTime": f"{done:.0f}s",
            "remainingTime": f"{whole - done:.0f}s",
        }


def seconds_of(values: Mapping[str, Value]) -> float:
    """How long a run takes at normal speed: with samples, steps and area, at most 20 s."""
    area = float(values["width"]) * float(values["height"]) / 512**2
    return min(_OVERHEAD + _steps(values) * area / _STEPS_A_SECOND, _LONGEST)


def moments(values: Mapping[str, Value]) -> Iterator[Moment]:
    """All that a run tells, in order; progress at most once a hundredth."""
    total = _steps(values)
    first, last = _OUTPUT_SHARES
    for share, status in _SHARES:
        if status != "task_output":
            yield Moment(share, status)
            continue
        told = -1
        for step in range(1, total + 1):
            percentage = 100 * step // total
            if percentage > told:
                told = percentage
                yield Moment(first + (last - first) * step / (total + 1), status, step, total)


def status_after(share: float) -> str:
    """The status at ``share`` of the run's time, the end excepted."""
    return next(status for since, status in reversed(_SHARES) if share >= since)


def share_of(status: str) -> float:
    """From which share of the run's time ``status`` holds."""
    return _SHARE_OF[status]


def _steps(values: Mapping[str, Value]) -> int:
    return int(values["samples"]) * int(values["steps"])
