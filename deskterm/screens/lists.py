"""A screen that is one list: a cursor, the lines of what is in view, a filter, a status line and hints.

Draws only what fits, however long the list. Knows nothing of what is listed; each kind of list has actions
of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Generic, Protocol, TypeVar

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Input

from deskterm.screens.keyed import Act, KeyedScreen, steps
from deskterm.symbols import Symbols
from deskterm.widgets.lines import HintsLine, LinePane, StatusLine
from deskterm.widgets.paint import Role, Run

WHEEL = 3
_ROOM = 200
"""Cells an item is searched in."""


class Drawable(Protocol):
    """One thing in a list."""

    def lines(self, room: int, look: Symbols, *, cursor: bool) -> list[list[Run]]:
        """It in `room` cells, a line or more."""
        ...


Item = TypeVar("Item", bound=Drawable)
Result = TypeVar("Result")


class ListScreen(KeyedScreen[Result], Generic[Item, Result]):
    """Things one below the other, one of them under the cursor."""

    DEFAULT_CSS = """
    ListScreen { background: $background; }
    ListScreen #filtering { display: none; height: 1; }
    ListScreen.-typing #filtering { display: block; }
    ListScreen #slash { width: 3; }
    ListScreen #words { width: 1fr; background: $background; color: $foreground; }
    """
    EMPTY: ClassVar[str] = "Nothing here."

    def __init__(self, title: str, items: Sequence[Item], *, symbols: Symbols) -> None:
        super().__init__(symbols=symbols)
        self.words = title
        self.narrowed = ""
        """The words the items are filtered by."""
        self._all: list[Item] = list(items)
        self._shown: list[Item] | None = None
        """Those that hold the words; None where there are no words."""
        self._said: dict[int, str] = {}
        """What each item says, by its place among all."""
        self.empty = self.EMPTY
        self.at = 0
        self._first = 0
        """The item at the top."""
        self._rows: list[int] = []
        """Which item each drawn row belongs to."""

    # Items

    @property
    def items(self) -> list[Item]:
        """What is listed: all, or those that hold the words of the filter."""
        return self._all if self._shown is None else self._shown

    @items.setter
    def items(self, items: Sequence[Item]) -> None:
        self._all = list(items)
        self._said.clear()
        self._narrow()

    def add(self, items: Sequence[Item]) -> None:
        """More of them at the end."""
        self._all += items
        self._narrow()

    def become(self, item: Item) -> None:
        """Another item in place of the one under the cursor."""
        if (old := self.item) is not None:
            at = next(n for n, one in enumerate(self._all) if one is old)
            self._all[at] = item
            self._said.pop(at, None)
            self.items[self.at] = item

    @property
    def item(self) -> Item | None:
        """What is under the cursor."""
        return self.items[self.at] if self.at < len(self.items) else None

    def text(self, item: Item) -> str:
        """What an item says, line by line."""
        drawn = item.lines(_ROOM, self.look, cursor=False)
        return "\n".join("".join(text for text, _ in line).strip() for line in drawn)

    def _narrow(self) -> None:
        wanted = self.narrowed.casefold().split()
        self._shown = (
            None
            if not wanted
            else [
                item
                for n, item in enumerate(self._all)
                if all(word in self._searched(n, item) for word in wanted)
            ]
        )

    def _searched(self, n: int, item: Item) -> str:
        if n not in self._said:
            self._said[n] = self.text(item).casefold()
        return self._said[n]

    # What each kind of list says and does

    def about(self) -> Sequence[Run]:
        """The left end of the status line."""
        return ()

    def above(self, room: int) -> list[list[Run]]:
        """Lines that stand still above the items."""
        return []

    def acts(self) -> dict[str, Act]:
        """Moving and filtering; each kind of list adds its own."""
        return {**super().acts(), **steps(self.move), "list.filter": self.open_filter}

    def leave(self) -> None:
        """One step: the filter, then the screen."""
        if self.narrowed:
            self.narrow("")
        else:
            self.dismiss(None)

    # Drawing

    def compose(self) -> ComposeResult:
        yield LinePane(symbols=self.look, id="text")
        with Horizontal(id="filtering"):
            yield StatusLine(symbols=self.look, id="slash")
            yield Input(placeholder="words", compact=True, id="words")
        yield StatusLine(symbols=self.look, grows=True, id="status")
        yield HintsLine(symbols=self.look, id="hints")

    def on_mount(self) -> None:
        self.query_one("#slash", StatusLine).show([("/", Role.KEY)])
        self.query_one("#words", Input).cursor_blink = False
        self.query_one("#text", LinePane).focus()
        self.draw()
        self.draw_hints()

    def on_resize(self) -> None:
        self.draw()

    def draw(self) -> None:
        """Everything again, for the items and the cursor there are now."""
        if not self.is_mounted:
            return
        pane = self.query_one("#text", LinePane)
        self.at = max(0, min(self.at, len(self.items) - 1))
        above = self.above(self.size.width)
        window = self._window(self.size.width, pane.body_height - len(above))
        title = f"{self.words}, {self.narrowed}: {len(self.items):,}" if self.narrowed else self.words
        pane.show(title, [*above, *window], keep=True)
        self._rows[:0] = [-1] * len(above)
        self.say_again()

    def say_again(self) -> None:
        """The status line: what the list says of the item, and what was said last."""
        if not self.waiting:
            end = [*self.told, (" ", Role.TEXT)] if self.told else []
            self.query_one("#status", StatusLine).show(self.about(), end)

    def _window(self, room: int, height: int) -> list[list[Run]]:
        """The items around the cursor that fit, scrolled no more than needed."""
        if not self.items:
            self._rows = []
            none = "Nothing here has these words; esc shows all." if self.narrowed else self.empty
            return [[(f" {none}", Role.DIM)]]
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
        super().tell(words, bad=bad)
        self.draw()

    # Filter

    @property
    def typing(self) -> bool:
        """Words of the filter are being typed."""
        return self.has_class("-typing")

    def open_filter(self) -> None:
        """The line to type words in that the items have to hold."""
        words = self.query_one("#words", Input)
        self.set_class(True, "-typing")
        words.value = self.narrowed
        words.cursor_position = len(words.value)
        words.focus()
        self.query_one("#hints", HintsLine).show_entries(
            [("enter", "to the list", "list.keep"), ("esc", "clear", "nav.back")]
        )

    def close_filter(self) -> None:
        """Back to the list, narrowed as it is."""
        self.set_class(False, "-typing")
        self.query_one("#text", LinePane).focus()
        self.draw_hints()

    def narrow(self, words: str) -> None:
        """List what holds all these words; the cursor stays on its item if that does."""
        under = self.item
        self.narrowed = words.strip()
        self._narrow()
        self.at = next((n for n, item in enumerate(self.items) if item is under), 0)
        self.told = []
        self.draw()

    def on_input_changed(self, event: Input.Changed) -> None:
        if self.typing:
            self.narrow(event.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        self.close_filter()

    # Keys and mouse

    async def typed_key(self, event: events.Key) -> None:
        if event.key in ("escape", "down", "tab"):
            event.stop()
            event.prevent_default()
            if event.key == "escape":
                self.narrow("")
            self.close_filter()

    async def hinted(self, action: str) -> None:
        if not self.typing:
            await super().hinted(action)
            return
        if action == "nav.back":
            self.narrow("")
        self.close_filter()

    def move(self, by: int) -> None:
        """The cursor so many items on."""
        self.at = max(0, min(self.at + by, len(self.items) - 1))
        self.told = []
        self.draw()

    def on_click(self, event: events.Click) -> None:
        row = event.screen_y - 1
        if 0 <= row < len(self._rows) and self._rows[row] >= 0:
            self.move(self._rows[row] - self.at)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        self.move(WHEEL)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        self.move(-WHEEL)


class _Lines(Protocol):
    def __call__(self, n: int, /) -> list[list[Run]]: ...
