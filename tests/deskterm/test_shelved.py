"""Letters on the shelf, read again once it is possible: as news with a clock, or as part of an archive."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from channels.errors import UnreadableLetter
from channels.mime.guard import Reader
from deskterm import shelved
from deskterm.desk import Desk
from deskterm.receive import Counts
from store import shelf
from tests.deskterm.shell import call, ok
from tests.rigs.imapd import Imapd
from tests.rigs.mail import DAY, box, hashes, held, letter, look, one, opened, settings, sound

NOW = int(time.time())


@pytest.fixture
def desk(tmp_path: Path, imapd: Imapd) -> Iterator[Desk]:
    with opened(tmp_path / "home", settings(box(imap=imapd))) as made:
        yield made


@pytest.fixture
def stumbling(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """While this patch stands, no letter that says `hard` can be read."""
    real = Reader.read

    def read(self: Reader, raw: bytes) -> object:
        if b"hard" in raw:
            raise UnreadableLetter("The letter took too long to read; it is kept whole.")
        return real(self, raw)

    with monkeypatch.context() as patch:
        patch.setattr(Reader, "read", read)
        yield patch


def test_what_can_be_read_by_now_comes_in_and_nothing_is_lost_or_doubled(
    desk: Desk, imapd: Imapd, stumbling: pytest.MonkeyPatch
) -> None:
    raws = [letter(1, text="hard, of old", when=NOW - 30 * DAY)]
    imapd.deliver(raws[0], when=NOW - 30 * DAY)
    look(desk)
    raws.append(letter(2, text="hard, and new"))
    imapd.deliver(raws[1])
    assert look(desk).shelved == 1
    assert [lying.news for lying in shelf.lying(desk.conn)] == [True, False], "newest first"
    assert shelved.read_again(desk) == Counts(shelved=2)
    assert len(shelf.lying(desk.conn)) == 2

    stumbling.undo()
    assert shelved.read_again(desk) == Counts(new=1, archived=1)
    assert shelf.lying(desk.conn) == []
    assert one(desk, "Question 1").due_at is None and one(desk, "Question 2").due_at is not None
    assert held(desk) == dict.fromkeys(hashes(raws), 1)
    assert desk.conn.execute("SELECT DISTINCT what FROM ledger").fetchall() == [("message",)]
    assert shelved.read_again(desk) == Counts() and look(desk) == Counts()
    sound(desk)


def test_the_shell_names_what_lies_there_and_reads_it_again(
    tmp_path: Path, stumbling: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "desk"
    (tmp_path / "1.eml").write_bytes(letter(1, text="hard"))
    assert ok(home, "import", str(tmp_path / "1.eml")).out == "1 on the shelf\n"
    said = call(home, "doctor", "--offline").out
    assert "took too long to read" in said and "`deskterm import --shelf` tries again" in said
    stumbling.undo()
    assert ok(home, "import", "--shelf").out == "1 taken in\n"
    assert "Question 1" in ok(home, "ls").out
    assert call(home, "import", "--shelf").code == 3
    assert call(home, "import").code == 2
    assert call(home, "import", "--shelf", str(tmp_path)).code == 2
