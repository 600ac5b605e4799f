"""A screen that is one list: a cursor, the lines of what is in view, a status line and hints.

Draws only what fits, however long the list. Knows nothing of what is listed; each kind of list has keys of
its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, Generic, Protocol, TypeVar, cast

from textual import events
from textual.app import ComposeResult
from textual.screen import Screen

from deskterm.safe import clean
from deskterm.symbols import Symbols
from deskterm.widgets.lines import HintsLine, LinePane, StatusLine
from deskterm.widgets.paint import Role, Run
from store.errors import StoreError

if TYPE_CHECKING:
    from deskterm.app import DesktermApp

_STEPS = {"j": 1, "down": 1, "k": -1, "up": -1}
_PAGES = {"space": 10, "pagedown": 10, "ctrl+d": 5, "b": -10, "pageup": -10, "ctrl+u": -5}
_ENDS = {"g": -1_000_000, "home": -1_000_000, "G": 1_000_000, "end": 1_000_000}
BACK = "escape"
WHEEL = 3


class Drawable(Protocol):
    """One thing in a list."""

    def lines(self, room: int, look: Symbols, *, cursor: bool) -> list[list[Run]]:
        """It in `room` cells, a line or more."""
        ...


Item = TypeVar("Item", bound=Drawable)
Result = TypeVar("Result")


class ListScreen(Screen[Result], Generic[Item, Result]):
    """Things one below the other, one of them under the cursor."""

    DEFAULT_CSS = "ListScreen { background: $background; }"
    HINTS: ClassVar[tuple[tuple[str, str, str], ...]] = ()
    """Keys as written, words, and the name of the key a click on them presses."""
    EMPTY: ClassVar[str] = "Nothing here."

    def __init__(self, title: str, items: Sequence[Item], *, symbols: Symbols) -> None:
        super().__init__()
        self.words = title
        self.items: list[Item] = list(items)
        self.look = symbols
        self.empty = self.EMPTY
        self.at = 0
        self._first = 0
        """The item at the top."""
        self._rows: list[int] = []
        """Which item each drawn row belongs to."""
        self._told: list[Run] = []

    @property
    def desk_app(self) -> DesktermApp:
        return cast("DesktermApp", self.app)  # pyright: ignore[reportUnknownMemberType]

    @property
    def item(self) -> Item | None:
        """What is under the cursor."""
        return self.items[self.at] if self.items else None

    # What each kind of list says and does

    def about(self) -> Sequence[Run]:
        """The left end of the status line."""
        return ()

    async def pressed(self, key: str) -> None:
        """A key that does not move the cursor. What it refuses is said."""

    def hints(self) -> Sequence[tuple[str, str, str]]:
        """What the hints line offers."""
        return self.HINTS

    def leave(self) -> None:
        """Escape, or q."""
        self.dismiss(None)

    # Drawing

    def compose(self) -> ComposeResult:
        yield LinePane(symbols=self.look, id="text")
        yield StatusLine(symbols=self.look, grows=True, id="status")
        yield HintsLine(symbols=self.look, id="hints")

    def on_mount(self) -> None:
        self.query_one("#text", LinePane).focus()
        self.query_one("#hints", HintsLine).show_entries(self.hints())
        self.draw()

    def on_resize(self) -> None:
        self.draw()

    def draw(self) -> None:
        """Everything again, for the items and the cursor there are now."""
        if not self.is_mounted:
            return
        pane = self.query_one("#text", LinePane)
        self.at = max(0, min(self.at, len(self.items) - 1))
        pane.show(self.words, self._window(self.size.width, pane.body_height), keep=True)
        self.query_one("#status", StatusLine).show(self.about(), self._told)

    def _window(self, room: int, height: int) -> list[list[Run]]:
        """The items around the cursor that fit, scrolled no more than needed."""
        if not self.items:
            self._rows = []
            return [[(f" {self.empty}", Role.DIM)]]
        drawn = {self.at: self.items[self.at].lines(room, self.look, cursor=True)}

        def lines(n: int) -> list[list[Run]]:
            if n not in drawn:
                drawn[n] = self.items[n].lines(room, self.look, cursor=False)
            return drawn[n]

        self._first = self._scrolled(lines, height)
        found: list[list[Run]] = []
        self._rows = []
        for n in range(self._first, len(self.items)):
            if len(found) >= height:
                break
            found += lines(n)
            self._rows += [n] * len(lines(n))
        return found[:height]

    def _scrolled(self, lines: _Lines, height: int) -> int:
        """The item at the top: the one there was, moved so that the cursor is in view and no room is lost."""
        first = self.at
        used = len(lines(first))
        while first > 0 and used + len(lines(first - 1)) <= height:
            if first <= self._first:
                below = sum(len(lines(n)) for n in range(self.at + 1, min(self.at + height, len(self.items))))
                if used + below >= height:
                    break
            first -= 1
            used += len(lines(first))
        return first

    def tell(self, words: str, *, bad: bool = False) -> None:
        """Say something at the right end of the status line; it stays until the next words."""
        self._told = [(clean(words), Role.BAD if bad else Role.TEXT), (" ", Role.TEXT)] if words else []
        self.draw()

    # Keys and mouse

    async def on_key(self, event: events.Key) -> None:
        event.stop()
        event.prevent_default()
        await self.key_(event.key)

    async def key_(self, key: str) -> None:
        """A key, or a click on its hint."""
        by = _STEPS.get(key) or _PAGES.get(key) or _ENDS.get(key)
        if key in (BACK, "q"):
            self.leave()
        elif by is not None:
            self.move(by)
        else:
            try:
                await self.pressed(key)
            except StoreError as error:
                self.tell(str(error), bad=True)

    def move(self, by: int) -> None:
        """The cursor so many items on."""
        self.at = max(0, min(self.at + by, len(self.items) - 1))
        self._told = []
        self.draw()

    async def on_hints_line_chosen(self, event: HintsLine.Chosen) -> None:
        await self.key_(event.action)

    def on_click(self, event: events.Click) -> None:
        row = event.screen_y - 1
        if 0 <= row < len(self._rows):
            self.move(self._rows[row] - self.at)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        self.move(WHEEL)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        self.move(-WHEEL)


class _Lines(Protocol):
    def __call__(self, n: int, /) -> list[list[Run]]: ...
