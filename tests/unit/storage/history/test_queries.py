"""A hundred queries, each judged by SQLite and by plain Python over the same tasks."""

from __future__ import annotations

import re
import time
import unicodedata
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cartoonmix_desktop.core.errors import NotAPicture, PictureGone
from cartoonmix_desktop.core.recipe.request import GenerationRequest
from cartoonmix_desktop.core.search.query import Order, Query
from cartoonmix_desktop.core.search.query_values import FIELDS
from cartoonmix_desktop.core.task.aftercare import Aftercare, Owed
from cartoonmix_desktop.core.task.marks import PictureMark, Target
from cartoonmix_desktop.core.task.outcome import Charge, charge_of, was_sent
from cartoonmix_desktop.core.task.task import IMPORTED, OutputState, Task, TaskState
from cartoonmix_desktop.storage.history.ledger import Ledger

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TODAY = date.today()  # noqa: DTZ011  the person's own
PROMPTS = (
    *("a lighthouse keeper at night", "a castle by night, purple hair", "Purple, hair castle"),
    *("雪の城と月", "Café de Flore", "a wildcat; (masterpiece:1.2)", "hair purple", "замок 겨울성"),
    *("🏰 over 月", "don't look, it’s ❤️", "👩‍🚀 in space"),
    *("a fox", "a Fox in a red scarf", "under_score bad-hands", "sirène", "100 % art", "x"),
)
SCHEDULERS = ("EulerDiscreteScheduler", "DDIMScheduler", "EulerAncestralDiscreteScheduler")
STATES = (
    *((TaskState.SENDING, TaskState.ACCEPTED, TaskState.DOWNLOADING, TaskState.KEPT),) * 5,
    (TaskState.SENDING, TaskState.ACCEPTED, TaskState.FAILED),
    (TaskState.SENDING, TaskState.REJECTED),
    (TaskState.SENDING, TaskState.ACCEPTED, TaskState.RUNNING),
    (TaskState.SENDING, TaskState.UNKNOWN),
    (TaskState.CANCELLED,),
    (),
)


@pytest.fixture(scope="module")
def library(tmp_path_factory) -> Iterator[tuple[Ledger, list[Task], dict[int, set[str]]]]:
    ledger = Ledger(tmp_path_factory.mktemp("queries") / "history.sqlite3")
    for number in range(84):
        made = GenerationRequest.build(
            {
                "prompt": PROMPTS[number % len(PROMPTS)],
                "negativePrompt": ("", "blurry, bad hands", "夜景")[number % 3],
                "width": (512, 768, 512)[number % 3],
                "height": (512, 512, 768)[number % 3],
                "steps": 10 + number % 40,
                "scale": (4, 5.5, 7)[number % 3],
                "scheduler": SCHEDULERS[number % 3],
                "clipSkip": number % 3,
                "samples": 1 + number % 4,
                "seed": str(number * 37) if number % 5 else "a word",
            }
        )
        noon = datetime.combine(TODAY - timedelta(days=number * 3), datetime.min.time())
        at = noon.timestamp() + 43_200 + number
        account = "sandbox" if number % 7 == 0 else "wiro-1"
        if not STATES[number % len(STATES)] and account != "sandbox":
            account = IMPORTED
        task = ledger.add(made, account, "me", at=at, uid=f"{number:032x}")
        for state in STATES[number % len(STATES)]:
            ledger.move(task.id, state, at=at)
        if STATES[number % len(STATES)][-1:] == (TaskState.KEPT,):
            ledger.update(task.id, cost=Decimal(number) / 1000, seconds=number / 10)
            task = ledger.set_outputs(task.id, [f"{number}-{n}" for n in range(1 + number % 4)])
            for output in task.outputs[1:] if number % 6 == 0 else task.outputs:
                ledger.keep_output(
                    output.id, path="p", size=1, sha256="0", width=8, height=8, at=at
                )
            if number % 12 == 0:
                ledger.put_aside(
                    task.outputs[0].id, NotAPicture(""), path="x.received", size=1, sha256="1"
                )
            elif number % 6 == 0:
                ledger.break_output(task.outputs[0].id, PictureGone(""))
            ledger.update(task.id, owed=_owed(number, at))
    marks, ids = ledger.marks, sorted(ledger.ids())
    kept = [o.id for task in ledger.tasks(ids) for o in task.kept]
    for stars in range(1, 6):
        marks.mark(Target(outputs=tuple(kept[stars::11])), PictureMark.RATING, stars)
    marks.mark(Target(outputs=tuple(kept[::6])), PictureMark.FAVOURITE, 1)
    marks.mark(Target(outputs=tuple(kept[3::6])), PictureMark.REJECTED, 1)
    marks.change_tags(ids[::4], add=["Client A"])
    marks.change_tags(ids[::5], add=["client-b", "夜", "🔥"])
    marks.set_note(ids[::3], "Ask for a Redo, später")
    marks.set_note(ids[2::9], "can’t use 🔥")
    marks.create_collection("Best of", Target(outputs=tuple(kept[::4])))
    marks.create_collection("covers 2026", Target(tuple(ids[40:60])))
    inside: dict[int, set[str]] = {}
    for name, mine in (("Best of", set(kept[::4])), ("covers 2026", None)):
        for task in ledger.tasks(ids):
            chosen = [o for o in task.kept if (o.id in mine if mine else task.id in ids[40:60])]
            if chosen:
                inside.setdefault(task.id, set()).add(name)
    yield ledger, ledger.tasks(ids), inside
    ledger.close()


