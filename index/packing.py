"""Cuts a text into passages that fit the encoder, at the best places there are."""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

WordPieceStarts = Callable[[str], Sequence[int]]
"""Gives the character offset at which each word piece of a text begins, in order."""

BLOCK, ITEM, LINE, SENTENCE, WORD = range(5)
"""How much a cut hurts: between paragraphs least, inside a sentence most."""

_ESTIMATED_PIECE = re.compile(r"\w{1,4}|[^\w\s]")
_SENTENCE_START = re.compile(r"(?<=[.!?;])[ \t]+(?=\S)")
_WORD_START = re.compile(r"(?<=[ \t])(?=\S)|(?<=\S{60})")


def estimated_piece_starts(text: str) -> list[int]:
    """Word pieces counted without the model's tokenizer; errs towards too many."""
    return [match.start() for match in _ESTIMATED_PIECE.finditer(text)]


@dataclass(frozen=True)
class Section:
    """A stretch of text under one heading path; it ends where the next one starts."""

    start: int
    path: tuple[str, ...]


@dataclass(frozen=True)
class Passage:
    """A slice `text[start:end]` and the heading path that fits it best."""

    start: int
    end: int
    path: tuple[str, ...]


@dataclass(frozen=True)
class Layout:
    """Where a text may be cut.

    Attributes:
        sections: In order of their start; the first starts at 0.
        breaks: Character offset → one of BLOCK, ITEM; other line starts count as LINE.
        whole: Spans `(start, end)` that are never cut, such as code fences.
    """

    sections: tuple[Section, ...]
    breaks: dict[int, int]
    whole: tuple[tuple[int, int], ...]


class Packer:
    """Packs one text; counts word pieces once for all questions about it."""

    def __init__(self, text: str, layout: Layout, starts: WordPieceStarts) -> None:
        self._text = text
        self._layout = layout
        self._pieces = starts(text)
        self._cuts = self._all_cuts()
        self._offsets = sorted(self._cuts)

    def size(self, start: int, end: int) -> int:
        """Word pieces in `text[start:end]`."""
        return bisect_left(self._pieces, end) - bisect_left(self._pieces, start)

    def passages(self, limit: Callable[[tuple[str, ...]], int], shortest: int) -> list[Passage]:
        """Passages in order that together are the whole text.

        Args:
            limit: Most word pieces a passage under this heading path may have.
            shortest: A section below this many word pieces joins its neighbour above.
        """
        passages: list[Passage] = []
        sections = self._layout.sections
        for number, section in enumerate(sections):
            end = sections[number + 1].start if number + 1 < len(sections) else len(self._text)
            if end > section.start:
                passages += self._split(section, end, limit(section.path))
        return self._merge(passages, limit, shortest)

    def _split(self, section: Section, end: int, limit: int) -> Iterable[Passage]:
        start = section.start
        while start < end:
            cut = end if self.size(start, end) <= limit else self._best_cut(start, end, limit)
            yield Passage(start, cut, section.path)
            start = cut

    def _best_cut(self, start: int, end: int, limit: int) -> int:
        first = bisect_left(self._offsets, start + 1)
        fitting: list[int] = []
        for number in range(first, len(self._offsets)):
            offset = self._offsets[number]
            if offset >= end or self.size(start, offset) > limit:
                break
            if self.size(start, offset):
                fitting.append(offset)
        if not fitting:
            beyond = [offset for offset in self._offsets[first : first + 1] if offset < end]
            return beyond[0] if beyond else end
        full_enough = [o for o in fitting if self.size(start, o) * 3 >= limit] or fitting
        return min(full_enough, key=lambda offset: (self._cuts[offset], -offset))

    def _merge(
        self, passages: list[Passage], limit: Callable[[tuple[str, ...]], int], shortest: int
    ) -> list[Passage]:
        merged: list[Passage] = []
        for passage in passages:
            above = merged[-1] if merged else None
            if above and self._belong_together(above, passage, limit, shortest):
                bigger = max(above, passage, key=lambda p: self.size(p.start, p.end))
                merged[-1] = Passage(above.start, passage.end, bigger.path)
            else:
                merged.append(passage)
        return merged

    def _belong_together(
        self,
        above: Passage,
        passage: Passage,
        limit: Callable[[tuple[str, ...]], int],
        shortest: int,
    ) -> bool:
        if self.size(passage.start, passage.end) == 0:
            return True
        sizes = self.size(above.start, above.end), self.size(passage.start, passage.end)
        return min(sizes) < shortest and sum(sizes) <= min(limit(above.path), limit(passage.path))

    def _all_cuts(self) -> dict[int, int]:
        cuts = {match.start(): WORD for match in _WORD_START.finditer(self._text)}
        cuts |= {match.end(): SENTENCE for match in _SENTENCE_START.finditer(self._text)}
        cuts |= {match.end(): LINE for match in re.finditer(r"\n", self._text)}
        cuts |= self._layout.breaks
        for start, end in self._layout.whole:
            for offset in [o for o in cuts if start < o < end]:
                del cuts[offset]
        return cuts
