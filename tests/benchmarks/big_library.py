"""A home with 100,000 tasks and 400,000 pictures, the same each time, made through SQL.

Only a few hundred pictures are real files with thumbnails; the tasks share them.
"""

from __future__ import annotations

import hashlib
import io
import json
import random
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import apsw
from PIL import Image, ImageOps

from cartoonmix_desktop.cartoon.compose import draw
from cartoonmix_desktop.core.recipe.request import GenerationRequest
from cartoonmix_desktop.storage.files.decoding import decode, thumbnail_of
from cartoonmix_desktop.storage.files.thumbnails import Thumbnails
from cartoonmix_desktop.storage.history import full_text, schema
from cartoonmix_desktop.storage.history.full_text import folded, words_of
from cartoonmix_desktop.storage.history.ledger import Ledger
from cartoonmix_desktop.storage.locations import Locations

if TYPE_CHECKING:
    from collections.abc import Iterator

SAMPLES = 4
_DRAWN = 8  # pictures; each is turned, mirrored and tinted in 28 ways
_SIDE = 512
_GAP = 600.0  # seconds between two tasks
_SEED = 2026
_NEWEST = 1_795_305_600.0  # unix seconds of the newest task: queries below name its months

_WHO = (
    *("a wizard cat", "a lighthouse keeper", "two robots", "an old sailor", "a knight", "a fox"),
    *("a red-haired girl", "a zebra", "a quiet librarian", "三人の侍", "紫色の髪の少女", "一只猫"),
    *("ein Förster", "une sirène", "a jazz trio", "Xenia", "a young queen", "an urban explorer"),
)
_WHERE = (
    *("in a castle", "under a night sky", "on the moon", "in a flooded city", "雪の城で"),
    *(
        "in a bamboo forest",
        "at a railway station",
        "in a kitchen",
        "森の中で",
        "in yesterday's rain",
    ),
    *("by the sea", "in an orchard", "on a volcano", "inside a violin", "at the zoo"),
)
_HOW = (
    *("purple hair", "soft light", "ink outlines", "watercolour", "golden hour", "wide shot"),
    *("dramatic shadows", "pastel colours", "vintage poster", "high detail", "eyes closed"),
    *("jewelry", "black sweater", "quirky hat", "neon", "knitted scarf", "autumn leaves"),
)

QUERIES = (
    *("a", "b", "c", "e", "f", "k", "l", "n", "o", "p", "r", "s", "t", "u", "v", "w", "x", "z"),
    *("城", "森", "雪", "猫", "侍", "紫", "の", "少女", "三人の侍", "紫色の髪", "雪の城", "森の中"),
    *("ca", "wi", "zo", "ki", "ne", "pu", "go", "wa", "vi", "ro", "or", "qu", "kn", "xe", "fo"),
    *("cat", "wiz", "zeb", "pur", "ink", "sea", "rob", "fox", "moo", "neo", "hat", "aut", "old"),
    *("castle", "wizard", "zebra", "purple", "robots", "knight", "kitchen", "violin", "volcano"),
    *("förster", "sirene", "sirène", "xenia", "jazz", "bamboo", "orchard", "railway", "flooded"),
    *("purple hair", "castle neon", "wizard cat", "robots moon", "fox sea", "knight volcano"),
    *("golden hour wide", "ink outlines soft", "a c p", "jazz trio zoo", "old sailor sea"),
    *("queen orchard", "urban explorer city", "librarian kitchen ink", "quiet violin", "z v"),
    *("bad hands", "easynegative", "black sweater jewelry", "young queen pastel eyes"),
    *("knitted scarf", "autumn leaves fox", "vintage poster", "night sky"),
    *("ightho", "castl", "urpl", "castle -night", '"purple hair" -neon', "(cat OR fox) moon"),
    *("steps:>19", "castle steps:10..30 scale:>3", "seed:1000..3000", "size:512x512 xenia"),
    *("is:favourite", "is:favourite castle", "rating:5", "rating:>=3 fox", "-is:rejected zebra"),
    *(
        "tag:client-a",
        "tag:wip robots",
        "has:note",
        "note:redo",
        "in:covers",
        "date:2025-10",
        "redo",
    ),
    *("cost:>0.001 knight", "scheduler:euler", "is:finished has:picture", "client"),
)
"""What is typed, its last letter measured: each finds something, and without it too."""


def build_once(cache: Path, home: Path, tasks: int) -> Locations:
    """Make the home as a copy of one that is built once for each version of what it is made by.

    Args:
        cache: where those are kept.
        home: as for `build`.
        tasks: as for `build`.
    """
    made_by = hashlib.sha256(str(tasks).encode())
    for module in (__file__, schema.__file__, full_text.__file__):
        made_by.update(Path(module).read_bytes())
    kept = cache / made_by.hexdigest()[:16]
    if not kept.exists():
        shutil.rmtree(cache, ignore_errors=True)  # of other versions
        cache.mkdir(parents=True)
        unfinished = cache / "unfinished"
        build(unfinished, tasks)
        unfinished.rename(kept)
    shutil.copytree(kept, home)
    return Locations.from_environment({"CARTOONMIX_HOME": str(home)})


