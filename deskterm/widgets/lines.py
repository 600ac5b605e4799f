"""Panes and single lines whose words are handed in: customer pane, tabs, status, hints and rules.

Draws runs and knows nothing of what they mean.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from msgspec import Struct
from textual import events
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip

from deskterm.safe import clean, wrap
from deskterm.symbols import UNICODE, Symbols
from deskterm.widgets.paint import Painted, Role, Run, cells, spread
from deskterm.widgets.pane import Pane

WHEEL = 3
MOST_LINES = 4
"""Lines a sentence may take."""


class LinePane(Pane):
    """A pane of ready lines that scrolls, such as the customer pane."""

    def __init__(self, *, edge: bool = False, symbols: Symbols = UNICODE, id: str | None = None) -> None:
        super().__init__(edge=edge, symbols=symbols, id=id)
        self._lines: tuple[tuple[Run, ...], ...] = ()
        self._top = 0
        self._strips: dict[tuple[tuple[Run, ...], int], Strip] = {}

    def show(self, title: str, lines: Sequence[Sequence[Run]], *, keep: bool = False) -> None:
        """Other lines, from their start unless `keep`; nothing is drawn if they are the same."""
        ready = tuple(tuple(line) for line in lines)
        self.entitle([(clean(title), Role.TITLE)])
        if ready != self._lines:
            if len(self._strips) > 500:
                self._strips.clear()
            self._lines, self._top = ready, self._top if keep else 0
            self.refresh_changed()

    @property
    def top_line(self) -> int:
        """The line that stands first on the screen."""
        return self._top

    @property
    def row_at(self) -> int:
        """The row of the line that has the mark of a cursor; the title's where none has."""
        seen = self._lines[self._top : self._top + self.body_height]
        mark = self.symbols.cursor
        found = (n for n, runs in enumerate(seen, 1) if any(run == (mark, Role.MARK) for run in runs[:2]))
        return next(found, 0)

    def scroll_into_view(self, first: int, last: int) -> None:
        """Scroll no more than needed to show these lines, the first above all."""
        down = max(last - self.body_height + 1 - self._top, 0)
        self.scroll_lines(min(down, first - self._top) if first >= self._top else first - self._top)

    def scroll_lines(self, by: int) -> None:
        """Scroll by lines."""
        top = max(0, min(self._top + by, len(self._lines) - self.body_height))
        if top != self._top:
            self._top = top
            self.refresh_changed()

    def face(self, row: int) -> object:
        """The runs of the row."""
        at = self._top + row
        return self._lines[at] if at < len(self._lines) else ()

    def body_line(self, row: int) -> Strip:
        at = self._top + row
        if at >= len(self._lines):
            return self.blank
        _ = self.inks
        key = (self._lines[at], self.body_width)
        found = self._strips.get(key)
        if found is None:
            found = self._strips[key] = self.strip(self._lines[at], self.body_width)
        return found

    def repaint(self) -> None:
        """Forget drawn strips."""
        super().repaint()
        self._strips.clear()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.scroll_lines(WHEEL)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.scroll_lines(-WHEEL)


class OneLine(Painted, can_focus=False):
    """A widget of one row."""

    ALLOW_SELECT = False
    DEFAULT_CSS = "OneLine { height: 1; width: 1fr; background: $background; }"

    def __init__(self, *, symbols: Symbols = UNICODE, id: str | None = None) -> None:
        super().__init__(id=id)
        self.symbols = symbols

    def runs(self, room: int) -> Sequence[Run]:
        """What stands on the line in `room` cells; each kind of line has its own."""
        return ()

    def render_lines(self, crop: Region) -> list[Strip]:
        """The line, and nothing around it."""
        room = self.size.width
        line = self.strip(self.runs(room), room).crop(crop.x, crop.right)
        return [line if y == 0 else self.strip([], crop.width) for y in range(crop.y, crop.bottom)]


