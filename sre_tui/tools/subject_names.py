"""The line for a name that nothing in the homelab has."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from sre_tui.diagnosis.subject import SubjectKind
from sre_tui.nearest import nearest, no_such

if TYPE_CHECKING:
    from sre_tui.diagnosis.picture.picture import Picture
    from sre_tui.diagnosis.topology.graph import Topology

_TOLD_FIRST: Final = (SubjectKind.NODE, SubjectKind.NAS, SubjectKind.POOL, SubjectKind.GUEST)
"""Kinds whose names give an idea of what one may ask for."""


def knows_every_name(picture: Picture) -> bool:
    """Whether everybody who tells what there is answered in full."""
    naming = (picture.inventory, picture.pools, picture.identity)
    return all(part.complete for part in naming if part.configured)


def no_such_subject(
    asked: str,
    graph: Topology,
    *,
    sure: bool,
    what: str = "guest, node, pool or other thing",
    also: Iterable[str] = (),
) -> str:
    """One line: that nothing is called so, which names are near, or which there are.

    Args:
        asked: the name.
        graph: what is known.
        sure: whether everybody who knows names answered.
        what: noun for what it may be.
        also: further names that would do.
    """
    names = {one.own_name for one in graph.subjects()} | set(also)
    # A short name within a long word is no misspelling of it.
    close = nearest(asked, sorted(name for name in names if 2 * len(name) > len(asked)))
    listed = [one.own_name for kind in _TOLD_FIRST for one in graph.subjects(kind)]
    note = "" if sure else ", as far as the backends answered"
    return no_such(what, asked, (), listed or sorted(names), close=close, note=note)
