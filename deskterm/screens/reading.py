"""A screen to read lines on: history and the like. Scrolls, and esc or q goes back."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.app import ComposeResult
from textual.screen import Screen

from deskterm.symbols import Symbols
from deskterm.widgets.lines import HintsLine, LinePane
from deskterm.widgets.paint import Run

_STEPS = {"j": 1, "down": 1, "k": -1, "up": -1}
_PAGES = {"space": 1, "pagedown": 1, "ctrl+d": 1, "b": -1, "pageup": -1, "ctrl+u": -1}


class TextScreen(Screen[None]):
    def __init__(self, title: str, lines: Sequence[Sequence[Run]], *, symbols: Symbols) -> None:
        super().__init__()
        self.words = title
        self.text = lines
        self.look = symbols

    def compose(self) -> ComposeResult:
        yield LinePane(symbols=self.look, id="text")
        yield HintsLine(symbols=self.look, id="hints")

    def on_mount(self) -> None:
        pane = self.query_one("#text", LinePane)
        pane.show(self.words, self.text)
        pane.focus()
        self.query_one("#hints", HintsLine).show_entries(
            (("↑↓", "move", ""), ("space", "page", ""), ("esc", "back", ""))
        )

    def on_key(self, event: events.Key) -> None:
        pane = self.query_one("#text", LinePane)
        event.stop()
        if event.key in ("escape", "q"):
            self.dismiss()
        elif event.key in _STEPS:
            pane.scroll_lines(_STEPS[event.key])
        elif event.key in _PAGES:
            pane.scroll_lines(_PAGES[event.key] * max(pane.body_height - 2, 1))
        elif event.key in ("g", "home"):
            pane.scroll_lines(-len(self.text))
        elif event.key in ("G", "end"):
            pane.scroll_lines(len(self.text))
