"""A partial paint is what a whole one would show, and paints nothing else and nothing twice."""

from __future__ import annotations

import random
from collections.abc import Iterator

from rich.console import Console
from rich.segment import Segment
from textual.app import App, ComposeResult
from textual.containers import Container
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget

from deskterm.widgets.few_lines import FewLines, LeanScreen, Lines

WIDTH, HEIGHT = 40, 12
PLACES = (Region(0, 0, 40, 12), Region(3, 2, 20, 6), Region(15, 5, 18, 9), Region(-4, 4, 12, 3))
"""Where the boxes stand, the last in front: two of them partly beyond an edge."""
HOLE, BEHIND = Region(22, 1, 10, 3), Region(-5, -1, 24, 9)
"""What is in front of all, and the box seen through it."""


class Box(Widget):
    """Each of its cells says which box it is of, where in it, and how often the box has changed."""

    def __init__(self, place: Region, *, layer: str) -> None:
        super().__init__()
        self.changed = 0
        self.styles.width, self.styles.height = place.width, place.height
        self.styles.offset, self.styles.layer = (place.x, place.y), layer

    def render_lines(self, crop: Region) -> list[Strip]:
        of = int(self.layer[1:]) * 31 + self.changed * 17
        rows = (
            [chr(33 + (of + x * 7 + y * 13) % 94) for x in range(crop.x, crop.right)] for y in crop.line_range
        )
        return [Strip([Segment("".join(row))], crop.width) for row in rows]


class Boxes(LeanScreen[None]):
    CSS = "Boxes { layers: l0 l1 l2 l3 l4; overflow: hidden; } #hole { layer: l4; overflow: hidden; }"

    def compose(self) -> ComposeResult:
        yield from (Box(place, layer=f"l{n}") for n, place in enumerate(PLACES))
        with Container(id="hole") as hole:
            yield Box(BEHIND, layer="l4")
        hole.styles.width, hole.styles.height = HOLE.width, HOLE.height
        hole.styles.offset = (HOLE.x, HOLE.y)


class Shown(App[None]):
    def get_default_screen(self) -> Boxes:
        return Boxes()


def picture(compositor: FewLines) -> list[list[str]]:
    """Everything painted anew."""
    return [list(strip.text) for strip in compositor.render_strips(Size(WIDTH, HEIGHT))]


def cells(update: Lines | None) -> Iterator[tuple[int, int, str]]:
    """Column, row and letter of every cell an update paints."""
    for x, y, strip in update.pieces if update is not None else ():
        yield from ((x + n, y, letter) for n, letter in enumerate(strip.text))


async def test_a_partial_paint_is_what_a_whole_one_would_show() -> None:
    chance = random.Random(7)
    async with Shown().run_test(size=(WIDTH, HEIGHT)) as pilot:
        compositor, boxes = pilot.app.screen._compositor, list(pilot.app.screen.query(Box))
        assert isinstance(compositor, FewLines)
        compositor.update_widgets(set(boxes))
        compositor.render_partial_update()
        for _ in range(60):
            before, asked = picture(compositor), set[tuple[int, int]]()
            for box in chance.sample(boxes, chance.randint(1, 2)):
                box.changed += 1
                x, y = chance.randrange(box.size.width), chance.randrange(box.size.height)
                crop = Region(x, y, chance.randint(1, box.size.width - x), chance.randint(1, 3))
                box.refresh(crop)
                compositor.update_widgets({box})
                region, clip = compositor.visible_widgets[box]
                there = crop.translate(region.offset).intersection(clip)
                asked |= {(x, y) for x in there.column_range for y in there.line_range}
            painted = list(cells(compositor.render_partial_update()))
            assert len({(x, y) for x, y, _ in painted}) == len(painted), "a cell is painted twice"
            assert {(x, y) for x, y, _ in painted} <= asked, "what nobody asked for is painted"
            for x, y, letter in painted:
                before[y][x] = letter
            after = picture(compositor)
            assert all(before[y][x] == after[y][x] for x, y in asked)
            assert compositor.render_partial_update() is None


def test_where_nobody_keeps_what_is_shown_each_piece_is_sent_to_its_place() -> None:
    lines = Lines([(2, 0, Strip([Segment("ab")])), (0, 4, Strip([Segment("c")]))])
    assert lines.render_segments(Console()) == "\x1b[1;3Hab\x1b[5;1Hc"
