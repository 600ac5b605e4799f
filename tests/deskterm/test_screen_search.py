"""The search screen by keys: hits while one types, the letter beside them, ways on from there."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from deskterm import finding
from deskterm.desk import Desk
from deskterm.finding import Findings
from deskterm.screens import searching
from deskterm.screens.searching import SearchScreen
from deskterm.widgets.paint import Role
from store.reads import queues
from tests.rigs.stage import Stage, on_stage

ENDLESS = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT max(x) FROM n"


async def searched(stage: Stage, words: str) -> SearchScreen:
    """The search screen with the answer to these words."""
    await stage.press("g", "/", f"={words}")
    screen = stage.app.screen
    assert isinstance(screen, SearchScreen)
    await stage.until(lambda: screen.settled and (screen.found.rows or "Nothing matches" in stage.text))
    await stage.settle()
    return screen


async def test_hits_come_while_one_types_with_the_line_that_was_hit_and_the_letter(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        screen = await searched(stage, "export")
        assert len(screen.found.rows) > 1 and f"{len(screen.found.rows)} found" in stage.text
        for row in screen.found.rows:
            assert "export" in (row.snippet + row.ticket.subject).casefold()
        assert ("Export", Role.FOUND) in screen.hits._lines[0]
        await stage.press("down", "j")
        await stage.until(lambda: any(ink is Role.FOUND for line in screen.letter._lines for _, ink in line))
        assert "deskterm search 'export'" in stage.text


async def test_enter_opens_the_hit_in_the_main_screen(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        screen = await searched(stage, "export")
        wanted = screen.found.rows[1].ticket
        await stage.press("down", "j", "enter")
        assert stage.app.screen is stage.main and stage.line.id == wanted.id and stage.main.reading


async def test_l_shows_all_hits_as_a_list(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        screen = await searched(stage, "export")
        found = {row.ticket.id for row in screen.found.rows}
        await stage.press("enter", "l")
        assert stage.app.screen is stage.main and stage.line.id in found
        assert stage.main.list.total == len(found)


async def test_a_search_becomes_a_queue_with_one_key_and_z_takes_it_back(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        before = [queue.name for queue in stage.main.showing.tabs]
        await searched(stage, "tag:invoice")
        await stage.press("enter", "A", "enter")
        assert "Saved the queue tag:invoice" in stage.text
        await stage.press("escape", "escape")
        assert [queue.name for queue in stage.main.showing.tabs] == [*before, "tag:invoice"]
        await stage.press("z")
        assert [queue.name for queue in stage.main.showing.tabs] == before


async def test_a_name_that_is_taken_is_refused_in_a_sentence(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await searched(stage, "export")
        await stage.press("enter", "A", "ctrl+u", "=mine", "enter")
        assert "There is a queue called 'mine' already" in stage.text


async def test_an_answer_that_was_overtaken_by_typing_is_dropped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = threading.Event(), threading.Event()
    real, asked = finding.find, list[str]()

    def slow(desk: object, typed: str) -> Findings:
        asked.append(typed)
        if typed == "e":
            begun.set()
            assert go_on.wait(20)
        return real(desk, typed)  # type: ignore[arg-type]

    monkeypatch.setattr(finding, "find", slow)
    async with on_stage(tmp_path) as stage:
        await stage.press("g", "/", "=e")
        screen = stage.app.screen
        assert isinstance(screen, SearchScreen)
        await stage.until(begun.is_set)
        monkeypatch.setattr(searching, "PAUSE", 1.0)  # the five letters are typed in one go, however slow
        await stage.press("=xport")
        go_on.set()
        await stage.until(lambda: screen.settled)
        assert screen.words.value == "export" and screen._answered == "export"
        assert asked[0] == "e" and asked[-1] == "export" and len(asked) <= 3


@pytest.mark.parametrize("keys", [("=xport",), ("escape",)])
async def test_a_question_nobody_waits_for_ends_in_the_middle(
    keys: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, ended, real = threading.Event(), threading.Event(), finding.find

    def endless(desk: Desk, typed: str) -> Findings:
        if typed == "e":
            begun.set()
            try:
                desk.conn.execute(ENDLESS).fetchone()
            finally:
                ended.set()
        return real(desk, typed)

    monkeypatch.setattr(finding, "find", endless)
    async with on_stage(tmp_path) as stage:
        await stage.press("g", "/", "=e")
        screen = stage.app.screen
        assert isinstance(screen, SearchScreen)
        await stage.until(begun.is_set)
        await stage.press(*keys)
        await stage.until(ended.is_set)
        if keys != ("escape",):
            await stage.until(lambda: screen._answered == "export")
        assert "Nobody waits" not in stage.text


@pytest.mark.parametrize(
    "typed", ['"', "color:red", "since:whenever", "(((", "' OR 1=1 --", "[b]x[/b]", "\u202ex"]
)
async def test_nothing_a_person_types_breaks_it(typed: str, tmp_path: Path) -> None:
    async with on_stage(tmp_path, size=(80, 24)) as stage:
        screen = await searched(stage, typed)
        await stage.press("escape")
        assert stage.app.screen is stage.main and not screen.is_running


async def test_a_desk_without_queues_of_its_own_keeps_those_it_had(tmp_path: Path) -> None:
    from deskterm.config import Settings

    desk = Desk.open(tmp_path / "home", settings=Settings())
    try:
        finding.keep_queue(desk, "Refunds", "tag:refund")
        names = [queue.name for queue in queues.every(desk.conn)]
        assert names == [*(queue.name for queue in queues.DEFAULTS), "Refunds"]
        finding.keep_queue(desk, "Bugs", "tag:bug")
        assert [queue.name for queue in queues.every(desk.conn)] == [*names, "Bugs"]
    finally:
        desk.close()


async def test_a_bad_part_is_said_whole_and_the_good_part_is_found(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        screen = await searched(stage, "export")
        good = len(screen.found.rows)
        await stage.press("= created:>7x")
        await stage.until(lambda: screen.settled)
        assert len(screen.found.rows) == good > 1
        assert "does not know" in stage.text and "or >=2026-05." in stage.text


@pytest.mark.parametrize("key", ["e", "x", "!"])
async def test_what_works_in_a_queue_works_on_a_hit_and_on_that_one(key: str, tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        screen = await searched(stage, "export")
        wanted = screen.found.rows[2].ticket
        await stage.press("enter", "j", "j", key)
        gone = 1 if key == "!" else 0
        assert stage.app.screen is stage.main and stage.main.list.total == len(screen.found.rows) - gone
        now = stage.ticket(wanted.number)
        if key == "x":
            assert stage.main.list.picked.ids == {wanted.id}
        else:
            assert (now.status, now.assignee) != (wanted.status, wanted.assignee)
        await stage.press("escape", "escape")
        assert "Mine" in stage.lines[1]


async def test_the_keys_of_a_hit_are_taught_and_without_one_they_say_why(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        screen = await searched(stage, "export")
        await stage.press("enter")
        assert "x select" in stage.lines[-1] and "m macro" in stage.lines[-1]
        await stage.press("question_mark", "=ticket.tag")
        assert "On a ticket" in stage.text
        await stage.press("escape", "escape")
        screen.found = Findings()
        await screen.do("ticket.tag")
        assert "Nothing was found." in stage.text


async def test_tab_narrows_what_was_found_by_what_some_of_it_has(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        screen = await searched(stage, "export")
        found = screen.found.rows
        closed = sum(row.ticket.status.value == "closed" for row in found)
        await stage.press("enter", "tab")
        assert "Narrow by" in stage.text and f"{closed} of {len(found)}" in stage.text
        await stage.press("=status:closed", "enter")
        await stage.until(lambda: len(screen.found.rows) == closed)
        assert screen.words.value == "export status:closed"
        await screen.do("search.narrow")
        terms = [term for term, _ in finding.narrower(screen.found.rows, me="Marek")]
        assert "status:closed" not in terms, "what all of them have narrows nothing"
