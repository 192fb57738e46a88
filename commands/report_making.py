"""Makes a report for a command, and says meanwhile what it still waits for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from commands.diagnostics import ExitCode, Problem
from commands.progress import Progress
from providers.reading import State
from sre_tui.settings import LlmSettings

if TYPE_CHECKING:
    from commands.invocation import Invocation
    from sre_tui.memory.report import Report
    from sre_tui.memory.report_sections import Heading, SectionState
    from sre_tui.settings import Settings

_STEP: Final = "collecting sections of the report"


def check_backends(settings: Settings) -> None:
    """Refuse to report on nothing.

    Raises:
        Problem: if no backend is configured.
    """
    if not settings.configured:
        raise Problem(
            "no backend is configured, so there is nothing to report on",
            code=State.NOT_CONFIGURED.value,
            exit_code=ExitCode.USAGE,
            hint="`sre config init` makes a settings file; on the simulated homelab: "
            "sre --demo report",
        )


def made_report(invocation: Invocation, days: int | None, *, no_llm: bool, quiet: bool) -> Report:
    """Make a report, not archived yet.

    Args:
        invocation: settings, and where it is said how far it is.
        days: how far back it looks; as the settings say if None.
        no_llm: whether the built-in analyst writes the summary whatever is configured.
        quiet: whether nothing is said of how far it is.
    """
    from sre_tui.report.collect import SECTIONS
    from sre_tui.report.make import make_report

    progress = Progress(invocation, quiet=quiet)
    missing: list[Heading] = list(SECTIONS)

    def tell() -> None:
        # What is not a section comes beside them or after: baselines, and the summary.
        waits_for = ", ".join(missing) or "the summary"
        progress(_STEP, len(SECTIONS) - len(missing), len(SECTIONS), waits_for)

    def told(heading: Heading, state: SectionState) -> None:
        missing.remove(heading)
        tell()

    tell()
    try:
        return invocation.run(
            lambda tools: make_report(
                tools, days=days, llm=LlmSettings() if no_llm else None, told=told
            )
        )
    finally:
        progress.finish()
