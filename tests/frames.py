"""A screen as a small SVG: letters where they stand, a ground only where it differs. Knows strips and inks.

A tenth of what a screenshot takes, so that a series of them can stand in the repository.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from itertools import groupby

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

WIDE, HIGH = 8.4, 18
"""Pixels of a cell."""
INK, GROUND = "#d7dae0", "#14161b"
"""Of what has no colour of its own."""
FONT = "ui-monospace,Menlo,Consolas,DejaVu Sans Mono,monospace"
HEAD = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height:g}"'
    ' viewBox="0 0 {width:g} {height:g}"><rect width="100%" height="100%" rx="6" fill="{ground}"/>'
    '<g font-family="{font}" font-size="14" xml:space="preserve">'
)

Look = tuple[str, str, bool]
"""Ink, ground, bold."""


def svg(strips: Sequence[Strip]) -> str:
    """The lines of a screen, one below the other."""
    width, height = max(strip.cell_length for strip in strips) * WIDE + 16, len(strips) * HIGH + 16
    out = [HEAD.format(width=width, height=height, ground=GROUND, font=FONT)]
    for y, strip in enumerate(strips):
        out += _line(strip, top=8 + y * HIGH)
    return "\n".join([*out, "</g></svg>"]) + "\n"


def _line(strip: Strip, *, top: int) -> Iterator[str]:
    x = 8.0
    for (ink, ground, bold), run in groupby(strip, key=_look):
        text = "".join(segment.text for segment in run)
        room = Segment(text).cell_length * WIDE
        if ground != GROUND:
            yield f'<rect x="{x:.1f}" y="{top}" width="{room:.1f}" height="{HIGH}" fill="{ground}"/>'
        if text.strip():
            bare = text.lstrip(" ")
            begin = x + (len(text) - len(bare)) * WIDE
            shown = bare.rstrip(" ")
            long = Segment(shown).cell_length * WIDE
            heavy = ' font-weight="bold"' if bold else ""
            yield (
                f'<text x="{begin:.1f}" y="{top + 14}" textLength="{long:.1f}" fill="{ink}"{heavy}>'
                f"{escape(shown, quote=False)}</text>"
            )
        x += room


def _look(segment: Segment) -> Look:
    style = segment.style or Style.null()
    ink = style.color.get_truecolor().hex if style.color else INK
    ground = style.bgcolor.get_truecolor().hex if style.bgcolor else GROUND
    return (ground, ink, bool(style.bold)) if style.reverse else (ink, ground, bool(style.bold))
