"""What no backend tells of: dependencies by coincidence, complaints before an end, copied words."""

from __future__ import annotations

import pytest

from sre_tui.diagnosis.causes.focus import Focus
from sre_tui.diagnosis.causes.rank import Ranking, rank
from sre_tui.diagnosis.causes.words import cause_of
from sre_tui.diagnosis.finding import Finding, Severity
from sre_tui.diagnosis.language.topics import Manner
from sre_tui.diagnosis.patterns.load import bundled
from sre_tui.diagnosis.subject import Subject, SubjectKind
from tests.unit.diagnosis.causes.lab import (
    DISK,
    DOCKER,
    JELLYFIN,
    MEDIA,
    NODE,
    PROXY,
    RADARR,
    SITE,
    SONARR,
    finding,
    homelab,
)  # fmt: skip

DB = Subject(kind=SubjectKind.GUEST, name="db")
POSTGRES = Subject(kind=SubjectKind.CONTAINER, name="db/postgres")
GITEA = Subject(kind=SubjectKind.CONTAINER, name="dev/gitea")


def ranked(
    *findings: Finding, about: tuple[Subject, ...] = (), manner: Manner | None = None
) -> Ranking:
    topology = homelab()
    return rank(findings, topology, Focus.on(about, topology, manner=manner), bundled())


def explained(ranking: Ranking) -> dict[str, set[str]]:
    """Effects by cause, as ``kind@name``."""
    return {
        f"{one.hypothesis.pattern.id}@{one.hypothesis.subject.name}": {
            f"{each.pattern.id}@{each.subject.name}" for each in one.hypothesis.effects
        }
        for one in (*ranking.causes, *ranking.elsewhere)
    }


STOPPED = finding("guest_stopped", DB, 50, severity=Severity.CRITICAL)


def test_a_site_that_fails_as_a_guest_stops_is_taken_for_its_effect() -> None:
    found = explained(ranked(STOPPED, finding("web_down", SITE, 49)))
    assert found == {"guest_stopped@db": {f"web_down@{SITE.name}"}}


@pytest.mark.parametrize("minutes", [40, 55])
def test_what_fails_at_another_time_is_no_coincidence(minutes: int) -> None:
    assert explained(ranked(STOPPED, finding("web_down", SITE, minutes))) == {
        "guest_stopped@db": set()
    }


def test_nothing_is_guessed_where_two_things_went_away() -> None:
    other = finding("guest_stopped", DOCKER, 50, severity=Severity.CRITICAL)
    found = explained(ranked(STOPPED, other, finding("web_down", SITE, 49)))
    assert found == {"guest_stopped@db": set(), "guest_stopped@docker1": set()}


def test_what_is_known_to_explain_it_is_not_outguessed() -> None:
    down = finding("guest_down", MEDIA, 50, severity=Severity.CRITICAL)
    found = explained(ranked(STOPPED, down, finding("web_down", SITE, 49)))
    assert f"web_down@{SITE.name}" in found["guest_down@media"]
    assert found["guest_stopped@db"] == set()


def test_programs_that_complain_on_two_machines_as_a_guest_stops_miss_it() -> None:
    media, dev = (finding("service_errors", one, 49, by="log") for one in (JELLYFIN, GITEA))
    assert explained(ranked(STOPPED, media))["guest_stopped@db"] == set()
    update = finding("bad_update", MEDIA, 65, by="log")
    ranking = ranked(STOPPED, update, media, dev)
    told = {"service_errors@media/jellyfin", "service_errors@dev/gitea"}
    assert explained(ranking)["guest_stopped@db"] == told
    assert [one.hypothesis.pattern.id for one in ranking.confirmed] == ["guest_stopped"]
    before = ranked(STOPPED, finding("service_errors", JELLYFIN, 55, by="log"), dev)
    assert explained(before)["guest_stopped@db"] == set()


