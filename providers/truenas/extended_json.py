"""The middleware's JSON: times, dates and sets as objects with a ``$`` key.

Times become Unix seconds, times of day and dates their text, sets lists. Texts lose their line
breaks: none that is shown has more than a line, and names with breaks would pass for rows.
"""

from __future__ import annotations

from typing import Final

from pydantic import JsonValue

_BREAKS: Final = str.maketrans("\n\t", "  ")


def plain(value: JsonValue) -> JsonValue:
    """The value with every such object resolved, and every text on one line."""
    if isinstance(value, str):
        return value.translate(_BREAKS) if "\n" in value or "\t" in value else value
    if isinstance(value, list):
        return [plain(item) for item in value]
    if not isinstance(value, dict):
        return value
    match value:
        case {"$date": int() | float() as milliseconds} if len(value) == 1:
            return milliseconds / 1000
        case {"$time": str() as time} if len(value) == 1:
            return time
        case {"$set": list() as members} if len(value) == 1:
            return plain(members)
        case {"$type": str(), "$value": inner} if len(value) == 2:
            return plain(inner)
    return {key: plain(item) for key, item in value.items()}
