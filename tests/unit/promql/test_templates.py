import math

import pytest

from sre_tui.demo.promql.templates import expand

LABELS = {"instance": "nas1:9100", "device": "sdc"}


@pytest.mark.parametrize(
    ("template", "value", "text"),
    [
        ("plain", 1, "plain"),
        ("{{ $labels.instance }} / {{$labels.device}}", 1, "nas1:9100 / sdc"),
        ("{{ .Labels.device }} {{ .Value }}", 2.5, "sdc 2.5"),
        ('{{ index $labels "device" }}', 1, "sdc"),
        ("[{{ $labels.missing }}]", 1, "[]"),
        ("{{ $value }}", 0.25, "0.25"),
        ("{{ $value }}", 3, "3"),
        ("{{ $value }}", 1e21, "1e+21"),
        ("{{ $value }}", 0.00001, "1e-05"),
        ("{{ $value }}", math.inf, "+Inf"),
        ("{{ $values.A.Value }} {{ $values.B }}", 7, "7 7"),
        ('{{ printf "%.2f" $value }}%', 12.3456, "12.35%"),
        ('{{ $value | printf "%.1f" }}', 12.3456, "12.3"),
        ('{{ printf "%s: %v" $labels.device $value }}', 2, "sdc: 2"),
        ("{{ humanize $value }}", 1234567, "1.235M"),
        ("{{ $value | humanize }}", 0.00123, "1.23m"),
        ("{{ $value | humanize }}", 0, "0"),
        ("{{ $value | humanize1024 }}B", 3 * 2**40, "3TiB"),
        ("{{ $value | humanizePercentage }}", 0.9251, "92.51%"),
        ("{{ $value | humanizeDuration }}", 90061, "1d 1h 1m 1s"),
        ("{{ $value | humanizeDuration }}", -3700, "-1h 1m 40s"),
        ("{{ $value | humanizeDuration }}", 90, "1m 30s"),
        ("{{ $value | humanizeDuration }}", 59.5, "59.5s"),
        ("{{ $value | humanizeDuration }}", 0.0123, "12.3ms"),
        ("{{ $value | humanizeTimestamp }}", 1795358687, "2026-11-22 14:44:47 +0000 UTC"),
        ("{{ $labels.device | toUpper }}", 1, "SDC"),
        ("{{- $labels.device -}}", 1, "sdc"),
    ],
)
def test_expands(template: str, value: float, text: str) -> None:
    assert expand(template, LABELS, value) == text


@pytest.mark.parametrize("action", ["query `up`", "if $value", "nothing", '$value | printf "%d%d"'])
def test_names_what_it_does_not_understand(action: str) -> None:
    text = expand(f"a {{{{ {action} }}}} b", LABELS, 1)
    assert text.startswith("a <error expanding template: ")
    assert text.endswith("> b")
