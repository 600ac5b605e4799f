"""A list to choose from with a filter and a preview at its side: macros, statuses, tags, commands, keys.

Line-drawn. Choices and previews are handed in; what a choice does is for whoever asked.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from textual import events
from textual.app import ComposeResult
from textual.geometry import Region
from textual.message import Message
from textual.screen import ModalScreen
from textual.strip import Strip
from textual.timer import Timer

from deskterm.safe import clean, pad
from deskterm.symbols import UNICODE, Symbols
from deskterm.widgets.paint import Painted, Role, Run, cells, cut, spread

DEBOUNCE = 0.06
"""Seconds the cursor has to rest before a preview is asked for."""


@dataclass(frozen=True, slots=True)
class Choice:
    id: str
    label: str
    key: str = ""
    """One letter that picks it at once while nothing is typed; in other lists just shown."""
    detail: str = ""
    """More words, also searched."""
    off: str = ""
    """Why it cannot be chosen now; drawn grey and kept in its place."""
    ticked: bool = False
    """Already so, such as a tag that is on."""


Preview = Callable[[Choice], Sequence[Sequence[Run]]]


@dataclass(frozen=True, slots=True)
class Question:
    """What a picker asks."""

    title: str
    choices: tuple[Choice, ...]
    foot: str = "enter choose   esc close"
    instant: bool = True
    """A choice's key picks it at once while the filter is empty; `/` begins the filter."""
    several: bool = False
    """Space ticks, enter takes all ticked (or the one under the cursor)."""
    free: str = ""
    """If not empty, typed text that is no choice may be taken, under this word: `new tag`."""


def matching(choices: Sequence[Choice], typed: str) -> list[Choice]:
    """The choices that hold every typed word; those whose label starts with the text come first."""
    wanted = typed.casefold().split()
    found = [
        choice
        for choice in choices
        if all(word in f"{choice.label} {choice.detail} {choice.key}".casefold() for word in wanted)
    ]
    start = typed.casefold().strip()
    return sorted(found, key=lambda choice: not choice.label.casefold().startswith(start)) if start else found


