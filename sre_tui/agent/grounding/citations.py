"""Citations of evidence that does not exist."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sre_tui.agent.events import Unsupported
from sre_tui.agent.grounding.grounds import Grounds

_BRACKET = re.compile(r"[\[(]\s*E\d+(?:\s*[,;–-]\s*E?\d+|\s+(?:and|und)\s+E\d+)*\s*[\])]")
_ID = re.compile(r"E\d+")


def unknown_citations(answer: str, grounds: Grounds) -> Iterator[Unsupported]:
    """Each ``E7`` in brackets that is no evidence of this session."""
    for bracket in _BRACKET.finditer(answer):
        for cited in _ID.finditer(answer, bracket.start(), bracket.end()):
            if cited.group() not in grounds.ids:
                yield Unsupported(
                    text=cited.group(), kind="citation", start=cited.start(), end=cited.end()
                )
