"""A screen to read what happened on: `z` takes one entry back alone, enter shows its ticket as it was."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from deskterm.desk import Desk
from deskterm.safe import clean
from deskterm.screens.happened import Asked, Item
from deskterm.screens.lists import ListScreen
from deskterm.symbols import Symbols
from deskterm.widgets.paint import Role, Run
from store.errors import Refused


class HistoryScreen(ListScreen[Item, Asked]):
    """Entries newest first. Its result is what is to be done, or None."""

    HINTS: ClassVar[tuple[tuple[str, str, str], ...]] = (
        ("enter", "the ticket then", "enter"),
        ("o", "the ticket now", "o"),
        ("z", "undo this alone", "z"),
        ("space", "page", "space"),
        ("esc", "back", "escape"),
    )
    EMPTY = "Nothing happened yet."

    def __init__(self, desk: Desk, title: str, items: Sequence[Item], *, symbols: Symbols) -> None:
        super().__init__(title, items, symbols=symbols)
        self.desk = desk

    def about(self) -> Sequence[Run]:
        """What `z` would take back, by its name."""
        return [(undo_words(self.desk, self.item), Role.DIM)] if self.item is not None else ()

    async def pressed(self, key: str) -> None:
        item = self.item
        if item is None:
            return
        if key in ("z", "u") and not item.why:
            self.dismiss(Asked(entry=item.entry, undo=True))
        elif key in ("enter", "o", "right", "left"):
            if not item.ticket:
                raise Refused(f"This is about {item.name or 'no ticket'}; there is no one ticket to show.")
            if key == "o":
                self.dismiss(Asked(ticket=item.ticket))
            else:
                self._then(item)

    def _then(self, item: Item) -> None:
        """The ticket as this entry left it."""
        from deskterm.screens.then import ThenScreen

        def after(asked: Asked | None) -> None:
            if asked is not None:
                self.dismiss(asked)

        screen = ThenScreen(self.desk, item.ticket, item.entry, symbols=self.look)
        self.desk_app.push_screen(screen, after)


def undo_words(desk: Desk, item: Item) -> str:
    """What `z` does to an entry, or why it does nothing."""
    return item.why or f"z undoes that alone, if nothing later depends on it: {clean(desk.said(item.entry))}"
