"""A ticket as it was: a slider over its entries, with its fields and conversation as each of them left it.

Reads beside the screen, so that no step waits for the one before. Changes nothing; `z` hands an entry back.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, cast

from textual import events
from textual.app import ComposeResult
from textual.screen import Screen

from deskterm import known, panes
from deskterm.desk import Desk
from deskterm.panes import TicketPane
from deskterm.safe import clean
from deskterm.screens import drawing, happened
from deskterm.screens.happened import Asked, Item
from deskterm.screens.reading import undo_words
from deskterm.symbols import Symbols
from deskterm.widgets.conversation import Conversation
from deskterm.widgets.lines import HintsLine, LinePane, StatusLine
from deskterm.widgets.paint import Role, Run
from store.errors import NotFound
from store.model import Bucket

if TYPE_CHECKING:
    from deskterm.app import DesktermApp

_STEPS = {"left": -1, "right": 1, "left_square_bracket": -1, "right_square_bracket": 1}
_ENDS = {"home": -1_000_000, "g": -1_000_000, "end": 1_000_000, "G": 1_000_000}
_SCROLLS = {"j": 1, "down": 1, "J": 1, "k": -1, "up": -1, "K": -1}
_PAGES = {"space": 1, "pagedown": 1, "b": -1, "pageup": -1}
HINTS = (
    ("←", "before", "left"),
    ("→", "after", "right"),
    ("j k", "scroll", "j"),
    ("enter", "the ticket now", "enter"),
    ("z", "undo this alone", "z"),
    ("esc", "back", "escape"),
)
WHAT_ROWS = 4
"""Rows for the slider and what the entry did."""


class ThenScreen(Screen["Asked | None"]):
    """Its result is what is to be done, or None."""

    DEFAULT_CSS = f"""
    ThenScreen {{ background: $background; }}
    ThenScreen #what {{ height: {WHAT_ROWS + 1}; }}
    """

    def __init__(self, desk: Desk, ticket: str, entry: int, *, symbols: Symbols) -> None:
        super().__init__()
        self.desk = desk
        self.ticket = ticket
        self.look = symbols
        entries = known.happened(desk, ticket)
        self.items = happened.items(entries, names={})[::-1]
        """What happened to it, oldest first."""
        self.at = max((n for n, one in enumerate(self.items) if one.entry <= entry), default=0)
        self.shown = -1
        """The entry that the conversation shows."""

    @property
    def desk_app(self) -> DesktermApp:
        return cast("DesktermApp", self.app)  # pyright: ignore[reportUnknownMemberType]

    @property
    def item(self) -> Item:
        return self.items[self.at]

    def compose(self) -> ComposeResult:
        yield LinePane(symbols=self.look, id="what")
        yield Conversation(symbols=self.look, id="talk")
        yield StatusLine(symbols=self.look, grows=True, id="status")
        yield HintsLine(symbols=self.look, id="hints")

    def on_mount(self) -> None:
        self.query_one("#talk", Conversation).focus()
        arrows = {"←": "left", "→": "right"} if self.look.rule.isascii() else {}
        hints = [(arrows.get(key, key), words, does) for key, words, does in HINTS]
        self.query_one("#hints", HintsLine).show_entries(hints)
        self._show()

    def on_resize(self) -> None:
        self._slide()

    def _show(self) -> None:
        self._slide()
        self.run_worker(self._read(self.item), exclusive=True)

    def _slide(self) -> None:
        """Where it stands, and what that entry did."""
        room = self.size.width
        count = len(self.items)
        words = f" {self.at + 1:,} of {count:,} "
        width = max(room - len(words) - 3, 4)
        full = max(width * (self.at + 1) // count, 1)
        bar: list[Run] = [
            (" ", Role.TEXT),
            (self.look.full * full, Role.CALM),
            (self.look.rest * (width - full), Role.DIM),
            (words, Role.TEXT),
        ]
        did = replace(self.item, day="").lines(room, self.look, cursor=False)[: WHAT_ROWS - 1]
        day = datetime.fromtimestamp(self.item.at)
        title = f"As it was on {day:%A, %B} {day.day}, {day:%Y}, {day:%H:%M}"
        self.query_one("#what", LinePane).show(title, [bar, *did])
        self.query_one("#status", StatusLine).show([(undo_words(self.desk, self.item), Role.DIM)])

    async def _read(self, item: Item) -> None:
        talk = self.query_one("#talk", Conversation)
        try:
            pane = await self.desk_app.read(lambda: panes.past(self.desk, self.ticket, item.entry))
        except NotFound as error:
            talk.show(replace(talk.head, title=clean(str(error)), lines=()), (), empty=clean(str(error)))
        else:
            head = drawing.head(pane, me=self.desk.agent, look=self.look)
            head = replace(head, lines=(*head.lines, *_more(pane)))
            talk.show(head, drawing.blocks(pane, me=self.desk.agent, now=pane.now), empty="No letter yet.")
        self.shown = item.entry

    def on_key(self, event: events.Key) -> None:
        event.stop()
        event.prevent_default()
        self._pressed(event.key)

    def _pressed(self, key: str) -> None:
        talk = self.query_one("#talk", Conversation)
        by = _STEPS.get(key) or _ENDS.get(key)
        if key in ("escape", "q"):
            self.dismiss(None)
        elif by is not None:
            self.at = max(0, min(self.at + by, len(self.items) - 1))
            self._show()
        elif key in _SCROLLS:
            talk.scroll_lines(_SCROLLS[key])
        elif key in _PAGES:
            talk.scroll_pages(_PAGES[key])
        elif key == "greater_than_sign":
            talk.unfold()
        elif key in ("enter", "o"):
            self.dismiss(Asked(ticket=self.ticket))
        elif key in ("z", "u") and not self.item.why:
            self.dismiss(Asked(entry=self.item.entry, undo=True))

    def on_hints_line_chosen(self, event: HintsLine.Chosen) -> None:
        self._pressed(event.action)


def _more(pane: TicketPane) -> list[tuple[Run, ...]]:
    """Fields the head of a ticket leaves out."""
    ticket = pane.ticket
    away = ticket.bucket.value if ticket.bucket in (Bucket.BIN, Bucket.SPAM) else ""
    named = (("group", ticket.group), ("type", ticket.type), ("in the", away))
    said = ", ".join(f"{name} {clean(value)}" for name, value in named if value)
    return [((f" {said}", Role.DIM),)] if said else []
