"""The search language as SQL: what must hold of a row of ``task``."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import TYPE_CHECKING, Any

from cartoonmix_desktop.core.search.days import midnight
from cartoonmix_desktop.core.search.query import Order, Query, parse
from cartoonmix_desktop.core.search.query_values import (
    All,
    Days,
    Either,
    Flag,
    Named,
    Not,
    Range,
    Term,
    Words,
)
from cartoonmix_desktop.core.sweep.batch import NAME_LENGTH
from cartoonmix_desktop.storage.history.full_text import (
    folded,
    is_part,
    part_of,
    phrase_of,
    signs_of,
    words_of,
)
from cartoonmix_desktop.storage.history.search_results import Condition

if TYPE_CHECKING:
    from collections.abc import Sequence

    import apsw


_COLUMNS = {"prompt": "prompt", "negative": "negative_prompt"}
_NUMBERS = {
    "width": "width",
    "height": "height",
    "samples": "samples",
    "steps": "steps",
    "scale": "scale",
    "clip-skip": "clip_skip",
    "seconds": "seconds",
    "seed": "CAST(seed AS REAL)",
    "cost": "(cost / 1e12)",
}
_AT_WORK = "('sending', 'accepted', 'running', 'downloading')"
# With pictures on disk, and more may come.
_UNDECIDED = (
    "(state = 'kept' AND task.id IN"
    " (SELECT task_id FROM aftercare WHERE reason = 'more' AND due IS NOT NULL))"
)
# As `core.task.outcome.was_sent` says; the column would be looked up in the table itself.
_SENT = (
    "(account NOT IN ('sandbox', 'import') AND state NOT IN ('queued', 'removed', 'rejected')"
    " AND (state <> 'cancelled' OR remote_id <> '' OR cost IS NOT NULL))"
)
_CHARGE_OWED = (
    "SELECT task_id FROM aftercare"
    " WHERE due IS NOT NULL AND reason IN ('charge', 'charge_of_stopped')"
)
# Some picture of the task is so. The first gathers them all, right when every task is to be
# judged; the second looks at one task, right when words have already found a few.
_GATHERED = "task.id IN (SELECT task_id FROM output WHERE {} AND trashed_at IS NULL)"
_LOOKED_AT = "EXISTS (SELECT 1 FROM output WHERE task_id = task.id AND {} AND trashed_at IS NULL)"
_PICTURES = {
    ("is", "favourite"): "favourite = 1",
    ("is", "rejected"): "rejected = 1",
    ("is", "rated"): "rating > 0",
    ("is", "broken"): "state = 'broken'",
    ("is", "kept-aside"): "state = 'aside'",
    ("has", "rating"): "rating > 0",
}
_FLAGS = {
    ("is", "sandbox"): "account = 'sandbox'",
    ("is", "wiro"): "account NOT IN ('sandbox', 'import')",
    ("is", "imported"): "account = 'import'",
    ("is", "without-recipe"): "(account = 'import' AND CASE WHEN json_valid(request)"
    " THEN request ->> '$.values' IS '{}' ELSE prompt IS NULL AND recipe IS NOT NULL"
    " AND recipe IN (SELECT id FROM recipe WHERE frame ->> '$.values' IS '{}') END)",
    ("is", "made-elsewhere"): "task.id IN (SELECT id FROM task WHERE elsewhere = 1)",
    ("is", "finished"): f"(state = 'kept' AND NOT {_UNDECIDED})",
    ("is", "failed"): "state = 'failed'",
    ("is", "refused"): "state = 'rejected'",
    ("is", "cancelled"): "state IN ('cancelled', 'removed')",
    ("is", "running"): f"(state IN {_AT_WORK} OR {_UNDECIDED})",
    ("is", "waiting"): "state = 'queued'",
    # Fewer pictures than were asked for: no more were listed, or some are not here.
    ("is", "partly"): "(task.id IN (SELECT task_id FROM aftercare WHERE reason = 'more'"
    " AND due IS NULL) OR (state = 'downloading' AND EXISTS (SELECT 1 FROM output"
    " WHERE task_id = task.id AND state IN ('broken', 'aside') AND trashed_at IS NULL)"
    " AND EXISTS (SELECT 1 FROM output"
    " WHERE task_id = task.id AND state = 'kept' AND trashed_at IS NULL)))",
    ("is", "sent"): _SENT,
    ("is", "charge-unknown"): f"({_SENT} AND (cost IS NULL OR task.id IN ({_CHARGE_OWED})))",
    ("is", "unanswered"): "state IN ('unknown', 'discarded')",
    ("has", "note"): "task.id IN (SELECT task_id FROM note)",
    ("has", "tag"): "task.id IN (SELECT task_id FROM task_tag)",
    ("has", "collection"): "task.id IN (SELECT collected.task_id FROM collected JOIN output"
    " ON output.id = output_id AND trashed_at IS NULL)",
    # A task that came to its end has all its pictures; the few others are looked at one by one.
    ("has", "picture"): "(state = 'kept' OR (state NOT IN ('queued', 'sending') AND EXISTS"
    " (SELECT 1 FROM output WHERE task_id = task.id AND state = 'kept')))",
    ("size", "portrait"): "width < height",
    ("size", "landscape"): "width > height",
    ("size", "square"): "width = height",
}


# Every picture that can be seen, under names that no column of a task has.
_EACH_PICTURE = """
    CROSS JOIN (
        SELECT id AS picture_id, task_id AS of_task, position AS place, favourite, rating, rejected
        FROM output INDEXED BY output_shown WHERE state = 'kept' AND trashed_at IS NULL
    ) AS picture ON of_task = task.id"""
_OF_EACH_PICTURE = {
    ("has", "picture"): "picture_id > 0",
    ("has", "collection"): "picture_id IN (SELECT output_id FROM collected)",
    ("is", "broken"): "picture_id < 0",
    ("is", "kept-aside"): "picture_id < 0",
}


def pictures_condition_of(
    query: Query, connection: apsw.Connection, today: date | None = None
) -> Condition:
    """As `condition_of`, for a question about pictures: marks are asked of each by itself.

    Its rows have ``picture_id`` and ``place`` beside the columns of ``task``.
    """
    return condition_of(query, connection, today, of_pictures=True)


def condition_of(
    query: Query,
    connection: apsw.Connection,
    today: date | None = None,
    *,
    of_pictures: bool = False,
) -> Condition:
    """What a query means for SQL.

    Args:
        query: what is asked.
        connection: the history, inside the transaction that it is for: which tags,
            collections and models there are decides how words are looked for.
        today: the local day; None for now.
        of_pictures: see `pictures_condition_of`.
    """
    day = today or date.today()  # noqa: DTZ011  the person's own day
    terms: list[Term] = []
    for text in (query.text, query.within):
        term = parse(text, day).term
        terms += term.terms if isinstance(term, All) else (term,)
    compiler = _Compiler(connection, of_pictures=of_pictures)
    found, rest = compiler.texts(terms)
    # The parts of words lead: they are the rarer ones.
    index = next((name for name in ("task_part", "task_text") if name in found), "")
    match = " AND ".join(found.pop(index, ()))
    compiler.led = bool(index)
    conditions = [compiler.in_texts(*others) for others in found.items()]
    conditions += [compiler.sql(term) for term in rest]
    where = " AND ".join(conditions)
    ranked = query.order is Order.RELEVANCE and bool(index)
    joined = _EACH_PICTURE if of_pictures else ""
    return Condition(index, match, where, tuple(compiler.bindings), ranked, joined)


class _Compiler:
    """Writes conditions; what their question marks take is collected in their order.

    Attributes:
        bindings: what the question marks take.
        led: whether an index of texts leads to the tasks that are to be judged.
    """

    def __init__(self, connection: apsw.Connection, *, of_pictures: bool) -> None:
        self._connection = connection
        self._of_pictures = of_pictures
        self.bindings: list[str | float] = []
        self.led = False

    def sql(self, term: Term) -> str:
        match term:
            case All(terms):
                return self._all(terms)
            case Either(terms):
                return "(" + " OR ".join(self.sql(side) for side in terms) + ")"
            case Not(inner):
                # What is not known is not so: NULL would be neither.
                return f"NOT coalesce({self.sql(inner)}, 0)"
            case Words():
                return self._words(term)
            case Named():
                return self._named(term)
            case Range():
                return self._range(term)
            case Days(first, after):
                bounds = [("created_at >= ?", first), ("created_at < ?", after)]
                self.bindings += [midnight(day) for _, day in bounds if day is not None]
                return " AND ".join(sql for sql, day in bounds if day is not None) or "1"
            case Flag(field, word):
                if self._of_pictures and (each := _OF_EACH_PICTURE.get((field, word))):
                    return each
                if condition := _PICTURES.get((field, word)):
                    return self._picture(condition)
                return _FLAGS[field, word]

    def _picture(self, condition: str) -> str:
        if self._of_pictures:
            return f"({condition})"
        return (_LOOKED_AT if self.led else _GATHERED).format(condition)

    def _bind(self, sql: str, *values: str | float) -> str:
        self.bindings += values
        return sql

    # --- words -----------------------------------------------------------------------------------

    def texts(self, terms: Sequence[Term]) -> tuple[dict[str, list[str]], list[Term]]:
        """The terms that an index of texts answers alone, as its expressions; and the others."""
        found: dict[str, list[str]] = {}
        rest: list[Term] = []
        for term in terms:
            if (answer := self._expression(term)) is None:
                rest.append(term)
            elif answer[1] not in found.setdefault(answer[0], []):
                found[answer[0]].append(answer[1])
        return found, rest

    def in_texts(self, index: str, expressions: Sequence[str]) -> str:
        """What these expressions find there."""
        return self._bind(_found_in(index), " AND ".join(expressions))

    def _all(self, terms: Sequence[Term]) -> str:
        found, rest = self.texts(terms)
        parts = [self.in_texts(*each) for each in found.items()]
        parts += [self.sql(term) for term in rest]
        return "(" + " AND ".join(parts) + ")" if parts else "1"

    def _expression(self, term: Term) -> tuple[str, str] | None:
        """The index that alone knows whether a term holds, and the expression for it."""
        if isinstance(term, Words):
            if term.field in _OWN or signs_of(term.text) or self._elsewhere(term):
                return None
            return _match(term)
        if not isinstance(term, Either):
            return None
        found, rest = self.texts(term.terms)
        if rest or len(found) != 1:
            return None
        [(index, expressions)] = found.items()
        return index, f"({' OR '.join(expressions)})"

    def _words(self, term: Words) -> str:
        if term.field == "note":
            return self._bind(_ELSEWHERE["note"].format(_holds(term)), _held(term))
        if term.field == "other":
            return self._bind(_IN_OTHERS, _among_words(term))
        if signs := signs_of(term.text):
            columns = [_COLUMNS[term.field]] if term.field else list(_COLUMNS.values())
            places = [self._bind(_WRITTEN[column], signs) for column in columns]
        else:
            table, expression = _match(term)
            places = [self._bind(_found_in(table), expression)]
        for place in self._elsewhere(term):
            value = phrase_of(term.text, exact=True) if place == "model" else _held(term)
            places.append(
                self._bind(_ELSEWHERE[place].format(_holds(term)), _of_model(place, value))
            )
        return "(" + " OR ".join(places) + ")"

    def _elsewhere(self, term: Words) -> list[str]:
        """Where else than in the prompts a word stands at all."""
        if term.field:
            return []
        found = []
        for place, asked in _ASKED.items():
            value = phrase_of(term.text, exact=True) if place == "model" else _held(term)
            sql = asked.format(_holds(term))
            if self._connection.execute(sql, (_of_model(place, value),)).fetchone():
                found.append(place)
        return found

    # --- names and numbers -----------------------------------------------------------------------

    def _named(self, term: Named) -> str:
        match term.field:
            case "tag":
                tags = self._ids_of_names("tag", term)
                return self._bind(
                    "task.id IN (SELECT task_id FROM task_tag"
                    " WHERE tag_id IN (SELECT value FROM json_each(?)))",
                    json.dumps(tags),
                )
            case "in":
                collections = self._ids_of_names("collection", term)
                if self._of_pictures:
                    return self._bind(
                        "picture_id IN (SELECT output_id FROM collected"
                        " WHERE collection_id IN (SELECT value FROM json_each(?)))",
                        json.dumps(collections),
                    )
                return self._bind(
                    "task.id IN (SELECT collected.task_id FROM collected JOIN output"
                    " ON output.id = output_id AND trashed_at IS NULL"
                    " WHERE collection_id IN (SELECT value FROM json_each(?)))",
                    json.dumps(collections),
                )
            case "seed":
                return self._bind("seed = ?", term.text)
            case "in-sweep":  # what else could stand there is a random number
                known = re.fullmatch(rf"[0-9a-fA-F]{{{NAME_LENGTH}}}", term.text)
                name = f"{term.text.lower()}*" if known else ""  # no uid is empty
                return self._bind("task.uid GLOB ?", name)
            case "scheduler":
                if term.values:
                    return self._bind(
                        "scheduler IN (SELECT value FROM json_each(?))", json.dumps(term.values)
                    )
                return self._bind("lower(scheduler) LIKE ? ESCAPE '\\'", _beginning(term.text))
            case _:
                if term.exact:
                    return self._bind("lower(task.model) = ?", term.text.lower())
                part = "%" + _beginning(term.text)
                return self._bind("lower(task.model) LIKE ? ESCAPE '\\'", part)

    def _ids_of_names(self, table: str, term: Named) -> list[int]:
        """Those of that name; bare, also those that begin so, a dash standing for a space."""
        wanted = folded(term.text)
        rows: Any = self._connection.execute(f"SELECT id, folded FROM {table}")  # noqa: S608  ours
        names = [(int(row[0]), str(row[1])) for row in rows]
        if term.exact:
            return [found for found, name in names if name == wanted]
        wanted = _loosely(wanted)
        return [found for found, name in names if _loosely(name).startswith(wanted)]

    def _range(self, term: Range) -> str:
        if term.field == "rating":
            return self._rating(term)
        column = _NUMBERS[term.field]
        if term.low is not None and term.low == term.high:
            return self._bind(f"{column} = ?", term.low)
        bounds = []
        if term.low is not None:
            bounds.append(self._bind(f"{column} {'>' if term.above else '>='} ?", term.low))
        if term.high is not None:
            # Text, such as a seed that is none, is greater than any number.
            bounds.append(self._bind(f"{column} {'<' if term.below else '<='} ?", term.high))
        return "(" + " AND ".join(bounds) + ")"

    def _rating(self, term: Range) -> str:
        """Some picture has so many stars; with none allowed, also where no picture has any."""
        stars = [
            number
            for number in range(6)
            if (term.low is None or (number > term.low if term.above else number >= term.low))
            and (term.high is None or (number < term.high if term.below else number <= term.high))
        ]
        listed = ", ".join(str(number) for number in stars if number)
        rated = self._picture(f"rating > 0 AND rating IN ({listed})")
        return f"({rated} OR NOT {self._picture('rating > 0')})" if 0 in stars else rated


# Whether a word stands there at all, and in which tasks.
_ASKED = {
    "model": "SELECT 1 FROM task_text WHERE task_text MATCH ? LIMIT 1",
    "tag": "SELECT 1 FROM tag WHERE {} LIMIT 1",
    "note": "SELECT 1 FROM note WHERE {} LIMIT 1",
}
# Signs are in no index: the texts themselves are looked through.
_WRITTEN = {
    "prompt": "instr(iif(request = '', task.prompt, request ->> '$.values.prompt'), ?)",
    "negative_prompt": "instr(iif(request = '', (SELECT frame FROM recipe"
    " WHERE recipe.id = task.recipe), request) ->> '$.values.negativePrompt', ?)",
}
_ELSEWHERE = {
    "model": "task.id IN (SELECT rowid FROM task_text WHERE task_text MATCH ?)",
    "tag": "task.id IN (SELECT task_id FROM task_tag WHERE tag_id IN"
    " (SELECT id FROM tag WHERE {}))",
    "note": "task.id IN (SELECT task_id FROM note WHERE {})",
}


_OWN = ("note", "other")  # fields that have a table of their own
_IN_OTHERS = "task.id IN (SELECT task_id FROM others WHERE instr(words, ?))"


def _match(term: Words) -> tuple[str, str]:
    """The index that holds a word of the prompts, and the expression that finds it there."""
    if not term.exact and is_part(term.text):
        table, expression = "task_part", part_of(term.text)
    else:
        table, expression = "task_text", phrase_of(term.text, exact=term.exact)
    if term.field in _COLUMNS:
        return table, f"{_COLUMNS[term.field]} : {expression}"
    return (
        table,
        expression if table == "task_part" else f"{{prompt negative_prompt}} : {expression}",
    )


def _found_in(table: str) -> str:
    return f"task.id IN (SELECT rowid FROM {table} WHERE {table} MATCH ?)"  # noqa: S608  ours


def _holds(term: Words) -> str:
    """The condition on a row of notes or tags."""
    text = "replace(folded, '’', char(39))" if _by_letters(term) else "words"
    return f"instr({text}, ?)"


def _held(term: Words) -> str:
    """What its question mark takes."""
    if _by_letters(term):
        return signs_of(term.text) or folded(term.text).replace("’", "'")
    words = words_of(term.text)
    return words if term.exact else words.removesuffix(" ")


def _among_words(term: Words) -> str:
    """What is looked for in a text that has a space before and after each of its words."""
    words = words_of(term.text)
    if not words.strip():  # nothing but signs, which do not stand there
        return term.text
    if term.exact:
        return words
    return words.strip() if is_part(term.text) else words.removesuffix(" ")


def _by_letters(term: Words) -> bool:
    """Whether a text of notes or tags is looked for as it is written, and not word by word."""
    return bool(signs_of(term.text)) or _match(term)[0] == "task_part"


def _of_model(place: str, value: str) -> str:
    return f"model : {value}" if place == "model" else value


def _beginning(text: str) -> str:
    escaped = text.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"{escaped}%"


def is_name(term: Named, name: str) -> bool:
    """Whether a term gives a name in full; what is not quite one may be the beginning of others."""
    one, other = folded(term.text), folded(name)
    return one == other if term.exact else _loosely(one) == _loosely(other)


def _loosely(name: str) -> str:
    return name.replace("-", " ").replace("_", " ")
