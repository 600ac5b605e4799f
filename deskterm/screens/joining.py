"""Joining and parting on the main screen: merge, take letters out, answer what a ticket asks.

Asks by pickers; what the acts mean is in deskterm.joining and deskterm.asks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from deskterm import asks, joining, known, moments
from deskterm.acts import Act, label, name
from deskterm.desk import Done
from deskterm.safe import clean
from deskterm.widgets.picker import Choice, PickerBox, Question
from store.errors import Refused
from store.model import Message, Ticket

if TYPE_CHECKING:
    from deskterm.screens.acting import Acting
    from deskterm.screens.main import Handler, MainScreen

_NEW = "new"


class Joining:
    def __init__(self, screen: MainScreen, acting: Acting) -> None:
        self.screen = screen
        self.desk = screen.desk
        self.acting = acting

    def handlers(self) -> dict[str, Handler]:
        return {
            "ticket.merge": lambda _: self.ask_merge(),
            "ticket.split": lambda _: self.ask_letters(),
            "ask.accept": lambda _: self.answer(self._accept),
            "ask.dismiss": lambda _: self.answer(self._dismiss),
        }

    async def act(self, make: Callable[[], Act]) -> None:
        """Do one act and say it."""
        self.finished(await self.screen.desk_app.commit(lambda: self.desk.do(make())))

    async def answer(self, make: Callable[[Ticket], Act]) -> None:
        """Answer what the ticket asks that is the target now, wherever the cursor is when its turn comes."""
        found = self.acting.targets()
        await self.act(lambda: make(self._one(found)))

    def finished(self, done: Done) -> None:
        self.acting.finished(done)

    def _one(self, eids: Sequence[str]) -> Ticket:
        found = known.some(self.desk, eids)
        if len(found) != 1:
            raise Refused("This is for one ticket at a time.")
        return found[0]

    def _accept(self, ticket: Ticket) -> Act:
        return asks.accept(self.desk.conn, self.desk.store.secret, ticket)

    def _dismiss(self, ticket: Ticket) -> Act:
        return asks.dismiss(self.desk.conn, ticket)

    def ask_merge(self) -> None:
        """Into which ticket: the likely ones, or any number typed."""
        some = known.some(self.desk, self.acting.targets())

        async def then(picked: PickerBox.Picked) -> None:
            into = self.desk.ticket(picked.ids[0] if picked.ids else picked.typed)
            await self.act(lambda: joining.merge(self.desk.conn, some, into))

        likely = known.likely_twins(self.desk, some)
        self.acting.ask(_tickets(f"Merge {clean(name(some))} into", likely), then)

    def ask_letters(self) -> None:
        """Which letters, then where they go."""
        ticket = self._one(self.acting.targets())
        letters = known.letters(self.desk, ticket)
        zone = moments.local()
        choices = tuple(
            Choice(
                one.id, clean(f"{moments.shown(one.date, zone=zone)}  {one.sender or one.author}"),
                detail=clean(one.snippet),
            )
            for one in letters
        )  # fmt: skip

        async def then(picked: PickerBox.Picked) -> None:
            some = [one for one in letters if one.id in picked.ids]
            if not some:
                raise Refused("No letter was ticked; nothing was moved.")
            self._ask_where(ticket, some)

        foot = "space ticks   enter goes on   esc close"
        title = f"Letters to take out of {label(ticket)}"
        self.acting.ask(Question(title, choices, foot, instant=False, several=True), then)

    def _ask_where(self, ticket: Ticket, letters: list[Message]) -> None:
        async def then(picked: PickerBox.Picked) -> None:
            if picked.ids == (_NEW,):
                split = await self.screen.desk_app.commit(
                    lambda: joining.split_off(self.desk, ticket, letters)
                )
                self.finished(split)
                return
            to = self.desk.ticket(picked.ids[0] if picked.ids else picked.typed)
            await self.act(lambda: joining.move(self.desk.conn, ticket, letters, to))

        new = Choice(_NEW, "a ticket of their own", "n")
        likely = known.likely_twins(self.desk, [ticket])
        self.acting.ask(_tickets("Where they go", likely, before=(new,)), then)


def _tickets(title: str, likely: list[Ticket], *, before: tuple[Choice, ...] = ()) -> Question:
    choices = tuple(Choice(one.id, clean(f"{label(one)} {one.subject}"), detail=one.status) for one in likely)
    foot = "enter choose   type a number   esc close"
    return Question(title, (*before, *choices), foot, instant=False, free="this ticket")
