"""Runbook search: a cold one against its imports, a warm one over 10,000 chunks.

Run it as `python -m benchmarks.bench_index`; it exits with 1 when a budget is exceeded.
"""

import itertools
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from index import model, writer
from index.builder import build
from index.documents import Chunk
from index.integrity import mark_files
from index.manifest import SCHEMA_VERSION, Location, Manifest
from index.native import import_lancedb
from index.search import CANDIDATES, Index
from index.sources import Folder

ROOT = Path(__file__).parents[1]
COLD_RATIO = 1.5
WARM_SECONDS = 0.010
CHUNKS = 10_000
QUESTIONS = (
    "why is the disk full",
    "HostDiskFull on pve1",
    "how do I replace a broken drive in the pool",
    "connect() failed (111: Connection refused) while connecting to upstream",
    "node_filesystem_avail_bytes is low",
)


def seconds(call: Callable[[], object]) -> float:
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


def fresh_process(code: str) -> float:
    command = [sys.executable, "-c", code]
    return seconds(lambda: subprocess.run(command, check=True, cwd=ROOT))


def cold(path: Path, rounds: int = 7) -> tuple[float, float]:
    """Median seconds of the imports alone and of a whole search, in turns."""
    floor = "import lancedb, onnxruntime"
    search = (
        "from index.search import Index\n"
        f"result = Index.open({str(path)!r}).search({QUESTIONS[0]!r})\n"
        "assert result.mode == 'hybrid' and result.hits, result.degraded"
    )
    fresh_process(floor)
    fresh_process(search)
    pairs = [(fresh_process(floor), fresh_process(search)) for _ in range(rounds)]
    return statistics.median(a for a, _ in pairs), statistics.median(b for _, b in pairs)


def large_index(path: Path, models: Path) -> Index:
    """An index of real words with made-up vectors, because embedding is not what is measured."""
    chooser, numbers = random.Random(7), np.random.default_rng(7)
    texts = [page.read_text(encoding="utf-8") for page in (ROOT / "runbooks").glob("*.md")]
    words = sorted({word for text in texts for word in text.split()})
    chunks = [
        Chunk(
            source=f"page-{number // 10}",
            kind="docs",
            title=f"Page {number // 10}",
            text=" ".join(chooser.choices(words, k=120)),
            position=number % 10,
            document_hash="",
        )
        for number in range(CHUNKS)
    ]
    vectors = numbers.normal(size=(CHUNKS, model.DIMENSION)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    location = Location(path, models)
    path.mkdir()
    writer.write_table(location, "chunks", chunks, vectors)
    folder = location.table_folder("chunks")
    manifest = Manifest(
        schema_version=SCHEMA_VERSION,
        table="chunks",
        model_name=model.NAME,
        model_hash=model.SHA256,
        dimension=model.DIMENSION,
        documents=CHUNKS // 10,
        chunks=CHUNKS,
        content="",
        built_at=0,
        files=mark_files(folder) if folder else {},
    )
    location.write(manifest)
    return Index.open(path, cache_dir=models)


def warm(index: Index, rounds: int = 60) -> list[float]:
    for question in QUESTIONS:
        result = index.search(question)
        if result.degraded:
            sys.exit(result.degraded)
    asked = itertools.islice(itertools.cycle(QUESTIONS), rounds)
    return sorted(seconds(partial(index.search, question)) for question in asked)


def lancedb_vector_query(path: Path, rounds: int = 60) -> float:
    """Median seconds of LanceDB's own vector query over the same table."""
    table = import_lancedb().connect(str(path / "lance")).open_table("chunks")
    numbers = np.random.default_rng(8)
    queries = numbers.normal(size=(rounds + 3, model.DIMENSION)).astype(np.float32)

    def nearest(query: object) -> object:
        return table.search(query).distance_type("dot").limit(CANDIDATES).to_arrow()

    times = [seconds(partial(nearest, query)) for query in queries]
    return statistics.median(times[3:])


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "index")
        build([Folder(path=ROOT / "runbooks", kind="runbook", label="runbooks")], path)
        floor, search = cold(path)
        print(
            f"cold search      {search:.3f} s = {search / floor:.2f} x the imports ({floor:.3f} s),"
            f" budget {COLD_RATIO} x"
        )
        large = Path(folder, "large")
        times = warm(large_index(large, path))
        vector = lancedb_vector_query(large)
        p50, p95 = statistics.median(times), times[int(len(times) * 0.95)]
        print(
            f"warm search      p50 {p50 * 1e3:.1f} ms, p95 {p95 * 1e3:.1f} ms over {CHUNKS} chunks"
            f" (LanceDB's vector query alone {vector * 1e3:.1f} ms),"
            f" budget {WARM_SECONDS * 1e3:.0f} ms"
        )
    return int(search > COLD_RATIO * floor or p50 > WARM_SECONDS)


if __name__ == "__main__":
    sys.exit(main())
