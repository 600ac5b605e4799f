"""One round of reading a mailbox: what is new in all its folders first, then the archives step by step.

The first time a folder is read, all that lies there is archive: it comes in newest first, starts no
clock, and can be interrupted at any batch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from channels.errors import FolderGone
from deskterm import identity, live, mirror
from deskterm.ahead import Ahead, reading
from deskterm.config import Box
from deskterm.desk import Desk
from deskterm.receive import Batcher, Counts, Read, Tell, missing, silent
from store import mailbox as ledger
from store.log.tx import Beside

if TYPE_CHECKING:
    from channels.batch import Batch
    from channels.imap.gmail import Marked
    from channels.imap.receive import FolderState, Mailbox
    from channels.mime.guard import Reader


class Place(Struct, frozen=True):
    """A folder that is read."""

    folder: str
    sent: bool = False
    """It holds what we sent."""


Go = Callable[[], bool]
"""Whether to go on; asked between batches."""

STEP = 5_000
"""Archived letters between two looks at what is new: some seconds. Nothing is read ahead across a look."""

DONE = 0
"""low_uid of a folder whose archive import is finished."""


def forever() -> bool:
    return True


def account(
    desk: Desk,
    name: str,
    places: Sequence[Place],
    *,
    mailbox: Mailbox,
    reader: Reader,
    tell: Tell = silent,
    go: Go = forever,
) -> Counts:
    """Bring folders of an open IMAP mailbox up to date. Raises ChannelError when the line is lost.

    A folder that is not there, or became another one, is in `errors` and does not stop the others.
    """
    looks = [Look(desk, name, place, mailbox, reader, tell, go) for place in places]
    errors: list[str] = []

    def each(act: Callable[[Look], Counts], some: Iterable[Look]) -> Counts:
        counts = Counts()
        for look in tuple(some):
            try:
                counts += act(look)
            except FolderGone as error:
                if look in looks:
                    looks.remove(look)
                    errors.append(str(error))
        return counts

    counts = each(Look.fresh, looks)
    for look in tuple(looks):
        counts += each(lambda one: one.archive(lambda: each(Look.fresh, looks)), [look])
    if len(places) > 1 and looks and looks[0].place == places[0]:
        # The first folder is left open, for whoever waits for news: nothing may have come unseen meanwhile.
        counts += each(Look.latest, looks[:1])
    return counts + Counts(errors=tuple(errors))


def maildir(
    desk: Desk, name: str, box: Box, *, reader: Reader, tell: Tell = silent, go: Go = forever
) -> Counts:
    """Bring a Maildir up to date. Raises ChannelError when there is none."""
    from channels import maildir as files

    counts = Counts()
    for place, path, sent in maildir_places(box):
        known = ledger.find(desk.conn, name, place, 0)
        if known is None:
            live.lock(desk)
            with desk.store.write() as tx:
                known = ledger.found(tx.conn, name, place, uidvalidity=0, highest=0)
        importing = known.low_uid != DONE
        batcher = Batcher(desk, known, archived=desk.now if importing else None)
        found = files.scan(path, folder=place)
        fresh = {*ledger.unseen(desk.conn, known, (o.uid for o in found)), *ledger.withheld(desk.conn, known)}
        fresh |= {*ledger.placeable(desk.conn, known)}
        waiting = [one for one in found if one.uid in fresh]
        batches = map(files.read, files.groups(waiting, batch=300))
        with _reading(desk, reader, source=name, count=len(waiting)) as ahead:
            for batch, letters in ahead.read(batches):
                if not go():
                    return counts + batcher.counts
                _take(batcher, batch, [replace(one, sent=sent) for one in letters], [])
                tell(name, batcher.counts.looked, len(waiting))
        if importing:
            batcher.take((), [ledger.Reached(known.id, low_uid=DONE)])
        counts += batcher.counts
    return counts


def _reading(desk: Desk, reader: Reader, *, source: str, count: int) -> AbstractContextManager[Ahead]:
    servers = identity.servers(desk.settings)
    return reading(reader, folder=desk.blob_folder, source=source, count=count, servers=servers)


def maildir_places(box: Box) -> list[tuple[str, Path, bool]]:
    """The folders of a Maildir that are read: name, where it is, whether it holds what we sent."""
    from channels import folders
    from channels import maildir as files

    found = [
        (place, path, folders.named(place))
        for place, path in files.folders(Path(box.maildir).expanduser()).items()
    ]
    apart = {folders.DRAFTS, folders.TRASH, folders.JUNK, *(() if box.read_sent else (folders.SENT,))}
    return [(place, path, use == folders.SENT) for place, path, use in found if use not in apart]


@dataclass(slots=True, eq=False)
class Look:
    """The looks into one folder during a round."""

    desk: Desk
    name: str
    place: Place
    mailbox: Mailbox
    reader: Reader
    tell: Tell = silent
    go: Go = forever
    box: ledger.Box = field(init=False)
    stopped: bool = False
    ahead: Ahead | None = None
    """Reads letters beside, while an archive is imported."""

    def archive(self, meanwhile: Callable[[], Counts]) -> Counts:
        """All of the archive that is left, step by step; between two of them, what is new in every folder."""
        counts = Counts()
        if self.box.low_uid == DONE or self.stopped:
            return counts
        left = self._enter().exists - ledger.count_here(self.desk.conn, self.box)
        with self._reading(left) as ahead:
            while self.box.low_uid != DONE and not self.stopped:
                self.ahead = ahead
                counts += self.step()
                self.ahead = None
                if not self.stopped:
                    counts += meanwhile()
        return counts

    def fresh(self) -> Counts:
        """Open the folder: what others did there, what is owed, what is new."""
        if self.stopped:
            return Counts()
        self._enter()
        mirror.note(self.desk, self.box, self.mailbox)
        conn = self.desk.conn
        owed = {*ledger.withheld(conn, self.box), *ledger.placeable(conn, self.box)}
        counts = self.owed(sorted(owed)) + self._new()
        if self.box.low_uid == DONE and not self.stopped:
            counts += self.owed(mirror.settle(self.desk, self.box, self.mailbox))
        return counts

    def latest(self) -> Counts:
        """Open the folder once more, for what came in while others were looked at."""
        if self.stopped:
            return Counts()
        self._enter()
        return self._new()

    def _enter(self) -> FolderState:
        state = self.mailbox.open(self.place.folder)
        box = ledger.find(self.desk.conn, self.name, state.name, state.uidvalidity)
        self.box = box or self._begin(state.name, state.uidvalidity)
        return state

    def _begin(self, place: str, uidvalidity: int) -> ledger.Box:
        live.lock(self.desk)
        highest = self.mailbox.last_uid()
        with self.desk.store.write() as tx:
            return ledger.found(tx.conn, self.name, place, uidvalidity=uidvalidity, highest=highest)

    def owed(self, owed: Sequence[int]) -> Counts:
        """Letters that should have been here already, each as archive or as news by its number."""
        counts = Counts()
        for archived in (True, False):
            uids = [uid for uid in owed if (uid <= self.box.archived) == archived]
            batcher = Batcher(self.desk, self.box, archived=self.desk.now if archived else None)
            self._fetch(batcher, uids)
            counts += batcher.counts
        return counts

    def _new(self) -> Counts:
        """Letters above the highest UID seen, oldest first: they came in now."""
        batcher = Batcher(self.desk, self.box)
        waiting = sorted(ledger.unseen(self.desk.conn, self.box, self.mailbox.uids(self.box.last_uid)))

        def reached(uids: Iterable[int]) -> ledger.Reached:
            highest = max(uids, default=self.box.last_uid)
            self.box = replace(self.box, last_uid=max(self.box.last_uid, highest))
            return ledger.Reached(self.box.id, last_uid=highest)

        self._fetch(
            batcher, waiting, reached, lambda: self.tell(self.name, batcher.counts.looked, len(waiting))
        )
        if waiting and not self.stopped:
            batcher.take((), [reached(waiting)])
        return batcher.counts

    def step(self) -> Counts:
        """Some of the archive, newest first, from where the last step stopped, here or in another session."""
        self._enter()
        if self.box.low_uid == DONE:
            return Counts()
        below = self.box.low_uid if self.box.low_uid is not None else self.box.archived + 1
        nothing: list[int] = []
        uids = next(self.mailbox.down(min(below, self.box.archived + 1), width=STEP), nothing)[:STEP]
        batcher = Batcher(self.desk, self.box, archived=self.desk.now)
        before = ledger.count_here(self.desk.conn, self.box)

        def reached(some: Iterable[int]) -> ledger.Reached:
            return ledger.Reached(self.box.id, low_uid=min(some, default=below))

        self._fetch(
            batcher, ledger.unseen(self.desk.conn, self.box, uids), reached,
            lambda: self._progress(before + batcher.counts.looked),
        )  # fmt: skip
        if not self.stopped:
            low = min(uids, default=DONE)
            batcher.take((), [ledger.Reached(self.box.id, low_uid=low)])
            self.box = replace(self.box, low_uid=low)
        return batcher.counts

    def _progress(self, known: int) -> None:
        """How much of the folder is on the desk, whenever it was read."""
        state = self.mailbox.state
        self.tell(self.name, known, max(state.exists if state else 0, known))

    def _fetch(
        self, batcher: Batcher, uids: Sequence[int],
        reached: Callable[[Iterable[int]], ledger.Reached] | None = None,
        told: Callable[[], None] | None = None,
    ) -> None:  # fmt: skip
        """Fetch and take letters, in the order given; stops between two batches when asked to."""
        with nullcontext(self.ahead) if self.ahead else self._reading(len(uids)) as ahead:
            self._taken(batcher, uids, ahead, reached, told)

    def _reading(self, count: int) -> AbstractContextManager[Ahead]:
        return _reading(self.desk, self.reader, source=self.name, count=count)

    def _taken(
        self, batcher: Batcher, uids: Sequence[int], ahead: Ahead,
        reached: Callable[[Iterable[int]], ledger.Reached] | None, told: Callable[[], None] | None,
    ) -> None:  # fmt: skip
        from channels.imap import gmail

        for start in range(0, len(uids), STEP):
            some = uids[start : start + STEP]
            marks = gmail.marks(self.mailbox, some)
            batches = self.mailbox.fetch(self._unknown(batcher, some, marks))
            for batch, letters in ahead.read(batches):
                reads = self._marked(batch, letters, marks)
                _take(batcher, batch, reads, [reached(_uids(batch))] if reached else [])
                if told:
                    told()
                if not self.go():
                    self.stopped = True
                    return

    def _unknown(self, batcher: Batcher, uids: Sequence[int], marks: Mapping[int, Marked]) -> list[int]:
        """Those that have to be fetched: Gmail's copies of known letters and drafts are accounted for."""
        if not marks:
            return list(uids)
        known = ledger.by_gm(self.desk.conn, self.name, (mark.gm for mark in marks.values()))
        lines: list[ledger.Seen] = []
        for uid, mark in marks.items():
            flags = " ".join(mark.flags)
            if mark.draft:
                lines.append(ledger.Seen(self.box.id, uid, ledger.IGNORED, "a draft", flags, mark.gm))
            elif (twin := known.get(mark.gm)) is not None:
                lines.append(ledger.Seen(self.box.id, uid, twin.what, twin.ref, flags, mark.gm))
        if lines:
            batcher.take((), lines)
            batcher.counts += Counts(known=len(lines))
        done = {line.uid for line in lines}
        return [uid for uid in uids if uid not in done]

    def _marked(self, batch: Batch, letters: Sequence[Read], marks: Mapping[int, Marked]) -> list[Read]:
        """The letters with what the folder, or Gmail, says about them."""
        flags = {one.uid: one.flags for one in (*batch.letters, *batch.too_big)}
        found: list[Read] = []
        for read in letters:
            mark = marks.get(read.uid) if read.uid is not None else None
            words = flags.get(read.uid, ()) if read.uid is not None else ()
            sent = self.place.sent or (mark is not None and mark.sent)
            said = " ".join(word for word in words if word.lower() != "\\recent")
            found.append(replace(read, sent=sent, gm=mark and mark.gm, flags=said))
        return found


def _take(batcher: Batcher, batch: Batch, reads: Sequence[Read], beside: Sequence[Beside]) -> None:
    assert batcher.box is not None
    batcher.take(reads, [*missing(batch, batcher.box, now=batcher.desk.now), *beside])
    batcher.counts += Counts(gone=len(batch.gone))


def _uids(batch: Batch) -> Iterable[int]:
    yield from (one.uid for one in batch.letters)
    yield from (one.uid for one in batch.too_big)
    yield from (one.uid for one in batch.withheld)
    yield from batch.gone
