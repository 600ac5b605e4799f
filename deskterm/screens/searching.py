"""The search screen: hits while one types, each with the line that was hit, and the letter beside them.

Asks the desk beside the screen; an answer that was overtaken by more typing is dropped.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from textual import events
from textual.app import ComposeResult
from textual.containers import Container, Horizontal
from textual.screen import Screen
from textual.timer import Timer
from textual.widgets import Input

from deskterm import finding
from deskterm.desk import Desk
from deskterm.finding import Findings, Row
from deskterm.screens import found_lines
from deskterm.symbols import Symbols
from deskterm.widgets.lines import HintsLine, LinePane, StatusLine
from deskterm.widgets.paint import Role
from deskterm.widgets.picker import Picker, PickerBox, Question
from store.errors import StoreError

if TYPE_CHECKING:
    from deskterm.app import DesktermApp

PAUSE = 0.06
"""Seconds of rest after which what is typed is looked for."""
_STEPS = {"j": 1, "down": 1, "k": -1, "up": -1, "pagedown": 10, "pageup": -10}
_ENDS = {"g": -1_000_000, "home": -1_000_000, "G": 1_000_000, "end": 1_000_000}
_PREVIEW = {"J": 1, "K": -1, "space": 10, "b": -10}
TYPING = [("down enter", "to the hits", "hits"), ("esc", "back", "nav.back")]
CHOOSING = [
    ("j k", "move", ""), ("enter", "open", "open"), ("l", "all as a list", "list"),
    ("A", "save as a queue", "queue"), ("/", "other words", "words"), ("J K", "scroll the letter", ""),
    ("esc", "back", "nav.back"),
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Went:
    """Where to go from here."""

    ticket: str = ""
    query: str = ""
    """To be shown as a list."""


class SearchScreen(Screen["Went | None"]):
    """Its result is where to go, or None."""

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
        super().__init__()
        self.desk = desk
        self.look = symbols
        self.found = Findings()
        self.at = 0
        self._saved = saved
        self._asked = 0
        """Counts what was asked; only the answer to the last is shown."""
        self._answered = ""
        self._pause: Timer | None = None
        self._said: tuple[str, Role] = ("", Role.DIM)

    @property
    def desk_app(self) -> DesktermApp:
        return cast("DesktermApp", self.app)  # pyright: ignore[reportUnknownMemberType]

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
        yield StatusLine(symbols=self.look, id="status")
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

        def work() -> Findings | None:
            return finding.find(self.desk, typed) if asked == self._asked else None

        try:
            found = await self.desk_app.read(work)
        except StoreError as error:
            self._tell(str(error))
            return
        if found is not None and asked == self._asked:
            self.found, self.at, self._answered = found, 0, typed
            self._said = (" ".join(found.problems), Role.WARN)
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
            self._tell(str(error))
            return
        if row is self.row:
            room = max(self.letter.body_width - 2, 20)
            lines, first = found_lines.letter(text, self.found.phrases, room=room)
            self.letter.show(found_lines.title(row, message, now=self.desk.now), lines)
            self.letter.scroll_lines(first - 2)

    # Keys

    async def on_key(self, event: events.Key) -> None:
        if self.words.has_focus:
            if event.key in ("down", "tab", "enter", "escape"):
                event.stop()
                event.prevent_default()
                await self.do("nav.back" if event.key == "escape" else "hits")
            return
        event.stop()
        event.prevent_default()
        by = _STEPS.get(event.key) or _ENDS.get(event.key)
        if by is not None:
            await self._move(by)
        elif event.key in _PREVIEW:
            self.letter.scroll_lines(_PREVIEW[event.key])
        else:
            does = {"enter": "open", "o": "open", "l": "list", "A": "queue", "slash": "words",
                    "escape": "words", "q": "nav.back"}  # fmt: skip
            await self.do(does.get(event.key, ""))

    async def on_hints_line_chosen(self, event: HintsLine.Chosen) -> None:
        leaves = event.action == "nav.back" and not self.words.has_focus
        await self.do("words" if leaves else event.action)

    async def on_click(self, event: events.Click) -> None:
        if event.widget is self.hits and event.y > 0:
            self.hits.focus()
            await self._move(self.hits.top_line + event.y - 1, line=True)
            if event.chain == 2:
                await self.do("open")

    async def do(self, name: str) -> None:
        """A step by its name: what keys and hints have in common."""
        typed = self.words.value.strip()
        if name == "nav.back":
            self.dismiss(None)
        elif name == "words":
            self.words.focus()
        elif name == "hits":
            if not self.settled:
                self._asked += 1
                await self._look()
            if self.found.rows:
                self.hits.focus()
        elif name == "open" and self.row is not None:
            self.dismiss(Went(ticket=self.row.ticket.id))
        elif name == "list" and typed:
            self.dismiss(Went(query=typed))
        elif name == "queue" and typed:
            self._ask_name(typed)

    async def _move(self, by: int, *, line: bool = False) -> None:
        at = by // found_lines.ROWS if line else self.at + by
        at = max(0, min(at, len(self.found.rows) - 1))
        if at != self.at:
            self.at = at
            self._draw()
            await self._preview()

    # Queues

    def _ask_name(self, query: str) -> None:
        async def then(picked: PickerBox.Picked | None) -> None:
            if picked is not None:
                await self._save(picked.typed, query)

        hint = "its tab stands behind the others"
        question = Question(
            "Save as a queue", (), "enter saves   esc leave it", False, free="name", hint=hint, typed=query
        )
        self.desk_app.push_screen(Picker(question, symbols=self.look), cast("Then", then))

    async def _save(self, name: str, query: str) -> None:
        try:
            done = await self.desk_app.commit(lambda: finding.keep_queue(self.desk, name, query))
        except StoreError as error:
            self._tell(str(error))
            return
        self._saved()
        self._said = (f"{done.words}. z on the main screen takes it back.", Role.TEXT)
        self._draw()

    # Drawing

    def _tell(self, words: str) -> None:
        self._said = (words, Role.BAD)
        self._draw()

    def _draw(self) -> None:
        room, typed = self.hits.body_width, bool(self.words.value.strip())
        lines = found_lines.hits(self.found, room=room, look=self.look, at=self.at)
        empty = not lines and found_lines.nothing(typed and self.settled)
        self.hits.show(found_lines.heading(self.found, typed), empty or lines, keep=True)
        self.hits.scroll_into_view(self.at * found_lines.ROWS, self.at * found_lines.ROWS + 1)
        self.query_one("#count", StatusLine).show([], [(found_lines.count(self.found, typed), Role.DIM)])
        words = self._said if self._said[0] else found_lines.shell(self.words.value)
        self.query_one("#status", StatusLine).show([words])
        hints = TYPING if self.words.has_focus else CHOOSING
        self.query_one("#hints", HintsLine).show_entries(hints)


Then = Callable[[PickerBox.Picked | None], Awaitable[None]]
