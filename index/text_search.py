"""Plain BM25 search over chunks in memory: what is left when the index cannot be used."""

import math
from collections import Counter, defaultdict
from collections.abc import Sequence

from index.documents import Chunk
from index.words import tokens

K1 = 1.2
B = 0.75


class TextSearch:
    """Searches stemmed words; names in CamelCase are found whole and by their words."""

    def __init__(self, chunks: Sequence[Chunk]) -> None:
        """Counts the words of all chunks once; sayings are skipped, cards hold their words."""
        self._chunks = chunks = [chunk for chunk in chunks if chunk.role != "saying"]
        self._postings: dict[str, list[tuple[int, int]]] = {}
        self._lengths: list[int] = []
        for number, chunk in enumerate(chunks):
            words = tokens(chunk.searchable_text)
            self._lengths.append(len(words))
            for word, count in Counter(words).items():
                self._postings.setdefault(word, []).append((number, count))
        self._average = sum(self._lengths) / len(chunks) if chunks else 0.0

    def search(
        self, query: str, limit: int, kinds: Sequence[str] = (), tags: Sequence[str] = ()
    ) -> list[tuple[Chunk, float]]:
        """Best chunks of these kinds with any of these tags, with their BM25 score."""
        scores: dict[int, float] = defaultdict(float)
        for word in tokens(query):
            postings = self._postings.get(word, [])
            rarity = math.log1p((len(self._chunks) - len(postings) + 0.5) / (len(postings) + 0.5))
            for number, count in postings:
                length = self._lengths[number] / self._average
                scores[number] += rarity * count * (K1 + 1) / (count + K1 * (1 - B + B * length))
        ranked = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
        wanted = (
            (self._chunks[number], float(score))
            for number, score in ranked
            if _matches(self._chunks[number], kinds, tags)
        )
        return [hit for _, hit in zip(range(limit), wanted, strict=False)]


def _matches(chunk: Chunk, kinds: Sequence[str], tags: Sequence[str]) -> bool:
    return (not kinds or chunk.kind in kinds) and (not tags or not set(tags).isdisjoint(chunk.tags))