class PickerBox(Painted, can_focus=True):
    """The box itself; it can stand in a screen of its own or over another one."""

    ALLOW_SELECT = False
    DEFAULT_CSS = "PickerBox { width: 100; max-width: 100%; height: 24; max-height: 100%; }"

    @dataclass
    class Picked(Message):
        """Chosen: the ids, and the typed text where it was taken as it is."""

        ids: tuple[str, ...]
        typed: str = ""

    class Closed(Message):
        """Left without choosing."""

    def __init__(
        self,
        question: Question,
        *,
        preview: Preview | None = None,
        symbols: Symbols = UNICODE,
        id: str | None = None,
    ) -> None:
        super().__init__(id=id)
        self.question = question
        self.symbols = symbols
        self.typed = ""
        self.ticked = {choice.id for choice in question.choices if choice.ticked}
        self._preview = preview
        self._previewed: tuple[str, tuple[tuple[Run, ...], ...]] = ("", ())
        self._typing = not question.instant
        self._shown = list(question.choices)
        self._cursor = 0
        self._top = 0
        self._waiting: Timer | None = None

    def on_mount(self) -> None:
        self._show_preview()

    @property
    def choice(self) -> Choice | None:
        """What the cursor is on."""
        return self._shown[self._cursor] if self._cursor < len(self._shown) else None

    # Keys

    def on_key(self, event: events.Key) -> None:
        event.stop()
        event.prevent_default()
        key, char = event.key, event.character
        by = {"down": 1, "up": -1, "pagedown": 10, "pageup": -10, "ctrl+n": 1, "ctrl+p": -1}.get(key)
        if by is not None:
            self._move(by)
        elif key == "escape":
            self.post_message(self.Closed())
        elif key == "enter":
            self._take()
        elif key == "backspace":
            self._type(self.typed[:-1])
        elif key == "ctrl+u":
            self._type("")
        elif key == "space" and self.question.several:
            self._tick()
        elif char is not None and char.isprintable():
            self._letter(char)

    def on_paste(self, event: events.Paste) -> None:
        event.stop()
        self._typing = True
        self._type(self.typed + clean(event.text))

    def _letter(self, char: str) -> None:
        if not self._typing and not self.typed:
            if char == "/":
                self._typing = True
                self.refresh()
                return
            hit = next((choice for choice in self._shown if choice.key == char and not choice.off), None)
            if hit is not None:
                self.post_message(self.Picked((hit.id,)))
                return
        self._type(self.typed + char)

    def _type(self, text: str) -> None:
        self.typed, self._cursor, self._top = text, 0, 0
        self._shown = matching(self.question.choices, text)
        self._moved()

    def _move(self, by: int) -> None:
        self._cursor = max(0, min(self._cursor + by, len(self._shown) - 1))
        self._moved()

    def _moved(self) -> None:
        if self._waiting is not None:
            self._waiting.stop()
        self._waiting = self.set_timer(DEBOUNCE, self._show_preview)
        self.refresh()

    def _tick(self) -> None:
        if self.choice is not None and not self.choice.off:
            self.ticked ^= {self.choice.id}
            self.refresh()

    def _take(self) -> None:
        choice = self.choice
        if self.question.several and (self.ticked or choice is None):
            self.post_message(self.Picked(tuple(sorted(self.ticked)), self.typed if choice is None else ""))
        elif choice is not None and not choice.off:
            self.post_message(self.Picked((choice.id,)))
        elif choice is None and self.question.free and self.typed.strip():
            self.post_message(self.Picked((), self.typed.strip()))

    def _show_preview(self) -> None:
        choice = self.choice
        if self._preview is None or choice is None:
            self._previewed = ("", ())
        elif self._previewed[0] != choice.id:
            self._previewed = (choice.id, tuple(tuple(line) for line in self._preview(choice)))
        self.refresh()

    # Drawing

    def render_lines(self, crop: Region) -> list[Strip]:
        """Frame, filter, choices and preview."""
        room, height = self.size.width, self.size.height
        self._keep_in_view(height - 5)
        return [self._line(y, room, height).crop(crop.x, crop.right) for y in range(crop.y, crop.bottom)]

    def _keep_in_view(self, rows: int) -> None:
        if self._cursor < self._top:
            self._top = self._cursor
        elif self._cursor >= self._top + max(rows, 1):
            self._top = self._cursor - max(rows, 1) + 1

    def _line(self, y: int, room: int, height: int) -> Strip:
        look = self.symbols
        if y == 0:
            words = f" {clean(self.question.title)} "
            return self.strip(self._rule(look.top_left, words, look.top_right, room, Role.FOCUS), room)
        if y == height - 1:
            words = f" {self.question.foot} "
            return self.strip(self._rule(look.low_left, words, look.low_right, room, Role.DIM), room)
        side: Run = (look.edge, Role.LINE)
        split = self._split(room)
        inside = self._inside(y - 1, split, height - 2)
        if self._preview is None:
            return self.strip([side, *inside, side], room)
        lines = self._previewed[1]
        shown = cut(lines[y - 1] if y <= len(lines) else (), room - split - 4, look.ellipsis)
        right = [(" ", Role.TEXT), *shown]
        return self.strip([side, *inside, side, *spread(right, [], room - split - 3), side], room)

    def _split(self, room: int) -> int:
        """Cells of the left half."""
        return room - 2 if self._preview is None else min(max(room * 2 // 5, 24), room - 3)

    def _rule(self, start: str, words: str, end: str, room: int, ink: Role) -> list[Run]:
        rule = self.symbols.rule
        inner = cut([(rule, Role.LINE), (words, ink)], room - 2, self.symbols.ellipsis)
        return [(start, Role.LINE), *inner, (rule * (room - 2 - cells(inner)), Role.LINE), (end, Role.LINE)]

    def _inside(self, row: int, room: int, height: int) -> list[Run]:
        if row == 0:
            return spread(self._filter(), [], room)
        at = self._top + row - 2
        if row == height - 1:
            return spread(self._foot(), [], room)
        if row == 1 or not 0 <= at < len(self._shown):
            return spread(self._nothing() if row == 2 and not self._shown else [], [], room)
        return self._choice(self._shown[at], room, cursor=at == self._cursor)

    def _filter(self) -> list[Run]:
        if self._typing or self.typed:
            return [(" / ", Role.KEY), (clean(self.typed), Role.TEXT), (self.symbols.caret, Role.TEXT)]
        return [(" / ", Role.KEY), ("to filter", Role.DIM)]

    def _nothing(self) -> list[Run]:
        if self.question.free and self.typed.strip():
            return [(f" enter takes {self.question.free}: {clean(self.typed.strip())}", Role.TEXT)]
        return [(" Nothing matches; backspace widens.", Role.DIM)]

    def _foot(self) -> list[Run]:
        choice = self.choice
        if choice is not None and choice.off:
            return [(f" {clean(choice.off)}", Role.WARN)]
        return [(f" {len(self._shown)} of {len(self.question.choices)}", Role.DIM)]

    def _choice(self, choice: Choice, room: int, *, cursor: bool) -> list[Run]:
        ink = Role.OFF if choice.off else Role.CURSOR if cursor else Role.TEXT
        ticked = self.symbols.done if choice.id in self.ticked else " "
        mark: Run = (f"{self.symbols.cursor if cursor else ' '}{ticked} ", Role.MARK)
        keys: list[Run] = [(f" {choice.key} ", Role.OFF if choice.off else Role.KEY)] if choice.key else []
        space = room - 3 - cells(keys)
        label = clean(choice.label)
        if self._preview is None and choice.detail and not choice.off:
            left = pad(label, min(max(space // 3, 16), space), ellipsis=self.symbols.ellipsis)
            body = [(left, ink), *cut([(f" {clean(choice.detail)}", Role.DIM)], space - cells([(left, ink)]))]
        else:
            body = [(label, ink)]
        return [mark, *spread(body, [], space, fill=(" ", ink)), *keys]


class Picker(ModalScreen["PickerBox.Picked | None"]):
    """A picker over the screen; its result is what was picked, or None when it was closed."""

    DEFAULT_CSS = "Picker { align: center middle; background: $background 0%; }"

    def __init__(
        self, question: Question, *, preview: Preview | None = None, symbols: Symbols = UNICODE
    ) -> None:
        super().__init__()
        self.box = PickerBox(question, preview=preview, symbols=symbols)

    def compose(self) -> ComposeResult:
        yield self.box

    def on_mount(self) -> None:
        self.box.focus()

    def on_picker_box_picked(self, event: PickerBox.Picked) -> None:
        self.dismiss(event)

    def on_picker_box_closed(self) -> None:
        self.dismiss(None)

    def on_key(self, event: events.Key) -> None:
        """Keys that come before the box has the focus are its keys all the same."""
        if not self.box.has_focus:
            self.box.on_key(event)
