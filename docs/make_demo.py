"""Renew the tables of demo.md from the fault kinds and the bundled scenarios: ``make docs``.

The prose between the tables is written by hand; each table stands between two comments that name
it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from sre_tui.demo.faults.catalogue import KindOption, described_kinds
from sre_tui.demo.scenario_load import list_scenarios
from sre_tui.demo.truth_kinds import OTHER_KINDS

FILE: Final = Path(__file__).with_name("demo.md")
_TITLES: Final = {
    "prometheus": "Prometheus",
    "grafana": "Grafana",
    "loki": "Loki",
    "proxmox": "Proxmox VE",
    "pbs": "PBS",
    "truenas": "TrueNAS",
}


def document(text: str) -> str:
    """The text with its tables as they should be."""
    tables = (("faults", _faults()), ("scenarios", _scenarios()), ("causes", _causes()))
    for name, lines in tables:
        begin, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->\n"
        before, _, rest = text.partition(begin)
        after = rest.partition(end)[2]
        text = "".join((before, begin, *(f"{line}\n" for line in lines), end, after))
    return text


def _faults() -> Iterator[str]:
    yield "| fault | hits | what happens | its own options, with what they are if left out |"
    yield "|---|---|---|---|"
    for each in described_kinds():
        options = "; ".join(_option(option) for option in each.options)
        yield f"| `{each.kind}` | {each.target} | {each.effect} | {options} |"


def _option(option: KindOption) -> str:
    default = option.default
    if default is None:
        return f"`{option.name}`: {option.description}"
    shown = str(default).lower() if isinstance(default, bool) else default
    return f"`{option.name}`: {option.description} (`{shown}`)"


def _scenarios() -> Iterator[str]:
    yield "| scenario | what happens | visible in |"
    yield "|---|---|---|"
    for each in list_scenarios():
        if each.half == "reporting":
            continue
        seen = {sight.backend for sight in each.visible}
        backends = ", ".join(title for name, title in _TITLES.items() if name in seen)
        yield f"| `{each.id}` | {each.title} | {backends} |"


def _causes() -> Iterator[str]:
    yield "| cause | what it means | true of |"
    yield "|---|---|---|"
    for name, kind in sorted(OTHER_KINDS.items()):
        subjects = ", ".join(dict.fromkeys(subject.value for subject in kind.subjects))
        yield f"| `{name}` | {kind.meaning} | {subjects} |"


if __name__ == "__main__":
    FILE.write_text(document(FILE.read_text(encoding="utf-8")), encoding="utf-8")