def build(home: Path, tasks: int, drawn: int = _DRAWN) -> Locations:
    """Make the home.

    Args:
        home: ``CARTOONMIX_HOME``; must not exist.
        tasks: how many; each has `SAMPLES` outputs.
        drawn: pictures that are drawn; each is turned, mirrored and tinted in 28 ways.
    """
    locations = Locations.from_environment({"CARTOONMIX_HOME": str(home)})
    locations.create()
    pictures = list(_make_pictures(locations, drawn))
    path = locations.data / "history.sqlite3"
    Ledger(path).close()  # the program's own schema
    connection = apsw.Connection(str(path))
    connection.pragma("synchronous", "OFF")
    with connection:
        _fill(connection, pictures, tasks)
        _mark(connection)
    connection.pragma("wal_checkpoint", "TRUNCATE")
    connection.close()
    return locations


def _make_pictures(locations: Locations, drawn_count: int) -> Iterator[tuple[str, int, str]]:
    """Path, size and hash of each picture, kept with its thumbnail."""
    folder = locations.pictures / "2026-01"
    folder.mkdir()
    thumbnails = Thumbnails(locations.cache / "thumbnails.sqlite3")
    for number in range(drawn_count):
        words = f"{_WHO[number]} {_WHERE[number]}"
        drawn = decode(draw(words, "", str(number), 0, _SIDE, _SIDE, 4.0)).convert("RGB")
        for turn in Image.Transpose.__members__.values():
            turned = drawn.transpose(turn)
            red, green, blue = turned.split()
            other = Image.merge("RGB", (green, blue, red))
            for tinted in (turned, ImageOps.invert(turned), other, ImageOps.invert(other)):
                file = io.BytesIO()
                tinted.save(file, "PNG", compress_level=1)
                data = file.getvalue()
                sha256 = hashlib.sha256(data).hexdigest()
                path = folder / f"{sha256[:16]}.png"
                path.write_bytes(data)
                thumbnails.put({sha256: thumbnail_of(tinted)})
                yield path.relative_to(locations.pictures).as_posix(), len(data), sha256
    thumbnails.close()


def _fill(connection: apsw.Connection, pictures: list[tuple[str, int, str]], tasks: int) -> None:
    words = random.Random(_SEED)
    newest = _NEWEST
    usual = GenerationRequest.build({"prompt": "a fox"})
    negative = str(usual["negativePrompt"])
    made = [_recipe(words) for _ in range(tasks)]
    connection.executemany(
        "INSERT INTO task(id, uid, account, owner, request, state, created_at, remote_id, token,"
        " status, verdict, error, cost, seconds)"
        " VALUES (?, ?, 'account', 'gone', ?, 'kept', ?, ?, ?,"
        " 'task_postprocess_end', 'succeeded', NULL, 4212000000, 7.2)",
        (
            (
                *(number + 1, f"{number:032x}"),
                json.dumps({"model": usual.model, "values": {**usual.values, **recipe}}),
                *(newest - (tasks - 1 - number) * _GAP, str(500_000 + number), f"token{number}"),
            )
            for number, recipe in enumerate(made)
        ),
    )
    for table, columns, indexed in (
        ("task_text", "prompt, negative_prompt, model", words_of),
        ("task_part", "prompt, negative_prompt", folded),
    ):
        others = [indexed(text) for text in (negative, usual.model)][: columns.count(",")]
        marks = ", ?" * (1 + len(others))
        connection.executemany(
            f"INSERT INTO {table}(rowid, {columns}) VALUES (?{marks})",
            (
                (number + 1, indexed(recipe["prompt"]), *others)
                for number, recipe in enumerate(made)
            ),
        )
    connection.executemany(
        "INSERT INTO move(task_id, state, at) VALUES (?, ?, ?)",
        (
            (number + 1, state, newest - (tasks - 1 - number) * _GAP + later)
            for number in range(tasks)
            for later, state in enumerate(
                ("queued", "sending", "accepted", "running", "downloading", "kept")
            )
        ),
    )
    connection.executemany(
        "INSERT INTO output(task_id, position, remote_id, state, path, size, sha256, width,"
        " height, kept_at) VALUES (?, ?, ?, 'kept', ?, ?, ?, ?, ?, 0)",
        (
            (
                *(number + 1, position, f"{number}-{position}"),
                *pictures[(number * SAMPLES + position) % len(pictures)],
                *(_SIDE, _SIDE),
            )
            for number in range(tasks)
            for position in range(SAMPLES)
        ),
    )


def _mark(connection: apsw.Connection) -> None:
    """Marks as a diligent person would give them."""
    connection.execute("UPDATE output SET favourite = 1 WHERE id % 10 = 0")
    connection.execute("UPDATE output SET rating = id % 6 WHERE id % 5 = 0")
    connection.execute("UPDATE output SET rejected = 1 WHERE id % 7 = 0")
    for number, (name, every) in enumerate((("client-a", 9), ("client-b", 11), ("wip", 4)), 1):
        texts = (number, name, folded(name), words_of(name))
        connection.execute("INSERT INTO tag VALUES (?, ?, ?, ?)", texts)
        connection.execute(
            "INSERT INTO task_tag SELECT ?, id FROM task WHERE id % ? = 0", (number, every)
        )
    note = "Redo with a darker sky"
    connection.execute(
        "INSERT INTO note SELECT id, ?, ?, ? FROM task WHERE id % 50 = 0",
        (note, folded(note), words_of(note)),
    )
    connection.execute("INSERT INTO collection VALUES (1, 'Covers', 'covers')")
    connection.execute("INSERT INTO collected SELECT 1, id, task_id FROM output WHERE id % 200 = 0")


def _recipe(words: random.Random) -> dict[str, str]:
    hows = ", ".join(words.sample(_HOW, 4))
    return {
        "prompt": f"{words.choice(_WHO)} {words.choice(_WHERE)}, {hows}",
        "seed": str(words.randrange(10**6)),
    }
