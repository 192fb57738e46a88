"""What is due is mailed once, the oldest first, and what fails is kept."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from providers.errors import BadResponse, Unreachable
from providers.smtp.server import MailServer
from sre_tui.memory.place import Place
from sre_tui.memory.report import Report
from sre_tui.memory.reports import Reports
from sre_tui.memory.store import Store, open_store
from sre_tui.report.delivery import Delivery, deliver, send_again, send_due
from sre_tui.report.html import Html
from sre_tui.report.message import Letter
from sre_tui.settings.mailing import Mailing
from tests.stubs.ports import free_ports
from tests.stubs.smtp_server import MailBox, line_server, smtp_server
from tests.unit.memory.killing import forked

NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
DAY = timedelta(days=1)
TO, SECOND = "you@home.arpa", "second@home.arpa"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "memory" / "memory.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    with open_store(Place(path=path)) as store:
        yield store


def mailing(port: int, *to: str, **server: Any) -> Mailing:
    at = {"host": "127.0.0.1", "port": port, "timeout": 5, **server}
    return Mailing(MailServer.model_validate(at), "sre@home.arpa", to or (TO,))


def report(id_: str, age: timedelta = timedelta()) -> Report:
    made = NOW - age
    return Report(id=id_, homelab="attic", made=made, since=made - 7 * DAY, until=made)


def write(report: Report) -> Letter:
    return Letter(f"This is {report.id}.", Html(f"<p>This is {report.id}.</p>"))


async def delivered(store: Store, one: Report, port: int, *to: str, **server: Any) -> Delivery:
    return await deliver(store, one, mailing(port, *to, **server), write, lambda: NOW)


async def due(store: Store, port: int) -> Delivery:
    return await send_due(store, mailing(port), write, lambda: NOW)


def told(box: MailBox) -> list[str]:
    """What the mails say, in the order in which they came."""
    found = []
    for message in box.mails:
        text = message.get_body(("plain",))
        assert text is not None
        found.append(str(text.get_content()).strip())
    return found


async def test_a_report_is_mailed_once(store: Store) -> None:
    async with smtp_server() as box:
        assert await delivered(store, report("r1"), box.port) == Delivery(sent=["r1"])
        assert await due(store, box.port) == Delivery()
    assert told(box) == ["This is r1."]
    (row,) = Reports(store).latest()
    assert (row.mailed, row.mail_due, row.mail_tries) == (NOW, False, 0)


async def test_what_could_not_be_sent_goes_first_the_next_time(store: Store) -> None:
    nowhere = free_ports()
    done = await delivered(store, report("old", DAY), nowhere)
    assert (done.sent, [each.id for each in done.failed], done.waiting) == ([], ["old"], [])
    assert isinstance(done.failed[0].error, Unreachable)
    done = await delivered(store, report("new"), nowhere)
    assert ([each.id for each in done.failed], done.waiting) == (["old"], ["new"])
    first, second = Reports(store).due()
    assert (first.id, first.mail_tries, second.id, second.mail_tries) == ("old", 2, "new", 0)
    assert "nothing listens at" in first.mail_problem
    async with smtp_server() as box:
        assert (await delivered(store, report("newest"), box.port)).sent == ["old", "new", "newest"]
    assert told(box) == ["This is old.", "This is new.", "This is newest."]
    assert Reports(store).due() == ()


async def test_a_mail_that_is_refused_does_not_hold_up_the_next(store: Store) -> None:
    Reports(store).add(report("big", DAY), mail_due=True)

    def verbose(one: Report) -> Letter:
        return Letter("x" * (5000 if one.id == "big" else 5), Html("<p>x</p>"))

    async with smtp_server(data_size_limit=4000) as box:
        done = await deliver(store, report("small"), mailing(box.port), verbose, lambda: NOW)
    assert (done.sent, [each.id for each in done.failed]) == (["small"], ["big"])
    assert isinstance(done.failed[0].error, BadResponse)
    assert [each.id for each in Reports(store).due()] == ["big"]


@pytest.mark.parametrize("last", [b"MAIL", b"RCPT", b"DATA", b"This is r1."])
async def test_of_a_mail_that_breaks_off_in_the_middle_nothing_is_kept(
    store: Store, last: bytes
) -> None:
    """Not with the server, nor of the try: the next one sends all of it, once."""
    heard: list[bytes] = []

    def answer(line: bytes) -> bytes | None:
        heard.append(line)
        if line.upper().startswith(last.upper()):
            return None
        known = {b"EHLO": b"250 mx\r\n", b"MAIL": b"250 ok\r\n", b"RCPT": b"250 ok\r\n"}
        return {**known, b"DATA": b"354 go on\r\n"}.get(line[:4].upper(), b"")

    async with line_server(answer) as port:
        done = await delivered(store, report("r1"), port)
    assert heard[-1].upper().startswith(last.upper())
    assert (done.sent, [each.id for each in done.failed]) == ([], ["r1"])
    assert isinstance(done.failed[0].error, Unreachable)
    (row,) = Reports(store).due()
    assert (row.mail_tries, row.mailed) == (1, None)
    async with smtp_server() as box:
        assert (await due(store, box.port)).sent == ["r1"]
        assert await due(store, box.port) == Delivery()
    assert told(box) == ["This is r1."]


async def test_who_did_not_get_it_is_named_and_it_is_not_sent_again(store: Store) -> None:
    async with smtp_server(MailBox(refuses={SECOND: "550 5.1.1 unknown"})) as box:
        done = await delivered(store, report("r1"), box.port, TO, SECOND)
    assert done.sent == ["r1"]
    assert list(done.refused) == [SECOND]
    (row,) = Reports(store).latest()
    assert not row.mail_due
    assert row.mail_problem.startswith(f"{SECOND}: 127.0.0.1:")


async def test_one_that_is_asked_for_is_mailed_alone_and_again(store: Store) -> None:
    old, waiting = report("old", 90 * DAY), report("waiting", DAY)
    Reports(store).add(old)
    Reports(store).add(waiting, mail_due=True)

    async def again(one: Report, port: int) -> object:
        return await send_again(store, one, mailing(port), write, lambda: NOW)

    async with smtp_server() as box:
        assert await again(old, box.port) is not None
        assert await again(old, box.port) is not None
    assert told(box) == ["This is old."] * 2
    for one in (old, waiting):
        with pytest.raises(Unreachable):
            await again(one, free_ports())
    # What waits for the next run still does; what was only asked for does not.
    (row,) = Reports(store).due()
    assert (row.id, row.mail_tries) == ("waiting", 1)
    claimed = Reports(store).claim("waiting", "elsewhere", lambda: NOW, DAY)
    assert claimed
    assert await again(waiting, free_ports()) is None


async def test_several_at_once_send_each_report_once(path: Path) -> None:
    with open_store(Place(path=path)) as first:
        for number in range(4):
            Reports(first).add(report(f"r{number}"), mail_due=True)
        async with smtp_server() as box:
            with open_store(Place(path=path)) as second:
                both = await asyncio.gather(due(first, box.port), due(second, box.port))
    assert sorted(told(box)) == [f"This is r{number}." for number in range(4)]
    assert sorted([*both[0].sent, *both[1].sent]) == [f"r{number}" for number in range(4)]


async def test_what_a_killed_process_was_sending_is_taken_over_after_a_time(store: Store) -> None:
    reports = Reports(store)
    reports.add(report("r1"), mail_due=True)
    patience = timedelta(seconds=5 * 10 + 60)
    assert reports.claim("r1", "killed", lambda: NOW - patience + timedelta(seconds=1), patience)
    async with smtp_server() as box:
        assert await due(store, box.port) == Delivery(elsewhere=["r1"])
        later = await send_due(store, mailing(box.port), write, lambda: NOW + timedelta(seconds=1))
        assert later == Delivery(sent=["r1"])
    assert len(box.taken) == 1


def test_one_that_was_killed_between_archive_and_mail_is_sent_once_by_the_next(path: Path) -> None:
    reading, writing = os.pipe()

    def killed(one: Report) -> Letter:
        os.write(writing, b"x")
        time.sleep(600)
        return write(one)

    async def deliver_and_die() -> None:
        with open_store(Place(path=path)) as store:
            await deliver(store, report("r1"), mailing(free_ports()), killed, lambda: NOW)

    child = forked(lambda: asyncio.run(deliver_and_die()))
    os.close(writing)
    assert os.read(reading, 1) == b"x"
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)

    async def next_ones() -> list[str]:
        with open_store(Place(path=path)) as store:
            async with smtp_server() as box:
                at_once = await due(store, box.port)
                later = [
                    await send_due(store, mailing(box.port), write, lambda: NOW + DAY)
                    for _ in range(2)
                ]
            # Nobody knows yet that who claimed it is dead.
            assert at_once == Delivery(elsewhere=["r1"])
            assert later == [Delivery(sent=["r1"]), Delivery()]
            return told(box)

    assert asyncio.run(next_ones()) == ["This is r1."]


async def test_nobody_is_mailed_what_is_a_month_old(store: Store) -> None:
    reports = Reports(store)
    reports.add(report("old", 31 * DAY), mail_due=True)
    reports.add(report("fresh", 30 * DAY), mail_due=True)
    assert reports.claim("old", "a", lambda: NOW, DAY)
    reports.not_mailed("old", "a", "nobody listens")
    async with smtp_server() as box:
        done = await due(store, box.port)
    assert done.sent == ["fresh"]
    (line,) = done.given_up
    assert line.startswith("the report old is mailed no more: it could not be sent for 30 days")
    assert line.endswith("; the last try: nobody listens")
    assert reports.due() == ()
    assert reports.get("old").id == "old"


async def test_what_is_called_off_is_free_for_the_next(store: Store) -> None:
    asked = asyncio.Event()
    loop = asyncio.get_running_loop()

    def answer(line: bytes) -> bytes:
        loop.call_soon(asked.set)
        return b""

    async with line_server(answer) as port:
        task = asyncio.create_task(delivered(store, report("r1"), port, timeout=60))
        await asked.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    (row,) = Reports(store).due()
    assert row.mail_tries == 0
    async with smtp_server() as box:
        assert (await due(store, box.port)).sent == ["r1"]


async def test_it_is_mailed_even_if_it_cannot_be_archived(path: Path) -> None:
    path.parent.write_text("a file where the folder would be")
    with open_store(Place(path=path)) as store:
        async with smtp_server() as box:
            done = await delivered(store, report("r1"), box.port)
        assert (done.sent, told(box)) == (["r1"], ["This is r1."])
        assert "cannot be" in done.not_archived
        with pytest.raises(Unreachable, match="nothing listens"):
            await delivered(store, report("r2"), free_ports())


async def test_what_is_archived_and_cannot_be_read_is_told_and_the_rest_is_sent(
    store: Store,
) -> None:
    Reports(store).add(report("bad", DAY), mail_due=True)
    with store.writing() as connection:
        connection.exec_driver_sql("""UPDATE reports SET document = '{"id": 7}'""")
    async with smtp_server() as box:
        done = await delivered(store, report("good"), box.port)
    assert (done.sent, [each.id for each in done.failed]) == (["good"], ["bad"])
    assert "the report bad cannot be read" in str(done.failed[0].error)


async def test_only_so_many_stay(store: Store) -> None:
    async with smtp_server() as box:
        for number in range(3):
            age = timedelta(hours=3 - number)
            await deliver(
                store, report(f"r{number}", age), mailing(box.port), write, lambda: NOW, keep=2
            )
    assert [each.id for each in Reports(store).latest()] == ["r2", "r1"]
