from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartoonmix_desktop.core.errors import (
    InsufficientBalance,
    NotAPicture,
    NothingListed,
    OutcomeUnknown,
    PictureError,
    PictureGone,
    PictureTooLarge,
    PictureTruncated,
    TaskFailed,
    TaskNotFound,
    UpdateRefused,
    ValidationRefused,
)
from cartoonmix_desktop.core.recipe.request import GenerationRequest
from cartoonmix_desktop.core.task.aftercare import Aftercare, Owed
from cartoonmix_desktop.core.task.outcome import Charge, Outcome, charge_of, outcome_of
from cartoonmix_desktop.core.task.remote import Progress, Verdict
from cartoonmix_desktop.core.task.task import SANDBOX, Output, OutputState, Task, TaskState
from cartoonmix_desktop.services.events import UpdatesChanged
from cartoonmix_desktop.wording.formats import (
    age_words,
    day_words,
    money,
    ordinal,
    size_words,
)
from cartoonmix_desktop.wording.picture import broken_words, picture_words
from cartoonmix_desktop.wording.recipe.facts import same_words
from cartoonmix_desktop.wording.settings import news_words
from cartoonmix_desktop.wording.tasks.actions import Action, actions_of
from cartoonmix_desktop.wording.tasks.progress import TaskProgress
from cartoonmix_desktop.wording.tasks.states import (
    estimate_words,
    is_at_work,
    notice_words,
    state_mark,
    state_words,
)

NOW = 1_763_818_200.0
S = TaskState
GONE = PictureGone("404")
WHY = "A picture is no longer at its address"
LATER = "A later version that can read it will show it here."


