"""What stands on the terminal is not written again: a paint is compared, cell by cell, with what was sent.

Textual paints every cell of a region that may have changed, and the whole screen when a box comes or goes.
Knows Textual's paints and no widget. What a terminal may draw wider than we count is written whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from rich.cells import get_character_cell_size
from rich.color import ColorSystem
from rich.console import COLOR_SYSTEMS, Console, ConsoleOptions, RenderResult
from rich.style import Style
from textual._ansi_sequences import SYNC_END, SYNC_START
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.strip import Strip

from deskterm.widgets.few_lines import Lines, Piece

GAP = 8
"""Cells that stay and are written all the same, where what is around them changes: a jump costs as much."""
ODD = "\0"
"""How a cell begins that shows a part of something odd, or nobody knows what."""
STYLES = 2_000
"""Styles whose ink is kept; each line of a conversation brings some of its own."""

Update = LayoutUpdate | ChopsUpdate | Lines
Ink = str
"""Attributes and colours as a terminal is told them: `1;38;2;250;250;250`; empty for its own."""


class Shown:
    """The cells of the terminal as far as they were written through it."""

    def __init__(self) -> None:
        self._chars: dict[int, list[str]] = {}
        self._inks: dict[int, list[Ink]] = {}
        self._width = 0
        self._ink_of: dict[Style | None, Ink] = {None: ""}

    def forget(self) -> None:
        """Somebody else may have written on the terminal: all of the next paint is sent."""
        self._chars.clear()
        self._inks.clear()

    def write(self, update: Update, console: Console) -> str:
        """The sequences that make the terminal show the update; they begin and end with its own ink."""
        if isinstance(update, LayoutUpdate):
            self._fit(update)
        colours = COLOR_SYSTEMS.get(console.color_system or "truecolor", ColorSystem.TRUECOLOR)
        pen = Pen()
        for x, y, strip in pieces(update):
            self._paint(x, y, strip, colours=colours, pen=pen)
        return pen.lifted()

    def _fit(self, update: LayoutUpdate) -> None:
        """Another size of the terminal is another picture."""
        if update.region.width != self._width or len(self._chars) > update.region.height:
            self.forget()
            self._width = update.region.width

    def _paint(self, x: int, y: int, strip: Strip, *, colours: ColorSystem, pen: Pen) -> None:
        chars: list[str] = []
        inks: list[Ink] = []
        odd = False
        for text, style, _ in strip:
            chars.extend(text)
            inks.extend([self._ink(style, colours)] * len(text))
            odd = odd or not single(text)
        end = x + strip.cell_length
        row, grounds = self._row(y, end)
        new = _as_one(chars, inks, strip.cell_length) if odd else (chars, inks)
        if row[x:end] == new[0] and grounds[x:end] == new[1]:
            return
        if odd or any(cell[0] == ODD for cell in row[x:end]):
            pen.write(x, y, chars, inks)
        else:
            changed = [n for n in range(end - x) if row[x + n] != chars[n] or grounds[x + n] != inks[n]]
            for a, b in _spans(changed):
                pen.write(x + a, y, chars[a:b], inks[a:b])
        row[x:end], grounds[x:end] = new

    def _row(self, y: int, width: int) -> tuple[list[str], list[Ink]]:
        """What a row shows, known as far as `width` at least."""
        row, inks = self._chars.setdefault(y, []), self._inks.setdefault(y, [])
        if (more := width - len(row)) > 0:
            row.extend([ODD] * more)
            inks.extend([""] * more)
        return row, inks

    def _ink(self, style: Style | None, colours: ColorSystem) -> Ink:
        found = self._ink_of.get(style)
        if found is None:
            if len(self._ink_of) > STYLES:
                self._ink_of = {None: ""}
            rendered = (style or Style.null()).update_link(None).render(" ", color_system=colours)
            found = self._ink_of[style] = rendered[2:].partition("m")[0] if rendered[0] == "\x1b" else ""
        return found


class Pen:
    """Collects what is sent, and knows where it stands and in which ink."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._ink: Ink = ""

    def write(self, x: int, y: int, chars: Sequence[str], inks: Sequence[Ink]) -> None:
        """Letters from a cell on, each in its ink."""
        self._parts.append(f"\x1b[{y + 1};{x + 1}H")
        start = 0
        for n in range(1, len(chars) + 1):
            if n == len(chars) or inks[n] != inks[start]:
                self._parts += (turn(self._ink, inks[start]), "".join(chars[start:n]))
                self._ink, start = inks[start], n

    def lifted(self) -> str:
        """All of it; whoever writes next finds the terminal's own ink."""
        return "".join((*self._parts, turn(self._ink, "")))


