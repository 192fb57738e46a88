"""The one shape every tool answers in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, Generic, Literal, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from providers.reading import Reading, SourceStatus, State, joint_state
from sre_tui.views.human import count

SCHEMA_VERSION: Final = 1

RowT = TypeVar("RowT", bound=BaseModel)
DataT = TypeVar("DataT", bound=BaseModel)


class Listing(BaseModel, Generic[RowT]):
    """Rows, and what is to be known about those that are not among them."""

    model_config = ConfigDict(frozen=True)

    items: tuple[RowT, ...] = ()
    truncated: bool = False
    """Whether there are more rows than the limit let through."""
    total: int | None = None
    """How many rows there are in all, where the backend tells."""
    hints: tuple[str, ...] = ()
    """Why there may be nothing, or less than expected; only what fits this very case."""

    @property
    def shown(self) -> int:
        """How many rows there are here."""
        return len(self.items)

    def gist(self) -> str:
        """One line saying what was found, for lists of evidence; empty: its first row tells."""
        return ""

    def missing(self) -> str:
        """One line if the one thing that was asked for by its name is not there; else empty."""
        return ""

    def counted(self, noun: str, plural: str | None = None) -> str:
        """How many rows there are: ``nothing``, ``3 alerts``, ``the first 50 of 311 metrics``."""
        if not self.items:
            return "nothing"
        if self.truncated:
            of = f" of {self.total:,}" if self.total else ""
            return f"the first {len(self.items):,}{of} {plural or f'{noun}s'}"
        return count(len(self.items), noun, plural)


class ToolResult(BaseModel, Generic[DataT]):
    """A tool's answer: typed data, and how far each source behind it can be trusted.

    ``observed_at`` is the oldest point in time any of the data stands for.
    """

    model_config = ConfigDict(frozen=True)

    schema_version: Literal[1] = SCHEMA_VERSION
    tool: str = Field(default="")
    state: State
    observed_at: AwareDatetime
    sources: tuple[SourceStatus, ...]
    data: DataT

    @property
    def warnings(self) -> tuple[str, ...]:
        """One line for each source that is not fine, then the backends' own warnings."""
        troubles = [
            f"{source.source} {source.state.value.replace('_', ' ')}: {source.detail}"
            for source in self.sources
            if source.state is not State.OK
        ]
        said = [
            f"{source.source}: {warning}" for source in self.sources for warning in source.warnings
        ]
        return (*troubles, *said)


def result(
    data: DataT, readings: Sequence[Reading[Any] | SourceStatus], *, now: datetime
) -> ToolResult[DataT]:
    """Join what was gathered with the states of the readings it came from."""
    sources = tuple(
        reading if isinstance(reading, SourceStatus) else SourceStatus.of(reading)
        for reading in readings
    )
    with_data = [source.observed_at for source in sources if source.state.has_data]
    return ToolResult[Any](
        state=joint_state([source.state for source in sources]),
        observed_at=min(with_data, default=now),
        sources=sources,
        data=data,
    )
