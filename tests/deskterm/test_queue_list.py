"""The list: the cursor stays on its ticket, pages are read as needed, only changed rows are drawn."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from textual.geometry import Region
from textual.message import Message

from deskterm.widgets.queue_list import QueueList
from deskterm.widgets.rows import Heading
from deskterm.widgets.window import MOST, PAGE
from store.model import Status
from tests.deskterm.lines import NOW, MemoryQueue, line
from tests.deskterm.screens import Stand, posted, text_of

MINE = Heading("Mine")


def _listed(count: int) -> tuple[QueueList, MemoryQueue]:
    return QueueList(now=NOW), MemoryQueue([line(number) for number in range(1, count + 1)])


def _row_of(shown: QueueList) -> int:
    return next(row for row, text in enumerate(text_of(shown)) if text.startswith(">"))


async def test_the_cursor_moves_and_says_so() -> None:
    shown, queue = _listed(5)
    app = Stand(shown)
    seen: list[Message] = []
    async with app.run_test(size=(80, 12), message_hook=seen.append) as pilot:
        shown.show(queue, MINE)
        shown.move(1)
        shown.move(100)
        await pilot.pause()
        assert text_of(shown)[5].startswith(">")
        assert shown.line is not None and shown.line.number == 5
        moved = [message.line for message in posted(seen, QueueList.CursorMoved)]
        assert [found.number for found in moved if found] == [1, 2, 5]
        shown.open()
        await pilot.pause()
        opened = [message.line.number for message in posted(seen, QueueList.Opened)]
        assert opened == [5]


async def test_new_lines_never_move_the_cursor_or_its_row() -> None:
    shown, queue = _listed(40)
    async with Stand(shown).run_test(size=(80, 12)):
        shown.show(queue, MINE)
        shown.move(20)
        before, row = shown.line, _row_of(shown)
        queue.put(*(line(100 + extra, position=(5, extra)) for extra in (1, 2, 3)))
        shown.reload()
        assert shown.line == before
        assert _row_of(shown) == row
        assert shown.fresh_above == 3
        assert "+3 above" in text_of(shown)[0]
        assert "43" in text_of(shown)[0]
        shown.top()
        assert shown.fresh_above == 0 and "above" not in text_of(shown)[0]


async def test_the_cursor_follows_a_ticket_whose_place_changed() -> None:
    shown, queue = _listed(40)
    async with Stand(shown).run_test(size=(80, 12)):
        shown.show(queue, MINE)
        shown.move(3)
        row = _row_of(shown)
        queue.drop("t4")
        queue.put(line(4, position=(30, 1), version=2))
        shown.reload()
        assert shown.line is not None and shown.line.id == "t4"
        assert _row_of(shown) == row


async def test_a_ticket_that_left_makes_room_for_the_next() -> None:
    shown, queue = _listed(10)
    async with Stand(shown).run_test(size=(80, 20)):
        shown.show(queue, MINE)
        shown.move(3)
        row = _row_of(shown)
        queue.drop("t4")
        shown.reload()
        assert shown.line is not None and shown.line.id == "t5"
        assert _row_of(shown) == row
        shown.bottom()
        queue.drop("t10")
        shown.reload()
        assert shown.line is not None and shown.line.id == "t9"


async def test_a_long_queue_is_read_in_pages_and_never_kept() -> None:
    shown, queue = _listed(20_000)
    async with Stand(shown).run_test(size=(80, 24)):
        shown.show(queue, MINE)
        assert queue.read == PAGE
        shown.bottom()
        assert shown.line is not None and shown.line.number == 20_000
        assert queue.read == 2 * PAGE
        for _ in range(60):
            shown.page(-1)
        assert shown.line.number == 20_000 - 60 * shown.body_height
        assert shown._window is not None and len(shown._window.lines) <= MOST
        for _ in range(500):
            shown.move(1)
        assert shown.line.number == 20_000 - 60 * shown.body_height + 500
        assert len(shown._window.lines) <= MOST
        shown.top()
        assert shown.line.number == 1
        assert queue.read < 5_000


async def test_every_line_is_passed_once_going_down_and_up() -> None:
    shown, queue = _listed(1_000)
    async with Stand(shown).run_test(size=(80, 24)):
        shown.show(queue, MINE)
        down = [shown.line.number]
        for _ in range(999):
            shown.move(1)
            down.append(shown.line.number)
        assert down == list(range(1, 1_001))
        for number in range(999, 0, -1):
            shown.move(-1)
            assert shown.line.number == number
            assert 0 <= _row_of(shown) <= 23


async def test_a_move_draws_two_rows_and_an_edge_scrolls_half_a_screen() -> None:
    shown, queue = _listed(100)
    async with Stand(shown).run_test(size=(80, 21)) as pilot:
        shown.show(queue, MINE)
        await pilot.pause()
        drawn: list[Region] = []
        refresh = shown.refresh
        shown.refresh = lambda *regions, **rest: (
            drawn.extend(regions or [shown.size.region]),
            refresh(*regions),
        )[1]
        shown.move(1)
        assert drawn == [Region(0, 1, 80, 1), Region(0, 2, 80, 1)]
        drawn.clear()
        for _ in range(18):
            shown.move(1)
        assert all(region.height == 1 for region in drawn)
        drawn.clear()
        shown.move(1)
        assert [region.height for region in drawn] == [21]
        assert _row_of(shown) == 11


async def test_a_tick_draws_clock_cells_only() -> None:
    shown = QueueList(now=NOW)
    queue = MemoryQueue([line(1, due_at=NOW + 7200), line(2, due_at=NOW + 7230), line(3, due_at=None)])
    async with Stand(shown).run_test(size=(80, 12)):
        shown.show(queue, MINE)
        text_of(shown)
        drawn: list[Region] = []
        shown.refresh = lambda *regions, **rest: drawn.extend(regions)
        shown.tick(NOW + 1)
        assert drawn == [Region(2, 1, 8, 1)]
        assert "1:59" in text_of(shown)[1]


async def test_selecting_one_a_range_all_and_dropping() -> None:
    shown, queue = _listed(500)
    seen: list[Message] = []
    async with Stand(shown).run_test(size=(80, 24), message_hook=seen.append) as pilot:
        shown.show(queue, MINE)
        shown.select()
        shown.move(1)
        shown.select_range()
        shown.move(2)
        assert shown.picked.ids == {"t1", "t2", "t3", "t4"}
        assert text_of(shown)[4].startswith(">x")
        shown.move(-1)
        assert shown.picked.ids == {"t1", "t2", "t3"}
        shown.select_range()
        shown.move(5)
        assert shown.picked.ids == {"t1", "t2", "t3"}
        shown.select_all()
        shown.select()
        await pilot.pause()
        counts = [message.count for message in posted(seen, QueueList.SelectionChanged)]
        assert counts[-2:] == [500, 499]
        assert shown.drop_selection() is True
        assert shown.drop_selection() is False


async def test_a_range_over_many_pages_keeps_what_has_left_the_window() -> None:
    shown, queue = _listed(2_000)
    async with Stand(shown).run_test(size=(80, 24)):
        shown.show(queue, MINE)
        shown.select_range()
        for _ in range(1_500):
            shown.move(1)
        assert shown.picked.ids == {f"t{number}" for number in range(1, 1_502)}


async def test_bands_head_the_lines_and_the_cursor_skips_them() -> None:
    shown = QueueList(now=NOW)
    queue = MemoryQueue(
        [
            line(1, due_at=NOW - 720),
            line(2, due_at=NOW + 540),
            line(3, due_at=NOW + 1860),
            line(4, status=Status.WAITING, due_at=None),
        ]
    )
    async with Stand(shown).run_test(size=(60, 16)):
        shown.show(queue, replace(MINE, bands=True))
        lines = [text.rstrip() for text in text_of(shown)]
        assert lines[1] == " BREACHED 1"
        assert lines[2].startswith("> ◉  -0:12 P3 Customer 1")
        assert lines[3] == " NEXT HOUR 2"
        assert lines[6] == " NO CLOCK 1"
        assert lines[7].startswith("  ◌ paused")
        shown.move(1)
        assert text_of(shown)[4].startswith(">")


async def test_an_empty_queue_says_what_is_next() -> None:
    shown = QueueList(now=NOW)
    async with Stand(shown).run_test(size=(60, 16)):
        shown.show(MemoryQueue([]), replace(MINE, empty=("Nothing waits for you.", "5 unassigned")))
        text = "\n".join(text_of(shown))
        assert "Nothing waits for you." in text and "5 unassigned" in text
        shown.move(1)
        shown.select()
        shown.bottom()
        shown.reload()
        assert shown.line is None


async def test_going_to_a_ticket_far_away() -> None:
    shown, queue = _listed(5_000)
    async with Stand(shown).run_test(size=(80, 24)):
        shown.show(queue, MINE)
        assert shown.go_to("t4000") is True
        assert shown.line is not None and shown.line.number == 4000
        assert 1 <= _row_of(shown) <= 23
        assert shown.go_to("nobody") is False


async def test_a_smaller_screen_keeps_the_cursor_on_it() -> None:
    shown, queue = _listed(100)
    async with Stand(shown).run_test(size=(80, 40)) as pilot:
        shown.show(queue, MINE)
        shown.move(35)
        await pilot.resize_terminal(60, 12)
        await pilot.pause()
        assert shown.line is not None and shown.line.number == 36
        assert 1 <= _row_of(shown) <= 11


async def test_a_click_selects_and_a_double_click_opens() -> None:
    shown, queue = _listed(10)
    seen: list[Message] = []
    async with Stand(shown).run_test(size=(80, 20), message_hook=seen.append) as pilot:
        shown.show(queue, MINE)
        await pilot.click(shown, offset=(5, 4))
        assert shown.line is not None and shown.line.number == 4
        await pilot.click(shown, offset=(5, 4), times=2)
        await pilot.pause()
        assert [message.line.number for message in posted(seen, QueueList.Opened)] == [4]


@pytest.mark.parametrize("theme", ["dark", "light", "mono", "sixteen"])
async def test_a_theme_changed_while_running_draws_again(theme: str) -> None:
    shown, queue = _listed(3)
    app = Stand(shown)
    async with app.run_test(size=(80, 12)) as pilot:
        shown.show(queue, MINE)
        await pilot.pause()
        app.theme = theme
        await pilot.pause()
        styles = {segment.style for strip in shown.render_lines(shown.size.region) for segment in strip}
        colours = {str(style.color) for style in styles if style and style.color}
        assert bool(colours) is (theme != "mono")
        if theme == "sixteen":
            assert all(
                "ANSI" in repr(style.color) or style.color.number < 16 for style in styles if style.color
            )
