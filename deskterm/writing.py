"""Replying, noting and beginning tickets on an open desk: one call for the composer and the shell."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from msgspec.structs import replace

from deskterm import moments, recipients, replies
from deskterm.config import Box, Settings
from deskterm.desk import Desk, Done
from deskterm.live import may_leave
from store import blobs, drafts, learned
from store.errors import Refused
from store.log.entry import Change
from store.log.tx import Beside, Tx
from store.model import File, Kind, Message, Status, Ticket
from store.reads import conversation, people, tickets

LOCAL = "out"
"""The mailbox of replies where none is set up: a Maildir in the home."""


def prepare(desk: Desk, ticket: Ticket, *, everybody: bool = False) -> recipients.People:
    """Who a reply to this ticket would go to; shown before anything leaves."""
    messages = conversation.messages(desk.conn, ticket.id)
    outside = people.outside(desk.conn, ticket.id)
    customer = people.customer(desk.conn, ticket.customer) if ticket.customer else None
    fallback = customer.email if customer else ""
    return recipients.answer(
        replies.answered(messages, outside=outside), fallback=fallback, own=desk.settings.addresses(),
        known=recipients.acquainted(messages, outside=outside) | {fallback}, everybody=everybody,
    )  # fmt: skip


def subject_of(ticket: Ticket) -> str:
    from channels.mime.subjects import reply_subject

    return reply_subject(ticket.subject)


def reply(
    desk: Desk, ticket: Ticket, said: replies.Reply, *, then: Status | None = None, now: bool = False,
    files: Sequence[blobs.Blob] = (),
) -> Done:  # fmt: skip
    """Queue a reply, or a letter of the ticket that is handed on.

    It leaves after the undo delay, at once with `now`, at the moment it names; held while the outbox is
    locked. Raises Refused, before anything is written, for one that could not leave.
    """
    sender = sender_of(desk, ticket)
    check(desk, said, sender)
    messages, outside = conversation.messages(desk.conn, ticket.id), people.outside(desk.conn, ticket.id)
    last = None if said.forward else replies.answered(messages, outside=outside)
    held = not may_leave(desk, said.people)
    said = _whole(desk, ticket, said, sender)
    not_before = said.at or desk.now + (0 if now else desk.settings.undo_seconds)

    def make(tx: Tx) -> tuple[str, Sequence[Change], Sequence[Beside]]:
        written = replies.reply(
            ticket, said, sender, ids=(tx.new_id("m"), tx.new_id("x", 1)), now=desk.now,
            not_before=not_before, then=then, last=last, held=held,
            known=people.participants(tx.conn, ticket.id),
        )  # fmt: skip
        beside = (written.blob, *files, drafts.Gone(ticket.id, desk.agent))
        return written.kind, written.changes, beside

    return desk.commit(make, words=_queued(desk, ticket, said, held=held))


def _whole(desk: Desk, ticket: Ticket, said: replies.Reply, sender: replies.From) -> replies.Reply:
    """The reply with what its writer left open."""
    box = desk.settings.mailbox.get(sender.mailbox)
    html = said.html if said.html is not None else box is not None and box.html
    base = said.base if said.base is not None else desk.store.last_lseq()
    return replace(said, subject=said.subject or subject_of(ticket), html=html, base=base)


def _queued(desk: Desk, ticket: Ticket, said: replies.Reply, *, held: bool) -> str:
    words = f"{'Forward' if said.forward else 'Reply'} to {', '.join(said.people)} "
    if held:
        return words + "held: `deskterm live on` lets it go"
    if said.at is None:
        return words + "queued"
    late = ticket.due_at is not None and ticket.due_at < said.at and not said.forward
    words += f"leaves {moments.shown(said.at, zone=moments.local())}"
    return words + (", after its promise breaks" if late else "")


def check(desk: Desk, said: replies.Reply, sender: replies.From) -> None:
    """Raises Refused for a reply that could not leave: no words, nobody to go to, no address, too large."""
    from channels.envelope import mailbox
    from channels.errors import BadArgument
    from deskterm.dispatch import address

    if not said.text.strip() and not said.files:
        raise Refused("The reply has no words; nothing was sent.")
    if not said.people:
        raise Refused("The reply names nobody to send it to; add a recipient.")
    for person in said.people:
        try:
            mailbox(address(person).addr)
        except BadArgument:
            raise Refused(
                f"{person[:80]!r} is not one mail address, so nothing was sent. Correct it."
            ) from None
    box = desk.settings.mailbox.get(sender.mailbox)
    if said.bcc and (box is None or not box.smtp):
        raise Refused("Without an SMTP server a blind copy has no way out; leave it out or set one up.")
    if said.at is not None and said.at <= desk.now:
        raise Refused("The moment to send it at is over; nothing was queued.")
    _fits(desk, said, sender.mailbox)


def _fits(desk: Desk, said: replies.Reply, mailbox: str) -> None:
    size, limit = replies.size_of(said), size_limit(desk, mailbox)
    if limit and size > limit:
        largest = max(said.files, key=lambda file: file.size, default=None)
        what = f"{largest.name} ({largest.size:,} bytes)" if largest else "some words"
        raise Refused(
            f"The letter would have about {size:,} bytes, and {limit:,} are the most that leave from here."
            f" Leave out {what}; nothing was sent."
        )


def size_limit(desk: Desk, mailbox: str) -> int:
    """Bytes a letter of this mailbox may have: as set, else as its server said; 0 while nobody knows."""
    box = desk.settings.mailbox.get(mailbox)
    said = learned.size(desk.conn, mailbox) or 0
    ours = box.size_limit if box is not None else 0
    return min(filter(None, (said, ours)), default=0)


def note(desk: Desk, ticket: Ticket, text: str) -> Done:
    """Write a note only the team sees. Raises Refused when it has no words."""
    if not text.strip():
        raise Refused("The note has no words; nothing was saved.")

    def make(tx: Tx) -> tuple[str, Sequence[Change], Sequence[Beside]]:
        written = replies.note(
            ticket, replies.Note(text), agent=desk.agent, message=tx.new_id("m"), now=desk.now
        )
        return written.kind, written.changes, (written.blob, drafts.Gone(ticket.id, desk.agent))

    return desk.commit(make, words=f"Noted on #{ticket.number}")


def begin(desk: Desk, subject: str, *, address: str = "", name: str = "", channel: str = "mail") -> Ticket:
    """A new ticket made here, for the customer with this address (made when new), or for nobody yet."""
    from deskterm.customers import customer_changes

    if not subject.strip():
        raise Refused("A ticket needs a subject; nothing was made.")
    made: list[str] = []

    def make(tx: Tx) -> tuple[str, Sequence[Change], Sequence[Beside]]:
        made.append(tx.new_id("t"))
        customer, changes = customer_changes(tx.conn, desk.store.secret, address=address, name=name)
        begun = replies.begin(
            made[0], subject, customer=customer, people=[address] if address else [], agent=desk.agent,
            now=desk.now, channel=channel,
        )  # fmt: skip
        return "new", [*changes, begun], ()

    desk.commit(make, words=f"New ticket {subject}")
    return tickets.ticket(desk.conn, made[0])


def attach(desk: Desk, path: Path) -> tuple[File, blobs.Blob]:
    """A file from this machine as an attachment and its bytes. Raises Refused with the reason."""
    import mimetypes

    from channels.mime.files import safe_name

    try:
        data = path.expanduser().read_bytes()
    except OSError as error:
        raise Refused(f"{path} cannot be attached ({error.strerror}); the text is kept.") from None
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    blob = blobs.file(data, folder=desk.blob_folder)
    return File(safe_name(path.name), kind, len(data), blob.hash), blob


def quoted(desk: Desk, ticket: Ticket, *, force: bool = False) -> str:
    """The letter a reply answers, as a quote to put below it.

    Empty when the setting says none, unless asked for with `force`.
    """
    if desk.settings.quote == "none" and not force:
        return ""
    outside = people.outside(desk.conn, ticket.id)
    last = replies.answered(conversation.messages(desk.conn, ticket.id), outside=outside)
    if last is None or last.kind is not Kind.IN:
        return ""
    from datetime import UTC, datetime

    from channels.mime.compose import quote

    when = datetime.fromtimestamp(last.date, UTC).strftime("%Y-%m-%d %H:%M UTC")
    return quote(desk.text(last), last.sender, when)


def sender_of(desk: Desk, ticket: Ticket, messages: Sequence[Message] | None = None) -> replies.From:
    """The address the ticket was written to, where its server lets it send, else that of the mailbox.

    `messages` when they are read already.
    """
    name, box, address = written_to(desk, ticket, messages)
    if box is None:
        address = f"{LOCAL}@desk.invalid"
        return replies.From(desk.agent, address, LOCAL, "desk.invalid", desk.store.secret)
    if address != box.address and learned.refused(desk.conn, name, address):
        address = box.address
    # Without a name of either, the address alone: nobody gets a letter from "me".
    name_shown = box.name or ("" if desk.agent == Settings().agent else desk.agent)
    shown = f"{name_shown} <{address}>" if name_shown else address
    domain = address.rpartition("@")[2] or "desk.invalid"
    return replies.From(desk.agent, shown, name, domain, desk.store.secret, address if box.plus else "")


def first_sender(desk: Desk) -> replies.From:
    """Who a letter is from that answers nobody."""
    name, box = next(iter(desk.settings.mailbox.items()), (LOCAL, None))
    return replies.From(desk.agent, box.address if box is not None else "", name, "")


def written_to(
    desk: Desk, ticket: Ticket, messages: Sequence[Message] | None = None
) -> tuple[str, Box | None, str]:
    """The mailbox and address of ours that the newest letter of the ticket names, else the first of all."""
    boxes = desk.settings.mailbox
    first, box = next(iter(boxes.items()), ("", None))
    if sum(len(box.every_address) for box in boxes.values()) > 1:
        read = messages if messages is not None else conversation.messages(desk.conn, ticket.id)
        for message in reversed(read):
            named = {_untagged(person) for person in (*message.to, *message.cc, message.sender)}
            for name, one in boxes.items():
                for address in one.every_address:
                    if address.lower() in named:
                        return name, one, address
    return first, box, box.address if box is not None else ""


def _untagged(person: str) -> str:
    """The address without a `+tag`, which leads to the same mailbox."""
    local, at, domain = replies.address_of(person).rpartition("@")
    return f"{local.partition('+')[0]}{at}{domain}"
