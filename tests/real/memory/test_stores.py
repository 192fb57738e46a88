"""Either store as it is opened, brought up to date, and written by several at once."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence

import pytest
from sqlalchemy import text

from providers.errors import BadResponse
from sre_tui.memory.condition import condition_of
from sre_tui.memory.incidents import Incidents
from sre_tui.memory.place import Place
from sre_tui.memory.refusals import NotKept, NotSetUp
from sre_tui.memory.steps import STEPS, Step
from sre_tui.memory.store import Store, open_store

from .conftest import NOW, incident, titles

LATER = (*STEPS, Step(both=("ALTER TABLE incidents ADD COLUMN note TEXT NOT NULL DEFAULT 'n'",)))


def test_a_transaction_is_kept_whole_or_not_at_all(store: Store) -> None:
    Incidents(store).add(incident("kept"))

    def delete_and_fail() -> None:
        with store.writing() as connection:
            connection.execute(text("DELETE FROM incidents"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        delete_and_fail()
    assert titles(store, "kept") == ["kept"]


def test_every_earlier_version_is_brought_up_to_date_with_what_it_holds(place: Place) -> None:
    with open_store(place, ()) as store, store.writing():
        pass
    with open_store(place) as store:
        Incidents(store).add(incident("from before"))
    with open_store(place, LATER) as store:
        assert titles(store, "before") == ["from before"]
        with store.reading() as connection:
            assert connection.execute(text("SELECT note FROM incidents")).scalar() == "n"
    with (
        open_store(place) as store,
        pytest.raises(BadResponse, match=r"newer sre-tui .its version is 3, this program's 2"),
        store.reading(),
    ):
        pass


def test_who_only_looks_creates_and_changes_nothing(place: Place) -> None:
    def told(steps: Sequence[Step]) -> str:
        return str(condition_of(place, steps))

    def version() -> int:
        with open_store(place) as store, store.looking() as (_, found):
            return found

    with open_store(place) as store:
        name = store.name
    assert told(LATER) == f"nothing recorded yet: the first incident creates {name}"
    assert version() == 0
    with open_store(place) as store:
        Incidents(store).add(incident("over", ended=NOW))
        Incidents(store).add(incident("open"))
    assert told(STEPS) == f"{name}: 2 incidents, 1 of them open"
    assert told(LATER) == (
        f"{name}: 2 incidents, 1 of them open; an earlier version made it, which is brought up to "
        "date when it is next used"
    )
    assert version() == len(STEPS)
    with open_store(place, LATER) as store:
        Incidents(store).add(incident())
    assert told(LATER) == f"{name}: 3 incidents, 2 of them open"
    with pytest.raises(BadResponse, match="newer sre-tui"):
        told(STEPS)


def test_a_step_that_fails_leaves_the_earlier_version(place: Place) -> None:
    broken = (*STEPS, Step(both=("CREATE TABLE half (a TEXT)", "CREATE NONSENSE")))
    with open_store(place) as store:
        Incidents(store).add(incident())
    with (
        open_store(place, broken) as store,
        pytest.raises((BadResponse, NotKept)) as caught,
        store.writing(),
    ):
        pass
    assert "\n" not in str(caught.value)
    with open_store(place, LATER) as store:
        assert titles(store) == ["Jellyfin buffers"]


def test_several_processes_that_start_and_write_at_once_lose_nothing(
    schema: Callable[[], str],
) -> None:
    command = [sys.executable, "-m", "tests.unit.memory.killing", "--kills=0", "--rows=10"]
    done = subprocess.run(
        [*command, f"--url={schema()}"], capture_output=True, text=True, check=False
    )
    assert done.stdout == "3 writers at once: 30 rows acknowledged, all there\n", done.stderr


def test_tables_of_another_program_are_left_alone(schema: Callable[[], str]) -> None:
    place = Place(url=schema())
    with open_store(place, ()) as store, store.writing() as connection:
        connection.execute(text("CREATE TABLE runs (a TEXT)"))
    with open_store(place) as store, pytest.raises(NotSetUp, match="tables of another program"):
        Incidents(store).all()
    with open_store(place, ()) as store, store.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM runs")).scalar() == 0
