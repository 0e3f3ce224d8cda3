"""What a server's no means, and how long it asks to wait."""

from __future__ import annotations

import sys
import time
from decimal import Decimal
from email.utils import formatdate

import pytest

from cartoonmix_desktop.core.errors import (
    AuthenticationRefused,
    ConcurrencyLimited,
    InsufficientBalance,
    ModelUnavailable,
    NotCancellable,
    RateLimited,
    Refused,
    SecretMissing,
    TaskNotFound,
    TeamRefused,
    ValidationRefused,
)
from cartoonmix_desktop.wiro.refusals import moment_of, refusal, wait_of


def refused(code=0, message="", status=200, retry_after=""):
    return refusal("Run", code=code, message=message, http_status=status, retry_after=retry_after)


@pytest.mark.parametrize(
    ("code", "message", "status", "kind"),
    [
        (96, "", 403, ConcurrencyLimited),
        (97, "", 200, InsufficientBalance),
        (98, "", 200, AuthenticationRefused),
        (99, "", 200, AuthenticationRefused),
        (0, "", 401, AuthenticationRefused),
        (97, "Insufficient balance", 401, AuthenticationRefused),
        (1, "slug-owner-project-not-exist", 200, ModelUnavailable),
        (1, "Tool-Not-Accessible", 200, ModelUnavailable),
        (1, "There is no task yet.", 404, TaskNotFound),
        (0, "Task is not in a cancelable state", 200, NotCancellable),
        (0, "Task is NOT in a cancellable state", 200, NotCancellable),
        (0, "The task could not be killed.", 200, NotCancellable),
        (0, "Project authorization is not valid.", 200, AuthenticationRefused),
        (0, "Project is not founded.", 200, AuthenticationRefused),
        (0, "Requested IP 10.0.0.1 is not allowed", 200, AuthenticationRefused),
        (0, "Project requires signature authentication.", 401, SecretMissing),
        (0, "This model is not allowed in your team. Ask its owner.", 200, TeamRefused),
        (0, "Your team has reached its monthly spend limit.", 200, TeamRefused),
        (0, "Spending limit exceeded.", 200, TeamRefused),
        (0, "Request parameter [team] is over its limit", 200, ValidationRefused),
        (0, "Out of order.", 200, Refused),
        (5, "", 404, Refused),
    ],
)
def test_each_no_is_one_error_with_all_that_was_said(code, message, status, kind):
    error = refused(code, message, status)
    assert type(error) is kind
    assert (error.operation, error.code, error.http_status) == ("Run", code, status)
    assert error.server_message == message


@pytest.mark.parametrize(
    ("message", "parameter"),
    [
        ("Request parameter [steps] is required", "steps"),
        ("  request parameter [ steps ] is required", " steps "),
        ("Request parameter is required", ""),
        ("request parameters are odd", None),
        ("The request parameter [steps] is required", None),
    ],
)
def test_a_parameter_that_is_refused_is_named(message, parameter):
    error = refused(1, message, 400)
    assert isinstance(error, ValidationRefused) is (parameter is not None)
    assert getattr(error, "field", None) == parameter
    assert (error.operation, error.code, error.http_status) == ("Run", 1, 400)
    assert error.server_message == message


@pytest.mark.parametrize(
    ("words", "limit", "balance"),
    [
        ("With your current balance of $50.00, you can run up to 5 tasks", 5, "50"),
        ("With your current balance of $10, you can run up to 1 task at a time.", 1, "10"),
        ("Balance: 1,250.5 USD. At most 3 concurrent tasks.", 3, "1250.5"),
        ("Your balance is US$0.50.", None, "0.5"),
        ("Limit of 12 parallel runs reached.", 12, None),
        # never a guess
        ("Your balance of $50,00 allows up to 5 tasks", 5, None),
        ("Your balance of €50.00 allows up to 5 tasks", 5, None),
        ("Your balance of 50 credits", None, None),
        ("Your balance is -$5.00", None, None),
        ("Your balance is $-5.00", None, None),
        ("Your balance is low, add $20.00", None, None),
        ("Your balance is now $12.5.6", None, None),
        ("A balance of $10.00 runs up to 1 task, a balance of $50.00 up to 5 tasks", None, None),
        ("Up to 0 tasks. Your balance is $99999999.", None, None),
        ("Concurrent task limit of this account is reached.", None, None),
        ("", None, None),
    ],
)
def test_the_limit_of_tasks_at_once_tells_what_its_words_tell(words, limit, balance):
    error = refused(96, words)
    assert isinstance(error, ConcurrencyLimited)
    assert error.limit == limit
    assert error.balance == (balance and Decimal(balance))
    assert error.server_message == words


def test_too_many_requests_say_when_to_come_back():
    error = refused(97, "Slow down", 429, retry_after="7")
    assert type(error) is RateLimited
    assert (error.operation, error.code, error.http_status) == ("Run", 97, 429)
    assert (error.server_message, error.retry_after) == ("Slow down", 7.0)
    assert refused(status=429).retry_after is None


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("0", 0.0),
        (" 120 ", 120.0),
        ("999999999", 999999999.0),
        ("1000000000", None),
        ("-1", None),
        ("1.5", None),
        ("٣", None),
        ("soon", None),
        ("", None),
    ],
)
def test_a_wait_is_told_in_seconds(header, seconds):
    assert wait_of(header) == seconds


def test_a_wait_is_told_as_a_date():
    assert 55 < wait_of(formatdate(time.time() + 60, usegmt=True)) <= 60
    assert wait_of(formatdate(time.time() - 60, usegmt=True)) == 0.0


def test_a_date_without_a_zone_is_of_greenwich():
    assert moment_of("Thu, 01 Jan 1970 00:01:00 GMT") == 60.0
    assert moment_of("Thu, 01 Jan 1970 00:01:00 -0000") == 60.0
    assert moment_of("Thu, 01 Jan 1970 01:01:00 +0100") == 60.0
    assert moment_of("Thu, 99 Jan 1970") is None


@pytest.mark.skipif(sys.platform == "win32", reason="its zone cannot be set for one process")
def test_a_date_is_read_alike_in_every_zone(monkeypatch):
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "Asia/Tokyo")
        time.tzset()
        assert moment_of("Thu, 01 Jan 1970 00:01:00 -0000") == 60.0
    time.tzset()
