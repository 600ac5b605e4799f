"""What a picker asks, which choices match what is typed, and how a choice is drawn.

Pure: choices and words in, runs out. Knows no widget.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from msgspec import Struct

from deskterm.safe import clean, pad, width
from deskterm.symbols import Symbols
from deskterm.widgets.paint import Role, Run, cells, cut, spread

FREE = "\0typed"
"""Id of the line that takes what was typed as it is."""
KEYS = 8, 20
"""Cells of the key column where keys come first, at least and at most."""


class Choice(Struct, frozen=True):
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
    help: str = ""
    """A sentence for the foot while the cursor is on it."""
    called: str = ""
    """What it is called elsewhere: searched, and never shown."""

    @property
    def aside(self) -> str:
        """The words after the label."""
        return clean(self.off or self.detail)


Preview = Callable[[Choice, int], Awaitable[Sequence[Sequence[Run]]]]
"""The lines beside a choice, for so many cells."""


class Question(Struct, frozen=True):
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
    spaced: bool = False
    """What is typed may hold spaces, so space ticks only while nothing is typed."""
    hint: str = ""
    """What to type, where there is nothing to choose from."""
    typed: str = ""
    """What stands in the box already."""
    may_be_empty: bool = False
    """Where there is nothing to choose from: nothing typed is an answer too."""
    keys_first: bool = False
    """The keys stand before the words, as in the help."""
    also: tuple[str, ...] = ()
    """Keys beside enter that take a choice; which it was is told with what was picked."""

    @property
    def width(self) -> int:
        """Cells in which no choice has to be cut: marks, words, what stands aside, keys."""
        labels = max((width(clean(choice.label)) for choice in self.choices), default=0)
        asides = max((width(choice.aside) for choice in self.choices), default=0)
        keys = max((width(choice.key) for choice in self.choices), default=0)
        return (
            3 + labels + (2 + asides if asides else 0) + (key_column(keys) if self.keys_first else keys + 2)
        )


def key_column(widest: int) -> int:
    """Cells of the keys where they come first."""
    least, most = KEYS
    return min(max(widest + 2, least), most + 2)


def matching(choices: Sequence[Choice], typed: str) -> list[Choice]:
    """The choices that hold every typed word; those whose label starts with the text come first."""
    wanted = typed.casefold().split()
    found = [
        choice
        for choice in choices
        if all(
            word in f"{choice.label} {choice.detail} {choice.key} {choice.called}".casefold()
            for word in wanted
        )
    ]
    start = typed.casefold().strip()
    return sorted(found, key=lambda choice: _nearness(choice, start)) if start else found


def _nearness(choice: Choice, start: str) -> int:
    """0 where the label starts with the text, 1 where that is what it is called elsewhere, else 2."""
    return 0 if choice.label.casefold().startswith(start) else 1 if choice.called == start else 2


class Shown(Struct, frozen=True):
    """How the choices of a question are drawn."""

    room: int
    symbols: Symbols
    with_detail: bool
    question: Question

    @property
    def keys(self) -> int:
        """Cells of the widest key."""
        return max((width(choice.key) for choice in self.question.choices), default=0)

    @property
    def label(self) -> int:
        """Cells of the widest label; where not everything fits, not more than half of the room."""
        widest = max((width(clean(choice.label)) for choice in self.question.choices), default=0)
        return widest if self.question.width <= self.room else min(widest, max(self.room // 2, 8))


def choice_line(choice: Choice, shown: Shown, *, cursor: bool, ticked: bool) -> list[Run]:
    """One choice on exactly `shown.room` cells: marks, words, and its key at the end or before the words."""
    look = shown.symbols
    ink = Role.OFF if choice.off else Role.CURSOR if cursor else Role.TEXT
    mark: Run = (f"{look.cursor if cursor else ' '}{look.done if ticked else ' '} ", Role.MARK)
    key_ink = Role.OFF if choice.off else Role.KEY
    before: list[Run] = []
    after: list[Run] = []
    if shown.question.keys_first:
        before = [(pad(choice.key, key_column(shown.keys), ellipsis=look.ellipsis), key_ink)]
    elif shown.keys:
        after = [(f" {pad(choice.key, shown.keys)} ", key_ink)]
    space = shown.room - 3 - cells(before) - cells(after)
    body = _body(choice, shown, space=space, ink=ink)
    return [mark, *before, *spread(body, [], space, fill=(" ", ink)), *after]


def _body(choice: Choice, shown: Shown, *, space: int, ink: Role) -> list[Run]:
    label, detail = clean(choice.label), choice.aside
    ellipsis = shown.symbols.ellipsis
    if not shown.with_detail or not detail:
        return cut([(label, ink)], space, ellipsis)
    named = (pad(label, min(shown.label, space), ellipsis=ellipsis), ink)
    return [
        named,
        *cut([(f"  {detail}", Role.OFF if choice.off else Role.DIM)], space - cells([named]), ellipsis),
    ]
