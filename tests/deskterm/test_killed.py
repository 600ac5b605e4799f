"""A sync that is killed anywhere: nothing lost, nothing doubled, and a second run changes nothing."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from deskterm import live, replies, sync, writing
from deskterm.config import Settings
from tests.rigs import steps
from tests.rigs.imapd import Imapd
from tests.rigs.mail import (
    DAY,
    all_tickets,
    box,
    held,
    letter,
    look,
    messages,
    opened,
    secrets,
    settings,
    sound,
    states,
)
from tests.rigs.smtpd import Smtpd

NOW = int(time.time())


def settled(home: Path, setting: Settings) -> tuple[object, ...]:
    """What must be equal however often and wherever the sync was killed."""
    with opened(home, setting) as desk:
        sound(desk)
        tickets = sorted((t.subject, t.status.value, len(messages(desk, t))) for t in all_tickets(desk))
        # The copy of a reply in Sent is read one round after it was put there.
        ledger = desk.conn.execute(
            "SELECT box, uid, what FROM ledger l JOIN box b ON b.id = l.box WHERE folder = 'INBOX'"
            " ORDER BY box, uid"
        ).fetchall()
        return tickets, ledger, live.state(desk), sorted(held(desk).items())


def work_of(setting: Settings) -> Callable[[Path, Callable[[], None]], None]:
    """A whole round as the shell does it."""

    def work(home: Path, ack: Callable[[], None]) -> None:
        with opened(home, setting) as desk:
            sync.once(desk, secrets=secrets)
        ack()

    return work


def killed_everywhere(seed: Path, setting: Settings, *, most: int, check: Callable[[Path], None]) -> int:
    """Kill a round at its steps, both sides, resume it twice each time; returns how many steps it has."""
    work, good = work_of(setting), seed.with_name("good")
    shutil.copytree(seed, good)
    counted = steps.Steps(0, after=False)
    assert not steps.killed_at(work, good, counted)[1]
    want = settled(good, setting)
    check(good)
    points = [(n, after) for n in range(1, counted.count + 1) for after in (False, True)]
    for n, after in points[:: max(1, -(-len(points) // most))]:
        home = seed.with_name(f"{n}{after}")
        shutil.copytree(seed, home)
        steps.killed_at(work, home, steps.Steps(n, after=after))
        for run in ("second", "third"):
            assert not steps.killed_at(work, home, steps.Steps(0, after=False))[1]
            assert settled(home, setting) == want, f"{run} run, {'after' if after else 'before'} step {n}"
        check(home)
        shutil.rmtree(home)
    return counted.count


def thread_of_letters(count: int) -> list[bytes]:
    return [
        letter(n, when=NOW - n * 5 * DAY, sender="Dana <dana@acme.example>", msgid=f"{n}@acme.example",
               answers=f"{n - 1}@acme.example" if n % 3 else "")
        for n in range(count)
    ]  # fmt: skip


MOST = 400 if os.environ.get("DESKTERM_REAL_SERVERS") else 40
"""Points of a kill loop: all of them in CI, some on a machine somebody works at."""


@pytest.mark.timeout(300)
def test_S04_killed_anywhere_in_the_first_read(tmp_path: Path, imapd: Imapd) -> None:
    """A real process and a real server: nothing lost, nothing doubled, and a second run changes nothing."""
    setting = settings(box(imap=imapd))
    for raw in thread_of_letters(5):
        imapd.deliver(raw, when=NOW - DAY)
    seed = tmp_path / "seed"
    with opened(seed, setting):
        pass
    assert killed_everywhere(seed, setting, most=MOST, check=lambda _: None) > 60


@pytest.mark.timeout(300)
def test_S04_killed_anywhere_in_a_round_that_receives_and_sends(
    tmp_path: Path, imapd: Imapd, smtpd: Smtpd
) -> None:
    """The reply is at the sink once, or it is said that nobody knows; its copy is in Sent once."""
    setting = settings(box(imap=imapd, smtp=smtpd))
    raws = thread_of_letters(6)
    for raw in raws[:3]:
        imapd.deliver(raw, when=NOW - DAY)
    seed = tmp_path / "seed"
    with opened(seed, setting) as desk:
        look(desk)
        live.open_(desk)
        ticket = all_tickets(desk)[0]
        writing.reply(desk, ticket, replies.Reply("Once.", ("dana@acme.example",)), now=True)
    for raw in raws[3:]:
        imapd.deliver(raw, when=NOW)

    def check(home: Path) -> None:
        with opened(home, setting) as desk:
            (state,) = states(desk)
        assert state in ("sent", "unsure") and len(smtpd.letters) <= 1
        assert state == "unsure" or len(smtpd.letters) == 1
        copies = len(imapd.raws("Sent"))
        assert copies == 1 or (state == "unsure" and copies == 0)
        smtpd.letters.clear()
        # A copy of one point would prove to the next that its reply has left.
        imapd.boxes["Sent"].letters.clear()

    assert killed_everywhere(seed, setting, most=MOST, check=check) > 60
