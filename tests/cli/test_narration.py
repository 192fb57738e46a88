"""How an answer and its making are told: once, whole, and honestly."""

from __future__ import annotations

from datetime import UTC, datetime
from io import StringIO

import pytest

from commands.diagnostics import Narrator
from commands.links import LinkShower
from commands.narration import AnswerWriter, evidence_line, short_evidence_line
from commands.wrapping import WordWrapper
from providers.reading import State
from sre_tui.agent.events import (
    AgentEvent,
    Answer,
    Answered,
    Degradation,
    Degraded,
    Evidence,
    Started,
    TextDelta,
)


def told(*pieces: str, text: str) -> str:
    stdout = StringIO()
    writer = AnswerWriter(stdout, Narrator(StringIO(), {}, color=False))
    for piece in pieces:
        writer.take(TextDelta(text=piece))
    writer.take(Answered(answer=Answer(text=text, mode="model", session="s")))
    return stdout.getvalue()


@pytest.mark.parametrize(
    "pieces",
    [("Disk sdc ", "fails."), ("Disk sdc fails.", "\n"), ("\n\n", "Disk sdc fails. ", "\n\n")],
)
def test_a_streamed_answer_is_written_once_and_ends_its_line(pieces: tuple[str, ...]) -> None:
    written = told(*pieces, text="Disk sdc fails.")
    assert written.count("Disk sdc fails.") == 1
    assert written == "".join(pieces) + ("" if pieces[-1].endswith("\n") else "\n")


def test_an_answer_that_differs_from_its_stream_follows_it() -> None:
    assert told("password=hunter2", text="password=[redacted]") == (
        "password=hunter2\n\npassword=[redacted]\n"
    )


def narrated(*events: AgentEvent) -> list[str]:
    stderr = StringIO()
    writer = AnswerWriter(StringIO(), Narrator(stderr, {}, color=False))
    for event in events:
        writer.take(event)
    return stderr.getvalue().splitlines()


def started(model: str | None) -> Started:
    return Started(question="?", session="s", mode="model", model=model)


def degraded(what: str, detail: str) -> Degraded:
    return Degraded(degradation=Degradation(what=what, detail=detail))


def test_a_model_is_asked_until_it_answers() -> None:
    gave_up = degraded("model", "ollama cannot be reached; the built-in analyst answers instead")
    assert narrated(started("qwen3:8b"), gave_up) == [
        "asking qwen3:8b …",
        f"warning: qwen3:8b does not answer: {gave_up.degradation.detail}",
    ]


def test_a_model_that_is_not_named_is_not_called_none() -> None:
    told = narrated(
        started(None), degraded("model", "no model is set; the built-in analyst answers instead")
    )
    assert told == ["warning: no model is set; the built-in analyst answers instead"]


def test_a_source_is_warned_about_once_and_without_the_paths_of_its_addresses() -> None:
    told = narrated(
        degraded("loki:main", "unreachable: http://loki:3100/loki/api/v1/query refuses it; 2 s"),
        degraded("loki:main", "unreachable: failed 5 times in a row"),
        degraded("loki:main", "stale: connection refused"),
    )
    assert told == ["warning: loki:main: unreachable: http://loki:3100 refuses it; 2 s"]


QUERY = " or ".join(f"rate(metric_number_{n}[5m])" for n in range(40))


def evidence(query: str) -> Evidence:
    return Evidence(
        id="E12", tool="prometheus_range_query", arguments={"query": query}, state=State.STALE,
        observed_at=datetime(2026, 11, 22, tzinfo=UTC), summary="12 series", text="", elapsed=0.1,
    )  # fmt: skip


def test_a_query_is_whole_off_a_terminal() -> None:
    line = evidence_line(evidence(QUERY))
    assert line == f'  E12  prometheus_range_query(query="{QUERY}") [stale]: 12 series'


def test_a_query_hangs_under_its_name_on_a_terminal() -> None:
    lines = evidence_line(evidence(QUERY), 60).splitlines()
    assert all(line.startswith(" " * 7) and len(line) <= 60 for line in lines[1:])
    assert "".join("".join(lines).split()) == "".join(evidence_line(evidence(QUERY)).split())


@pytest.mark.parametrize("width", [0, 60, 100])
def test_a_long_query_is_shortened_to_one_line(width: int) -> None:
    line = short_evidence_line(evidence(QUERY), width)
    assert line.startswith('  E12  prometheus_range_query(query="rate(')
    assert len(line) <= (width or 120)
    assert "…" in line
    assert short_evidence_line(evidence("up")) == evidence_line(evidence("up"))


TEXT = """\
**Likely cause: disk sdc is failing** since 12:02 UTC, as `zpool status -v tank` says in full.

- a line that is longer than the terminal is wide, by far
10. another one that is longer than the terminal is wide
   ```sh
   zpool replace tank ata-ST8000VN004_ZR1234AB /dev/disk/by-id/ata-ST8000VN004_ZR9999XY
   ```
After the block lines are broken between words again, as before it.
| a table | stays as it is, because it cannot be read when it is broken |
"""


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_lines_are_broken_between_words_as_they_come(size: int) -> None:
    wrapper = WordWrapper(40)
    pieces = [TEXT[at : at + size] for at in range(0, len(TEXT), size)]
    lines = ("".join(map(wrapper.feed, pieces)) + wrapper.end()).splitlines()
    kept = [line for line in lines if line.startswith("   zpool")]
    assert kept == [TEXT.splitlines()[5]]
    assert TEXT.splitlines()[-1] in lines
    prose = [line for line in lines if not line.startswith(("   zpool", "|"))]
    assert max(map(len, prose)) <= 40
    assert any("`zpool status -v tank`" in line for line in prose)
    assert "  terminal is wide, by far" in lines
    assert "    terminal is wide" in lines
    assert "".join("".join(lines).split()) == "".join(TEXT.split())


@pytest.mark.parametrize("size", [1, 5, 1000])
def test_links_are_shown_with_their_places_as_they_come(size: int) -> None:
    text = (
        "see [pool full](zfs-pool-full.md) [E1][E2], [a page](https://example.org/x), `[no](y)`\n"
        "```\n[neither](here.md)\n```\n"
        "([b](zfs-pool-full.md)) [c](w/Z_(d)) (see [e](f(g))) [h](i(j) [k](l)\n"
        "([m n\n[open and [x](notes.md)"
    )
    shower = LinkShower()
    pieces = [text[at : at + size] for at in range(0, len(text), size)]
    assert "".join(map(shower.feed, pieces)) + shower.end() == (
        "see pool full (`sre runbooks show zfs-pool-full`) [E1][E2], a page (https://example.org/x)"
        ", `[no](y)`\n```\n[neither](here.md)\n```\n"
        "(b: `sre runbooks show zfs-pool-full`) c (w/Z_(d)) (see e: f(g)) [h](i(j) k: l\n"
        "([m n\n[open and x (notes.md)"
    )
