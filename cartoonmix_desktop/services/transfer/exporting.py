"""Pictures leave the library: copied exactly, or in another format with or without their recipe."""

from __future__ import annotations

import os
import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from cartoonmix_desktop.core.errors import CartoonMixError, StorageError
from cartoonmix_desktop.core.recipe import recipe
from cartoonmix_desktop.core.recipe.cartoonmix import CARTOONMIX
from cartoonmix_desktop.core.task.generation_text import text_of_task
from cartoonmix_desktop.core.task.naming import USUAL, filled, name_for
from cartoonmix_desktop.services.threads import Thread
from cartoonmix_desktop.storage.exchange.exports import Sidecar, made_anew, read_kept, write_out
from cartoonmix_desktop.storage.exchange.metadata import (
    EmbeddedMetadata,
    graphs_in,
    read_embedded,
)
from cartoonmix_desktop.storage.exchange.xmp import BY_MODEL, BY_PROGRAM, Xmp, write_xmp
from cartoonmix_desktop.storage.files.decoding import decode
from cartoonmix_desktop.storage.files.partial_files import sweep

if TYPE_CHECKING:
    from array import array
    from collections.abc import Sequence

    from PIL.Image import Image

    from cartoonmix_desktop.core.task.marks import Target
    from cartoonmix_desktop.core.task.task import Output, Task
    from cartoonmix_desktop.services.history.history import History
    from cartoonmix_desktop.services.library.library import Library
    from cartoonmix_desktop.services.progress import LongWork
    from cartoonmix_desktop.storage.history.ledger import Ledger

_PROGRAM = "CartoonMix Desktop"
_AT_ONCE = 512  # pictures whose recipes are in memory
_OF_SANDBOX = "A drawing of the sandbox of CartoonMix Desktop; no model made it."
_UNFIT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff]")  # for texts inside files

EXACT = ""
"""As a format: the bytes as they are kept."""

XMP = ".xmp"
"""As a sidecar: what photo managers read."""

FORMATS = ("PNG", "JPEG", "WEBP")
"""What pictures can become, by Pillow's name."""


class ExportPlan(Struct, frozen=True):
    """How pictures are to be exported.

    Attributes:
        folder: where to; it is there.
        template: of the names, see `core.task.naming`.
        kind: one of `FORMATS`, or `EXACT`.
        quality: 1 to 100 for JPEG and WebP; 100 keeps every pixel in WebP.
        long_edge: pixels that the longer side has at most; 0 for as many as there are. Not for
            `EXACT`.
        recipe: tell the recipe; else the names do not either, whatever the template says.
        marks: tell rating, reject and tags.
        ai_made: say that a model made the pictures, or what else was read in them.
        title: of each picture; a template like that of the names. Empty for none.
        creator: a person or a studio; empty for none.
        sidecar: ``".txt"`` or ``".json"`` for a recipe beside each picture, ``".xmp"`` for what
            its metadata are to say; or empty.

    What is told stands in the pictures, but for `EXACT`, of which only a sidecar can tell.
    """

    folder: Path
    template: str = USUAL
    kind: str = "PNG"
    quality: int = 90
    recipe: bool = True
    sidecar: str = ""
    long_edge: int = 0
    marks: bool = True
    ai_made: bool = True
    title: str = ""
    creator: str = ""


class Unexported(Struct, frozen=True):
    """A picture that was not exported.

    Attributes:
        name: that it would have had.
        error: why.
    """

    name: str
    error: CartoonMixError


class ExportSummary(Struct, frozen=True):
    """What came of an export.

    Attributes:
        files: where the pictures are.
        failed: which could not be exported.
        stopped: whether the person ended it.
        error: what ended it, if the disk did.
    """

    files: tuple[Path, ...] = ()
    failed: tuple[Unexported, ...] = ()
    stopped: bool = False
    error: StorageError | None = None


