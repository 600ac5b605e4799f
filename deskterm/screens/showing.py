"""What the main screen shows: the open queue, its tabs, the ticket under the cursor; read again on change.

Reads through deskterm.panes and hands values to the widgets. Acts on nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from deskterm import panes
from deskterm.events import Beside
from deskterm.screens import beside, drawing
from deskterm.screens.following import Following
from deskterm.screens.looking import Looking
from deskterm.screens.tab_counts import TabCounts
from deskterm.widgets.paint import Run
from deskterm.widgets.rows import Heading
from deskterm.widgets.window import PageSource
from store.errors import NotFound, Overrun
from store.model import Queue
from store.reads.held import Held

if TYPE_CHECKING:
    from deskterm.screens.main import MainScreen

FLOOD = 1.0
"""Seconds between two readings of the list while a mailbox is read for the first time."""
ORDERS = {"sla": "by SLA", "newest": "newest", "priority": "by priority", "who": "by customer"}


class View(Struct, frozen=True):
    """What the list shows: a queue, perhaps narrowed."""

    queue: Queue
    filter: str = ""
    sort: str = ""

    @property
    def query(self) -> str:
        """Queue and filter as one query."""
        if not self.filter:
            return self.queue.query
        return f"({self.queue.query}) {self.filter}" if self.queue.query else self.filter

    @property
    def order(self) -> str:
        return self.sort or self.queue.sort


class Showing:
    def __init__(self, screen: MainScreen) -> None:
        self.screen = screen
        self.desk = screen.desk
        self.open_time = panes.OpenTime(self.desk)
        self.tabs = panes.tabs(self.desk)
        self.active = 0
        """Which tab is open; -1 for a list that has none."""
        self._left = (0, "")
        """The tab that was open before such a list, and the ticket under its cursor."""
        self.view = View(self.tabs[0])
        self.looking = Looking(screen)
        self._wanted = self.view
        self._held = False
        """The list was found beside the screen."""
        self.pane: panes.TicketPane | None = None
        self.counts = TabCounts(screen)
        self._version = 0
        self._health: tuple[object, ...] = ()
        self._beside: list[tuple[Run, ...]] = []
        """What is said of colleagues at the same ticket."""
        self._second = 0
        self._read = 0.0
        self._after = Following(screen)

    def start(self) -> None:
        """The first reading."""
        self._version = self.desk.store.data_version()
        self.show(self.view)
        self.counts.begin()

    # The list

    def show(self, view: View, *, keep: str = "") -> None:
        """Show a view from its start, or with the cursor on the ticket `keep`.

        One that takes longer than a moment comes when it is found; until then the list stays as it is.
        Raises QueryError, with the list as it was.
        """
        source = panes.pages(self.desk, view.query, view.order)
        self.looking.stop()
        try:
            self._put(view, source, keep=keep)
        except Overrun:
            self._wanted = view
            said = view.filter or view.queue.name
            self.looking.begin(source, lambda held: self._put(view, held, keep=keep), query=said)

    def _put(self, view: View, source: PageSource, *, keep: str) -> None:
        """Show what was found. Raises Overrun, with the list as it was."""
        screen, line = self.screen, self.screen.list.line
        screen.list.now = self.desk.now
        screen.list.failed = panes.failed(self.desk)
        screen.list.show(source, self.heading(view), at=keep)
        self.view, self._held = view, isinstance(source, Held)
        self.looking.stale = False
        names = [tab.name for tab in self.tabs]
        active = names.index(view.queue.name) if view.queue.name in names else -1
        if active < 0 <= self.active:
            self._left = (self.active, line.id if line is not None else "")
        moved, self.active = active != self.active, active
        if moved:
            self.counts.draw()
        self.draw_heading()
        screen.telling.status()
        screen.telling.hints()

    @property
    def wanted(self) -> View:
        """What the list shows, or will when it is found."""
        return self.view if self.looking.query is None else self._wanted

    def give_up(self) -> bool:
        """No longer look for another list; whether one was looked for."""
        said = self.looking.query
        if not self.looking.stop():
            return False
        self.screen.telling.tell(f"Gave up looking for {said}.")
        return True

    def switch(self, index: int, *, keep: str = "") -> None:
        """Open another queue; past either end it goes round, a number without a queue does nothing."""
        if index <= len(self.tabs):
            self.show(View(self.tabs[index % len(self.tabs)]), keep=keep)

    def go(self, queue: Queue, *, keep: str = "") -> None:
        """To the tab of this name, or to the query itself where no tab has it."""
        named = next((tab for tab in self.tabs if tab.name == queue.name), queue)
        self.show(View(named), keep=keep if named is queue else "")

    def back(self) -> bool:
        """From a list that is no tab to the tab before it, its cursor where it was; whether it was one."""
        index, ticket = self._left
        if self.active >= 0 or index >= len(self.tabs):
            return False
        self.switch(index, keep=ticket)
        return True

    def everything(self) -> Callable[[], list[str]]:
        """What reads the ids of all tickets of the list, on any thread."""
        source, query = self.screen.list.source, self.view.query
        if isinstance(source, Held):
            return lambda: source.ids(self.desk.conn)
        return lambda: panes.matching(self.desk, query)

    def heading(self, view: View, count: int = 1) -> Heading:
        """How a list of so many lines is named, and what stands in it when it is empty."""
        bands = view.order == "sla" and self.screen.wide and not self.screen.tight
        name = f"{view.queue.name}, {view.filter}" if view.filter else view.queue.name
        return Heading(
            name,
            "" if self.looking.words else ORDERS[view.order],
            bands=bands,
            state=self.looking.words or self.screen.telling.trouble(),
            empty=self._empty(count),
        )

    def draw_heading(self) -> None:
        heading = self.heading(self.view, self.screen.list.total)
        if heading != self.screen.list.heading:
            self.screen.list.set_heading(heading)

    def _empty(self, count: int) -> tuple[str, ...]:
        if count:
            return ()
        if self.view.filter:
            return f"Nothing matches {self.view.filter}", "esc clears, g / searches everything"
        if not panes.boxes(self.desk) and not self.desk.settings.mailbox:
            return "No mailbox yet.", "`deskterm setup` reads one", "c begins a ticket by hand"
        if self.view.queue.name == "Mine":
            from deskterm import known

            return "Nothing waits for you.", *drawing.what_next(known.what_next(self.desk), now=self.desk.now)
        return ("Nothing here.",)

    def read_tabs(self) -> None:
        """The queues themselves again, where one was made, changed or taken back."""
        tabs, view = panes.tabs(self.desk), self.view
        if tabs == self.tabs:
            return
        names = [tab.name for tab in tabs]
        self.active = names.index(view.queue.name) if view.queue.name in names else -1
        self.tabs = tabs
        self.counts.begin()
        if self.active >= 0 and tabs[self.active] != view.queue:
            line = self.screen.list.line
            self.show(replace(view, queue=tabs[self.active]), keep=line.id if line is not None else "")

    # Everything again

    def refresh(self, *, own: bool = False, others: bool = False) -> None:
        """Read everything shown again; the cursor stays on its ticket.

        `own`: we changed it ourselves. `others`: nobody at this screen did, so the panes may come later.
        """
        screen = self.screen
        self._version = self.desk.store.data_version()
        self.open_time.refresh()
        screen.list.now = self.desk.now
        screen.list.failed = panes.failed(self.desk)
        self._reload(own=own)
        self.read_tabs()
        self.counts.draw(own=own)
        self.draw_heading()
        wanted = self._ticket_here()
        if others and wanted:
            self._after.read(wanted)
        else:
            self.show_ticket()
        screen.telling.status()

    def _reload(self, *, own: bool) -> None:
        """The list again; what takes long is found again beside the screen, and at once if we changed it."""
        try:
            self.screen.list.reload()
        except Overrun:
            own = own or not self._held
        else:
            if not self._held:
                return
        if self.looking.query is not None:
            return
        self.looking.stale = True
        if own:
            self.read_again()

    def read_again(self, then: Callable[[], None] = lambda: None) -> None:
        """Find the list that is shown beside the screen; the cursor stays on its ticket."""

        def put(held: Held) -> None:
            self._held = True
            self.screen.list.reload(held)
            self.draw_heading()
            then()
            self.follow()

        self.looking.begin(panes.pages(self.desk, self.view.query, self.view.order), put)

    # The ticket

    def follow(self) -> None:
        """The cursor may have moved: the panes follow."""
        wanted, shown = self._ticket_here(), self.pane.ticket.id if self.pane is not None else ""
        if wanted == self._after.ticket and wanted:
            return
        if wanted == shown:
            self._after.stop()
        elif wanted:
            self.screen.paint_now()  # the cursor first; what it stands on follows
            self._after.to(wanted)
        else:
            self.show_ticket()

    def _ticket_here(self) -> str:
        """The ticket that is written to, or the one under the cursor."""
        letter, line = self.screen.letter, self.screen.list.line
        return letter.ticket.id if letter is not None else line.id if line is not None else ""

    @property
    def following(self) -> bool:
        """The panes have yet to follow the cursor."""
        return bool(self._after.ticket)

    def here(self) -> panes.TicketPane | None:
        """What the panes show, for a key that is about it: where they have yet to follow, they do now."""
        if self.following:
            self.show_ticket()
        return self.pane

    def put(self, pane: panes.TicketPane) -> None:
        """Show what was read beside the screen."""
        self.pane = pane
        self.draw_ticket()

    def show_ticket(self, ticket: str = "") -> None:
        """Read the ticket under the cursor, or `ticket`, into the panes."""
        self._after.stop()
        wanted = ticket or self._ticket_here()
        try:
            self.pane = panes.ticket(self.desk, wanted) if wanted else None
        except NotFound:
            return
        self.draw_ticket()

    def draw_ticket(self) -> None:
        """The panes again, from what was read."""
        pane, screen = self.pane, self.screen
        self._beside = beside.lines(self.colleagues())
        if pane is None:
            screen.talk.show(drawing.Head("", ()), (), empty="")
            screen.who.show("Customer", [])
            return
        me, short = self.desk.agent, not screen.wide
        head = drawing.head(pane, me=me, look=screen.look, narrow=short)
        draft = "" if screen.writing else drawing.draft(pane)
        talk = drawing.blocks(pane, me=me, now=self.desk.now)
        who = drawing.customer(pane, look=screen.look)
        if self._beside:
            head = replace(head, lines=(*head.lines, *self._beside)) if short else head
            who += [[], *(list(line) for line in self._beside)]
        screen.talk.show(head, talk, draft=draft, empty="No message yet; r writes the first.")
        screen.who.show("Customer", who)

    def colleagues(self) -> tuple[Beside, ...]:
        """Who else is at the ticket that is shown."""
        ticket = self.pane.ticket.id if self.pane is not None else ""
        return self.desk.events.beside(ticket, me=self.desk.agent, now=self.desk.now)

    # Time

    def look(self) -> None:
        """Whether another connection committed, and whether clocks show another second."""
        version = self.desk.store.data_version()
        if version != self._version and self._due():
            self.refresh(others=True)
            if self.screen.letter is not None:
                self.screen.composing.look_around()
        if beside.lines(self.colleagues()) != self._beside:
            self.draw_ticket()
            if self.screen.letter is not None:
                self.screen.composing.look_around()
        if (health := self.screen.telling.health()) != self._health:
            self._health = health
            self.draw_heading()
            self.counts.draw()
            self.screen.telling.status()
        if self.looking.stale and self.looking.rested:
            self.read_again()
        self.counts.look()
        now = self.desk.now
        if now != self._second:
            self._second = now
            self.screen.list.tick(now)
            if self.pane is not None and drawing.counts_down(self.pane, now):
                self.draw_ticket()

    def _due(self) -> bool:
        """Whether what others did is read again: at once, but seldom while a whole mailbox comes in."""
        now = time.monotonic()
        if self.screen.telling.reading and now - self._read < FLOOD:
            return False
        self._read = now
        return True
