"""What the chat wants of the screen it stands in."""

from __future__ import annotations

from textual.message import Message

from providers.reading import SourceStatus


class ChatEntered(Message):
    """The user came to the chat for the first time, so that a question is to be expected."""


class ChatLeft(Message):
    """The user goes back to the list."""


class EvidenceWanted(Message):
    """The user wants to see the evidence of that id, or the list of all if it is empty."""

    def __init__(self, id: str = "") -> None:  # noqa: A002 - the field is called so
        super().__init__()
        self.id = id


class SessionsWanted(Message):
    """The user wants to go on with the conversation of that id, or to choose if it is empty."""

    def __init__(self, id: str = "") -> None:  # noqa: A002 - the field is called so
        super().__init__()
        self.id = id


class ModelsWanted(Message):
    """The user wants to ask the model of that name, or to choose if it is empty."""

    def __init__(self, name: str = "") -> None:
        super().__init__()
        self.name = name


class SourcesSeen(Message):
    """A tool call of an answer told how its sources are."""

    def __init__(self, sources: tuple[SourceStatus, ...]) -> None:
        super().__init__()
        self.sources = sources
