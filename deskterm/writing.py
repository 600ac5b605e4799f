"""Replying, noting and beginning tickets on an open desk: one call for the composer and the shell."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from deskterm import recipients, replies
from deskterm.config import Box, Settings
from deskterm.desk import Desk, Done
from deskterm.live import may_leave
from store import blobs, drafts
from store.errors import Refused
from store.log.entry import Change
from store.log.tx import Beside, Tx
from store.model import File, Kind, Message, Status, Ticket
from store.reads import conversation, people, tickets

LOCAL = "out"
"""The mailbox of replies where none is set up: a Maildir in the home."""


def prepare(desk: Desk, ticket: Ticket, *, everybody: bool = False) -> recipients.People:
    """Who a reply to this ticket would go to; shown before anything leaves."""
    last = replies.answered(conversation.messages(desk.conn, ticket.id))
    customer = people.customer(desk.conn, ticket.customer) if ticket.customer else None
    fallback = customer.email if customer else ""
    own = desk.settings.addresses()
    return recipients.answer(last, fallback=fallback, own=own, everybody=everybody)


def subject_of(ticket: Ticket) -> str:
    from channels.mime.subjects import reply_subject

    return reply_subject(ticket.subject)


def reply(
    desk: Desk, ticket: Ticket, said: replies.Reply, *, then: Status | None = None, now: bool = False,
    files: Sequence[blobs.Blob] = (),
) -> Done:  # fmt: skip
    """Queue a reply. It leaves after the undo delay, at once with `now`; held while the outbox is locked.

    Raises Refused when it has no words or nobody to go to.
    """
    if not said.text.strip() and not said.files:
        raise Refused("The reply has no words; nothing was sent.")
    if not said.to:
        raise Refused("The reply names nobody to send it to; add a recipient.")
    sender = sender_of(desk, ticket)
    last = replies.answered(conversation.messages(desk.conn, ticket.id))
    held = not may_leave(desk, (*said.to, *said.cc))
    subject = said.subject or subject_of(ticket)
    said = replies.Reply(said.text, said.to, said.cc, subject, said.files)
    delay = 0 if now else desk.settings.undo_seconds

    def make(tx: Tx) -> tuple[str, Sequence[Change], Sequence[Beside]]:
        written = replies.reply(
            ticket, said, sender, ids=(tx.new_id("m"), tx.new_id("x", 1)), now=desk.now,
            not_before=desk.now + delay, then=then, last=last, held=held,
        )  # fmt: skip
        beside = (written.blob, *files, drafts.Gone(ticket.id, desk.agent))
        return written.kind, written.changes, beside

    words = f"Reply to {', '.join(said.to)} " + ("held: `deskterm live on` lets it go" if held else "queued")
    return desk.commit(make, words=words)


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
    last = replies.answered(conversation.messages(desk.conn, ticket.id))
    if last is None or last.kind is not Kind.IN:
        return ""
    from datetime import UTC, datetime

    from channels.mime.compose import quote

    when = datetime.fromtimestamp(last.date, UTC).strftime("%Y-%m-%d %H:%M UTC")
    return quote(desk.text(last), last.sender, when)


def sender_of(desk: Desk, ticket: Ticket, messages: Sequence[Message] | None = None) -> replies.From:
    """The mailbox the ticket was written to, else the first one. `messages` when they are read already."""
    name, box = mailbox_of(desk, ticket, messages)
    if box is None:
        address = f"{LOCAL}@desk.invalid"
        return replies.From(desk.agent, address, LOCAL, "desk.invalid")
    # Without a name of either, the address alone: nobody gets a letter from "me".
    name_shown = box.name or ("" if desk.agent == Settings().agent else desk.agent)
    shown = f"{name_shown} <{box.address}>" if name_shown else box.address
    return replies.From(desk.agent, shown, name, box.address.rpartition("@")[2] or "desk.invalid")


def mailbox_of(
    desk: Desk, ticket: Ticket, messages: Sequence[Message] | None = None
) -> tuple[str, Box | None]:
    """The configured mailbox that the newest letter of the ticket was addressed to, else the first."""
    boxes = desk.settings.mailbox
    if len(boxes) < 2:
        return next(iter(boxes.items()), ("", None))
    read = messages if messages is not None else conversation.messages(desk.conn, ticket.id)
    for message in reversed(read):
        named = {replies.address_of(person) for person in (*message.to, *message.cc, message.sender)}
        for name, box in boxes.items():
            if box.address.lower() in named:
                return name, box
    return next(iter(boxes.items()), ("", None))
