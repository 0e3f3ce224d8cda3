"""How pictures are to be exported: where to, under which names, in which format, saying what."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec.structs import asdict
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from cartoonmix_desktop.core.picture_formats import SUFFIXES
from cartoonmix_desktop.core.task.naming import FIELDS, USUAL, name_for, unknown_fields
from cartoonmix_desktop.services.transfer.exporting import EXACT, XMP, ExportPlan
from cartoonmix_desktop.ui.widgets.buttons import button
from cartoonmix_desktop.ui.widgets.controls import DropDown
from cartoonmix_desktop.ui.widgets.dialogs import CalmDialog
from cartoonmix_desktop.ui.widgets.text import OneLine, label, tooltip
from cartoonmix_desktop.ui.widgets.theme import SPACE, set_style
from cartoonmix_desktop.wording import common
from cartoonmix_desktop.wording import transfer as words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cartoonmix_desktop.core.task.task import Output, Task

_FORMATS = {**words.FORMATS, EXACT: words.ORIGINAL}
_LOSSLESS = 100
_EDGES = (0, 4096, 2048, 1024)


class ExportDialog(CalmDialog):
    """Show with ``open()``; it remembers what was chosen through `state`.

    Signals:
        export_requested: an `ExportPlan`.
    """

    export_requested = Signal(object)

    def __init__(
        self,
        count: int,
        example: tuple[Task, Output],
        state: Mapping[str, Any],
        folder: Path,
        parent: QWidget | None = None,
    ) -> None:
        """Make it.

        Args:
            count: how many pictures are to be exported.
            example: the first of them, for the preview.
            state: as `state` gave it the last time; what is missing or odd takes the usual.
            folder: where to, if ``state`` does not say.
            parent: the window it belongs to.
        """
        super().__init__(parent, words.EXPORT, 560)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._example = example
        self.content.addWidget(label(words.title(count), size=20))
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(4 * SPACE)
        self._grid.setVerticalSpacing(3 * SPACE)
        self._grid.setColumnStretch(1, 1)
        self.content.addSpacing(SPACE)
        self.content.addLayout(self._grid)
        self._add_folder(_path(state.get("folder"), folder))
        self._add_name(state.get("template"))
        self._format = self._choice(words.FORMAT, _FORMATS, state.get("kind"))
        self._add_quality(state.get("quality"))
        edge = state.get("long_edge")
        edges = sorted({*_EDGES, edge if isinstance(edge, int) else 0})
        self._edge = self._choice(words.SIZE, {each: words.long_edge(each) for each in edges}, edge)
        self._add_metadata(state)
        self._title = self._line(words.TITLE, state.get("title"))
        self._title.setToolTip(tooltip(words.TITLE_HELP))
        self._creator = self._line(words.CREATOR, state.get("creator"))
        row = QHBoxLayout()
        row.setSpacing(3 * SPACE)
        row.addWidget(self._title, 1)
        row.addWidget(label(words.CREATOR, role="muted"))
        row.addWidget(self._creator, 1)
        self._row(words.TITLE, row)
        self._sidecar = self._choice(words.SIDECAR, words.SIDECARS, state.get("sidecar"))
        self._go = button(words.EXPORT, primary=True)
        self._go.clicked.connect(self._on_export)
        leave = button(common.CANCEL)
        leave.clicked.connect(self.reject)
        row = QHBoxLayout()
        row.setSpacing(2 * SPACE)
        row.addStretch()
        row.addWidget(leave)
        row.addWidget(self._go)
        self.content.addSpacing(2 * SPACE)
        self.content.addLayout(row)
        for box in (self._format, self._edge, self._sidecar):
            box.currentIndexChanged.connect(self._refresh)
        for check in self._says.values():
            check.toggled.connect(self._refresh)
        for line in (self._template, self._title):
            line.textChanged.connect(self._refresh)
        self._quality.valueChanged.connect(self._refresh)
        self._refresh()
        self._go.setFocus()

    def plan(self) -> ExportPlan:
        """What is chosen."""
        return ExportPlan(
            folder=Path(self._folder.text()),
            template=self._template.text(),
            kind=self._format.currentData(),
            quality=self._quality.value(),
            sidecar=self._sidecar.currentData(),
            long_edge=self._edge.currentData(),
            title=self._title.text(),
            creator=self._creator.text(),
            **{name: check.isChecked() for name, check in self._says.items()},
        )

    def state(self) -> dict[str, Any]:
        """What is chosen, as JSON values."""
        plan = self.plan()
        return asdict(plan) | {"folder": str(plan.folder)}

    # --- parts -----------------------------------------------------------------------------------

    def _row(self, title: str, content: QWidget | QHBoxLayout | QVBoxLayout) -> None:
        at = self._grid.rowCount()
        name = label(title, role="muted")
        name.setFixedHeight(30)
        self._grid.addWidget(name, at, 0, Qt.AlignmentFlag.AlignTop)
        if isinstance(content, QWidget):
            self._grid.addWidget(content, at, 1)
        else:
            self._grid.addLayout(content, at, 1)

    def _choice(self, title: str, options: Mapping[Any, str], chosen: object) -> DropDown:
        box = DropDown()
        box.setAccessibleName(title)
        for value, text in options.items():
            box.addItem(text, value)
        box.setCurrentIndex(next((i for i, v in enumerate(options) if v == chosen), 0))
        self._row(title, box)
        return box

    @staticmethod
    def _line(title: str, text: object) -> QLineEdit:
        line = QLineEdit(text if isinstance(text, str) else "")
        line.setAccessibleName(title)
        line.setPlaceholderText(words.NONE)
        line.setMaxLength(400)
        return line

    def _add_metadata(self, state: Mapping[str, Any]) -> None:
        row = QHBoxLayout()
        row.setSpacing(4 * SPACE)
        self._says: dict[str, QCheckBox] = {}
        # Who wanted nothing of it, when that was one choice, had no stars in it either.
        state = {"marks": state.get("recipe"), **state}
        for name, (text, about) in words.SAYS.items():
            check = self._says[name] = QCheckBox(text)
            check.setToolTip(tooltip(about))
            check.setMinimumHeight(30)  # as that of the name of the row
            check.setChecked(state.get(name) is not False)
            row.addWidget(check)
        row.addStretch()
        self._help = label(role="muted", size=11, wrap=True)
        column = QVBoxLayout()
        column.setSpacing(SPACE)
        column.addLayout(row)
        column.addWidget(self._help)
        self._row(words.METADATA, column)

    def _add_folder(self, folder: Path) -> None:
        self._folder = QLineEdit(str(folder))
        self._folder.setAccessibleName(words.FOLDER)
        self._folder.setReadOnly(True)
        choose = button(words.CHOOSE)
        choose.setAccessibleName(words.CHOOSE_FOLDER)
        choose.clicked.connect(self._on_choose)
        row = QHBoxLayout()
        row.setSpacing(2 * SPACE)
        row.addWidget(self._folder, 1)
        row.addWidget(choose)
        self._row(words.FOLDER, row)

    def _add_name(self, template: object) -> None:
        known = isinstance(template, str) and template.strip()
        self._template = QLineEdit(str(template) if known else USUAL)
        self._template.setAccessibleName(words.NAME)
        self._template.setMaxLength(400)
        insert = button(words.INSERT)
        insert.setToolTip(tooltip(words.INSERT_HELP))
        menu = QMenu(insert)
        for name in FIELDS:
            entry = menu.addAction(words.placeholder(name))
            entry.triggered.connect(lambda _=False, n=name: self._insert(n))
        insert.setMenu(menu)
        self._preview = OneLine(role="muted", size=11)
        self._preview.setAccessibleName(words.PREVIEW)
        row = QHBoxLayout()
        row.setSpacing(2 * SPACE)
        row.addWidget(self._template, 1)
        row.addWidget(insert)
        column = QVBoxLayout()
        column.setSpacing(SPACE)
        column.addLayout(row)
        column.addWidget(self._preview)
        self._row(words.NAME, column)

    def _add_quality(self, quality: object) -> None:
        self._quality = QSlider(Qt.Orientation.Horizontal)
        self._quality.setAccessibleName(words.QUALITY)
        self._quality.setRange(1, 100)
        self._quality.setValue(quality if isinstance(quality, int) else 90)
        self._percent = label()
        self._percent.setMinimumWidth(90)
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(3 * SPACE)
        row.addWidget(self._quality, 1)
        row.addWidget(self._percent)
        self._row(words.QUALITY, line)
        self._quality_line = line

    def _insert(self, name: str) -> None:
        self._template.insert(f"{{{name}}}")
        self._template.setFocus()

    # --- what happens ----------------------------------------------------------------------------

    def _refresh(self) -> None:
        plan = self.plan()
        task, output = self._example
        suffix = SUFFIXES.get(plan.kind) or Path(output.path).suffix
        unknown = unknown_fields(plan.template)
        odd_title = bool(unknown_fields(plan.title))
        if unknown:
            self._preview.set_text(words.no_such_field(unknown[0]))
        else:
            name = name_for(plan.template, task, output, 1, recipe=plan.recipe)
            self._preview.set_text(name + suffix)
        set_style(self._template, "invalid", "true" if unknown else "false")
        set_style(self._title, "invalid", "true" if odd_title else "false")
        lossy = plan.kind in {"JPEG", "WEBP"}
        self._quality_line.setEnabled(lossy)
        if not lossy:
            self._percent.setText(words.LOSSLESS)
        else:
            lossless = plan.kind == "WEBP" and plan.quality == _LOSSLESS
            self._percent.setText(words.LOSSLESS if lossless else words.quality(plan.quality))
        exact = plan.kind == EXACT
        self._edge.setEnabled(not exact)
        for field in (self._says["marks"], self._says["ai_made"], self._title, self._creator):
            field.setEnabled(not exact or plan.sidecar == XMP)
        self._help.setText(self._help_for(plan))
        self._go.setEnabled(not unknown and not odd_title and bool(plan.template.strip()))

    @staticmethod
    def _help_for(plan: ExportPlan) -> str:
        if plan.kind == EXACT:
            return words.HELP_ORIGINAL_XMP if plan.sidecar == XMP else words.HELP_ORIGINAL
        if plan.recipe:
            return words.HELP_RECIPE
        return words.HELP_BARE if plan.sidecar in {"", XMP} else words.HELP_BESIDE

    def _on_choose(self) -> None:
        dialog = QFileDialog(self, words.EXPORT_TO, self._folder.text())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(self._folder.setText)
        dialog.open()

    def _on_export(self) -> None:
        self.export_requested.emit(self.plan())
        self.accept()


def _path(stored: object, usual: Path) -> Path:
    return Path(stored) if isinstance(stored, str) and stored else usual
