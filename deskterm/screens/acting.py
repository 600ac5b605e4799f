"""Acts on the ticket under the cursor or on the selection: one key, one commit, one undo.

Asks by pickers where a key needs a value. What an act means is in deskterm.acts; this only finds the
tickets and says what was done.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

from deskterm import acts, moments, panes
from deskterm.acts import Act
from deskterm.screens import choosing
from deskterm.widgets.picker import Picker, PickerBox, Question
from store.errors import Refused, StoreError
from store.model import Status, Ticket
from store.reads import people, tickets

if TYPE_CHECKING:
    from deskterm.screens.main import Handler, MainScreen

Make = Callable[[Sequence[Ticket]], Act]
Chosen = Callable[[PickerBox.Picked], Awaitable[None]]


class Acting:
    def __init__(self, screen: MainScreen) -> None:
        self.screen = screen
        self.desk = screen.desk
        self.again: Make | None = None
        """The last act, for `.`."""

    def handlers(self) -> dict[str, Handler]:
        return {
            "ticket.solve": lambda _: self.act(lambda some: acts.status(some, Status.SOLVED)),
            "ticket.wait": lambda _: self.act(lambda some: acts.status(some, Status.WAITING)),
            "ticket.spam": lambda _: self.act(lambda some: acts.status(some, Status.SPAM)),
            "ticket.take": lambda _: self.act(lambda some: acts.assign(some, self.desk.agent)),
            "ticket.unread": lambda _: self.act(acts.unread),
            "ticket.bin": lambda _: self.act(acts.bin_),
            "ticket.status": lambda _: self.ask_status(),
            "ticket.priority": lambda _: self.ask_priority(),
            "ticket.snooze": lambda _: self.ask_snooze(),
            "ticket.assign": lambda _: self.ask_assignee(),
            "ticket.tag": lambda _: self.ask_tags(),
            "change.repeat": lambda _: self.repeat(),
            "change.undo": lambda _: self.undo(),
            "change.redo": lambda _: self.redo(),
            "macro.open": lambda _: self.ask_macro(),
        }

    def targets(self) -> list[Ticket]:
        """The selected tickets, else the one under the cursor."""
        picked, listed = self.screen.list.picked, self.screen.list
        if picked.everything:
            found = [
                eid for eid in panes.matching(self.desk, self.screen.view.query) if eid not in picked.ids
            ]
        elif picked.ids:
            found = sorted(picked.ids)
        else:
            found = [listed.line.id] if listed.line else []
        return tickets.many(self.desk.conn, found)

    async def act(self, make: Make) -> None:
        """Do an act on the targets and go on to the next ticket."""
        some = self.targets()
        if not some:
            self.screen.tell("There is no ticket here.")
            return
        act = make(some)
        done = await self.screen.desk_app.commit(lambda: self.desk.do(act))
        self.again = make
        self.screen.list.drop_selection()
        self.screen.refresh_all()
        self.screen.done(done)
        stays = self.desk.settings.after_solve == "next" and len(some) == 1 and self._still_there(some[0])
        if stays and act.kind in ("solve", "wait", "snooze"):
            self.screen.list.move(1)

    def _still_there(self, ticket: Ticket) -> bool:
        line = self.screen.list.line
        return line is not None and line.id == ticket.id

    async def repeat(self) -> None:
        if self.again is None:
            self.screen.tell("Nothing to repeat yet.")
            return
        await self.act(self.again)

    async def undo(self) -> None:
        """Take back the last act; a reply called back opens in the composer again."""
        done = await self.screen.desk_app.commit(self.desk.undo)
        self.screen.refresh_all()
        self.screen.done(done)
        await self.screen.composing.reopen(done)

    async def redo(self) -> None:
        done = await self.screen.desk_app.commit(self.desk.redo)
        self.screen.refresh_all()
        self.screen.done(done)

    # Pickers

    def ask(self, question: Question, then: Chosen, *, preview: choosing.Preview | None = None) -> None:
        """Show a picker; `then` gets what was picked, errors are said."""

        async def chosen(picked: PickerBox.Picked | None) -> None:
            if picked is None:
                return
            try:
                await then(picked)
            except StoreError as error:
                self.screen.tell(str(error), bad=True)

        self.screen.desk_app.push_screen(Picker(question, preview=preview, symbols=self.screen.look), chosen)

    def ask_status(self) -> None:
        some = self.targets()

        async def then(picked: PickerBox.Picked) -> None:
            await self.act(lambda those: acts.status(those, Status(picked.ids[0])))

        self.ask(choosing.status(some), then)

    def ask_priority(self) -> None:
        some = self.targets()

        async def then(picked: PickerBox.Picked) -> None:
            await self.act(lambda those: acts.priority(those, int(picked.ids[0])))

        self.ask(choosing.priority(some), then)

    def ask_snooze(self) -> None:
        async def then(picked: PickerBox.Picked) -> None:
            words = picked.ids[0] if picked.ids else picked.typed
            until = moments.ahead(words, now=self.desk.now, zone=moments.local())
            await self.act(lambda those: acts.snooze(those, until=until))

        self.ask(choosing.snooze(self.desk.now), then)

    def ask_assignee(self) -> None:
        names = people.agents(self.desk.conn)

        async def then(picked: PickerBox.Picked) -> None:
            name = picked.ids[0] if picked.ids else picked.typed
            await self.act(lambda those: acts.assign(those, "" if name == choosing.NOBODY else name))

        self.ask(choosing.assignee(names, me=self.desk.agent), then)

    def ask_tags(self) -> None:
        some = self.targets()
        known = [name for name, _ in tickets.tags(self.desk.conn)]
        on = set[str].intersection(*(set(t.tags) for t in some)) if some else set[str]()

        async def then(picked: PickerBox.Picked) -> None:
            wanted = set(picked.ids) | choosing.typed_tags(picked.typed)
            add, remove = wanted - on, on - wanted if picked.ids or not picked.typed else set[str]()
            await self.act(lambda those: acts.tag(those, add=sorted(add), remove=sorted(remove)))

        self.ask(choosing.tags(known, on=on, some=some), then)

    def ask_macro(self) -> None:
        """Choose a macro; the preview is the plan itself."""
        some = self.targets()
        if not some:
            raise Refused("There is no ticket here.")
        self.screen.composing.macros.ask(some)
