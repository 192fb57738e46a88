"""A query in a runbook is told with the command that asks it."""

import pytest

from sre_tui.diagnosis.steps import as_command


@pytest.mark.parametrize(
    ("language", "line", "command"),
    [
        ("promql", 'pve_lock_state{state="backup"} == 1',
         "sre metrics query 'pve_lock_state{state=\"backup\"} == 1'"),
        ("logql", '{host="nas1"} |= "x"', "sre logs query '{host=\"nas1\"} |= \"x\"'"),
        ("sh", "ls -lt", "ls -lt"),
    ],
)  # fmt: skip
def test_a_query_becomes_a_command(language: str, line: str, command: str) -> None:
    assert as_command(language, line) == command