class StatusLine(OneLine):
    """What is going on at the left, the last act and its undo at the right."""

    def __init__(self, *, symbols: Symbols = UNICODE, grows: bool = False, id: str | None = None) -> None:
        super().__init__(symbols=symbols, id=id)
        self.grows = grows
        """More lines for a sentence that does not fit on one."""
        self._ends: tuple[tuple[Run, ...], tuple[Run, ...]] = ((), ())
        self._rows: tuple[tuple[Run, ...], ...] = ()
        """Whole lines in place of both ends."""

    def show(self, left: Sequence[Run] = (), right: Sequence[Run] = ()) -> None:
        """Set both ends; where there is no room for both, the right one stays whole."""
        self._set((tuple(left), tuple(right)), ())

    def show_rows(self, rows: Sequence[Sequence[Run]]) -> None:
        """Lines as they are, in place of both ends."""
        self._set(((), ()), tuple(tuple(row) for row in rows))

    def _set(self, ends: tuple[tuple[Run, ...], tuple[Run, ...]], rows: tuple[tuple[Run, ...], ...]) -> None:
        if (ends, rows) != (self._ends, self._rows):
            self._ends, self._rows = ends, rows
            self._fit()
            self.refresh()

    def on_resize(self) -> None:
        self._fit()

    def _fit(self) -> None:
        """A sentence that is longer than the line gets the lines it needs, up to three."""
        if self.grows and self.size.width:
            rows = min(len(self._lines(self.size.width)), MOST_LINES)
            if self.styles.height is None or self.styles.height.value != max(rows, 1):
                self.styles.height = max(rows, 1)

    def _lines(self, room: int) -> list[Sequence[Run]]:
        """Whole lines, or the right end wrapped if it does not fit on one; the left one is only cut."""
        if self._rows:
            return list(self._rows)
        end = self._ends[1]
        if cells(end) <= room - 1:
            return []
        words = " ".join("".join(text for text, _ in end).split())
        return [[(f" {line}", end[0][1])] for line in wrap(words, room - 2)]

    def runs(self, room: int) -> Sequence[Run]:
        left, right = self._ends
        return spread([(" ", Role.TEXT), *left], right, room)

    def render_lines(self, crop: Region) -> list[Strip]:
        """Both ends on one line, or the right one on as many as it needs."""
        room = self.size.width
        found = self._lines(room) if self.grows else []
        if not found:
            return super().render_lines(crop)
        lines = [self.strip(line, room) for line in found[:MOST_LINES]]
        blank = self.strip([], room)
        rows = [lines[y] if y < len(lines) else blank for y in range(crop.y, crop.bottom)]
        return [row.crop(crop.x, crop.right) for row in rows]


class Tab(Struct, frozen=True):
    """One queue in the tabs line."""

    name: str
    count: int | None = None
    short: str = ""
    """Used where there is little room; the first four letters if empty."""
    fresh: int = 0
    """Lines that came in since it was looked at."""


class TabsLine(OneLine):
    """Queues with their numbers and counts; where all do not fit, short names, then only the open one."""

    @dataclass
    class Chosen(Message):
        """A click on a queue, counted from 0."""

        index: int

    def __init__(self, *, symbols: Symbols = UNICODE, id: str | None = None) -> None:
        super().__init__(symbols=symbols, id=id)
        self._tabs: tuple[Tab, ...] = ()
        self._active = 0
        self._right: tuple[Run, ...] = ()
        self._spans: list[tuple[int, int, int]] = []

    def show(self, tabs: Sequence[Tab], active: int, right: Sequence[Run] = ()) -> None:
        """Set the queues, which one is open, and the words at the right end, most important first.

        Each run at the right brings its own spaces; the last ones are left out where there is no room.
        """
        state = (tuple(tabs), active, tuple(right))
        if state != (self._tabs, self._active, self._right):
            self._tabs, self._active, self._right = state
            self.refresh()

    def runs(self, room: int) -> Sequence[Run]:
        """The most that fits: whole names, else short ones, then fewer words at the right end."""
        for words in range(len(self._right), -1, -1):
            tail = [*self._right[:words], (" ", Role.DIM)]
            for short, gap in ((False, "  "), (True, " ")):
                runs = self._named(short=short, gap=gap)
                if cells(runs) + cells(tail) + 1 <= room:
                    return spread(runs, tail, room)
        runs = self._only_open()
        fits = [n for n in range(len(self._right) + 1) if cells(runs) + cells(self._right[:n]) + 2 <= room]
        return spread(runs, [*self._right[: max(fits, default=0)], (" ", Role.DIM)], room)

    def _named(self, *, short: bool, gap: str) -> list[Run]:
        runs: list[Run] = [(" ", Role.TEXT)]
        self._spans = []
        for index, tab in enumerate(self._tabs):
            start = cells(runs)
            runs += self._tab(tab, index, short=short)
            self._spans.append((start, cells(runs), index))
            runs.append((gap, Role.TEXT))
        return runs

    def _tab(self, tab: Tab, index: int, *, short: bool) -> list[Run]:
        whole = clean(tab.name)
        name = (clean(tab.short) or whole[:4].rstrip()) if short else whole
        count = f" {tab.count}" if tab.count is not None else ""
        active = index == self._active
        runs: list[Run] = [(f"{index + 1} " if index < 9 else "", Role.TAB if active else Role.KEY)]
        runs.append((name, Role.TAB if active else Role.TEXT))
        runs.append((count, Role.TAB if active else Role.DIM))
        if tab.fresh:
            runs.append((f" +{tab.fresh}", Role.FRESH))
        return runs

    def _only_open(self) -> list[Run]:
        if not self._tabs:
            return []
        self._spans = []
        if self._active < 0:  # a list that is no queue
            return [(" [ ]", Role.KEY), (" queues", Role.DIM)]
        tab = self._tabs[min(self._active, len(self._tabs) - 1)]
        runs = self._tab(tab, self._active, short=False)[1:]
        return [(" ", Role.TEXT), *runs, ("   [ ]", Role.KEY), (" other queues", Role.DIM)]

    def on_click(self, event: events.Click) -> None:
        for start, end, index in self._spans:
            if start <= event.x < end:
                self.post_message(self.Chosen(index))


