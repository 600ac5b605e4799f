"""Customers made by hand or by an address: the changes that find or make one."""

from __future__ import annotations

import sqlite3

from store.log import ids
from store.log.entry import Change, Value, put
from store.reads import people


def customer_changes(
    conn: sqlite3.Connection, secret: bytes, *, address: str, name: str = ""
) -> tuple[str, list[Change]]:
    """The id of the customer with this address and the change that makes a new one.

    The id is the one a letter from that address would give, so both make one customer.
    """
    address = address.strip().lower()
    if not address:
        return "", []
    known = people.by_email(conn, address)
    if known is not None:
        return known.id, []
    eid = ids.from_letter(secret, "c", address)
    row: dict[str, Value] = {"email": address, "name": name or None}
    account = people.account_of_domain(conn, address.rpartition("@")[2])
    if account is not None:
        row["account"] = account.id
    return eid, [put(eid, row)]
