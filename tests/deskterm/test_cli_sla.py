"""The queue as it was, what was reached so far, and promises in words."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from deskterm import acts, live, replies, writing
from deskterm.config import Settings, save
from deskterm.moments import iso
from store.model import Status
from tests.deskterm.shell import call, ok
from tests.rigs.mail import DAY, box, letter, one, opened, settings, take

NINE = int(datetime(2026, 6, 1, 9, 0, tzinfo=UTC).timestamp())
"""A Monday morning."""


class At:
    """A clock that is set."""

    def __init__(self) -> None:
        self.now = float(NINE)

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Two tickets of one Monday: one answered after an hour and solved the next day, one left open."""
    home, clock = tmp_path / "home", At()
    with opened(home, settings(box()), clock) as desk:
        live.open_(desk)
        save(home, Settings(agent="ana"))
        take(desk, letter(1, when=NINE, text="My export stops.\n"), received=NINE)
        clock.now += 1800
        take(desk, letter(2, when=clock.now), received=int(clock.now))
        clock.now += 1800
        ticket = one(desk, "Question 1")
        said = replies.Reply("Look.", ("c1@customers.example",))
        writing.reply(desk, ticket, said, then=Status.WAITING, now=True)
        clock.now += DAY
        desk.do(acts.status([desk.ticket("1")], Status.SOLVED))
    return home


def listed(home: Path, *words: str) -> list[int]:
    return [int(str(one["number"])) for one in ok(home, "ls", *words, "--jsonl").objects]


def test_the_queue_is_shown_as_it_was(home: Path) -> None:
    def at(seconds: int) -> tuple[str, str]:
        return "--as-of", str(iso(NINE + seconds))

    assert listed(home, *at(60)) == [1]
    assert listed(home, *at(1900)) == [1, 2]
    assert listed(home, "is:waiting", *at(2 * 3600)) == [1]
    assert listed(home, "is:solved", *at(2 * 3600 + DAY)) == [1]
    assert listed(home, "export", *at(60)) == [1]
    assert call(home, "ls", "is:solved", *at(3600)).code == 3
    (then,) = ok(home, "ls", *at(60), "--jsonl").objects
    assert (then["status"], then["due_kind"], then["due_at"]) == ("new", "first", iso(NINE + 4 * 3600))
    assert "P3  new  " in ok(home, "ls", *at(60)).out and "3h 59m left" in ok(home, "ls", *at(60)).out
    assert "still to come" in call(home, "ls", "--as-of", "2090-01-01").err


def test_the_baseline_is_the_median_of_what_was_reached(home: Path) -> None:
    rows = ok(home, "sla", "baseline", "--since", "2026-05-01", "--jsonl").objects
    assert [(row["priority"], row["tickets"]) for row in rows] == [(None, 2), (3, 2)]
    assert rows[0]["first"] == {"count": 1, "median": 3600, "p90": 3600}
    assert "first reply median 1h" in ok(home, "sla", "baseline", "--since", "2026-05-01").out
    assert call(home, "sla", "baseline", "--since", "1h ago").code == 3


def test_the_promises_are_said_in_words(home: Path) -> None:
    said = ok(home, "sla", "text").out
    assert "For everybody:" in said
    assert "when nothing works any more: a first answer within 1 hour and a solution within 4 hours" in said
    assert "Times count while we are open: Mon-Fri 09:00-17:00 UTC." in said


def test_a_report_in_sql_prints_columns_and_rows_and_fills_names(home: Path) -> None:
    asked = (
        "SELECT number, :word AS word, x'0aff' AS bytes, NULL AS gone FROM ticket WHERE number < min(2, :now)"
    )
    assert ok(home, "report", "sql", asked, "word=a b").out == "number  word  bytes  gone\n1  a b  0aff  -\n"
    (row,) = ok(home, "report", "sql", "-", "word=7", "--jsonl", given=asked).objects
    assert row["row"] == {"number": 1, "word": 7, "bytes": "0aff", "gone": None}
    since = ("baseline", "--since", "2026-05-01")
    assert ok(home, "report", *since).out == ok(home, "sla", *since).out != ""
    refused = call(home, "report", "sql", "DELETE FROM ticket")
    assert refused.code == 4 and "only reads, and this takes rows away" in refused.err
    assert call(home, "report", "sql", "SELEC").code == 2
    assert call(home, "report", "sql", asked).code == 2
    assert call(home, "report", "sql", asked, "word").code == 2
    none = call(home, "report", "tiers")
    assert none.code == 3 and "--group tier1" in none.err


def test_whether_the_desk_is_ready_for_tiers_is_said(home: Path) -> None:
    answer = call(home, "sla", "tiers")
    assert answer.code == 4
    assert answer.out == "not ready: 0 of 0 accounts are complete (0%), 0 of 3 agents are registered\n"
