"""Which steps of a runbook are told for a trouble."""

import pytest

from sre_tui.diagnosis.patterns.load import bundled
from sre_tui.diagnosis.patterns.pattern import Pattern
from sre_tui.diagnosis.steps import steps_of
from sre_tui.diagnosis.subject import SubjectKind


@pytest.mark.parametrize("pattern", list(bundled()), ids=lambda one: one.id)
def test_what_helps_against_a_pattern_stands_in_its_runbook(pattern: Pattern) -> None:
    every = [one.text for one in steps_of(pattern.runbook, "Fix", 99)]
    for begin in pattern.fix:
        assert sum(text.startswith(begin) for text in every) == 1, begin
    told = [one.text for one in steps_of(pattern.runbook, "Fix", 99, pattern.fix)]
    assert len(told) == len(pattern.fix)


def test_steps_are_told_for_the_pattern_alone_and_in_its_order() -> None:
    def told(name: str) -> list[str]:
        pattern = bundled()[name]
        return [one.text for one in steps_of(pattern.runbook, "Fix", 3, pattern.fix)]

    assert [text.split(":")[0] for text in told("dns_down")] == [
        "Give the house names again, then repair", "Service", "Its guest is off",
    ]  # fmt: skip
    assert told("snapshot_pileup")[0].startswith("Thin out snapshots")
    assert len(told("snapshot_pileup")) == 1
    assert told("backup_unverified")[0].startswith("Verification failed")
    assert not any("self-test; it" in text for text in told("disk_failing"))
    assert told("kernel_crash") == []


def test_steps_for_another_sort_of_guest_or_machine_are_left_out() -> None:
    def cases(name: str, own: dict[str, str]) -> list[str]:
        pattern = bundled()[name]
        every = steps_of(pattern.runbook, "Fix", 4, pattern.fix, own)
        return [one.text.split(":")[0].split(".")[0] for one in every]

    vm = {"vmid": "131", "type": "qemu", "short": "vm"}
    ct = {"vmid": "115", "type": "lxc", "short": "ct", "ct": "115"}
    assert not any(one.startswith("Container limit") for one in cases("oom_kill", vm))
    assert any(one.startswith("Container limit") for one in cases("oom_kill", ct))
    off = "The killed guest is off"
    assert off not in cases("oom_kill", vm | {"status": "running"})
    assert off in cases("oom_kill", vm | {"status": "stopped"})
    assert "Failing disk in a Proxmox data pool" not in cases("disk_dead", {"nas": "nas1"})
    assert "Failing disk on TrueNAS" not in cases("disk_dead", {"node": "pve1"})


def test_a_node_that_is_down_has_steps_for_power_and_cable_before_any_vote() -> None:
    pattern = bundled()["node_down"]
    steps = [
        *steps_of(pattern.runbook, "Checks", 2),
        *steps_of(pattern.runbook, "Fix", 3, pattern.fix),
    ]
    assert steps[0].text.startswith("Power, console, cable")
    assert not any("expected" in command for step in steps for command in step.commands)


def test_a_copy_of_a_nas_has_no_steps_of_proxmox_and_the_other_way_round() -> None:
    fix = bundled()["replication_failed"].fix
    on_nas = steps_of("snapshot-replication", "Fix", 4, fix, {"nas": "nas1"})
    on_node = steps_of("snapshot-replication", "Fix", 4, fix, {"node": "pve1"})
    assert [one.text.split(",")[0] for one in on_nas[1:2]] == ["TrueNAS"]
    assert [one.text.split(",")[0] for one in on_node[1:2]] == ["Proxmox"]
    checks = steps_of("snapshot-replication", "Checks", own={"nas": "nas1"})
    assert not [one for step in checks for one in step.commands if "qm" in one or "pve" in one]


def test_a_file_system_that_is_no_pool_is_helped_without_zfs() -> None:
    pattern = bundled()["space_growth"]
    for kind in (SubjectKind.FILESYSTEM, SubjectKind.GUEST):
        known = pattern.help_for(kind)
        steps = steps_of(known.runbook, "Fix", 3, known.fix)
        told = [*known.confirm, *(each for step in steps for each in (step.text, *step.commands))]
        assert steps
        assert not [one for one in told if "zfs" in one or "zpool" in one]
    assert pattern.help_for(SubjectKind.POOL).runbook == "zfs-pool-full"
