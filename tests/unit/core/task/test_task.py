from __future__ import annotations

import pytest

from cartoonmix_desktop.core.errors import TaskNotFound, Unreachable
from cartoonmix_desktop.core.recipe.request import GenerationRequest
from cartoonmix_desktop.core.task.aftercare import LONGEST, Aftercare, Owed
from cartoonmix_desktop.core.task.remote import Verdict
from cartoonmix_desktop.core.task.task import (
    AT_SERVER,
    FINAL_OF_VERDICT,
    IMPORTED,
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


def make(state=TaskState.QUEUED, account=SANDBOX, prompt="", **facts):
    request = GenerationRequest("m", {"prompt": prompt})
    return Task(1, "0" * 32, account, request, state, 0, **facts)


def outputs(*states):
    return tuple(Output(10 + i, i, state) for i, state in enumerate(states))


@pytest.mark.parametrize(
    ("account", "drawn", "imported"),
    [(SANDBOX, True, False), ("wiro-0123456789ab", False, False), (IMPORTED, False, True)],
)
def test_knows_where_it_comes_from(account, drawn, imported):
    task = make(account=account)
    assert (task.is_sandbox, task.is_imported) == (drawn, imported)


def test_is_called_by_its_prompt_else_by_its_file():
    assert make(prompt="a fox\nin a scarf", source="fox.png").title == "a fox"
    assert make(source="fox.png").title == "fox.png"
    assert make().title == ""


def test_counts_its_pictures_as_people_do():
    first, second = outputs(OutputState.KEPT, OutputState.BROKEN)
    task = make(TaskState.DOWNLOADING, outputs=(first, second))
    assert [task.number_of(one) for one in (first, second)] == [1, 2]
    assert make(TaskState.KEPT, outputs=(second,)).number_of(second) == 1


def test_what_was_received_in_the_place_of_a_picture_was_never_one():
    def was_kept(path, sha256):
        return Output(1, 0, OutputState.BROKEN, path, sha256=sha256).was_kept

    assert was_kept("2026/fox.png", "ab")
    assert not was_kept("2026/fox.png", "")
    assert not was_kept("2026/fox.png.received", "ab")


@pytest.mark.parametrize("state", [s for s in TaskState if s is not TaskState.DOWNLOADING])
def test_rests_where_nothing_is_picked_up(state):
    assert make(state).at_rest is (state not in UNFINISHED)


@pytest.mark.parametrize("state", sorted(UNFINISHED))
def test_rests_at_a_server_that_knows_nothing_of_it(state):
    lost = make(state, error=TaskNotFound("Task/Detail", 1, "no such task", 200))
    assert lost.at_rest is (state in AT_SERVER)
    assert not make(state, error=Unreachable("Task/Detail", "dns")).at_rest


def test_downloading_it_rests_when_only_broken_pictures_are_left():
    def at_rest(*states, owed=()):
        return make(TaskState.DOWNLOADING, outputs=outputs(*states), owed=owed).at_rest

    assert at_rest(OutputState.KEPT, OutputState.BROKEN)
    assert at_rest(OutputState.ASIDE)
    assert not at_rest(OutputState.PENDING, OutputState.BROKEN)
    assert not at_rest(OutputState.KEPT)
    assert not at_rest()
    assert at_rest(owed=(Aftercare(Owed.OUTPUTS, 0, 3),))
    assert not at_rest(owed=(Aftercare(Owed.CHARGE, 0, 3),))
    assert not at_rest(OutputState.KEPT, owed=(Aftercare(Owed.OUTPUTS, 0, 3),))


def test_tells_what_is_still_looked_for_from_what_never_came():
    task = make(owed=(Aftercare(Owed.CHARGE, 0, 3), Aftercare(Owed.MORE, 0, None)))
    assert task.is_owed(Owed.MORE, Owed.CHARGE)
    assert not task.is_owed(Owed.MORE)
    assert task.was_owed(Owed.MORE, Owed.CHARGE)
    assert not task.was_owed(Owed.CHARGE)
    assert not make().is_owed(*Owed)
    assert not make().was_owed(*Owed)


def test_after_an_error_it_may_still_run_for_a_while():
    def may_still_run(reason, due):
        return make(TaskState.FAILED, owed=(Aftercare(reason, 100, due),)).may_still_run

    assert may_still_run(Owed.ERROR, 103)
    assert may_still_run(Owed.ERROR, 100 + LONGEST - 1)
    assert not may_still_run(Owed.ERROR, 100 + LONGEST)  # at the next start
    assert not may_still_run(Owed.ERROR, None)
    assert not may_still_run(Owed.CHARGE, 103)
