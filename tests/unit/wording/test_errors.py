from __future__ import annotations

import re
import subprocess
import sys
from decimal import Decimal

import pytest

from cartoonmix_desktop.core import errors as e
from cartoonmix_desktop.core.error_records import every_error, from_record
from cartoonmix_desktop.wording.common import ACTION_LABELS, NoticeAction
from cartoonmix_desktop.wording.errors import LONGEST, describe

FACTS = {
    "field": "clipSkip",
    "reason": "dns",
    "value": "abc",
    "name": "CARTOONMIX_API_URL",
    "operation": "Run",
    "source": "fox.cartoonmix",
    "path": "/home/someone/Pictures",
    "detail": "it said so",
    "server_message": "it said so",
    "retry_after": 2.5,
    "limit": 1,
    "balance": Decimal(10),
    "found": 2,
    "named": "2221",
    "task_id": "2221",
    "cause": "ReadTimeout(operation='Run')",
    "http_status": 503,
    "code": 0,
    "count": 2,
    "picture": 3,
    "cap": "1",
    "total": "1.006",
    "period": "2026-12-01",
}
SILENT = FACTS | {"detail": "", "server_message": "", "retry_after": None, "reason": "other"}
SILENT |= {"limit": None, "balance": None}


def made(kind: type[e.CartoonMixError], facts: dict[str, object]) -> e.CartoonMixError:
    return kind(**{name: facts[name] for name in kind.FIELDS})


REASONS = {
    e.InputError: (
        *("empty", "not_a_number", "not_whole", "too_small"),
        *("unknown_option", "not_a_url", "unknown_field"),
        *("too_long", "not_a_value", "not_from_outside"),
    ),
    e.RecipeUnreadable: (
        *("not_a_link", "other_link", "twice", "too_long", "nothing"),
        *("no_recipe", "newer", "other_model", "not_a_file", "unreadable"),
    ),
    e.ExportImpossible: (
        *("missing", "changed", "too_long", "too_large"),
        *("moving", "deep", "unencodable", "differs"),
    ),
    e.ArchiveUnusable: ("not_an_archive", "damaged", "unsafe", "newer"),
    e.CapReached: ("press", "day", "month", "day_by_itself", "month_by_itself"),
    e.WindowImpossible: ("no_answer", "no_display", "unreachable", "library", "platform"),
    e.ConfigurationError: ("not_https", "foreign_host", "not_a_url"),
    e.UpdateRefused: (
        *("signature", "malformed", "too_large", "expired", "rolled_back", "not_https"),
    ),
    e.CopyUncertain: ("token",),
    e.Unreachable: ("dns", "refused", "tls", "timeout", "proxy", "network"),
}
ERRORS = [made(kind, facts) for kind in every_error().values() for facts in (FACTS, SILENT)] + [
    made(kind, FACTS | {"reason": reason}) for kind, each in REASONS.items() for reason in each
]


@pytest.mark.parametrize("error", ERRORS, ids=str)
def test_words_are_plain_sentences(error: e.CartoonMixError) -> None:
    words = describe(error)
    assert words.title
    assert words.title == words.title.strip()
    assert words.title[-1] not in ".,:;-"
    assert words.advice == "" or words.advice.endswith(".")
    assert words.action is None or words.action in ACTION_LABELS
    said = f"{words.title}\n{words.advice}"
    assert not re.search(r"[{}]|https?://|wss?://|\bNone\b|  |\.\.", said)
    for name in every_error():
        assert not re.search(rf"\b{name}\b", said)


def test_every_error_has_words_of_its_own() -> None:
    titles: dict[str, str] = {}
    for name, kind in every_error().items():
        title = describe(made(kind, SILENT)).title
        # Silent, a refusal and a failed run have nothing to tell but that.
        if kind not in {e.Refused, e.TaskFailed}:
            assert title not in titles, f"{name} speaks like {titles[title]}"
        titles[title] = name


