"""History as lines: when, who, what, and the fields before and after. Pure drawing of log entries."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from msgspec import Struct

from deskterm import kinds, todo_words
from deskterm.acts import label
from deskterm.moments import local
from deskterm.safe import clean, fit, pad, wrap
from deskterm.symbols import Symbols
from deskterm.widgets.paint import Role, Run
from store.model import Ticket

if TYPE_CHECKING:
    from store.log.entry import Value
    from store.log.history import Happened, Was

_HIDDEN = frozenset({"body", "folds", "files", "refs", "rcpt", "msgid", "copied", "snippet", "attempts"})
_FIELDS = {"grp": "group", "snooze_until": "snoozed until", "_deleted": "bin", "not_before": "leaves"}
_FLAGS = {"unread": ("read", "unread"), "_deleted": ("put back", "moved to the bin")}
_TIMES = frozenset({"snooze_until", "created", "not_before", "date", "archive"})
_ROWS = {"m": "message", "c": "customer", "x": "letter", "d": "doc"}
_KINDS = {"t": "ticket begun", "m": "message", "c": "new customer", "x": "letter queued", "d": "doc written"}
_MACHINES = frozenset({"mail", "sender", "clock", "rule"})
_QUIET = frozenset({"read", "sending", "archive", "mail", "undo", "redo"})
INDENT = 10


class Asked(Struct, frozen=True):
    """What is to be done about an entry."""

    entry: int = 0
    undo: bool = False
    ticket: str = ""


class Item(Struct, frozen=True):
    """One entry, ready to be drawn at any width."""

    entry: int
    at: int
    actor: str
    what: str
    ticket: str
    """Id of the ticket it is about; empty for none or several."""
    name: str
    details: tuple[tuple[str, str, str], ...]
    """Words, and what was before and is now, for a field."""
    why: str
    """Why it cannot be taken back from here."""
    day: str
    """Set where a day begins."""

    def lines(self, room: int, look: Symbols, *, cursor: bool) -> list[list[Run]]:
        """The entry in `room` cells: a heading where a day begins, a head line, its fields."""
        then = datetime.fromtimestamp(self.at)
        mark = look.cursor if cursor else " "
        head: list[Run] = [
            (mark, Role.MARK),
            (f"{then:%H:%M:%S} ", Role.DIM),
            (pad(self.actor, 10, ellipsis=look.ellipsis) + " ", Role.AGENT),
            (f"{self.what:<9}", Role.CURSOR if cursor else Role.TEXT),
            (f" {self.name}", Role.TEXT),
        ]
        found: list[list[Run]] = [[(f" {self.day}", Role.BAND)]] if self.day else []
        found.append(head)
        told = ", ".join(self._detail(one, look) for one in self.details)
        if told:
            rows = wrap(told, max(room - INDENT - 2, 20))
            found += [[(" " * INDENT, Role.DIM), (row, Role.DIM)] for row in rows[:3]]
        return found

    def _detail(self, one: tuple[str, str, str], look: Symbols) -> str:
        words, before, after = one
        return f"{words} {before} {look.to} {after}" if before or after else words


def items(
    entries: Sequence[Happened], *, names: Mapping[str, Ticket], after: Item | None = None
) -> list[Item]:
    """The entries as items, newest first; `after` is the item they stand below."""
    found: list[Item] = []
    day = _day(after.at) if after is not None else ""
    for entry in entries:
        today = _day(entry.at)
        found.append(_item(entry, names, day=today if today != day else ""))
        day = today
    return found


def _day(at: int) -> str:
    then = datetime.fromtimestamp(at)
    return f"{then:%A, %B} {then.day}, {then:%Y}"


def as_csv(listed: Sequence[Item]) -> str:
    """Entries as comma-separated values with a heading: entry, local time, who, what, about, changes.

    No cell begins as a formula does, which a spreadsheet would calculate (OWASP, CSV Injection).
    """
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(("entry", "time", "who", "what", "about", "changes"))
    for one in listed:
        changes = "; ".join(f"{words} {before} -> {after}" if before or after else words
                            for words, before, after in one.details)  # fmt: skip
        then = f"{datetime.fromtimestamp(one.at):%Y-%m-%d %H:%M:%S}"
        cells = (str(one.entry), then, one.actor, one.what, one.name, changes)
        writer.writerow(
            [f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell for cell in cells]
        )
    return out.getvalue()


def _item(entry: Happened, names: Mapping[str, Ticket], *, day: str) -> Item:
    touched = list(dict.fromkeys(was.eid for was in entry.changes if was.eid.startswith("t")))
    one = touched[0] if len(touched) == 1 else ""
    name = f"{len(touched):,} tickets" if len(touched) > 1 else _name(names.get(one))
    details = tuple(told for was in entry.changes if any(told := said(was)))
    if len(touched) > 1:
        details = ()
    void = "void: another machine had done it already" if entry.void else ""
    return Item(
        entry=entry.entry,
        at=entry.at,
        actor=clean(entry.actor),
        what=clean(kinds.words(entry.kind)),
        ticket=one,
        name=name,
        details=(*dict.fromkeys(details), *([(void, "", "")] if void else [])),
        why=_why(entry),
        day=day,
    )


def _why(entry: Happened) -> str:
    machine = entry.actor in _MACHINES or entry.kind in _QUIET
    return f"{clean(entry.kind)} by {clean(entry.actor)}: not taken back from here" if machine else ""


def said(was: Was) -> tuple[str, str, str]:
    """A field as words, before and now; all empty for what nobody needs to see."""
    nothing = ("", "", "")
    if was.field in _HIDDEN:
        return nothing
    if not was.field:
        return _KINDS.get(was.eid[:1], "row made"), "", ""
    space, _, key = was.field.partition(".")
    if todo_words.is_one(was.field):
        words = todo_words.changed(was.field, was.before, was.after, zone=local())
        return f"{todo_words.LABELS[space]} {words}", "", ""
    if key:
        return (
            (f"{space} {'+' if was.after is not None else '-'} {clean(key)}", "", "")
            if space not in ("who", "x")
            else nothing
        )
    if was.field == "_deleted" and was.eid[:1] != "t":  # only tickets have a bin
        return f"{_ROWS.get(was.eid[:1], 'row')} {'taken away' if was.after else 'put back'}", "", ""
    if was.field in _FLAGS:
        return _FLAGS[was.field][1 if was.after else 0], "", ""
    before, after = _value(was.field, was.before), _value(was.field, was.after)
    return (_FIELDS.get(was.field, was.field), before, after) if before != after else nothing


def _value(field: str, value: Value) -> str:
    if value is None or value == "":
        return "-"
    if field in _TIMES and isinstance(value, int):
        return f"{datetime.fromtimestamp(value):%Y-%m-%d %H:%M}"
    return clean(str(value))[:80]


def _name(ticket: Ticket | None) -> str:
    return f"{label(ticket)} {fit(clean(ticket.subject), 60)}" if ticket is not None else ""
