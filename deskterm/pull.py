"""One round of reading a mailbox: what is new first, then a step of the archive import.

The first time a folder is read, all that lies there is archive: it comes in newest first, starts no
clock, and can be interrupted at any batch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from deskterm import live
from deskterm.ahead import reading
from deskterm.config import Box
from deskterm.desk import Desk
from deskterm.receive import Batcher, Counts, Read, Tell, missing, read_all, silent, stubs
from store import mailbox as ledger

if TYPE_CHECKING:
    from channels.batch import Batch
    from channels.imap.receive import Mailbox
    from channels.mime.guard import Reader

Go = Callable[[], bool]
"""Whether to go on; asked between batches."""

STEP = 1_000
"""Archived letters between two looks at what is new."""

DONE = 0
"""low_uid of a folder whose archive import is finished."""


def forever() -> bool:
    return True


def folder(
    desk: Desk,
    name: str,
    place: str,
    *,
    mailbox: Mailbox,
    reader: Reader,
    tell: Tell = silent,
    go: Go = forever,
) -> Counts:
    """Bring one folder of an open IMAP mailbox up to date. Raises ChannelError when the line is lost."""
    state = mailbox.open(place)
    box = ledger.find(desk.conn, name, state.name, state.uidvalidity)
    if box is None:
        box = _begin(desk, name, state.name, uidvalidity=state.uidvalidity, uids=mailbox.uids)
    look = _Look(desk, name, box, mailbox, reader, tell, go)
    counts = look.again() + look.new()
    if box.low_uid != DONE:
        counts += look.archive()
    return counts


def maildir(
    desk: Desk, name: str, box: Box, *, reader: Reader, tell: Tell = silent, go: Go = forever
) -> Counts:
    """Bring a Maildir up to date. Raises ChannelError when there is none."""
    from channels import maildir as files

    root = Path(box.maildir).expanduser()
    counts = Counts()
    for place, path in files.folders(root).items():
        known = ledger.find(desk.conn, name, place, 0)
        if known is None:
            live.lock(desk)
            with desk.store.write() as tx:
                known = ledger.found(tx.conn, name, place, uidvalidity=0, highest=0)
        importing = known.low_uid != DONE
        batcher = Batcher(desk, known, archived=desk.now if importing else None)
        found = files.scan(path, folder=place)
        fresh = {*ledger.unseen(desk.conn, known, (o.uid for o in found)), *ledger.withheld(desk.conn, known)}
        waiting = [one for one in found if one.uid in fresh]
        batches = map(files.read, files.groups(waiting, batch=200))
        with reading(reader, folder=desk.blob_folder, source=name, count=len(waiting)) as ahead:
            for batch, letters in ahead.read(batches):
                if not go():
                    return counts + batcher.counts
                _take(batcher, batch, letters, dated=not importing)
                tell(name, batcher.counts.looked, len(waiting))
        if importing:
            batcher.take((), [ledger.Reached(known.id, low_uid=DONE)])
        counts += batcher.counts
    return counts


def _begin(
    desk: Desk, name: str, place: str, *, uidvalidity: int, uids: Callable[[int], list[int]]
) -> ledger.Box:
    live.lock(desk)
    highest = max(uids(0), default=0)
    with desk.store.write() as tx:
        return ledger.found(tx.conn, name, place, uidvalidity=uidvalidity, highest=highest)


@dataclass(slots=True)
class _Look:
    """One look into an open folder."""

    desk: Desk
    name: str
    box: ledger.Box
    mailbox: Mailbox
    reader: Reader
    tell: Tell
    go: Go

    def again(self) -> Counts:
        """Letters the server would not hand over the last time."""
        box, desk, counts = self.box, self.desk, Counts()
        owed = ledger.withheld(desk.conn, box)
        for archived in (True, False):
            uids = [uid for uid in owed if (uid <= box.archived) == archived]
            batcher = Batcher(desk, box, archived=desk.now if archived else None)
            for batch in self.mailbox.fetch(uids):
                _take(batcher, batch, self._read(batch))
            counts += batcher.counts
        return counts

    def new(self) -> Counts:
        """Letters above the highest UID seen, oldest first: they came in now."""
        box, desk = self.box, self.desk
        batcher = Batcher(desk, box)
        waiting = sorted(ledger.unseen(desk.conn, box, self.mailbox.uids(box.last_uid)))
        for batch in self.mailbox.fetch(waiting):
            highest = max(_uids(batch), default=box.last_uid)
            reached = ledger.Reached(box.id, last_uid=highest)
            _take(batcher, batch, self._read(batch), reached=reached)
            self.box = box = replace(box, last_uid=max(box.last_uid, highest))
            self.tell(self.name, batcher.counts.new, len(waiting))
            if not self.go():
                break
        return batcher.counts

    def _read(self, batch: Batch) -> list[Read]:
        letters = (*batch.letters, *stubs(batch))
        return list(read_all(letters, self.reader, folder=self.desk.blob_folder, source=self.name))

    def _steps(self, uids: Sequence[int]) -> Iterable[Batch]:
        for start in range(0, len(uids), STEP):
            yield from self.mailbox.fetch(uids[start : start + STEP])

    def archive(self) -> Counts:
        """The archive, newest first, from where the last round stopped; new letters go before old ones."""
        box, desk = self.box, self.desk
        below = box.low_uid if box.low_uid is not None else box.archived + 1
        uids = [uid for uid in self.mailbox.uids(0) if uid < below and uid <= box.archived]
        waiting = ledger.unseen(desk.conn, box, reversed(uids))
        batcher = Batcher(desk, box, archived=desk.now)
        counts, looked = Counts(), 0
        with reading(self.reader, folder=desk.blob_folder, source=self.name, count=len(waiting)) as ahead:
            for batch, letters in ahead.read(self._steps(waiting)):
                reached = ledger.Reached(box.id, low_uid=min(_uids(batch), default=below))
                _take(batcher, batch, letters, reached=reached)
                self.tell(self.name, batcher.counts.looked, len(waiting))
                if not self.go():
                    return counts + batcher.counts
                if batcher.counts.looked - looked >= STEP:
                    looked = batcher.counts.looked
                    counts += self.new()
        counts += self.new()
        batcher.take((), [ledger.Reached(box.id, low_uid=DONE)])
        return counts + batcher.counts


def _take(
    batcher: Batcher, batch: Batch, letters: Sequence[Read], *,
    reached: ledger.Reached | None = None, dated: bool = True,
) -> None:  # fmt: skip
    box = batcher.box
    assert box is not None
    beside = [*missing(batch, box, now=batcher.desk.now), *([reached] if reached else [])]
    batcher.take(letters, beside)
    batcher.counts += Counts(gone=len(batch.gone))


def _uids(batch: Batch) -> Iterable[int]:
    yield from (one.uid for one in batch.letters)
    yield from (one.uid for one in batch.too_big)
    yield from (one.uid for one in batch.withheld)
    yield from batch.gone
