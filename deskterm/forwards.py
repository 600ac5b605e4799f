"""Handing a letter of a ticket on to somebody else: its words under a heading, its attachments as they are.

Reads the desk; what leaves is queued by deskterm.writing. A note can be forwarded as little as sent.
"""

from __future__ import annotations

from datetime import UTC, datetime

from msgspec import Struct

from deskterm import attachments
from deskterm.desk import Desk
from store import blobs
from store.errors import Refused
from store.model import File, Kind, Message, Ticket
from store.reads import conversation


class Forward(Struct, frozen=True):
    """What goes along when a letter is handed on."""

    subject: str
    text: str
    files: tuple[File, ...]
    blobs: tuple[blobs.Blob, ...]
    """Their bytes, taken out of the letter they came in."""


def newest(desk: Desk, ticket: Ticket) -> Message:
    """The letter that is handed on unless another is named: the newest that came in. Raises Refused."""
    letters = [m for m in conversation.messages(desk.conn, ticket.id) if m.kind in (Kind.IN, Kind.OUT)]
    came = [m for m in letters if m.kind is Kind.IN] or letters
    if not came:
        raise Refused(f"#{ticket.number} has no letter to forward.")
    return came[-1]


def forward(desk: Desk, message: Message) -> Forward:
    """A letter ready to be handed on. Raises Refused for what is none, NotFound when bytes are missing."""
    from channels.mime.files import safe_name
    from channels.mime.subjects import base_subject

    if message.kind not in (Kind.IN, Kind.OUT):
        raise Refused(f"A {message.kind} is internal and can never leave; nothing was forwarded.")
    taken = [
        blobs.file(attachments.data(desk, message, file), folder=desk.blob_folder) for file in message.files
    ]
    files = tuple(
        File(safe_name(file.name, file.type), file.type, file.size, blob.hash)
        for file, blob in zip(message.files, taken, strict=True)
    )
    return Forward(f"Fwd: {base_subject(message.subject)}".strip(), _text(desk, message), files, tuple(taken))


def _text(desk: Desk, message: Message) -> str:
    when = datetime.fromtimestamp(message.date, UTC).strftime("%Y-%m-%d %H:%M UTC")
    fields = [
        ("From", message.sender), ("Date", when), ("Subject", message.subject), ("To", ", ".join(message.to)),
        ("Cc", ", ".join(message.cc)),
    ]  # fmt: skip
    head = "\n".join(f"{name}: {' '.join(value.split())}" for name, value in fields if value)
    return f"---------- Forwarded letter ----------\n{head}\n\n{desk.text(message).rstrip()}\n"
