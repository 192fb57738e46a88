"""docs/demo.md: its tables are up to date, and the scenario it shows can be played."""

from __future__ import annotations

import re

from docs.make_demo import FILE, document
from sre_tui.demo.faults import FAULT_KINDS
from sre_tui.demo.runtime.fault_modes import FAULT_MODES
from sre_tui.demo.scenario import Scenario, Truth
from sre_tui.demo.scenario_load import list_scenarios, parse_scenario

TEXT = FILE.read_text(encoding="utf-8")


def test_the_tables_are_up_to_date() -> None:
    assert document(TEXT) == TEXT, "make docs"
    assert all(f"| `{kind}` |" in TEXT for kind in FAULT_KINDS)
    for scenario in list_scenarios():
        assert (f"`{scenario.id}`" in TEXT) == (scenario.half == "tuning")


def test_the_scenario_it_shows_can_be_played() -> None:
    (shown,) = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
    scenario = parse_scenario(shown, "demo.md")
    assert len(scenario.faults) == 2
    assert len(scenario.visible) == 1
    assert scenario.raw.metrics
    assert scenario.raw.tasks
    assert [(outage.backend, outage.how) for outage in scenario.outages] == [("loki", "refuse")]
    known, unknown = (question.truth for question in scenario.questions)
    assert [cause.kind for cause in known.causes] == ["disk_dead", "pool_filling"]
    assert unknown.no_cause


def test_every_key_of_a_scenario_is_told_of() -> None:
    assert all(f"| `{key}` |" in TEXT for key in Truth.model_fields)
    assert all(f"`{key}`" in TEXT for key in Scenario.model_fields)


def test_every_way_to_fail_that_it_shows_exists() -> None:
    ways = re.findall(r"demo break \w+ --how (\w+)", TEXT)
    assert ways
    assert set(ways) <= set(FAULT_MODES)
