"""Which finding is the cause, which are its effects, and what has nothing to do with it."""

import pytest

from sre_tui.diagnosis.causes.confidence import SHOWN
from sre_tui.diagnosis.causes.focus import Focus
from sre_tui.diagnosis.causes.rank import Ranking, rank
from sre_tui.diagnosis.causes.words import cause_of, impact_of
from sre_tui.diagnosis.evidence import Evidence, EvidenceKind
from sre_tui.diagnosis.finding import Finding, Severity
from sre_tui.diagnosis.patterns.load import bundled
from sre_tui.diagnosis.subject import Subject, SubjectKind
from sre_tui.diagnosis.topology.graph import Relation
from sre_tui.views.investigation_words import effects_left, joined_effects
from tests.unit.diagnosis.causes.lab import (
    DISK,
    DOCKER,
    JELLYFIN,
    MEDIA,
    NODE,
    OTHER_NODE,
    POOL,
    PROXY,
    RADARR,
    SHARE,
    SITE,
    SONARR,
    finding,
    homelab,
)  # fmt: skip


def ranked(*findings: Finding, about: tuple[Subject, ...] = ()) -> Ranking:
    topology = homelab()
    return rank(findings, topology, Focus.on(about, topology), bundled())


def causes(ranking: Ranking) -> list[tuple[str, Subject]]:
    return [(one.hypothesis.pattern.id, one.hypothesis.subject) for one in ranking.causes]


FAILING = finding("disk_failing", DISK, 180, severity=Severity.CRITICAL)
SLOW_PAGE = finding("web_slow", SITE, 100)
WAITING = finding("io_wait", MEDIA, 120)


def test_a_disk_explains_the_page_that_stands_on_it() -> None:
    ranking = ranked(SLOW_PAGE, WAITING, FAILING)
    assert causes(ranking) == [("disk_failing", DISK)]
    effects = {one.subject for one in ranking.causes[0].hypothesis.effects}
    assert effects == {MEDIA, SITE}
    assert ranking.symptoms == ()


def test_what_stands_on_something_else_is_not_explained() -> None:
    ranking = ranked(FAILING, finding("io_wait", DOCKER, 120))
    assert ("io_wait", DOCKER) in causes(ranking)


def test_an_effect_does_not_begin_before_its_cause() -> None:
    ranking = ranked(finding("disk_failing", DISK, 30), finding("io_wait", MEDIA, 120))
    assert set(causes(ranking)) == {("disk_failing", DISK), ("io_wait", MEDIA)}


def test_a_little_later_is_still_the_cause() -> None:
    assert causes(ranked(finding("disk_failing", DISK, 115), WAITING)) == [("disk_failing", DISK)]


def test_what_was_there_before_the_window_can_explain_what_began_in_it() -> None:
    old = finding("disk_failing", DISK, 360, open_start=True)
    assert causes(ranked(old, WAITING)) == [("disk_failing", DISK)]
    ranking = ranked(FAILING, finding("io_wait", MEDIA, 360, open_start=True))
    assert len(ranking.causes) == 2


def test_a_container_does_not_break_another_one() -> None:
    loop = finding("restart_loop", SONARR, 60, severity=Severity.CRITICAL)
    ranking = ranked(loop, finding("container_down", RADARR, 50))
    assert set(causes(ranking)) == {("restart_loop", SONARR), ("container_down", RADARR)}


def test_a_noisy_guest_is_felt_by_its_neighbours_only() -> None:
    noisy = finding("noisy_guest", PROXY, 90)
    ranking = ranked(noisy, finding("io_wait", MEDIA, 80), finding("io_wait", DOCKER, 80))
    assert causes(ranking)[0] == ("noisy_guest", PROXY)
    assert {one.subject for one in ranking.causes[0].hypothesis.effects} == {MEDIA}


