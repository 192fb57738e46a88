"""Words of a question that may be names of alerts; products are written in CamelCase as well."""

from __future__ import annotations

import re
from typing import Final

_CAMEL: Final = re.compile(r"\b[A-Z][a-z0-9]+(?:[A-Z][A-Za-z0-9]*)+\b")
_OF_ALERTS: Final = (
    r"fires?|fired|firing|triggers?|triggered|silenced?|acknowledged?|feuert\w*|gefeuert|ausgelöst"
)
"""What only alerts do, or is done to them only."""


def names_in_camel_case(text: str) -> list[str]:
    """Each word that is written as alerts mostly are, once, in the order of the text."""
    return list(dict.fromkeys(_CAMEL.findall(text)))


def is_called_alert(text: str, name: str) -> bool:
    """Whether a question itself says that this name is an alert's."""
    named = rf"[\"'`]?{re.escape(name)}[\"'`]?"
    return bool(
        re.search(
            rf"\b(?:alerts?|alarms?|rules?|regeln?)\s+(?:called\s+|named\s+)?{named}(?!\w)"
            rf"|(?<!\w){named}[\s-]+(?:alerts?|alarms?|rules?|regeln?)\b"
            rf"|(?<!\w){named}\s+(?:\w+\s+){{0,3}}(?:{_OF_ALERTS})\b"
            rf"|\b(?:{_OF_ALERTS})\s+{named}(?!\w)",
            text,
            re.IGNORECASE,
        )
    )


__all__ = ["is_called_alert", "names_in_camel_case"]