def at(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp()  # local, wherever the test runs


def outputs(states: str) -> tuple[Output, ...]:
    """One output a letter: kept, broken, pending, kept aside."""
    kinds = {
        "k": OutputState.KEPT,
        "b": OutputState.BROKEN,
        "p": OutputState.PENDING,
        "a": OutputState.ASIDE,
    }
    errors = {"b": GONE, "a": NotAPicture("of no format that is read")}
    return tuple(
        Output(i, i, kinds[s], size=202_472, width=512, height=512, error=errors.get(s))
        for i, s in enumerate(states)
    )


def broken_second() -> tuple[Task, Output]:
    broken = task(S.DOWNLOADING, of="kb")
    return broken, broken.outputs[1]


def task(state: TaskState, *, of: str = "", **facts: Any) -> Task:
    return Task(
        id=1,
        uid="0" * 32,
        account=facts.pop("account", "wiro-0"),
        request=GenerationRequest.build({"prompt": "\n a  fox \nin snow"}),
        state=state,
        created_at=facts.pop("created_at", NOW - 5),
        outputs=outputs(of),
        **facts,
    )


def running(status: str = "task_output", **facts: Any) -> Task:
    return task(S.RUNNING, status=status, **facts)


def due(*reasons: str) -> tuple[Aftercare, ...]:
    return tuple(Aftercare(Owed(reason), NOW - 10, NOW + 20, 2, NOW) for reason in reasons)


def over(*reasons: str) -> tuple[Aftercare, ...]:
    return tuple(Aftercare(Owed(reason), NOW - 10, None, 12, NOW) for reason in reasons)


COST = Decimal("0.003510000000")
FREE = Decimal(0)
STEPS = ValidationRefused("Run", 0, "must be between 1 and 50", field="steps")
REFUSED = ValidationRefused("Run", 1, "Request parameter [steps] must be between 1 and 50", 200)
LOST = TaskNotFound("Task/Detail", 1, "There is no task yet.")
POOR = InsufficientBalance("Run", 97, "too low")


@pytest.mark.parametrize(
    ("shown", "progress", "words"),
    [
        (task(S.QUEUED), None, "Waiting to be sent"),
        (task(S.QUEUED, created_at=NOW - 190), None, "Waiting to be sent · 3 min"),
        (
            task(S.QUEUED, error=POOR),
            None,
            "Waiting to be sent: The Wiro balance is too low: too low",
        ),
        (task(S.QUEUED), TaskProgress(position=1), "Waiting · next in line"),
        (task(S.QUEUED), TaskProgress(position=3), "Waiting · 3rd in line"),
        (
            task(S.QUEUED),
            TaskProgress(position=2, full=True),
            "Waiting for a free slot · 2nd in line",
        ),
        (
            task(S.QUEUED),
            TaskProgress(position=2, full=True, paused=True),
            "Waiting, paused · 2nd in line",
        ),
        (
            task(S.QUEUED),
            TaskProgress(position=2, paused=True, edited=True),
            "Waiting while you edit it",
        ),
        (task(S.REMOVED), None, "Removed before it was sent"),
        (task(S.ACCEPTED, account=SANDBOX), None, "Queued at the sandbox"),
        (
            running(),
            TaskProgress(began=NOW - 3, expected=15),
            "Generating · about 12 s (estimated)",
        ),
        (running(), TaskProgress(began=NOW - 30, expected=15), "Generating · any moment now"),
        (
            running(),
            TaskProgress(percent=20, began=NOW, expected=200),
            "Generating 20 % · about 3 min (estimated)",
        ),
        (
            running(),
            TaskProgress(percent=20, remaining="3s", began=NOW, expected=200),
            "Generating 20 % · about 3 s",
        ),
        (running("task_end"), TaskProgress(began=NOW, expected=15), "Finishing"),
        (task(S.SENDING), None, "Sending"),
        (task(S.ACCEPTED), None, "Queued at Wiro"),
        (task(S.ACCEPTED, status="task_queue"), None, "Queued at Wiro"),
        (task(S.ACCEPTED, status="task_preprocess_start"), None, "Preparing"),
        (task(S.ACCEPTED, error=LOST), None, "Wiro no longer knows this task"),
        (running(), None, "Generating"),
        (running("task_brand_new"), None, "Running"),
        (
            running(),
            Progress(60, 6, 10, "1.2 it/s", "3s"),
            "Generating 60 % · about 3 s · step 6/10 · 1.2 it/s",
        ),
        (running(), Progress(60.4, remaining="1m 3s"), "Generating 60 % · about 1 m 3 s"),
        (running(), Progress(140), "Generating 100 %"),
        (running(), Progress(None, 6, 10), "Generating · step 6/10"),
        (running(), Progress(), "Generating"),
        (running("task_queue"), Progress(5), "Generating 5 %"),  # its frame came before the status
        (running("task_end"), Progress(100), "Finishing"),
        (task(S.DOWNLOADING), None, "Fetching pictures"),
        (task(S.DOWNLOADING, of="kkpp"), None, "Fetching pictures · 2 of 4"),
        (task(S.DOWNLOADING, of="kbpp"), None, "Fetching pictures · 1 of 4"),
        (task(S.KEPT, of="kkkk", cost=COST, seconds=6.0), None, "4 pictures · 6.0 s · $0.0035"),
        (
            task(S.KEPT, of="k", cost=COST, seconds=6.0, account=SANDBOX),
            None,
            "1 picture · 6.0 s · sandbox",
        ),
        (task(S.KEPT, of="kk"), None, "2 pictures · charge not known"),
        (task(S.KEPT, of="kk", cost=FREE), None, "2 pictures · not charged"),
        (task(S.KEPT, of="kk", owed=due("charge")), None, "2 pictures · charge not yet known"),
        (task(S.DOWNLOADING, owed=due("outputs")), None, "No pictures so far – asking Wiro again"),
        (
            task(S.KEPT, of="k", owed=due("more")),
            None,
            "1 of 4 pictures so far – asking Wiro again",
        ),
        (
            task(S.KEPT, of="kkk", owed=over("more"), cost=COST),
            None,
            "3 of 4 pictures; Wiro listed no more · $0.0035",
        ),
        (
            task(S.FAILED, error=NothingListed(), owed=over("outputs"), cost=COST),
            None,
            "Failed · $0.0035: Wiro listed no pictures",
        ),
        (
            task(S.FAILED, error=TaskFailed("no folder"), owed=due("charge", "error")),
            None,
            "Failed · charge not yet known: no folder",
        ),
        (
            task(S.CANCELLED, remote_id="7", owed=due("charge_of_stopped"), cost=FREE),
            None,
            "Cancelled · charge not yet known",
        ),
        (task(S.CANCELLED, remote_id="7"), None, "Cancelled · charge not known"),
        (
            task(S.RUNNING, cancelling=True, owed=due("stop")),
            None,
            "Wiro refused to cancel it – asking again",
        ),
        (task(S.RUNNING, cancelling=True, owed=over("stop")), None, "Wiro refused to cancel it"),
        (
            task(S.DOWNLOADING, of="kbkk", verdict=Verdict.SUCCEEDED, cost=COST),
            None,
            f"3 of 4 pictures · $0.0035 · picture 2 could not be fetched: {WHY}",
        ),
        (
            task(S.DOWNLOADING, of="kbkb", verdict=Verdict.SUCCEEDED, cost=COST),
            None,
            f"2 of 4 pictures · $0.0035 · 2 pictures could not be fetched: {WHY}",
        ),
        (
            task(S.DOWNLOADING, of="kakk", verdict=Verdict.SUCCEEDED, cost=COST),
            None,
            "3 of 4 pictures · $0.0035 · 1 kept aside",
        ),
        (
            task(S.DOWNLOADING, of="kaba", verdict=Verdict.SUCCEEDED, cost=COST),
            None,
            f"1 of 4 pictures · $0.0035 · 2 kept aside · picture 3 could not be fetched: {WHY}",
        ),
        (
            task(S.DOWNLOADING, of="aa", verdict=Verdict.SUCCEEDED, cost=COST),
            None,
            "No picture could be read · $0.0035 · 2 kept aside",
        ),
        (
            task(S.DOWNLOADING, of="a", verdict=Verdict.SUCCEEDED, cost=COST),
            None,
            "No picture could be read · $0.0035 · 1 kept aside",
        ),
        (
            task(S.DOWNLOADING, of="ab", verdict=Verdict.SUCCEEDED, cost=COST),
            None,
            (
                "No picture could be read · $0.0035 · 1 kept aside"
                f" · picture 2 could not be fetched: {WHY}"
            ),
        ),
        (
            task(S.DOWNLOADING, of="bb", verdict=Verdict.SUCCEEDED, cost=COST),
            None,
            f"No picture could be fetched · $0.0035: {WHY}",
        ),
        (
            task(S.DOWNLOADING, of="b", verdict=Verdict.SUCCEEDED, cost=COST),
            None,
            f"The picture could not be fetched · $0.0035: {WHY}",
        ),
        (
            task(S.FAILED, error=TaskFailed("CUDA out\nof memory"), cost=FREE),
            None,
            "Failed – not charged: CUDA out of memory",
        ),
        (task(S.FAILED, of="kk", cost=FREE), None, "Failed – not charged · 2 pictures kept"),
        (task(S.CANCELLED), None, "Cancelled – not charged"),
        (task(S.CANCELLED, of="kk"), None, "Cancelled – not charged · 2 pictures kept"),
        (
            task(S.CANCELLED, of="kk", cost=COST),
            None,
            "Cancelled · $0.0035 · 2 pictures kept",
        ),
        (
            task(S.DOWNLOADING, of="kb", verdict=Verdict.CANCELLED),
            None,
            "Cancelled · charge not known · 1 picture kept",
        ),
        (task(S.REJECTED, error=STEPS), None, "Refused: Steps: must be between 1 and 50"),
        (task(S.REJECTED), None, "Refused"),
        (
            task(S.UNKNOWN, error=OutcomeUnknown("NoAnswer")),
            None,
            "No answer – asking Wiro whether it started",
        ),
        (
            task(S.UNKNOWN, error=OutcomeUnknown("NoAnswer", found=1)),
            None,
            "No answer – it may be a task at Wiro",
        ),
        (
            task(S.UNKNOWN, error=OutcomeUnknown("NoAnswer", found=2), account=SANDBOX),
            None,
            "No answer – it may be one of 2 tasks at the sandbox",
        ),
        (
            task(S.UNKNOWN, error=OutcomeUnknown("NoAnswer", found=0)),
            None,
            "Sent, but no answer: Wiro may have started it",
        ),
        (
            task(S.UNKNOWN, account=SANDBOX),
            None,
            "Sent, but no answer: the sandbox may have started it",
        ),
        (task(S.DISCARDED), None, "Dismissed: sent, but no answer"),
    ],
)
def test_state_words(shown: Task, progress: Progress | None, words: str) -> None:
    assert state_words(shown, progress, NOW) == words


ENDED: dict[Outcome, dict[str, Any]] = {
    Outcome.KEPT: {"state": S.KEPT, "of": "kkkk"},
    Outcome.PARTLY: {"state": S.KEPT, "of": "kkk", "owed": over("more")},
    Outcome.ASIDE: {"state": S.DOWNLOADING, "of": "aaaa", "verdict": Verdict.SUCCEEDED},
    Outcome.FAILED: {"state": S.FAILED, "error": TaskFailed("no memory")},
    Outcome.CANCELLED: {"state": S.CANCELLED},
    Outcome.UNKNOWN: {"state": S.UNKNOWN, "error": OutcomeUnknown(found=0)},
}
CHARGED: dict[Charge, dict[str, Any]] = {
    Charge.AMOUNT: {"cost": COST},
    Charge.NONE: {"cost": FREE},
    Charge.PENDING: {"owed": due("charge")},
    Charge.UNKNOWN: {},
}


@pytest.mark.parametrize("charge", Charge)
@pytest.mark.parametrize("outcome", Outcome)
def test_how_it_ended_and_what_it_cost_are_said_alike_everywhere(
    outcome: Outcome, charge: Charge
) -> None:
    """Of every pair: the row, the panel without pictures, and the line under a picture agree."""
    facts = {"remote_id": "7"} | ENDED[outcome] | CHARGED[charge]
    facts["owed"] = ENDED[outcome].get("owed", ()) + CHARGED[charge].get("owed", ())
    shown = task(**facts)
    assert outcome_of(shown) is outcome
    assert charge_of(shown) is charge
    told = {
        Charge.AMOUNT: "$0.0035",
        Charge.NONE: "not charged",
        Charge.PENDING: "charge not yet known",
        Charge.UNKNOWN: "charge not known",
    }
    row, (title, more) = state_words(shown, None, NOW), notice_words(shown, None, NOW)
    said = {row, f"{title} {more}"}
    if shown.kept:
        said.add(picture_words(shown, shown.outputs[0], None, NOW))
    for words in said:
        for kind, phrase in told.items():
            is_said = kind is charge and outcome is not Outcome.UNKNOWN
            assert (phrase in words) == is_said, (words, phrase)


def test_every_state_has_words_and_a_mark() -> None:
    for state in TaskState:
        words = state_words(task(state), None, NOW)
        assert words
        assert "\n" not in words
        assert all(state_mark(task(state)))


def test_server_words_stay_on_one_line() -> None:
    failed = task(S.FAILED, error=TaskFailed("Traceback:\n\n  File x\nOOM " + "y" * 5000))
    words = state_words(failed, None, NOW)
    assert "\n" not in words
    assert len(words) < 300


@pytest.mark.parametrize(
    ("shown", "actions"),
    [
        (task(S.QUEUED), (Action.CANCEL,)),
        (task(S.SENDING), (Action.CANCEL,)),
        (task(S.ACCEPTED), (Action.CANCEL,)),
        (task(S.RUNNING), (Action.CANCEL,)),
        (task(S.ACCEPTED, error=LOST), (Action.FETCH_AGAIN,)),
        (task(S.DOWNLOADING, of="pp"), ()),
        (task(S.DOWNLOADING, of="bp"), ()),
        (task(S.DOWNLOADING, of="bk"), (Action.FETCH_AGAIN,)),
        (task(S.DOWNLOADING, of="ak"), (Action.FETCH_AGAIN,)),
        (task(S.DOWNLOADING, of="ap"), ()),
        (task(S.KEPT, of="kk"), ()),
        (task(S.FAILED), (Action.RETRY,)),
        (task(S.FAILED, of="b"), (Action.FETCH_AGAIN,)),
        (task(S.FAILED, owed=over("outputs")), (Action.FETCH_AGAIN, Action.RETRY)),
        (task(S.KEPT, of="k", owed=over("more")), (Action.FETCH_AGAIN,)),
        (task(S.KEPT, of="k", owed=due("charge")), ()),
        (task(S.REJECTED), (Action.RETRY,)),
        (task(S.REJECTED, error=REFUSED), (Action.USE_RECIPE,)),
        (task(S.UNKNOWN), (Action.SEND_AGAIN, Action.DISCARD, Action.ASK_AGAIN)),
        (task(S.CANCELLED), ()),
        (task(S.DISCARDED), ()),
    ],
)
def test_actions(shown: Task, actions: tuple[Action, ...]) -> None:
    assert actions_of(shown) == actions


def test_a_bar_is_for_what_moves() -> None:
    assert is_at_work(running())
    assert is_at_work(task(S.ACCEPTED, status="task_assign"))
    assert is_at_work(task(S.DOWNLOADING, of="kp"))
    for still in (task(S.QUEUED), task(S.ACCEPTED), task(S.DOWNLOADING, of="kb"), task(S.KEPT)):
        assert not is_at_work(still)


def test_what_is_wrong_is_marked_by_more_than_colour() -> None:
    assert state_mark(task(S.FAILED)) == ("error", "bad")
    assert state_mark(task(S.REJECTED)) == ("error", "bad")
    assert state_mark(task(S.UNKNOWN)) == ("warning", "warn")
    assert state_mark(task(S.DOWNLOADING, of="kb")) == ("warning", "warn")
    assert state_mark(task(S.DOWNLOADING, of="kp")) == ("download", "muted")
    assert state_mark(task(S.KEPT, of="k", owed=due("more"))) == ("clock", "muted")
    assert state_mark(task(S.KEPT, of="k", owed=over("more"))) == ("warning", "warn")


def test_notice_words() -> None:
    assert notice_words(running(), Progress(60), NOW) == ("Generating 60 %", "")
    title, why = notice_words(task(S.FAILED, error=TaskFailed("no memory"), cost=FREE), None, NOW)
    assert title == "Failed – not charged"
    assert why.startswith("no memory\n\n")
    title, why = notice_words(task(S.UNKNOWN, error=OutcomeUnknown(found=0)), None, NOW)
    assert title == "Sent, but no answer: Wiro may have started it"
    assert "charged" in why
    assert notice_words(task(S.CANCELLED), None, NOW) == ("Cancelled – not charged", "")
    title, why = notice_words(task(S.DOWNLOADING, owed=due("outputs")), None, NOW)
    assert title == "No pictures so far – asking Wiro again"
    assert why.endswith("They are fetched as soon as it does. Asked 2 times, last just now.")
    none = task(S.FAILED, error=NothingListed(), owed=over("outputs"), cost=FREE)
    assert notice_words(none, None, NOW)[1].endswith("Asked 12 times, last just now.")
    title, why = broken_words(*broken_second())
    assert title == "Picture 2 could not be fetched"
    assert why.startswith("A picture is no longer at its address\n\n")


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (
            NotAPicture("of no format that is read"),
            f"It is not a PNG, JPEG, WebP, AVIF or GIF that can be shown. {LATER}",
        ),
        (
            PictureTooLarge("more pixels"),
            f"It has more pixels than can be shown. {LATER}",
        ),
        (PictureTruncated("the host broke off"), "Not all of it arrived."),
        (GONE, "A picture is no longer at its address."),
    ],
)
def test_what_is_kept_aside_is_told(error: PictureError, why: str) -> None:
    for account, who in (("wiro-0", "Wiro"), (SANDBOX, "the sandbox")):
        aside = Output(1, 0, OutputState.ASIDE, ".received/x.received", 213_000, "0", error=error)
        shown = Task(
            1,
            "0" * 32,
            account,
            GenerationRequest.build({"prompt": "x"}),
            S.DOWNLOADING,
            NOW,
            outputs=(aside,),
        )
        title, words = broken_words(shown, aside)
        assert title == "Picture 1 could not be read"
        assert words == f"What {who} sent is kept as it arrived (213 KB). {why}"


