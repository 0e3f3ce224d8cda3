"""What an account made elsewhere, in words."""

from __future__ import annotations

import time
from datetime import date
from decimal import Decimal

import pytest

from cartoonmix_desktop.core.recipe.request import GenerationRequest
from cartoonmix_desktop.core.task.doubt import Candidate
from cartoonmix_desktop.core.task.maker import Whose
from cartoonmix_desktop.core.task.remote import RemoteOutput, RemoteTask
from cartoonmix_desktop.services.sending.take_up import Found, Listing
from cartoonmix_desktop.wording.tasks.elsewhere import (
    chosen_words,
    facts_words,
    listed_words,
    looking_words,
    take_up,
    taken_words,
    title_of,
)
from cartoonmix_desktop.wording.tasks.unresolved import candidate_words

PICTURE = RemoteOutput("1", "0.png", "https://cdn1.wiro.ai/0.png", 9)
MADE = time.mktime((2026, 5, 6, 15, 3, 0, 0, 0, -1))


def found(whose=Whose.OURS, created=MADE, prompt="a fox", **facts):
    usual = {"status": "task_postprocess_end", "outputs": (PICTURE,), "cost": Decimal("0.0035")}
    remote = RemoteTask("5", "t", **(usual | facts))
    return Found(remote, created, GenerationRequest("m", {"prompt": prompt}), whose)


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (found(), "6 May, 15:03 · 1 picture · $0.0035"),
        (found(created=None), "time unknown · 1 picture · $0.0035"),
        (found(outputs=(), cost=None), "6 May, 15:03 · no pictures"),
        (found(status="task_start", outputs=(), cost=None), "6 May, 15:03 · still running"),
        (found(exit_code="1", outputs=(), cost=Decimal(0)), "6 May, 15:03 · failed"),
        (found(status="task_cancel", outputs=()), "6 May, 15:03 · cancelled · $0.0035"),
        (found(maker={"projectid": "1"}), "6 May, 15:03 · 1 picture · $0.0035"),
        (
            found(Whose.UNTOLD, maker={"projectid": "7", "teamid": "3"}),
            "6 May, 15:03 · 1 picture · $0.0035 · project 7",
        ),
        (
            found(
                Whose.ANOTHERS,
                cost=None,
                maker={"userid": "8", "username": "Ada", "projectname": "A\nb"},
            ),
            "6 May, 15:03 · 1 picture · of another member or project · member Ada · project A b",
        ),
    ],
)
def test_facts(one, said):
    assert facts_words(one, date(2026, 11, 1)) == said


def test_a_task_without_a_prompt_has_a_title():
    assert title_of(found(prompt=" \n")) == "Without a prompt"
    assert title_of(found(prompt="\n a  fox")) == "a fox"


@pytest.mark.parametrize(
    ("listed", "known", "said"),
    [
        (0, 0, "No CartoonMix task from this time is listed."),
        (1, 1, "The only task from this time is in your history."),
        (12, 12, "All 12 tasks from this time are in your history."),
        (1, 0, "1 task from this time is not in your history."),
        (1200, 0, "1,200 tasks from this time are not in your history."),
        (12, 11, "1 of 12 tasks from this time is not in your history."),
        (12, 2, "10 of 12 tasks from this time are not in your history."),
    ],
)
def test_what_was_listed(listed, known, said):
    assert listed_words(Listing("a", listed, known)) == said


def test_while_it_is_read_and_ticked_and_fetched():
    assert looking_words(None) == "Asking for the list…"
    assert looking_words(Listing("a", 100)) == "100 tasks so far…"
    assert chosen_words([]) == "Nothing is ticked"
    assert chosen_words([found(cost=None)]) == "1 ticked · 1 picture"
    assert chosen_words([found(), found()]) == "2 ticked · 2 pictures · $0.007 charged"
    assert (take_up(0), take_up(1), take_up(2)) == ("Take up", "Take up 1 task", "Take up 2 tasks")
    assert taken_words(3, 12, 0) == "Fetching: 3 of 12. It goes on when this is closed."
    assert taken_words(1, 1, 0) == "1 task was taken up."
    assert taken_words(9, 9, 2) == "9 tasks were taken up, 2 without all their pictures."


def test_a_candidate_of_another_says_so():
    theirs = Candidate("5", "", MADE, "task_start", anothers=True)
    assert candidate_words(theirs).endswith("generating · names another member or project · no. 5")
