"""Makes text from outside safe to show: the one place where control characters are stripped.

Backends, logs and runbooks are written by strangers. Escape sequences would drive the terminal,
bidirectional overrides would show a name as another one, and characters that nobody sees hide words
from whoever searches for them and carry instructions that only a model reads.
"""

from __future__ import annotations

import re
from typing import TypeVar, cast

_ESCAPE_SEQUENCE = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])"
    r"|\x9b[0-?]*[ -/]*[@-~]"
)
_UNSEEN = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0d\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff\ud800-\udfff"
)
"""Nobody sees these, but they turn text around, part words, and carry whole sentences."""
_JOINERS = "\u200c\u200d\ufe0e\ufe0f"
"""They belong into emoji and some scripts; elsewhere they only hide something."""
_UNSAFE = re.compile(f"[\x00-\x08\x0b-\x1f\x7f-\x9f{_UNSEEN}]")
_STRAY = re.compile(
    "(?<![^\x00-\x7f])[\u200c\u200d]+|[\u200c\u200d]+(?![^\x00-\x7f])"
    "|(?<=[\u200c\u200d])[\u200c\u200d]|(?<=[\ufe0e\ufe0f])[\ufe0e\ufe0f]"
)
_SUSPECT = re.compile(f"[\x00-\x1f\x7f-\x9f{_UNSEEN}{_JOINERS}]")

_PLAIN_BYTES = bytes(range(0x20, 0x7F)) + b"\t\n\r"
_ESCAPED = re.compile(rb"\\[bfru]")
"""Escapes of characters that may have to go; a line feed and a tab may stay."""
_SUSPECT_BETWEEN = re.compile(f"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f{_UNSEEN}{_JOINERS}]")
"""As above, but for the spaces that stand between the values of JSON."""

J = TypeVar("J")


def clean(text: str) -> str:
    """The text without escape sequences, control, bidirectional and invisible characters.

    Line feeds and tabs stay; a carriage return before a line feed is dropped, any other becomes a
    line feed.
    """
    if not _SUSPECT.search(text):
        return text
    text = _ESCAPE_SEQUENCE.sub("", text)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _STRAY.sub("", _UNSAFE.sub("", text))


def clean_json(value: J) -> J:
    """A decoded JSON value with every string in it, keys included, cleaned."""
    return cast(J, _clean_value(value))


def _clean_value(value: object) -> object:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
        return [_clean_value(item) for item in value]
    if isinstance(value, dict):
        return {_clean_value(key): _clean_value(item) for key, item in value.items()}
    return value


def is_plain_json(source: bytes) -> bool:
    """Whether :func:`clean_json` would leave every string of this JSON as it is.

    Tens of thousands of rows are read at once, and hardly any has something to strip: one look at
    the bytes is far cheaper than one at each string.
    """
    if not source.translate(None, _PLAIN_BYTES):
        return not _ESCAPED.search(source)
    try:
        text = source.decode()
    except UnicodeDecodeError:
        return False
    return not _ESCAPED.search(source) and not _SUSPECT_BETWEEN.search(text)


def one_line(text: str, limit: int = 300) -> str:
    """The text cleaned, on one line, cut to ``limit`` characters with an ellipsis."""
    flat = " ".join(clean(text).split())
    return flat if len(flat) <= limit else flat[: limit - 1] + "…"


def both_ends(text: str, limit: int = 300) -> str:
    """The text cleaned, on one line, shortened in its middle: what went wrong stands at the end.

    Args:
        text: a line of a log or a message.
        limit: characters of the result at most.
    """
    flat = " ".join(clean(text).split())
    if len(flat) <= limit:
        return flat
    end = limit // 2
    return f"{flat[: limit - end - 3].rstrip()} … {flat[-end:].lstrip()}"
