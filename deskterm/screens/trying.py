"""A rule on trial: what it would have done, act by act, with yes and no marks. Changes no ticket.

The past is read in a thread of its own; what was found so far can be looked through meanwhile.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from deskterm import pack, rulebook, trials
from deskterm.action import TRIAL
from deskterm.acts import label
from deskterm.automation import Armed
from deskterm.counting import many
from deskterm.desk import Desk
from deskterm.doings import Doing
from deskterm.moments import local, shown
from deskterm.safe import clean, wrap
from deskterm.screens import happened
from deskterm.screens.keyed import Act
from deskterm.screens.lists import ListScreen
from deskterm.symbols import Symbols
from deskterm.trials import Would
from deskterm.widgets.paint import Role, Run
from store.errors import StoreError
from store.model import Doc, Ticket

MOST = 2000
"""Acts that are listed; the shell lists all."""
LOOK = 0.1
"""Seconds between two looks at what the thread has found."""
INDENT = 21
_MARKS = {"": (" ", Role.TEXT), "yes": ("y", Role.GOOD), "no": ("n", Role.BAD)}


class Trial(Struct, frozen=True):
    """One act and what the person thinks of it."""

    would: Would
    mark: str = ""
    """`yes`, `no`, or nothing yet."""

    def lines(self, room: int, look: Symbols, *, cursor: bool) -> list[list[Run]]:
        """When, on which ticket, and what."""
        would = self.would
        name = f"{label(would.ticket)} {clean(would.ticket.subject)}"
        head: list[Run] = [
            (look.cursor if cursor else " ", Role.MARK),
            _MARKS[self.mark],
            (f"  {shown(would.at, zone=local())} ", Role.DIM),
            (name, Role.CURSOR if cursor else Role.TEXT),
        ]
        words = ", ".join(does(would.ticket, would.does, look))
        rows = wrap(words, max(room - INDENT - 1, 20))
        return [head, *([(" " * INDENT, Role.DIM), (row, Role.DIM)] for row in rows[: 9 if cursor else 2])]


def does(ticket: Ticket, doing: Doing, look: Symbols) -> Iterator[str]:
    """What a rule does to a ticket, in words."""
    if doing.routed:
        yield f"routed to {clean(doing.routed)}"
    for change in doing.sets:
        words, before, after = happened.said(trials.was(ticket, change))
        yield f"{words} {before} {look.to} {after}" if before or after else words
    for note in doing.notes:
        yield f"note: {clean(note)}"
    for letter in doing.letters:
        yield f"letter to {clean(letter.to)}: {clean(letter.subject)}"
    if doing.holds:
        yield f"holds {many(len(doing.holds), 'letter')}"
    yield from map(clean, (*doing.untold, *doing.missed))


class ReviewScreen(ListScreen[Trial, str]):
    """Its result is the id of a ticket to go to, or None."""

    PLACE = TRIAL

    def __init__(self, desk: Desk, doc: Doc, armed: Armed, *, symbols: Symbols) -> None:
        days = rulebook.PAST_DAYS
        super().__init__(f"What {clean(doc.name)} would have done in {days} days", (), symbols=symbols)
        self.desk = desk
        self.doc = doc
        self.armed = armed
        self.reading = True
        self._found: deque[Would] = deque()
        self._stop = threading.Event()

    def on_mount(self) -> None:
        self.set_interval(LOOK, self._take)
        self.run_worker(self._read())

    def on_unmount(self) -> None:
        self._stop.set()

    async def _read(self) -> None:
        try:
            await self.desk_app.read(self._look_back)
        except StoreError as error:
            self.tell(str(error), bad=True)
        self.reading = False
        self._take()
        self.draw()

    def _look_back(self) -> None:
        """In the reader's thread."""
        since = self.desk.now - rulebook.PAST_DAYS * rulebook.DAY
        acts = trials.backtest(self.desk, self.armed, since=since, stopped=self._stop.is_set)
        for count, would in enumerate(acts, 1):
            self._found.append(would)
            if count >= MOST:
                break

    def _take(self) -> None:
        """What was found since the last look joins the list; the cursor stays."""
        found = [Trial(self._found.popleft()) for _ in range(len(self._found))]
        if found:
            self.add(found)
            self.draw()

    def about(self) -> Sequence[Run]:
        touched = len({one.would.ticket.id for one in self.items})
        yes = sum(one.mark == "yes" for one in self.items)
        no = sum(one.mark == "no" for one in self.items)
        acts = f"{many(len(self.items), 'act')} on {many(touched, 'ticket')}"
        if self.reading:
            return [(f"{acts} so far, reading on", Role.DIM)]
        if not self.items:
            return [("It would have done nothing. Nothing was changed.", Role.DIM)]
        first = f"the first {MOST:,}: " if len(self.items) >= MOST else ""
        counts = f"  {yes} yes  {no} no  {len(self.items) - yes - no} to look at"
        return [(first + acts, Role.DIM), (counts, Role.TEXT), ("  nothing is changed", Role.DIM)]

    def acts(self) -> dict[str, Act]:
        return {
            **super().acts(),
            "trial.right": lambda: self._mark("yes"),
            "trial.wrong": lambda: self._mark("no"),
            "trial.unmark": lambda: self._mark(""),
            "trial.open": self._open,
            "rule.switch": self._switch,
        }

    def why_off(self, action: str) -> str:
        if action.startswith("trial.") and not self.items:
            return "The rule would have done nothing that could be looked at."
        return ""

    def _open(self) -> None:
        if self.item is not None:
            self.dismiss(self.item.would.ticket.id)

    def _mark(self, mark: str) -> None:
        if self.item is not None:
            self.become(replace(self.item, mark=mark))
            self.move(1)

    async def _switch(self) -> None:
        """On (or off again): from now on, and nothing of what is listed here is done."""
        on = not self.doc.active
        done = await self.desk_app.commit(lambda: pack.switch(self.desk, self.doc, on=on))
        self.doc = replace(self.doc, active=on)
        self.tell(f"{done.words}; it acts on what comes from now on" if on else done.words)
