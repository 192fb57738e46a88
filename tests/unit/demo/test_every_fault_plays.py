"""Whatever a scenario may ask for can be played: each kind of fault on each thing it hits."""

from __future__ import annotations

import pytest

from sre_tui.demo.faults import FAULT_KINDS, target_names
from sre_tui.demo.world.build import build_homelab
from sre_tui.demo.world.plant import Plant
from sre_tui.demo.world.stage import Stage

from .conftest import ANCHOR


@pytest.fixture(scope="module")
def plant() -> Plant:
    return Plant(build_homelab(40, 1), 1, ANCHOR)


@pytest.mark.parametrize("kind", FAULT_KINDS)
def test_a_kind_plays_on_everything_it_hits(plant: Plant, kind: str) -> None:
    model = FAULT_KINDS[kind]
    for target in target_names(plant.homelab, model.hits):
        stage = Stage(plant)
        fault = model.model_validate(
            {"kind": kind, "target": target, "at": "-6h", "severity": 0.9, "duration": "5h"}
        )
        start = ANCHOR + fault.at
        fault.act(stage, start, start + 5 * 3600.0)
        assert not [mute for mute in stage.mutes if mute.end < mute.start]
