"""Points as backends deliver them, made fit for arithmetic: sorted, finite, without repetitions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats: TypeAlias = NDArray[Any]

Points: TypeAlias = Sequence[tuple[datetime, float]]
"""Moments (aware) with the value then, in any order."""


@dataclass(frozen=True)
class Course:
    """A series as arrays, ascending in time.

    Attributes:
        times: Unix seconds.
        values: finite, as many as times.
        left_out: points that were NaN, infinite, or of a moment that was there already.
        resets: times a counter began anew.
    """

    times: Floats
    values: Floats
    left_out: int = 0
    resets: int = 0

    def __len__(self) -> int:
        return len(self.times)

    @property
    def span(self) -> float:
        """Seconds from the first point to the last."""
        return float(self.times[-1] - self.times[0]) if len(self.times) else 0.0

    def since(self, moment: float) -> Course:
        """The part from a moment on."""
        kept = self.times >= moment
        return Course(self.times[kept], self.values[kept], self.left_out, self.resets)

    def before(self, moment: float) -> Course:
        """The part before a moment."""
        kept = self.times < moment
        return Course(self.times[kept], self.values[kept], self.left_out, self.resets)


def course_of(points: Points) -> Course:
    """Sort, and leave out what is no number; of two points of one moment the later given counts."""
    import numpy as np

    # Beyond that, squares and differences would overflow.
    huge = 1e150
    times = np.array([at.timestamp() for at, _ in points], dtype=np.float64)
    values = np.array([value for _, value in points], dtype=np.float64)
    fine = np.abs(values) < huge
    times, values = times[fine], values[fine]
    order = np.argsort(times, kind="stable")
    times, values = times[order], values[order]
    last_of_moment = np.append(np.diff(times) > 0, True)[: len(times)]
    times, values = times[last_of_moment], values[last_of_moment]
    return Course(times, values, left_out=len(points) - len(times))


def rates_of(course: Course) -> Course:
    """Change per second of a counter; after a reset it is taken to have begun at zero."""
    import numpy as np

    if len(course) < 2:
        return Course(course.times[:0], course.values[:0], course.left_out)
    risen = np.diff(course.values)
    reset = risen < 0
    risen = np.where(reset, np.maximum(course.values[1:], 0.0), risen)
    return Course(
        course.times[1:], risen / np.diff(course.times), course.left_out, int(reset.sum())
    )


def moment_of(seconds: float) -> datetime:
    """Unix seconds as an aware UTC time."""
    return datetime.fromtimestamp(seconds, UTC)


def binned(course: Course, start: float, step: float, bins: int) -> Course:
    """Medians of equally wide bins, at their middles; empty bins are left out."""
    import numpy as np

    place = np.floor((course.times - start) / step).astype(np.int64)
    inside = (place >= 0) & (place < bins)
    place, values = place[inside], course.values[inside]
    filled, first = np.unique(place, return_index=True)
    if len(filled) == len(place):
        medians = values
    else:
        medians = np.array([np.median(part) for part in np.split(values, first[1:])])
    return Course(start + (filled + 0.5) * step, medians, course.left_out, course.resets)