def test_picture_words() -> None:
    four = task(S.KEPT, of="kkkk", cost=COST, seconds=6.0)
    words = picture_words(four, four.outputs[1], None, NOW)
    assert words == "Picture 2 of 4 · 512 × 512 · 202 KB · 6.0 s · $0.0035"
    drawn = task(S.KEPT, of="k", cost=COST, account=SANDBOX)
    assert picture_words(drawn, drawn.outputs[0], None, NOW) == "512 × 512 · 202 KB"
    part = task(S.CANCELLED, of="kk")
    three = task(S.KEPT, of="kkk", owed=over("more"), cost=COST)
    words = picture_words(three, three.outputs[0], None, NOW)
    assert words.endswith("Wiro listed no more · $0.0035. Asked 12 times, last just now.")
    words = picture_words(part, part.outputs[0], None, NOW)
    ending = "Cancelled – not charged · 2 pictures kept"
    assert words == f"Picture 1 of 2 · 512 × 512 · 202 KB – {ending}"


@pytest.mark.parametrize(
    ("created", "now", "words"),
    [
        ("2025-11-22 14:29:30", "2025-11-22 14:30", "just now"),
        ("2025-11-22 14:30:20", "2025-11-22 14:30", "just now"),  # clocks differ
        ("2025-11-22 14:25", "2025-11-22 14:30:01", "5 min ago"),
        ("2025-11-21 23:50", "2025-11-22 00:10", "20 min ago"),
        ("2025-11-22 14:02", "2025-11-22 18:00", "14:02"),
        ("2025-11-22 00:02", "2025-11-22 18:00", "00:02"),
        ("2025-11-21 14:02", "2025-11-22 18:00", "Fri 14:02"),
        ("2025-11-16 09:05", "2025-11-22 08:00", "Sun 09:05"),
        ("2025-11-15 09:05", "2025-11-22 08:00", "15 Nov"),
        ("2024-11-12 09:05", "2025-11-22 08:00", "12 Nov 2024"),
        ("2025-12-24 09:05", "2025-11-22 08:00", "24 Dec"),  # a clock that ran ahead
    ],
)
def test_age_words(created: str, now: str, words: str) -> None:
    assert age_words(at(created), at(now)) == words


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2025, 11, 22), "Today"),
        (date(2025, 11, 21), "Yesterday"),
        (date(2025, 11, 17), "Monday"),
        (date(2025, 11, 16), "Sunday"),
        (date(2025, 11, 15), "15 November"),
        (date(2024, 11, 12), "12 November 2024"),
        (date(2025, 11, 24), "24 November"),
    ],
)
def test_day_words(day: date, words: str) -> None:
    assert day_words(day, date(2025, 11, 22)) == words


