"""Hostile texts for where each of them costs a screen: the short ones are one text together."""

from __future__ import annotations

from typing import Final

from tests.unit.widgets.hostile import EXAMPLES

_SHORT: Final = [text for text in EXAMPLES if 1 < len(text) < 1000]
MIXED: Final = " ".join(sorted(_SHORT, key=lambda text: "\n" not in text))
"""What breaks the line comes first, for where only the beginning is shown."""
FEW: Final = (MIXED, *(text for text in EXAMPLES if text not in _SHORT))
