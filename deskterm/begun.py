"""A reply or note that is being written, as the store keeps it and as the composer goes on with it.

Pure: turns one into the other. Where drafts lie and when they are kept is unknown here.
"""

from __future__ import annotations

import json

from msgspec import Struct

from store import drafts
from store.model import File, Kind, Message
from store.reads import conversation
from store.rules.promises import FORWARD


class Begun(Struct, frozen=True):
    """A reply or note that is being written."""

    ticket: str
    note: bool
    text: str
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()
    files: tuple[File, ...] = ()
    quoting: bool | None = None
    """Whether the letter answered is put below; None as the setting says."""
    base: int = 0
    """Arrival number of the newest entry when it was begun."""
    subject: str = ""
    """Another one than the ticket's."""
    html: bool | None = None
    """Whether an HTML form goes along; None as the setting says."""
    forward: bool = False


def called_back(message: Message, text: str, *, base: int) -> Begun:
    """What was written, to go on with: a reply or note that did not leave or must not stay."""
    return Begun(
        message.ticket, message.kind is Kind.NOTE, text, message.to, message.cc, message.bcc, message.files,
        quoting=False, base=base, subject=message.subject, forward=FORWARD in message.signals,
    )  # fmt: skip


def as_draft(begun: Begun, *, agent: str, now: int) -> drafts.Draft:
    """A draft as the store keeps it."""
    kind = Kind.NOTE if begun.note else Kind.OUT
    return drafts.Draft(
        ticket=begun.ticket, agent=agent, kind=kind.value, text=begun.text, head=_written(begun), saved=now,
        base=begun.base,
    )  # fmt: skip


def of_draft(draft: drafts.Draft) -> Begun:
    """A draft of the store as it was begun."""
    to, cc, _ = conversation.recipients(draft.head)
    head = conversation.head_of(draft.head)
    return Begun(
        draft.ticket, draft.kind == Kind.NOTE, draft.text, to, cc, conversation.blind(draft.head),
        conversation.files_of(head.get("files")), quoting=_flag(head, "quoting"), base=draft.base,
        subject=str(head.get("subject") or ""), html=_flag(head, "html"), forward=bool(head.get("forward")),
    )  # fmt: skip


def _written(begun: Begun) -> str:
    """Everything of a draft besides its words."""
    head: dict[str, object] = {"to": list(begun.to), "cc": list(begun.cc)}
    more: dict[str, object] = {
        "bcc": list(begun.bcc), "subject": begun.subject, "forward": begun.forward,
        "files": conversation.write_files(begun.files),
    }  # fmt: skip
    head.update((name, value) for name, value in more.items() if value)
    flags = {"quoting": begun.quoting, "html": begun.html}
    head.update((name, value) for name, value in flags.items() if value is not None)
    return json.dumps(head, ensure_ascii=False)


def _flag(head: dict[str, object], name: str) -> bool | None:
    value = head.get(name)
    return value if isinstance(value, bool) else None
