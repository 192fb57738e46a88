"""What is told of a thing without its machine is joined with what names the machine."""

import pytest

from sre_tui.diagnosis.causes.focus import Focus
from sre_tui.diagnosis.causes.hypothesis import gather
from sre_tui.diagnosis.causes.rank import rank
from sre_tui.diagnosis.causes.words import cause_of
from sre_tui.diagnosis.patterns.load import bundled
from sre_tui.diagnosis.subject import Subject, SubjectKind
from tests.unit.diagnosis.causes.lab import DISK, MEDIA, POOL, finding, homelab

BARE = Subject(kind=SubjectKind.POOL, name="tank")
OTHER = Subject(kind=SubjectKind.POOL, name="nas2/tank")


@pytest.mark.parametrize("minutes", [30, 90], ids=["later", "before"])
def test_the_pool_of_an_alert_is_that_of_the_log(minutes: float) -> None:
    named = finding("pool_degraded", POOL, 60, by="log")
    (one,) = gather([finding("pool_degraded", BARE, minutes, by="alert"), named], bundled())
    assert one.subject == POOL
    assert one.witnesses == {"alert", "log"}


def test_of_two_pools_of_one_name_nobody_knows_which_is_meant() -> None:
    found = [finding("pool_degraded", one, 60) for one in (POOL, OTHER)]
    subjects = {
        one.subject for one in gather([*found, finding("pool_degraded", BARE, 5)], bundled())
    }
    assert subjects == {POOL, OTHER, BARE}


def test_another_trouble_of_that_name_tells_nothing() -> None:
    found = gather([finding("pool_full", POOL), finding("pool_degraded", BARE, 5)], bundled())
    assert {one.subject for one in found} == {POOL, BARE}


def test_a_claim_about_a_machine_says_which_part_of_it() -> None:
    def claim(kind: str, subject: Subject, part: str = "", text: str = "") -> str:
        told = finding(kind, subject)
        told = told.model_copy(update={"part": part, "text": text or told.text})
        return gather([told], bundled())[0].claim

    assert claim("space_growth", MEDIA, "/") == "/ on media is filling up"
    assert claim("filesystem_full", MEDIA, "/") == "file system / on media is nearly full"
    assert claim("disk_slow", MEDIA) == "a disk of media is slow"
    assert claim("disk_slow", DISK) == "disk sdc on nas1 is slow"
    hostile = "alert {subject} {0} is firing"
    assert claim("alert", MEDIA, text=hostile) == f"{hostile} for media"


def test_what_still_suffers_of_a_cause_keeps_it_from_being_over() -> None:
    grew = finding("space_growth", MEDIA, 10).model_copy(update={"active": False})
    full = finding("filesystem_full", MEDIA, 60)
    topology = homelab()
    (cause,) = (
        cause_of(one)
        for one in rank([grew, full], topology, Focus.on((), topology), bundled()).causes
        if one.hypothesis.pattern.id == "space_growth"
    )
    assert cause.active
    assert not any("it is over" in one.text for one in cause.speaks_against)


def test_what_was_there_before_the_window_is_as_old_as_its_oldest_effect() -> None:
    dead = finding("disk_dead", DISK, 60).model_copy(update={"open_start": True})
    degraded = finding("pool_degraded", POOL, 90)
    topology = homelab()
    first = rank([dead, degraded], topology, Focus.on((), topology), bundled()).causes[0]
    told = cause_of(first)
    assert (told.kind, told.since, told.open_start) == ("disk_dead", degraded.since, True)
