"""What the diagnosis goes by: bundled patterns and checks, and what the operator says of both.

The operator's own are YAML files in the folders ``patterns`` and ``checks`` of the config folder;
limits are in the settings.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sre_tui.settings import Settings

if TYPE_CHECKING:
    from sre_tui.diagnosis.checks.overrides import Overrides
    from sre_tui.diagnosis.investigate import Knowledge
    from sre_tui.diagnosis.patterns.load import Patterns
    from sre_tui.tools.context import ToolContext


def declared(
    settings: Settings, folder: Path, file: str = "settings"
) -> tuple[Patterns, Overrides]:
    """Every pattern and every check, with what the settings say of the checks.

    Args:
        settings: with the limits of checks.
        folder: the config folder.
        file: where the settings are written, for complaints.

    Raises:
        PatternError: if one of the operator's patterns has a mistake.
        OwnCheckError: if one of the operator's checks has a mistake.
        OverrideError: if the settings of checks have mistakes.
    """
    from sre_tui.diagnosis.checks import own
    from sre_tui.diagnosis.checks.overrides import Overrides
    from sre_tui.diagnosis.checks.registry import all_checks
    from sre_tui.diagnosis.patterns.load import with_own

    patterns = with_own(folder / "patterns")
    checks = own.with_own(all_checks(), folder / "checks", patterns)
    return patterns, Overrides.read(checks, settings.checks, file)


def knowledge_of(context: ToolContext) -> Knowledge:
    """Patterns, enabled checks and their limits as the operator has them.

    Raises:
        PatternError, OwnCheckError, OverrideError: see :func:`declared`.
    """
    from sre_tui.diagnosis.investigate import Knowledge

    patterns, overrides = declared(context.settings, context.folders.config)
    return Knowledge(
        patterns=patterns,
        checks=overrides.enabled(),
        limits=overrides.limits,
        queries=overrides.queries(),
    )
