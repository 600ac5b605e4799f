"""A queue as it was: a slider over the acts of the desk, with the tickets that stood in the queue after each.

Folding the log takes long on a large desk: it is done beside the screen, and given up for a newer moment.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from deskterm import known, past
from deskterm.action import DESK_THEN
from deskterm.counting import many
from deskterm.desk import Desk
from deskterm.moments import local
from deskterm.safe import clean
from deskterm.screens.happened import Asked
from deskterm.screens.keyed import Act
from deskterm.screens.lists import ListScreen
from deskterm.symbols import Symbols
from deskterm.widgets import rows
from deskterm.widgets.paint import Role, Run
from store.model import Line, Queue
from store.rules import query

DAY = 86_400


class ThenLine(Struct, frozen=True):
    """One ticket as its row stood."""

    line: Line
    at: int

    def lines(self, room: int, look: Symbols, *, cursor: bool) -> list[list[Run]]:
        clock = rows.clock_of(self.line, now=self.at, symbols=look)
        columns = rows.columns_for(max(room - 1, 40), alone=room < 80)
        return [rows.row(self.line, columns=columns, clock=clock, symbols=look, cursor=cursor)]


class QueueThenScreen(ListScreen[ThenLine, Asked]):
    """Its result is the ticket to show, or None."""

    PLACE = DESK_THEN
    EMPTY = ""

    def __init__(self, desk: Desk, queue: Queue, at: int, *, symbols: Symbols) -> None:
        super().__init__("", (), symbols=symbols)
        self.desk = desk
        self.queue = queue
        self.moment = at
        """Unix seconds; the queue is shown as it was at the end of this one."""
        self.first, self.last = known.span(desk)
        self.reading = True
        self._asked = 0
        """Counts the moments that were asked for; only the last one is shown."""

    def on_mount(self) -> None:
        self.to(self.moment)

    def on_unmount(self) -> None:
        self._asked += 1  # nobody waits any more for what is read

    def to(self, moment: int) -> None:
        """Show another moment."""
        self.moment = max(self.first, min(moment, self.last))
        then = datetime.fromtimestamp(self.moment)
        self.words = f"{clean(self.queue.name)} as it was on {then:%A, %B} {then.day}, {then:%Y, %H:%M:%S}"
        self.reading = True
        self._asked += 1
        self.told = []
        self.draw()
        self.run_worker(self._read(self.moment, self._asked))

    async def _read(self, at: int, asked: int) -> None:
        def work() -> list[ThenLine]:
            tree = query.visible(query.parse(self.queue.query))
            found = past.tickets(self.desk, tree, at, zone=local(), stopped=lambda: asked != self._asked)
            return [ThenLine(past.line(*one), at) for one in found]

        found = await self.desk_app.read(work)
        if asked != self._asked or not self.is_attached:
            return
        under = self.item.line.id if self.item is not None else ""
        self.items = found
        self.at = next((n for n, one in enumerate(found) if one.line.id == under), 0)
        self.empty = "The queue was empty."
        self.reading = False
        self.draw()

    def above(self, room: int) -> list[list[Run]]:
        """Where it stands between the first act and the last."""
        width = max(room - 3, 4)
        share = (self.moment - self.first) / max(self.last - self.first, 1)
        full = max(min(int(width * share), width), 1)
        return [
            [
                (" ", Role.TEXT),
                (self.look.full * full, Role.CALM),
                (self.look.rest * (width - full), Role.DIM),
            ]
        ]

    def about(self) -> Sequence[Run]:
        if self.reading:
            return [("reading the log", Role.DIM)]
        return [(f"{many(len(self.items), 'ticket')}; names and policies are those of today", Role.DIM)]

    def acts(self) -> dict[str, Act]:
        return {
            **super().acts(),
            "then.before": lambda: self._step(-1),
            "then.after": lambda: self._step(1),
            "then.day_before": lambda: self.to(self.moment - DAY),
            "then.day_after": lambda: self.to(self.moment + DAY),
            "then.ticket": self._ticket,
            "then.ticket_now": self._now,
        }

    def why_off(self, action: str) -> str:
        if action in ("then.before", "then.day_before") and self.moment <= self.first:
            return "Nothing happened before."
        if action in ("then.after", "then.day_after") and self.moment >= self.last:
            return "Nothing happened since."
        return "No ticket stood here." if action.startswith("then.ticket") and self.item is None else ""

    def _step(self, by: int) -> None:
        """To the act before or after, whichever second it was in."""
        self.to(known.next_act(self.desk, self.moment, by=by))

    def _now(self) -> None:
        if self.item is not None:
            self.dismiss(Asked(ticket=self.item.line.id))

    def _ticket(self) -> None:
        """The ticket under the cursor as it was then."""
        from deskterm.screens.then import ThenScreen

        def after(asked: Asked | None) -> None:
            if asked is not None:
                self.dismiss(asked)

        assert self.item is not None
        entry = known.last_entry(self.moment)
        screen = ThenScreen(self.desk, self.item.line.id, entry, symbols=self.look)
        self.desk_app.push_screen(screen, after)
