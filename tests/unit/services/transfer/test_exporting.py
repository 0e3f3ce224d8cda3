"""Pictures leave the library: read back by Pillow as any other program would."""

from __future__ import annotations

import hashlib
import io
import os
import re
import shutil
from pathlib import Path

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from cartoonmix_desktop.core.errors import DiskFull, ExportImpossible, FolderUnusable
from cartoonmix_desktop.core.recipe import infotext
from cartoonmix_desktop.core.recipe.recipe import from_text
from cartoonmix_desktop.core.recipe.request import GenerationRequest
from cartoonmix_desktop.core.search.query import Query
from cartoonmix_desktop.core.task.marks import Target
from cartoonmix_desktop.core.task.task import SANDBOX, TaskState
from cartoonmix_desktop.services.progress import LongWork
from cartoonmix_desktop.services.transfer import exporting
from cartoonmix_desktop.services.transfer.exporting import EXACT, ExportPlan
from cartoonmix_desktop.storage.exchange import exports
from cartoonmix_desktop.storage.exchange.metadata import (
    Embedded,
    EmbeddedMetadata,
    graphs_in,
    read_embedded,
)
from cartoonmix_desktop.storage.exchange.recipe_files import read_recipe
from cartoonmix_desktop.storage.exchange.xmp import Xmp, read_xmp, write_xmp
from cartoonmix_desktop.storage.files.pictures import KeptPicture
from tests.unit.services.shelf import Shelf, picture

OF_OTHERS = Path(__file__).parents[2] / "storage" / "files" / "pictures_of_others"
PROMPT = 'a fox, "red" scarf\nsnow 狐\tand 🦊, steps: 3'


@pytest.fixture
async def shelf(tmp_path):
    made = await Shelf(tmp_path / "home" / "cartoonmix").open()
    yield made
    await made.close()


@pytest.fixture
def target(tmp_path):
    folder = tmp_path / "exported"
    folder.mkdir()
    return folder


def said_by(path):
    with Image.open(path) as image:
        image.load()
        return read_embedded(image)


def names(folder):
    return [path.name for path in folder.iterdir()]


async def export(shelf, task, folder, **how):
    plan = ExportPlan(folder, **how)
    return await shelf.studio.exporter.run(Target(tasks=(task.id,)), plan, LongWork())


async def marked(shelf, **more):
    task = await shelf.add(PROMPT, pictures=1)
    marks = shelf.studio.marks
    await marks.rate(Target(tasks=(task.id,)), 4)
    await marks.change_tags([task.id], add=["client & co", "狐"])
    return await shelf.studio.history.task(task.id)


@pytest.mark.parametrize(
    ("kind", "quality", "suffix"),
    [("PNG", 90, ".png"), ("JPEG", 85, ".jpg"), ("WEBP", 80, ".webp"), ("WEBP", 100, ".webp")],
)
async def test_the_recipe_travels_with_the_picture(shelf, target, kind, quality, suffix):
    task = await marked(shelf)
    summary = await export(shelf, task, target, kind=kind, quality=quality)
    assert (summary.failed, summary.error) == ((), None)
    [path] = summary.files
    assert path.suffix == suffix
    with Image.open(path) as image:
        image.load()
        said = read_embedded(image)
        if kind == "PNG":
            text = image.info["parameters"]
        else:  # where A1111 writes and reads it
            text = infotext.from_user_comment(image.getexif().get_ifd(0x8769)[0x9286])
        with Image.open(shelf.root / task.outputs[0].path) as source:
            assert image.size == source.size
            if kind == "PNG" or quality == 100:
                assert image.convert("RGB").tobytes() == source.convert("RGB").tobytes()
    read = infotext.parse(text)
    assert (read.values["prompt"], read.values["seed"]) == (PROMPT, "123456")
    assert read.others["Model"] == "CartoonMix v1.0"
    own = from_text(said.texts.own, "own").values
    assert own == {k: v for k, v in task.request.values.items() if k != "callbackUrl"}
    assert dict(read_recipe(path).values) == own
    assert (said.xmp.rating, said.xmp.tags) == (4, ("client & co", "狐"))
    assert said.xmp.source == "trainedAlgorithmicMedia"
    packet = path.read_bytes()
    assert b"digitalsourcetype/trainedAlgorithmicMedia" in packet
    assert names(target) == [path.name]


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("prompt", ["😀" * 400, "最" * 400, "Ā" * 400, "\ufeff\ufffe\uffff a fox"])
async def test_any_prompt_travels(shelf, target, kind, prompt):
    task = await shelf.add(prompt, pictures=1)
    summary = await export(shelf, task, target, kind=kind)
    assert summary.failed == ()
    [path] = summary.files
    assert read_recipe(path).values["prompt"] == prompt.translate({0xFFFE: None, 0xFFFF: None})


