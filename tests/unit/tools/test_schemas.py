"""What models see of the tools: small, complete, and with defaults they may repeat."""

import json
from typing import Any

import pytest

from sre_tui.settings import BACKENDS
from sre_tui.tools.registry import MODULES, UnknownTool, all_tools, get_tool
from sre_tui.tools.rendering import estimate_tokens
from sre_tui.tools.tool import ArgumentError, Tool
from sre_tui.views.registry import table_view

NAMES = [name for names in MODULES.values() for name in names]


def test_all_schemas_leave_room_for_a_prompt() -> None:
    assert sum(estimate_tokens(json.dumps(tool.schema())) for tool in all_tools()) < 2500


@pytest.mark.parametrize("name", NAMES)
def test_every_tool_is_described_and_shown(name: str) -> None:
    tool = get_tool(name)
    schema = tool.schema()["function"]
    assert schema["name"] == name
    assert schema["description"]
    assert len(tool.command) in (1, 2)
    assert all(example.startswith(" ".join(tool.command)) for example in tool.examples)
    assert len(tool.examples) >= 2
    assert tool.needs <= set(BACKENDS)
    assert all(field["description"] for field in schema["parameters"]["properties"].values())
    columns = table_view(name).columns
    assert len({column.key for column in columns}) == len(columns)


@pytest.mark.parametrize("name", NAMES)
def test_a_model_may_repeat_every_default_it_sees(name: str) -> None:
    tool: Tool[Any] = get_tool(name)
    parameters = tool.schema()["function"]["parameters"]
    required = dict.fromkeys(parameters.get("required", ()), "x")
    shown = {
        each: field["default"]
        for each, field in parameters["properties"].items()
        if "default" in field
    }
    assert tool.parse({**required, **shown}) == tool.parse(required)


def test_mistakes_are_one_line_that_says_what_is_allowed() -> None:
    tool = get_tool("loki_query_logs")
    with pytest.raises(ArgumentError) as caught:
        tool.parse({"qeury": "x", "since": "soon", "limit": 0})
    said = str(caught.value)
    assert "query is missing" in said
    assert "takes no 'qeury'; it takes query" in said
    assert "write it as 30m, 2h" in said
    assert "limit" in said
    assert "\n" not in said


def test_an_unknown_tool_suggests_the_nearest() -> None:
    with pytest.raises(UnknownTool, match="did you mean loki_query_logs"):
        get_tool("loki_querylogs")
