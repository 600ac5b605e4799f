"""Gmail's own marks on letters: one id in all folders, and the labels sent and draft.

All Mail holds every letter a second time; by its id a letter that was read in one folder need not be
fetched from another. Knows no database.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec import Struct

from channels.imap import guard
from channels.imap.answers import fetch_row
from channels.imap.receive import Mailbox

CAPABILITY = "X-GM-EXT-1"

_ID = re.compile(rb"X-GM-MSGID (\d{1,20})(?!\d)", re.IGNORECASE)
_LABELS = re.compile(rb'X-GM-LABELS \(((?:[^()"]|"(?:[^"\\]|\\.)*")*)\)', re.IGNORECASE)
_LABEL = re.compile(rb'"((?:[^"\\]|\\.)*)"|([^\s"]+)')


class Marked(Struct, frozen=True):
    """What Gmail says about a letter."""

    uid: int
    gm: int
    """Its id, below 2**63."""
    flags: tuple[str, ...]
    sent: bool
    draft: bool


def marks(mailbox: Mailbox, uids: Sequence[int]) -> dict[int, Marked]:
    """Gmail's marks of these letters of the open folder, by UID; nothing from any other server."""
    if not mailbox.can(CAPABILITY):
        return {}
    found: dict[int, Marked] = {}
    wire = mailbox.line.wire
    with wire.talking("asking for labels"):
        for some in guard.uid_sets(uids):
            for answer in wire.ask(b"UID FETCH %b (UID FLAGS X-GM-MSGID X-GM-LABELS)" % some, largest=1_000):
                if (marked := _marked(answer.words, answer.literals)) is not None:
                    found[marked.uid] = marked
    return found


def _marked(words: bytes, literals: Sequence[bytes]) -> Marked | None:
    # Labels go first: one of them may well be called `UID 7`.
    said = _LABELS.search(words)
    words = _LABELS.sub(b"", words)
    row, gm = fetch_row(words, literals), _ID.search(words)
    if row is None or gm is None:
        return None
    names = _LABEL.findall(said.group(1)) if said else []
    labels = {(quoted_.replace(b"\\\\", b"\\") or plain).lower() for quoted_, plain in names}
    return Marked(
        row.uid, int(gm.group(1)) % 2**63, row.flags, sent=b"\\sent" in labels, draft=b"\\draft" in labels
    )
