"""The line under Generate: what a click costs, what is left, and how that is known."""

from __future__ import annotations

import time
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QEvent, QPoint
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QApplication, QLabel, QPushButton

from cartoonmix_desktop.core.money.price_list import PriceList
from cartoonmix_desktop.core.money.quote import PriceSource, Quote
from cartoonmix_desktop.core.recipe.limits import Limits
from cartoonmix_desktop.services.events import BalanceChanged, ModelChanged
from cartoonmix_desktop.ui.commands import Commands
from cartoonmix_desktop.ui.notices import Notices
from cartoonmix_desktop.ui.recipe.panel import NARROWEST, RecipePanel
from cartoonmix_desktop.ui.recipe.price_presenter import PricePresenter
from cartoonmix_desktop.ui.widgets.notice import Banner
from cartoonmix_desktop.wording.money import prices as words

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from cartoonmix_desktop.core.recipe.request import GenerationRequest

EACH = [{"inputs": {}, "price": "0.0009", "priceMethod": "cpo"}]


class Told:
    """What is known of prices, without an account."""

    def __init__(self) -> None:
        self.known, self.free = True, False
        self.quote: Callable[[GenerationRequest], Quote | None] = PriceList.read(
            {"dynamicprice": EACH}, time.time() - 120
        ).price


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def panel(qtbot: QtBot, theme: object) -> RecipePanel:
    made = RecipePanel()
    made.bind(Commands(made))
    qtbot.addWidget(made)
    made.resize(320, 900)
    made.show()
    return made


@pytest.fixture
def presenter(told: Told, panel: RecipePanel) -> PricePresenter:
    banner = Banner()
    banner.setParent(panel)
    notices = Notices(banner, panel)
    made = PricePresenter(told, panel, notices, panel)  # type: ignore[arg-type]
    made.banner = banner  # type: ignore[attr-defined]
    return made


def figure(panel: RecipePanel, name: str) -> QPushButton:
    [found] = [each for each in panel.findChildren(QPushButton) if each.accessibleName() == name]
    return found


def pointed_at(button: QPushButton) -> str:
    event = QHelpEvent(QEvent.Type.ToolTip, QPoint(1, 1), button.mapToGlobal(QPoint(1, 1)))
    QApplication.sendEvent(button, event)
    return button.toolTip()


def test_the_price_follows_the_fields(presenter, panel):
    price = figure(panel, "Price")
    assert price.text() == "4 pictures · about $0.0036"
    panel.set_raw({"samples": 40})
    assert price.text() == "40 pictures · about $0.04"
    panel.set_raw({"samples": 1})
    assert price.text() == "1 picture · about $0.0009"
    panel.set_raw({"samples": "many"})
    assert price.text() == "price not known"
    assert pointed_at(price) == words.NOT_MEANT_HELP


def test_pointing_tells_where_it_comes_from_and_the_exact_amount(presenter, panel, told):
    price = figure(panel, "Price")
    assert pointed_at(price) == "Wiro’s price list: $0.0036\nRead 2 min ago."
    assert "Read 2 min ago" in price.accessibleDescription()
    told.quote = lambda _request: Quote(
        Decimal("0.003512345678"),
        at_least=True,
        source=PriceSource.PAST,
        as_of=time.time() - 60,
        runs=12,
    )
    presenter.show_price()
    assert price.text() == "4 pictures · from $0.0035"
    assert pointed_at(price) == (
        "Median of 12 past runs like this: $0.003512345678\nThe newest was made 1 min ago.\n"
        "Your past runs do not say what this recipe costs beyond that."
    )


def test_an_unknown_price_is_said_never_zero(presenter, panel, told):
    told.quote = lambda _request: None
    presenter.show_price()
    assert figure(panel, "Price").text() == "4 pictures · price not known"
    assert pointed_at(figure(panel, "Price")).replace("\n", " ") == words.NOT_KNOWN_HELP


def test_before_anything_is_known_nothing_is_said_of_it(presenter, panel, told):
    told.known = False
    presenter.show_price()
    assert figure(panel, "Price").text() == "4 pictures"


def test_the_sandbox_is_free(presenter, panel, told):
    told.free = True
    presenter.show_price()
    assert figure(panel, "Price").text() == "4 pictures · free"


def test_the_balance_is_there_only_when_it_was_told(presenter, panel):
    balance = figure(panel, "Balance")
    assert balance.isHidden()
    presenter.show_balance(BalanceChanged(Decimal("1234.561"), time.time() - 300))
    assert balance.isVisible()
    QApplication.processEvents()
    assert balance.text() == "$1,234.56 left"
    assert pointed_at(balance) == "Balance at Wiro: $1,234.561\nTold 5 min ago."
    presenter.show_balance(BalanceChanged(None))
    assert balance.isHidden()


def test_either_leads_to_what_was_spent(presenter, panel, qtbot):
    presenter.show_balance(BalanceChanged(Decimal(1), time.time()))
    for name in ("Price", "Balance"):
        with qtbot.waitSignal(presenter.spending_requested, timeout=1000):
            figure(panel, name).click()


def test_a_narrow_panel_cuts_the_price_and_keeps_the_balance(presenter, panel):
    panel.set_raw({"samples": 1_000_000})
    presenter.show_balance(BalanceChanged(Decimal("123456.78"), time.time()))
    panel.resize(NARROWEST, 900)
    QApplication.processEvents()
    assert figure(panel, "Price").text().endswith("…")
    assert figure(panel, "Balance").text() == "$123,456.78 left"


def test_what_the_server_says_of_an_input_stands_at_its_field(presenter, panel):
    notice = panel._fields["steps"].notice
    presenter.show_model(ModelChanged({"steps": Limits(1, 50), "scheduler": Limits(options={"x"})}))
    assert not notice.text
    panel.set_raw({"steps": 55})
    assert notice.text == "Wiro lists values from 1 to 50."
    assert not notice.is_error
    assert panel._fields["scheduler"].notice.text == "Wiro does not list this option."
    requests = []
    panel.generate_requested.connect(requests.append)
    panel.generate()
    assert requests[0]["steps"] == 55  # advice refuses nothing
    presenter.show_model(ModelChanged({}))
    assert "50 steps" in notice.text


def test_a_model_that_is_gone_is_told(presenter):
    presenter.show_model(ModelChanged({}, gone=True))
    assert "futurist/cartoonmix-v1-0" in presenter.banner.findChildren(QLabel)[0].text()
