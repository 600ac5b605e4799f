"""Two hundred random acts of a desk and then all of them taken back: the tables are as they were (N2)."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from deskterm import acts, joining, live, pack, plans, replies, writing
from deskterm.automation import Automation
from deskterm.desk import Desk
from store.errors import Refused
from store.log import rebuild
from store.log.entry import Value
from store.model import Status, Ticket
from store.reads import conversation
from store.rules import macros
from tests.rigs.mail import DAY, all_tickets, box, letter, opened, take
from tests.rigs.mail import settings as mail_settings

MACRO = """+++
name = "Refund"
status = "solved"
priority = 2
tags = ["refund", "-vip"]
note = "Paid."
+++
Hello {{ customer.first_name | default: "there" }}, it is paid.
"""
RULES = (
    'when = "changed"\nfields = ["priority"]\n[do]\ngroup = "senior"\nnote = "Look at the priority."\n',
    'when = "changed"\nfields = ["group"]\nfollows = ["R0"]\n[do]\ntags = ["-vip"]\nstatus = "hold"\n',
    'when = "changed"\nfields = ["status"]\nmatch = "is:done"\n[do]\nreply = "Your ticket is done."\n',
    'when = "waited"\nfor = "1d"\nsince = "updated"\nmatch = "tag:vip"\n[do]\npriority = 1\n',
)
TAGS = ("vip", "refund", "late", "seen")


class Clock:
    """A clock that stands still until it is moved."""

    now = 1_774_623_600

    def __call__(self) -> float:
        return float(self.now)


@dataclass
class Hand:
    """Somebody who does anything at all."""

    desk: Desk
    clock: Clock
    chance: random.Random
    rules: Automation

    def some(self) -> list[Ticket]:
        found = all_tickets(self.desk)
        return self.chance.sample(found, self.chance.randint(1, 3))

    def field(self) -> None:
        some, chance = self.some(), self.chance
        act = chance.choice(
            (
                lambda: acts.status(some, chance.choice(list(Status))),
                lambda: acts.snooze(some, until=self.clock.now + chance.randint(1, 9 * DAY)),
                lambda: acts.wake(some),
                lambda: acts.assign(some, chance.choice(("", "ana", "ben"))),
                lambda: acts.priority(some, chance.randint(1, 4)),
                lambda: acts.tag(some, add=chance.sample(TAGS, 2), remove=chance.sample(TAGS, 1)),
                lambda: acts.unread(some),
                lambda: acts.read(some),
                lambda: acts.bin_(some),
                lambda: acts.fields(some, [("type", "bug"), ("status", "open")], kind="set", said="Set"),
            )
        )()
        self.desk.do(act)

    def macro(self) -> None:
        macro = macros.parse(MACRO)
        plans.apply(self.desk, plans.make_macro(self.desk, macro, [one.id for one in self.some()]))

    def join(self) -> None:
        some, into = self.some(), self.some()[0]
        self.desk.do(joining.merge(self.desk.conn, some, into))

    def part(self) -> None:
        ticket = self.some()[0]
        letters = conversation.messages(self.desk.conn, ticket.id)
        joining.split_off(self.desk, ticket, letters[:1])

    def write(self) -> None:
        ticket = self.some()[0]
        if self.chance.random() < 0.5:
            writing.note(self.desk, ticket, "A note.")
        else:
            writing.reply(
                self.desk, ticket, replies.Reply("We look.", ("c1@customers.example",)), then=Status.WAITING
            )

    def doc(self) -> None:
        name = self.chance.choice("ABC")
        if self.chance.random() < 0.5:
            self.desk.save_doc(
                "macro", name, f'+++\nname = "{name}"\npriority = {self.chance.randint(1, 4)}\n+++\n'
            )
        else:
            rule = self.desk.doc("rule", f"R{self.chance.randint(0, 3)}")
            pack.switch(self.desk, rule, on=not rule.active)

    def promise(self) -> None:
        self.desk.save_doc(
            "policy", "standard", f'hours = "24/7"\n[p3]\nfirst = "{self.chance.randint(1, 9)}h"\n'
        )

    def rule(self) -> None:
        self.clock.now += self.chance.choice((60, 7_200, 2 * DAY))
        self.rules.run()

    def acts(self) -> tuple[Callable[[], None], ...]:
        return (self.field,) * 6 + (
            self.macro, self.join, self.part, self.write, self.doc, self.promise, self.rule, self.rule,
        )  # fmt: skip


@pytest.fixture
def hand(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Hand]:
    clock = Clock()
    with opened(tmp_path / "home", mail_settings(box()), clock) as desk:
        live.open_(desk)
        for n, text in enumerate(RULES):
            desk.save_doc("rule", f"R{n}", text)
        rules = Automation(desk)
        rules.begin()
        take(desk, *(letter(n, when=clock.now) for n in range(8)), received=clock.now)
        yield Hand(desk, clock, random.Random(request.param), rules)


def tables(desk: Desk) -> dict[str, dict[str, Value]]:
    """All rows as they show: what was made and taken back lies in the bin and counts as gone."""
    held = {eid: {k: v for k, v in row.items() if v is not None} for eid, row in rebuild.stored(desk.conn)}
    return {
        eid: row for eid, row in held.items() if not row.get("_deleted") and row.get("state") != "called back"
    }  # fmt: skip


def differing(one: dict[str, dict[str, Value]], other: dict[str, dict[str, Value]]) -> list[object]:
    """Row, field and both values, where two states of the tables are not the same."""
    return [
        (eid, field, had, has)
        for eid in sorted(one.keys() | other.keys())
        for field in sorted(one.get(eid, {}).keys() | other.get(eid, {}).keys())
        if (had := one.get(eid, {}).get(field)) != (has := other.get(eid, {}).get(field))
    ]


@pytest.mark.parametrize("hand", range(4), indirect=True)
def test_N2_two_hundred_acts_undone_give_the_tables_they_began_with(hand: Hand) -> None:
    desk = hand.desk
    before, begun, done = tables(desk), desk.store.last_lseq(), 0
    while done < 200:
        hand.clock.now += 30
        try:
            hand.chance.choice(hand.acts())()
        except Refused:
            continue  # such as a merge of what is merged
        done += 1
    kinds = {row[0] for row in desk.conn.execute("SELECT kind FROM entry WHERE lseq > ?", (begun,))}
    assert {"rule", "macro", "merge", "split", "edit", "tag", "solve", "reply"} <= kinds
    assert tables(desk) != before
    found = desk.conn.execute("SELECT id FROM entry WHERE lseq > ? ORDER BY lseq DESC", (begun,)).fetchall()
    for (entry,) in found:
        hand.clock.now += 30
        desk.undo(entry)
    assert differing(before, tables(desk)) == []
    assert rebuild.verify(desk.conn, desk.store.secret).faults == ()
