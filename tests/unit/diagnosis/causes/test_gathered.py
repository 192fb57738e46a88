"""What is told of a thing without its machine is joined with what names the machine."""

import pytest

from sre_tui.diagnosis.causes.hypothesis import gather
from sre_tui.diagnosis.patterns.load import bundled
from sre_tui.diagnosis.subject import Subject, SubjectKind
from tests.unit.diagnosis.causes.lab import POOL, finding

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
