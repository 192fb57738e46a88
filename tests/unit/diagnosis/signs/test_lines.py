"""What lines tell: since when, of whom, and whether it is anything new."""

from __future__ import annotations

from datetime import timedelta

from sre_tui.diagnosis.finding import Severity
from tests.unit.diagnosis.signs.stage import NOW, found, homelab, written

LOCKED = "sqlite3.OperationalError: database is locked"


def test_began_with_its_first_line() -> None:
    (one,) = found(written(LOCKED, (12, 30, 47)), homelab())
    assert (one.kind, one.subject.name) == ("database_locked", "docker1/app")
    assert one.since == NOW - timedelta(minutes=47)
    assert one.until == NOW - timedelta(minutes=12)
    assert one.severity is Severity.WARNING
    assert not one.open_start
    assert one.why
    assert one.advice


def test_what_was_always_written_is_nothing_new() -> None:
    (one,) = found(written(LOCKED, range(1, 360, 10)), homelab())
    assert one.severity is Severity.NOTE
    assert one.open_start
    assert "all along" in one.text


def test_what_was_always_written_but_now_much_more_is_new() -> None:
    often = [*range(30, 360, 10), *(each / 4 for each in range(120))]
    (one,) = found(written(LOCKED, often), homelab())
    assert one.severity is Severity.WARNING


def test_grave_lines_all_along_stay_a_warning() -> None:
    line = "blk_update_request: I/O error, dev sdc, sector 12 op 0x0:(READ)"
    (one,) = found(written(line, range(1, 360, 10), service="kernel"), homelab())
    assert (one.kind, one.severity) == ("disk_failing", Severity.WARNING)


def test_every_machine_counts() -> None:
    entries = [
        entry for number in range(1, 9) for entry in written(LOCKED, (5,), host=f"docker{number}")
    ]
    names = {one.subject.name for one in found(entries, homelab(8))}
    assert names == {f"docker{number}/app" for number in range(1, 9)}


def test_common_words_alone_tell_of_a_symptom() -> None:
    (one,) = found(written("error while scanning the library", (5,)), homelab())
    assert (one.kind, one.severity) == ("service_errors", Severity.NOTE)
