"""Which parts of an answer state something: prose, without code, links, numbering and advice."""

from __future__ import annotations

import re
from collections.abc import Iterator
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
    r"^[\s>*_#-]*+(?:\d{1,3}[.)]\s+)?(?:\[[ x]\]\s+)?[*_]*+"
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
    sentences: tuple[tuple[int, int], ...]
    citations: tuple[tuple[int, int, frozenset[str]], ...]
    """Ranges of sentences with the evidence they cite."""

    @classmethod
    def of(cls, answer: str) -> Prose:
        """Read an answer."""
        text = _blank(answer, _CODE_BLOCK, _INDENTED)
        codes = tuple(
            Code(match.group(2).strip(), match.start(2) + _leading(match.group(2)))
            for match in _INLINE_CODE.finditer(text)
        )
        sentences = tuple(sentence.span() for sentence in _SENTENCE.finditer(text))
        advice = tuple(
            sentence.span()
            for sentence in _SENTENCE.finditer(text)
            if _ADVICE_START.match(sentence.group()) or _ADVICE_INSIDE.search(sentence.group())
        )
        citations = tuple(_citations(text))
        text = _blank(text, _INLINE_CODE, _LINK, _CITATION, _NUMBERING, _ORDINAL)
        return cls(text, codes, advice, sentences, citations)

    def is_advice(self, position: int) -> bool:
        """Whether the sentence there tells what to do."""
        return any(start <= position < end for start, end in self.advice)

    def sentence(self, position: int) -> tuple[int, int]:
        """The range of the sentence there."""
        found = (span for span in self.sentences if span[0] <= position < span[1])
        return next(found, (position, position))

    def cited(self, position: int) -> frozenset[str]:
        """The evidence that the sentence there cites; none if it cites nothing."""
        found = (ids for start, end, ids in self.citations if start <= position < end)
        return next(found, frozenset())

    def without(self, *spans: tuple[int, int]) -> str:
        """The text with further ranges blanked out."""
        parts = list(self.text)
        for start, end in spans:
            parts[start:end] = " " * (end - start)
        return "".join(parts)


def _citations(text: str) -> Iterator[tuple[int, int, frozenset[str]]]:
    start: int | None = None
    for sentence in _SENTENCE.finditer(text):
        ids = frozenset(
            number
            for citation in _CITATION.findall(sentence.group())
            for number in re.findall(r"E\d+", citation)
        )
        has_words = re.search(r"\w", _CITATION.sub("", sentence.group()))
        if ids and not has_words and start is not None:
            # The citation stands behind the full stop.
            yield start, sentence.end(), ids
        elif ids:
            yield sentence.start(), sentence.end(), ids
        start = sentence.start() if has_words and not sentence.group().endswith("\n") else None


def _blank(text: str, *patterns: re.Pattern[str]) -> str:
    for pattern in patterns:
        text = pattern.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), text)
    return text


def _leading(text: str) -> int:
    return len(text) - len(text.lstrip())
