"""Markdown: front matter, headings and chunks that lose nothing."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import markdown
from index.documents import Document
from index.packing import estimated_piece_starts

RUNBOOK = """---
title: Host disk full
tags: [disk, node]
alerts: [HostDiskFull, NodeFilesystemAlmostOutOfSpace]
---
# Host disk full

The root filesystem of a host has little space left.

## Diagnose

Look at the biggest folders first, then at deleted files that are still open, then at the journal,
because each of them is common and each of them has another remedy than the two others have here.

```sh
du -xh --max-depth=2 / | sort -h | tail

lsof +L1
```

## Fix

Vacuum the journal, prune unused container images, and grow the volume if neither helps; tell the
people who use this host before anything is deleted, and write down what was deleted and when here.
"""


def parsed(text: str) -> Document:
    document, _ = markdown.parse(text, source="runbooks/host-disk-full.md", kind="runbook")
    return document


def test_front_matter_gives_title_tags_and_alerts() -> None:
    document, problem = markdown.parse(RUNBOOK, source="x.md", kind="runbook")
    assert problem is None
    assert document.title == "Host disk full"
    assert document.tags == ("disk", "node")
    assert document.alerts == ("HostDiskFull", "NodeFilesystemAlmostOutOfSpace")
    assert "alerts:" not in document.text


def test_front_matter_gives_what_people_and_programs_say() -> None:
    head = "people_say: [no room left, ' ', no room left]\nprograms_say: [ENOSPC]"
    document = parsed(f"---\n{head}\n---\n# T")
    assert document.sayings == ("no room left", "ENOSPC")
    assert parsed("---\npeople_say: help, it burns\n---\n# T").sayings == ("help, it burns",)


@pytest.mark.parametrize(
    ("text", "title"),
    [("# From *the* heading\n\ntext", "From the heading"), ("no heading", "host disk full")],
)
def test_title_falls_back_to_heading_then_file_name(text: str, title: str) -> None:
    assert parsed(text).title == title


@pytest.mark.parametrize("head", ["title: [unclosed", "- a list", "title: !!python/object:os.x {}"])
def test_bad_front_matter_is_reported_and_the_text_kept(head: str) -> None:
    document, problem = markdown.parse(
        f"---\n{head}\n---\n# Real title\nbody", source="x.md", kind="docs"
    )
    assert problem is not None
    assert problem.startswith("x.md: front matter is not")
    assert "\n" not in problem
    assert document.title == "Real title"
    assert "body" in document.text


def test_sections_become_chunks_with_their_heading_path() -> None:
    chunks = markdown.chunk(parsed(RUNBOOK), estimated_piece_starts)
    assert [chunk.heading_path for chunk in chunks] == [("Diagnose",), ("Fix",)]
    assert chunks[0].embedded_text.startswith("Host disk full > Diagnose\n")
    assert "The root filesystem" in chunks[0].text
    assert [chunk.position for chunk in chunks] == [0, 1]


def test_names_are_split_for_both_halves() -> None:
    chunk = markdown.chunk(parsed(RUNBOOK), estimated_piece_starts)[0]
    assert "HostDiskFull" in chunk.searchable_text
    assert "Host Disk Full" in chunk.searchable_text
    document = parsed("# T\n\nWhen HostDiskFull fires")
    assert "Host Disk Full" in markdown.chunk(document, estimated_piece_starts)[0].embedded_text


def test_a_heading_inside_a_fence_is_no_section() -> None:
    text = "# T\n\n" + "word " * 60 + "\n\n```sh\n# not a heading\n```\n"
    assert {c.heading_path for c in markdown.chunk(parsed(text), estimated_piece_starts)} == {()}


def test_secrets_by_form_do_not_reach_the_text() -> None:
    key = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk\n-----END OPENSSH PRIVATE KEY-----"
    document = parsed(f"# T\n\n{key}\n\nhttps://user:hunter2@nas/ and ghp_{'a1' * 18}")
    assert "b3Blbn" not in document.text
    assert "hunter2" not in document.text
    assert "ghp_" not in document.text


words = st.text(alphabet="abcdefg XYZ.,;-_äß\u2028", min_size=1, max_size=40)
paragraphs = st.lists(words, min_size=1, max_size=30).map("\n".join)
headings = st.tuples(st.integers(1, 6), words).map(lambda h: "#" * h[0] + " " + h[1].strip())
fences = st.lists(words, max_size=40).map(
    lambda lines: "\n".join(["```sh", *lines, "", "x", "```"])
)
nested_fences = fences.map(
    lambda fence: "- item\n\n" + "\n".join(f"  {line}" for line in fence.split("\n"))
)
lists = st.lists(words, min_size=1, max_size=30).map(lambda ws: "\n".join(f"- {w}" for w in ws))
long_lines = st.integers(1, 900).map(lambda n: "verylongword " * n)
blocks = st.one_of(paragraphs, headings, fences, nested_fences, lists, long_lines)
documents = st.lists(blocks, max_size=12).map("\n\n".join)


def squeezed(text: str) -> str:
    return re.sub(r"\n+", "\n", text).strip("\n")


@given(documents)
def test_no_text_is_lost_and_the_order_is_kept(text: str) -> None:
    document = Document(source="x.md", kind="docs", title="T", text=text)
    chunks = markdown.chunk(document, estimated_piece_starts)
    joined = "".join(chunk.text for chunk in chunks)
    assert re.sub(r"\s", "", joined) == re.sub(r"\s", "", text)
    assert [chunk.position for chunk in chunks] == list(range(len(chunks)))


@given(documents)
def test_fences_are_whole(text: str) -> None:
    document = Document(source="x.md", kind="docs", title="T", text=text)
    chunks = markdown.chunk(document, estimated_piece_starts)
    lines = text.split("\n")
    for token in markdown._parser().parse(text):
        if token.type == "fence" and token.map:
            fence = "\n".join(lines[token.map[0] : token.map[1]]).strip("\n")
            assert any(fence in chunk.text for chunk in chunks)


@given(documents)
def test_only_a_fence_may_exceed_the_encoder(text: str) -> None:
    document = Document(source="x.md", kind="docs", title="T", text=text)
    for chunk in markdown.chunk(document, estimated_piece_starts):
        pieces = len(estimated_piece_starts(chunk.embedded_text))
        assert pieces <= markdown.ENCODER_LIMIT or "```" in chunk.text or "\n    " in chunk.text


@given(st.text(max_size=400))
def test_any_text_parses(text: str) -> None:
    document, _ = markdown.parse(text, source="x.md", kind="docs")
    markdown.chunk(document, estimated_piece_starts)


@pytest.mark.parametrize("nested", ["[" * 100_000, "- " * 50_000, "{a: " * 4_000, "? " * 3_000])
def test_front_matter_nested_without_end_is_a_problem(nested: str) -> None:
    document, problem = markdown.parse(f"---\n{nested}\n---\n# Title\n", source="x.md", kind="docs")
    assert document.title == "Title"
    assert problem is not None


def test_front_matter_reads_the_same_however_many_items_it_has() -> None:
    items = [f"disk {number}" for number in range(markdown.MOST_INDICATORS)]
    for count in (3, markdown.MOST_INDICATORS):
        head = "\n".join(["people_say:", *(f"  - {item}" for item in items[:count])])
        document, problem = markdown.parse(
            f"---\n{head}\n---\n# Title\n", source="x.md", kind="docs"
        )
        assert problem is None
        assert document.sayings == tuple(items[:count])
