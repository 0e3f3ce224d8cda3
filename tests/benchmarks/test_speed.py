"""How fast the program answers, with a history of 100,000 tasks, beside what is possible at all.

No time is asserted: a busy machine is no bug. That what is timed has really happened is.
"""

from __future__ import annotations

import asyncio
import hashlib
import io
import os
import shutil
import time
import uuid
import zlib
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from statistics import median
from typing import TYPE_CHECKING, Any

import apsw
import pytest
from msgspec.structs import replace
from PIL import Image

from cartoonmix_desktop.core.money.spending import Grouping, Span
from cartoonmix_desktop.core.recipe.request import GenerationRequest
from cartoonmix_desktop.core.search.query import Query
from cartoonmix_desktop.core.task.task import Output, OutputState
from cartoonmix_desktop.services.library.library import Library
from cartoonmix_desktop.services.library.local_store import LocalStore
from cartoonmix_desktop.services.progress import LongWork
from cartoonmix_desktop.services.studio import Studio
from cartoonmix_desktop.storage.files.pictures import PictureFolder
from cartoonmix_desktop.storage.history import spending
from cartoonmix_desktop.storage.history.ledger import Ledger
from cartoonmix_desktop.storage.history.query_sql import condition_of
from cartoonmix_desktop.storage.history.requests import hash_of
from cartoonmix_desktop.storage.journal.file import JournalFile, sync
from cartoonmix_desktop.storage.locations import Locations
from cartoonmix_desktop.storage.settings import Settings
from tests.benchmarks.big_library import QUERIES
from tests.benchmarks.conftest import TASKS, repeat
from tests.benchmarks.figures import Bound, percentile

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.bench, pytest.mark.timeout(600)]

_STARTS = 7
_PAGE = 64  # tasks that the window fetches at once
_BUILT = 192  # pictures
_SIDE = 48  # device pixels of a thumbnail in the list, about
_ALL = "SELECT id, created_at FROM task ORDER BY created_at DESC, id DESC"


# --- what is possible at all ---------------------------------------------------------------------


def raw_history(locations: Locations) -> apsw.Connection:
    return apsw.Connection(str(locations.data / "history.sqlite3"), flags=apsw.SQLITE_OPEN_READONLY)


def raw_page(connection: apsw.Connection, last: int) -> list[Any]:
    """The outputs of 64 tasks, read and not understood."""
    ids = ",".join(str(number) for number in range(last - _PAGE + 1, last + 1))
    tasks = connection.execute(f"SELECT * FROM task WHERE id IN ({ids})").fetchall()
    assert len(tasks) == _PAGE
    return connection.execute(f"SELECT * FROM output WHERE task_id IN ({ids})").fetchall()


def raw_thumbnails(locations: Locations, outputs: list[Any]) -> None:
    """Those of the 11 tasks that a window shows, read, decoded and scaled one after the other."""
    from PySide6.QtCore import Qt
    from PySide6.QtGui import QImage

    path = str(locations.cache / "thumbnails.sqlite3")
    with closing(apsw.Connection(path, flags=apsw.SQLITE_OPEN_READONLY)) as connection:
        for output in outputs[: 11 * 4]:
            sha256 = hash_of(output[7])
            (data,) = connection.execute(
                "SELECT data FROM thumbnail WHERE sha256 = ?", (sha256,)
            ).fetchone()
            image = QImage.fromData(data)
            assert not image.isNull()
            image.scaled(
                _SIDE,
                _SIDE,
                Qt.AspectRatioMode.IgnoreAspectRatio,
                Qt.TransformationMode.SmoothTransformation,
            )


def raw_first_screen(locations: Locations) -> tuple[float, float]:
    """Seconds to the first rows, and to the first thumbnails."""
    began = time.perf_counter()
    with closing(raw_history(locations)) as connection:
        assert len(connection.execute(_ALL).fetchall()) == TASKS
        outputs = raw_page(connection, TASKS)
    rows = time.perf_counter() - began
    raw_thumbnails(locations, outputs)
    return rows, time.perf_counter() - began


