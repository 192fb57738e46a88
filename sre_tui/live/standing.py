"""How far what several feeds brought can be trusted, taken together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from providers.reading import SourceStatus, State, joint_state
from sre_tui.live.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Standing:
    """State, sources and age of what is shown.

    Attributes:
        state: how far all of it can be trusted.
        sources: every source that was asked, once.
        observed_at: the oldest moment any of the data is from; None if there is none.
    """

    state: State
    sources: tuple[SourceStatus, ...]
    observed_at: datetime | None

    @property
    def troubles(self) -> tuple[SourceStatus, ...]:
        """The sources that are not fine."""
        return tuple(source for source in self.sources if source.state is not State.OK)


def standing(snapshots: Iterable[Snapshot | None]) -> Standing | None:
    """The standing of what came; None while nothing did.

    What nobody is set up to be asked for counts only if that holds for all of it.
    """
    came = [one for one in snapshots if one is not None]
    told = [one for one in came if one.state is not State.NOT_CONFIGURED] or came
    if not told:
        return None
    statuses: dict[str, SourceStatus] = {}
    for one in told:
        given = one.sources if one.trouble is None else (one.trouble,)
        for status in given:
            known = statuses.get(status.source)
            statuses[status.source] = status if known is None else _worse(known, status)
    with_data = [
        one.result.observed_at for one in told if one.result is not None and one.state.has_data
    ]
    return Standing(
        joint_state([one.state for one in told]),
        tuple(statuses.values()),
        min(with_data, default=None),
    )


def _worse(known: SourceStatus, other: SourceStatus) -> SourceStatus:
    if known.state is State.OK:
        return other
    return known if other.state is State.OK or known.state is not State.PARTIAL else other
