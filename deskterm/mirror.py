"""What other programs did in a folder, noted in the ledger: flags a phone set, letters moved or deleted.

A ticket is never changed by it: what came in stays, wherever its letter is carried to.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from deskterm.desk import Desk
from store import mailbox as ledger
from store.mailbox import Span

if TYPE_CHECKING:
    from channels.imap.changes import Changes
    from channels.imap.receive import Mailbox

NEWEST = 500
"""Letters whose flags are looked at where a server does not say which ones changed."""
STRETCH = 20_000
"""UIDs that are compared at a time."""


def note(desk: Desk, box: ledger.Box, mailbox: Mailbox) -> None:
    """Note what happened to known letters of the open folder since the last look. Raises ChannelError."""
    from channels.imap import changes

    state = mailbox.state
    if state is None or not box.last_uid:
        return
    if state.highestmodseq is None:
        newest = ledger.newest(desk.conn, box, NEWEST)
        _keep(desk, box, changes.flags(mailbox, newest))
        return
    if box.modseq is not None and box.modseq != state.highestmodseq:
        _keep(desk, box, changes.since(mailbox, box.modseq, last=box.last_uid))
    if box.modseq != state.highestmodseq:
        desk.keep(ledger.Noted(box.id, modseq=state.highestmodseq))


def _keep(desk: Desk, box: ledger.Box, pieces: Iterable[Changes]) -> None:
    for some in pieces:
        flags = [(uid, " ".join(words)) for uid, words in some.flags]
        desk.keep(ledger.Noted(box.id, flags, some.gone, desk.now))


class Compared(Struct, frozen=True):
    """A stretch of a folder beside the ledger."""

    there: int
    """Letters the server lists."""
    unknown: tuple[int, ...]
    """UIDs the ledger does not know, or believes to have left; ascending."""
    gone: tuple[Span, ...]
    """Known UIDs that are not in the folder any more."""


def compare(
    desk: Desk, box: ledger.Box, mailbox: Mailbox, *, below: int, above: int = 0
) -> Iterator[Compared]:
    """The open folder and the ledger side by side, for UIDs between `above` and `below`, both left out.

    Goes down in stretches, so that a folder of any size fits in memory.
    """
    top = below
    for listed in mailbox.down(below, width=STRETCH):
        there = [uid for uid in listed if uid > above]
        first = min(there, default=above + 1)
        known = ledger.here(desk.conn, box, (first, top - 1))
        present, held = set(there), set(known)
        unknown = tuple(uid for uid in reversed(there) if uid not in held)
        yield Compared(len(there), unknown, spans(uid for uid in known if uid not in present))
        top = first
        if first != listed[-1]:
            break
    rest = ledger.here(desk.conn, box, (above + 1, top - 1))
    if rest:
        yield Compared(0, (), spans(rest))


def spans(uids: Iterable[int]) -> tuple[Span, ...]:
    """Runs of ascending UIDs as first and last."""
    runs: list[Span] = []
    for uid in uids:
        if runs and runs[-1][1] == uid - 1:
            runs[-1] = (runs[-1][0], uid)
        else:
            runs.append((uid, uid))
    return tuple(runs)


def settle(desk: Desk, box: ledger.Box, mailbox: Mailbox) -> list[int]:
    """Bring the ledger in line with a folder that was read whole; returns UIDs it lists and we do not know.

    Looks only when the counts differ: letters left on a server that does not name them, or came in under
    numbers below the newest.
    """
    state = mailbox.state
    if state is None or ledger.count_here(desk.conn, box) == state.exists:
        return []
    unknown: list[int] = []
    for found in compare(desk, box, mailbox, below=box.last_uid + 1):
        unknown += found.unknown
        if found.gone:
            desk.keep(ledger.Noted(box.id, gone=found.gone, at=desk.now))
    return sorted(unknown)