def raw_jump(locations: Locations, connection: apsw.Connection, last: int) -> tuple[float, float]:
    began = time.perf_counter()
    outputs = raw_page(connection, last)
    rows = time.perf_counter() - began
    raw_thumbnails(locations, outputs)
    return rows, time.perf_counter() - began


# --- figures -------------------------------------------------------------------------------------


def first_paint(scripts: Any, display: dict[str, str], name: str, what: str, home: Path) -> float:
    told = scripts.run(name, what, **display, CARTOONMIX_HOME=str(home))
    return told["painted"] - told["began"]


def test_start(scripts, displays, small, large, empty, figures):
    for display, variables in displays.items():
        start = partial(first_paint, scripts, variables)
        bare, new, many = repeat(
            _STARTS,
            partial(start, "bare_window.py", "start", empty),
            partial(start, "window_start.py", "paint", empty),
            partial(start, "window_start.py", "paint", large.data.parent),
        )
        assert (large.data / "window.lock").exists(), "that home was really opened"
        for name, taken in (("an empty home", new), ("100,000 tasks", many)):
            figures.compare_times(
                f"start to first painted window, {name}, {display}",
                taken,
                bare,
                bound=Bound(times=1.4),
                against="a bare PySide6 + qasync window",
            )


def test_first_screen(scripts, large, figures):
    def start() -> dict[str, float]:
        return scripts.run("window_start.py", "rows", CARTOONMIX_HOME=str(large.data.parent))

    told, raw = repeat(_STARTS, start, partial(raw_first_screen, large))
    for place, (stage, bound) in enumerate((("tasks", None), ("thumbnails", Bound(most=150)))):
        figures.compare_times(
            f"first screen of {stage} after that",
            [times[stage] - times["painted"] for times in told],
            [times[place] for times in raw],
            bound=bound,
            against="all ids and one page by raw SQL" + (", 44 decoded" if place else ""),
        )
    figures.compare_times(
        "start to a window with all its parts, the prompt taking what is typed",
        [times["whole"] - times["began"] for times in told],
        [times["painted"] - times["began"] for times in told],
        against="its own first paint",
    )


def test_with_the_window_open(scripts, small, large, figures):
    few = scripts.run("window_tour.py", "few", CARTOONMIX_HOME=str(small.data.parent))
    many = scripts.run("window_tour.py", "many", CARTOONMIX_HOME=str(large.data.parent))
    bare = scripts.run("bare_window.py", "scroll")
    with closing(raw_history(large)) as connection:
        add_searches(connection, many["searches"], figures)
        jumps = [raw_jump(large, connection, TASKS - number * 2_000) for number in range(40)]
    for place, (name, most, floor, against) in enumerate(
        (
            ("placeholders", 16, bare["jumps"], "a bare list of 100,000 lines"),
            ("rows", None, [rows for rows, _ in jumps], "one page by raw SQL"),
            ("thumbnails", 150, [both for _, both in jumps], "the same, and 44 decoded"),
        )
    ):
        figures.compare_times(
            f"jump to anywhere: {name}",
            [stages[place] for stages in many["jumps"]],
            floor,
            bound=Bound(most=most),
            against=against,
        )
    for kind, gaps in (("steady", many["gaps"]), ("a fling", many["fling_gaps"])):
        assert len(gaps) > 100
        for name, of, most in (
            ("p50", median, None),
            ("p99", partial(percentile, percent=99), 33),
            ("worst", max, 100),
        ):
            figures.compare(
                f"gap between turns while scrolling, {kind}, {name}",
                1000 * of(gaps),
                1000 * of(bare["gaps"]),
                bound=Bound(most=most),
                against="a bare list of 100,000 lines",
            )
    for place, (name, most) in enumerate((("window held up", 5), ("painted", None))):
        figures.compare_times(
            f"new task at the top of 100,000: {name}",
            [stages[place] for stages in many["inserts"]],
            [stages[place] for stages in few["inserts"]],
            bound=Bound(most=most),
            against="the same with ten tasks",
        )
    figures.compare(
        "resident memory after scrolling through",
        many["resident"],
        bare["resident"],
        "MB",
        bound=Bound(above=150),
        against="a bare window",
    )


