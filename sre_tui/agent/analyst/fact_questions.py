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
_SYMPTOM: Final = re.compile(r"\b(?:" + "|".join(map(re.escape, SYMPTOMS)) + r")\b")


def asks_a_fact(folded: str) -> bool:
    """Whether a question wants to know a fact, and not what is wrong."""
    return _ASKS.match(folded) is not None and not speaks_of_state(folded)


def speaks_of_state(folded: str) -> bool:
    """Whether a word of the question says that something is well or is not."""
    return _OF_STATE.search(folded) is not None or _SYMPTOM.search(folded) is not None


__all__ = ["asks_a_fact", "speaks_of_state"]
