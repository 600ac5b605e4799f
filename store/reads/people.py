"""Customers and their accounts: who wrote, who they belong to, and what was before."""

from __future__ import annotations

import sqlite3

from msgspec import Struct

from store.log import stamp
from store.model import Account, Customer, Status
from store.reads.tickets import status_of


class Earlier(Struct, frozen=True):
    """A ticket of the same customer, as the pane lists it."""

    id: str
    number: int | None
    subject: str
    status: Status
    created: int
    merged: bool
    csat: str = ""
    """How satisfied the customer was, 1 to 5; empty without a vote."""


def customer(conn: sqlite3.Connection, eid: str) -> Customer | None:
    row = conn.execute(f"{CUSTOMER} WHERE id = ?", (eid,)).fetchone()
    return Customer(*row) if row else None


def by_email(conn: sqlite3.Connection, address: str) -> Customer | None:
    """The customer with this address, compared without case; merged ones lead to where they went."""
    row = conn.execute(
        f"{CUSTOMER} WHERE email = ? AND _deleted IS NULL AND merged_into IS NULL ORDER BY n LIMIT 1",
        (address.lower(),),
    ).fetchone()
    if row is not None:
        return Customer(*row)
    away = conn.execute(
        "SELECT id FROM customer WHERE email = ? AND _deleted IS NULL ORDER BY n LIMIT 1", (address.lower(),)
    ).fetchone()
    return customer(conn, resting(conn, "customer", str(away[0]))) if away else None


def resting(conn: sqlite3.Connection, table: str, eid: str) -> str:
    """Where the chain of merges of a `ticket` or a `customer` ends."""
    query = {
        "ticket": "SELECT merged_into FROM ticket WHERE id = ?",
        "customer": "SELECT merged_into FROM customer WHERE id = ?",
    }[table]
    merged: dict[str, str] = {}
    at = eid
    while at and at not in merged:
        row = conn.execute(query, (at,)).fetchone()
        merged[at] = str(row[0]) if row and row[0] else ""
        at = merged[at]
    if not merged.get(eid):
        return eid
    from store.rules import threads

    return threads.resting(eid, merged)


def also_at(conn: sqlite3.Connection, person: str) -> list[str]:
    """Addresses of customers that were merged into this one."""
    rows = conn.execute(
        "SELECT email FROM customer WHERE merged_into = ? AND _deleted IS NULL AND email IS NOT NULL"
        " ORDER BY n",
        (person,),
    )
    return [row[0] for row in rows]


def merged_here(conn: sqlite3.Connection, person: str) -> list[Customer]:
    """Customers that were merged into this one, the oldest first."""
    rows = conn.execute(f"{CUSTOMER} WHERE merged_into = ? AND _deleted IS NULL ORDER BY n", (person,))
    return [Customer(*row) for row in rows]


def merge_entry(conn: sqlite3.Connection, away: str) -> int | None:
    """The entry that merged this customer into another one; None if none did."""
    row = conn.execute(
        "SELECT max(id) FROM change WHERE eid = ? AND field = 'merged_into' AND value IS NOT NULL", (away,)
    ).fetchone()
    return int(row[0]) if row and row[0] is not None else None


def alike(conn: sqlite3.Connection, person: Customer, *, limit: int = 50) -> list[Customer]:
    """Other customers of the same name, then those of the same account."""
    rows = conn.execute(
        f"{CUSTOMER} WHERE id <> ? AND _deleted IS NULL AND merged_into IS NULL"
        " AND (name = ? COLLATE NOCASE OR account = ?)"
        " ORDER BY name <> ? COLLATE NOCASE, name, n LIMIT ?",
        (person.id, person.name or None, person.account or None, person.name, limit),
    )
    return [Customer(*row) for row in rows]


def set_at(conn: sqlite3.Connection, eid: str) -> dict[str, int]:
    """When each field of a row was set last (Unix seconds); under the empty name when the row was made."""
    rows = conn.execute("SELECT field, max(id) FROM change WHERE eid = ? GROUP BY field", (eid,))
    return {field: stamp.unix(at) for field, at in rows}


def namesake(conn: sqlite3.Connection, names: tuple[str, ...], *, besides: str) -> str:
    """Address of a customer called by one of these names, compared without case; empty when there is none."""
    for name in names:
        row = conn.execute(
            "SELECT email FROM customer WHERE name = ? COLLATE NOCASE AND email <> ? AND _deleted IS NULL"
            " ORDER BY n LIMIT 1",
            (name, besides),
        ).fetchone()
        if row is not None and len(name) > 2:
            return str(row[0])
    return ""


