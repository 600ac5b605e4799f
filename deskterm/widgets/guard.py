"""The second net: a line filter that takes out of every strip what could drive the terminal.

The first net is `deskterm.safe`; this one also covers widgets and texts that never met it.
"""

from __future__ import annotations

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from deskterm.safe import FORBIDDEN, width

BROKEN = "?"


class LineGuard(LineFilter):
    """For `App.get_line_filters`: no forbidden character leaves, and no line changes its width."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The segments without forbidden characters; those without any are handed back as they are."""
        if all(_is_clean(segment.text) for segment in segments):
            return segments
        return [_cleaned(segment) for segment in segments]


def _is_clean(text: str) -> bool:
    return (text.isascii() and text.isprintable()) or not FORBIDDEN.search(text)


def _cleaned(segment: Segment) -> Segment:
    """A stand-in for each character that takes room in the layout, nothing for those that take none."""
    if segment.control or _is_clean(segment.text):
        return segment
    text = FORBIDDEN.sub(
        lambda found: BROKEN * width(found[0]) if not found[0].isascii() else "", segment.text
    )
    return Segment(text, segment.style, segment.control)