@pytest.mark.parametrize(
    ("error", "title"),
    [
        (e.InputError("steps", "not_whole", "4.5"), "Steps must be a whole number, not “4.5”"),
        (e.InputError("width", "too_small", "0"), "Width must be at least 1, not “0”"),
        (
            e.CapReached("press", "0.1", "0.2"),
            "This would cost about $0.20; your cap for one press is $0.10",
        ),
        (
            e.CapReached("day", "1", "1.006", "2024-12-01"),
            "Your cap of $1.00 for 1 December 2024 is reached",
        ),
        (
            e.CapReached("month_by_itself", "12.5", "12.51", "2024-12"),
            "Your cap of $12.50 for December 2024 is reached",
        ),
        (e.InputError("prompt", "empty"), "Prompt is empty"),
        (e.InputError("colour", "unknown_field"), "CartoonMix has no input named “colour”"),
        (
            e.ValidationRefused("Run", 0, "Request parameter [steps] must be lower", field="steps"),
            "Steps: Request parameter [steps] must be lower",
        ),
        (e.ValidationRefused("Run", 0, "Some parameter is wrong"), "Some parameter is wrong"),
        (
            e.AuthenticationRefused("Task/List", 0, "Project authorization is not valid.", 401),
            "Wiro does not accept the key: Project authorization is not valid",
        ),
        (e.TaskFailed("CUDA out of memory"), "CUDA out of memory"),
        (e.TeamRefused("Run", 0, "No. Ask."), "No. Ask"),
        (
            e.ConcurrencyLimited("Run", 96, "x", 200, 1, Decimal(10)),
            "Wiro runs 1 task of this account at a time (balance $10.00)",
        ),
        (
            e.ConcurrencyLimited("Run", 96, "x", 200, 5),
            "Wiro runs 5 tasks of this account at a time",
        ),
        (e.RateLimited("Run", 0, "", 429, 2.5), "Wiro is limiting requests for 3 s"),
        (e.RateLimited("Run", 0, "", 429, float("nan")), "Wiro is limiting requests"),
        (e.RateLimited("Run", 0, "", 429, float("inf")), "Wiro is limiting requests"),
        (
            e.FolderUnusable("/mnt/x", "Read-only file system"),
            "The folder /mnt/x cannot be written: Read-only file system",
        ),
    ],
)
def test_title_names_the_thing(error: e.CartoonMixError, title: str) -> None:
    assert describe(error).title == title


def test_money_and_the_lost_answer_of_run() -> None:
    assert "not sent again automatically" in describe(e.NoAnswer("Run")).advice
    assert describe(e.NoAnswer("Run")).action is None  # nothing that could pay twice
    assert describe(e.NoAnswer("Task/Detail")).action is NoticeAction.RETRY
    assert "charge" not in describe(e.TaskFailed()).advice  # what it tells, see `wording`
    assert describe(e.InsufficientBalance("Run", 97, "")).action is NoticeAction.BILLING
    assert describe(e.OutcomeUnknown("x")).action is None


def test_words_from_outside_are_one_bounded_line() -> None:
    words = describe(e.TaskFailed("a\nb\x00\x1b[31m\tc\u202egnp.exe " + "x" * 10_000))
    assert words.title.startswith("a b [31m cgnp.exe xxx")
    assert len(words.title) == LONGEST
    assert words.title.endswith("…")


def test_facts_are_never_taken_for_places() -> None:
    assert describe(e.TaskFailed("{path} {0} %s {")).title == "{path} {0} %s {"


def test_a_long_path_keeps_its_end() -> None:
    title = describe(e.DiskFull("/deep" * 100 + "/end.png")).title
    assert title.endswith("/end.png")
    assert len(title) < LONGEST + 30


def test_no_url_of_a_configuration_is_repeated() -> None:
    secret = "https://user:password@example.org"
    assert "password" not in str(describe(e.ConfigurationError("NAME", secret, "foreign_host")))


def test_errors_of_other_versions_have_words() -> None:
    assert describe(from_record({"kind": "NotYetInvented"})).title
    for name in every_error():
        assert describe(from_record({"kind": name, "retry_after": "soon"})).title


def test_is_free_of_qt() -> None:
    code = (
        "import sys, cartoonmix_desktop.wording.errors; "
        "assert not [m for m in sys.modules if m.startswith('PySide6')]"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
