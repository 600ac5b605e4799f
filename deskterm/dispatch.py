"""An outbox row becomes a letter that may leave.

Pure: the only maker of `Outgoing`, and it takes a reply's message only. A note, a call or a letter that
came in is refused here, whatever put it into the outbox.
"""

from __future__ import annotations

from collections.abc import Sequence

from channels.letter import Address, Attachment, Outgoing
from deskterm.replies import address_of
from store.errors import Refused
from store.model import Kind, Message


def outgoing(
    message: Message, text: str, files: Sequence[Attachment] = (), *, html: str = "", copy_to: str = ""
) -> Outgoing:
    """The letter for one reply, a blind copy of it to `copy_to`.

    Raises Refused for anything that is no reply or has nobody to go to.
    """
    if message.kind is not Kind.OUT:
        raise Refused(f"A {message.kind} is internal and can never leave; nothing was sent.")
    to = tuple(address(person) for person in message.to)
    if not (to or message.cc or message.bcc):
        raise Refused("The reply names nobody to send it to; open it and add a recipient.")
    return Outgoing(
        message_id=message.msgid,
        sender=address(message.sender),
        to=to,
        cc=tuple(address(person) for person in message.cc),
        bcc=tuple(address(person) for person in (*message.bcc, *filter(None, [copy_to]))),
        reply_to=address(message.reply_to[0]) if message.reply_to else None,
        subject=message.subject,
        text=text,
        date=message.date,
        in_reply_to=message.refs[-1] if message.refs else "",
        references=message.refs,
        attachments=tuple(files),
        html=html,
        automatic=message.auto,
    )


def address(person: str) -> Address:
    """An address from its display form `Name <addr>`; the name may hold anything."""
    text = person.strip()
    if text.endswith(">") and "<" in text:
        name, _, addr = text[:-1].rpartition("<")
        return Address(name.strip().strip('"').strip(), addr.strip())
    return Address("", text if address_of(text) else "")
