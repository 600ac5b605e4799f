"""Letters into the desk: read, place, commit; one transaction for each batch, cursor included.

Knows channels and the store, no screen. A letter that cannot be read goes to the shelf with its bytes,
and never stands in the way of the next.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from channels.errors import UnreadableLetter
from channels.letter import Fetched, Letter
from channels.mime.vouching import vouched_for
from deskterm import acks, identity, intake, joining, lookups, mailboxes, probe
from deskterm.desk import Desk
from deskterm.knowledge import Knowledge
from deskterm.memory import Memory
from store import blobs, mailbox, shelf
from store.errors import StoreError
from store.log.entry import Change
from store.log.tx import NOTHING, Beside, Receipt, Tx
from store.rules.acks import Ack
from store.rules.words import prepare

if TYPE_CHECKING:
    from channels.batch import Batch
    from channels.mime.guard import Reader
    from channels.mime.vouching import Vouched

Tell = Callable[[str, int, int], None]
"""Progress: what is read, how many so far, of how many."""


def silent(what: str, so_far: int, of: int) -> None:
    """Tells nobody."""


class Counts(Struct, frozen=True):
    """What a round did."""

    new: int = 0
    archived: int = 0
    known: int = 0
    """Letters seen before, in this folder or another."""
    shelved: int = 0
    ignored: int = 0
    """Letters of no concern: sent from elsewhere to people who have no ticket, drafts."""
    gone: int = 0
    sent: int = 0
    later: int = 0
    refused: int = 0
    unsure: int = 0
    asked: int = 0
    """Replies that were overtaken and wait for a person."""
    woken: int = 0
    acted: int = 0
    """Acts of rules."""
    errors: tuple[str, ...] = ()

    @property
    def looked(self) -> int:
        """Places in a mailbox that were looked at."""
        return self.new + self.archived + self.known + self.shelved + self.ignored + self.gone

    def __add__(self, other: Counts) -> Counts:
        sums = {name: getattr(self, name) + getattr(other, name) for name in self.__struct_fields__}
        return Counts(**sums)


class Became(Enum):
    """What one letter became."""

    NEW = "new"
    ARCHIVED = "archived"
    KNOWN = "known"
    SHELVED = "shelved"
    IGNORED = "ignored"
    OURS = "ours"


class Read(Struct, frozen=True):
    """A letter as fetched with what reading it gave, prepared outside the write lock."""

    raw: bytes
    uid: int | None
    received: int | None
    source: str
    letter: Letter | None
    blob: blobs.Blob
    own: str = ""
    """Its text without quotes, in the form the index takes."""
    reason: str = ""
    """Why it could not be read."""
    flags: str = ""
    """As the server has them, space separated."""
    gm: int | None = None
    """Gmail's id of it."""
    sent: bool = False
    """It lies in the folder of sent letters."""
    vouched: Vouched | None = None
    """What our server says of its sender, where that was found out with the reading."""


def place(fetched: Fetched, source: str) -> str:
    """Where a letter lay, for the shelf."""
    return f"{source}/{fetched.folder}/{fetched.uidvalidity}/{fetched.uid}"


def read_all(
    letters: Iterable[Fetched], reader: Reader, *, folder: Path | None, source: str,
    servers: frozenset[str] | None = None,
) -> Iterator[Read]:  # fmt: skip
    """Read letters and pack their bytes; nothing is written to the database yet.

    Of a sender it is found out what our `servers` say, where their names are given.
    """
    for fetched in letters:
        where = place(fetched, source)
        try:
            letter = reader.read(fetched.raw)
        except UnreadableLetter as error:
            blob = blobs.file(fetched.raw, folder=folder)
            yield Read(fetched.raw, fetched.uid, fetched.received, where, None, blob, reason=str(error))
            continue
        blob = blobs.letter(fetched.raw, letter.text, key=letter.sha256, folder=folder)
        vouched = vouched_for(letter, servers) if servers is not None else None
        own = prepare(letter.unquoted())
        yield Read(fetched.raw, fetched.uid, fetched.received, where, letter, blob, own, vouched=vouched)