NOTHING = {"recipe": False, "marks": False, "ai_made": False}


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
async def test_without_its_recipe_it_says_no_more_than_it_should(shelf, target, kind):
    task = await marked(shelf)
    [path] = (await export(shelf, task, target, kind=kind, **NOTHING)).files
    assert not any(word in path.read_bytes() for word in (b"fox", b"xmp", b"Exif", b"CartoonM"))
    [path] = (await export(shelf, task, target, kind=kind, recipe=False, marks=False)).files
    assert said_by(path) == Embedded(xmp=Xmp(source="trainedAlgorithmicMedia"))
    assert b"artoon" not in path.read_bytes()
    assert not any(told in path.name for told in ("fox", "123456"))
    [path] = (
        await export(
            shelf, task, target, kind=kind, recipe=False, title="No. {number} {seed}", creator="Ann"
        )
    ).files
    told = said_by(path).xmp
    assert (told.rating, told.tags) == (4, ("client & co", "狐"))
    assert (told.title, told.author) == ("No. 001", "Ann")


@pytest.mark.parametrize(
    ("told", "read"),
    [
        ("http://cv.iptc.org/newscodes/digitalsourcetype/algorithmicMedia", "algorithmicMedia"),
        ("https://cv.iptc.org/newscodes/digitalsourcetype/digitalArt", "digitalArt"),
        ("trainedAlgorithmicMedia", "trainedAlgorithmicMedia"),
        ("http://example.com/digitalsourcetype/digitalArt", ""),
        ("a" * 61, ""),
    ],
)
def test_the_mark_is_a_word_of_the_iptc(told, read):
    packet = write_xmp(Xmp(source="X")).replace(
        "http://cv.iptc.org/newscodes/digitalsourcetype/X", told
    )
    assert read_xmp(packet.encode()).source == read


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("recipe", [True, False])
async def test_the_mark_that_was_read_is_kept(shelf, target, tmp_path, kind, recipe):
    """It may say more than ours, and stand in what has no recipe."""
    bare = tmp_path / "bare.jpg"
    packet = write_xmp(Xmp(source="trainedAlgorithmicMedia")).encode()
    Image.new("RGB", (8, 8)).save(bare, xmp=packet)
    for path, source in (
        (bare, "trainedAlgorithmicMedia"),
        (OF_OTHERS / "krita_composite.png", "compositeWithTrainedAlgorithmicMedia"),
    ):
        [task] = await imported(shelf, path)
        [path] = (await export(shelf, task, target, kind=kind, recipe=recipe)).files
        assert said_by(path).xmp.source == source
        [path] = (await export(shelf, task, target, kind=kind, recipe=recipe, ai_made=False)).files
        assert said_by(path).xmp.source == ""


