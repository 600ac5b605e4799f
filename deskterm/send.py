"""Letters out of the desk: what is due leaves once, in order, and what became of it is written down.

The row is committed as `sending` before the final dot, so that a program that dies there knows on its
next start that it does not know.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from channels.errors import ChannelError, Unreachable
from channels.letter import Outgoing
from deskterm import auto_letters, copies, live
from deskterm.config import Box
from deskterm.desk import Desk
from deskterm.letters import letter_of
from deskterm.mailboxes import smtp_account
from deskterm.receive import Counts
from deskterm.signing import Keys
from deskterm.ways import SEND, Secrets, Ways
from deskterm.writing import LOCAL
from store import outbox
from store.errors import NotFound, Refused, StoreDamaged
from store.log import project
from store.log.entry import Change, put
from store.log.tx import Tx

if TYPE_CHECKING:
    from channels.passwords import Secret
    from channels.smtp import Recipient, Result

_SENDER = "sender"
_REST = "rest"
"""Field of an outbox row: the addresses it is for, where the others of the letter are served already."""
_UNTIL_MENDED = 6 * 3600
"""Seconds that replies wait after a refused login; repeating it locks accounts."""


@dataclass(frozen=True, slots=True)
class _Tried:
    """What became of one row."""

    counts: Counts = Counts()  # noqa: RUF009 - frozen
    away: bool = False
    """Nothing got through to the server, which says nothing about this letter."""
    refused_login: bool = False
    until: int = 0
    """When it is tried again, for a letter the server put off."""


def round_(desk: Desk, *, secrets: Secrets | None = None, ways: Ways | None = None) -> Counts:
    """Send what may leave now and put owed copies into Sent. Network trouble is an outcome, never raised.

    Letters of one mailbox leave in the order they were written. While its server is away the first of
    them is the probe and the others wait untouched.
    """
    ways = ways if ways is not None else Ways()
    secrets = secrets or Keys(desk.home, desk.settings)
    auto_letters.drop(desk)
    counts = _recover(desk)
    for name, rows in _waiting(desk, ways).items():
        counts += _mailbox(desk, name, rows, secrets=secrets, ways=ways)
    return counts + Counts(errors=copies.keep(desk, secrets=secrets, ways=ways))


def next_at(desk: Desk, ways: Ways) -> float | None:
    """When there is something to send next, Unix seconds; a mailbox that is away waits for its turn."""
    if ways.asked:
        return desk.now
    moments = [max(row.not_before, ways.down_until(SEND, row.mailbox)) for row in _open(desk)]
    return min(moments, default=None)


def _recover(desk: Desk) -> Counts:
    """Rows found as `sending` at the start of a round were cut off at the dot: nobody knows."""
    cut = outbox.interrupted(desk.conn)
    for row in cut:
        words = "the program ended while the letter was leaving"
        _commit(desk, row, outbox.moved(row, outbox.UNSURE, error=words))
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
        if ways.down_until(SEND, row.mailbox) <= now:
            found.setdefault(row.mailbox, []).append(row)
    return {
        name: [row for row in rows if row.not_before <= now or _was_away(row) or _put_off(row, asked(name))]
        for name, rows in found.items()
        if any(row.not_before <= now or _put_off(row, asked(name)) for row in rows)
    }


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
    held_back = {row.ticket: row for row in _open(desk) if row.attempts and row.id not in going}
    for n, row in enumerate(rows):
        first = held_back.get(row.ticket)
        if first is not None and first.id < row.id:
            words = "waits for the reply before it on this ticket"
            _commit(desk, row, outbox.moved(row, outbox.QUEUED, error=words, not_before=first.not_before))
            continue
        tried = _one(desk, row, secrets)
        counts += tried.counts
        if tried.away:
            ways.failed(SEND, name, now=desk.now, refused=tried.refused_login)
            if tried.refused_login:
                _rest_until_mended(desk, rows[n + 1 :])
            return counts
        ways.stands(SEND, name)
        if tried.until:
            held_back[row.ticket] = replace(row, not_before=tried.until)
    return counts


def _one(desk: Desk, row: outbox.Waiting, secrets: Secrets) -> _Tried:
    """Send one letter, if it may leave, and settle what became of it."""
    try:
        letter = letter_of(desk, row)
        people = [one.addr for one in (*letter.to, *letter.cc)]
        if not live.may_leave(desk, people):
            _commit(desk, row, outbox.moved(row, outbox.HELD, error=live.why_held(desk, people)))
            return _Tried()
        box = desk.settings.mailbox.get(row.mailbox)
        if box is None and row.mailbox not in ("", LOCAL):
            raise Refused(
                f"config.toml has no mailbox called {row.mailbox!r} any more, so the reply was not sent."
                " Put it back, or answer again from another one."
            )
        if box is None or not box.smtp:
            return _to_maildir(desk, row, letter, box)
        return _by_smtp(desk, row, letter, box, secrets)
    except _Taken:
        return _Tried()
    except (ChannelError, Refused, NotFound, StoreDamaged) as error:
        # The letter itself cannot be made or addressed: trying again is no use.
        return _refuse(desk, row, str(error))


def _by_smtp(desk: Desk, row: outbox.Waiting, letter: Outgoing, box: Box, secrets: Secrets) -> _Tried:
    from channels import smtp

    account = smtp_account(box)
    try:
        key = secrets(box) if account.security != "plain" else _try_secret(box, secrets)
    except ChannelError as error:
        # A provider of sign-ins that is away is no refusal.
        return _away(desk, row, str(error), refused_login=not isinstance(error, Unreachable))
    if key is None:
        account = replace(account, user="")
    only = str(project.winner(desk.conn, row.id, _REST) or "").split() or None
    result = smtp.send(account, key, letter, about_to_dot=lambda: _commit_dot(desk, row), only=only)
    return _settle(desk, row, result)


def _try_secret(box: Box, secrets: Secrets) -> Secret | None:
    """A server on this machine may want no login at all."""
    try:
        return secrets(box)
    except ChannelError:
        return None


class _Taken(Exception):
    """The row was called back, held or taken by another process before it reached the dot."""


def _commit_dot(desk: Desk, row: outbox.Waiting) -> None:
    """Claim the row: only one process may carry a letter over the dot."""
    with desk.store.write() as tx:
        if _state(tx, row) not in (outbox.QUEUED, outbox.LATER):
            raise _Taken
        tx.commit(outbox.about_to_send(row), actor=_SENDER, kind="sending")


def _settle(desk: Desk, row: outbox.Waiting, result: Result) -> _Tried:
    from channels.smtp import Outcome, Phase

    if result.outcome is Outcome.SENT:
        return _sent(desk, row, result.recipients)
    if result.outcome is Outcome.UNSURE:
        _commit(desk, row, outbox.moved(row, outbox.UNSURE, error=result.words))
        return _Tried(Counts(unsure=1))
    if result.outcome is Outcome.REFUSED:
        return _refuse(desk, row, result.words)
    if result.phase in (Phase.CONNECT, Phase.TLS, Phase.AUTH):
        login = result.phase is Phase.AUTH and result.needs_person
        return _away(desk, row, result.words, refused_login=login)
    attempts = row.attempts + 1
    until = desk.now + outbox.wait_after(attempts)
    changes = outbox.moved(row, outbox.LATER, error=result.words, not_before=until)
    _commit(desk, row, [*changes, Change(row.id, "attempts", attempts)])
    return _Tried(Counts(later=1), until=until)


def _sent(desk: Desk, row: outbox.Waiting, people: Sequence[Recipient]) -> _Tried:
    """It left; whom the server did not take for good is named, whom it put off gets a row of their own."""
    from channels.smtp import Outcome

    refused = [one.addr for one in people if one.outcome is Outcome.REFUSED]
    later = [one for one in people if one.outcome is Outcome.LATER]
    said = f"not accepted for {', '.join(refused)}" if refused else ""
    with desk.store.write() as tx:
        changes = outbox.moved(row, outbox.SENT, error=said)
        if later:
            changes.append(put(tx.new_id("x"), _for_the_rest(desk, row, later)))
        tx.commit(changes, actor=_SENDER, kind="sending")
    return _Tried(Counts(sent=1, later=len(later)))


def _for_the_rest(desk: Desk, row: outbox.Waiting, later: Sequence[Recipient]) -> dict[str, str | int | None]:
    return {
        "ticket": row.ticket, "message": row.message, "msgid": row.msgid, "mailbox": row.mailbox,
        "state": outbox.LATER, "not_before": desk.now + outbox.wait_after(1), "attempts": 1, "copied": 1,
        "error": f"{later[0].addr}: {later[0].words}", _REST: " ".join(one.addr for one in later),
    }  # fmt: skip


def _away(desk: Desk, row: outbox.Waiting, words: str, *, refused_login: bool = False) -> _Tried:
    wait = _UNTIL_MENDED if refused_login else outbox.wait_after(1)
    _commit(desk, row, outbox.moved(row, outbox.LATER, error=words, not_before=desk.now + wait))
    return _Tried(Counts(later=1), away=True, refused_login=refused_login)


def _rest_until_mended(desk: Desk, rows: Sequence[outbox.Waiting]) -> None:
    """The other letters wait too: each would be a login attempt of its own."""
    until = desk.now + _UNTIL_MENDED
    words = "waits until its server takes the login again"
    for row in rows:
        _commit(desk, row, outbox.moved(row, outbox.LATER, error=words, not_before=until))


def _refuse(desk: Desk, row: outbox.Waiting, words: str) -> _Tried:
    """A refused reply brings its ticket back to work."""
    back = [Change(row.ticket, "status", "open"), Change(row.ticket, "unread", 1)]
    _commit(desk, row, [*outbox.moved(row, outbox.REFUSED, error=words), *back])
    return _Tried(Counts(refused=1))


def _to_maildir(desk: Desk, row: outbox.Waiting, letter: Outgoing, box: Box | None) -> _Tried:
    """Without SMTP the letter is delivered into a Maildir, where a mail program can send it."""
    from channels import maildir
    from channels.mime.compose import compose

    root = Path(box.out).expanduser() if box and box.out else desk.home / "out"
    raw = compose(letter)
    _commit_dot(desk, row)
    try:
        maildir.deliver(root, raw)
    except (ChannelError, OSError) as error:
        return _away(desk, row, str(error))
    _commit(desk, row, [*outbox.moved(row, outbox.SENT), Change(row.id, "copied", 1)])
    return _Tried(Counts(sent=1))


def _commit(desk: Desk, row: outbox.Waiting, changes: list[Change]) -> bool:
    """Write what became of a row, unless somebody called it back or held it while the server was asked."""
    with desk.store.write() as tx:
        state = _state(tx, row)
        if state not in (outbox.QUEUED, outbox.LATER, outbox.SENDING):
            return False
        tx.commit(changes, actor=_SENDER, kind="sending")
    return True


def _state(tx: Tx, row: outbox.Waiting) -> str:
    return str(tx.conn.execute("SELECT state FROM outbox WHERE id = ?", (row.id,)).fetchone()[0])
