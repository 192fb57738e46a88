"""What a pane says about its data: cause, next step, age."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from providers.reading import OLD_DATA, SourceStatus, State
from sre_tui.live.standing import Standing
from widgets.pane import PaneKind, PaneState

_RIGHTS: Final[Mapping[str, str]] = {
    "grafana": "role Viewer of the service account (GRAFANA_SERVICE_ACCOUNT_TOKEN)",
    "prometheus": "login at the proxy (PROMETHEUS_USERNAME and _PASSWORD, or PROMETHEUS_TOKEN)",
    "loki": "tenant or login at the proxy (LOKI_TENANT, LOKI_TOKEN)",
    "proxmox": "role PVEAuditor for the token and its user (PROXMOX_API_TOKEN)",
    "pbs": "role Audit for the token and its user (PBS_API_TOKEN)",
    "truenas": "privilege Readonly Admin for the key's account (TRUENAS_API_KEY)",
}
"""What a backend asks for, by its name."""
_FRESH: Final = 10.0
"""Seconds for which the age of something incomplete is not worth a figure."""
_DOCTOR: Final = "`sre doctor` says what to mend"


def pane_state(data: Standing | None, now: datetime, *, rows: int, nothing: str) -> PaneState:
    """The state of a pane that shows `rows` rows.

    Args:
        data: how far what is shown can be trusted; None if nothing came yet.
        now: aware UTC time the age is counted to.
        rows: how many rows there are before filtering.
        nothing: said when all sources answered and there is no row.
    """
    if data is None:
        return PaneState(PaneKind.LOADING, "Asking the sources…")
    age = None
    if data.observed_at is not None:
        age = max(0.0, (now - data.observed_at).total_seconds())
    troubles = data.troubles
    match data.state:
        case State.OK if rows:
            return PaneState(PaneKind.READY)
        case State.OK:
            asked = ", ".join(source.source for source in data.sources)
            return PaneState(PaneKind.EMPTY, nothing, f"{asked} answered" if asked else "")
        case State.PARTIAL:
            old = age if age is not None and age >= _FRESH else None
            return PaneState(PaneKind.PARTIAL, _missing(troubles), _details(troubles), age_s=old)
        case State.STALE:
            names = ", ".join(one.source for one in troubles)
            then = "" if rows else ", and nothing was there then"
            headline = f"{names}: this is how it was{then}"
            return PaneState(PaneKind.STALE, headline, _details(troubles), age_s=age)
        case State.UNAUTHORIZED:
            refused = [one for one in troubles if one.state is State.UNAUTHORIZED]
            return PaneState(PaneKind.UNAUTHORIZED, _details(refused), _rights(refused), _DOCTOR)
        case State.NOT_CONFIGURED:
            return _not_configured(troubles)
        case _:
            return PaneState(PaneKind.ERROR, _heading(troubles), _details(troubles), _DOCTOR)


def _not_configured(troubles: Sequence[SourceStatus]) -> PaneState:
    names = [name for one in troubles for name in one.source.split(", ")]
    return PaneState(
        PaneKind.NOT_CONFIGURED,
        "No source is set up for this",
        " or ".join(f"{name.upper()}_URL" for name in names),
        "`sre config init` writes a settings file · `sre --demo` shows a simulated homelab",
    )


def _heading(troubles: Sequence[SourceStatus]) -> str:
    names = ", ".join(one.source for one in troubles)
    if any(one.state is State.BAD_RESPONSE for one in troubles):
        return f"{names} gave no usable answer"
    return f"{names} cannot be reached"


def _missing(troubles: Sequence[SourceStatus]) -> str:
    names = [one.source for one in troubles if not one.state.has_data]
    return f"without {', '.join(names)}" if names else "not all of it"


def _details(troubles: Sequence[SourceStatus]) -> str:
    # How old the data is, the frame counts on.
    reasons = (one.detail.partition(OLD_DATA)[0] for one in troubles)
    return " · ".join(dict.fromkeys(filter(None, reasons)))


def _rights(troubles: Sequence[SourceStatus]) -> str:
    backends = dict.fromkeys(one.source.partition(":")[0] for one in troubles)
    return "; ".join(_RIGHTS.get(name, name) for name in backends)
