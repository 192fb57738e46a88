"""Tells questions for a fact from those for what is wrong, by their words."""

from __future__ import annotations

import re
from typing import Final

from sre_tui.diagnosis.language.vocabulary import SYMPTOMS

_ASKS: Final = re.compile(
    r"^(?:how (?!(?:is|are|does|do|come|about)\b)\w+|when|which|who|whose|where|wann|welche\w*|wer|"
    r"wo|wie ?viele?|wie (?:alt|groß|lange|oft|hoch|schnell)|what(?:'?s| is| are| was| were| does| "
    r"do) (?!(?:it|that|this|up|going|happening|the "
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


_PROPERTY: Final = re.compile(
    r"^(?:the )?(?!(?:status|state|health|overview|summary|condition|zustand|check|report)\b)"
    r"(?:(?!(?:of|on|from|for|von|auf)\b)[^\W\d_]+ ){1,3}(?:of|on|from|for|von|auf|vom) "
    r"(?:(?:the|my|der|die|das|dem) )?[\w./:@-]+$"
    r"|^(?:what|which) (?!(?:happen\w*|broke|changed|failed|about|now|else|next|to|should|if|can|"
    r"up|the (?:hell|heck|fuck))\b)\w+"
)
"""Names a property of a thing, or asks for one, as in "kernel of pve1" and "what raid is tank"."""

_PLACE: Final = re.compile(r"^((?:which|what|where)\b.*?)(?: running)? (?:on|off)$")
"""Asks for what something is on, as in "which kernel is pve1 on"."""


def asks_a_fact(folded: str) -> bool:
    """Whether a question wants to know a fact, and not what is wrong."""
    asked = _ASKS.match(folded) or _PROPERTY.match(folded)
    return asked is not None and not speaks_of_state(_PLACE.sub(r"\1", folded))


def speaks_of_state(folded: str) -> bool:
    """Whether a word of the question says that something is well or is not."""
    asked = IS_IT.match(folded) or _IS_THERE.match(folded)
    said = _OF_STATE.search(folded) or _SYMPTOM.search(folded)
    return asked is not None or said is not None


__all__ = ["IS_IT", "asks_a_fact", "speaks_of_state"]
