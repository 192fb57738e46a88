"""Checks of power, by metrics."""

from __future__ import annotations

from typing import Final

from sre_tui.diagnosis.checks.metric import metric_check
from sre_tui.diagnosis.finding import Severity

CHECKS: Final = (
    metric_check(
        "ups-battery-low", "ups_on_battery", "power",
        'network_ups_tools_ups_status{flag="LB",$S}',
        "==", 1,
        "the battery of UPS {ups} is low (flag {flag} = {value})",
        delay=0, severity=Severity.CRITICAL,
        title="a UPS whose battery is low",
        why="everything goes down within minutes",
        advice="shut down in order now",
    ),
    metric_check(
        "ups-replace", "ups_battery_worn", "power",
        'network_ups_tools_ups_status{flag="RB",$S}',
        "==", 1,
        "UPS {ups} wants a new battery (flag {flag} = {value})",
        delay=0,
        title="a UPS that wants a new battery",
        why="it may not last through the next outage",
        advice="order a battery",
    ),
    metric_check(
        "ups-runtime", "ups_on_battery", "power",
        "network_ups_tools_battery_runtime{$S} / 1",
        "<", 600,
        "the battery of UPS {ups} lasts {value} s more",
        delay=0,
        title="a UPS whose battery lasts for minutes only",
        why="there may be no time for an orderly shutdown",
        advice="shut down what is not needed",
    ),
)  # fmt: skip
