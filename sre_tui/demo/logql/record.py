"""One log line on its way through a pipeline."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

ERROR: Final = "__error__"
ERROR_DETAILS: Final = "__error_details__"


@dataclass
class Record:
    """A line and its labels by origin, as the pipeline has changed them so far."""

    time_ns: int
    line: str
    stream: dict[str, str]
    metadata: dict[str, str]
    parsed: dict[str, str] = field(default_factory=dict)
    error: str = ""
    error_details: str = ""

    def get(self, name: str) -> str:
        """A label's value, the latest origin first; empty when there is none."""
        if name == ERROR:
            return self.error
        if name == ERROR_DETAILS:
            return self.error_details
        for origin in (self.parsed, self.metadata, self.stream):
            if name in origin:
                return origin[name]
        return ""

    def set(self, name: str, value: str) -> None:
        """Sets a label as a stage does, whatever had the name before."""
        self.remove(name)
        self.parsed[name] = value

    def extract(self, name: str, value: str) -> None:
        """Adds what a parser found; a name the stream already has gets the suffix _extracted."""
        if name in self.stream or name in self.metadata:
            name = f"{name}_extracted"
        if name:
            self.parsed[name] = value

    def remove(self, name: str) -> None:
        """Forgets a label, errors included."""
        if name == ERROR:
            self.error = ""
        elif name == ERROR_DETAILS:
            self.error_details = ""
        for origin in (self.parsed, self.metadata, self.stream):
            origin.pop(name, None)

    def fail(self, kind: str, details: str) -> None:
        """Marks the line with an error; the first one stays."""
        if not self.error:
            self.error, self.error_details = kind, details

    @property
    def found(self) -> dict[str, str]:
        """What stages added to the line, errors included."""
        errors = {ERROR: self.error, ERROR_DETAILS: self.error_details} if self.error else {}
        return {**self.parsed, **errors}

    @property
    def labels(self) -> dict[str, str]:
        """All labels, errors included, empty values left out."""
        joined = {**self.stream, **self.metadata, **self.found}
        return {name: value for name, value in joined.items() if value != ""}


def format_labels(labels: Mapping[str, str]) -> str:
    """Labels in Loki's notation, sorted by name: ``{a="b", c="d"}``."""
    pairs = (
        f'{name}="{value}"'
        for name, value in sorted(
            (name, value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n"))
            for name, value in labels.items()
        )
    )
    return "{" + ", ".join(pairs) + "}"
