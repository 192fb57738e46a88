"""Which finding is the cause of which."""

from datetime import datetime

import pytest

from sre_tui.agent.analyst.entities import Entity, EntityKind, Focus
from sre_tui.agent.analyst.findings import Finding, Source
from sre_tui.agent.analyst.inventory import Inventory, Subject
from sre_tui.agent.analyst.kinds import KINDS, Reach
from sre_tui.agent.analyst.ranking import Diagnosis, diagnose
from sre_tui.diagnosis.language.topics import Topic
from tests.unit.analyst.constructed import IDENTITY, NOW, ago, target


def lab() -> Inventory:
    inventory = Inventory()
    inventory.add_targets([target(f"{host}:9100") for host in ("nas1", "media", "pve2", "dns1")])
    inventory.add_samples(IDENTITY)
    return inventory


def finding(
    kind: str, host: str, name: str = "", onset: datetime | None = None, *,
    source: Source = "metric", severity: int = 2, active: bool = True,
) -> Finding:  # fmt: skip
    return Finding(kind, Subject(host, name), kind, "E1", source, onset or ago(hours=1),
                   severity=severity, active=active)  # fmt: skip


def about(*hosts: str) -> Focus:
    return Focus(tuple(Entity(EntityKind.HOST, host, (host,)) for host in hosts))


def ranked(*findings: Finding, focus: Focus | None = None, **rest: object) -> Diagnosis:
    return diagnose(findings, lab(), focus or Focus(), **rest)  # type: ignore[arg-type]


def first(diagnosis: Diagnosis) -> tuple[str, str]:
    return diagnosis.causes[0].kind.id, str(diagnosis.causes[0].subject)


def test_the_earliest_upstream_trouble_is_the_cause() -> None:
    found = ranked(
        finding("web_slow", "media", onset=ago(minutes=40)),
        finding("io_wait", "media", onset=ago(minutes=50)),
        finding("disk_failing", "nas1", "sdc", ago(hours=1)),
        focus=about("media"),
    )
    assert first(found) == ("disk_failing", "sdc on nas1")
    assert len(found.causes) == 1
    assert {one.kind.id for one in found.causes[0].effects} == {"web_slow", "io_wait"}


def test_what_began_later_explains_nothing_earlier() -> None:
    found = ranked(
        finding("io_wait", "media", onset=ago(hours=3)),
        finding("disk_failing", "nas1", "sdc", ago(minutes=10)),
        focus=about("media"),
    )
    assert first(found) == ("io_wait", "media")


def test_a_machine_that_does_not_depend_on_it_is_no_effect() -> None:
    found = ranked(
        finding("disk_failing", "nas1", "sdc", ago(hours=1), severity=3),
        finding("web_slow", "dns1"),
        focus=about("dns1"),
    )
    assert not found.causes
    assert [one.kind.id for one in found.symptoms] == ["web_slow"]
    assert [one.kind.id for one in found.others] == ["disk_failing"]


def test_a_node_reaches_its_guests() -> None:
    found = ranked(
        finding("cpu_saturated", "pve2", onset=ago(hours=1)),
        finding("cpu_steal", "media", onset=ago(minutes=55)),
        focus=about("media"),
    )
    assert first(found) == ("cpu_saturated", "pve2")


def test_a_noisy_guest_reaches_its_neighbours() -> None:
    found = ranked(
        finding("noisy_guest", "docker1", onset=ago(hours=1)),
        finding("io_wait", "media", onset=ago(minutes=55)),
        focus=about("media"),
    )
    assert first(found) == ("noisy_guest", "docker1")


def test_name_resolution_reaches_everything() -> None:
    found = ranked(
        finding("dns_down", "dns1", onset=ago(hours=1), severity=3),
        finding("lookup_errors", "media", onset=ago(minutes=55), source="log"),
        focus=about("media"),
    )
    assert first(found) == ("dns_down", "dns1")


def test_effects_of_effects_belong_to_the_cause() -> None:
    found = ranked(
        finding("port_taken", "dns1", "adguard", ago(hours=1), source="log", severity=3),
        finding("dns_down", "dns1", onset=ago(minutes=59), severity=3),
        finding("lookup_errors", "media", onset=ago(minutes=55), source="log"),
        focus=about("media"),
    )
    assert first(found) == ("port_taken", "adguard on dns1")
    assert {one.kind.id for one in found.causes[0].effects} == {"dns_down", "lookup_errors"}


def test_another_container_of_the_machine_is_not_meant() -> None:
    focus = Focus((Entity(EntityKind.SERVICE, "sonarr", ("docker1",)),))
    found = ranked(finding("restart_loop", "docker1", "radarr", severity=3), focus=focus)
    assert not found.causes
    assert found.others[0].subject.name == "radarr"


def test_two_independent_causes_are_both_told() -> None:
    found = ranked(
        finding("ups_on_battery", "", "ups1", severity=3),
        finding("datastore_full", "pbs", "main", severity=3),
    )
    assert {one.kind.id for one in found.causes} == {"ups_on_battery", "datastore_full"}


def test_views_of_one_fact_are_one_cause() -> None:
    found = ranked(
        finding("datastore_full", "pbs", "main", ago(hours=1)),
        finding("filesystem_full", "pbs", "/mnt/datastore/main", ago(hours=2)),
    )
    assert [one.kind.id for one in found.causes] == ["datastore_full"]


def test_more_kinds_of_evidence_make_it_likelier() -> None:
    alone = ranked(finding("memory_exhausted", "media"), focus=about("media")).causes[0]
    both = ranked(
        finding("memory_exhausted", "media"),
        finding("memory_exhausted", "media", source="alert"),
        finding("oom_kill", "media", "jellyfin", source="log", severity=3),
        focus=about("media"),
    ).causes[0]
    assert both.score > alone.score
    assert both.confidence == "likely"


def test_what_is_over_counts_less() -> None:
    now = ranked(finding("cpu_saturated", "pve2")).causes[0]
    over = ranked(finding("cpu_saturated", "pve2", active=False)).causes[0]
    assert over.score < now.score


def test_topics_choose_where_no_name_does() -> None:
    found = ranked(
        finding("ups_on_battery", "", "ups1", severity=3),
        finding("disk_failing", "nas1", "sdc", severity=3),
        topics=(Topic.DISK,),
    )
    assert [one.kind.id for one in found.causes] == ["disk_failing"]
    assert [one.kind.id for one in found.others] == ["ups_on_battery"]


def test_nothing_found_gives_nothing() -> None:
    found = ranked()
    assert (found.causes, found.others, found.symptoms) == ((), (), ())


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_is_sound(kind: str) -> None:
    known = KINDS[kind]
    assert known.brings <= set(KINDS)
    assert known.views <= set(KINDS)
    assert kind not in known.brings or kind == "cpu_saturated"
    assert 0 < known.root <= 1
    assert known.reach in Reach
    assert known.says.format(subject="x")
    found = ranked(finding(kind, "media", "thing"), finding(kind, "nas1", onset=NOW))
    assert len(found.causes) + len(found.symptoms) + len(found.others) >= 1
