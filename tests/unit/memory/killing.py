"""Kills processes that record, archive reports and migrate, and lets several write at once.

``python -m tests.unit.memory.killing --kills 200 --seconds 30`` does it thoroughly, in a folder
that is thrown away; with ``--url`` the writers write to a PostgreSQL. The suite runs a few rounds.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import text

from sre_tui.memory.incident import Incident
from sre_tui.memory.incidents import Incidents, Wanted, new_id
from sre_tui.memory.place import Place
from sre_tui.memory.report import Report, Summary
from sre_tui.memory.reports import Reports
from sre_tui.memory.steps import STEPS, Step
from sre_tui.memory.store import Store, open_store

WRITERS = 3
MANY_KILLS = 20
"""Kills of which some must come after a report was archived, and kills of migrations of which some
must come before their end and some after it."""
MANY_STEPS = (*STEPS, *(Step(both=(f"CREATE TABLE later_{n} (a TEXT)",)) for n in range(20)))
NOW = datetime(2026, 11, 20, 23, 0, tzinfo=UTC)
SUMMARY = Summary(text="All is well. " * 20_000)


def incident(title: str = "Jellyfin buffers") -> Incident:
    return Incident(id=new_id(), title=title, started=NOW, recorded=NOW, updated=NOW)


def report() -> Report:
    """One of many pages, so that writing it takes its time."""
    return Report(id=new_id(), homelab="attic", made=NOW, since=NOW, until=NOW, summary=SUMMARY)


def add_incident(store: Store, number: int) -> str:
    one = incident(f"number {number}")
    Incidents(store).add(one)
    return one.id


def add_report(store: Store, number: int) -> str:
    one = report()
    Reports(store).add(one, mail_due=True)
    return one.id


Add = Callable[[Store, int], str]
"""Keeps one more, and gives its id."""


def record(
    place: Place, acknowledged: int, more: Callable[[int], bool], add: Add = add_incident
) -> None:
    """Record one after the other, and tell of each when it is said to be kept."""
    with open_store(place) as store:
        done = 0
        while more(done):
            os.write(acknowledged, f"{add(store, done)}\n".encode())
            done += 1


def forked(work: Callable[[], None]) -> int:
    """The process that does it."""
    child = os.fork()
    if not child:
        code = 1
        try:
            work()
            code = 0
        except KeyboardInterrupt:
            pass
        except BaseException:
            traceback.print_exc()
        finally:
            # Never back into the program that was forked, as a second one of it.
            os._exit(code)
    return child


def told(pipe: int) -> list[str]:
    """All ids that came through a pipe whose writers have ended; a torn last line is none."""
    with os.fdopen(pipe) as stream:
        return [line.strip() for line in stream if line.endswith("\n")]


def check(place: Place, acknowledged: list[str]) -> int:
    """Whether the memory opens, is whole, and has all that was acknowledged; how much it has."""
    with open_store(place) as store:
        kept = Incidents(store).all()
        archived = [each.id for each in Reports(store).due()]
        missing = set(acknowledged) - {*(each.id for each in kept), *archived}
        assert not missing, f"acknowledged and lost: {missing}"
        for each in archived:
            assert Reports(store).get(each).summary == SUMMARY
        assert Incidents(store).find(Wanted(words="number", limit=1)).total == len(kept)
        if place.path is not None and place.path.exists():
            with store.writing() as connection:
                assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
                connection.execute(
                    text("INSERT INTO incident_words (incident_words) VALUES ('integrity-check')")
                )
    return len(kept) + len(archived)


def kill_while_recording(path: Path, chance: random.Random, add: Add = add_incident) -> int:
    """One process that is killed while it records, some rows after it began; how many it told of.

    The moment is counted in rows, so that a slow machine has written as much by then.
    """
    reading, writing = os.pipe()
    child = forked(lambda: record(Place(path=path), writing, lambda done: True, add))
    os.close(writing)
    first = [os.read(reading, 9) for _ in range(chance.randint(0, 4))]
    time.sleep(chance.uniform(0, 0.02))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    acknowledged = [*(line.decode().strip() for line in first), *told(reading)]
    check(Place(path=path), acknowledged)
    return len(acknowledged)


def kill_while_migrating(path: Path, chance: random.Random, usual: float) -> int:
    """One process that is killed while it brings an earlier memory up to date; its version then.

    Args:
        path: where the memory is made.
        chance: says when.
        usual: seconds that it takes here.
    """
    with open_store(Place(path=path)) as store:
        Incidents(store).add(incident("number 0"))
    begun, beginning = os.pipe()

    def work() -> None:
        os.write(beginning, b"x")
        migrate(path)

    child = forked(work)
    os.read(begun, 1)
    os.close(begun)
    os.close(beginning)
    time.sleep(chance.uniform(0, 1.5 * usual))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    version = _version(path)
    assert version in (len(STEPS), len(MANY_STEPS)), version
    with open_store(Place(path=path), MANY_STEPS) as store, store.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM later_19").scalar() == 0
        assert connection.exec_driver_sql("SELECT count(*) FROM incidents").scalar() == 1
    return version


def migrate(path: Path) -> None:
    """Bring a memory to the last of many versions."""
    with open_store(Place(path=path), MANY_STEPS) as store, store.writing():
        pass


def usual_migration(path: Path) -> float:
    """Seconds that a migration takes here."""
    with open_store(Place(path=path)) as store:
        Incidents(store).add(incident())
    began = time.monotonic()
    migrate(path)
    return time.monotonic() - began


def _version(path: Path) -> int:
    import sqlite3

    connection = sqlite3.connect(path)
    try:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])
    finally:
        connection.close()


def write_at_once(place: Place, more: Callable[[int], bool]) -> int:
    """Several processes that create the memory and write to it at the same time; what is kept."""
    reading, writing = os.pipe()
    children = [forked(lambda: record(place, writing, more)) for _ in range(WRITERS)]
    os.close(writing)
    acknowledged = told(reading)
    codes = [os.waitpid(child, 0)[1] for child in children]
    assert codes == [0] * WRITERS, codes
    assert check(place, acknowledged) >= len(acknowledged)
    return len(acknowledged)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--rows", type=int, default=0, help="rows of each writer, not seconds")
    parser.add_argument("--url", default="")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    chance = random.Random(given.seed)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        path, recorded, archived, versions = root / "0" / "memory.db", 0, 0, []
        usual = usual_migration(root / "usual.db")
        for number in range(given.kills):
            if number % 2:
                place = root / f"m{number}.db"
                versions.append(kill_while_migrating(place, chance, usual))
                continue
            if number % 8 == 0:
                path = root / str(number) / "memory.db"
            if number % 4:
                archived += kill_while_recording(path, chance, add_report)
            else:
                recorded += kill_while_recording(path, chance)
        if given.kills:
            done = sum(version == len(MANY_STEPS) for version in versions)
            # Where nothing was under way when it was killed, nothing was tested.
            assert recorded, "nothing was recorded before the kills"
            assert archived or given.kills < MANY_KILLS, "nothing was archived before the kills"
            assert len(versions) < MANY_KILLS or 0 < done < len(versions), versions
            sys.stdout.write(
                f"{given.kills} killed: nothing lost of {recorded} rows and {archived} reports; "
                f"{done} of {len(versions)} migrations had ended\n"
            )
        until = time.monotonic() + given.seconds
        target = Place(url=given.url) if given.url else Place(path=root / "at-once" / "memory.db")
        rows = write_at_once(
            target,
            lambda done: done < given.rows if given.rows else time.monotonic() < until,
        )
        sys.stdout.write(f"{WRITERS} writers at once: {rows} rows acknowledged, all there\n")


if __name__ == "__main__":
    main()
