"""A signal: something measured that is wrong beyond a threshold, declared as data."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal

from sre_tui.diagnosis.language.topics import Topic

PLACE: Final = "$S"
"""Where a selector takes further matchers, for example ``node_load1{$S}``."""

_EMPTY_SELECTOR = re.compile(r",?\s*\$S")


class Unit(StrEnum):
    """What a signal's value is measured in; one sweep holds signals of one unit."""

    RATIO = "ratio"
    SECONDS = "s"
    CELSIUS = "°C"
    COUNT = ""


@dataclass(frozen=True)
class Signal:
    """One thing worth looking at.

    Attributes:
        id: name of the signal, the value of the label ``signal`` in a sweep.
        kind: what it is a sign of, an id in :mod:`sre_tui.agent.analyst.kinds`.
        metrics: metrics that must exist for it to be asked.
        value: PromQL of the value; ``$S`` stands where a selector takes further matchers.
        sign: how the value is compared.
        threshold: from where on it is wrong, in ``unit``.
        unit: of value and threshold.
        says: what is wrong, with ``{value}`` and the subject's labels in braces.
        topics: what questions it belongs to.
        hold: seconds it must have been wrong before it counts.
        severity: 1 worth a note, 2 a problem, 3 an outage or loss of data near.
        lasting: False for what happens at a moment (a kill, a restart), which counts although it
            is over.
        asked: whether it is only looked at when a question has one of its topics.
    """

    id: str
    kind: str
    metrics: tuple[str, ...]
    value: str
    sign: Literal[">", "<", "=="]
    threshold: float
    unit: Unit
    says: str
    topics: tuple[Topic, ...]
    hold: float = 300.0
    severity: int = 2
    lasting: bool = True
    asked: bool = False

    def expression(self, matchers: str = "") -> str:
        """PromQL of the value.

        Args:
            matchers: further matchers for every selector, such as ``instance="media:9100"``.
        """
        if matchers:
            return self.value.replace(PLACE, matchers)
        return _EMPTY_SELECTOR.sub("", self.value)

    def breach(self) -> str:
        """PromQL that has a value only while the signal is beyond its threshold."""
        return (
            f'label_replace({self.expression()} {self.sign} {self.threshold:g}, "signal", '
            f'"{self.id}", "", "")'
        )
