"""Events out of annotations that people and deploys leave in Grafana."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from providers.text import one_line
from sre_tui.diagnosis.evidence import Evidence
from sre_tui.diagnosis.picture.picture import Picture
from sre_tui.diagnosis.subject import Subject, SubjectKind
from sre_tui.diagnosis.timeline.event import Event
from sre_tui.diagnosis.timeline.named import named_in
from sre_tui.diagnosis.timeline.observed import Observed, Teller
from sre_tui.diagnosis.topology.graph import Topology

if TYPE_CHECKING:
    from providers.grafana import Annotation

_UPDATES: Final = re.compile(r"(?i)\b(updat|upgrad|deploy|releas|rolled? out|version)")
MARKS: Final = Subject(kind=SubjectKind.MONITORING, name="annotation")
"""What a mark is about that names nothing known."""


def observed_marks(picture: Picture, topology: Topology) -> Iterator[Observed]:
    """One event per annotation; changes of alert states are told by their alerts."""
    for source, marks in picture.annotations.with_source():
        for one in marks:
            if one.kind == "annotation":
                yield _observed(source, one, topology)


def _observed(source: str, one: Annotation, topology: Topology) -> Observed:
    said = one_line(one.text, 180) or "(a mark without words)"
    tags = f" #{' #'.join(one_line(tag, 40) for tag in one.tags[:5])}" if one.tags else ""
    subject = named_in(f"{one.text} {' '.join(one.tags)}", topology) or MARKS
    update = _UPDATES.search(f"{one.text} {' '.join(one.tags)}") is not None
    evidence = Evidence(
        source=source,
        kind="annotation",
        says=f"{said}{tags}",
        at=one.at,
        asked=f"annotation {one.id}",
    )
    event = Event(
        at=one.at,
        until=one.end,
        kind="updated" if update else "annotation",
        subject=subject,
        text=said,
        evidence=(evidence,),
    )
    return Observed(event, "bad_update" if update else f"mark {said}", Teller.MARK)
