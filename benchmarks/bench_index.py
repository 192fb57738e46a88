"""Runbook search: a cold one against its imports, a warm one over 10,000 passages."""

from __future__ import annotations

import itertools
import random
import statistics
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.budget import ROOT, Measured, in_turns, process, seconds
from index import model, writer
from index.builder import build
from index.documents import Chunk, Document, cues
from index.integrity import mark_files
from index.manifest import SCHEMA_VERSION, Location, Manifest
from index.native import import_lancedb
from index.search import VECTOR_ROWS, Index
from index.sources import Folder

RUNBOOKS = ROOT / "runbooks"
PASSAGES = 10_000
PASSAGES_PER_DOCUMENT = 10
SAYINGS_PER_DOCUMENT = 2
ROUNDS = 60
QUESTIONS = (
    "why is the disk full",
    "HostDiskFull on pve1",
    "how do I replace a broken drive in the pool",
    "connect() failed (111: Connection refused) while connecting to upstream",
    "node_filesystem_avail_bytes is low",
)


def measure() -> list[Measured]:
    """Time a search in a new process, and searches in one that has loaded its index."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "index")
        build([Folder(path=RUNBOOKS, kind="runbook", label="runbooks")], path)
        cold, imports = in_turns(
            process((sys.executable, "-c", _search_script(path))),
            process((sys.executable, "-c", "import lancedb, onnxruntime")),
        )
        large = Path(folder, "large")
        index = _large_index(large, path / "models")
        warm, vector = _medians(_searches(index), _vector_queries(large))
    return [
        Measured(
            "runbook search, cold", cold, "import lancedb, onnxruntime", imports, ratio_budget=1.5
        ),
        Measured(
            f"runbook search, warm, {PASSAGES:,} passages",
            warm,
            "LanceDB's vector query alone",
            vector,
            seconds_budget=0.010,
        ),
    ]


def _search_script(path: Path) -> str:
    return (
        "from index.search import Index\n"
        f"result = Index.open({str(path)!r}).search({QUESTIONS[0]!r})\n"
        "assert result.mode == 'hybrid' and result.hits, result.degraded"
    )


def _large_index(path: Path, models: Path) -> Index:
    """An index of real words with made-up vectors, because embedding is not what is measured."""
    chooser, numbers = random.Random(7), np.random.default_rng(7)
    texts = [page.read_text(encoding="utf-8") for page in sorted(RUNBOOKS.glob("*.md"))]
    words = sorted({word for text in texts for word in text.split()})
    chunks = [
        chunk
        for number in range(PASSAGES // PASSAGES_PER_DOCUMENT)
        for chunk in _document(number, chooser, words)
    ]
    vectors = numbers.normal(size=(len(chunks), model.DIMENSION)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    location = Location(path, models.parent)
    path.mkdir()
    writer.write_table(location, "chunks", chunks, vectors)
    folder = location.table_folder("chunks")
    location.write(
        Manifest(
            schema_version=SCHEMA_VERSION,
            table="chunks",
            model_name=model.NAME,
            model_hash=model.SHA256,
            dimension=model.DIMENSION,
            documents=PASSAGES // PASSAGES_PER_DOCUMENT,
            chunks=PASSAGES,
            rows=len(chunks),
            content="",
            built_at=0,
            files=mark_files(folder) if folder else {},
        )
    )
    return Index.open(path, cache_dir=models.parent)


def _document(number: int, chooser: random.Random, words: list[str]) -> list[Chunk]:
    def text(length: int) -> str:
        return " ".join(chooser.choices(words, k=length))

    document = Document(
        source=f"page-{number}",
        kind="docs",
        title=f"Page {number}",
        text="",
        sayings=tuple(text(8) for _ in range(SAYINGS_PER_DOCUMENT)),
    )
    passages = [
        Chunk(
            source=document.source,
            kind=document.kind,
            title=document.title,
            text=text(120),
            position=position,
            document_hash="",
        )
        for position in range(PASSAGES_PER_DOCUMENT)
    ]
    return [*passages, *cues(document, passages[0])]


def _searches(index: Index) -> list[Callable[[], object]]:
    if degraded := index.search(QUESTIONS[0]).degraded:
        raise RuntimeError(degraded)
    asked = itertools.islice(itertools.cycle(QUESTIONS), ROUNDS)
    return [partial(index.search, question) for question in asked]


def _vector_queries(path: Path) -> list[Callable[[], object]]:
    """LanceDB's own vector query over the same table."""
    table = import_lancedb().connect(str(path / "lance")).open_table("chunks")
    queries = np.random.default_rng(8).normal(size=(ROUNDS, model.DIMENSION)).astype(np.float32)

    def ask(query: object) -> object:
        nearest = table.search(query).distance_type("dot").limit(VECTOR_ROWS)
        return nearest.select(["source", "position", "text", "_distance"]).to_arrow()

    return [partial(ask, query) for query in queries]


def _medians(
    first: list[Callable[[], object]], second: list[Callable[[], object]]
) -> tuple[float, float]:
    """Median times of calls made in turns, after a few that are not measured."""
    times = [(seconds(a), seconds(b)) for a, b in zip(first, second, strict=True)][5:]
    return statistics.median(a for a, _ in times), statistics.median(b for _, b in times)
