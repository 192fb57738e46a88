"""The tool that shows what stands on what."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Annotated, Final

from pydantic import Field

from sre_tui.diagnosis.subject import Subject, SubjectKind
from sre_tui.diagnosis.topology.graph import Edge, Topology
from sre_tui.settings.model import TITLES
from sre_tui.tools.arguments import Completes, Positional, Words
from sre_tui.tools.context import ToolContext
from sre_tui.tools.gist import with_first
from sre_tui.tools.notes import page_of, sources_text
from sre_tui.tools.rendering import ModelView
from sre_tui.tools.result import Listing, ToolResult, result
from sre_tui.tools.subject_names import knows_every_name, no_such_subject
from sre_tui.tools.tool import ArgumentError, tool
from sre_tui.views.topology_graph import Link, Thing, graph_of, link_of, named
from sre_tui.views.topology_words import NO_SUPPORT, carried, lines_about, lines_of_all

PARTS: Final = frozenset(
    {"inventory", "cluster", "storages", "volumes", "node_disks", "replications", "datastores",
     "backup_tasks", "pools", "disks", "shares", "nas", "apps", "protection", "identity",
     "targets", "log_volume"}
)  # fmt: skip
"""Parts of the picture that say what stands on what."""
WINDOW: Final = timedelta(days=1)
"""How far back is looked for backups and for programs that write logs: once a day most do."""
_ORDER: Final = (
    SubjectKind.GUEST, SubjectKind.NODE, SubjectKind.NAS, SubjectKind.POOL, SubjectKind.DATASTORE,
    SubjectKind.STORAGE, SubjectKind.DISK, SubjectKind.CONTAINER, SubjectKind.SITE,
    SubjectKind.HOST, SubjectKind.DATASET, SubjectKind.SHARE,
)  # fmt: skip
"""What a name that several things have most likely means."""


class TopologyListing(Listing[Thing]):
    """Things and their links: around what was asked for, or all there are."""

    asked: str = ""
    focus: tuple[str, ...] = ()
    """Keys of what that names; all if empty."""
    links: tuple[Link, ...] = ()

    def gist(self) -> str:
        """What it is about."""
        if self.focus:
            return f"{', '.join(self.focus)}: {self.counted('thing')}, {len(self.links)} links"
        return with_first(self.counted("thing"), (thing.key for thing in self.items))


def _render(answer: ToolResult[TopologyListing], view: ModelView) -> str:
    data = answer.data
    topology = graph_of(data.items, data.links)
    about = ", ".join(
        f"{named(thing.subject, topology)} [{thing.key}]"
        for thing in data.items
        if thing.key in data.focus
    )
    page = page_of(
        answer,
        view,
        f"What {about or 'everything'} stands on and carries, from {sources_text(answer)}",
        nothing="Nothing is known.",
    )
    focus = [thing.subject for thing in data.items if thing.key in data.focus]
    page.rows = list(lines_about(topology, focus) if focus else lines_of_all(topology))
    return page.text()


@tool(
    "topology",
    render=_render,
    needs=("prometheus", "proxmox", "pbs", "truenas"),
    breadth="overview",
    examples=("topology media", "topology tank", "topology --json | jq '.data.links[]'"),
)
async def topology(
    context: ToolContext,
    name: Annotated[
        Words,
        Field(description="Guest, node, pool, disk, share, container or site; all if empty."),
        Positional("GUEST|POOL|NODE", words=True),
        Completes("guest|node|pool|datastore|disk|storage"),
    ] = "",
) -> ToolResult[TopologyListing]:
    """Show what something stands on down to the disks, and what stands on it up to the sites."""
    from sre_tui.diagnosis.picture.gather import Wanted, take_picture
    from sre_tui.diagnosis.topology.build import build_topology

    now = context.clock()
    wanted = Wanted(end=now, start=now - WINDOW, parts=PARTS)
    picture = await take_picture(context, wanted)
    known = build_topology(picture)
    asked = name.strip()
    sources = picture.sources()
    if asked and not any(source.state.has_data for source in sources):
        # Where nobody answers, no name is wrong.
        data = TopologyListing(asked=asked)
    elif not asked:
        data = TopologyListing(
            items=tuple(_thing(one) for one in known.subjects()),
            total=len(known.subjects()),
            links=tuple(link_of(edge) for edge in known.edges),
        )
    else:
        focus, others = _meant(known, asked)
        if not focus:
            sure = knows_every_name(picture)
            raise ArgumentError(no_such_subject(asked, known, sure=sure))
        data = _around(known, asked, focus, others)
    hints = (*data.hints, *_missing(context, data))
    return result(data.model_copy(update={"hints": hints}), sources, now=now)


def _missing(context: ToolContext, data: TopologyListing) -> tuple[str, ...]:
    """Who is not configured that would tell more, where nothing stands on what was asked for."""
    touched = {key for link in data.links for key in (link.dependent, link.on)}
    if touched and (not data.focus or touched & set(data.focus)):
        return ()
    lacking = [
        TITLES[name]
        for name in ("proxmox", "pbs", "truenas")
        if not getattr(context.settings, name)
    ]
    if not lacking:
        return ()
    return (f"{', '.join(lacking)} would tell what stands on what: not configured",)


def _thing(subject: Subject, below: int | None = None, above: int | None = None) -> Thing:
    return Thing(key=subject.key, kind=subject.kind, name=subject.name, below=below, above=above)


def _meant(known: Topology, asked: str) -> tuple[list[Subject], list[Subject]]:
    """What a name means most likely, and what else has it."""
    kind, colon, rest = asked.partition(":")
    if colon and kind in {each.value for each in SubjectKind}:
        exact = Subject(kind=SubjectKind(kind), name=rest)
        if exact in known:
            return [exact], []
    found = known.named(asked)
    if not found:
        return [], []
    first = min(found, key=_likely).kind
    return [one for one in found if one.kind is first], [
        one for one in found if one.kind is not first and one.kind is not SubjectKind.TARGET
    ]


def _likely(one: Subject) -> int:
    return _ORDER.index(one.kind) if one.kind in _ORDER else len(_ORDER)


def _around(
    known: Topology, asked: str, focus: Sequence[Subject], others: Iterable[Subject]
) -> TopologyListing:
    below, above = _nearest_of(known, focus)
    things = [_thing(one, below.get(one), above.get(one)) for one in {**below, **above}]
    edges = [edge for edge in known.edges if _belongs(edge, below, above)]
    hints = [f"{named(one, known)} has the same name: ask for {one.key}" for one in sorted(others)]
    return TopologyListing(
        items=tuple(sorted(things, key=_rank)),
        total=len(things),
        hints=tuple(hints),
        asked=asked,
        focus=tuple(one.key for one in focus),
        links=tuple(link_of(edge) for edge in edges),
    )


def _nearest_of(
    known: Topology, focus: Iterable[Subject]
) -> tuple[dict[Subject, int], dict[Subject, int]]:
    below: dict[Subject, int] = {}
    above: dict[Subject, int] = {}
    for subject in focus:
        for found, reached in (
            (known.dependencies(subject), below),
            (known.dependents(subject, NO_SUPPORT), above),
        ):
            for one, steps in found.items():
                reached[one] = min(steps, reached.get(one, steps))
        for edge in carried(known, subject, subject):
            above.setdefault(edge.dependent, 1)
    return below, above


def _belongs(edge: Edge, below: dict[Subject, int], above: dict[Subject, int]) -> bool:
    if edge.dependent in below:
        return True
    return edge.on in above and edge.dependent in above


def _rank(thing: Thing) -> tuple[bool, int, str]:
    if thing.below is not None:
        return False, thing.below, thing.key
    return True, thing.above or 0, thing.key
