from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton

from cartoonmix_desktop.core.search.gallery import Gallery
from cartoonmix_desktop.core.task.task import TaskState
from cartoonmix_desktop.ui.history.list.model import HistoryModel
from cartoonmix_desktop.ui.history.panel import HistoryPanel
from cartoonmix_desktop.ui.widgets.text import label
from tests.ui.conftest import ListSource

if TYPE_CHECKING:
    from collections.abc import Callable

    from cartoonmix_desktop.core.search.query import Query
    from cartoonmix_desktop.core.search.result_set import ResultSet


@pytest.fixture
def shown(theme, owned, qtbot) -> Callable[..., object]:
    async def show(source) -> HistoryPanel:
        model = HistoryModel(source, owned.spawn)
        panel = HistoryPanel(model)
        model.setParent(panel)
        qtbot.addWidget(panel)
        panel.resize(320, 600)
        panel.show()
        panel.activateWindow()
        panel.begin()
        await owned.settle()
        return panel

    return show


def search_field(panel: HistoryPanel) -> QLineEdit:
    return panel.findChild(QLineEdit)


def visible_words(panel: HistoryPanel) -> str:
    return " ".join(w.text() for w in panel.findChildren(QLabel) if w.isVisible())


async def test_the_field_searches(shown, new_task, list_source, owned, qtbot):
    panel = await shown(list_source([new_task(1, prompt="a fox"), new_task(2, prompt="a cat")]))
    field = search_field(panel)
    assert field.accessibleName() == "Search history"
    assert field.isClearButtonEnabled()
    panel.focus_search()
    assert field.hasFocus()
    qtbot.keyClicks(field, "fox")
    await owned.settle()
    assert panel.view.model().rowCount() == 1
    qtbot.keyClick(field, Qt.Key.Key_Down)
    assert panel.view.hasFocus()
    assert panel.view.selected == 1
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    await owned.settle()
    assert panel.view.model().rowCount() == 2


@pytest.mark.parametrize("pictures", [False, True])
async def test_nothing_is_asked_before_the_history_is_open(
    theme, owned, qtbot, new_task, drawings, pictures
):
    class Closed(ListSource):
        """A history that is opened while the window is there already."""

        is_open = False

        async def ids(self, query: Query, most: int = 0) -> ResultSet:
            assert self.is_open
            return await super().ids(query, most)

        async def gallery(self, query: Query, most: int = 0) -> Gallery:
            assert self.is_open
            self.searches.append(f"pictures of {query.text}")
            return Gallery()

    source = Closed([new_task(1, prompt="a fox"), new_task(2, prompt="a cat")], drawings)
    model = HistoryModel(source, owned.spawn)
    panel = HistoryPanel(model)
    model.setParent(panel)
    qtbot.addWidget(panel)
    panel.show()
    panel.view_options.restore({"pictures": pictures})
    search_field(panel).setText("fox")
    await owned.settle()
    assert source.searches == []
    source.is_open = True
    panel.begin()
    await owned.settle()
    assert model.rowCount() == 1
    assert ("pictures of fox" in source.searches) == pictures


async def test_no_match_says_so_and_leads_back(shown, new_task, list_source, owned, qtbot):
    panel = await shown(list_source([new_task(1)]))
    search_field(panel).setText("<b>zebra</b>")
    await owned.settle()
    assert visible_words(panel) == "No task matches “<b>zebra</b>”."
    (shown_label,) = [w for w in panel.findChildren(QLabel) if w.isVisible()]
    assert shown_label.textFormat() == Qt.TextFormat.PlainText
    (back,) = [b for b in panel.findChildren(QPushButton) if b.isVisible()]
    qtbot.mouseClick(back, Qt.MouseButton.LeftButton)
    await owned.settle()
    assert panel.view.isVisible()
    assert search_field(panel).text() == ""


async def test_an_empty_history_teaches(shown, new_task, list_source):
    panel = await shown(list_source([]))
    assert "Generate" in visible_words(panel)
    panel.set_empty_widget(label("four cards"))
    assert visible_words(panel) == "four cards"
    panel.view.model().add(new_task(1, TaskState.QUEUED))
    assert panel.view.isVisible()
    assert visible_words(panel) == ""


async def test_actions_become_signals(shown, new_task, list_source):
    panel = await shown(list_source([new_task(1)]))
    heard: list[tuple[str, int]] = []
    names = ("cancel", "fetch_again", "send_again", "discard", "retry", "use_recipe", "copy_prompt")
    for name in names:
        signal = getattr(panel, f"{name}_requested")
        signal.connect(lambda task_id, name=name: heard.append((name, task_id)))
        panel.view.action_requested.emit(name, 1)
        assert heard[-1] == (name, 1)
    assert len(heard) == len(names)


async def test_selection_is_told_once(shown, new_task, list_source, qtbot):
    panel = await shown(list_source([new_task(1), new_task(2)]))
    chosen: list[int] = []
    opened: list[int] = []
    panel.task_selected.connect(chosen.append)
    panel.task_activated.connect(opened.append)
    panel.select(1)
    panel.select(1)
    assert chosen == [1]
    assert panel.view.selectionModel().selectedIndexes()[0].row() == 1
    qtbot.keyClick(panel.view, Qt.Key.Key_Return)
    assert opened == [1]


async def test_the_foot_tells_how_many_match_and_how_many_are_selected(
    shown, new_task, list_source, owned
):
    tasks = [new_task(i, prompt="fox" if i % 2 else "cat") for i in range(1, 2401)]
    panel = await shown(list_source(tasks))
    assert visible_words(panel) == ""
    field = search_field(panel)
    field.setText("fox")
    await owned.settle()
    assert visible_words(panel) == "1,200 tasks"
    panel.view.selectAll()
    assert visible_words(panel) == "1,200 of 1,200 selected"
    panel.view.select(7)
    assert visible_words(panel) == "1,200 tasks"
    field.clear()
    await owned.settle()
    assert visible_words(panel) == ""