class Sparing(CompositorUpdate):
    """An update that sends no more than what is not shown yet."""

    __slots__ = ("_at_once", "_shown", "_update")

    def __init__(self, update: Update, shown: Shown, *, at_once: bool = False) -> None:
        """`at_once` asks the terminal to show all of it in one go, as Textual does in two more writes."""
        self._update = update
        self._shown = shown
        self._at_once = at_once

    def render_segments(self, console: Console) -> str:
        """What is to be sent; from now on it counts as shown."""
        text = self._shown.write(self._update, console)
        return f"{SYNC_START}{text}{SYNC_END}" if text and self._at_once else text

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """As the toolkit would have it."""
        return self._update.__rich_console__(console, options)


def pieces(update: Update) -> Iterator[Piece]:
    """Everything an update paints, from the top."""
    if isinstance(update, Lines):
        yield from update.pieces
        return
    if isinstance(update, LayoutUpdate):
        for y, strips in enumerate(update.strips, update.region.y):
            x = update.region.x
            for strip in strips:
                if strip is None:  # pyright: ignore[reportUnnecessaryComparison] nobody drew there
                    break
                yield x, y, strip
                x += strip.cell_length
        return
    for y, first, last in update.spans:
        yield from ((x, y, strip) for x, strip in _cut(update.chops[y], update.chop_ends[y], first, last))


def _cut(
    line: Mapping[int, Strip | None], ends: Sequence[int], first: int, last: int
) -> Iterator[tuple[int, Strip]]:
    """The panes of a line that have a part in a span: each from its start on, as Textual paints them."""
    for end, (x, strip) in zip(ends, line.items(), strict=False):
        if strip is not None and x < last and end > first:
            yield x, strip if end <= last else strip.crop(0, last - x)


@lru_cache(maxsize=4096)
def single(text: str) -> bool:
    """Whether each character of a text takes one cell, whatever the terminal."""
    return text.isascii() or all(get_character_cell_size(char) == 1 for char in text)


def _as_one(chars: Sequence[str], inks: Sequence[Ink], width: int) -> tuple[list[str], list[Ink]]:
    """Cells of something whose letters have no cells of their own: equal when all of it is equal."""
    return [ODD + "".join(chars), *[ODD] * (width - 1)], ["|".join(inks), *[""] * (width - 1)]


def _spans(changed: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Neighbouring cells as (first, beyond the last), over gaps that are not worth a jump."""
    start = before = changed[0]
    for cell in changed[1:]:
        if cell - before > GAP:
            yield start, before + 1
            start = cell
        before = cell
    yield start, before + 1


@lru_cache(maxsize=4096)
def turn(before: Ink, after: Ink) -> str:
    """What makes one ink the other: no more than the colours that differ, where that is possible."""
    if before == after:
        return ""
    (had, *was), (has, *colours) = parted(before), parted(after)
    pairs = list(zip(was, colours, strict=True))
    if had == has and all(new or not old for old, new in pairs):
        return f"\x1b[{';'.join(new for old, new in pairs if new != old)}m"
    return f"\x1b[0;{after}m" if before and after else f"\x1b[{after or 0}m"


def parted(ink: Ink) -> tuple[str, str, str]:
    """An ink as its attributes, the colour of its letters and the one behind them."""
    attributes, front, behind = list[str](), "", ""
    codes = iter(ink.split(";") if ink else ())
    for code in codes:
        number, whole = int(code), code
        if number in (38, 48):
            kind = next(codes)
            whole = ";".join((code, kind, *(next(codes) for _ in range(1 if kind == "5" else 3))))
        if 30 <= number <= 39 or 90 <= number <= 97:
            front = whole
        elif 40 <= number <= 49 or 100 <= number <= 107:
            behind = whole
        else:
            attributes.append(whole)
    return ";".join(attributes), front, behind
