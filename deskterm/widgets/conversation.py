"""The conversation pane: a ticket's messages drawn line by line, always laid out and only refilled.

Blocks are handed in; the store, letters and markup are unknown here. Every text is cleaned before it is
drawn and none is ever parsed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from msgspec import Struct
from textual import events
from textual.message import Message
from textual.selection import Selection
from textual.strip import Strip

from deskterm.safe import clean
from deskterm.symbols import UNICODE, Symbols
from deskterm.widgets.blocks import Block, Drawn, Look, lay_out
from deskterm.widgets.paint import Role, Run, spread, words
from deskterm.widgets.pane import Pane

WHEEL = 3


class Head(Struct, frozen=True):
    """What stands above the messages and does not scroll."""

    title: str
    """`#4127 Export fails after 2.3`."""
    lines: tuple[tuple[Run, ...], ...] = ()
    """Status, promise and tags, already in roles; at most a third of the pane is used."""
    right: tuple[Run, ...] = ()
    """At the right end of the title row."""


class Conversation(Pane):
    """Shows one ticket. Keys are the app's: it calls `scroll_lines`, `scroll_pages`, `unfold`."""

    ALLOW_SELECT = True

    @dataclass
    class FileClicked(Message):
        """A click on attachment number `number`."""

        number: int

    def __init__(
        self,
        *,
        symbols: Symbols = UNICODE,
        compact: bool = False,
        edge: bool = False,
        id: str | None = None,
    ) -> None:
        super().__init__(edge=edge, symbols=symbols, id=id)
        self.compact = compact
        self.head = Head("")
        self.blocks: tuple[Block, ...] = ()
        self.empty = ""
        """What is said when there is no message."""
        self._draft = ""
        self._opened: set[str] = set()
        self._lines: list[Drawn] = []
        self._starts: dict[str, int] = {}
        self._laid: tuple[object, ...] = ()
        self._top = 0
        self._newest = True
        """The newest message is in view because nobody scrolled away from it."""
        self._strips: dict[tuple[int, int], Strip] = {}

    def show(self, head: Head, blocks: Sequence[Block], *, draft: str = "", empty: str = "") -> None:
        """Another ticket, or the same one read again; the same one keeps its place and what is unfolded.

        `draft` says what waits to be gone on with, such as `draft, 2 lines, saved 09:38`.
        """
        same = bool(self.head.title) and self.head.title == head.title and bool(self.blocks)
        self.head, self.blocks, self.empty, self._draft = head, tuple(blocks), empty, draft
        if not same:
            self._opened.clear()
        self._laid = ()
        self._relayout()
        self._newest = self._newest or not same
        self._top = self._first_view() if self._newest else self._clamped(self._top)
        self.entitle([(clean(head.title), Role.TITLE)], head.right)
        self.refresh_changed()

    # Scrolling and folding

    @property
    def view_height(self) -> int:
        """Rows that scroll: without title and head."""
        return max(self.body_height - self._head_rows(), 0)

    def scroll_lines(self, by: int) -> None:
        """Scroll by lines."""
        top = self._clamped(self._top + by)
        if top != self._top:
            self._top, self._newest = top, False
            self.refresh_changed()

    def show_newest(self) -> None:
        """Show the newest message, whatever size the pane takes, until somebody scrolls."""
        self._newest = True
        self._top = self._first_view()
        self.refresh()

    def scroll_pages(self, by: float) -> None:
        """Scroll by screens, with two lines in common."""
        self.scroll_lines(int(by * max(self.view_height - 2, 1)))

    def unfold(self) -> None:
        """Unfold what is folded and in view; when nothing in view is folded, fold everything again."""
        seen = self._lines[self._top : self._top + self.view_height]
        folded = {line.does for line in seen if line.does.startswith(("fold:", "earlier:"))} - self._opened
        if folded:
            for does in folded:
                self._open(does)
        else:
            self._opened.clear()
        self._rearranged()

    def toggle(self, does: str) -> None:
        """Unfold or fold one thing, by its name in the layout."""
        if does in self._opened:
            self._opened.discard(does)
        else:
            self._open(does)
        self._rearranged()

    def _open(self, does: str) -> None:
        self._opened.add(does)
        if does.startswith("earlier:"):
            at = next(n for n, block in enumerate(self.blocks) if block.id == does.removeprefix("earlier:"))
            for block in self.blocks[at:]:
                if not block.collapsed:
                    break
                self._opened.add(f"earlier:{block.id}")

    def _rearranged(self) -> None:
        self._laid = ()
        self._relayout()
        self._top = self._clamped(self._top)
        self.refresh()

    # Layout

    def _relayout(self) -> None:
        key = (self.body_width, self.compact)
        if self._laid == key:
            return
        self._laid = key
        look = Look(self.body_width, self.symbols, compact=self.compact, opened=frozenset(self._opened))
        self._lines, self._starts = lay_out(self.blocks, look)
        if not self.blocks and self.empty:
            self._lines = [Drawn(()), Drawn(((f" {clean(self.empty)}", Role.DIM),))]
        if self._draft:
            self._lines.append(Drawn(tuple(self._draft_line())))
        self.repaint()

    def _draft_line(self) -> list[Run]:
        left: list[Run] = [(f" {self.symbols.draft} {clean(self._draft)}", Role.NOTE)]
        return spread(left, [("r", Role.KEY), (" to go on ", Role.DIM)], self.body_width)

    def _first_view(self) -> int:
        """The last message from its heading on, with as much before it as fits."""
        last = self._starts.get(self.blocks[-1].id, 0) if self.blocks else 0
        before = 1 if self.view_height > 4 else 0
        return min(self._clamped(last - before), self._clamped(len(self._lines)))

    def _clamped(self, top: int) -> int:
        return max(0, min(top, len(self._lines) - self.view_height))

    def _head_rows(self) -> int:
        rows = min(len(self.head.lines), max(self.body_height // 3, 1))
        return rows + 1 if rows and not self.compact else rows

    # Drawing

    def face(self, row: int) -> object:
        """The runs of the row; nobody knows while text is selected with the mouse."""
        self._relayout()
        head = self._head_rows()
        if self.text_selection is not None:
            return None
        if row < head:
            return self.head.lines[row] if row < len(self.head.lines) else ()
        at = self._top + row - head
        return self._lines[at].runs if at < len(self._lines) else ()

    def body_line(self, row: int) -> Strip:
        """A head row, then the scrolled lines."""
        self._relayout()
        _ = self.inks
        head = self._head_rows()
        if row < head:
            runs = self.head.lines[row] if row < len(self.head.lines) and row < head else ()
            return self.strip(runs, self.body_width)
        at = self._top + row - head
        if at >= len(self._lines):
            return self.blank
        if self.text_selection is not None:
            return self._selected(at)
        key = (at, self.body_width)
        found = self._strips.get(key)
        if found is None:
            found = self.strip(self._lines[at].runs, self.body_width).apply_offsets(0, at)
            self._strips[key] = found
        return found

    def _selected(self, at: int) -> Strip:
        """A line while text is selected with the mouse."""
        runs = self._lines[at].runs
        span = self.text_selection.get_span(at) if self.text_selection else None
        if span is not None:
            text = words(runs)
            first, last = span
            last = len(text) if last == -1 else last
            role = runs[0][1] if runs else Role.TEXT
            runs = ((text[:first], role), (text[first:last], Role.FOUND), (text[last:], role))
        return self.strip(runs, self.body_width).apply_offsets(0, at)

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """The selected text without indent, for the clipboard."""
        text = "\n".join(words(line.runs) for line in self._lines)
        return selection.extract(text), "\n"

    def selection_updated(self, selection: Selection | None) -> None:
        self.refresh()

    def repaint(self) -> None:
        """Forget drawn strips."""
        super().repaint()
        self._strips.clear()

    # Size and mouse

    def on_resize(self) -> None:
        self._relayout()
        self._top = self._first_view() if self._newest else self._clamped(self._top)

    def on_click(self, event: events.Click) -> None:
        at = self._top + event.y - 1 - self._head_rows()
        if event.y - 1 < self._head_rows() or not 0 <= at < len(self._lines):
            return
        does = self._lines[at].does
        if does.startswith("file:"):
            self.post_message(self.FileClicked(int(does.removeprefix("file:"))))
        elif does:
            self.toggle(does)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.scroll_lines(WHEEL)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.scroll_lines(-WHEEL)
