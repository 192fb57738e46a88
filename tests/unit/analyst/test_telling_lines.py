"""Lines of piped text that tell of trouble, and the expressions the analyst asks."""

import re
from pathlib import Path

import promql_parser
import pytest

from sre_tui.agent.analyst import promql_templates
from sre_tui.agent.analyst.telling_lines import group_lines


def test_every_expression_is_promql() -> None:
    expressions = list(promql_templates())
    assert len(expressions) == len(set(expressions)) > 80
    for expression in expressions:
        promql_parser.parse(expression)
        assert "$S" not in expression


@pytest.mark.parametrize(
    ("line", "pattern", "subject"),
    [
        ("Out of memory: Killed process 4242 (jellyfin) total-vm:1kB", "oom_kill", "jellyfin"),
        ("sd 2:0:2:0: [sdb] tag#3 Sense Key : Medium Error [current]", "disk_failing", "sdb"),
        ("listen udp 0.0.0.0:53: bind: address already in use", "port_taken", ":53"),
        ("mce: [Hardware Error]: Machine check events logged", "hardware_error", ""),
    ],
)
def test_a_telling_line_is_recognised(line: str, pattern: str, subject: str) -> None:
    (group,) = group_lines([line])
    assert (group.pattern.id, group.subject, group.example) == (pattern, subject, line)


@pytest.mark.parametrize(
    "line",
    ["", "systemd[1]: Started Daily apt download activities.", "GET / 200 12ms", "usb 1-1: new",
     "eno1: NIC Link is Up 1000 Mbps Full Duplex"],
)  # fmt: skip
def test_a_harmless_line_tells_nothing(line: str) -> None:
    assert group_lines([line]) == []


def test_lines_are_grouped_with_the_worst_first() -> None:
    groups = group_lines(["error: x", "Out of memory: Killed process 1 (a)", "error: y"])
    assert [(group.pattern.id, group.count) for group in groups] == [
        ("oom_kill", 1), ("service_errors", 2),
    ]  # fmt: skip


BOOT = (Path(__file__).parent / "boot_lines.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "stamp", [None, "[Mon Nov 23 08:00:00 2026] ", "Nov 23 08:00:00 vm kernel: "]
)
def test_a_clean_start_tells_nothing(stamp: str | None) -> None:
    text = BOOT if stamp is None else re.sub(r"(?m)^\[ *[\d.]+\] ", stamp, BOOT)
    assert [group.examples for group in group_lines(text.splitlines())] == []


@pytest.mark.parametrize(
    "line",
    ["kvm-clock: using sched offset of 81 cycles", "PCI: CLS 0 bytes, default 64",
     "Write protecting the kernel read-only data: 38912k", "MMIO Stale Data: Unknown",
     "Inode-cache hash table entries: 524288 (order: 10, 4194304 bytes, linear)",
     "Asymmetric key parser 'x509' registered", "RAS: Correctable Errors collector initialized.",
     "On node 0, zone DMA: 1 pages in unavailable ranges"],
)  # fmt: skip
def test_what_a_kernel_says_of_itself_tells_nothing_anywhere(line: str) -> None:
    assert group_lines([line]) == []


def test_trouble_during_a_start_is_told() -> None:
    hurt = "[12.100000] blk_update_request: I/O error, dev sda, sector 2048"
    late = "[ 4000.100000] ata6: SATA link down (SStatus 0 SControl 300)"
    groups = group_lines([*BOOT.splitlines(), hurt, late])
    assert {example for group in groups for example in group.examples} == {hurt, late}
