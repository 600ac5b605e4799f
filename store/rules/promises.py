"""The words of a promise: what happened to a ticket, what was promised, and how a clock stands.

Pure values. Nothing here computes; `sla` does.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from msgspec import Struct

from store.model import PAUSED, Kind, Message, Status


class Promise(StrEnum):
    FIRST = "first"
    """From creation to the first reply of an agent."""
    NEXT = "next"
    """From the earliest letter of the customer that no reply has followed."""
    RESOLUTION = "resolution"
    """From creation until the ticket was last done."""


class State(StrEnum):
    RUNNING = "running"
    PAUSED = "paused"
    MET = "met"
    MISSED = "missed"
    NONE = "none"
    """Nothing is promised, or the ticket was done before the promise came to matter."""


class Mood(StrEnum):
    """The one word the list, the pane and the rules agree on."""

    CALM = "calm"
    SOON = "soon"
    LATE = "late"


class Act(StrEnum):
    """What an event was, as far as a promise cares."""

    CREATED = "created"
    """The customer wrote, and the ticket began."""
    OPENED = "opened"
    """An agent began it by writing first: nobody waits for a first reply."""
    CUSTOMER = "customer"
    REPLY = "reply"
    """An agent's words that the customer can see. Only these keep a promise."""
    NOTE = "note"
    AUTO = "auto"
    """Sent by a rule or a machine."""
    CHANGE = "change"
    """Of status or priority."""


class Event(Struct, frozen=True):
    at: int
    act: Act
    status: Status | None = None
    """The status from now on; None leaves it."""
    priority: int | None = None


class Targets(NamedTuple):
    """What is promised, in minutes of open time. None promises nothing."""

    first: int | None = None
    next: int | None = None
    resolution: int | None = None


NO_TARGETS = Targets()
"""For a priority the policy does not name."""


class Facts(NamedTuple):
    """What of a ticket decides which policy holds for it. Names are compared without case."""

    brand: str = ""
    tier: str = ""
    """Of the customer's account."""
    priority: int = 3
    channel: str = ""
    group: str = ""


class Scope(Struct, frozen=True):
    """For which tickets a policy is; a part that names nothing holds for all."""

    brand: tuple[str, ...] = ()
    tier: tuple[str, ...] = ()
    priority: tuple[int, ...] = ()
    channel: tuple[str, ...] = ()
    group: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether it leaves any ticket out."""
        return bool(self.brand or self.tier or self.priority or self.channel or self.group)

    def holds(self, facts: Facts) -> bool:
        words = ((self.brand, facts.brand), (self.tier, facts.tier), (self.channel, facts.channel),
                 (self.group, facts.group))  # fmt: skip
        named = all(not wanted or has.lower() in map(str.lower, wanted) for wanted, has in words)
        return named and (not self.priority or facts.priority in self.priority)


class Policy(Struct, frozen=True):
    """The promises by priority, for which tickets, and which statuses stop the clocks."""

    name: str
    targets: Mapping[int, Targets]
    pauses: frozenset[Status] = PAUSED
    hours: str = "office"
    """Name of the calendar the minutes are counted in; `24/7` for the one that is always open."""
    scope: Scope = Scope()


class Clock(Struct, frozen=True):
    """One promise at one moment."""

    kind: Promise
    state: State
    mood: Mood
    target: int | None
    """Open seconds."""
    started: int | None
    due: int | None
    """When it breaks if nothing else happens, or broke; None once kept, ended or stopped in time."""
    warn: int | None
    """When three quarters of the target are used, under the same rules."""
    used: int
    """Open seconds it has run."""
    ended: int | None = None


class Due(NamedTuple):
    """The next promise to break."""

    at: int
    kind: Promise
    warn: int


def event_of(message: Message) -> Event:
    """What a message means to the promises, for all but the one that created its ticket.

    A machine's letter neither asks nor answers, and a note or a logged call is nothing the
    customer can read.
    """
    if message.auto or not MACHINES.isdisjoint(message.signals):
        return Event(message.date, Act.AUTO)
    if FORWARD in message.signals:
        return Event(message.date, Act.NOTE)
    return Event(message.date, ACTS[message.kind])


ACTS = {Kind.IN: Act.CUSTOMER, Kind.OUT: Act.REPLY, Kind.NOTE: Act.NOTE, Kind.CALL: Act.NOTE}

VOTE = "vote"
"""Signal of a letter that answers a survey of ours."""

MACHINES = frozenset({"auto", "bounce", "delivered", "thanks", VOTE})
"""Signals of letters that ask for nothing: no person wrote them, or only to say thanks, or to vote."""


def stray(message: Message) -> bool:
    """Whether a message is the vote of somebody else than the customer: nobody to write to."""
    return VOTE in message.signals and "unverified" in message.signals


FORWARD = "forward"
"""Signal of a letter handed on to somebody else, which answers nobody."""
