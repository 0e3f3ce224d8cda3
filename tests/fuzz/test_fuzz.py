"""Whatever comes from outside is read, or refused by an error of ours, within moments.

``make fuzz`` gives each kind its share of half an hour, ``make fuzz MINUTES=5`` less. What fails is
told with the smallest input that hypothesis finds, and bytes are kept in ``build/fuzz``; it becomes
a test of the suite, and is mended.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import time
import zipfile
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import apsw
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from cartoonmix_desktop.core.errors import (
    ArchiveUnusable,
    CartoonMixError,
    PictureError,
    RecipeUnreadable,
    StorageError,
)
from cartoonmix_desktop.core.journal.lines import Kind, written
from cartoonmix_desktop.core.money.balance import balance_in
from cartoonmix_desktop.core.money.price_list import PriceList
from cartoonmix_desktop.core.prompt.variants import Variants
from cartoonmix_desktop.core.recipe.infotext import compose
from cartoonmix_desktop.core.recipe.limits import read_limits
from cartoonmix_desktop.core.recipe.links import read_given, to_link
from cartoonmix_desktop.core.recipe.third_party import Texts, request_in
from cartoonmix_desktop.core.search.query import Order, Query
from cartoonmix_desktop.services.progress import LongWork
from cartoonmix_desktop.services.transfer.archive import Unpacked
from cartoonmix_desktop.storage.exchange.metadata import read_embedded
from cartoonmix_desktop.storage.exchange.recipe_files import read_recipe
from cartoonmix_desktop.storage.files.decoding import decode, thumbnail_of
from cartoonmix_desktop.storage.files.inside import parts_inside
from cartoonmix_desktop.storage.history.ledger import Ledger
from cartoonmix_desktop.storage.journal.reading import read_journal
from cartoonmix_desktop.storage.library_location import read_location
from cartoonmix_desktop.storage.model_file import read_model_file
from cartoonmix_desktop.storage.settings import Settings
from cartoonmix_desktop.storage.trusted_schema import open_untrusting, strangers
from cartoonmix_desktop.wiro.frames import read_frame
from cartoonmix_desktop.wiro.refusals import moment_of, wait_of
from cartoonmix_desktop.wiro.replies import (
    Answer,
    read_done,
    read_page,
    read_receipt,
    read_tasks,
    read_tool,
    read_values,
)
from tests.fuzz.inputs import JSON, Data, alike, changed, objects, texts
from tests.fuzz.inputs import written as as_json
from tests.unit.storage.history.samples.make_sample import HERE as SAMPLES
from tests.unit.storage.history.samples.make_sample import LATEST

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = [pytest.mark.fuzz, pytest.mark.timeout(0)]

MINUTES = float(os.environ.get("MINUTES") or 30)
SLOW = 5.0  # seconds that one input may take, on a busy machine
PICTURES = Path(__file__).parents[1] / "unit/storage/files/pictures_of_others"
KEPT = Path(__file__).parents[2] / "build/fuzz"
HISTORY = (SAMPLES / f"history-v{LATEST}.sqlite3").read_bytes()
SEARCHED: list[Ledger] = []


def picture(kind: str, size: tuple[int, int] = (24, 16), **facts: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "red").save(out, kind, **facts)
    return out.getvalue()


# --- an archive, whole or changed -------------------------------------------------------------

PIECES = {
    "history.sqlite3": HISTORY,
    "pictures/2025-06/a.png": picture("PNG"),
    "pictures/2025-06/ä.webp": picture("WEBP"),
}


def archive(pieces: dict[str, bytes], manifest: bytes | None = None) -> bytes:
    files = {name: [len(data), hashlib.sha256(data).hexdigest()] for name, data in pieces.items()}
    facts = {"format": "cartoonmix-library", "version": 1, "schema": LATEST, "pictures": 2}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name, data in pieces.items():
            made.writestr(name, data)
        made.writestr(
            "manifest.json", as_json(facts | {"files": files}) if manifest is None else manifest
        )
    return Data(out.getvalue())


def archives() -> st.SearchStrategy[bytes]:
    """The zip, its history or its manifest changed; or names that lead astray."""
    whole = archive(PIECES)
    with zipfile.ZipFile(io.BytesIO(whole)) as made:
        manifest = made.read("manifest.json")
    names = st.sampled_from(["pictures/", "pictures/../", "pictures/a", "/", "C:", ".x", "\\"])
    return st.one_of(
        changed([whole]),
        changed([HISTORY]).map(lambda data: archive(PIECES | {"history.sqlite3": data})),
        changed([manifest]).map(lambda data: archive(PIECES, data)),
        st.lists(names, min_size=1, max_size=3).map(
            lambda some: archive(PIECES | {"".join(some) + "x": b"x"})
        ),
    )


def check_archive(data: bytes, folder: Path) -> None:
    source, unpacked = folder / "some.zip", folder / "unpacked"
    source.write_bytes(data)
    with suppress(ArchiveUnusable):
        both = Unpacked(source, unpacked, LongWork())
        try:
            both.history.count()
            both.history.collections()
            both.history.searches()
            for task in both.history.tasks(0, 100)[1]:
                for output in task.kept:
                    parts_inside(output["path"])
                    both.reader.has(output["path"], output["sha256"])
        finally:
            both.close()
    assert not unpacked.exists()


# --- files -------------------------------------------------------------------------------------


def check_history(data: bytes, folder: Path) -> None:
    """Of our own one: looked at without any trust, then opened or set aside."""
    for left in folder.glob("history.sqlite3*"):
        left.unlink()
    path = folder / "history.sqlite3"
    path.write_bytes(data)
    with suppress(apsw.Error, StorageError), closing(open_untrusting(path, alone=True)) as theirs:
        if strangers(theirs):
            return
    with suppress(StorageError):
        ledger = Ledger(path)
        try:
            ledger.ids(Query("fox"))
        finally:
            ledger.close()


def check_picture(data: bytes, folder: Path) -> None:
    with suppress(PictureError):
        image = decode(data)
        thumbnail_of(image)
        request_in(read_embedded(image).texts)
    check_recipe_file(data, folder)


def check_recipe_file(data: bytes, folder: Path) -> None:
    (folder / "recipe").write_bytes(data)
    with suppress(RecipeUnreadable):
        read_recipe(folder / "recipe")


def check_settings(data: bytes, folder: Path) -> None:
    shutil.rmtree(folder)
    folder.mkdir()
    for name in ("settings.json", "library.json", "model.json"):
        (folder / name).write_bytes(data)
    some = Settings(folder / "settings.json")
    for usual in ("", 1, 1.5, True, {}, []):
        assert type(some.get("theme", usual)) is type(usual)
    some.set("theme", "dark")
    assert Settings(folder / "settings.json").get("theme", "") == "dark"
    place = read_location(folder)
    assert place.folder is None or place.folder.is_absolute()
    read_model_file(folder)


def check_journal(data: bytes, folder: Path) -> None:
    """Read, and entered into an empty history, twice."""
    for left in folder.glob("rebuilt.sqlite3*"):
        left.unlink()
    path = folder / "recipes.jsonl"
    path.write_bytes(data)
    ledger = Ledger(folder / "rebuilt.sqlite3")
    try:
        for newer in (False, True):
            with read_journal(path) as journal:
                journal.collections()
                journal.searches()
                ledger.rebuilding.rebuild(journal, at=1.0, newer=newer)
            for task in ledger.tasks(ledger.ids().ids):
                for output in task.outputs:
                    assert not output.path or parts_inside(output.path)
    finally:
        ledger.close()


# --- texts -------------------------------------------------------------------------------------


def check_link(text: str, _folder: Path) -> None:
    try:
        found = read_given(text)
        if hasattr(found, "values"):
            to_link(found.values)
    except RecipeUnreadable:
        pass


def check_texts(said: tuple[str, str, str, str], _folder: Path) -> None:
    parameters, graph, own, invoke = said
    names = ("invokeai_metadata", "sd-metadata", "Dream", "Comment", "xmp", "alpha", "Description")
    chunks = dict.fromkeys(names, invoke)
    request = request_in(Texts(parameters=parameters, graph=graph, own=own, chunks=chunks))
    compose(request.values)


def check_prompt(text: str, _folder: Path) -> None:
    lists: dict[str, list[str]] = {"x": ["a", "{b|c}", "__x__"], "y": []}
    variants = Variants(text, lists.get)
    if variants.count:
        assert isinstance(variants.drawn(5), str)
        assert variants[variants.count - 1] is not None


def check_query(text: str, folder: Path) -> None:
    if not SEARCHED:
        path = folder / "searched.sqlite3"
        path.write_bytes(HISTORY)
        SEARCHED.append(Ledger(path))
    [ledger] = SEARCHED
    for order in Order:
        ledger.ids(Query(text, order=order))
    ledger.gallery(Query("", within=text))


# --- what a server says --------------------------------------------------------------------------

TASK: dict[str, object] = {
    "id": "5",
    "socketaccesstoken": "t",
    "status": "task_postprocess_end",
    "pexit": "0",
    "totalcost": "0.0035",
    "elapsedseconds": "6.0",
    "createtime": "17",
    "parameters": {"steps": "20"},
    "outputs": [{"id": "1", "name": "0.png", "url": "https://cdn1.wiro.ai/0.png", "size": "9"}],
}
RUN: dict[str, object] = {"result": True, "errors": [], "taskid": "5", "socketaccesstoken": "t"}
TOOL: dict[str, object] = {
    "result": True,
    "tool": [
        {
            "slugowner": "futurist",
            "slugproject": "CartoonMix",
            "approximatelycost": "0.0007",
            "dynamicprice": '[{"inputs": {"samples": "1"}, "price": 0.004}]',
            "parameters": [{"items": [{"id": "steps", "type": "range", "minval": "1"}]}],
        }
    ],
}


def replies() -> st.SearchStrategy[tuple[bytes, int]]:
    tasks = st.lists(objects(TASK), max_size=3).map(
        lambda some: {"result": True, "tasklist": some, "total": len(some)}
    )
    bodies = st.one_of(
        objects(RUN).map(as_json),
        tasks.map(as_json),
        objects(TOOL).map(as_json),
        JSON.map(as_json),
        changed([as_json(RUN), as_json(TOOL), as_json({"result": True, "tasklist": [TASK]})]),
    )
    return st.tuples(bodies, st.sampled_from([200, 200, 400, 401, 429, 500, 502]))


def check_reply(said: tuple[bytes, int], _folder: Path) -> None:
    answer = Answer("Run", said[1], said[0])
    for reading in (read_receipt, read_tasks, read_page, read_done):
        with suppress(CartoonMixError):
            reading(answer)
    with suppress(CartoonMixError):
        tool = read_tool(answer)
        read_limits(tool)
        PriceList.read(tool, 1.0)
    with suppress(CartoonMixError):
        balance_in(read_values(answer))
    text = said[0].decode("utf-8", "surrogateescape")
    read_frame(text)
    wait_of(text)
    moment_of(text)


# --- all of them ---------------------------------------------------------------------------------

A1111 = texts(
    *("a fox", "\n", "Negative prompt: ", "Steps: 20", ", ", "Sampler: Euler a", "Seed: 5"),
    *("Size: 512x512", 'Lora hashes: "a: b"', "CFG scale: 7", "Clip skip: 2", "\r\n", "Model: x"),
)
GRAPH = texts(
    *('{"1": {"class_type": "KSampler", "inputs": {', '"positive": ["2", 0]', ", ", "}}", "}", "{"),
    *('"seed": 5', '"2": {"class_type": "CLIPTextEncode", "inputs": {"text": "fox"}}', "[", "]"),
)
TOLD: dict[Kind, dict[str, object]] = {
    Kind.RECIPE: {
        "model": "futurist/CartoonMix v1.0",
        "values": {"prompt": "a fox", "seed": "5", "steps": 20},
        "made": 1.7e9,
        "account": "wiro-1",
        "parent": "1" * 32,
        "source": "a.png",
        "estimated": "0.004",
        "elsewhere": True,
        "others": {"Hires": "2"},
    },
    Kind.RUN: {
        "state": "kept",
        "remote": "5",
        "verdict": "succeeded",
        "cost": "0.0035",
        "seconds": 6.0,
        "trashed": 1.7e9,
        "error": {"kind": "NotAPicture", "detail": "x"},
        "pictures": [
            {
                "position": 0,
                "state": "kept",
                "path": "2025-06/a.png",
                "trash_path": "Trash/a.png",
                "sha256": "0f" * 32,
                "size": 9,
                "kept": 1.7e9,
            }
        ],
    },
    Kind.MARKS: {
        "tags": ["client"],
        "note": "blue",
        "pictures": [{"position": 0, "favourite": True, "rating": 4, "collections": ["Covers"]}],
    },
    Kind.GONE: {"account": "wiro-1", "remote": "5", "made": 1.7e9, "cost": "1", "tags": ["x"]},
    Kind.COLLECTION: {"name": "Covers", "deleted": False},
    Kind.SEARCH: {"name": "Best", "query": "rating:5"},
    Kind.WRITTEN: {"number": 5},
}
LINES = [written(kind, "0" * 32, as_json(told)) for kind, told in TOLD.items()]


def journals() -> st.SearchStrategy[Data]:
    """Lines of which the checks hold, and others."""
    keys = st.sampled_from(["0" * 32, "1" * 32])
    lines = st.sampled_from(list(TOLD)).flatmap(
        lambda kind: st.builds(
            written, st.just(kind), keys, (alike(TOLD[kind]) | objects(TOLD[kind])).map(as_json)
        )
    )
    sound = st.lists(lines, max_size=8).map(lambda some: Data(b"".join(some)))
    return sound | changed([*LINES, b"".join(LINES)])


FILES = [path.read_bytes() for path in sorted(PICTURES.iterdir())]

TARGETS: dict[str, tuple[st.SearchStrategy[Any], Callable[[Any, Path], None]]] = {
    "archives": (archives(), check_archive),
    "histories": (changed([HISTORY]), check_history),
    "pictures": (
        changed([*FILES, *map(picture, ("JPEG", "WEBP", "GIF", "PNG", "AVIF"))]),
        check_picture,
    ),
    "recipe files": (
        changed(
            [b'{"format": 1, "values": {"prompt": "a fox", "steps": 20}}', b"", b"\xef\xbb\xbf"]
        )
        | JSON.map(as_json),
        check_recipe_file,
    ),
    "texts in pictures": (st.tuples(A1111, GRAPH, JSON.map(json.dumps), GRAPH), check_texts),
    "settings": (
        changed([b'{"format": 1, "theme": "dark", "folder": "/x", "leftovers": []}'])
        | objects({"format": 1, "theme": "dark", "folder": "/x", "leftovers": []}).map(as_json),
        check_settings,
    ),
    "links": (
        texts("cartoonmix:", "recipe?", "//", "prompt=", "&", "%", "%41", "steps=20", "file:", "/"),
        check_link,
    ),
    "prompts": (
        texts("{", "}", "|", "$$", "2$$", "1-3$$", "0.5::", "__x__", "__", "\\", "a"),
        check_prompt,
    ),
    "searches": (
        texts(
            "is:", "rating:", ">=", "..", "-", "(", ")", " OR ", '"', "in:", "date:", "cost:", "a*"
        ),
        check_query,
    ),
    "replies": (replies(), check_reply),
    "journal": (journals(), check_journal),
}


@pytest.mark.parametrize("kind", TARGETS)
def test_it_is_read_or_refused_within_moments(kind: str, tmp_path: Path) -> None:
    strategy, check = TARGETS[kind]
    folder = tmp_path / "some"
    folder.mkdir()
    tried = 0

    @settings(
        max_examples=200,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
    )
    @given(strategy)
    def some_of_them(given_: Any) -> None:
        nonlocal tried
        tried += 1
        began = time.monotonic()
        try:
            check(given_, folder)
            assert time.monotonic() - began < SLOW, "it took too long"
        except BaseException:
            if isinstance(given_, bytes):
                KEPT.mkdir(parents=True, exist_ok=True)
                (KEPT / f"{kind} {hashlib.sha256(given_).hexdigest()[:16]}").write_bytes(given_)
            raise

    until = time.monotonic() + 60 * MINUTES / len(TARGETS)
    while time.monotonic() < until:
        some_of_them()
    print(f"{kind}: {tried} inputs")  # noqa: T201  it speaks to a terminal
