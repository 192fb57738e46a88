"""What is read now settles what alerts and lines say."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Literal

from providers.prometheus import Target
from providers.proxmox import Cluster, ClusterNode
from providers.reading import Reading, State
from providers.truenas import Pool
from sre_tui.diagnosis.evidence import Evidence
from sre_tui.diagnosis.finding import Finding, Severity
from sre_tui.diagnosis.picture.part import Part
from sre_tui.diagnosis.picture.picture import Picture
from sre_tui.diagnosis.signs.measured import refuted
from sre_tui.diagnosis.subject import Subject, SubjectKind
from sre_tui.diagnosis.topology.graph import Topology
from tests.unit.diagnosis.signs.stage import NOW, START

UPS = Subject(kind=SubjectKind.UPS, name="ups1")
NODE = Subject(kind=SubjectKind.NODE, name="pve3")
NAS = Subject(kind=SubjectKind.NAS, name="nas1")
MAIL = Subject(kind=SubjectKind.GUEST, name="mail")


def told(kind: str, subject: Subject, check: str = "alerts", **more: object) -> Finding:
    return Finding(
        check=check, kind=kind, subject=subject, severity=Severity.CRITICAL, text=kind
    ).model_copy(update=more)


def judged(*findings: Finding, picture: Picture | None = None) -> list[bool]:
    topology = Topology()
    for one in (UPS, NODE, NAS, MAIL):
        topology.add(one)
    seen = picture or Picture(now=NOW, start=START)
    return [one.refuted for one in refuted(findings, seen, topology)]


def scraped(health: Literal["up", "down"], host: str = "pve3") -> Picture:
    target = Target(
        source="prometheus:main", job="node", instance=f"{host}:9100", health=health,
        url=f"http://{host}:9100/metrics", labels={"job": "node", "instance": f"{host}:9100"},
    )  # fmt: skip
    reading = Reading[Any](
        source="prometheus:main", state=State.OK, observed_at=NOW, data=(target,)
    )
    return Picture(now=NOW, start=START, targets=Part((reading,)))


def test_lines_about_votes_are_denied_while_the_cluster_has_its_majority() -> None:
    def seen(quorate: bool) -> Picture:
        members = (ClusterNode(name="pve3", online=True), ClusterNode(name="pve4", online=False))
        cluster = Cluster(source="proxmox:main", name="lab", quorate=quorate, nodes=members)
        reading = Reading[Any](source="proxmox:main", state=State.OK, observed_at=NOW, data=cluster)
        return Picture(now=NOW, start=START, cluster=Part((reading,)))

    whole = Subject(kind=SubjectKind.CLUSTER, name="lab")
    alone = Subject(kind=SubjectKind.NODE, name="pve4")
    lines = [told("quorum_lost", each, "logs", hearsay=True) for each in (NODE, whole, alone)]
    plain = told("quorum_lost", NODE, "logs")
    assert judged(*lines, plain, picture=seen(True)) == [True, True, False, False]
    assert judged(*lines, plain, picture=seen(False)) == [False, False, False, False]


def test_an_alert_of_a_ups_that_is_online_is_denied() -> None:
    assert judged(told("ups_on_battery", UPS)) == [True]


def test_a_ups_that_is_read_to_be_on_battery_is() -> None:
    read = told("ups_on_battery", UPS, "ups-on-battery")
    assert judged(told("ups_on_battery", UPS), read) == [False, False]


def test_a_node_whose_own_exporter_answers_is_not_down_whoever_says_so() -> None:
    gone = told("node_down", NODE, "node-offline")
    assert judged(gone, picture=scraped("up")) == [True]
    assert judged(gone, picture=scraped("down")) == [False]
    assert judged(told("node_down", NAS), picture=scraped("up", "nas1")) == [True]
    assert judged(told("node_down", NAS), picture=scraped("up")) == [False]


def test_memory_that_came_to_rest_without_a_kill_does_not_leak() -> None:
    grew = told("memory_leak", MAIL, "memory-growth", active=False, until=NOW - timedelta(hours=3))
    assert judged(grew) == [True]
    assert judged(grew, told("oom_kill", MAIL, "oom-kills")) == [False, False]
    growing = told("memory_leak", MAIL, "memory-growth", until=NOW)
    assert judged(growing) == [False]


def test_memory_that_grows_again_after_each_kill_grew_before_the_first() -> None:
    hours = [NOW - timedelta(hours=each) for each in (5, 3, 1)]
    first, second = (
        told("oom_kill", MAIL, "oom-kills", since=since, open_start=since == hours[0])
        for since in hours[:2]
    )
    again = told("memory_leak", MAIL, "memory-growth-between-kills", since=hours[2])
    once = again.model_copy(update={"check": "memory-growth"})
    picture = Picture(now=NOW, start=START)
    found = list(refuted([first, second, again, once], picture, Topology()))
    assert [(one.since, one.open_start) for one in found[2:]] == [
        (hours[0], True),
        (hours[2], False),
    ]
    (alone,) = refuted([again], picture, Topology())
    assert alone == again


def test_what_became_of_a_silent_disk_is_told_by_its_nas_where_that_is_read() -> None:
    disk = Subject(kind=SubjectKind.DISK, name="nas1/sdb")
    silent = told("disk_dead", disk, "disk-gone")
    said = told("disk_link", disk, "disk-state")
    pool = Pool(source="truenas:nas1", id=1, name="tank", state="DEGRADED")
    reading = Reading[Any](source="truenas:nas1", state=State.OK, observed_at=NOW, data=(pool,))
    read = Picture(now=NOW, start=START, pools=Part((reading,)))
    assert list(refuted([silent, said], read, Topology())) == [said]
    assert list(refuted([silent], Picture(now=NOW, start=START), Topology())) == [silent]


def test_memory_that_grows_between_two_kills_grew_before_the_first() -> None:
    hours = [NOW - timedelta(hours=each) for each in (5, 3, 1)]
    killed = told("oom_kill", MAIL, "logs", since=hours[0], until=hours[2])
    grew = told("memory_leak", MAIL, "memory-growth", since=hours[1])
    picture = Picture(now=NOW, start=START)
    assert next(iter(refuted([grew, killed], picture, Topology()))).since == hours[0]
    before = killed.model_copy(update={"until": hours[0]})
    assert next(iter(refuted([grew, before], picture, Topology()))).since == hours[1]


def test_what_answers_some_pings_is_not_down_whatever_an_alert_says() -> None:
    def lost(share: float, minutes: float) -> Finding:
        since = NOW - timedelta(minutes=minutes)
        return told("packet_loss", NODE, "packet-loss", unit="ratio", value=share, since=since)

    down = told("node_down", NODE)
    assert judged(down, lost(0.4, 45)) == [True, False]
    assert judged(down, lost(1.0, 45)) == [False, False]
    assert judged(down, lost(0.4, 5)) == [False, False]


def test_an_alert_that_pings_do_not_come_back_tells_of_the_way_to_what_is_no_node() -> None:
    said = Evidence(
        source="grafana:main", kind="alert", says="mail loses pings", asked="Unreachable"
    )
    lost = [told("node_down", one, evidence=(said,)) for one in (MAIL, NODE)]
    found = [one.kind for one in refuted(lost, Picture(now=NOW, start=START), Topology())]
    assert found == ["packet_loss", "node_down"]
