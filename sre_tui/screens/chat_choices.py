"""Lists over the chat: its evidence, its models, and the conversations that were saved."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from providers.clock import Clock
from sre_tui.live.answers import AnswerSource
from sre_tui.screens.choice import ChoiceScreen, Offer
from sre_tui.screens.slash_commands import offer_words
from sre_tui.views.human import ago, count

if TYPE_CHECKING:
    from textual.app import App

    from sre_tui.agent.events import Evidence


async def choose_evidence(app: App[None], evidence: Sequence[Evidence]) -> str | None:
    """The id of what the user wants to see; call it in a worker."""
    offers = [Offer(one.id, f"{one.id} {one.tool}", one.summary) for one in evidence]
    nothing = "No evidence yet: it comes with the first answer"
    return await app.push_screen_wait(ChoiceScreen("Evidence", offers, nothing))


async def choose_model(app: App[None], source: AnswerSource) -> str | None:
    """The name of who is to be asked; call it in a worker."""
    offers = [Offer(one.name, one.name, offer_words(one)) for one in source.models]
    return await app.push_screen_wait(ChoiceScreen("Who answers", offers, ""))


async def choose_session(app: App[None], source: AnswerSource, clock: Clock) -> str | None:
    """The id of the conversation to go on with; call it in a worker."""
    now = clock()
    offers = []
    for one in await source.saved():
        words = [count(one.questions, "question")]
        if one.updated_at is not None:
            words.append(ago(one.updated_at, now))
        if one.id == source.session:
            words.append("this one")
        told = one.problem or ", ".join(words)
        offers.append(Offer(one.id, one.title or one.id, told, disabled=bool(one.problem)))
    nothing = "No conversation was saved yet"
    return await app.push_screen_wait(ChoiceScreen("Conversations", offers, nothing))
