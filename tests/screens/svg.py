"""Snapshots of a screen as SVG, one file each, so that a diff can be looked at."""

from __future__ import annotations

from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode
from textual.app import App


class SvgSnapshot(SingleFileSnapshotExtension):
    """Compares and stores one SVG file for each snapshot."""

    _write_mode = WriteMode.TEXT
    file_extension = "svg"


def svg_of(app: App[None]) -> str:
    """The screen as it is drawn now."""
    return app.export_screenshot(title="snapshot")


def text_of(app: App[None]) -> str:
    """The plain text of the screen, one line a row."""
    return "\n".join(
        "".join(segment.text for segment in strip).rstrip()
        for strip in app.screen._compositor.render_strips()
    )
