"""The customer screen: one person with all that is known, all tickets, keys that merge and part people.

What it shows is read by deskterm.person; nothing is merged by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual import events
from textual.app import ComposeResult

from deskterm import person
from deskterm.action import CUSTOMER
from deskterm.desk import Desk, Done
from deskterm.person import Person
from deskterm.safe import clean
from deskterm.screens import person_lines
from deskterm.screens.keyed import Act, KeyedScreen, steps
from deskterm.screens.offered import Entry
from deskterm.symbols import Symbols
from deskterm.widgets.lines import HintsLine, LinePane, StatusLine
from deskterm.widgets.picker import Choice, PickerBox, Question
from store.errors import StoreError

LIST = "\0list"
"""The result that asks for all tickets as a list in the main screen."""


class CustomerScreen(KeyedScreen["str | None"]):
    """Its result is a ticket's id, `LIST`, or None."""

    PLACE = CUSTOMER

    DEFAULT_CSS = "CustomerScreen { background: $background; }"

    def __init__(self, desk: Desk, customer: str, *, symbols: Symbols) -> None:
        super().__init__(symbols=symbols)
        self.desk = desk
        self.person: Person = person.read(desk, customer)
        self.at = len(self.person.merged)

    def compose(self) -> ComposeResult:
        yield LinePane(symbols=self.look, id="text")
        yield StatusLine(symbols=self.look, grows=True, id="status")
        yield HintsLine(symbols=self.look, id="hints")

    def on_mount(self) -> None:
        self.pane = self.query_one("#text", LinePane)
        self.pane.focus()
        self._draw()
        self.draw_hints()

    def on_resize(self) -> None:
        self._draw()

    def _draw(self) -> None:
        self.at = max(0, min(self.at, len(self.person.merged) + len(self.person.tickets) - 1))
        drawn, places = person_lines.lines(self.person, room=self.pane.body_width, look=self.look, at=self.at)
        self.pane.show("Customer", drawn, keep=True)
        here = places[self.at] if places else 0
        self.pane.scroll_into_view(0 if here < self.pane.body_height else here, here)

    # Keys

    def acts(self) -> dict[str, Act]:
        return {
            **super().acts(),
            **steps(self._move),
            "customer.open": self._open,
            "customer.list": lambda: self.end(LIST),
            "customer.merge": self._ask,
            "customer.part": self._part,
            "change.undo": lambda: self._do(self.desk.undo),
            "change.redo": lambda: self._do(self.desk.redo),
        }

    def hints(self) -> Sequence[Entry]:
        """Without what parts addresses where there is only one."""
        return [one for one in super().hints() if one[2] != "customer.part" or self.person.merged]

    def why_off(self, action: str) -> str:
        on_address = self.at < len(self.person.merged)
        if action == "customer.open" and (on_address or not self.person.tickets):
            return "The cursor is on no ticket."
        if action == "customer.part" and not on_address:
            return "Put the cursor on an address under 'The same person at', then U parts it again."
        return ""

    def _move(self, by: int) -> None:
        self.at = max(0, self.at + by)
        self._draw()

    def _open(self) -> None:
        self.dismiss(self.person.tickets[self.at - len(self.person.merged)].id)

    async def _part(self) -> None:
        merged = self.person.merged[self.at]
        await self._do(lambda: person.part(self.desk, merged))

    async def on_click(self, event: events.Click) -> None:
        if event.widget is not self.pane or event.y < 1:
            return
        _, places = person_lines.lines(self.person, room=80, look=self.look, at=self.at)
        line = self.pane.top_line + event.y - 1
        if line in places:
            self.at = places.index(line)
            self._draw()
            if event.chain == 2:
                await self.do("customer.open")

    def _ask(self) -> None:
        """Who is this person too: look-alikes, or any address typed."""

        async def then(picked: PickerBox.Picked | None) -> None:
            if picked is not None:
                address = picked.ids[0] if picked.ids else picked.typed
                await self._do(lambda: person.merge(self.desk, address, self.person))

        found = person.alike(self.desk, self.person)
        choices = tuple(Choice(one.email, one.email, detail=one.name) for one in found if one.email)
        name = clean(self.person.customer.name or self.person.customer.email)
        question = Question(
            f"Who is {name} too? All their tickets come here",
            choices,
            "type an address   enter merge   esc close",
            instant=False,
            free="this address",
            hint="the other address",
        )
        self.ask(question, then)

    async def _do(self, work: Callable[[], Done]) -> None:
        """Commit beside the screen, say it, read the person again."""
        try:
            done = await self.desk_app.commit(work)
            merged = len(self.person.merged)
            self.person = person.read(self.desk, self.person.customer.id)
            self.at += len(self.person.merged) - merged  # the cursor stays on its ticket
        except StoreError as error:
            self.tell(str(error), bad=True)
            return
        self.tell(f"{done.words}. z takes it back." if done.happened else done.words)
        self._draw()
        self.draw_hints()
