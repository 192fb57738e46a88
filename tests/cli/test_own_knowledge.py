"""Patterns and checks that the operator adds, as every command goes by them."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.running import ROOT, Done, Sre

PATTERN = """
- id: stream_stalls
  claim: streams of {subject} stall
  subject: container
  topics: [container]
  root: 0.9
  lines:
    - title: stalled stream
      match: '%s'
      severity: critical
  alerts: {match: 'mediastreamstalls', order: 1}
  why: Nobody can watch.
  advice: Look at the disks below.
"""


def put(sre: Sre, folder: str, name: str, text: str) -> Path:
    place = sre.config_file.parent / folder
    place.mkdir(parents=True, exist_ok=True)
    (place / name).write_text(text, encoding="utf-8")
    return place / name


def documented(after: str) -> str:
    page = (ROOT / "docs" / "extending.md").read_text(encoding="utf-8").partition(after)[2]
    block = re.search(r"```yaml\n(.*?)```", page, re.DOTALL)
    assert block is not None
    return block.group(1)


def test_an_own_pattern_is_what_an_investigation_tells(sre: Sre, told: Callable[..., Done]) -> None:
    assert "stream_stalls" not in str(told("investigate", "jellyfin", "--json").document["data"])
    put(sre, "patterns", "mine.yaml", PATTERN % "transcode stalled")
    data = sre("investigate", "jellyfin", "--json").document["data"]
    kinds = [one["kind"] for one in data["causes"]]
    effects = [one["kind"] for cause in data["causes"] for one in cause["effects"]]
    assert "stream_stalls" in [*kinds, *effects, *(one["kind"] for one in data["symptoms"])]


@pytest.mark.parametrize("command", ["investigate", "changes", "check", "status", "config check"])
def test_a_mistake_in_a_pattern_is_told_with_file_entry_and_field(sre: Sre, command: str) -> None:
    file = put(sre, "patterns", "mine.yaml", (PATTERN % "transcode").replace("advice:", "advise:"))
    done = sre(*command.split())
    assert (done.code, done.out) == (2, "")
    assert done.err == (
        f"error: {file}: stream_stalls: advise: unknown field; did you mean advice?\n"
    )


def test_the_documented_check_is_run_by_every_command(sre: Sre) -> None:
    put(sre, "checks", "disks.yaml", documented("## A check\n"))
    done = sre("check", "--only", "disk-age", "--json")
    assert done.code == 0, done.err
    items = done.document["data"]["items"]
    assert {"sdc", "sdg"} <= {one["subject"]["name"].partition("/")[2] for one in items}
    assert {(one["check"], one["severity"]) for one in items} == {("disk-age", "note")}
    assert "sdc has run for" in str(items)
    assert sre("status", "--json").document["data"]["areas"]["disks"] >= len(items)
    first = sre("investigate", "jellyfin", "--json").document["data"]["causes"][0]
    assert first["kind"] == "disk_failing"


def test_limits_of_an_own_check_are_settings_like_any_other(sre: Sre) -> None:
    put(sre, "checks", "disks.yaml", documented("## A check\n"))
    sre.config_file.write_text("[checks.disk-age]\ntrigger = 1e9\n", encoding="utf-8")
    done = sre("check", "--only", "disk-age", "--json")
    assert (done.code, done.document["data"]["items"]) == (0, [])


def test_a_rejected_query_costs_only_its_own_check(sre: Sre) -> None:
    wrong = documented("## A check\n").replace("power_on_seconds", "power_on_seconds{")
    put(sre, "checks", "disks.yaml", wrong)
    done = sre("check", "--json")
    assert done.code == 5
    assert "the query of check disk-age was rejected: " in done.err
    kinds = {one["kind"] for one in done.document["data"]["items"]}
    assert "disk_failing" in kinds


def test_a_mistake_in_a_check_is_told(sre: Sre) -> None:
    text = documented("## A check\n").replace("trigger: 94608000", "trigger: old")
    file = put(sre, "checks", "disks.yaml", text)
    for command in ("check", "investigate", "config check"):
        done = sre(*command.split())
        assert done.code == 2
        assert done.err.startswith(f"error: {file}: disk-age: trigger: Input should be a valid")
