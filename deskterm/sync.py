"""The loops: receive, send, tick. One owner for each desk, held by a lock that dies with the process.

`once` is a round for the shell; `Loop` runs the same rounds in threads beside the screen, with back-off
after trouble and IDLE where a server has it. No Textual.
"""

from __future__ import annotations

import socket
import sqlite3
import threading
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from channels.errors import ChannelError, LoginRefused, NoSecret
from deskterm import acts, pull, send
from deskterm.config import Box
from deskterm.desk import Desk
from deskterm.mailboxes import imap_account, secret
from deskterm.receive import Counts, Tell, silent
from store import outbox
from store.errors import Refused, StoreError
from store.reads import tickets

if TYPE_CHECKING:
    from channels.mime.guard import Reader

LOCK = "sync.lock"

IDLE_SECONDS = 600.0
"""How long one wait for news lasts before the folders are looked at anyway."""

TICK_SECONDS = 15.0


@contextmanager
def owner(home: Path) -> Generator[None]:
    """Hold the desk's sync for this process. Raises Refused when another one has it.

    An SQLite lock on a file of its own: released by the system however the process ends.
    """
    conn = sqlite3.connect(home / LOCK, timeout=0.2, isolation_level=None, check_same_thread=False)
    with closing(conn):
        try:
            conn.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError:
            raise Refused("Another deskterm is syncing this desk already; nothing was done twice.") from None
        yield


def once(desk: Desk, *, secrets: send.Secrets = secret, tell: Tell = silent) -> Counts:
    """One round: receive from every mailbox, send what is due, wake what slept. Raises Refused.

    Trouble with one mailbox is in `errors` and does not stop the others.
    """
    with owner(desk.home):
        counts = tick(desk)
        for name, box in desk.settings.mailbox.items():
            try:
                counts += receive(desk, name, box, secrets=secrets, tell=tell)
            except ChannelError as error:
                counts += Counts(errors=(f"{name}: {error}",))
        return counts + send.round_(desk, secrets=secrets)


def receive(desk: Desk, name: str, box: Box, *, secrets: send.Secrets, tell: Tell = silent) -> Counts:
    """One look into a mailbox. Raises ChannelError."""
    from channels.mime.guard import Reader

    with Reader() as reader:
        counts = Counts()
        if box.maildir:
            counts += pull.maildir(desk, name, box, reader=reader, tell=tell)
        if box.imap:
            from channels.imap.receive import Mailbox

            with Mailbox(imap_account(box), secrets(box)) as mailbox:
                for place in box.folders:
                    counts += pull.folder(desk, name, place, mailbox=mailbox, reader=reader, tell=tell)
        return counts


def tick(desk: Desk) -> Counts:
    """What time alone does: snoozed tickets wake, once each however many machines look."""
    asleep = tickets.many(desk.conn, tickets.waking(desk.conn, desk.now))
    for ticket in asleep:
        desk.do(acts.wake([ticket]), actor="clock", key=f"wake:{ticket.id}:{ticket.snooze_until}")
    return Counts(woken=len(asleep))


@dataclass(slots=True)
class Health:
    """How a mailbox fares, for the status line."""

    error: str = ""
    since: int = 0
    synced: int = 0
    reading: tuple[int, int] = (0, 0)
    """So far and of how many, during a first read."""


