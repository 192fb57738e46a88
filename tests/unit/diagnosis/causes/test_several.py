"""Of several things that are wrong, which is told as what, and which is called by a question."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sre_tui.diagnosis.asked import find_asked
from sre_tui.diagnosis.causes.confidence import STATED
from sre_tui.diagnosis.causes.focus import Focus
from sre_tui.diagnosis.causes.rank import Ranked, Ranking, is_meant, rank
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
    OTHER_NODE,
    POOL,
    finding,
    homelab,
)  # fmt: skip

DAY = timedelta(days=1).total_seconds() / 60
NEIGHBOUR = Subject(kind=SubjectKind.DISK, name="nas1/sdd")
EXPORTER = Subject(kind=SubjectKind.TARGET, name="nas1:9633")


def place() -> Topology:
    topology = homelab()
    topology.connect(POOL, Relation.MADE_OF, NEIGHBOUR)
    topology.connect(EXPORTER, Relation.WATCHES, NAS)
    return topology


def answered(text: str, *findings: Finding) -> tuple[Ranking, Focus]:
    topology, patterns = place(), bundled()
    asked = find_asked(text, topology, (), patterns)
    focus = Focus.on(
        asked.subjects, topology, kinds=asked.kinds(patterns), topics=asked.topics,
        named_kinds=asked.named_kinds(patterns), manner=asked.manner,
        said=text.casefold().split(),
    )  # fmt: skip
    return rank(findings, topology, focus, patterns), focus


def names(several: tuple[Ranked, ...]) -> list[tuple[str, Subject]]:
    return [(one.hypothesis.pattern.id, one.hypothesis.subject) for one in several]


AWAKE = finding("disk_awake", POOL, 2 * DAY, by="alert")


def test_a_pool_that_is_awake_for_one_disk_is_that_disk() -> None:
    ranking, _ = answered("what is wrong", AWAKE, finding("disk_awake", DISK, DAY))
    assert names(ranking.causes) == [("disk_awake", DISK)]


def test_a_pool_whose_disks_are_awake_together_is_the_pool() -> None:
    several = (finding("disk_awake", DISK, DAY), finding("disk_awake", NEIGHBOUR, DAY))
    ranking, _ = answered("what is wrong", AWAKE, *several)
    assert names(ranking.causes) == [("disk_awake", POOL)]


def test_what_failed_days_before_does_not_come_of_what_is_told_to_have_begun() -> None:
    full = finding("pool_full", POOL, 480, severity=Severity.CRITICAL, by="alert", open_start=True)
    stuck = finding("replication_failed", Subject(kind=SubjectKind.REPLICATION, name="nas1/copy"),
                    6 * DAY, by="alert", open_start=True)  # fmt: skip
    topology = place()
    topology.connect(stuck.subject, Relation.STORED_ON, POOL)
    told = rank((full, stuck), topology, Focus.on((), topology), bundled())
    assert ("replication_failed", stuck.subject) in names(told.causes)
    # A window's edge dates nothing: it may have been full for as long.
    measured = finding("pool_full", POOL, 360, severity=Severity.CRITICAL, open_start=True)
    told = rank((measured, stuck), topology, Focus.on((), topology), bundled())
    assert ("replication_failed", stuck.subject) not in names(told.causes)


def test_what_cannot_be_scraped_is_told_as_sure_as_it_is_read() -> None:
    down = finding("target_down", EXPORTER, 3 * DAY)
    ranking, focus = answered(
        "my temperature panel for the nas is empty, are the disks gone??",
        down, finding("oom_kill", MEDIA, 60, severity=Severity.CRITICAL),
    )  # fmt: skip
    first = ranking.causes[0]
    assert names((first,)) == [("target_down", EXPORTER)]
    assert first.confidence >= STATED
    assert is_meant(first, focus)


def test_a_fact_of_little_consequence_elsewhere_comes_behind_what_is_likely_a_cause() -> None:
    killed = finding("oom_kill", MEDIA, 60, severity=Severity.CRITICAL, by="log")
    ranking, _ = answered("why is docker1 slow", finding("target_down", EXPORTER, 3 * DAY), killed)
    told = [one for one in ranking.elsewhere if one.confirmed]
    assert names(tuple(told))[-1] == ("target_down", EXPORTER)


@pytest.mark.parametrize(
    "text",
    ["sunday check, what is really wrong", "are the copies on the big pool", "is it bad",
     "the database and the web page", "look at the log of the program"],
)  # fmt: skip
def test_words_for_things_name_no_trouble(text: str) -> None:
    asked = find_asked(text, Topology(), (), bundled())
    assert not {"configuration_wrong", "pool_full", "bad_update", "database_locked", "web_down",
                "log_flood", "program_died"} & asked.named_kinds(bundled())  # fmt: skip


def test_of_several_called_by_a_word_that_is_meant_which_stands_on_what_is_named() -> None:
    here, there = (finding("backup_uncovered", one, 300, by="api") for one in (MEDIA, DOCKER))
    ranking, _ = answered(f"if {NODE.name} burned down tonight, what would i lose", there, here)
    assert ("backup_uncovered", MEDIA) in names(ranking.causes)
    assert ("backup_uncovered", DOCKER) not in names(ranking.causes)
    ranking, _ = answered(f"if {OTHER_NODE.name} burned down tonight, what would i lose", there)
    assert ("backup_uncovered", DOCKER) in names(ranking.causes)


def test_a_backup_that_says_a_reason_of_its_own_comes_of_nothing_shared() -> None:
    link = finding("link_errors", NAS, 400, severity=Severity.CRITICAL, open_start=True)
    failed = finding("backup_failed", MEDIA, 300, by="api")
    frozen = failed.model_copy(
        update={"text": "the backup of media failed: can't freeze guest: got timeout"}
    )
    ranking, _ = answered("why does the backup of media fail", link, failed)
    assert names(ranking.causes) == [("link_errors", NAS)]
    ranking, _ = answered("why does the backup of media fail", link, frozen)
    assert names(ranking.causes)[0] == ("backup_failed", MEDIA)


def test_what_a_machine_has_itself_comes_before_what_it_only_feels() -> None:
    filling = finding("space_growth", MEDIA, 200)
    failing = finding("disk_failing", DISK, 180, severity=Severity.CRITICAL, by="api")
    slow = finding("io_wait", MEDIA, 170)
    ranking, _ = answered("what is it with media", failing, slow, filling)
    told = [*names(ranking.causes), *names(ranking.elsewhere)]
    assert told.index(("space_growth", MEDIA)) < told.index(("disk_failing", DISK))


def test_what_is_possible_and_of_what_is_named_is_meant() -> None:
    hint = finding("access_denied", MEDIA, 60, by="log").model_copy(update={"hearsay": True})
    elsewhere = finding("oom_kill", DOCKER, 30, severity=Severity.CRITICAL)
    ranking, focus = answered("media does odd things", hint, elsewhere)
    (one,) = ranking.causes
    assert one.hypothesis.subject == MEDIA
    assert is_meant(one, focus)


def test_a_mail_that_came_is_no_question_about_the_mail_server() -> None:
    topology = place()
    mail = topology.add(Subject(kind=SubjectKind.GUEST, name="mail"))
    of = {
        text: mail in find_asked(text, topology, (), bundled()).subjects
        for text in ("I got a yellow mail about the slow store", "mail is slow", "a mail says red")
    }
    assert list(of.values()) == [False, True, False]


def test_what_lasted_when_the_window_began_may_come_of_what_began_before_it() -> None:
    moved = finding("lease_lost", MEDIA, 427, by="log", active=False)
    hangs = finding("nfs_trouble", MEDIA, 360, severity=Severity.CRITICAL, open_start=True)
    ranking, _ = answered("what is wrong", moved, hangs)
    assert names(ranking.causes) == [("lease_lost", MEDIA)]
    later = finding("lease_lost", MEDIA, 60, by="log", active=False)
    ranking, _ = answered("what is wrong", later, hangs)
    assert ("nfs_trouble", MEDIA) in names(ranking.causes)


def test_a_battery_that_carries_all_is_told_as_the_cause_of_nothing_that_does_not_show_it() -> None:
    ups = Subject(kind=SubjectKind.UPS, name="ups1")
    topology = place()
    topology.connect(NODE, Relation.POWERED_BY, ups)
    on_battery = finding("ups_on_battery", ups, 10, severity=Severity.CRITICAL, by="api")
    for seen, told in (((), False), ((finding("guest_down", MEDIA, 5),), True)):
        focus = Focus.on((MEDIA,), topology)
        ranking = rank((on_battery, *seen), topology, focus, bundled())
        assert (("ups_on_battery", ups) in names(ranking.causes)) is told


@pytest.mark.parametrize(
    ("text", "general"),
    [
        ("Anything to buy for media? Everything that is wrong, please.", True),
        ("list of open problems, also of media", True),
        ("is anything wrong with media", False),
        ("media is slow, what is wrong", False),
    ],
)
def test_who_asks_for_all_that_is_wrong_asks_of_nothing_else(text: str, general: bool) -> None:
    asked = find_asked(text, place(), (), bundled())
    assert (MEDIA not in asked.subjects) is general


def test_where_effects_cannot_be_seen_what_is_known_to_spread_may_be_the_cause() -> None:
    topology, patterns = place(), bundled()
    busy = finding("cpu_saturated", NODE, 60, by="api")
    focus = Focus.on((MEDIA,), topology)
    seen = rank((busy,), topology, focus, patterns)
    assert names(seen.causes) == []
    blind = rank((busy,), topology, focus, patterns, away=("prometheus",))
    assert names(blind.causes) == [("cpu_saturated", NODE)]


def test_what_a_machine_mounts_is_no_part_of_its_own_space() -> None:
    topology = place()
    grows = finding("space_growth", POOL, 300)
    own = finding("filesystem_full", MEDIA, 200)
    mounted = finding(
        "filesystem_full", Subject(kind=SubjectKind.FILESYSTEM, name="docker1:/mnt"), 9
    )
    topology.connect(mounted.subject, Relation.STORED_ON, POOL)
    told = rank((grows, own, mounted), topology, Focus.on((), topology), bundled())
    assert set(names(told.causes)) == {("space_growth", POOL), ("filesystem_full", MEDIA)}


def test_a_datastore_tells_of_a_damaged_backup_though_nothing_tells_where_that_is() -> None:
    store = Subject(kind=SubjectKind.DATASTORE, name="main")
    damaged, told = (finding("backup_unverified", one, 90, by="api") for one in (MEDIA, store))
    topology = place()
    topology.add(store)
    ranking = rank((told, damaged), topology, Focus.on((), topology), bundled())
    assert names(ranking.causes) == [("backup_unverified", MEDIA)]
