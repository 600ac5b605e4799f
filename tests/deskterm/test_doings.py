"""What rules do besides setting fields: letters through the brakes, telling, holding, open hours."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC
from pathlib import Path

import pytest

from deskterm import acts, doings, live, replies, subjects, writing
from deskterm.automation import Automation
from deskterm.cli import tell
from deskterm.config import Settings
from deskterm.desk import Desk
from store.errors import DocError
from store.log import history
from store.log.entry import Change, Value, put
from store.model import Kind, Status
from store.rules.rule_text import read_rule
from tests.rigs.mail import DAY, Clock, box, letter, messages, one, opened, states, take
from tests.rigs.mail import settings as mail_settings


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def desk(tmp_path: Path, clock: Clock) -> Iterator[Desk]:
    with opened(tmp_path / "home", mail_settings(box()), clock) as made:
        live.open_(made)
        yield made


def change(desk: Desk, *changes: Change) -> None:
    with desk.store.write() as tx:
        tx.commit(changes, actor="ana", kind="set")


def works(desk: Desk, **rules: str) -> Automation:
    for name, text in rules.items():
        desk.save_doc("rule", name, text)
    made = Automation(desk)
    made.begin()
    return made


def out(desk: Desk, subject: str = "Question 1") -> list[tuple[str, str, bool]]:
    """Letters that left or wait on a ticket: to, subject, automatic."""
    found = [one for one in messages(desk, one(desk, subject)) if one.kind is Kind.OUT]
    return [(", ".join(letter.to), letter.subject, letter.auto) for letter in found]


WARN = """\
when = "waited"
for = "7d"
since = "status"
match = "status:waiting -tag:close-warned"
[do]
tags = ["close-warned"]
subject = "Is this solved?"
reply = "Hello {{ customer.first_name | default: 'there' }},\\n\\nwe close this in three days.\\n"
"""


NINE = 1_790_240_400
"""2026-09-24, 9:00 UTC."""
TOLD = """\
when = "changed"
fields = ["tag"]
match = "created:yesterday"
[do]
subject = 'Of {{ ticket.created | date: "%H:%M" }}, {{ customer.name }}'
reply = 'It came at {{ ticket.created | date: "%-d %B, %H:%M" }}.'
"""


def test_a_rule_writes_to_the_customer_once_and_it_is_no_reply_of_ours(desk: Desk, clock: Clock) -> None:
    rules = works(desk, Warn=WARN.replace("'there'", '\\"there\\"'))
    take(desk, letter(1, sender="Dana Reyes <dana@acme.example>"))
    desk.do(acts.status([one(desk, "Question 1")], Status.WAITING))
    clock.ahead += 8 * DAY
    assert rules.run() == 1
    assert rules.run() == 0
    assert out(desk) == [("dana@acme.example", "Is this solved?", True)]
    (sent,) = [m for m in messages(desk, one(desk, "Question 1")) if m.auto]
    assert desk.text(sent).startswith("Hello Dana,") and sent.refs == ("letter-1@customers.example",)
    assert "sent by the rule Warn" in sent.why
    assert states(desk) == ["queued"]


def test_the_subject_is_filled_and_days_and_hours_are_those_of_the_desk(tmp_path: Path) -> None:
    """At 9:00 UTC it is 23:00 in Kiritimati; two hours later that was yesterday there, and there alone."""
    now = [NINE]
    with opened(tmp_path / "home", mail_settings(box()), lambda: float(now[0])) as desk:
        live.open_(desk)
        desk.save_doc("hours", "office", 'zone = "Pacific/Kiritimati"\nweek = "24/7"\n')
        rules = works(desk, Told=TOLD)
        take(desk, letter(1, sender="Dana Reyes <dana@acme.example>", when=NINE))
        now[0] += 2 * 3_600
        desk.do(acts.tag([one(desk, "Question 1")], add=["a"]))
        assert rules.run() == 1
        assert out(desk) == [("dana@acme.example", "Of 23:00, Dana Reyes", True)]
        assert "It came at 24 September, 23:00." in desk.text(messages(desk, one(desk, "Question 1"))[-1])


def test_a_brake_stops_the_letter_and_a_note_says_so(desk: Desk, clock: Clock) -> None:
    desk.save_doc("brakes", "brakes", "desk_hour = 0\n")
    rules = works(desk, Warn=WARN.replace("'there'", '\\"there\\"'))
    take(desk, letter(1))
    desk.do(acts.status([one(desk, "Question 1")], Status.WAITING))
    clock.ahead += 8 * DAY
    assert rules.run() == 1
    assert states(desk) == []
    (note,) = [m for m in messages(desk, one(desk, "Question 1")) if m.kind is Kind.NOTE]
    assert "Warn: no letter to c1@customers.example" in desk.text(note) and "desk_hour" in desk.text(note)


def test_nothing_leaves_while_the_outbox_is_locked(tmp_path: Path) -> None:
    with opened(tmp_path / "home", mail_settings(box()), Clock()) as desk:
        live.close(desk)
        rules = works(desk, Tell='when = "received"\n[do]\nnotify = ["lead@acme.example"]\n')
        take(desk, letter(1))
        rules.run()
        assert states(desk) == []


def test_a_late_ticket_is_given_to_a_senior_and_the_csm_is_told(desk: Desk, clock: Clock) -> None:
    desk.save_doc("policy", "standard", 'hours = "24/7"\n[p3]\nfirst = "1h"\n')
    ann: dict[str, Value] = {"name": "Ann", "email": "ann@us.example", "role": "senior", "active": 1}
    acme: dict[str, Value] = {"name": "Acme", "domain": "acme.example", "tier": "enterprise", "csm": "Ann"}
    change(desk, put("uann", ann), put("oacme", acme))
    rules = works(
        desk,
        Late='when = "waited"\nfor = "0m"\nsince = "due"\nmatch = "account.tier:enterprise"\n'
        '[do]\npriority = 1\nroute = "turn senior again"\nnotify = ["csm", "role:lead"]\n',
    )
    take(desk, letter(1, sender="Dana <dana@acme.example>"))
    desk.do(acts.assign([one(desk, "Question 1")], "Ben"))
    clock.ahead += 3700
    assert rules.run() == 1
    ticket = one(desk, "Question 1")
    assert (ticket.priority, ticket.assignee) == (1, "Ann")
    assert out(desk) == [("ann@us.example", f"[desk] #{ticket.number} P1: Late", True)]
    (said,) = [desk.text(m) for m in messages(desk, ticket) if m.auto]
    assert "P1 new, Ann has it" in said
    told = [
        line
        for one in history.of_ticket(desk.conn, ticket.id)
        for line in tell.entry(one, names={}, zone=UTC)
    ]
    assert any("deskterm: letter to a colleague" in line for line in told)
    assert any("last letter of the rule: nothing -> 20" in line for line in told)
    assert rules.run() == 0


def test_out_of_hours_only_the_most_urgent_is_acted_on(desk: Desk, clock: Clock) -> None:
    desk.save_doc("hours", "office", 'zone = "UTC"\n[week]\n')
    rules = works(
        desk, Nudge='when = "waited"\nfor = "1h"\nsince = "created"\nin_hours = true\n[do]\ntags = ["late"]\n'
    )
    take(desk, letter(1), letter(2))
    desk.do(acts.priority([one(desk, "Question 1")], 1))
    clock.ahead += 2 * DAY
    assert rules.run() == 1
    assert (one(desk, "Question 1").tags, one(desk, "Question 2").tags) == (("late",), ())
    desk.save_doc("hours", "office", 'week = "24/7"\n')
    assert rules.run() == 1


def test_letters_that_wait_to_leave_are_held(desk: Desk) -> None:
    rules = works(desk, Hold='when = "received"\nmatch = "lawyer"\n[do]\nhold = true\ntags = ["legal"]\n')
    take(desk, letter(1))
    ticket = one(desk, "Question 1")
    writing.reply(desk, ticket, replies.Reply("An answer.", ("c1@customers.example",)), then=None)
    assert states(desk) == ["queued"]
    sender = "Customer 1 <c1@customers.example>"
    take(desk, letter(2, sender=sender, subject="Re: Question 1", answers="letter-1@customers.example",
                      text="My lawyer will write to you.\n"))  # fmt: skip
    rules.run()
    assert states(desk) == ["held"]


@pytest.mark.parametrize("slot", ["customer.first_name", "ticket.subject", "account.name"])
def test_L09_an_answer_to_a_letter_holds_nothing_its_writer_chose(slot: str) -> None:
    text = f'when = "received"\n[do]\nreply = "Dear {{{{ {slot} }}}}, we got it."\n'
    with pytest.raises(DocError, match="cannot hold"):
        read_rule(text, name="Echo")
    assert read_rule(text.replace("received", "replied"), name="Echo").do.reply


def test_a_rule_without_a_mailbox_says_why_it_wrote_nothing(tmp_path: Path) -> None:
    with opened(tmp_path / "home", Settings(agent="ana"), Clock()) as desk:
        live.open_(desk)
        rules = works(desk, Tell='when = "received"\n[do]\nnotify = ["lead@acme.example"]\n')
        take(desk, letter(1))
        assert rules.run() == 1
        (note,) = [m for m in messages(desk, one(desk, "Question 1")) if m.kind is Kind.NOTE]
        assert "no mailbox is set up" in desk.text(note)


def test_a_colleague_is_told_of_one_ticket_by_each_rule(desk: Desk) -> None:
    tell = 'when = "received"\n[do]\nnotify = ["lead@acme.example"]\n'
    rules = works(desk, Warned=tell, Broken=tell)
    take(desk, letter(1))
    assert rules.run() == 2
    assert [to for to, _, _ in out(desk)] == ["lead@acme.example"] * 2
    assert not [m for m in messages(desk, one(desk, "Question 1")) if m.kind is Kind.NOTE]


def test_who_cannot_be_told_is_no_news_for_the_ticket_while_somebody_is(desk: Desk) -> None:
    everybody = '["group:leads", "lead@acme.example", "LEAD@acme.example"]'
    rules = works(desk, Tell=f'when = "received"\n[do]\nnotify = {everybody}\n')
    take(desk, letter(1))
    assert rules.run() == 1
    assert [to for to, _, _ in out(desk)] == ["lead@acme.example"]
    assert not [m for m in messages(desk, one(desk, "Question 1")) if m.kind is Kind.NOTE]
    does = doings.doing(desk, desk.conn, read_rule(desk.doc("rule", "Tell").body, name="Tell"), about(desk))
    assert does.untold == () and "group:leads could not be told" in does.missed[0]


def test_the_assignee_who_is_told_is_the_one_who_gets_it_now(desk: Desk) -> None:
    change(desk, put("uann", {"name": "Ann", "email": "ann@us.example", "active": 1}))
    rules = works(desk, Give='when = "received"\n[do]\nassignee = "Ann"\nnotify = ["assignee"]\n')
    take(desk, letter(1))
    assert rules.run() == 1
    assert [to for to, _, _ in out(desk)] == ["ann@us.example"]
    change(desk, Change("uann", "email", None))
    take(desk, letter(2))
    assert rules.run() == 1
    (note,) = [m for m in messages(desk, one(desk, "Question 2")) if m.kind is Kind.NOTE]
    assert "assignee could not be told" in desk.text(note)


def about(desk: Desk) -> subjects.About:
    return subjects.about(desk.conn, one(desk, "Question 1").id)
