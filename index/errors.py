"""What can go wrong with an index; every message is one line that a person can act on."""


class DocumentIndexError(Exception):
    """Base of everything this package raises on purpose."""

    mended_by_build = True
    """Whether building the index again is the remedy."""


class LibraryMissingError(DocumentIndexError):
    """A library that the index needs is not installed."""

    mended_by_build = False


class EncoderUnavailableError(DocumentIndexError):
    """The embedding model, or a library it needs, is missing or not the expected one."""

    mended_by_build = False


class ExportedModelError(EncoderUnavailableError):
    """The model exported for queries is missing, damaged or not the expected one."""

    mended_by_build = True


class IndexMissingError(DocumentIndexError):
    """There is no index at this place yet."""


class IndexDamagedError(DocumentIndexError):
    """The index is there but cannot be read."""


class IndexMismatchError(DocumentIndexError):
    """The index was built by another schema version or another embedding model."""


class IndexBusyError(DocumentIndexError):
    """Another process is building the same index."""


class IndexBuildError(DocumentIndexError):
    """The new index could not be written; the previous one is untouched."""


def why(error: OSError) -> str:
    """What a file's error says to people: without its number, and no path a second time."""
    return error.strerror or str(error)
