"""Lists that take long: found beside the screen while keys work, overtaken by the next, given up by esc."""

from __future__ import annotations

import sqlite3
import threading
from array import array
from collections.abc import Sequence
from pathlib import Path

import pytest

from deskterm import acts, finding, known, panes
from deskterm.desk import Desk
from deskterm.screens import going_on
from deskterm.screens.searching import SearchScreen
from store.model import Status, Ticket
from store.reads import held, limits, queues
from tests.rigs.stage import Stage, copied, on_stage, opened

ENDLESS = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT max(x) FROM n"


class Slow:
    """Words take long: each search for a list waits until it is let go, the first for ever if `endless`."""

    def __init__(self, patch: pytest.MonkeyPatch, *, endless: bool = False) -> None:
        self.begun, self.go_on, self.ended = (threading.Event() for _ in range(3))
        self.asked = 0
        self._endless = endless
        self._find = held.find
        patch.setattr(queues, "LETTERS", 0)
        patch.setattr(held, "find", self.find)

    def find(self, conn: sqlite3.Connection, where: object, *, sort: str) -> array[int]:
        self.asked += 1
        if self._endless and self.asked == 1:
            self.begun.set()
            try:
                conn.execute(ENDLESS).fetchone()
            finally:
                self.ended.set()
        self.begun.set()
        assert self.go_on.wait(20)
        return self._find(conn, where, sort=sort)  # type: ignore[arg-type]


async def shown(stage: Stage, *words: str) -> None:
    await stage.until(lambda: all(word in stage.text for word in words))


async def narrowed(stage: Stage, slow: Slow, words: str = "export") -> None:
    """The list of everything open, narrowed to these words."""
    await stage.press("g", "a", "/", f"={words}", "enter")
    slow.go_on.set()
    await stage.until(lambda: stage.main.showing.view.filter == words)
    await stage.settle()


async def test_keys_go_on_while_a_list_is_looked_for_and_it_comes_when_it_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = Slow(monkeypatch)
    async with on_stage(tmp_path) as stage:
        await stage.press("g", "a", "/", "=export", "enter")
        await stage.until(slow.begun.is_set)
        await shown(stage, "looking for export ...", "esc gives up")
        assert stage.main.showing.view.filter == "" and stage.main.list.total > 10
        first = stage.line.id
        await stage.press("j")
        assert stage.line.id != first
        slow.go_on.set()
        await shown(stage, "All open, export")
        assert "looking" not in stage.text
        asked = queues.Asked(stage.desk.now, stage.desk.agent)
        right = queues.Pages(stage.desk.conn, "is:open export", sort="sla", asked=asked)
        lines = right.page(None, 50, False)
        assert stage.main.list.total == len(lines) > 0
        assert stage.line.id in [line.id for line in lines]


async def test_esc_gives_up_and_the_list_is_the_one_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = Slow(monkeypatch, endless=True)
    async with on_stage(tmp_path) as stage:
        await stage.press("g", "a", "j", "j")
        before, title = stage.line.id, stage.lines[1]
        await stage.press("/", "=export", "enter")
        await shown(stage, "looking for export ...")
        await stage.press("escape")
        await stage.until(slow.ended.is_set)
        assert "Gave up looking for export." in stage.status
        assert stage.lines[1] == title and stage.line.id == before
        await stage.press("escape")
        assert stage.main.showing.view.queue.name == "All open"