def _owed(number: int, at: float) -> list[Aftercare]:
    """Of every ninth a picture is looked for, or is no more, and nothing else."""
    due = None if number % 2 else at + 60
    more = [Aftercare(Owed.MORE, at, due, 12, at)] if number % 9 == 0 else []
    return [*more, Aftercare(Owed.CHARGE, at, None)]


# --- the same in plain Python --------------------------------------------------------------------


def bare(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    kept = "".join(c for c in decomposed if not "\u0300" <= c <= "\u036f")
    return unicodedata.normalize("NFKC", kept)


def spaced(text: str) -> str:
    """Words with a space around each; Chinese, Japanese and Korean letter by letter."""
    apart = re.sub("([\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7ff])", r" \1 ", bare(text))
    plain = re.sub(r"[\W_]+", " ", apart).strip()
    return f" {plain} "


def says(task: Task, wanted: str) -> bool:
    texts = [task.request.prompt, str(task.request["negativePrompt"]), task.note, *task.tags]
    return any(has(text, wanted) for text in texts) or spaced(wanted) in spaced(task.request.model)


def has(text: str, wanted: str) -> bool:
    text, wanted = (each.replace("’", "'").replace("\ufe0f", "") for each in (text, wanted))
    if not spaced(wanted).strip():
        return wanted in text
    if len(bare(wanted)) >= 3 and not re.search("[\u3040-\u9fff\uac00-\ud7ff]", wanted):
        return bare(wanted) in bare(text)
    return spaced(wanted).removesuffix(" ") in spaced(text)


def exactly(task: Task, wanted: str) -> bool:
    texts = [task.request.prompt, str(task.request["negativePrompt"]), task.note, *task.tags]
    return any(spaced(wanted) in spaced(text) for text in (*texts, task.request.model))


def stars(task: Task) -> set[int]:
    return {o.rating for o in task.outputs if o.rating}


def day(task: Task) -> date:
    return date(*time.localtime(task.created_at)[:3])


def seed(task: Task) -> float:
    return float(task.request["seed"]) if str(task.request["seed"]).isdigit() else 0.0


MONDAY = TODAY - timedelta(days=TODAY.weekday())
MONTH = TODAY.replace(day=1)
LAST = (MONTH - timedelta(days=1)).replace(day=1)
QUERIES: dict[str, Callable[[Task], bool]] = {
    "": lambda t: True,
    **{
        word: lambda t, word=word: says(t, word)
        for word in (
            *("castle", "CASTLE", "cast", "ightho", "ou", "l", "f", "fox", "cat", "wildcat", "x"),
            *(
                "purple",
                "cafe",
                "CAFÉ",
                "sirene",
                "雪",
                "雪の",
                "雪の城",
                "月",
                "の城",
                "城雪",
                "замок",
            ),
            *(
                "мок",
                "겨울",
                "성",
                "bad",
                "bad-hands",
                "art",
                "cartoonmix",
                "futurist",
                "mix",
                "v1",
            ),
            *("redo", "später", "spater", "client", "client-b", "夜", "nowhere", "masterpiece"),
            *("1.2", "100", "under_score", "score"),
            *("🏰", "🔥", "❤", "❤️", "👩‍🚀", "👩", "don't", "don’t", "it's", "can't", "'t"),
        )
    },
    **{
        f'"{words}"': lambda t, words=words: exactly(t, words)
        for words in (
            "purple hair",
            "hair",
            "hai",
            "fox in",
            "雪の城",
            "bad hands",
            "client a",
            "v1 0",
        )
    },
    '"purple ha': lambda t: " purple ha" in spaced(t.request.prompt),
    "castle night": lambda t: says(t, "castle") and says(t, "night"),
    "-castle": lambda t: not says(t, "castle"),
    "castle -night": lambda t: says(t, "castle") and not says(t, "night"),
    "-client": lambda t: not says(t, "client"),
    '-"purple hair" hair': lambda t: says(t, "hair") and not exactly(t, "purple hair"),
    "fox OR castle": lambda t: says(t, "fox") or says(t, "castle"),
    "fox | 城 | redo": lambda t: says(t, "fox") or says(t, "城") or says(t, "redo"),
    "(fox OR castle) -red": lambda t: (says(t, "fox") or says(t, "castle")) and not says(t, "red"),
    "-(fox OR castle)": lambda t: not (says(t, "fox") or says(t, "castle")),
    "fox OR is:failed": lambda t: says(t, "fox") or t.state is TaskState.FAILED,
    "prompt:bad": lambda t: has(t.request.prompt, "bad"),
    "negative:bad": lambda t: has(str(t.request["negativePrompt"]), "bad"),
    'negative:"bad hands"': lambda t: "bad hands" in str(t.request["negativePrompt"]),
    "negative:夜": lambda t: "夜" in str(t.request["negativePrompt"]),
    "-negative:b": lambda t: "b" not in str(t.request["negativePrompt"]),
    "note:redo": lambda t: "Redo" in t.note,
    "note:re": lambda t: "Redo" in t.note,
    "note:edo": lambda t: "Redo" in t.note,
    'note:"a redo"': lambda t: "a Redo" in t.note,
    "model:cartoon": lambda t: True,
    "model:other": lambda t: False,
    'model:cartoon "purple hair"': lambda t: exactly(t, "purple hair"),
    "f model:cartoon": lambda t: says(t, "f"),
    "城 -model:cartoon": lambda t: False,
    "steps:20": lambda t: t.request["steps"] == 20,
    "steps:20..30": lambda t: 20 <= t.request["steps"] <= 30,
    "steps:>20": lambda t: t.request["steps"] > 20,
    "steps:>=20 steps:<25": lambda t: 20 <= t.request["steps"] < 25,
    "steps:..12": lambda t: t.request["steps"] <= 12,
    "-steps:..12": lambda t: not t.request["steps"] <= 12,
    "scale:5.5": lambda t: t.request["scale"] == 5.5,
    "scale:>5": lambda t: t.request["scale"] > 5,
    "clip-skip:2": lambda t: t.request["clipSkip"] == 2,
    "samples:<=2": lambda t: t.request["samples"] <= 2,
    "width:768": lambda t: t.request["width"] == 768,
    "height:>600": lambda t: t.request["height"] > 600,
    "size:768x512": lambda t: (t.request["width"], t.request["height"]) == (768, 512),
    "-size:768x512": lambda t: (t.request["width"], t.request["height"]) != (768, 512),
    "size:portrait": lambda t: t.request["width"] < t.request["height"],
    "size:square OR size:landscape": lambda t: t.request["width"] >= t.request["height"],
    "seed:37": lambda t: t.request["seed"] == "37",
    'seed:"a word"': lambda t: t.request["seed"] == "a word",
    "seed:1000..2000": lambda t: 1000 <= seed(t) <= 2000,
    "seed:>2500": lambda t: seed(t) > 2500,
    "scheduler:ddim": lambda t: t.request["scheduler"] == "DDIMScheduler",
    "scheduler:euler": lambda t: str(t.request["scheduler"]).startswith("Euler"),
    'scheduler:"euler"': lambda t: t.request["scheduler"] == "EulerDiscreteScheduler",
    "scheduler:euler-ancestral": lambda t: "Ancestral" in str(t.request["scheduler"]),
    "scheduler:karras": lambda t: False,
    "cost:>0.01": lambda t: t.cost is not None and t.cost > Decimal("0.01"),
    "-cost:>0.01": lambda t: not (t.cost is not None and t.cost > Decimal("0.01")),
    "seconds:<5": lambda t: t.seconds is not None and t.seconds < 5,
    "is:favourite": lambda t: any(o.favourite for o in t.outputs),
    "-is:favourite": lambda t: not any(o.favourite for o in t.outputs),
    "is:rejected": lambda t: any(o.rejected for o in t.outputs),
    "is:rated": lambda t: bool(stars(t)),
    "rating:5": lambda t: 5 in stars(t),
    "rating:>=3": lambda t: any(s >= 3 for s in stars(t)),
    "rating:1..2": lambda t: bool(stars(t) & {1, 2}),
    "rating:0": lambda t: not stars(t),
    "rating:<2": lambda t: not stars(t) or 1 in stars(t),
    "-rating:>=3": lambda t: not any(s >= 3 for s in stars(t)),
    "is:failed": lambda t: t.state is TaskState.FAILED,
    "is:refused": lambda t: t.state is TaskState.REJECTED,
    "is:cancelled": lambda t: t.state is TaskState.CANCELLED,
    "is:running": lambda t: t.state is TaskState.RUNNING or t.is_owed(Owed.MORE),
    "is:waiting": lambda t: t.state is TaskState.QUEUED,
    "is:unanswered": lambda t: t.state is TaskState.UNKNOWN,
    "is:finished": lambda t: t.state is TaskState.KEPT and not t.is_owed(Owed.MORE),
    "is:partly": lambda t: t.was_owed(Owed.MORE),
    "-is:partly": lambda t: not t.was_owed(Owed.MORE),
    "is:broken": lambda t: any(o.state is OutputState.BROKEN for o in t.outputs),
    "is:kept-aside": lambda t: any(o.state is OutputState.ASIDE for o in t.outputs),
    "-is:kept-aside is:broken": lambda t: any(o.state is OutputState.BROKEN for o in t.outputs),
    "is:sandbox": lambda t: t.is_sandbox,
    "is:wiro": lambda t: t.account == "wiro-1",
    "is:imported": lambda t: t.account == IMPORTED,
    "is:without-recipe": lambda t: t.account == IMPORTED and not t.request.values,
    "is:sent": was_sent,
    "is:charge-unknown": lambda t: charge_of(t) in {Charge.PENDING, Charge.UNKNOWN},
    "has:note": lambda t: bool(t.note),
    "-has:note": lambda t: not t.note,
    "has:tag": lambda t: bool(t.tags),
    "has:rating": lambda t: bool(stars(t)),
    "tag:client": lambda t: any(tag.lower().startswith("client") for tag in t.tags),
    "tag:client-a": lambda t: "Client A" in t.tags,
    'tag:"client-a"': lambda t: False,
    'tag:"CLIENT a"': lambda t: "Client A" in t.tags,
    "-tag:client": lambda t: not any(tag.lower().startswith("client") for tag in t.tags),
    "tag:夜": lambda t: "夜" in t.tags,
    "tag:🔥": lambda t: "🔥" in t.tags,
    'tag:"🔥"': lambda t: "🔥" in t.tags,
    "prompt:🏰": lambda t: "🏰" in t.request.prompt,
    "-🏰": lambda t: "🏰" not in t.request.prompt,
    "negative:🏰": lambda t: False,
    "note:🔥": lambda t: "🔥" in t.note,
    "castle OR 🏰": lambda t: says(t, "castle") or says(t, "🏰"),
    '"don’t look"': lambda t: "don't look" in t.request.prompt,
    "date:today": lambda t: day(t) == TODAY,
    "date:last-week": lambda t: MONDAY - timedelta(days=7) <= day(t) < MONDAY,
    "date:this-week": lambda t: MONDAY <= day(t) <= TODAY,
    "date:last-month": lambda t: LAST <= day(t) < MONTH,
    "date:this-month": lambda t: day(t) >= MONTH,
    f"date:{LAST.year}": lambda t: day(t).year == LAST.year,
    f"date:{LAST:%Y-%m}": lambda t: LAST <= day(t) < MONTH,
    f"date:>={LAST:%Y-%m}": lambda t: day(t) >= LAST,
    f"date:<{MONTH}": lambda t: day(t) < MONTH,
    f"date:{LAST}..{MONTH}": lambda t: LAST <= day(t) <= MONTH,
    "date:30d": lambda t: day(t) > TODAY - timedelta(days=30),
    "castle steps:": lambda t: says(t, "castle"),
    "castle steps:abc": lambda t: says(t, "castle"),
    "nope:castle": lambda t: False,
    "castle ) is:strange": lambda t: says(t, "castle"),
    "castle -night is:finished steps:10..45 size:768x512 scale:>5": lambda t: (
        says(t, "castle")
        and not says(t, "night")
        and t.state is TaskState.KEPT
        and 10 <= t.request["steps"] <= 45
        and (t.request["width"], t.request["height"]) == (768, 512)
        and t.request["scale"] > 5
    ),
}


@pytest.mark.parametrize("text", QUERIES)
def test_sqlite_and_python_agree(library, text):
    ledger, tasks, _ = library
    wanted = [t.id for t in tasks if QUERIES[text](t)]
    wanted.sort(key=lambda task_id: -next(t.created_at for t in tasks if t.id == task_id))
    assert list(ledger.ids(Query(text))) == wanted
    few = ledger.ids(Query(text), 3)
    assert list(few) == wanted[:3]
    assert few.whole == (len(wanted) <= 3)
    ranked = ledger.ids(Query(text, order=Order.RELEVANCE))
    assert sorted(ranked) == sorted(wanted)
    assert list(ledger.ids(Query(text, order=Order.RELEVANCE), 3)) == list(ranked)[:3]
    assert list(ledger.ids(Query(within=text))) == wanted


def test_most_queries_find_something_and_leave_something_out(library):
    _, tasks, _ = library
    telling = [q for q, judge in QUERIES.items() if 0 < sum(map(judge, tasks)) < len(tasks)]
    assert len(telling) >= 100
    assert len(QUERIES) >= 120


PIECES = (
    *("castle", "x", "城", "🏰", "\ud800", "'", "’", '"', "“", "%", "_", "*", "{", "\\", "\0", "é"),
    *("-", "(", ")", "OR", "AND", "NOT", "|", " ", " ", ":", "..", ">", "3+", "2-4", "20", "today"),
    *(f"{field.name}:" for field in FIELDS),
    *("is:favourite", "has:tag", "size:512x512", "in:best", "tag:client", "steps>", "rating:<2"),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=12), st.sampled_from(Order))
