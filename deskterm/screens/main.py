"""The main screen: queues, conversation and customer at any size, and which action a key is.

Lays out the widgets and hands keys to actions. What is shown is read in showing.py, acts on tickets are in
acting.py, writing in composing.py, going places in going.py.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, cast

from textual import events
from textual.app import ComposeResult
from textual.containers import Container, Horizontal, Vertical
from textual.signal import Signal
from textual.timer import Timer
from textual.widgets import Input

from deskterm.action import CONVERSATION, LIST
from deskterm.desk import Desk
from deskterm.keymap import Keymap, key_name
from deskterm.screens.showing import Showing
from deskterm.screens.telling import GO, Telling
from deskterm.symbols import Symbols
from deskterm.widgets.conversation import Conversation
from deskterm.widgets.few_lines import LeanScreen
from deskterm.widgets.lines import HintsLine, LinePane, Rule, StatusLine, TabsLine
from deskterm.widgets.paint import Role
from deskterm.widgets.queue_list import QueueList
from deskterm.widgets.surviving import Surviving
from store.errors import StoreError
from store.model import Ticket

if TYPE_CHECKING:
    from deskterm.app import DesktermApp
    from deskterm.screens.acting import Acting
    from deskterm.screens.composing import Composing, Letter
    from deskterm.screens.filtering import Filtering
    from deskterm.screens.going import Going
    from deskterm.screens.helping import Helping
    from deskterm.screens.touring import Touring
    from deskterm.widgets.composer import Composer

LOOK = 0.25
"""Seconds between two looks at whether something changed."""
LIST_CELLS, WHO_CELLS, TALK_CELLS = 49, 27, 100
"""Columns of the list and of the customer; the conversation takes more up to its own, then the list does."""
SMALLEST = (40, 10)
"""Columns and rows below which nothing sensible can be drawn."""
SUCH_AS = "words, tag:refund, pri:<=2, is:late, from:acme"
"""What the filter box shows while nothing is typed."""
TIGHT = 30
"""Rows below which bands, tabs and command words step back for the text."""

Handler = Callable[[int], Awaitable[None] | None]


class MainScreen(Surviving, LeanScreen[None]):
    def __init__(self, desk: Desk, *, keymap: Keymap, symbols: Symbols) -> None:
        super().__init__()
        self.desk = desk
        self.keymap = keymap
        self.look = symbols
        self.waiting = ""
        """Keys of a sequence that has begun, such as `g`."""
        self.showing = Showing(self)
        self.telling = Telling(self)
        self.acting: Acting
        self.composing: Composing
        self.filtering: Filtering
        self.going: Going
        self.helping: Helping
        self.touring: Touring
        self.composer: Composer
        self.handlers: dict[str, Handler] = {}
        """What each action does; empty until the first paint."""
        self._arming = asyncio.Lock()
        self._waiting_timer: Timer | None = None

    # Layout

    def compose(self) -> ComposeResult:
        yield TabsLine(symbols=self.look, id="tabs")
        with Container(id="body"):
            yield QueueList(symbols=self.look, left=self.showing.open_time, now=self.desk.now, id="list")
            with Vertical(id="middle"):
                yield Conversation(symbols=self.look, id="talk")
            yield LinePane(symbols=self.look, edge=True, id="who")
        yield Rule(symbols=self.look, id="rule")
        with Horizontal(id="filtering"):
            yield StatusLine(symbols=self.look, id="slash")
            yield Input(placeholder=SUCH_AS, compact=True, id="filter")
        yield StatusLine(symbols=self.look, grows=True, id="status")
        yield HintsLine(symbols=self.look, id="hints")
        yield LinePane(symbols=self.look, id="small")

    def on_mount(self) -> None:
        self.list = self.query_one("#list", QueueList)
        self.talk = self.query_one("#talk", Conversation)
        self.who = self.query_one("#who", LinePane)
        self.filter = self.query_one("#filter", Input)
        self.filter.cursor_blink = False
        self.query_one("#slash", StatusLine).show([("/", Role.KEY)])
        self.query_one("#small", LinePane).show("deskterm", [[("too small, 40x10 needed", Role.WARN)]])
        self.list.focus()
        laid_out = cast("Signal[object]", self.screen_layout_refresh_signal)  # pyright: ignore[reportUnknownMemberType]
        laid_out.subscribe(self, self._ruled)
        self.fit()
        self.showing.start()
        self.set_interval(LOOK, self._look)
        self.call_after_refresh(self._painted)

    def _look(self) -> None:
        try:
            self.showing.look()
        except Exception as error:
            if not self.desk_app.stumbled(error):
                raise

    async def _painted(self) -> None:
        await self.arm()
        self.desk_app.painted()
        if self.desk_app.tour:
            await self.perform("demo.tour")

    async def arm(self) -> None:
        """Load what acts and what is written with: nobody needs it before the first paint, or a key."""
        async with self._arming:
            if self.handlers:
                return
            from deskterm.screens.arming import parts
            from deskterm.widgets.composer import Composer

            self.composer = Composer(keymap=self.keymap, symbols=self.look, id="composer")
            self.composer.tight = self.tight
            await self.query_one("#middle", Vertical).mount(self.composer)
            self.handlers = parts(self)

    @property
    def letter(self) -> Letter | None:
        """What is being written."""
        return self.composing.letter if self.handlers else None

    @property
    def desk_app(self) -> DesktermApp:
        return cast("DesktermApp", self.app)  # pyright: ignore[reportUnknownMemberType]

    @property
    def room(self) -> tuple[int, int]:
        """Columns and rows of the terminal."""
        return self.desk_app.size.width, self.desk_app.size.height

    @property
    def wide(self) -> bool:
        """Three panes side by side."""
        return self.room[0] >= 120 and self.room[1] >= 20

    @property
    def narrow(self) -> bool:
        """One pane at a time."""
        return self.room[0] < 80 or self.room[1] < 20

    @property
    def tight(self) -> bool:
        """Few rows."""
        return self.room[1] < TIGHT

    @property
    def writing(self) -> bool:
        return self.has_class("writing")

    @property
    def reading(self) -> bool:
        """The conversation has the keys."""
        return self.talk.has_focus

    def on_resize(self) -> None:
        self.fit()

    def fit(self) -> None:
        """Edges, columns and bands for the room there is; panes come and go by class."""
        width, height = self.room
        self.set_class(width < SMALLEST[0] or height < SMALLEST[1], "too-small")
        self.set_class(self.narrow, "-narrow")
        self.set_class(not self.wide and not self.narrow, "-medium")
        self.set_class(self.wide, "-wide")
        self.set_class(self.tight, "-tight")
        alone = self.writing or self.has_class("zoom-talk")
        self.list.styles.width = max(LIST_CELLS, width - TALK_CELLS - WHO_CELLS) if self.wide else None
        if self.has_class("zoom-list"):
            self.list.styles.width = None
        self.list.alone = width < 80
        self.talk.edge = self.wide and not alone
        self.who.edge = self.wide
        self.talk.compact = not self.wide
        if self.handlers:
            self.composer.tight = self.tight
        self.showing.draw_heading()
        self.showing.draw_ticket()
        self.telling.hints()

    def _ruled(self, _: object = None) -> None:
        """After every layout: the marks stand where the panes' edges are now."""
        edges = [w.region.x for w in (self.talk, self.who) if w.display and w.region.x > 0 and w.edge]
        self.query_one("#rule", Rule).show(edges)

    def show_mode(self, name: str, on: bool = True) -> None:
        """Enter or leave a way of looking (`writing`, `reading`, `zoom-talk` ...) and fit it in."""
        if self.has_class(name) is not on:
            self.set_class(on, name)
            self.fit()

    def ticket(self) -> Ticket | None:
        """The ticket under the cursor, or the one that is written to."""
        pane = self.showing.here()
        return pane.ticket if pane is not None else None

    # Keys

    def places(self) -> tuple[str, ...]:
        """Where the keys are, the innermost first."""
        return (CONVERSATION, LIST) if self.reading else (LIST,)

    async def on_key(self, event: events.Key) -> None:
        await self.arm()
        if self.writing:
            await self._key_while_writing(event)
        elif self.filter.has_focus:
            if self.filtering.key(event.key):
                event.stop()
        else:
            await self._key(event)

    async def takes(self, key: str) -> bool:
        """Act on a key that no widget could want; whether it meant anything."""
        if self.desk_app.screen is not self or not self.handlers or self.writing:
            return False
        if self.focused not in (self.list, self.talk):
            return False
        with self._context():  # what comes of it, such as the answer of a picker, comes to this screen
            return await self._acts_on(key)

    async def _key(self, event: events.Key) -> None:
        if await self._acts_on(event.key):
            event.stop()
            event.prevent_default()

    async def _acts_on(self, key: str) -> bool:
        """Whether the key meant something, were it the end of a sequence that leads nowhere."""
        waiting = self.waiting
        hit = self.keymap.press(key, places=self.places(), waiting=waiting)
        self.wait_for("")
        if hit is None:
            return bool(waiting)
        if hit.waiting:
            self.wait_for(hit.waiting)
        else:
            await self.perform(hit.action, hit.digit)
        return True

    async def _key_while_writing(self, event: events.Key) -> None:
        """Keys the text does not want; a key pressed elsewhere belongs to the text all the same."""
        hit = self.keymap.press(event.key, places=())
        if hit is not None and hit.action in ("app.quit", "view.redraw"):
            event.stop()
            await self.perform(hit.action)
        elif event.key in ("pageup", "pagedown"):
            self.talk.scroll_pages(1 if event.key == "pagedown" else -1)
        elif not self.composer.has_keys:
            event.stop()
            event.prevent_default()
            self.composer.take_key(event)

    def wait_for(self, keys: str) -> None:
        """A sequence has begun (or, empty, is over); its choices stand in the hints line for a while."""
        if self._waiting_timer is not None:
            self._waiting_timer.stop()
            self._waiting_timer = None
        if keys or self.waiting:
            self.waiting = keys
            self.telling.status()
            self.telling.hints()
        if keys:
            self._waiting_timer = self.set_timer(self.keymap.WAIT, lambda: self.wait_for(""))

    async def perform(self, action: str, digit: int = 0) -> None:
        """Do an action by its id. What it refuses is said and nothing else happens."""
        await self.arm()
        handler = self.handlers.get(action)
        if handler is None:
            return
        self.telling.taught()
        self.touring.begins(action)
        try:
            self.helping.needs_a_ticket(action)
            result = handler(digit)
            if result is not None:
                await result
            self.touring.saw(action)
        except StoreError as error:
            self.telling.tell(str(error), bad=True)
        self.showing.follow()  # in the same paint, before the list's own message comes

    # Messages of the widgets

    def on_input_changed(self, event: Input.Changed) -> None:
        self.filtering.changed(event.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        self.filtering.keep()

    def on_queue_list_cursor_moved(self, event: QueueList.CursorMoved) -> None:
        self.showing.follow()

    def on_queue_list_takes_long(self, event: QueueList.TakesLong) -> None:
        self.showing.read_again(event.then)

    async def on_queue_list_opened(self, event: QueueList.Opened) -> None:
        await self.perform("ticket.open")

    def on_queue_list_selection_changed(self, event: QueueList.SelectionChanged) -> None:
        self.telling.status()

    def on_tabs_line_chosen(self, event: TabsLine.Chosen) -> None:
        if not self.writing:
            self.showing.switch(event.index)

    async def on_hints_line_chosen(self, event: HintsLine.Chosen) -> None:
        self.wait_for("")
        if event.action == GO:
            self.wait_for(key_name(self.keymap.shown("go.mine").split()[0]))
        else:
            await self.perform(event.action)

    async def on_conversation_file_clicked(self, event: Conversation.FileClicked) -> None:
        await self.perform("file.open", event.number)

    async def on_composer_command(self, event: Composer.Command) -> None:
        await self.perform("write.keep" if event.action == "nav.back" else event.action)

    async def on_composer_drafted(self, event: Composer.Drafted) -> None:
        try:
            await self.composing.drafted(event.draft, event.text)
        except StoreError as error:
            self.telling.tell(f"The draft is only on the screen so far: {error}", bad=True)

    def on_descendant_focus(self) -> None:
        self.telling.hints()
