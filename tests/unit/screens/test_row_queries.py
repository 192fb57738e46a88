"""Queries made of names from outside: each is one that the backend can read."""

from __future__ import annotations

import re

import promql_parser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.loki import LogEntry
from providers.loki.patterns import grouped
from sre_tui.screens.rows import alerts, backups, guests, pools
from sre_tui.screens.rows.backups import BackupRow
from sre_tui.screens.rows.charts import node_charts
from sre_tui.screens.rows.guests import GuestRow
from sre_tui.screens.rows.patterns import lines_like
from sre_tui.screens.rows.pools import PoolRow
from sre_tui.screens.subject_queries import ChartsOf
from tests.screens.homelab import ALERTS, NOW, alert
from tests.screens.panes import COVERAGE_ROWS, FORECAST_ROWS, GUEST_ROWS, POOL_ROWS, STORE_ROWS
from tests.screens.panes import guest as guest_of
from tests.screens.panes import pool as pool_of
from tests.unit.widgets.hostile import EXAMPLES, hostile


def _titles(of: ChartsOf | None) -> list[str]:
    assert of is not None
    for chart in of.charts:
        promql_parser.parse(chart.query)
    return [chart.title for chart in of.charts]


def test_every_kind_of_row_has_logs_and_charts() -> None:
    media = GuestRow(GUEST_ROWS[1])
    of = guests.KIND.charts(media)
    assert _titles(of) == [
        "CPU", "Memory", "Disk, read", "Disk, written", "Network, in", "Network, out",
    ]  # fmt: skip
    assert of is not None
    assert of.charts[0].query == 'pve_cpu_usage_ratio{id="lxc/101"}'
    assert of.charts[1].threshold == GUEST_ROWS[1].memory_size
    assert of.logs == guests.KIND.logs(media)
    assert of.logs is not None
    assert of.logs.hosts == ("media",)
    tank = PoolRow(POOL_ROWS[1], FORECAST_ROWS[0])
    assert _titles(pools.KIND.charts(tank)) == ["Fill", "Used", "Growth a day"]
    nas = pools.KIND.logs(tank)
    assert nas is not None
    assert nas.hosts == ("nas1",)
    unknown = pools.KIND.logs(PoolRow(POOL_ROWS[0]))
    assert unknown is not None
    assert (unknown.hosts, unknown.nas) == ((), "truenas:main")
    store = BackupRow(store=STORE_ROWS[0])
    assert _titles(backups.KIND.charts(store)) == ["Fill", "Used", "Growth a day"]
    assert backups.KIND.logs(store) is None
    covered = BackupRow(guest=COVERAGE_ROWS[1])
    assert _titles(backups.KIND.charts(covered))[0] == "CPU"
    assert "Waiting for disks" in _titles(node_charts("pve1"))


def test_a_template_is_not_measured_and_a_guest_without_a_name_not_searched() -> None:
    assert guests.KIND.charts(GuestRow(GUEST_ROWS[3])) is None
    assert guests.KIND.logs(GuestRow(guest_of(7, None))) is None


@pytest.mark.parametrize(
    ("query", "measured", "sign", "limit"),
    [
        ("node_load1 > 4", "node_load1", ">", 4.0),
        ("a / b <= 0.1", "a / b", "<=", 0.1),
        ("smartctl_device_smart_status == 0", "smartctl_device_smart_status{}", "==", 0.0),
        ("absent(up)", "absent(up)", "", None),
    ],
)
def test_an_alert_shows_its_value_against_its_limit(
    query: str, measured: str, sign: str, limit: float | None
) -> None:
    of = alerts.KIND.charts(ALERTS[0].model_copy(update={"query": query}))
    assert _titles(of)[:2] == ["SmartDiskFailing", "CPU"]
    assert of is not None
    first = of.charts[0]
    assert (first.query.replace("{}", ""), first.sign) == (measured.replace("{}", ""), sign)
    assert first.threshold == limit
    assert first.rule == ("" if sign else "SmartDiskFailing")


def test_an_alert_about_nothing_leads_nowhere() -> None:
    nobody = alert("Watchdog", None)
    assert alerts.KIND.charts(nobody) is None
    assert alerts.KIND.logs(nobody) is None


@pytest.mark.parametrize("name", [text for text in EXAMPLES if "\ud800" not in text])
def test_hostile_names_stay_within_their_quotes(name: str) -> None:
    _titles(pools.KIND.charts(PoolRow(pool_of(name), None)))
    _titles(backups.KIND.charts(BackupRow(store=STORE_ROWS[0].model_copy(update={"name": name}))))
    _titles(alerts.KIND.charts(alert("x", name or "a")))
    _titles(node_charts(name))


def _regex(query: str) -> str:
    found = re.fullmatch(r"\{\} \|~ `([^`]*)`", query)
    assert found is not None, query
    return found[1]


def test_lines_of_a_template_are_searched_by_its_words() -> None:
    query = lines_like('eth0: <*> "packets" lost (x `y`) at <*>', '{job="a"}')
    assert query == '{job="a"} |~ `eth0:.*\\\\?"packets\\\\?"\\s+lost\\s+\\(x\\s+.y.\\)\\s+at`'
    assert lines_like("<*> <*>", '{job="a"}') == '{job="a"}'


_WORDS = st.sampled_from(["disk", "sda:", "(err)", '"quoted"', "a.b", "[/]", "`tick`", "10.0.0.1"])


@given(st.lists(st.lists(_WORDS, min_size=1, max_size=6).map(" ".join), min_size=1, max_size=8))
def test_every_line_of_a_pattern_is_found_by_its_query(lines: list[str]) -> None:
    entries = [
        LogEntry(source="l", at=NOW, time_ns=number, line=line, labels={})
        for number, line in enumerate(lines)
    ]
    for pattern, members in grouped(entries):
        query = lines_like(pattern.pattern, "{}")
        if query != "{}":
            expression = re.compile(_regex(query))
            assert all(expression.search(one.line) for one in members)


@given(hostile)
def test_no_pattern_ends_its_own_literal(text: str) -> None:
    query = lines_like(text, "{}")
    if query != "{}":
        re.compile(_regex(query))
