"""Documents are ranked by all that is found of them, and shown by their best passages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.documents import Document, Role, cues
from index.fusion import rank_passages
from index.markdown import chunk
from index.packing import estimated_piece_starts
from index.query import understand
from index.ranking import VECTOR_SHARES, by_text, by_vector, ranked
from index.sources import chunk_all
from index.store import Match
from index.text_search import TextSearch


def row(source: str, score: float, role: Role = "passage", position: int = 0) -> Match:
    return Match(row=position, source=source, position=position, role=role, score=score)


rows = st.lists(
    st.builds(
        row,
        st.sampled_from("abc"),
        st.floats(0, 1),
        st.sampled_from(["passage", "card", "saying"]),
        st.integers(0, 4),
    ),
    max_size=30,
)


def test_several_passages_with_the_words_outdo_one() -> None:
    scores = by_text([row("one", 4.0), row("many", 3.0), row("many", 3.0, position=1)])
    assert ranked(scores) == ["many", "one"]
    assert scores["many"] == 1.0


def test_a_card_with_the_words_counts_like_the_best_passage() -> None:
    scores = by_text([row("passage", 4.0), row("both", 3.0), row("both", 2.0, "card")])
    assert scores == {"both": 1.0, "passage": pytest.approx(0.8)}


def test_many_near_rows_outdo_a_single_near_one() -> None:
    many = [row("many", 0.6, position=n) for n in range(5)]
    one = [row("one", 0.65), *(row("one", 0.3, position=n) for n in range(1, 5))]
    assert ranked(by_vector([*one, *many])) == ["many", "one"]


def test_a_short_document_is_not_held_to_rows_it_does_not_have() -> None:
    long = [row("long", 0.5, position=n) for n in range(9)]
    scores = by_vector([row("short", 0.8), *long, row("far", 0.2)])
    assert ranked(scores) == ["short", "long", "far"]
    assert scores["long"] == pytest.approx(0.5)


@given(rows)
def test_scores_stay_in_their_range(found: list[Match]) -> None:
    assert all(0 <= score <= 1 for score in by_text(found).values())
    cosines = [r.score for r in found]
    assert all(
        min(cosines) - 1e-9 <= score <= max(cosines) + 1e-9 for score in by_vector(found).values()
    )


@given(rows, rows)
def test_hits_fall_and_repeat_no_passage(text: list[Match], vector: list[Match]) -> None:
    hits = rank_passages(understand("why"), text, vector, limit=50, per_document=9)
    scores = [hit.score for hit in hits]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 + 1e-9 for score in scores)
    assert len({hit.match.key for hit in hits}) == len(hits)
    assert {hit.match.source for hit in hits} == {r.source for r in [*text, *vector]}


def test_nothing_found_is_nothing() -> None:
    assert (by_text([]), by_vector([])) == ({}, {})
    assert rank_passages(understand("why"), [], [], limit=5, per_document=2) == ()


def test_a_saying_shows_the_opening_passage_once() -> None:
    sayings = [row("page", 0.9 - n / 100, "saying") for n in range(len(VECTOR_SHARES))]
    (hit,) = rank_passages(understand("why"), [], sayings, limit=5, per_document=2)
    assert (hit.match.position, hit.matched_by) == (0, ("vector",))


def test_a_passage_that_fits_is_shown_before_the_opening_one_a_saying_leads_to() -> None:
    saying = row("page", 0.6, "saying")
    hits = rank_passages(
        understand("why"), [], [saying, row("page", 0.55, position=3)], limit=5, per_document=2
    )
    assert [hit.match.position for hit in hits] == [3, 0]


PAGE = Document(
    source="runbooks/ups.md",
    kind="runbook",
    title="UPS on battery",
    text="Mains power is gone.\n\n## Fix\n\nShut down in order.",
    tags=("power",),
    alerts=("UpsOnBattery",),
    sayings=("the lights went out", "Stromausfall"),
)


def test_cues_lead_to_the_opening_passage_and_carry_its_labels() -> None:
    opening = chunk(PAGE, estimated_piece_starts)[0]
    card, *sayings = cues(PAGE, opening)
    assert (card.role, card.embedded_text.split("\n")) == (
        "card",
        ["UPS on battery", "the lights went out", "Stromausfall"],
    )
    assert {"UpsOnBattery", "power", "Stromausfall"} <= set(card.searchable_text.split())
    assert [said.embedded_text for said in sayings] == list(PAGE.sayings)
    assert [said.searchable_text for said in sayings] == ["", ""]
    assert {(c.text, c.position, c.tags) for c in (card, *sayings)} == {
        (opening.text, 0, ("power",))
    }


def test_text_search_alone_finds_what_people_say() -> None:
    other = replace_title(PAGE, "runbooks/dns.md", "DNS down")
    search = TextSearch(chunk_all([other, PAGE]))
    found, _ = search.search("Stromausfall", limit=5)[0]
    assert (found.source, found.role) == (PAGE.source, "card")


def replace_title(page: Document, source: str, title: str) -> Document:
    return page.model_copy(update={"source": source, "title": title, "sayings": ()})


def test_rows_of_one_document_do_not_depend_on_their_order() -> None:
    found = [row("a", 0.3), row("a", 0.9, position=1), row("b", 0.5)]
    assert by_vector(found) == by_vector(found[::-1])
    assert by_text(found) == by_text(found[::-1])
