from __future__ import annotations

import json
from decimal import Decimal

import pytest

from cartoonmix_desktop.core import errors
from cartoonmix_desktop.core.error_records import every_error, from_record, to_record
from cartoonmix_desktop.core.errors import (
    CartoonMixError,
    Refused,
    ServerFault,
    Unreachable,
    ValidationRefused,
    WiroError,
)

KINDS = sorted(every_error().items())


def filled(kind: type[CartoonMixError]) -> CartoonMixError:
    """One of a kind, each field with a value of its own."""
    samples = {"int": 97, "str": "words", "float | None": 1.5, "int | None": 5}
    samples["Decimal | None"] = Decimal("12.5")
    return kind(**{name: samples[written] for name, written in kind.FIELDS.items()})


def test_the_tree_holds_every_error_of_the_module():
    defined = {
        name
        for name, thing in vars(errors).items()
        if isinstance(thing, type) and issubclass(thing, Exception)
    }
    assert defined == set(every_error())


@pytest.mark.parametrize(("name", "kind"), KINDS)
def test_survives_being_kept_as_json(name, kind):
    error = filled(kind)
    again = from_record(json.loads(json.dumps(to_record(error))))
    assert type(again) is kind
    assert again.facts == error.facts


@pytest.mark.parametrize(("name", "kind"), KINDS)
def test_tells_its_name_and_its_facts_in_one_line(name, kind):
    text = str(filled(kind))
    assert text.startswith(name + "(")
    assert "\n" not in text
    for name in kind.FIELDS:
        assert f"{name}=" in text


@pytest.mark.parametrize(("name", "kind"), KINDS)
def test_a_record_without_facts_still_gives_the_kind(name, kind):
    again = from_record({"kind": name})
    assert type(again) is kind
    assert name in str(again)


def test_a_kind_of_a_newer_version_becomes_the_root():
    assert type(from_record({"kind": "Moonquake", "depth": 3})) is CartoonMixError
    assert type(from_record({})) is CartoonMixError


def test_fields_of_a_newer_version_are_left_out():
    error = from_record({"kind": "ServerFault", "operation": "Run", "http_status": 503, "moon": 1})
    assert isinstance(error, ServerFault)
    assert error.facts == {"operation": "Run", "http_status": 503, "server_message": ""}


@pytest.mark.parametrize("balance", [None, "lots", "-1", ["5"]])
def test_a_balance_that_cannot_be_one_is_not_known(balance):
    record = {"kind": "ConcurrencyLimited", "operation": "Run", "code": 96, "balance": balance}
    assert from_record(record).balance is None


def test_can_be_raised_and_caught_by_what_it_is():
    with pytest.raises(WiroError) as caught:
        raise Unreachable(operation="Run", reason="dns")
    assert caught.value.operation == "Run"
    assert not isinstance(caught.value, Refused)


def test_a_subclass_keeps_the_fields_of_its_parent():
    error = ValidationRefused(operation="Run", code=0, server_message="no", field="steps")
    assert (error.http_status, error.field) == (200, "steps")


def test_facts_are_given_by_place_or_name_and_none_is_missing_or_strange():
    named = {"operation": "Run", "code": 97, "server_message": "no"}
    assert Refused(*named.values()).facts == Refused(**named).facts
    for wrong in ((), named.values(), ("Run", 97, "no", 200, "more")):
        with pytest.raises(TypeError, match="Refused takes"):
            Refused(*wrong, **({"code": 97} if wrong else {}))
    with pytest.raises(TypeError, match="Refused takes"):
        Refused(**named, moon=1)