def test_a_nightly_backup_is_a_cause_only_of_what_it_brings_about() -> None:
    runs = finding("backup_load", NODE, 60, severity=Severity.NOTE, by="log")
    hint = finding("high_load", NODE, 50, severity=Severity.NOTE, by="log")
    assert causes(ranked(runs, hint, about=(NODE,))) == []
    slow = finding("high_load", NODE, 50)
    assert causes(ranked(runs, slow, about=(NODE,)))[0] == ("backup_load", NODE)
    noisy = finding("noisy_guest", PROXY, 55)
    assert causes(ranked(runs, slow, noisy))[0] == ("noisy_guest", PROXY), "this stands by itself"


def test_a_nightly_backup_explains_nothing_that_began_hours_before_it() -> None:
    runs = finding("backup_load", NODE, 60, severity=Severity.NOTE, by="log", check="logs")
    going_on = finding("backup_load", NODE, None, severity=Severity.NOTE, by="api")
    lost = finding("nfs_trouble", MEDIA, 200)
    assert causes(ranked(runs, going_on, lost)) == [("nfs_trouble", MEDIA)]


def test_a_backup_that_has_ended_explains_nothing_that_goes_on() -> None:
    ran = finding("backup_load", NODE, 200, severity=Severity.NOTE, by="log", active=False)
    slow = finding("nfs_trouble", MEDIA, 190)
    over = slow.model_copy(update={"active": False})
    assert causes(ranked(ran, slow)) == [("nfs_trouble", MEDIA)]
    assert ("nfs_trouble", MEDIA) not in causes(ranked(ran, over))


@pytest.mark.parametrize(("share", "broken"), [(0.83, False), (0.99, True)])
def test_a_space_breaks_what_lies_on_it_once_there_is_no_room(share: float, broken: bool) -> None:
    space = finding("pool_full", POOL, 60).model_copy(update={"value": share, "unit": "ratio"})
    found = causes(ranked(space, finding("service_errors", JELLYFIN, 50), about=(JELLYFIN,)))
    assert (("pool_full", POOL) in found) == broken


def test_a_node_that_is_gone_explains_everything_on_it() -> None:
    down = finding("node_down", NODE, 30, severity=Severity.CRITICAL)
    ranking = ranked(down, finding("guest_down", MEDIA, 29), finding("web_down", SITE, 28))
    assert causes(ranking) == [("node_down", NODE)]


def test_what_lies_on_a_pool_over_a_share_is_full_because_the_pool_is() -> None:
    topology = homelab()
    store = Subject(kind=SubjectKind.DATASTORE, name="archive")
    topology.connect(store, Relation.STORED_ON, SHARE)
    own = Subject(kind=SubjectKind.DATASTORE, name="main")
    topology.connect(own, Relation.ATTACHED_TO, MEDIA)
    found = [
        finding("space_growth", POOL, 200),
        finding("datastore_full", store, 30),
        finding("datastore_full", own, 30),
    ]
    ranking = rank(found, topology, Focus(), bundled())
    assert set(causes(ranking)) == {("space_growth", POOL), ("datastore_full", own)}


def test_what_only_nears_is_not_told_as_come() -> None:
    def claim(**more: object) -> str:
        one = finding("datastore_full", POOL).model_copy(update={"unit": "ratio", **more})
        return ranked(one).causes[0].hypothesis.claim

    assert "is nearly full" in claim(value=0.9)
    assert " is full" in claim(value=0.99)
    assert " is full" in claim(value=0.9, severity=Severity.CRITICAL)
    assert " is full" in claim(check="logs")


def test_independent_causes_both_stand() -> None:
    down = finding("guest_down", DOCKER, 30, severity=Severity.CRITICAL)
    ranking = ranked(FAILING, WAITING, down)
    assert set(causes(ranking)) == {("disk_failing", DISK), ("guest_down", DOCKER)}
    assert all(one.confirmed for one in ranking.causes)