@dataclass(slots=True)
class Batcher:
    """Takes batches into one desk. `box` is the ledger's, None for an import of files."""

    desk: Desk
    box: mailbox.Box | None = None
    archived: int | None = None
    """The moment of a silent import; None for letters that come in now."""
    counts: Counts = field(default_factory=Counts)
    _us: identity.Ourselves = field(init=False)
    _acks: tuple[Ack, ...] = ()
    """The acknowledgements in force while a batch is taken in; an archive is never acknowledged."""
    _known: Knowledge = field(init=False)
    """The desk as the letter being placed sees it."""

    def __post_init__(self) -> None:
        self._us = identity.ourselves(self.desk.settings, self.desk.conn)

    def take(self, letters: Sequence[Read], beside: Sequence[Beside] = ()) -> None:
        """Commit a batch: letters, shelf, ledger and cursor, all or nothing."""
        with self.desk.store.write() as tx:
            self._acks = acks.written(tx.conn) if self.archived is None else ()
            self.look(tx, letters)
            became = Counter([self.place(tx, read) for read in letters])
            for thing in beside:
                thing.write(tx.conn)
        self.counts += Counts(
            new=became[Became.NEW], archived=became[Became.ARCHIVED], known=became[Became.KNOWN],
            shelved=became[Became.SHELVED], ignored=became[Became.IGNORED],
        )  # fmt: skip
        self.desk.wake.set()

    def look(self, tx: Tx, letters: Sequence[Read]) -> None:
        """See the desk as it stands in a transaction, in which these letters will be placed."""
        old = [read.letter for read in letters if read.letter] if self.archived is not None else []
        self._known = Memory(tx, old) if old else Knowledge(tx)

    def place(self, tx: Tx, read: Read) -> Became:
        """Put one letter where it belongs, inside an open transaction it has looked at."""
        if read.letter is None:
            if tx.conn.execute("SELECT 1 FROM shelf WHERE blob = ?", (read.blob.hash,)).fetchone():
                self._account(tx, read, mailbox.SHELF, read.blob.hash)
                return Became.KNOWN
            read.blob.write(tx.conn)
            shelf.Shelved(self.desk.now, read.source, read.reason, read.blob.hash).write(tx.conn)
            self._account(tx, read, mailbox.SHELF, read.blob.hash)
            return Became.SHELVED
        if read.letter.message_id.startswith(probe.START) and probe.is_probe(tx.conn, read.letter.message_id):
            self._account(tx, read, mailbox.IGNORED, "our own letter that tried the mailbox")
            return Became.KNOWN
        try:
            taken, answer = self._placed(tx, read, read.letter)
        except (StoreError, sqlite3.Error, MemoryError):
            raise
        except Exception as error:
            # A letter our own rules stumble over must not stand in the way of the others.
            reason = f"it was read but could not be placed ({type(error).__name__})"
            return self.place(tx, replace(read, letter=None, reason=reason))
        if taken.homeless:
            return self._homeless(tx, read, read.letter)
        self._account(tx, read, mailbox.MESSAGE, taken.message)
        changes = taken.changes if answer is None else (*taken.changes, acks.reason(taken, answer))
        receipt = self._commit(tx, read, taken, changes) if taken.changes else NOTHING
        if not receipt.entry:
            # The copy of our own reply in the folder of sent letters is no news.
            return Became.OURS if read.sent else Became.KNOWN
        if answer is not None:
            acks.send(self.desk, tx, answer, read.letter, taken, cause=receipt.entry)
        if self._known.may_be_proved(taken.ticket):
            joining.settle(tx, taken.ticket, archived=self.archived is not None)
        return Became.ARCHIVED if self.archived is not None else Became.NEW

    def _commit(self, tx: Tx, read: Read, taken: intake.Taken, changes: Sequence[Change]) -> Receipt:
        """One entry for one letter, and its bytes; those of an archive are written with their neighbours."""
        assert read.letter is not None
        tx.later(blobs.KEEP, [read.blob.row()])
        self._known.cites(taken.message, (*read.letter.references, *read.letter.in_reply_to))
        if read.own:
            tx.says(taken.message, read.own)
        waits = self.archived is not None
        return tx.commit(changes, actor="mail", kind=taken.kind, key=taken.key, waits=waits)

    def _homeless(self, tx: Tx, read: Read, letter: Letter) -> Became:
        """A letter sent to somebody who has no ticket is none of the desk's, until an answer to it comes."""
        self._account(tx, read, mailbox.IGNORED, "sent from another program, and belongs to no ticket")
        if self.box is not None and read.uid is not None:
            ids = (letter.message_id, *letter.in_reply_to, *letter.references)
            known = tx.conn.execute(
                "SELECT 1 FROM homeless WHERE box = ? AND uid = ?", (self.box.id, read.uid)
            ).fetchone()
            # What its ids could not bring home once they will not bring home at the next look either.
            ids = () if known else tuple(dict.fromkeys(one for one in ids if one))
            mailbox.Homeless(self.box.id, read.uid, ids).write(tx.conn)
        return Became.IGNORED

    def _placed(self, tx: Tx, read: Read, letter: Letter) -> tuple[intake.Taken, acks.Answer | None]:
        """Where the letter goes, what it changes, and whether it is acknowledged; writes nothing."""
        desk = self.desk
        wrote = identity.writer(letter, self._us, sent=read.sent, vouched=read.vouched)
        found = lookups.facts(
            self._known, letter, wrote, secret=desk.store.secret, us=self._us, folder=desk.blob_folder,
            now=desk.now, archived=self.archived is not None,
        )  # fmt: skip
        received = self._received(letter, read)
        through = mailboxes.through(desk.settings, letter, read.source.partition("/")[0])
        taken = intake.take(
            letter, found, secret=desk.store.secret, received=received, agent=desk.agent,
            archived=self.archived, archive_days=desk.settings.archive_days,
            brand=through[1].brand if through[1] else "",
        )  # fmt: skip
        if not self._acks or found.sent or found.ballot:
            return taken, None
        return taken, acks.decide(
            desk, tx, self._acks, letter, found, taken, received=received, through=through
        )

    def _received(self, letter: Letter, read: Read) -> int:
        """When our server got it; never in the future, or every clock would stand still."""
        now = self.desk.now
        if read.received is not None:
            return min(read.received, now)
        if self.archived is None and self.box is not None:
            # A server that tells no dates: letters that came in now keep the order of their numbers.
            return now
        return min(letter.date, now) if letter.date is not None else now

    def _account(self, tx: Tx, read: Read, what: str, ref: str) -> None:
        if self.box is not None and read.uid is not None:
            line = mailbox.Seen(self.box.id, read.uid, what, ref, read.flags, read.gm)
            tx.later(mailbox.SEEN, [line.row()])


