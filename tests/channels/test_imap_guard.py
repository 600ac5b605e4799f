"""What may go on an IMAP wire, and how UIDs become sets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.errors import BadArgument
from channels.imap import guard, places
from channels.imap.receive import Mailbox
from channels.passwords import Secret
from tests.rigs.imapd import Imapd

INJECTIONS = ["a\r\nA1 DELETE INBOX", "a\nb", "a\rb", "nul\0", "esc\x1b", "del\x7f"]


@pytest.mark.parametrize("bad", INJECTIONS)
def test_S10_every_kind_of_argument_is_refused(bad: str) -> None:
    for check in (
        lambda: guard.text(bad, what="password"),
        lambda: guard.folder(bad),
        lambda: guard.flag(bad),
        lambda: guard.string(bad, what="search text"),
    ):
        with pytest.raises(BadArgument):
            check()


@pytest.mark.parametrize("bad", INJECTIONS)
def test_S10_nothing_reaches_the_wire(imapd: Imapd, bad: str) -> None:
    with pytest.raises(BadArgument):
        Mailbox(imapd.account(), Secret(bad))
    assert imapd.commands == [] and imapd.logins == 0
    with Mailbox(imapd.account(), imapd.secret) as box:
        before = len(imapd.commands)
        with pytest.raises(BadArgument):
            box.open(bad)
        with pytest.raises(BadArgument):
            places.find(box, bad, folder="Sent")
        assert imapd.commands[before:] == []
        assert box.alive


@pytest.mark.parametrize("bad", ["", "two words", "(", "\\", "é", '"'])
def test_flags_are_atoms(bad: str) -> None:
    with pytest.raises(BadArgument):
        guard.flag(bad)


def test_flags_that_exist_pass() -> None:
    assert [guard.flag(name) for name in ("\\Seen", "$Forwarded", "NonJunk")]


def test_quotes_and_backslashes_are_escaped() -> None:
    assert guard.string('a"b\\c', what="text") == b'"a\\"b\\\\c"'


def expand(sets: list[bytes]) -> list[int]:
    found: list[int] = []
    for part in b",".join(sets).split(b","):
        first, _, last = part.partition(b":")
        found += range(int(first), int(last or first) + 1)
    return found


@given(st.sets(st.integers(1, 3000), min_size=1))
def test_uid_sets_name_exactly_the_uids(uids: set[int]) -> None:
    assert expand(list(guard.uid_sets(list(uids)))) == sorted(uids)


def test_a_hundred_thousand_uids_are_one_short_range() -> None:
    assert list(guard.uid_sets(range(1, 100_001))) == [b"1:100000"]


def test_scattered_uids_are_cut_into_lines_a_server_takes() -> None:
    sets = list(guard.uid_sets(range(1, 100_000, 2)))
    assert len(sets) > 1 and max(map(len, sets)) < 8000
    assert expand(sets) == list(range(1, 100_000, 2))


@pytest.mark.parametrize("uid", [0, -1, 2**32])
def test_impossible_uids_are_refused(uid: int) -> None:
    with pytest.raises(BadArgument):
        list(guard.uid_sets([uid]))
