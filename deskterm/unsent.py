"""What has not left or could not be read: the outbox and the shelf as lists, and the ways on.

Reads, and commits what a person chose. No Textual.
"""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from deskterm.begun import as_draft, called_back
from deskterm.desk import Desk, Done
from deskterm.replies import address_of
from store import outbox, shelf
from store.errors import Refused
from store.log.entry import Change
from store.model import Ticket
from store.reads import conversation

FAILED, UNSURE, ASKS = outbox.FAILED, outbox.UNSURE, outbox.ASKS
_WORDS = {
    outbox.QUEUED: "leaves in a moment",
    outbox.HELD: "held",
    outbox.ASKS: "held, because the ticket moved",
    outbox.SENDING: "leaving now",
    outbox.LATER: "tried again later",
    outbox.REFUSED: "NOT SENT",
    outbox.UNSURE: "may have arrived",
}


class Row(Struct, frozen=True):
    """One thing in a list: what it is about and how it stands."""

    ticket: str
    """Empty for a letter on the shelf."""
    words: str
    row: str = ""
    """Id of the outbox row, where it can be done again."""
    failed: bool = False
    """A person has to decide about it."""
    leaves: int | None = None
    """The moment it leaves, where that is known."""
    lying: int = 0
    """Number of the letter on the shelf."""


def waiting(desk: Desk) -> list[Row]:
    """Every reply that has not left, the next one first."""
    return [_listed(row) for row in sorted(outbox.unsent(desk.conn), key=lambda row: row.not_before)]


def errors(desk: Desk) -> list[Row]:
    """What went wrong: replies refused or unsure, letters that could not be read."""
    rows = [_listed(row) for row in outbox.unsent(desk.conn) if row.state in FAILED]
    return rows + [
        Row("", f"could not be read, {one.source}: {one.reason}", lying=one.id)
        for one in shelf.lying(desk.conn)
    ]


def _listed(row: outbox.Waiting) -> Row:
    leaves = row.not_before if row.state in (outbox.QUEUED, outbox.LATER) else None
    return Row(row.ticket, _said(row), row.id, row.state in FAILED, leaves)


def letter(desk: Desk, row: str) -> tuple[str, str]:
    """Whom a reply in the outbox is for, and its text."""
    found = _row(desk, row)
    message = conversation.message(desk.conn, found.message)
    return ", ".join(found.rest or message.people), desk.text(message)


def made_by(desk: Desk, row: str) -> int:
    """The entry that put a reply into the outbox: undoing it calls the reply back."""
    found = desk.conn.execute("SELECT min(id) FROM change WHERE eid = ? AND field = ''", (row,)).fetchone()
    return int(found[0])


def many(desk: Desk) -> int:
    """How many replies have not left."""
    return len(outbox.unsent(desk.conn))


def said(desk: Desk, row: str) -> tuple[str, str]:
    """The state of a reply in words and what the server said."""
    found = _row(desk, row)
    return _WORDS.get(found.state, found.state), found.error


def one(desk: Desk, ticket: Ticket) -> outbox.Waiting:
    """The reply of a ticket that waits for a person, the oldest of several. Raises Refused."""
    rows = [row for row in outbox.unsent(desk.conn) if row.ticket == ticket.id]
    found = next((row for row in rows if row.state in FAILED), None)
    if found is None:
        state = f": {_WORDS.get(rows[0].state, rows[0].state)}" if rows else ""
        raise Refused(f"No reply of #{ticket.number} waits for a decision{state}.")
    return found


def state(desk: Desk, row: str) -> str:
    """The state of a reply that has not certainly left. Raises Refused when it has by now."""
    return _row(desk, row).state


def again(desk: Desk, row: str) -> Done:
    """Send it now: what failed once more, what was overtaken as it is. Raises Refused for any other.

    Only those of its recipients get it who did not get it before.
    """
    found = _failed(desk, row)
    changes = outbox.moved(found, outbox.QUEUED, not_before=desk.now + desk.settings.undo_seconds)
    # Whoever says so has seen what came meanwhile.
    changes += [Change(found.id, "base", desk.store.last_lseq()), Change(found.id, "attempts", 0)]
    words = "The reply leaves as it is" if found.state == outbox.ASKS else "The reply is tried once more"
    return desk.commit(lambda tx: ("again", changes, ()), words=words)


def arrived(desk: Desk, row: str) -> Done:
    """Take a reply that may have arrived for sent: a person has seen that it did. Raises Refused."""
    found = _row(desk, row)
    if found.state != outbox.UNSURE:
        raise Refused(f"Nobody doubts this reply: {_WORDS.get(found.state, found.state)}.")
    changes = outbox.moved(found, outbox.SENT, error=f"seen to have arrived by {desk.agent}")
    return desk.commit(lambda tx: ("arrived", changes, ()), words="The reply counts as sent")


def drop(desk: Desk, row: str) -> Done:
    """Give a reply up: nobody gets it who has not got it. Raises Refused for one that may have arrived."""
    found = _failed(desk, row)
    if found.state == outbox.UNSURE:
        raise Refused("It may have arrived, so it cannot be taken back; say that it did, or send it again.")
    return desk.commit(lambda tx: ("drop", _unsent(found), ()), words="The reply is given up")


def rewrite(desk: Desk, row: str) -> Done:
    """Call a reply that failed back into a draft, words and attachments kept. Raises Refused."""
    found = _failed(desk, row)
    message = conversation.message(desk.conn, found.message)
    begun = called_back(message, desk.text(message), base=desk.store.last_lseq())
    if found.rest:
        rest = {address.lower() for address in found.rest}
        left = tuple(person for person in message.people if address_of(person) in rest)
        begun = replace(begun, to=left or found.rest, cc=(), bcc=())
    draft = as_draft(replace(begun, html=found.html or None), agent=desk.agent, now=desk.now)
    words = "The reply is a draft again"
    return desk.commit(lambda tx: ("rewrite", _unsent(found), (draft,)), words=words)


def _unsent(found: outbox.Waiting) -> list[Change]:
    """The row is over, and the message too unless others have it."""
    gone = [] if found.rest else [Change(found.message, "_deleted", 1)]
    return [*outbox.moved(found, outbox.CALLED_BACK), *gone]


def _row(desk: Desk, row: str) -> outbox.Waiting:
    found = next((one for one in outbox.unsent(desk.conn) if one.id == row), None)
    if found is None:
        raise Refused("This reply has left by now, or was called back.")
    return found


def _failed(desk: Desk, row: str) -> outbox.Waiting:
    found = _row(desk, row)
    if found.state not in FAILED:
        raise Refused(f"This reply waits for no decision: {_WORDS.get(found.state, found.state)}.")
    return found


def _said(row: outbox.Waiting) -> str:
    words = _WORDS.get(row.state, row.state)
    return f"{words}: {row.error}" if row.error else words
