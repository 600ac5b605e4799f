"""Macros over thousands of tickets: counted before, stopped in the middle, called back, and let go slowly."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from deskterm import live, pacing, plans, send
from deskterm.config import Box, Settings, save
from deskterm.desk import Desk
from store.log import rebuild
from store.log.entry import put
from store.rules import macros
from tests.deskterm.shell import call, desk_in, digest, ok
from tests.paths import ROOT

COUNT = 10_000
MANY = 1_200
"""More letters than one entry of the log has changes for."""
MACRO = """+++
name = "Over"
status = "solved"
tags = ["over"]
+++
Hello {{ customer.first_name | default: "there" }}, #{{ ticket.number }} is over.
"""


class Clock:
    now = 1_790_247_600

    def __call__(self) -> float:
        return float(self.now)


def furnish(desk: Desk, count: int) -> list[str]:
    """So many tickets, of which two each are from one customer."""
    people = [
        put(f"c{n:015}", {"email": f"b{n}@bulk.example", "name": f"Bea {n}"}) for n in range(count // 2)
    ]
    row = {"status": "open", "priority": 3, "created": desk.now}
    made = [
        put(f"t{n:015}", {**row, "subject": f"bulk {n}", "customer": f"c{n // 2:015}"}) for n in range(count)
    ]
    desk.commit(lambda tx: ("import", [*people, *made], ()), words="")
    desk.save_doc("macro", "Over", MACRO)
    return [f"t{n:015}" for n in range(count)]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def desk(tmp_path: Path, clock: Clock) -> Iterator[Desk]:
    home = tmp_path / "home"
    box = Box(address="help@acme.example", out=str(home / "out"))
    made = Desk.open(home, settings=Settings(agent="Ana", mailbox={"help": box}), clock=clock)
    save(home, made.settings)
    live.open_(made)
    yield made
    made.close()


def states(desk: Desk) -> dict[str, int]:
    return dict(desk.conn.execute("SELECT state, count(*) FROM outbox GROUP BY state").fetchall())


def test_L11_ten_thousand_tickets_are_counted_first_and_all_can_be_called_back(desk: Desk) -> None:
    found = furnish(desk, COUNT)
    counted = "10,000 tickets would change, 10,000 letters would leave to 5,000 people"
    asked = call(desk.home, "macro", "Over", "is:open")
    assert asked.code == 4 and f"{counted}; say --yes" in asked.err
    assert states(desk) == {}
    dry = call(desk.home, "macro", "Over", f"1-{MANY}", "--dry-run")
    said = f"{MANY:,} tickets would change, {MANY:,} letters would leave to {MANY // 2:,} people"
    assert (dry.code, dry.out.splitlines()[-1]) == (0, said)
    plans.apply(desk, plans.make_macro(desk, macros.parse(MACRO), found[:MANY]))
    assert states(desk) == {"queued": MANY}
    assert desk.is_bulk()
    send.round_(desk)
    assert states(desk) == {"queued": MANY}, "none leaves while all can be called back"
    desk.undo()
    assert states(desk) == {"called back": MANY}


def test_L11_letters_of_a_bulk_act_leave_so_many_a_minute(desk: Desk, clock: Clock) -> None:
    found = furnish(desk, 70)
    plans.apply(desk, plans.make_macro(desk, macros.parse(MACRO), found))
    left: list[int] = []
    for _ in range(4):
        clock.now += desk.settings.undo_seconds if not left else 60
        send.round_(desk)
        left.append(states(desk).get("sent", 0))
    assert left == [30, 60, 70, 70]


def test_L11_the_time_to_call_back_begins_when_thousands_are_written() -> None:
    first = partial(pacing.leaves_at, 0, now=0, after=10, per_minute=30)
    assert (first(of=1), first(of=199), first(of=10_000)) == (10, 10, 60)
    assert pacing.leaves_at(61, of=10_000, now=0, after=10, per_minute=30) == 60 + 2 * 60
    assert pacing.leaves_at(61, of=62, now=0, after=10, per_minute=0) == 10


def test_L11_what_is_done_again_is_paced_again(desk: Desk, clock: Clock) -> None:
    plans.apply(desk, plans.make_macro(desk, macros.parse(MACRO), furnish(desk, 70)))
    desk.undo()
    clock.now += 3_600
    desk.redo()
    moments = desk.conn.execute("SELECT not_before - ?, count(*) FROM outbox GROUP BY 1", (clock.now,))
    assert moments.fetchall() == [(10, 30), (70, 30), (130, 10)]


def test_one_letter_is_asked_for_only_where_there_are_more_tickets(tmp_path: Path) -> None:
    home = desk_in(tmp_path)
    done = ok(home, "macro", "Refund", "1", "--answer", "amount=1")
    assert "minute" not in done.err
    asked = call(home, "macro", "Refund", "1,3", "--answer", "amount=1")
    assert asked.code == 4 and "2 letters would leave to 2 people" in asked.err


@pytest.mark.parametrize("at", [b"Planning", b"Doing"])
def test_ctrl_c_in_the_middle_leaves_nothing_half_done(desk: Desk, at: bytes) -> None:
    furnish(desk, 6_000)
    before, log = rebuild.digest(desk.conn), desk.store.last_lseq()
    code, shown = stopped(desk.home, at, "macro", "Over", "is:open", "--yes")
    assert at in shown, shown[-300:]
    assert code == 130, shown[-300:]
    assert b"Stopped; nothing was left half done." in shown
    assert (digest(desk.home), desk.store.last_lseq()) == (before, log)
    assert call(desk.home, "verify").code == 0


def hears_ctrl_c() -> None:
    """Also where these tests were started in the background, which has it ignored and hands that down."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def stopped(home: Path, at: bytes, *args: str) -> tuple[int, bytes]:
    """A real process on a terminal, interrupted when `at` shows; its exit code and what it wrote."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "deskterm", "--home", str(home), *args]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=theirs, stdout=theirs, stderr=theirs, preexec_fn=hears_ctrl_c
    ) as process:
        os.close(theirs)
        shown, sent = b"", False
        while select.select([ours], [], [], 60)[0]:
            try:
                some = os.read(ours, 65_536)
            except OSError:
                break
            if not some:
                break
            shown += some
            if at in shown and not sent:
                sent = True
                process.send_signal(signal.SIGINT)
        code = process.wait(60)
    os.close(ours)
    return code, shown
