"""Complaints of people who have a trouble and do not know what it is called."""

from __future__ import annotations

import pytest

from sre_tui.diagnosis.asked import find_asked
from sre_tui.diagnosis.causes.focus import Focus
from sre_tui.diagnosis.causes.hypothesis import gather
from sre_tui.diagnosis.causes.rank import Ranking, rank
from sre_tui.diagnosis.causes.sight import would_tell
from sre_tui.diagnosis.finding import Finding, Severity
from sre_tui.diagnosis.patterns.load import bundled
from sre_tui.diagnosis.subject import Subject, SubjectKind
from sre_tui.diagnosis.topology.graph import Relation, Topology
from tests.unit.diagnosis.causes.lab import (
    DISK,
    DOCKER,
    MEDIA,
    NAS,
    NODE,
    POOL,
    SITE,
    finding,
    homelab,
)  # fmt: skip

BACKUPS = Subject(kind=SubjectKind.BACKUP_SERVER, name="pbs")


def complained_of(text: str) -> set[str]:
    return {one.id for one in bundled() if one.complained_of(text)}


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ("our power consumption went up by 30 watts", "disk_awake"),
        ("there is a beeping in the basement", "ups_on_battery"),
        ("who is flooding my logs?", "log_flood"),
        ("my messages are from the future", "clock_skew"),
        ("one of the drives is clicking", "disk_failing"),
        ("the second bay went dark", "disk_dead"),
        ("how old is the other copy of the photos", "replication_failed"),
        ("what would I lose if the box burned down", "backup_uncovered"),
        ("can i restore the wiki", "backup_unverified"),
        ("video calls keep freezing on us, the line is flaky", "packet_loss"),
        ("somebody turned it off?!", "guest_stopped"),
        ("DNS_PROBE_FINISHED_NXDOMAIN everywhere", "dns_down"),
        ("no space left, but df says 40 % free", "inodes_exhausted"),
    ],
)
def test_a_complaint_means_what_brings_it(text: str, pattern: str) -> None:
    assert pattern in complained_of(text)


@pytest.mark.parametrize(
    "text",
    [
        "why is jellyfin slow",
        "is everything alright?",
        "which guests have the most memory",
        "gitea answers with an error",
        "the photos do not load",
    ],
)
def test_what_anything_may_bring_means_nothing_by_itself(text: str) -> None:
    assert complained_of(text) == set()


def asked(text: str, *findings: Finding, topology: Topology | None = None) -> Ranking:
    topology = topology or homelab()
    of = find_asked(text, topology, (), bundled())
    focus = Focus.on(
        of.subjects, topology, kinds=of.kinds(bundled()), named_kinds=of.named_kinds(bundled()),
        topics=of.topics, manner=of.manner, said=text.casefold().split(),
    )  # fmt: skip
    return rank(findings, topology, focus, bundled())


def test_what_is_complained_of_comes_before_what_is_surer() -> None:
    stopped = finding("guest_stopped", MEDIA, 50, severity=Severity.CRITICAL)
    flood = finding("log_flood", DOCKER, 300, by="log")
    ranking = asked("who is spamming my logs", stopped, flood)
    assert [one.hypothesis.pattern.id for one in ranking.causes] == ["log_flood"]
    assert [one.hypothesis.pattern.id for one in ranking.elsewhere] == ["guest_stopped"]


def test_a_complaint_of_what_is_not_there_narrows_nothing() -> None:
    stopped = finding("guest_stopped", MEDIA, 50, severity=Severity.CRITICAL)
    ranking = asked("who is spamming my logs", stopped)
    assert [one.hypothesis.pattern.id for one in ranking.causes] == ["guest_stopped"]


def test_what_is_called_by_its_word_need_not_show_as_is_said() -> None:
    pile = Subject(kind=SubjectKind.DATASET, name="nas1/tank/media")
    snapshots = finding("snapshot_pileup", pile, None, by="api", severity=Severity.WARNING)
    disk = finding("disk_failing", DISK, None, by="api", severity=Severity.CRITICAL)
    ranking = asked("the list of snapshots is so slow to open", snapshots, disk)
    assert ranking.causes[0].hypothesis.pattern.id == "snapshot_pileup"


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("the backup server is an hour ahead", BACKUPS),
        ("what is wrong with the storage box", NAS),
        ("file server acts up", NAS),
    ],
)
def test_the_only_machine_of_its_sort_is_meant_by_two_words(text: str, subject: Subject) -> None:
    topology = homelab()
    topology.add(BACKUPS)
    assert find_asked(text, topology, (), bundled()).subjects == (subject,)


