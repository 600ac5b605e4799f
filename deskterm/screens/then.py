"""A ticket as it was: a slider over its entries, with its fields and conversation as each of them left it.

Reads beside the screen, so that no step waits for the one before. Changes nothing; `z` hands an entry back.
"""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace
from textual.app import ComposeResult

from deskterm import known, panes
from deskterm.action import THEN
from deskterm.desk import Desk
from deskterm.panes import TicketPane
from deskterm.safe import clean
from deskterm.screens import drawing, happened
from deskterm.screens.happened import Asked, Item
from deskterm.screens.keyed import Act, KeyedScreen
from deskterm.screens.reading import undo_words
from deskterm.symbols import Symbols
from deskterm.widgets.conversation import Conversation
from deskterm.widgets.lines import HintsLine, LinePane, StatusLine
from deskterm.widgets.paint import Role, Run
from store.errors import NotFound
from store.model import Bucket

WHAT_ROWS = 4
"""Rows for the slider and what the entry did."""


class ThenScreen(KeyedScreen["Asked | None"]):
    """Its result is what is to be done, or None."""

    PLACE = THEN

    DEFAULT_CSS = f"""
    ThenScreen {{ background: $background; }}
    ThenScreen #what {{ height: {WHAT_ROWS + 1}; }}
    """

    def __init__(self, desk: Desk, ticket: str, entry: int, *, symbols: Symbols) -> None:
        super().__init__(symbols=symbols)
        self.desk = desk
        self.ticket = ticket
        entries = known.happened(desk, ticket)
        self.items = happened.items(entries, names={})[::-1]
        """What happened to it, oldest first."""
        self.at = max((n for n, one in enumerate(self.items) if one.entry <= entry), default=0)
        self.shown = -1
        """The entry that the conversation shows."""

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
        self.draw_hints()
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
        self.told = []
        self.say_again()

    def say_again(self) -> None:
        self.query_one("#status", StatusLine).show(
            self.told or [(undo_words(self.desk, self.item), Role.DIM)]
        )

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

    def acts(self) -> dict[str, Act]:
        talk = self.query_one("#talk", Conversation)

        def lines(by: int) -> Act:
            return lambda: talk.scroll_lines(by)

        def pages(by: int) -> Act:
            return lambda: talk.scroll_pages(by)

        def to(by: int) -> Act:
            return lambda: self._to(by)

        return {
            **super().acts(),
            "then.before": to(-1),
            "then.after": to(1),
            "list.top": to(-1_000_000),
            "list.bottom": to(1_000_000),
            "list.down": lines(1),
            "list.up": lines(-1),
            "view.line_down": lines(1),
            "view.line_up": lines(-1),
            "list.half_down": lines(10),
            "list.half_up": lines(-10),
            "view.page_down": pages(1),
            "view.page_up": pages(-1),
            "list.page_down": pages(1),
            "list.page_up": pages(-1),
            "view.unfold": talk.unfold,
            "then.now": lambda: self.end(Asked(ticket=self.ticket)),
            "history.undo": lambda: self.end(Asked(entry=self.item.entry, undo=True)),
        }

    def why_off(self, action: str) -> str:
        if action == "history.undo":
            return self.item.why
        if action == "then.before" and self.at == 0:
            return "It began here."
        last = self.at + 1 == len(self.items)
        return "Nothing happened to it since." if action == "then.after" and last else ""

    def _to(self, by: int) -> None:
        self.at = max(0, min(self.at + by, len(self.items) - 1))
        self._show()


def _more(pane: TicketPane) -> list[tuple[Run, ...]]:
    """Fields the head of a ticket leaves out."""
    ticket = pane.ticket
    away = ticket.bucket.value if ticket.bucket in (Bucket.BIN, Bucket.SPAM) else ""
    named = (("group", ticket.group), ("type", ticket.type), ("in the", away))
    said = ", ".join(f"{name} {clean(value)}" for name, value in named if value)
    return [((f" {said}", Role.DIM),)] if said else []
