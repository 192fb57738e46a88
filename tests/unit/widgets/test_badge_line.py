from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from widgets.badge_line import GAP, LineBadge, fit_badges
from widgets.cell import Tone

FINE = ("prometheus", "grafana", "proxmox", "pbs")


def _line(*badges: LineBadge, width: int) -> str:
    return (" " * GAP).join(text for text, _ in fit_badges(badges, width))


def _ok(name: str, note: str = "") -> LineBadge:
    return LineBadge(f"{name}:main", Tone.OK, "", name, note)


LOKI = LineBadge("loki:main", Tone.ERROR, "unreachable", "loki")
NAS = LineBadge("truenas:main", Tone.STALE, "stale", "truenas", "2 min")


def test_notes_go_first_then_long_names_in_the_order_given() -> None:
    badges = (_ok("grafana", "40 s"), NAS, LOKI)
    assert _line(*badges, width=80) == (
        "✓ grafana:main 40 s  ◌ truenas:main stale 2 min  ✗ loki:main unreachable"
    )
    assert (
        _line(*badges, width=70) == "✓ grafana:main  ◌ truenas:main stale  ✗ loki:main unreachable"
    )
    assert _line(*badges, width=50) == "✓ grafana  ◌ truenas stale  ✗ loki unreachable"


def test_the_worst_are_named_and_the_rest_is_counted() -> None:
    badges = (*(_ok(name) for name in FINE), NAS, LOKI)
    assert _line(*badges, width=60) == (
        "✗ loki unreachable  ◌ truenas stale  ✓ prometheus  ✓ +3 ok"
    )
    assert _line(*badges, width=45) == "✗ loki unreachable  ◌ truenas stale  ✓ +4 ok"
    assert _line(*badges, width=30) == "✗ loki  ◌ truenas  ✓ +4 ok"
    assert _line(*badges, width=20) == "✗ loki  ◌ +5 more"
    assert _line(*badges, width=8) == "✗ 6 more"
    assert _line(*badges, width=3) == ""


def test_all_well_is_one_number_at_the_least() -> None:
    assert _line(*(_ok(name) for name in FINE), width=6) == "✓ 4 ok"
    assert _line(width=40) == ""


_BADGES = st.lists(
    st.builds(
        LineBadge,
        name=st.text(min_size=1, max_size=12),
        tone=st.sampled_from(Tone),
        word=st.sampled_from(["", "stale", "unreachable"]),
        short=st.text(max_size=6),
        note=st.sampled_from(["", "10 s"]),
    ),
    max_size=9,
)


@given(badges=_BADGES, width=st.integers(0, 200))
def test_nothing_is_ever_cut(badges: list[LineBadge], width: int) -> None:
    shown = fit_badges(badges, width)
    assert not shown or sum(cell_len(text) + GAP for text, _ in shown) - GAP <= width
    errors = any(badge.tone is Tone.CRITICAL for badge in badges)
    assert not errors or not shown or Tone.CRITICAL in [tone for _, tone in shown]
