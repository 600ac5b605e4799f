"""The verbs about rules, on a small desk: what they say, and that none of them changes a ticket."""

from __future__ import annotations

import sqlite3
from datetime import UTC
from pathlib import Path

import pytest

from deskterm import acts
from deskterm.automation import Automation
from deskterm.config import Settings, save
from deskterm.desk import Desk
from deskterm.why_rules import why_not
from store.model import Status
from tests.deskterm.shell import call, ok
from tests.rigs.mail import DAY, Clock, letter, one, opened, take


class Stopped:
    """A clock that goes only when it is told to."""

    def __init__(self, now: float) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


REFUND = 'when = "received"\nmatch = "refund"\n[do]\ntags = ["refund"]\nnote = "Look at the order first."\n'


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A desk where a rule was written after two letters, and acted on the third."""
    home = tmp_path / "home"
    with opened(home, Settings(agent="Ana"), Clock()) as desk:
        save(home, desk.settings)
        take(desk, letter(1, text="A refund, please.\n"), letter(2, text="Hello.\n"))
        desk.save_doc("rule", "Refunds", REFUND)
        rules = Automation(desk)
        rules.begin()
        take(desk, letter(3, subject="Money", text="Refund!\n"))
        assert rules.run() == 1
    return home


def entries(home: Path) -> int:
    with sqlite3.connect(home / "desk.db") as conn:
        return int(conn.execute("SELECT count(*) FROM entry").fetchone()[0])


def test_the_rules_are_listed_with_what_they_did(home: Path) -> None:
    assert ok(home, "rules").out == "on  Refunds  received: refund  acted 1, undone 0, overruled 0\n"
    (listed,) = ok(home, "rules", "stats", "--jsonl").objects
    assert (listed["name"], listed["on"], listed["fired"]) == ("Refunds", True, 1)


def test_an_act_that_is_undone_or_overruled_is_counted(home: Path) -> None:
    fired = ok(home, "rules", "why", "3", "--jsonl").objects
    assert [(one["rule"], one["sets"], one["undone"]) for one in fired] == [
        ("Refunds", {"tag.refund": 1}, False)
    ]
    ok(home, "set", "3", "tag=-refund")
    assert "overruled 1" in ok(home, "rules").out
    ok(home, "undo")
    ok(home, "undo", str(fired[0]["entry"]))
    assert "undone 1" in ok(home, "rules").out
    assert "undone since" in ok(home, "rules", "why", "3").out


def test_why_says_what_keeps_a_rule_from_acting(home: Path) -> None:
    said = ok(home, "rules", "why", "2").out
    assert "No rule has acted on #2." in said and "Refunds: refund does not hold" in said


def test_why_says_when_a_rule_that_waits_will_act(tmp_path: Path) -> None:
    home, clock = tmp_path / "home", Stopped(FRIDAY)
    late = 'when = "waited"\nfor = "3d"\nsince = "created"\nmatch = "is:active"\n[do]\ntags = ["late"]\n'
    with opened(home, Settings(agent="Ana"), clock) as desk:
        take(desk, letter(1, when=FRIDAY))
        take(desk, letter(2, when=FRIDAY), archived=FRIDAY)
        desk.save_doc("rule", "Late", late)
        desk.save_doc("rule", "Silent", late.replace("created", "last_out"))
        desk.save_doc("rule", "Solved", 'when = "changed"\nfields = ["status"]\n[do]\ntags = ["seen"]\n')

        def said(number: str) -> dict[str, str]:
            return dict(why_not(desk, desk.ticket(number), zone=UTC))

        assert said("1")["Late"] == "it acts on 2026-09-28 12:00, if nothing changes before"
        assert said("1")["Silent"] == "it counts from last_out, and this ticket has none"
        assert said("1")["Solved"] == "would act: changed"
        clock.now += 4 * DAY
        assert said("1")["Late"] == "would act: waited, and is:active holds"
        assert Automation(desk).run() == 1
        assert said("1")["Late"] == "it has acted already for created 2026-09-25 12:00"
        assert "came in later, with the archive" in said("2")["Late"]


def test_a_rule_is_switched_off_and_on(home: Path) -> None:
    ok(home, "rules", "off", "refunds")
    assert ok(home, "rules").out.startswith("off  Refunds")
    with opened(home, Settings(agent="Ana")) as desk:
        take(desk, letter(4, subject="Again", text="Refund!\n"))
        assert Automation(desk).run() == 0
    ok(home, "rules", "on", "Refunds")
    assert ok(home, "rules").out.startswith("on  Refunds")
    unknown = call(home, "rules", "on", "Nothing")
    assert unknown.code == 3 and "There is no rule called 'Nothing'" in unknown.err


def test_a_letter_on_trial_changes_nothing(home: Path, tmp_path: Path) -> None:
    before = entries(home)
    (tmp_path / "new.eml").write_bytes(letter(9, text="Where is my refund?\n"))
    said = ok(home, "rules", "test", str(tmp_path / "new.eml")).out
    assert "It would go into a new ticket" in said
    assert "acts  Refunds: received, and refund holds" in said and "tag: +refund" in said
    assert "note: Look at the order first." in said
    (tmp_path / "old.eml").write_bytes(letter(9, text="Nothing special.\n"))
    (tried,) = ok(home, "rules", "test", str(tmp_path / "old.eml"), "--jsonl").objects
    assert (tried["acts"], tried["why"]) == (False, "refund does not hold")
    assert entries(home) == before


def test_what_is_no_letter_is_refused(home: Path, tmp_path: Path) -> None:
    (tmp_path / "x.eml").write_text("just words\n")
    refused = call(home, "rules", "test", str(tmp_path / "x.eml"))
    assert refused.code == 4 and "is no letter" in refused.err


def test_a_backtest_lists_what_a_rule_would_have_done(home: Path) -> None:
    before = entries(home)
    would = ok(home, "rules", "backtest", "Refunds", "--since", "30d", "--jsonl").objects
    assert [(one["ticket"], one["sets"]) for one in would] == [(1, {"tag.refund": 1}), (3, {"tag.refund": 1})]
    assert entries(home) == before
    nothing = call(home, "rules", "backtest", "Refunds", "--since", "tomorrow")
    assert nothing.code != 0


def test_a_waiting_rule_on_the_past_acts_at_the_moments_it_would_have(tmp_path: Path) -> None:
    home, clock = tmp_path / "home", Clock()
    with opened(home, Settings(agent="Ana"), clock) as desk:
        take(desk, letter(1, subject="Slow"), letter(2, subject="Quick"))
        clock.ahead += DAY
        desk.do(acts.tag([one(desk, "Quick")], add=["looked"]))
        clock.ahead += 10 * DAY
        text = (
            'when = "waited"\nfor = "3d"\nsince = "created"\nmatch = "-tag:looked"\n[do]\ntags = ["late"]\n'
        )
        desk.save_doc("rule", "Late", text)
        began = one(desk, "Slow").created
        assert moments_of(desk, "Late") == [("Slow", began + 3 * DAY)]


FRIDAY = 1_790_337_600
"""2026-09-25, 12:00 UTC; the desk of a test closes at 17:00 until Monday at 9:00."""


def test_a_rule_about_promises_is_tried_on_the_past(tmp_path: Path) -> None:
    """P3 promises a first reply in four open hours: at 16:00 on Friday, with the warning at 15:00."""
    home = tmp_path / "home"
    clock = Stopped(FRIDAY)
    with opened(home, Settings(agent="Ana"), clock) as desk:
        take(desk, letter(1, subject="Slow", when=FRIDAY), letter(2, subject="Quick", when=FRIDAY))
        clock.now += 2 * 3_600
        desk.do(acts.status([one(desk, "Quick")], Status.SOLVED))
        clock.now += 7 * DAY
        for name, more, since, at in (
            ("Warned", 'for = "0m"', "warn", FRIDAY + 3 * 3_600),
            ("Broken", 'for = "0m"', "due", FRIDAY + 4 * 3_600),
            ("An hour late", 'for = "1h"\nopen_hours = true', "due", FRIDAY + 5 * 3_600),
            ("Open again", 'for = "2h"\nopen_hours = true', "due", FRIDAY + 2 * DAY + 22 * 3_600),
            ("Not by night", 'for = "2h"\nin_hours = true', "due", FRIDAY + 2 * DAY + 21 * 3_600),
        ):
            text = f'when = "waited"\n{more}\nsince = "{since}"\nmatch = "is:active"\n[do]\ntags = ["late"]\n'
            desk.save_doc("rule", name, text)
            assert moments_of(desk, name) == [("Slow", at)], name


def test_a_promise_kept_since_was_late_then_all_the_same(tmp_path: Path) -> None:
    clock = Stopped(FRIDAY)
    with opened(tmp_path / "home", Settings(agent="Ana"), clock) as desk:
        take(desk, letter(1, subject="Slow", when=FRIDAY))
        clock.now += 7 * DAY
        desk.do(acts.status([one(desk, "Slow")], Status.SOLVED))
        text = 'when = "waited"\nfor = "0m"\nsince = "due"\nmatch = "is:active"\n[do]\ntags = ["late"]\n'
        desk.save_doc("rule", "Broken", text)
        assert moments_of(desk, "Broken") == [("Slow", FRIDAY + 4 * 3_600)]


def test_what_is_urgent_is_acted_on_by_night_on_the_past_too(tmp_path: Path) -> None:
    clock = Stopped(FRIDAY)
    with opened(tmp_path / "home", Settings(agent="Ana"), clock) as desk:
        take(desk, letter(1, subject="Calm", when=FRIDAY), letter(2, subject="Fire", when=FRIDAY))
        desk.do(acts.priority([one(desk, "Fire")], 1))
        clock.now += 7 * DAY
        text = 'when = "waited"\nfor = "6h"\nsince = "created"\nin_hours = true\n[do]\ntags = ["late"]\n'
        desk.save_doc("rule", "Late", text)
        monday = FRIDAY + 2 * DAY + 21 * 3_600
        assert moments_of(desk, "Late") == [("Fire", FRIDAY + 6 * 3_600), ("Calm", monday)]


def moments_of(desk: Desk, name: str) -> list[tuple[str, int]]:
    from deskterm import trials
    from deskterm.automation import arm

    found = trials.backtest(desk, arm(desk.doc("rule", name)), since=0)
    return [(would.ticket.subject, would.at) for would in found]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('when = "sometimes"\n[do]\ntags = ["a"]\n', 'when cannot be "sometimes"'),
        ('when = "received"\n', "The rule does nothing"),
        ('when = "received"\nmatch = "colour:red"\n[do]\ntags = ["a"]\n', "colour"),
        ('when = "received"\nmatch = "assignee:me"\n[do]\ntags = ["a"]\n', "A rule has no me"),
        ('when = "received"\nfor = "7d"\n[do]\ntags = ["a"]\n', 'for goes with when = "waited"'),
        ('when = "waited"\n[do]\ntags = ["a"]\n', "needs a span"),
        ('when = "waited"\nfor = "soon"\n[do]\ntags = ["a"]\n', "for has to be a span"),
        ('when = "waited"\nfor = "1d"\nsince = "moon"\n[do]\ntags = ["a"]\n', "since can be"),
        ('when = "changed"\nfields = ["colour"]\n[do]\ntags = ["a"]\n', "fields cannot hold"),
        ('when = "received"\n[do]\nassignee = "me"\n', "A rule has no me"),
        ('when = "received"\n[do]\nnote = "{{ ask: amount }}"\n', "can ask nobody for amount"),
        ('when = "replied"\n[do]\nreply = "Hi {{ custmer.name }}"\n', "Line 3, column 13: nothing is called"),
        ('when = "replied"\n[do]\nnote = "{{ ticket.due | dat }}"\n', 'there is no filter "dat"'),
        (
            'when = "replied"\n[do]\nsubject = "{{ x }}"\nreply = "Hi"\n',
            'Line 3, column 12: nothing is called "x"',
        ),
        ('when = "received"\n[do]\ncolour = "red"\n', "colour is not known here"),
        ("when = received\n", "not written as TOML"),
    ],
)
def test_a_rule_with_a_mistake_is_refused_in_one_sentence(tmp_path: Path, text: str, said: str) -> None:
    home = tmp_path / "home"
    with opened(home, Settings(agent="Ana")):
        pass
    folder = tmp_path / "docs" / "rule"
    folder.mkdir(parents=True)
    (folder / "Bad.toml").write_text(text)
    refused = call(home, "docs", "import", str(tmp_path / "docs"))
    assert refused.code != 0 and said in refused.err


def test_a_letter_is_given_to_whom_the_route_finds(home: Path) -> None:
    ok(home, "team", "add", "Ben", "--group", "billing", "--lang", "en")
    ok(home, "team", "add", "Eva", "--group", "billing", "--lang", "de", "--senior")
    route = 'when = "received"\nmatch = "subject:geld"\n[do]\nroute = "load group:billing lang:auto"\n'
    with opened(home, Settings(agent="Ana")) as desk:
        desk.save_doc("rule", "Route", route)
        words = "Guten Tag, ich habe eine Frage zu der Rechnung, und es ist nicht das erste Mal.\n"
        take(desk, letter(5, subject="Geld", text=words))
        assert Automation(desk).run() == 1
        assert one(desk, "Geld").assignee == "Eva"
        desk.do(acts.assign([one(desk, "Geld")], "Ben"))
        again = "und noch eine Frage, bitte\n"
        sender, answers = "Customer 5 <c5@customers.example>", "letter-5@customers.example"
        take(desk, letter(6, subject="Re: Geld", sender=sender, answers=answers, text=again))
        Automation(desk).run()
        assert one(desk, "Geld").assignee == "Ben"
    listed = {one["name"]: one for one in ok(home, "team", "--jsonl").objects}
    assert (listed["Ben"]["load"], listed["Eva"]["senior"]) == (2, True)


def test_somebody_who_is_away_is_given_nothing(home: Path) -> None:
    ok(home, "team", "add", "Ben")
    ok(home, "team", "away", "ben")
    assert ok(home, "team").out.startswith("away  Ben")
    with opened(home, Settings(agent="Ana")) as desk:
        desk.save_doc("rule", "Route", 'when = "received"\n[do]\nroute = "turn"\n')
        take(desk, letter(5, subject="Hello"))
        assert Automation(desk).run() == 0
    ok(home, "team", "here", "Ben")
    missing = call(home, "team", "add", "Ben", "--hours", "nights")
    assert missing.code == 3 and "no hours called 'nights'" in missing.err
    ok(home, "team", "add", "Eva", "--hours", "24/7")
    ok(home, "undo")
    assert "Eva" not in ok(home, "team").out
    ok(home, "team", "add", "Ben", "--skill", "refund")
    assert ok(home, "team").out == "here  Ben  load 0  skill:refund\n"
    ok(home, "team", "add", "ben", "--group", "tier1", "--email", "ben@acme.example", "--senior")
    ok(home, "team", "add", "Ben", "--lang", "de")
    assert ok(home, "team").out == "here  Ben  load 0  group:tier1 skill:refund lang:de senior\n"
    ok(home, "team", "add", "Ben", "--skill", "", "--group", "tier2", "--no-senior")
    assert ok(home, "team").out == "here  Ben  load 0  group:tier2 lang:de\n"
    assert ok(home, "team", "--jsonl").objects[0]["email"] == "ben@acme.example"
    assert call(home, "team", "add", "Ben", "--email", "no address").code == 4
    ok(home, "team", "remove", "Ben")
    assert call(home, "team").code == 3
    assert "Nobody on the team is called" in call(home, "team", "here", "Ben").err
