"""What a backend says of itself is sure whatever is asked; that only says where it stands."""

import pytest

from sre_tui.diagnosis.causes.confidence import STATED
from sre_tui.diagnosis.causes.focus import Focus
from sre_tui.diagnosis.causes.rank import Ranked, Ranking, rank
from sre_tui.diagnosis.causes.words import cause_of
from sre_tui.diagnosis.finding import Finding, Severity
from sre_tui.diagnosis.patterns.load import bundled
from sre_tui.diagnosis.subject import Subject, SubjectKind
from sre_tui.diagnosis.topology.graph import Relation, Topology
from tests.unit.diagnosis.causes.lab import DOCKER, MEDIA, finding, homelab

UNCOVERED = finding("backup_uncovered", MEDIA, 300, by="api")


def ranked(
    *findings: Finding, about: tuple[Subject, ...] = (), kinds: tuple[str, ...] = ()
) -> Ranking:
    topology = homelab()
    return rank(findings, topology, Focus.on(about, topology, kinds=kinds), bundled())


def told(ranking: Ranking) -> list[Ranked]:
    return [*ranking.causes, *ranking.elsewhere]


@pytest.mark.parametrize(
    "ranking",
    [
        ranked(UNCOVERED),
        ranked(UNCOVERED, about=(MEDIA,)),
        ranked(UNCOVERED, about=(DOCKER,)),
        ranked(UNCOVERED, kinds=("backup_uncovered",)),
        ranked(UNCOVERED, finding("oom_kill", MEDIA, 20), about=(MEDIA,)),
    ],
    ids=["all", "its guest", "another guest", "backups", "beside another cause"],
)
def test_a_fact_is_as_sure_however_one_asks(ranking: Ranking) -> None:
    (fact,) = [one for one in told(ranking) if one.hypothesis.subject == MEDIA
               and one.hypothesis.pattern.id == "backup_uncovered"]  # fmt: skip
    assert fact.confidence >= STATED
    assert "only one kind" not in str(cause_of(fact).speaks_against)


def test_what_is_certain_but_hardly_meant_is_told_elsewhere() -> None:
    stale = finding("backup_missing", DOCKER, 300, by="api")
    ranking = ranked(stale, kinds=("backup_missing",))
    assert ranking.causes == ()
    (fact,) = ranking.elsewhere
    assert fact.confirmed
    assert not fact.relevant
    assert [one.confirmed for one in ranked(stale).causes] == [True]


def test_what_has_plainly_run_out_is_told_before_why() -> None:
    site = Subject(kind=SubjectKind.SITE, name="cloud.home.example")
    refused = finding("certificate_renewal", site, 300, by="log")
    expired = finding("certificate_expired", site, 30, by="metric")
    (cause,) = ranked(refused, expired).causes
    why = "certificates of cloud.home.example cannot be renewed"
    assert cause.hypothesis.claim == f"the certificate of cloud.home.example has expired: {why}"
    over = expired.model_copy(update={"active": False})
    assert ranked(refused, over).causes[0].hypothesis.claim == why


@pytest.mark.parametrize(
    "other",
    [
        finding("backup_uncovered", MEDIA, 300, by="metric"),
        finding("backup_uncovered", MEDIA, 300, by="api", severity=Severity.NOTE),
        UNCOVERED.model_copy(update={"active": False}),
        UNCOVERED.model_copy(update={"event": True}),
        UNCOVERED.model_copy(update={"refuted": True}),
        UNCOVERED.model_copy(update={"diagnostic": True}),
    ],
    ids=["measured", "note", "over", "event", "refuted", "diagnostic"],
)
def test_only_what_is_said_to_be_so_now_is_a_fact(other: Finding) -> None:
    assert all(one.confidence == one.relevance for one in told(ranked(other)))


def test_a_date_that_has_passed_is_a_fact_although_it_is_measured() -> None:
    site = Subject(kind=SubjectKind.SITE, name="wiki.home.example")
    (fact,) = ranked(finding("certificate_expired", site, 60)).causes
    assert fact.confidence >= STATED > fact.relevance


def test_a_datastore_tells_of_the_damage_of_its_guest() -> None:
    topology = Topology()
    store = Subject(kind=SubjectKind.DATASTORE, name="main")
    server = Subject(kind=SubjectKind.HOST, name="pbs")
    topology.connect(MEDIA, Relation.BACKED_UP_TO, store)
    topology.connect(store, Relation.ATTACHED_TO, server)
    damaged = [finding("backup_unverified", one, 60, by="api") for one in (store, server, MEDIA)]
    ranking = rank(damaged, topology, Focus(), bundled())
    assert [one.hypothesis.subject for one in ranking.causes] == [MEDIA]
    alone = rank(damaged[:1], topology, Focus(), bundled())
    assert [one.hypothesis.subject for one in alone.causes] == [store]


def test_what_is_called_by_its_own_word_is_meant_beside_another_name() -> None:
    topology = homelab()
    pile = finding("snapshot_pileup", Subject(kind=SubjectKind.DATASET, name="nas1/tank/cctv"))
    focus = Focus.on((DOCKER,), topology, named_kinds=("snapshot_pileup",))
    ranking = rank([pile], topology, focus, bundled())
    assert [one.hypothesis.pattern.id for one in ranking.causes] == ["snapshot_pileup"]


def test_what_one_source_says_is_less_sure_while_another_is_away() -> None:
    topology = homelab()
    half = finding("oom_kill", MEDIA, 20, severity=Severity.CRITICAL)
    fact = finding("backup_uncovered", DOCKER, 300, by="api")
    seen, blind = (
        {one.hypothesis.pattern.id: one.confidence for one in ranking.causes}
        for ranking in (
            rank([half, fact], topology, Focus(), bundled(), away=away) for away in ((), ("loki",))
        )
    )
    assert blind["oom_kill"] < seen["oom_kill"] - 0.05
    assert blind["backup_uncovered"] == seen["backup_uncovered"]


def test_beside_a_sure_cause_of_what_is_asked_others_hardly_count() -> None:
    sure = finding("oom_kill", MEDIA, 20, severity=Severity.CRITICAL)
    vague = finding("auth_failures", MEDIA, 25)
    alone, beside = (
        {
            one.hypothesis.pattern.id: one.confidence
            for one in told(ranked(*several, about=(MEDIA,)))
        }
        for several in ((vague,), (sure, vague))
    )
    assert beside["auth_failures"] < alone["auth_failures"] / 2
