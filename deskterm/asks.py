"""What a ticket asks a person: does it belong to another one, who first wrote it, is its sender who he seems.

Reads the questions of a ticket and makes the acts that answer them; an answer can be undone like any act.
"""

from __future__ import annotations

import sqlite3
from enum import StrEnum

from msgspec import Struct

from deskterm import acts, joining
from deskterm.acts import Act
from deskterm.customers import customer_changes
from deskterm.replies import address_of
from store.errors import Refused
from store.log.entry import Change
from store.model import Ticket
from store.reads import many, people, tickets


class Asked(StrEnum):
    BELONGS = "belongs"
    """Whether it is part of another ticket."""
    WRITER = "writer"
    """Whether the letter it begins with was first written by somebody else, who is the customer."""
    LIKE = "like"
    """Nothing but a warning: the sender resembles somebody."""


class Ask(Struct, frozen=True):
    kind: Asked
    words: str
    value: str
    """The other ticket's id, or the person as `Name <addr>`."""

    @property
    def can_accept(self) -> bool:
        return self.kind is not Asked.LIKE


def of(conn: sqlite3.Connection, ticket: Ticket) -> list[Ask]:
    """The questions of a ticket, the weightiest first."""
    found: list[Ask] = []
    for eid, how in joining.claims(conn, ticket.id).items():
        other = many.tickets(conn, [people.resting(conn, "ticket", eid)])
        if other and other[0].id != ticket.id and not ticket.merged_into:
            said = "belongs together with" if how == joining.TWIN else "claims to be"
            found.append(Ask(Asked.BELONGS, f"{said} {acts.label(other[0])} {other[0].subject}", eid))
    rows = conn.execute("SELECT k, v FROM attr WHERE eid = ? AND ns = 'ask' ORDER BY k", (ticket.id,))
    for key, value in rows.fetchall():
        if key == "customer":
            found.append(Ask(Asked.WRITER, f"forwarded; first written by {value}", str(value)))
        elif key == "like":
            found.append(Ask(Asked.LIKE, str(value), str(value)))
    return found


def accept(conn: sqlite3.Connection, secret: bytes, ticket: Ticket) -> Act:
    """Say yes to the first question that can be answered so. Raises Refused when there is none."""
    ask = next((one for one in of(conn, ticket) if one.can_accept), None)
    if ask is None:
        raise Refused(f"{acts.label(ticket)} asks nothing that could be accepted.")
    if ask.kind is Asked.BELONGS:
        into = tickets.ticket(conn, people.resting(conn, "ticket", ask.value))
        return joining.merge(conn, [ticket], into)
    address = address_of(ask.value)
    name = ask.value.rpartition(" <")[0]
    customer, changes = customer_changes(conn, secret, address=address, name=name)
    changes += [
        Change(ticket.id, "customer", customer),
        Change(ticket.id, f"who.{address}", 1),
        Change(ticket.id, "ask.customer", None),
    ]
    return Act("customer", f"{ask.value} is the customer of {acts.label(ticket)}", tuple(changes))


def dismiss(conn: sqlite3.Connection, ticket: Ticket) -> Act:
    """Say no to the first question. What was kept apart so is never asked about again."""
    ask = next(iter(of(conn, ticket)), None)
    if ask is None:
        raise Refused(f"{acts.label(ticket)} asks nothing.")
    if ask.kind is Asked.BELONGS:
        other = people.resting(conn, "ticket", ask.value)
        changes = [Change(ticket.id, f"claim.{ask.value}", None), *joining.apart(ticket.id, other)]
    else:
        changes = [Change(ticket.id, f"ask.{'customer' if ask.kind is Asked.WRITER else 'like'}", None)]
    return Act("dismiss", f"{acts.label(ticket)}: no longer asked ({ask.words})", tuple(changes))
