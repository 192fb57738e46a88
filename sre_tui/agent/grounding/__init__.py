"""Compares an answer with the evidence: figures, names, times and citations that are not there.

A false alarm costs as much trust as a miss. What may rightly come from elsewhere is therefore let
through: numbering, versions, commands, advice, and what follows from the evidence by rounding,
change of unit, counting, or a difference of two times.
"""

from sre_tui.agent.events import Unsupported
from sre_tui.agent.grounding.citations import unknown_citations
from sre_tui.agent.grounding.figures import unsupported_figures
from sre_tui.agent.grounding.grounds import Grounds
from sre_tui.agent.grounding.markup import Prose
from sre_tui.agent.grounding.moments import unsupported_times
from sre_tui.agent.grounding.names import unsupported_names

__all__ = ["Grounds", "check"]


def check(answer: str, grounds: Grounds) -> tuple[Unsupported, ...]:
    """What in the answer nothing supports, in the order of the text."""
    prose = Prose.of(answer)
    found = [
        *unknown_citations(answer, grounds),
        *unsupported_times(prose, grounds),
        *unsupported_figures(prose, grounds),
        *unsupported_names(prose, grounds),
    ]
    ordered: list[Unsupported] = []
    for one in sorted(found, key=lambda one: (one.start, -one.end)):
        if not ordered or one.start >= ordered[-1].end:
            ordered.append(one)
    return tuple(ordered)
