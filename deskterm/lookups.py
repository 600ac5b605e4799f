"""What the desk knows about a letter, gathered for the intake.

Reads only, on the connection of the transaction the letter will be part of, so that two letters of
one batch see each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from channels.letter import Address, Letter
from deskterm import alarms, bounced, identity, joining, voting
from deskterm.evidence import Gathering
from deskterm.identity import Ourselves, Writer
from deskterm.intake import Facts, Report, counterpart, message_id
from deskterm.knowledge import Knowledge, Twin
from store import blobs
from store.errors import NotFound, StoreDamaged
from store.log import ids
from store.log.entry import Change
from store.model import Account, Customer, Ticket
from store.reads import dead
from store.rules import threads


def facts(
    desk: Knowledge, letter: Letter, wrote: Writer, *, secret: bytes, us: Ourselves, folder: Path | None,
    now: int, archived: bool = False,
) -> Facts:  # fmt: skip
    """Everything `intake.take` needs to know.

    In an archive a letter from us is one we wrote, so it takes part in the ticket it answers; of those
    that come in now only a verified one does.
    """
    eid = desk.message_id(letter)
    same = desk.twins(letter.message_id) if letter.message_id else ()
    sent = wrote.sent
    known, same_id = _seen(desk, letter, eid, same, from_us=wrote.ours, folder=folder)
    if same_id and desk.has(eid):
        eid = message_id(secret, letter, distinct=True)
        known = eid if desk.has(eid) else ""
    reports = not sent and (letter.bounce or letter.delivered) is not None
    about = bounced.about(desk.conn, letter, now=now) if reports else None
    evidence = Gathering(desk, letter, wrote, us, secret, archived, about).evidence(same)
    vote = voting.vote_in(letter)
    ballot = voting.ballot(desk.conn, letter, wrote, vote, secret=secret) if vote else None
    where = threads.Join(ballot.ticket, ballot.why) if ballot else threads.decide(evidence)
    plain = not (archived or wrote.ours or ballot)
    alarm, where = alarms.placed(desk.conn, letter, where, now=now) if plain else (None, where)
    tied = () if ballot else _merges(evidence, where)
    ties, went = joining.tied(desk.conn, tied, archived=archived) if tied else ([], {})
    ticket = _ticket(desk, where, went, archived=archived)
    outside = _sent(wrote, letter, us, archived=archived)
    person = counterpart(letter, own=us.inside, sent=outside)
    customer, account = _customer(desk, person)
    inside = _inside(wrote, us)
    fresh = not (archived or inside or customer) and not isinstance(where, threads.Join)
    return Facts(
        message=known or eid, known=bool(known), same_id=same_id, where=where, ticket=ticket,
        ticket_id=_new_ticket_id(desk, where, letter, secret=secret, message=eid)
        if not (archived and ticket and isinstance(where, threads.Join)) else "",
        customer=customer, account=account,
        own=us.inside, sent=sent, writer=wrote, ties=tuple(ties), went=went.get(_of(where), ""),
        participants=_participants(desk, evidence, ticket),
        newest=max(desk.newest(t) for t in (ticket.id, *went)) if ticket and (archived or outside) else 0,
        resembles=identity.resembles(desk.conn, letter, us) if fresh and not known else "",
        inside=inside, alarm=alarm, report=_report(letter, about, ticket, where),
        lives=() if wrote.ours or wrote.doubtful else _lives(desk, letter), ballot=ballot,
    )  # fmt: skip


def _customer(desk: Knowledge, person: Address | None) -> tuple[Customer | None, Account | None]:
    """The customer somebody is; of somebody new the account that owns the domain."""
    address = person.addr.lower() if person else ""
    customer = desk.customer(address) if address else None
    domain = address.rpartition("@")[2] if customer is None and "@" in address else ""
    return customer, desk.account(domain) if domain else None


def _report(
    letter: Letter, about: bounced.About | None, ticket: Ticket | None, where: object
) -> Report | None:
    """What a report changes in the ticket it joins; None for letters that are none, or are about nothing."""
    if about is None or ticket is None or not isinstance(where, threads.Join):
        return None
    return Report(tuple(bounced.happened(letter, about, ticket)), bounced.dead(letter, about))


def _lives(desk: Knowledge, letter: Letter) -> tuple[Change, ...]:
    """Whoever writes has an address that works, whatever a report said of it before."""
    if letter.automatic or letter.bounce is not None or len(letter.sender) != 1:
        return ()
    address = letter.sender[0].addr.lower()
    return tuple(Change(eid, f"{dead.SPACE}.{address}", None) for eid in desk.reports(address))


def _sent(wrote: Writer, letter: Letter, us: Ourselves, *, archived: bool) -> bool:
    """Whether the letter is one that we wrote to somebody."""
    if archived or wrote.sent:
        return wrote.ours
    return bool(wrote.agent) and wrote.verified and counterpart(letter, own=us.inside, sent=True) is not None


def _inside(wrote: Writer, us: Ourselves) -> bool:
    """Whether the address is of our own house, so that what it forwards may be a customer's letter."""
    return wrote.ours or bool(wrote.agent) or wrote.address.rpartition("@")[2] in us.domains