class Exporter:
    """Writes pictures into other folders; each is read back before it gets its name."""

    def __init__(self, history: History, library: Library) -> None:
        """Nothing is touched yet.

        Args:
            history: knows the recipes.
            library: holds the pictures.
        """
        self._history, self._library = history, library
        self._thread = Thread("export")

    def close(self) -> None:
        """Finish the pictures that are under way."""
        self._thread.close()

    async def pictures(self, target: Target) -> array[int]:
        """Ids of the kept pictures that are meant: those of tasks, then single ones; each once."""
        return await self._history.read_ledger(lambda ledger: ledger.pictures_of(target))

    async def some(self, pictures: Sequence[int]) -> list[tuple[Task, Output]]:
        """Pictures by their ids, with their tasks; those that are kept no more are left out."""

        def work(ledger: Ledger) -> list[tuple[Task, Output]]:
            tasks = ledger.tasks(ledger.trash.tasks_of(pictures))
            known = {output.id: (task, output) for task in tasks for output in task.kept}
            return [known[picture] for picture in pictures if picture in known]

        return await self._history.read_ledger(work)

    async def run(self, target: Target, plan: ExportPlan, work: LongWork) -> ExportSummary:
        """Export pictures.

        Args:
            target: which.
            plan: how.
            work: how far it is, and the way to stop it. What is exported then stays.

        Returns:
            What came of it; also when it was stopped or the disk refused.
        """
        pictures = await self.pictures(target)
        work.total = len(pictures)
        done: list[Path | Unexported | StorageError] = []
        seen: Counter[str] = Counter()
        for start in range(0, len(pictures), _AT_ONCE):
            named: list[_Named] = []  # in their order, whichever is written first
            some = await self.some(pictures[start : start + _AT_ONCE])
            for number, (task, output) in enumerate(some, start + 1):
                name = name_for(plan.template, task, output, number, recipe=plan.recipe)
                seen[name.casefold()] += 1
                title = filled(plan.title, task, output, number, recipe=plan.recipe)
                named.append(_Named(name, seen[name.casefold()], title, task, output))
            done += await self._thread.run(self._all, named, plan, work)
            if work.stopped or (done and isinstance(done[-1], StorageError)):
                break
        return ExportSummary(
            tuple(one for one in done if isinstance(one, Path)),
            tuple(one for one in done if isinstance(one, Unexported)),
            work.stopped,
            next((one for one in done if isinstance(one, StorageError)), None),
        )

    def _all(
        self, named: Sequence[_Named], plan: ExportPlan, work: LongWork
    ) -> list[Path | Unexported | StorageError]:
        """Export some; if the disk refuses one, its error comes last, and no more is tried."""

        def one(each: _Named) -> Path | Unexported | None:
            if work.stopped or refused:
                return None
            try:
                return self._one(each, plan)
            except StorageError as error:
                refused.append(error)
                return None
            except CartoonMixError as error:
                return Unexported(each.name, error)
            finally:
                work.step()

        sweep(plan.folder)
        refused: list[StorageError] = []
        with ThreadPoolExecutor(os.cpu_count(), thread_name_prefix="export") as pool:
            results = [result for result in pool.map(one, named) if result is not None]
        return [*results, *refused[:1]]

    def _one(self, each: _Named, plan: ExportPlan) -> Path:
        source = self._library.path(each.output)
        data, suffix = read_kept(source, each.output.sha256), source.suffix
        sidecar = _sidecar(each.task, plan.sidecar)
        if plan.kind != EXACT or plan.sidecar == XMP:
            image = decode(data)
            metadata = _metadata(each, plan, image)
            if plan.kind != EXACT:
                data, suffix = made_anew(
                    data, plan.kind, plan.quality, metadata, image=image, long_edge=plan.long_edge
                )
            if plan.sidecar == XMP and (packet := write_xmp(metadata.xmp, recipe=metadata.own)):
                sidecar = Sidecar(XMP, packet)
        return write_out(plan.folder, each.name, suffix, data, sidecar, each.first)


class _Named(Struct, frozen=True):
    """A picture with the name that it gets, from which number on, and its title."""

    name: str
    first: int
    title: str
    task: Task
    output: Output


def _metadata(each: _Named, plan: ExportPlan, image: Image) -> EmbeddedMetadata:
    """What an exported picture says of itself.

    Args:
        each: which.
        plan: what it may say.
        image: as it was kept.
    """
    task, output = each.task, each.output
    ours = task.request.model == CARTOONMIX.slug
    known = bool(task.request.values)
    xmp = Xmp(title=_one_line(each.title), author=_one_line(plan.creator))
    if plan.ai_made:
        usual = BY_PROGRAM if task.is_sandbox else BY_MODEL if known else ""
        xmp = xmp.but(
            source=(read_embedded(image).xmp.source if task.is_imported else "") or usual,
            description=_OF_SANDBOX if task.is_sandbox else "",
        )
    if plan.marks:
        xmp = xmp.but(
            rating=0 if output.rejected else output.rating,
            rejected=output.rejected,
            tags=task.tags,
        )
    if not plan.recipe:
        return EmbeddedMetadata(xmp=xmp)
    return EmbeddedMetadata(
        infotext=_fit(text_of_task(task)) if known else "",
        own=_fit(recipe.to_text(task.request.values)) if ours else "",
        xmp=xmp.but(
            creator="" if task.is_imported else _PROGRAM,
            created_at=float(int(task.created_at)),
        ),
        graphs=graphs_in(image) if task.is_imported and plan.kind == "PNG" else {},
    )


def _sidecar(task: Task, suffix: str) -> Sidecar | None:
    if suffix in {"", XMP} or not task.request.values:
        return None
    text = text_of_task(task) if suffix == ".txt" else recipe.to_text(task.request.values)
    return Sidecar(suffix, _fit(text).rstrip("\n") + "\n")


def _one_line(text: str) -> str:
    return " ".join(_fit(text).split())


def _fit(text: str) -> str:
    return _UNFIT.sub("", text.encode("utf-8", "replace").decode())
