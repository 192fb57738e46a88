"""`sre usage`: what short commands and questions count, and what is told of it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from sre_tui import __version__
from sre_tui.memory.refusals import NotKept
from sre_tui.memory.usage import Usage
from tests.cli.running import Sre
from tests.stubs.llm_fixtures import server
from tests.stubs.openai_server import Call, Fail, OpenAIServer, call, say
from tests.stubs.ports import free_ports

__all__ = ["server"]


@pytest.fixture
def counting(sre: Sre, tmp_path: Path) -> Sre:
    """A homelab that is not told to be a demo."""
    return sre.having(MEMORY_USAGE="true", MEMORY_DB_URL=f"sqlite:///{tmp_path / 'memory.db'}")


def used(sre: Sre, **variables: str) -> dict[tuple[str, str], dict[str, Any]]:
    document = sre.having(**variables)("usage", "--json").document
    return {(each["kind"], each["name"]): each for each in document["data"]["calls"]}


def asked(sre: Sre, *options: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = sre("usage", "--questions", "--json", *options).document["data"][
        "items"
    ]
    return items


def asking_model(sre: Sre, server: OpenAIServer) -> Sre:
    return sre.having(
        LLM_PROVIDER="openai",
        LLM_MODEL="openai/anything",
        OPENAI_BASE_URL=f"{server.url}/v1",
        OPENAI_API_KEY="x",
    )


def read(exposition: str) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    families = list(text_string_to_metric_families(exposition))
    samples = [sample for family in families for sample in family.samples]
    found = {(each.name, tuple(sorted(each.labels.items()))): each.value for each in samples}
    assert len(found) == len(samples)
    return found


def waiting(folder: Path) -> str:
    return "".join(path.read_text("utf-8") for path in folder.rglob("usage/*.jsonl"))


def test_a_command_counts_itself_and_nothing_of_what_was_asked(
    counting: Sre, tmp_path: Path
) -> None:
    assert counting("alerts", "list", "--search", "sekret").code == 0
    assert counting("metrics", "query", "up{sekret").code == 2
    assert counting("alerts", "--help").code == 0
    assert counting("alerts", "list", "--nonsense").code == 2
    told = waiting(tmp_path)
    assert told.count('"call"') == 4
    assert "sekret" not in told
    found = used(counting)
    assert set(found) == {
        ("command", "alerts"),
        ("command", "metrics"),
        ("tool", "grafana_get_alerts"),
        ("tool", "prometheus_instant_query"),
    }
    assert {(each["calls"], each["failed"]) for each in found.values()} == {(1, 0)}
    assert found["command", "metrics"]["success"] is None
    # It was taken over, and looking at it is no use of it.
    assert waiting(tmp_path) == ""
    assert used(counting) == found


async def test_a_question_counts_its_calls_of_tools_and_models(
    counting: Sre, server: OpenAIServer
) -> None:
    server.script(call(Call.of("grafana_get_alerts", search="disk")), say("All is well [E1]."))
    asking = asking_model(counting, server)
    done = await asyncio.to_thread(asking, "ask", "Is a disk dying?", "--json")
    assert done.code == 0
    found = used(counting)
    assert set(found) == {
        ("question", "model"), ("tool", "grafana_get_alerts"), ("model", "openai/anything"),
    }  # fmt: skip
    spent = done.document["usage"]
    model = found["model", "openai/anything"]
    assert (model["calls"], model["failed"], model["unpriced"]) == (2, 0, 2)
    assert model["tokens_in"] == spent["prompt_tokens"] > 0
    assert model["tokens_out"] == spent["completion_tokens"] > 0
    assert model["cost"] is None


async def test_a_model_that_refuses_is_an_error_and_the_analyst_answers(
    counting: Sre, server: OpenAIServer
) -> None:
    server.script(Fail(401, "no"))
    done = await asyncio.to_thread(asking_model(counting, server), "ask", "Is a disk dying?")
    assert done.code == 0
    found = used(counting)
    refused = found["model", "openai/anything"]
    assert (refused["calls"], refused["failed"], refused["success"]) == (1, 1, 0)
    assert (refused["tokens_in"], refused["cost"], refused["unpriced"]) == (None, None, 0)
    assert found["question", "analyst"]["success"] == 1
    metrics = read(counting("usage", "--prometheus").out)
    labels = ("model", "openai/anything"), ("outcome", "wrong_key")
    assert metrics["sre_assistant_llm_calls_total", labels] == 1
    assert metrics["sre_assistant_component_health", (("component", "llm"),)] == 0


def test_a_page_for_people(counting: Sre) -> None:
    nothing = counting("usage", "--days", "1")
    assert nothing.out.startswith("Nothing was counted in the last 1 day.\n")
    assert nothing.out.count("no calls") == 4
    assert counting("alerts", "list").code == 0
    shown = counting("usage").out
    assert "The last 7 days: 0 questions, 1 command, 1 tool call, 0 model calls.\n" in shown
    assert [line.split()[-2:] for line in shown.splitlines() if "Tool calls" in line] == [
        ["too", "few"]
    ]


def test_the_demo_does_not_count_and_settings_can_forbid_it(
    sre: Sre, counting: Sre, tmp_path: Path
) -> None:
    assert sre("alerts", "list").code == 0
    assert waiting(tmp_path) == ""
    done = sre("usage")
    assert done.out.startswith("Nothing was counted")
    assert done.err.startswith("warning: usage is not counted: MEMORY_USAGE is false")
    # Nor does it take what others count.
    assert counting("alerts", "list").code == 0
    assert sre("usage").out.startswith("Nothing was counted")
    assert used(counting)


def test_metrics_for_the_textfile_collector(counting: Sre) -> None:
    bare = read(counting("usage", "--prometheus").out)
    assert bare["sre_assistant_reports_total", ()] == 0
    assert counting("alerts", "list").code == 0
    first = read(counting("usage", "--prometheus").out)
    assert {name.partition("_")[0] for name, _ in first} == {"sre"}
    assert len({name for name, _ in first}) >= 12
    (build,) = [dict(labels) for name, labels in first if name == "sre_assistant_build_info"]
    assert build["version"] == __version__
    alerts = ("front", "command"), ("name", "alerts")
    assert first["sre_assistant_requests_total", (*alerts, ("outcome", "ok"))] == 1
    tool = (("outcome", "ok"), ("tool", "grafana_get_alerts"))
    assert first["sre_assistant_tool_calls_total", tool] == 1
    assert first["sre_assistant_component_health", (("component", "grafana"),)] == 1
    assert counting("alerts", "list").code == 0
    second = read(counting("usage", "--prometheus").out)
    assert second["sre_assistant_tool_calls_total", tool] == 2
    grown = [key for key in first if key[0].endswith(("_total", "_bucket", "_count", "_sum"))]
    assert all(second[key] >= first[key] for key in grown)


def test_a_folder_that_is_none_is_one_line(bare: Sre) -> None:
    folder = bare.home / "state" / "sre-tui" / "usage"
    folder.parent.mkdir(parents=True)
    folder.write_text("no folder")
    done = bare("usage", "--prometheus")
    assert (done.code, done.out) == (1, "")
    assert done.err == f"error: {folder} cannot be read: Not a directory\n"
    assert bare("usage").code == 0


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--prometheus", "--json"), "--prometheus goes alone, without --json"),
        (("--days", "7", "--forget", "9"), "--forget goes alone, without --days"),
        (("--questions", "--forget", "9"), "--forget goes alone, without --questions"),
        (("--alike", "-n", "3"), "--alike and --limit can only be given with --questions"),
    ],
)
def test_what_goes_alone(bare: Sre, options: tuple[str, ...], said: str) -> None:
    done = bare("usage", *options)
    assert (done.code, done.out) == (2, "")
    assert said in done.err


def test_what_is_old_can_be_let_go(counting: Sre) -> None:
    assert counting("ask", "hello").code == 0
    done = counting("usage", "--forget", "1")
    assert done.err.startswith("let go of 0 runs and 0 questions from before 20")
    assert len(used(counting)) == 2
    assert len(asked(counting)) == 1
    # Nobody takes over what waits while nothing may be counted.
    assert counting("ask", "hello").code == 0
    done = counting.having(MEMORY_USAGE="false")("usage", "--forget", "0")
    assert "since MEMORY_USAGE is false: remove it to forget that too" in done.err
    assert "let go of 1 run and 1 question from before 20" in done.err
    done = counting("usage", "--forget", "0")
    assert done.err.startswith("let go of 1 run and 1 question from before 20")
    assert (used(counting), asked(counting)) == ({}, [])


def test_the_last_questions_are_kept_without_secrets(counting: Sre, tmp_path: Path) -> None:
    question = "[red]hello\x1b[31m,\nmy password=hunter2secret"
    assert counting("ask", question, text="token=hunter2secret").code == 0
    assert counting("ask", "how full is tank?").code == 0
    assert counting("ask", "how full is fast?").code == 0
    assert "hunter2secret" not in waiting(tmp_path)
    last, second, first = asked(counting)
    assert last["question"] == "how full is fast?"
    assert (second["question"], second["answered_by"]) == ("how full is tank?", "analyst")
    assert "truenas_pool_status" in second["tools"]
    assert len(second["tools"]) == len(set(second["tools"]))
    assert first["question"] == "[red]hello, my password=[redacted]"
    assert b"hunter2secret" not in (tmp_path / "memory.db").read_bytes()
    shown = counting("usage", "--questions", "--search", "POOL_STATUS", "-n", "1", "--utc")
    assert [line.split("  ")[0][:2] for line in shown.lines] == ["As", "20"]
    assert "how full is fast?" in shown.lines[1]
    assert shown.err == "… 1 more row: -n 2 shows all\n"
    (both, one) = asked(counting, "--alike")
    assert (both["times"], both["question"]) == (2, last["question"])
    assert (one["times"], one["tools"]) == (1, first["tools"])
    assert counting("usage", "--questions", "--alike").lines[1].split()[0] == "2"
    nothing = counting("usage", "--questions", "--search", "sekret")
    assert (nothing.code, nothing.out, nothing.err) == (0, "", "No question fits.\n")
    assert asked(counting, "--days", "1") == [last, second, first]


async def test_a_question_tells_which_model_answered_it(
    counting: Sre, server: OpenAIServer
) -> None:
    server.script(call(Call.of("grafana_get_alerts", search="disk")), say("All is well [E1]."))
    await asyncio.to_thread(asking_model(counting, server), "ask", "Is a disk dying?")
    (one,) = asked(counting)
    assert (one["tools"], one["answered_by"]) == (["grafana_get_alerts"], "openai/anything")


def test_no_question_of_the_demo_is_kept(sre: Sre, counting: Sre, tmp_path: Path) -> None:
    for told in (sre, counting.having(MEMORY_USAGE="false")):
        assert told("ask", "hello").code == 0
        done = told("usage", "--questions")
        assert done.out == ""
        assert done.err.startswith("warning: usage is not counted: MEMORY_USAGE is false")
        assert "No question is kept." in done.err
    assert waiting(tmp_path) == ""
    assert asked(counting) == []


def test_a_broken_memory_costs_no_answer(counting: Sre, tmp_path: Path) -> None:
    (tmp_path / "memory.db").write_text("this is no database " * 100, encoding="utf-8")
    done = counting("ask", "hello")
    assert (done.code, "memory" in done.err) == (0, False)
    broken = counting("usage", "--questions")
    assert broken.code == 1
    assert "`sre doctor` looks into it; the address is MEMORY_DB_URL" in broken.err
    (tmp_path / "memory.db").unlink()
    assert [each["question"] for each in asked(counting)] == ["hello"]


def test_a_memory_that_cannot_be_reached_loses_nothing(counting: Sre, tmp_path: Path) -> None:
    assert counting("alerts", "list").code == 0
    port = free_ports()
    gone = counting.having(MEMORY_DB_URL=f"postgresql://sre:x@127.0.0.1:{port}/sre")
    done = gone("usage", "--json")
    assert (done.code, done.out, done.error["code"]) == (3, "", "unreachable")
    assert gone("usage", "--prometheus").out == ""
    assert set(used(counting)) == {("command", "alerts"), ("tool", "grafana_get_alerts")}


def test_a_memory_that_cannot_be_written_tells_what_it_has(
    counting: Sre, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert counting("alerts", "list").code == 0
    found = used(counting)
    assert counting("alerts", "list").code == 0

    def refused(*_: object) -> int:
        raise NotKept("memory.db cannot be written: the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(Usage, "take", refused)
        done = counting("usage", "--json")
    assert (done.code, done.document["state"]) == (5, "partial")
    assert "the latest calls are not in it yet: memory.db cannot be written" in done.err
    assert done.document["data"]["calls"][0] == found["command", "alerts"]
    assert used(counting)["command", "alerts"]["calls"] == 2
