"""Why the demo cannot do what was asked."""

from __future__ import annotations


class DemoError(Exception):
    """The demo cannot run or does not obey; the text says why."""
