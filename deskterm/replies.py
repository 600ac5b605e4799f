"""Replies, notes and new tickets: what a person wrote becomes changes.

Pure. `Reply` and `Note` are different types all the way down: only a Reply makes an outbox row, and
only what has an outbox row can be dispatched.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from msgspec import Struct

from deskterm import acts
from store import blobs, outbox
from store.log.entry import Change, Value, put
from store.model import File, Kind, Message, Status, Ticket
from store.reads.conversation import snippet, write_files, write_recipients
from store.reads.people import OUTSIDE
from store.rules import marks
from store.rules.promises import FORWARD, stray


class Reply(Struct, frozen=True):
    """Words that will leave, to the people named here and nobody else."""

    text: str
    to: tuple[str, ...]
    """Display form `Name <addr>`."""
    cc: tuple[str, ...] = ()
    subject: str = ""
    files: tuple[File, ...] = ()
    """Attachments; their bytes are blobs already."""
    bcc: tuple[str, ...] = ()
    """Blind copies: in the envelope and nowhere else."""
    html: bool | None = None
    """Whether an HTML form goes along; None: as the mailbox is set."""
    at: int | None = None
    """When it is to leave, Unix seconds; None: after the undo delay."""
    base: int | None = None
    """Arrival number of the newest entry the writer had seen; None: what came since does not matter."""
    forward: bool = False
    """It hands a letter on to somebody else and answers nobody."""

    @property
    def people(self) -> tuple[str, ...]:
        """Everybody it goes to."""
        return (*self.to, *self.cc, *self.bcc)


class Note(Struct, frozen=True):
    """Words for colleagues. There is no way from here to the outbox."""

    text: str


class Written(Struct, frozen=True):
    """What is to be committed for a reply or a note."""

    kind: str
    words: str
    changes: tuple[Change, ...]
    blob: blobs.Blob
    message: str


@dataclass(frozen=True, slots=True)
class From:
    """Who answers, and from which mailbox."""

    agent: str
    sender: str
    """Display form of the From address."""
    mailbox: str
    domain: str
    """Right side of our Message-IDs."""
    key: bytes = field(default=b"", repr=False)
    """The desk's secret, which reply marks are made with."""
    plus: str = ""
    """Our address, where answers to an address with a mark in it arrive."""


def reply(
    ticket: Ticket, said: Reply, sender: From, *, ids: tuple[str, str], now: int,
    not_before: int, then: Status | None, last: Message | None, held: bool = False,
    known: Collection[str] = frozenset(),
) -> Written:  # fmt: skip
    """A reply to a ticket or a letter of it forwarded: message, outbox row, what becomes of the ticket.

    `ids` are the ids of the message and of the outbox row; `last` is the message answered; `then` is
    the status afterwards (None keeps it, but a new ticket is open once answered).
    """
    message, row = ids
    people = [address_of(person) for person in (*said.to, *said.cc)]
    msgid = marks.message_id(
        sender.key, message=message, ticket=ticket.id, people=people, domain=sender.domain
    )
    blob = blobs.words(said.text)
    filled: dict[str, Value] = {
        "ticket": ticket.id,
        "kind": Kind.OUT.value,
        "author": sender.agent,
        "date": now,
        "msgid": msgid,
        "refs": " ".join(references(last)) or None,
        "subject": said.subject or ticket.subject or None,
        "sender": sender.sender,
        "rcpt": write_recipients(said.to, said.cc, bcc=said.bcc, reply=_back(sender, ticket, people)),
        "snippet": snippet(said.text) or None,
        "body": blob.hash,
        "files": write_files(said.files),
        "signals": FORWARD if said.forward else None,
        "why": f"written here by {sender.agent}",
    }
    waits = outbox.queued(
        row, ticket=ticket.id, message=message, msgid=msgid, mailbox=sender.mailbox, not_before=not_before,
        state=outbox.HELD if held else outbox.QUEUED, base=said.base, at=said.at, html=bool(said.html),
    )  # fmt: skip
    changes = [put(message, filled), waits, *after(ticket, said, sender, then, known=known)]
    does = "forward" if said.forward else "reply"
    return Written(does, f"{does.capitalize()} of {acts.name([ticket])}", tuple(changes), blob, message)


