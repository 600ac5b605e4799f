"""A week at the desk and what follows, the clock moved: the shipped rules act, and all is counted by hand.

Office hours are Monday to Friday, nine to five, UTC; a promise is a first reply within a day of eight hours.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from deskterm import acts, live, pack, plans, replies, writing
from deskterm.automation import Automation
from deskterm.config import save
from deskterm.desk import Desk
from store.log.entry import Change, put
from store.model import Status, Ticket
from store.reads import baseline, docs, promised, rule_stats
from store.rules import macros
from tests.rigs.mail import (
    DAY,
    all_tickets,
    box,
    letter,
    messages,
    one,
    opened,
    settings,
    sound,
    states,
    take,
)

MONDAY = 1_774_224_000
"""2026-03-23 00:00 UTC."""
HALF = 1_800
HOUR = 3_600
POLICY = 'hours = "office"\n[p1]\nfirst = "1h"\n[p2]\nfirst = "2h"\n[p3]\nfirst = "8h"\n'


@dataclass
class At:
    now: int = MONDAY + 8 * HOUR

    def __call__(self) -> float:
        return float(self.now)


@dataclass
class Week:
    """The desk, its clock, and who does what when."""

    desk: Desk
    at: At
    rules: Automation = field(init=False)
    letters: int = 0

    def __post_init__(self) -> None:
        self.rules = Automation(self.desk)
        self.rules.begin()

    def until(self, day: int, hour: int, minute: int = 0) -> None:
        """Let time go by to an hour of a day (Monday is 0), with the rules run every half hour."""
        there = MONDAY + day * DAY + hour * HOUR + minute * 60
        while self.at.now < there:
            self.at.now = min(there, self.at.now + HALF)
            self.rules.run()

    def comes(self, who: int, subject: str, text: str, *, answers: str = "") -> None:
        self.letters += 1
        sender = f"Customer {who} <c{who}@customers.example>"
        raw = letter(
            self.letters, subject=subject, text=text, sender=sender, answers=answers, when=self.at.now,
            msgid=f"l{self.letters}@customers.example",
        )  # fmt: skip
        take(self.desk, raw, received=self.at.now)
        self.rules.run()

    def answers(self, subject: str, then: Status) -> None:
        ticket = one(self.desk, subject)
        people = writing.prepare(self.desk, ticket)
        writing.reply(self.desk, ticket, replies.Reply("Here it is.", people.to), then=then)
        self.rules.run()

    def macro(self, name: str, ticket: Ticket) -> None:
        macro = macros.parse(self.desk.doc("macro", name).body)
        plans.apply(self.desk, plans.make_macro(self.desk, macro, [ticket.id]))
        self.rules.run()

    def tags(self, subject: str) -> set[str]:
        return set(one(self.desk, subject).tags)

    def fired(self) -> dict[str, int]:
        """How often each rule acted, for those that did."""
        stats = rule_stats.of_desk(self.desk.conn, since=MONDAY)
        named = {doc.id: doc.name for doc in docs.of_kind(self.desk.conn, "rule")}
        return {named[doc]: stat.fired for doc, stat in stats.items()}


@pytest.fixture
def week(tmp_path: Path) -> Iterator[Week]:
    at = At()
    with opened(tmp_path / "home", settings(box()), at) as desk:
        save(desk.home, desk.settings)
        live.open_(desk)
        desk.save_doc("policy", "standard", POLICY)
        for name in ("day-one", "month-one", "month-three", "starter"):
            pack.take_in(desk, pack.named(name))
        for doc in docs.of_kind(desk.conn, "rule"):
            if not doc.active and doc.name != "Biggest accounts to seniors":  # that one goes by tiers
                pack.switch(desk, doc, on=True)
        agents: list[Change] = [
            put("uana", {"name": "ana", "lang.en": 1}),
            put("uben", {"name": "ben", "role": "senior", "lang.en": 1}),
        ]
        desk.commit(lambda tx: ("team", agents, ()), words="")
        yield Week(desk, at)


def test_a_week_at_the_desk(week: Week) -> None:
    _monday(week)
    _tuesday(week)
    _later(week)
    _counted(week)
    sound(week.desk)


def _monday(week: Week) -> None:
    week.until(0, 9)
    week.comes(1, "Money", "I want a refund for my order.\n")
    week.comes(2, "Cannot get in", "My password is refused.\n")
    week.comes(3, "Nothing works", "Production down since eight!\n")
    assert week.tags("Money") == {"refund"} and one(week.desk, "Money").group == "billing"
    assert week.tags("Cannot get in") == {"sign-in"}
    assert week.tags("Nothing works") == {"outage"} and one(week.desk, "Nothing works").priority == 1
    shared = [ticket.assignee for ticket in all_tickets(week.desk)]
    assert sorted(shared) in (["ana", "ana", "ben"], ["ana", "ben", "ben"]), "they take turns"
    week.until(0, 9, 30)
    week.answers("Nothing works", Status.SOLVED)
    week.until(0, 11)
    week.answers("Money", Status.WAITING)
    week.until(0, 14, 30)
    assert week.tags("Cannot get in") == {"sign-in"}
    week.until(0, 15)  # three quarters of eight hours
    assert week.tags("Cannot get in") == {"sign-in", "in-danger"}
    week.until(1, 8, 30)
    assert "late" not in week.tags("Cannot get in"), "due at five, when the desk had closed"


def _tuesday(week: Week) -> None:
    week.until(1, 9)
    assert week.tags("Cannot get in") == {"sign-in", "late"}
    week.comes(4, "Export", "The export stopped working.\n")
    assert week.tags("Export") == {"bug"} and one(week.desk, "Export").group == "technical"
    week.desk.do(acts.priority([one(week.desk, "Export")], 2))
    week.until(1, 10)
    week.answers("Cannot get in", Status.WAITING)
    assert week.tags("Cannot get in") == {"sign-in"}, "an answer ends the alarm"
    week.comes(3, "Re: Nothing works", "It is down again.\n", answers="l3@customers.example")
    assert one(week.desk, "Nothing works").status is Status.OPEN, "a letter opens it again"
    week.until(1, 10, 30)
    week.answers("Nothing works", Status.SOLVED)
    assert "in-danger" in week.tags("Export")
    week.until(1, 11, 30)
    assert "late" in week.tags("Export")
    week.until(1, 12)  # an open hour after it was due
    ticket = one(week.desk, "Export")
    assert {"late", "escalated"} <= set(ticket.tags) and ticket.assignee == "ben"


def _later(week: Week) -> None:
    week.until(2, 10)
    week.answers("Export", Status.SOLVED)
    assert week.tags("Export") == {"bug", "escalated"}
    week.until(7, 10)
    week.comes(2, "Re: Cannot get in", "Still refused.\n", answers="l2@customers.example")
    assert one(week.desk, "Cannot get in").status is Status.OPEN
    week.until(7, 10, 30)
    assert "close-warned" not in week.tags("Money")
    week.until(7, 11)  # seven days of silence
    assert "close-warned" in week.tags("Money") and one(week.desk, "Money").status is Status.WAITING
    week.until(7, 12)
    week.macro("Thanks and close", one(week.desk, "Cannot get in"))
    week.until(10, 10, 30)
    assert one(week.desk, "Money").status is Status.WAITING
    week.until(10, 12)


def _counted(week: Week) -> None:
    desk = week.desk
    status = {ticket.subject: str(ticket.status) for ticket in all_tickets(desk)}
    assert status == {
        "Money": "closed", "Cannot get in": "solved", "Nothing works": "solved", "Export": "solved"
    }  # fmt: skip
    assert week.fired() == {
        "Tag refunds": 1, "Tag sign-in": 1, "Tag bugs": 1, "System down": 1, "Route by turn": 4,
        "Promise in danger": 2, "Promise broken": 2, "Answered in time": 2, "Escalate what is late": 1,
        "Warn before closing": 1, "Close after the warning": 1, "Ask how we did": 3,
    }  # fmt: skip
    assert len(states(desk)) == 10, "six answers of people, one warning, three surveys"
    warned = [m.subject for m in messages(desk, one(desk, "Money")) if m.auto]
    assert warned == ["Is your question solved?"]
    rows = baseline.baseline(desk.conn, since=MONDAY, hours=promised.promised(desk.conn).hours)
    found = {
        row.priority: (row.tickets, row.first and row.first.median, row.last and row.last.median)
        for row in rows
    }
    # First replies after 0.5, 2, 9 and 9 open hours; the last ones after 9.5, 2, 43 and 9.
    assert found == {
        None: (4, 5.5 * HOUR, 9.25 * HOUR), 1: (1, HALF, 9.5 * HOUR), 2: (1, 9 * HOUR, 9 * HOUR),
        3: (2, 5.5 * HOUR, 22.5 * HOUR),
    }  # fmt: skip
    assert week.rules.run() == 0
