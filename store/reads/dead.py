"""Addresses where letters of ours came back for good, until somebody writes from there again."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from msgspec import Struct

SPACE = "dead"
"""Name space of a message, a report, that says so: `dead.ann@shop.example`."""


class Dead(Struct, frozen=True):
    """An address that does not work."""

    address: str
    since: int
    """When we learned it, Unix seconds."""
    words: str
    """What the server said, in short."""
    report: str
    """The message that says so."""


def among(conn: sqlite3.Connection, addresses: Iterable[str]) -> dict[str, Dead]:
    """Those of these addresses that are dead, by their lower-case form."""
    found: dict[str, Dead] = {}
    for address in dict.fromkeys(one.strip().lower() for one in addresses):
        row = conn.execute(
            "SELECT m.date, a.v, m.id FROM attr AS a JOIN message AS m ON m.id = a.eid"
            " WHERE a.ns = ? AND a.k = ? ORDER BY m.date DESC LIMIT 1",
            (SPACE, address),
        ).fetchone()
        if row is not None:
            found[address] = Dead(address, int(row[0] or 0), str(row[1]), str(row[2]))
    return found


def reports(conn: sqlite3.Connection, address: str) -> list[str]:
    """Every message that calls this address dead, for when it turns out to live."""
    rows = conn.execute("SELECT eid FROM attr WHERE ns = ? AND k = ?", (SPACE, address.strip().lower()))
    return [str(row[0]) for row in rows]
