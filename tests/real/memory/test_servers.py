"""PostgreSQL servers that refuse, are busy, lose the connection or go silent."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable

import pytest
from sqlalchemy import text

from providers.errors import BadResponse, Unauthorized, Unreachable
from sre_tui.memory import postgresql_store
from sre_tui.memory.incidents import Incidents
from sre_tui.memory.place import Place
from sre_tui.memory.refusals import NotSetUp, PerhapsKept
from sre_tui.memory.store import open_store
from tests.stubs.ports import free_ports

from .conftest import address, incident, titles


def test_a_server_that_cannot_be_used_is_told_in_a_line_without_the_password(port: int) -> None:
    nowhere = free_ports()
    for url, kind in (
        (address(port, "wrong"), Unauthorized),
        (address(port, database="none"), NotSetUp),
        (address(nowhere), Unreachable),
        (f"{address(port)}?foo=bar", NotSetUp),
        (address(port, ""), Unauthorized),
        (
            f"postgresql:///postgres?host=127.0.0.1&port={port}&user=sre&password=wrong",
            Unauthorized,
        ),
    ):
        with (
            open_store(Place(url=url)) as store,
            pytest.raises(kind, match=r"PostgreSQL at 127\.0\.0\.1:") as caught,
        ):
            Incidents(store).all()
        assert "\n" not in str(caught.value)
        assert not any(word in repr(caught.value) for word in ("wrong", "horse"))


def test_a_refusal_is_told_by_its_code_and_not_by_the_names_in_it(port: int) -> None:
    with open_store(Place(url=address(port))) as store, store.writing() as connection:
        connection.exec_driver_sql("CREATE ROLE guest LOGIN PASSWORD 'gh0st' CONNECTION LIMIT 0")
    for url, kind, said in (
        (address(port, "wr0ng"), Unauthorized, "refuses the password: "),
        (address(port, database="none"), NotSetUp, "has no such database: "),
        (f"postgresql://guest:gh0st@127.0.0.1:{port}/postgres", Unreachable, "no connection free"),
    ):
        with open_store(Place(url=url)) as store, pytest.raises(kind, match=said) as caught:
            Incidents(store).all()
        assert not any(word in repr(caught.value) for word in ("wr0ng", "gh0st", "horse"))


def test_a_lock_that_another_one_holds_is_a_matter_of_time(schema: Callable[[], str]) -> None:
    place = Place(url=schema())
    with open_store(place) as store, open_store(place) as other:
        one = incident()
        Incidents(store).add(one)

        def write_beside() -> None:
            with other.writing() as waiting:
                waiting.execute(text("SET LOCAL lock_timeout = '1ms'"))
                waiting.execute(text("DELETE FROM incidents"))

        with store.writing() as holding:
            holding.execute(text("LOCK TABLE incidents IN ACCESS EXCLUSIVE MODE"))
            with pytest.raises(Unreachable, match="is too busy: ") as caught:
                write_beside()
        assert caught.value.transient


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:p@ss-w0rd@127.0.0.1/d",
        "postgresql://u:p@ss/w0rd@127.0.0.1/d",
        "postgresql://u:p@ss?w0rd=x@127.0.0.1/d",
        "postgresql://u:p@127.0.0.1/d?password=p@w0rd",
    ],
)
def test_an_address_whose_password_ends_nobody_knows_where_is_refused(url: str) -> None:
    with pytest.raises(NotSetUp, match=r"more than one @: .* is written %40$") as caught:
        open_store(Place(url=url))
    assert "w0rd" not in str(caught.value)


def test_a_server_is_called_by_what_the_parameters_say() -> None:
    for url, name in (
        ("postgresql://u:p%40x@db.home/d", "db.home:5432/d"),
        ("postgresql://u@[::1]:5433", "::1:5433/u"),
        ("postgresql:///?host=/run/pg&dbname=d&user=u", "/run/pg:5432/d"),
        ("postgresql:///d?host=a:1&host=b:2", "a:1,b:2/d"),
    ):
        with open_store(Place(url=url)) as store:
            assert store.name == f"PostgreSQL at {name}"


def test_reading_cannot_write_and_a_lost_connection_is_made_anew(
    schema: Callable[[], str], port: int
) -> None:
    with open_store(Place(url=schema())) as store:
        Incidents(store).add(incident())
        with pytest.raises(BadResponse, match=r"(?i)read-only"), store.reading() as one:
            one.execute(text("DELETE FROM incidents"))
        with open_store(Place(url=address(port))) as other, other.writing() as connection:
            ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> %s"
            own = connection.execute(text("SELECT pg_backend_pid()")).scalar()
            connection.exec_driver_sql(f"{ended} AND usename = 'sre'", (own,))
        assert titles(store) == ["Jellyfin buffers"]


def test_patience_is_over_for_all_that_is_asked_after_it(schema: Callable[[], str]) -> None:
    place = Place(url=schema())
    with open_store(place) as store:
        Incidents(store).add(incident())
    with open_store(place, patience=0.5) as store:

        def sleep() -> None:
            with store.reading() as connection:
                connection.execute(text("SELECT pg_sleep(20)"))

        began = time.monotonic()
        for _ in range(2):
            with pytest.raises(Unreachable):
                sleep()
        assert time.monotonic() - began < 10


def test_a_server_that_goes_silent_is_not_waited_for(
    schema: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_store(Place(url=schema())) as store:
        Incidents(store).add(incident())
        monkeypatch.setattr(postgresql_store, "PATIENCE", 0.2)
        monkeypatch.setattr(postgresql_store, "PATIENCE_WITH_AN_OLD_ONE", 0.2)
        stopped = 0

        def ask_while_it_is_silent() -> None:
            nonlocal stopped
            with store.writing() as connection:
                stopped = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
                os.kill(stopped, signal.SIGSTOP)
                connection.execute(text("SELECT 1"))

        try:
            with pytest.raises(Unreachable, match="does not answer"):
                ask_while_it_is_silent()
        finally:
            os.kill(stopped, signal.SIGCONT)

        def keep_while_it_is_silent() -> None:
            nonlocal stopped
            with store.writing() as connection:
                stopped = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
                connection.execute(text("DELETE FROM incidents WHERE title = 'another'"))
                os.kill(stopped, signal.SIGSTOP)

        try:
            with pytest.raises(PerhapsKept, match="not known whether it was written: Postgre"):
                keep_while_it_is_silent()
        finally:
            os.kill(stopped, signal.SIGCONT)
        with store.reading() as connection:
            pid = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
        os.kill(pid, signal.SIGSTOP)
        try:
            assert titles(store) == ["Jellyfin buffers"]
        finally:
            os.kill(pid, signal.SIGCONT)
