"""Putting a copy of a sent letter into the Sent folder, once. A step of its own after sending:
its failure never means that the letter has to be sent again.
"""

from __future__ import annotations

import imaplib
from datetime import UTC, datetime

from channels.errors import FolderGone
from channels.imap.places import find
from channels.imap.receive import Mailbox
from channels.words import quoted


def copy_to_sent(mailbox: Mailbox, raw: bytes, *, folder: str, message_id: str, when: int) -> bool:
    """Keep a copy in `folder` unless one with this Message-ID is there. True when it was added now.

    `message_id` is without brackets, `when` in Unix seconds. After Unreachable the copy may or may not
    exist: call again on a new connection, the search decides. The mailbox is left with `folder` open.
    """
    if find(mailbox, message_id, folder=folder):
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
