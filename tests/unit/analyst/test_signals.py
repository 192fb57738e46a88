"""The tables of signals and telling log lines, and the queries made of them."""

import re

import promql_parser
import pytest

from sre_tui.agent.analyst import promql_templates
from sre_tui.agent.analyst.kinds import KINDS
from sre_tui.agent.analyst.log_lines import (
    LINE_KINDS,
    LineKind,
    classify,
    group_lines,
    search_pattern,
)
from sre_tui.agent.analyst.signals import BY_ID, SIGNALS, Unit
from sre_tui.agent.analyst.sweep import missing, sweeps
from sre_tui.views.units import query_unit


def test_every_expression_is_promql() -> None:
    expressions = list(promql_templates())
    assert len(expressions) == len(set(expressions)) > 150
    for expression in expressions:
        promql_parser.parse(expression)
        assert "$S" not in expression


def test_ids_are_unique_and_kinds_exist() -> None:
    assert len(BY_ID) == len(SIGNALS)
    assert {signal.kind for signal in SIGNALS} <= set(KINDS)
    assert {kind.kind for kind in LINE_KINDS} <= set(KINDS)


def test_a_sweep_is_shown_in_the_unit_of_its_signals() -> None:
    for unit, query in sweeps(SIGNALS, None).items():
        assert query_unit(query) == (unit.value or None)


def test_only_metrics_that_exist_are_asked_for() -> None:
    known = {"node_load5", "node_cpu_seconds_total", "up"}
    asked = " ".join(sweeps(SIGNALS, known).values())
    assert set(re.findall(r'"signal", "(\w+)"', asked)) == {
        "cpu_busy", "cpu_steal", "load_per_core", "io_wait", "target_up",
    }  # fmt: skip
    assert "probe_success" in missing(SIGNALS, known)
    assert sweeps(SIGNALS, set()) == {}
    assert Unit.RATIO in sweeps(SIGNALS, known)


@pytest.mark.parametrize("name", ["{value}", "says"])
def test_every_sentence_has_its_figure(name: str) -> None:
    for signal in SIGNALS:
        assert "{value}" in signal.says, signal.id


@pytest.mark.parametrize(
    ("line", "kind", "subject"),
    [
        ("Out of memory: Killed process 4242 (jellyfin) total-vm:1kB", "oom_kill", "jellyfin"),
        ("blk_update_request: I/O error, dev sdc, sector 44 op 0x0:(READ)", "disk_failing", "sdc"),
        ("sd 2:0:2:0: [sdb] tag#3 Sense Key : Medium Error [current]", "disk_failing", "sdb"),
        ("ata7: SATA link down (SStatus 0 SControl 300)", "disk_link", "ata7"),
        ("EXT4-fs error (device sda1): ext4_find_entry:1455", "filesystem_error", "sda1"),
        ("e1000e 0000:00:1f.6 eno1: NIC Link is Down", "link_errors", "eno1"),
        ("python3[1234]: segfault at 0 ip 00007f error 4", "program_died", "python3"),
        ("CPU3: Package temperature above threshold, cpu clock throttled", "temperature_high", ""),
        ("write failed: No space left on device", "filesystem_full", ""),
        ("pool_state=DEGRADED pool='tank'", "pool_degraded", "tank"),
        ("nfs: server nas1 not responding, still trying", "nfs_trouble", "nas1"),
        ("INFO: task txg_sync:900 blocked for more than 122 seconds.", "hung_task", "txg_sync"),
        ("lookup api.example.org on 10.0.0.2:53: i/o timeout", "lookup_errors", "10.0.0.2"),
        ("listen udp 0.0.0.0:53: bind: address already in use", "port_taken", ""),
        ("AdGuardHome.service: Failed with result 'exit-code'.", "unit_failed", "AdGuardHome"),
        ("mce: [Hardware Error]: Machine check events logged", "hardware_error", ""),
        ("Kernel panic - not syncing: Fatal exception", "kernel_crash", ""),
        ("UPS ups1@nas1 on battery", "ups_on_battery", "ups1"),
        ("System clock wrong by 12.3 seconds", "clock_skew", ""),
        ("x509: certificate has expired", "tls_errors", ""),
        ("sshd[1]: Failed password for root from 10.0.0.9", "auth_failures", "root"),
        ("corosync: lost quorum", "quorum_lost", ""),
    ],
)
def test_a_telling_line_is_recognised(line: str, kind: str, subject: str) -> None:
    told = classify(line)
    assert told is not None
    assert told[0].kind == kind
    if subject:
        assert told[1] == subject


@pytest.mark.parametrize(
    "line",
    ["", "systemd[1]: Started Daily apt download activities.", "GET / 200 12ms", "usb 1-1: new",
     "eno1: NIC Link is Up 1000 Mbps Full Duplex"],
)  # fmt: skip
def test_a_harmless_line_tells_nothing(line: str) -> None:
    assert classify(line) is None


def test_lines_are_grouped_with_the_worst_first() -> None:
    groups = group_lines(["error: x", "Out of memory: Killed process 1 (a)", "error: y"])
    assert [(group.line_kind.kind, group.count) for group in groups] == [
        ("oom_kill", 1), ("service_errors", 2),
    ]  # fmt: skip


def test_the_search_pattern_suits_re2() -> None:
    pattern = search_pattern()
    re.compile(pattern)
    assert not re.search(r"\(\?[=!<]", pattern.replace("(?i)", "").replace("(?:", ""))


@pytest.mark.parametrize("kind", LINE_KINDS, ids=lambda kind: f"{kind.kind}-{kind.title}")
def test_expressions_do_not_hang_on_long_lines(kind: LineKind) -> None:
    kind.regex.search("a" * 2000 + " error " + "x" * 2000)
    assert kind.title
