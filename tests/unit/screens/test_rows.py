"""Kinds of rows: what each says of what several sources told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from providers.alerting import AlertState
from providers.truenas import Replication
from sre_tui.live.homelab import COVERAGE, DATASTORES, FORECAST, GUEST_LOAD, GUESTS, POOLS
from sre_tui.live.homelab import SNAPSHOTS as PROTECTION_FEED
from sre_tui.screens.about.tab import Asked
from sre_tui.screens.panes import PANES
from sre_tui.screens.rows import alerts, backups, guests, pools
from sre_tui.screens.rows.kind import RowKind
from sre_tui.tools.prometheus_data import SeriesListing
from sre_tui.tools.proxmox_guest_data import GuestListing
from sre_tui.tools.registry import get_tool
from sre_tui.tools.truenas_data import PoolListing, SnapshotListing
from sre_tui.views.registry import table_view
from tests.screens.homelab import NOW, alert
from tests.screens.panes import (
    FULL,
    GUEST_ROWS,
    LOAD,
    POOL_ROWS,
    PROTECTION,
    TRUENAS,
    beside,
    everything,
    guest,
    pool,
)
from widgets.cell import Display, Tone

DISPLAY = Display(now=NOW, utc=None, wide=False)
KNOWN = {one.feed: one.result.data for one in everything() if one.result is not None}
KINDS: dict[str, RowKind[Any]] = {spec.id: spec.kind() for spec in PANES}


def _cells(kind: RowKind[Any], row: Any) -> dict[str, str]:
    return {column.key: column.cell(row, DISPLAY).text for column in kind.columns}


@pytest.mark.parametrize("name", KINDS)
def test_every_row_is_shown_asked_about_and_copied(name: str) -> None:
    kind = KINDS[name]
    rows = kind.rows(KNOWN)
    assert rows
    assert len({kind.key(row) for row in rows}) == len(rows)
    for row in rows:
        said = kind.name(row)
        assert said
        assert any(cell.strip() for cell in _cells(kind, row).values())
        assert "\n" not in kind.explain(row)
        assert "\n" not in kind.changes(row, NOW)
        assert said.split(" (")[0].split()[0] in kind.copied(row, NOW) + kind.explain(row)
        assert said.split()[0] in kind.page(row, DISPLAY).plain


def test_a_long_query_of_an_alert_stands_below_what_matters() -> None:
    short, long = "up == 0", "sum by (instance) (" + " +\n  ".join(["rate(x[5m])"] * 30) + ") > 1"
    for query, above, below in (
        (short, "\nQuery\n  up == 0", False),
        (long, "\nQuery, whole below\n  sum by (instance) (rate(x[5m]) + rate", True),
    ):
        row = alert("HighTraffic", query=query)
        page = alerts.summary_text(row, DISPLAY).plain
        assert above in page
        assert len(page.splitlines()[-1]) <= 112
        assert ("rate(x[5m])) > 1" in alerts.facts_text(row, DISPLAY).plain) is below


@pytest.mark.parametrize("name", KINDS)
def test_what_is_asked_about_a_row_is_a_tool_with_a_view(name: str) -> None:
    kind = KINDS[name]
    for row in kind.rows(KNOWN):
        for part in (part for tab in kind.tabs(row) for part in tab.parts):
            asked = Asked(part.tool, part.arguments) if part.first is None else part.first
            get_tool(asked.tool).parse(asked.arguments)
            assert table_view(part.tool).columns


@pytest.mark.parametrize("name", KINDS)
def test_nothing_known_is_no_row(name: str) -> None:
    assert not KINDS[name].rows({})


def test_guest_has_its_backup_and_its_hour() -> None:
    rows = {row.guest.name: row for row in guests.KIND.rows(KNOWN)}
    media = _cells(guests.KIND, rows["media"])
    assert media["backup"] == "▲ 9 d"
    assert media["load"] == "▁▁▂▃▃▄▅▅▆▇▇█"
    assert media["cpu"] == "97%✗"
    assert _cells(guests.KIND, rows["nextcloud"])["backup"] == "✗ no job"
    assert _cells(guests.KIND, rows["debian"])["backup"] == ""


def test_guest_without_the_other_sources_has_empty_cells() -> None:
    (row,) = guests.KIND.rows({GUESTS: GuestListing(items=GUEST_ROWS[:1])})
    assert (row.coverage, row.load) == (None, ())
    cells = _cells(guests.KIND, row)
    assert (cells["backup"], cells["load"]) == ("", "")


def test_hour_of_an_id_that_two_clusters_use_is_nobodys() -> None:
    twice = SeriesListing(items=(LOAD[1], LOAD[1]), query="q", start=NOW, end=NOW, step=1)
    known = {GUESTS: GuestListing(items=GUEST_ROWS), GUEST_LOAD: twice}
    assert all(row.load == () for row in guests.KIND.rows(known))


def test_idle_guest_does_not_look_busy() -> None:
    quiet = guests.GuestRow(guest(1, "quiet"), load=(0.01,) * 12)
    assert _cells(guests.KIND, quiet)["load"] == "▁" * 12


def test_pool_has_its_outlook_its_snapshots_and_its_copies() -> None:
    fast, tank = pools.KIND.rows(KNOWN)
    assert _cells(pools.KIND, tank)["full"] == "41 d ▲"
    assert _cells(pools.KIND, tank)["snapshots"] == "2,094▲"
    assert _cells(pools.KIND, tank)["copies"] == "▲ late"
    assert _cells(pools.KIND, fast)["remark"] == "✗ sdh removed, resilver 42 %, 2 h left"
    assert _cells(pools.KIND, fast)["full"] == ""


def test_copy_that_is_fine_tells_its_age() -> None:
    fresh = PROTECTION.replications[0].model_copy(
        update={"last_snapshot_at": NOW - timedelta(hours=20)}
    )
    known = {
        POOLS: PoolListing(items=POOL_ROWS[1:]),
        PROTECTION_FEED: SnapshotListing(replications=(fresh,)),
    }
    (row,) = pools.KIND.rows(known)
    assert _cells(pools.KIND, row)["copies"] == "✓ 20 h"
    assert row.snapshots is None


def test_copies_of_another_nas_are_not_told() -> None:
    other = Replication(source="truenas:other", id=1, name="x", datasets=("tank/a",))
    known = {
        POOLS: PoolListing(items=(pool("tank"),)),
        PROTECTION_FEED: SnapshotListing(replications=(other,)),
    }
    (row,) = pools.KIND.rows(known)
    assert row.copies == ()
    assert row.pool.source == TRUENAS


def test_backups_in_trouble_come_first_and_datastores_before_guests() -> None:
    names = [row.name for row in backups.KIND.rows(KNOWN)]
    assert names == ["main", "nextcloud (103)", "media (101)", "archive", "db (104)",
                     "debian (9000)"]  # fmt: skip


def test_datastore_tells_fill_when_it_is_full_and_its_garbage_collection() -> None:
    main = backups.KIND.rows({DATASTORES: FULL[DATASTORES]})[0]
    remark = {column.key: column.cell(main, DISPLAY) for column in backups.KIND.columns}["remark"]
    assert remark.text == "✗ 98%, full in 9 d · GC ✓ 4 h · of 7.0 TiB"
    assert remark.tone is Tone.ERROR


def test_questions_fit_the_row() -> None:
    stopped = next(row for row in guests.KIND.rows(KNOWN) if row.guest.vmid == 103)
    assert guests.KIND.explain(stopped) == ("explain the guest nextcloud (103): should run on pve2")
    covered = {row.name: backups.KIND.explain(row) for row in backups.KIND.rows(KNOWN)}
    assert covered["main"] == "how is the datastore main?"
    assert covered["media (101)"] == "why has the guest media (101) no good backup?"
    assert covered["db (104)"] == "is the guest db (104) backed up?"
    assert pools.KIND.explain(pools.KIND.rows(KNOWN)[0]) == "explain the pool fast (degraded)"


def test_summaries_tell_what_is_wrong() -> None:
    assert guests.KIND.summary(guests.KIND.rows(KNOWN)) == "2 running, 1 should run"
    assert pools.KIND.summary(pools.KIND.rows(KNOWN)) == "1 with problems"
    assert alerts.KIND.summary(alerts.KIND.rows(KNOWN)) == "3 firing, 1 critical"
    assert alerts.KIND.summary([alert("Quiet", state=AlertState.PENDING)]) == "all pending"
    assert alerts.KIND.summary([]) == ""
    known = {COVERAGE: FULL[COVERAGE]}
    assert backups.KIND.summary(backups.KIND.rows(known)) == "1 ok, 1 not covered, 1 stale"


def test_panes_name_feeds_that_there_are() -> None:
    fed = set().union(*(spec.lives_on for spec in PANES))
    assert fed == {one.feed for one in everything()}
    assert {FORECAST, GUEST_LOAD} <= {one.feed for one in beside()}