def test_only_what_can_have_to_do_with_it_is_told_of_what_is_asked() -> None:
    down = finding("guest_down", DOCKER, 30, severity=Severity.CRITICAL)
    ranking = ranked(FAILING, WAITING, SLOW_PAGE, down, about=(JELLYFIN,))
    assert causes(ranking) == [("disk_failing", DISK)]
    assert [one.hypothesis.subject for one in ranking.elsewhere] == [DOCKER]


def test_the_very_thing_that_is_asked_comes_first() -> None:
    own = finding("oom_kill", MEDIA, 20, severity=Severity.CRITICAL)
    ranking = ranked(FAILING, WAITING, own, about=(MEDIA,))
    assert causes(ranking)[0] == ("oom_kill", MEDIA)


def test_symptoms_alone_are_no_cause() -> None:
    ranking = ranked(SLOW_PAGE)
    assert ranking.causes == ()
    assert [one.subject for one in ranking.symptoms] == [SITE]


def test_nothing_found_is_nothing_claimed() -> None:
    assert ranked() == Ranking()


def test_a_mechanism_is_told_with_what_it_is_the_how_of() -> None:
    crash = finding("kernel_crash", MEDIA, 60, severity=Severity.CRITICAL, by="log")
    loop = finding("guest_crash_loop", MEDIA, 60, severity=Severity.CRITICAL, by="task")
    ranking = ranked(crash, loop)
    assert causes(ranking) == [("guest_crash_loop", MEDIA)]
    assert "kernel of media crashed" in ranking.causes[0].hypothesis.claim


def test_the_node_counts_the_kill_in_its_guest_as_well() -> None:
    own = finding("oom_kill", MEDIA, 60, severity=Severity.CRITICAL)
    echo = finding("oom_kill", NODE, 60, severity=Severity.CRITICAL)
    assert causes(ranked(own, echo)) == [("oom_kill", MEDIA)]


def test_the_same_trouble_of_many_sites_is_that_of_the_proxy_before_them() -> None:
    topology = homelab()
    sites = [Subject(kind=SubjectKind.SITE, name=f"s{n}.home.example") for n in range(3)]
    for site in sites:
        topology.connect(site, next(iter(topology.below(SITE))).relation, PROXY)
    found = [finding("certificate_renewal", site, 60) for site in sites]
    ranking = rank(found, topology, Focus(), bundled())
    assert causes(ranking) == [("certificate_renewal", PROXY)]


def test_more_evidence_makes_surer() -> None:
    one = ranked(finding("pool_degraded", POOL, 60)).causes[0]
    two = ranked(
        finding("pool_degraded", POOL, 60, severity=Severity.CRITICAL),
        finding("pool_degraded", POOL, 59, by="api", check="other"),
        finding("pool_degraded", POOL, 59, by="log", check="logs"),
        WAITING,
    ).causes[0]
    assert two.confidence > one.confidence


def test_what_mostly_has_a_cause_of_its_own_is_less_surely_a_beginning() -> None:
    topology = homelab()
    found = [
        finding("oom_kill", MEDIA, 60, severity=Severity.CRITICAL),
        finding("oom_kill", MEDIA, 58, severity=Severity.CRITICAL, by="log", check="logs"),
        finding("web_down", SITE, 55),
    ]
    (link, *_) = ranked(*found).causes
    assert 0.5 < link.confidence < 0.9, "a leak, or a job that takes too much, may be behind it"
    focus = Focus.on((), topology, kinds=("oom_kill",), named_kinds=("oom_kill",))
    (asked, *_) = rank(found, topology, focus, bundled()).causes
    assert asked.confidence > 0.9, "who asks for a kill is told of the kill"


@pytest.mark.parametrize("order", [1, -1])
def test_the_order_of_findings_does_not_matter(order: int) -> None:
    found = [FAILING, WAITING, SLOW_PAGE, finding("guest_down", DOCKER, 30)]
    assert causes(ranked(*found[::order])) == causes(ranked(*found))


