"""`sre investigate` as people and scripts use it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from tests.cli.running import Done, Sre

Breaking = Callable[..., AbstractContextManager[None]]


def test_several_words_are_one_question_and_the_answer_comes_first(sre: Sre) -> None:
    done = sre("investigate", "why", "is", "jellyfin", "buffering")
    assert (done.code, done.err) == (0, "")
    assert done.lines[0].startswith("✗ Disk sdc on nas1 is failing since ")
    assert "Cause 1: disk sdc on nas1 is failing" in done.lines
    assert "Next steps" in done.lines
    assert "From: sre runbooks show disk-smart-warning" in done.lines
    assert "[/" not in done.out


def test_a_page_fits_80_columns_but_for_commands(sre: Sre) -> None:
    with sre.having(NO_COLOR="1").terminal("investigate", "jellyfin", columns=80) as shown:
        text = shown.wait_for("guests running").splitlines()
    begun = next(at for at, line in enumerate(text) if "Disk sdc on nas1" in line)
    wide = [line for line in text[begun:] if len(line) > 80]
    assert all(line.startswith("    ") for line in wide), wide


def test_the_document_is_whole_and_fields_pick_from_it(sre: Sre, told: Callable[..., Done]) -> None:
    data = told("investigate", "jellyfin", "--json").document["data"]
    assert data["focus"] == [{"kind": "container", "name": "media/jellyfin"}]
    assert data["causes"][0]["speaks_for"][0]["evidence"]
    picked = sre("investigate", "jellyfin", "--json", "--fields", "verdict,headline").document
    assert picked["data"].keys() == {"verdict", "headline"}
    assert (picked["data"]["verdict"], data["verdict"]) == ("cause", "cause")
    headlines = (picked["data"]["headline"], data["headline"])
    assert all("sdc on nas1 is failing since " in line for line in headlines), headlines


def test_a_word_that_names_nothing_is_refused_with_the_nearest(sre: Sre) -> None:
    done = sre("investigate", "jelyfn7")
    assert (done.code, done.out) == (2, "")
    told = "error: there is no alert, guest, node, pool or other thing 'jelyfn7'; did you mean jell"
    assert done.err.startswith(told)
    assert len(done.err.splitlines()) == 1


def test_a_silent_backend_makes_it_partial(sre: Sre, broken: Breaking) -> None:
    with broken("500", "truenas"):
        done = sre("investigate", "jellyfin")
    assert done.code == 5
    assert "truenas:main" in done.err
    assert "Could not check" in done.lines


def test_a_quoted_question_is_the_same_and_names_are_completed_from_its_answer(sre: Sre) -> None:
    quoted = sre("investigate", "why is jellyfin buffering")
    assert quoted.lines[0].startswith("✗ Disk sdc on nas1 is failing since ")
    assert "tank" in sre.complete("sre", "investigate", "ta").lines
