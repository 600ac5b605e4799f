"""A customer as lines: who, account, facts with their age, addresses, tickets. Pure drawing."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from deskterm.safe import clean, pad
from deskterm.symbols import Symbols
from deskterm.widgets.paint import Role, Run, cut
from store.model import DONE, Status

if TYPE_CHECKING:
    from deskterm.person import Fact, Person
    from store.reads.people import Earlier

DAY = 86_400
OLD = 90
"""Days after which a fact is to be doubted."""
_WORDS = {"arr": "ARR", "csm": "CSM", "tier": "tier", "domain": "domain"}


def lines(person: Person, *, room: int, look: Symbols, at: int) -> tuple[list[list[Run]], list[int]]:
    """All lines, and on which of them each row to choose stands: addresses, then tickets."""
    customer, account = person.customer, person.account
    drawn: list[list[Run]] = [[(f" {clean(customer.name) or clean(customer.email)}", Role.CUSTOMER)]]
    if account is not None:
        drawn.append([(f" {clean(account.name)}  ", Role.TEXT), (clean(account.tier), Role.GOOD)])
    if person.returned:
        drawn.append([(f" {look.failed} {clean(person.returned)}", Role.BAD)])
    drawn += [[], [(" Known", Role.BAND)], *(_fact(one, person.now) for one in person.facts)]
    places: list[int] = []
    if person.merged:
        drawn += [[], [(" The same person at", Role.BAND)]]
        for one in person.merged:
            places.append(len(drawn))
            drawn.append(_row(clean(one.email), clean(one.name), look=look, cursor=len(places) - 1 == at))
    drawn += [[], [(f" Tickets {person.count:,}", Role.BAND)]]
    for ticket in person.tickets:
        places.append(len(drawn))
        drawn.append(_ticket(ticket, look=look, cursor=len(places) - 1 == at))
    return [cut(line, room, look.ellipsis) for line in drawn], places


def _fact(fact: Fact, now: int) -> list[Run]:
    days = (now - fact.at) // DAY if fact.at else 0
    age = "today" if days <= 0 else "1 day old" if days == 1 else f"{days:,} days old"
    ink = Role.WARN if days > OLD else Role.DIM
    return [
        (f"   {pad(_WORDS.get(fact.name, fact.name), 9)} ", Role.DIM),
        (f"{_value(fact)}  ", Role.TEXT),
        (age if fact.at else "", ink),
    ]


def _value(fact: Fact) -> str:
    if fact.name == "arr":
        return f"${fact.value:,}"
    if fact.name == "renewal" and isinstance(fact.value, int):
        return f"{datetime.fromtimestamp(fact.value):%Y-%m-%d}"
    return clean(str(fact.value))


def _row(name: str, words: str, *, look: Symbols, cursor: bool) -> list[Run]:
    ink = Role.CURSOR if cursor else Role.TEXT
    return [(f" {look.cursor if cursor else ' '} ", Role.MARK), (name, ink), (f"  {words}", Role.DIM)]


def _ticket(one: Earlier, *, look: Symbols, cursor: bool) -> list[Run]:
    done = one.status in DONE
    glyph = look.merged if one.merged else look.done if done else look.calm
    if one.status is Status.WAITING and not one.merged:
        glyph = look.paused
    return [
        (f" {look.cursor if cursor else ' '} ", Role.MARK),
        (f"{glyph} ", Role.DONE if done else Role.DIM),
        (f"{pad(f'#{one.number}' if one.number else '', 7)} ", Role.DIM),
        (f"{datetime.fromtimestamp(one.created):%Y-%m-%d} ", Role.DIM),
        (f"{pad(one.status.value, 8)} ", Role.DIM),
        (clean(one.subject) or "(no subject)", Role.CURSOR if cursor else Role.TEXT),
    ]
