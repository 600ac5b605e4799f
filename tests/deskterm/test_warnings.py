"""Warnings over random histories: once for each due time, whatever clock, calendar and power do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deskterm import acts, automation, live, replies, writing
from deskterm.automation import Automation
from deskterm.desk import Desk
from store.log import rebuild, stamp
from store.model import Status
from store.reads import waits
from tests.rigs.mail import DAY, all_tickets, box, letter, opened, states, take
from tests.rigs.mail import settings as mail_settings

HOUR = 3_600
FRIDAY = 1_774_623_600
"""2026-03-27 15:00 UTC, two days before Europe's clocks go forward and some weeks after New York's."""

ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe")
WEEK = 'zone = "{}"\n[week]\nmon-fri = "09:00-17:00"\n'
POLICY = 'hours = "office"\n[p1]\nfirst = "2h"\nnext = "2h"\n[p3]\nfirst = "8h"\nnext = "4h"\n'
WAITED = 'when = "waited"\nfor = "0m"\nsince = "{}"\nmatch = "is:open"\nin_hours = {}\n[do]\nnote = "{}"\n'
RULES = {
    "Warn by day": WAITED.format("warn", "true", "Soon."),
    "Warn": WAITED.format("warn", "false", "Soon, by night."),
    "Broken": WAITED.format("due", "true", "Late."),
}


class Cut(Exception):
    """The power fails."""


@dataclass
class At:
    """A clock that stands still until it is moved."""

    now: int = FRIDAY

    def __call__(self) -> float:
        return float(self.now)


@dataclass
class Life:
    """A desk, its clock and the calendar in force."""

    desk: Desk
    at: At
    zone: str = "UTC"
    letters: int = 0
    rules: Automation = field(init=False)

    def __post_init__(self) -> None:
        self.calendar("UTC")
        self.desk.save_doc("policy", "standard", POLICY)
        for name, text in RULES.items():
            self.desk.save_doc("rule", name, text)
        live.open_(self.desk)
        self.wake_up()

    def wake_up(self) -> None:
        """The program is started."""
        self.rules = Automation(self.desk)
        self.rules.begin()

    def calendar(self, zone: str) -> None:
        self.zone = zone
        self.desk.save_doc("hours", "office", WEEK.format(zone))

    def comes(self, *, archived: bool = False) -> None:
        self.letters += 1
        raw = letter(self.letters, when=self.at.now)
        take(self.desk, raw, archived=self.at.now if archived else None, received=self.at.now)

    def nth(self, n: int) -> str:
        """The id of some ticket, empty where there is none."""
        tickets = all_tickets(self.desk)
        return tickets[n % len(tickets)].id if tickets else ""

    def cut(self, at: int, *, after: bool, patch: pytest.MonkeyPatch) -> None:
        """A run of the rules that ends just before or just after its n-th act."""
        done, real = Counter[str](), automation.doings.do

        def failing(*given: Any) -> bool:
            done["acts"] += 1
            if done["acts"] == at and not after:
                raise Cut
            acted = real(*given)
            if done["acts"] == at:
                raise Cut
            return acted

        with patch.context() as patched:
            patched.setattr(automation.doings, "do", failing)
            try:
                self.rules.run()
            except Cut:
                self.wake_up()

    def fired(self) -> list[tuple[str, str, int, str, int]]:
        """Rule, doc, moment it counted from, ticket and when, of each act of a rule."""
        rows = self.desk.conn.execute("SELECT actor, key, id FROM entry WHERE kind = 'rule' ORDER BY id")
        found: list[tuple[str, str, int, str, int]] = []
        for actor, key, entry in rows:
            _, doc, _, moment, ticket = str(key).split(":")
            found.append((str(actor)[5:], doc, int(moment[1:]), ticket, stamp.unix(entry)))
        return found

    def open_now(self) -> bool:
        """Whether the desk is open, from the clock on the wall alone."""
        local = datetime.fromtimestamp(self.at.now, ZoneInfo(self.zone))
        return local.weekday() < 5 and 9 <= local.hour < 17

    def owed(self) -> set[tuple[str, int, str]]:
        """What must have been warned of by now: rule, moment, ticket."""
        found: set[tuple[str, int, str]] = set()
        for ticket in all_tickets(self.desk):
            if ticket.archive is not None or ticket.bucket not in ("active", "waiting", "snoozed"):
                continue
            for name, moment, by_day in (
                ("Warn by day", ticket.warn_at, True),
                ("Warn", ticket.warn_at, False),
                ("Broken", ticket.due_at, True),
            ):
                heard = self.open_now() or ticket.priority == 1 or not by_day
                if moment is not None and moment <= self.at.now and heard:
                    found.add((name, moment, ticket.id))
        return found


def _answer(life: Life, ticket: str) -> None:
    of = life.desk.ticket(ticket)
    people = writing.prepare(life.desk, of)
    writing.reply(life.desk, of, replies.Reply("We look.", people.to))


def _step(life: Life, what: str, n: int, patch: pytest.MonkeyPatch) -> None:
    ticket = life.nth(n)
    match what:
        case "letter" | "archive":
            life.comes(archived=what == "archive")
        case "zone":
            life.calendar(ZONES[n % len(ZONES)])
        case "cut":
            life.cut(n % 3 + 1, after=n % 2 == 0, patch=patch)
        case "forget":
            with life.desk.store.write() as tx:
                tx.conn.execute("UPDATE consumer SET lseq = 0 WHERE name = 'rules'")
            life.wake_up()
        case "answer" if ticket:
            _answer(life, ticket)
        case "status" if ticket:
            life.desk.do(acts.status([life.desk.ticket(ticket)], list(Status)[n % len(Status)]))
        case "urgent" if ticket:
            life.desk.do(acts.priority([life.desk.ticket(ticket)], (1, 3)[n % 2]))
        case _:
            pass


KINDS = (
    "letter", "letter", "archive", "zone", "cut", "cut", "forget", "answer", "status", "urgent", "sleep",
)  # fmt: skip
STEPS = st.lists(
    st.tuples(
        st.sampled_from(KINDS),
        st.integers(0, 11),
        st.sampled_from((0, 600, HOUR, 5 * HOUR, 14 * HOUR, DAY, 3 * DAY, 45 * DAY)),
    ),
    min_size=4,
    max_size=14,
)


@given(steps=STEPS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_R13_each_warning_is_given_once_over_crashes_suspends_and_zones(
    steps: Sequence[tuple[str, int, int]],
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    at = At()
    with opened(tmp_path_factory.mktemp("desk") / "home", mail_settings(box()), at) as desk:
        life = Life(desk, at)
        life.comes()
        for what, n, later in steps:
            _step(life, what, n, monkeypatch)
            at.now += later
            urgent = {ticket.id for ticket in all_tickets(desk) if ticket.priority == 1}
            before = len(life.fired())
            life.rules.run()
            fresh = life.fired()[before:]
            assert len({(rule, ticket) for rule, _, _, ticket, _ in fresh}) == len(fresh), "one reminder each"
            assert all(life.open_now() or r == "Warn" or t in urgent for r, _, _, t, _ in fresh)
            assert life.owed() <= {(rule, moment, ticket) for rule, _, moment, ticket, _ in life.fired()}
        _check(life)


def _check(life: Life) -> None:
    """Over the whole history: once each, never for what was imported, never before its time."""
    fired = life.fired()
    assert len({one[:4] for one in fired}) == len(fired)
    archived = {ticket.id: ticket.archive for ticket in all_tickets(life.desk) if ticket.archive is not None}
    assert all(moment > (archived.get(ticket) or 0) for _, _, moment, ticket, _ in fired)
    assert all(when >= moment for _, _, moment, _, when in fired)
    notes = life.desk.conn.execute("SELECT count(*) FROM message WHERE kind = 'note'").fetchone()[0]
    assert notes == len(fired)
    assert life.rules.run() == 0
    assert rebuild.verify(life.desk.conn, life.desk.store.secret).faults == ()


@pytest.fixture
def life(tmp_path: Path) -> Iterator[Life]:
    at = At()
    with opened(tmp_path / "home", mail_settings(box()), at) as desk:
        yield Life(desk, at)


def test_R13_auto_close_cut_by_a_crash_on_either_side_writes_one_letter_and_closes_once(
    life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, at = life.desk, life.at
    for name in RULES:
        doc = desk.doc("rule", name)
        desk.do(acts.Act("edit", "", (acts.Change(doc.id, "active", 0),)))
    desk.save_doc(
        "rule", "Warn first",
        'when = "waited"\nfor = "7d"\nsince = "status"\nmatch = "status:waiting -tag:asked"\n'
        '[do]\ntags = ["asked"]\nreply = "Is it solved?"\n',
    )  # fmt: skip
    desk.save_doc(
        "rule", "Then close",
        'when = "waited"\nfor = "3d"\nsince = "tag:asked"\nmatch = "status:waiting tag:asked"\n'
        '[do]\nstatus = "closed"\nnote = "Closed."\n',
    )  # fmt: skip
    life.comes()
    ticket = all_tickets(desk)[0].id
    _answer(life, ticket)
    desk.do(acts.status([desk.ticket(ticket)], Status.WAITING))
    for days, rule in ((7, "Warn first"), (3, "Then close")):
        at.now += days * DAY + 60
        for after in (False, True, False):
            life.cut(1, after=after, patch=monkeypatch)
            assert rule not in [one[0] for one in life.fired()], "what was cut is not half there"
        assert life.rules.run() == 1
        life.wake_up()
        assert life.rules.run() == 0
        assert [one[0] for one in life.fired()].count(rule) == 1
    assert desk.ticket(ticket).status is Status.CLOSED
    assert len(states(desk)) == 2, "the answer and one warning"


def test_after_a_long_suspend_each_ticket_is_reminded_once(life: Life) -> None:
    for _ in range(5):
        life.comes()
    life.at.now += 100 * DAY  # a Sunday
    assert not life.open_now()
    assert life.rules.run() == 5
    assert {one[0] for one in life.fired()} == {"Warn"}
    life.at.now += DAY
    assert life.open_now()
    assert life.rules.run() == 10
    life.at.now += DAY
    assert life.rules.run() == 0


def test_by_night_an_urgent_ticket_is_heard_behind_a_page_of_others(
    life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waits, "_AT_ONCE", 2)
    for _ in range(5):
        life.comes()
    urgent = all_tickets(life.desk)[4]
    life.at.now += 600
    life.desk.do(acts.priority([urgent], 1))
    life.at.now += 100 * DAY
    life.rules.run()
    assert {one[3] for one in life.fired() if one[0] == "Broken"} == {urgent.id}


def test_tickets_a_rule_has_nothing_to_do_to_do_not_keep_it_from_the_others(
    life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waits, "_AT_ONCE", 2)
    for _ in range(5):
        life.comes()
        life.at.now += 60
    life.desk.do(acts.tag(all_tickets(life.desk)[:4], add=["old"]))
    life.desk.save_doc(
        "rule", "Old", 'when = "waited"\nfor = "1h"\nsince = "created"\n[do]\ntags = ["old"]\n'
    )
    life.at.now += 2 * HOUR
    life.rules.run()
    assert {one[3] for one in life.fired() if one[0] == "Old"} == {all_tickets(life.desk)[4].id}


def test_what_a_colleague_did_between_looking_and_acting_counts(
    life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    life.comes()
    life.at.now += 4 * DAY
    ticket = all_tickets(life.desk)[0].id
    real = automation.waited

    def slow(desk: Desk, conn: Any, one: automation.Armed, of: str = "") -> Any:
        found = list(real(desk, conn, one, of))
        if not of and found:
            desk.do(acts.status([desk.ticket(ticket)], Status.SOLVED))
        return iter(found)

    monkeypatch.setattr(automation, "waited", slow)
    assert life.rules.run() == 0
    assert life.fired() == []
