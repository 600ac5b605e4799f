"""Customers who are one person: the changes that merge them, reversible as any act.

Never done by itself; look-alikes are only said.
"""

from __future__ import annotations

import sqlite3

from deskterm.acts import Act
from store.errors import NotFound, Refused
from store.log.entry import Change
from store.model import Customer
from store.reads import people


def named(conn: sqlite3.Connection, address: str) -> Customer:
    """The customer with this address. Raises NotFound."""
    found = people.by_email(conn, address.strip().lower())
    if found is None:
        raise NotFound(f"There is no customer with the address {address[:80]}; nothing was merged.")
    return found


def merge(conn: sqlite3.Connection, away: Customer, into: Customer) -> Act:
    """One customer's tickets become the other's, and letters from both addresses are the other's from now on.

    Raises Refused when they are one already.
    """
    if away.id == into.id:
        raise Refused(f"{away.email} is {into.email} already; nothing was merged.")
    rows = conn.execute("SELECT id FROM ticket WHERE customer = ?", (away.id,)).fetchall()
    changes = [Change(away.id, "merged_into", into.id)]
    changes += [Change(row[0], "customer", into.id) for row in rows]
    if away.name and not into.name:
        changes.append(Change(into.id, "name", away.name))
    return Act("merge-customer", f"{away.email} is now {into.email}, with all tickets", tuple(changes))
