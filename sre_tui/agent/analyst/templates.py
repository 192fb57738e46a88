"""Every PromQL expression the analyst may ask, for comparing them with a real Prometheus."""

from __future__ import annotations

from collections.abc import Iterator

from sre_tui.agent.analyst.inventory import identity_query
from sre_tui.agent.analyst.quantities import quantity_templates
from sre_tui.agent.analyst.series_answers import metric_templates


def promql_templates() -> Iterator[str]:
    """The expressions, rendered with sample labels, each once."""

    def every() -> Iterator[str]:
        yield identity_query(["jellyfin"])
        yield from metric_templates()
        yield from quantity_templates()

    yield from dict.fromkeys(every())
