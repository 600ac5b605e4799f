"""Keys to paint in the queue: 50,000 tickets against the same list empty, headless, in the same run.

The ratio is the figure; milliseconds are printed to see where time goes.
"""

from __future__ import annotations

import asyncio
import statistics
import time

from rich.console import RenderableType
from textual import events
from textual.binding import Binding
from textual.screen import Screen

from deskterm.widgets.queue_list import QueueList
from deskterm.widgets.rows import Heading
from tests.deskterm.lines import NOW, MemoryQueue, line
from tests.deskterm.screens import Stand

KEYS = 120
LINES = 50_000
ROUNDS = 3
IDLE = 0.02
"""Seconds between keys: a hand, not a burst, so that the toolkit's frame clock is at rest."""


class Listing(Stand):
    """The list with one key bound to a move; says when a paint has been written out."""

    BINDINGS = [Binding("j", "down")]  # noqa: RUF012

    def __init__(self, *widgets: QueueList) -> None:
        super().__init__(*widgets)
        self.painted = asyncio.Event()

    def action_down(self) -> None:
        shown = self.query_one(QueueList)
        shown.move(1)
        shown.refresh_row(0)  # so that the empty list, whose cursor cannot move, paints as well

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        super()._display(screen, renderable)
        self.painted.set()


async def _paints(queue: MemoryQueue) -> list[tuple[float, float]]:
    """Wall and CPU milliseconds of each key, from the key event until its paint is written."""
    took: list[tuple[float, float]] = []
    app = Listing(QueueList(now=NOW))
    async with app.run_test(size=(120, 40)) as pilot:
        app.query_one(QueueList).show(queue, Heading("Mine"))
        await pilot.pause(0.1)
        driver = app._driver
        assert driver is not None
        for _ in range(KEYS):
            app.painted.clear()
            event = events.Key("j", "j")
            event.set_sender(app)
            start, spent = time.perf_counter(), time.process_time()
            driver.send_message(event)
            await asyncio.wait_for(app.painted.wait(), 5)
            took.append(((time.perf_counter() - start) * 1000, (time.process_time() - spent) * 1000))
            await asyncio.sleep(IDLE)
    return took


def _summary(name: str, rounds: list[list[tuple[float, float]]]) -> tuple[float, float]:
    """Print one line; the medians of wall and CPU time."""
    wall = sorted(one for took in rounds for one, _ in took)
    cpu = sorted(one for took in rounds for _, one in took)
    high = int(len(wall) * 0.95)
    middle = statistics.median(wall), statistics.median(cpu)
    print(
        f"{name:<26} wall {middle[0]:6.2f} ms, p95 {wall[high]:6.2f};"
        f"   CPU {middle[1]:5.2f}, p95 {cpu[high]:5.2f}"
    )
    return middle


def main() -> None:
    """Print the table; rounds are interleaved, because the machine drifts."""
    full = MemoryQueue([line(number) for number in range(LINES)])
    many: list[list[tuple[float, float]]] = []
    none: list[list[tuple[float, float]]] = []
    for _ in range(ROUNDS):
        none.append(asyncio.run(_paints(MemoryQueue([]))))
        many.append(asyncio.run(_paints(full)))
    floor = _summary("the list, empty", none)
    found = _summary(f"the list, {LINES:,} tickets", many)
    print(f"ratio {found[0] / floor[0]:.2f} of wall, {found[1] / floor[1]:.2f} of CPU time")


if __name__ == "__main__":
    main()
