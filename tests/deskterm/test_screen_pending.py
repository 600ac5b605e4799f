"""The outbox, the drafts and the shelf as screens, by keys."""

from __future__ import annotations

from pathlib import Path

import pytest

from deskterm import shelved
from deskterm.screens.pending import PendingScreen
from store import blobs, outbox, shelf
from store.errors import Refused
from tests.rigs.mail import letter
from tests.rigs.stage import Stage, on_stage


def shelve(stage: Stage, raw: bytes) -> None:
    """Put a letter on the shelf, as if it could not be read."""
    blob = blobs.letter(raw, "", folder=stage.desk.blob_folder)
    stage.desk.keep(blob)
    stage.desk.keep(shelf.Shelved(stage.desk.now, "support/INBOX/1/7", "no parts", blob.hash))


async def test_a_reply_that_waits_is_shown_with_its_words_and_called_back(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        number = stage.line.number
        await stage.press("r", "=We found it.", "escape", "Y", "g", "o")
        assert isinstance(stage.app.screen, PendingScreen)
        assert "Outbox 1" in stage.text and f"#{number}" in stage.text and "leaves in 10 s" in stage.text
        assert "to Dana Reyes" in stage.text and "We found it." in stage.text
        stage.clock.now += 3
        await stage.until(lambda: "leaves in 7 s" in stage.text)
        await stage.press("z")
        assert stage.main.writing and stage.main.composer.text.startswith("We found it.")
        assert not outbox.unsent(stage.desk.conn)


async def test_a_reply_that_leaves_meanwhile_leaves_the_list(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.press("r", "=Hello.", "escape", "Y", "g", "o")
        row = outbox.unsent(stage.desk.conn)[-1]
        with stage.desk.store.write() as tx:
            tx.commit(outbox.moved(row, outbox.SENT), actor="sender", kind="sending")
        await stage.until(lambda: "Nothing waits to go out." in stage.text)
        await stage.press("enter", "z", "o", "escape")
        assert stage.app.screen is stage.main


async def test_the_cursor_stays_on_its_reply_while_others_leave(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        for words in ("=First.", "=Second.", "=Third."):
            await stage.press("r", words, "escape", "Y", "j")
        await stage.press("g", "o", "j")
        assert "Second." in stage.text
        first = min(outbox.unsent(stage.desk.conn), key=lambda row: row.not_before)
        with stage.desk.store.write() as tx:
            tx.commit(outbox.moved(first, outbox.SENT), actor="sender", kind="sending")
        await stage.until(lambda: "Outbox 2" in stage.text)
        assert "Second." in stage.text
        await stage.press("z")
        assert stage.main.composer.text.startswith("Second.")


async def test_a_shelf_that_cannot_be_read_now_is_said_and_may_be_read_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(_: object) -> None:
        raise Refused("Another program writes to the desk.")

    async with on_stage(tmp_path) as stage:
        shelve(stage, letter(77, text="I was on the shelf.", when=stage.clock.now))
        await stage.press("g", "e")
        with monkeypatch.context() as patch:
            patch.setattr(shelved, "read_again", busy)
            await stage.press("r")
            await stage.until(lambda: "Another program writes" in stage.text)
        await stage.press("r")
        await stage.until(lambda: "1 could be read now" in stage.text)


async def test_the_ticket_of_a_reply_is_a_key_away(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        ticket = stage.line.id
        await stage.press("r", "=Hello.", "escape", "Y", "j", "j", "g", "o", "o")
        assert stage.app.screen is stage.main and stage.line.id == ticket


async def test_drafts_go_on_and_keep_their_words_out_of_the_outbox_keys(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.press("n", "=Later", "escape", "q", "g", "d")
        assert "Drafts 1" in stage.text and "note: Later" in stage.text
        await stage.press("z", "r", "O")
        assert isinstance(stage.app.screen, PendingScreen)
        await stage.press("enter")
        assert stage.main.writing and stage.main.composer.text == "Later"


@pytest.mark.parametrize("away", ["#", "!"])
async def test_a_draft_on_a_ticket_that_is_away_goes_on_there_and_nowhere_else(
    away: str, tmp_path: Path
) -> None:
    async with on_stage(tmp_path) as stage:
        ticket = stage.line.id
        await stage.press("n", "=Later", "escape", "q", away, "g", "d", "enter")
        assert stage.main.writing and stage.main.letter is not None
        assert stage.main.letter.ticket.id == ticket and stage.main.composer.text == "Later"


@pytest.mark.parametrize("away", ["#", "!"])
async def test_the_ticket_of_an_entry_is_shown_though_it_is_away(away: str, tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        ticket = stage.line.id
        await stage.press(away, "g", "h", "o")
        assert stage.line.id == ticket == stage.ticket(stage.line.number or 0).id
        assert stage.main.showing.pane is not None and stage.main.showing.pane.ticket.id == ticket
        await stage.press("escape")
        assert stage.main.showing.active == 0


async def test_a_letter_on_the_shelf_is_saved_and_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with on_stage(tmp_path) as stage:
        monkeypatch.setenv("HOME", str(tmp_path))
        raw = letter(77, text="I was on the shelf.", when=stage.clock.now)
        shelve(stage, raw)
        await stage.press("g", "e")
        assert "Errors 1" in stage.text and "could not be read, support/INBOX/1/7: no parts" in stage.text
        await stage.press("O")
        saved = list(stage.desk.home.glob("files/unread-*.eml"))
        assert len(saved) == 1 and saved[0].read_bytes() == raw
        await stage.press("r")
        await stage.until(lambda: "stay on the shelf" in stage.text)
        assert "1 could be read now, 0 stay" in stage.text and not shelf.lying(stage.desk.conn)
        await stage.press("escape")
        assert stage.app.screen is stage.main
