"""Half-written replies and notes, kept on every pause. Local to this machine and not in the log:
a draft is not yet an act."""

from __future__ import annotations

import sqlite3

from msgspec import Struct


class Draft(Struct, frozen=True):
    """What was written so far, keyed by ticket and agent. Its `write` makes it a Beside."""

    ticket: str
    """Ticket id; `new` for a ticket that does not exist yet."""
    agent: str
    kind: str
    """`out` or `note`."""
    text: str
    head: str
    """Recipients, subject and attachments as JSON."""
    saved: int
    base: int
    """Arrival number of the newest entry when the draft was begun: shows if the ticket moved since."""

    def write(self, conn: sqlite3.Connection) -> None:
        conn.execute(
            "INSERT OR REPLACE INTO draft(ticket, agent, kind, text, head, saved, base)"
            " VALUES(?, ?, ?, ?, ?, ?, ?)",
            (self.ticket, self.agent, self.kind, self.text, self.head, self.saved, self.base),
        )


class Gone(Struct, frozen=True):
    """Beside a commit: the draft was sent or discarded."""

    ticket: str
    agent: str

    def write(self, conn: sqlite3.Connection) -> None:
        conn.execute("DELETE FROM draft WHERE ticket = ? AND agent = ?", (self.ticket, self.agent))


def of(conn: sqlite3.Connection, ticket: str, agent: str) -> Draft | None:
    row = conn.execute(f"{_SELECT} WHERE ticket = ? AND agent = ?", (ticket, agent)).fetchone()
    return Draft(*row) if row else None


def of_agent(conn: sqlite3.Connection, agent: str) -> list[Draft]:
    """All drafts of an agent, newest first."""
    return [Draft(*row) for row in conn.execute(f"{_SELECT} WHERE agent = ? ORDER BY saved DESC", (agent,))]


_SELECT = "SELECT ticket, agent, kind, text, head, saved, base FROM draft"
