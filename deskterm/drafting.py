"""Drafts as the composer keeps them: the words, whom they go to, what goes with them.

Between the composer and the store; knows no widget. A draft is local to this machine and no act.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from store import drafts
from store.blobs import Blob
from store.model import File, Kind
from store.reads import conversation

if TYPE_CHECKING:
    from deskterm.desk import Desk


@dataclass(frozen=True, slots=True)
class Begun:
    """A reply or note that is being written."""

    ticket: str
    note: bool
    text: str
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    files: tuple[File, ...] = ()
    quoting: bool | None = None
    """Whether the letter answered is put below; None as the setting says."""
    base: int = 0
    """Arrival number of the newest entry when it was begun."""


def write_head(
    to: Sequence[str], cc: Sequence[str], *, files: Sequence[File] = (), quoting: bool | None = None
) -> str:
    """Everything of a draft besides its words, as the store keeps it."""
    head: dict[str, object] = {"to": list(to), "cc": list(cc)}
    if files:
        head["files"] = conversation.write_files(tuple(files))
    if quoting is not None:
        head["quoting"] = quoting
    return json.dumps(head, ensure_ascii=False)


def begun(desk: Desk, ticket: str) -> Begun | None:
    """The draft of this ticket, or None."""
    draft = drafts.of(desk.conn, ticket, desk.agent)
    if draft is None:
        return None
    to, cc, _ = conversation.recipients(draft.head)
    head = _head(draft.head)
    quoting = head.get("quoting")
    return Begun(
        ticket, draft.kind == Kind.NOTE, draft.text, to, cc, conversation.files_of(head.get("files")),
        quoting if isinstance(quoting, bool) else None, draft.base,
    )  # fmt: skip


def keep(desk: Desk, begun: Begun, blobs: Sequence[Blob] = ()) -> None:
    """Write a draft; one without words and files is none. Raises StoreError."""
    if not begun.text.strip() and not begun.files:
        discard(desk, begun.ticket)
        return
    head = write_head(begun.to, begun.cc, files=begun.files, quoting=begun.quoting)
    kind = Kind.NOTE if begun.note else Kind.OUT
    draft = drafts.Draft(
        ticket=begun.ticket, agent=desk.agent, kind=kind.value, text=begun.text, head=head, saved=desk.now,
        base=begun.base,
    )  # fmt: skip
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


def _head(text: str) -> dict[str, object]:
    try:
        loaded: object = json.loads(text) if text else {}
    except (ValueError, RecursionError):
        return {}
    return cast("dict[str, object]", loaded) if isinstance(loaded, dict) else {}
