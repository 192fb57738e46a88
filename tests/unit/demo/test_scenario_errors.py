"""Mistakes in scenario files: every one of them, by line, with what is allowed."""

# ruff: noqa: E501 - queries stay on one line

from __future__ import annotations

from pathlib import Path

import pytest

from sre_tui.demo.faults import FAULT_KINDS
from sre_tui.demo.scenario_load import (
    ScenarioError,
    list_scenarios,
    load_scenario,
    parse_scenario,
    scenario_ids,
)
from sre_tui.demo.truth_kinds import OTHER_KINDS, cause_kinds, subjects_of
from sre_tui.demo.world.build import build_homelab


def problems(text: str) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        parse_scenario(text, "x.yaml")
    return list(caught.value.problems)


def test_a_whole_scenario_is_read() -> None:
    scenario = parse_scenario(
        """\
id: mine
title: My own
seed: 3
faults:
  - {kind: memory_leak, target: immich, at: -1h30m, severity: 1, within: 2h, kills: false}
raw:
  metrics: [{name: a_metric, labels: {x: "1"}, points: [[-10m, 1], [0, 2.5]]}]
questions:
  - ask: What is it?
""",
        "x.yaml",
    )
    assert scenario.faults[0].at == -5400
    assert scenario.faults[0].model_dump()["within"] == 7200
    assert scenario.raw.metrics[0].points == ((-600, 1), (0, 2.5))


