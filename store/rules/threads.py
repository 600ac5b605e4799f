"""Threads: which ticket a letter belongs to, and the reason in words.

Pure. Knows ids, addresses and what the desk already holds, handed in as values; does not know letters'
bytes, the database, or who asks.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct

from store.rules.citing import Ids, cited, groups, ids_of

__all__ = [
    "Candidate",
    "Claims",
    "Evidence",
    "Ids",
    "Join",
    "Known",
    "Merge",
    "NewTicket",
    "cited",
    "claimed_numbers",
    "decide",
    "groups",
    "ids_of",
    "merges",
    "resting",
]

_CLAIM = re.compile(r"[\[(][^\[\]()#]{0,40}#(\d{1,9})[\])]")


class Known(Struct, frozen=True):
    """An id the desk has met, and the ticket where."""

    msgid: str
    ticket: str
    ours: bool = False
    """We sent the letter with this id."""
    seen: bool = True
    """False: no letter with this id came in, letters of that ticket only cite it."""
    by: frozenset[str] = frozenset()
    """Of an id never seen: lower-case addresses of who cited it there."""


class Candidate(Struct, frozen=True):
    """A ticket the letter might belong to. Merged tickets are resolved (`resting`) before they get here."""

    ticket: str
    label: str
    """What people call it, `#12`."""
    created: int
    participants: frozenset[str]
    """Lower-case addresses: the customer, everybody in To and Cc of its messages, the agents."""
    number: int | None = None
    domains: frozenset[str] = frozenset()
    """Mail domains of the customer's account; never those of public mail services."""
    apart: frozenset[str] = frozenset()
    """Tickets a person has split from this one; no merge with them is ever proposed."""


class Report(StrEnum):
    """What is said about a letter of ours; the values are the words of the reason."""

    RETURNED = "returns our letter <{msgid}> of {label} undelivered"
    DELAYED = "says that our letter <{msgid}> of {label} is late"
    ARRIVED = "says that our letter <{msgid}> of {label} arrived"
    GUESSED = "names no letter, but <{msgid}> of {label} is our newest to that address"


class Evidence(Struct, frozen=True):
    """All that decides where a letter goes."""

    ids: Ids
    sender: str
    """The one From address; empty when there is none or more than one, which is nobody's."""
    subject: str = ""
    known: tuple[Known, ...] = ()
    """What the desk knows about the letter's own id and each cited one."""
    tickets: tuple[Candidate, ...] = ()
    """The tickets named in `known`, by marks, and by numbers in the subject (`claimed_numbers`)."""
    token: str = ""
    """Ticket whose mark of ours the letter carries; the caller has proved it for this sender."""
    unproven: str = ""
    """Ticket named by what looks like a mark of ours and does not hold for this sender."""
    returned: str = ""
    """Id of our letter that this one, a bounce, gives back."""
    returned_for: tuple[str, ...] = ()
    """Recipients the bounce is about."""
    named: frozenset[str] = frozenset()
    """Lower-case addresses in From, To and Cc."""
    report: Report = Report.RETURNED
    """What the bounce is, when it is one."""


class Join(Struct, frozen=True):
    ticket: str
    why: str


class NewTicket(Struct, frozen=True):
    root: str
    """Id the ticket's own id is derived from; empty when only the letter's bytes tell it apart."""
    why: str


class Claims(Struct, frozen=True):
    """A new ticket that is shown with the words "claims to be #n"; a person decides."""

    ticket: str
    """The ticket it claims to be."""
    root: str
    """Its own id and never a cited one: it must not become the claimed ticket by having the same root."""
    why: str


class Merge(Struct, frozen=True):
    """Two tickets are one thread: `away` goes into `into`, the older one."""

    into: str
    away: str
    why: str


def claimed_numbers(subject: str) -> tuple[int, ...]:
    """Ticket numbers a subject names in brackets, such as `[#123]` or `(Ticket #123)`."""
    return tuple(dict.fromkeys(int(match[1]) for match in _CLAIM.finditer(subject)))


def decide(letter: Evidence) -> Join | NewTicket | Claims:
    """Where the letter goes. The nearest proof wins; a subject or a forged id never joins."""
    found = _by_token(letter) or _by_bounce(letter) or _by_ids(letter) or _by_unseen(letter)
    return found or _claim(letter) or _new(letter)


def _by_token(letter: Evidence) -> Join | None:
    ticket = _ticket(letter, letter.token)
    if ticket is None or not _takes_part(letter, ticket):
        return None
    return Join(ticket.ticket, f"carries our mark of {ticket.label} for {letter.sender}; {_part(letter)}")


def _by_bounce(letter: Evidence) -> Join | None:
    for known in letter.known:
        ticket = _ticket(letter, known.ticket)
        if ticket is None or not (known.ours and known.seen and known.msgid == letter.returned):
            continue
        told = {address.lower() for address in letter.returned_for}
        if told <= ticket.participants:
            why = letter.report.value.format(msgid=known.msgid, label=ticket.label)
            return Join(ticket.ticket, why)
    return None


def _by_ids(letter: Evidence) -> Join | None:
    for known, ticket in _links(letter):
        if known.seen and _takes_part(letter, ticket):
            return Join(ticket.ticket, f"answers <{known.msgid}> of {ticket.label}; {_part(letter)}")
    return None