def test_whatever_is_typed_can_be_asked(library, pieces, order):
    ledger, _, _ = library
    query = Query("".join(pieces), " ".join(pieces), order)
    found = ledger.ids(query)
    assert list(ledger.ids(query, 3)) == list(found)[:3]
    pictures = ledger.gallery(query)
    assert ledger.gallery(query, 3).pictures == pictures.pictures[-3:]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("in:best", "Best of"),
        ("in:best-of", "Best of"),
        ('in:"best OF"', "Best of"),
        ("in:covers", "covers 2026"),
    ],
)
def test_collections(library, text, name):
    ledger, _, inside = library
    assert set(ledger.ids(Query(text))) == {i for i, names in inside.items() if name in names}
    assert set(ledger.ids(Query(f"-{text}"))) == set(ledger.ids()) - set(ledger.ids(Query(text)))


def test_a_search_stays_within_its_part(library):
    ledger, tasks, _ = library
    found = set(ledger.ids(Query("fox", "is:favourite")))
    assert found == {t.id for t in tasks if says(t, "fox") and any(o.favourite for o in t.outputs)}


def test_pictures_are_those_on_disk(library):
    ledger, tasks, _ = library
    found = set(ledger.ids(Query("has:picture")))
    assert found == {t.id for t in tasks if t.kept or t.state is TaskState.KEPT}


def test_the_best_come_first(ledger, add):
    poor = add("a cat, a dog, a bird, a cow, and a very long row of other animals, and a horse")
    best = add("cat, cat, cat", at=5.0)
    ranked = list(ledger.ids(Query("cat", order=Order.RELEVANCE)))
    assert ranked == [best.id, poor.id]
    assert list(ledger.ids(Query("cat"))) == [poor.id, best.id]
    assert list(ledger.ids(Query("is:waiting", order=Order.RELEVANCE))) == [poor.id, best.id]
