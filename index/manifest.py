"""Where an index lies, and the small record that says which of its tables is the current one."""

import time
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from index import model
from index.atomic import replace_file
from index.documents import digest
from index.errors import IndexDamagedError, IndexMismatchError, IndexMissingError, why
from index.integrity import FileMark

SCHEMA_VERSION = 2
"""Raised whenever the columns or the way documents are cut and embedded change."""

_POINTER = "current.json"


class Manifest(BaseModel):
    """Describes the current table; written last, so what it names is complete.

    Attributes:
        schema_version: `SCHEMA_VERSION` of the program that built it.
        table: Name of the current table.
        previous: The table before, kept because a running search may still read it.
        model_name: Embedding model.
        model_hash: SHA-256 of the model's weights.
        dimension: Floats per vector.
        documents: Number of documents.
        chunks: Number of passages.
        rows: Number of rows: passages and the cues that lead to them.
        content: Hash over all rows; equal content needs no new table.
        built_at: Seconds since the epoch, UTC.
        files: The table's files, if it is local.
    """

    model_config = ConfigDict(frozen=True)

    schema_version: int
    table: str
    previous: str | None = None
    model_name: str
    model_hash: str
    dimension: int
    documents: int
    chunks: int
    rows: int
    content: str
    built_at: float
    files: dict[str, FileMark] = {}

    def check(self) -> None:
        """Compares with what this program reads and embeds.

        Raises:
            IndexMismatchError: Vectors or columns would not mean what this program thinks.
        """
        if self.schema_version != SCHEMA_VERSION:
            raise IndexMismatchError(
                f"the index has schema version {self.schema_version}, this program reads"
                f" {SCHEMA_VERSION}"
            )
        if (self.model_hash, self.dimension) != (model.SHA256, model.DIMENSION):
            raise IndexMismatchError(
                f"the index was built with {self.model_name} ({self.model_hash[:8]},"
                f" {self.dimension} dimensions), queries use {model.NAME} ({model.SHA256[:8]},"
                f" {model.DIMENSION} dimensions)"
            )


class Location:
    """An index's place: a local folder, or an object-storage URI such as `s3://bucket/index`."""

    def __init__(self, place: str | Path, cache: Path | None = None) -> None:
        """`cache` holds the exported model; by default it lies with a local index."""
        text = str(place)
        self.remote = "://" in text and not text.startswith("file://")
        self.uri = text.rstrip("/")
        self.path = Path(text.removeprefix("file://")).expanduser().absolute()
        if cache is None and self.remote:
            import platformdirs

            cache = platformdirs.user_cache_path("sre-tui") / "index"
        self.cache = cache or self.path

    @property
    def lance_uri(self) -> str:
        """Where the tables lie."""
        return f"{self.uri}/lance" if self.remote else str(self.path / "lance")

    def table_folder(self, table: str) -> Path | None:
        """The folder that holds a table's files, if the index is local."""
        return None if self.remote else self.path / "lance" / f"{table}.lance"

    @property
    def lock(self) -> Path:
        """File that a build locks; for a remote index it only guards against this machine."""
        name = f"build-{digest(self.uri)[:16]}.lock" if self.remote else "build.lock"
        return (self.cache if self.remote else self.path) / name

    @property
    def models(self) -> Path:
        """Folder of the exported model."""
        return self.cache / "models"

    def read(self) -> Manifest:
        """The current manifest.

        Raises:
            IndexMissingError: Nothing was built here yet.
            IndexDamagedError: There is a pointer that cannot be read.
        """
        try:
            content = self._read_remote() if self.remote else (self.path / _POINTER).read_bytes()
        except FileNotFoundError:
            raise IndexMissingError(f"there is no index at {self.uri} yet") from None
        except OSError as error:
            raise IndexDamagedError(
                f"the index at {self.uri} cannot be read: {why(error)}"
            ) from error
        try:
            return Manifest.model_validate_json(content)
        except ValidationError as error:
            raise IndexDamagedError(
                f"the index at {self.uri} is damaged: {_POINTER} is not what was written"
            ) from error

    def write(self, manifest: Manifest) -> None:
        """Makes `manifest` the current one in a single step; a crash leaves the old or the new."""
        content = manifest.model_dump_json(indent=2).encode()
        if self.remote:
            filesystem, path = self._filesystem()
            with filesystem.open_output_stream(f"{path}/{_POINTER}") as stream:
                stream.write(content)
            return
        with replace_file(self.path / _POINTER) as draft:
            draft.write_bytes(content)

    def stamp(self) -> tuple[int, ...]:
        """Changes when the pointer does; for a remote index once a minute."""
        if self.remote:
            return (int(time.monotonic() // 60),)
        return file_stamp(self.path / _POINTER)

    def _read_remote(self) -> bytes:
        filesystem, path = self._filesystem()
        with filesystem.open_input_stream(f"{path}/{_POINTER}") as stream:
            content: bytes = stream.read()
            return content

    def _filesystem(self) -> tuple[Any, str]:
        from pyarrow import fs

        filesystem, path = fs.FileSystem.from_uri(self.uri)
        return filesystem, path


def file_stamp(path: Path) -> tuple[int, ...]:
    """Changes when the file is replaced; empty when it is not there."""
    try:
        status = path.stat()
    except OSError:
        return ()
    return (status.st_ino, status.st_mtime_ns, status.st_size)