@pytest.mark.parametrize(
    ("cost", "words"),
    [
        ("0", "$0.00"),
        ("0.003510000000", "$0.0035"),
        ("0.07", "$0.07"),
        ("0.0702", "$0.07"),
        ("0.5", "$0.50"),
        ("1.2345", "$1.23"),
        ("1234.5", "$1,234.50"),
        ("0.00001", "$0.00001"),
    ],
)
def test_money(cost: str, words: str) -> None:
    assert money(Decimal(cost)) == words


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (999, "999 bytes"),
        (202_472, "202 KB"),
        (999_400, "999 KB"),
        (999_999, "1.0 MB"),
        (1_240_000, "1.2 MB"),
        (123_400_000, "123 MB"),
        (4_200_000_000, "4.2 GB"),
        (9_900_000_000_000_000, "9,900 TB"),
    ],
)
def test_size_words(size: int, words: str) -> None:
    assert size_words(size) == words


@pytest.mark.parametrize(
    ("news", "words"),
    [
        (UpdatesChanged(wanted=False), ""),
        (UpdatesChanged(wanted=True), ""),
        (UpdatesChanged(wanted=True, looked=NOW, newer="2.0.0"), "Version 2.0.0 is out."),
        (
            UpdatesChanged(wanted=True, looked=NOW, newer="2.0.0", notes="Faster.\nLighter."),
            "Version 2.0.0 is out: Faster. Lighter.",
        ),
    ],
)
def test_news_of_newer_versions(news: UpdatesChanged, words: str) -> None:
    assert news_words(news) == words


