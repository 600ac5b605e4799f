"""The second net: a line filter that takes out of every strip what could drive the terminal.

The first net is `deskterm.safe`; this one also covers widgets and texts that never met it. The line-drawn
widgets pass every run through `guarded` themselves.
"""

from __future__ import annotations

from re import Match

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


class Colourless(LineFilter):
    """For `App.get_line_filters` under NO_COLOR: attributes stay, not even the default colour is named."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The segments without any colour."""
        return [
            Segment(segment.text, segment.style.without_color if segment.style else None, segment.control)
            for segment in segments
        ]


def guarded(text: str) -> str:
    """`text` with a stand-in for each forbidden character that takes room, nothing for those without."""
    return text if _is_clean(text) else FORBIDDEN.sub(_stand_in, text)


def _is_clean(text: str) -> bool:
    return (text.isascii() and text.isprintable()) or not FORBIDDEN.search(text)


def _stand_in(found: Match[str]) -> str:
    return "" if found[0].isascii() else BROKEN * width(found[0])


def _cleaned(segment: Segment) -> Segment:
    if segment.control or _is_clean(segment.text):
        return segment
    return Segment(guarded(segment.text), segment.style, segment.control)
