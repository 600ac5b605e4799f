"""A letter comes in: which ticket it belongs to, what it changes there, and why.

Pure: the letter, what the desk knows about it (`Facts`, gathered by deskterm.lookups) and the time go
in, changes come out. Knows nothing of mailboxes or of the database.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from msgspec import Struct

from channels.letter import Address, Letter
from channels.mime.forwarded import original_sender
from channels.mime.subjects import base_subject
from deskterm import alarms, sleeps
from deskterm.identity import Writer, shown_name
from store.log import ids
from store.log.entry import Change, Value, put
from store.model import RUNNING, Account, Customer, File, Kind, Status, Ticket
from store.reads import surveys
from store.reads.conversation import snippet, write_files, write_recipients
from store.rules.alerts import Alarm
from store.rules.marks import unmarked
from store.rules.promises import VOTE
from store.rules.thanks import only_thanks
from store.rules.threads import Claims, Join, NewTicket

if TYPE_CHECKING:
    from deskterm.voting import Ballot

ARCHIVE_DAYS = 14
"""Archived letters younger than this become open tickets, older ones closed ones."""

THANKS = "thanks"
"""Tag of a ticket whose customer thanked once it was solved; it stays solved and is shown."""


class Report(Struct, frozen=True):
    """What a report about a letter of ours brings with it."""

    changes: tuple[Change, ...]
    """To the letter it is about and to its ticket."""
    fields: dict[str, Value]
    """Of the report's own message: the addresses it proves dead."""


class Facts(Struct, frozen=True):
    """What the desk knows about one letter before it is taken in."""

    message: str
    """The id its message row will have."""
    known: bool
    """That message is here already: the letter was seen before."""
    same_id: bool
    """Another message has this Message-ID with other words."""
    where: Join | NewTicket | Claims
    ticket: Ticket | None
    """The ticket it joins or claims to be."""
    ticket_id: str
    """The id of a new ticket; empty where an archive can make none."""
    customer: Customer | None
    account: Account | None
    """The account that owns the sender's domain."""
    own: frozenset[str]
    """Addresses of ours, lower case. They never count as people who take part: anybody can forge them."""
    writer: Writer
    ties: tuple[Change, ...] = ()
    """Tickets the letter shows to be one thread are merged."""
    went: str = ""
    """Where the ticket it answers is merged by that; empty when it stays."""
    resembles: str = ""
    """Whom its sender, new here, could be mistaken for."""
    inside: bool = False
    """Its sender is of our own house, so a letter it forwards is somebody else's."""
    participants: frozenset[str] = frozenset()
    newest: int = 0
    """Date of the newest letter in the ticket, this batch included."""
    sent: bool = False
    """It lies in the folder of sent letters: our words, written in another program."""
    alarm: Alarm | None = None
    """The trouble it is about, when a machine wrote it that somebody described."""
    report: Report | None = None
    """What it says about a letter of ours, in a ticket it joins."""
    lives: tuple[Change, ...] = ()
    """Its sender's address was held for dead."""
    ballot: Ballot | None = None
    """The vote it is, in the ticket it joins."""

    def thanked(self, letter: Letter) -> bool:
        """The letter joins a ticket that is solved and says nothing but thanks."""
        if self.ballot is not None:
            return False
        if not isinstance(self.where, Join) or self.ticket is None or letter.automatic or letter.bounce:
            return False
        if self.ticket.status not in (Status.SOLVED, Status.CLOSED):
            return False
        names = [person.name for person in (*letter.sender, *letter.to, *letter.cc)]
        names += [self.customer.name if self.customer else "", self.ticket.assignee]
        return not any(not part.inline for part in letter.parts) and only_thanks(
            letter.own_text(), names=names
        )

    def quiet(self, letter: Letter) -> bool:
        """The letter asks for nothing new, so that a closed ticket takes it as it is."""
        asks_nothing = self.report is not None or self.ballot is not None
        return letter.automatic or asks_nothing or self.thanked(letter)


class Taken(Struct, frozen=True):
    """What became of a letter."""

    message: str
    ticket: str
    changes: tuple[Change, ...]
    """Empty for a letter that was seen before."""
    kind: str
    """Kind of the entry: mail, or archive for a silent import."""
    key: str
    why: str
    homeless: bool = False
    """A sent letter that belongs to no ticket: nothing is made of it, and it may be taken later."""


