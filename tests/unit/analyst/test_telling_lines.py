"""Lines of piped text that tell of trouble, and the expressions the analyst asks."""

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