def test_a_dead_disk_that_lines_tell_of_late_is_why_its_pool_is_degraded() -> None:
    pool = finding("pool_degraded", POOL, 360, open_start=True, severity=Severity.CRITICAL)
    state = finding("disk_dead", DISK, None, by="api", severity=Severity.CRITICAL)
    line = finding("disk_dead", DISK, 200, by="log", check="logs", severity=Severity.CRITICAL)
    ranking = asked("one led less on the nas", pool, state, line)
    assert [one.hypothesis.pattern.id for one in ranking.causes] == ["disk_dead"]


def test_of_a_machines_troubles_that_one_comes_first_which_is_spoken_of() -> None:
    fast = Subject(kind=SubjectKind.POOL, name="nas1/fast")
    degraded = finding("pool_degraded", POOL, 900, by="api", severity=Severity.CRITICAL)
    growth = finding("space_growth", fast, 200)
    findings = (degraded, growth, finding("pool_full", fast, 100, severity=Severity.CRITICAL))
    topology = homelab()
    topology.connect(fast, Relation.ATTACHED_TO, NAS)
    found = {
        text: asked(text, *findings, topology=topology).causes[0].hypothesis.pattern.id
        for text in ("when will the nas be full", "is the nas degraded")
    }
    assert list(found.values()) == ["space_growth", "pool_degraded"]


def test_what_cannot_show_like_that_is_trouble_elsewhere() -> None:
    failed = finding("backup_failed", MEDIA, 600, by="api", severity=Severity.CRITICAL)
    waits = finding("io_wait", MEDIA, 60)
    disk = finding("disk_failing", DISK, 70, severity=Severity.CRITICAL)
    slow = asked("media is so slow", failed, waits, disk)
    assert [one.hypothesis.pattern.id for one in slow.causes] == ["disk_failing"]
    assert "backup_failed" in {one.hypothesis.pattern.id for one in slow.elsewhere}
    backup = asked("did the slow backup of media fail", failed)
    assert "backup_failed" in {one.hypothesis.pattern.id for one in backup.causes}


@pytest.mark.parametrize(
    ("kind", "subject", "away", "missed"),
    [
        ("disk_dead", DISK, "pbs", False),
        ("disk_dead", DISK, "truenas", True),
        ("guest_down", MEDIA, "truenas", False),
        ("guest_down", MEDIA, "proxmox", True),
        ("backup_failed", MEDIA, "pbs", True),
        ("guest_down", MEDIA, "loki", True),
        ("guest_down", MEDIA, "grafana", False),
    ],
)
def test_only_who_would_know_of_it_is_missed(
    kind: str, subject: Subject, away: str, missed: bool
) -> None:
    (one,) = gather([finding(kind, subject)], bundled())
    assert would_tell(one, {away}) is missed


def test_what_a_reboot_and_a_crash_loop_have_in_common_hides_neither() -> None:
    loop = finding("guest_crash_loop", MEDIA, 90, severity=Severity.CRITICAL)
    boot = finding("rebooted", MEDIA, 100, severity=Severity.CRITICAL)
    panic = finding("kernel_crash", MEDIA, 100, by="log", severity=Severity.CRITICAL)
    ranking = asked("media keeps rebooting", loop, boot, panic)
    assert [one.hypothesis.pattern.id for one in ranking.causes] == ["guest_crash_loop"]


def test_what_is_but_blamed_does_not_come_before_what_explains() -> None:
    exporter = Subject(kind=SubjectKind.TARGET, name="docker1:9100")
    topology = homelab()
    topology.connect(exporter, Relation.WATCHES, DOCKER)
    scrape = finding("target_down", exporter, 3000, by="alert")
    node = finding("node_down", NODE, 12, severity=Severity.CRITICAL)
    down = finding("web_down", SITE, 11, severity=Severity.CRITICAL)
    text = "docker1:9100 is red since days, did it take jellyfin down?"
    ranking = asked(text, scrape, node, down, topology=topology)
    assert ranking.causes[0].hypothesis.pattern.id == "node_down"


@pytest.mark.parametrize(
    ("text", "called"),
    [
        ("is there a fresh backup of media", True),
        ("is media alright", False),
        ("was the scrub clean", False),
        ("who turned it off", False),
    ],
)
def test_what_is_called_is_both_the_thing_and_the_trouble(text: str, called: bool) -> None:
    topology = homelab()
    of = find_asked(text, topology, (), bundled())
    focus = Focus.on(
        of.subjects, topology, kinds=of.kinds(bundled()), named_kinds=of.named_kinds(bundled())
    )
    (one,) = gather([finding("backup_missing", MEDIA, 900, by="alert")], bundled())
    assert focus.calls(one) is called
