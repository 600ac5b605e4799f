"""Copies of what was sent, put into the Sent folder: a step of its own that never sends again.

A copy that cannot be put there is owed and tried later; the letter itself has left.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from channels.errors import ChannelError, LoginRefused, NoSecret
from deskterm import live
from deskterm.config import Box
from deskterm.desk import Desk
from deskterm.mailboxes import imap_account
from deskterm.ways import COPY, Secrets, Ways
from store import outbox
from store.errors import NotFound, Refused, StoreDamaged
from store.log.entry import Change

if TYPE_CHECKING:
    from channels.imap.receive import Mailbox


def keep(desk: Desk, *, secrets: Secrets, ways: Ways) -> tuple[str, ...]:
    """Put owed copies into Sent; what went wrong, in words. In shadow mode they stay owed."""
    if live.in_shadow(desk):
        return ()
    owed: dict[str, list[outbox.Waiting]] = {}
    done: list[outbox.Waiting] = []
    for row in outbox.uncopied(desk.conn):
        (owed.setdefault(row.mailbox, []) if _wanted(desk, row) else done).append(row)
    _copied(desk, done)
    errors: list[str] = []
    for name, rows in owed.items():
        if ways.down_until(COPY, name) > desk.now:
            continue
        try:
            _copy(desk, desk.settings.mailbox[name], rows, secrets)
            ways.stands(COPY, name)
        except ChannelError as error:
            ways.failed(COPY, name, now=desk.now, refused=isinstance(error, LoginRefused | NoSecret))
            errors.append(f"{name}: the copy in Sent is still owed ({error})")
    return tuple(errors)


def _wanted(desk: Desk, row: outbox.Waiting) -> bool:
    box = desk.settings.mailbox.get(row.mailbox)
    return box is not None and bool(box.imap) and box.sent != "-"


def _copy(desk: Desk, box: Box, rows: list[outbox.Waiting], secrets: Secrets) -> None:
    from channels.imap.places import sent_folder
    from channels.imap.receive import Mailbox

    with Mailbox(imap_account(box), secrets(box)) as mailbox:
        folder = box.sent or sent_folder(mailbox)
        for row in rows:
            if folder:
                _append(desk, row, mailbox, folder)
            _copied(desk, [row])


def _append(desk: Desk, row: outbox.Waiting, mailbox: Mailbox, folder: str) -> None:
    from channels.imap.append import copy_to_sent
    from channels.mime.compose import compose
    from deskterm.letters import letter_of

    try:
        letter = letter_of(desk, row)
    except (NotFound, Refused, StoreDamaged):
        # Its bytes are gone since it left, so there is nothing to copy; `verify` names the damage.
        return
    raw = compose(letter)
    copy_to_sent(mailbox, raw, folder=folder, message_id=letter.message_id, when=letter.date)


def _copied(desk: Desk, rows: list[outbox.Waiting]) -> None:
    if rows:
        with desk.store.write() as tx:
            tx.commit([Change(row.id, "copied", 1) for row in rows], actor="sender", kind="sending")
