"""The loops: receive, send, tick. One owner for each desk, held by a lock that dies with the process.

`once` is a round for the shell; `Loop` runs the same rounds in threads beside the screen, with back-off
after trouble and IDLE where a server has it. No Textual.
"""

from __future__ import annotations

import socket
import sqlite3
import threading
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from channels.errors import ChannelError, LoginRefused, NoSecret, TokenRefused
from deskterm import acts, chores, folders, pull, send, sleeps, todo
from deskterm.automation import Automation
from deskterm.config import Box
from deskterm.desk import Desk
from deskterm.mailboxes import imap_account
from deskterm.progress import Pace
from deskterm.receive import Counts, Tell, silent
from deskterm.signing import Keys
from deskterm.ways import Secrets, Ways
from store.errors import Refused, StoreError
from store.files import private_file
from store.reads import many, tickets
from store.reads import todo as due

if TYPE_CHECKING:
    from channels.mime.guard import Reader

LOCK = "sync.lock"

IDLE_SECONDS = 600.0
"""How long one wait for news lasts before the folders are looked at anyway."""

TICK_SECONDS = 15.0

ASK_SECONDS = 2.0
"""How often a process that may not sync looks whether the one that does has ended."""

SENDER = "sending"
"""What the health of the way out is called beside those of the mailboxes."""


@contextmanager
def owner(home: Path) -> Generator[None]:
    """Hold the desk's sync for this process. Raises Refused when another one has it.

    An SQLite lock on a file of its own: released by the system however the process ends.
    """
    if not (home / LOCK).exists():
        private_file(home / LOCK).close()
    conn = sqlite3.connect(home / LOCK, timeout=0.2, isolation_level=None, check_same_thread=False)
    with closing(conn):
        try:
            conn.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError:
            raise Refused("Another deskterm is syncing this desk already; nothing was done twice.") from None
        yield


def once(desk: Desk, *, secrets: Secrets | None = None, tell: Tell = silent) -> Counts:
    """One round: receive from every mailbox, send what is due, wake what slept. Raises Refused.

    Trouble with one mailbox is in `errors` and does not stop the others.
    """
    secrets = secrets or Keys(desk.home, desk.settings)
    with owner(desk.home):
        rules = Automation(desk)
        rules.begin()
        counts = tick(desk)
        for name, box in desk.settings.mailbox.items():
            try:
                counts += receive(desk, name, box, secrets=secrets, tell=tell)
            except ChannelError as error:
                counts += Counts(errors=(f"{name}: {error}",))
        counts += Counts(acted=rules.run())
        return counts + send.round_(desk, secrets=secrets)


def receive(desk: Desk, name: str, box: Box, *, secrets: Secrets, tell: Tell = silent) -> Counts:
    """One look into a mailbox. Raises ChannelError."""
    from channels.mime.guard import Reader

    with Reader() as reader:
        counts = Counts()
        if box.maildir:
            counts += pull.maildir(desk, name, box, reader=reader, tell=tell)
        if box.imap:
            from channels.imap.receive import Mailbox

            with Mailbox(imap_account(box), secrets(box)) as mailbox:
                places = folders.wanted(box, mailbox)
                counts += pull.account(desk, name, places, mailbox=mailbox, reader=reader, tell=tell)
        return replace(counts, errors=tuple(f"{name}: {words}" for words in counts.errors))


def tick(desk: Desk) -> Counts:
    """What time alone does: sleepers wake, items fall due; once each however many machines look."""
    woken = 0
    for ticket in many.tickets(desk.conn, tickets.waking(desk.conn, desk.now)):
        both = ticket.sleep == sleeps.BOTH
        act = acts.snooze([ticket], until=sleeps.FOREVER) if both else acts.wake([ticket])
        desk.do(act, actor="clock", key=f"wake:{ticket.id}:{ticket.snooze_until}")
        woken += not both
    for eid, item in due.due(desk.conn, desk.now):
        act = todo.wake(tickets.ticket(desk.conn, eid), item)
        desk.do(act, actor="clock", key=f"todo:{eid}:{item.key}:{item.due}")
        woken += 1
    return Counts(woken=woken, acted=chores.again(desk))


class Health(Struct):
    """How a mailbox fares, for the status line."""

    error: str = ""
    since: int = 0
    synced: int = 0
    reading: tuple[int, int] = (0, 0)
    """So far and of how many, during a first read."""
    pace: str = ""
    """How fast that goes and how long it will take, in words."""


