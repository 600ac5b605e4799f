"""Rules at work on a real desk: letters through the real intake, acts through the real log."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from deskterm import acts, live, replies, writing
from deskterm.automation import Automation
from deskterm.desk import Desk
from store.log import rebuild
from store.log.entry import put
from store.model import Status
from tests.rigs.mail import DAY, Clock, all_tickets, box, letter, messages, one, opened, take
from tests.rigs.mail import settings as mail_settings

DANA = "Dana <dana@acme.example>"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def desk(tmp_path: Path, clock: Clock) -> Iterator[Desk]:
    with opened(tmp_path / "home", mail_settings(box()), clock) as made:
        yield made


def rule(desk: Desk, name: str, text: str) -> None:
    desk.save_doc("rule", name, text)


def works(desk: Desk) -> Automation:
    made = Automation(desk)
    made.begin()
    return made


def tags(desk: Desk, subject: str) -> tuple[str, ...]:
    return one(desk, subject).tags


def acted(desk: Desk) -> list[str]:
    """The rules that acted, in order."""
    return [row[0] for row in desk.conn.execute("SELECT actor FROM entry WHERE kind = 'rule' ORDER BY id")]


def test_a_letter_is_tagged_for_its_new_words_and_not_for_the_quote(desk: Desk) -> None:
    rule(desk, "Refunds", 'when = "received"\nmatch = "refund OR chargeback"\n[do]\ntags = ["refund"]\n')
    rules = works(desk)
    quoted = "Thanks.\n\nOn Mon, 1 Jan 2026 Help wrote:\n> about your refund\n> and more\n"
    take(desk, letter(1, subject="Money", text="I want a REFUND now.\n"), letter(2, text=quoted))
    assert rules.run() == 1
    assert tags(desk, "Money") == ("refund",)
    assert tags(desk, "Question 2") == ()


def test_rules_see_the_ticket_as_it_was_before_any_of_them(desk: Desk) -> None:
    rule(desk, "A", 'when = "received"\nmatch = "-tag:b"\n[do]\ntags = ["a"]\n')
    rule(desk, "B", 'when = "received"\nmatch = "-tag:a"\n[do]\ntags = ["b"]\n')
    rules = works(desk)
    take(desk, letter(1))
    assert rules.run() == 2
    assert tags(desk, "Question 1") == ("a", "b")


def test_a_rule_that_stops_is_the_last_to_act(desk: Desk) -> None:
    rule(desk, "A", 'when = "received"\nstop = true\n[do]\ngroup = "billing"\n')
    rule(desk, "B", 'when = "received"\n[do]\ngroup = "rest"\n')
    rules = works(desk)
    take(desk, letter(1))
    assert rules.run() == 1
    assert one(desk, "Question 1").group == "billing"


def test_a_rule_looks_at_another_rules_act_only_where_it_says_so(desk: Desk) -> None:
    rule(desk, "A", 'when = "received"\n[do]\npriority = 1\n')
    rule(desk, "B", 'when = "changed"\nfields = ["priority"]\nfollows = ["A"]\n[do]\ngroup = "senior"\n')
    rule(desk, "C", 'when = "changed"\nfields = ["priority"]\n[do]\ntags = ["seen"]\n')
    rules = works(desk)
    take(desk, letter(1))
    rules.run()
    ticket = one(desk, "Question 1")
    assert (ticket.priority, ticket.group, ticket.tags) == (1, "senior", ())
    desk.do(acts.priority([ticket], 2))
    rules.run()
    assert tags(desk, "Question 1") == ("seen",)


def test_L10_two_rules_that_undo_each_other_end(desk: Desk) -> None:
    rule(desk, "Set", 'when = "changed"\nfollows = ["Clear"]\nfields = ["tag"]\n[do]\ntags = ["x"]\n')
    rule(desk, "Clear", 'when = "changed"\nfollows = ["Set"]\nfields = ["tag"]\n[do]\ntags = ["-x"]\n')
    rules = works(desk)
    take(desk, letter(1))
    desk.do(acts.tag([one(desk, "Question 1")], add=["begin"]))
    assert 1 <= rules.run() <= 2
    assert rules.run() == 0


def test_a_chain_of_rules_ends_at_its_depth(desk: Desk) -> None:
    rule(desk, "R0", 'when = "received"\n[do]\ntags = ["t0"]\n')
    for n in range(1, 9):
        rule(
            desk, f"R{n}",
            f'when = "changed"\nfollows = ["R{n - 1}"]\nmatch = "tag:t{n - 1}"\n[do]\ntags = ["t{n}"]\n',
        )  # fmt: skip
    rules = works(desk)
    take(desk, letter(1))
    assert rules.run() == 5
    assert acted(desk) == [f"rule:R{n}" for n in range(5)]


def test_R13_each_cause_is_answered_once_however_often_rules_run(desk: Desk) -> None:
    rule(desk, "Count", 'when = "received"\n[do]\nnote = "A letter came."\n')
    first, second = works(desk), works(desk)
    take(desk, letter(1, msgid="a@x.example"), letter(2))
    assert first.run() == 2
    # Another machine that has not heard of it, and a run that was cut before its cursor was written.
    assert second.run() == 0
    with desk.store.write() as tx:
        tx.conn.execute("UPDATE consumer SET lseq = 0 WHERE name = 'rules'")
    assert works(desk).run() == 0
    assert [m.kind for m in messages(desk, one(desk, "Question 1"))] == ["in", "note"]


def test_what_came_before_rules_first_ran_is_past(desk: Desk) -> None:
    rule(desk, "Tag", 'when = "received"\n[do]\ntags = ["seen"]\n')
    take(desk, letter(1))
    assert works(desk).run() == 0
    assert tags(desk, "Question 1") == ()


def test_nothing_acts_on_a_silent_import(desk: Desk, clock: Clock) -> None:
    rule(desk, "Tag", 'when = "received"\n[do]\ntags = ["seen"]\n')
    rule(desk, "Late", 'when = "waited"\nfor = "1d"\nsince = "last_in"\n[do]\ntags = ["late"]\n')
    rules = works(desk)
    take(desk, letter(1, when=time.time() - 3 * DAY), archived=desk.now)
    clock.ahead += 2 * DAY
    assert rules.run() == 0
    assert tags(desk, "Question 1") == ()


def test_a_rule_waits_and_acts_once_for_each_wait(desk: Desk, clock: Clock) -> None:
    rule(
        desk, "Silence",
        'when = "waited"\nfor = "7d"\nsince = "last_in"\nmatch = "is:open"\n[do]\nnote = "Seven days."\n',
    )  # fmt: skip
    rules = works(desk)
    take(desk, letter(1, msgid="q@x.example"))
    assert rules.run() == 0
    clock.ahead += 7 * DAY - 60
    assert rules.run() == 0
    clock.ahead += 120
    assert rules.run() == 1
    assert rules.run() == 0
    assert works(desk).run() == 0
    sender = "Customer 1 <c1@customers.example>"
    take(desk, letter(9, sender=sender, answers="q@x.example", subject="Re: Question 1"), received=desk.now)
    clock.ahead += 8 * DAY
    assert rules.run() == 1


def test_D21_a_warning_goes_before_the_closing_however_long_the_machine_slept(
    desk: Desk, clock: Clock
) -> None:
    rule(
        desk, "Warn",
        'when = "waited"\nfor = "7d"\nsince = "status"\nmatch = "status:waiting -tag:warned pri:>1"\n'
        '[do]\ntags = ["warned"]\n',
    )  # fmt: skip
    rule(
        desk, "Close",
        'when = "waited"\nfor = "3d"\nsince = "tag:warned"\nmatch = "status:waiting tag:warned"\n'
        '[do]\nstatus = "closed"\n',
    )  # fmt: skip
    rules = works(desk)
    take(desk, letter(1))
    desk.do(acts.status([one(desk, "Question 1")], Status.WAITING))
    clock.ahead += 60 * DAY
    assert rules.run() == 1
    assert one(desk, "Question 1").status is Status.WAITING
    clock.ahead += 3 * DAY + 60
    assert rules.run() == 1
    assert one(desk, "Question 1").status is Status.CLOSED


def test_an_act_of_a_rule_can_be_undone_and_is_not_done_again(desk: Desk) -> None:
    rule(desk, "Urgent", 'when = "received"\nmatch = "urgent"\n[do]\npriority = 1\ntags = ["hot"]\n')
    rules = works(desk)
    take(desk, letter(1, text="This is urgent.\n"))
    assert rules.run() == 1
    entry = desk.conn.execute("SELECT id FROM entry WHERE kind = 'rule'").fetchone()[0]
    desk.undo(entry)
    assert rules.run() == 0
    ticket = one(desk, "Question 1")
    assert (ticket.priority, ticket.tags) == (3, ())


def test_a_rule_that_cannot_be_read_is_named_and_the_others_act(desk: Desk) -> None:
    rule(desk, "Broken", 'when = "sometimes"\n[do]\ntags = ["a"]\n')
    rule(desk, "Good", 'when = "received"\n[do]\ntags = ["good"]\n')
    rules = works(desk)
    take(desk, letter(1))
    assert rules.run() == 1
    assert "Broken" in rules.broken and "sometimes" in rules.broken["Broken"]


def test_what_is_so_already_is_no_act(desk: Desk) -> None:
    rule(desk, "Normal", 'when = "received"\n[do]\npriority = 3\n')
    rules = works(desk)
    take(desk, letter(1))
    assert rules.run() == 0


def test_what_a_rule_did_just_before_is_no_act_of_the_next(desk: Desk) -> None:
    for name in ("First", "Second"):
        rule(desk, name, 'when = "received"\n[do]\ntags = ["late"]\n')
    rules = works(desk)
    take(desk, letter(1))
    assert rules.run() == 1
    assert acted(desk) == ["rule:First"]


@pytest.mark.parametrize(
    ("since", "does"),
    [
        ("updated", 'note = "Quiet."'),
        ("updated", 'reply = "Still there?"'),
        ("tag:a", 'tags = ["a"]\nnote = "A."'),
    ],
)
def test_L10_a_rule_does_not_wait_for_its_own_acts(desk: Desk, clock: Clock, since: str, does: str) -> None:
    live.open_(desk)
    rule(desk, "Quiet", f'when = "waited"\nfor = "1h"\nsince = "{since}"\n[do]\n{does}\n')
    rules = works(desk)
    take(desk, letter(1))
    for touched in ("a", "b"):
        desk.do(acts.tag([one(desk, "Question 1")], add=[touched]))
        clock.ahead += 2 * 3_600
        done = [rules.run()]
        for _ in range(3):
            clock.ahead += 2 * 3_600
            done.append(rules.run())
        assert done == [1 if since == "updated" or touched == "a" else 0, 0, 0, 0]


NAMES = ("A", "B", "C", "D")
WHENS = (
    'when = "received"', 'when = "created"', 'when = "replied"', 'when = "changed"',
    'when = "changed"\nfields = ["tag"]', 'when = "changed"\nfields = ["assignee", "status"]',
    'when = "waited"\nfor = "1h"\nsince = "updated"', 'when = "waited"\nfor = "1d"\nsince = "tag:a"',
    'when = "waited"\nfor = "0m"\nsince = "warn"', 'when = "waited"\nfor = "2h"\nsince = "assignee"',
)  # fmt: skip
DOES = (
    'tags = ["a"]', 'tags = ["-a", "b"]', "priority = 1", "priority = 4", 'status = "open"',
    'status = "waiting"', 'note = "Seen."', 'route = "turn again"', 'route = "load"',
    'notify = ["assignee"]\ntags = ["told"]', 'reply = "We look."', "hold = true",
)  # fmt: skip


@st.composite
def any_rules(draw: st.DrawFn) -> Sequence[str]:
    texts: list[str] = []
    for _ in NAMES:
        when = draw(st.sampled_from(WHENS))
        follows = draw(st.lists(st.sampled_from(NAMES), unique=True))
        match = draw(st.sampled_from(("", "tag:a", "-tag:a", "pri:<=2", "question", "assignee:none")))
        do = draw(st.sampled_from(DOES))
        stop = draw(st.sampled_from(("", "stop = true\n")))
        listed = ", ".join(f'"{name}"' for name in follows)
        texts.append(f'{when}\n{stop}follows = [{listed}]\nmatch = "{match}"\n[do]\n{do}\n')
    return texts


@given(texts=any_rules(), later=st.lists(st.sampled_from((0, 3_600, DAY, 30 * DAY)), min_size=2, max_size=4))
@hypothesis_settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_rules_end_and_each_acts_once_for_a_beginning(
    texts: Sequence[str], later: Sequence[int], tmp_path_factory: pytest.TempPathFactory
) -> None:
    clock = Clock()
    with opened(tmp_path_factory.mktemp("desk") / "home", mail_settings(box()), clock) as desk:
        live.open_(desk)
        desk.commit(lambda tx: ("team", [put(f"u{n}", {"name": n}) for n in ("ana", "ben")], ()), words="")
        for name, text in zip(NAMES, texts, strict=True):
            rule(desk, name, text)
        rules = works(desk)
        take(desk, letter(1), letter(2))
        begun = 3  # two letters and what time has done
        for seconds in later:
            assert rules.run() <= len(NAMES) * len(all_tickets(desk)) * begun
            clock.ahead += seconds
            rules.run()
            desk.do(acts.tag(all_tickets(desk), add=[f"t{seconds}"]))
            begun += 1
        ticket = one(desk, "Question 1")
        writing.reply(desk, ticket, replies.Reply("Here.", ("c1@customers.example",)), now=True)
        rules.run()
        keys = [row[0] for row in desk.conn.execute("SELECT key FROM entry WHERE kind = 'rule'")]
        assert len(keys) == len(set(keys))
        assert rebuild.verify(desk.conn, desk.store.secret).faults == ()