async def test_a_newer_question_ends_the_older_in_the_middle(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = Slow(monkeypatch, endless=True)
    slow.go_on.set()
    async with on_stage(tmp_path) as stage:
        await stage.press("g", "a", "/", "=exp")
        await stage.until(slow.begun.is_set)
        await stage.press("=ort", "enter")
        await stage.until(slow.ended.is_set)
        await shown(stage, "All open, export")


async def test_another_queue_comes_at_once_while_a_list_is_looked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = Slow(monkeypatch, endless=True)
    async with on_stage(tmp_path) as stage:
        await stage.press("/", "=export", "enter")
        await stage.until(slow.begun.is_set)
        await stage.press("2")
        assert stage.main.showing.active == 1 and stage.main.showing.view.filter == ""
        await stage.until(slow.ended.is_set)
        assert not stage.main.showing.looking.going


async def test_a_key_on_a_hit_of_the_search_waits_for_no_list(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Slow(monkeypatch, endless=True)
    async with on_stage(tmp_path) as stage:
        await stage.press("g", "/", "=export")
        screen = stage.app.screen
        assert isinstance(screen, SearchScreen)
        await stage.until(lambda: screen.settled and screen.found.rows)
        wanted = next(row.ticket for row in screen.found.rows if row.ticket.status is not Status.SOLVED)
        place = [row.ticket.id for row in screen.found.rows].index(wanted.id)
        await stage.press("enter", *"j" * place, "e")
        await stage.until(lambda: stage.ticket(wanted.number).status is Status.SOLVED)
        assert stage.app.screen is stage.main and not stage.main.showing.looking.going


async def test_nobody_waits_for_a_list_at_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = Slow(monkeypatch, endless=True)
    async with on_stage(tmp_path) as stage:
        await stage.press("/", "=export", "enter")
        await stage.until(slow.begun.is_set)
    assert slow.ended.is_set()


async def test_a_ticket_that_is_solved_leaves_such_a_list_at_once_and_comes_back_with_undo(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = Slow(monkeypatch)
    async with on_stage(tmp_path) as stage:
        await narrowed(stage, slow)
        count, solved = stage.main.list.total, stage.line.id
        slow.go_on.clear()
        await stage.press("e")
        assert stage.line.id != solved and stage.main.list.total == count - 1
        await stage.press("z")
        await stage.until(lambda: stage.main.list.total == count)
        slow.go_on.set()
        await stage.until(lambda: not stage.main.showing.looking.going)
        assert stage.main.list.total == count


async def test_what_others_do_changes_such_a_list_once_it_was_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = Slow(monkeypatch)
    monkeypatch.setattr("deskterm.screens.looking.REST", 0)
    async with on_stage(tmp_path) as stage:
        await narrowed(stage, slow, "tag:vip OR export")
        count = stage.main.list.total
        held_ = stage.main.list.source
        assert isinstance(held_, held.Held)
        inside = set(held_.ids(stage.desk.conn))
        other = next(eid for eid in panes.matching(stage.desk, "is:open") if eid not in inside)
        stage.desk.do(acts.tag(known.some(stage.desk, [other]), add=["vip"]))
        await stage.until(lambda: stage.main.list.total == count + 1)


async def test_a_page_that_takes_long_is_found_beside_the_screen_and_the_key_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.press("g", "a")
        last = panes.pages(stage.desk, "is:open", "sla").page(None, 1, True)[0].id
        stage.main.list._window.at_end = False  # type: ignore[union-attr]
        monkeypatch.setattr(limits, "EVERY", 1)
        monkeypatch.setattr(stage.main.list.source, "_steps", 1)
        await stage.press("G")
        await stage.until(lambda: stage.line.id == last)
        assert isinstance(stage.main.list.source, held.Held)


async def test_a_queue_that_takes_long_to_count_is_counted_beside_the_screen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on, real = threading.Event(), panes.counts

    def slow(desk: Desk, queries: Sequence[str]) -> tuple[int, ...]:
        assert go_on.wait(20)
        return real(desk, queries)

    home = copied(tmp_path)
    desk, _ = opened(home)
    finding.keep_queue(desk, "Exports", "is:open export")
    desk.close()
    monkeypatch.setattr(queues, "LETTERS", 0)
    monkeypatch.setattr(panes, "counts", slow)
    async with on_stage(tmp_path, home=home) as stage:
        assert "Exports" in stage.lines[0] and "Exports 1" not in stage.lines[0]
        await stage.press("j")
        go_on.set()
        count = real(stage.desk, ["is:open export"])[0]
        await shown(stage, f"Exports {count}")
        await stage.press("7")
        await stage.until(lambda: stage.main.showing.view.queue.name == "Exports")
        assert stage.main.showing.active == 6
        await stage.settle()
        await stage.press("e")
        await shown(stage, f"Exports {count - 1}")
        await stage.press("z")
        await shown(stage, f"Exports {count}")
        assert "+1" not in stage.lines[0]


async def test_all_that_was_found_is_acted_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = Slow(monkeypatch)
    async with on_stage(tmp_path) as stage:
        await narrowed(stage, slow)
        found = set(stage.main.showing.everything()())
        assert found == set(panes.matching(stage.desk, stage.main.showing.view.query))
        await stage.press("*")
        assert set(stage.main.acting.targets()) == found


@pytest.mark.parametrize("keys", [("e",), ("s", "s")])
async def test_keys_go_on_while_many_tickets_are_read_and_changed(
    keys: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on, real = threading.Event(), threading.Event(), known.some

    def slow(desk: Desk, eids: Sequence[str]) -> list[Ticket]:
        begun.set()
        assert threading.current_thread() is not threading.main_thread()
        assert go_on.wait(20)
        return real(desk, eids)

    async with on_stage(tmp_path) as stage:
        await stage.press("g", "a", "*")
        count, before = stage.main.list.total, stage.line.id
        monkeypatch.setattr(going_on, "WORTH", 2)
        monkeypatch.setattr(known, "some", slow)
        if len(keys) > 1:
            go_on.set()
        await stage.press(*keys)
        if len(keys) == 1:
            await stage.until(begun.is_set)
            await stage.press("j")
            assert stage.line.id != before and "change; a moment" in stage.text
            await stage.press("e")
            assert "still going on" in stage.text
            go_on.set()
        await stage.until(lambda: not stage.main.acting.going_on and not stage.main.list.picked.everything)
        monkeypatch.setattr(known, "some", real)
        await stage.settle()
        assert stage.main.list.total < count
        await stage.press("z")
        await stage.until(lambda: stage.main.list.total == count)
