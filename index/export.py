"""The model through sentence-transformers, and its export to ONNX."""

import logging
import os
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index import model
from index.atomic import remove_drafts, replace_file
from index.encoder import (
    EQUAL,
    HASH_KEY,
    INPUTS,
    OUTPUT,
    PROBE_KEY,
    PROBE_TEXT,
    Progress,
    QueryEncoder,
    encode_probe,
    in_batches,
    onnx_name,
    opened,
)
from index.errors import EncoderUnavailableError, ExportedModelError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Vectors = npt.NDArray[np.float32]

BATCH = 32
LONGEST_INPUT = 512

CHECK_TEXTS = (
    PROBE_TEXT,
    "Host Disk Full: filesystem / on pve1 has 3% left",
    "Why is the nightly backup of guest 101 failing since Tuesday?",
    "zpool status tank reports 12 checksum errors on sdc; replace the disk and resilver.",
    'node_filesystem_avail_bytes{mountpoint="/"} / node_filesystem_size_bytes < 0.05',
    "connection refused",
    'level=error msg="certificate has expired or is not yet valid" ' * 30,
)


class BuildEncoder:
    """The original model; importing its libraries takes seconds, so it is made to export it."""

    def __init__(self) -> None:
        """Verifies and loads the model, never over the network.

        Raises:
            EncoderUnavailableError: The model or one of the libraries is missing.
        """
        path = model.verify()
        os.environ["HF_HUB_OFFLINE"] = "1"
        os.environ["TRANSFORMERS_OFFLINE"] = "1"
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                import torch
                from sentence_transformers import SentenceTransformer
                from transformers.utils import logging as transformers_logging

                transformers_logging.disable_progress_bar()
                transformers_logging.set_verbosity_error()
                self._model: Any = SentenceTransformer(
                    str(path), device="cpu", local_files_only=True
                )
        except ImportError as error:
            raise EncoderUnavailableError(
                f"cannot import {error.name or error}, which building an index needs"
            ) from error
        self._model.max_seq_length = model.MAX_PIECES
        self._torch: Any = torch

    def encode(self, texts: Sequence[str]) -> "Vectors":
        """One unit vector per text, in order."""
        return in_batches(self._encode, texts, BATCH)

    def _encode(self, texts: Sequence[str]) -> "Vectors":
        vectors: Vectors = self._model.encode(
            list(texts), batch_size=BATCH, normalize_embeddings=True, show_progress_bar=False
        )
        return vectors

    def write_onnx(self, path: Path) -> None:
        """Exports tokens → unit vector to `path`, with the hash and the probe as metadata."""
        torch = self._torch
        module = _sentence_module(torch, self._model[0].auto_model)
        example = torch.ones((2, 8), dtype=torch.long)
        shape = {0: torch.export.Dim("batch"), 1: torch.export.Dim("pieces", max=LONGEST_INPUT)}
        logging.getLogger("torch.onnx").setLevel(logging.ERROR)
        with warnings.catch_warnings(), torch.no_grad():
            warnings.simplefilter("ignore")
            program = torch.onnx.export(
                module,
                # Three tensors, because one passed twice would be exported as one input.
                (example, torch.ones_like(example), torch.zeros_like(example)),
                dynamo=True,
                verbose=False,
                input_names=list(INPUTS),
                output_names=[OUTPUT],
                dynamic_shapes=(shape, shape, shape),
            )
        program.model.metadata_props[HASH_KEY] = model.SHA256
        program.model.metadata_props[PROBE_KEY] = encode_probe(self.encode([PROBE_TEXT])[0])
        program.save(str(path), external_data=False)


def ensure_onnx(
    folder: Path, encoder: Callable[[], BuildEncoder], progress: Progress | None = None
) -> QueryEncoder:
    """The exported model in `folder`, opened; exports it if it is missing or damaged.

    The file appears under its name only when its vectors equal those of sentence-transformers.

    Raises:
        EncoderUnavailableError: The model or a library is missing, or the vectors differ.
        OSError: The folder cannot be written.
    """
    from filelock import FileLock

    path = folder / onnx_name()
    if usable := _usable(path):
        return usable
    if progress:
        progress("exporting the model", 0, 1)
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / "export.lock"):
        # Another process may have exported it meanwhile.
        usable = _usable(path)
        if usable is None:
            builder = encoder()
            remove_drafts(folder)
            with replace_file(path) as draft:
                builder.write_onnx(draft)
                _compare(builder, QueryEncoder(draft))
            usable = opened(path)
    if progress:
        progress("exporting the model", 1, 1)
    return usable


def _usable(path: Path) -> QueryEncoder | None:
    if not path.is_file():
        return None
    try:
        return opened(path)
    except ExportedModelError:
        return None


def _compare(builder: BuildEncoder, exported: QueryEncoder) -> None:
    cosines = (builder.encode(CHECK_TEXTS) * exported.encode(CHECK_TEXTS)).sum(axis=1)
    if not float(cosines.min()) >= EQUAL:
        raise EncoderUnavailableError(
            f"the exported model differs from the original: cosine {float(cosines.min()):.6f}"
        )


def _sentence_module(torch: Any, transformer: Any) -> Any:
    """The transformer followed by mean pooling and normalisation, as one torch module."""

    class SentenceModule(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.transformer = transformer

        def forward(self, input_ids: Any, attention_mask: Any, token_type_ids: Any) -> Any:
            hidden = self.transformer(
                input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
            ).last_hidden_state
            mask = attention_mask.unsqueeze(-1).to(hidden.dtype)
            mean = (hidden * mask).sum(1) / mask.sum(1).clamp(min=1e-9)
            return torch.nn.functional.normalize(mean, p=2, dim=1)

    return SentenceModule().eval()