@dataclass
class Loop:
    """The threads beside the screen. `start`, then `stop`; `poke` asks for a round now."""

    desk: Desk
    secrets: Secrets | None = None
    """None: those of the desk's settings."""
    health: dict[str, Health] = field(default_factory=dict[str, Health])
    _stop: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list[threading.Thread])
    _wakers: list[socket.socket] = field(default_factory=list[socket.socket])
    _ways: Ways = field(default_factory=Ways)
    _rules: Automation = field(init=False)
    refused: str = ""
    """Why this process does not sync: another one does. Empty again once that one has ended."""
    _keys: Secrets = field(init=False)

    def __post_init__(self) -> None:
        self._keys = self.secrets or Keys(self.desk.home, self.desk.settings)
        self._rules = Automation(self.desk)

    def start(self) -> None:
        """Begin. A desk that another process syncs is only read here."""
        self._run("desk", self._own)

    def poke(self) -> None:
        """Look at the mailboxes now, and try what waits for a server or a password again."""
        self._ways.ask()
        self._wake()

    def stop(self, *, wait: float = 2.0) -> None:
        """End all threads; a connection in the middle of something is cut, which loses nothing."""
        self._stop.set()
        self._wake()
        for thread in self._threads:
            thread.join(wait)

    def _wake(self) -> None:
        for waker in self._wakers:
            # A full line means that it is awake already.
            with suppress(BlockingIOError):
                waker.send(b"!")
        self.desk.wake.set()

    def _run(self, name: str, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=work, name=f"sync-{name}", daemon=True)
        self._threads.append(thread)
        thread.start()

    def _own(self) -> None:
        """Sync while the desk is ours; while it is another process's, ask now and then."""
        while not self._stop.is_set():
            try:
                with owner(self.desk.home):
                    self.refused = ""
                    self._rules.begin()
                    for name, box in self.desk.settings.mailbox.items():
                        # A mailbox that only sends has nothing to wait for.
                        if box.imap or box.maildir:
                            self._watch(name, box)
                    self._send()
            except Refused as error:
                self.refused = str(error)
                self._stop.wait(ASK_SECONDS)

    def _watch(self, name: str, box: Box) -> None:
        ours, theirs = socket.socketpair()
        for end in (ours, theirs):
            end.setblocking(False)
        self.health[name] = Health()
        self._ways.deafen(name)
        # Whoever ends the loop has to be able to wake the thread from its first moment on.
        self._wakers.append(ours)
        self._run(name, lambda: self._mailbox(name, box, theirs))

    def _send(self) -> None:
        """Send what is due and wake what slept, at the latest every tick."""
        while not self._stop.is_set():
            self.desk.wake.clear()
            left = self._guarded(self._outgoing)
            self.desk.wake.wait(left)

    def _outgoing(self) -> float:
        """One round; returns the seconds until the next."""
        counts = tick(self.desk) + Counts(acted=self._rules.run())
        counts += send.round_(self.desk, secrets=self._keys, ways=self._ways)
        self.health.setdefault(SENDER, Health()).error = "; ".join(counts.errors)
        due = send.next_at(self.desk, self._ways)
        return TICK_SECONDS if due is None else min(TICK_SECONDS, max(due - self.desk.clock(), 0.05))

    def _guarded(self, work: Callable[[], float]) -> float:
        """A full disk, a busy store or a mistake of ours is shown and tried again; it ends no thread."""
        try:
            return work()
        except (StoreError, ChannelError, OSError) as error:
            words = str(error)
        except Exception as error:
            words = _ours(error)
        if not self._stop.is_set():
            self.health.setdefault(SENDER, Health()).error = words
        return 1.0

    def _mailbox(self, name: str, box: Box, wake: socket.socket) -> None:
        """One mailbox for ever: connect, read, wait for news; back off after trouble."""
        from channels.backoff import delays
        from channels.mime.guard import Reader

        waits = delays()
        with Reader() as reader:
            while not self._stop.is_set():
                health = self.health[name]
                try:
                    # The settings may have changed since this mailbox was last tried.
                    box = self.desk.settings.mailbox.get(name, box)
                    self._session(name, box, wake, reader)
                    waits = delays()
                except TokenRefused as error:
                    self._failed(health, str(error))
                    _wait(wake, next(waits), self._stop)
                except (LoginRefused, NoSecret) as error:
                    self._ways.deafen(name)
                    # One attempt only: repeating a wrong password locks accounts.
                    self._failed(health, str(error))
                    _wait(wake, None, self._stop)
                except (ChannelError, StoreError, OSError) as error:
                    self._ways.deafen(name)
                    self._failed(health, str(error))
                    _wait(wake, next(waits), self._stop)
                except Exception as error:
                    # A mistake of ours ends this round, not the mailbox: it is shown and tried again.
                    self._failed(health, _ours(error))
                    _wait(wake, next(waits), self._stop)

    def _failed(self, health: Health, words: str) -> None:
        health.since = health.since or self.desk.now
        health.error = words

    def _session(self, name: str, box: Box, wake: socket.socket, reader: Reader) -> None:
        pace = Pace()

        def tell(_: str, so_far: int, of: int) -> None:
            pace.told(so_far, at=self.desk.clock())
            self.health[name].reading = (so_far, of)
            self.health[name].pace = pace.words(of - so_far)

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

        with Mailbox(imap_account(box), self._keys(box)) as mailbox:
            while go():
                places = folders.wanted(box, mailbox)
                counts = pull.account(
                    self.desk, name, places, mailbox=mailbox, reader=reader, tell=tell, go=go
                )
                self._fine(name, counts.errors)
                poll = float(self.desk.settings.poll_seconds)
                if mailbox.state is None:
                    _wait(wake, poll, self._stop)
                    continue
                # News come for the open folder only; the others are asked now and then.
                idle.wait(mailbox, wake, IDLE_SECONDS if len(places) == 1 else poll, poll=poll)
                _drain(wake)

    def _fine(self, name: str, missing: tuple[str, ...] = ()) -> None:
        """A round is over; `missing` says which folders could not be read."""
        self._ways.heard(name)
        if self.health[name].error:
            # Where letters come from again, letters may leave again.
            self._ways.ask(name)
            self.desk.wake.set()
        since = (self.health[name].since or self.desk.now) if missing else 0
        self.health[name] = Health("; ".join(missing), since, self.desk.now)


def _ours(error: Exception) -> str:
    return f"a mistake of deskterm's own ({type(error).__name__}); it is tried again"


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
