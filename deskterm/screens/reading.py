"""A screen to read what happened on: `z` takes one entry back alone, enter goes to its ticket."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.app import ComposeResult
from textual.screen import Screen

from deskterm.screens.happened import Asked, Item
from deskterm.symbols import Symbols
from deskterm.widgets.lines import HintsLine, LinePane, StatusLine
from deskterm.widgets.paint import Role, Run

UNDO_WORDS = "z undoes that alone, if nothing later depends on it"
_STEPS = {"j": 1, "down": 1, "k": -1, "up": -1}
_PAGES = {"space": 10, "pagedown": 10, "ctrl+d": 5, "b": -10, "pageup": -10, "ctrl+u": -5}
_ENDS = {"g": -1_000_000, "home": -1_000_000, "G": 1_000_000, "end": 1_000_000}


class HistoryScreen(Screen["Asked | None"]):
    """Entries newest first. Its result is what is to be done, or None."""

    DEFAULT_CSS = "HistoryScreen { background: $background; }"

    def __init__(self, title: str, items: Sequence[Item], *, symbols: Symbols) -> None:
        super().__init__()
        self.words = title
        self.items = items
        self.look = symbols
        self.at = 0

    def compose(self) -> ComposeResult:
        yield LinePane(symbols=self.look, id="text")
        yield StatusLine(symbols=self.look, id="status")
        yield HintsLine(symbols=self.look, id="hints")

    def on_mount(self) -> None:
        self.query_one("#text", LinePane).focus()
        self.query_one("#hints", HintsLine).show_entries(
            [
                ("j k", "move", ""),
                ("enter", "show the ticket", ""),
                ("z", "undo this alone", ""),
                ("space", "page", ""),
                ("esc", "back", "nav.back"),
            ]
        )
        self._show()

    def on_resize(self) -> None:
        self._show()

    def _show(self) -> None:
        pane, room = self.query_one("#text", LinePane), self.size.width
        drawn: list[list[Run]] = []
        first = last = 0
        for n, item in enumerate(self.items):
            if n == self.at:
                first = len(drawn)
            drawn += item.lines(room, self.look, cursor=n == self.at)
            if n == self.at:
                last = len(drawn) - 1
        pane.show(self.words, drawn or [[(" Nothing happened yet.", Role.DIM)]], keep=True)
        pane.scroll_into_view(first, last)
        item = self.items[self.at] if self.items else None
        words = (
            item.why
            if item is not None and item.why
            else "z undoes that alone, if nothing later depends on it"
        )
        self.query_one("#status", StatusLine).show([(words, Role.DIM)], [(f"{len(self.items):,} ", Role.DIM)])

    def on_key(self, event: events.Key) -> None:
        event.stop()
        event.prevent_default()
        by = _STEPS.get(event.key) or _PAGES.get(event.key) or _ENDS.get(event.key)
        item = self.items[self.at] if self.items else None
        if event.key in ("escape", "q"):
            self.dismiss(None)
        elif by is not None:
            self.at = max(0, min(self.at + by, len(self.items) - 1))
            self._show()
        elif item is not None and event.key == "enter" and item.ticket:
            self.dismiss(Asked(ticket=item.ticket))
        elif item is not None and event.key in ("z", "u") and not item.why:
            self.dismiss(Asked(entry=item.entry, undo=True))

    def on_hints_line_chosen(self, event: HintsLine.Chosen) -> None:
        self.dismiss(None)
