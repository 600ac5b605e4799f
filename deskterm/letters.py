"""The letter an outbox row stands for, gathered from the desk: its words, signature and attachments.

Equal each time it is asked for, so that a second attempt and the copy in Sent are the same letter.
"""

from __future__ import annotations

from channels.letter import Attachment, Outgoing
from deskterm import dispatch
from deskterm.desk import Desk
from store import blobs, outbox
from store.model import Message
from store.reads import conversation


def letter_of(desk: Desk, row: outbox.Waiting) -> Outgoing:
    """Raises Refused for what is no reply, NotFound or StoreDamaged when its bytes are not here."""
    message = conversation.message(desk.conn, row.message)
    text, box = _text(desk, row, message), desk.settings.mailbox.get(row.mailbox)
    return dispatch.outgoing(
        message, text, _attachments(desk, message), html=_html(text) if row.html else "",
        copy_to=box.address if box is not None and box.smtp and box.copy_to_self else "",
    )  # fmt: skip


def _html(text: str) -> str:
    from channels.mime.render import to_html

    return to_html(text)


def _text(desk: Desk, row: outbox.Waiting, message: Message) -> str:
    """The words with the mailbox's signature below (`-- ` and a newline, RFC 3676 4.3)."""
    text = blobs.read_text(desk.conn, message.body, folder=desk.blob_folder)
    box = desk.settings.mailbox.get(row.mailbox)
    return f"{text.rstrip()}\n\n-- \n{box.signature.strip()}\n" if box and box.signature.strip() else text


def _attachments(desk: Desk, message: Message) -> list[Attachment]:
    return [
        Attachment(file.name, file.type, blobs.read_raw(desk.conn, file.sha256, folder=desk.blob_folder))
        for file in message.files
    ]
