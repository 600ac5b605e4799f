"""Letters out of the desk: what is due leaves once, and what became of it is written down.

The row is committed as `sending` before the final dot, so that a program that dies there knows on its
next start that it does not know.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from channels.errors import ChannelError
from channels.letter import Attachment, Outgoing
from deskterm import dispatch
from deskterm.config import Box
from deskterm.desk import Desk
from deskterm.mailboxes import imap_account, secret, smtp_account
from deskterm.receive import Counts
from store import blobs, outbox
from store.errors import NotFound, Refused, StoreDamaged
from store.log.entry import Change
from store.model import Message
from store.reads import conversation

if TYPE_CHECKING:
    from channels.passwords import Secret
    from channels.smtp import Result

Secrets = Callable[[Box], "Secret"]

_SENDER = "sender"


def round_(desk: Desk, *, secrets: Secrets = secret) -> Counts:
    """Send what may leave now and put owed copies into Sent. Network trouble is an outcome, never raised."""
    counts = _recover(desk)
    for row in outbox.due(desk.conn, desk.now):
        counts += _one(desk, row, secrets)
    return counts + _copies(desk, secrets)


def _recover(desk: Desk) -> Counts:
    """Rows found as `sending` at the start of a round were cut off at the dot: nobody knows."""
    cut = outbox.interrupted(desk.conn)
    for row in cut:
        _commit(
            desk, outbox.moved(row, outbox.UNSURE, error="the program ended while the letter was leaving")
        )
    return Counts(unsure=len(cut))


def _one(desk: Desk, row: outbox.Waiting, secrets: Secrets) -> Counts:
    try:
        message = conversation.message(desk.conn, row.message)
        letter = dispatch.outgoing(message, _text(desk, row, message), _attachments(desk, message))
    except (Refused, NotFound, StoreDamaged) as error:
        _commit(desk, outbox.moved(row, outbox.REFUSED, error=str(error)))
        return Counts(refused=1)
    box = desk.settings.mailbox.get(row.mailbox)
    if box is None or not box.smtp:
        return _to_maildir(desk, row, letter, box)
    return _by_smtp(desk, row, letter, box, secrets)


def _by_smtp(desk: Desk, row: outbox.Waiting, letter: Outgoing, box: Box, secrets: Secrets) -> Counts:
    from channels import smtp

    account = smtp_account(box)
    try:
        key = secrets(box) if account.user and account.security != "plain" else _try_secret(box, secrets)
    except ChannelError as error:
        return _put_off(desk, row, str(error))
    result = smtp.send(account, key, letter, about_to_dot=lambda: _commit_dot(desk, row))
    return _settle(desk, row, result)


def _try_secret(box: Box, secrets: Secrets) -> Secret | None:
    """A server on this machine may want no login at all."""
    try:
        return secrets(box)
    except ChannelError:
        return None


def _commit_dot(desk: Desk, row: outbox.Waiting) -> None:
    """Claim the row: only one process may carry a letter over the dot. Raises Refused when it is taken."""
    with desk.store.write() as tx:
        state = tx.conn.execute("SELECT state FROM outbox WHERE id = ?", (row.id,)).fetchone()[0]
        if state not in (outbox.QUEUED, outbox.LATER):
            raise Refused(f"The reply is {state} meanwhile; it was not sent.")
        tx.commit(outbox.about_to_send(row), actor=_SENDER, kind="sending")


def _settle(desk: Desk, row: outbox.Waiting, result: Result) -> Counts:
    from channels.smtp import Outcome

    words = result.words
    refused = [one.addr for one in result.recipients if one.outcome is Outcome.REFUSED]
    if result.outcome is Outcome.SENT:
        said = f"not accepted for {', '.join(refused)}" if refused else ""
        _commit(desk, outbox.moved(row, outbox.SENT, error=said))
        return Counts(sent=1)
    if result.outcome is Outcome.LATER and not result.needs_person:
        return _put_off(desk, row, words)
    if result.outcome is Outcome.UNSURE:
        _commit(desk, outbox.moved(row, outbox.UNSURE, error=words))
        return Counts(unsure=1)
    if result.outcome is Outcome.LATER:
        return _put_off(desk, row, words)
    _commit(desk, [*outbox.moved(row, outbox.REFUSED, error=words), *_back_to_queue(desk, row)])
    return Counts(refused=1)


def _put_off(desk: Desk, row: outbox.Waiting, words: str) -> Counts:
    attempts = row.attempts + 1
    changes = outbox.moved(row, outbox.LATER, error=words, not_before=desk.now + outbox.wait_after(attempts))
    _commit(desk, [*changes, Change(row.id, "attempts", attempts)])
    return Counts(later=1)


def _back_to_queue(desk: Desk, row: outbox.Waiting) -> list[Change]:
    """A refused reply brings its ticket back to work."""
    return [Change(row.ticket, "status", "open"), Change(row.ticket, "unread", 1)]


def _to_maildir(desk: Desk, row: outbox.Waiting, letter: Outgoing, box: Box | None) -> Counts:
    """Without SMTP the letter is delivered into a Maildir, where a mail program can send it."""
    from channels import maildir
    from channels.mime.compose import compose

    root = Path(box.out).expanduser() if box and box.out else desk.home / "out"
    try:
        _commit_dot(desk, row)
        maildir.deliver(root, compose(letter))
    except Refused:
        return Counts()
    except (ChannelError, OSError) as error:
        return _put_off(desk, row, f"{root} took no letter: {error}")
    _commit(desk, [*outbox.moved(row, outbox.SENT), Change(row.id, "copied", 1)])
    return Counts(sent=1)


def _copies(desk: Desk, secrets: Secrets) -> Counts:
    """Put what was sent into the Sent folder: a step of its own that never sends again."""
    owed = outbox.uncopied(desk.conn)
    for row in owed:
        box = desk.settings.mailbox.get(row.mailbox)
        if box is None or not box.imap or box.sent == "-":
            _commit(desk, [Change(row.id, "copied", 1)])
    left = [
        row
        for row in owed
        if (box := desk.settings.mailbox.get(row.mailbox)) and box.imap and box.sent != "-"
    ]
    errors: list[str] = []
    for name in dict.fromkeys(row.mailbox for row in left):
        try:
            _copy_all(desk, desk.settings.mailbox[name], [r for r in left if r.mailbox == name], secrets)
        except ChannelError as error:
            errors.append(f"{name}: the copy in Sent is still owed ({error})")
    return Counts(errors=tuple(errors))


def _copy_all(desk: Desk, box: Box, rows: list[outbox.Waiting], secrets: Secrets) -> None:
    from channels.imap.append import copy_to_sent, sent_folder
    from channels.imap.receive import Mailbox
    from channels.mime.compose import compose

    with Mailbox(imap_account(box), secrets(box)) as mailbox:
        folder = box.sent or sent_folder(mailbox)
        for row in rows:
            message = conversation.message(desk.conn, row.message)
            letter = dispatch.outgoing(message, _text(desk, row, message), _attachments(desk, message))
            if folder:
                copy_to_sent(
                    mailbox, compose(letter), folder=folder, message_id=letter.message_id, when=letter.date
                )
            _commit(desk, [Change(row.id, "copied", 1)])


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


def _commit(desk: Desk, changes: list[Change]) -> None:
    with desk.store.write() as tx:
        tx.commit(changes, actor=_SENDER, kind="sending")
