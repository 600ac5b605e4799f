"""Letters out of the desk: what is due leaves once, in order, and what became of it is written down.

The row is committed as `sending` before the final dot, so that a program that dies there knows on its
next start that it does not know.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from channels.errors import ChannelError, Unreachable
from channels.letter import Outgoing
from deskterm import auto_letters, copies, live, moved, proof, settling
from deskterm.config import Box
from deskterm.desk import Desk
from deskterm.letters import letter_of
from deskterm.mailboxes import smtp_account
from deskterm.receive import Counts
from deskterm.settling import UNTIL_MENDED, Taken, Tried
from deskterm.signing import Keys
from deskterm.ways import SEND, Secrets, Ways
from deskterm.writing import LOCAL
from store import learned, outbox
from store.errors import NotFound, Refused, StoreDamaged
from store.log.entry import Change

if TYPE_CHECKING:
    from channels.passwords import Secret
    from channels.smtp import Result


def round_(desk: Desk, *, secrets: Secrets | None = None, ways: Ways | None = None) -> Counts:
    """Send what may leave now and put owed copies into Sent. Network trouble is an outcome, never raised.

    Letters of one mailbox leave in the order they were written. While its server is away the first of
    them is the probe and the others wait untouched.
    """
    ways = ways if ways is not None else Ways()
    secrets = secrets or Keys(desk.home, desk.settings)
    auto_letters.drop(desk)
    counts = _recover(desk) + Counts(asked=moved.ask(desk, _open(desk)))
    for name, rows in _waiting(desk, ways).items():
        counts += _mailbox(desk, name, rows, secrets=secrets, ways=ways)
    proof.look(desk, secrets=secrets, ways=ways)
    return counts + Counts(errors=copies.keep(desk, secrets=secrets, ways=ways))


def next_at(desk: Desk, ways: Ways) -> float | None:
    """When there is something to send next, Unix seconds; a mailbox that is away waits for its turn."""
    if ways.asked:
        return desk.now
    return min((_leaves_at(row, ways, desk.now) for row in _open(desk)), default=None)


def _leaves_at(row: outbox.Waiting, ways: Ways, now: int) -> float:
    """When a reply is tried at the earliest: its own moment, its server's, and its mailbox's news."""
    deaf = ways.deaf_until(row.mailbox) if _old(row, now) else 0.0
    return max(row.not_before, ways.down_until(SEND, row.mailbox), deaf)


OLD = 600
"""Seconds a reply may have waited before news of its mailbox are read first: they may overtake it."""


def _recover(desk: Desk) -> Counts:
    """Rows found as `sending` at the start of a round were cut off at the dot: nobody knows."""
    cut = outbox.interrupted(desk.conn)
    for row in cut:
        words = "the program ended while the letter was leaving"
        settling.commit(desk, row, outbox.moved(row, outbox.UNSURE, error=words))
    return Counts(unsure=len(cut))


def _open(desk: Desk) -> list[outbox.Waiting]:
    """Rows that leave by themselves, as they were written."""
    rows = [row for row in outbox.unsent(desk.conn) if row.state in (outbox.QUEUED, outbox.LATER)]
    return sorted(rows, key=lambda row: row.id)


def _waiting(desk: Desk, ways: Ways) -> dict[str, list[outbox.Waiting]]:
    """What is to be sent now, by mailbox.

    Where anything of a mailbox is due, what waits only because its server was away goes along, so that
    nothing overtakes it.
    """
    now, asked = desk.now, ways.take_asked()
    found: dict[str, list[outbox.Waiting]] = {}
    for row in _open(desk):
        deaf = _old(row, now) and ways.deaf(row.mailbox, now)
        if ways.down_until(SEND, row.mailbox) <= now and not deaf:
            found.setdefault(row.mailbox, []).append(row)
    return {
        name: [row for row in rows if row.not_before <= now or _was_away(row) or _put_off(row, asked(name))]
        for name, rows in found.items()
        if any(row.not_before <= now or _put_off(row, asked(name)) for row in rows)
    }


def _old(row: outbox.Waiting, now: int) -> bool:
    """It has waited so long that news may have overtaken it."""
    return row.not_before < now - OLD


def _was_away(row: outbox.Waiting) -> bool:
    """It waits for its server, not because the server put this letter off."""
    return row.state == outbox.LATER and not row.attempts


def _put_off(row: outbox.Waiting, asked: bool) -> bool:
    return asked and row.state == outbox.LATER


def _mailbox(
    desk: Desk, name: str, rows: Sequence[outbox.Waiting], *, secrets: Secrets, ways: Ways
) -> Counts:
    """Send the letters of one mailbox. One that was put off holds back the later ones of its ticket."""
    counts = Counts()
    going = {row.id for row in rows}
    held_back = {row.ticket: row for row in _open(desk) if _holds_back(row) and row.id not in going}
    for n, row in enumerate(rows):
        first = held_back.get(row.ticket)
        if first is not None and first.id < row.id:
            words = "waits for the reply before it on this ticket"
            changes = outbox.moved(row, outbox.QUEUED, error=words, not_before=first.not_before)
            settling.commit(desk, row, changes)
            continue
        tried = _one(desk, row, secrets)
        counts += tried.counts
        if tried.away:
            ways.failed(SEND, name, now=desk.now, refused=tried.refused_login)
            if tried.refused_login:
                _rest_until_mended(desk, rows[n + 1 :])
            return counts
        ways.stands(SEND, name)
        if tried.until and not row.rest:
            held_back[row.ticket] = replace(row, not_before=tried.until)
    return counts


def _holds_back(row: outbox.Waiting) -> bool:
    """It was put off, and not only for some copies: what follows it would come out of order."""
    return bool(row.attempts) and not row.rest


def _one(desk: Desk, row: outbox.Waiting, secrets: Secrets) -> Tried:
    """Send one letter, if it may leave, and settle what became of it."""
    try:
        row = _dated(desk, row)
        letter = letter_of(desk, row)
        people = live.people(desk, row)
        if not live.may_leave(desk, people):
            settling.commit(desk, row, outbox.moved(row, outbox.HELD, error=live.why_held(desk, people)))
            return Tried()
        box = desk.settings.mailbox.get(row.mailbox)
        if box is None and row.mailbox not in ("", LOCAL):
            raise Refused(
                f"config.toml has no mailbox called {row.mailbox!r} any more, so the reply was not sent."
                " Put it back, or answer again from another one."
            )
        if box is None or not box.smtp:
            return _to_maildir(desk, row, letter, box)
        return _by_smtp(desk, row, letter, box, secrets)
    except Taken:
        return Tried()
    except (ChannelError, Refused, NotFound, StoreDamaged) as error:
        # The letter itself cannot be made or addressed: trying again is no use.
        return settling.refuse(desk, row, str(error))


def _dated(desk: Desk, row: outbox.Waiting) -> outbox.Waiting:
    """A letter that was written to leave at some moment bears the date of that moment."""
    if row.at is None:
        return row
    settling.commit(desk, row, [Change(row.id, "at", None), Change(row.message, "date", desk.now)])
    return replace(row, at=None)


def _by_smtp(desk: Desk, row: outbox.Waiting, letter: Outgoing, box: Box, secrets: Secrets) -> Tried:
    account = smtp_account(box)
    try:
        key = secrets(box) if account.security != "plain" else _try_secret(box, secrets)
    except ChannelError as error:
        # A provider of sign-ins that is away is no refusal.
        return settling.away(desk, row, str(error), refused_login=not isinstance(error, Unreachable))
    result = _carried(desk, row, letter, box, key)
    if not result.sender_refused or letter.sender.addr.lower() == box.address.lower():
        return settling.settle(desk, row, result)
    name = f"{letter.sender.name} <{box.address}>" if letter.sender.name else box.address
    said = settling.from_another(desk, row, refused=letter.sender.addr, sender=name, words=result.words)
    row = outbox.row(desk.conn, row.id) or row
    tried = settling.settle(desk, row, _carried(desk, row, letter_of(desk, row), box, key))
    return replace(tried, counts=tried.counts + Counts(errors=(said,)))


def _carried(desk: Desk, row: outbox.Waiting, letter: Outgoing, box: Box, key: Secret | None) -> Result:
    """One try, and what the server told of itself on the way."""
    from channels import smtp

    account = smtp_account(box)
    result = smtp.send(
        account if key is not None else replace(account, user=""), key, letter,
        about_to_dot=lambda: settling.claim(desk, row), only=row.rest or None,
    )  # fmt: skip
    limit = result.size_limit
    if limit is not None and limit != learned.size(desk.conn, row.mailbox):
        desk.keep(learned.Learned(row.mailbox, learned.SIZE, str(limit), desk.now))
    return result


def _try_secret(box: Box, secrets: Secrets) -> Secret | None:
    """A server on this machine may want no login at all."""
    try:
        return secrets(box)
    except ChannelError:
        return None


def _rest_until_mended(desk: Desk, rows: Sequence[outbox.Waiting]) -> None:
    """The other letters wait too: each would be a login attempt of its own."""
    until = desk.now + UNTIL_MENDED
    words = "waits until its server takes the login again"
    for row in rows:
        settling.commit(desk, row, outbox.moved(row, outbox.LATER, error=words, not_before=until))


def _to_maildir(desk: Desk, row: outbox.Waiting, letter: Outgoing, box: Box | None) -> Tried:
    """Without SMTP the letter is delivered into a Maildir, where a mail program can send it."""
    from channels import maildir
    from channels.mime.compose import compose

    if letter.bcc:
        raise Refused("Without an SMTP server a blind copy has no way out; leave it out or set one up.")
    root = Path(box.out).expanduser() if box and box.out else desk.home / "out"
    raw = compose(letter)
    settling.claim(desk, row)
    try:
        maildir.deliver(root, raw)
    except (ChannelError, OSError) as error:
        return settling.away(desk, row, str(error))
    settling.commit(desk, row, [*outbox.moved(row, outbox.SENT), Change(row.id, "copied", 1)])
    return Tried(Counts(sent=1))
