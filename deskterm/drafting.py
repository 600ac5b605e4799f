"""Drafts as the composer keeps them: begun, kept, thrown away, listed.

Between the composer and the store; knows no widget. A draft is local to this machine and no act.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from deskterm.begun import Begun, as_draft, of_draft
from store import drafts
from store.blobs import Blob
from store.model import Kind

if TYPE_CHECKING:
    from deskterm.desk import Desk


def begun(desk: Desk, ticket: str) -> Begun | None:
    """The draft of this ticket, or None."""
    draft = drafts.of(desk.conn, ticket, desk.agent)
    return of_draft(draft) if draft is not None else None


def keep(desk: Desk, begun: Begun, blobs: Sequence[Blob] = ()) -> None:
    """Write a draft; one without words and files is none. Raises StoreError."""
    if not begun.text.strip() and not begun.files:
        discard(desk, begun.ticket)
        return
    draft = as_draft(begun, agent=desk.agent, now=desk.now)
    with desk.store.write() as tx:
        for one in (*blobs, draft):
            one.write(tx.conn)


def discard(desk: Desk, ticket: str) -> None:
    """Forget the draft of a ticket. Raises StoreError."""
    desk.keep(drafts.Gone(ticket, desk.agent))


def waiting(desk: Desk) -> list[tuple[str, str, str]]:
    """Every draft of this agent, newest first: ticket, `reply` or `note`, its words."""
    return [
        (draft.ticket, "note" if draft.kind == Kind.NOTE else "reply", draft.text)
        for draft in drafts.of_agent(desk.conn, desk.agent)
    ]
