"""Citations have to point at evidence that speaks of what the sentence names."""

from datetime import UTC, datetime

from providers.reading import State
from sre_tui.agent.events import Answer, Evidence
from sre_tui.evals.citations import cited

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)


def evidence(name: str, text: str, document: dict[str, object] | None = None) -> Evidence:
    return Evidence(
        id=name,
        tool="truenas_pool_status",
        arguments={},
        state=State.OK,
        observed_at=NOW,
        summary=text,
        text=text,
        document=document,
        elapsed=0.1,
    )


def answer(text: str) -> Answer:
    found = (
        evidence("E1", "pool tank: nas1/sdc has 24 unreadable sectors", {"hostname": "media"}),
        evidence("E2", "guest media waits for tank-media", {"labels": {"hostname": "media"}}),
    )
    return Answer(text=text, evidence=found, mode="analyst", session="s")


def test_a_sentence_is_borne_out_by_the_evidence_that_names_its_things() -> None:
    found = cited(answer("The disk nas1/sdc is failing [E1]. Therefore media waits [E2]."))
    assert (found.sentences, found.unsupported) == (2, ())


def test_a_citation_of_other_evidence_is_told() -> None:
    found = cited(answer("The disk nas1/sdc is failing [E2]."))
    assert found.sentences == 1
    assert found.unsupported == ("The disk nas1/sdc is failing [E2].",)


def test_a_citation_of_nothing_is_told() -> None:
    assert cited(answer("All is well [E9].")).unsupported == ("All is well [E9].",)


def test_a_sentence_that_names_nothing_needs_only_evidence_that_exists() -> None:
    assert cited(answer("Something is slow [E1].")).unsupported == ()


def test_without_citations_there_is_nothing_to_judge() -> None:
    assert cited(answer("All is well.")).sentences == 0