def test_news_that_there_is_nothing_new() -> None:
    looked = datetime(2025, 11, 2, 9, 5).astimezone().timestamp()
    words = news_words(UpdatesChanged(wanted=True, looked=looked))
    assert words == "You have the latest version, as of 2 November, 09:05."


def test_refused_news_are_told_beside_what_is_known() -> None:
    news = UpdatesChanged(wanted=True, newer="2.0.0", error=UpdateRefused("rolled_back"))
    assert news_words(news).startswith("Version 2.0.0 is out. The update information is older")


@pytest.mark.parametrize(
    ("number", "words"),
    [
        *((1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (12, "12th")),
        *((13, "13th"), (21, "21st"), (111, "111th"), (1003, "1,003rd")),
    ],
)
def test_ordinals(number: int, words: str) -> None:
    assert ordinal(number) == words


@given(st.floats(-1e9, 1e9))
def test_an_estimate_never_counts_below_a_moment(left: float) -> None:
    words = estimate_words(left)
    assert "-" not in words
    assert " 0 " not in words
    assert (words == "any moment now") == (left < 1.5)


@given(st.floats(0, 1e6), st.floats(-10, 1e6))
def test_an_estimated_bar_is_never_full(expected: float, passed: float) -> None:
    share = TaskProgress(began=NOW, expected=expected).share(NOW + passed)
    assert share is None or 0 <= share < 1


@pytest.mark.parametrize(
    ("shown", "words"),
    [
        (task(S.KEPT, created_at=NOW - 40, of="kkkk"), "today, "),
        (task(S.KEPT, created_at=NOW - 86_400, of="k"), "yesterday, "),
        (task(S.KEPT, created_at=NOW - 3 * 86_400, of="k"), "Wednesday (1 picture)"),
        (task(S.KEPT, created_at=NOW - 194 * 86_400, of="kkkk"), "12 May (4 pictures)"),
        (task(S.KEPT, created_at=NOW - 40, of="kkkb"), "today, "),
        (task(S.DOWNLOADING, created_at=NOW - 194 * 86_400, of="kkab"), "12 May (2 pictures)"),
        (task(S.DOWNLOADING, of="aab"), "a task whose pictures can be fetched again"),
        (task(S.DOWNLOADING, of="kkp"), "a task in progress"),
        (task(S.RUNNING), "a task in progress"),
        (task(S.QUEUED), "a waiting task"),
        (task(S.UNKNOWN), "a task that may have been started"),
    ],
)
def test_same_words(shown: Task, words: str) -> None:
    assert same_words(shown, NOW).startswith(f"Same recipe and seed as {words}")
