"""The price of what is entered, the balance, and what the server says of the model."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from cartoonmix_desktop.core.money.caps import Verdict
from cartoonmix_desktop.core.recipe.cartoonmix import CARTOONMIX
from cartoonmix_desktop.core.recipe.inputs import clean_slug
from cartoonmix_desktop.wording.money import prices as words
from cartoonmix_desktop.wording.money.caps import OVER, passed_words

if TYPE_CHECKING:
    from collections.abc import Callable

    from cartoonmix_desktop.core.money.quote import Quote
    from cartoonmix_desktop.core.recipe.request import GenerationRequest
    from cartoonmix_desktop.services.events import BalanceChanged, ModelChanged
    from cartoonmix_desktop.services.money.prices import Prices
    from cartoonmix_desktop.ui.notices import Notices
    from cartoonmix_desktop.ui.recipe.panel import RecipePanel


class PricePresenter(QObject):
    """Keeps the line under Generate true.

    Attributes:
        verdict: tells whether a recipe fits into the caps.
    """

    spending_requested = Signal()

    def __init__(
        self, prices: Prices, panel: RecipePanel, notices: Notices, parent: QObject
    ) -> None:
        """Listen to the form from now on.

        Args:
            prices: tells what a run costs.
            panel: the form.
            notices: where it is said that the model is gone.
            parent: its owner.
        """
        super().__init__(parent)
        self._prices, self._panel, self._notices = prices, panel, notices
        self.verdict: Callable[[GenerationRequest], Verdict] = lambda _request: Verdict()
        self._line = panel.area.price
        self._line.spending_requested.connect(self.spending_requested)
        panel.recipe_changed.connect(self.show_price)
        self.show_price()

    def show_price(self) -> None:
        """Say what the form would cost now."""
        request = self._panel.meant()
        samples = None if request is None else request.samples
        if not self._prices.known:
            self._line.show_price(words.line(samples, ""), str)
        elif self._prices.free:
            self._line.show_price(words.line(samples, words.FREE), lambda: words.FREE_HELP)
        elif request is None:
            self._line.show_price(words.NOT_KNOWN, lambda: words.NOT_MEANT_HELP)
        else:
            quote, told = self._prices.quote(request), self.verdict(request)
            said = words.line(samples, words.price(quote))
            if told.passed:
                said = words.line(None, words.price(quote), OVER[told.passed[0].cap])
            self._line.show_price(said, partial(_price_help, quote, told), warn=bool(told.passed))

    def show_balance(self, balance: BalanceChanged) -> None:
        """Say what is left; nothing where nobody told."""
        said = "" if balance.amount is None else words.left(balance.amount)
        self._line.show_balance(said, partial(_balance_help, balance))

    def show_model(self, model: ModelChanged) -> None:
        """Give the form the server's own words on its inputs; say once that the model is gone."""
        self._panel.show_limits(model.limits)
        if model.gone:
            said = words.model_gone(CARTOONMIX.title, clean_slug(CARTOONMIX.slug))
            self._notices.show_news("model", "warn", said)


def _price_help(quote: Quote | None, told: Verdict) -> str:
    return "\n".join(filter(None, (passed_words(told), words.price_help(quote, time.time()))))


def _balance_help(balance: BalanceChanged) -> str:
    return words.balance_help(balance, time.time())
