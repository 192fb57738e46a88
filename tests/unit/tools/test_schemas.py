"""What models see of the tools: small, complete, and with defaults they may repeat."""

import ast
import json
import re
from pathlib import Path
from typing import Annotated, Any

import pytest
from pydantic import Field

from sre_tui import tools
from sre_tui.settings import BACKENDS
from sre_tui.tools.arguments import ForPeople
from sre_tui.tools.context import ToolContext
from sre_tui.tools.notes import truncation
from sre_tui.tools.registry import MODULES, UnknownTool, get_tool
from sre_tui.tools.rendering import ModelView, estimate_tokens
from sre_tui.tools.result import Listing, ToolResult
from sre_tui.tools.tool import ArgumentError, Tool
from sre_tui.views.registry import table_view

NAMES = [name for names in MODULES.values() for name in names]


@pytest.mark.parametrize("name", NAMES)
def test_every_schema_is_small(name: str) -> None:
    assert estimate_tokens(json.dumps(get_tool(name).schema(), ensure_ascii=False)) < 230


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
    assert all(field.description for field in tool.arguments.model_fields.values())
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


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_says_what_a_tool_takes_and_no_more(name: str) -> None:
    tool: Tool[Any] = get_tool(name)
    parameters = tool.schema()["function"]["parameters"]
    text = json.dumps(parameters)
    assert not re.search(r'"(\$ref|\$defs|title|anyOf|m(in|ax)(imum|Length))"|null', text)
    for each, field in tool.arguments.model_fields.items():
        for_people = any(isinstance(mark, ForPeople) for mark in field.metadata)
        assert (each in parameters["properties"]) is not for_people, each
        assert (each in parameters.get("required", ())) is field.is_required(), each


async def test_what_a_model_is_not_shown_it_is_told_where_it_helps_and_may_give() -> None:
    async def count_sheep(
        context: ToolContext,
        flock: Annotated[str | None, Field(description="Only this flock.")] = None,
        colour: Annotated[str, Field(description="Only of this colour, in words.")] = "white",
        lame: Annotated[bool, Field(description="Lame ones too.")] = False,
        limit: Annotated[int, Field(description="Most sheep.", ge=1, le=9), ForPeople()] = 5,
    ) -> ToolResult[Listing[Any]]:
        """Count sheep.

        For those who cannot sleep.
        """
        raise NotImplementedError

    tool: Tool[Any] = Tool("count_sheep", ("sheep",), frozenset(), (), count_sheep, render=_none)
    assert tool.schema()["function"] == {
        "name": "count_sheep",
        "description": "Count sheep.",
        "parameters": {
            "type": "object",
            "properties": {
                "flock": {"type": "string"},
                "colour": {
                    "type": "string",
                    "description": "Only of this colour, in words.",
                    "default": "white",
                },
                "lame": {"type": "boolean", "description": "Lame ones too."},
            },
        },
    }
    assert tool.parse({"limit": 7}).model_dump()["limit"] == 7
    with pytest.raises(ArgumentError, match="less than or equal to 9"):
        tool.parse({"limit": 10})
    cut = Listing[Any](items=(), truncated=True, total=40)
    assert truncation(cut, "sheep") == "0 of 40 sheep shown; a higher limit shows more"


def _none(answer: ToolResult[Any], view: ModelView) -> str:
    return ""


@pytest.mark.parametrize("path", sorted(Path(tools.__path__[0]).glob("*.py")), ids=lambda p: p.stem)
def test_no_text_of_a_tool_names_another_tool(path: Path) -> None:
    """Another tool that is named may not be offered."""
    own = MODULES.get(path.stem, ())
    if path.stem == "registry":
        return
    said = [
        node.value
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    assert not [text for text in said for name in NAMES if name in text and name not in own]


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
