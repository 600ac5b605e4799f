"""The sums of a mailbox: every letter a folder holds is a message, lies on the shelf, or was ignored for a
reason. What is none of these is a gap, named by its number, and can be fetched.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from channels.errors import FolderGone
from deskterm import mirror, pull
from deskterm.config import Box
from deskterm.desk import Desk
from deskterm.mailboxes import imap_account, secret
from deskterm.receive import Counts
from deskterm.ways import Secrets
from store import mailbox as ledger

if TYPE_CHECKING:
    from channels.imap.receive import Mailbox


class Sum(Struct, frozen=True):
    """A folder and what became of its letters."""

    mailbox: str
    folder: str
    there: int
    """Letters in the folder now."""
    messages: int = 0
    shelf: int = 0
    ignored: int = 0
    gaps: tuple[int, ...] = ()
    """UIDs in the folder that are none of these: not read yet, withheld by the server, or missed."""
    waiting: int = 0
    """Archived letters an unfinished first read will come to."""
    reasons: tuple[tuple[str, int], ...] = ()
    """Why letters were ignored, and how many."""
    fetched: int = 0
    """Gaps that were closed now."""
    error: str = ""

    @property
    def whole(self) -> bool:
        """Whether the sums come out."""
        return not self.error and self.messages + self.shelf + self.ignored == self.there


def mailbox(
    desk: Desk, name: str, box: Box, *, fetch: bool = False, secrets: Secrets = secret
) -> Iterator[Sum]:
    """The sums of every folder that is read, one after the other. Raises ChannelError.

    With `fetch` the gaps are fetched first, as archive or as news by their numbers; only the process that
    owns the desk's sync may do that.
    """
    if box.maildir:
        yield from _maildir(desk, name, box)
    if box.imap:
        from channels.imap.receive import Mailbox
        from channels.mime.guard import Reader
        from deskterm import folders

        with Mailbox(imap_account(box), secrets(box)) as line, Reader() as reader:
            for place in folders.wanted(box, line):
                look = pull.Look(desk, name, place, line, reader)
                try:
                    yield _folder(look, fetch=fetch)
                except FolderGone as error:
                    yield Sum(name, place.folder, 0, error=str(error))


def _folder(look: pull.Look, *, fetch: bool) -> Sum:
    desk, line = look.desk, look.mailbox
    state = line.open(look.place.folder)
    box = ledger.find(desk.conn, look.name, state.name, state.uidvalidity)
    if box is None:
        return Sum(look.name, state.name, state.exists, gaps=tuple(line.uids()))
    look.box = box
    found = _summed(desk, look.name, state.name, box, line)
    if not (fetch and found.gaps):
        return found
    before = len(found.gaps)
    counts: Counts = look.owed(found.gaps)
    after = _summed(desk, look.name, state.name, box, line)
    return replace(after, fetched=min(before - len(after.gaps), counts.looked))


def _summed(desk: Desk, name: str, folder: str, box: ledger.Box, line: Mailbox) -> Sum:
    there, waiting = 0, 0
    gaps: list[int] = []
    # The walk begins above the newest letter: what came in after the last round is a gap as well.
    for some in mirror.compare(desk, box, line, below=line.last_uid() + 1):
        there += some.there
        unread = sum(1 for uid in some.unknown if _will_come(box, uid))
        waiting += unread
        gaps += (uid for uid in some.unknown if not _will_come(box, uid))
        if some.gone:
            desk.keep(ledger.Noted(box.id, gone=some.gone, at=desk.now))
    known = ledger.sums_here(desk.conn, box)
    gaps += ledger.withheld(desk.conn, box)
    lost = ledger.lost(desk.conn, box)
    return Sum(
        name, folder, there,
        messages=known[ledger.MESSAGE] - len(lost), shelf=known[ledger.SHELF], ignored=known[ledger.IGNORED],
        gaps=tuple(sorted({*gaps, *lost})), waiting=waiting, reasons=ledger.reasons(desk.conn, box),
    )  # fmt: skip


def _will_come(box: ledger.Box, uid: int) -> bool:
    """Whether the archive import, which goes down, has not come to this letter yet."""
    if box.low_uid == pull.DONE or uid > box.archived:
        return False
    return box.low_uid is None or uid < box.low_uid


def _maildir(desk: Desk, name: str, where: Box) -> Iterator[Sum]:
    from channels import maildir as files

    for place, path, _ in pull.maildir_places(where):
        uids = {one.uid for one in files.scan(path, folder=place)}
        box = ledger.find(desk.conn, name, place, 0)
        if box is None:
            yield Sum(name, place, len(uids), gaps=tuple(sorted(uids)))
            continue
        sums = ledger.sums_of(desk.conn, box, uids)
        unknown = uids - sums.keys()
        counted = [sums[uid] for uid in uids & sums.keys()]
        yield Sum(
            name, place, len(uids), messages=counted.count(ledger.MESSAGE), shelf=counted.count(ledger.SHELF),
            ignored=counted.count(ledger.IGNORED), reasons=ledger.reasons(desk.conn, box),
            gaps=tuple(sorted(unknown | {uid for uid, what in sums.items() if what == ledger.WITHHELD})),
        )  # fmt: skip