def add_searches(connection: apsw.Connection, taken: list[float], figures: Any) -> None:
    assert len(taken) == len(QUERIES)

    def ask(query: str) -> float:
        wanted = condition_of(Query(query), connection)
        sql = f"SELECT task.id, created_at {wanted.source} ORDER BY created_at DESC, task.id DESC"
        began = time.perf_counter()
        assert connection.execute(sql, wanted.bindings).fetchall(), query
        return time.perf_counter() - began

    raw = [median(ask(query) for _ in range(3)) for query in QUERIES]
    few = [place for place, query in enumerate(QUERIES) if len(query) > 1 or ord(query) > 255]
    one = [place for place in range(len(QUERIES)) if place not in few]
    for name, places in (
        ("all queries", range(len(QUERIES))),
        ("one Latin letter", one),
        ("the others", few),
    ):
        for percent in (50, 95):
            figures.compare(
                f"keystroke to repainted results, {name}, p{percent}",
                1000 * percentile([taken[place] for place in places], percent),
                1000 * percentile([raw[place] for place in places], percent),
                bound=Bound(most=30, times=3) if percent == 95 and name == "all queries" else None,
                against="the query by raw SQL",
            )


def raw_spending(connection: apsw.Connection, by: Grouping) -> float:
    """Seconds of the statements alone, their rows read and not understood."""
    question = spending._Question(connection, spending._starts(connection, Span()))
    began = time.perf_counter()
    assert [*question._rows(spending._BY_DAY)]
    if (pairs := spending._PAIRS.get(by)) is not None:
        assert [*question._rows(spending._COUNTED_TWICE, more=True, pairs=pairs)]
        assert [*question._rows(spending._BY_NAME, pairs=pairs)]
    return time.perf_counter() - began


def test_spending(scripts, large, figures):
    told = scripts.run("spending_tour.py", CARTOONMIX_HOME=str(large.data.parent))
    ledger = Ledger(large.data / "history.sqlite3")
    with closing(raw_history(large)) as connection:
        for by in Grouping:

            def add_up(by: Grouping = by) -> float:
                records = spending.SpendingRecords(ledger._database)  # has nothing added up yet
                began = time.perf_counter()
                assert records.of(by, Span()).total.tasks == TASKS
                return time.perf_counter() - began

            taken, floor = repeat(9, add_up, partial(raw_spending, connection, by))
            figures.compare_times(
                f"spending over 100,000 tasks added up by {by}",
                taken,
                floor,
                bound=Bound(times=1.5),
                against="the same sums by raw SQL",
            )
            figures.compare_times(
                f"spending over 100,000 tasks by {by}: chosen to painted",
                told[by],
                floor,
                bound=Bound(most=50),
                against="the same sums by raw SQL",
            )
    ledger.close()
    figures.compare_times(
        "spending over 100,000 tasks by day, asked for the first time: chosen to painted",
        told["first"],
        floor,
        bound=Bound(most=50),
        against="the same sums by raw SQL",
    )


