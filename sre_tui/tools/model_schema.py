"""What a model is told of a tool's arguments: all it needs to call it, and nothing that costs more.

Left out are arguments for people, bounds (a mistake is answered by a line that names them), "may be
null" of what may be left out, defaults that say nothing, and descriptions that say the name again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from pydantic import BaseModel

from sre_tui.tools.arguments import ForPeople

_SAYS_LITTLE: Final = frozenset(
    {"title", "default", "minimum", "maximum", "minLength", "maxLength", "additionalProperties"}
)
_FILTER_WORDS: Final = frozenset(
    ("a", "at", "by", "for", "from", "in", "of", "on", "only", "part", "the", "this", "with")
)


def model_schema(arguments: type[BaseModel]) -> dict[str, Any]:
    """The JSON schema of a tool's arguments as a model sees it; the caller may change it."""
    made: dict[str, Any] = json.loads(_written(arguments))
    return made


@lru_cache(maxsize=256)
def _written(arguments: type[BaseModel]) -> str:
    """The schema as JSON: pydantic takes milliseconds to make it, and every question needs all."""
    whole = arguments.model_json_schema()
    definitions = whole.get("$defs", {})
    # Constructed without its required arguments: only the defaults, as text a model may repeat.
    defaults = arguments.model_construct().model_dump(mode="json", warnings=False)
    shown = {
        name: _field(name, whole["properties"][name], defaults.get(name), definitions)
        for name, field in arguments.model_fields.items()
        if not any(isinstance(mark, ForPeople) for mark in field.metadata)
    }
    schema: dict[str, Any] = {"type": "object", "properties": shown}
    required = [name for name in whole.get("required", ()) if name in shown]
    return json.dumps({**schema, "required": required} if required else schema)


def _field(
    name: str, field: Mapping[str, Any], default: object, definitions: Mapping[str, Any]
) -> dict[str, Any]:
    made = _lean(field, definitions)
    if _only_names(name, str(made.get("description", ""))):
        made.pop("description", None)
    if default not in (None, "", False, [], ()):
        made["default"] = default
    return made


def _only_names(name: str, description: str) -> bool:
    """Whether a description is "Only this NAME." in some wording, which a filter's name tells."""
    words = re.findall(r"[a-z]+", description.lower())
    return set(words) <= {*name.split("_"), *_FILTER_WORDS}


def _lean(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> dict[str, Any]:
    if "$ref" in schema:
        rest = {key: value for key, value in schema.items() if key != "$ref"}
        referred = definitions.get(str(schema["$ref"]).rpartition("/")[2], {})
        return _lean({**referred, **rest}, definitions)
    choices = [each for each in schema.get("anyOf", ()) if each != {"type": "null"}]
    if len(choices) == 1:
        rest = {key: value for key, value in schema.items() if key != "anyOf"}
        return _lean({**choices[0], **rest}, definitions)
    lean: dict[str, Any] = {}
    for key, value in schema.items():
        if key in _SAYS_LITTLE or (key == "examples" and "description" in schema):
            continue
        if key == "anyOf":
            lean[key] = [_lean(each, definitions) for each in choices]
        elif key == "items":
            lean[key] = _lean(value, definitions)
        else:
            lean[key] = value
    return lean


__all__ = ["model_schema"]