def test_a_cause_in_words_says_what_speaks_for_and_against_it() -> None:
    ranking = ranked(FAILING, WAITING, SLOW_PAGE)
    told = cause_of(ranking.causes[0])
    assert told.claim == "disk sdc on nas1 is failing"
    assert any("explains 2 other findings" in one.text for one in told.speaks_for)
    assert any("only one kind of evidence" in one.text for one in told.speaks_against)
    assert [one.subject for one in told.effects] == [MEDIA, SITE]
    assert impact_of(ranking.causes) == [SITE, MEDIA]


def test_what_is_over_is_said_to_be_over() -> None:
    told = cause_of(ranked(finding("disk_failing", DISK, 180, active=False)).causes[0])
    assert any("it is over" in one.text for one in told.speaks_against)


def test_trouble_of_another_node_is_not_that_of_this_one() -> None:
    ranking = ranked(finding("cpu_saturated", OTHER_NODE, 60), finding("cpu_steal", MEDIA, 50))
    assert ("cpu_steal", MEDIA) in causes(ranking)


def test_what_has_long_been_so_is_not_why_something_began_with_another_cause() -> None:
    missing = finding("pool_degraded", POOL, 360, severity=Severity.CRITICAL, open_start=True)
    noisy = finding("noisy_guest", PROXY, 60)
    waiting = finding("io_wait", MEDIA, 60)
    ranking = ranked(missing, noisy, waiting, about=(MEDIA,))
    assert causes(ranking)[0] == ("noisy_guest", PROXY)
    assert causes(ranked(missing, waiting, about=(MEDIA,)))[0] == ("pool_degraded", POOL)


def test_an_effect_does_not_begin_before_its_cause_through_others_either() -> None:
    dns = finding("dns_down", DOCKER, 30, severity=Severity.CRITICAL)
    lookups = finding("lookup_errors", PROXY, 29, by="log", check="logs")
    renewal = finding("certificate_renewal", SITE, 360, open_start=True)
    expired = finding("certificate_expired", SITE, 360, severity=Severity.CRITICAL, open_start=True)
    ranking = ranked(dns, lookups, renewal, expired)
    assert {kind for kind, _ in causes(ranking)} >= {"dns_down", "certificate_renewal"}


def test_other_trouble_of_the_same_thing_is_told_beside_its_cause() -> None:
    neighbour = finding("noisy_guest", PROXY, 90)
    failing = finding("disk_failing", DISK, 180, severity=Severity.CRITICAL)
    ranking = ranked(failing, neighbour, WAITING, SLOW_PAGE, about=(MEDIA,))
    assert causes(ranking) == [("disk_failing", DISK)]
    assert [one.hypothesis.subject for one in ranking.elsewhere] == [PROXY]


def test_effects_are_counted_in_full_and_each_kind_is_told() -> None:
    topology = homelab()
    guests = [Subject(kind=SubjectKind.GUEST, name=f"g{number:02}") for number in range(20)]
    for guest in guests:
        topology.connect(guest, Relation.RUNS_ON, NODE)
    down = finding("node_down", NODE, 30, severity=Severity.CRITICAL)
    felt = [finding("guest_down", guest, 29) for guest in guests]
    ranking = rank([down, *felt, finding("web_down", SITE, 28)], topology, Focus(), bundled())
    told = cause_of(ranking.causes[0])
    assert (len(told.effects), told.effects_total) == (12, 21)
    assert {(one.kind, one.total) for one in told.effect_counts} == {
        ("guest_down", 20), ("web_down", 1),
    }  # fmt: skip
    words = [text for text, _ in joined_effects(told, 3)]
    assert words[0] == "guest down on 20 guests: g00, g01, g02 and 17 more"
    assert effects_left(told) == ""


