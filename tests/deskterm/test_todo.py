"""Items of tickets and how tickets sleep, through the shell and a real round of sync with the clock moved."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from deskterm import panes, sleeps, sync
from deskterm.screens import to_do
from deskterm.symbols import UNICODE
from store.model import Bucket, Status
from tests.deskterm.shell import call, desk_in, digest, later, ok, opened
from tests.rigs.mail import DAY, letter, take

HOUR = 3600


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return desk_in(tmp_path)


def tick(home: Path) -> int:
    with closing(opened(home)) as desk:
        return sync.tick(desk).woken


def answered(home: Path, number: int = 1) -> None:
    """The customer writes again."""
    with closing(opened(home)) as desk:
        take(
            desk, letter(90, sender=f"Dana <p{number}@shop.example>", to="help@acme.example",
                         answers=f"l{number}@shop.example", msgid="again@shop.example"),
            received=desk.now,
        )  # fmt: skip


def state(home: Path, number: str = "1") -> tuple[bool, Status]:
    with closing(opened(home)) as desk:
        found = desk.ticket(number)
        return found.bucket is Bucket.SNOOZED, found.status


def asleep(home: Path) -> bool:
    return state(home)[0]


def test_items_are_added_done_undone_and_dropped(home: Path) -> None:
    before = digest(home)
    ok(home, "todo", "1", "add", "Call", "back", "--due", "2d")
    ok(home, "todo", "1", "add", "Write it down")
    assert ok(home, "todo", "1").out.splitlines() == [
        "1 [ ] Call back, due 2026-09-26 11:00", "2 [ ] Write it down"
    ]  # fmt: skip
    ok(home, "todo", "1", "done", "1")
    assert "2 [x] Call back, done" in ok(home, "todo", "1").out
    assert "To do 1: Write it down" in ok(home, "show", "1").out
    ok(home, "todo", "1", "undone", "2")
    ok(home, "todo", "1", "drop", "1")
    assert ok(home, "todo", "1").out.splitlines() == ["1 [ ] Write it down"]
    for _ in range(5):
        ok(home, "undo")
    assert digest(home) == before


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("1",), 3, "nothing to do on #1"),
        (("99",), 3, "no ticket 99"),
        (("1", "do", "it"), 2, "there is: add, done"),
        (("1", "add"), 2, "Say what to add"),
        (("1", "done", "4"), 3, "it has none"),
        (("1", "done", "9" * 400), 3, "no item"),
        (("1", "add", "x" * 400), 1, "more than 300"),
        (("1", "add", "x", "--due", "soonish"), 1, "is no moment"),
        (("1", "add", "x", "--due", "2020-01-01"), 1, "not ahead"),
        (("1", "done", "1", "--due", "2d"), 2, "--due goes with add"),
    ],
)
def test_what_makes_no_sense_is_a_sentence(home: Path, words: tuple[str, ...], code: int, said: str) -> None:
    result = call(home, "todo", *words)
    assert said in result.err
    assert result.code in {code, 2}


def test_a_due_item_wakes_its_ticket_once(home: Path) -> None:
    ok(home, "todo", "4", "add", "Ask whether it works", "--due", "2h")
    ok(home, "snooze", "4", "5d")
    assert tick(home) == 0
    later(home, 3 * HOUR)
    assert tick(home) == 1
    assert state(home, "4") == (False, Status.OPEN)
    ok(home, "set", "4", "status=waiting")
    assert tick(home) == 0
    assert state(home, "4") == (False, Status.WAITING)
    with closing(opened(home)) as desk:
        pane = panes.ticket(desk, desk.ticket("4").id)
    shown = "".join(text for line in to_do.head(pane.todos, now=pane.now, look=UNICODE) for text, _ in line)
    assert "Ask whether it works, was due" in shown
    ok(home, "todo", "4", "add", "Ask whether it works", "--due", "1h")
    later(home, 2 * HOUR)
    assert tick(home) == 1


def test_a_done_item_and_a_closed_ticket_are_left_alone(home: Path) -> None:
    ok(home, "todo", "1", "add", "a", "--due", "1h")
    ok(home, "todo", "2", "add", "b", "--due", "1h")
    ok(home, "todo", "1", "done", "1")
    ok(home, "set", "2", "status=closed")
    later(home, DAY)
    assert tick(home) == 0


def test_first_a_letter_or_the_moment_wakes(home: Path) -> None:
    ok(home, "snooze", "1", "2d")
    answered(home)
    assert not asleep(home)
    ok(home, "snooze", "1", "2d", "--until", "first")
    later(home, 3 * DAY)
    assert tick(home) == 1 and not asleep(home)


def test_until_a_reply_no_time_wakes(home: Path) -> None:
    ok(home, "snooze", "1", "--until", "reply")
    assert "snoozed until a reply" in ok(home, "show", "1").out
    later(home, 4000 * DAY)
    assert tick(home) == 0 and asleep(home)
    answered(home)
    assert not asleep(home)


def test_both_have_to_come_in_either_order(home: Path) -> None:
    ok(home, "snooze", "1", "2d", "--until", "both")
    assert "and a reply" in ok(home, "show", "1").out
    answered(home)
    assert asleep(home)
    later(home, 3 * DAY)
    assert tick(home) == 1 and not asleep(home)
    ok(home, "snooze", "2", "2d and reply")
    later(home, 3 * DAY)
    assert tick(home) == 0 and state(home, "2")[0]
    answered(home, 2)
    assert not state(home, "2")[0]


def test_the_moment_alone_is_not_disturbed_and_leaves_no_trace(home: Path) -> None:
    ok(home, "snooze", "1", "2d", "--until", "time")
    answered(home)
    assert asleep(home)
    ok(home, "set", "1", "status=open")
    ok(home, "snooze", "1", "1d")
    with closing(opened(home)) as desk:
        assert desk.ticket("1").sleep == ""


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("2d", "--until", "reply"), "waits for none"),
        (("--until", "both"), "Say until when"),
        (("reply", "--until", "time"), "needs a moment"),
        (("soonish",), "is no moment"),
        (("soonish and reply",), "is no moment"),
    ],
)
def test_a_sleep_that_makes_no_sense_changes_nothing(home: Path, words: tuple[str, ...], said: str) -> None:
    before = digest(home)
    result = call(home, "snooze", "1", *words)
    assert said in result.err and result.code
    assert digest(home) == before
    assert sleeps.UNTIL[0] == "first"
