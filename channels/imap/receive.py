"""Reading a mailbox: folders, UIDs in windows, letters in batches. One connection, one thread.

Nothing on the server changes: folders are opened with EXAMINE and letters read with PEEK. Knows
no database; which UIDs are new is the caller's business.
"""

from __future__ import annotations

import imaplib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from types import TracebackType

from msgspec import Struct, field
from msgspec.structs import replace

from channels.batch import HEAD, TOO_BIG, Batch, TooBig, Withheld
from channels.errors import FolderGone, ProtocolConfused
from channels.imap import guard
from channels.imap.answers import Row, fetch_row, search_ids, status_uidvalidity
from channels.imap.connect import ImapAccount, Line, connect
from channels.letter import Fetched
from channels.passwords import Secret
from channels.words import quoted

WINDOW = 100_000
"""UIDs one SEARCH may cover."""
BATCH = 300
AT_ONCE = 6 * 1024 * 1024
"""Bytes of letters held in memory at a time, unless one letter alone is larger."""

_WHOLE = b"(UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[])"


class FolderState(Struct, frozen=True):
    """A folder as the server describes it on opening."""

    name: str
    uidvalidity: int
    """Changes when the folder became another one and all UIDs lost their meaning (RFC 3501 2.3.1.1)."""
    uidnext: int
    exists: int
    highestmodseq: int | None
    """None where the server keeps no modification sequences (RFC 7162)."""


class Folder(Struct, frozen=True):
    """A folder as listed."""

    name: str
    flags: tuple[str, ...]
    """Lower case with backslash; `\\sent` and its kin are special uses (RFC 6154)."""


class _Got(Struct):
    """What one round of FETCH gave."""

    rows: dict[int, Row] = field(default_factory=dict[int, Row])
    words: str = ""
    """What the server said when it refused part of it."""