@dataclass
class Loop:
    """The threads beside the screen. `start`, then `stop`; `poke` asks for a round now."""

    desk: Desk
    secrets: send.Secrets = secret
    health: dict[str, Health] = field(default_factory=dict[str, Health])
    _stop: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list[threading.Thread])
    _wakers: list[socket.socket] = field(default_factory=list[socket.socket])
    refused: str = ""
    """Why this process does not sync: another one does."""

    def start(self) -> None:
        """Begin. A desk that another process syncs is only read here."""
        self._run("desk", self._own)

    def poke(self) -> None:
        """Look at the mailboxes now."""
        for waker in self._wakers:
            waker.send(b"!")
        self.desk.wake.set()

    def stop(self, *, wait: float = 2.0) -> None:
        """End all threads; a connection in the middle of something is cut, which loses nothing."""
        self._stop.set()
        self.poke()
        for thread in self._threads:
            thread.join(wait)

    def _run(self, name: str, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=work, name=f"sync-{name}", daemon=True)
        self._threads.append(thread)
        thread.start()

    def _own(self) -> None:
        try:
            with owner(self.desk.home):
                for name, box in self.desk.settings.mailbox.items():
                    self._wakers.append(self._watch(name, box))
                self._send()
        except Refused as error:
            self.refused = str(error)
            self._stop.wait()

    def _watch(self, name: str, box: Box) -> socket.socket:
        ours, theirs = socket.socketpair()
        theirs.setblocking(False)
        self.health[name] = Health()
        self._run(name, lambda: self._mailbox(name, box, theirs))
        return ours

    def _send(self) -> None:
        """Send what is due and wake what slept, at the latest every tick."""
        while not self._stop.is_set():
            self.desk.wake.clear()
            self._guarded("send", lambda: tick(self.desk) + send.round_(self.desk, secrets=self.secrets))
            due = outbox.next_at(self.desk.conn)
            left = TICK_SECONDS if due is None else min(TICK_SECONDS, max(due - self.desk.clock(), 0.05))
            self.desk.wake.wait(left)

    def _guarded(self, name: str, work: Callable[[], Counts]) -> None:
        """A full disk or a busy store is shown and tried again; it never ends the thread."""
        health = self.health.setdefault(name, Health())
        try:
            counts = work()
            health.error = "; ".join(counts.errors)
            health.synced = self.desk.now
        except (StoreError, ChannelError, OSError) as error:
            health.error = str(error)
            self._stop.wait(1.0)

    def _mailbox(self, name: str, box: Box, wake: socket.socket) -> None:
        """One mailbox for ever: connect, read, wait for news; back off after trouble."""
        from channels.backoff import delays
        from channels.mime.guard import Reader

        waits = delays()
        with Reader() as reader:
            while not self._stop.is_set():
                health = self.health[name]
                try:
                    self._session(name, box, wake, reader)
                    waits = delays()
                except (LoginRefused, NoSecret) as error:
                    # One attempt only: repeating a wrong password locks accounts.
                    self._failed(health, str(error))
                    _wait(wake, None, self._stop)
                except (ChannelError, StoreError, OSError) as error:
                    self._failed(health, str(error))
                    _wait(wake, next(waits), self._stop)
                except Exception as error:
                    # A mistake of ours ends this round, not the mailbox: it is shown and tried again.
                    self._failed(health, f"a mistake of deskterm's own ({type(error).__name__})")
                    _wait(wake, next(waits), self._stop)

    def _failed(self, health: Health, words: str) -> None:
        health.since = health.since or self.desk.now
        health.error = words

    def _session(self, name: str, box: Box, wake: socket.socket, reader: Reader) -> None:
        def tell(_: str, so_far: int, of: int) -> None:
            self.health[name].reading = (so_far, of)

        def go() -> bool:
            return not self._stop.is_set()

        if box.maildir:
            pull.maildir(self.desk, name, box, reader=reader, tell=tell, go=go)
            self._fine(name)
            _wait(wake, float(self.desk.settings.poll_seconds), self._stop)
        elif box.imap:
            self._imap(name, box, wake, reader, tell=tell, go=go)

    def _imap(
        self, name: str, box: Box, wake: socket.socket, reader: Reader, *, tell: Tell, go: pull.Go
    ) -> None:
        from channels.imap import idle
        from channels.imap.receive import Mailbox

        with Mailbox(imap_account(box), self.secrets(box)) as mailbox:
            while go():
                for place in box.folders:
                    pull.folder(self.desk, name, place, mailbox=mailbox, reader=reader, tell=tell, go=go)
                self._fine(name)
                if len(box.folders) > 1:
                    mailbox.open(box.folders[0])
                seconds = float(self.desk.settings.poll_seconds) if len(box.folders) > 1 else IDLE_SECONDS
                idle.wait(mailbox, wake, seconds, poll=float(self.desk.settings.poll_seconds))
                _drain(wake)

    def _fine(self, name: str) -> None:
        self.health[name] = Health(synced=self.desk.now)


def _wait(wake: socket.socket, seconds: float | None, stop: threading.Event) -> None:
    """Wait for a poke, or so long; None waits for a poke alone."""
    import select

    if not stop.is_set():
        select.select([wake], [], [], seconds)
        _drain(wake)


def _drain(wake: socket.socket) -> None:
    try:
        while wake.recv(64):
            continue
    except (BlockingIOError, OSError):
        return
