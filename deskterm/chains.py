"""The macros of the desk as chains: a macro with all it runs, and the check before one is kept.

Knows docs, no screen.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from store.errors import DocError, Refused
from store.model import Doc
from store.reads import docs
from store.rules import macros
from store.rules.chains import Find, chained
from store.rules.macros import Macro


def whole(conn: sqlite3.Connection, macro: Macro) -> Macro:
    """The macro and what it runs, as one. Raises Refused where that never ends or is not there."""
    return chained(macro, _find(conn, ()))


def check(conn: sqlite3.Connection, news: Sequence[Doc]) -> None:
    """Raises DocError where a macro that is to be kept runs one that is not there, or itself in the end."""
    find = _find(conn, news)
    for doc in news:
        if doc.kind != "macro":
            continue
        macro = macros.parse(doc.body)
        try:
            chained(macro, find)
        except Refused as refused:
            raise DocError(str(refused), *macro.at.get("then", (1, 1))) from None


def _find(conn: sqlite3.Connection, news: Sequence[Doc]) -> Find:
    """Macros by name, those that are to be kept before those that are there."""
    fresh = {doc.name.casefold(): doc for doc in news if doc.kind == "macro"}

    def find(name: str) -> Macro | None:
        doc = fresh.get(name.casefold()) or docs.named(conn, "macro", name)
        try:
            return macros.parse(doc.body) if doc is not None else None
        except DocError:
            return None

    return find
