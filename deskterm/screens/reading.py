"""The screen of what happened: one entry undone alone, the ticket or the queue as it was, a filter, export.

A page of entries is read when the cursor comes to the end of what is there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from deskterm import acts, attachments, known
from deskterm.action import HISTORY
from deskterm.desk import Desk
from deskterm.safe import clean
from deskterm.screens import copying, happened
from deskterm.screens.happened import Asked, Item
from deskterm.screens.keyed import Act
from deskterm.screens.lists import ListScreen
from deskterm.symbols import Symbols
from deskterm.widgets.paint import Role, Run
from store.model import Queue, Ticket


class HistoryScreen(ListScreen[Item, Asked]):
    """Entries newest first. Its result is what is to be done, or None."""

    PLACE = HISTORY
    EMPTY = "Nothing happened yet."

    def __init__(self, desk: Desk, ticket: str, *, queue: Queue, symbols: Symbols) -> None:
        """What happened to a ticket, or (empty) to the desk; `queue` is the one that is shown as it was."""
        super().__init__("", (), symbols=symbols)
        self.desk = desk
        self.ticket = ticket
        self.queue = queue
        self._whole = False
        """There are no older entries than those listed."""
        self._load()
        name = self._about()
        self.words = f"What happened to {clean(name)}" if name else "Everything that happened, newest first"

    def _about(self) -> str:
        found = known.some(self.desk, [self.ticket]) if self.ticket else []
        return acts.name(found) if found else ""

    def _load(self) -> None:
        """One page more; a ticket's history is a single one."""
        last = self._all[-1] if self._all else None
        entries = known.happened(self.desk, self.ticket, before=last.entry if last is not None else None)
        names: Mapping[str, Ticket] = {} if self.ticket else known.touched(self.desk, entries)
        self.add(happened.items(entries, names=names, after=last))
        self._whole = bool(self.ticket) or len(entries) < known.PAGE

    def move(self, by: int) -> None:
        """The cursor; past the end older entries come."""
        if not self._whole and self.at + by >= len(self.items) - 1:
            self._load()
        super().move(by)

    def about(self) -> Sequence[Run]:
        """What `z` would take back, by its name."""
        return [(undo_words(self.desk, self.item), Role.DIM)] if self.item is not None else ()

    def acts(self) -> dict[str, Act]:
        return {
            **super().acts(),
            "history.then": self._then,
            "history.now": self._now,
            "history.undo": self._undo,
            "history.queue": self._queue_then,
            "history.copy": self._copy,
            "history.export": self._export,
        }

    def why_off(self, action: str) -> str:
        item = self.item
        if not action.startswith("history."):
            return ""
        if item is None:
            return "Nothing is listed."
        if action in ("history.then", "history.now") and not item.ticket:
            return f"This is about {item.name or 'no ticket'}; there is no one ticket to show."
        return item.why if action == "history.undo" else ""

    def _undo(self) -> None:
        if self.item is not None:
            self.dismiss(Asked(entry=self.item.entry, undo=True))

    def _now(self) -> None:
        if self.item is not None:
            self.dismiss(Asked(ticket=self.item.ticket))

    def _after(self, asked: Asked | None) -> None:
        """What a screen over this one asks for."""
        if asked is not None:
            self.dismiss(asked)

    def _then(self) -> None:
        """The ticket as this entry left it."""
        from deskterm.screens.then import ThenScreen

        assert self.item is not None
        screen = ThenScreen(self.desk, self.item.ticket, self.item.entry, symbols=self.look)
        self.desk_app.push_screen(screen, self._after)

    def _queue_then(self) -> None:
        """The queue as it was when this happened."""
        from deskterm.screens.queue_then import QueueThenScreen

        assert self.item is not None
        screen = QueueThenScreen(self.desk, self.queue, self.item.at, symbols=self.look)
        self.desk_app.push_screen(screen, self._after)

    # Out of the screen

    def _copy(self) -> None:
        """All that is listed, as it stands here."""
        text = "\n".join(self.text(item) for item in self.items)
        way = copying.onto_clipboard(self.desk_app, text)
        self.tell(f"Copied {self._count()} ({way})")

    async def _export(self) -> None:
        """All that is listed, as a file for a spreadsheet."""
        data = happened.as_csv(self.items).encode()
        folder = attachments.downloads(self.desk)
        name = f"history-{self._about().removeprefix('#') or 'desk'}.csv"
        path = await self.desk_app.read(lambda: attachments.save_as(folder, name, data))
        self.tell(f"{self._count()} in {path}")

    def _count(self) -> str:
        more = "" if self._whole else " and not the older ones, which come below the last"
        return f"{len(self.items):,} {'entry' if len(self.items) == 1 else 'entries'}{more}"


def undo_words(desk: Desk, item: Item) -> str:
    """What `z` does to an entry, or why it does nothing."""
    return item.why or f"z undoes that alone, if nothing later depends on it: {clean(desk.said(item.entry))}"
