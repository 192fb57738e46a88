"""How an answer begins: a paragraph that knows whether it says yes, no or none, and by whom."""

from __future__ import annotations

import re
from typing import Final, Self

from sre_tui.agent.analyst.wording import capital

_OF_A_SENTENCE: Final = re.compile(
    r"(?:no|none|all|every|nothing|there|the|an?|not|it|its|some|on|by|of|disk|pool|node|guest|name|site|"
    r"container|replication|backups?|certificates?|logins?|share|dataset|datastore) "
)
"""Begins what is no name, which keeps its letters as they are."""


class Opening(str):
    """The first paragraph of an answer, as Markdown, and its verdict as data.

    Attributes:
        word: ``Yes: ``, ``No, ``, ``None: `` and so on; empty if the answer is no such word.
        claim: what is said, whose bold beginning is not opened yet.
        by: the backend by whose word it is said, where another one knows better; else empty.
        well: whether it says without a word that nothing is wrong.
        caveat: the last sentence, where that says who gave no answer.
    """

    word: str
    claim: str
    by: str
    well: bool
    caveat: str

    def __new__(
        cls, word: str, claim: str, *, by: str = "", well: bool = False, caveat: str = ""
    ) -> Self:
        spoken = word.lower() if by else word
        made = super().__new__(cls, f"**{as_far_as(by)}{spoken}{claim}{caveat}")
        made.word, made.claim, made.by, made.well, made.caveat = word, claim, by, well, caveat
        return made

    def __add__(self, more: str) -> Opening:
        """The same with more behind it."""
        if self.caveat:
            return self.with_caveat(self.caveat + more)
        return Opening(self.word, self.claim + more, by=self.by, well=self.well)

    def with_caveat(self, caveat: str) -> Opening:
        """The same with another last sentence."""
        return Opening(self.word, self.claim, by=self.by, well=self.well, caveat=caveat)

    def wordless(self, *, well: bool) -> Opening:
        """The same without yes or no, for what asks for neither.

        Args:
            well: whether it is an all-clear, which the word alone may have said.
        """
        if self.said not in ("yes", "no"):
            return self
        claim = self.claim
        if not self.by and _OF_A_SENTENCE.match(claim):
            claim = capital(claim)
        return Opening("", claim, by=self.by, well=well, caveat=self.caveat)

    @property
    def said(self) -> str:
        """The word alone, in lower case: ``yes``, ``no``, ``none`` or nothing."""
        return self.word.strip(" :,").casefold()

    @property
    def unworded(self) -> str:
        """What is said without the word, not bold: as the rest of another sentence."""
        claim = self.claim
        # A sentence goes on here; a name keeps its capitals.
        if claim.startswith(("Nothing", "None", "All")):
            claim = claim[:1].lower() + claim[1:]
        return claim.replace("**", "", 1) + self.caveat


def as_far_as(backend: str) -> str:
    """``As far as Prometheus knows, ``; nothing without a backend."""
    return f"As far as {backend} knows, " if backend else ""


__all__ = ["Opening", "as_far_as"]