async def test_exact_bytes_are_the_bytes_as_they_were_served(shelf, target):
    task = await shelf.add()
    files = (await export(shelf, task, target, kind=EXACT, template="{id}")).files
    assert [path.name for path in files] == [f"{task.id}.png", f"{task.id} (2).png"]
    hashes = {hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
    assert hashes == {output.sha256 for output in task.outputs}


async def test_what_a_kill_left_goes_with_the_next_export(shelf, target):
    task = await marked(shelf)
    left = target / f".cartoonmix-{'a' * 32}.tmp"
    left.touch()
    os.utime(left, (1_600_000_000, 1_600_000_000))
    summary = await export(shelf, task, target)
    assert names(target) == [summary.files[0].name]


async def test_what_is_there_is_never_replaced(shelf, target):
    task = await shelf.add(pictures=1)
    (target / "x.png").write_text("mine")
    (target / "x (2).txt").write_text("mine too")
    [path] = (await export(shelf, task, target, template="x", sidecar=".txt")).files
    assert path.name == "x (3).png"
    assert infotext.parse((target / "x (3).txt").read_text()).values["prompt"] == "a fox"
    assert (target / "x.png").read_text() == "mine"


async def test_a_json_beside_it_is_a_recipe_file(shelf, target):
    task = await shelf.add(pictures=1)
    [path] = (await export(shelf, task, target, sidecar=".json")).files
    assert read_recipe(path.with_suffix(".json")).values["prompt"] == "a fox"


async def test_an_xmp_beside_it_says_what_photo_managers_read(shelf, target):
    task = await marked(shelf)
    how = {"sidecar": ".xmp", "title": "A {prompt}", "creator": "Ann & co"}
    for kind in (EXACT, "PNG"):
        [path] = (await export(shelf, task, target, kind=kind, **how)).files
        packet = path.with_suffix(".xmp").read_bytes()
        assert re.search(rb"<dc:subject>\s+<rdf:Bag>\s+<rdf:li>", packet)  # as darktable reads it
        told = read_xmp(packet)
        assert (told.rating, told.tags) == (4, ("client & co", "狐"))
        assert (told.source, told.author) == ("trainedAlgorithmicMedia", "Ann & co")
        assert told.title.startswith("A a fox")
        assert from_text(told.recipe, "own").values["seed"] == "123456"
    await export(shelf, task, target, kind=EXACT, sidecar=".xmp", **NOTHING, template="x")
    assert [path.name for path in target.glob("x.*")] == ["x.png"]  # nothing to say


FIELD = (
    "a fox\nNegative prompt: bad\nSteps: 28, Sampler: DPM++ SDE, Schedule type: Karras, CFG scale:"
    " 6.5, Seed: 12, Size: 64x96, Model hash: e6b1e4ef5f, Model: toonyou_beta6, Clip skip: 2,"
    ' ADetailer prompt: "a face, smiling", Hires upscaler: 4x-UltraSharp, Version: v1.10.1'
)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
async def test_what_no_input_is_for_is_found_and_goes_on(shelf, target, tmp_path, kind):
    texts = PngInfo()
    texts.add_text("parameters", FIELD)
    Image.new("RGB", (8, 8)).save(tmp_path / "of_field.png", pnginfo=texts)
    [task] = await imported(shelf, tmp_path / "of_field.png")
    assert "scheduler" not in task.request.values
    assert task.others["Sampler"] == "DPM++ SDE"
    assert list((await shelf.studio.history.ids(Query("other:ultrasharp"))).ids) == [task.id]
    [path] = (await export(shelf, task, target, kind=kind, sidecar=".txt")).files
    for text in (said_by(path).texts.parameters, path.with_suffix(".txt").read_text().strip()):
        assert text.split("\n")[:2] == FIELD.split("\n")[:2]
        written, was = infotext.parse(text), infotext.parse(FIELD)
        assert (dict(written.values), dict(written.others)) == (dict(was.values), dict(was.others))


async def test_a_graph_of_comfyui_goes_on_into_a_png(shelf, target):
    source = OF_OTHERS / "comfy_std_nan.png"
    [task] = await imported(shelf, source)
    with Image.open(source) as image:
        image.load()
        graphs = graphs_in(image)
    assert list(graphs) == ["prompt", "workflow"]
    [path] = (await export(shelf, task, target)).files
    with Image.open(path) as image:
        image.load()
        assert graphs_in(image) == graphs
    [path] = (await export(shelf, task, target, recipe=False)).files
    assert b"KSampler" not in path.read_bytes()


@pytest.mark.parametrize(
    ("mode", "back"),
    [("RGB", "RGB"), ("RGBA", "RGBA"), ("P", "RGB"), ("1", "L"), ("I;16", "I;16"), ("LA", "LA")],
)
def test_a_picture_becomes_smaller_and_never_larger(mode, back):
    file = io.BytesIO()
    Image.linear_gradient("L").resize((60, 90)).convert(mode).save(file, "PNG")

    def exported(edge):
        made, _ = exports.made_anew(file.getvalue(), "PNG", 90, EmbeddedMetadata(), long_edge=edge)
        return Image.open(io.BytesIO(made))

    smaller = exported(30)
    assert (smaller.size, smaller.mode) == ((20, 30), back)
    assert (
        len(smaller.convert("RGB").getcolors()) > 25
    )  # between those that were there, not some of them
    assert exported(90).size == exported(4_000).size == (60, 90)


async def test_drawings_of_the_sandbox_say_so(shelf, target):
    history = shelf.studio.history
    task = await history.add(GenerationRequest.build({"prompt": "a cat"}), SANDBOX)
    for state in (TaskState.SENDING, TaskState.ACCEPTED, TaskState.DOWNLOADING):
        await history.move(task.id, state)
    task = await history.set_outputs(task.id, ["1"])
    data = picture()
    (shelf.root / "a.png").write_bytes(data)
    kept = KeptPicture("a.png", len(data), hashlib.sha256(data).hexdigest(), 8, 8, b"")
    task = await history.keep_output(task.outputs[0], kept)
    for kind in ("PNG", "JPEG"):
        [path] = (await export(shelf, task, target, kind=kind)).files
        with Image.open(path) as image:
            image.load()
            said = read_embedded(image)
        assert said.xmp.source == "algorithmicMedia"
        assert "sandbox" in said.xmp.description
        assert "Drawn by: CartoonMix Desktop sandbox" in said.texts.parameters


async def test_missing_changed_and_too_long_are_named_and_the_rest_goes_on(shelf, target):
    task = await shelf.add("x" * 40_000, pictures=3)
    (shelf.root / task.outputs[0].path).unlink()
    (shelf.root / task.outputs[1].path).write_bytes(picture())
    summary = await export(shelf, task, target, kind="JPEG")
    reasons = [failed.error.reason for failed in summary.failed]
    assert reasons == ["missing", "changed", "too_long"]
    assert names(target) == []
    assert len((await export(shelf, task, target)).files) == 1


async def imported(shelf, *files):
    summary = await shelf.studio.importer.run(list(files), LongWork())
    assert not summary.unread
    return await shelf.studio.history.tasks(summary.tasks)


@pytest.mark.parametrize(("kind", "side"), [("JPEG", 65_500), ("WEBP", 16_383)])
@pytest.mark.parametrize("recipe", [True, False])
async def test_what_is_too_large_for_a_format_is_named_and_the_rest_goes_on(
    shelf, target, tmp_path, kind, side, recipe
):
    files = [tmp_path / name for name in ("most.png", "wide.png", "high.png", "other.png")]
    for path, size in zip(files, [(side, 2), (side + 1, 2), (2, side + 1), (8, 8)], strict=True):
        Image.new("RGB", size).save(path)
    tasks = await imported(shelf, *files)
    plan = ExportPlan(target, "{number}", kind, recipe=recipe)
    found = Target(tasks=tuple(task.id for task in tasks))
    summary = await shelf.studio.exporter.run(found, plan, LongWork())
    assert [failed.error.reason for failed in summary.failed] == ["too_large"] * 2
    assert {failed.error.detail for failed in summary.failed} == {
        f"{side + 1} × 2 pixels",
        f"2 × {side + 1} pixels",
    }
    assert len(summary.files) == 2


async def test_an_encoder_that_refuses_is_told_in_its_words(shelf, target, monkeypatch):
    task = await shelf.add(pictures=2)

    def refuse(*_args, **_options):
        raise OSError("encoder error -2")

    monkeypatch.setattr(Image.Image, "save", refuse)
    summary = await export(shelf, task, target, kind="JPEG")
    told = [(failed.error.reason, failed.error.detail) for failed in summary.failed]
    assert told == [("unencodable", "encoder error -2")] * 2
    assert summary.error is None


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "MPO"])
async def test_what_moves_keeps_its_frames_or_stays(shelf, target, tmp_path, kind):
    """The second picture in a phone's JPEG is a preview of the first."""
    frames = [Image.effect_noise((32, 32), sigma) for sigma in (20, 90)]
    outside = tmp_path / ("moves.jpg" if kind == "MPO" else f"moves.{kind.lower()}")
    frames[0].save(outside, kind, save_all=True, append_images=frames[1:])
    [task] = await imported(shelf, outside)
    still = await export(shelf, task, target, kind="PNG")
    if kind == "MPO":
        assert (len(still.files), still.failed) == (1, ())
    else:
        assert [failed.error.reason for failed in still.failed] == ["moving"]
    [path] = (await export(shelf, task, target, kind=EXACT)).files
    assert path.read_bytes() == outside.read_bytes()


