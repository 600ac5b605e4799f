"""Acts on the ticket under the cursor or on the selection: one key, one commit, one undo.

Asks by pickers where a key needs a value. What an act means is in deskterm.acts; this only finds the
tickets and says what was done.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

from deskterm import acts, known, moments, sleeps, todo
from deskterm.acts import Act
from deskterm.desk import Done
from deskterm.screens import choosing, going_on
from deskterm.screens.joining import Joining
from deskterm.screens.macroing import MacroPicker
from deskterm.widgets.picker import Picker, PickerBox, Preview, Question
from store.errors import Refused, StoreError
from store.model import Status, Ticket

if TYPE_CHECKING:
    from deskterm.screens.main import Handler, MainScreen

T = TypeVar("T")
Make = Callable[[Sequence[Ticket]], Act]
Chosen = Callable[[PickerBox.Picked], Awaitable[None]]
GOES_ON = ("solve", "wait", "snooze")
"""Acts after which the next ticket is looked at, also where this one stays in the list."""


class Acting:
    def __init__(self, screen: MainScreen) -> None:
        self.screen = screen
        self.desk = screen.desk
        self.macros = MacroPicker(screen, self)
        self.joining = Joining(screen, self)
        self.again: Callable[[], Awaitable[None]] | None = None
        """The last act, for `.`."""
        self.going_on = 0
        """Acts on thousands that run beside the screen."""

    def handlers(self) -> dict[str, Handler]:
        return {
            "ticket.solve": lambda _: self.act(lambda some: acts.status(some, Status.SOLVED)),
            "ticket.wait": lambda _: self.act(lambda some: acts.status(some, Status.WAITING)),
            "ticket.spam": lambda _: self.act(lambda some: acts.status(some, Status.SPAM)),
            "ticket.take": lambda _: self.take(),
            "ticket.unread": lambda _: self.act(acts.unread),
            "ticket.bin": lambda _: self.act(acts.bin_),
            "ticket.status": lambda _: self.ask_status(),
            "ticket.priority": lambda _: self.ask_priority(),
            "ticket.snooze": lambda _: self.ask_snooze(),
            "ticket.assign": lambda _: self.ask_assignee(),
            "ticket.tag": lambda _: self.ask_tags(),
            "ticket.todo": lambda _: self.ask_todo(),
            "change.repeat": lambda _: self.repeat(),
            "change.undo": lambda _: self.undo(),
            "change.redo": lambda _: self.redo(),
            **self.joining.handlers(),
            "macro.open": lambda _: self._ask_macro(),
        }

    def targets(self) -> list[str]:
        """Ids of the selected tickets, else of the one under the cursor. Raises Refused if there is none."""
        return self._chosen()()

    def _chosen(self) -> Callable[[], list[str]]:
        """What reads the targets, on any thread; which they are is settled now. Raises Refused, as that does.

        While an act on thousands goes on, what is selected may be what it acts on and has to wait.
        """
        picked, line = self.screen.list.picked, self.screen.list.line
        if self.going_on and (picked.everything or picked.ids):
            raise Refused("An act on many tickets is still going on; a key for the selection comes after it.")
        everything, ids = self.screen.showing.everything() if picked.everything else None, set(picked.ids)

        def read() -> list[str]:
            if everything is not None:
                found = [eid for eid in everything() if eid not in ids]
            else:
                found = sorted(ids) or ([line.id] if line is not None else [])
            if not found:
                raise Refused("There is no ticket here.")
            return found

        return read

    @property
    def _count(self) -> int:
        """How many tickets the next key is about."""
        return self.screen.list.picked.count(self.screen.list.total)

    async def act(self, make: Make, *, on: Sequence[str] = ()) -> None:
        """Do an act on the targets, or on those that were asked about, and go on to the next ticket."""
        count = len(on) or self._count
        if count >= going_on.WORTH:
            self.screen.telling.tell(f"{count:,} tickets change; a moment")
        await self.over(count, self._act(make, (lambda: list(on)) if on else self._chosen()))

    async def _act(self, make: Make, chosen: Callable[[], list[str]]) -> None:
        def work() -> tuple[list[str], Act, Done]:
            found = chosen()
            act = make(known.some(self.desk, found))
            return found, act, self.desk.do(act)

        found, act, done = await self.screen.desk_app.commit(work)
        self.again = lambda: self.act(make)
        self.screen.list.drop_selection()
        self.finished(done)
        after = self.desk.settings.after_solve
        if after == "list" and act.kind in GOES_ON and self.screen.reading:
            self.screen.going.to_list()
        next_ = after != "stay" and act.kind in GOES_ON and len(found) == 1
        line = self.screen.list.line
        if next_ and line is not None and line.id == found[0]:
            self.screen.list.move(1)

    def finished(self, done: Done) -> None:
        """After any commit of ours: read again and say it."""
        self.screen.showing.refresh(own=True)
        self.screen.telling.done(done)

    async def take(self) -> None:
        """Take the ticket; where nothing waits for me, the one nobody touched for longest."""
        screen = self.screen
        if screen.list.line is not None or screen.showing.view.queue.name != "Mine":
            await self.act(lambda some: acts.assign(some, self.desk.agent))
            return
        oldest = known.what_next(self.desk).oldest
        if not oldest:
            raise Refused("Nobody waits: there is no unassigned ticket.")
        act = acts.assign(known.some(self.desk, [oldest]), self.desk.agent)
        self.finished(await screen.desk_app.commit(lambda: self.desk.do(act)))

    async def repeat(self) -> None:
        if self.again is None:
            self.screen.telling.tell("Nothing to repeat yet.")
            return
        await self.again()

    async def undo(self, entry: int | None = None) -> None:
        """Take back the last act (or one entry); a reply called back opens in the composer again."""
        await self._reversed(self._undo(entry), bulk=self.desk.is_bulk(entry))

    async def _reversed(self, work: Awaitable[None], *, bulk: bool) -> None:
        """Wait for an undo or redo; not for one of thousands."""
        if bulk:
            self.screen.telling.tell("Thousands of fields change back; a moment")
        await self.over(going_on.WORTH if bulk else 1, work)

    async def _undo(self, entry: int | None) -> None:
        done = await self.screen.desk_app.commit(lambda: self.desk.undo(entry))
        self.screen.showing.refresh(own=True)
        self.screen.telling.done(done, back="Z", does="redo")
        self.screen.composing.reopen(done)

    async def redo(self) -> None:
        await self._reversed(self._redo(), bulk=self.desk.is_bulk(redo=True))

    async def _redo(self) -> None:
        self.finished(await self.screen.desk_app.commit(self.desk.redo))

    # Pickers

    def ask(self, question: Question, then: Chosen, *, preview: Preview | None = None) -> None:
        """Show a picker; `then` gets what was picked, and what it refuses is said."""

        async def chosen(picked: PickerBox.Picked | None) -> None:
            if picked is not None:
                await self._said(then(picked))

        self.screen.desk_app.push_screen(Picker(question, preview=preview, symbols=self.screen.look), chosen)

    async def _said(self, work: Awaitable[None]) -> None:
        """Wait for work; what it refuses is said."""
        try:
            await work
        except StoreError as error:
            self.screen.telling.tell(str(error), bad=True)
        except Exception as error:
            if not self.screen.desk_app.stumbled(error):
                raise

    async def over(self, count: int, work: Awaitable[None]) -> None:
        """Wait for work on so many tickets; with thousands the screen goes on and shows how far it is."""
        if count < going_on.WORTH:
            await work
        else:
            self.screen.run_worker(self._goes_on(work))

    async def _goes_on(self, work: Awaitable[None]) -> None:
        self.going_on += 1
        try:
            await self._said(work)
        finally:
            self.going_on -= 1

    def _ask(
        self, some: Sequence[Ticket], question: Question, made: Callable[[PickerBox.Picked], Make]
    ) -> None:
        """Ask about these tickets; the answer is about them, wherever the cursor is by then."""
        found = [ticket.id for ticket in some]

        async def then(picked: PickerBox.Picked) -> None:
            await self.act(made(picked), on=found)

        self.ask(question, then)

    async def _asked(self) -> list[Ticket]:
        """The targets, for a question about them; many are read beside the screen."""
        return await self._read(lambda found: known.some(self.desk, found))

    async def found(self) -> list[str]:
        """The same as `targets`; many are read beside the screen."""
        return await self._read(lambda found: found)

    async def _read(self, work: Callable[[list[str]], T]) -> T:
        chosen = self._chosen()
        if self._count < going_on.WORTH:
            return work(chosen())
        return await self.screen.desk_app.read(lambda: work(chosen()))

    async def _ask_macro(self) -> None:
        self.macros.ask(await self.found())

    async def ask_status(self) -> None:
        def made(picked: PickerBox.Picked) -> Make:
            return lambda those: acts.status(those, Status(picked.ids[0]))

        some = await self._asked()
        self._ask(some, choosing.status(some), made)

    async def ask_priority(self) -> None:
        def made(picked: PickerBox.Picked) -> Make:
            return lambda those: acts.priority(those, int(picked.ids[0]))

        some = await self._asked()
        self._ask(some, choosing.priority(some), made)

    async def ask_snooze(self) -> None:
        def made(picked: PickerBox.Picked) -> Make:
            words = picked.ids[0] if picked.ids else picked.typed
            until, mode = sleeps.read(words, now=self.desk.now, zone=moments.local())
            return lambda those: acts.snooze(those, until=until, mode=mode)

        some = await self._asked()
        self._ask(some, choosing.snooze(some, self.desk.now), made)

    async def ask_assignee(self) -> None:
        def made(picked: PickerBox.Picked) -> Make:
            name = picked.ids[0] if picked.ids else picked.typed
            return lambda those: acts.assign(those, "" if name == choosing.NOBODY else name)

        some = await self._asked()
        self._ask(some, choosing.assignee(some, known.agents(self.desk), me=self.desk.agent), made)

    async def ask_tags(self) -> None:
        some = await self._asked()
        on = set[str].intersection(*(set(ticket.tags) for ticket in some))

        def made(picked: PickerBox.Picked) -> Make:
            wanted = set(picked.ids) | choosing.typed_tags(picked.typed)
            add, remove = sorted(wanted - on), sorted(on - wanted)
            return lambda those: acts.tag(those, add=add, remove=remove)

        self._ask(some, choosing.tags(known.tags(self.desk), on=on, some=some), made)

    async def ask_todo(self) -> None:
        """Tick items of one ticket off, or add one."""
        found = self.targets()
        if len(found) > 1:
            raise Refused("Items are ticked one ticket at a time; `esc` drops the selection.")
        (ticket,) = known.some(self.desk, found)
        items = known.todos(self.desk, ticket.id)

        async def then(picked: PickerBox.Picked) -> None:
            def work() -> Done:
                have = known.todos(self.desk, ticket.id)
                act = todo.ticked(ticket, have, picked.ids, picked.typed, now=self.desk.now)
                return self.desk.do(act)

            self.finished(await self.screen.desk_app.commit(work))

        self.ask(choosing.todo(items, ticket=ticket, now=self.desk.now), then)
