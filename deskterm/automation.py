"""Rules at work: what the log says has happened is shown to the rules, and what they do is committed.

Knows the store and the desk, no screen and no network. Each act has a key, so a crash between two
acts, or a second machine, never does one twice.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from functools import lru_cache
from hashlib import blake2b

from msgspec import Struct, field

from deskterm import chores, days, doings, subjects
from deskterm.desk import Desk
from deskterm.subjects import About
from store import blobs
from store.errors import DocError, NotFound
from store.log.tx import Tx
from store.model import Doc, Message
from store.reads import causes, docs, queues, waits
from store.reads.causes import Happening
from store.reads.promised import promised
from store.rules.firing import Answer, Cause, ask
from store.rules.match import Subject
from store.rules.rule_text import Rule, When, read_rule

CONSUMER = "rules"
FAR = 256
"""Entries a cursor may lag behind before it is written down though no rule acted."""


class Armed(Struct, frozen=True):
    """A rule that is switched on, with what its key is made of."""

    rule: Rule
    doc: str
    version: str


class _Cursor(Struct, frozen=True):
    lseq: int

    def write(self, conn: sqlite3.Connection) -> None:
        conn.execute("INSERT OR REPLACE INTO consumer VALUES(?, ?)", (CONSUMER, self.lseq))


class Automation(Struct):
    """The rules of one desk and how far in the log they have looked."""

    desk: Desk
    looked: int = -1
    broken: dict[str, str] = field(default_factory=dict[str, str])
    """Rules that cannot be read, with the reason."""

    def begin(self) -> None:
        """From now on; what happened before rules first ran on this desk is past."""
        row = self._cursor(self.desk.conn)
        if row is None:
            self.desk.keep(_Cursor(self.desk.store.last_lseq()))
            row = self._cursor(self.desk.conn)
        self.looked = max(self.looked, row or 0)

    def run(self) -> int:
        """Show the rules everything new, and what the time has done; how many acts they did.

        Raises StoreError.
        """
        if self.looked < 0:
            self.begin()
        done = self._waiting()
        while self.looked < self.desk.store.last_lseq():
            done += self._part()
        return done

    def _waiting(self) -> int:
        """The acts of rules that wait, on every ticket whose time has come."""
        conn, done = self.desk.conn, 0
        for one in armed(conn, self.broken):
            if one.rule.when is When.WAITED:
                for ticket, moment in list(waited(self.desk, conn, one)):
                    done += self._over(one, ticket, moment)
        return done

    def _over(self, one: Armed, ticket: str, moment: int) -> int:
        """What a waiting rule does to one ticket; the lock is taken where there is something to do."""
        try:
            if not doings.doing(self.desk, self.desk.conn, one.rule, subjects.about(self.desk.conn, ticket)):
                return 0
        except NotFound:
            return 0  # purged meanwhile
        with self.desk.store.write() as tx:
            if (ticket, moment) not in waited(self.desk, tx.conn, one, ticket):
                return 0  # somebody was faster
            return _act(self.desk, tx, one, subjects.about(tx.conn, ticket), causes.wait_over(moment))

    def _part(self) -> int:
        conn = self.desk.conn
        found, last = causes.since(conn, self.looked)
        chores.lists(self.desk, found)
        rules = armed(conn, self.broken)
        if not any(True for happening in found for _ in self._acting(conn, rules, happening)):
            if last - (self._cursor(conn) or 0) > FAR:
                self.desk.keep(_Cursor(last))
            self.looked = last
            return 0
        with self.desk.store.write() as tx:
            # What was read outside the lock may have moved since; inside it nothing does.
            rules = armed(tx.conn, self.broken)
            done = sum(self._each(tx, rules, happening) for happening in found)
            _Cursor(last).write(tx.conn)
        self.looked = last
        self.desk.wake.set()
        return done

    def _each(self, tx: Tx, rules: Sequence[Armed], happening: Happening) -> int:
        """All acts that follow from one cause; every rule has seen the ticket before any of them."""
        of, done = None, 0
        for one, _ in list(self._acting(tx.conn, rules, happening)):
            # What an act is done to is as the acts before it left it.
            of = of or subjects.about(tx.conn, happening.ticket)
            if _act(self.desk, tx, one, of, happening.cause):
                of, done = None, done + 1
        return done

    def _acting(
        self, conn: sqlite3.Connection, rules: Sequence[Armed], happening: Happening
    ) -> Iterator[tuple[Armed, Answer]]:
        looking = [one for one in rules if one.rule.when is happening.cause.what]
        if not looking:
            return
        try:
            seen = self.subject(conn, happening)
        except NotFound:
            return  # binned and purged meanwhile
        answers = ask(
            (one.rule for one in looking),
            happening.cause,
            seen,
            now=self.desk.now,
            zone=days.zone(self.desk, conn),
        )
        yield from ((one, a) for one, a in zip(looking, answers, strict=True) if a.acts)

    def subject(self, conn: sqlite3.Connection, happening: Happening) -> Subject:
        """What the rules see of a happening. Raises NotFound."""
        of = subjects.about(conn, happening.ticket)
        return subjects.subject(conn, of, happening.message, text=self.text(conn))

    def text(self, conn: sqlite3.Connection) -> subjects.Text:
        """How the text of a message is read; empty where its bytes are not here yet."""
        folder = self.desk.blob_folder

        def text(message: Message) -> str:
            try:
                return blobs.read_text(conn, message.body, folder=folder) if message.body else ""
            except NotFound:
                return ""

        return text

    @staticmethod
    def _cursor(conn: sqlite3.Connection) -> int | None:
        row = conn.execute("SELECT lseq FROM consumer WHERE name = ?", (CONSUMER,)).fetchone()
        return int(row[0]) if row else None


def armed(conn: sqlite3.Connection, broken: dict[str, str] | None = None) -> list[Armed]:
    """The rules that are on, in their order; what cannot be read is named in `broken`."""
    found: list[Armed] = []
    for doc in docs.of_kind(conn, "rule"):
        if doc.active:
            try:
                found.append(arm(doc))
            except DocError as error:
                if broken is not None:
                    broken[doc.name] = str(error)
    return found


@lru_cache(maxsize=1_024)
def arm(doc: Doc) -> Armed:
    """A rule from its doc, read once while the doc stays as it is. Raises DocError."""
    version = blake2b(doc.body.encode(), digest_size=5).hexdigest()
    return Armed(read_rule(doc.body, name=doc.name), doc.id, version)


def waited(desk: Desk, conn: sqlite3.Connection, one: Armed, ticket: str = "") -> Iterator[tuple[str, int]]:
    """The tickets a waiting rule acts on now (or one alone), each with the moment it counts from."""
    rule, now = one.rule, desk.now
    where = queues.condition(rule.match, days.of_rules(desk, conn))
    begins = causes.key(one.doc, one.version, root="w", ticket="").removesuffix(":")
    hours = promised(conn).hours
    urgent = rule.in_hours and not hours.is_open(now)
    for eid, at in waits.past(
        conn, where, since=rule.since, seconds=rule.wait, now=now, key=begins, ticket=ticket, urgent=urgent
    ):
        if rule.open_hours and hours.between(at, now) < rule.wait:
            return  # the oldest moments come first
        yield eid, at


def _act(desk: Desk, tx: Tx, one: Armed, of: About, cause: Cause) -> int:
    """Commit what a rule does to a ticket; 0 when that is nothing, or done already."""
    does = doings.doing(desk, tx.conn, one.rule, of)
    key = causes.key(one.doc, one.version, root=cause.root or f"w{cause.since}", ticket=of.ticket.id)
    return 1 if doings.do(desk, tx, does, of, doings.By(one.rule.name, one.doc, key, cause.entry)) else 0
