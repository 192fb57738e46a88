from __future__ import annotations

import pytest

from providers.reading import State
from sre_tui.live.snapshot import Snapshot
from sre_tui.live.standing import standing
from tests.screens.homelab import NOW, snapshot, status, trouble

OK, PBS = status("proxmox:main"), status("pbs:main")
AWAY = status("pbs:main", State.UNREACHABLE, "refused")
OLD = status("proxmox:main", State.STALE, age_s=90)
NOBODY = trouble(State.NOT_CONFIGURED, "no", "pbs")


@pytest.mark.parametrize(
    ("given", "state", "troubles"),
    [
        ([snapshot(sources=(OK,)), snapshot(sources=(PBS,))], State.OK, []),
        ([snapshot(sources=(OK,)), None], State.OK, []),
        ([snapshot(sources=(OK, AWAY)), snapshot(sources=(AWAY,))], State.PARTIAL, ["pbs:main"]),
        ([snapshot(sources=(OLD,)), snapshot(sources=(AWAY,))], State.PARTIAL, None),
        ([snapshot(sources=(OLD,)), snapshot(sources=(OLD,))], State.STALE, ["proxmox:main"]),
        ([snapshot(sources=(AWAY,)), snapshot(sources=(AWAY,))], State.UNREACHABLE, ["pbs:main"]),
        ([snapshot(sources=(OK,)), NOBODY], State.OK, []),
        ([NOBODY, NOBODY], State.NOT_CONFIGURED, ["pbs"]),
        ([trouble(State.BAD_RESPONSE, "KeyError", "x")], State.BAD_RESPONSE, ["x"]),
    ],
)
def test_standing_of_several(
    given: list[Snapshot | None], state: State, troubles: list[str] | None
) -> None:
    found = standing(given)
    assert found is not None
    assert found.state is state
    if troubles is not None:
        assert [one.source for one in found.troubles] == troubles


def test_nothing_yet_is_no_standing() -> None:
    assert standing([]) is None
    assert standing([None, None]) is None


def test_age_is_that_of_the_oldest_data() -> None:
    found = standing([snapshot(sources=(OK,)), snapshot(sources=(OLD,))])
    assert found is not None
    assert found.observed_at is not None
    assert (NOW - found.observed_at).total_seconds() == 90
    nothing = standing([snapshot(sources=(AWAY,))])
    assert nothing is not None
    assert nothing.observed_at is None
