"""Lists of other things than tickets: drafts, the outbox, what went wrong, what happened."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from msgspec.structs import replace

from deskterm import drafting, unsent
from deskterm.desk import Desk, Done
from deskterm.safe import clean
from deskterm.screens import happened
from deskterm.screens.pending import PendingScreen, Wish
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


Then = Callable[[Wish], Awaitable[None]]


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

        async def then(wish: Wish) -> None:
            self.screen.going.show_ticket(wish.row.ticket)
            if wish.does != "look":
                await self.screen.composing.begin(note=False)

        def rows() -> list[Row]:
            return [
                Row(ticket, f"{kind}: {' '.join(text.split())}")
                for ticket, kind, text in drafting.waiting(self.desk)
            ]

        self._list("Drafts", rows, then, empty="No draft waits.")

    def outbox(self) -> None:
        """Replies that have not left: called back, decided about, or looked at."""
        self._list(
            "Outbox", lambda: unsent.waiting(self.desk), self._wished, empty="Nothing waits to go out."
        )

    def errors(self) -> None:
        """Replies that failed and letters that could not be read, each with its ways on."""

        def rows() -> list[Row]:
            away = [Row("", words) for words in self.screen.telling.failing()]
            return [*away, *unsent.errors(self.desk)]

        self._list("Errors", rows, self._wished, empty="Nothing went wrong.")

    async def _wished(self, wish: Wish) -> None:
        row = wish.row
        if wish.does == "back":
            await self.screen.acting.undo(unsent.made_by(self.desk, row.row))
        elif wish.does == "look" or not row.failed:
            self.screen.going.show_ticket(row.ticket)
        else:
            await self._ways_on(row)

    def _list(self, title: str, read: Callable[[], list[Row]], then: Then, *, empty: str) -> None:
        """A screen of such rows, or the words that there are none."""
        if not read():
            self.screen.telling.tell(empty)
            return

        async def after(wish: Wish | None) -> None:
            self.screen.showing.refresh(own=True)
            try:
                if wish is not None:
                    await then(wish)
            except StoreError as error:
                self.screen.telling.tell(str(error), bad=True)

        screen = PendingScreen(self.desk, title, read, empty=empty, symbols=self.screen.look)
        self.screen.desk_app.push_screen(screen, after)

    async def _ways_on(self, row: Row) -> None:
        """What can be done about a reply that was not sent."""
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

    # What happened

    def ticket_history(self) -> None:
        ticket = self.screen.ticket()
        if ticket is None:
            raise Refused("There is no ticket here.")
        self.history(ticket.id)

    def history(self, ticket: str) -> None:
        """What happened to a ticket, or to the desk; `z` there takes back one act alone."""

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

        view = self.screen.showing.view
        queue = replace(view.queue, query=view.query)
        screen = HistoryScreen(self.desk, ticket, queue=queue, symbols=self.screen.look)
        self.screen.desk_app.push_screen(screen, then)
