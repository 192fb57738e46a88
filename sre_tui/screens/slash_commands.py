"""What can be typed into the chat with a slash in front."""

from __future__ import annotations

from widgets.prompt import SlashCommand


def slash_commands(evidence: tuple[str, ...] = ()) -> tuple[SlashCommand, ...]:
    """The commands, with the evidence there is to open."""
    return (
        SlashCommand("/new", "begin a new conversation"),
        SlashCommand("/sessions", "go on with an earlier conversation"),
        SlashCommand("/evidence", "what the answers stand on", evidence),
        SlashCommand("/cost", "what this conversation took so far"),
        SlashCommand("/help", "all keys"),
    )


def suggestion(text: str) -> str:
    """What to say about a command that does not exist."""
    from sre_tui.nearest import nearest

    names = [command.name for command in slash_commands()]
    close = nearest(text.split()[0], names, limit=1)
    hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(names)}"
    return f"There is no command {text.split()[0]}; {hint}"
