"""The oracles themselves: silent about a desk that is whole, and each names the harm it is there for."""

from __future__ import annotations

import base64
from collections.abc import Callable, Generator
from pathlib import Path

import pytest

from channels.errors import UnreadableLetter
from channels.letter import Letter
from channels.mime.guard import Reader
from deskterm import live, replies, sync, writing
from deskterm.desk import Desk
from tests.rigs import oracles
from tests.rigs.imapd import Imapd
from tests.rigs.mail import all_tickets, box, letter, look, opened, secrets, settings
from tests.rigs.smtpd import Kept, Smtpd


def not_the_last(self: Reader, raw: bytes, real: Callable[..., Letter] = Reader.read) -> Letter:
    """One letter cannot be read."""
    if b"Question 3" in raw:
        raise UnreadableLetter("The letter took too long to read.")
    return real(self, raw)


@pytest.fixture
def desk(tmp_path: Path, imapd: Imapd, smtpd: Smtpd, monkeypatch: pytest.MonkeyPatch) -> Generator[Desk]:
    """Three letters and one on the shelf are in, one reply is out."""
    for n in range(4):
        imapd.deliver(letter(n, when=1_700_000_000))
    monkeypatch.setattr(Reader, "read", not_the_last)
    with opened(tmp_path / "home", settings(box(imap=imapd, smtp=smtpd))) as desk:
        look(desk)
        live.open_(desk)
        first = next(one for one in all_tickets(desk) if one.subject == "Question 1")
        writing.reply(desk, first, replies.Reply("Yes.", ("c1@customers.example",)), now=True)
        sync.once(desk, secrets=secrets)
        yield desk


def spoil(desk: Desk, sql: str) -> None:
    """Harm done behind the desk's back."""
    desk.store._writer.execute(sql)


def test_a_whole_desk_has_no_faults(desk: Desk, imapd: Imapd, smtpd: Smtpd) -> None:
    assert oracles.letters(desk, imapd.raws()) == []
    assert oracles.replies(desk, smtpd.letters) == [] and len(smtpd.letters) == 1
    assert oracles.log(desk) == []
    assert oracles.modes(desk.home) == []


def test_I1_names_a_letter_that_is_missing_doubled_or_altered(desk: Desk, imapd: Imapd) -> None:
    assert oracles.letters(desk, [*imapd.raws(), letter(9)])
    assert oracles.letters(desk, imapd.raws()[1:]) and not oracles.letters(
        desk, imapd.raws()[1:], others=True
    )
    spoil(
        desk,
        "INSERT INTO message(id, kind, body) SELECT 'm0', kind, body FROM message WHERE kind = 'in' LIMIT 1",
    )
    assert "2 times" in oracles.letters(desk, imapd.raws())[0]


def test_I1_wants_a_reason_on_the_shelf(desk: Desk, imapd: Imapd) -> None:
    assert desk.conn.execute("SELECT count(*) FROM shelf").fetchone()[0] == 1
    spoil(desk, "UPDATE shelf SET reason = ' '")
    assert "without a reason" in oracles.letters(desk, imapd.raws())[0]


def test_I2_names_a_reply_that_is_lost_doubled_or_unsaid(desk: Desk, smtpd: Smtpd) -> None:
    sent = smtpd.letters
    assert "never arrived" in oracles.replies(desk, [])[0]
    assert "2 times" in oracles.replies(desk, [*sent, *sent])[0]
    stranger = Kept("a@b", ("c@d",), b"Message-ID: <other@x>\r\n\r\n")
    assert "in no outbox" in oracles.replies(desk, [*sent, stranger])[0]
    for state, error, arrived, fault in (
        ("refused", "no", sent, "shown as refused"), ("unsure", "", sent, "nothing says why"),
        ("later", "", [], "nothing says why"), ("unsure", "cut", sent, ""), ("unsure", "cut", [], ""),
        ("lost", "", [], "nobody knows"), ("queued", "", [], ""),
    ):  # fmt: skip
        spoil(desk, f"UPDATE outbox SET state = '{state}', error = '{error}'")
        found = oracles.replies(desk, arrived)
        assert (fault in found[0]) if fault else not found, (state, found)


@pytest.mark.parametrize(
    "harm",
    [
        "UPDATE ticket SET subject = 'x'", "UPDATE change SET value = 'x' WHERE field = 'state'",
        "UPDATE ticket SET updated = 5", "DELETE FROM tally", "UPDATE blob SET data = x'00'",
        "DELETE FROM blob", "UPDATE entry SET prev = x'00' WHERE lseq = 2", "DELETE FROM shelf",
        "UPDATE ledger SET ref = 'm0' WHERE what = 'message'",
        "INSERT INTO attr SELECT id, 'tag', 'new', 1 FROM ticket",
    ],
)  # fmt: skip
def test_I3_names_every_harm_and_changes_nothing(desk: Desk, harm: str) -> None:
    spoil(desk, harm)
    found = oracles.log(desk)
    assert found and oracles.log(desk) == found


def test_I6_finds_a_canary_in_any_dress(tmp_path: Path, desk: Desk) -> None:
    secret = "canary-7Zq!secret"
    assert oracles.canaries([secret], desk.home, tmp_path, said={"screen": b"nothing"}) == []
    dresses = (
        secret.encode(), secret.encode("utf-16-le"), secret.encode().hex().encode(), b"canary-7Zq%21secret",
        *(base64.b64encode(b"x" * n + secret.encode() + b"tail") for n in range(3)),
    )  # fmt: skip
    for dress in dresses:
        assert oracles.canaries([secret], said={"stderr": b"head" + dress + b"\n"}), dress
    (tmp_path / secret).touch()
    assert oracles.canaries([secret], tmp_path) == [f"{secret!r} is in {tmp_path / secret}"]


def test_I6_looks_into_packed_letters(desk: Desk) -> None:
    assert any("letter" in one for one in oracles.canaries(["question 2"], desk.home))


def test_I7_names_what_others_could_read_and_what_lies_elsewhere(tmp_path: Path, desk: Desk) -> None:
    (desk.home / "desk.db").chmod(0o644)
    (desk.home / "open").mkdir(mode=0o755)
    assert oracles.modes(desk.home) == ["home/desk.db is 0644", "home/open is 0755"]
    (tmp_path / "tmp").mkdir()
    assert oracles.foreign(tmp_path / "tmp") == []
    (tmp_path / "tmp" / "left").touch()
    assert oracles.foreign(tmp_path / "tmp") == [str(tmp_path / "tmp" / "left")]
