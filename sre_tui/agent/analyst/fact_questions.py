"""Tells questions for a fact from those for what is wrong, by their words."""

from __future__ import annotations

import re
from typing import Final

from sre_tui.diagnosis.language.vocabulary import SYMPTOMS

_ASKS: Final = re.compile(
    r"^(?:how (?!(?:is|are|does|do|come|about)\b)\w+|when|which|who|whose|where|wann|welche\w*|wer|"
    r"wo|wie ?viele?|what (?:is|are|was|were|does|do) (?!(?:it|that|this|up|going|happening|the "
    r"(?:matter|problem|issue|trouble|cause|reason|status|state))\b)|"
    r"(?:can|may|could|should) i|is|are|was|were|does|do|did|has|have|any|ist|sind|hat|haben|"
    r"gibt)\b"
)
_OF_STATE: Final = re.compile(
    r"\b(?:wrong|odd|weird|strange|unusual|off|on fire|trouble|problems?|issues?|errors?|"
    r"fail\w*|broken?|breaks?|down|up|dead|died|dying|alive|ok|okay|fine|good|well|right|healthy|health|"
    r"safe|stable|normal|sick|work\w*|reachable|available|respond\w*|answer\w*|play\w*|connect\w*|"
    r"load\w*|start\w*|stop\w*|crash\w*|hang\w*|slow\w*|lost|los[et]\w*|missing|gone|attack\w*|"
    r"hack\w*|compromis\w*|affected|impact\w*|cause\w*|causing|blame|guilty|matter|happen\w*|"
    r"intact|damaged?|corrupt\w*|degraded|inactive|los|"
    r"attention|worry|worried|look at|running|doing|busy|overload\w*|stuck|kaputt|gut|schuld|"
    r"probleme?|fehler|ordnung)\b|\b(?:on|back)$"
)
IS_IT: Final = re.compile(
    r"^(?:is|was|could|might|ist|war|liegt|sind) (?:it|this|that|they|es|das)(?: be)? "
    r"(?:(?:just|only|always|again|still|really|an|am|wieder|nur) )*"
    r"(?:(?:the|my|our|der|die|das|dem|den) [\w-]+|dns|network|internet|power|wi-?fi|wlan|router|"
    r"firewall|nas|truenas|proxmox|storage|memory|cpu|certificates?|updates?|backups?|strom|netz)"
    r"(?: (?:again|problem|issue|fault|related|schuld|wieder|servers?))*$"
)
"""Asks whether the fault lies there: "is it dns?"."""
_IS_THERE: Final = re.compile(
    r"^(?:is|ist|gibt es|haben wir|do we have) (?:there |da )?(?:still |any |noch )*"
    r"(?:power|electricity|strom|internet|network|netz|dns|mains)(?: (?:now|again|at all|back))*$"
)
"""Asks whether there is what a homelab lives on."""
_SYMPTOM: Final = re.compile(r"\b(?:" + "|".join(map(re.escape, SYMPTOMS)) + r")\b")


def asks_a_fact(folded: str) -> bool:
    """Whether a question wants to know a fact, and not what is wrong."""
    return _ASKS.match(folded) is not None and not speaks_of_state(folded)


def speaks_of_state(folded: str) -> bool:
    """Whether a word of the question says that something is well or is not."""
    asked = IS_IT.match(folded) or _IS_THERE.match(folded)
    said = _OF_STATE.search(folded) or _SYMPTOM.search(folded)
    return asked is not None or said is not None


__all__ = ["IS_IT", "asks_a_fact", "speaks_of_state"]
