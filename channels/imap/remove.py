"""Taking one letter of our own away again, by its UID and never more than that."""

from __future__ import annotations

from channels.imap.receive import Mailbox


def remove(mailbox: Mailbox, uid: int, *, folder: str) -> bool:
    """Delete one letter for good; whether that was possible. Raises ChannelError when the line is lost.

    Without UIDPLUS (RFC 4315) nothing is touched: a plain EXPUNGE takes everything that was marked, also
    what a person marked.
    """
    if not mailbox.can("UIDPLUS"):
        return False
    mailbox.open(folder, readonly=False)
    wire = mailbox.line.wire
    with wire.talking("taking our own letter away"):
        for command in (b"UID STORE %d +FLAGS.SILENT (\\Deleted)" % uid, b"UID EXPUNGE %d" % uid):
            for _ in wire.ask(command):
                continue
            if wire.verdict.kind != "OK":
                return False
    return True
