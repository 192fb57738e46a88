"""Which known thing a line of text names."""

from __future__ import annotations

import re
from typing import Final

from sre_tui.diagnosis.subject import Subject, SubjectKind
from sre_tui.diagnosis.topology.graph import Topology

_WORD: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
_SHORTEST: Final = 3
_KINDS: Final = (
    SubjectKind.CONTAINER, SubjectKind.GUEST, SubjectKind.POOL, SubjectKind.DATASTORE,
    SubjectKind.NODE, SubjectKind.NAS, SubjectKind.HOST,
)  # fmt: skip
"""What a line is about before where it is."""


def named_in(text: str, topology: Topology, host: str = "") -> Subject | None:
    """The container, else the guest or other machine, that a text names; None if none.

    Args:
        text: a log line or the words of an annotation.
        topology: what is known to exist.
        host: the machine that wrote it: containers of others are not meant, and it is not itself
            what a line of its own is about.
    """
    words = [word.rstrip(".-") for word in _WORD.findall(text)]
    hosts = {word.casefold() for word in words} | {host.casefold()}
    found: list[Subject] = []
    for word in words:
        if len(word) < _SHORTEST or word.isdigit():
            continue
        for one in topology.named(word, *_KINDS):
            if one.kind is SubjectKind.CONTAINER and host and one.host != host:
                continue
            if one.name != host:
                found.append(one)
    if not found:
        return None
    # A name that several machines know is meant on the one that the text names too.
    return min(found, key=lambda one: (_KINDS.index(one.kind), one.host.casefold() not in hosts))
