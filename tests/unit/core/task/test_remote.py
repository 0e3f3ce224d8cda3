from __future__ import annotations

import pytest

from cartoonmix_desktop.core.task.remote import (
    TERMINAL,
    LiveFrame,
    Phase,
    RemoteOutput,
    RemoteTask,
    RunReceipt,
    Verdict,
    phase_of,
)

PICTURE = RemoteOutput("1", "0.png", "https://cdn1.wiro.ai/secret-path/0.png", 1000)
LIFE = (
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
)


def task(status, exit_code=None, outputs=(PICTURE,)):
    return RemoteTask(
        id="2221", token="hush-hush", status=status, exit_code=exit_code, outputs=outputs
    )


@pytest.mark.parametrize(
    ("status", "exit_code", "outputs", "verdict"),
    [
        ("task_postprocess_end", "0", (PICTURE,), Verdict.SUCCEEDED),
        ("task_postprocess_end", None, (PICTURE,), Verdict.SUCCEEDED),
        ("task_postprocess_end", "", (PICTURE,), Verdict.SUCCEEDED),
        ("task_postprocess_end", "0", (), Verdict.SUCCEEDED),  # they may be listed later
        ("task_postprocess_end", None, (), Verdict.SUCCEEDED),
        ("task_postprocess_end", "1", (PICTURE,), Verdict.FAILED),
        ("task_postprocess_end", "-9", (PICTURE,), Verdict.FAILED),
        ("task_postprocess_end", "137", (), Verdict.FAILED),
        ("task_cancel", None, (), Verdict.CANCELLED),
        ("task_cancel", "0", (PICTURE,), Verdict.CANCELLED),
        ("task_cancel", "1", (), Verdict.CANCELLED),
    ],
)
def test_how_a_task_ended(status, exit_code, outputs, verdict):
    assert task(status, exit_code, outputs).verdict is verdict


@pytest.mark.parametrize(
    "status", [*LIFE, "task_error", "task_error_full", "task_of_the_future", ""]
)
def test_anything_else_still_runs(status):
    assert status not in TERMINAL
    assert task(status, "1", ()).verdict is None


def test_the_phases_of_a_life_never_go_back():
    order = list(Phase)
    seen = [phase_of(status) for status in LIFE]
    assert None not in seen
    assert seen == sorted(seen, key=order.index)
    assert set(seen) == set(Phase)


def test_a_line_on_stderr_is_no_failure():
    assert phase_of("task_error") is Phase.GENERATING


@pytest.mark.parametrize("status", [*sorted(TERMINAL), "task_of_the_future", "", None])
def test_no_phase_for_what_has_ended_or_is_unknown(status):
    assert phase_of(status) is None


@pytest.mark.parametrize(
    "thing",
    [
        task("task_start"),
        PICTURE,
        RunReceipt("2221", "hush-hush"),
        LiveFrame("task_output", token="hush-hush"),
    ],
)
def test_no_token_and_no_picture_address_in_a_log(thing):
    assert "hush" not in repr(thing)
    assert "secret-path" not in repr(thing)