def test_commands_name_the_interface_and_the_stream_that_was_seen() -> None:
    counted = finding("link_errors", NODE).model_copy(update={"part": "eno1"})
    shown = cause_of(ranked(counted).causes[0]).would_confirm
    assert "ethtool -S eno1" in shown
    unknown = cause_of(ranked(finding("link_errors", NODE)).causes[0]).would_confirm
    assert "ethtool -S <interface>" in unknown

    site = Subject(kind=SubjectKind.SITE, name="vault.example")
    line = Evidence(source="loki:main", kind="log", says="acme", asked='{hostname="proxy"}')
    told = finding("certificate_renewal", site, severity=Severity.CRITICAL, check="logs")
    found = told.model_copy(update={"evidence": (line,)})
    looks = cause_of(ranked(found).causes[0]).would_confirm
    assert looks[0].startswith('sre logs query \'{hostname="proxy"} |~ ')
    bare = cause_of(ranked(told.model_copy(update={"evidence": ()})).causes[0]).would_confirm
    assert not any("logs query" in one for one in bare)


def test_what_shows_it_is_what_the_thing_says_of_itself() -> None:
    def said(kind: EvidenceKind, command: str) -> Evidence:
        return Evidence(source="x:main", kind=kind, says="it", command=command)

    disk = finding("disk_failing", DISK, severity=Severity.CRITICAL).model_copy(
        update={"evidence": (said("metric", "metrics query up"), said("api", "nas status"))}
    )
    shown = cause_of(ranked(disk).causes[0]).would_confirm
    assert [one for one in shown if one.startswith("sre ")] == ["sre nas status"]
    only = disk.model_copy(update={"evidence": (said("metric", "metrics query up"),)})
    assert cause_of(ranked(only).causes[0]).would_confirm[-1] == "sre metrics query up"


def test_an_alert_is_no_effect_of_what_began_long_after_it_or_has_no_machine_in_common() -> None:
    growth = finding("space_growth", MEDIA, 200)
    for minutes, subject, felt in (
        (190, MEDIA, True),
        (9 * 1440, MEDIA, False),
        (190, DOCKER, False),
    ):
        alert = finding("alert", subject, minutes, check="alerts", by="alert")
        found = ranked(growth, alert)
        effects = [each.pattern.id for one in found.causes for each in one.hypothesis.effects]
        assert ("alert" in effects) is felt
    nowhere = (
        Subject(kind=SubjectKind.DATASTORE, name="main"),
        Subject(kind=SubjectKind.ALERT, name="x"),
    )
    full, other = finding("datastore_full", nowhere[0], 200), finding("alert", nowhere[1], 190)
    assert not [one for one in ranked(full, other).causes if one.hypothesis.effects]


def test_it_is_full_since_that_was_said_and_not_since_it_was_nearly() -> None:
    store = Subject(kind=SubjectKind.DATASTORE, name="main")
    full = finding("datastore_full", store, 300, severity=Severity.CRITICAL, open_start=True)
    nearly = finding("datastore_full", store, 900, check="alerts", by="alert", open_start=True)
    pool = finding("pool_full", Subject(kind=SubjectKind.POOL, name="pbs/main"), 1200)
    told = ranked(full, nearly, pool).causes[0].hypothesis
    assert told.claim == "backup datastore main is full"
    assert told.known_since == full.since
    assert ranked(nearly).causes[0].hypothesis.known_since == nearly.since


def test_the_same_is_told_of_what_is_plainly_felt_whatever_is_asked() -> None:
    renewal = finding("certificate_renewal", SITE, 300, by="log", check="logs")
    expired = finding("certificate_expired", SITE, 100, severity=Severity.CRITICAL)
    sure = [
        next(
            one.confidence
            for one in (*found.causes, *found.elsewhere)
            if one.hypothesis.pattern.id == "certificate_renewal"
        )
        for about in ((), (DOCKER,))
        for found in (ranked(renewal, expired, about=about),)
    ]
    assert sure[0] >= SHOWN
    assert sure[1] >= SHOWN
    alone = ranked(renewal).causes[0]
    assert alone.confidence < SHOWN