def _back(sender: From, ticket: Ticket, people: Sequence[str]) -> tuple[str, ...]:
    """Where answers go: our address with a mark for the first person, where such addresses arrive."""
    if not sender.plus or not people:
        return ()
    marked = marks.plus_address(sender.key, sender.plus, ticket=ticket.id, person=people[0])
    return (marked,) if marked else ()


def note(ticket: Ticket, said: Note, *, agent: str, message: str, now: int) -> Written:
    """A note on a ticket: a message only the team sees."""
    blob = blobs.words(said.text)
    filled: dict[str, Value] = {
        "ticket": ticket.id,
        "kind": Kind.NOTE.value,
        "author": agent,
        "date": now,
        "snippet": snippet(said.text) or None,
        "body": blob.hash,
        "why": f"written here by {agent}",
    }
    return Written("note", f"Noted on {acts.name([ticket])}", (put(message, filled),), blob, message)


def size_of(said: Reply) -> int:
    """About how many bytes it will have on the way: attachments grow by a third and their line breaks."""
    text = len(said.text.encode("utf-8", "replace")) * (3 if said.html else 1)
    return _HEAD + text + sum(file.size * 78 // 57 + 400 for file in said.files)


_HEAD = 3_000
"""Bytes the fields of a letter have at most, as a rule."""


def begin(
    ticket: str, subject: str, *, customer: str, people: Sequence[str], agent: str, now: int, channel: str
) -> Change:
    """A ticket begun here: a letter we write first, or a call somebody took."""
    row: dict[str, Value] = {
        "subject": subject,
        "status": Status.OPEN.value,
        "priority": 3,
        "channel": channel,
        "customer": customer or None,
        "assignee": agent,
        "created": now,
    }
    return put(ticket, row | {f"who.{address.lower()}": 1 for address in people})


def references(last: Message | None) -> tuple[str, ...]:
    """The ids a reply cites: the thread so far and the message it answers (RFC 5322, 3.6.4)."""
    if last is None or not last.msgid:
        return ()
    return tuple(dict.fromkeys((*last.refs, last.msgid)))


def answered(messages: Sequence[Message], *, outside: Collection[str] = frozenset()) -> Message | None:
    """The message a reply answers: the newest letter of the customer, else the newest that left.

    Letters of those who are `outside`, to whom one was only forwarded, are answered when nobody else wrote.
    """
    talk = [
        m for m in messages if m.kind in (Kind.IN, Kind.OUT) and FORWARD not in m.signals and not stray(m)
    ]
    came = [m for m in talk if m.kind is Kind.IN and "auto" not in m.signals]
    inside = [m for m in came if address_of(m.sender) not in outside]
    letters = inside or came or talk
    return letters[-1] if letters else None


def after(
    ticket: Ticket, said: Reply, sender: From, then: Status | None, *, known: Collection[str] = frozenset()
) -> list[Change]:
    """What becomes of a ticket that is answered: its status, who works on it, who takes part.

    `known` take part already. Blind copies never do: nobody is to learn of them by an answer.
    """
    to = then if then is not None else (Status.OPEN if ticket.status is Status.NEW else ticket.status)
    changes = list(acts.status([ticket], to).changes)
    if ticket.unread and not any(change.field == "unread" for change in changes):
        changes.append(Change(ticket.id, "unread", None))
    if not ticket.assignee:
        changes.append(Change(ticket.id, "assignee", sender.agent))
    people = [address_of(person) for person in (*said.to, *said.cc)]
    fresh = [one for one in people if "@" in one and not (said.forward and one in known)]
    part = OUTSIDE if said.forward else 1
    return changes + [Change(ticket.id, f"who.{address}", part) for address in fresh]


def address_of(person: str) -> str:
    """The bare address, lower case, of a display form `Name <addr>`."""
    text = person.strip()
    if text.endswith(">") and "<" in text:
        text = text[text.rindex("<") + 1 : -1]
    return text.strip().lower()
