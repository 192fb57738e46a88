"""Which parts of an answer state something: prose, without code, links, numbering and advice."""

from __future__ import annotations

import re
from dataclasses import dataclass

_CODE_BLOCK = re.compile(
    r"^[ \t]*(```|~~~)[^\n]*\n.*?(?:^[ \t]*\1[^\n]*$|\Z)", re.DOTALL | re.MULTILINE
)
_INDENTED = re.compile(r"^(?: {4}|\t)(?![-*+] |\d+[.)] )[^\n]*$", re.MULTILINE)
_INLINE_CODE = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)")
_LINK = re.compile(r"\b[a-z][a-z0-9+.-]*://[^\s)>\]]+|(?<=\]\()[^)\s]+(?=\))", re.IGNORECASE)
_CITATION = re.compile(r"[\[(]\s*E\d+[^\])\n]{0,40}[\])]")
_NUMBERING = re.compile(
    r"^[ \t>]*(?:#{1,6} +)?(?:\d{1,3}(?:\.\d+)*[.):]|[-*+] +\[[ x]\])(?=\s)", re.MULTILINE
)
_ORDINAL = re.compile(
    r"\b\d+(?:st|nd|rd|th|te[rnsm]?)\b"
    r"|\b(?:step|schritt|option|phase|tier|level)s? \d+\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[^.!?\n]+(?:[.!?](?!\s|$)[^.!?\n]*)*(?:[.!?]|\n|\Z)")

_VERBS = (
    r"check|run|replace|increase|set|keep|wait|restart|add|consider|schedule|verify|monitor|move"
    r"|free|use|make|try|raise|lower|reduce|limit|expand|plan|look|see|ensure|confirm|watch|allow"
    r"|give|delete|remove|clean|prune|stop|start|enable|disable|order|buy|test|let|find|open|tune"
    r"|re-?run|repeat|migrate|rebalance|change|edit|configure|update|upgrade|prüfe|starte|warte"
    r"|ersetze|erhöhe|setze|lösche|verschiebe|führe|achte|plane|senke|räume"
)
_ADVICE_START = re.compile(
    r"^[\s>*_#-]*(?:\d{1,3}[.)]\s+)?(?:\[[ x]\]\s+)?[*_]*"
    r"(?:(?:then|next|first|finally|also|now|please|if \w[^,]{0,80},)[,:]?\s+)?"
    rf"(?:{_VERBS})\b",
    re.IGNORECASE,
)
_ADVICE_INSIDE = re.compile(
    r"\b(?:should|recommend\w*|consider|e\.g\.|for example|for instance|such as|rule of thumb|"
    r"ideally|typically|usually|normally|by default|would be|could be|sollte\w*|empf\w+|z\. ?b\.|"
    r"üblicherweise|normalerweise)(?!\w)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Code:
    """Inline code: its text without the backticks, and where that begins."""

    text: str
    start: int


@dataclass(frozen=True)
class Prose:
    """An answer with everything that states nothing blanked out; positions are those of the answer.

    Attributes:
        text: prose in which code, links, citations and numbering are spaces.
        codes: inline code outside code blocks.
        advice: ranges of sentences that tell what to do rather than what is.
    """

    text: str
    codes: tuple[Code, ...]
    advice: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, answer: str) -> Prose:
        """Read an answer."""
        text = _blank(answer, _CODE_BLOCK, _INDENTED)
        codes = tuple(
            Code(match.group(2).strip(), match.start(2) + _leading(match.group(2)))
            for match in _INLINE_CODE.finditer(text)
        )
        advice = tuple(
            sentence.span()
            for sentence in _SENTENCE.finditer(text)
            if _ADVICE_START.match(sentence.group()) or _ADVICE_INSIDE.search(sentence.group())
        )
        text = _blank(text, _INLINE_CODE, _LINK, _CITATION, _NUMBERING, _ORDINAL)
        return cls(text, codes, advice)

    def is_advice(self, position: int) -> bool:
        """Whether the sentence there tells what to do."""
        return any(start <= position < end for start, end in self.advice)

    def without(self, *spans: tuple[int, int]) -> str:
        """The text with further ranges blanked out."""
        parts = list(self.text)
        for start, end in spans:
            parts[start:end] = " " * (end - start)
        return "".join(parts)


def _blank(text: str, *patterns: re.Pattern[str]) -> str:
    for pattern in patterns:
        text = pattern.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), text)
    return text


def _leading(text: str) -> int:
    return len(text) - len(text.lstrip())
