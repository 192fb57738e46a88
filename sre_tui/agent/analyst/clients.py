"""Devices that people use a homelab with, and that no backend knows."""

from __future__ import annotations

from typing import Final

CLIENTS: Final = frozenset(
    {"mac", "macs", "macbook", "macbooks", "imac", "imacs", "laptop", "laptops", "notebook",
     "notebooks", "desktop", "desktops", "pc", "pcs", "iphone", "iphones", "ipad", "ipads",
     "android", "tablet", "tablets", "windows", "chromecast", "browser", "phone", "phones", "tv"}
)  # fmt: skip
"""What people use a homelab with: no part of it, unless something is called just so."""

__all__ = ["CLIENTS"]
