"""A part of the picture: what all instances of one backend answered to one question."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from providers.reading import Reading, State

T = TypeVar("T")


@dataclass(frozen=True)
class Part(Generic[T]):
    """Readings of one question, one per instance; none if the backend is not configured.

    Attributes:
        readings: in the order of the settings.
        asked: whether the question was put at all.
    """

    readings: tuple[Reading[T], ...] = ()
    asked: bool = True

    @property
    def configured(self) -> bool:
        """Whether there is an instance to ask."""
        return bool(self.readings)

    @property
    def complete(self) -> bool:
        """Whether every instance told everything, now: only then is an absence a fact."""
        return self.configured and all(reading.state is State.OK for reading in self.readings)

    @property
    def seen(self) -> bool:
        """Whether any instance told anything."""
        return any(reading.data is not None for reading in self.readings)

    def __iter__(self) -> Iterator[T]:
        return (reading.data for reading in self.readings if reading.data is not None)

    def with_source(self) -> Iterator[tuple[str, T]]:
        """Data by instance."""
        for reading in self.readings:
            if reading.data is not None:
                yield reading.source, reading.data

    def troubled(self) -> Iterator[Reading[T]]:
        """Readings that are missing, old or incomplete."""
        return (reading for reading in self.readings if reading.state is not State.OK)


def refilled(reading: Reading[Any], data: T | None) -> Reading[T]:
    """The same reading with a part of its data, or something made of it."""
    return Reading[Any](
        source=reading.source,
        state=reading.state,
        observed_at=reading.observed_at,
        data=data,
        detail=reading.detail,
        warnings=reading.warnings,
    )
