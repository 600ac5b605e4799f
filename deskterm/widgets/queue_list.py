"""The queue: tickets drawn line by line over a window of pages, with a cursor that stays on its ticket.

Reads a page source and store.model's lines and nothing else. Costs the same with ten tickets and with a
million: a cursor move draws two rows, an edge scrolls half a screen, a tick draws clock cells only.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from textual import events
from textual.geometry import Offset
from textual.message import Message
from textual.strip import Strip

from deskterm.safe import clean
from deskterm.symbols import UNICODE, Symbols
from deskterm.widgets import rows
from deskterm.widgets.paint import Role, Run, cells
from deskterm.widgets.pane import Pane
from deskterm.widgets.picked import Picked
from deskterm.widgets.rows import Band, Heading
from deskterm.widgets.window import PageSource, Window
from store.errors import Overrun
from store.model import Line

WHEEL = 3
STRIPS = 1500
"""Strips kept; a screen has some sixty."""


class QueueList(Pane):
    """The list pane. Keys are the app's: it calls `move`, `page`, `select` and the rest."""

    ALLOW_SELECT = False

    @dataclass
    class CursorMoved(Message):
        """The cursor is on another ticket, or on none."""

        line: Line | None

    @dataclass
    class Opened(Message):
        """Enter, `o` or a double click on a ticket."""

        line: Line

    @dataclass
    class SelectionChanged(Message):
        """How many tickets are selected now."""

        count: int

    @dataclass
    class TakesLong(Message):
        """A page of the queue takes longer than a moment; `then` is to be done once it is at hand."""

        then: Callable[[], None]

    def __init__(
        self,
        *,
        symbols: Symbols = UNICODE,
        left: rows.Left = rows.seconds_left,
        now: int | None = None,
        alone: bool = False,
        edge: bool = False,
        id: str | None = None,
    ) -> None:
        super().__init__(edge=edge, symbols=symbols, id=id)
        self.left = left
        self.now = int(time.time()) if now is None else now
        self.alone = alone
        """The only pane of a narrow screen: no priority column."""
        self.heading = Heading("")
        self.picked = Picked()
        self.failed: frozenset[str] = frozenset()
        """Tickets whose reply was refused."""
        self.fresh_above = 0
        """Lines that came in above what is shown."""
        self._window: Window | None = None
        self._total = 0
        self._sorted_at = self.now
        self._cursor = 0
        self._top = 0
        self._rows: list[int | Band] = []
        self._row_of: list[int] = []
        self._band_counts: dict[Band, int] = {}
        self._anchor: int | None = None
        self._before_range: frozenset[str] = frozenset()
        self._strips: dict[tuple[object, ...], Strip] = {}
        self._drawn_clocks: dict[int, tuple[str, str, Role]] = {}

    # What it shows

    def show(self, source: PageSource, heading: Heading, *, at: str = "") -> None:
        """Show a queue from its start, or with the cursor on the ticket `at`, and with nothing selected.

        Raises Overrun, with all as it was.
        """
        window = Window(source)
        cursor = window.open(at)
        self._total = source.count()
        self._window, self.heading = window, heading
        self.picked.clear()
        self._anchor, self.fresh_above, self._top, self._cursor = None, 0, 0, cursor
        self._sorted_at = self.now
        self._arrange()
        self._top = self._clamped(self._cursor_row() - self.body_height // 2)
        self._announce()

    def reload(self, source: PageSource | None = None) -> None:
        """Read again, the same queue or what took its place: the cursor stays on its ticket and the ticket
        on its screen row.

        Lines that came in above what is shown are counted in `fresh_above`. When the ticket has left the
        queue, the cursor is on the one that took its place. Raises Overrun, with all as it was.
        """
        window, old = self._window, self.line
        if window is None:
            return
        row = self._cursor_row() - self._top
        known, reached_start = {line.id for line in window.lines}, window.at_start
        again = Window(source or window.source)
        cursor = again.open_like(window, self._cursor)
        self._total = again.source.count()
        self._window, self._sorted_at = again, self.now
        self._cursor = max(min(cursor, len(again.lines) - 1), 0)
        self._arrange()
        if old is not None:
            self._top = self._clamped(self._cursor_row() - row)
            self.fresh_above += self._new_above(known, reached_start)
        if self._top == 0:
            self.fresh_above = 0
        self._entitle()
        self._announce(old)

    def _new_above(self, known: set[str], reached_start: bool) -> int:
        """Lines above the screen that were not there before, among those that were in memory."""
        count, inside = 0, reached_start
        for entry in self._rows[: self._top]:
            line = self._line(entry) if isinstance(entry, int) else None
            if line is None:
                continue
            if line.id in known:
                inside = True
            elif inside:
                count += 1
        return count

    def set_heading(self, heading: Heading) -> None:
        """Other words for the same queue, such as being offline."""
        self.heading = heading
        self._arrange()

    def go_to(self, ticket: str) -> bool:
        """Put the cursor on a ticket of this queue; False if it is not in it, or not found in a moment."""
        window = self._window
        try:
            place = window.source.where(ticket) if window is not None else None
            if window is None or place is None:
                return False
            self._cursor = window.around(place)
        except Overrun:
            return False
        self._arrange()
        self._top = self._clamped(self._cursor_row() - self.body_height // 2)
        self._announce()
        return True

    @property
    def line(self) -> Line | None:
        """The line under the cursor."""
        lines = self._window.lines if self._window else []
        return lines[self._cursor] if self._cursor < len(lines) else None

    @property
    def source(self) -> PageSource | None:
        """Where its lines come from."""
        return self._window.source if self._window is not None else None

    @property
    def total(self) -> int:
        """Lines in the queue at the last reading."""
        return self._total

    def tick(self, now: int) -> None:
        """Let clocks go on to `now`; draws the clock cells that changed and nothing else."""
        self.now = now
        for row in range(self.body_height):
            entry = self._entry(row)
            line = self._line(entry) if isinstance(entry, int) else None
            drawn = self._drawn_clocks.get(row)
            if line is not None and drawn is not None and drawn != self._clock(line):
                self.refresh_row(row, first=rows.CLOCK_AT, count=rows.CLOCK_CELLS)

    # Moving

    def move(self, by: int) -> None:
        """Move the cursor by lines, reading further pages as it comes near an end of what is there."""
        self._place(self._cursor + by)

    def page(self, pages: float) -> None:
        """Move by screens: 1 and -1 for a page, 0.5 and -0.5 for half of one."""
        step = int(self.body_height * pages) or (1 if pages > 0 else -1)
        self._place(self._cursor + step)

    def top(self) -> None:
        """To the first line of the queue."""
        self._jump(to_end=False)

    def bottom(self) -> None:
        """To the last line of the queue, read from its end whatever lies between."""
        self._jump(to_end=True)

    def open(self) -> None:
        """Say that the ticket under the cursor is to be read."""
        if self.line is not None:
            self.post_message(self.Opened(self.line))

    def _jump(self, *, to_end: bool) -> None:
        if self._window is None:
            return
        try:
            if to_end and not self._window.at_end:
                self._window.last()
            elif not to_end and not self._window.at_start:
                self._window.first()
        except Overrun:
            self.post_message(self.TakesLong(self.bottom if to_end else self.top))
            return
        self._anchor = None
        self._cursor = max(len(self._window.lines) - 1, 0) if to_end else 0
        self._arrange()
        self._top = self._clamped(len(self._rows) if to_end else 0)
        self.fresh_above = self.fresh_above if self._top else 0
        self._entitle()
        self._announce()

    def _place(self, index: int) -> None:
        window = self._window
        if window is None or not window.lines:
            return
        try:
            index = self._read_near(window, index)
        except Overrun:
            self.post_message(self.TakesLong(lambda: None))
        old, self._cursor = self._cursor, max(0, min(index, len(window.lines) - 1))
        if self._cursor == old:
            return
        self._extend_range()
        if not self._scroll_to_cursor() and self._anchor is None:
            self.refresh_row(self._row_of[old] - self._top)
            self.refresh_row(self._cursor_row() - self._top)
        self._announce()

    def _read_near(self, window: Window, index: int) -> int:
        """Read pages until `index` is well inside the window; the index after lines moved in memory."""
        margin = max(self.body_height, 1)
        while index + margin >= len(window.lines) and not window.at_end:
            before = window.lines
            dropped = window.more_after()
            self._keep_range(before)
            index -= dropped
            self._shift(-dropped)
        while index - margin < 0 and not window.at_start:
            before = window.lines
            added = window.more_before()
            self._keep_range(before)
            index += added
            self._shift(added)
        return index

    def _shift(self, by: int) -> None:
        """Lines came or went at the front of the window: every index moves, nothing on the screen does."""
        on_screen = self._cursor_row() - self._top
        self._cursor = max(self._cursor + by, 0)
        if self._anchor is not None:
            self._anchor = max(self._anchor + by, 0)
        self._number_rows()
        self._top = self._clamped(self._cursor_row() - on_screen)

    @property
    def row_at(self) -> int:
        return self._cursor_row() - self._top + 1 if self._window is not None and self._window.lines else 0

    def _scroll_to_cursor(self) -> bool:
        """Bring the cursor row into view by half a screen at least; whether anything scrolled."""
        row, height, old = self._cursor_row(), max(self.body_height, 1), self._top
        if row < self._top:
            self._top = self._clamped(min(row, self._top - height // 2))
        elif row >= self._top + height:
            self._top = self._clamped(max(row - height + 1, self._top + height // 2))
        if self._cursor == 0 and self._window is not None and self._window.at_start:
            self._top = 0
        if self._top == 0 and self.fresh_above:
            self.fresh_above = 0
            self._entitle()
        if self._top != old:
            self.refresh()
        return self._top != old

    def _clamped(self, top: int) -> int:
        return max(0, min(top, len(self._rows) - self.body_height))

    # Selecting

    def select(self) -> None:
        """Select or drop the ticket under the cursor, and end a range."""
        self._anchor = None
        if self.line is not None:
            self.picked.toggle(self.line.id)
            self.refresh_row(self._cursor_row() - self._top)
            self._tell_selection()

    def select_range(self) -> None:
        """Begin a range at the cursor: moving extends it. A second time ends it."""
        if self._anchor is not None or self.line is None or self.picked.everything:
            self._anchor = None
            return
        self._anchor, self._before_range = self._cursor, frozenset(self.picked.ids)
        self._extend_range()

    def select_all(self) -> None:
        """Select everything in the filter, read or not."""
        self._anchor = None
        self.picked.all()
        self.refresh()
        self._tell_selection()

    def drop_selection(self) -> bool:
        """Select nothing; False if nothing was selected, so that esc can mean its next step."""
        self._anchor = None
        had = self.picked.clear()
        if had:
            self.refresh()
            self._tell_selection()
        return had

    def _extend_range(self) -> None:
        if self._anchor is None or self._window is None:
            return
        first, last = sorted((self._anchor, self._cursor))
        self.picked.ids = set(self._before_range)
        self.picked.put((line.id for line in self._window.lines[first : last + 1]), selected=True)
        self.refresh()
        self._tell_selection()

    def _keep_range(self, before: list[Line]) -> None:
        """Tickets of a running range that have left the window stay selected."""
        if self._anchor is None or self._window is None:
            return
        first, last = sorted((self._anchor, self._cursor))
        here = {line.id for line in self._window.lines}
        self._before_range |= {line.id for line in before[first : last + 1] if line.id not in here}

    def _tell_selection(self) -> None:
        self.post_message(self.SelectionChanged(self.picked.count(self._total)))

    # Drawing

    def _arrange(self) -> None:
        """After a reading: number the rows and draw everything."""
        self._number_rows()
        self._top = self._clamped(self._top)
        self._entitle()
        self.refresh()

    def _number_rows(self) -> None:
        """Which line or heading stands on each row; headings are counted when all lines are in memory."""
        window = self._window
        self._rows, self._row_of, last = [], [], None
        counts: Counter[Band] = Counter()
        for index, line in enumerate(window.lines if window else ()):
            if self.heading.bands:
                band = rows.band_of(line, now=self._sorted_at, left=self.left)
                counts[band] += 1
                if band != last:
                    self._rows.append(band)
                    last = band
            self._row_of.append(len(self._rows))
            self._rows.append(index)
        self._band_counts = dict(counts) if window and window.at_start and window.at_end else {}

    def _entitle(self) -> None:
        between = self.symbols.between
        count = f"{self._total:,}" if self._window is not None else ""
        parts = [clean(self.heading.name), count, self.heading.order, self.heading.state]
        title = between.join(part for part in parts if part)
        fresh = [(f"+{self.fresh_above} above", Role.FRESH)] if self.fresh_above else []
        self.entitle([(title, Role.TITLE)], fresh)

    def _cursor_row(self) -> int:
        return self._row_of[self._cursor] if self._cursor < len(self._row_of) else 0

    def _entry(self, row: int) -> int | Band | None:
        at = self._top + row
        return self._rows[at] if 0 <= at < len(self._rows) else None

    def _line(self, index: int) -> Line | None:
        lines = self._window.lines if self._window else []
        return lines[index] if index < len(lines) else None

    def _clock(self, line: Line) -> tuple[str, str, Role]:
        return rows.clock_of(line, now=self.now, symbols=self.symbols, left=self.left)

    def body_line(self, row: int) -> Strip:
        """The strip of a body row, from the cache if nothing drawn on it has changed."""
        entry = self._entry(row)
        self._drawn_clocks.pop(row, None)
        if entry is None:
            words = self._empty_row(row)
            return self.strip(words, self.body_width) if words else self.blank
        if isinstance(entry, Band):
            return self.strip(rows.band_row(entry, self._band_counts.get(entry)), self.body_width)
        line = self._line(entry)
        if line is None:
            return self.blank
        clock = self._drawn_clocks[row] = self._clock(line)
        return self._line_strip(line, clock, cursor=entry == self._cursor)

    def _line_strip(self, line: Line, clock: tuple[str, str, Role], *, cursor: bool) -> Strip:
        ground = Role.TEXT if not cursor else Role.CURSOR if self.has_focus else Role.RESTING
        selected, failed = line.id in self.picked, line.id in self.failed
        key = (line.id, line.version, clock, ground, selected, failed, self.body_width)
        _ = self.inks
        found = self._strips.get(key)
        if found is None:
            if len(self._strips) >= STRIPS:
                self._strips.clear()
            runs = rows.row(
                line,
                columns=rows.columns_for(self.body_width, alone=self.alone),
                clock=clock,
                symbols=self.symbols,
                cursor=cursor,
                selected=selected,
                failed=failed,
            )
            found = self._strips[key] = self.strip(runs, self.body_width, ground)
        return found

    def _empty_row(self, row: int) -> Sequence[Run]:
        if self._rows or self._window is None:
            return []
        at = row - max(self.body_height // 2 - len(self.heading.empty), 0)
        if not 0 <= at < len(self.heading.empty):
            return []
        text = [(clean(self.heading.empty[at]), Role.TEXT if at == 0 else Role.DIM)]
        return [(" " * max((self.body_width - cells(text)) // 2, 0), Role.TEXT), *text]

    def repaint(self) -> None:
        """Forget drawn strips."""
        super().repaint()
        self._strips.clear()

    def _announce(self, old: Line | None = None) -> None:
        """Tell where the cursor is, and put the terminal's own cursor there for braille and speech."""
        if self.is_attached and self.has_focus:
            row = self._cursor_row() - self._top + 1
            self.desk_app.cursor_position = Offset(self.region.x + int(self.edge), self.region.y + row)
        if old is None or old != self.line:
            self.post_message(self.CursorMoved(self.line))

    # Size and mouse

    def on_resize(self) -> None:
        self.repaint()
        self._top = self._clamped(self._top)
        self._scroll_to_cursor()

    def on_click(self, event: events.Click) -> None:
        entry = self._entry(event.y - 1)
        if event.y > 0 and isinstance(entry, int):
            self._place(entry)
            if event.chain == 2:
                self.open()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self._wheel(WHEEL)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self._wheel(-WHEEL)

    def _wheel(self, by: int) -> None:
        """Scroll what is shown; the cursor goes along only when it would leave the screen."""
        if self._window is None or not self._window.lines:
            return
        self._top = self._clamped(self._top + by)
        self.refresh()
        row = max(self._top, min(self._cursor_row(), self._top + self.body_height - 1))
        entry = self._rows[row] if row < len(self._rows) else 0
        if isinstance(entry, int) and entry != self._cursor:
            self._place(entry)
