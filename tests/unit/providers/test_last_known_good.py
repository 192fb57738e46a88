"""The store of last good answers, when the disk or another program does not play along."""

from __future__ import annotations

import sqlite3
import zlib
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import diskcache
import pytest

from providers.last_known_good import DiskKept

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def test_a_locked_store_is_told_once_and_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = DiskKept(tmp_path)
    assert before.save("a", "x", 1, NOON) is None
    before.close()
    with closing(sqlite3.connect(tmp_path / "cache.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")

        def opened(*_: object, **__: object) -> None:
            raise AssertionError("a locked store must not be opened")

        monkeypatch.setattr(diskcache, "Cache", opened)
        kept = DiskKept(tmp_path)
        assert kept.load("a", "x") is None
        told = kept.save("a", "x", 2, NOON)
        assert told is not None
        assert "locked" in told
        assert kept.save("a", "x", 2, NOON) is None
    monkeypatch.undo()
    assert kept.load("a", "x") is None
    after = DiskKept(tmp_path)
    found = after.load("a", "x")
    assert found is not None
    assert found.value == 1
    after.close()


@pytest.mark.parametrize(
    "error", [diskcache.Timeout(), zlib.error("bad data"), sqlite3.OperationalError("disk full")]
)
def test_a_failing_store_never_raises(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise error

    kept = DiskKept(tmp_path)
    assert kept.save("a", "x", 1, NOON) is None
    monkeypatch.setattr(diskcache.Cache, "set", fails)
    monkeypatch.setattr(diskcache.Cache, "get", fails)
    told = kept.save("a", "x", 1, NOON)
    assert told is not None
    assert told.endswith(str(error) or "locked by another program")
    assert kept.load("a", "x") is None
    kept.close()


def test_a_damaged_entry_costs_only_itself(tmp_path: Path) -> None:
    kept = DiskKept(tmp_path)
    kept.save("a", "x", 1, NOON)
    kept.save("a", "y", 2, NOON)
    with closing(sqlite3.connect(tmp_path / "cache.db", isolation_level=None)) as base:
        base.execute("UPDATE Cache SET value = x'00ff' WHERE rowid = 1")
    assert kept.load("a", "x") is None
    found = kept.load("a", "y")
    assert found is not None
    assert found.value == 2
    kept.close()