def test_an_update_of_a_machine_explains_what_its_programs_complain_of() -> None:
    update = finding("bad_update", MEDIA, 65, by="log").model_copy(update={"writers": ("apt",)})
    found = explained(ranked(update, finding("service_errors", JELLYFIN, 60, by="log")))
    assert found == {"bad_update@media": {"service_errors@media/jellyfin"}}


def complaint(kind: str, writer: str, minutes: float) -> Finding:
    told = finding(kind, DOCKER, minutes, by="log", check="logs")
    return told.model_copy(update={"writers": (writer,)})


def test_a_program_ends_of_what_it_complained_of() -> None:
    loop = finding("restart_loop", RADARR, 60, severity=Severity.CRITICAL)
    found = explained(ranked(loop, complaint("rate_limited", "radarr", 61)))
    assert found == {"rate_limited@docker1": {"restart_loop@docker1/radarr"}}


def test_what_a_program_says_before_each_end_is_how_it_comes_about() -> None:
    loop = finding("restart_loop", RADARR, 60, severity=Severity.CRITICAL)
    damaged = finding("data_corrupted", RADARR, 60, by="log", severity=Severity.CRITICAL)
    (one,) = ranked(loop, damaged).causes
    told = cause_of(one)
    assert (told.kind, told.how) == ("restart_loop", ("data_corrupted",))
    assert "damaged" in told.claim
    other = finding("data_corrupted", SONARR, 60, by="log", severity=Severity.CRITICAL)
    assert len(ranked(loop, other).causes) == 2


def test_another_programs_complaint_is_not_why_it_ends() -> None:
    loop = finding("restart_loop", SONARR, 60, severity=Severity.CRITICAL)
    found = explained(ranked(loop, complaint("rate_limited", "radarr", 61)))
    assert found == {"rate_limited@docker1": set(), "restart_loop@docker1/sonarr": set()}


def test_a_client_but_repeats_what_its_server_says() -> None:
    server = finding("connections_exhausted", POSTGRES, 60, by="log")
    client = finding("connections_exhausted", GITEA, 58, by="log")
    found = explained(ranked(client, server))
    assert found == {"connections_exhausted@db/postgres": {"connections_exhausted@dev/gitea"}}


def test_an_update_is_no_cause_where_something_certain_explains_more() -> None:
    update = finding("bad_update", JELLYFIN, 110, by="log")
    slow = finding("web_slow", SITE, 100)
    alone = ranked(update, slow, about=(SITE,))
    assert [one.hypothesis.pattern.id for one in alone.confirmed] == ["bad_update"]
    disk = finding("disk_failing", DISK, 120, severity=Severity.CRITICAL)
    both = ranked(update, slow, finding("io_wait", MEDIA, 115), disk, about=(SITE,))
    assert [one.hypothesis.pattern.id for one in both.confirmed] == ["disk_failing"]


def test_what_is_denied_explains_nothing() -> None:
    gone = finding("node_down", NODE, 60, severity=Severity.CRITICAL)
    denied = gone.model_copy(update={"refuted": True, "active": False})
    ranking = ranked(denied, finding("web_down", SITE, 58))
    assert ranking.confirmed == ()
    assert [one.pattern.id for one in ranking.symptoms] == ["web_down"]


def test_words_about_it_count_less_than_what_names_it() -> None:
    named = finding("filesystem_full", PROXY, 60, by="alert", check="alerts")
    written = named.model_copy(update={"hearsay": True})
    sure, unsure = (ranked(one, about=(PROXY,)).causes[0].confidence for one in (named, written))
    assert unsure < sure - 0.2


def test_slow_pages_are_asked_of_what_makes_slow() -> None:
    denied = finding("certificate_expired", SITE, 60, severity=Severity.CRITICAL)
    busy = finding("cpu_saturated", MEDIA, 60)
    plain = ranked(denied, busy, about=(SITE, MEDIA))
    slow = ranked(denied, busy, about=(SITE, MEDIA), manner=Manner.SLOW)
    assert plain.causes[0].hypothesis.pattern.id == "certificate_expired"
    assert slow.causes[0].hypothesis.pattern.id == "cpu_saturated"