def domain_known(conn: sqlite3.Connection, domain: str) -> bool:
    """Whether an account owns this mail domain or a customer writes from it."""
    if account_of_domain(conn, domain) is not None:
        return True
    query = "SELECT 1 FROM customer WHERE substr(email, instr(email, '@') + 1) = ? AND _deleted IS NULL"
    return conn.execute(f"{query} LIMIT 1", (domain,)).fetchone() is not None


def agent_addresses(conn: sqlite3.Connection) -> dict[str, str]:
    """Address in lower case to the name of each agent that has one."""
    rows = conn.execute(
        "SELECT lower(email), name FROM agent WHERE _deleted IS NULL AND email <> '' AND name IS NOT NULL"
        " AND ifnull(active, 1) <> 0"
    )
    return dict(rows.fetchall())


def account(conn: sqlite3.Connection, eid: str) -> Account | None:
    row = conn.execute(f"{ACCOUNT} WHERE id = ?", (eid,)).fetchone()
    return Account(*row) if row else None


def account_of_domain(conn: sqlite3.Connection, domain: str) -> Account | None:
    """The account that owns a mail domain, or None."""
    row = conn.execute(
        f"{ACCOUNT} WHERE domain = ? AND _deleted IS NULL ORDER BY n LIMIT 1", (domain.lower(),)
    ).fetchone()
    return Account(*row) if row else None


def earlier(conn: sqlite3.Connection, person: str, *, besides: str, limit: int = 8) -> list[Earlier]:
    """The customer's other tickets, newest first."""
    rows = conn.execute(
        "SELECT id, number, ifnull(subject, ''), status, ifnull(created, 0), merged_into IS NOT NULL,"
        " ifnull(csat, '') FROM ticket"
        " WHERE customer = ? AND id <> ? AND _deleted IS NULL ORDER BY created DESC LIMIT ?",
        (person, besides, limit),
    )
    return [
        Earlier(eid, number, subject, status_of(status), created, bool(merged), str(csat))
        for eid, number, subject, status, created, merged, csat in rows
    ]


def how_many(conn: sqlite3.Connection, person: str) -> int:
    """How many tickets a customer has, the bin left out."""
    row = conn.execute(
        "SELECT count(*) FROM ticket WHERE customer = ? AND _deleted IS NULL", (person,)
    ).fetchone()
    return int(row[0])


def participants(conn: sqlite3.Connection, ticket: str) -> frozenset[str]:
    """Lower-case addresses that take part in a ticket."""
    rows = conn.execute("SELECT k FROM attr WHERE eid = ? AND ns IN ('who', 'cc')", (ticket,))
    return frozenset(row[0] for row in rows)


OUTSIDE = "outside"
"""What `who.ADDRESS` says of somebody a letter was only forwarded to; of others it says 1."""


def outside(conn: sqlite3.Connection, ticket: str) -> frozenset[str]:
    """Lower-case addresses that a letter of the ticket was forwarded to and that take no other part."""
    rows = conn.execute("SELECT k FROM attr WHERE eid = ? AND ns = 'who' AND v = ?", (ticket, OUTSIDE))
    return frozenset(row[0] for row in rows)


def agents(conn: sqlite3.Connection) -> list[str]:
    """Names that hold a ticket or are registered as agents, for completion."""
    rows = conn.execute(
        "SELECT name FROM agent WHERE _deleted IS NULL AND name IS NOT NULL UNION"
        " SELECT DISTINCT assignee FROM tally WHERE assignee <> '' AND n > 0 ORDER BY 1"
    )
    return [row[0] for row in rows]


CUSTOMER = (
    "SELECT id, ifnull(email, ''), ifnull(name, ''), ifnull(phone, ''), ifnull(account, '') FROM customer"
)
"""The columns of a `Customer`, in order."""
ACCOUNT = (
    "SELECT id, ifnull(name, ''), ifnull(domain, ''), ifnull(tier, ''), arr, ifnull(csm, ''), renewal,"
    " ifnull(plan, '') FROM account"
)
"""The columns of an `Account`, in order."""


def first_name_known(conn: sqlite3.Connection, name: str) -> bool:
    """Whether some customer's name begins with this word."""
    pattern = name.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + " %"
    row = conn.execute(
        "SELECT 1 FROM customer WHERE name LIKE ? ESCAPE '\\' AND _deleted IS NULL LIMIT 1", (pattern,)
    ).fetchone()
    return row is not None