def test_thumbnails_are_built_as_fast_as_pictures_are_decoded(large, figures):
    """Both on all cores; a picture is read, checked as one from outside, decoded and scaled."""
    paths = sorted(large.pictures.rglob("*.png"))[:_BUILT]
    outputs = [
        Output(
            id=number,
            position=0,
            state=OutputState.KEPT,
            path=path.relative_to(large.pictures).as_posix(),
            sha256=f"{number:064x}",
        )
        for number, path in enumerate(paths)
    ]

    async def build() -> float:
        library = Library(large)
        await library.open()
        await library.clear_thumbnails()
        began = time.perf_counter()
        batches = [outputs[first : first + 6] for first in range(0, len(outputs), 6)]
        made = await asyncio.gather(*(library.thumbnails(batch) for batch in batches))
        taken = time.perf_counter() - began
        assert all(thumbnail for batch in made for thumbnail in batch)
        await library.close()
        return taken

    def decode_raw() -> float:
        def one(path: Path) -> None:
            with Image.open(path) as image:
                image.load()

        with ThreadPoolExecutor(os.cpu_count()) as pool:
            began = time.perf_counter()
            list(pool.map(one, paths))
            return time.perf_counter() - began

    taken, floor = repeat(3, lambda: asyncio.run(build()), decode_raw)
    figures.compare(
        "thumbnails built from pictures",
        len(paths) / median(taken),
        len(paths) / median(floor),
        "a second",
        bound=Bound(share=0.9),
        against="the same pictures decoded, on all cores",
    )


def test_durable_insert(tmp_path, figures):
    request = GenerationRequest.build({"prompt": "a fox"})
    ledger = Ledger(tmp_path / "history.sqlite3")
    beside = Ledger(tmp_path / "beside.sqlite3")
    beside.outbox.begin(JournalFile(PictureFolder(tmp_path / "pictures")))
    line = (tmp_path / "lines").open("ab", buffering=0)
    raw = apsw.Connection(str(tmp_path / "raw.sqlite3"))
    raw.pragma("journal_mode", "WAL")
    raw.pragma("synchronous", "FULL")
    raw.execute("CREATE TABLE task(id INTEGER PRIMARY KEY, request TEXT)")

    def insert_task(into: Ledger) -> float:
        began = time.perf_counter()
        into.add(request, "account", "owner", at=time.time(), uid=uuid.uuid4().hex)
        return time.perf_counter() - began

    def insert_raw() -> float:
        began = time.perf_counter()
        with raw:
            raw.execute("INSERT INTO task(request) VALUES (?)", (str(request.values),))
        return time.perf_counter() - began

    def append_raw() -> float:
        began = time.perf_counter()
        line.write(bytes(600))
        sync(line.fileno())
        return time.perf_counter() - began

    with_journal, taken, floor, appended = repeat(
        300, partial(insert_task, beside), partial(insert_task, ledger), insert_raw, append_raw
    )
    assert len(ledger.ids()) == 301
    assert beside.outbox.problem is None
    for each in (ledger, beside, line):
        each.close()
    raw.close()
    figures.compare_times(
        "durable insert of a task", taken, floor, against="one row by raw apsw, as durable"
    )
    figures.compare_times(
        "durable insert of a task, with its lines in the journal",
        with_journal,
        [row + lines for row, lines in zip(floor, appended, strict=True)],
        against="one row by raw apsw and 600 bytes appended, as durable",
    )


