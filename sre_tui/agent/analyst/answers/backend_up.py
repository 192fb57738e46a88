"""Answers whether a backend is up, by whether it answers now."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from providers.reading import State
from sre_tui.agent.analyst.answers.told import told, yes_no
from sre_tui.agent.analyst.calls import Call
from sre_tui.agent.analyst.coverage import tool_source
from sre_tui.agent.analyst.look import Look
from sre_tui.agent.analyst.opening import Opening

_TOOLS: Final[Mapping[str, tuple[str, Mapping[str, object]]]] = {
    "pbs": ("pbs_datastore_status", {}),
    "grafana": ("grafana_get_alerts", {}),
    "prometheus": ("prometheus_targets", {"limit": 1000}),
    "loki": ("loki_list_label_values", {}),
}
"""What a backend is asked, which costs it little."""
_NAMES: Final = (
    r"(?:the |my |der |die |das |mein )?"
    r"(?P<name>pbs|(?:proxmox )?backup ?server|grafana|prometheus|loki)"
)
_STATES: Final = r"(?:up|running|online|reachable|alive|down|offline|dead|erreichbar|weg|tot)"
_ASKED: Final = re.compile(
    rf"^(?:is|ist) {_NAMES}(?: (?:still|now|even|noch))? {_STATES}(?: and running| now)?$"
)


async def tell_backend_up(look: Look) -> Iterator[str] | None:
    """Whether the backend answers; None if that is not asked of one that is configured."""
    asked = _ASKED.match(look.question.folded)
    if asked is None or look.question.scope.said:
        return None
    name = "pbs" if "server" in asked["name"] else asked["name"]
    tool, arguments = _TOOLS[name]
    if not look.caller.offers(tool):
        return None
    found = (await look.ask(backend=Call(tool, dict(arguments))))["backend"]
    state = found.ran.evidence.state if found.ran is not None else State.UNREACHABLE
    title = tool_source(tool)
    if state in (State.OK, State.PARTIAL):
        lead = Opening(yes_no(look, fine=True), f"{title} is up**: it answers.{found.cite}")
        return told(look, lead)
    if state is State.UNAUTHORIZED:
        # A yes would be taken for an all-clear, which nobody gave who could look.
        said = f"{title} is up**, but refuses to answer; `sre doctor` tells why.{found.cite}"
        return told(look, Opening("", said))
    said = f"{title} gives no answer**; `sre doctor` tells why.{found.cite}"
    return told(look, Opening(yes_no(look, fine=False), said))


__all__ = ["tell_backend_up"]
