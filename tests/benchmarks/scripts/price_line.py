"""A changed field, until its price is painted, with the longest list and the longest past.

Prints one JSON object: seconds of each change, and those of a plain label's new text.
"""

from __future__ import annotations

import json
import sys
import time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QVBoxLayout, QWidget

from cartoonmix_desktop.core.money.past_charges import PastCharges
from cartoonmix_desktop.core.money.price_list import PriceList
from cartoonmix_desktop.core.recipe.request import GenerationRequest
from cartoonmix_desktop.core.recipe.work import LOOKED_AT, PastRun
from cartoonmix_desktop.ui.notices import Notices
from cartoonmix_desktop.ui.recipe.panel import RecipePanel
from cartoonmix_desktop.ui.recipe.price_presenter import PricePresenter
from cartoonmix_desktop.ui.widgets.notice import Banner
from cartoonmix_desktop.ui.widgets.theme import Theme

if TYPE_CHECKING:
    from collections.abc import Callable

    from cartoonmix_desktop.core.money.quote import Quote

_CHANGES = 60
_ROWS = 500


class Prices:
    """A list that tells nothing exactly, so that the past is asked as well."""

    known, free = True, False

    def __init__(self) -> None:
        rows = [
            {
                "inputs": {"samples": str(n % 7), "steps": str(n % 90), "resolution": "720p"},
                "price": "0.1",
                "priceMethod": "per-run",
            }
            for n in range(_ROWS)
        ]
        self._list = PriceList.read({"dynamicprice": rows}, time.time())
        self._past = PastCharges(
            PastRun(
                GenerationRequest.build({"samples": 1 + n % 8, "steps": 10 + n}),
                time.time(),
                None,
                Decimal((1 + n % 8) * (10 + n)) / 100_000,
            )
            for n in range(LOOKED_AT)
        )

    def quote(self, request: GenerationRequest) -> Quote | None:
        """As `services.money.prices.Prices` does it."""
        return self._past.price(request) or self._list.price(request)


class Painted(QObject):
    """Times a widget from a change to its paint."""

    def __init__(self, app: QApplication, watched: QWidget) -> None:
        super().__init__()
        self._app, self._painted = app, False
        watched.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802  Qt's name
        self._painted = self._painted or event.type() == QEvent.Type.Paint
        return False

    def after(self, change: Callable[[], object]) -> float:
        """Seconds from the beginning of a change until it is painted."""
        self._app.processEvents()
        self._painted = False
        began = time.perf_counter()
        change()
        while not self._painted:
            self._app.processEvents()
        return time.perf_counter() - began


def main() -> None:
    app = QApplication([])
    theme = Theme(app)
    theme.apply("dark")
    window = QWidget()
    window.resize(320, 900)
    panel, bare, banner = RecipePanel(), QLabel("0"), Banner()
    column = QVBoxLayout(window)
    for part in (banner, panel, bare):
        column.addWidget(part)
    prices: Any = Prices()
    presenter = PricePresenter(prices, panel, Notices(banner, panel), panel)
    window.show()
    buttons = panel.findChildren(QPushButton)
    price = next(button for button in buttons if button.accessibleName() == "Price")
    of_price, of_label = Painted(app, price), Painted(app, bare)
    told: dict[str, list[float]] = {"price": [], "label": []}
    said = set()
    for count in range(1, _CHANGES + 1):
        told["label"].append(of_label.after(lambda n=count: bare.setText(f"{n} pictures")))
        told["price"].append(of_price.after(lambda n=count: panel.set_raw({"samples": n})))
        said.add(price.text())
    assert len(said) == _CHANGES, "each change has its price"
    assert presenter.parent() is panel
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main()