async def test_what_is_read_back_otherwise_gets_no_name(shelf, target, monkeypatch):
    task = await shelf.add(pictures=1)
    real = exports.encode

    def wrong(image, kind, quality, told):
        return real(image.point(lambda value: value ^ 1), kind, quality, told)

    monkeypatch.setattr(exports, "encode", wrong)
    [failed] = (await export(shelf, task, target)).failed
    assert isinstance(failed.error, ExportImpossible)
    assert failed.error.reason == "differs"
    assert names(target) == []


async def test_a_folder_that_vanished_or_is_full_ends_it(shelf, target, monkeypatch):
    task = await shelf.add(pictures=4)
    shutil.rmtree(target)
    assert isinstance((await export(shelf, task, target)).error, FolderUnusable)
    target.mkdir()

    def full(_descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(exports.os, "fsync", full)
    summary = await export(shelf, task, target)
    assert isinstance(summary.error, DiskFull)
    assert summary.files == ()
    assert names(target) == []


async def test_a_picture_is_saved_over_another_exactly(shelf, target):
    [output] = (await shelf.add(pictures=1)).outputs
    (target / "mine.png").write_bytes(b"of before")
    await shelf.studio.library.export(output, target / "mine.png")
    assert (target / "mine.png").read_bytes() == shelf.studio.library.path(output).read_bytes()
    assert names(target) == ["mine.png"]


async def test_a_full_disk_leaves_what_was_to_be_replaced(shelf, target, monkeypatch):
    [output] = (await shelf.add(pictures=1)).outputs
    (target / "mine.png").write_bytes(b"of before")

    def full(_descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(exports.os, "fsync", full)
    with pytest.raises(DiskFull) as told:
        await shelf.studio.library.export(output, target / "mine.png")
    assert told.value.path == str(target)
    assert (target / "mine.png").read_bytes() == b"of before"
    assert names(target) == ["mine.png"]


@pytest.mark.parametrize(
    ("reason", "damage"),
    [
        ("missing", lambda path: path.unlink()),
        ("changed", lambda path: path.write_bytes(b"another")),
    ],
)
async def test_only_the_picture_that_was_kept_is_saved(shelf, target, reason, damage):
    [output] = (await shelf.add(pictures=1)).outputs
    (target / "mine.png").write_bytes(b"of before")
    damage(shelf.studio.library.path(output))
    with pytest.raises(ExportImpossible) as told:
        await shelf.studio.library.export(output, target / "mine.png")
    assert told.value.reason == reason
    assert (target / "mine.png").read_bytes() == b"of before"


async def test_a_folder_in_the_way_is_told(shelf, target):
    [output] = (await shelf.add(pictures=1)).outputs
    (target / "mine.png").mkdir()
    with pytest.raises(FolderUnusable):
        await shelf.studio.library.export(output, target / "mine.png")
    assert names(target) == ["mine.png"]


async def test_single_pictures_of_several_tasks_in_the_order_asked(shelf, target):
    one, two = await shelf.add(), await shelf.add()
    wanted = Target(outputs=(two.outputs[1].id, one.outputs[0].id))
    exporter = shelf.studio.exporter
    found = await exporter.some(await exporter.pictures(wanted))
    assert [(task.id, output.position) for task, output in found] == [(two.id, 1), (one.id, 0)]


async def test_tasks_come_before_single_pictures_and_each_picture_once(shelf):
    one, two, three = await shelf.add(), await shelf.add(), await shelf.add()
    target = Target((two.id, one.id), (three.outputs[1].id, one.outputs[0].id))
    found = await shelf.studio.exporter.pictures(target)
    whole = [output.id for task in (two, one) for output in task.outputs]
    assert found.tolist() == [*whole, three.outputs[1].id]


async def test_more_pictures_than_are_in_memory_at_once(shelf, target, monkeypatch):
    monkeypatch.setattr(exporting, "_AT_ONCE", 3)
    tasks = tuple([(await shelf.add()).id for _ in range(2)])
    work = LongWork()
    plan = ExportPlan(target, "{number}", EXACT)
    summary = await shelf.studio.exporter.run(Target(tasks=tasks), plan, work)
    assert sorted(names(target)) == [f"{number:03}.png" for number in range(1, 5)]
    assert (len(summary.files), work.done, work.total) == (4, 4, 4)
