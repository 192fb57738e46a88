"""The built-in analyst: answers questions from the tools' evidence, without a language model."""

from sre_tui.agent.analyst.analyst import BuiltInAnalyst
from sre_tui.agent.analyst.templates import promql_templates

__all__ = ["BuiltInAnalyst", "promql_templates"]
