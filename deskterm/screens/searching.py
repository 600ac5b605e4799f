"""The search screen: hits while one types, each with the line that was hit, and the letter beside them.

Asks the desk beside the screen; a question that is overtaken by more typing ends in the middle.
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct
from textual import events
from textual.app import ComposeResult
from textual.containers import Container, Horizontal
from textual.timer import Timer
from textual.widgets import Input

from deskterm import finding
from deskterm.action import LIST, SEARCH
from deskterm.actions import ACTIONS, BY_ID
from deskterm.desk import Desk
from deskterm.finding import Findings, Row
from deskterm.screens import found_lines, offered
from deskterm.screens.keyed import Act, KeyedScreen, steps
from deskterm.screens.offered import Entry
from deskterm.symbols import Symbols
from deskterm.widgets.lines import HintsLine, LinePane, StatusLine
from deskterm.widgets.paint import Role
from deskterm.widgets.picker import Choice, PickerBox, Question
from store.errors import GivenUp, StoreError

PAUSE = 0.06
"""Seconds of rest after which what is typed is looked for."""
SCROLLS = {"view.line_down": 1, "view.line_up": -1, "view.page_down": 10, "view.page_up": -10}
ON_HITS = tuple(one.id for one in ACTIONS if LIST in one.where and one.group in ("On a ticket", "Selecting"))
"""What works on a hit as it does in a queue."""
TYPING = [("down enter", "to the hits", "hits"), ("esc", "back", "nav.close")]


class Went(Struct, frozen=True):
    """Where to go from here."""

    ticket: str = ""
    query: str = ""
    """To be shown as a list, the cursor on the ticket."""
    act: str = ""
    """What is to be done there."""


class SearchScreen(KeyedScreen["Went | None"]):
    """Its result is where to go, or None."""

    PLACE = SEARCH

    DEFAULT_CSS = """
    SearchScreen { background: $background; }
    SearchScreen #asked { height: 1; }
    SearchScreen #slash { width: 3; }
    SearchScreen #words { width: 1fr; background: $background; color: $foreground; }
    SearchScreen #count { width: 24; }
    SearchScreen #found { height: 1fr; layout: vertical; }
    SearchScreen.-wide #found { layout: horizontal; }
    SearchScreen.-low #letter { display: none; }
    """

    def __init__(self, desk: Desk, *, symbols: Symbols, saved: Callable[[], None]) -> None:
        """`saved` is called after a search became a queue."""
        super().__init__(symbols=symbols)
        self.desk = desk
        self.found = Findings()
        self.at = 0
        self._saved = saved
        self._asked = 0
        """Counts what was asked; only the answer to the last is shown."""
        self._answered = ""
        self._pause: Timer | None = None

    @property
    def row(self) -> Row | None:
        """The hit under the cursor."""
        return self.found.rows[self.at] if self.at < len(self.found.rows) else None

    # Layout

    def compose(self) -> ComposeResult:
        with Horizontal(id="asked"):
            yield StatusLine(symbols=self.look, id="slash")
            yield Input(placeholder=found_lines.SUCH_AS, compact=True, id="words")
            yield StatusLine(symbols=self.look, id="count")
        with Container(id="found"):
            yield LinePane(symbols=self.look, id="hits")
            yield LinePane(symbols=self.look, edge=True, id="letter")
        yield StatusLine(symbols=self.look, grows=True, id="status")
        yield HintsLine(symbols=self.look, id="hints")

    def on_mount(self) -> None:
        self.query_one("#slash", StatusLine).show([("/", Role.KEY)])
        self.words = self.query_one("#words", Input)
        self.words.cursor_blink = False
        self.hits = self.query_one("#hits", LinePane)
        self.letter = self.query_one("#letter", LinePane)
        self.words.focus()
        self._draw()

    def on_resize(self) -> None:
        self.set_class(self.size.width >= 100, "-wide")
        self.set_class(self.size.height < 16 and self.size.width < 100, "-low")
        self.letter.edge = self.size.width >= 100
        self.call_after_refresh(self._draw)

    def on_unmount(self) -> None:
        self._asked += 1  # nobody waits any more for what is looked for

    def on_descendant_focus(self) -> None:
        self._draw()

    # Looking

    def on_input_changed(self, event: Input.Changed) -> None:
        if self._pause is not None:
            self._pause.stop()
        self._asked += 1
        self._pause = self.set_timer(PAUSE, lambda: self.run_worker(self._look()))

    async def _look(self) -> None:
        """Ask for what is typed now; the answer counts if nothing was typed since."""
        asked, typed = self._asked, self.words.value
        try:
            found = await self.desk_app.read(
                lambda: finding.find(self.desk, typed), wanted=lambda: asked == self._asked
            )
        except GivenUp:
            return
        except StoreError as error:
            self.tell(str(error), bad=True)
            return
        if asked == self._asked:
            self.found, self.at, self._answered = found, 0, typed
            self.told = [(" ".join(found.problems), Role.WARN)] if found.problems else []
            self._draw()
            await self._preview()

    @property
    def settled(self) -> bool:
        """What is shown answers what is typed."""
        return self._answered.strip() == self.words.value.strip()

    async def _preview(self) -> None:
        """The letter of the hit under the cursor, from the line that was hit."""
        row = self.row
        if row is None or not row.letter:
            self.letter.show("", [])
            return
        try:
            message, text = await self.desk_app.read(lambda: finding.letter(self.desk, row.letter))
        except StoreError as error:
            self.tell(str(error), bad=True)
            return
        if row is self.row:
            room = max(self.letter.body_width - 2, 20)
            lines, first = found_lines.letter(text, self.found.phrases, room=room)
            self.letter.show(found_lines.title(row, message, now=self.desk.now), lines)
            self.letter.scroll_lines(first - 2)

    # Keys

    def acts(self) -> dict[str, Act]:
        def scrolling(by: int) -> Act:
            return lambda: self.letter.scroll_lines(by)

        return {
            **super().acts(),
            **steps(self._move),
            **{name: scrolling(by) for name, by in SCROLLS.items()},
            "nav.close": lambda: self.end(None),
            "search.open": self._open,
            "search.list": lambda: self.end(Went(query=self.words.value.strip())),
            "search.queue": lambda: self._ask_name(self.words.value.strip()),
            "search.words": self.leave,
            "search.narrow": self._ask_narrower,
            "hits": self._to_hits,
            **{name: self._on_the_hit(name) for name in ON_HITS},
        }

    def _on_the_hit(self, action: str) -> Act:
        """What a key of the queue does: the same, in the list of what was found."""
        return lambda: self.end(
            Went(self.row.ticket.id, self._answered.strip(), action) if self.row else None
        )

    @property
    def places(self) -> tuple[str, ...]:
        return (*super().places, LIST)

    def hints(self) -> list[Entry]:
        """Its own, and some of what works here as in a queue."""
        keymap = self.desk_app.keymap
        found = [BY_ID[name] for name in ("select.one", "select.all", "macro.open", "ticket.tag")]
        *own, back = super().hints()
        return [
            *own,
            *((offered.shown(keymap.keys(one.id)[0], self.look), one.words, one.id) for one in found),
            back,
        ]

    def why_off(self, action: str) -> str:
        if self.row is None and (action in ("search.open", "search.narrow") or action in ON_HITS):
            return "Nothing was found."
        if action == "search.narrow" and not self._narrower():
            return "What was found is all alike."
        return (
            "No words are typed."
            if action in ("search.list", "search.queue") and not self.words.value.strip()
            else ""
        )

    def leave(self) -> None:
        """From the hits to the words; from there out."""
        self.words.focus()

    @property
    def typing(self) -> bool:
        return self.words.has_focus

    async def typed_key(self, event: events.Key) -> None:
        if event.key in ("down", "tab", "enter", "escape"):
            event.stop()
            event.prevent_default()
            await self.do("nav.close" if event.key == "escape" else "hits")

    async def on_click(self, event: events.Click) -> None:
        if event.widget is self.hits and event.y > 0:
            self.hits.focus()
            await self._move(self.hits.top_line + event.y - 1, line=True)
            if event.chain == 2:
                await self.do("search.open")

    def _open(self) -> None:
        if self.row is not None:
            self.dismiss(Went(ticket=self.row.ticket.id))

    async def _to_hits(self) -> None:
        """The keys to what was found, once it answers what is typed."""
        if not self.settled:
            self._asked += 1
            await self._look()
        if self.found.rows:
            self.hits.focus()

    async def _move(self, by: int, *, line: bool = False) -> None:
        at = by // found_lines.ROWS if line else self.at + by
        at = max(0, min(at, len(self.found.rows) - 1))
        if at != self.at:
            self.at = at
            self._draw()
            await self._preview()

    def _narrower(self) -> list[tuple[str, int]]:
        return finding.narrower(self.found.rows, me=self.desk.agent)

    def _ask_narrower(self) -> None:
        """What some of the hits have, to be added to the words."""

        async def then(picked: PickerBox.Picked | None) -> None:
            if picked is not None:
                self.words.value = f"{self.words.value.strip()} {picked.ids[0]}"
                await self._to_hits()

        many = f"the first {len(self.found.rows)}" if self.found.more else f"{len(self.found.rows)}"
        choices = tuple(Choice(term, term, detail=f"{n} of {many}") for term, n in self._narrower())
        self.ask(Question("Narrow by", choices, instant=False), then)

    # Queues

    def _ask_name(self, query: str) -> None:
        async def then(picked: PickerBox.Picked | None) -> None:
            if picked is not None:
                await self._save(picked.typed, query)

        hint = "its tab stands behind the others"
        question = Question(
            "Save as a queue", (), "enter saves   esc leave it", False, free="name", hint=hint, typed=query
        )
        self.ask(question, then)

    async def _save(self, name: str, query: str) -> None:
        try:
            done = await self.desk_app.commit(lambda: finding.keep_queue(self.desk, name, query))
        except StoreError as error:
            self.tell(str(error), bad=True)
            return
        self._saved()
        self.tell(f"{done.words}. z on the main screen takes it back.")

    # Drawing

    def _draw(self) -> None:
        room, typed = self.hits.body_width, bool(self.words.value.strip())
        lines = found_lines.hits(self.found, room=room, look=self.look, at=self.at)
        empty = not lines and found_lines.nothing(typed and self.settled)
        self.hits.show(found_lines.heading(self.found, typed), empty or lines, keep=True)
        self.hits.scroll_into_view(self.at * found_lines.ROWS, self.at * found_lines.ROWS + 1)
        self.query_one("#count", StatusLine).show([], [(found_lines.count(self.found, typed), Role.DIM)])
        if self.words.has_focus:
            self.query_one("#hints", HintsLine).show_entries(TYPING)
            self.say_again()
        else:
            self.draw_hints()

    def say_again(self) -> None:
        status = self.query_one("#status", StatusLine)
        if self.told:
            status.show([], self.told)
        else:
            status.show([found_lines.shell(self.words.value)])
