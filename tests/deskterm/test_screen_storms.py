"""Storms: windows dragged wildly, books pasted, letters made to be slow. Nothing is lost or stands still."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from textual._compositor import LayoutUpdate
from textual.geometry import Region, Size
from textual.strip import Strip

from channels.mime.parse import parse
from deskterm import writing
from deskterm.action import LIST
from deskterm.widgets.sparing import pieces
from tests.rigs.stage import Stage, on_stage

TICK = 0.25
"""Seconds of work after which the screen has to look at its messages again (M07)."""


@asynccontextmanager
async def heartbeat() -> AsyncIterator[list[float]]:
    """The work done by this thread between two beats of the event loop, in seconds of its processor.

    Its own time and not the wall's, which other programs move.
    """
    work: list[float] = []

    async def beat() -> None:
        last = time.thread_time()
        while True:
            await asyncio.sleep(0)
            work.append(time.thread_time() - last)
            last = time.thread_time()

    task = asyncio.create_task(beat())
    try:
        yield work
    finally:
        task.cancel()


async def test_a_storm_of_sizes_ends_in_the_picture_of_the_last(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.press("j", "j", "x", "r", "=Half a sentence")
        await stage.press("escape", "q")
        before, row = stage.lines, stage.line.id
        dice = random.Random(5)
        for _ in range(40):
            await stage.pilot.resize_terminal(dice.randint(1, 250), dice.randint(1, 80))
        await stage.resize(120, 40)
        assert stage.lines == before and stage.line.id == row
        assert stage.app.is_running and not stage.app.failure


async def test_a_box_over_a_screen_of_the_old_size_draws_every_cell_of_the_new_one(tmp_path: Path) -> None:
    """A line nobody drew would end the desk: which of two screens learns first of a new size is chance."""
    async with on_stage(tmp_path, size=(80, 24)) as stage:
        await stage.press("h")
        box = stage.app.screen
        for old in (Size(60, 12), Size(120, 40)):
            stage.main._compositor.reflow(stage.main, old)
            box._dirty_regions.add(box.region)
            rows = box.render_lines(Region(0, 0, 80, 24))
            assert [row.cell_length for row in rows] == [80] * 24


def test_a_line_nobody_drew_is_left_as_it_is() -> None:
    update = LayoutUpdate([[Strip.blank(4), None, Strip.blank(4)], [Strip.blank(12)]], Region(0, 0, 12, 2))
    assert [(x, y, strip.cell_length) for x, y, strip in pieces(update)] == [(0, 0, 4), (0, 1, 12)]


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=300))
def test_whatever_is_pasted_into_the_queue_runs_nothing(text: str, tmp_path: Path) -> None:
    async def story() -> None:
        folder = tmp_path / str(abs(hash(text)))
        folder.mkdir(exist_ok=True)
        async with on_stage(folder, size=(80, 24)) as stage:
            before = _entries(stage), stage.line.id
            await stage.paste(text)
            await stage.paste(f"e\ne\nz!#\x1b[201~{text}q")
            assert (_entries(stage), stage.line.id) == before
            assert stage.app.screen is stage.main and stage.main.places() == (LIST,)

    asyncio.run(story())


def _entries(stage: Stage) -> int:
    return int(stage.desk.conn.execute("SELECT count(*) FROM entry").fetchone()[0])


async def test_a_book_pasted_into_the_composer_leaves_the_screen_alive(tmp_path: Path) -> None:
    book = "".join(f"Line {n} of a very long book that somebody pasted.\n" for n in range(20_000))
    async with on_stage(tmp_path) as stage:
        await stage.press("r")
        await stage.paste(book)
        async with heartbeat() as work:
            await stage.press("=x", "up", "=y", "down")
        assert max(work) < TICK
        assert stage.main.composer.text.count("\n") == 20_000


HEAD = "From: Eve <eve@example.com>\r\nTo: help@acme.example\r\nSubject: Table\r\nMIME-Version: 1.0\r\n"


def _markdown() -> str:
    row = "| [a](http://evil.example/x) | ![b](http://evil.example/y.png) | <script>c</script> |\r\n"
    top = "| a | b | c |\r\n|---|---|---|\r\n"
    return f"{HEAD}Content-Type: text/plain; charset=utf-8\r\n\r\n{top}{row * 10_000}"


def _html() -> str:
    row = "<tr><td>1</td><td><a href='http://evil.example'>x</a></td><td><b>3</b></td></tr>"
    return f"{HEAD}Content-Type: text/html; charset=utf-8\r\n\r\n<table>{row * 10_000}</table>"


async def _shown(tmp_path: Path, raw: str) -> tuple[float, str]:
    """The longest work between two beats while the ticket is opened, paged and left; and what was painted."""
    letter = parse(raw.encode())
    async with on_stage(tmp_path) as stage:
        writing.note(stage.desk, stage.ticket(stage.line.number or 0), letter.text)
        async with heartbeat() as work:
            await stage.press("ctrl+r", "enter", "space", "space", "b", ">", "G", "escape", "j", "k")
        return max(work), stage.text


async def test_M07_a_table_of_ten_thousand_rows_is_read_between_short_ticks(tmp_path: Path) -> None:
    for n, raw in enumerate((_markdown(), _html())):
        folder = tmp_path / str(n)
        folder.mkdir()
        longest, text = await _shown(folder, raw)
        assert longest < TICK, f"{longest:.3f} s of work in one piece"
        assert "#" in text
