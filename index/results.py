"""What a search returns."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from index.documents import DocumentKind
from index.query import QueryKind

Mode = Literal["hybrid", "text"]
Half = Literal["alert", "text", "vector"]


class Hit(BaseModel):
    """A passage that answers.

    Attributes:
        source: Path or URI of the document.
        score: 0..1, only comparable within one result; 1 is the best both halves could give.
        passage: The text as it stands in the document.
        matched_by: Which searches found it: `alert` (the document names an alert in the query),
            `text` (its words), `vector` (its meaning).
    """

    model_config = ConfigDict(frozen=True)

    source: str
    kind: DocumentKind
    title: str
    heading_path: tuple[str, ...]
    tags: tuple[str, ...]
    position: int
    score: float
    passage: str
    matched_by: tuple[Half, ...]


class SearchResult(BaseModel):
    """Hits, best first.

    Attributes:
        mode: `text` when only words were searched.
        degraded: Why, and the command that mends it; None when all is well.
    """

    model_config = ConfigDict(frozen=True)

    query: str
    query_kind: QueryKind
    mode: Mode
    hits: tuple[Hit, ...]
    degraded: str | None = None
