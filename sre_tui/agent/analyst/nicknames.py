"""Says which program an everyday word was taken for, where nobody named that program."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from sre_tui.agent.analyst.look import Look
from sre_tui.agent.analyst.wording import names, plain
from sre_tui.diagnosis.language.aliases import meant_by

SHORT: Final = 300
"""Characters of a first paragraph behind which there is room for it; a diagnosis has more."""
_DEED: Final = re.compile(r"\b(?:log\w*|sign|einloggen|anmeld\w*|scan\w*|push|clone|build\w*)\b")
"""What somebody does with a program, which is no name for it."""


def with_meanings(look: Look, pieces: Iterable[str]) -> Iterator[str]:
    """The answer; behind a first paragraph about such a program, the word that was taken for it."""
    for number, piece in enumerate(pieces):
        yield piece
        if number == 0 and piece.endswith("\n\n") and len(piece) <= SHORT:
            yield from _taken(look, piece)


def _taken(look: Look, first: str) -> Iterator[str]:
    told = first.casefold()
    known = {name.casefold() for name in (*look.inventory.services, *look.inventory.hosts)}
    for said, programs in meant_by(look.question.text).items():
        own = [one for one in programs if _holds(told, one)][:1]
        same = own and re.sub(r"\W", "", said) == re.sub(r"\W", "", own[0])
        if not own or same or _holds(told, said) or _DEED.search(said):
            continue
        others = [plain(one, 40) for one in programs if one in known and not _holds(told, one)]
        also = f"; here is also {names(others)}" if others else ""
        yield f"“{plain(said, 60)}” is taken for {plain(own[0], 60)}{also}.\n\n"


def _holds(text: str, word: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text) is not None


__all__ = ["with_meanings"]
