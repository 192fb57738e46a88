"""What can be typed into the chat with a slash in front."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from sre_tui.live.answers import ModelOffer
from sre_tui.screens.chat_messages import EvidenceWanted, ModelsWanted, SessionsWanted
from sre_tui.screens.wanted import IncidentsWanted
from widgets.cell import Tone
from widgets.prompt import SlashCommand

if TYPE_CHECKING:
    from sre_tui.screens.chat_pane import ChatPane

SLASH_COMMANDS: Final[Mapping[str, str]] = {
    "/new": "begin a new conversation",
    "/sessions": "go on with an earlier conversation",
    "/model": "ask another model, or the built-in analyst",
    "/again": "ask the last question anew",
    "/evidence": "what the answers stand on",
    "/cost": "what this conversation took so far",
    "/copy": "copy the last answer",
    "/report": "the latest report, and a new one",
    "/incidents": "your journal: what was wrong, and what helped",
    "/save": "write this conversation as Markdown",
    "/help": "all keys",
}
"""The commands, and what each does."""


def slash_commands(arguments: Mapping[str, Mapping[str, str]]) -> tuple[SlashCommand, ...]:
    """The commands with the arguments there are to complete, by command."""
    return tuple(
        SlashCommand(name, words, arguments.get(name, {})) for name, words in SLASH_COMMANDS.items()
    )


def offer_words(offer: ModelOffer) -> str:
    """What is said of somebody who can be asked."""
    return f"{offer.words} · asked now" if offer.asked else offer.words


async def obey(chat: ChatPane, text: str) -> None:
    """Do what a line that begins with a slash says."""
    name, _, rest = text.partition(" ")
    argument = rest.strip()
    match name:
        case "/new":
            await chat.begin()
        case "/sessions":
            chat.post_message(SessionsWanted(argument))
        case "/model":
            chat.post_message(ModelsWanted(argument))
        case "/again":
            await chat.action_again()
        case "/evidence":
            chat.post_message(EvidenceWanted(argument.upper()))
        case "/cost":
            await chat.action_cost()
        case "/copy":
            chat.action_copy()
        case "/report":
            await chat.app.run_action("report")
        case "/incidents":
            chat.post_message(IncidentsWanted())
        case "/save":
            await chat.save(argument)
        case "/help":
            await chat.app.run_action("show_help")
        case _:
            await chat.transcript.add_reply(_suggestion(name), Tone.WARNING)


def _suggestion(name: str) -> str:
    from sre_tui.nearest import nearest

    close = nearest(name, SLASH_COMMANDS, limit=1)
    hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(SLASH_COMMANDS)}"
    return f"There is no command {name}; {hint}"