def take(
    letter: Letter, facts: Facts, *, secret: bytes, received: int, agent: str,
    archived: int | None = None, archive_days: int = ARCHIVE_DAYS, brand: str = "",
) -> Taken:  # fmt: skip
    """Turn a letter into changes. `archived` is the moment of a silent import: no clock starts.

    `received` is when our server got it, Unix seconds. Never refuses a letter.
    """
    kind = "archive" if archived is not None else "mail"
    key = letter_key(facts.message)
    if facts.known:
        return Taken(facts.message, "", (), kind, key, "seen before")
    if facts.sent and not (isinstance(facts.where, Join) and facts.ticket is not None):
        return Taken(facts.message, "", (), kind, key, facts.where.why, homeless=True)
    when = _date(letter, received=received, archived=archived is not None or facts.sent)
    ticket, why = _place(letter, facts, archived=archived is not None)
    what = _kind(letter, facts, archived=archived is not None, new=ticket == facts.ticket_id)
    person = _customer(letter, facts, secret=secret, sent=what is Kind.OUT)
    message = _message(letter, facts, ticket=ticket, when=when, why=why, customer=person[0], agent=agent,
                       kind=what)  # fmt: skip
    changes = [*person[1], *facts.ties, *message, *facts.lives]
    if facts.ballot is not None:
        changes += facts.ballot.changes(when, silent=archived is not None)
    elif facts.ticket is not None and ticket == facts.ticket.id:
        if archived is None:
            changes += _joined(letter, facts, facts.ticket, kind=what, when=when)
        else:
            status = _archived_status(when, facts, archived=archived, days=archive_days)
            changes += _joined_archive(
                letter, facts, facts.ticket, when=when, status=status, customer=person[0]
            )
    else:
        status = Status.WAITING if what is Kind.OUT else Status.NEW
        if archived is not None:
            status = _archived_status(when, facts, archived=archived, days=archive_days)
        row = _new_ticket(letter, facts, when=when, customer=person[0], status=status)
        row |= _asks(letter, facts, archived=archived is not None)
        row |= alarms.begun(facts.alarm, when=when) if facts.alarm is not None else {}
        changes.append(put(ticket, row | {"archive": archived, "brand": brand or None}))
    return Taken(facts.message, ticket, tuple(changes), kind, key, why)


def message_id(secret: bytes, letter: Letter, *, brand: str = "", distinct: bool = False) -> str:
    """The id of the message a letter becomes: equal on every machine that reads the same letter.

    A letter without a Message-ID, or one whose id another letter already took, goes by its bytes.
    """
    if distinct or not letter.message_id:
        return ids.from_letter(secret, "m", brand, letter.sha256)
    sender = ",".join(person.addr.lower() for person in letter.sender)
    return ids.from_letter(secret, "m", brand, letter.message_id, sender, letter.raw_date)


def letter_key(message: str) -> str:
    """The key of the act that takes a letter in, by the id of its message."""
    return f"letter:{message}"


def own_date(letter: Letter, received: int) -> int:
    """The date a person would give the letter: its own, unless it lies in the future."""
    return min(letter.date, received) if letter.date is not None else received


def _date(letter: Letter, *, received: int, archived: bool) -> int:
    """A promise runs from when we could know; an old letter keeps the date it was written."""
    return own_date(letter, received) if archived else received


def _place(letter: Letter, facts: Facts, *, archived: bool) -> tuple[str, str]:
    """Ticket id and reason. A closed ticket gets a follow-up, but an archive is past already."""
    where, ticket = facts.where, facts.ticket
    if isinstance(where, Join) and ticket is not None and facts.went:
        return ticket.id, f"{where.why}; it ties that ticket to #{ticket.number}"
    if isinstance(where, Join) and ticket is not None:
        if ticket.status is Status.CLOSED and not (archived or facts.sent or facts.quiet(letter)):
            return facts.ticket_id, f"{where.why}; #{ticket.number} is closed, so this is a follow-up"
        if not archived and facts.thanked(letter):
            return ticket.id, f"{where.why}; it only says thanks, so #{ticket.number} stays {ticket.status}"
        return ticket.id, where.why
    return facts.ticket_id, where.why


def _kind(letter: Letter, facts: Facts, *, archived: bool, new: bool) -> Kind:
    """What the letter is to the desk: a customer's, or ours.

    An agent who writes from a private mail program is believed only when our server vouches for the address;
    what such a letter says to us alone, in a ticket, stays inside.
    """
    wrote = facts.writer
    if facts.ballot is not None:
        return Kind.IN
    if archived or facts.sent:
        return Kind.OUT if wrote.ours else Kind.IN
    if not (wrote.agent and wrote.verified):
        return Kind.IN
    if counterpart(letter, own=facts.own, sent=True) is not None:
        return Kind.OUT
    return Kind.IN if new else Kind.NOTE


