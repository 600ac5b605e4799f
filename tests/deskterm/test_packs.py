"""The packs that ship: every doc in them is a good one, none overwrites, and tiers wait for their time."""

from __future__ import annotations

from pathlib import Path

import pytest

from deskterm import acts, doc_texts, pack, replies, rulebook, writing
from deskterm.automation import Automation
from deskterm.config import Settings, save
from store.log.entry import Change, Value, put
from store.model import Status
from store.reads import docs, promised, queues
from store.rules.promises import Facts
from tests.deskterm.shell import call, ok
from tests.rigs.mail import DAY, Clock, all_tickets, box, letter, one, opened, take
from tests.rigs.mail import settings as mail_settings

SHIPPED = [(one.name, doc) for one in pack.every() for doc in one.docs]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    with opened(home, Settings(agent="Ana"), Clock()) as desk:
        save(home, desk.settings)
    return home


@pytest.mark.parametrize(("name", "doc"), SHIPPED, ids=[f"{name}-{doc.name}" for name, doc in SHIPPED])
def test_every_shipped_doc_is_a_good_one(name: str, doc: docs.Doc) -> None:
    doc_texts.check(doc.kind, doc.name, doc.body)
    assert doc.active or doc.kind in ("rule", "ack", "alert") or "chat" in doc.name


def test_only_the_rules_of_the_first_day_are_on() -> None:
    on = {name for name, doc in SHIPPED if doc.kind == "rule" and doc.active}
    assert on == {"day-one"}
    assert 2 <= sum(doc.kind == "rule" and doc.active for _, doc in SHIPPED) <= 10


def test_a_pack_is_taken_in_once_and_undone_at_once(home: Path) -> None:
    assert "day-one" in ok(home, "docs", "packs").out
    assert "new rule Promise broken" in ok(home, "docs", "add", "day-one", "--dry-run").out
    assert call(home, "rules").code == 3
    ok(home, "docs", "add", "day-one")
    assert ok(home, "rules").out.count("on  ") == 5
    assert "everything of day-one already" in ok(home, "docs", "add", "day-one").err
    ok(home, "undo")
    assert call(home, "rules").code == 3
    assert "There are: day-one" in call(home, "docs", "add", "day-nine").err


def test_what_the_desk_has_is_never_overwritten(home: Path) -> None:
    with opened(home, Settings(agent="Ana")) as desk:
        desk.save_doc("rule", "Tag bugs", 'when = "received"\nmatch = "insect"\n[do]\ntags = ["bug"]\n')
    ok(home, "docs", "add", "month-one")
    with opened(home, Settings(agent="Ana")) as desk:
        assert "insect" in desk.doc("rule", "Tag bugs").body
    assert "off  Tag billing" in ok(home, "rules").out


@pytest.mark.parametrize("kind", ["rule", "policy", "ack", "alert", "checklist", "recurring"])
def test_what_cannot_be_read_is_not_switched_on(home: Path, kind: str) -> None:
    row = {"kind": kind, "name": "Odd", "body": "when = = 3", "active": 0}
    with opened(home, Settings(agent="Ana")) as desk:
        desk.commit(lambda tx: ("edit", [put("d1", row)], ()), words="")
    for words in (["docs", "on", kind], *([["rules", "on"]] if kind == "rule" else [])):
        assert "Line 1" in call(home, *words, "Odd").err
    with opened(home, Settings(agent="Ana")) as desk:
        assert not desk.doc(kind, "Odd").active


def test_what_answers_letters_comes_off_and_is_switched_by_a_verb(home: Path) -> None:
    ok(home, "docs", "add", "letters")
    assert ok(home, "docs", "list").out.splitlines() == [
        "off  ack  First letter", "off  alert  Monitoring", "on  queue  Only thanks"
    ]  # fmt: skip
    assert "The ack First letter is on" in ok(home, "docs", "on", "ack", "First", "letter").err
    assert "is on already" in ok(home, "docs", "on", "ack", "first letter").err
    assert ok(home, "docs", "list", "ack").out == "on  ack  First letter\n"
    ok(home, "undo")
    assert ok(home, "docs", "list", "ack").out == "off  ack  First letter\n"
    assert "off already" in ok(home, "docs", "off", "ack", "First letter").err
    assert call(home, "docs", "on", "ack", "Nobody").code == 3
    assert call(home, "docs", "on", "queue", "Only thanks").code == 2
    none = call(home, "docs", "list", "macro")
    assert none.code == 3 and "no macro yet" in none.err


def test_a_letter_that_only_says_thanks_is_in_the_queue_of_the_pack(home: Path) -> None:
    ok(home, "docs", "add", "letters")
    with opened(home, mail_settings(box())) as desk:
        take(desk, letter(1))
        ticket = all_tickets(desk)[0]
        writing.reply(desk, ticket, replies.Reply("Done.", writing.prepare(desk, ticket).to))
        desk.do(acts.status([desk.ticket("1")], Status.SOLVED))
        row = desk.conn.execute("SELECT msgid FROM outbox").fetchone()
        asked = "Customer 1 <c1@customers.example>"
        take(desk, letter(2, sender=asked, answers=str(row[0]).strip("<>"), text="Thank you!\n"))
        query = queues.read(desk.doc("queue", "Only thanks").body).query
        assert [one.number for one in all_tickets(desk)] == [1]
    (found,) = ok(home, "ls", query, "--jsonl").objects
    assert (found["number"], found["status"]) == (1, "solved")