class Mailbox:
    """A logged-in connection to one account. Not to be shared between threads, save `abort`."""

    def __init__(self, account: ImapAccount, secret: Secret) -> None:
        """Connect and log in; raises InsecureRefused, LoginRefused, Unreachable or ProtocolConfused."""
        self.account = account
        self._line: Line = connect(account, secret)
        self.state: FolderState | None = None
        self.names_vanished = self._enable()
        """Whether the server names letters that left (QRESYNC, RFC 7162)."""

    def __enter__(self) -> Mailbox:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def line(self) -> Line:
        """The connection, for the other verbs of this folder (idle, append)."""
        return self._line

    @property
    def alive(self) -> bool:
        """False after a timeout, nonsense or `abort`: make a new Mailbox."""
        return not self._line.wire.dead

    def can(self, capability: str) -> bool:
        return capability.upper() in self._line.capabilities

    def _enable(self) -> bool:
        """Ask for modification sequences, and for letters that left to be named; whether the latter is so."""
        offered = next((word for word in ("QRESYNC", "CONDSTORE") if self.can(word)), "")
        if not (offered and self.can("ENABLE")):
            return False
        enabled: set[bytes] = set()
        with self._line.wire.talking("enabling QRESYNC"):
            for answer in self._line.wire.ask(b"ENABLE " + offered.encode("ascii")):
                enabled.update(answer.words.upper().split()[2:])
        return b"QRESYNC" in enabled

    def folders(self) -> tuple[Folder, ...]:
        """All folders that can be opened."""
        with self._line.wire.talking("listing folders"):
            rows = self._line.client.list_folders()
        listed = (
            Folder(str(name), tuple(flag.decode("ascii", "replace").lower() for flag in flags))
            for flags, _, name in rows
        )
        return tuple(one for one in listed if not {"\\noselect", "\\nonexistent"} & set(one.flags))

    def open(self, folder: str, *, readonly: bool = True) -> FolderState:
        """Make `folder` the current one. FolderGone when there is none of that name."""
        guard.folder(folder)
        gone = ""
        said: dict[bytes, object] = {}
        with self._line.wire.talking(f"opening {quoted(folder)}"):
            try:
                said = self._line.client.select_folder(folder, readonly=readonly)
            except imaplib.IMAP4.abort:
                raise
            except imaplib.IMAP4.error as error:
                gone = quoted(error)
        if gone:
            self.state = None
            raise FolderGone(f"The folder {quoted(folder)} cannot be opened ({gone}). Check its name.")
        self._line.wire.unheard = False
        self.state = self._state(folder, said)
        return self.state

    def _state(self, folder: str, said: dict[bytes, object]) -> FolderState:
        validity = said.get(b"UIDVALIDITY")
        if not isinstance(validity, int):
            self._line.wire.drop()
            raise ProtocolConfused(
                f"The server gives no UIDVALIDITY for {quoted(folder)}, so its letters cannot be told apart. "
                "This mailbox cannot be synchronised."
            )
        exists, following, modseq = said.get(b"EXISTS"), said.get(b"UIDNEXT"), said.get(b"HIGHESTMODSEQ")
        count = exists if isinstance(exists, int) else 0
        return FolderState(
            name=folder,
            uidvalidity=validity,
            uidnext=following if isinstance(following, int) else self._last_uid(count) + 1,
            exists=count,
            highestmodseq=modseq if isinstance(modseq, int) else None,
        )

    def _last_uid(self, exists: int) -> int:
        """For servers that keep UIDNEXT to themselves."""
        return max(self._rows(b"UID FETCH * (UID)").rows, default=0) if exists else 0

    def uids(self, since: int = 0) -> list[int]:
        """All UIDs above `since` in the open folder, ascending, new arrivals included."""
        state = self._opened()
        self._line.wire.unheard = False
        found: set[int] = set()
        # A small folder fits into one answer, however far apart its UIDs lie.
        first = since + 1 if state.exists > WINDOW else max(since + 1, state.uidnext)
        while first < state.uidnext:
            last = min(first + WINDOW - 1, state.uidnext - 1)
            found.update(self.search(b"UID %d:%d" % (first, last)))
            first = last + 1
        # `n:*` names the last letter even when n is above it, hence the comparison.
        found.update(self.search(b"UID %d:*" % (first if state.exists > WINDOW else since + 1)))
        return sorted(uid for uid in found if uid > since)

    def down(self, below: int, *, width: int) -> Iterator[list[int]]:
        """UIDs under `below`, highest first, in lists of at most WINDOW that are never empty.

        Each comes from one SEARCH of `width` UIDs or more where they lie far apart, so that a folder of any
        size is walked through in bounded memory.
        """
        state = self._opened()
        top, step = below - 1, width
        while top > 0:
            first = max(top - step + 1, 1)
            found = {uid for uid in self.search(b"UID %d:%d" % (first, top)) if first <= uid <= top}
            if found:
                yield sorted(found, reverse=True)
            top = first - 1
            if len(found) * 4 < width:
                step = max(top, 1) if state.exists <= WINDOW else min(step * 2, WINDOW)

    def last_uid(self) -> int:
        """The highest UID in the open folder, 0 when it is empty; UIDNEXT may lie or be missing."""
        return self._last_uid(self._opened().exists)

    def search(self, criteria: bytes) -> list[int]:
        """UIDs of the open folder that match. `criteria` must have been through `guard`."""
        wire = self._line.wire
        found: list[int] = []
        with wire.talking("listing letters"):
            for answer in wire.ask(b"UID SEARCH " + criteria):
                found.extend(search_ids(answer.words) or ())
            if wire.verdict.kind != "OK":
                raise FolderGone(
                    f"The server will not list the folder ({wire.verdict.words}). Open it again."
                )
        return found

    def fetch(self, uids: Sequence[int], *, batch: int = BATCH, too_big: int = TOO_BIG) -> Iterator[Batch]:
        """The letters of these UIDs, in the order given (newest first when the list is reversed).

        Sizes are asked first, so that at most about 6 MB are in memory and a letter above `too_big`
        bytes comes as a TooBig. Every UID is accounted for in exactly one batch. UIDVALIDITY is asked
        again before a batch is handed over: FolderGone means that nothing of it may be believed.
        """
        for start in range(0, len(uids), batch):
            chunk = uids[start : start + batch]
            for group in plan(chunk, self._sizes(chunk), most=min(AT_ONCE, too_big)):
                got = self._group(group, too_big=too_big)
                self._same_folder()
                yield got

    def _sizes(self, uids: Sequence[int]) -> dict[int, int]:
        """Stated sizes; a UID that gets none is asked for alone."""
        sizes: dict[int, int] = {}
        for some in guard.uid_sets(uids):
            rows = self._rows(b"UID FETCH " + some + b" (UID RFC822.SIZE)").rows
            sizes.update((uid, row.size) for uid, row in rows.items() if row.size is not None)
        return sizes

    def _group(self, group: Group, *, too_big: int) -> Batch:
        if len(group.uids) == 1 and group.size > too_big:
            return self._head(group.uids[0], size=group.size)
        rows: dict[int, Row] = {}
        for some in guard.uid_sets(group.uids):
            rows.update(self._rows(b"UID FETCH " + some + b" " + _WHOLE, largest=too_big).rows)
        letters = {uid: letter for uid, row in rows.items() if (letter := self._letter(row))}
        missing = [uid for uid in group.uids if uid not in letters]
        rest = self._account_for(missing, largest=too_big) if missing else Batch()
        letters.update((letter.uid, letter) for letter in rest.letters)
        ordered = tuple(letters[uid] for uid in group.uids if uid in letters)
        return Batch(ordered, withheld=rest.withheld, gone=rest.gone)

    def _letter(self, row: Row) -> Fetched | None:
        """None for NIL, and for an empty text of a letter that has a size: so servers say `gone`."""
        if row.body is None or (not row.body and row.size):
            return None
        state = self._opened()
        return Fetched(state.name, state.uidvalidity, row.uid, row.body, row.received, row.flags)

    def _head(self, uid: int, *, size: int) -> Batch:
        state = self._opened()
        rows = self._rows(
            b"UID FETCH %d (UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[]<0.%d>)" % (uid, HEAD), largest=HEAD
        ).rows
        row = rows.get(uid)
        if row is None or row.body is None:
            return self._account_for([uid], largest=0)
        return Batch(
            too_big=(TooBig(state.name, state.uidvalidity, uid, size, row.body, row.received, row.flags),)
        )

    def _account_for(self, missing: Sequence[int], *, largest: int) -> Batch:
        """UIDs that gave no text: gone when no longer listed, else asked for once more, each alone."""
        state = self._opened()
        self.noop()
        listed: set[int] = set()
        for some in guard.uid_sets(missing):
            listed.update(self.search(b"UID " + some))
        letters: list[Fetched] = []
        withheld: list[Withheld] = []
        for uid in missing:
            if uid not in listed:
                continue
            got = self._rows(b"UID FETCH %d " % uid + _WHOLE, largest=largest)
            row = got.rows.get(uid)
            letter = self._letter(row) if row else None
            if letter:
                letters.append(letter)
            else:
                words = got.words or "it is listed, but the server gives no text for it"
                withheld.append(Withheld(state.name, state.uidvalidity, uid, words))
        gone = tuple(uid for uid in missing if uid not in listed)
        return Batch(tuple(letters), withheld=tuple(withheld), gone=gone)

    def _rows(self, command: bytes, *, largest: int = 0) -> _Got:
        """Run a FETCH. A refusal (NO) is no error here: what came before it counts."""
        wire = self._line.wire
        got = _Got()
        with wire.talking("fetching letters"):
            for answer in wire.ask(command, largest=largest):
                row = fetch_row(answer.words, answer.literals)
                if row and answer.skipped:
                    row = replace(row, body=None)
                    got.words = f"it is larger than the server had said ({answer.skipped:,} bytes)"
                # Other clients' flag changes arrive in between; they name no body and no size.
                if row and (row.has_body or row.size is not None or row.uid not in got.rows):
                    got.rows[row.uid] = row
            if wire.verdict.kind == "NO":
                got.words = wire.verdict.words
        return got

    def _same_folder(self) -> None:
        """A folder deleted and made anew while open would hand over other letters under known UIDs."""
        state = self._opened()
        wire = self._line.wire
        now: int | None = None
        with wire.talking("checking the folder"):
            for answer in wire.ask(b"STATUS " + guard.encoded(state.name) + b" (UIDVALIDITY)", largest=0):
                now = status_uidvalidity(answer.words) or now
        if now != state.uidvalidity:
            self.state = None
            raise FolderGone(
                f"The folder {quoted(state.name)} was removed or replaced on the server while it was read, "
                "so the letters just fetched were not kept. It is opened again at the next round."
            )

    def noop(self) -> bool:
        """Let the server tell its news; True when it had any."""
        wire = self._line.wire
        with wire.talking("asking for news"):
            news = [is_news(answer.words) for answer in wire.ask(b"NOOP")]
        return any(news)

    def _opened(self) -> FolderState:
        if self.state is None:
            raise FolderGone("No folder is open on this connection. Open one first.")
        return self.state

    def close(self) -> None:
        """Say goodbye if the connection still stands, and close it. Never raises."""
        wire = self._line.wire
        if not wire.dead:
            with suppress(OSError, imaplib.IMAP4.error, Exception):
                wire.socket.settimeout(5)
                self._line.client.logout()
        wire.drop()

    def abort(self) -> None:
        """Cut the connection from another thread; the one that is reading gets Unreachable at once."""
        self._line.wire.abort()


class Group(Struct, frozen=True):
    """UIDs to be fetched by one command."""

    uids: tuple[int, ...]
    size: int


def plan(uids: Sequence[int], sizes: dict[int, int], *, most: int) -> Iterator[Group]:
    """Cut a list of UIDs into groups of at most `most` bytes, in order. Pure.

    A letter larger than that is alone, and so is one whose size is not known.
    """
    some: list[int] = []
    total = 0
    for uid in uids:
        size = sizes.get(uid, most)
        if some and total + size > most:
            yield Group(tuple(some), total)
            some, total = [], 0
        some.append(uid)
        total += size
    if some:
        yield Group(tuple(some), total)


def is_news(words: bytes) -> bool:
    """Whether an untagged line says that the folder changed."""
    parts = words.split(None, 3)
    if parts[1:2] and parts[1].upper() == b"VANISHED":
        return True
    return len(parts) >= 3 and parts[1].isdigit() and parts[2].upper() in (b"EXISTS", b"EXPUNGE", b"FETCH")
