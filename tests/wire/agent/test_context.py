"""What the model is given to read: within its context, long results in pages, the journal."""

from __future__ import annotations

from pathlib import Path

from sre_tui.memory.incident import Incident
from sre_tui.memory.incidents import Incidents, new_id
from sre_tui.memory.sqlite_store import SqliteStore
from tests.stubs.homelab_tools import NOW, Bench
from tests.stubs.openai_server import Call, Fail, OpenAIServer, call, say

from .conftest import MakeAgent, answer_of, degraded, tool_replies


async def test_a_tiny_context_holds_fewer_tools_and_still_answers(
    server: OpenAIServer, agent_for: MakeAgent, bench: Bench
) -> None:
    server.script(say("No idea."))
    agent = agent_for(context_tokens=2048)
    answer = await answer_of(agent.ask("Why? " * 5000, attached="log line\n" * 50_000))
    [request] = server.requests
    assert len(request.text) / 3.5 < 2048
    assert "log line" in request.text
    assert answer.text == "No idea."


async def test_a_conversation_that_is_too_long_is_shortened(
    server: OpenAIServer, agent_for: MakeAgent, bench: Bench
) -> None:
    bench.log_lines = [f"line {number}: something happened" for number in range(400)]
    too_long = Fail(
        400, "maximum context length is 8192", code="context_length_exceeded", kind="invalid"
    )
    server.script(call(Call.of("read_log", host="media")), too_long, say("Done [E1]."))
    answer = await answer_of(agent_for().ask("?"))
    before, after = server.requests[1], server.requests[2]
    assert len(after.text) < len(before.text)
    assert after.messages[0] == before.messages[0]
    assert answer.text == "Done [E1]."
    assert degraded(answer) == ["budget"]


async def test_a_long_result_can_be_read_on_and_searched(
    server: OpenAIServer, agent_for: MakeAgent, bench: Bench
) -> None:
    bench.log_lines = [f"line {number}: something happened" for number in range(1, 401)]
    bench.log_lines[332] = "line 333: the fan stopped"
    server.script(
        call(Call.of("read_log", host="media")),
        call(
            Call.of("read_evidence", evidence="E1", first_row=200),
            Call.of("read_evidence", evidence="E1", search="FAN"),
            Call.of("read_evidence", evidence="E9"),
        ),
        say("The fan stopped [E1]."),
    )
    answer = await answer_of(agent_for().ask("?"))
    [first] = tool_replies(server.requests[1])
    assert "line 1:" in first
    assert "line 333" not in first
    assert "more; ask for rows" in first
    _, page, hits, unknown = tool_replies(server.requests[2])
    assert "line 200:" in page
    assert "media: line 333: the fan stopped" in hits
    assert "line 1:" not in hits
    assert "no evidence E9" in unknown
    assert len(answer.evidence) == 1
    assert "line 400" in answer.evidence[0].text


async def test_older_results_shrink_first_and_the_guard_survives(
    server: OpenAIServer, agent_for: MakeAgent, bench: Bench
) -> None:
    bench.log_lines = [f"line {number}: {'x' * 80}" for number in range(200)]
    hosts = ("a", "b", "c", "d", "e")
    server.script(*(call(Call.of("read_log", host=host)) for host in hosts))
    server.script(call(Call.of("read_log", host="a")), say("Done [E1]."))
    await answer_of(agent_for(context_tokens=4096).ask("Is the queue long?"))
    assert len(bench.calls) == len(hosts)
    for request in server.requests:
        assert len(request.text) / 3.5 < 4096
        assert "Is the queue long?" in request.text
        assert "on-call engineer" in request.text


async def test_a_model_is_told_what_the_journal_has_and_a_broken_one_is_a_line(
    server: OpenAIServer, agent_for: MakeAgent, tmp_path: Path
) -> None:
    path = tmp_path / "data" / "memory" / "memory.db"
    with SqliteStore(path) as store:
        for title, subject in (("sdc died", "nas1/sdc"), ("names failed", "pihole")):
            Incidents(store).add(
                Incident(
                    id=new_id(), title=title, subject=subject, resolution="token=hunter2hunter2",
                    started=NOW, ended=NOW, recorded=NOW, updated=NOW,
                )
            )  # fmt: skip
    server.script(say("It died before."), say("It is well."))
    answer = await answer_of(agent_for().ask("Is nas1/sdc all right?"))
    system = str(server.requests[0].messages[0]["content"])
    assert "- sdc died (incident id " in system
    assert "names failed" not in system
    assert "hunter2" not in system
    assert "memory" not in degraded(answer)
    path.write_bytes(b"no database " * 100)
    answer = await answer_of(agent_for().ask("Is nas1/sdc all right?"))
    (line,) = [one.detail for one in answer.degraded if one.what == "memory"]
    assert line == f"the journal was not read: {path} cannot be used: it is not a SQLite database"
    assert answer.text == "It is well."
