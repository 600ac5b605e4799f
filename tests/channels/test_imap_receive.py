"""Reading a mailbox from the embedded server, with everything that goes wrong on the way."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.batch import Batch
from channels.errors import ChannelError, FolderGone, LoginRefused, ProtocolConfused, Unreachable
from channels.imap import receive
from channels.imap.receive import Mailbox, plan
from channels.passwords import Secret
from tests.rigs.imapd import Imapd


def letter(number: int, *, size: int = 0) -> bytes:
    return b"Message-ID: <%d@x>\r\nSubject: %d\r\n\r\ntext %d\r\n" % (number, number, number) + b"x" * size


def fill(imapd: Imapd, count: int, *, size: int = 0) -> list[bytes]:
    letters = [letter(number, size=size) for number in range(1, count + 1)]
    for number, raw in enumerate(letters, 1):
        imapd.deliver(raw, when=1_700_000_000 + number)
    return letters


def everything(box: Mailbox, uids: Sequence[int], **options: int) -> Batch:
    """All batches as one, with the account of UIDs checked."""
    batches = list(box.fetch(uids, **options))
    whole = Batch(
        tuple(one for some in batches for one in some.letters),
        tuple(one for some in batches for one in some.too_big),
        tuple(one for some in batches for one in some.withheld),
        tuple(one for some in batches for one in some.gone),
    )
    told = [one.uid for one in (*whole.letters, *whole.too_big, *whole.withheld)] + list(whole.gone)
    assert sorted(told) == sorted(uids)
    return whole


def test_letters_come_newest_first_with_their_place(imapd: Imapd) -> None:
    letters = fill(imapd, 10)
    with Mailbox(imapd.account(), imapd.secret) as box:
        state = box.open("INBOX")
        assert (state.uidvalidity, state.uidnext, state.exists) == (7, 11, 10)
        got = everything(box, box.uids()[::-1], batch=3)
    assert [one.raw for one in got.letters] == letters[::-1]
    assert got.letters[0].uid == 10 and got.letters[0].received == 1_700_000_010
    assert {(one.folder, one.uidvalidity) for one in got.letters} == {("INBOX", 7)}


def test_nothing_on_the_server_is_changed(imapd: Imapd) -> None:
    fill(imapd, 2)
    with Mailbox(imapd.account(), imapd.secret) as box:
        box.open("INBOX")
        everything(box, box.uids())
    said = b"".join(imapd.commands).upper()
    assert b" EXAMINE " in said and b" SELECT " not in said
    assert b"BODY.PEEK[]" in said and b"BODY[]" not in said and b"STORE" not in said


def test_uids_above_the_last_one_seen(imapd: Imapd) -> None:
    fill(imapd, 5)
    with Mailbox(imapd.account(), imapd.secret) as box:
        box.open("INBOX")
        assert box.uids(3) == [4, 5]
        assert box.uids(5) == [], "`6:*` names letter 5 as well"
        imapd.deliver(letter(6))
        assert box.uids(5) == [6], "new arrivals count without opening again"


def test_S12_search_goes_in_windows(imapd: Imapd, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receive, "WINDOW", 4)
    fill(imapd, 10)
    with Mailbox(imapd.account(), imapd.secret) as box:
        box.open("INBOX")
        assert box.uids() == list(range(1, 11))
    windows = [line.split(b"UID SEARCH UID ")[1].strip() for line in imapd.commands if b"SEARCH" in line]
    assert windows == [b"1:4", b"5:8", b"9:10", b"11:*"]


def test_S02_a_cut_never_gives_part_of_a_letter(imapd: Imapd) -> None:
    letters = fill(imapd, 100, size=200)
    kept: dict[int, bytes] = {}
    cuts = 0
    for cut in (*range(8_000, 60_000, 2_311), None):
        imapd.faults.cut_after = cut
        try:
            with Mailbox(imapd.account(), imapd.secret) as box:
                box.open("INBOX")
                for batch in box.fetch([uid for uid in box.uids() if uid not in kept], batch=10):
                    kept.update((one.uid, one.raw) for one in batch)
        except Unreachable:
            cuts += 1
            assert not box.alive
        assert all(raw == letters[uid - 1] for uid, raw in kept.items())
    assert list(dict(sorted(kept.items())).values()) == letters
    assert cuts >= 3


def test_S03_stalls_and_drips_end_in_time(imapd: Imapd) -> None:
    fill(imapd, 3)
    imapd.faults.stall_after = 900
    box = Mailbox(imapd.account(read_timeout=0.2), imapd.secret)
    with pytest.raises(Unreachable, match="did not answer in time"):
        box.open("INBOX")
        everything(box, box.uids())
    assert not box.alive
    imapd.faults.stall_after = None
    box = Mailbox(imapd.account(read_timeout=0.3), imapd.secret)
    box.open("INBOX")
    imapd.faults.drip = 0.02
    with pytest.raises(Unreachable, match="did not answer in time"):
        everything(box, box.uids())


def test_a_dead_connection_says_so_at_every_use(imapd: Imapd) -> None:
    fill(imapd, 1)
    with Mailbox(imapd.account(), imapd.secret) as box:
        box.open("INBOX")
        imapd.hang_up()
        for _ in range(2):
            with pytest.raises(Unreachable):
                box.uids()


def test_abort_frees_a_reading_thread(imapd: Imapd) -> None:
    fill(imapd, 3)
    box = Mailbox(imapd.account(), imapd.secret)
    box.open("INBOX")
    imapd.faults.stall_after = 0
    errors: list[ChannelError] = []

    def read() -> None:
        try:
            box.uids()
        except ChannelError as error:
            errors.append(error)

    reading = threading.Thread(target=read)
    reading.start()
    box.abort()
    reading.join(10)
    assert not reading.is_alive() and isinstance(errors[0], Unreachable)


def test_S05_uidvalidity_is_told_on_opening(imapd: Imapd) -> None:
    fill(imapd, 2)
    with Mailbox(imapd.account(), imapd.secret) as box:
        before = box.open("INBOX").uidvalidity
    imapd.recreate("INBOX", [letter(1), letter(2)])
    with Mailbox(imapd.account(), imapd.secret) as box:
        assert box.open("INBOX").uidvalidity != before
        assert {one.uidvalidity for one in everything(box, box.uids()).letters} == {before + 100}


def test_S06_a_folder_made_anew_under_an_open_session_gives_no_wrong_letter(imapd: Imapd) -> None:
    fill(imapd, 2)
    with Mailbox(imapd.account(), imapd.secret) as box:
        box.open("INBOX")
        uids = box.uids()
        imapd.recreate("INBOX", [b"another's letter", b"and one more"])
        with pytest.raises(FolderGone):
            everything(box, uids)
        with pytest.raises(FolderGone):
            box.uids()
        box.open("INBOX")
        assert everything(box, box.uids()).letters[0].raw == b"another's letter"


def test_a_folder_that_is_gone(imapd: Imapd) -> None:
    fill(imapd, 2)
    with Mailbox(imapd.account(), imapd.secret) as box:
        with pytest.raises(FolderGone, match="Nowhere"):
            box.open("Nowhere")
        box.open("INBOX")
        uids = box.uids()
        del imapd.boxes["Sent"]
        with pytest.raises(FolderGone):
            box.open("Sent")
        with pytest.raises(FolderGone):
            everything(box, uids)
        box.open("INBOX")
        assert len(everything(box, uids).letters) == 2


def test_S08_an_expunged_letter_is_gone_and_not_empty(imapd: Imapd) -> None:
    fill(imapd, 6)
    with Mailbox(imapd.account(), imapd.secret) as box:
        box.open("INBOX")
        uids = box.uids()
        imapd.faults.nil = {2}
        imapd.expunge(4)
        got = everything(box, uids)
        assert [one.uid for one in got.letters] == [1, 3, 5, 6]
        assert all(one.raw for one in got.letters)
        assert got.gone == (4,)
        assert [one.uid for one in got.withheld] == [2], "listed, but NIL: never an empty letter"


def test_S08_an_empty_text_of_a_letter_that_has_a_size_is_no_letter(imapd: Imapd) -> None:
    fill(imapd, 3)
    with Mailbox(imapd.account(), imapd.secret) as box:
        box.open("INBOX")
        imapd.faults.empty = {2}
        got = everything(box, box.uids())
    assert [one.uid for one in got.letters] == [1, 3] and [one.uid for one in got.withheld] == [2]


def test_a_letter_without_a_byte_is_a_letter_all_the_same(imapd: Imapd) -> None:
    imapd.deliver(b"")
    with Mailbox(imapd.account(), imapd.secret) as box:
        box.open("INBOX")
        assert [one.raw for one in everything(box, box.uids()).letters] == [b""]


def test_S08_no_longer_there_is_gone_even_if_a_search_still_lists_it(imapd: Imapd) -> None:
    fill(imapd, 3)
    with Mailbox(imapd.account(), imapd.secret) as box:
        box.open("INBOX")
        uids = box.uids()
        imapd.expunge(2)
        imapd.faults.lingering = {2}
        assert everything(box, uids).gone == (2,)


def test_L09_one_letter_the_server_will_not_give_does_not_stop_the_others(imapd: Imapd) -> None:
    fill(imapd, 9)
    imapd.faults.refuse = {4}
    with Mailbox(imapd.account(), imapd.secret) as box:
        box.open("INBOX")
        got = everything(box, box.uids())
    assert [one.uid for one in got.letters] == [1, 2, 3, 5, 6, 7, 8, 9]
    assert "cannot be read" in got.withheld[0].words


def test_L10_a_huge_letter_is_reported_by_size_and_the_rest_arrives(imapd: Imapd) -> None:
    fill(imapd, 3)
    imapd.deliver(letter(4, size=300_000))
    imapd.deliver(letter(5))
    with Mailbox(imapd.account(), imapd.secret) as box:
        box.open("INBOX")
        got = everything(box, box.uids(), too_big=100_000)
    assert [one.uid for one in got.letters] == [1, 2, 3, 5]
    assert got.too_big[0].uid == 4 and got.too_big[0].size > 300_000
    assert got.too_big[0].head.startswith(b"Message-ID: <4@x>") and len(got.too_big[0].head) == 65_536


def test_L10_a_letter_larger_than_the_server_said_does_not_stop_the_others(imapd: Imapd) -> None:
    fill(imapd, 2)
    imapd.deliver(letter(3, size=900_000))
    imapd.deliver(letter(4))
    imapd.faults.understate = {3}
    with Mailbox(imapd.account(), imapd.secret) as box:
        box.open("INBOX")
        got = everything(box, box.uids(), too_big=100_000)
    assert [one.uid for one in got.letters] == [1, 2, 4]
    assert [one.uid for one in got.withheld] == [3] and "larger than" in got.withheld[0].words


@pytest.mark.parametrize(
    "nonsense",
    [
        b"* 1 FETCH (UID 1 RFC822.SIZE 5 " + b"(" * 5000 + b")" * 5000 + b")\r\n",
        b"* 1 FETCH (UID 1 BODY[] {-5}\r\nhello)\r\n",
        b"A9 OK done\r\n",
        b"* 1 FETCH (UID 1 BODY[] {99999999999}\r\n",
        b"garbage\r\n",
    ],
)
def test_S13_nonsense_drops_the_connection_with_a_sentence(imapd: Imapd, nonsense: bytes) -> None:
    fill(imapd, 1)
    imapd.faults.instead = nonsense
    box = Mailbox(imapd.account(), imapd.secret)
    box.open("INBOX")
    with pytest.raises(ProtocolConfused):
        everything(box, [1])
    assert not box.alive


@pytest.mark.parametrize("lie", [-20, -5, -1, 1, 3, 40])
def test_S13_a_misstated_length_never_gives_a_letter(imapd: Imapd, lie: int) -> None:
    fill(imapd, 2)
    imapd.faults.lie = lie
    box = Mailbox(imapd.account(read_timeout=0.3), imapd.secret)
    box.open("INBOX")
    with pytest.raises((ProtocolConfused, Unreachable)):
        everything(box, [1, 2])
    assert not box.alive


@pytest.mark.parametrize("lacks", [set[str](), {"AUTH=PLAIN"}])
def test_S14_a_wrong_password_is_tried_once(imapd: Imapd, lacks: set[str]) -> None:
    imapd.faults.lacks = lacks
    with pytest.raises(LoginRefused, match="tried once"):
        Mailbox(imapd.account(), Secret("wrong"))
    assert imapd.logins == 1


def test_S14_a_login_put_off_is_no_refusal(imapd: Imapd) -> None:
    imapd.faults.login_words = b"[UNAVAILABLE] the user database is down"
    with pytest.raises(Unreachable, match="just now"):
        Mailbox(imapd.account(), imapd.secret)
    assert imapd.logins == 1


@pytest.mark.parametrize("password", ["pass word", 'quo"te\\', "ümläut", "x" * 200])
def test_any_password_arrives_as_it_is(imapd: Imapd, monkeypatch: pytest.MonkeyPatch, password: str) -> None:
    monkeypatch.setattr("tests.rigs.imapd.PASSWORD", password)
    with Mailbox(imapd.account(), Secret(password)) as box:
        assert box.alive
    if password.isascii():
        imapd.faults.lacks = {"AUTH=PLAIN"}
        with Mailbox(imapd.account(), Secret(password)) as box:
            assert box.alive


def test_nobody_listening() -> None:
    server = Imapd()
    server.stop()
    with pytest.raises(Unreachable):
        Mailbox(server.account(), server.secret)


@given(
    st.lists(st.integers(1, 10_000), unique=True),
    st.dictionaries(st.integers(1, 10_000), st.integers(0, 50)),
    st.integers(1, 60),
)
def test_plans_keep_order_and_bounds(uids: list[int], sizes: dict[int, int], most: int) -> None:
    groups = list(plan(uids, sizes, most=most))
    assert [uid for group in groups for uid in group.uids] == uids
    for group in groups:
        assert group.size <= most or len(group.uids) == 1
