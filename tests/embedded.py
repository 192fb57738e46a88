"""Vectors that take long to compute, kept with the exported encoder and computed again with it.

They lie in the folder that the encoder's code and libraries name, under the digest of their texts:
of other code, libraries or texts there are none yet.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock

from index.atomic import replace_file
from index.builder import build
from index.documents import digest
from index.export import BuildEncoder, ensure_onnx
from index.query import understand
from index.search import Index
from index.sources import Folder
from sre_tui.evals.retrieval import load_questions

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Vectors = npt.NDArray[np.float32]

Embed = Callable[[Sequence[str]], "Vectors"]
"""Gives one vector per text."""

SENTENCES = [
    "",
    "disk",
    "Why is Jellyfin buffering since yesterday evening?",
    "Host Disk Full: filesystem / on pve1 has 3% left",
    'node_filesystem_avail_bytes{mountpoint="/"} < 0.05 for 10m',
    "Platte voll, was darf ich löschen? 磁盘已满",
    'level=error msg="x509: certificate has expired" ' * 40,
]

_ROOT = Path(__file__).parents[1]
_QUESTIONS = _ROOT / "tests" / "evals"


def embed_all(folder: Path) -> None:
    """Export the encoder to a folder of ``encoder_folder`` and compute all that is kept there."""
    ensure_onnx(folder / "models", BuildEncoder)
    by_original(folder)
    KeptQuestions.of(folder, runbook_index(folder))


def by_original(folder: Path) -> Vectors:
    """What the original model, which takes seconds to load, makes of SENTENCES."""
    return _kept(folder, "original", SENTENCES, lambda texts: BuildEncoder().encode(texts))


def runbook_index(folder: Path) -> Index:
    """The index of the bundled runbooks as they are; only what changed is embedded again."""
    sources = [Folder(path=_ROOT / "runbooks", kind="runbook", label="runbooks")]
    path = folder / "runbook-index"
    build(sources, path, cache_dir=folder, wait_seconds=600)
    return Index.open(path, sources=sources, cache_dir=folder)


@dataclass(frozen=True)
class KeptQuestions:
    """Stands in for an index's encoder where questions are asked whose vectors are kept."""

    vectors: dict[str, Vectors]

    @classmethod
    def of(cls, folder: Path, index: Index) -> KeptQuestions:
        """Those of every file of questions, embedded one at a time, as a search does it."""
        asked = (
            load_questions(path) for path in sorted(_QUESTIONS.glob("runbook_questions*.yaml"))
        )
        texts = sorted({understand(each.ask).embedded for questions in asked for each in questions})

        def one_by_one(texts: Sequence[str]) -> Vectors:
            import numpy as np

            encoder = index._ready()._encoder
            return np.concatenate([encoder.encode([text]) for text in texts])

        vectors = _kept(folder, "questions", texts, one_by_one)
        return cls(dict(zip(texts, vectors, strict=True)))

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One row per text."""
        import numpy as np

        return np.stack([self.vectors[text] for text in texts])


def _kept(folder: Path, name: str, texts: Sequence[str], embed: Embed) -> Vectors:
    import numpy as np

    path = folder / f"{name}-{digest(*texts)}.npy"
    with FileLock(folder / f"{name}.lock"):
        if not path.is_file():
            with replace_file(path) as draft, draft.open("wb") as file:
                np.save(file, embed(texts))
    vectors: Vectors = np.load(path)
    return vectors
