"""`sre ask` and `sre chat` with a model that answers on a real socket."""

from __future__ import annotations

import asyncio
import json

from tests.cli.running import Done, Sre
from tests.stubs.llm_fixtures import server
from tests.stubs.openai_server import Call, OpenAIServer, call, say

__all__ = ["server"]

QUESTION = "Is a disk dying?"


def with_model(sre: Sre, server: OpenAIServer) -> Sre:
    return sre.having(
        LLM_PROVIDER="openai",
        LLM_MODEL="openai/anything",
        OPENAI_BASE_URL=f"{server.url}/v1",
        OPENAI_API_KEY="x",
        INITIAL_RETRY_DELAY="0.01",
        JITTER="0",
    )


async def run(sre: Sre, *arguments: str, text: str | None = None) -> Done:
    return await asyncio.to_thread(lambda: sre(*arguments, text=text))


async def test_any_openai_compatible_server_drives_the_tools(
    sre: Sre, server: OpenAIServer
) -> None:
    server.script(
        call(Call.of("grafana_get_alerts", search="disk")),
        say("SmartDiskFailing fires on nas1 [E1]. ", "It has 12345 reallocated sectors."),
    )
    done = await run(with_model(sre, server), "ask", QUESTION, "--json")
    document = done.document
    assert {"answer", "evidence", "unsupported", "usage", "mode", "session", "degraded"} <= set(
        document
    )
    assert (document["mode"], document["model"]) == ("model", "openai/anything")
    assert document["answer"].startswith("SmartDiskFailing fires")
    (evidence,) = document["evidence"]
    assert {"id", "tool", "arguments", "state"} <= set(evidence)
    assert (evidence["id"], evidence["tool"]) == ("E1", "grafana_get_alerts")
    assert evidence["arguments"] == {"search": "disk"}
    assert "12345" in {each["text"].split()[0] for each in document["unsupported"]}
    assert document["usage"]["model_calls"] == 2
    assert "SmartDiskFailing" in server.requests[1].text
    assert done.code == 0


async def test_the_answer_goes_to_stdout_and_its_making_to_stderr(
    sre: Sre, server: OpenAIServer
) -> None:
    server.script(call(Call.of("grafana_get_alerts", search="disk")), say("SmartDiskFailing [E1]."))
    done = await run(with_model(sre, server), "ask", "-v", QUESTION)
    assert done.out.startswith("SmartDiskFailing [E1].\n")
    assert "\nEvidence\n  E1  grafana_get_alerts" in done.out
    assert '… E1 grafana_get_alerts {"search": "disk"}' in done.err
    assert "✓ E1 grafana_get_alerts" in done.err
    assert "tokens" in done.err.splitlines()[-1]
    assert "tokens" not in done.out


async def test_events_stream_as_json_lines(sre: Sre, server: OpenAIServer) -> None:
    server.script(say("All ", "is well."))
    done = await run(with_model(sre, server), "ask", "-q", QUESTION, "--jsonl")
    kinds = [json.loads(line)["kind"] for line in done.lines]
    assert kinds[0] == "started"
    assert "text_delta" in kinds
    assert kinds[-1] == "answer"
    assert done.err == ""


async def test_a_broken_model_is_replaced_by_the_analyst(sre: Sre) -> None:
    gone = sre.having(
        LLM_PROVIDER="openai",
        LLM_MODEL="openai/anything",
        OPENAI_BASE_URL="http://127.0.0.1:9/v1",
        OPENAI_API_KEY="sk-ThisMustNeverBeTold",
        INITIAL_RETRY_DELAY="0.01",
        JITTER="0",
    )
    done = await run(gone, "ask", "any alerts?", "--json")
    assert done.document["mode"] == "analyst"
    assert "SmartDiskFailing" in done.document["answer"]
    assert "model" in {each["what"] for each in done.document["degraded"]}
    told = (await run(gone, "ask", "any alerts?")).err.splitlines()
    assert told[:2] == ["looking at the homelab ...", "asking openai/anything …"]
    (failed,) = (line for line in told if "does not answer" in line)
    assert failed.startswith("warning: openai/anything does not answer: ")
    assert failed.endswith("; the built-in analyst answers instead")
    assert "None" not in "\n".join(told)
    assert "sk-This" not in done.out + done.err


async def test_a_chat_remembers_and_changes_models(sre: Sre, server: OpenAIServer) -> None:
    server.script(say("The first answer."), say("The second answer."))
    lines = "first question\nsecond question\n/model none\nany alerts?\n/cost\n"
    done = await run(with_model(sre, server), "chat", "-q", text=lines)
    assert "The first answer." in done.out
    assert "The second answer." in done.out
    assert "first question" in server.requests[1].text
    assert "The first answer." in server.requests[1].text
    assert "SmartDiskFailing" in done.out
    assert done.lines[-1].startswith("3 answers · 240 tokens · ")


async def test_a_model_records_an_incident_only_after_the_person_at_the_terminal_agrees(
    sre: Sre, server: OpenAIServer
) -> None:
    wanted = Call.of("memory_record_incident", title="Disk sdc fails", cause="worn\x1b[1m out")
    asking = with_model(sre, server).having(
        NO_COLOR="1", MEMORY_DB_URL=f"sqlite:///{sre.home}/journal.db"
    )

    def ask(*typed: str) -> tuple[int, str]:
        server.script(call(wanted), say("As you wish."))
        with asking.terminal("ask", QUESTION, columns=100) as shown:
            for each in typed:
                text = shown.wait_for("Record this incident? [y/N] ")
                assert "What was wrong: Disk sdc fails" in text
                assert "Why it happened: worn out" in text
                shown.type(each)
            return shown.wait()

    code, text = await asyncio.to_thread(ask, "y\n")
    assert (code, "As you wish." in text) == (0, True)
    code, text = await asyncio.to_thread(ask, "\x03")
    assert code == 130
    (line,) = (await run(asking, "incidents", "export")).lines
    assert json.loads(line)["title"] == "Disk sdc fails"
