"""Folders and made documents become a stable list, whatever lies around in them."""

from pathlib import Path

import pytest

from index.documents import Document
from index.sources import LARGEST_FILE, Folder, Source, chunk_all, load, stamp


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "note.md").write_text("hidden")
    (tmp_path / "b.md").write_text("# B")
    (tmp_path / "deep" / "er" / "a.MD").write_text("# A")
    (tmp_path / "deep" / "tasks.yml").write_text("- name: x\n  debug: {}\n")
    (tmp_path / "deep" / "picture.png").write_bytes(b"\x89PNG")
    (tmp_path / "loop").symlink_to(tmp_path)
    return tmp_path


def test_markdown_and_yaml_are_found(folder: Path) -> None:
    loaded = load([Folder(path=folder, kind="runbook", label="docs")])
    assert [(d.source, d.kind, d.format) for d in loaded.documents] == [
        ("docs/b.md", "runbook", "markdown"),
        ("docs/deep/tasks.yml", "ansible", "yaml"),
        ("docs/deep/er/a.MD", "runbook", "markdown"),
    ]
    assert loaded.problems == ()


def test_links_to_files_are_skipped(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    secret = tmp_path_factory.mktemp("elsewhere") / "secret.txt"
    secret.write_text("# Secret")
    (folder / "x.md").symlink_to(secret)
    (folder / "y.yml").symlink_to(folder / "deep" / "tasks.yml")
    (folder / "gone.md").symlink_to(folder / "missing.md")
    loaded = load([Folder(path=folder)])
    assert {Path(d.source).name for d in loaded.documents} == {"b.md", "tasks.yml", "a.MD"}
    assert loaded.problems == ()


def test_without_label_the_source_is_the_path(folder: Path) -> None:
    sources = [document.source for document in load([Folder(path=folder)]).documents]
    assert str(folder / "b.md") in sources


def test_what_cannot_be_read_is_reported(folder: Path) -> None:
    (folder / "big.md").write_bytes(b"x" * (LARGEST_FILE + 1))
    (folder / "latin.md").write_bytes("Grüße".encode("latin-1"))
    (folder / "bad.yml").write_text("a: [")
    loaded = load([Folder(path=folder), Folder(path=folder / "missing")])
    assert len(loaded.problems) == 4
    assert any("big.md: skipped" in problem for problem in loaded.problems)
    assert any("latin.md: skipped, not UTF-8" in problem for problem in loaded.problems)
    assert any("bad.yml: not valid YAML" in problem for problem in loaded.problems)
    assert any("missing: no such folder" in problem for problem in loaded.problems)


def test_a_made_document_is_a_source() -> None:
    incident = Document(source="incident:7", kind="incident", title="Power cut", text="At night.")
    loaded = load([incident])
    assert loaded.documents == (incident,)
    passage, card = chunk_all(loaded.documents)
    assert (passage.role, passage.text) == ("passage", "At night.")
    assert (card.role, card.cue, card.text, card.position) == ("card", "Power cut", "At night.", 0)


def test_the_hash_changes_with_everything_a_searcher_sees() -> None:
    base = Document(source="s", kind="docs", title="T", text="x")
    changes: list[dict[str, object]] = [
        {"kind": "runbook"},
        {"title": "U"},
        {"text": "y"},
        {"tags": ("a",)},
        {"alerts": ("a",)},
        {"sayings": ("a",)},
    ]
    hashes = {base.content_hash, *(base.model_copy(update=c).content_hash for c in changes)}
    assert len(hashes) == len(changes) + 1
    assert base.model_copy(update={"source": "t"}).content_hash == base.content_hash


def test_the_stamp_changes_with_the_files_alone(folder: Path) -> None:
    made = Document(source="incident:7", kind="incident", title="Power cut", text="At night.")
    sources: list[Source] = [Folder(path=folder), Folder(path=folder / "later"), made]
    stamps = [stamp(sources)]
    assert stamp(sources) == stamps[0]
    (folder / "deep" / "picture.png").write_bytes(b"other")
    assert stamp(sources) == stamps[0]
    (folder / "b.md").write_text("# Longer")
    stamps.append(stamp(sources))
    (folder / "b.md").rename(folder / "c.md")
    stamps.append(stamp(sources))
    (folder / "c.md").unlink()
    stamps.append(stamp(sources))
    (folder / "later").mkdir()
    stamps.append(stamp(sources))
    assert len(set(stamps)) == len(stamps)
