"""Due times of 50,000 open tickets, against the same loop with plain addition in place of the rules."""

from __future__ import annotations

import random
from collections.abc import Callable
from time import perf_counter

from store.model import Status
from store.rules.hours import Calendar, Hours
from store.rules.policies import STANDARD, read_policy
from store.rules.promises import Act, Due, Event, Policy, Promise
from store.rules.sla import due

TICKETS = 50_000
NOW = 1_780_000_000
QUARTER = 90 * 86_400
BUDGET = 1.0
"""Seconds for all of them."""


def main() -> None:
    """Print how long it takes, a ticket and in all, and how many times plain addition that is."""
    tickets = synthetic(TICKETS)
    hours, policy = desk()
    floor = min(timed(plain, tickets) for _ in range(3))
    cold = timed(derive, tickets, hours=hours, policy=policy)
    warm = min(timed(derive, tickets, hours=hours, policy=policy) for _ in range(3))
    print(f"due times of {TICKETS:,} open tickets, {sum(map(len, tickets)) / TICKETS:.1f} events each")
    for name, took in (("plain addition", floor), ("first round", cold), ("again", warm)):
        print(f"  {name:<16}{took:7.3f} s {took / TICKETS * 1e6:7.1f} us a ticket {took / floor:6.1f} x")
    print(f"  budget          {BUDGET:7.3f} s {'met' if cold <= BUDGET else 'MISSED'}")


def desk() -> tuple[Hours, Policy]:
    """Office hours over a clock change, and promises that are days away at most."""
    office = ((9 * 60, 12 * 60 + 30), (13 * 60 + 30, 17 * 60))
    hours = Hours(Calendar("Europe/Berlin", (*(office,) * 5, (), ())))
    return hours, read_policy(STANDARD)


def synthetic(count: int) -> list[tuple[Event, ...]]:
    """Open tickets of the last quarter: most with a reply or a pause behind them."""
    dice = random.Random(7)
    return [ticket(dice) for _ in range(count)]


def ticket(dice: random.Random) -> tuple[Event, ...]:
    at = NOW - dice.randrange(QUARTER)
    events = [Event(at, Act.CREATED, Status.NEW, dice.choice((1, 2, 3, 4)))]
    for _ in range(dice.choice((0, 0, 1, 1, 2, 3))):
        at += dice.randrange(3_600, 86_400)
        events.append(Event(at, Act.REPLY, Status.WAITING))
        at += dice.randrange(3_600, 172_800)
        events.append(Event(at, Act.CUSTOMER, Status.OPEN))
    return tuple(events)


def derive(tickets: list[tuple[Event, ...]], *, hours: Hours, policy: Policy) -> list[Due | None]:
    return [due(events, hours=hours, policy=policy) for events in tickets]


def plain(tickets: list[tuple[Event, ...]]) -> list[Due]:
    """The floor: the last event and an hour, as if desks never closed and nobody answered."""
    return [Due(events[-1].at + 3_600, Promise.FIRST, events[-1].at + 2_700) for events in tickets]


def timed(work: Callable[..., object], *given: object, **named: object) -> float:
    began = perf_counter()
    work(*given, **named)
    return perf_counter() - began


if __name__ == "__main__":
    main()
