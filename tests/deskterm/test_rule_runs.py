"""A rule run by hand over a query: looked at, kept, done exactly, taken back as one; brakes hold."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from deskterm import live, writing
from deskterm.automation import Automation, arm
from deskterm.config import save
from deskterm.desk import Desk
from deskterm.replies import Reply
from deskterm.rule_plans import make_rule
from store.log import rebuild
from store.log.entry import put
from store.model import Kind
from tests.deskterm.shell import call, digest, ok
from tests.rigs.mail import Clock, all_tickets, box, letter, messages, one, opened, settings, states, take

RULE = """\
when = "waited"
for = "7d"
match = "status:new -tag:warned"
[do]
tags = ["warned"]
priority = 2
note = "Asked once."
reply = "Hello {{ customer.first_name | default: 'there' }}, is #{{ ticket.number }} solved?"
"""


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with opened(tmp_path / "home", settings(box()), Clock()) as made:
        save(made.home, made.settings)
        live.open_(made)
        take(made, *(letter(n, sender=f"Dana {n} <c{n}@of{n}.example>") for n in range(1, 6)))
        made.save_doc("rule", "Warn", RULE.replace("'there'", '\\"there\\"'))
        yield made


def test_a_rule_over_a_query_is_shown_done_and_taken_back_as_one(desk: Desk) -> None:
    before = digest(desk.home)
    shown = ok(desk.home, "rules", "run", "Warn", "is:open", "--dry-run").out
    assert "letter by itself to c1@of1.example: Your request #1" in shown
    assert "    Hello Dana, is #1 solved?" in shown and "    Asked once." in shown and "tag: +warned" in shown
    counted = "5 tickets would change, 5 letters would leave to 5 people, 5 notes"
    assert shown.splitlines()[-1] == counted
    asked = call(desk.home, "rules", "run", "Warn", "is:open")
    assert asked.code == 4 and counted in asked.err
    assert digest(desk.home) == before
    done = ok(desk.home, "rules", "run", "Warn", "is:open", "--yes")
    assert "Rule Warn on 5 tickets" in done.err
    assert states(desk) == ["queued"] * 5
    sent = [m for m in messages(desk, one(desk, "Question 1")) if m.kind is Kind.OUT]
    assert [(m.to, m.auto, m.why) for m in sent] == [(("c1@of1.example",), True, "sent by the rule Warn")]
    assert {(t.priority, t.tags) for t in all_tickets(desk)} == {(2, ("warned",))}
    assert "Undid run of 5 tickets" in ok(desk.home, "undo").err
    assert states(desk) == ["called back"] * 5
    assert {(t.priority, t.tags) for t in all_tickets(desk)} == {(3, ())}
    assert rebuild.verify(desk.conn, desk.store.secret).faults == ()


def test_a_kept_run_is_done_exactly_and_only_once(desk: Desk, tmp_path: Path) -> None:
    plan = tmp_path / "plan.json"
    ok(desk.home, "rules", "run", "Warn", "1-3", "--plan", str(plan))
    kept = json.loads(plan.read_text())
    assert (kept["kind"], kept["rule"], len(kept["steps"])) == ("run", "Warn", 3)
    desk.save_doc("rule", "Warn", RULE.replace("priority = 2", "priority = 1").replace("'there'", '\\"x\\"'))
    ok(desk.home, "rules", "run", "--apply", str(plan))
    assert [t.priority for t in all_tickets(desk)] == [2, 2, 2, 3, 3], "the plan counts, not the rule of now"
    again = call(desk.home, "rules", "run", "--apply", str(plan))
    assert again.code == 4 and states(desk) == ["queued"] * 3


def test_its_own_query_is_part_of_a_rule(desk: Desk) -> None:
    ok(desk.home, "set", "2", "tag=+warned")
    done = ok(desk.home, "rules", "run", "Warn", "1-3", "--yes")
    assert "holds for 2 of 3 tickets" in done.err
    assert one(desk, "Question 2").priority == 3
    nothing = call(desk.home, "rules", "run", "Warn", "1-3")
    assert nothing.code == 3 and "which none of these tickets answers" in nothing.err


def test_brakes_hold_for_a_run_and_the_plan_says_which_letters_do_not_leave(desk: Desk) -> None:
    desk.save_doc("brakes", "brakes", "desk_hour = 2\n")
    shown = ok(desk.home, "rules", "run", "Warn", "is:open", "--dry-run").out
    assert shown.splitlines()[-1] == "5 tickets would change, 2 letters would leave to 2 people, 8 notes"
    assert "Warn: no letter to c3@of3.example: brake: 2 went out from this desk" in shown
    ok(desk.home, "rules", "run", "Warn", "is:open", "--yes")
    assert states(desk) == ["queued", "queued"]


def test_a_brake_that_came_between_plan_and_act_refuses_all_of_it(desk: Desk, tmp_path: Path) -> None:
    plan = tmp_path / "plan.json"
    ok(desk.home, "rules", "run", "Warn", "is:open", "--plan", str(plan))
    desk.save_doc("brakes", "brakes", "desk_hour = 3\n")
    before = digest(desk.home)
    refused = call(desk.home, "rules", "run", "--apply", str(plan))
    assert refused.code == 4 and "#4: no letter to c4@of4.example may leave now: brake" in refused.err
    assert digest(desk.home) == before


def test_a_route_shares_out_the_tickets_of_one_run(desk: Desk) -> None:
    for name in ("Ben", "Eva"):
        ok(desk.home, "team", "add", name)
    for way in ("turn", "load"):
        desk.save_doc("rule", "Share", f'when = "received"\n[do]\nroute = "{way} again"\n')
        ok(desk.home, "rules", "run", "Share", "1-4", "--yes")
        assert sorted(t.assignee for t in all_tickets(desk)[:4]) == ["Ben", "Ben", "Eva", "Eva"], way
        ok(desk.home, "undo")


def test_letters_that_wait_are_held_by_a_run_and_let_go_by_its_undo(desk: Desk) -> None:
    desk.save_doc("rule", "Hold", 'when = "received"\n[do]\nhold = true\n')
    writing.reply(desk, one(desk, "Question 1"), Reply("An answer.", ("c1@of1.example",)), then=None)
    shown = ok(desk.home, "rules", "run", "Hold", "1-2", "--dry-run").out
    assert shown.splitlines()[-1] == "1 ticket would change, 1 letter would be held"
    ok(desk.home, "rules", "run", "Hold", "1-2")
    assert states(desk) == ["held"]
    ok(desk.home, "undo")
    assert states(desk) == ["queued"]


def test_a_run_is_an_act_of_a_person_that_rules_look_at(desk: Desk) -> None:
    desk.save_doc("rule", "Tell", 'when = "changed"\nfields = ["priority"]\n[do]\ntags = ["seen"]\n')
    rules = Automation(desk)
    rules.begin()
    ok(desk.home, "rules", "run", "Warn", "1", "--yes")
    assert ok(desk.home, "history", "1", "--jsonl").objects[0]["actor"] == "ana"
    assert rules.run() == 1
    assert "seen" in one(desk, "Question 1").tags


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (["rules", "run", "Wran", "1"], 3, "There is no rule called 'Wran'"),
        (["rules", "run"], 2, "Say which rule"),
        (["rules", "run", "Warn"], 2, "Say which tickets"),
        (["rules", "run", "Warn", "77"], 3, "There is no ticket 77"),
        (["rules", "run", "Warn", "1", "--apply", "plan.json"], 2, 'leave "Warn" out'),
        (["rules", "run", "Gone", "1"], 4, "The rule Gone cannot be run"),
    ],
)
def test_what_cannot_be_run_is_a_sentence(desk: Desk, args: list[str], code: int, said: str) -> None:
    desk.save_doc("rule", "Gone", 'when = "received"\n[do]\nmacro = "Broken"\n')
    desk.save_doc("macro", "Broken", "+++\ncolour = 1\n+++\n")
    before = digest(desk.home)
    result = call(desk.home, *args)
    assert (result.code, result.out) == (code, ""), result
    assert said in result.err
    assert digest(desk.home) == before


def test_a_run_over_thousands_reads_each_ticket_once_and_is_one_act(desk: Desk) -> None:
    row = {"status": "open", "priority": 3, "created": desk.now}
    found = [put(f"t{n:015}", {**row, "subject": f"bulk {n}"}) for n in range(2_000)]
    desk.commit(lambda tx: ("import", found, ()), words="")
    desk.save_doc("rule", "Sort", 'when = "received"\nmatch = "subject:bulk"\n[do]\ntags = ["sorted"]\n')
    log = desk.store.last_lseq()
    told: list[tuple[str, int, int]] = []
    plan = make_rule(
        desk, arm(desk.doc("rule", "Sort")), [c.eid for c in found], tell=lambda *t: told.append(t)
    )
    assert (plan.changed, told[-1]) == (2_000, ("Planning", 2_000, 2_000))
    ok(desk.home, "rules", "run", "Sort", "is:open", "--yes")
    assert desk.store.last_lseq() - log <= 1
    ok(desk.home, "undo")
