"""What has not left or could not be read: the outbox and the shelf as lists, and the ways on.

Reads, and commits what a person chose. No Textual.
"""

from __future__ import annotations

from dataclasses import dataclass

from deskterm.desk import Desk, Done
from deskterm.drafting import write_head
from store import drafts, outbox, shelf
from store.errors import Refused
from store.log.entry import Change
from store.model import Kind
from store.reads import conversation

FAILED = (outbox.REFUSED, outbox.UNSURE)
_WORDS = {
    outbox.QUEUED: "leaves in a moment",
    outbox.HELD: "held",
    outbox.SENDING: "leaving now",
    outbox.LATER: "tried again later",
    outbox.REFUSED: "NOT SENT",
    outbox.UNSURE: "may have arrived",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One thing in a list: what it is about and how it stands."""

    ticket: str
    """Empty for a letter on the shelf."""
    words: str
    row: str = ""
    """Id of the outbox row, where it can be done again."""


def waiting(desk: Desk) -> list[Row]:
    """Every reply that has not left, the next one first."""
    rows = sorted(outbox.unsent(desk.conn), key=lambda row: row.not_before)
    return [Row(row.ticket, _said(row), row.id) for row in rows]


def errors(desk: Desk) -> list[Row]:
    """What went wrong: replies refused or unsure, letters that could not be read."""
    rows = [Row(row.ticket, _said(row), row.id) for row in outbox.unsent(desk.conn) if row.state in FAILED]
    return rows + [
        Row("", f"could not be read, {one.source}: {one.reason}") for one in shelf.lying(desk.conn)
    ]


def many(desk: Desk) -> int:
    """How many replies have not left."""
    return len(outbox.unsent(desk.conn))


def said(desk: Desk, row: str) -> tuple[str, str]:
    """The state of a reply in words and what the server said."""
    found = _row(desk, row)
    return _WORDS.get(found.state, found.state), found.error


def again(desk: Desk, row: str) -> Done:
    """Try to send once more. Raises Refused when it is not one that failed."""
    found = _failed(desk, row)
    changes = outbox.moved(found, outbox.QUEUED, not_before=desk.now + desk.settings.undo_seconds)
    return desk.commit(lambda tx: ("again", changes, ()), words="The reply is tried once more")


def rewrite(desk: Desk, row: str) -> Done:
    """Call a reply that failed back into a draft, words and attachments kept. Raises Refused."""
    found = _failed(desk, row)
    message = conversation.message(desk.conn, found.message)
    head = write_head(message.to, message.cc, files=message.files, quoting=False)
    draft = drafts.Draft(
        ticket=found.ticket, agent=desk.agent, kind=Kind.OUT.value, text=desk.text(message), head=head,
        saved=desk.now, base=desk.store.last_lseq(),
    )  # fmt: skip
    changes = [*outbox.moved(found, outbox.CALLED_BACK), Change(found.message, "_deleted", 1)]
    return desk.commit(lambda tx: ("rewrite", changes, (draft,)), words="The reply is a draft again")


def _row(desk: Desk, row: str) -> outbox.Waiting:
    found = next((one for one in outbox.unsent(desk.conn) if one.id == row), None)
    if found is None:
        raise Refused("This reply has left by now.")
    return found


def _failed(desk: Desk, row: str) -> outbox.Waiting:
    found = _row(desk, row)
    if found.state not in FAILED:
        raise Refused(f"This reply did not fail: {_WORDS.get(found.state, found.state)}.")
    return found


def _said(row: outbox.Waiting) -> str:
    words = _WORDS.get(row.state, row.state)
    return f"{words}: {row.error}" if row.error else words