def test_tiers_wait_for_three_agents_and_complete_accounts(home: Path) -> None:
    refused = call(home, "docs", "add", "tiers")
    assert refused.code == 4 and not refused.out
    assert "needs 3 agents" in refused.err and "0 of 0 accounts are complete" in refused.err
    for name in ("Ana", "Ben", "Cem"):
        ok(home, "team", "add", name)
    whole: dict[str, Value] = {"name": "A", "tier": "enterprise", "arr": 1, "csm": "Ann", "renewal": 1}
    with opened(home, Settings(agent="Ana")) as desk, desk.store.write() as tx:
        rows: list[Change] = [put(f"o{n}", whole) for n in range(7)]
        rows += [put(f"ohalf{n}", {"name": "B"}) for n in range(4)]
        tx.commit(rows, actor="Ana", kind="import")
    assert "7 of 11 accounts are complete (64%)" in call(home, "docs", "add", "tiers").err
    with opened(home, Settings(agent="Ana")) as desk, desk.store.write() as tx:
        tx.commit([Change("ohalf0", "_deleted", 1)], actor="Ana", kind="bin")
    ok(home, "docs", "add", "tiers")
    for name in ("enterprise", "mid-market", "small business"):
        assert f"off  policy  chat, {name}\n" in ok(home, "docs", "list", "policy").out
        ok(home, "docs", "on", "policy", f"chat, {name}")
    with opened(home, Settings(agent="Ana")) as desk:
        here = promised.promised(desk.conn)
        assert [policy.name for policy in here.policies][-1] == "standard"
        first = {
            (tier, channel): here.of(Facts(tier=tier, channel=channel))[0].targets[1].first
            for tier in ("enterprise", "mid-market", "smb", "self-serve")
            for channel in ("mail", "chat")
        }
    assert [first[tier, "mail"] for tier in ("enterprise", "mid-market", "smb", "self-serve")] == [
        60,
        120,
        240,
        480,
    ]
    assert [first[tier, "chat"] for tier in ("enterprise", "mid-market", "smb")] == [2, 5, 10]
    assert "off  Enterprise in danger" in ok(home, "rules").out
    ok(home, "docs", "add", "month-three")
    ok(home, "rules", "on", "Biggest accounts to seniors")
    ok(home, "team", "remove", "Cem")
    ok(home, "rules", "off", "Biggest accounts to seniors")
    assert "goes by tiers" in call(home, "rules", "on", "Biggest accounts to seniors").err


def test_a_promise_warns_breaks_and_is_quiet_after_the_answer(tmp_path: Path) -> None:
    clock = Clock()
    with opened(tmp_path / "home", mail_settings(box()), clock) as desk:
        desk.save_doc("policy", "standard", 'hours = "24/7"\n[p3]\nfirst = "8h"\n')
        desk.save_doc("hours", "office", 'week = "24/7"\n')
        pack.take_in(desk, pack.named("day-one"))
        rules = Automation(desk)
        rules.begin()
        take(desk, letter(1))
        clock.ahead += 5 * 3600
        assert rules.run() == 0
        clock.ahead += 3600 + 60
        rules.run()
        assert one(desk, "Question 1").tags == ("in-danger",)
        clock.ahead += 3 * DAY
        for _ in range(3):
            rules.run()
        assert one(desk, "Question 1").tags == ("late",)
        fired = desk.conn.execute("SELECT count(*) FROM entry WHERE kind = 'rule'").fetchone()[0]
        assert fired == 2


def test_a_doc_is_shown_and_removed_unless_another_names_it(home: Path) -> None:
    with opened(home, Settings(agent="Ana")) as desk:
        desk.save_doc("macro", "Sort", '+++\nname = "Sort"\ntags = ["sorted"]\n+++\n')
        desk.save_doc("macro", "Chain", '+++\nname = "Chain"\nthen = ["sort"]\n+++\n')
        desk.save_doc("rule", "Use", 'when = "received"\n[do]\nmacro = "sort"\n')
        desk.save_doc("hours", "nights", 'zone = "UTC"\nweek = "24/7"\n')
        desk.save_doc("policy", "standard", 'hours = "nights"\n[p1]\nfirst = "1h"\n')
    assert ok(home, "docs", "show", "macro", "sort").out == '+++\nname = "Sort"\ntags = ["sorted"]\n+++\n'
    named = call(home, "docs", "remove", "macro", "sort")
    assert named.code == 4 and "named by macro Chain, rule Use; change that first" in named.err
    ok(home, "team", "add", "Ben", "--hours", "Nights")
    assert "named by policy standard, agent Ben" in call(home, "docs", "remove", "hours", "nights").err
    ok(home, "docs", "remove", "macro", "Chain")
    ok(home, "docs", "remove", "rule", "Use")
    assert "Removed macro Sort" in ok(home, "docs", "remove", "macro", "Sort").err
    assert call(home, "docs", "show", "macro", "Sort").code == 3
    ok(home, "undo")
    assert "sorted" in ok(home, "docs", "show", "macro", "Sort").out


def test_a_rule_whose_macro_is_gone_is_listed_as_broken_and_not_switched_on(home: Path) -> None:
    with opened(home, Settings(agent="Ana")) as desk:
        desk.save_doc("rule", "Use", 'when = "received"\n[do]\nmacro = "Gone"\n')
        assert "names the macro Gone" in rulebook.rules(desk)[0].problem
    assert ok(home, "rules").out.startswith("broken  Use  The rule Use names the macro Gone, which this desk")
    ok(home, "rules", "off", "Use")
    refused = call(home, "rules", "on", "Use")
    assert refused.code == 2 and "names the macro Gone" in refused.err
