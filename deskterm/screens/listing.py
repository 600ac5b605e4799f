"""Lists of other things than tickets: drafts, the outbox, what went wrong, what happened."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

from deskterm import acts, drafting, known, unsent
from deskterm.desk import Desk, Done
from deskterm.safe import clean
from deskterm.screens import happened
from deskterm.screens.reading import HistoryScreen
from deskterm.unsent import Row
from deskterm.widgets.picker import Choice, PickerBox, Question
from store.errors import Refused, StoreError

if TYPE_CHECKING:
    from deskterm.screens.main import Handler, MainScreen

WAYS: dict[str, Callable[[Desk, str], Done]] = {
    "again": unsent.again, "arrived": unsent.arrived, "drop": unsent.drop,
}  # fmt: skip
"""What can be done about a reply at once."""


def _choices(state: str) -> tuple[Choice, ...]:
    """What a person can decide about a reply in this state."""
    unsure, asks = state == unsent.UNSURE, state == unsent.ASKS
    last = Choice("arrived", "it arrived", "4", "it counts as sent") if unsure else (
        Choice("drop", "give it up", "4", "nobody gets it who has not got it")
    )  # fmt: skip
    return (
        Choice("write", "put it back into the composer", "1", "text and files are kept"),
        Choice(
            "again", "send it as it is" if asks else "try again", "2", "it may arrive twice" if unsure else ""
        ),
        Choice("look", "look at the ticket", "3"),
        last,
    )


Then = Callable[[Row], Awaitable[None]]


class Listing:
    def __init__(self, screen: MainScreen) -> None:
        self.screen = screen
        self.desk = screen.desk

    def handlers(self) -> dict[str, Handler]:
        return {
            "go.drafts": lambda _: self.drafts(),
            "go.outbox": lambda _: self.outbox(),
            "go.errors": lambda _: self.errors(),
            "go.history": lambda _: self.history(""),
            "ticket.history": lambda _: self.ticket_history(),
        }

    def drafts(self) -> None:
        """What is half written; enter goes on with it."""

        async def then(row: Row) -> None:
            self.screen.going.show_ticket(row.ticket)
            await self.screen.composing.begin(note=False)

        rows = [
            Row(ticket, f"{kind}: {' '.join(text.split())[:60]}")
            for ticket, kind, text in drafting.waiting(self.desk)
        ]
        self._ask("Drafts", rows, then, empty="No draft waits.", foot="enter goes on with it   esc close")

    def outbox(self) -> None:
        """Replies that have not left."""
        self._ask("Outbox", unsent.waiting(self.desk), self._go, empty="Nothing waits to go out.")

    def errors(self) -> None:
        """Replies that failed and letters that could not be read, each with its ways on."""
        away = [Row("", words) for words in self.screen.telling.failing()]
        rows = [*away, *unsent.errors(self.desk)]
        self._ask("Errors", rows, self._ways_on, empty="Nothing went wrong.")

    async def _go(self, row: Row) -> None:
        self.screen.going.show_ticket(row.ticket)

    async def _ways_on(self, row: Row) -> None:
        """What can be done about a reply that was not sent."""
        if not row.row:
            self.screen.telling.tell(f"{row.words} `deskterm doctor` tells more.", bad=True)
            return
        self.screen.going.show_ticket(row.ticket)
        state, error = unsent.said(self.desk, row.row)

        async def then(picked: PickerBox.Picked) -> None:
            way = picked.ids[0]
            if way in WAYS:
                done = await self.screen.desk_app.commit(lambda: WAYS[way](self.desk, row.row))
                self.screen.acting.finished(done)
            elif way == "write":
                done = await self.screen.desk_app.commit(lambda: unsent.rewrite(self.desk, row.row))
                self.screen.acting.finished(done)
                await self.screen.composing.begin(note=False)

        choices = _choices(unsent.state(self.desk, row.row))
        title = f"{state}{f': {clean(error)}' if error else ''}"
        self.screen.acting.ask(Question(title, choices, "a number or enter   esc close"), then)

    def _ask(
        self, title: str, rows: Sequence[Row], then: Then, *, empty: str,
        foot: str = "enter goes there   esc close",
    ) -> None:  # fmt: skip
        if not rows:
            self.screen.telling.tell(empty)
            return
        choices = tuple(
            Choice(str(n), self._named(row.ticket), detail=row.words) for n, row in enumerate(rows)
        )

        async def chosen(picked: PickerBox.Picked) -> None:
            await then(rows[int(picked.ids[0])])

        self.screen.acting.ask(Question(f"{title} {len(rows)}", choices, foot), chosen)

    def _named(self, ticket: str) -> str:
        found = known.some(self.desk, [ticket])
        return acts.name(found)[:48] if found else "mail"

    # What happened

    def ticket_history(self) -> None:
        ticket = self.screen.ticket()
        if ticket is None:
            raise Refused("There is no ticket here.")
        self.history(ticket.id)

    def history(self, ticket: str) -> None:
        """What happened to a ticket, or to the desk; `z` there takes back one act alone."""
        entries = known.happened(self.desk, ticket)
        named = known.touched(self.desk, entries)
        what = acts.name([named[ticket]]) if ticket in named else ""
        title = f"What happened to {clean(what)}" if what else "Everything that happened, newest first"
        items = happened.items(entries, names={} if ticket else named)

        async def then(asked: happened.Asked | None) -> None:
            if asked is None:
                return
            try:
                if asked.undo:
                    await self.screen.acting.undo(asked.entry)
                elif asked.ticket:
                    self.screen.going.show_ticket(asked.ticket)
            except StoreError as error:
                self.screen.telling.tell(str(error), bad=True)

        screen = HistoryScreen(self.desk, title, items, symbols=self.screen.look)
        self.screen.desk_app.push_screen(screen, then)
