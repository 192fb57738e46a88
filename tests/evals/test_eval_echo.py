"""The scripted model calls one tool and repeats what it concluded."""

from typing import Any

from sre_tui.evals.echo import first_cause, message_for

TOLD = """\
E1 · 2026-11-22 15:00:00 UTC (now)
<data-ab12 E1>
Investigation of "why?", window 6 h
! loki:main does not answer
Verdict: 1 cause found. dns1 is down.
Cause 1: dns1 is down [dns_down, guest:dns1], confidence 99 %
  for: port taken
Possible cause 2: pve1 is busy [cpu, node:pve1], confidence 20 %
  for: load
Elsewhere, unrelated to what was asked: nothing
Timeline (UTC):
  14:25 port taken
Next steps:
  1. Look who listens. `ss -lntp`
Looked at: 99 checks ran
</data-ab12>"""


def tool(name: str, **parameters: Any) -> dict[str, Any]:
    return {"type": "function", "function": {"name": name, "parameters": parameters}}


def test_it_asks_the_tool_with_the_question() -> None:
    offered = [
        tool("loki_query", properties={"query": {}}),
        tool("investigate", properties={"about": {}, "at": {}}),
    ]
    message = message_for("why?", [{"role": "user", "content": "why?"}], offered)
    (call,) = message["tool_calls"]
    assert call["function"] == {"name": "investigate", "arguments": '{"about": "why?"}'}


def test_it_says_so_where_the_tool_is_not_offered() -> None:
    message = message_for("why?", [], [tool("loki_query")])
    assert message["content"] == "The tool investigate is not offered."


def test_it_repeats_the_first_cause_and_the_steps_with_citations() -> None:
    message = message_for("why?", [{"role": "tool", "content": TOLD}], [])
    assert message["content"].splitlines() == [
        "Verdict: 1 cause found. dns1 is down. [E1]",
        "Cause 1: dns1 is down [dns_down, guest:dns1], confidence 99 % [E1]",
        "  for: port taken [E1]",
        "Next steps: [E1]",
        "  1. Look who listens. `ss -lntp` [E1]",
    ]


def test_without_a_cause_it_repeats_what_was_found() -> None:
    told = TOLD.replace("Cause 1", "Finding").replace("Possible cause 2", "Finding")
    lines = first_cause(told).splitlines()
    assert "Looked at: 99 checks ran [E1]" in lines
    assert not any("Timeline" in line or "14:25" in line for line in lines)


def test_a_refusal_is_repeated_as_it_is() -> None:
    assert first_cause(" nothing here is called x ") == "nothing here is called x"