def test_all_mistakes_are_reported_at_once_in_order_of_lines() -> None:
    found = problems(
        """\
id: Bad Id
title: A bad one
colour: red
faults:
  - {kind: disc_failing, target: nas1/sdc, at: -3h}
  - {kind: disk_failing, target: nas1/sdz, at: soon}
  - kind: oom_kill
    target: immich
    at: -1h
    severity: 7
    tmies: 3
  - just text
raw:
  logs:
    - {at: -5m, line: hello}
questions:
  - {ask: "Why?", truth: {cause: {knd: x, subject: y}}}
"""
    )
    assert [line.split(": ")[0] for line in found] == [
        "x.yaml:1", "x.yaml:3", "x.yaml:5", "x.yaml:6", "x.yaml:6", "x.yaml:10", "x.yaml:11",
        "x.yaml:12", "x.yaml:15", "x.yaml:17", "x.yaml:17",
    ]  # fmt: skip
    text = "\n".join(found)
    assert "unknown key 'colour'; allowed: id, title" in text
    assert "unknown fault kind 'disc_failing', did you mean 'disk_failing'?; allowed: " in text
    assert "unknown target 'nas1/sdz' of disk_failing (a disk), did you mean 'nas1/sd" in text
    assert "at: 'soon' is no time; allowed: a time such as -3h" in text
    assert "severity: Input should be less than or equal to 1, not 7" in text
    assert "unknown key 'tmies', did you mean 'times'?; allowed: kind, target, at" in text
    assert "missing key 'labels'; allowed: labels, at, line" in text
    assert "unknown key 'knd', did you mean 'kind'?; allowed: kind, subject" in text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "x.yaml:1: a scenario is a mapping; allowed: id, title"),
        ("- a\n- b", "x.yaml:1: a scenario is a mapping"),
        ("id: a\ntitle: [b", "x.yaml:2: not valid YAML"),
        ("id: a\ntitle: bbb\nid: c", "x.yaml:3: key 'id' is given twice"),
        ("id: a", "x.yaml:1: missing key 'title'"),
        ("id: a\ntitle: bbb\nfaults: 3", "x.yaml:3: faults must be a list"),
        ("id: a\ntitle: bbb\nfaults: [{target: media}]", "x.yaml:3: a fault needs a kind; allowed: "),
        ("id: a\ntitle: bbb\nseed: many", "x.yaml:3: seed: Input should be a valid integer"),
        ("id: a\ntitle: bbb\nfaults:\n- {kind: oom_kill, at: -1h}", "x.yaml:4: missing key 'target'"),
        ("id: a\ntitle: bbb\nfaults:\n- {kind: oom_kill, target: medai, at: -1h}",
         "did you mean 'media'?"),
        ("id: a\ntitle: bbb\nfaults:\n- {kind: oom_kill, target: media, at: -1h, duration: 0}",
         "x.yaml:4: duration: 0 is no length"),
        ("id: a\ntitle: bbb\nfaults:\n- {kind: oom_kill, target: media, at: 2026-01-01}",
         "is no time; allowed"),
        ("id: a\ntitle: bbb\nraw:\n  metrics:\n  - {name: m, points: [[-1h]]}", "x.yaml:5: "),
        ("id: a\ntitle: bbb\nraw:\n  metrics:\n  - {name: m, points: [[-1x, 3]]}",
         "x.yaml:5: 0: '-1x' is no time"),
        ("id: a\ntitle: bbb\nraw:\n  tasks:\n  - {backend: proxmox, type: v, target: 999, at: 0}",
         "x.yaml:5: unknown task target 999"),
        ("id: a\ntitle: bbb\nraw:\n  tasks:\n  - {backend: vmware, type: v, target: 101, at: 0}",
         "x.yaml:5: backend: Input should be 'proxmox', 'pbs' or 'truenas', not 'vmware'"),
        ("id: a\ntitle: bbb\nx: !!python/object:os.system {}", "x.yaml:3: not valid YAML"),
        ("id: a\ntitle: bbb\n? [a, b]\n: c", "x.yaml:3: "),
        ("id: a\ntitle: bbb\nfaults:\n- {kind: pool_filling, target: nas1/tank, at: 0, writer: docker}",
         "x.yaml:4: unknown writer 'docker' of pool_filling, did you mean 'docker1'?"),
        ("id: a\ntitle: bbb\nfaults:\n- {kind: pool_degraded, target: nas1/fast, at: 0, disk: nas1/sda}",
         "allowed: nas1/sdg, nas1/sdh"),
        ("id: a\ntitle: bbb\nfaults:\n- {kind: disc_dead, target: nas1/sdb, at: 0}",
         "`sre demo faults` tells of each"),
        ("id: a\ntitle: bbb\nvisible:\n- {backend: vmware, run: pools, shows: [x]}",
         "x.yaml:4: backend: Input should be 'prometheus'"),
        ("id: a\ntitle: bbb\nvisible:\n- {backend: loki, run: sre pools, shows: [x]}",
         "x.yaml:4: run: 'sre pools' is no command; allowed: what stands behind sre"),
        ("id: a\ntitle: bbb\nvisible:\n- {backend: loki, run: \"logs query '{\", shows: [x]}",
         "x.yaml:4: run: No closing quotation"),
        ("id: a\ntitle: bbb\nvisible:\n- {backend: loki, run: pools}",
         "a sight shows or hides words; allowed: shows, hides"),
        ("id: a\ntitle: bbb\nvisible:\n- {backend: loki, run: pools, shows: [\"\"]}",
         "x.yaml:4: 0: String should have at least 1 character"),
        ("id: a\ntitle: bbb\nvisible:\n- {backend: loki, run: pools, show: [x]}",
         "unknown key 'show', did you mean 'shows'?"),
        ("id: a\ntitle: bbb\nhalf: third",
         "x.yaml:3: half: Input should be 'tuning' or 'reporting', not 'third'"),
        ("id: a\ntitle: bbb\noutages:\n- {backend: loki, how: gone}",
         "x.yaml:4: how: Input should be 'timeout', 'slow', '401'"),
        ("id: a\ntitle: bbb\noutages:\n- {backend: lokki, how: 500}",
         "x.yaml:4: backend: Input should be 'prometheus', 'grafana', 'loki'"),
        ("id: a\ntitle: bbb\noutages:\n- {backend: loki, how: slow, secs: 3}",
         "x.yaml:4: unknown key 'secs', did you mean 'seconds'?; allowed: backend, how, seconds"),
        ("id: a\ntitle: bbb\noutages:\n- {backend: loki, how: tls}",
         "loki shows no certificate; tls is allowed for: pbs, proxmox, truenas"),
        ("id: a\ntitle: bbb\noutages:\n- {backend: loki, how: slow}\n- {backend: loki, how: 401}",
         "x.yaml:4: outages: a backend fails in two ways; allowed: one outage for each"),
        ("id: a\ntitle: bbb\nquestions:\n- ask: Why?\n  truth:\n    cause: {kind: port_takn, subject: dns1}",
         "x.yaml:6: unknown kind of cause 'port_takn', did you mean 'port_taken'?; allowed: datastore_full"),
        ("id: a\ntitle: bbb\nquestions:\n- ask: Why?\n  truth:\n    cause: {kind: port_taken, subject: dns3}",
         "x.yaml:6: unknown subject 'dns3' of port_taken, did you mean 'dns1'?; allowed: proxy"),
        ("id: a\ntitle: bbb\nquestions:\n- ask: Why?\n  truth:\n    cause: {kind: disk_dead, subject: sdc}",
         "x.yaml:6: unknown subject 'sdc' of disk_dead, did you mean 'nas1/sdc'?"),
        ("id: a\ntitle: bbb\nquestions:\n- ask: Why?\n  truth:\n    cause: {kind: disk_dead, subject: nas1/sdc}\n    also:\n    - {kind: oom_kill, subject: media}\n    - {kind: oomkill, subject: media}",
         "x.yaml:9: unknown kind of cause 'oomkill', did you mean 'oom_kill'?"),
        ("id: a\ntitle: bbb\nquestions:\n- ask: Why?\n  truth: {no_cause: true, cause: {kind: disk_dead, subject: nas1/sdc}}",
         "x.yaml:5: truth: no_cause is true and a cause is given; allowed: one of the two"),
        ("id: a\ntitle: bbb\nquestions:\n- ask: Why?\n  truth: {also: [{kind: disk_dead, subject: nas1/sdc}]}",
         "x.yaml:5: truth: also is given without a cause; allowed: also beside cause"),
        ("id: a\ntitle: bbb\nquestions:\n- ask: Why?\n  truth:\n    cause: {kind: oom_kill, subject: media}\n    also: [{kind: oom_kill, subject: media}]",
         "truth: a cause is given twice; allowed: each once"),
        ("id: \x00", "x.yaml:1: not valid YAML"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_line(text: str, expected: str) -> None:
    assert expected in "\n".join(problems(text))


def test_a_subject_may_be_what_only_raw_telemetry_knows() -> None:
    text = """\
id: mine
title: A machine that the homelab does not know
raw:
  logs: [{labels: {hostname: attic-pi}, at: -5m, line: "write error: No space left on device"}]
questions:
  - {ask: "Why?", truth: {cause: {kind: filesystem_full, subject: attic-pi}}}
"""
    truth = parse_scenario(text, "x.yaml").questions[0].truth
    assert [(cause.kind, cause.subject) for cause in truth.causes] == [
        ("filesystem_full", "attic-pi")
    ]
    assert "unknown subject" in problems(text.replace("hostname: attic-pi", "hostname: cellar"))[0]


def test_a_control_is_a_scenario_without_any_cause() -> None:
    text = 'id: a\ntitle: bbb\nquestions:\n- {ask: "Why?", truth: {no_cause: true}}\n'
    assert parse_scenario(text, "x.yaml").is_control
    assert not parse_scenario(text + "- ask: And now?\n", "x.yaml").is_control
    assert not parse_scenario("id: a\ntitle: bbb\n", "x.yaml").is_control


def test_a_status_may_be_written_as_a_number() -> None:
    text = "id: a\ntitle: bbb\noutages: [{backend: pbs, how: 401}, {backend: loki, how: slow}]"
    ways = [(one.how, one.seconds) for one in parse_scenario(text, "x.yaml").outages]
    assert ways == [("401", 2.0), ("slow", 2.0)]


def test_every_word_for_a_cause_has_subjects_and_is_no_fault() -> None:
    lab = build_homelab(40, 1)
    assert not set(OTHER_KINDS) & set(FAULT_KINDS)
    assert set(cause_kinds()) == set(OTHER_KINDS) | set(FAULT_KINDS)
    assert all(subjects_of(kind, lab) for kind in cause_kinds())


def test_a_missing_file_and_an_unknown_id_are_said(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=r"none\.yaml: cannot be read"):
        load_scenario(tmp_path / "none.yaml")
    with pytest.raises(ScenarioError, match="no scenario 'dns-donw', did you mean 'dns-down'"):
        load_scenario("dns-donw")
    with pytest.raises(ScenarioError, match="no scenario"):
        load_scenario("../scenarios/quiet")


def test_ids_are_known_without_reading_the_files() -> None:
    assert scenario_ids() == sorted(scenario.id for scenario in list_scenarios())


def test_a_file_is_read_by_its_path(tmp_path: Path) -> None:
    file = tmp_path / "own.yaml"
    file.write_text("id: own\ntitle: Outside the project\n", encoding="utf-8")
    assert load_scenario(file).id == "own"
    (tmp_path / "bad.yaml").write_bytes(b"id: \xff\xfe")
    with pytest.raises(ScenarioError, match="cannot be read"):
        load_scenario(tmp_path / "bad.yaml")


def test_targets_depend_on_the_size_of_the_homelab(tmp_path: Path) -> None:
    file = tmp_path / "own.yaml"
    file.write_text(
        "id: own\ntitle: Own\nfaults: [{kind: guest_stopped, target: tdarr, at: 0}]",
        encoding="utf-8",
    )
    assert load_scenario(file).faults[0].target == "tdarr"
    with pytest.raises(ScenarioError, match="unknown target 'tdarr'"):
        load_scenario(file, guests=10)
