"""The four states (empty, reading, offline, failed), and lists, history, files and copies."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from textual.widget import Widget

from deskterm.config import Box
from deskterm.desk import Desk
from deskterm.sync import Health, Loop
from store import outbox
from store.log.entry import Change
from store.model import Status
from tests.rigs.mail import messages, states
from tests.rigs.stage import Stage, on_stage

NOBODY_LISTENS = Box(
    address="help@desk.example", imap="127.0.0.1:1", insecure_loopback=True, imap_security="plain"
)


async def test_a_desk_without_a_mailbox_says_how_to_begin(tmp_path: Path) -> None:
    home = tmp_path / "empty"
    home.mkdir()
    Desk.open(home).close()
    (home / "clock").write_text("1750000000")
    async with on_stage(tmp_path, home=home) as stage:
        assert "No mailbox yet." in stage.text and "c begins a ticket by hand" in stage.text
        assert "Mine 0" in stage.lines[0]


async def test_a_server_that_is_away_changes_one_line_and_every_key_works(tmp_path: Path) -> None:
    async with on_stage(tmp_path, size=(80, 24), sync=True, mailbox={"support": NOBODY_LISTENS}) as stage:
        await stage.until(lambda: "offline since 10:40" in stage.lines[1])
        await stage.press("r", "=Hello.", "escape", "Y")
        here = stage.line.id
        await stage.press("j")
        assert states(stage.desk)[-1] == "queued" and stage.line.id != here
        stage.main.telling.clear()
        await stage.until(lambda: "Every key still works; 1 reply waits to go out" in stage.status)
        await stage.press("g", "e", "enter")
        assert "support: There is no password" in stage.text and "deskterm doctor" in stage.text
        await stage.press("escape")
        assert stage.app.screen is stage.main


async def test_the_first_read_counts_and_shows_what_is_there(tmp_path: Path) -> None:
    async with on_stage(tmp_path, size=(80, 24)) as stage:
        stage.app.loop_ = Loop(stage.desk)
        stage.app.loop_.health["support"] = Health(reading=(3120, 12480))
        stage.clock.now += 1
        await stage.until(lambda: "reading mail" in stage.lines[1])
        assert "first read: 3,120 of 12,480 letters, newest first; work on 25%" in stage.status
        await stage.press("e")
        assert "Mine · 16" in stage.lines[1]


async def test_while_a_mailbox_is_read_the_list_follows_it_seldom_and_then_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with on_stage(tmp_path) as stage:
        showing, other = stage.main.showing, Desk.open(stage.desk.home)
        monkeypatch.setattr("deskterm.screens.showing.FLOOD", 1e9)
        stage.app.loop_ = Loop(stage.desk)
        health = stage.app.loop_.health["support"] = Health(reading=(3120, 12480))
        line = stage.line

        def renamed(subject: str) -> bool:
            """Whether the list shows what another process wrote."""
            with other.store.write() as tx:
                tx.commit([Change(line.id, "subject", subject)], actor="sync", kind="set")
            showing.look()
            return stage.line.subject == subject

        showing._read = -1e9
        assert renamed("The first of many")
        assert not renamed("One of many")
        health.reading = (12480, 12480)
        assert renamed("The last one")
        other.close()


async def fail(stage: Stage, state: str, error: str) -> int:
    """A reply to the first ticket that the server did not take; the number of the ticket."""
    number = stage.line.number or 0
    await stage.press("r", "=Here is the file.", "escape", "Y")
    row = outbox.unsent(stage.desk.conn)[-1]
    with stage.desk.store.write() as tx:
        tx.commit(outbox.moved(row, state, error=error), actor="sender", kind="sending")
    await stage.until(lambda: "failed" in stage.text)
    await stage.settle()
    return number


async def test_a_refused_reply_says_what_the_server_said_and_the_ways_on(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await fail(stage, outbox.REFUSED, "552 5.3.4 message size exceeds 10 MB")
        assert "NOT SENT" in stage.text and "552 5.3.4 message size" in stage.text
        assert "✗ 1, g e" in stage.lines[0]
        await stage.press("g", "e")
        assert "Errors 1" in stage.text
        await stage.press("enter")
        assert "put it back into the composer" in stage.text
        await stage.press("1")
        assert stage.main.writing and stage.main.composer.text.startswith("Here is the file.")
        assert states(stage.desk)[-1] == "called back"
        assert "quoted:" not in stage.text


async def test_a_refused_reply_is_tried_again(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await fail(stage, outbox.UNSURE, "the connection was lost after the letter")
        assert "It may have arrived." in stage.text
        await stage.press("g", "e", "enter")
        assert "it may arrive twice" in stage.text
        await stage.press("2")
        assert states(stage.desk)[-1] == "queued"
        row = outbox.unsent(stage.desk.conn)[-1]
        assert row.not_before == int(stage.clock.now) + stage.desk.settings.undo_seconds


async def test_the_conversation_counts_down_to_the_leaving(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.press("r", "=Hello.", "escape", "Y")
        assert "leaves in 10 s" in stage.text
        stage.clock.now += 4
        await stage.until(lambda: "leaves in 6 s" in stage.text)


async def test_lists_that_are_empty_say_so(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        for key, words in (
            ("d", "No draft waits."),
            ("o", "Nothing waits to go out."),
            ("e", "Nothing went wrong."),
        ):
            await stage.press("g", key)
            assert stage.status == words and stage.app.screen is stage.main


async def test_history_takes_back_one_act_alone(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        number = stage.line.number or 0
        await stage.press("p", "4", "t", "=later", "enter", "H")
        assert f"What happened to #{number}" in stage.text and "tag + later" in stage.text
        assert "priority 1 → 4" in stage.text
        await stage.press("j", "z")
        found = stage.ticket(number)
        assert found.priority == 1 and "later" in found.tags
        assert stage.status == f"Undid priority of #{number} · Z to redo"


async def test_history_of_the_desk_leads_to_a_ticket_and_says_what_it_does_not_undo(tmp_path: Path) -> None:
    async with on_stage(tmp_path, size=(80, 24)) as stage:
        await stage.press("g", "h", "G")
        assert "not taken back from here" in stage.text or "z undoes that alone" in stage.text
        await stage.press("z", "g", "o")
        if stage.app.screen is not stage.main:
            await stage.press("escape")
        assert stage.app.screen is stage.main


async def test_attachments_are_saved_under_safe_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    async with on_stage(tmp_path) as stage:
        await stage.press("enter", "o")
        assert stage.hints == "1 export.log  2 screen.png"
        await stage.press("1")
        assert "Saved" in stage.status and "there is no desktop to open it" in stage.status
        path = Path(stage.status.split("Saved ")[1].split(";")[0])
        assert path.name.startswith("export") and path.read_bytes()
        path.unlink()
        await stage.press("O", "9")
        assert "There is no attachment 9; this ticket has 2." in stage.status


async def test_an_attachment_is_opened_where_there_is_a_desktop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opener, told = tmp_path / "bin" / "xdg-open", tmp_path / "told"
    opener.parent.mkdir()
    os.mkfifo(told)
    opener.write_text(f'#!/bin/sh\necho "$1" > {told}\n')
    opener.chmod(0o700)
    monkeypatch.setenv("PATH", f"{opener.parent}:{os.environ['PATH']}")
    async with on_stage(tmp_path) as stage:
        monkeypatch.setenv("DISPLAY", ":0")
        await stage.press("enter", "o", "1")
        assert stage.status.startswith("Opened ")
        path = Path(told.read_text().strip())
        assert path.is_file() and stage.status.endswith(str(path))
        path.unlink()


async def test_copying_says_which_way_it_went(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        number = stage.line.number or 0
        for key, words in (
            ("i", f"#{number}"),
            ("e", "dana@kestrelfoods.example"),
            ("l", f"deskterm show {number}"),
        ):
            await stage.press("y", key)
            assert stage.app.clipboard == words
            assert f"Copied {words} (through the terminal, OSC 52)" in stage.status


async def test_asleep_and_awake(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        number = stage.line.number or 0
        await stage.press("h", "h", "g", "s")
        await stage.until(
            lambda: f"#{number} " in stage.text or stage.main.list.go_to(stage.ticket(number).id)
        )
        assert "snoozed until" in stage.text
        assert stage.ticket(number).status is not Status.SOLVED


async def test_what_a_colleague_does_shows_without_a_key(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        ticket = stage.ticket(stage.line.number or 0)
        with stage.desk.store.write() as tx:
            tx.commit([Change(ticket.id, "tag.vip", 1)], actor="Ann", kind="tag")
        stage.main.showing._version = -1  # the same connection wrote it; another process would show here
        await stage.until(lambda: "vip" in stage.text)
        assert messages(stage.desk, ticket)


async def test_a_sentence_too_long_for_the_line_is_shown_whole(tmp_path: Path) -> None:
    words = "A sentence that is longer than the line it stands on, and is shown whole."
    async with on_stage(tmp_path, size=(60, 20)) as stage:
        stage.main.telling.tell(words, bad=True)
        await stage.settle()
        line: Widget = stage.main.query_one("#status")
        assert line.size.height == 2 and stage.status == words


async def test_mail_that_cannot_be_read_from_the_start_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: Desk) -> Loop:
        raise RuntimeError

    monkeypatch.setattr("deskterm.sync.Loop", broken)
    async with on_stage(tmp_path) as stage:
        stage.app.forgives = True
        await stage.app._begin()
        await stage.until(lambda: "A mistake of deskterm's own (RuntimeError)" in stage.status)