def _asks(letter: Letter, facts: Facts, *, archived: bool) -> dict[str, Value]:
    """What a person has to decide about a new ticket: where it belongs, who wrote it, who is meant."""
    found: dict[str, Value] = {}
    if isinstance(facts.where, Claims):
        found[f"claim.{facts.where.ticket}"] = 1
    if archived:
        return found
    first = original_sender(letter.text) if facts.inside and letter.bounce is None else None
    if first is not None and first.addr.lower() not in facts.own | {facts.writer.address}:
        found["ask.customer"] = str(first)
    if facts.resembles:
        found["ask.like"] = facts.resembles
    return found


def _customer(letter: Letter, facts: Facts, *, secret: bytes, sent: bool) -> tuple[str, list[Change]]:
    """The customer id and the change that makes the customer, when new."""
    person = counterpart(letter, own=facts.own, sent=sent)
    if facts.ballot is not None:
        return facts.customer.id if facts.customer else "", []
    if facts.customer is not None:
        return facts.customer.id, _better_name(facts.customer, person)
    if person is None:
        return "", []
    eid = ids.from_letter(secret, "c", person.addr.lower())
    name = shown_name(person.name, person.addr)
    row: dict[str, Value] = {"email": person.addr.lower(), "name": name or None}
    if facts.account is not None:
        row["account"] = facts.account.id
    return eid, [put(eid, row)]


def _better_name(customer: Customer, person: Address | None) -> list[Change]:
    if person is None or customer.name or person.addr.lower() != customer.email:
        return []
    name = shown_name(person.name, person.addr)
    return [Change(customer.id, "name", name)] if name else []


def counterpart(letter: Letter, *, own: frozenset[str], sent: bool) -> Address | None:
    """The person a letter is from or, where we sent it, the first outside that it is to."""
    if not sent:
        return letter.sender[0] if letter.sender else None
    return next((p for p in (*letter.to, *letter.cc) if unmarked(p.addr.lower()) not in own), None)


def _message(
    letter: Letter,
    facts: Facts,
    *,
    ticket: str,
    when: int,
    why: str,
    customer: str,
    agent: str,
    kind: Kind,
) -> list[Change]:
    row: dict[str, Value] = {
        "ticket": ticket,
        "kind": kind.value,
        "author": customer or None if kind is Kind.IN else facts.writer.agent or agent,
        "date": when,
        "msgid": letter.message_id or None,
        "refs": " ".join((*letter.references, *letter.in_reply_to)) or None,
        "subject": letter.subject or None,
        "sender": ", ".join(str(person) for person in letter.sender) or None,
        "rcpt": write_recipients(_people(letter.to), _people(letter.cc), reply=_people(_elsewhere(letter))),
        "snippet": snippet(letter.own_text()) or None,
        "body": letter.sha256,
        "folds": " ".join(f"{fold.kind}{fold.first}-{fold.last}" for fold in letter.folds) or None,
        "files": write_files(tuple(_file(letter, n) for n in range(len(letter.parts)))),
        "signals": " ".join(signals(letter, facts, sent=kind is Kind.OUT)) or None,
        "why": f"sent from another program; {why}" if facts.sent else why,
    }
    row |= facts.report.fields if facts.report is not None else {}
    if facts.ballot is not None:
        row |= {"subject": facts.ballot.subject, **surveys.voting(facts.ballot.vote)}
    return [put(facts.message, row)]


def signals(letter: Letter, facts: Facts, *, sent: bool) -> list[str]:
    """The marks its message carries; `sent` for a letter of ours in an archive."""
    found = [
        ("auto", letter.automatic),
        ("list", letter.mailing_list),
        ("bounce", letter.bounce is not None),
        ("delivered", letter.delivered is not None),
        ("thanks", facts.thanked(letter)),
        (VOTE, facts.ballot is not None),
        ("unverified", _unverified(facts, sent=sent)),
        ("verified", facts.writer.verified),
        ("signed", "signed" in letter.seals),
        ("encrypted", "encrypted" in letter.seals),
        ("same-id", facts.same_id),
        ("claims", isinstance(facts.where, Claims)),
        ("lookalike", bool(facts.resembles)),
        ("defects", bool(letter.defects)),
    ]
    return [word for word, holds in found if holds]


def _unverified(facts: Facts, *, sent: bool) -> bool:
    if facts.ballot is not None:
        return not facts.ballot.verified
    return facts.writer.doubtful and not (sent and facts.writer.ours)


def _file(letter: Letter, n: int) -> File:
    part = letter.parts[n]
    return File(part.name, part.type, part.size, part.sha256, part.path, part.inline)


def _archived_status(when: int, facts: Facts, *, archived: int, days: int) -> Status:
    """Young archive is work still to be done, the rest is past."""
    if when <= archived - days * 86_400:
        return Status.CLOSED
    return Status.WAITING if facts.writer.ours else Status.OPEN


