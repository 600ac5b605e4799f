"""The customer screen: one person with all that is known, all tickets, keys that merge and part people.

What it shows is read by deskterm.person; nothing is merged by itself.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, cast

from textual import events
from textual.app import ComposeResult
from textual.screen import Screen

from deskterm import person
from deskterm.desk import Desk, Done
from deskterm.person import Person
from deskterm.safe import clean
from deskterm.screens import person_lines
from deskterm.symbols import Symbols
from deskterm.widgets.lines import HintsLine, LinePane, StatusLine
from deskterm.widgets.paint import Role
from deskterm.widgets.picker import Choice, Picker, PickerBox, Question
from store.errors import StoreError

if TYPE_CHECKING:
    from deskterm.app import DesktermApp

LIST = "\0list"
"""The result that asks for all tickets as a list in the main screen."""
_STEPS = {"j": 1, "down": 1, "k": -1, "up": -1, "space": 10, "pagedown": 10, "b": -10, "pageup": -10,
          "g": -1_000_000, "home": -1_000_000, "G": 1_000_000, "end": 1_000_000}  # fmt: skip
HINTS = [
    ("j k", "move", ""), ("enter", "open", "open"), ("l", "all as a list", "list"), ("M", "merge", "merge"),
    ("U", "part again", "part"), ("z", "undo", "undo"), ("esc", "back", "nav.back"),
]  # fmt: skip


class CustomerScreen(Screen["str | None"]):
    """Its result is a ticket's id, `LIST`, or None."""

    DEFAULT_CSS = "CustomerScreen { background: $background; }"

    def __init__(self, desk: Desk, customer: str, *, symbols: Symbols) -> None:
        super().__init__()
        self.desk = desk
        self.look = symbols
        self.person: Person = person.read(desk, customer)
        self.at = len(self.person.merged)

    @property
    def desk_app(self) -> DesktermApp:
        return cast("DesktermApp", self.app)  # pyright: ignore[reportUnknownMemberType]

    def compose(self) -> ComposeResult:
        yield LinePane(symbols=self.look, id="text")
        yield StatusLine(symbols=self.look, grows=True, id="status")
        yield HintsLine(symbols=self.look, id="hints")

    def on_mount(self) -> None:
        self.pane = self.query_one("#text", LinePane)
        self.pane.focus()
        self.query_one("#hints", HintsLine).show_entries(HINTS)
        self._draw()

    def on_resize(self) -> None:
        self._draw()

    def _draw(self) -> None:
        self.at = max(0, min(self.at, len(self.person.merged) + len(self.person.tickets) - 1))
        drawn, places = person_lines.lines(
            self.person, room=self.pane.body_width, look=self.look, at=self.at
        )  # fmt: skip
        self.pane.show("Customer", drawn, keep=True)
        here = places[self.at] if places else 0
        self.pane.scroll_into_view(0 if here < self.pane.body_height else here, here)

    def _tell(self, words: str, *, bad: bool = False) -> None:
        ink = Role.BAD if bad else Role.TEXT
        self.query_one("#status", StatusLine).show([], [(f"{clean(words)} ", ink)])

    # Keys

    async def on_key(self, event: events.Key) -> None:
        event.stop()
        event.prevent_default()
        if event.key in _STEPS:
            self.at = max(0, self.at + _STEPS[event.key])
            self._draw()
            return
        does = {"enter": "open", "o": "open", "l": "list", "M": "merge", "U": "part", "z": "undo",
                "u": "undo", "escape": "nav.back", "q": "nav.back"}  # fmt: skip
        await self.do(does.get(event.key, ""))

    async def on_hints_line_chosen(self, event: HintsLine.Chosen) -> None:
        await self.do(event.action)

    async def on_click(self, event: events.Click) -> None:
        if event.widget is not self.pane or event.y < 1:
            return
        _, places = person_lines.lines(self.person, room=80, look=self.look, at=self.at)
        line = self.pane.top_line + event.y - 1
        if line in places:
            self.at = places.index(line)
            self._draw()
            if event.chain == 2:
                await self.do("open")

    async def do(self, name: str) -> None:
        """A step by its name: what keys and hints have in common."""
        merged, place = self.person.merged, self.at - len(self.person.merged)
        if name == "nav.back":
            self.dismiss(None)
        elif name == "list":
            self.dismiss(LIST)
        elif name == "open" and 0 <= place < len(self.person.tickets):
            self.dismiss(self.person.tickets[place].id)
        elif name == "merge":
            self._ask()
        elif name == "part" and self.at < len(merged):
            await self._do(lambda: person.part(self.desk, merged[self.at]))
        elif name == "part":
            self._tell("Put the cursor on an address under 'The same person at', then U parts it again.")
        elif name == "undo":
            await self._do(self.desk.undo)

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
            f"Who is {name} too? All their tickets come here", choices,
            "type an address   enter merge   esc close",
            instant=False, free="this address", hint="the other address",
        )  # fmt: skip
        self.desk_app.push_screen(Picker(question, symbols=self.look), cast("Then", then))

    async def _do(self, work: Callable[[], Done]) -> None:
        """Commit beside the screen, say it, read the person again."""
        try:
            done = await self.desk_app.commit(work)
            merged = len(self.person.merged)
            self.person = person.read(self.desk, self.person.customer.id)
            self.at += len(self.person.merged) - merged  # the cursor stays on its ticket
        except StoreError as error:
            self._tell(str(error), bad=True)
            return
        self._tell(f"{done.words}. z takes it back." if done.happened else done.words)
        self._draw()


Then = Callable[[PickerBox.Picked | None], Awaitable[None]]