def _by_unseen(letter: Evidence) -> Join | None:
    for known, ticket in _links(letter):
        if known.seen or not _may_join(letter, known, ticket):
            continue
        if known.msgid == letter.ids.own:
            who = ", ".join(sorted(_answerers(letter, known)))
            return Join(ticket.ticket, f"is the letter that {ticket.label} answers, and names {who}")
        reason = _part(letter) if _takes_part(letter, ticket) else f"{letter.sender} is of the same company"
        return Join(
            ticket.ticket, f"answers <{known.msgid}>, which we never saw, as {ticket.label} does; {reason}"
        )
    return None


def _claim(letter: Evidence) -> Claims | None:
    for known, ticket in _links(letter):
        how = f"cites <{known.msgid}> of {ticket.label}"
        return Claims(ticket.ticket, letter.ids.own, f"{how}, but {_no_part(letter)}")
    marked = _ticket(letter, letter.token)
    if marked is not None:
        why = f"carries our mark of {marked.label}, but {_no_part(letter)}"
        return Claims(marked.ticket, letter.ids.own, why)
    forged = _ticket(letter, letter.unproven)
    if forged is not None:
        why = f"carries a mark of {forged.label} that was not made for {letter.sender or 'its sender'}"
        return Claims(forged.ticket, letter.ids.own, why)
    for number in claimed_numbers(letter.subject):
        for ticket in letter.tickets:
            if ticket.number == number:
                why = f"the subject names {ticket.label}, but a subject alone proves nothing"
                return Claims(ticket.ticket, letter.ids.own, why)
    return None


def _new(letter: Evidence) -> NewTicket:
    taken = next((known for known in letter.known if known.seen and known.msgid == letter.ids.own), None)
    if taken is not None:
        return NewTicket("", f"another letter has its id <{taken.msgid}>, so the id says nothing")
    if not letter.ids.cited:
        return NewTicket(letter.ids.root, "first letter of its thread; it answers none")
    if any(known.msgid in letter.ids.cited for known in letter.known):
        return NewTicket(letter.ids.own, "answers a ticket that is not here any more")
    return NewTicket(letter.ids.root, f"answers <{letter.ids.cited[-1]}>, which nothing here knows")


def _links(letter: Evidence) -> list[tuple[Known, Candidate]]:
    """Known ids with their tickets, nearest parent first, the letter's own id (late parent) last."""
    if not letter.known:
        return []
    rank = {msgid: place for place, msgid in enumerate(reversed(letter.ids.cited))}
    if letter.ids.own:
        rank.setdefault(letter.ids.own, len(rank))
    found: list[tuple[int, int, str, Known, Candidate]] = []
    for known in letter.known:
        ticket = _ticket(letter, known.ticket)
        repeated = known.seen and known.msgid == letter.ids.own
        if ticket is not None and known.msgid in rank and not repeated:
            found.append((rank[known.msgid], ticket.created, ticket.ticket, known, ticket))
    found.sort(key=lambda link: link[:3])
    return [(known, ticket) for *_, known, ticket in found]


def _ticket(letter: Evidence, ticket_id: str) -> Candidate | None:
    return next((ticket for ticket in letter.tickets if ticket_id and ticket.ticket == ticket_id), None)


def _takes_part(letter: Evidence, ticket: Candidate) -> bool:
    return bool(letter.sender) and letter.sender.lower() in ticket.participants


def _may_join(letter: Evidence, known: Known, ticket: Candidate) -> bool:
    """Whether this link lets the letter into the ticket.

    A parent that comes after its answer is let in when it was written to (or by) who answered it: exactly
    what would have let the answer in, had they come in order.
    """
    if not known.seen and known.msgid == letter.ids.own:
        return bool(letter.sender and _answerers(letter, known))
    return _takes_part(letter, ticket) or (not known.seen and _colleague(letter, ticket))


def _answerers(letter: Evidence, known: Known) -> frozenset[str]:
    return known.by & (letter.named | {letter.sender.lower()})


def _colleague(letter: Evidence, ticket: Candidate) -> bool:
    return letter.sender.lower().rpartition("@")[2] in ticket.domains - {""}


def _part(letter: Evidence) -> str:
    return f"{letter.sender} takes part in it"


def _no_part(letter: Evidence) -> str:
    return f"{letter.sender} takes no part in it" if letter.sender else "its sender is not certain"


def merges(letter: Evidence) -> tuple[Merge, ...]:
    """Tickets this letter shows to be one thread, each into the oldest one.

    Only tickets the letter could join count, so that nobody can knit strangers' tickets together.
    """
    mine: dict[str, Candidate] = {}
    link: dict[str, str] = {}
    for known, ticket in _links(letter):
        if _may_join(letter, known, ticket):
            mine.setdefault(ticket.ticket, ticket)
            link.setdefault(ticket.ticket, known.msgid)
    if len(mine) < 2:
        return ()
    oldest, *younger = sorted(mine.values(), key=lambda ticket: (ticket.created, ticket.ticket))
    return tuple(
        Merge(
            oldest.ticket,
            ticket.ticket,
            f"one letter ties <{link[ticket.ticket]}> of {ticket.label} "
            f"to <{link[oldest.ticket]}> of {oldest.label}",
        )
        for ticket in younger
        if ticket.ticket not in oldest.apart and oldest.ticket not in ticket.apart
    )


def resting(ticket: str, merged: Mapping[str, str]) -> str:
    """The ticket a chain of merges ends in; a cycle (two desks merged crosswise) ends in its smallest id."""
    trail: dict[str, None] = {}
    while ticket not in trail:
        trail[ticket] = None
        ahead = merged.get(ticket, "")
        if not ahead:
            return ticket
        ticket = ahead
    order = list(trail)
    return min(order[order.index(ticket) :])
