"""Markdown with YAML front matter: parsed into a document, cut along its headings."""

import contextlib
import functools
from collections.abc import Iterator
from pathlib import PurePath

import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token

from index.documents import Chunk, Document, DocumentKind, embedding_header
from index.packing import BLOCK, ITEM, Layout, Packer, Section, WordPieceStarts
from index.redaction import redact_text

ENCODER_LIMIT = 256
"""Word pieces the encoder reads; what follows is not embedded."""

RESERVED = 12
"""Word pieces kept free for the start and end marks and for CamelCase names once split."""

SHORTEST = 32
"""Sections with fewer word pieces join the one above."""

MOST_INDICATORS = 250
"""Characters that may open a level of YAML, above which front matter is read with care."""

_FENCE = "---"
_FAST_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def parse(text: str, *, source: str, kind: DocumentKind) -> tuple[Document, str | None]:
    """The document in `text`, and what is wrong with its front matter, if anything.

    Front matter may hold `title` and `summary` (text), `tags` and `alerts` (lists or text with
    commas), `people_say` and `programs_say` (lists of sentences and of messages). The title falls
    back to the first heading, then to the file's name; the summary becomes the first paragraph.
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    head, body = _split_front_matter(redact_text(text))
    fields, problem = _front_matter(head)
    title = str(fields.get("title") or "").strip() or _first_heading(body) or _stem(source)
    document = Document(
        source=source,
        kind=kind,
        title=title,
        text=_with_summary(body, fields.get("summary")),
        tags=_words(fields.get("tags")),
        alerts=_words(fields.get("alerts")),
        sayings=_sentences(fields.get("people_say")) + _sentences(fields.get("programs_say")),
    )
    return document, f"{source}: {problem}" if problem else None


def chunk(document: Document, starts: WordPieceStarts) -> list[Chunk]:
    """Cuts a Markdown document; joined again, the passages are its whole text."""
    return make_chunks(document, layout(document.text, document.title), starts, SHORTEST)


def make_chunks(
    document: Document, layout: Layout, starts: WordPieceStarts, shortest: int
) -> list[Chunk]:
    """The chunks of a document whose cutting places are known."""

    @functools.cache
    def limit(path: tuple[str, ...]) -> int:
        header = len(starts(embedding_header(document.title, path)))
        return max(ENCODER_LIMIT - RESERVED - header, ENCODER_LIMIT // 2)

    passages = Packer(document.text, layout, starts).passages(limit, shortest)
    document_hash = document.content_hash
    texts = [(p, document.text[p.start : p.end].strip("\n")) for p in passages]
    return [
        Chunk(
            source=document.source,
            kind=document.kind,
            title=document.title,
            text=text,
            position=position,
            heading_path=passage.path,
            tags=document.tags,
            alerts=document.alerts,
            document_hash=document_hash,
        )
        for position, (passage, text) in enumerate((p, t) for p, t in texts if t.strip())
    ]


def layout(text: str, title: str) -> Layout:
    """Sections by heading, breaks between blocks and list items, code fences whole."""
    line_starts = [0]
    for line in text.split("\n"):
        line_starts.append(min(line_starts[-1] + len(line) + 1, len(text)))
    sections = [Section(0, ())]
    breaks: dict[int, int] = {}
    whole: list[tuple[int, int]] = []
    stack: list[tuple[int, str]] = []
    tokens = _parser().parse(text)
    for token, following in zip(tokens, [*tokens[1:], None], strict=False):
        if token.map is None:
            continue
        start, end = (line_starts[line] for line in token.map)
        if token.nesting >= 0:
            cost = BLOCK if token.level == 0 else ITEM
            breaks[start] = min(cost, breaks.get(start, cost))
        if token.type in ("fence", "code_block"):
            whole.append((start, end))
        elif token.type == "heading_open" and token.level == 0:
            depth = int(token.tag[1:])
            stack = [entry for entry in stack if entry[0] < depth]
            stack.append((depth, _plain(following)))
            path = tuple(name for _, name in stack if name and name != title)
            sections.append(Section(start, path))
    if len(sections) > 1 and sections[1].start == 0:
        del sections[0]
    return Layout(tuple(sections), breaks, tuple(whole))


@functools.cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark").enable("table")


def _plain(inline: Token | None) -> str:
    """A heading's words without its Markdown marks."""
    children = inline.children if inline else None
    words = (
        " " if child.type in ("softbreak", "hardbreak") else child.content
        for child in children or []
        if child.type != "html_inline"
    )
    return "".join(words).strip()


def _first_heading(text: str) -> str:
    tokens = _parser().parse(text)
    headings: Iterator[str] = (
        _plain(tokens[i + 1]) for i, token in enumerate(tokens) if token.type == "heading_open"
    )
    return next(headings, "")


def _split_front_matter(text: str) -> tuple[str | None, str]:
    lines = text.split("\n")
    if lines[0].rstrip() != _FENCE:
        return None, text
    for number, line in enumerate(lines[1:], start=1):
        if line.rstrip() in (_FENCE, "..."):
            return "\n".join(lines[1:number]), "\n".join(lines[number + 1 :])
    return None, text


def _front_matter(head: str | None) -> tuple[dict[str, object], str | None]:
    if head is None:
        return {}, None
    try:
        fields = _read_yaml(head)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        return {}, f"front matter is not YAML: {' '.join(str(error).split())}"
    if fields is None:
        return {}, None
    if not isinstance(fields, dict):
        return {}, "front matter is not a mapping"
    return {str(key): value for key, value in fields.items()}, None


def _read_yaml(text: str) -> object:
    # The fast loader follows nesting on the stack of C, so it gets only what cannot nest deeply.
    if sum(map(text.count, "[{?:-")) <= MOST_INDICATORS:
        with contextlib.suppress(yaml.YAMLError):
            return yaml.load(text, Loader=_FAST_LOADER)  # noqa: S506
    return yaml.safe_load(text)


def _with_summary(body: str, summary: object) -> str:
    return f"{summary}\n\n{body}" if isinstance(summary, str) and summary.strip() else body


def _words(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        value = value.split(",")
    return _sentences(value)


def _sentences(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, list):
        return ()
    return tuple(dict.fromkeys(text for item in value if (text := str(item).strip())))


def _stem(source: str) -> str:
    return PurePath(source).stem.replace("-", " ").replace("_", " ")
