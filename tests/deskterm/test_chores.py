"""Tickets that come again and checklists by type, by real rounds with the clock moved."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest

from deskterm import doc_texts, pack, sync
from deskterm.automation import Automation
from store.errors import DocError
from store.reads import conversation, many, tickets, todo
from store.rules import recurring
from tests.deskterm.shell import desk_in, digest, later, ok, opened
from tests.rigs.mail import DAY

WEEKLY = (
    'rule = "FREQ=WEEKLY;BYDAY=FR"\nstart = "2026-01-02 09:00"\nsubject = "Clean up"\n'
    'note = "Close old ones."\n'
    'assignee = "Bo"\ntags = ["chore"]\nchecklist = ["1d: Count them"]\n'
)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = desk_in(tmp_path)
    with closing(opened(home)) as desk:
        desk.save_doc("recurring", "Cleaning", WEEKLY)
        desk.save_doc("checklist", "Bugs", 'type = "bug"\nitems = ["Try it", "2d: Ask"]\n')
    return home


def made(home: Path) -> list[str]:
    """Subjects and notes of what came again, after one round."""
    with closing(opened(home)) as desk:
        Automation(desk).run()
        sync.tick(desk)
        found = [
            t
            for t in many.tickets(desk.conn, tickets.ids(desk.conn, tickets.EVERYTHING))
            if "chore" in t.tags
        ]
        return [desk.text(m) for t in found for m in conversation.messages(desk.conn, t.id)]


def test_it_comes_when_it_is_due_once_and_not_for_the_past(home: Path) -> None:
    assert made(home) == []
    later(home, DAY)
    assert made(home) == ["Close old ones."]
    assert made(home) == ["Close old ones."]
    with closing(opened(home)) as desk:
        ticket = many.tickets(desk.conn, tickets.ids(desk.conn, tickets.EVERYTHING))[-1]
        assert (ticket.subject, ticket.assignee, ticket.tags) == ("Clean up", "Bo", ("chore",))
        assert [one.text for one in todo.of_ticket(desk.conn, ticket.id)] == ["Count them"]
    later(home, 7 * DAY)
    assert len(made(home)) == 2


def test_missed_ones_make_one_ticket_that_says_so(home: Path) -> None:
    later(home, DAY)
    made(home)
    later(home, 70 * DAY)
    assert len(made(home)) == 2
    assert "Nobody was here 9 times" in made(home)[1]


def test_what_was_due_while_it_was_off_stays_away(home: Path) -> None:
    with closing(opened(home)) as desk:
        pack.switch(desk, desk.doc("recurring", "Cleaning"), on=False)
    later(home, 30 * DAY)
    assert made(home) == []
    with closing(opened(home)) as desk:
        pack.switch(desk, desk.doc("recurring", "Cleaning"), on=True)
    assert made(home) == []


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("FREQ=SECONDLY", "at most hourly"),
        ("FREQ=MINUTELY;INTERVAL=5", "at most hourly"),
        ("FREQ=DAILY;BYMINUTE=0,1,2,3", "BYMINUTE does not go"),
        ("FREQ=DAILY;BYSECOND=0,30", "BYSECOND does not go"),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "never comes true"),
        ("FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30", "does not go"),
        ("FREQ=MONTHLY;BYDAY=9MO", "cannot be 9MO"),
        ("FREQ=MONTHLY;BYDAY=5MO;BYMONTHDAY=1", "may never meet"),
        ("FREQ=MONTHLY;BYSETPOS=400;BYDAY=MO", "BYSETPOS does not go"),
        ("FREQ=HOURLY;INTERVAL=24;BYHOUR=5", "cannot be read"),
        ("FREQ=DAILY;COUNT=100000000", "COUNT cannot be"),
        ("FREQ=DAILY;INTERVAL=0", "INTERVAL cannot be"),
        ("FREQ=DAILY;UNTIL=20000101", "never comes true"),
        ("FREQ=DAILY;UNTIL=99999999", "cannot be read"),
        ("FREQ=DAILY\\nRDATE:20260101", "FREQ="),
        ("", "FREQ="),
    ],
)
def test_R02_a_rule_that_runs_away_or_never_comes_is_refused(rule: str, words: str) -> None:
    text = f'rule = "{rule}"\nstart = "2026-01-01 09:00"\nsubject = "x"\n'
    with pytest.raises(DocError) as caught:
        doc_texts.check("recurring", "x", text)
    assert words in str(caught.value)
    assert caught.value.line == 1


def test_an_hourly_rule_of_many_years_is_found_at_once_and_in_step() -> None:
    text = 'rule = "FREQ=HOURLY;INTERVAL=5"\nstart = "2001-01-01 00:00"\nsubject = "x"\n'
    one = recurring.read_recurring(text)
    found = recurring.last(one, now=datetime(2031, 5, 5, 5, 5))
    assert found is not None
    assert (found - one.start).total_seconds() % (5 * 3600) == 0
    assert 0 <= (datetime(2031, 5, 5, 5, 5) - found).total_seconds() < 5 * 3600


@pytest.mark.parametrize("kind", ["recurring", "checklist"])
def test_what_a_new_one_begins_with_is_a_good_one(kind: str) -> None:
    doc_texts.check(kind, "x", doc_texts.example(kind, "x"))


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('items = ["x"]\n', 1, "needs type"),
        ('type = "bugs"\nitems = ["x"]\n', 1, "there are: question"),
        ('type = "bug"\n', 1, "needs items"),
        ('type = "bug"\nitem = ["x"]\n', 2, "did you mean items"),
        ('type = "bug"\nitems = [""]\n', 2, "needs words"),
    ],
)
def test_a_bad_checklist_is_named_at_its_line(text: str, line: int, words: str) -> None:
    with pytest.raises(DocError) as caught:
        doc_texts.check("checklist", "x", text)
    assert (caught.value.line, words in str(caught.value)) == (line, True)


def test_a_ticket_gets_the_checklist_of_its_type_once(home: Path) -> None:
    made(home)
    ok(home, "set", "1", "type=bug")
    made(home)
    assert len(ok(home, "todo", "1").out.splitlines()) == 2
    ok(home, "todo", "1", "drop", "1")
    ok(home, "set", "1", "type=question")
    ok(home, "set", "1", "type=bug")
    made(home)
    assert len(ok(home, "todo", "1").out.splitlines()) == 1
    before = digest(home)
    made(home)
    assert digest(home) == before
