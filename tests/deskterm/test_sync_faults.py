"""Bad lines and lying servers: whatever happens on the way, each letter is here once when it is over (I1)."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as rounds
from hypothesis import strategies as st

from channels.errors import ChannelError, Unreachable
from channels.imap import idle, receive
from channels.imap.receive import FolderState, Mailbox
from deskterm.desk import Desk
from store import mailbox
from tests.rigs import oracles
from tests.rigs.chaos import Chaos, Weather, steps
from tests.rigs.imapd import Imapd
from tests.rigs.mail import DAY, all_tickets, box, letter, look, messages, opened, settings, sound

NOW = int(time.time())
EVERY = 50 if os.environ.get("DESKTERM_REAL_SERVERS") else 900
"""Bytes between two cuts: all of them in CI, some on a machine somebody works at."""


def here_once(desk: Desk, raws: list[bytes]) -> None:
    assert oracles.letters(desk, raws) == []
    sound(desk)


@pytest.mark.timeout(900)
def test_S01_a_line_cut_anywhere_loses_and_doubles_nothing(
    tmp_path: Path, imapd: Imapd, chaos: Callable[[int], Chaos]
) -> None:
    raws = [letter(n, when=NOW - DAY, text="long " * 60) for n in range(5)]
    for raw in raws:
        imapd.deliver(raw, when=NOW - DAY)
    line = chaos(imapd.port)
    setting = settings(box(imap=line.port))
    with opened(tmp_path / "good", setting) as desk:
        look(desk)
        here_once(desk, raws)
    good, struck = line.carried, 0
    weathers = [*steps(good, every=EVERY), *steps(good, every=900, ends=("reset",))]
    for n, weather in enumerate(weathers):
        line.play(weather)
        with opened(tmp_path / str(n), setting) as desk:
            try:
                look(desk)
            except ChannelError:
                struck += 1
            look(desk)
            here_once(desk, raws)
            assert look(desk).looked == 0, "a further run changes nothing"
    assert struck >= min(8, len(weathers) // 2)


def test_S02_S03_a_line_that_stalls_in_the_middle_of_a_letter_ends_in_time(
    imapd: Imapd, chaos: Callable[[int], Chaos]
) -> None:
    for n in range(20):
        imapd.deliver(letter(n, text="long " * 500))
    line = chaos(imapd.port)
    for end in ("stall", "half", "cut"):
        line.play(Weather(down=9_000, end=end))
        account = imapd.account(read_timeout=0.3)
        account = type(account)(account.host, line.port, account.user, security="plain",
                                insecure_loopback=True, read_timeout=0.3)  # fmt: skip
        got: list[bytes] = []
        with pytest.raises(Unreachable), Mailbox(account, imapd.secret) as box_:
            box_.open("INBOX")
            got += [one.raw for batch in box_.fetch(box_.uids(), batch=2) for one in batch]
        assert line.struck and set(got) <= set(imapd.raws()), "whole letters or none"


def test_S03_a_line_that_died_silently_in_idle_is_noticed(imapd: Imapd) -> None:
    """The server is gone without a word, as behind a router that forgot the connection."""
    with Mailbox(imapd.account(read_timeout=0.3), imapd.secret) as box_:
        box_.open("INBOX")
        imapd.faults.stall_after = 0
        with pytest.raises(Unreachable, match="did not answer in time"):
            idle.wait(box_, None, 1800, renew=0.05)
        assert not box_.alive


def test_S12_a_folder_of_any_size_is_listed_in_windows(imapd: Imapd, monkeypatch: pytest.MonkeyPatch) -> None:
    """300,000 letters: no answer lists more than a window holds."""
    asked: list[int] = []

    def search(_: Mailbox, criteria: bytes) -> list[int]:
        first, last = (int(end) for end in criteria.removeprefix(b"UID ").split(b":"))
        asked.append(last - first + 1)
        return list(range(first, min(last, 300_000) + 1))

    with Mailbox(imapd.account(), imapd.secret) as box_:
        box_.open("INBOX")
        box_.state = FolderState("INBOX", 7, 300_001, 300_000, None)
        monkeypatch.setattr(Mailbox, "search", search)
        seen = 0
        for some in box_.down(300_001, width=20_000):
            assert some == sorted(some, reverse=True)
            seen += len(some)
    assert seen == 300_000 and max(asked) <= receive.WINDOW


@rounds(max_examples=60, deadline=None)
@given(st.sets(st.integers(1, 2**32 - 1), max_size=60), st.integers(1, 30))
def test_S12_however_far_apart_numbers_lie_each_is_listed_once(uids: set[int], width: int) -> None:
    searches = 0

    class Listed(Mailbox):
        def __init__(self) -> None:
            self.state = FolderState("INBOX", 1, max(uids, default=0) + 1, len(uids), None)

        def search(self, criteria: bytes) -> list[int]:
            nonlocal searches
            searches += 1
            first, last = (int(end) for end in criteria.removeprefix(b"UID ").split(b":"))
            return [uid for uid in uids if first <= uid <= last]

    found = [uid for some in Listed().down(2**32, width=width) for uid in some]
    assert found == sorted(uids, reverse=True)
    assert searches < 200


def test_S21_a_server_three_days_ahead_or_without_dates_keeps_the_order(tmp_path: Path, imapd: Imapd) -> None:
    with opened(tmp_path / "home", settings(box(imap=imapd))) as desk:
        look(desk)
        imapd.deliver(letter(1, subject="One", when=NOW), when=NOW + 3 * DAY)
        for n in (2, 3):
            imapd.faults.dateless = n == 3
            raw = letter(n, sender="Customer 1 <c1@customers.example>", subject="Re: One", when=NOW + n,
                         answers="letter-1@customers.example")  # fmt: skip
            imapd.deliver(raw, when=NOW + 3 * DAY)
            look(desk)
        (ticket,) = all_tickets(desk)
        found = messages(desk, ticket)
        assert [m.msgid.partition("@")[0] for m in found] == ["letter-1", "letter-2", "letter-3"]
        assert all(m.date <= desk.now for m in found) and ticket.created <= desk.now
        assert [p.uid for m in found for p in mailbox.places(desk.conn, m.id)] == [1, 2, 3]
