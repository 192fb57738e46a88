"""`sre demo break` and `sre demo mend`: backends of the running demo fail and recover."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from typer.core import TyperCommand

from commands.demo_homelab import running
from commands.diagnostics import ExitCode, Problem
from commands.main import invocation_of
from sre_tui.settings.model import BACKENDS

if TYPE_CHECKING:
    from sre_tui.demo.runtime.state import DemoState
    from sre_tui.environment import Folders

FAULTS: Final[Mapping[str, str]] = {
    "timeout": "takes the request and never answers",
    "slow": "answers, but seconds late",
    "401": "does not know the credentials",
    "403": "knows them, but a right is missing",
    "500": "fails inside",
    "503": "is up, but not ready",
    "html": "shows the page of a proxy or a login instead of data",
    "cut": "ends in the middle of its answer",
    "garbage": "sends bytes that are no JSON",
    "redirect": "leads to a login page",
    "refuse": "does not listen at all",
    "tls": "shows a certificate that nobody trusts; only backends that speak HTTPS",
}
"""What each way to fail looks like from outside."""


def _complete_backend(incomplete: str) -> list[str]:
    return [name for name in BACKENDS if name.startswith(incomplete)]


def _complete_fault(incomplete: str) -> list[str]:
    from sre_tui.demo.runtime.fault_modes import FAULT_MODES

    return [mode for mode in FAULT_MODES if mode.startswith(incomplete)]


_BACKEND_ARGUMENT = Annotated[
    str,
    typer.Argument(
        metavar="BACKEND",
        help=f"One of: {', '.join(BACKENDS)}.",
        autocompletion=_complete_backend,
    ),
]
_HOW_OPTION = Annotated[
    str,
    typer.Option(
        "--how",
        metavar="WAY",
        help="The way it fails; see below.",
        autocompletion=_complete_fault,
    ),
]


class _BreakCommand(TyperCommand):
    """Its help also says what the ways to fail are."""

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        from sre_tui.demo.runtime.fault_modes import FAULT_MODES

        with formatter.section("Ways to fail"):
            formatter.write_dl([(mode, FAULTS[mode]) for mode in FAULT_MODES])


def add_faults(app: typer.Typer) -> None:
    """Add the commands to the group."""
    app.command(
        "break",
        cls=_BreakCommand,
        help="Let a backend of the running demo fail, to see how everything else bears it.\n\n"
        "Examples:\n\n\b\n  sre demo break loki --how timeout\n  sre demo mend loki",
    )(break_)
    app.command(
        help="Let a broken backend work again, or all of them.\n\n"
        "Examples:\n\n\b\n  sre demo mend\n  sre demo mend grafana && sre --demo alerts",
    )(mend)


def break_(context: typer.Context, backend: _BACKEND_ARGUMENT, how: _HOW_OPTION = "500") -> None:
    """Inject a fault until it is mended."""
    from sre_tui.demo.runtime.fault_modes import FAULT_MODES
    from sre_tui.demo.runtime.remote import break_backend
    from sre_tui.nearest import nearest

    mode = next((mode for mode in FAULT_MODES if mode == how), None)
    if mode is None:
        close = nearest(how, FAULT_MODES, limit=1)
        raise Problem(
            f"a backend cannot fail by {how!r}" + (f"; did you mean {close[0]}?" if close else ""),
            code="usage",
            exit_code=ExitCode.USAGE,
            hint=f"allowed: {', '.join(FAULT_MODES)}",
        )
    invocation = invocation_of(context)
    break_backend(_demo_with(backend, invocation.environment.folders), backend, mode)
    invocation.narrator.say(f"{backend} now fails ({how}); `sre demo mend {backend}` ends it")


def mend(
    context: typer.Context,
    backend: Annotated[
        str | None,
        typer.Argument(
            metavar="BACKEND",
            help=f"One of: {', '.join(BACKENDS)}; all that are broken if left out.",
            autocompletion=_complete_backend,
        ),
    ] = None,
) -> None:
    """Take injected faults away."""
    from sre_tui.demo.runtime.remote import faults_of, mend_backend

    invocation = invocation_of(context)
    folders = invocation.environment.folders
    if backend is not None:
        mend_backend(_demo_with(backend, folders), backend)
        invocation.narrator.say(f"{backend} works again")
        return
    state = running(folders)
    broken = list(faults_of(state))
    for name in broken:
        mend_backend(state, name)
    word = "works" if len(broken) == 1 else "work"
    invocation.narrator.say(f"{', '.join(broken)} {word} again" if broken else "nothing is broken")


def _demo_with(backend: str, folders: Folders) -> DemoState:
    from sre_tui.nearest import nearest

    state = running(folders)
    if backend not in state.backends:
        close = nearest(backend, state.backends, limit=1)
        raise Problem(
            f"the demo has no backend {backend!r}"
            + (f"; did you mean {close[0]}?" if close else ""),
            code="usage",
            exit_code=ExitCode.USAGE,
            hint=f"it has {', '.join(state.backends)}",
        )
    return state
