"""Putting a copy of a sent letter into the Sent folder, once. A step of its own after sending:
its failure never means that the letter has to be sent again.
"""

from __future__ import annotations

import imaplib
from datetime import UTC, datetime

from channels.errors import FolderGone
from channels.imap import guard
from channels.imap.receive import Mailbox
from channels.words import quoted

SENT_NAMES = ("sent", "sent items", "sent messages", "sent mail", "gesendet", "gesendete elemente")
"""What Sent is called by servers that do not mark it (RFC 6154 is the better sign)."""


def sent_folder(mailbox: Mailbox) -> str | None:
    """The server's folder for sent letters: the marked one, else one with a usual name, else None."""
    listed = mailbox.folders()
    for folder in listed:
        if "\\sent" in folder.flags:
            return folder.name
    for folder in listed:
        last = folder.name.replace(".", "/").rsplit("/", 1)[-1]
        if last.lower() in SENT_NAMES:
            return folder.name
    return None


def copy_to_sent(mailbox: Mailbox, raw: bytes, *, folder: str, message_id: str, when: int) -> bool:
    """Keep a copy in `folder` unless one with this Message-ID is there. True when it was added now.

    `message_id` is without brackets, `when` in Unix seconds. After Unreachable the copy may or may not
    exist: call again on a new connection, the search decides. The mailbox is left with `folder` open.
    """
    if is_there(mailbox, folder=folder, message_id=message_id):
        return False
    refused = ""
    with mailbox.line.wire.talking("copying to the Sent folder"):
        try:
            mailbox.line.client.append(
                folder, raw, flags=(b"\\Seen",), msg_time=datetime.fromtimestamp(when, UTC)
            )
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error as error:
            refused = quoted(error)
    if refused:
        raise FolderGone(
            f"The copy was not put into {quoted(folder)} ({refused}). The letter itself was sent; "
            "check the name of the Sent folder."
        )
    return True


def is_there(mailbox: Mailbox, *, folder: str, message_id: str) -> bool:
    """Whether `folder` holds a letter with this Message-ID: the proof that a letter left."""
    wanted = guard.string(message_id.strip("<>"), what="Message-ID")
    mailbox.open(folder)
    return bool(mailbox.search(b"HEADER Message-ID " + wanted))
