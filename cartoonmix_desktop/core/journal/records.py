"""What the lines of the journal tell, as values that were checked.

No key, no address and no token of a socket is among them. Amounts are texts of decimals in US
dollars, times unix seconds. Whatever a later version adds is passed over.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from cartoonmix_desktop.core.journal.lines import Kind, Line

_Name = Annotated[str, Meta(max_length=10_000)]
_Text = Annotated[str, Meta(max_length=4_000_000)]
_Uid = Annotated[str, Meta(pattern="^(?:[0-9a-f]{32})?$")]
_Amount = Annotated[str, Meta(max_length=40)]
_Count = Annotated[int, Meta(ge=0, le=2**53)]
_Moment = Annotated[float, Meta(ge=-62_135_596_800, le=253_402_300_799)]  # as calendars go
_HALF = rb"\ud"  # begins what may be half a character, which JSON can hold and UTF-8 cannot


class _Record(Struct, frozen=True, omit_defaults=True):
    pass


class Recipe(_Record, frozen=True):
    """What was asked for.

    Attributes:
        model: slug.
        values: wire name to value, as sent.
        made: of the click.
        account: whose task it is.
        parent: uid of the task whose recipe it was made from; empty for none.
        source: name of the file that it was imported from.
        estimated: what was told before the click.
        elsewhere: it was not sent from here.
        others: what other programs told of it, by their names.
    """

    model: _Name
    values: dict[_Name, Any]
    made: _Moment
    account: _Name
    parent: _Uid = ""
    source: _Name = ""
    estimated: _Amount | None = None
    elsewhere: bool = False
    others: dict[_Name, _Text] = {}


class Picture(_Record, frozen=True):
    """One output of a task; see `core.task.task.Output`.

    Attributes:
        position: among the task's outputs, from 0.
        state: an `OutputState`.
        remote: the server's id.
        path: inside the library; where it was, or would be, of one in the trash.
        trash_path: inside the library as well, where it may be in the trash; empty outside it.
        sha256: hex; empty until kept.
        size: bytes.
        width: pixels.
        height: pixels.
        kept: when it was.
        trashed: when it was thrown away.
        error: why it is broken, as `core.error_records` writes it.
    """

    position: _Count
    state: _Name
    remote: _Name = ""
    path: _Name = ""
    trash_path: _Name = ""
    sha256: Annotated[str, Meta(max_length=64)] = ""
    size: _Count = 0
    width: _Count = 0
    height: _Count = 0
    kept: _Moment | None = None
    trashed: _Moment | None = None
    error: dict[str, Any] | None = None


class Run(_Record, frozen=True):
    """How far a task came; see `core.task.task.Task`.

    Attributes:
        state: a `TaskState`.
        remote: the server's id.
        status: the server's last word.
        verdict: a `Verdict`.
        cost: what was charged; None while that is not known.
        seconds: that it ran.
        sent: when it last began to be sent.
        heard: when it last showed a sign of life.
        trashed: when it was thrown away.
        remote_deleted: when the server's files were deleted.
        error: as `core.error_records` writes it.
        pictures: its outputs.
    """

    state: _Name
    remote: _Name = ""
    status: _Name = ""
    verdict: _Name | None = None
    cost: _Amount | None = None
    seconds: _Moment | None = None
    sent: _Moment | None = None
    heard: _Moment | None = None
    trashed: _Moment | None = None
    remote_deleted: _Moment | None = None
    error: dict[str, Any] | None = None
    pictures: tuple[Picture, ...] = ()


class PictureMarks(_Record, frozen=True):
    """What the person thinks of one picture.

    Attributes:
        position: of the output, from 0.
        favourite: whether it is one.
        rating: stars, 0 for none.
        rejected: whether it is.
        collections: names of those that hold it.
    """

    position: _Count
    favourite: bool = False
    rating: Annotated[int, Meta(ge=0, le=5)] = 0
    rejected: bool = False
    collections: tuple[_Name, ...] = ()


class Marks(_Record, frozen=True):
    """What the person thinks of a task and its pictures.

    Attributes:
        tags: names.
        note: or empty.
        pictures: those with a mark.
    """

    tags: tuple[_Name, ...] = ()
    note: _Text = ""
    pictures: tuple[PictureMarks, ...] = ()


class Gone(_Record, frozen=True):
    """What stays of a task that was deleted for good.

    Attributes:
        account: whose it was; empty where there is nothing to be kept.
        remote: the server's id, so that it is never taken for another's.
        made: of the click.
        cost: what was charged.
        estimated: what was told before the click.
        model: slug.
        pictures: how many were kept.
        tags: names, by which charges are found.
        collections: likewise.
    """

    account: _Name
    remote: _Name
    made: _Moment
    cost: _Amount | None = None
    estimated: _Amount | None = None
    model: _Name | None = None
    pictures: _Count | None = None
    tags: tuple[_Name, ...] | None = None
    collections: tuple[_Name, ...] | None = None


class Collection(_Record, frozen=True):
    """A collection, also an empty one.

    Attributes:
        name: as it is written.
        deleted: it is no more.
    """

    name: _Name
    deleted: bool = False


class Search(_Record, frozen=True):
    """A search that is kept under a name.

    Attributes:
        name: as it is written.
        query: or empty.
        deleted: it is no more.
    """

    name: _Name
    query: _Text = ""
    deleted: bool = False


class Written(_Record, frozen=True):
    """The last line of a transaction of a history.

    Attributes:
        number: of the transaction. The history holds it too, once that is committed: a journal
            that is one ahead was left by one that came to nothing; one that is further ahead knows
            what its history has lost.
    """

    number: _Count


Record = Recipe | Run | Marks | Gone | Collection | Search | Written


class TaskRecord(Struct, frozen=True):
    """All that the journal knows of a task; None for what it does not.

    Attributes:
        uid: of the task.
        recipe: what was asked for.
        run: how far it came.
        marks: what the person thinks of it.
        gone: it was deleted for good; the others are then of a task that came back since.
    """

    uid: str
    recipe: Recipe | None = None
    run: Run | None = None
    marks: Marks | None = None
    gone: Gone | None = None


KINDS: dict[type[Struct], Kind] = {
    Recipe: Kind.RECIPE,
    Run: Kind.RUN,
    Marks: Kind.MARKS,
    Gone: Kind.GONE,
    Collection: Kind.COLLECTION,
    Search: Kind.SEARCH,
    Written: Kind.WRITTEN,
}

_VALUES = "values"
_RECORDS: dict[Kind, Any] = {kind: record for record, kind in KINDS.items()}
_ENCODER = msgspec.json.Encoder()


@cache
def _decoder(kind: Kind) -> msgspec.json.Decoder[Any]:
    """When first asked: they take as long to make as all of this takes to import."""
    return msgspec.json.Decoder(_RECORDS[kind])


def body(record: Record) -> bytes:
    """A record as JSON in one line."""
    try:
        return _ENCODER.encode(record)
    except UnicodeEncodeError:  # half a character
        return json.dumps(msgspec.to_builtins(record)).encode("ascii")


def told(line: Line) -> Record | None:
    """What a line tells; None where it is not what its kind tells."""
    try:
        if _HALF in line.body:
            record: Record = msgspec.convert(_whole(json.loads(line.body)), _RECORDS[line.kind])
        else:
            record = _decoder(line.kind).decode(line.body)
    except (ValueError, RecursionError):  # as all are that msgspec raises
        return None
    return record


def _whole(told: Any) -> Any:
    """What stands there, with half a character only where a request may have one."""
    match told:
        case str():
            return told.encode("utf-8", "replace").decode()
        case list():
            return [_whole(one) for one in told]
        case dict():
            return {
                _whole(name): one if name == _VALUES else _whole(one) for name, one in told.items()
            }
        case _:
            return told
