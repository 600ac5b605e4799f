"""Replies that may have arrived: proof is looked for, and what is proven is settled. Nothing is sent again.

A letter with our Message-ID in the Sent folder (or in the mailbox itself, where it gets copies) has left.
Its absence proves nothing: then a person says what became of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from channels.errors import ChannelError, FolderGone, LoginRefused, NoSecret
from deskterm.config import Box
from deskterm.desk import Desk
from deskterm.mailboxes import imap_account
from deskterm.ways import PROOF, Secrets, Ways
from store import outbox
from store.log.entry import Change

if TYPE_CHECKING:
    from channels.imap.receive import Mailbox

DAYS = 2 * 86_400
"""Seconds after which nobody looks any more: no server takes longer to file a letter."""

NOT_THERE = " It is not in the Sent folder so far."


def look(desk: Desk, *, secrets: Secrets, ways: Ways) -> int:
    """Look for proof of every unsure reply whose mailbox can be asked now; how many were found."""
    found = 0
    for name, rows in _asked(desk).items():
        if ways.down_until(PROOF, name) > desk.now:
            continue
        try:
            left = [row for row in rows if not _settled(desk, row, secrets, name)]
        except ChannelError as error:
            ways.failed(PROOF, name, now=desk.now, refused=isinstance(error, LoginRefused | NoSecret))
            continue
        found += len(rows) - len(left)
        if left:
            # Looking again at once would find the same.
            ways.failed(PROOF, name, now=desk.now)
    return found


def _asked(desk: Desk) -> dict[str, list[outbox.Waiting]]:
    """Young unsure replies by mailbox, where there is a server to ask."""
    found: dict[str, list[outbox.Waiting]] = {}
    for row in outbox.unsure(desk.conn):
        box = desk.settings.mailbox.get(row.mailbox)
        if box is not None and box.imap and row.not_before > desk.now - DAYS:
            found.setdefault(row.mailbox, []).append(row)
    return found


def _settled(desk: Desk, row: outbox.Waiting, secrets: Secrets, name: str) -> bool:
    from channels.imap.receive import Mailbox

    box = desk.settings.mailbox[name]
    with Mailbox(imap_account(box), secrets(box)) as mailbox:
        folder = _where(mailbox, box, row.msgid)
    if not folder:
        if NOT_THERE not in row.error:
            _commit(desk, row, outbox.moved(row, outbox.UNSURE, error=row.error + NOT_THERE))
        return False
    copied = [] if folder in box.folders else [Change(row.id, "copied", 1)]
    _commit(desk, row, [*outbox.moved(row, outbox.SENT, error=f"found in {folder}"), *copied])
    return True


def _where(mailbox: Mailbox, box: Box, msgid: str) -> str:
    """The folder that holds the letter, or nothing."""
    from channels.imap.places import find, sent_folder

    sent = sent_folder(mailbox) or "" if box.sent in ("", "-") else box.sent
    for folder in (sent, *(box.folders if box.copy_to_self else ())):
        try:
            if folder and find(mailbox, msgid, folder=folder):
                return folder
        except FolderGone:
            continue
    return ""


def _commit(desk: Desk, row: outbox.Waiting, changes: list[Change]) -> None:
    with desk.store.write() as tx:
        now = outbox.row(tx.conn, row.id)
        if now is not None and now.state == outbox.UNSURE:
            tx.commit(changes, actor="sender", kind="sending")
