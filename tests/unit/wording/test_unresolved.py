"""What is known of a task in doubt is said plainly, and never that it cost nothing."""

from __future__ import annotations

from decimal import Decimal

import pytest

from cartoonmix_desktop.core.errors import OutcomeUnknown, ProtocolError, ServerFault, TaskSilent
from cartoonmix_desktop.core.recipe.request import GenerationRequest
from cartoonmix_desktop.core.task.doubt import Candidate, Doubt, Inquiry
from cartoonmix_desktop.core.task.task import SANDBOX, Task, TaskState
from cartoonmix_desktop.wording.tasks.actions import Action, actions_of
from cartoonmix_desktop.wording.tasks.states import state_mark, state_words
from cartoonmix_desktop.wording.tasks.unresolved import candidate_words, doubt_words

NOW = 1_763_818_200.0


def task(state=TaskState.UNKNOWN, **facts):
    request = GenerationRequest.build({"prompt": "a fox"})
    facts = {"account": "wiro-1", "error": OutcomeUnknown(found=0)} | facts
    return Task(1, "0" * 32, facts.pop("account"), request, state, NOW, **facts)


ONE = Candidate("2221", "t", NOW, "task_start")
VAGUE = Candidate("2222", "t", None, "task_cancel", Decimal("0.0035"), exact=False)


@pytest.mark.parametrize("inquiry", Inquiry)
def test_the_risk_is_named_whenever_the_person_decides_alone(inquiry):
    words = doubt_words(task(), Doubt(inquiry))
    assert words.startswith(("Wiro", "It was sent"))
    assert words.endswith(".")
    assert ("charged" in words) == (inquiry is not Inquiry.ASKING)
    assert "charged" not in doubt_words(task(account=SANDBOX), Doubt(inquiry))


def test_the_reason_is_told():
    doubt = Doubt(Inquiry.UNANSWERED, error=ServerFault("Task/List", 503))
    assert doubt_words(task(), doubt).startswith("Wiro had a server error. ")


def test_candidates_are_counted():
    assert "has a task from that time" in doubt_words(task(), Doubt(Inquiry.ANSWERED, (ONE,)))
    assert "2 tasks that may be" in doubt_words(task(), Doubt(Inquiry.ANSWERED, (ONE, VAGUE)))


def test_a_candidate_in_a_line():
    assert candidate_words(ONE).endswith(" · generating · no. 2221")
    assert candidate_words(VAGUE) == "time unknown · cancelled · $0.0035 · no. 2222"
    assert "<b>" in candidate_words(Candidate("<b>\n2", "", None, "task_of_tomorrow"))


@pytest.mark.parametrize(
    ("shown", "words", "actions"),
    [
        (task(), None, (Action.SEND_AGAIN, Action.DISCARD, Action.ASK_AGAIN)),
        (
            task(TaskState.RUNNING, error=TaskSilent()),
            "No update for a day",
            (Action.KEEP_WAITING, Action.ASK_AGAIN, Action.STOP_FOLLOWING),
        ),
        (task(TaskState.RUNNING, error=None, cancelling=True), "Cancelling…", ()),
        (task(TaskState.SENDING, error=None, cancelling=True), "Cancelling…", ()),
        (
            task(TaskState.RUNNING, error=ProtocolError("Task/Detail", "HTML")),
            "The answer from Wiro cannot be understood – asking again",
            (Action.CANCEL,),
        ),
        (
            task(TaskState.DISCARDED, error=None, remote_id="7"),
            "Dismissed: no news",
            (Action.FOLLOW_AGAIN,),
        ),
        (task(TaskState.DISCARDED), "Dismissed: sent, but no answer", ()),
    ],
)
def test_rows_say_what_is_so_and_what_can_be_done(shown, words, actions):
    assert actions_of(shown) == actions
    assert words is None or state_words(shown, None, NOW) == words


def test_doubt_is_marked_by_more_than_colour():
    assert state_mark(task(TaskState.RUNNING, error=TaskSilent())) == ("warning", "warn")
