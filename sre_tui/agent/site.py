"""What is known about this homelab before anybody asks: the operator's notes and names seen."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from providers.text import clean
from sre_tui.agent.events import Evidence
from sre_tui.agent.untrusted import bounded
from sre_tui.complaint import why

NOTES_TOKENS = 500
"""How much of the operator's notes a model gets."""

_HOST_KEYS = ("instance", "host", "hostname", "nodename", "node")
_SERVICE_KEYS = ("service_name", "service", "container", "job")


def read_notes(path: Path) -> tuple[str, str]:
    """The operator's notes, bounded, and one line saying what was wrong with the file, if it was.

    A missing file is fine.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return "", ""
    except (OSError, UnicodeDecodeError) as error:
        return "", f"{path} cannot be read: {why(error)}"
    return bounded(clean(text).strip(), NOTES_TOKENS), ""


def seen_names(evidence: Iterable[Evidence], limit: int = 40) -> dict[str, tuple[str, ...]]:
    """Hosts and services that stand in earlier results, the most frequent first."""
    counts: dict[str, dict[str, int]] = {"hosts": {}, "services": {}}
    for one in evidence:
        for key, value in _labels(one.document):
            kind = "hosts" if key in _HOST_KEYS else "services" if key in _SERVICE_KEYS else None
            if kind is not None:
                counts[kind][value] = counts[kind].get(value, 0) + 1
    return {
        kind: tuple(sorted(found, key=lambda name: (-found[name], name))[:limit])
        for kind, found in counts.items()
        if found
    }


def _labels(value: object) -> Iterable[tuple[str, str]]:
    if isinstance(value, dict):
        for key, item in value.items():
            if isinstance(item, str):
                yield str(key), item
            else:
                yield from _labels(item)
    elif isinstance(value, list | tuple):
        if len(value) == 2 and all(isinstance(item, str) for item in value):
            yield value[0], value[1]
        else:
            for item in value:
                yield from _labels(item)
