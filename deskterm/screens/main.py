"""The main screen: queues, conversation and customer at any size, and what each key does there.

Lays out the widgets, hands keys to actions and re-reads what changed. Acts on tickets are in acting.py,
writing in composing.py, going places in going.py.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from textual import events
from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.screen import Screen
from textual.timer import Timer
from textual.widgets import Input

from deskterm import actions, panes
from deskterm.actions import BY_ID, CONVERSATION, LIST, TEXT
from deskterm.desk import Desk, Done
from deskterm.keymap import WAIT, Keymap
from deskterm.screens import drawing
from deskterm.screens.acting import Acting
from deskterm.screens.composing import Composing
from deskterm.screens.going import Going
from deskterm.symbols import Symbols
from deskterm.widgets.composer import Composer
from deskterm.widgets.conversation import Conversation
from deskterm.widgets.lines import HintsLine, LinePane, Rule, StatusLine, Tab, TabsLine
from deskterm.widgets.paint import Role, Run
from deskterm.widgets.queue_list import Heading, QueueList
from store.errors import NotFound, QueryError, StoreError
from store.model import Line, Queue, Ticket

if TYPE_CHECKING:
    from deskterm.app import DesktermApp

FOLLOW = 0.06
"""Seconds the cursor rests before the panes follow while a key repeats."""
LOOK = 0.25
"""Seconds between two looks at whether something changed."""

Handler = Callable[[int], Awaitable[None] | None]


@dataclass(frozen=True, slots=True)
class View:
    """What the list shows: a queue, perhaps narrowed."""

    queue: Queue
    filter: str = ""
    sort: str = ""

    @property
    def query(self) -> str:
        return " ".join(
            part
            for part in (f"({self.queue.query})" if self.filter else self.queue.query, self.filter)
            if part
        )

    @property
    def order(self) -> str:
        return self.sort or self.queue.sort


class MainScreen(Screen[None]):
    CSS_PATH = "main.tcss"

    def __init__(self, desk: Desk, *, keymap: Keymap, symbols: Symbols) -> None:
        super().__init__()
        self.desk = desk
        self.keymap = keymap
        self.look = symbols
        self.tabs = panes.tabs(desk)
        self.active = 0
        self.view = View(self.tabs[0])
        self.open_time = panes.OpenTime(desk)
        self.pane: panes.TicketPane | None = None
        self.last: Done | None = None
        """The last act, shown until the next."""
        self.acting = Acting(self)
        self.composing = Composing(self)
        self.going = Going(self)
        self.handlers: dict[str, Handler] = {
            **self._own_handlers(), **self.acting.handlers(), **self.composing.handlers(),
            **self.going.handlers(),
        }  # fmt: skip
        self._waiting = ""
        self._waiting_timer: Timer | None = None
        self._follow_timer: Timer | None = None
        self._followed = 0.0
        self._version = 0
        self._seen: tuple[int, ...] = ()
        self._minute = 0

    # Layout

    def compose(self) -> ComposeResult:
        yield TabsLine(symbols=self.look, id="tabs")
        with Container(id="body"):
            yield QueueList(symbols=self.look, left=self.open_time, now=self.desk.now, id="list")
            with Vertical(id="middle"):
                yield Conversation(symbols=self.look, id="talk")
                yield Composer(keymap=self.keymap, symbols=self.look, id="composer")
            yield LinePane(symbols=self.look, edge=True, id="who")
        yield Rule(symbols=self.look, id="rule")
        yield Input(placeholder="filter: words, tag:refund, pri:<=2, is:late, from:acme", id="filter")
        yield StatusLine(symbols=self.look, id="status")
        yield HintsLine(symbols=self.look, id="hints")
        yield LinePane(symbols=self.look, id="small")

    def on_mount(self) -> None:
        self.list = self.query_one("#list", QueueList)
        self.talk = self.query_one("#talk", Conversation)
        self.who = self.query_one("#who", LinePane)
        self.composer = self.query_one("#composer", Composer)
        self.filter = self.query_one("#filter", Input)
        self.list.focus()
        self._fit()
        self.show_view()
        self.refresh_tabs()
        self._version = self.desk.store.data_version()
        self._seen = panes.standing(self.desk, self.tabs).counts
        self.set_interval(LOOK, self._look)

    @property
    def desk_app(self) -> DesktermApp:
        return cast("DesktermApp", self.app)  # pyright: ignore[reportUnknownMemberType]

    @property
    def width(self) -> int:
        return self.desk_app.size.width

    @property
    def writing(self) -> bool:
        return self.has_class("writing")

    def on_resize(self) -> None:
        self._fit()
        self.call_after_refresh(self._ruled)

    def _fit(self) -> None:
        """Bands and edges for the room there is; panes come and go by class."""
        width, height = self.desk_app.size
        wide, narrow = width >= 120, width < 80 or height < 20
        self.set_class(width < 40 or height < 10, "too-small")
        self.set_class(narrow, "-narrow")
        self.set_class(not wide and not narrow, "-medium")
        self.set_class(wide and not narrow, "-wide")
        self.query_one("#small", LinePane).show("", [[("too small, 40x10 needed", Role.WARN)]])
        self.list.alone = width < 80
        self.talk.edge = wide and not narrow and not self.writing
        self.talk.compact = not wide
        self._show_heading()
        if self.pane is not None:
            self.draw_ticket()

    def _ruled(self) -> None:
        edges = [w.region.x for w in (self.talk, self.who) if w.display and w.region.x > 0 and w.edge]
        self.query_one("#rule", Rule).show(edges)

    # What is shown

    def show_view(self, *, keep: str = "") -> None:
        """Show the view from its start, or with the cursor on the ticket `keep`."""
        try:
            source = panes.pages(self.desk, self.view.query, self.view.order)
        except QueryError as error:
            self.tell(str(error), bad=True)
            return
        self.list.now = self.desk.now
        self.list.failed = panes.failed(self.desk)
        self.list.show(source, self._heading())
        if keep:
            self.list.go_to(keep)
        self.draw_status()
        self.draw_hints()
        self.call_after_refresh(self._ruled)

    def _heading(self) -> Heading:
        view = self.view
        bands = view.order == "sla" and self.width >= 120 and self.desk_app.size.height >= 30
        name = f"{view.queue.name}, {view.filter}" if view.filter else view.queue.name
        order = {"sla": "by SLA", "newest": "newest", "priority": "by priority", "who": "by customer"}
        return Heading(name, order[view.order], bands=bands, state=self._trouble(), empty=self._empty())

    def _show_heading(self) -> None:
        self.list.set_heading(self._heading())

    def _trouble(self) -> str:
        loop = self.desk_app.loop_
        since = min((h.since for h in loop.health.values() if h.error and h.since), default=0) if loop else 0
        return f"offline since {drawing.when(since, self.desk.now)}" if since else ""

    def _empty(self) -> tuple[str, ...]:
        if self.view.filter:
            return f"Nothing matches {self.view.filter}.", "esc clears, g / searches everything"
        if self.view.queue.name == "Mine":
            waiting = panes.standing(self.desk, self.tabs).counts
            unassigned = waiting[1] if len(waiting) > 1 else 0
            return "Nothing waits for you.", f"{unassigned} unassigned: 2 looks, i takes one"
        return ("Nothing here.",)

    def refresh_all(self) -> None:
        """Read everything shown again; the cursor stays on its ticket."""
        self._version = self.desk.store.data_version()
        self.list.now = self.desk.now
        self.list.failed = panes.failed(self.desk)
        self.list.reload()
        self.refresh_tabs()
        self.show_ticket()
        self.draw_status()

    def refresh_tabs(self) -> None:
        standing = panes.standing(self.desk, self.tabs)
        seen = self._seen or standing.counts
        shown = [
            Tab(queue.name, count, fresh=max(count - before, 0) if n != self.active else 0)
            for n, (queue, count, before) in enumerate(zip(self.tabs, standing.counts, seen, strict=False))
        ]
        right: list[Run] = [(self._synced(), Role.DIM)]
        if standing.out or standing.held:
            right.append((f"  out {standing.out + standing.held}", Role.FRESH))
        if standing.trouble:
            right.append((f"  {self.look.failed} {standing.trouble}, g e", Role.BAD))
        self.query_one("#tabs", TabsLine).show(shown, self.active, right)

    def _synced(self) -> str:
        loop = self.desk_app.loop_
        if loop is None or not loop.health:
            return self.desk.agent
        newest = max((health.synced for health in loop.health.values()), default=0)
        return (
            f"synced {drawing.when(newest, self.desk.now).removesuffix(' today')}" if newest else "connecting"
        )

    def show_ticket(self) -> None:
        """Read the ticket under the cursor into the panes."""
        line = self.list.line
        if line is None:
            self.pane = None
            self.talk.show(drawing.Head("", ()), (), empty="")
            self.who.show("Customer", [])
            return
        try:
            self.pane = panes.ticket(self.desk, line.id)
        except NotFound:
            return
        self.draw_ticket()

    def draw_ticket(self) -> None:
        pane = self.pane
        if pane is None:
            return
        me, narrow = self.desk.agent, not self.has_class("-wide")
        draft = ""
        if pane.draft is not None and not self.writing:
            lines = len(pane.draft.text.strip().splitlines())
            draft = f"{lines} lines, saved {drawing.when(pane.draft.saved, pane.now)}"
        head = drawing.head(pane, me=me, look=self.look, narrow=narrow)
        self.talk.show(head, drawing.blocks(pane, me=me), draft=draft, empty="No message yet.")
        self.who.show("Customer", drawing.customer(pane, look=self.look))

    # Telling

    def tell(self, words: str, *, bad: bool = False) -> None:
        """Say something in the status line that is no act."""
        self.last = None
        self.query_one("#status", StatusLine).show(self._left(), [(words, Role.BAD if bad else Role.TEXT)])

    def done(self, done: Done) -> None:
        """Say what was done, with its undo; it stays until the next act."""
        self.last = done
        self.draw_status()

    def draw_status(self) -> None:
        right: list[Run] = []
        if self.last is not None:
            right = [(self.last.words, Role.TEXT)]
            if self.last.happened:
                right += [(self.look.between, Role.DIM), ("z", Role.KEY), (" to undo ", Role.DIM)]
        self.query_one("#status", StatusLine).show(self._left(), right)

    def _left(self) -> list[Run]:
        if self.writing:
            return [("WRITING", Role.MARK)]
        count = self.list.picked.count(self.list.total)
        if count:
            return [(f"{count:,} selected", Role.MARK)]
        return self._sync_words()

    def _sync_words(self) -> list[Run]:
        loop = self.desk_app.loop_
        if loop is None:
            return []
        if loop.refused:
            return [(loop.refused, Role.DIM)]
        for name, health in loop.health.items():
            if health.error:
                return [(f"{self.look.failed} {name}: {health.error}", Role.BAD)]
            so_far, of = health.reading
            if so_far < of:
                return [(f"reading {name}: {so_far:,} of {of:,} letters, newest first; work on", Role.DIM)]
        return []

    def draw_hints(self) -> None:
        hints = self.query_one("#hints", HintsLine)
        if self._waiting:
            found = self.keymap.choices(self._waiting, places=self._places())
            hints.show_entries(
                [(actions.keys_shown(key), a.words, a.id) for key, a in found if a.id in self.handlers]
            )
        elif self.writing:
            hints.show((*actions.hints(TEXT), BY_ID["help.keys"]))
        else:
            hints.show(actions.hints(*self._places()))

    # Keys

    def _places(self) -> tuple[str, ...]:
        return (CONVERSATION, LIST) if self.talk.has_focus else (LIST,)

    async def on_key(self, event: events.Key) -> None:
        if self.filter.has_focus or self.writing:
            if event.key == "escape" and self.filter.has_focus:
                event.stop()
                self.close_filter()
            return
        hit = self.keymap.press(event.key, places=self._places(), waiting=self._waiting)
        self._wait_for("")
        if hit is None:
            return
        event.stop()
        event.prevent_default()
        if hit.waiting:
            self._wait_for(hit.waiting)
        else:
            await self.perform(hit.action, hit.digit)

    def _wait_for(self, keys: str) -> None:
        if self._waiting_timer is not None:
            self._waiting_timer.stop()
            self._waiting_timer = None
        if keys or self._waiting:
            self._waiting = keys
            self.draw_hints()
        if keys:
            self._waiting_timer = self.set_timer(WAIT, lambda: self._wait_for(""))

    async def perform(self, action: str, digit: int = 0) -> None:
        """Do an action by its id. What it refuses is said and nothing else happens."""
        handler = self.handlers.get(action)
        if handler is None:
            return
        try:
            result = handler(digit)
            if result is not None:
                await result
        except StoreError as error:
            self.tell(str(error), bad=True)

    def _own_handlers(self) -> dict[str, Handler]:
        def moving(step: Callable[[], object]) -> Handler:
            return lambda _: (step(), None)[1]

        return {
            "list.down": moving(lambda: self.list.move(1)),
            "list.up": moving(lambda: self.list.move(-1)),
            "list.half_down": moving(lambda: self.list.page(0.5)),
            "list.half_up": moving(lambda: self.list.page(-0.5)),
            "list.page_down": moving(lambda: self.list.page(1)),
            "list.page_up": moving(lambda: self.list.page(-1)),
            "list.top": moving(lambda: self.list.top()),
            "list.bottom": moving(lambda: self.list.bottom()),
            "select.one": moving(lambda: self._select()),
            "select.range": moving(lambda: self.list.select_range()),
            "select.all": moving(lambda: self.list.select_all()),
            "view.line_down": moving(lambda: self.talk.scroll_lines(1)),
            "view.line_up": moving(lambda: self.talk.scroll_lines(-1)),
            "view.page_down": moving(lambda: self.talk.scroll_pages(1)),
            "view.page_up": moving(lambda: self.talk.scroll_pages(-1)),
            "view.unfold": moving(lambda: self.talk.unfold()),
            "view.redraw": moving(lambda: self.refresh(repaint=True, layout=True)),
            "list.filter": moving(self.open_filter),
            "queue.before": moving(lambda: self.switch(self.active - 1)),
            "queue.after": moving(lambda: self.switch(self.active + 1)),
            "queue.number": lambda digit: self.switch(digit - 1),
        }

    def _select(self) -> None:
        self.list.select()
        self.list.move(1)

    # Queues and filter

    def switch(self, index: int) -> None:
        """Open another queue; past either end it goes round."""
        if index >= len(self.tabs) and index != len(self.tabs):
            return
        self.active = index % len(self.tabs)
        self.view = View(self.tabs[self.active])
        counts = panes.standing(self.desk, self.tabs).counts
        self._seen = tuple(
            now if n == self.active else before
            for n, (now, before) in enumerate(zip(counts, self._seen, strict=False))
        )
        self.show_view()
        self.refresh_tabs()

    def open_filter(self) -> None:
        self.filter.add_class("open")
        self.filter.value = self.view.filter
        self.filter.focus()

    def close_filter(self) -> None:
        """Leave the filter box and show the queue as it was."""
        self.filter.remove_class("open")
        self.list.focus()
        if self.view.filter:
            self.narrow("")

    def narrow(self, words: str) -> None:
        """Narrow the list to what matches; while half a word is typed it is text."""
        keep = self.list.line.id if self.list.line and not words else ""
        self.view = View(self.view.queue, words.strip(), self.view.sort)
        self.show_view(keep=keep)

    def on_input_changed(self, event: Input.Changed) -> None:
        if event.input is self.filter and self.filter.has_focus:
            self.set_timer(FOLLOW, lambda: self._narrow_if(event.value))

    def _narrow_if(self, words: str) -> None:
        if self.filter.value == words and words.strip() != self.view.filter:
            self.narrow(words)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        if event.input is self.filter:
            self.narrow(self.filter.value)
            self.filter.remove_class("open")
            self.list.focus()

    # Messages of the widgets

    def on_queue_list_cursor_moved(self, event: QueueList.CursorMoved) -> None:
        if self._follow_timer is not None:
            self._follow_timer.stop()
            self._follow_timer = None
        now = time.monotonic()
        if now - self._followed > FOLLOW * 2:
            self._follow()
        else:
            self._follow_timer = self.set_timer(FOLLOW, self._follow)
        self._followed = now

    def _follow(self) -> None:
        self._follow_timer = None
        if not self.writing:
            self.show_ticket()

    async def on_queue_list_opened(self, event: QueueList.Opened) -> None:
        await self.perform("ticket.open")

    def on_queue_list_selection_changed(self, event: QueueList.SelectionChanged) -> None:
        self.draw_status()

    def on_tabs_line_chosen(self, event: TabsLine.Chosen) -> None:
        self.switch(event.index)

    async def on_hints_line_chosen(self, event: HintsLine.Chosen) -> None:
        await self.perform(event.action)

    async def on_composer_command(self, event: Composer.Command) -> None:
        if event.action == "nav.back":
            await self.perform("write.keep")
        else:
            await self.perform(event.action)

    async def on_composer_drafted(self, event: Composer.Drafted) -> None:
        await self.composing.drafted(event.draft, event.text)

    # Time

    def _look(self) -> None:
        """Whether another connection committed, and whether clocks show another minute."""
        version = self.desk.store.data_version()
        if version != self._version:
            self._version = version
            self.open_time.refresh()
            self.refresh_all() if not self.writing else self.refresh_tabs()
        now = self.desk.now
        if now != self._minute:
            self._minute = now
            self.list.tick(now)
            if self.desk_app.loop_ is not None and self.last is None:
                self.draw_status()

    def line_ticket(self) -> Ticket | None:
        """The ticket under the cursor."""
        return self.pane.ticket if self.pane is not None else None

    def line(self) -> Line | None:
        return self.list.line