def stubs(batch: Batch) -> list[Fetched]:
    """Letters that were too big to fetch: their head, so that they stand in the desk and can be asked for."""
    return [
        Fetched(one.folder, one.uidvalidity, one.uid, one.head, one.received, one.flags)
        for one in batch.too_big
    ]


def missing(batch: Batch, box: mailbox.Box, *, now: int) -> list[Beside]:
    """Ledger lines for UIDs that gave no letter: expunged meanwhile, or withheld by the server."""
    lines: list[Beside] = [
        mailbox.Seen(box.id, uid, mailbox.IGNORED, mailbox.EXPUNGED, gone=now) for uid in batch.gone
    ]
    lines += [mailbox.Seen(box.id, one.uid, mailbox.WITHHELD, one.words) for one in batch.withheld]
    return lines


def archive(desk: Desk, path: Path, *, tell: Tell = silent) -> Counts:
    """Import letters from a Maildir, an mbox, an .eml file or a folder of them, silently.

    No clock starts, nothing is sent. A second import of the same letters changes nothing. File times are
    no arrival times, so they are dropped; what cannot be read is in `errors`. Raises ChannelError when
    there is nothing to read at `path`.
    """
    from channels.mime.guard import Reader

    batcher = Batcher(desk, archived=desk.now)
    done = 0
    with Reader() as reader:
        for batch in _files(path):
            letters = [replace(one, received=None) for one in (*batch.letters, *stubs(batch))]
            batcher.take(list(read_all(letters, reader, folder=desk.blob_folder, source=path.name)))
            batcher.counts += Counts(errors=tuple(f"{path}: {one.words}" for one in batch.withheld))
            done += len(letters)
            tell(path.name, done, 0)
    return batcher.counts


def _files(path: Path) -> Iterator[Batch]:
    """Letters of whatever `path` is, in batches."""
    from channels import dropbox, maildir, mbox

    path = path.expanduser()
    if maildir.is_maildir(path):
        yield from maildir.fetch(path)
    elif path.is_dir() or path.suffix.lower() in dropbox.ENDINGS or not path.exists():
        yield from dropbox.fetch(path)
    else:
        _refuse_what_is_no_letter(path)
        yield from _grouped(Fetched(path.name, 0, n, raw, None) for n, raw in enumerate(mbox.split(path), 1))


def _refuse_what_is_no_letter(path: Path) -> None:
    """A file of an ending that says nothing has to begin like an mbox or like a letter, or be empty."""
    from channels import mbox
    from channels.errors import NoLetters
    from channels.mime.field import begins_letter
    from channels.words import quoted

    with path.open("rb") as stream:
        head = stream.read(65_536)
    if head.strip() and not mbox.is_separator(head.lstrip().split(b"\n", 1)[0]) and not begins_letter(head):
        raise NoLetters(
            f"{quoted(path.name)} holds no letters: it begins neither like an mbox nor with header fields "
            "such as From:. Nothing was imported; give an .eml file, an mbox, a Maildir or a folder of them."
        )


def _grouped(letters: Iterable[Fetched], *, size: int = 200) -> Iterator[Batch]:
    from channels.batch import Batch

    some: list[Fetched] = []
    for letter in letters:
        some.append(letter)
        if len(some) == size:
            yield Batch(tuple(some))
            some = []
    if some:
        yield Batch(tuple(some))
