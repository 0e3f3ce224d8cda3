"""How drawn examples are tried on a change: the same each time, and none made shorter."""

from __future__ import annotations


def pytest_configure() -> None:
    from hypothesis import Phase, settings  # not before pytest has marked its modules

    phases = (Phase.explicit, Phase.generate)
    settings.register_profile("mutation", phases=phases, derandomize=True, database=None)
    settings.load_profile("mutation")
