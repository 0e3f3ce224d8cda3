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
    QInputDialog,
    QLabel,
    QLineEdit,
    QMenu,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from cartoonmix_desktop.core.picture_formats import SUFFIXES
from cartoonmix_desktop.core.task.naming import FIELDS, name_for, unknown_fields
from cartoonmix_desktop.services.transfer.exporting import EXACT, XMP, ExportPlan
from cartoonmix_desktop.services.transfer.presets import FOR_A_CLIENT, LONGEST_NAME, plan_from
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
_EDGES = (0, 1024, 2048, 4096)


class ExportDialog(CalmDialog):
    """Show with ``open()``; it remembers what was chosen through `state`.

    Signals:
        export_requested: an `ExportPlan`.
        presets_changed: all of them, by their names.
    """

    export_requested = Signal(object)
    presets_changed = Signal(object)

    def __init__(
        self,
        count: int,
        example: tuple[Task, Output],
        state: Mapping[str, Any],
        presets: Mapping[str, Mapping[str, Any]],
        folder: Path,
        parent: QWidget | None = None,
    ) -> None:
        """Make it.

        Args:
            count: how many pictures are to be exported.
            example: the first of them, for the preview.
            state: as `state` gave it the last time; what is missing or odd takes the usual.
            presets: ways to export by their names, beside the one that is always there.
            folder: where to, if ``state`` does not say.
            parent: the window it belongs to.
        """
        super().__init__(parent, words.EXPORT, 560)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._example = example
        self._presets = dict(presets)
        self.content.addWidget(label(words.title(count), size=20))
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(4 * SPACE)
        self._grid.setVerticalSpacing(3 * SPACE)
        self._grid.setColumnStretch(1, 1)
        self.content.addSpacing(SPACE)
        self.content.addLayout(self._grid)
        self._add_presets()
        self._add_folder(_path(state.get("folder"), folder))
        self._add_name()
        self._format = self._choice(words.FORMAT, _FORMATS)
        self._add_quality()
        self._edge = self._choice(words.SIZE, {each: words.long_edge(each) for each in _EDGES})
        self._add_metadata()
        self._title = self._line(words.TITLE)
        self._title.setToolTip(tooltip(words.TITLE_HELP))
        self._creator = self._line(words.CREATOR)
        row = QHBoxLayout()
        row.setSpacing(3 * SPACE)
        row.addWidget(self._title, 1)
        row.addWidget(label(words.CREATOR, role="muted"))
        row.addWidget(self._creator, 1)
        self._row(words.TITLE, row)
        self._sidecar = self._choice(words.SIDECAR, words.SIDECARS)
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
        self._creator.textChanged.connect(self._refresh)
        self._quality.valueChanged.connect(self._refresh)
        self._show_way(state)
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

    # --- presets ---------------------------------------------------------------------------------

    def _add_presets(self) -> None:
        self._chooser = DropDown()
        self._chooser.setAccessibleName(words.PRESET)
        self._chooser.activated.connect(self._on_preset_chosen)
        save = button(words.SAVE_PRESET)
        save.setToolTip(tooltip(words.SAVE_PRESET_HELP))
        save.clicked.connect(self._on_save_preset)
        self._delete = button(words.DELETE_PRESET)
        self._delete.clicked.connect(self._on_delete_preset)
        row = QHBoxLayout()
        row.setSpacing(2 * SPACE)
        row.addWidget(self._chooser, 1)
        row.addWidget(save)
        row.addWidget(self._delete)
        self._row(words.PRESET, row)

    @property
    def _ways(self) -> dict[str, Mapping[str, Any]]:
        """By name, those of the person before the one that is always there."""
        return {words.FOR_A_CLIENT: FOR_A_CLIENT, **self._presets}

    def _show_way(self, way: Mapping[str, Any]) -> None:
        """Choose all but the folder, as a preset or the last time has it."""
        plan = plan_from(way, Path())
        self._template.setText(plan.template)
        self._format.setCurrentIndex(self._format.findData(plan.kind))
        self._quality.setValue(plan.quality)
        if self._edge.findData(plan.long_edge) < 0:
            self._edge.addItem(words.long_edge(plan.long_edge), plan.long_edge)
        self._edge.setCurrentIndex(self._edge.findData(plan.long_edge))
        for name, check in self._says.items():
            check.setChecked(getattr(plan, name))
        self._title.setText(plan.title)
        self._creator.setText(plan.creator)
        self._sidecar.setCurrentIndex(self._sidecar.findData(plan.sidecar))
        self._refresh()

    def _refresh_presets(self, plan: ExportPlan) -> None:
        """Name the preset that this is, if it is one."""
        same = (n for n, way in self._ways.items() if plan_from(way, plan.folder) == plan)
        name = next(same, "")
        self._chooser.clear()
        self._chooser.addItem(words.NO_PRESET, "")
        for each in sorted(self._ways, key=str.casefold):
            self._chooser.addItem(each, each)
        self._chooser.setCurrentIndex(self._chooser.findData(name))
        self._delete.setEnabled(name in self._presets)

    def _on_preset_chosen(self) -> None:
        if name := self._chooser.currentData():
            self._show_way(self._ways[name])

    def _on_save_preset(self) -> None:
        dialog = QInputDialog(self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle(words.PRESET)
        dialog.setLabelText(words.NAME_OF_PRESET)
        dialog.textValueSelected.connect(self._save_preset)
        dialog.open()

    def _save_preset(self, name: str) -> None:
        if name := " ".join(name.split())[:LONGEST_NAME].strip():
            way = self.state()
            del way["folder"]
            self._presets[name] = way
            self.presets_changed.emit(self._presets)
            self._refresh()

    def _on_delete_preset(self) -> None:
        self._presets.pop(self._chooser.currentData(), None)
        self.presets_changed.emit(self._presets)
        self._refresh()

    # --- parts -----------------------------------------------------------------------------------

    def _row(self, title: str, content: QWidget | QHBoxLayout | QVBoxLayout) -> QLabel:
        at = self._grid.rowCount()
        name = label(title, role="muted")
        name.setFixedHeight(30)
        self._grid.addWidget(name, at, 0, Qt.AlignmentFlag.AlignTop)
        if isinstance(content, QWidget):
            self._grid.addWidget(content, at, 1)
        else:
            self._grid.addLayout(content, at, 1)
        return name

    def _choice(self, title: str, options: Mapping[Any, str]) -> DropDown:
        box = DropDown()
        box.setAccessibleName(title)
        for value, text in options.items():
            box.addItem(text, value)
        self._row(title, box)
        return box

    @staticmethod
    def _line(title: str) -> QLineEdit:
        line = QLineEdit()
        line.setAccessibleName(title)
        line.setPlaceholderText(words.NONE)
        line.setMaxLength(400)
        return line

    def _add_metadata(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(4 * SPACE)
        self._says: dict[str, QCheckBox] = {}
        for name, (text, about) in words.SAYS.items():
            check = self._says[name] = QCheckBox(text)
            check.setToolTip(tooltip(about))
            check.setMinimumHeight(30)  # as that of the name of the row
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

    def _add_name(self) -> None:
        self._template = QLineEdit()
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

    def _add_quality(self) -> None:
        self._quality = QSlider(Qt.Orientation.Horizontal)
        self._quality.setAccessibleName(words.QUALITY)
        self._quality.setRange(1, 100)
        self._percent = label()
        self._percent.setMinimumWidth(90)
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(3 * SPACE)
        row.addWidget(self._quality, 1)
        row.addWidget(self._percent)
        self._quality_name = self._row(words.QUALITY, line)
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
        for part in (self._quality_line, self._quality_name):
            part.setVisible(lossy)
        lossless = plan.kind == "WEBP" and plan.quality == _LOSSLESS
        self._percent.setText(words.LOSSLESS if lossless else words.quality(plan.quality))
        exact = plan.kind == EXACT
        self._edge.setEnabled(not exact)
        for field in (self._says["marks"], self._says["ai_made"], self._title, self._creator):
            field.setEnabled(not exact or plan.sidecar == XMP)
        self._help.setText(self._help_for(plan))
        self._refresh_presets(plan)
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
