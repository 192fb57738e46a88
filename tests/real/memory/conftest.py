"""One real PostgreSQL, memories in it and on SQLite, and what the tests put into them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sre_tui.memory.incident import Incident
from sre_tui.memory.incidents import Incidents, Wanted, new_id
from sre_tui.memory.place import Place
from sre_tui.memory.store import Store, open_store
from tests.real.postgresql import (
    URL_PASSWORD,
    USER,
    programs,
    running_postgresql,
    throw_away_folder,
)

NOW = datetime(2026, 11, 20, 23, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
HOSTILE = (
    *('"', "'", "a AND", "NEAR(a b, 3)", "title:x", "*", "-x", "^a", "(", ")", "a OR OR b", "!"),
    *("&", "a & | !", "':*", "\\", "x:*AB", "%", "_", "{a b}:c", "\x00", "\ud800", "−", "日本"),
    *("'; DROP TABLE incidents--", "a" * 5000, " ".join(f"w{n}" for n in range(500))),
)


@pytest.fixture(scope="session")
def port() -> Iterator[int]:
    """Where PostgreSQL listens; one worker runs all tests of this folder, so it starts once."""
    if programs() is None and "CI" not in os.environ:
        pytest.skip("PostgreSQL is not installed: Debian's package is postgresql")
    with throw_away_folder() as folder, running_postgresql(folder) as port:
        yield port


@pytest.fixture
def schema(port: int) -> Callable[[], str]:
    """Gives addresses of empty memories, each in a schema of its own."""

    def make() -> str:
        name = f"s{new_id()}"
        with open_store(Place(url=address(port))) as store, store.writing() as connection:
            connection.exec_driver_sql(f"CREATE SCHEMA {name}")
        return f"{address(port)}?options=-csearch_path%3D{name}"

    return make


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    if request.param == "sqlite":
        return Place(path=tmp_path / "memory.db")
    return Place(url=request.getfixturevalue("schema")())


@pytest.fixture
def store(place: Place) -> Iterator[Store]:
    with open_store(place) as store:
        yield store


def address(port: int, password: str = URL_PASSWORD, database: str = "postgres") -> str:
    return f"postgresql://{USER}:{password}@127.0.0.1:{port}/{database}"


def incident(title: str = "Jellyfin buffers", **values: object) -> Incident:
    whole = {"id": new_id(), "title": title, "started": NOW, "recorded": NOW, "updated": NOW}
    return Incident.model_validate({**whole, **values})


def titles(store: Store, words: str = "", **wanted: object) -> list[str]:
    found = Incidents(store).find(Wanted(words=words, **wanted))  # type: ignore[arg-type]
    return [each.title for each in found.items]
