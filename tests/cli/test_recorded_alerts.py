"""What listings of alerts tell of the journal."""

from __future__ import annotations

import time
from socket import socket

import pytest

from tests.cli.running import Sre

ALERT = "SmartDiskFailing"


def test_an_alert_tells_how_often_and_when_it_was_recorded(sre: Sre) -> None:
    file = sre.home / "journal" / "memory.db"
    sre = sre.having(MEMORY_DB_URL=f"sqlite:///{file}")
    fresh = sre("alerts", "--json")
    assert (fresh.code, fresh.document["data"]["recorded"]) == (0, [])
    assert not file.parent.exists()

    for started, ended in (("2026-01-02T03:04", "2026-01-02T05:00"), ("2026-02-03T04:05", None)):
        over = ["--ended", ended] if ended is not None else []
        done = sre(
            "incidents", "record", "sdc", "--alert", ALERT.lower(), "--started", started, *over
        )
        assert done.code == 0
    name = done.out.strip()
    last = {"alert": ALERT, "times": 2, "going_on": 1, "last": "2026-02-03T04:05:00Z",
            "incident": name}  # fmt: skip
    told = sre("alerts", "list", "smart", "--json")
    assert told.document["data"]["recorded"] == [last]
    line = (
        f"{ALERT} is twice in your journal, 1 of them still open, last from 2026-02-03 04:05 UTC: "
        f"sre incidents show {name}"
    )
    shown = sre("alerts")
    assert shown.code == 0
    assert shown.err.splitlines()[-1] == line
    assert "Recorded" not in shown.out
    one = sre("alerts", "show", ALERT, "--host", "nas1")
    assert f"Recorded            {ALERT} is twice in your journal, 1 of them still open" in one.out
    assert (
        sre("alerts", "show", ALERT, "--host", "nas1", "--json").document["data"]["recorded"]
        == last
    )


def test_a_journal_that_cannot_be_read_is_one_line(sre: Sre) -> None:
    file = sre.home / "text.db"
    file.write_text("this is no database " * 100, encoding="utf-8")
    broken = sre.having(MEMORY_DB_URL=f"sqlite:///{file}")
    for arguments in (["alerts"], ["alerts", "show", ALERT, "--host", "nas1"]):
        done = broken(*arguments)
        assert done.code == 0
        (line,) = (each for each in done.err.splitlines() if "journal" in each)
        assert line.startswith("the journal was not read: ")
        assert ALERT in done.out


def test_a_journal_that_says_nothing_is_waited_for_as_long_as_promised(
    sre: Sre, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sre_tui.tools.journal.PATIENCE", 0.3)
    with socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        port = silent.getsockname()[1]
        for address in (f"u:p@127.0.0.1:{port}/d?connect_timeout=60",
                        f"u:p@/d?host=127.0.0.1,127.0.0.1&port={port},{port}"):  # fmt: skip
            began = time.monotonic()
            done = sre.having(MEMORY_DB_URL=f"postgresql://{address}")("alerts")
            # A run waits at its end for what it has under way: the driver alone takes 60 s, or 10.
            assert time.monotonic() - began < 5
            assert done.code == 0
            assert ALERT in done.out
            (line,) = (each for each in done.err.splitlines() if "journal" in each)
            assert line.startswith("the journal was not read: PostgreSQL at 127.0.0.1")
            assert "it gives no answer" in line
