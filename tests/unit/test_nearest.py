"""A name that does not exist: what is near, and what there is."""

from __future__ import annotations

from sre_tui.nearest import FEW, no_such


def test_the_nearest_is_named_and_all_that_there_are() -> None:
    assert no_such("pool", "tnak", ["tank", "fast"]) == (
        "there is no pool 'tnak'; did you mean tank?; there are: fast, tank"
    )
    assert no_such("pool", "zz", ["tank", "fast"]) == (
        "there is no pool 'zz'; there are: fast, tank"
    )
    assert no_such("pool", "zz", []) == "there is no pool 'zz', and no other either"


def test_of_many_names_the_first_are_told_and_the_others_counted() -> None:
    names = [f"ct{number:02}" for number in range(FEW + 3)]
    told = no_such("node", "zz", names)
    assert told.endswith("ct15 and 3 more")
    assert no_such("node", "zz", names, ["ct01"]).endswith("; there are: ct01")
