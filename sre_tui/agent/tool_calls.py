"""Makes something of the tool calls models write: broken JSON, wrong names, calls in prose."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_FENCED = re.compile(r"\A\s*```[\w-]*\s*\n?(?P<inside>.*?)(?:```\s*)?\Z", re.DOTALL)
_TAGGED = re.compile(
    r"<(?P<tag>tool_call|function_call|tool)>\s*(?P<inside>.*?)\s*(?:</(?P=tag)>|\Z)", re.DOTALL
)
_FUNCTION = re.compile(
    r"<function=(?P<name>[\w.-]+)>\s*(?P<inside>.*?)\s*(?:</function>|\Z)", re.DOTALL
)
_MISTRAL = re.compile(r"\[TOOL_CALLS\]\s*(?P<inside>.*)\Z", re.DOTALL)
_LAST_FENCE = re.compile(
    r"```(?:json|tool_call|tool_code|tool)?\s*\n(?P<inside>[\[{](?:(?!```).)*)(?:```\s*)?\Z",
    re.DOTALL,
)
_BARE = re.compile(r"\A\s*(?:<\|python_tag\|>)?\s*(?P<inside>[\[{].*[\]}])\s*\Z", re.DOTALL)

OPENERS = ("<tool", "<function", "```", "{", "[{", "[TOOL", "<|python")
"""How a text begins that is likely a tool call written out."""

_NAME_KEYS = ("name", "tool", "tool_name", "function")
_ARGUMENT_KEYS = ("arguments", "parameters", "args", "input", "tool_input")


@dataclass(frozen=True)
class WrittenCall:
    """A tool call found in a text."""

    name: str
    arguments: dict[str, Any]


def parse_arguments(text: str) -> dict[str, Any] | None:
    """The arguments a model wrote, with common faults of JSON repaired; None if beyond repair."""
    stripped = text.strip()
    if not stripped:
        return {}
    fenced = _FENCED.match(stripped) if stripped.startswith("```") else None
    value = _load(fenced.group("inside") if fenced else stripped)
    if isinstance(value, str):
        value = _load(value)
    if not isinstance(value, dict):
        return None
    return _unwrapped(value)


def tidy(arguments: Mapping[str, Any], known: Iterable[str]) -> dict[str, Any]:
    """Arguments without nulls, which mean "not given", and with names in the tool's spelling."""
    spelled = {_plain(name): name for name in known}
    return {
        spelled.get(_plain(name), name): value
        for name, value in arguments.items()
        if value is not None
    }


def match_name(name: str, offered: Iterable[str]) -> str | None:
    """The offered tool that is meant: case, separators and a namespace in front do not matter."""
    by_plain = {_plain(known): known for known in offered}
    for candidate in (name, re.split(r"[./:]", name.strip())[-1]):
        found = by_plain.get(_plain(candidate))
        if found is not None:
            return found
    return None


def written_calls(text: str, offered: Iterable[str]) -> list[WrittenCall]:
    """Tool calls a model wrote into its text instead of making them.

    Only calls of offered tools count, and bare or fenced JSON only at the very end, so that an
    answer that quotes JSON stays an answer.
    """
    names = tuple(offered)
    found: list[WrittenCall] = []
    for match in _FUNCTION.finditer(text):
        arguments = parse_arguments(match.group("inside"))
        name = match_name(match.group("name"), names)
        if name is not None and arguments is not None:
            found.append(WrittenCall(name, arguments))
    for match in _TAGGED.finditer(text):
        found += _calls_in(match.group("inside"), names)
    if found:
        return found
    for pattern in (_MISTRAL, _LAST_FENCE, _BARE):
        match_at_end = pattern.search(text)
        if match_at_end is not None:
            return list(_calls_in(match_at_end.group("inside"), names))
    return []


def is_quoted(call: WrittenCall, text: str) -> bool:
    """Whether a call is written out in a text of strangers, which an answer then only quotes."""
    written = rf"[\"'=]{re.escape(call.name)}[\"'>\\]"
    return re.search(written, text, re.IGNORECASE) is not None


def _calls_in(text: str, names: tuple[str, ...]) -> Iterator[WrittenCall]:
    value = _load(text)
    for item in value if isinstance(value, list) else [value]:
        if not isinstance(item, dict):
            continue
        function = item.get("function")
        inner = function if isinstance(function, dict) else item
        written = next((inner[key] for key in _NAME_KEYS if isinstance(inner.get(key), str)), None)
        name = match_name(written, names) if written is not None else None
        given: Any = next((inner[key] for key in _ARGUMENT_KEYS if key in inner), {})
        arguments = parse_arguments(given) if isinstance(given, str) else given
        if name is not None and isinstance(arguments, dict):
            yield WrittenCall(name, arguments)


def _load(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        pass
    if not re.match(r"\s*[\[{\"]", text):
        return None
    import json_repair

    try:
        return json_repair.loads(text)
    except (ValueError, RecursionError):
        return None


def _unwrapped(value: dict[str, Any]) -> dict[str, Any]:
    if len(value) == 1:
        key, inner = next(iter(value.items()))
        if key in _ARGUMENT_KEYS and isinstance(inner, dict):
            return inner
    if set(value) <= {*_NAME_KEYS, *_ARGUMENT_KEYS} and "name" in value:
        inner = next(
            (value[key] for key in _ARGUMENT_KEYS if isinstance(value.get(key), dict)), None
        )
        if inner is not None:
            return dict(inner)
    return value


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())
