"""A tool: an async, typed, documented function, and everything derived from its signature."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Concatenate, Final, Generic, Literal, ParamSpec, TypeVar, get_type_hints

from pydantic import BaseModel, ConfigDict, ValidationError, create_model

from sre_tui.complaint import Complaint
from sre_tui.nearest import nearest
from sre_tui.settings import Backend, Settings
from sre_tui.tools.context import ToolContext
from sre_tui.tools.model_schema import model_schema
from sre_tui.tools.rendering import ModelView
from sre_tui.tools.result import ToolResult
from sre_tui.tools.usage import counted

P = ParamSpec("P")
DataT = TypeVar("DataT", bound=BaseModel)
Body = Callable[Concatenate[ToolContext, P], Awaitable[ToolResult[DataT]]]
Breadth = Literal["anything", "overview", "detail"]
_ASKS: Final = " The user is asked first; call it only when the user wants that."
Renderer = Callable[[ToolResult[DataT], ModelView], str]


class ArgumentError(Complaint):
    """A tool was called with arguments it does not take; ``str(error)`` is one line."""

    code = "usage"
    wrong_usage = True


@dataclass(frozen=True)
class Tool(Generic[DataT]):
    """One registered tool.

    Attributes:
        name: what the model, MCP and HTTP call it.
        command: its words on the command line after ``sre``.
        needs: backends of which at least one must be configured; empty if it needs none.
        examples: command lines shown in its help, without ``sre``.
        body: the function itself.
        render: writes a result for the model.
        breadth: what it serves: questions of any kind, an overview of one backend or subject, or a
            detail of it. A model with little room gets the broad ones first.
        writes: whether it keeps something, which the user is asked for whenever a model calls it.
    """

    name: str
    command: tuple[str, ...]
    needs: frozenset[Backend]
    examples: tuple[str, ...]
    body: Callable[..., Awaitable[ToolResult[DataT]]]
    render: Renderer[DataT]
    breadth: Breadth = "detail"
    writes: bool = False

    @property
    def summary(self) -> str:
        """First line of the function's docstring: what the model reads."""
        return self.description.partition("\n")[0]

    @property
    def description(self) -> str:
        """The docstring: what ``--help`` reads."""
        return inspect.getdoc(self.body) or ""

    @cached_property
    def arguments(self) -> type[BaseModel]:
        """The model of the arguments, with descriptions, defaults and bounds."""
        hints = get_type_hints(self.body, include_extras=True)
        fields: dict[str, Any] = {}
        parameters = list(inspect.signature(self.body).parameters.values())[1:]
        for parameter in parameters:
            default = ... if parameter.default is inspect.Parameter.empty else parameter.default
            fields[parameter.name] = (hints[parameter.name], default)
        return create_model(
            f"{self.name}_arguments",
            __config__=ConfigDict(extra="forbid", frozen=True, validate_default=True),
            **fields,
        )

    @cached_property
    def result_type(self) -> type[ToolResult[DataT]]:
        """The annotated result, for its JSON schema."""
        annotation: type[ToolResult[DataT]] = get_type_hints(self.body)["return"]
        return annotation

    def offered(self, settings: Settings) -> bool:
        """Whether a backend it can work with is configured."""
        return not self.needs or bool(self.needs & settings.configured)

    def schema(self) -> dict[str, Any]:
        """The function schema a model sees, without what costs tokens and tells nothing."""
        return {
            "type": "function",
            "function": {
                "name": self.name,
                "description": self.summary + (_ASKS if self.writes else ""),
                "parameters": model_schema(self.arguments),
            },
        }

    def parse(self, arguments: Mapping[str, object]) -> BaseModel:
        """Check arguments.

        Raises:
            ArgumentError: with one line naming every mistake and what is allowed.
        """
        try:
            return self.arguments.model_validate(dict(arguments))
        except ValidationError as error:
            raise ArgumentError("; ".join(self._mistakes(error))) from error

    async def run(self, context: ToolContext, arguments: Mapping[str, object]) -> ToolResult[DataT]:
        """Check the arguments and run the tool.

        Raises:
            ArgumentError: if the arguments do not fit.
            InvalidQuery: if a backend rejects a query in them.
        """
        parsed = self.parse(arguments)
        values = {name: getattr(parsed, name) for name in self.arguments.model_fields}
        with counted(context.usage, self.name) as told:
            answer = await self.body(context, **values)
            told(answer)
        return answer.model_copy(update={"tool": self.name})

    def _mistakes(self, error: ValidationError) -> list[str]:
        lines: list[str] = []
        for problem in error.errors(include_url=False, include_context=False):
            name = str(problem["loc"][0]) if problem["loc"] else "arguments"
            if problem["type"] == "extra_forbidden":
                close = nearest(name, self.arguments.model_fields)
                known = close or sorted(self.arguments.model_fields)
                lines.append(f"{self.name} takes no {name!r}; it takes {', '.join(known)}")
            elif problem["type"] == "missing":
                lines.append(f"{name} is missing")
            else:
                lines.append(f"{name}: {problem['msg'].removeprefix('Value error, ')}")
        return lines


_registered: dict[str, Tool[Any]] = {}


def tool(
    command: str,
    *,
    render: Renderer[DataT],
    needs: tuple[Backend, ...] = (),
    examples: tuple[str, ...] = (),
    breadth: Breadth = "detail",
    writes: bool = False,
) -> Callable[[Body[P, DataT]], Tool[DataT]]:
    """Register the decorated function under its own name."""

    def register(body: Body[P, DataT]) -> Tool[DataT]:
        name = getattr(body, "__name__", "")
        made = Tool(
            name=name,
            command=tuple(command.split()),
            needs=frozenset(needs),
            examples=examples,
            body=body,
            render=render,
            breadth=breadth,
            writes=writes,
        )
        if name in _registered:
            raise ValueError(f"two tools are called {name}")
        _registered[name] = made
        return made

    return register


def registered() -> Mapping[str, Tool[Any]]:
    """The tools whose modules have been imported so far; see :mod:`sre_tui.tools.registry`."""
    return _registered


__all__ = ["ArgumentError", "Breadth", "Tool", "registered", "tool"]
