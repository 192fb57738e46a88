"""What is indexed: a document, and the chunks it is cut into."""

import hashlib
from typing import Literal

from pydantic import BaseModel, ConfigDict, computed_field

from index.words import camel_case_names, split_camel_case

DocumentKind = Literal["runbook", "docs", "ansible", "incident", "report"]
DocumentFormat = Literal["markdown", "yaml"]


def digest(*parts: str) -> str:
    """SHA-256 over the parts, kept apart by a separator; 64 hex digits."""
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


class Document(BaseModel):
    """One file or record. `source` is its path or URI, the identity under which it is updated."""

    model_config = ConfigDict(frozen=True)

    source: str
    kind: DocumentKind
    title: str
    text: str
    format: DocumentFormat = "markdown"
    tags: tuple[str, ...] = ()
    alerts: tuple[str, ...] = ()

    @property
    def content_hash(self) -> str:
        """Changes when anything a searcher could see changes."""
        labels = ("\n".join(self.tags), "\n".join(self.alerts))
        return digest(self.kind, self.title, self.text, *labels)


class Chunk(BaseModel):
    """A passage of a document; `position` counts from 0 within its document."""

    model_config = ConfigDict(frozen=True)

    source: str
    kind: DocumentKind
    title: str
    text: str
    position: int
    heading_path: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    alerts: tuple[str, ...] = ()
    document_hash: str

    @property
    def embedded_text(self) -> str:
        """What the encoder sees: title and heading path first, CamelCase names as words."""
        return split_camel_case(f"{embedding_header(self.title, self.heading_path)}\n{self.text}")

    @property
    def searchable_text(self) -> str:
        """What full-text search sees: names whole and also split into their words."""
        whole = "\n".join(
            (self.title, *self.heading_path, " ".join(self.alerts), " ".join(self.tags), self.text)
        )
        return f"{whole}\n{split_words_only(whole)}"

    @computed_field  # type: ignore[prop-decorator]
    @property
    def content_hash(self) -> str:
        """Identifies the embedded text, so an unchanged passage keeps its vector."""
        return digest(self.embedded_text)


def embedding_header(title: str, heading_path: tuple[str, ...]) -> str:
    """The line put before a passage when it is embedded."""
    return " > ".join((title, *heading_path))


def split_words_only(text: str) -> str:
    """The words inside the CamelCase names of `text`, for a field that also holds the names."""
    return " ".join(split_camel_case(name) for name in camel_case_names(text))
