"""Which tickets a person means: a query, a number, `#12`, or a list such as `1,2,5-9`.

Reads only. The shell and the screen choose their tickets here, so the same words mean the same tickets.
"""

from __future__ import annotations

import re
from datetime import tzinfo

from deskterm.desk import Desk
from deskterm.moments import local
from store.errors import NotFound, QueryError
from store.reads import sql, tickets
from store.rules import query
from store.rules.query import Node, Term
from store.rules.spans import Amount

_ONE = r"\s*#?\d{1,15}(?:\s*-\s*#?\d{1,15})?\s*"
NUMBERS = re.compile(rf"{_ONE}(?:,{_ONE})*", re.ASCII)

EVERYTHING_OPEN = "is:open"
"""What `ls` shows when nothing is asked: all that somebody still has to come back to."""


def tree(text: str) -> Node:
    """The query a text stands for. Raises QueryError."""
    if not NUMBERS.fullmatch(text):
        return query.visible(query.parse(text))
    parts = [part.replace("#", "").split("-") for part in text.split(",")]
    return query.any_of([_between(int(part[0]), int(part[-1])) for part in parts])


def where(desk: Desk, text: str, *, zone: tzinfo | None = None) -> sql.Where:
    """The condition a text stands for. Raises QueryError."""
    return sql.where(tree(text), now=desk.now, me=desk.agent, zone=zone or local())


def ids(desk: Desk, text: str) -> list[str]:
    """The ids of all tickets meant, by number. Raises NotFound when there is none."""
    if text.startswith("~") and " " not in text:
        return [tickets.named(desk.conn, text)]
    found = tickets.ids(desk.conn, where(desk, text))
    if not found:
        raise NotFound(nothing(text))
    return found


def nothing(text: str) -> str:
    """The sentence for a query no ticket answers."""
    if text == EVERYTHING_OPEN:
        return "No ticket is open."
    if NUMBERS.fullmatch(text):
        return f"There is no ticket {text.strip()}; `deskterm ls` shows the numbers."
    return f"No ticket answers {text}."


def _between(first: int, last: int) -> Node:
    if first > last:
        raise QueryError(f"The range {first}-{last} runs backwards; write {last}-{first}.")
    if first == last:
        return Term("number", (Amount("", first),))
    return query.all_of((Term("number", (Amount(">=", first),)), Term("number", (Amount("<=", last),))))
