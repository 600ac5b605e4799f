"""Colleagues at the same ticket: who looks and who writes is shown, and what their desks send is said."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from deskterm import acts
from deskterm.desk import Desk
from deskterm.events import LASTS, Events, Presence
from store.log import apply
from store.log.entry import put
from store.model import Status, Ticket
from tests.rigs.desks import deliver
from tests.rigs.stage import Stage, copied, on_stage, opened

CALLS = [(120, 40), (80, 24)]


async def shows(stage: Stage, *words: str) -> None:
    await stage.until(lambda: all(word in stage.text for word in words))


@pytest.mark.parametrize("size", CALLS)
async def test_who_looks_at_a_ticket_stands_beside_it_until_they_go(
    size: tuple[int, int], tmp_path: Path
) -> None:
    async with on_stage(tmp_path, size=size) as stage:
        ticket, now = stage.line.id, stage.desk.now
        stage.desk.events.heard(Presence("Ann", ticket), now=now)
        await shows(stage, "Viewing: Ann (now)")
        stage.clock.now += 65
        stage.desk.events.heard(Presence("Ann", ticket), now=now + 65)
        await shows(stage, "Viewing: Ann (1m)")
        stage.desk.events.heard(Presence("Ann", ticket, writing=True), now=now + 70)
        await shows(stage, "Ann is writing")
        await stage.press("j")
        assert "Ann is writing" not in stage.text
        await stage.press("k")
        assert "Ann is writing" in stage.text
        stage.clock.now += LASTS + 10
        await stage.until(lambda: "Ann is writing" not in stage.text)


async def test_where_no_ticket_is_shown_any_more_nothing_is_drawn_every_second(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with on_stage(tmp_path) as stage:
        stage.desk.events.heard(Presence("Ann", stage.line.id), now=stage.desk.now)
        await shows(stage, "Viewing: Ann")
        await stage.press("/", "=nothinglikethis", "enter")
        showing, drawn = stage.main.showing, list[bool]()
        assert showing.pane is None
        monkeypatch.setattr(showing, "draw_ticket", lambda: drawn.append(True))
        showing.look()
        assert not drawn


async def test_a_hostile_name_is_shown_cleaned(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        stage.desk.events.heard(Presence("\x1b[2J[red]x", stage.line.id, writing=True), now=stage.desk.now)
        await shows(stage, "[red]x is")
        assert "\x1b" not in stage.text


async def test_a_collision_is_said_while_one_writes_and_what_is_written_stays(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        ticket, now = stage.line.id, stage.desk.now
        await stage.press("r", "=Half")
        stage.desk.events.heard(Presence("Ann", ticket, writing=True), now=now)
        await shows(stage, "Ann is writing here too.")
        await stage.press("= a word")
        stage.desk.events.heard(Presence("Ann", ""), now=now)
        await stage.until(lambda: "here too" not in stage.text)
        assert stage.main.composer.text == "Half a word"
        stage.desk.events.heard(Presence("Ann", ticket, writing=True), now=now)
        await stage.press("escape", "q", "r")
        assert "Ann is writing here too." in stage.text, "said from the first moment"


async def test_a_collision_is_said_where_nothing_was_committed_meanwhile(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.press("r")
        stage.main.showing.look()
        stage.desk.events.heard(Presence("Ann", stage.line.id, writing=True), now=stage.desk.now)
        stage.main.showing.look()
        await stage.settle()
        assert "Ann is writing here too." in stage.text


@contextmanager
def anns(stage: Stage, folder: Path) -> Iterator[Desk]:
    """A colleague's desk that had everything this one has when it began."""
    desk, _ = opened(copied(folder / "ann"), now=stage.clock.now, agent="Ann")
    desk.store._writer.execute("UPDATE meta SET v = 5 WHERE k = 'slot'")
    desk.store.slot = 5
    try:
        yield desk
    finally:
        desk.close()


def sent(ann: Desk, stage: Stage, *, after: int) -> None:
    """What she did arrives here as the journal brings it."""
    assert deliver(stage.desk.store, list(apply.entries(ann.conn, after=after))) > 0


def ticket_at(ann: Desk, stage: Stage) -> Ticket:
    return ann.ticket(str(stage.line.number))


@pytest.mark.parametrize(
    ("does", "words"),
    [
        (lambda one: acts.status([one], Status.SOLVED), "Ann made it solved"),
        (lambda one: acts.assign([one], "Ann"), "Ann took it"),
    ],
)
async def test_what_a_colleague_made_of_the_ticket_stops_a_reply_once(
    does: object, words: str, tmp_path: Path
) -> None:
    async with on_stage(tmp_path, home=copied(tmp_path)) as stage:
        with anns(stage, tmp_path) as ann:
            await stage.press("r", "=Half")
            before = ann.store.last_lseq()
            ann.do(does(ticket_at(ann, stage)))  # type: ignore[operator]
            sent(ann, stage, after=before)
            await shows(stage, f"Moved since you began: {words}")
            await stage.press("escape", "Y")
            assert words in stage.text and "again sends it" in stage.text
            await stage.press("Y")
            assert not stage.main.writing


async def test_a_received_reply_moves_the_ticket_and_a_machines_act_does_not(tmp_path: Path) -> None:
    async with on_stage(tmp_path, home=copied(tmp_path)) as stage:
        with anns(stage, tmp_path) as ann:
            await stage.press("r", "=Half")
            ticket, before = ticket_at(ann, stage), ann.store.last_lseq()
            ann.do(acts.status([ticket], Status.WAITING), actor="clock", key="wake:test")
            sent(ann, stage, after=before)
            await stage.until(lambda: stage.ticket(ticket.number or 0).status is Status.WAITING)
            stage.main.showing.look()
            assert "Moved since" not in stage.text
            before, body = ann.store.last_lseq(), stage.main.showing.pane.said[0].message.body  # type: ignore[union-attr]
            row = {"ticket": ticket.id, "kind": "out", "author": "Ann", "date": ann.now, "body": body}
            ann.commit(lambda tx: ("reply", [put(tx.new_id("m"), row)], ()), words="")
            sent(ann, stage, after=before)
            await shows(stage, "Moved since you began: Ann replied")


def test_who_told_nothing_for_long_is_gone_and_begins_anew() -> None:
    events = Events()
    events.heard(Presence("Ann", "t1"), now=0)
    events.heard(Presence("Ben", "t1", writing=True), now=10)
    found = events.beside("t1", me="Cid", now=60)
    assert [(one.agent, one.writing, one.seconds) for one in found] == [("Ben", True, 50), ("Ann", False, 60)]
    assert [one.agent for one in events.beside("t1", me="Ben", now=60)] == ["Ann"]
    assert events.beside("t1", me="Cid", now=10 + LASTS + 1) == () == events.beside("", me="Cid", now=60)
    events.heard(Presence("Ann", "t1"), now=500)
    assert events.beside("t1", me="Cid", now=500)[0].seconds == 0
    events.heard(Presence("Ann", "t2"), now=510)
    assert events.beside("t1", me="Cid", now=510) == ()
