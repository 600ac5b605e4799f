"""A list to choose from with a filter and a preview at its side: macros, statuses, tags, commands, keys.

Line-drawn. Choices and previews are handed in; what a choice does is for whoever asked.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from textual import events
from textual.app import ComposeResult
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip

from deskterm.safe import clean, width
from deskterm.symbols import UNICODE, Symbols
from deskterm.widgets.over import Over
from deskterm.widgets.paint import Painted, Role, Run, cells, cut, spread
from deskterm.widgets.questions import FREE, Choice, Preview, Question, Shown, matching
from deskterm.widgets.questions import choice_line as line_of

__all__ = ["Choice", "Picker", "PickerBox", "Preview", "Question", "matching"]

DEBOUNCE = 0.06
"""Seconds the cursor has to rest before a preview is asked for."""
FRAME = 5
"""Rows of a box that are no choice: two of the frame, filter, a gap, the foot."""
CHOICES = 3
"""The row of the first choice."""
WHEEL = 3
Looked = Callable[[str], None]
"""Told the id of each choice the cursor comes to."""
WITH_PREVIEW = (100, 24)
SMALLEST, WIDEST = 44, 100


class PickerBox(Painted, can_focus=True):
    """The box itself; it can stand in a screen of its own or over another one."""

    ALLOW_SELECT = False
    DEFAULT_CSS = "PickerBox { max-width: 100%; max-height: 100%; }"

    @dataclass
    class Picked(Message):
        """Chosen: the ids, and the typed text where it was taken as it is."""

        ids: tuple[str, ...]
        typed: str = ""
        by: str = "enter"
        """The key that took it, where the question has several."""

    class Closed(Message):
        """Left without choosing."""

    def __init__(
        self,
        question: Question,
        *,
        preview: Preview | None = None,
        looked: Looked | None = None,
        symbols: Symbols = UNICODE,
        id: str | None = None,
    ) -> None:
        super().__init__(id=id)
        self._looked = looked
        self.question = question
        self.symbols = symbols
        self.typed = question.typed
        self.ticked = {choice.id for choice in question.choices if choice.ticked}
        self._touched = False
        """Space was used, so that no tick at all is an answer too."""
        self._missing = False
        """Enter came before an answer."""
        self._preview = preview
        self._previewed: tuple[tuple[str, int], tuple[tuple[Run, ...], ...]] = (("", 0), ())
        self._typing = not question.instant
        self._shown: list[Choice] = []
        self._cursor = 0
        self._top = 0
        self._find()
        self.styles.width, self.styles.height = self._wanted()
        self.tallest = self._wanted()[1]
        """Rows with every choice in it."""

    def on_resize(self) -> None:
        self._follow()

    def _wanted(self) -> tuple[int, int]:
        """Columns and rows that everything fits in."""
        if self._preview is not None:
            return WITH_PREVIEW
        question = self.question
        if not question.choices:
            return 64, 4
        columns = max(question.width + 2, width(question.foot) + 8, width(clean(question.title)) + 8)
        return min(max(columns, SMALLEST), WIDEST), min(len(question.choices) + FRAME, 28)

    def _shrink(self) -> None:
        """As many rows as there are choices, and one that says so where there are none."""
        if self._preview is None and self.question.choices:
            self.styles.height = min(max(len(self._shown), 1) + FRAME, self.tallest)

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
        elif key in self.question.also:
            self._take_by(key)
        elif key == "backspace":
            self._type(self.typed[:-1])
        elif key == "ctrl+u":
            self._type("")
        elif key == "space" and self.question.several and not (self.typed and self.question.spaced):
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
        self._find()
        self._shrink()
        self._moved()

    def _find(self) -> None:
        """The choices for what is typed; what may be taken as it is stands last."""
        question, typed = self.question, self.typed.strip()
        self._shown = matching(question.choices, self.typed)
        named = any(choice.label.casefold() == typed.casefold() for choice in question.choices)
        if question.free and typed and question.choices and not named:
            self._shown.append(Choice(FREE, f"{question.free}: {typed}"))

    def _move(self, by: int) -> None:
        self._cursor = max(0, min(self._cursor + by, len(self._shown) - 1))
        self._moved()

    def _moved(self) -> None:
        self._follow()
        if self._looked is not None and self.choice is not None:
            self._looked(self.choice.id)
        self.refresh()

    def _tick(self) -> None:
        if self.choice is not None and not self.choice.off and self.choice.id != FREE:
            self._touched = True
            self.ticked ^= {self.choice.id}
            self.refresh()

    def _take(self) -> None:
        choice, typed = self.choice, self.typed.strip()
        if choice is None:
            if self.question.free and (typed or self.question.may_be_empty):
                self.post_message(self.Picked((), typed))
            elif not self.question.choices:
                self._missing = True
                self.refresh()
        elif choice.off:
            return
        elif not self.question.several:
            free = choice.id == FREE
            self.post_message(self.Picked(() if free else (choice.id,), typed if free else ""))
        else:
            self._take_several(choice, typed)

    def _take_by(self, key: str) -> None:
        """Another way of taking a choice: what is off may be taken so as well."""
        if self.choice is not None and self.choice.id != FREE:
            self.post_message(self.Picked((self.choice.id,), by=key))

    def _take_several(self, choice: Choice, typed: str) -> None:
        """All that is ticked, and with it what was typed, or the only one meant."""
        chosen = set(self.ticked)
        if choice.id != FREE and (typed or not (chosen or self._touched)):
            chosen.add(choice.id)
        self.post_message(self.Picked(tuple(sorted(chosen)), typed if choice.id == FREE else ""))

    # Mouse

    def on_click(self, event: events.Click) -> None:
        """A click on a choice takes it, or ticks it where there may be several."""
        event.stop()
        at = self._top + event.y - CHOICES
        inside = CHOICES <= event.y < self.size.height - 2 and 0 < event.x <= self._split(self.size.width)
        if inside and at < len(self._shown):
            self._cursor = at
            self._moved()
            if self.question.several:
                self._tick()
            else:
                self._take()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self._move(WHEEL)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self._move(-WHEEL)

    @property
    def row_at(self) -> int:
        """The row of the cursor; that of the typed text where nothing is found."""
        return CHOICES + self._cursor - self._top if self._shown else 1

    # Preview

    def _follow(self) -> None:
        """Ask for the preview of what the cursor rests on."""
        if self._preview is not None:
            self.run_worker(self._look, exclusive=True, group="preview")

    async def _look(self) -> None:
        choice, room = self.choice, self.size.width - self._split(self.size.width) - 4
        if self._preview is None or choice is None:
            self._previewed = (("", 0), ())
        elif self._previewed[0] != (choice.id, room):
            if self._previewed[1]:
                await asyncio.sleep(DEBOUNCE)
            lines = await self._preview(choice, room)
            self._previewed = ((choice.id, room), tuple(tuple(line) for line in lines))
        self.refresh()

    # Drawing

    def render_lines(self, crop: Region) -> list[Strip]:
        """Frame, filter, choices and preview."""
        room, height = self.size.width, self.size.height
        self._keep_in_view(height - FRAME)
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
            return spread(self._filter(room), [], room)
        if row == height - 1:
            return spread(self._foot(), [], room)
        at = self._top + row - 2
        if row == 1 or not 0 <= at < len(self._shown):
            nothing = [(" Nothing matches; backspace widens.", Role.DIM)]
            return spread(nothing if row == 2 and not self._shown else [], [], room)
        drawn = Shown(room, self.symbols, with_detail=self._preview is None, question=self.question)
        choice = self._shown[at]
        return line_of(choice, drawn, cursor=at == self._cursor, ticked=choice.id in self.ticked)

    def _filter(self, room: int) -> list[Run]:
        mark = " / " if self.question.choices else " > "
        if self._typing or self.typed:
            typed = clean(self.typed)
            while width(typed) > max(room - 5, 1):
                typed = typed[1:]
            return [(mark, Role.KEY), (typed, Role.TEXT), (self.symbols.caret, Role.TEXT)]
        return [(mark, Role.KEY), ("to filter", Role.DIM)]

    def _foot(self) -> list[Run]:
        choice = self.choice
        if not self.question.choices and self._missing and not self.typed.strip():
            return [(" Nothing is typed yet. Type it first; esc leaves all as it is.", Role.WARN)]
        if not self.question.choices:
            return [(f" {clean(self.question.hint)}", Role.DIM)]
        if choice is not None and choice.off:
            return [(f" {clean(choice.off)}", Role.WARN)]
        if choice is not None and choice.help:
            return [(f" {clean(choice.help)}", Role.DIM)]
        count = len(self._shown) - (1 if self._shown and self._shown[-1].id == FREE else 0)
        return [(f" {count} of {len(self.question.choices)}", Role.DIM)]


class Picker(Over["PickerBox.Picked | None"]):
    """A picker over the screen; its result is what was picked, or None when it was closed."""

    DEFAULT_CSS = "Picker { align: center top; }"

    def __init__(
        self,
        question: Question,
        *,
        preview: Preview | None = None,
        looked: Looked | None = None,
        symbols: Symbols = UNICODE,
    ) -> None:
        super().__init__()
        self.box = PickerBox(question, preview=preview, looked=looked, symbols=symbols)

    def compose(self) -> ComposeResult:
        self._place(self.app.size.height)  # pyright: ignore[reportUnknownMemberType]
        yield self.box

    def on_mount(self) -> None:
        self.box.focus()

    def on_resize(self) -> None:
        self._place(self.size.height)

    def _place(self, height: int) -> None:
        """In the middle when it is whole; its first line stays where it is while it shrinks."""
        self.box.styles.margin = (max((height - self.box.tallest) // 2, 0), 0, 0, 0)

    def on_picker_box_picked(self, event: PickerBox.Picked) -> None:
        self.dismiss(event)

    def on_picker_box_closed(self) -> None:
        self.dismiss(None)

    def on_key(self, event: events.Key) -> None:
        """Keys that come before the box has the focus are its keys all the same."""
        if not self.box.has_focus:
            self.box.on_key(event)
