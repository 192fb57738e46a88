"""Asks in a terminal whether a model may record an incident."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, TextIO

from commands.confirmation import ask_to_record, is_confirmed, show_values

if TYPE_CHECKING:
    from commands.invocation import Invocation
    from sre_tui.agent.consent import Consent


def consent_of(invocation: Invocation) -> Consent | None:
    """The way to ask the person at the terminal; None if there is none."""
    if not (invocation.may_ask and invocation.narrator.is_terminal):
        return None
    from sre_tui.agent.consent import NobodyAsked

    narrator = invocation.narrator

    async def ask(values: Mapping[str, str]) -> Mapping[str, str] | None:
        narrator.say("The model wants to record an incident in your journal:")
        show_values(narrator, values)
        _forget_what_was_typed(invocation.environment.stdin)
        ask_to_record(narrator)
        line = await _line(invocation.environment.stdin)
        if not line:
            narrator.say("")
            raise NobodyAsked("the terminal was closed before there was an answer")
        return values if is_confirmed(narrator, line) else None

    return ask


def _forget_what_was_typed(stdin: TextIO) -> None:
    """What was typed for something else, while the model worked, agrees to nothing."""
    import termios

    with suppress(OSError, ValueError, termios.error):
        termios.tcflush(stdin, termios.TCIFLUSH)


async def _line(stdin: TextIO) -> str:
    """A line, waited for in a way that Ctrl-C can end."""
    loop = asyncio.get_running_loop()
    ready: asyncio.Future[None] = loop.create_future()

    def there() -> None:
        if not ready.done():
            ready.set_result(None)

    try:
        loop.add_reader(stdin, there)
    except (OSError, ValueError, NotImplementedError):
        # What only looks like a terminal has nothing that could be waited for.
        return stdin.readline()
    try:
        await ready
    finally:
        loop.remove_reader(stdin)
    return stdin.readline()
