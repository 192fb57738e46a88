"""A name that does not exist: what is near, and what there is."""

from __future__ import annotations

from sre_tui.nearest import FEW, nearest, no_such


def test_the_nearest_is_named_and_all_that_there_are() -> None:
    assert no_such("pool", "tnak", ["tank", "fast"]) == (
        "there is no pool 'tnak'; did you mean tank? There are: fast, tank"
    )
    assert no_such("pool", "zz", ["tank", "fast"]) == (
        "there is no pool 'zz'; there are: fast, tank"
    )
    assert no_such("pool", "zz", ["tank"]) == "there is no pool 'zz'; there is only tank"
    assert no_such("pool", "zz", []) == "there is no pool 'zz'; there is none at all"


def test_of_many_names_the_first_are_told_and_the_others_counted() -> None:
    names = [f"ct{number:02}" for number in range(FEW + 3)]
    told = no_such("node", "zz", names)
    assert told.endswith("ct15 and 3 more")
    assert no_such("node", "zz", names, ["ct01", "ct02"]).endswith("; there are: ct01, ct02")
    near = no_such("node", "ct0", names)
    assert no_such("node", "pve9", ["pve1", "pve2"]).endswith("; did you mean pve1 or pve2?")
    assert near == "there is no node 'ct0'; did you mean ct00, ct01 or ct02?"


def test_what_is_near_and_what_else_is_said_may_be_given() -> None:
    assert no_such("guest", "media2", ["media"], close=["media (101)"], note=" there") == (
        "there is no guest 'media2' there; did you mean media (101)? There is only media"
    )


def test_a_short_name_is_near_to_words_not_to_letters_inside_them() -> None:
    names = [
        "container-restart-loop",
        "clock-skew",
        "disk-spindown",
        "node-offline",
        "HighReadLatency",
    ]
    assert nearest("nope", names) == []
    assert nearest("foo", names) == []
    assert nearest("clok", names) == ["clock-skew"]
    assert nearest("dsk", names) == ["disk-spindown"]
    assert nearest("raed", names) == []
    assert nearest("reads", names) == ["HighReadLatency"]
