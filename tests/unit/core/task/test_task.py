from __future__ import annotations

import pytest

from cartoonmix_desktop.core.recipe.request import GenerationRequest
from cartoonmix_desktop.core.task.remote import Verdict
from cartoonmix_desktop.core.task.task import (
    AT_SERVER,
    FINAL_OF_VERDICT,
    MOVES,
    SANDBOX,
    UNFINISHED,
    Output,
    OutputState,
    Task,
    TaskState,
)


def test_the_moves_speak_of_every_state_and_of_no_other():
    assert MOVES.keys() == set(TaskState)
    assert set().union(*MOVES.values()) <= set(TaskState)


def test_no_state_moves_to_itself():
    assert [state for state, targets in MOVES.items() if state in targets] == []


def reachable(start, *closed):
    found, waiting = set(), [start]
    while waiting:
        state = waiting.pop()
        if state not in found:
            found.add(state)
            waiting.extend(MOVES[state] - set(closed))
    return found


def test_every_state_can_be_reached_from_the_click():
    assert reachable(TaskState.QUEUED) == set(TaskState)


@pytest.mark.parametrize("state", TaskState)
def test_every_state_leads_to_rest(state):
    assert reachable(state) - UNFINISHED - {TaskState.UNKNOWN}


@pytest.mark.parametrize(
    "state",
    [
        TaskState.ACCEPTED,
        TaskState.RUNNING,
        TaskState.DOWNLOADING,
        TaskState.KEPT,
        TaskState.FAILED,
    ],
)
def test_what_the_server_accepted_is_never_sent_again_unless_its_id_was_of_another(state):
    assert not reachable(state, TaskState.UNKNOWN) & {TaskState.QUEUED, TaskState.SENDING}


def test_only_what_has_no_picture_yet_can_turn_out_to_be_another_task():
    assert {s for s, to in MOVES.items() if TaskState.UNKNOWN in to} == AT_SERVER | {
        TaskState.SENDING
    }


def test_only_what_is_queued_is_sent():
    assert [state for state, to in MOVES.items() if TaskState.SENDING in to] == [TaskState.QUEUED]


def test_pictures_count_as_kept_only_after_they_were_fetched():
    assert [s for s, to in MOVES.items() if TaskState.KEPT in to] == [TaskState.DOWNLOADING]


def test_an_unknown_outcome_waits_for_a_word():
    assert TaskState.UNKNOWN not in UNFINISHED
    assert AT_SERVER < UNFINISHED


def test_every_verdict_has_its_rest_after_the_pictures():
    assert FINAL_OF_VERDICT.keys() == set(Verdict)
    assert set(FINAL_OF_VERDICT.values()) <= MOVES[TaskState.DOWNLOADING]


def test_sorts_its_outputs():
    outputs = tuple(Output(i, i, state) for i, state in enumerate(OutputState))
    task = Task(
        1, "0" * 32, SANDBOX, GenerationRequest("m", {}), TaskState.KEPT, 0, outputs=outputs
    )
    assert [output.state for output in task.kept] == [OutputState.KEPT]
    assert [output.state for output in task.broken] == [OutputState.BROKEN, OutputState.ASIDE]
    assert [output.state for output in task.aside] == [OutputState.ASIDE]


@pytest.mark.parametrize(("account", "drawn"), [(SANDBOX, True), ("wiro-0123456789ab", False)])
def test_knows_a_drawing_of_the_sandbox(account, drawn):
    task = Task(1, "0" * 32, account, GenerationRequest("m", {}), TaskState.QUEUED, 0)
    assert task.is_sandbox is drawn