async def test_keeping_pictures(start_sandbox, tmp_path, figures):
    import httpx

    from cartoonmix_desktop.core.addresses import Addresses
    from cartoonmix_desktop.services.library.library import Library
    from cartoonmix_desktop.storage.files.decoding import decode, thumbnail_of
    from cartoonmix_desktop.storage.locations import Locations
    from cartoonmix_desktop.wiro.client import WiroClient
    from cartoonmix_desktop.wiro.pictures import PictureSource

    sandbox = start_sandbox(speed=100)
    addresses = Addresses(sandbox.api, sandbox.socket)
    client, source = WiroClient(sandbox.credentials, addresses), PictureSource(addresses)
    request = GenerationRequest.build({"prompt": "a wizard cat"})
    receipt = await client.run(request)
    async with asyncio.timeout(30):
        while (remote := await client.detail(task_id=receipt.task_id)).verdict is None:  # noqa: ASYNC110  the server is to be asked
            await asyncio.sleep(0.1)
    assert len(remote.outputs) == 4
    locations = Locations.from_environment({"CARTOONMIX_HOME": str(tmp_path / "cartoonmix")})
    locations.create()
    library = Library(locations)
    await library.open()
    ledger = Ledger(locations.data / "history.sqlite3")
    task = ledger.add(request, "account", "owner", at=time.time(), uid=uuid.uuid4().hex)

    async def keep() -> float:
        made = replace(task, uid=uuid.uuid4().hex)
        began = time.perf_counter()
        kept = await asyncio.gather(
            *(
                library.keep(
                    made, Output(0, place, OutputState.PENDING), partial(source.open, output)
                )
                for place, output in enumerate(remote.outputs)
            )
        )
        taken = time.perf_counter() - began
        assert [picture.size for picture in kept] == [output.size for output in remote.outputs]
        return taken

    async def download(http: httpx.AsyncClient) -> tuple[float, float]:
        began = time.perf_counter()
        replies = await asyncio.gather(*(http.get(output.url) for output in remote.outputs))
        fetched = time.perf_counter() - began
        for reply in replies:
            thumbnail_of(decode(reply.content))
        return fetched, time.perf_counter() - began

    kept, raw = [], []
    async with httpx.AsyncClient(trust_env=False) as http:
        for _ in range(16):
            kept.append(await keep())
            raw.append(await download(http))
    for close in (client.aclose, source.aclose, library.close):
        await close()
    ledger.close()
    name = "four pictures downloaded, verified, kept, with thumbnails"
    for place, against in enumerate(("the bare download", "the same, decoded and scaled")):
        figures.compare_times(name, kept[1:], [times[place] for times in raw[1:]], against=against)


_IMPORTED = 10_000


def test_import(tmp_path, figures):
    """Pictures of the size that is usual here, a few drawings with a text each that tells them."""
    folder = tmp_path / "outside"
    folder.mkdir()
    drawings = []
    for number in range(8):
        corner = (-2.0 + number / 9, -1.3, 1.0, 1.3)
        file = io.BytesIO()
        Image.effect_mandelbrot((512, 512), corner, 24).convert("RGB").save(file, "PNG")
        drawings.append(file.getvalue())
    for number in range(_IMPORTED):
        text = b"tEXtComment\0" + f"{number:05}".encode()
        chunk = (len(text) - 4).to_bytes(4, "big") + text + zlib.crc32(text).to_bytes(4, "big")
        drawing = drawings[number % len(drawings)]
        (folder / f"{number:05}.png").write_bytes(drawing[:33] + chunk + drawing[33:])
    paths = sorted(folder.iterdir())

    def raw() -> float:
        def one(path: Path) -> str:
            data = path.read_bytes()
            with Image.open(io.BytesIO(data)) as image:
                image.load()
            return hashlib.sha256(data).hexdigest()

        with ThreadPoolExecutor(os.cpu_count()) as pool:
            began = time.perf_counter()
            assert len(set(pool.map(one, paths))) == _IMPORTED
            return time.perf_counter() - began

    homes = tmp_path / "homes"

    async def bring_in() -> float:
        home = homes / uuid.uuid4().hex
        locations = Locations.from_environment({"CARTOONMIX_HOME": str(home)})
        studio = Studio(LocalStore(locations, Settings(home / "settings.json")), {})
        await studio.open()
        began = time.perf_counter()
        summary = await studio.importer.run([folder], LongWork())
        taken = time.perf_counter() - began
        assert len(summary.tasks) == _IMPORTED
        await studio.close()
        return taken

    homes.mkdir()
    taken, floor = repeat(3, lambda: asyncio.run(bring_in()), raw)
    shutil.rmtree(homes)  # not between: some file systems look for new places among the old ones
    figures.compare(
        "import of 10,000 pictures",
        _IMPORTED / median(taken),
        _IMPORTED / median(floor),
        "a second",
        bound=Bound(share=0.7),
        against="the same pictures read, hashed and decoded, on all cores",
    )