def _participants(desk: Knowledge, evidence: threads.Evidence, ticket: Ticket | None) -> frozenset[str]:
    if ticket is None:
        return frozenset()
    found = (one.participants for one in evidence.tickets if one.ticket == ticket.id)
    known = next(found, None)
    return known if known is not None else desk.participants(ticket.id)


def _of(where: threads.Join | threads.NewTicket | threads.Claims) -> str:
    return where.ticket if isinstance(where, threads.Join) else ""


def _merges(
    evidence: threads.Evidence, where: threads.Join | threads.NewTicket | threads.Claims
) -> tuple[threads.Merge, ...]:
    return threads.merges(evidence) if isinstance(where, threads.Join) else ()


def _seen(
    desk: Knowledge, letter: Letter, eid: str, same: Sequence[Twin], *, from_us: bool, folder: Path | None
) -> tuple[str, bool]:
    """The message the letter is here as already, or nothing, and whether another took its Message-ID.

    Copies of one letter differ in their trace headers, so what is compared is what was said. A reply of
    ours that comes back (a copy in Sent, a Bcc) is proof of sending and no new message.
    """
    for twin in same:
        if twin.body == letter.sha256:
            return twin.id, False
        if from_us and twin.kind == "out" and _squeezed(_text(desk, twin, folder)) in _squeezed(letter.text):
            return twin.id, False
    row = next((twin for twin in same if twin.id == eid), None)
    if row is None:
        return eid if desk.has(eid) else "", bool(same)
    return (eid, False) if _text(desk, row, folder) == letter.text else ("", True)


def _squeezed(text: str) -> str:
    """What was said without line breaks and quote marks, which travel changes."""
    return "".join(text.replace(">", "").split())


def _text(desk: Knowledge, message: Twin, folder: Path | None) -> str:
    try:
        return blobs.read_text(desk.conn, message.body, folder=folder)
    except (NotFound, StoreDamaged):
        return ""


def _ticket(
    desk: Knowledge, where: threads.Join | threads.NewTicket | threads.Claims, went: dict[str, str],
    *, archived: bool,
) -> Ticket | None:  # fmt: skip
    """The ticket it joins, as it is once tickets that are one thread were merged, or claims to be."""
    if isinstance(where, threads.NewTicket):
        return None
    home = threads.resting(where.ticket, went)
    some = (desk.ticket(eid) for eid in dict.fromkeys((home, *went)))
    found = {ticket.id: ticket for ticket in some if ticket is not None}
    if home not in found:
        return None
    return joining.joined(found.pop(home), found.values(), archived=archived)


def _new_ticket_id(
    desk: Knowledge, where: threads.Join | threads.NewTicket | threads.Claims, letter: Letter,
    *, secret: bytes, message: str,
) -> str:  # fmt: skip
    """The id a new ticket gets: by its thread's root, unless a ticket of that root is here already."""
    root = where.root if isinstance(where, threads.NewTicket) else ""
    eid = ids.from_letter(secret, "t", "", root) if root else ""
    if eid and not desk.has(eid):
        return eid
    return ids.from_letter(secret, "t", "", f"{message}@{letter.sha256}")
