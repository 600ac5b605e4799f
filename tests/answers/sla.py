"""Answers the sla cases through store.rules.sla: the collection's four statuses and three clocks in
the desk's words and back.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from store.model import Status
from store.rules.hours import Hours
from store.rules.promises import Act, Clock, Event, Policy, Promise, Targets
from store.rules.sla import clocks
from tests.answers.biztime import calendar, moment, text

ACTS = {
    "created": Act.CREATED,
    "customer_message": Act.CUSTOMER,
    "agent_reply": Act.REPLY,
    "status": Act.CHANGE,
}
STATUSES = {
    "new": Status.NEW,
    "open": Status.OPEN,
    "pending": Status.WAITING,
    "closed": Status.CLOSED,
}
NAMES = {
    Promise.FIRST: "first_response",
    Promise.NEXT: "next_response",
    Promise.RESOLUTION: "resolution",
}


def answer(case: dict[str, Any], root: Path) -> dict[str, Any]:
    """One object a clock: `due`, `warn`, `used_minutes`; `root` is unused."""
    events = [
        Event(
            moment(row["at"]), ACTS[row["type"]], STATUSES.get(row.get("status", "")), 1 if i == 0 else None
        )
        for i, row in enumerate(case["events"])
    ]
    promised = Targets(*(case["policy"].get(name) for name in NAMES.values()))
    policy = Policy("case", {1: promised})
    hours = Hours(calendar(case["calendar"]))
    rows = clocks(events, hours=hours, policy=policy, now=moment(case["now"]))
    return {NAMES[clock.kind]: row(clock) for clock in rows}


def row(clock: Clock) -> dict[str, Any]:
    return {"due": text(clock.due), "warn": text(clock.warn), "used_minutes": clock.used // 60}
