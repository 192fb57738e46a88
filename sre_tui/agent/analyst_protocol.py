"""What the built-in analyst is given and what it gives: it picks tools and writes the text.

Evidence ids, events, limits, grounding, redaction and sessions are the turn's, the same as for a
language model.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sre_tui.agent.runner import ToolRunner
from sre_tui.agent.session import Exchange
from sre_tui.settings import Settings


@dataclass(frozen=True)
class AnalystTask:
    """A question and what it stands in.

    Attributes:
        question: as the user asked it.
        attached: text that was piped in, untrusted.
        now: the time of the question, aware UTC.
        earlier: what was asked and answered before in this session, oldest first.
        site: what the operator wrote about the site.
    """

    question: str
    attached: str
    now: datetime
    settings: Settings
    earlier: tuple[Exchange, ...]
    site: str


class Analyst(Protocol):
    """Answers a question without a language model."""

    def answer(self, task: AnalystTask, runner: ToolRunner) -> AsyncIterator[str]:
        """The answer, piece by piece, as Markdown with citations such as ``[E1]``.

        A call that was made before in this question (by a model that failed since) is answered
        by the runner from its evidence. Figures that the analyst works out itself, such as a sum,
        are told to the runner (``vouch``), or the grounding check flags them.
        """
        ...
