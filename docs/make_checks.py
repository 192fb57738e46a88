"""Writes docs/checks.md: every check with its limits, from the checks themselves."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import groupby

from sre_tui.diagnosis.checks.check import Check, Limits
from sre_tui.diagnosis.checks.registry import all_checks
from sre_tui.views.human import duration
from sre_tui.views.units import with_unit

INTRODUCTION = """\
# Checks

What `sre check`, `sre status` and `sre investigate` look for. The table is made by
`python docs/make_checks.py > docs/checks.md`.

A value is wrong beyond its trigger for as long as the delay says, and right again at its clear
level. Limits are altered in `config.toml`, in base units (shares 0..1, seconds, bytes, degrees
Celsius), for all subjects or for one:

```toml
[checks.pool-fill]
trigger = 0.85
[checks.pool-fill.subjects."nas1/tank"]
trigger = 0.95
[checks.app-updates]
enabled = false
```

Checks marked with * only help to find a cause; `sre check --all` shows what they find.
"""
_SHOWN = {"ratio": "ratio", "s": "s", "bytes": "B", "celsius": "°C"}


def document() -> str:
    """The page."""
    return "\n".join([INTRODUCTION, *_areas()])


def _areas() -> Iterator[str]:
    for area, checks in groupby(all_checks(), key=lambda check: check.area):
        yield f"## {area.capitalize()}\n"
        yield "| check | finds | severity | trigger | clear | delay | why it matters |"
        yield "|---|---|---|---|---|---|---|"
        yield from (_row(check) for check in checks)
        yield ""


def _row(check: Check) -> str:
    limits = check.limits
    mark = " *" if check.diagnostic else ""
    cells = [f"`{check.id}`{mark}", check.title, check.severity.value]
    if limits is None:
        cells += ["state", "", ""]
    else:
        trigger = f"{limits.sign} {_value(limits.trigger, limits)}"
        clear = "" if limits.clear is None else _value(limits.clear, limits)
        cells += [trigger, clear, duration(limits.delay) if limits.delay else ""]
    return f"| {' | '.join([*cells, check.why])} |"


def _value(value: float, limits: Limits) -> str:
    return with_unit(value, _SHOWN.get(limits.unit))


if __name__ == "__main__":
    sys.stdout.write(document())
