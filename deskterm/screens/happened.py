"""History as lines: when, who, what, and the fields before and after. Pure drawing of log entries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from deskterm.desk import Desk
from deskterm.safe import clean, fit
from deskterm.widgets.paint import Role, Run
from store.log.history import Happened, Was
from store.model import Ticket
from store.reads import tickets

_HIDDEN = frozenset({"body", "folds", "files", "refs", "rcpt", "msgid"})
_FIELDS = {"grp": "group", "snooze_until": "snoozed until", "_deleted": "bin"}
_TIMES = frozenset({"snooze_until", "created", "not_before", "date", "archive"})


def lines(entries: Sequence[Happened], *, now: int, width: int, names: Mapping[str, str]) -> list[list[Run]]:
    """One line an entry, and one for each field it changed."""
    found: list[list[Run]] = []
    day = ""
    for entry in entries:
        then = datetime.fromtimestamp(entry.at)
        if (today := f"{then:%A, %B} {then.day}, {then:%Y}") != day:
            day = today
            found += [[], [(f" {day}", Role.BAND)]] if found else [[(f" {day}", Role.BAND)]]
        ticket = next((names[was.eid] for was in entry.changes if was.eid in names), "")
        head: list[Run] = [
            (f" {then:%H:%M:%S}  ", Role.DIM),
            (fit(clean(entry.actor), 10).ljust(11), Role.AGENT),
            (f"{clean(entry.kind):<9}", Role.TEXT),
            (f" {ticket}", Role.TEXT),
        ]
        if entry.void:
            head.append((" (void: done by another machine already)", Role.DIM))
        found.append(head)
        found += [
            [(" " * 23, Role.DIM), (fit(words, max(width - 25, 10)), Role.DIM)] for words in _changed(entry)
        ]
    return found


def _changed(entry: Happened) -> list[str]:
    return [words for was in entry.changes if (words := _said(was))]


def _said(was: Was) -> str:
    if was.field in _HIDDEN:
        return ""
    if not was.field:
        return _made(was)
    space, _, key = was.field.partition(".")
    if key:
        return f"{space} {'+' if was.after is not None else '-'} {clean(key)}"
    return f"{_FIELDS.get(was.field, was.field)}: {_value(was, was.before)} → {_value(was, was.after)}"


def _made(was: Was) -> str:
    kinds = {
        "t": "ticket begun",
        "m": "message",
        "c": "new customer",
        "x": "letter queued",
        "d": "doc written",
    }
    return kinds.get(was.eid[:1], "row made")


def _value(was: Was, value: object) -> str:
    if value is None:
        return "-"
    if was.field in _TIMES and isinstance(value, int):
        return f"{datetime.fromtimestamp(value):%Y-%m-%d %H:%M}"
    return clean(str(value))[:80]


def names(desk: Desk, entries: Sequence[Happened]) -> dict[str, str]:
    """Ticket ids of these entries as people call them."""
    touched = {was.eid for entry in entries for was in entry.changes if was.eid.startswith("t")}
    return {t.id: _name(t) for t in tickets.many(desk.conn, sorted(touched))}


def _name(ticket: Ticket) -> str:
    return f"#{ticket.number} {fit(clean(ticket.subject), 50)}"
