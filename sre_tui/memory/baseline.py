"""What is usual for a metric of a host, as a whole or at an hour, as it is kept."""

from __future__ import annotations

from typing import Final

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

WHOLE_WEEK: Final = -1
"""Stands for the hour where a baseline is about all of them."""


class Baseline(BaseModel):
    """Statistics of one series; values in the metric's own base unit."""

    model_config = ConfigDict(frozen=True)

    metric: str
    host: str = ""
    """Empty for a metric that is of no host."""
    hour: int = Field(default=WHOLE_WEEK, ge=WHOLE_WEEK, le=167)
    """Hour of the week in UTC, 0 for Monday at midnight; -1 for all. Of the day where the window is
    shorter than three weeks."""
    median: float = Field(allow_inf_nan=False)
    spread: float = Field(ge=0, allow_inf_nan=False)
    """Standard deviation, by the median distance from the median."""
    p95: float = Field(allow_inf_nan=False)
    least: float = Field(allow_inf_nan=False)
    most: float = Field(allow_inf_nan=False)
    samples: int = Field(ge=1)
    since: AwareDatetime
    """Beginning of the window it was computed from."""
    until: AwareDatetime
    computed: AwareDatetime
