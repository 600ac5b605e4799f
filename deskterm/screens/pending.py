"""The outbox, the drafts and what went wrong, as lists: what each is about, how it stands, what it says.

Letters of the shelf are read again and saved here; what is to be done about a reply is handed back.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec import Struct

from deskterm import acts, attachments, known, unsent
from deskterm.action import DRAFTS, ERRORS, OUTBOX
from deskterm.actions import BY_ID
from deskterm.desk import Desk
from deskterm.safe import clean, wrap
from deskterm.screens import drawing
from deskterm.screens.keyed import Act
from deskterm.screens.lists import ListScreen
from deskterm.symbols import Symbols
from deskterm.unsent import Row
from deskterm.widgets.paint import Role, Run, spread
from store.errors import Refused, StoreError

INDENT = 4
MOST_TEXT = 12
"""Lines of a letter shown under the cursor."""
AGAIN = 1.0
"""Seconds after which the list is read again: replies leave while it is looked at."""


class Wish(Struct, frozen=True):
    """What is to be done about a row: `enter`, `look` at its ticket, or call it `back`."""

    does: str
    row: Row


class PendingItem(Struct, frozen=True):
    row: Row
    name: str
    """The ticket, or what it is instead."""
    when: str
    letter: Callable[[], tuple[str, str]]
    """Whom it is for and what it says; read only for the one under the cursor."""

    def lines(self, room: int, look: Symbols, *, cursor: bool) -> list[list[Run]]:
        """The ticket and how it stands; under the cursor what is written."""
        mark: Run = (look.cursor if cursor else " ", Role.MARK)
        name: Run = (f" {self.name}", Role.CURSOR if cursor else Role.TEXT)
        bad = self.row.failed or self.row.lying or not self.row.ticket
        rows = wrap(clean(self.row.words), max(room - INDENT - 1, 20))
        ink = Role.BAD if bad else Role.DIM
        found = [spread([mark, name], [(self.when, Role.DIM)], room)]
        found += [[(" " * INDENT, ink), (row, ink)] for row in rows[: 6 if cursor else 2]]
        return found + self._letter(room) if cursor and self.row.row else found

    def _letter(self, room: int) -> list[list[Run]]:
        try:
            to, text = self.letter()
        except Refused as error:
            return [[(f"{' ' * INDENT}{clean(str(error))}", Role.DIM)]]
        room = max(room - INDENT - 1, 20)
        rows: list[Run] = [(row, Role.CUSTOMER) for row in wrap(f"to {clean(to)}", room)[:2]]
        said = "\n".join(clean(line) for line in text.strip().replace("\r\n", "\n").split("\n")[:MOST_TEXT])
        rows += [(row, Role.TEXT) for row in wrap(said, room)[:MOST_TEXT]]
        return [[(" " * INDENT, Role.TEXT), row] for row in rows]


class PendingScreen(ListScreen[PendingItem, Wish]):
    """Its result is what is to be done about a row, or None."""

    def __init__(
        self, desk: Desk, title: str, read: Callable[[], list[Row]], *, empty: str, symbols: Symbols
    ) -> None:
        super().__init__(title, (), symbols=symbols)
        self.place = title.casefold()
        self.desk = desk
        self.heading = title
        self.read = read
        self.empty = empty
        self._seen: tuple[object, ...] = ()
        self._busy = False

    def on_mount(self) -> None:
        self.load()
        self.set_interval(AGAIN, self._again)

    def _again(self) -> None:
        try:
            self.load()
        except Exception as error:
            if not self.desk_app.stumbled(error):
                raise

    def fits(self, action: str) -> bool:
        """What belongs to another of these lists means nothing here."""
        ours = BY_ID[action].where
        return self.place in ours or not {DRAFTS, OUTBOX, ERRORS}.intersection(ours)

    def load(self) -> None:
        """Read the rows again; the cursor stays on its one, or where it was if that has gone."""
        rows = self.read()
        seen = (self.desk.now // 60, *rows, *(self._when(row) for row in rows))
        if seen == self._seen:
            return
        self._seen = seen
        under = self.item.row if self.item is not None else None
        named = {one.id: one for one in known.some(self.desk, [row.ticket for row in rows if row.ticket])}
        self.items = [
            PendingItem(
                row,
                clean(acts.name([named[row.ticket]])) if row.ticket in named else self._nameless(row),
                self._when(row),
                lambda row=row: unsent.letter(self.desk, row.row),
            )
            for row in rows
        ]
        self.at = next((n for n, one in enumerate(self.items) if _same(one.row, under)), self.at)
        self.words = f"{self.heading} {len(self.items)}"
        self.draw()

    def _nameless(self, row: Row) -> str:
        return "a letter on the shelf" if row.lying else "mail"

    def _when(self, row: Row) -> str:
        return f"leaves {drawing.ahead(row.leaves, self.desk.now)} " if row.leaves is not None else ""

    def about(self) -> Sequence[Run]:
        if self._busy:
            return [("reading the shelf again", Role.DIM)]
        if self.item is not None and self.item.row.lying:
            return [("its bytes are kept; r reads the shelf again, O saves it as a file", Role.DIM)]
        if self.item is not None and not self.item.row.ticket:
            return [("`deskterm doctor` tells more", Role.DIM)]
        return ()

    def acts(self) -> dict[str, Act]:
        return {
            **super().acts(),
            "pending.open": lambda: self._wish("enter"),
            "pending.ticket": lambda: self._wish("look"),
            "pending.back": lambda: self._wish("back"),
            "shelf.again": self._read_again,
            "shelf.save": self._save,
        }

    def why_off(self, action: str) -> str:
        row = self.item.row if self.item is not None else None
        if action not in ("pending.open", "pending.ticket", "pending.back", "shelf.save"):
            return ""
        if row is None:
            return "Nothing stands here."
        if action == "shelf.save":
            return "" if row.lying else "Only a letter on the shelf has bytes to save."
        if action == "pending.back":
            return "" if row.row else "This is no reply that could be called back."
        return "" if row.ticket else f"{row.words} `deskterm doctor` tells more."

    def _wish(self, does: str) -> None:
        if self.item is not None:
            self.dismiss(Wish(does, self.item.row))

    def _read_again(self) -> None:
        if not self._busy:
            self._busy = True
            self.draw()
            self.run_worker(self._reading())

    async def _reading(self) -> None:
        """In the writer's thread: what can be read now comes in like any letter."""
        from deskterm import shelved

        try:
            counts = await self.desk_app.commit(lambda: shelved.read_again(self.desk))
        except StoreError as error:
            self.tell(str(error), bad=True)
            return
        finally:
            self._busy = False
        self.load()
        self.tell(f"{counts.new + counts.archived:,} could be read now, {counts.shelved:,} stay on the shelf")

    async def _save(self) -> None:
        assert self.item is not None
        row = self.item.row
        folder = attachments.downloads(self.desk)
        path = await self.desk_app.read(lambda: attachments.save_shelved(self.desk, row.lying, folder=folder))
        self.tell(f"Saved {path}")


def _same(row: Row, other: Row | None) -> bool:
    """Whether two rows are about one thing, however it stands by now."""
    return other is not None and (row.row, row.lying, row.ticket) == (other.row, other.lying, other.ticket)
