"""A customer whole: account, addresses, every ticket, and each fact with its age; merged and parted again.

No Textual and no SQL.
"""

from __future__ import annotations

from msgspec import Struct

from deskterm import panes, people_merged
from deskterm.desk import Desk, Done
from store.errors import NotFound, Refused
from store.model import Account, Customer
from store.reads import people
from store.reads.people import Earlier

MOST = 500
"""Tickets that are listed."""
_OF_ACCOUNT = ("tier", "arr", "plan", "renewal", "csm", "domain")


class Fact(Struct, frozen=True):
    """What is known, and since when."""

    name: str
    value: str | int
    at: int
    """When it was set last, Unix seconds; 0: nobody knows."""


class Person(Struct, frozen=True):
    customer: Customer
    account: Account | None
    facts: tuple[Fact, ...]
    merged: tuple[Customer, ...]
    """Who is this person too, and can be parted again."""
    tickets: tuple[Earlier, ...]
    count: int
    returned: str
    """That letters come back, and why."""
    now: int


def read(desk: Desk, eid: str) -> Person:
    """Everything about a customer; a merged one leads to where they went. Raises NotFound."""
    conn = desk.conn
    found = people.customer(conn, people.resting(conn, "customer", eid))
    if found is None:
        raise NotFound("There is no such customer any more.")
    account = people.account(conn, found.account) if found.account else None
    return Person(
        customer=found,
        account=account,
        facts=(*_facts(desk, found.id, found, ("name", "email", "phone")), *_account(desk, account)),
        merged=tuple(people.merged_here(conn, found.id)),
        tickets=tuple(people.earlier(conn, found.id, besides="", limit=MOST)),
        count=people.how_many(conn, found.id),
        returned=panes.returned(desk, [found.email]),
        now=desk.now,
    )


def _account(desk: Desk, account: Account | None) -> list[Fact]:
    return _facts(desk, account.id, account, _OF_ACCOUNT) if account is not None else []


def _facts(desk: Desk, eid: str, row: Customer | Account, names: tuple[str, ...]) -> list[Fact]:
    ages = people.set_at(desk.conn, eid)
    known = ((name, getattr(row, name)) for name in names)
    made = ages.get("", 0)
    return [Fact(name, value, ages.get(name, made)) for name, value in known if value not in (None, "")]


def alike(desk: Desk, person: Person) -> list[Customer]:
    """Who may be this person too: the same name, then the same account."""
    return people.alike(desk.conn, person.customer)


def merge(desk: Desk, address: str, into: Person) -> Done:
    """Who has this address is this person too, with all tickets. Raises NotFound or Refused."""
    away = people_merged.named(desk.conn, address)
    return desk.do(people_merged.merge(desk.conn, away, into.customer))


def part(desk: Desk, away: Customer) -> Done:
    """Take the merge of this customer back, whatever was done since. Raises Refused."""
    entry = people.merge_entry(desk.conn, away.id)
    if entry is None:
        raise Refused(f"Nothing says how {away.email} was merged; nothing was changed.")
    return desk.undo(entry)
