"""One measured line of the table, and how its pieces are timed."""

from __future__ import annotations

import statistics
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Measured:
    """What was measured, and against what.

    Attributes:
        what: the thing a user waits for.
        seconds: its time.
        floor: what it is compared with.
        floor_seconds: the floor's time, in the same run.
        ratio_budget: how many times the floor it may take.
        seconds_budget: how long it may take at most, where the budget is a time.
        unit: of what is shown, a thousandth of what the figures are in: MB where they are GB.
    """

    what: str
    seconds: float
    floor: str
    floor_seconds: float
    ratio_budget: float | None = None
    seconds_budget: float | None = None
    unit: str = "ms"

    @property
    def ratio(self) -> float:
        """How many times the floor."""
        return self.seconds / self.floor_seconds

    @property
    def kept(self) -> bool:
        """Whether it stays within its budget."""
        slow = self.ratio_budget is not None and self.ratio > self.ratio_budget
        late = self.seconds_budget is not None and self.seconds > self.seconds_budget
        return not (slow or late)

    @property
    def budget(self) -> str:
        """The budget in words."""
        parts = []
        if self.ratio_budget is not None:
            parts.append(f"{self.ratio_budget:g} x")
        if self.seconds_budget is not None:
            parts.append(f"{self.seconds_budget * 1000:g} {self.unit}")
        return ", ".join(parts)


def seconds(call: Callable[[], object]) -> float:
    """How long a call takes."""
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def in_turns(
    first: Callable[[], object], second: Callable[[], object], rounds: int = 9
) -> tuple[float, float]:
    """Median times of two calls made in turns, so that a busy moment hits both; one unmeasured."""
    first()
    second()
    times = [(seconds(first), seconds(second)) for _ in range(rounds)]
    return statistics.median(a for a, _ in times), statistics.median(b for _, b in times)


def process(
    command: Sequence[str], variables: Mapping[str, str] | None = None
) -> Callable[[], object]:
    """A call that runs a process to its end and insists that it succeeds."""
    return lambda: subprocess.run(
        command,
        check=True,
        cwd=ROOT,
        env=None if variables is None else dict(variables),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
