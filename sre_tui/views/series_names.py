"""What a series is called."""

from __future__ import annotations

from providers.series import Labels, Series


def labels_text(labels: Labels) -> str:
    """Labels without the metric's name: ``instance=media:9100 job=node``."""
    return " ".join(f"{name}={value}" for name, value in sorted(labels.items()) if name[:2] != "__")


def series_name(row: Series) -> str:
    """A series by its metric and labels, or as a whole where it has neither."""
    parts = (row.labels.get("__name__", ""), labels_text(row.labels))
    return " ".join(part for part in parts if part) or "(all)"
