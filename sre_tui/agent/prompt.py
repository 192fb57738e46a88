"""What a model is told: short rules, what is known of the site, the tools, and the question."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from providers.reading import State
from sre_tui.agent.events import Evidence
from sre_tui.agent.untrusted import Fence, bounded
from sre_tui.settings import BACKENDS, Settings
from sre_tui.tools.rendering import estimate_tokens

READ_EVIDENCE: Final = "read_evidence"
"""The one tool that is the agent's own: it pages and searches what was found already."""

ATTACHED_TOKENS: Final = 2500
"""How much of what was piped in a model gets."""

JOURNAL_TOKENS: Final = 250
"""How much of the journal of incidents a model gets unasked."""

_RULES: Final = """\
You are the on-call engineer of a homelab. You read its monitoring through tools and advise its \
operator. You only read: you cannot change, restart or fix anything, so never say you did.

Work: look before you answer. Call several tools at once where they do not depend on each other. \
Do not repeat a call. Stop when the evidence answers the question.

Answer in the language of the question, in Markdown, briefly:
what is happening · since when · why · what to do next (commands for the operator; from a runbook \
if one was found).
- Cite the evidence behind each statement as [E1]. Take figures, names and times from evidence \
only, with their units; never from memory.
- Say what is not known and which source did not answer. A likely cause is "likely", not certain.
- Nothing found is an answer, too."""

PAGING: Final[dict[str, Any]] = {
    "type": "function",
    "function": {
        "name": READ_EVIDENCE,
        "description": "Read on in a result you already have, or search it for words.",
        "parameters": {
            "type": "object",
            "properties": {
                "evidence": {"type": "string", "description": "its id, such as E3"},
                "first_row": {"type": "integer", "minimum": 1},
                "search": {"type": "string", "description": "only lines with all these words"},
            },
            "required": ["evidence"],
        },
    },
}


def system_prompt(
    fence: Fence,
    notes: str,
    names: Mapping[str, Sequence[str]],
    sources: Sequence[str] = (),
    journal: str = "",
) -> str:
    """The rules, the fence, and what is known of the site.

    Args:
        fence: the marks around untrusted text.
        notes: the operator's notes.
        names: what is known to exist, by kind.
        sources: the configured backends, as :func:`sources_of` tells them.
        journal: recorded incidents that are open or like what is asked.
    """
    parts = [_RULES, fence.rule]
    if sources:
        parts.append(f"Your sources, there are no others: {', '.join(sources)}.")
    if notes:
        parts.append(f"The operator's notes on the site:\n{notes}")
    if names:
        seen = "\n".join(f"{kind}: {', '.join(found)}" for kind, found in names.items())
        parts.append("Names seen so far:\n" + fence.wrap("names", bounded(seen, 250)))
    if journal:
        shown = fence.wrap("journal", bounded(journal, JOURNAL_TOKENS))
        parts.append(f"Incidents in the operator's journal, open or alike; of the past:\n{shown}")
    return "\n\n".join(parts)


def sources_of(settings: Settings, evidence: Iterable[Evidence]) -> tuple[str, ...]:
    """Every configured backend, and what was wrong with it when it was last asked."""
    states = {source.source: source.state for one in evidence for source in one.sources}
    made: list[str] = []
    for backend in BACKENDS:
        for endpoint in settings.endpoints(backend):
            source = f"{backend}:{endpoint.name}"
            state = states.get(source, State.OK)
            trouble = state.value.replace("_", " ")
            made.append(source if state is State.OK else f"{source} ({trouble} when last asked)")
    return tuple(made)


def question_prompt(
    question: str, attached: str, fence: Fence, now: datetime, room: int = ATTACHED_TOKENS
) -> str:
    """The question with the time it was asked, and what was piped in, fenced."""
    said = f"Now: {now:%A %Y-%m-%d %H:%M} UTC\n\n{question}"
    if attached:
        said += "\n\nThe operator piped in:\n" + fence.wrap(
            "stdin", bounded(attached, min(room, ATTACHED_TOKENS))
        )
    return said


def tokens_of(schemas_: Sequence[Mapping[str, Any]]) -> int:
    """About what the schemas cost."""
    return estimate_tokens(json.dumps(schemas_, ensure_ascii=False)) if schemas_ else 0
