"""The log: how large it grows, and what it does not say."""

from __future__ import annotations

import logging

import pytest

from cartoonmix_desktop.core import log
from cartoonmix_desktop.core.errors import FolderUnusable
from cartoonmix_desktop.core.log_categories import CATEGORIES
from cartoonmix_desktop.services.log_file import FILES, LARGEST, NAME, LogFile, RedactingFormatter

ADDRESS = "https://files.example/abc/quagga.png?token=1"


@pytest.fixture
def logger(tmp_path):
    made = logging.getLogger("a log of this test")
    made.setLevel(logging.DEBUG)
    handler = LogFile(tmp_path / "logs")
    made.addHandler(handler)
    yield made
    made.removeHandler(handler)
    handler.close()


@pytest.fixture
def followed():
    """Undoes what `follow_categories` did."""
    loggers = [logging.getLogger(f"{log.ROOT}.{category}") for category in CATEGORIES]
    levels = [logger.level for logger in loggers]
    yield loggers
    for logger, level in zip(loggers, levels, strict=True):
        logger.setLevel(level)


def test_five_files_of_one_mebibyte_are_kept(logger, tmp_path):
    assert not (tmp_path / "logs").exists(), "it is made with the first line"
    line = "x" * 8000
    for number in range(FILES * LARGEST // len(line) + 200):
        logger.debug("n=%d %s", number, line)
    files = sorted((tmp_path / "logs").iterdir())
    assert [file.name for file in files] == [NAME, *(f"{NAME}.{n}" for n in range(1, 5))]
    assert all(file.stat().st_size <= 1024 * 1024 for file in files)
    assert f"n={number} " in files[0].read_text("utf-8")
    assert "n=0 " not in files[-1].read_text("utf-8")


def test_a_log_that_cannot_be_written_stops_nobody(logger, tmp_path, capsys):
    (tmp_path / "logs").write_text("a file in the way")
    logger.warning("nowhere to write it")
    assert capsys.readouterr().err == ""


def said(message, *args, exc_info=None):
    record = logging.LogRecord("x", logging.INFO, "", 0, message, args, exc_info)
    return RedactingFormatter().format(record)


def test_no_address_and_nothing_that_an_exception_says_is_written():
    assert said("from %s at last", ADDRESS).endswith("from <address> at last")
    error = FolderUnusable("/pictures/2026-12/quagga-1.png", f"no such file: {ADDRESS}")
    for text in (
        said("it failed: %s", error),
        said("it failed", exc_info=(type(error), error, None)),
        said("%s", OSError(13, "no", "/pictures/quagga")),
    ):
        assert "quagga" not in text
        assert "FolderUnusable" in text or "PermissionError [errno 13]" in text


def test_only_what_is_asked_for_is_followed(followed):
    log.follow_categories(["wire", "money"])
    on = {each.name for each in followed if each.isEnabledFor(logging.DEBUG)}
    assert on == {"cartoonmix.wire", "cartoonmix.money"}


def test_a_word_from_outside_is_one_word():
    assert log.shown("task_end") == "task_end"
    assert log.shown("a\nb=c é") == "a?b?c??"
    assert len(log.shown("x" * 1000)) == 40
