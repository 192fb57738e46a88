"""What is indexed: a document, and the chunks it is cut into."""

import hashlib
from typing import Literal

from pydantic import BaseModel, ConfigDict, computed_field

from index.words import camel_case_names, split_camel_case

DocumentKind = Literal["runbook", "docs", "ansible", "incident", "report"]
DocumentFormat = Literal["markdown", "yaml"]
Role = Literal["passage", "card", "saying"]


def digest(*parts: str) -> str:
    """SHA-256 over the parts, kept apart by a separator; 64 hex digits."""
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


class Document(BaseModel):
    """One file or record.

    Attributes:
        source: Path or URI, the identity under which it is updated.
        sayings: What people say or ask, and programs report, when this is the document to read.
    """

    model_config = ConfigDict(frozen=True)

    source: str
    kind: DocumentKind
    title: str
    text: str
    format: DocumentFormat = "markdown"
    tags: tuple[str, ...] = ()
    alerts: tuple[str, ...] = ()
    sayings: tuple[str, ...] = ()

    @property
    def content_hash(self) -> str:
        """Changes when anything a searcher could see changes."""
        labels = tuple("\n".join(words) for words in (self.tags, self.alerts, self.sayings))
        return digest(self.kind, self.title, self.text, *labels)


class Chunk(BaseModel):
    """A passage of a document, or a cue that leads to its opening passage.

    Attributes:
        text: The passage; for a cue the one it leads to.
        position: Of the passage, from 0 within its document.
        role: `card` is one cue for the whole document, `saying` one for each of its sayings.
        cue: What a cue is found by; empty for a passage, which is found by its own text.
    """

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
    role: Role = "passage"
    cue: str = ""

    @property
    def embedded_text(self) -> str:
        """What the encoder sees: title and heading path first, CamelCase names as words."""
        if self.role != "passage":
            return split_camel_case(self.cue)
        return split_camel_case(f"{embedding_header(self.title, self.heading_path)}\n{self.text}")

    @property
    def searchable_text(self) -> str:
        """What full-text search sees: names whole and also split into their words.

        Empty for a saying, because the card holds the words of them all.
        """
        if self.role == "saying":
            return ""
        labels = (" ".join(self.alerts), " ".join(self.tags))
        whole = (
            "\n".join((self.cue, *labels))
            if self.role == "card"
            else "\n".join((self.title, *self.heading_path, *labels, self.text))
        )
        return f"{whole}\n{split_words_only(whole)}"

    @computed_field  # type: ignore[prop-decorator]
    @property
    def content_hash(self) -> str:
        """Identifies the embedded text, so an unchanged passage keeps its vector."""
        return digest(self.embedded_text)


def cues(document: Document, opening: Chunk) -> list[Chunk]:
    """The card of a document and its sayings, which all lead to its opening passage."""
    found_by: list[tuple[Role, str]] = [("card", "\n".join((document.title, *document.sayings)))]
    found_by += [("saying", saying) for saying in document.sayings]
    return [opening.model_copy(update={"role": role, "cue": cue}) for role, cue in found_by]


def embedding_header(title: str, heading_path: tuple[str, ...]) -> str:
    """The line put before a passage when it is embedded."""
    return " > ".join((title, *heading_path))


def split_words_only(text: str) -> str:
    """The words inside the CamelCase names of `text`, for a field that also holds the names."""
    return " ".join(split_camel_case(name) for name in camel_case_names(text))
