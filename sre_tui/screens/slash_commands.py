"""What can be typed into the chat with a slash in front."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sre_tui.live.answers import ModelOffer
from widgets.prompt import SlashCommand

SLASH_COMMANDS: Final[Mapping[str, str]] = {
    "/new": "begin a new conversation",
    "/sessions": "go on with an earlier conversation",
    "/model": "ask another model, or the built-in analyst",
    "/again": "ask the last question anew",
    "/evidence": "what the answers stand on",
    "/cost": "what this conversation took so far",
    "/copy": "copy the last answer",
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


def suggestion(text: str) -> str:
    """What to say about a command that does not exist."""
    from sre_tui.nearest import nearest

    name = text.split()[0]
    close = nearest(name, SLASH_COMMANDS, limit=1)
    hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(SLASH_COMMANDS)}"
    return f"There is no command {name}; {hint}"
