"""The desk: one open store with its settings and its clock, and the acts people do on it.

The only place above the store that commits. Knows no screen and no network; screens, shell and sync
all hold one of these.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from msgspec import Struct

from deskterm import pacing
from deskterm.acts import Act
from deskterm.begun import as_draft, called_back
from deskterm.clock import kept
from deskterm.config import Settings, load
from deskterm.events import Events
from store import blobs, drafts, outbox
from store.db import Store
from store.errors import NotFound, Refused
from store.log import undo
from store.log.entry import Change, put
from store.log.tx import NOTHING, Beside, Receipt, Tx
from store.model import Doc, Message, Ticket
from store.reads import conversation, docs, tickets
from store.upgrading import Tell, silent

FILE = "desk.db"


class Done(Struct, frozen=True):
    """What an act did, for the status line and the shell."""

    words: str
    receipt: Receipt = NOTHING

    @property
    def happened(self) -> bool:
        return self.receipt.entry != 0


class Desk:
    def __init__(
        self, store: Store, settings: Settings, *, home: Path, clock: Callable[[], float] = time.time
    ) -> None:
        """Take over an open store. `clock` gives Unix seconds and can be a moved one."""
        self.store = store
        self.settings = settings
        self.home = home
        self.clock = clock
        self.closing: list[Callable[[], None]] = []
        """Called before the store closes, such as by a clock that wants to be remembered."""
        self.wake = threading.Event()
        """Set after each commit here, so that the sender looks at the outbox."""
        self.events = Events()

    @classmethod
    def open(
        cls,
        home: Path,
        *,
        settings: Settings | None = None,
        clock: Callable[[], float] | None = None,
        tell: Tell = silent,
    ) -> Desk:
        """Open or found the desk in `home`. Raises StoreError or ConfigError, each with its sentence.

        Without a `clock` it goes by the one kept in the home, else by the system's. `tell` hears how far a
        large desk of an older deskterm is with being brought up to date.
        """
        settings = settings if settings is not None else load(home)
        moved = kept(home) if clock is None else None
        ticking = clock or moved or time.time
        store = Store(home / FILE, clock=lambda: int(ticking() * 1000), tell=tell)
        desk = cls(store, settings, home=home, clock=ticking)
        if moved is not None:
            desk.closing.append(lambda: moved.keep(home))
        return desk

    def close(self) -> None:
        for last in self.closing:
            last()
        self.store.close()

    @property
    def now(self) -> int:
        """Unix seconds."""
        return int(self.clock())

    @property
    def conn(self) -> sqlite3.Connection:
        """The read connection of the calling thread."""
        return self.store.read()

    @property
    def read_only(self) -> str:
        """Why the desk can be read and not changed, or nothing."""
        return self.store.read_only

    @property
    def agent(self) -> str:
        return self.settings.agent

    def do(self, act: Act, *, actor: str = "", key: str | None = None, beside: Sequence[Beside] = ()) -> Done:
        """Commit an act as one entry; an act that changes nothing is no entry."""
        with self.store.write() as tx:
            receipt = tx.commit(act.changes, actor=actor or self.agent, kind=act.kind, key=key, beside=beside)
        self.wake.set()
        return Done(act.words if receipt.entry else f"Nothing to change: {act.words}", receipt)

    def commit(
        self,
        make: Callable[[Tx], tuple[str, Sequence[Change], Sequence[Beside]]],
        *,
        words: str,
        key: str | None = None,
    ) -> Done:
        """Commit changes that need ids of the transaction: `make` gives kind, changes and what is beside."""
        with self.store.write() as tx:
            kind, changes, beside = make(tx)
            receipt = tx.commit(changes, actor=self.agent, kind=kind, key=key, beside=beside)
        self.wake.set()
        return Done(words, receipt)

    def keep(self, beside: Beside) -> None:
        """Write something local, such as a draft, without an act."""
        with self.store.write() as tx:
            beside.write(tx.conn)

    def undo(self, entry: int | None = None) -> Done:
        """Take back an act (the last one of this agent by default). Raises Refused when it cannot be."""
        with self.store.write() as tx:
            target = entry if entry is not None else undo.last_act(tx.conn, self.agent)
            if target is None:
                raise Refused("There is nothing to undo.")
            plan = undo.plan(tx.conn, target)
            self._may_call_back(tx.conn, plan)
            changes = [*plan.changes, *_unmade(plan.made), *_rehomed(tx.conn, plan)]
            beside = [b for row in plan.made if (b := self._draft_of(tx.conn, row)) is not None]
            receipt = tx.commit(changes, actor=self.agent, kind="undo", cause=target, beside=beside)
        if not receipt.entry:
            raise Refused(_nothing_left(plan))
        self.wake.set()
        left = f"; {len(plan.kept)} changed since and kept" if plan.kept else ""
        return Done(f"Undid {self.said(target)}{left}", receipt)

    def is_bulk(self, entry: int | None = None, *, redo: bool = False) -> bool:
        """Whether what `undo` or `redo` would reverse is so large that it takes a while."""
        last = undo.last_undo if redo else undo.last_act
        target = entry if entry is not None else last(self.conn, self.agent)
        return target is not None and len(undo.stroke(self.conn, target)) > 1

    def redo(self) -> Done:
        """Do again what was last undone, if nothing else was done since. Raises Refused."""
        with self.store.write() as tx:
            target = undo.last_undo(tx.conn, self.agent)
            if target is None:
                raise Refused("There is nothing to redo.")
            plan = undo.plan(tx.conn, target)
            rows = dict.fromkeys(c.eid for c in plan.changes if c.eid.startswith("x"))
            waits = [Change(eid, "not_before", self._leaves(n, of=len(rows))) for n, eid in enumerate(rows)]
            receipt = tx.commit([*plan.changes, *waits], actor=self.agent, kind="redo", cause=target)
        self.wake.set()
        return Done(f"Did again {self.said(target)}", receipt)

    def _leaves(self, n: int, *, of: int) -> int:
        own = self.settings
        return pacing.leaves_at(
            n, of=of, now=self.now, after=own.undo_seconds, per_minute=own.letters_per_minute
        )

    def said(self, entry: int) -> str:
        """An entry in a few words, such as `solve of #12`."""
        find = "SELECT kind, eids FROM entry WHERE id = ?"
        parts = undo.stroke(self.conn, self._origin(entry))
        rows = [self.conn.execute(find, (part,)).fetchone() for part in parts]
        if not rows:
            return "an act"
        kind = str(rows[0][0])
        touched = list(
            dict.fromkeys(eid for row in rows for eid in str(row[1]).split() if eid.startswith("t"))
        )
        if not touched:
            return f"{kind}{self._docs_of(rows)}"
        if len(touched) != 1:
            return f"{kind} of {len(touched):,} tickets"
        number = self.conn.execute("SELECT number FROM ticket WHERE id = ?", (touched[0],)).fetchone()
        return f"{kind} of #{number[0]}" if number and number[0] else kind

    def _docs_of(self, rows: Sequence[tuple[object, ...]]) -> str:
        """` of macro Refund`: the docs an act was about, the desk's own aside."""
        ids = dict.fromkeys(eid for row in rows for eid in str(row[1]).split() if eid.startswith("d"))
        find = "SELECT kind || ' ' || name FROM doc WHERE id = ? AND kind <> 'desk'"
        names = [str(row[0]) for eid in ids for row in self.conn.execute(find, (eid,))]
        return f" of {names[0] if len(names) == 1 else f'{len(names)} docs'}" if names else ""

    def _origin(self, entry: int) -> int:
        """The act that a chain of undos and redos is about."""
        find = "SELECT kind, cause FROM entry WHERE id = ?"
        row = self.conn.execute(find, (entry,)).fetchone()
        while row is not None and row[0] in undo.REVERSALS and row[1] is not None:
            entry = int(row[1])
            row = self.conn.execute(find, (entry,)).fetchone()
        return entry

    def ticket(self, name: str) -> Ticket:
        """The ticket called `#12`, `12`, `~7k3f` or by its id. Raises NotFound."""
        return tickets.ticket(self.conn, tickets.named(self.conn, name))

    def text(self, message: Message) -> str:
        """The text of a message; a sentence in its place when its bytes are not here."""
        try:
            return blobs.read_text(self.conn, message.body, folder=self.blob_folder) if message.body else ""
        except NotFound as error:
            return str(error)

    def raw(self, message: Message) -> bytes:
        """The letter as it came, byte for byte. Raises NotFound or StoreDamaged."""
        return blobs.read_raw(self.conn, message.body, folder=self.blob_folder)

    @property
    def blob_folder(self) -> Path | None:
        return blobs.folder_of(self.store.path)

    def save_doc(self, kind: str, name: str, body: str, *, pos: str = "") -> Done:
        """Write a doc: a new one, or the new body of the one with this name."""

        def make(tx: Tx) -> tuple[str, list[Change], list[Beside]]:
            known = docs.named(tx.conn, kind, name)
            if known is not None:
                return "edit", [Change(known.id, "body", body)] if known.body != body else [], []
            row = {"kind": kind, "name": name, "body": body, "pos": pos or name}
            return "edit", [put(tx.new_id("d"), row)], []

        return self.commit(make, words=f"Saved {kind} {name}")

    def doc(self, kind: str, name: str) -> Doc:
        """Raises NotFound naming what exists."""
        found = docs.named(self.conn, kind, name)
        if found is None:
            names = ", ".join(doc.name for doc in docs.of_kind(self.conn, kind)) or "none yet"
            raise NotFound(f"There is no {kind} called {name!r}. There are: {names}.")
        return found

    def _may_call_back(self, conn: sqlite3.Connection, plan: undo.Plan) -> None:
        """A reply that left cannot be taken back, nor anything done in the same stroke. Raises Refused."""
        # To whose ticket a reply belongs may change for ever; whether it leaves may not.
        touched = {*plan.made, *(c.eid for c in plan.changes if c.field != "ticket")}
        touched |= {kept.eid for kept in plan.kept if kept.field != "ticket"}
        for eid in sorted(touched):
            if eid.startswith("x"):
                state = conn.execute("SELECT state FROM outbox WHERE id = ?", (eid,)).fetchone()[0]
                if state not in (*outbox.OPEN, outbox.CALLED_BACK):
                    raise Refused(f"The reply is {state} and cannot be called back; nothing was undone.")

    def _draft_of(self, conn: sqlite3.Connection, eid: str) -> drafts.Draft | None:
        """What was written comes back as a draft, so that calling a reply back loses no word."""
        if not eid.startswith("m"):
            return None
        message = conversation.message(conn, eid)
        begun = called_back(message, self.text(message), base=self.store.last_lseq())
        return as_draft(begun, agent=self.agent, now=self.now)


def _rehomed(conn: sqlite3.Connection, plan: undo.Plan) -> list[Change]:
    """Where letters go that came in since a merge that is taken back."""
    if not any(change.field == "merged_into" for change in plan.changes):
        return []
    from deskterm import rehoming

    return rehoming.since(conn, plan)


def _unmade(made: Sequence[str]) -> list[Change]:
    """What an act made goes: replies are called back, the rest goes to the bin."""
    changes = [Change(eid, "state", outbox.CALLED_BACK) for eid in made if eid.startswith("x")]
    return changes + [Change(eid, "_deleted", 1) for eid in made if eid[:1] in "tmdou"]


def _nothing_left(plan: undo.Plan) -> str:
    by = sorted({kept.by for kept in plan.kept if kept.by})
    return f"Nothing to undo: {', '.join(by)} changed it since." if by else "There is nothing left to undo."
