"""The nouns of the desk as frozen values: tickets, messages, customers, accounts, agents.

No behaviour and no idea where they are kept. Times are whole Unix seconds (UTC): an int cannot
be naive, and local time exists only on screens and in letters.
"""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct


class Status(StrEnum):
    """Where a ticket stands. `new` and `open` run the clocks, the waiting ones pause them."""

    NEW = "new"
    OPEN = "open"
    WAITING = "waiting"
    """Waiting for the customer."""
    HOLD = "hold"
    """Waiting for somebody else, such as engineering."""
    SOLVED = "solved"
    CLOSED = "closed"
    SPAM = "spam"


RUNNING = frozenset({Status.NEW, Status.OPEN})
PAUSED = frozenset({Status.WAITING, Status.HOLD})
DONE = frozenset({Status.SOLVED, Status.CLOSED, Status.SPAM})

PRIORITIES = (1, 2, 3, 4)
"""P1 system down, P2 major, P3 minor, P4 question."""

TYPES = ("question", "bug", "feature", "billing", "account")


class Kind(StrEnum):
    """What a message is. Only `IN` and `OUT` are seen by the customer."""

    IN = "in"
    OUT = "out"
    NOTE = "note"
    """Internal; can never leave."""
    CALL = "call"


class Bucket(StrEnum):
    """The part of the desk a ticket lies in, derived from status, snooze and bin. Queues start here."""

    ACTIVE = "active"
    WAITING = "waiting"
    SNOOZED = "snoozed"
    DONE = "done"
    SPAM = "spam"
    BIN = "bin"


class Ticket(Struct, frozen=True):
    id: str
    number: int | None
    """#1, #2 ... in solo mode at commit; None until the journal confirms it."""
    subject: str
    status: Status
    priority: int
    created: int
    updated: int
    bucket: Bucket = Bucket.ACTIVE
    type: str = ""
    channel: str = "mail"
    brand: str = ""
    customer: str = ""
    """Customer id, or empty."""
    assignee: str = ""
    """Agent name, or empty."""
    group: str = ""
    snooze_until: int | None = None
    merged_into: str = ""
    unread: bool = False
    archive: int | None = None
    """When it came in by a silent import; nothing before that moment is promised."""
    due_at: int | None = None
    """When the next promise breaks; None while nothing runs."""
    due_kind: str = ""
    """`first`, `next` or `resolution`."""
    warn_at: int | None = None
    """When 75 % of that promise is used."""
    last_in: int | None = None
    last_out: int | None = None
    tags: tuple[str, ...] = ()
    sleep: str = ""
    """While it is snoozed: empty where a letter wakes it, `time` where only the moment does, `both`."""
    csat: int | None = None
    """How satisfied its customer was, 1 to 5; None without a verified vote."""


class Message(Struct, frozen=True):
    id: str
    ticket: str
    kind: Kind
    author: str
    """An agent's name for `out` and `note`, a customer id for `in`."""
    date: int
    subject: str = ""
    sender: str = ""
    """Display form `Name <addr>` of who wrote it."""
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    reply_to: tuple[str, ...] = ()
    """Where the writer wants answers, when that is not `sender`."""
    bcc: tuple[str, ...] = ()
    """Blind copies of a reply of ours: known here, in no header and to no other recipient."""
    msgid: str = ""
    refs: tuple[str, ...] = ()
    """Ids it cites, oldest first, without brackets."""
    snippet: str = ""
    body: str = ""
    """Key of the blob whose text is the message's text."""
    folds: str = ""
    """Line spans to fold, such as `q12-40 s44-46` (q quote, s signature)."""
    files: tuple[File, ...] = ()
    signals: tuple[str, ...] = ()
    """Words such as `auto`, `list`, `bounce`, `unverified`, `thanks`."""
    why: str = ""
    """Why it is in this ticket, in words."""
    auto: bool = False
    """Sent by a rule, so it is no reply to the customer."""

    @property
    def people(self) -> tuple[str, ...]:
        """Everybody it was written to, blind copies last."""
        return (*self.to, *self.cc, *self.bcc)


class File(Struct, frozen=True):
    """An attachment as listed. Its bytes stay inside the raw letter until asked for."""

    name: str
    type: str
    size: int
    sha256: str
    part: str = ""
    """Path of the MIME part inside the raw letter; empty when the blob is the file itself."""
    inline: bool = False


class Customer(Struct, frozen=True):
    id: str
    email: str
    name: str = ""
    phone: str = ""
    account: str = ""
    """Account id, or empty."""


class Account(Struct, frozen=True):
    id: str
    name: str
    domain: str = ""
    tier: str = ""
    arr: int | None = None
    """Yearly revenue in whole currency units."""
    csm: str = ""
    renewal: int | None = None
    plan: str = ""


class Doc(Struct, frozen=True):
    """A small text that steers the desk: macro, rule, queue, hours, policy, template."""

    id: str
    kind: str
    name: str
    body: str
    pos: str = ""
    active: bool = True


class Queue(Struct, frozen=True):
    """A saved query and how it is sorted."""

    name: str
    query: str
    sort: str = "sla"
    key: str = ""


class Line(Struct, frozen=True):
    """One row of a queue: exactly what the list draws, and nothing that needs a second query."""

    id: str
    number: int | None
    subject: str
    who: str
    status: Status
    priority: int
    due_at: int | None
    warn_at: int | None
    due_kind: str
    unread: bool
    assignee: str
    updated: int
    version: int
    """Changes whenever anything drawn changes; key of the strip cache."""
    position: tuple[int | str, ...] = ()
    """Keyset position in the sort of the page it came from."""
