"""A history of an older version, renewed while the window waits for it."""

from __future__ import annotations

import pytest

from cartoonmix_desktop.services.library.local_store import LocalStore
from cartoonmix_desktop.services.progress import Stopped
from cartoonmix_desktop.storage.locations import Locations
from cartoonmix_desktop.storage.settings import Settings
from tests.unit.storage.history import test_forms


@pytest.fixture
def locations(tmp_path, monkeypatch):
    monkeypatch.setattr(test_forms, "MANY", 5_000)
    made = Locations.from_environment({"CARTOONMIX_HOME": str(tmp_path / "home")})
    made.create()
    return made


def store_of(locations):
    return LocalStore(locations, Settings(locations.data / "settings.json"))


async def test_it_is_copied_before_and_told_and_goes_on_after_the_window_was_closed(
    locations, monkeypatch
):
    path = locations.data / "history.sqlite3"
    written = test_forms.many(path)
    first = store_of(locations)
    told = []

    def note(share):
        told.append(share)
        if share > 0:
            first.renewal.stop()
        LocalStore._note_renewed(first, share)

    monkeypatch.setattr(first, "_note_renewed", note)
    with pytest.raises(Stopped):
        await first.open()
    await first.close()
    assert told[0] == 0
    assert 0 < told[-1] < 0.5
    [backup] = (locations.data / "backups").iterdir()

    again = store_of(locations)
    await again.open()
    tasks = await again.history.tasks(range(1, len(written) + 1))
    assert [(test_forms.exactly(t.request), t.outputs[0].sha256) for t in tasks] == written
    assert (again.renewal.total, again.renewal.done) == (100, 80)
    await again.close()
    assert list((locations.data / "backups").iterdir()) == [backup]


async def test_what_is_given_up_before_it_is_copied_is_not_changed(locations):
    path = locations.data / "history.sqlite3"
    test_forms.many(path)
    before = test_forms.untouched(path)
    store = store_of(locations)
    store.renewal.stop()
    with pytest.raises(Stopped):
        await store.open()
    await store.close()
    assert test_forms.untouched(path) == before
    assert not list((locations.data / "backups").glob("*"))
