"""Partial paints that draw the lines that changed, and of the widgets those that stand there.

Textual draws every widget between the topmost and the lowest change whole, and those behind it too, and
divides each line where any widget begins. Knows Textual's compositor and no widget of ours.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Generic, TypeVar

from rich.console import Console, ConsoleOptions, RenderResult
from textual._compositor import Compositor, CompositorUpdate
from textual.geometry import Region
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

Result = TypeVar("Result")

Piece = tuple[int, int, Strip]
"""Column, row, and what is to stand there."""
Gap = tuple[int, int]
"""Columns of a row that are still to be painted: the first, and the one beyond the last."""


class Lines(CompositorUpdate):
    """An update of pieces of lines."""

    __slots__ = ("pieces",)

    def __init__(self, pieces: Sequence[Piece]) -> None:
        self.pieces = pieces

    def render_segments(self, console: Console) -> str:
        """The pieces as they are sent where nobody keeps what is shown."""
        return "".join(f"\x1b[{y + 1};{x + 1}H{strip.render(console)}" for x, y, strip in self.pieces)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """As the toolkit would have it."""
        for _, _, strip in self.pieces:
            yield from strip


class FewLines(Compositor):
    """A compositor whose partial updates cost what they change."""

    def render_partial_update(self) -> Lines | None:  # pyright: ignore[reportIncompatibleMethodOverride]
        """What has to be painted; None if nothing."""
        regions = [region.intersection(self.size.region) for region in self._dirty_regions]
        self._dirty_regions.clear()
        spans = list(self._regions_to_spans(region for region in regions if region))
        if not spans:
            return None
        pieces = list(self._painted(spans))
        pieces.sort(key=lambda piece: (piece[1], piece[0]))
        return Lines(pieces)

    def _painted(self, spans: Sequence[tuple[int, int, int]]) -> Iterator[Piece]:
        """From the front to the back; what is covered already is painted no more."""
        gaps: dict[int, list[Gap]] = {}
        for y, first, last in spans:
            gaps.setdefault(y, []).append((first, last))
        for widget, (region, clip) in self.visible_widgets.items():
            if not gaps:
                return
            area = region.intersection(clip)
            rows = [y for y in gaps if area.y <= y < area.bottom and _inside(gaps[y], area)]
            for y, strip in _drawn(widget, region, area, sorted(rows)):
                for first, last in _inside(gaps[y], area):
                    whole = (first, last) == (area.x, area.right)
                    yield first, y, strip if whole else strip.crop(first - area.x, last - area.x)
                gaps[y] = _outside(gaps[y], area)
                if not gaps[y]:
                    del gaps[y]


def _drawn(widget: Widget, region: Region, area: Region, rows: Sequence[int]) -> Iterator[tuple[int, Strip]]:
    """Rows of a widget as wide as its area, neighbours drawn together."""
    start = 0
    for n in range(1, len(rows) + 1):
        if n < len(rows) and rows[n] == rows[n - 1] + 1:
            continue
        crop = Region(area.x - region.x, rows[start] - region.y, area.width, n - start)
        yield from zip(rows[start:n], widget.render_lines(crop), strict=False)
        start = n


def _inside(gaps: Sequence[Gap], area: Region) -> list[Gap]:
    """The parts of the gaps that are in the area."""
    cut = [(max(first, area.x), min(last, area.right)) for first, last in gaps]
    return [(first, last) for first, last in cut if first < last]


def _outside(gaps: Sequence[Gap], area: Region) -> list[Gap]:
    """The parts of the gaps that are beside the area."""
    left = [(first, min(last, area.x)) for first, last in gaps]
    right = [(max(first, area.right), last) for first, last in gaps]
    return [(first, last) for first, last in (*left, *right) if first < last]


class LeanScreen(Screen[Result], Generic[Result]):
    """A screen whose partial paints are such, and need no message from each widget."""

    def __init__(self) -> None:
        super().__init__()
        self._compositor = FewLines()
        self._paint_comes = False
        """Somebody has asked for the next paint."""

    def shows_next(self, widget: Widget) -> bool:
        """Take a widget into the next paint; whether somebody has asked for it already."""
        comes = self._paint_comes
        if widget in self._compositor:
            self._dirty_widgets.add(widget)
            self._paint_comes = True
        return comes

    def _on_timer_update(self) -> None:
        self._paint_comes = False
        super()._on_timer_update()

    def paint_now(self) -> None:
        """Paint what is marked so far without waiting for a beat: for what leaves every pane in its place."""
        if self._dirty_widgets and not self._layout_required:
            self._on_timer_update()