class HintsLine(OneLine):
    """Keys that apply now, most useful first, cut at whole entries; `? keys` is always the last."""

    @dataclass
    class Chosen(Message):
        """A click on a hint."""

        action: str

    def __init__(self, *, symbols: Symbols = UNICODE, id: str | None = None) -> None:
        super().__init__(symbols=symbols, id=id)
        self._hints: tuple[tuple[str, str, str], ...] = ()
        self._last: tuple[str, str, str] | None = None
        self._spans: list[tuple[int, int, str]] = []

    def show_entries(
        self, entries: Sequence[tuple[str, str, str]], last: tuple[str, str, str] | None = None
    ) -> None:
        """Hints as (key, words, action id), such as the choices after `g`, and one that always stays."""
        state = (tuple(entries), last)
        if state != (self._hints, self._last):
            self._hints, self._last = state
            self.refresh()

    def runs(self, room: int) -> Sequence[Run]:
        tail: list[Run] = []
        if self._last:
            tail = [(self._last[0], Role.KEY), (f" {self._last[1]} ", Role.DIM)]
            if cells(tail) > room // 3:
                tail = [(self._last[0], Role.KEY), (" ", Role.DIM)]
        head: list[Run] = [(" ", Role.TEXT)]
        self._spans = []
        for key, words, action in self._hints:
            gap: list[Run] = [("  ", Role.DIM)] if self._spans else []
            entry: list[Run] = [
                *gap,
                (key, Role.KEY),
                (f" {clean(words)}" if key else clean(words), Role.DIM),
            ]
            start = cells(head)
            if start + cells(entry) + cells(tail) + 2 > room:
                break
            head += entry
            self._spans.append((start + cells(gap), start + cells(entry), action))
        if self._last:
            self._spans.append((room - cells(tail), room, self._last[2]))
        return spread(head, tail, room)

    def on_click(self, event: events.Click) -> None:
        for start, end, action in self._spans:
            if start <= event.x < end and action:
                self.post_message(self.Chosen(action))


class Rule(OneLine):
    """A horizontal line, with a mark where the edge of a pane above ends."""

    def __init__(self, *, symbols: Symbols = UNICODE, id: str | None = None) -> None:
        super().__init__(symbols=symbols, id=id)
        self._ends: tuple[int, ...] = ()

    def show(self, ends: Sequence[int]) -> None:
        """The cells at which a vertical line ends."""
        if tuple(ends) != self._ends:
            self._ends = tuple(ends)
            self.refresh()

    def runs(self, room: int) -> Sequence[Run]:
        line = [self.symbols.rule] * room
        for end in self._ends:
            if 0 <= end < room:
                line[end] = self.symbols.up
        return [("".join(line), Role.LINE)]
