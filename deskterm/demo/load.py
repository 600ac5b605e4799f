"""Building the practice desk: its story played through the real intake and the real commit.

What a person would have done is done at the moment it was done, with the clock moved there; so every
history, clock and reason on the practice desk is a true one.
"""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import msgspec

from deskterm import live, pack, replies, writing
from deskterm.clock import MovedClock, kept
from deskterm.config import Box, Settings, save
from deskterm.demo import company, docs, letters
from deskterm.demo.scene import Noted, Received, Replied, Set, Solved, Step
from deskterm.desk import FILE as DESK
from deskterm.desk import Desk
from deskterm.receive import Batcher, read_all
from store import outbox
from store.errors import Refused
from store.files import private_folder
from store.log import ids
from store.log.entry import Change, put
from store.model import Queue, Status, Ticket
from store.reads import tickets
from store.reads.queues import write as queue_text
from store.rules import macros

MAILBOX = "support"


def prepare(home: Path, *, reset: bool = False, now: int | None = None) -> Desk:
    """Open the practice desk in `home`, building it first where there is none (or with `reset`).

    `now` is the real time it pretends to be about, for tests. It is built beside its place and moved in
    whole, so that an interrupted build leaves nothing behind.
    """
    if kept(home) is None and (home / DESK).exists():
        raise Refused(
            f"{home} holds a desk that is no practice desk; it was left alone. Choose another --home."
        )
    if reset or kept(home) is None:
        _build(home, now=int(time.time()) if now is None else now)
    return Desk.open(home)


def _build(home: Path, *, now: int) -> None:
    fresh = home.with_name(f"{home.name}.building")
    shutil.rmtree(fresh, ignore_errors=True)
    private_folder(fresh)
    moment = company.opening(now)
    save(fresh, settings(home))
    clock = MovedClock(moment)
    desk = Desk.open(fresh, settings=settings(home), clock=clock)
    try:
        _Player(desk, clock).play(moment)
    finally:
        desk.close()
    clock.set(moment)
    clock.keep(fresh)
    shutil.rmtree(home, ignore_errors=True)
    fresh.replace(home)


def settings(home: Path) -> Settings:
    """One mailbox without servers: what leaves goes to a Maildir in the home."""
    box = Box(address=company.SUPPORT, name=f"{company.NAME} Support", out=str(home / "out"))
    return Settings(agent=company.MAREK.name, mailbox={MAILBOX: box})


class _Player:
    """Plays the story. Letters cite replies by the ids of the story, which become the real ones here."""

    def __init__(self, desk: Desk, clock: MovedClock) -> None:
        from channels.mime.guard import Reader

        self.desk = desk
        self.clock = clock
        self.reader = Reader()
        self.ticket: dict[str, str] = {}
        """Scene key to ticket id."""
        self.real: dict[bytes, bytes] = {}
        """Message-IDs of the story to real ones."""

    def play(self, moment: int) -> None:
        story = letters.timeline(moment)
        self.clock.set(story[0][1].at - 60)
        self._furnish(moment)
        with self.reader:
            for key, step in story:
                self.clock.set(step.at)
                self._step(key, step)

    def _furnish(self, moment: int) -> None:
        """Accounts, colleagues, queues, hours and macros: what a desk has before the first letter."""
        desk = self.desk
        rows: list[Change] = []
        for one in company.ACCOUNTS:
            eid = ids.from_letter(desk.store.secret, "o", one.domain)
            rows.append(
                put(
                    eid,
                    {
                        "name": one.name,
                        "domain": one.domain,
                        "tier": one.tier,
                        "arr": one.arr,
                        "csm": one.csm or None,
                        "renewal": one.renewal(moment),
                        "plan": one.plan,
                    },
                )
            )
        for one in company.COLLEAGUES:
            eid = ids.from_letter(desk.store.secret, "u", one.email)
            rows.append(put(eid, {"name": one.name, "email": one.email, "role": one.role, "active": 1}))
        desk.commit(lambda tx: ("furnish", rows, ()), words="Accounts and colleagues")
        desk.save_doc("hours", "office", company.HOURS)
        for n, (name, query) in enumerate(company.QUEUES):
            desk.save_doc("queue", name, queue_text(Queue(name, query)), pos=f"{n:02}")
        for n, text in enumerate(docs.macros()):
            desk.save_doc("macro", macros.parse(text).name, text, pos=f"{n:02}")
        desk.save_doc("rule", company.RULE_NAME, company.RULE)
        quiet = [doc for doc in pack.named("letters").docs if not doc.active]
        desk.commit(lambda tx: ("edit", pack.rows(tx, quiet), ()), words="Docs that answer letters, off")
        live.open_(desk)

    def _step(self, key: str, step: Step) -> None:
        match step:
            case Received():
                self._receive(key, step)
            case Replied():
                self._reply(key, step)
            case Noted():
                writing.note(self._as(step.agent), self._ticket(key), step.text)
            case Set():
                change = Change(self.ticket[key], step.field, step.value)
                self._commit(step.agent, "set", [change])
            case Solved():
                self._commit(step.agent, "solve", [Change(self.ticket[key], "status", Status.SOLVED.value)])

    def _receive(self, key: str, step: Received) -> None:
        from channels.letter import Fetched

        raw = step.raw
        for told, real in self.real.items():
            raw = raw.replace(told, real)
        letter = Fetched("INBOX", 1, 0, raw, step.at)
        batch = list(read_all([letter], self.reader, folder=self.desk.blob_folder, source=MAILBOX))
        before = self.desk.store.last_lseq()
        Batcher(self.desk).take(batch)
        row = self.desk.conn.execute("SELECT eids FROM entry WHERE lseq > ?", (before,)).fetchone()
        touched = [eid for eid in str(row[0] if row else "").split() if eid.startswith("t")]
        if touched:
            self.ticket.setdefault(key, touched[0])

    def _reply(self, key: str, step: Replied) -> None:
        desk, ticket = self._as(step.agent), self._ticket(key)
        to = writing.prepare(desk, ticket)
        writing.reply(desk, ticket, replies.Reply(step.text, to.to, to.cc), then=Status.OPEN, now=True)
        # It left on a day gone by: no copy of it belongs into today's Maildir.
        row = outbox.due(desk.conn, desk.now)[-1]
        self.real[step.message_id.encode()] = row.msgid.encode()
        left = [*outbox.moved(row, outbox.SENT), Change(row.id, "copied", 1)]
        self._commit("sender", "sending", left)

    def _as(self, agent: str) -> _Agent:
        return _Agent(self.desk, agent)

    def _ticket(self, key: str) -> Ticket:
        return tickets.ticket(self.desk.conn, self.ticket[key])

    def _commit(self, actor: str, kind: str, changes: list[Change]) -> None:
        with self.desk.store.write() as tx:
            tx.commit(changes, actor=actor, kind=kind)


class _Agent(Desk):
    """The same desk in the hands of a colleague."""

    def __init__(self, desk: Desk, name: str) -> None:
        hands = msgspec.structs.replace(desk.settings, agent=name)
        super().__init__(desk.store, hands, home=desk.home, clock=desk.clock)
