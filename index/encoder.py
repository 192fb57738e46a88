"""Query-time encoder: the model through ONNX Runtime, without torch."""

import base64
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index import model
from index.errors import EncoderUnavailableError, ExportedModelError
from index.manifest import file_stamp

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from index.packing import WordPieceStarts

    Vectors = npt.NDArray[np.float32]

HASH_KEY = "model_sha256"
PROBE_KEY = "probe_vector"
PROBE_TEXT = "The pool is degraded because a disk reports read errors."
EQUAL = 0.9999
"""Cosine from which two vectors of the same text count as made by the same model."""

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done, and how much there is."""

_BATCH = 16
"""Texts at a time; small, because the shorter ones are filled up to the longest."""

INPUTS = ("input_ids", "attention_mask", "token_type_ids")
OUTPUT = "sentence_vector"


def onnx_name() -> str:
    """File name of the exported model; it carries the hash of the weights it was made from."""
    return f"{model.NAME}-{model.SHA256[:16]}.onnx"


def encode_probe(vector: "Vectors") -> str:
    """The probe's vector as text for the ONNX file's metadata."""
    return base64.b64encode(vector.astype("<f4").tobytes()).decode("ascii")


def import_runtime() -> None:
    """Imports what a `QueryEncoder` needs.

    Raises:
        EncoderUnavailableError: Which library is missing.
    """
    try:
        import numpy as np  # noqa: F401
        import onnxruntime  # noqa: F401
        import tokenizers  # noqa: F401
    except ImportError as error:
        raise EncoderUnavailableError(f"cannot import {error.name or error}") from error


class QueryEncoder:
    """Embeds texts as unit vectors of `model.DIMENSION` floats."""

    def __init__(self, onnx_file: Path) -> None:
        """Loads the exported model and lets it embed a sentence whose vector is known.

        Raises:
            EncoderUnavailableError: A library or file is missing, or the file is damaged or was
                exported from other weights.
        """
        if not onnx_file.is_file():
            raise ExportedModelError(f"the exported embedding model is missing: {onnx_file}")
        import_runtime()
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.log_severity_level = 4
        # Threads that wait by spinning would take the cores from the text half beside it.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        try:
            self._session = onnxruntime.InferenceSession(
                str(onnx_file), options, providers=["CPUExecutionProvider"]
            )
            self._tokenizer = _tokenizer(model.tokenizer_file())
            self._tokenizer.enable_truncation(model.MAX_PIECES)
            self._tokenizer.enable_padding()
            self._check()
        except EncoderUnavailableError:
            raise
        except Exception as error:
            raise ExportedModelError(
                f"the exported embedding model is damaged: {onnx_file}"
            ) from error

    def encode(self, texts: Sequence[str]) -> "Vectors":
        """One row per text, each of length 1."""
        import numpy as np

        encoded = self._tokenizer.encode_batch(list(texts))
        fields = ("ids", "attention_mask", "type_ids")
        feed = {
            name: np.array([getattr(item, field) for item in encoded], dtype=np.int64)
            for name, field in zip(INPUTS, fields, strict=True)
        }
        vectors: Vectors = self._session.run([OUTPUT], feed)[0]
        return vectors

    def encode_many(self, texts: Sequence[str], progress: Progress | None = None) -> "Vectors":
        """One row per text, in order; reports progress after each batch."""
        return in_batches(self.encode, texts, _BATCH, progress)

    def _check(self) -> None:
        import numpy as np

        stored = self._session.get_modelmeta().custom_metadata_map
        if stored.get(HASH_KEY) != model.SHA256:
            raise ExportedModelError(f"the exported embedding model was not made from {model.NAME}")
        known = np.frombuffer(base64.b64decode(stored.get(PROBE_KEY, "")), dtype="<f4")
        found = self.encode([PROBE_TEXT])[0]
        if known.shape != found.shape or not float(known @ found) >= EQUAL:
            raise ExportedModelError(
                "the exported embedding model does not give the vectors it should"
            )


def opened(onnx_file: Path) -> QueryEncoder:
    """The encoder of this file; loaded once for all indexes of the process, until it changes.

    Raises:
        EncoderUnavailableError: As of `QueryEncoder`.
    """
    return _opened(onnx_file, file_stamp(onnx_file))


@lru_cache(maxsize=1)
def _opened(onnx_file: Path, stamp: tuple[int, ...]) -> QueryEncoder:
    return QueryEncoder(onnx_file)


def in_batches(
    encode: Callable[[Sequence[str]], "Vectors"],
    texts: Sequence[str],
    size: int,
    progress: Progress | None = None,
) -> "Vectors":
    """One row per text, in order, from an encoder that gets texts of similar length together."""
    import numpy as np

    vectors = np.empty((len(texts), model.DIMENSION), dtype=np.float32)
    by_length = sorted(range(len(texts)), key=lambda number: len(texts[number]))
    for start in range(0, len(texts), size):
        if progress:
            progress("embedding", start, len(texts))
        batch = by_length[start : start + size]
        vectors[batch] = encode([texts[number] for number in batch])
    if texts and progress:
        progress("embedding", len(texts), len(texts))
    return vectors


def piece_starts() -> "WordPieceStarts":
    """A function that gives the offset of each of the model's word pieces in a text.

    Raises:
        EncoderUnavailableError: The model or the tokenizer library is missing.
    """
    return _piece_starts(model.tokenizer_file())


@lru_cache(maxsize=1)
def _piece_starts(tokenizer_file: Path) -> "WordPieceStarts":
    tokenizer = _tokenizer(tokenizer_file)
    tokenizer.no_truncation()
    tokenizer.no_padding()

    def starts(text: str) -> list[int]:
        return [start for start, _ in tokenizer.encode(text, add_special_tokens=False).offsets]

    return starts


def _tokenizer(path: Path) -> Any:
    import_runtime()
    from tokenizers import Tokenizer

    return Tokenizer.from_file(str(path))