def _new_ticket(
    letter: Letter, facts: Facts, *, when: int, customer: str, status: Status
) -> dict[str, Value]:
    row: dict[str, Value] = {
        "subject": letter.subject or None,
        "status": status.value,
        "priority": 3,
        "channel": "mail",
        "customer": customer or None,
        "created": when,
        "unread": 1 if status in RUNNING else None,
    }
    return row | {f"who.{address}": 1 for address in sorted(addresses(letter) - facts.own)}


def _people_joined(letter: Letter, facts: Facts, ticket: Ticket) -> list[Change]:
    fresh = addresses(letter) - facts.own - facts.participants
    return [Change(ticket.id, f"who.{address}", 1) for address in sorted(fresh)]


def _joined(letter: Letter, facts: Facts, ticket: Ticket, *, kind: Kind, when: int) -> list[Change]:
    """What a letter changes in the ticket it joins: new people, and back to work where it was done.

    Automatic answers, news of a delay and mere thanks are shown and wake nobody.
    """
    if facts.report is not None:
        return list(facts.report.changes)
    if facts.alarm is not None:
        return alarms.joined(facts.alarm, ticket, when=when)
    changes = _people_joined(letter, facts, ticket)
    if facts.sent or kind is Kind.OUT:
        return changes + _answered(facts, ticket, when=when)
    if facts.writer.ours or kind is not Kind.IN:
        return changes
    changes.append(Change(ticket.id, "unread", 1))
    final = letter.bounce is not None and not letter.bounce.temporary
    if letter.automatic and not final:
        return changes
    thanked = facts.thanked(letter)
    if thanked != (THANKS in ticket.tags):
        changes.append(Change(ticket.id, f"tag.{THANKS}", 1 if thanked else None))
    if thanked:
        return changes
    if ticket.status not in (Status.NEW, Status.OPEN, Status.SPAM):
        changes.append(Change(ticket.id, "status", Status.OPEN.value))
    return changes + _awake(ticket, when=when)


def _awake(ticket: Ticket, *, when: int) -> list[Change]:
    """What a letter does to a sleep: it ends it, or is one of the two things it waits for, or nothing."""
    if ticket.snooze_until is None or ticket.sleep == sleeps.TIME:
        return []
    if ticket.sleep == sleeps.BOTH and when < ticket.snooze_until:
        return [Change(ticket.id, "x.sleep", sleeps.TIME)]
    ends = [Change(ticket.id, "snooze_until", None)]
    return [*ends, Change(ticket.id, "x.sleep", None)] if ticket.sleep else ends


def _answered(facts: Facts, ticket: Ticket, *, when: int) -> list[Change]:
    """Somebody answered from a phone: it is the customer's turn, unless they wrote again since."""
    if when < facts.newest or ticket.status not in (Status.NEW, Status.OPEN):
        return []
    waits = [Change(ticket.id, "status", Status.WAITING.value)]
    return [*waits, Change(ticket.id, "unread", None)] if ticket.unread else waits


def _joined_archive(
    letter: Letter, facts: Facts, ticket: Ticket, *, when: int, status: Status, customer: str
) -> list[Change]:
    """An archived letter joins: an older one moves the beginning back, a younger one may reopen it.

    Only a ticket that imports alone made is changed; what people or new letters did to it since stays.
    """
    changes = _people_joined(letter, facts, ticket)
    if ticket.archive is None or ticket.updated > max(
        ticket.created, ticket.last_in or 0, ticket.last_out or 0
    ):
        return changes
    if when < ticket.created:
        changes.append(Change(ticket.id, "created", when))
        if letter.subject and base_subject(letter.subject) == base_subject(ticket.subject):
            changes.append(Change(ticket.id, "subject", letter.subject))
        if customer and customer != ticket.customer:
            changes.append(Change(ticket.id, "customer", customer))
    elif when > facts.newest and status is not ticket.status:
        changes.append(Change(ticket.id, "status", status.value))
        changes.append(Change(ticket.id, "unread", 1 if status in RUNNING else None))
    return changes


def addresses(letter: Letter) -> set[str]:
    """Lower-case addresses of everybody a letter names."""
    return set(addresses_of((*letter.sender, *letter.to, *letter.cc, *letter.reply_to)))


def addresses_of(people: Iterable[Address]) -> frozenset[str]:
    """Lower-case addresses of these people."""
    return frozenset(unmarked(person.addr.lower()) for person in people if "@" in person.addr)


def _elsewhere(letter: Letter) -> tuple[Address, ...]:
    """Reply-To, where it names somebody else than the sender."""
    senders = {person.addr.lower() for person in letter.sender}
    return () if {p.addr.lower() for p in letter.reply_to} <= senders else letter.reply_to


def _people(people: tuple[Address, ...]) -> tuple[str, ...]:
    return tuple(str(person) for person in people)
